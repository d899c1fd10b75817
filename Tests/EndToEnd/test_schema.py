"""The JSON Schema that editors read, held against an independent validator and against the engine's own judgement."""

import copy
import functools
import json
import math
import re
import subprocess
import tempfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import BINARY, ROOT, RECIPE, write_tables
from schema_mutations import ALL, KINDS, PART, REMOVED, SPELLINGS, CoreLoader, changed, changes, keys, spelt

SCHEMA = json.loads((ROOT / "schemas" / "recipe.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def test_the_committed_schemas_are_those_of_the_declarations():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for name in ("recipe", "site"):
        printed = subprocess.run([BINARY, "schema", name], capture_output=True, text=True, check=True).stdout
        assert (ROOT / "schemas" / f"{name}.schema.json").read_text() == printed, "run `make generate`"


@pytest.mark.parametrize("path", sorted(ROOT.glob("recipes/*/recipe.yaml")), ids=lambda path: path.parent.name)
def test_every_shipped_recipe_is_valid(path):
    VALIDATOR.validate(yaml.load(path.read_text(), CoreLoader))


def mutations():
    """Small changes, some of them mistakes; each as a path into the recipe and a new value (None removes the key)."""
    yield ["recipe"], None
    yield ["recipe"], "no/slashes"
    yield ["about"], "a sentence"
    yield ["data", "train"], "train.xlsx"
    yield ["data", "labels"], ["a"]
    yield ["data", "labels"], [0, 1, 2]
    yield ["data", "constraint"], "two-of-each"
    yield ["data", "colums"], {}
    yield ["folds", "count"], 1
    yield ["folds", "count"], 2.5
    yield ["folds", "kind"], "stratified"
    yield ["folds", "seed"], -1
    for value in (0, 8, 5000, "4", 4.5, [4], None):
        yield ["models", "tiny", "lora", "rank"], value
    for value in (0, 0.99, 1.0, "none"):
        yield ["models", "tiny", "lora", "dropout"], value
    yield ["models", "tiny", "lora"], "off"
    yield ["models", "tiny", "lora"], "on"
    yield ["models", "tiny", "lora", "targets"], ["q_proj"]
    yield ["models", "tiny", "lora", "targets"], "linear"
    yield ["models", "tiny", "quantization"], "int4"
    yield ["models", "tiny", "quantization"], "none"
    yield ["models", "tiny", "seeds"], []
    yield ["models", "tiny", "seeds"], [1, 1]
    yield ["models", "tiny", "seeds"], 1
    yield ["models", "tiny", "fit"], ["folds", "full"]
    yield ["models", "tiny", "fit"], ["fold"]
    yield ["models", "tiny", "backbone"], "org/name@v1"
    yield ["models", "tiny", "backbone"], "just-a-name"
    yield ["models", "tiny", "backbone"], None
    yield ["models", "tiny", "backbone", "scratch", "architecture"], "gpt2"
    yield ["models", "tiny", "training", "learning-rate"], 0
    yield ["models", "tiny", "training", "warmup"], 1.5
    yield ["models", "tiny", "training", "schedule"], "linear"
    yield ["models", "tiny", "lengths", "keep"], "all"
    yield ["models", "words", "tfidf", "ngrams"], [1]
    yield ["models", "words", "tfidf", "ngrams"], [1, 3]
    yield ["stack", "final", "method"], "assignment"
    yield ["stack", "final", "method"], "magic"
    yield ["stack", "blend", "average"], []
    yield ["stack", "blend", "optimize"], "words"
    yield ["ablations", "rank", "hypothesis"], None
    yield ["ablations", "rank", "vary"], {"lora.rank": 2}
    yield ["ablations", "rank", "smallest-effect"], 0.01
    yield ["submission", "from"], None
    yield ["submission", "where"], "x"


@pytest.mark.parametrize("path, value", list(mutations()), ids=lambda value: ".".join(value) if isinstance(value, list) and value and all(isinstance(part, str) for part in value) else None)
def test_engine_and_schema_agree(tmp_path, path, value):
    recipe = yaml.safe_load(RECIPE)
    place = recipe
    for part in path[:-1]:
        place = place[part]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(value)
    write_tables(tmp_path)
    # JSON is YAML; both readers see the same text.
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    result = subprocess.run([BINARY, "check", tmp_path / "recipe.yaml"], capture_output=True, text=True)
    assert result.returncode in (0, 65)
    assert (result.returncode == 0) == VALIDATOR.is_valid(recipe), result.stderr or "the engine accepts it, the schema does not"


# What no schema can know: what one place says of another. Anywhere.
ENGINE_ONLY = {
    "ambiguous-scalar", "key-not-allowed", "not-a-file", "sample-mismatch", "too-deep", "too-many-steps", "conflicting-keys", "cycle", "dangling-name", "duplicate-name", "full-fit-with-pseudo-labels",
    "groups-split", "include-conflict", "later-folds", "one-fold", "one-table", "some-folds", "target-mismatch", "like-cycle", "metric-mismatch", "missing-constraint", "missing-include", "no-embedding", "no-out-of-fold", "no-teacher", "optimized-twice",
    "scratch-conflict", "too-many-variants", "uneven-zip", "unused-output"}
# And what it can know elsewhere, but not at these places.
ENGINE_ONLY_AT = {
    r"ablations\.size\.(vary|zip|together|with|except)": {
        "wrong-type", "unknown-key", "unknown-value", "out-of-range", "repeated-value"},  # the settings of another section
    r"models\.words\.tfidf\.ngrams\.0": {"out-of-range"},  # the shorter one first
    r"models\.tiny\.training\.class-weights": {"out-of-range"},  # one for each label
    r"models\.tiny\.training\.validation|data\.test|data\.columns\.group|folds\.kind": {"missing-key"},  # other keys need them
    r"data\.(template|columns\.prompt)|(models|extractors)\.\w+\.template": {"bad-template", "out-of-range"},  # the latter of texts to swap
    r"(models|extractors)\.\w+\.lengths": {"unknown-key"},  # the name of a text that the recipe has
    r"models\.anew\.(swap|label-words)|data\.labels": {"out-of-range", "missing-key"},  # two texts of the template; one word for each label
    r"models\.tiny\.training\.(head-dropout|dropout-samples)": {"missing-key"},  # the one needs the other
    r"(models|extractors)\.\w+\.backbone": {"bad-value", "out-of-range"},  # a revision with two points; a width that heads divide
    r"models\.theirs\.predictions": {"missing-key", "label-leak"},  # the same; and what says nothing of labels may have seen them
    r"models\.own\.program": {"missing-key", "label-leak"},  # what its command must name; and one that says it sees labels
    # A name less, or one twice, which templates and lengths read.
    r"data\.columns\.texts": {"missing-key", "unknown-key", "bad-template", "repeated-value"},
    r"data\.(columns\.extra|validation)|folds\.column": {"missing-key"},  # others need them
    r"stack\.\w+\.features": {"missing-key"},  # the columns that they are of
    r"models\.\w+\.fit(\.|$)": {"missing-key", "out-of-range"},  # of which there is a fold
    # What a model that is like another may leave out, and what other keys need.
    r"models\.\w+\.training\.(adversarial|head-dropout)": {"missing-key"},
    r"models\.\w+\.(chat|pseudo-labels|backbone)": {"missing-key"},  # what a model that is like another may leave out
    r"rounds(\.from)?$": {"missing-key"},  # without a submission that would name the teacher
    r"data\.columns": {"conflicting-keys"},  # a column that is both read and predicted
    r"steps\.copied\.inputs": {"bad-value"},
    r"stack\.counted\.counts": {"out-of-range"},  # one for each label
    r"annotations\.\w+\.(template|per)": {"bad-template"},
    r"annotations\.\w+\.scale|stack\.weighed\.(average|weights)": {"bad-value"},  # the lower end first; a weight for each
    r"(models|steps)$": {"missing-key"}}  # one of the two may be empty, not both
def refusals(texts: list[str]) -> list[set[str]]:
    """The codes of the engine's errors in each recipe, by one call for all; files that are not there do not count."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "part.yaml").write_text(PART)
        names = [f"{number}.yaml" for number in range(len(texts))]
        for name, text in zip(names, texts):
            (Path(folder) / name).write_text(text)
        result = subprocess.run([BINARY, "check", *names, "--json"], capture_output=True, text=True, cwd=folder, timeout=300)
        assert result.stderr == "" and result.returncode in (0, 65, 66), result.stderr
    found = {name: set() for name in names}
    for finding in json.loads(result.stdout)["findings"]:
        if finding["severity"] == "error" and finding["code"] != "missing-file" and finding["file"] != "part.yaml":
            found[finding["file"]].add(finding["code"])
    return list(found.values())


@functools.cache
def cases() -> dict[tuple[str, str], tuple[bool, dict]]:
    """Every change by its path and value: whether the schema takes the recipe, and the recipe."""
    made = {}
    for text in ALL:
        recipe = yaml.load(text, CoreLoader)
        made[recipe["recipe"], ""] = VALIDATOR.is_valid(recipe), recipe
        for path, value in changes(SCHEMA, recipe):
            name = ".".join(map(str, path)), "REMOVED" if value is REMOVED else repr(value)
            if name not in made:
                made[name] = VALIDATOR.is_valid(other := changed(recipe, path, value)), other
    return made


def disagreement(name: tuple[str, str], is_valid: bool, refused: set[str]) -> str | None:
    if not is_valid:
        return None if refused else f"{name}: the engine accepts it, the schema does not"
    known = set().union(ENGINE_ONLY, *(codes for place, codes in ENGINE_ONLY_AT.items() if re.match(place, name[0])))
    return f"{name}: the schema accepts it, the engine says {refused - known}" if refused - known else None


def test_the_changes_reach_every_key_of_the_schema():
    made = cases()
    names = [yaml.load(text, CoreLoader)["recipe"] for text in ALL]
    assert all(made[name, ""][0] for name in names)
    assert refusals([json.dumps(made[name, ""][1]) for name in names]) == [set() for _ in names]
    changed_keys = {name for name, _ in made}
    for path in keys(SCHEMA):
        place = r"\.".join(r"[\w.-]+" if part == "*" else re.escape(part) for part in path)
        assert any(re.fullmatch(place, name) for name in changed_keys), f"no recipe has {'.'.join(path)}"
    assert len(made) > 1000 and 0.1 < sum(is_valid for is_valid, _ in made.values()) / len(made) < 0.9


@pytest.mark.parametrize("section", sorted(SCHEMA["properties"]))
def test_engine_and_schema_agree_on_every_change_that_the_schema_suggests(section):
    chosen = {name: case for name, case in cases().items() if name[0].split(".")[0] == section}
    assert len(chosen) > 8
    found = refusals([json.dumps(recipe) for _, recipe in chosen.values()])
    told = [disagreement(name, is_valid, codes) for (name, (is_valid, _)), codes in zip(chosen.items(), found)]
    assert not (told := [line for line in told if line]), "\n".join(told)


def is_beyond_json(value: object) -> bool:
    """To JSON Schema 5.0 is a whole number, and no number is too long or none at all; the engine sees how it is written."""
    if isinstance(value, list):
        return any(map(is_beyond_json, value))
    if isinstance(value, float):
        return math.isnan(value) or value.is_integer()
    return isinstance(value, int) and abs(value) >= 1 << 63


@pytest.mark.parametrize("kind", KINDS)
def test_engine_and_schema_read_a_spelling_alike(kind):
    texts = [spelt(kind, spelling) for spelling in SPELLINGS]
    told = []
    for spelling, text, refused in zip(SPELLINGS, texts, refusals(texts)):
        try:
            recipe = yaml.load(text, CoreLoader)
        except (yaml.YAMLError, ValueError):
            assert refused & {"malformed-yaml", "bad-tag"}, f"{spelling!r} is not YAML, and the engine says {refused}"
            continue
        value = functools.reduce(lambda place, part: place[part], KINDS[kind], recipe)
        if refused == {"wrong-type"} and is_beyond_json(value):
            continue
        told.append(disagreement((kind, spelling), VALIDATOR.is_valid(recipe), refused))
    assert not (told := [line for line in told if line]), "\n".join(told)


def test_the_competition_is_fifty_nine_fine_tunes_on_a_machine_without_its_data():
    recipe = ROOT / "recipes" / "predict-the-llm" / "recipe.yaml"
    result = subprocess.run([BINARY, "plan", recipe, "--only", "base", "--json"], capture_output=True, text=True)
    assert result.returncode == 66, result.stderr  # The plan is told all the same.
    document = json.loads(result.stdout)
    assert sum(step["kind"] == "finetune" for step in document["steps"]) == 3 * 3 * 6 + 5
    assert any("data/train.csv" in missing for missing in document["missing"])
    assert subprocess.run([BINARY, "run", recipe], capture_output=True).returncode == 66
