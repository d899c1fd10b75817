"""The JSON Schema that editors read, held against an independent validator and against the engine's own judgement."""

import copy
import json
import subprocess

import jsonschema
import pytest
import yaml

from conftest import BINARY, ROOT, RECIPE, write_tables

SCHEMA = json.loads((ROOT / "schemas" / "recipe.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def test_the_committed_schemas_are_those_of_the_declarations():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for name in ("recipe", "site"):
        printed = subprocess.run([BINARY, "schema", name], capture_output=True, text=True, check=True).stdout
        assert (ROOT / "schemas" / f"{name}.schema.json").read_text() == printed, "run `make generate`"


@pytest.mark.parametrize("path", sorted(ROOT.glob("recipes/*/recipe.yaml")), ids=lambda path: path.parent.name)
def test_every_shipped_recipe_is_valid(path):
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


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
    yield ["models", "tiny", "quantization"], "nf4"
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


def test_the_competition_is_twenty_four_fine_tunes_on_a_machine_without_its_data():
    recipe = ROOT / "recipes" / "predict-the-llm" / "recipe.yaml"
    result = subprocess.run([BINARY, "plan", recipe, "--only", "base", "--json"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert sum(step["kind"] == "finetune" for step in document["steps"]) == 24
    assert any("data/train.csv" in missing for missing in document["missing"])
    assert subprocess.run([BINARY, "run", recipe], capture_output=True).returncode == 66
