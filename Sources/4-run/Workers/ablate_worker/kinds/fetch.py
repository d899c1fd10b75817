"""Brings a backbone from the hub into the local cache, once, and says which commit it is.

Only weights in safetensors, configuration and tokenizer: no pickles, no second copies, and code only where it was asked
for. Knows no model.
"""

import json
from pathlib import Path

from ..protocol.step import unavailable

WANTED = ["*.safetensors", "*.json", "tokenizer*", "*.model", "merges.txt", "vocab.txt", "*.jinja"]
UNWANTED = ["*/*", "consolidated*"]  # other formats' folders, and the same weights once more under another name


def run(step):
    from huggingface_hub.utils import disable_progress_bars
    disable_progress_bars()
    repository, revision = step.parameters.repository, step.parameters.revision
    what = f"{repository}@{revision}" if revision else repository
    step.channel.progress(0, 1, "repositories", what)
    try:
        folder = download(repository, revision, patterns(step.parameters))
    except Exception as error:
        failure = explain(error, repository, revision, what)
        if failure is None:
            raise
        raise failure from None
    missing = incomplete(folder)
    if missing:
        raise unavailable(f"{what} in the local cache ({folder}) lacks {missing}: fetch it with the network on, or choose a "
                          "revision or a conversion that has its weights in safetensors")
    step.channel.progress(1, 1, "repositories", what)
    return {"metrics": {"revision": folder.name}}


def patterns(parameters):
    """The names of files to fetch."""
    return WANTED + ["*.py"] * bool(parameters.remote_code)


def download(repository, revision, wanted_files):
    """The snapshot's folder: from the hub, or as the cache has it where the hub cannot be asked."""
    from huggingface_hub import constants, snapshot_download
    wanted = dict(revision=revision, allow_patterns=wanted_files, ignore_patterns=UNWANTED)
    try:
        return Path(snapshot_download(repository, local_files_only=constants.HF_HUB_OFFLINE, **wanted))
    except Exception as error:
        if not is_about_the_network(error):
            raise
    # The library looks into the cache by itself for a branch, and not for a commit.
    return Path(snapshot_download(repository, local_files_only=True, **wanted))


def is_about_the_network(error):
    """Whether an error comes from the connection; by module, as the hub's library changes its HTTP library now and then."""
    return isinstance(error, (ConnectionError, TimeoutError)) or type(error).__module__.split(".")[0] in (
        "httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3")


def incomplete(folder):
    """What a snapshot lacks of configuration and weights, or None."""
    if not (folder / "config.json").exists():
        return "config.json"
    index = folder / "model.safetensors.index.json"
    if index.exists():
        shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        return next((shard for shard in shards if not (folder / shard).exists()), None)
    return None if any(folder.glob("*.safetensors")) else "model.safetensors"


def explain(error, repository, revision, what):
    """The failure for the user: what was looked for, where, and what to do; None for an error that is a bug."""
    from huggingface_hub import constants, errors
    cache = constants.HF_HUB_CACHE
    if isinstance(error, errors.HFValidationError):
        return unavailable(f"'{what}' is no name of a hub repository: it reads owner/name, or owner/name@revision")
    if isinstance(error, errors.GatedRepoError):
        return unavailable(f"the hub keeps {what} behind a licence: accept it on the model's page, and log in on this machine "
                           "with `hf auth login` (or set HF_TOKEN)")
    if isinstance(error, errors.RevisionNotFoundError):
        return unavailable(f"the hub's repository {repository} has no revision '{revision}': its page lists branches and "
                           "commits")
    if isinstance(error, errors.RepositoryNotFoundError):
        return unavailable(f"the hub has no repository {repository}, or it is private: check the spelling, or log in on this "
                           "machine with `hf auth login` (or set HF_TOKEN)")
    if isinstance(error, errors.LocalEntryNotFoundError):
        why = ("HF_HUB_OFFLINE is set, so the hub was not asked: unset it" if constants.HF_HUB_OFFLINE else
               "the hub could not be reached: check the network")
        return unavailable(f"{what} is not in the local cache {cache}, and {why}, or copy a cache there that has it "
                           "(HF_HOME says where the cache is)")
    if isinstance(error, errors.HfHubHTTPError) or is_about_the_network(error):
        return unavailable(f"{what} could not be fetched into {cache} ({type(error).__name__}): try again, or copy a cache "
                           "there that has it")
    return None
