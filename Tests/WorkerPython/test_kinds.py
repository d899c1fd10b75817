"""The parameters of a step: those of every golden are known, and a name that is misspelt, missing or unheard of is refused."""

import json
from dataclasses import fields

import pytest
from ablate_worker.models.classifier import Blueprint
from ablate_worker.protocol import kinds
from ablate_worker.protocol.step import Failure, Step
from ablate_worker.training.plan import Plan
from conftest import PACKAGES

ROOT = PACKAGES.parents[2]
GOLDENS = ROOT / "Tests" / "EndToEnd" / "goldens"
STEPS = [(kind, step["parameters"]) for kind in kinds.KINDS if (GOLDENS / f"{kind}.json").exists()
         for step in json.loads((GOLDENS / f"{kind}.json").read_text())["steps"].values()]
# Kinds that are no steps of a plan, as the engine asks for them.
OTHERS = [("fetch", {"repository": "org/name", "revision": None, "remote-code": False}),
          ("publish", {"parquet": [], "tensorboard": None, "mlflow": None}), ("convert", {"to": "csv"}),
          ("convert", {"to": "parquet", "numbers": []})]


def read(kind, parameters):
    return Step.read({"protocol": 1, "kind": kind, "parameters": parameters}, None)


def test_the_goldens_are_of_every_kind_that_a_plan_has():
    assert {kind for kind, _ in STEPS + OTHERS} | {"export"} == set(kinds.KINDS)


@pytest.mark.parametrize("kind, parameters", STEPS + OTHERS)
def test_what_a_plan_says_is_known_and_a_misspelt_name_is_not(kind, parameters):
    assert read(kind, parameters).parameters == parameters
    for name in parameters:
        misspelt = {name[:-1] + "_" if other == name else other: value for other, value in parameters.items()}
        with pytest.raises(Failure) as caught:
            read(kind, misspelt)
        assert caught.value.kind == "internal"
        assert f"a step of the kind {kind} " in caught.value.message and f"'{name[:-1]}_'" in caught.value.message


@pytest.mark.parametrize("kind, parameters", STEPS)
def test_a_missing_parameter_is_named(kind, parameters):
    for name in kinds.names_of(kind, parameters).required:
        without = {other: value for other, value in parameters.items() if other != name}
        with pytest.raises(Failure, match=f"a step of the kind {kind} needs the parameter '{name}', and the step has none"):
            read(kind, without)


DECLARED = json.loads((ROOT / "schemas" / "steps.json").read_text())["kinds"]


def test_the_kinds_are_those_that_the_engine_declares():
    ours = {kind for kind, declared in DECLARED.items() if declared["demand"] in ("process", "training")}
    assert ours == set(kinds.KINDS) - {"export", "publish", "convert", "fetch"}


@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS if kind in DECLARED])
def test_the_names_are_those_that_the_engine_declares(kind):
    declared = DECLARED[kind]["parameters"]
    known = kinds.KINDS[kind]
    names = {parameter["name"] for parameter in declared}
    if kind == "predict":  # those of a baseline are known by the kind that fits it
        names -= {"tfidf", "template"}
    # What changes no result is no parameter: how an endpoint is asked.
    extra = {"concurrency", "rate", "retries", "timeout", "key-variable"} if kind == "annotate" else set()
    assert set(known.required) | set(known.optional) - UNSENT.get(kind, set()) == names | extra
    certain = {parameter["name"] for parameter in declared if parameter["required"]}
    assert set(known.required) <= certain | FORWARD


# Names that the worker knows and no recipe gives: for programs that speak the protocol themselves.
UNSENT = {"features": {"components"}}
# A prediction of a fine-tune has these always, which its declaration, that of a baseline's too, cannot say.
FORWARD = {"pooling", "lengths", "scratch", "quantization"}


def golden(kind):
    return next(parameters for other, parameters in STEPS if other == kind)


def test_a_misspelt_lora_trains_no_other_model_in_silence():
    parameters = golden("finetune")
    misspelt = {{"lora": "loRA"}.get(name, name): value for name, value in parameters.items()}
    with pytest.raises(Failure, match=r"knows no parameter 'loRA' \(is 'lora' meant\?\); it knows classes, fold, head-input, "):
        read("finetune", misspelt)


@pytest.mark.parametrize("kind, part, old, new, words", [
    ("finetune", "lora", "rank", "rang", r"knows no parameter 'lora.rang' \(is 'lora.rank' meant\?\); it knows lora.alpha, "),
    ("finetune", "scratch", "hidden", None, "needs the parameter 'scratch.hidden'"),
    ("finetune", "lengths", "keep", None, "needs the parameter 'lengths.keep'"),
    ("fit", "tfidf", "ngrams", "n-grams", "knows no parameter 'tfidf.n-grams'"),
    ("ingest", "columns", "label", "lable", r"\(is 'columns.label' meant\?\)")])
def test_names_within_a_parameter_are_known_likewise(kind, part, old, new, words):
    parameters = golden(kind)
    value = {new if name == old else name: v for name, v in parameters[part].items() if name != old or new}
    with pytest.raises(Failure, match=words):
        read(kind, parameters | {part: value})


def test_null_and_text_in_place_of_settings_are_no_misspelling():
    for lora in (None, "head-only"):
        assert read("finetune", golden("finetune") | {"lora": lora, "scratch": None})


def test_a_kind_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(Failure, match="there is no kind of step 'finetun'; this worker runs ingest, tokenize, finetune, "):
        read("finetun", {})


def test_what_a_classifier_is_made_of_are_parameters_of_the_kinds_that_make_one():
    names = {field.name.replace("_", "-") for field in fields(Blueprint)}
    for kind in ("finetune", "predict"):
        assert names <= {*kinds.KINDS[kind].required, *kinds.KINDS[kind].optional}


def settings(*path):
    """The names of the settings that a recipe may have at a place of its schema."""
    found = json.loads((ROOT / "schemas" / "recipe.schema.json").read_text())
    for name in path:
        found = found["properties"][name]
        found = found.get("additionalProperties") or next((part for part in found.get("anyOf", ()) if "properties" in part), found)
    return set(found["properties"])


def test_the_names_are_those_of_the_recipe():
    of = lambda names: {*names.required, *names.optional}
    assert {field.name.replace("_", "-") for field in fields(Plan)} - {"seed"} == settings("models", "training")
    assert of(kinds.LORA) == settings("models", "lora") and of(kinds.TFIDF) == settings("models", "tfidf")
    assert of(kinds.SCRATCH) == settings("models", "backbone", "scratch")
    assert of(kinds.KINDS["annotate"]) == settings("annotations") | {"name"}
    assert of(kinds.KINDS["annotate"].parts["prices"]) == settings("annotations", "prices")
    assert of(kinds.KINDS["extract"]) == settings("extractors") - {"backbone", "template", "split-special-tokens"} | {"name"}
    assert of(kinds.KINDS["explore"]) == settings("explore") - {"extractor"} | {"labels"}
    assert of(kinds.KINDS["ingest"].parts["columns"]) == settings("data", "columns")
