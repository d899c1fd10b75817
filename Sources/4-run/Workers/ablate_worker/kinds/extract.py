"""The kind `extract`: what a language model that nobody trained makes of each row: how it expects the text, and one vector.

Knows tokens in, features out. Reads no label. The directions that vectors are reduced to are those of the training table; the
test's step gets them as an input.
"""

import time

import numpy as np
import torch

from ..files import formats, tensors
from ..models import backbones, batches, families, pooling, segments, sequences
from ..protocol import devices
from ..protocol.step import Failure, invalid

POSITIONS = 1024  # whose logits over the vocabulary are held at a time
LIKELIHOOD = ("log-likelihood", "perplexity", "log-likelihood-deviation", "entropy", "first-choices")


def run(step):
    parameters, device = step.parameters, devices.choose(step.device)
    wanted = parameters.features
    if not wanted or set(wanted) - {"likelihood", "embedding"}:
        raise invalid(f"features are {wanted}; they may be likelihood, embedding or both")
    columns, metadata = formats.read_tokens(step.input("tokens"))
    rows = np.arange(len(next(iter(columns.values()))[1]) - 1)
    if not len(rows):
        raise invalid(f"{step.title('tokens')} has no rows")
    texts = sequences.assemble(columns, metadata, parameters.lengths, rows)
    # The likelihood is of the answer or, where no text is called that, of the one that stands last.
    column = "answer" if "answer" in columns else [piece["column"] for piece in metadata["template"] if "column" in piece][-1]
    spans = sequences.spans(columns, metadata, parameters.lengths, rows, column)
    module, kept = load(step, device, "likelihood" in wanted)
    pooling.check(parameters.pooling, families.looks_both_ways(module.config))
    sequences.check_fit(texts, rows, module.config)
    began = time.monotonic()
    found = read_all(step, module, texts, spans, device)
    seconds = time.monotonic() - began
    backbones.keep(module, kept)
    names, parts, metrics = [], [], {"rows": len(rows), "tokens": sum(map(len, texts))}
    if "likelihood" in wanted:
        values, scored = found["likelihood"], found["scored"]
        names += [f"{parameters.name}.{name}" for name in LIKELIHOOD]
        parts.append(values)
        metrics["tokens-scored"] = int(scored.sum())
        if scored.any():
            metrics["log-likelihood"] = float(np.average(np.nan_to_num(values[:, 0]), weights=scored))
    if "embedding" in wanted:
        vectors, more = reduced(step, found["embedding"])
        names += [f"{parameters.name}.embedding-{index}" for index in range(vectors.shape[1])]
        parts.append(vectors)
        metrics |= more
    formats.write_features(step.outputs / "features", names, np.concatenate(parts, axis=1))
    return {"metrics": metrics | sequences.truncation(columns, parameters.lengths, rows),
            "measurements": {"extract-seconds": round(seconds, 3), **devices.peak(device)}, "device": device}


def load(step, device, language_head):
    parameters = step.parameters
    if language_head:
        config = backbones.read_config(step.input("backbone"), step.title("backbone"), bool(parameters.remote_code))
        if not families.is_decoder(config):
            raise invalid(f"a likelihood needs a decoder with a language-model head; {step.title('backbone')} is of the architecture "
                          f"'{config.model_type}': take features: [embedding]")
    module, kept = backbones.load(
        step.input("backbone"), step.title("backbone"), parameters.quantization, device, True, parameters.precision,
        bool(parameters.remote_code), language_head)
    return module.eval(), kept


def read_all(step, module, texts, spans, device):
    """What is asked of each row, in the order of `texts`: {"likelihood" [n, 5], "scored" [n], "embedding" [n, hidden]}."""
    wanted, sizes = step.parameters.features, [len(text) for text in texts]
    found = {"likelihood": np.full((len(texts), len(LIKELIHOOD)), np.nan), "scored": np.zeros(len(texts), np.int64),
             "embedding": np.zeros((len(texts), module.config.hidden_size if "embedding" in wanted else 0), np.float32)}

    def compute(rows, budget):
        for part in batches.split([sizes[i] for i in rows], budget, device.type):
            members, value = [rows[i] for i in part], {}
            with torch.no_grad():
                ids, lengths = batches.pad([texts[i] for i in members], device)
                states = backbones.states(module, ids, lengths)
                if "embedding" in wanted:
                    value["embedding"] = pooling.pool(states, lengths, step.parameters.pooling).cpu().numpy()
                if "likelihood" in wanted:
                    value["likelihood"], value["scored"] = expected(module, ids, states, [spans[i] for i in members])
            yield members, value

    done = 0
    for members, value in batches.until_it_fits(sizes, 2 * batches.BUDGET[device.type], device, compute):
        for name, part in value.items():
            found[name][members] = part
        done += len(members)
        step.channel.progress(done, len(texts), "rows")
    for name in wanted:
        whole = found[name] if name == "embedding" else found[name][found["scored"] > 0]
        if not np.isfinite(whole).all():
            raise Failure("diverged", f"{step.title('backbone')} gives a {name} that is no number: set precision: fp32")
    return found


def expected(module, ids, states, spans):
    """How a decoder expected the tokens of each row's span: (values [B, 5] as in LIKELIHOOD, how many tokens that is of).

    A token is foretold by the state before it, so that the first of a sequence is not. A row without such tokens has NaN.
    """
    rows = np.concatenate([np.full(max(0, end - max(start, 1)), row) for row, (start, end) in enumerate(spans)]).astype(np.int64)
    places = np.concatenate([np.arange(max(start, 1), max(end, start, 1)) for start, end in spans]).astype(np.int64)
    scored = np.bincount(rows, minlength=len(spans))
    of_token = np.empty((len(places), 3))  # log-likelihood, entropy, whether it was the model's first choice
    for begin in range(0, len(places), POSITIONS):
        row, place = (torch.from_numpy(a[begin:begin + POSITIONS]).to(ids.device) for a in (rows, places))
        logits = backbones.vocabulary_logits(module, states[row, place - 1])  # [positions, vocabulary]
        logs, target = logits.log_softmax(dim=1), segments.plain(ids[row, place])
        own = logs.gather(1, target[:, None])[:, 0]
        entropy = -(logs.exp() * logs.masked_fill(logs == -torch.inf, 0)).sum(dim=1)
        first = logs.argmax(dim=1) == target
        of_token[begin:begin + POSITIONS] = torch.stack([own, entropy, first.to(own.dtype)], dim=1).double().cpu().numpy()
    values = np.full((len(spans), len(LIKELIHOOD)), np.nan)
    for row in np.flatnonzero(scored):
        own, entropy, first = of_token[rows == row].T
        values[row] = own.mean(), np.exp(-own.mean()), own.std(), entropy.mean(), first.mean()
    return values, scored


def reduced(step, vectors):
    """(vectors [n, k], metrics): along the leading directions of the training table's, or as they are where k is 0."""
    from safetensors.numpy import load_file
    from threadpoolctl import threadpool_limits
    size = step.parameters.components
    if not size:
        return vectors, {}
    vectors = vectors.astype(np.float64)
    if step.has("directions"):
        kept = load_file(step.input("directions"))
        return (vectors - kept["mean"]) @ kept["directions"].T, {}
    mean = vectors.mean(axis=0)
    size = min(size, vectors.shape[1], max(1, len(vectors) - 1))
    with threadpool_limits(step.threads):
        spread, axes = np.linalg.eigh((vectors - mean).T @ (vectors - mean))  # ascending
    directions = axes[:, ::-1].T[:size]
    # A direction has no sign of its own: its largest part is positive.
    directions *= np.sign(directions[np.arange(size), np.abs(directions).argmax(axis=1)])[:, None]
    tensors.write(step.outputs / "directions", {"mean": mean, "directions": np.ascontiguousarray(directions)})
    total = spread.clip(0).sum()
    share = float(spread[::-1][:size].clip(0).sum() / total) if total else 1.0
    return (vectors - mean) @ directions.T, {"components": size, "spread": round(share, 4)}
