"""The parameters of a step: those of every golden are known, and a name that is misspelt, missing or unheard of is refused.

That parameters.py says what the engine declares is held by `generate --check`.
"""

import json
from dataclasses import MISSING, fields

import pytest
from ablate_worker.models.classifier import Blueprint
from ablate_worker.protocol import kinds, parameters
from ablate_worker.protocol.step import Failure, Step
from conftest import PACKAGES

ROOT = PACKAGES.parents[2]
GOLDENS = ROOT / "Tests" / "EndToEnd" / "goldens"
STEPS = [(kind, step["parameters"]) for kind in parameters.KINDS if (GOLDENS / f"{kind}.json").exists()
         for step in json.loads((GOLDENS / f"{kind}.json").read_text())["steps"].values()]
# Kinds that are no steps of a plan, as the engine asks for them.
OTHERS = [("fetch", {"repository": "org/name", "revision": None, "remote-code": False}),
          ("publish", {"parquet": [], "tensorboard": None, "mlflow": None}), ("convert", {"to": "csv"}),
          ("convert", {"to": "parquet", "numbers": []})]
ERRANDS = {"export", "publish", "convert", "fetch"}


def read(kind, parameters):
    return Step.read({"protocol": 1, "kind": kind, "parameters": parameters}, None)


def plain(value):
    """Parameters as JSON, without those that have the value they have where nobody gives one."""
    return {name: plain(own) if hasattr(own, "__dataclass_fields__") else own for name, own in kinds.plain(value).items()}


def test_the_goldens_are_of_every_kind_that_a_plan_has():
    assert {kind for kind, _ in STEPS + OTHERS} | {"export"} == set(parameters.KINDS)


def test_the_kinds_are_those_that_the_engine_declares():
    declared = json.loads((ROOT / "schemas" / "steps.json").read_text())["kinds"]
    ours = {kind for kind, own in declared.items() if own["demand"] in ("process", "parallel", "training")}
    assert ours == set(parameters.KINDS) - ERRANDS


@pytest.mark.parametrize("kind, given", STEPS + OTHERS)
def test_what_a_plan_says_is_known_and_a_misspelt_name_is_not(kind, given):
    found = plain(read(kind, given).parameters)
    for name, value in given.items():
        # Of a part that is an object, what stands in it; what does not has its default.
        assert found[name].items() >= value.items() if isinstance(value, dict) else found[name] == value
    for name in given:
        misspelt = {name[:-1] + "_" if other == name else other: value for other, value in given.items()}
        with pytest.raises(Failure) as caught:
            read(kind, misspelt)
        assert caught.value.kind == "internal"
        assert f"a step of the kind {kind} " in caught.value.message and f"'{name[:-1]}_'" in caught.value.message


@pytest.mark.parametrize("kind, given", STEPS + OTHERS)
def test_a_missing_parameter_is_named(kind, given):
    form = type(read(kind, given).parameters)
    for name in [name for name, field in kinds.wire(form).items() if field.default is MISSING]:
        without = {other: value for other, value in given.items() if other != name}
        with pytest.raises(Failure, match=f"a step of the kind {kind} needs the parameter '{name}', and the step has none"):
            read(kind, without)


def golden(kind):
    return next(given for other, given in STEPS if other == kind)


def test_a_prediction_has_the_parameters_of_what_made_its_model():
    forms = {type(read("predict", given).parameters) for kind, given in STEPS if kind == "predict"}
    assert forms == {parameters.PredictBackbone, parameters.PredictBaseline}
    for name in ("tfidf", "template"):
        with pytest.raises(Failure, match="knows no parameter '(pooling|tfidf|template)'"):
            read("predict", golden("predict") | {name: {}, "pooling": "mean"})


def test_a_misspelt_lora_trains_no_other_model_in_silence():
    given = golden("finetune")
    misspelt = {{"lora": "loRA"}.get(name, name): value for name, value in given.items()}
    with pytest.raises(Failure, match=r"knows no parameter 'loRA' \(is 'lora' meant\?\); it knows classes, fold, head-input, "):
        read("finetune", misspelt)


@pytest.mark.parametrize("kind, part, old, new, words", [
    ("finetune", "lora", "rank", "rang", r"knows no parameter 'lora.rang' \(is 'lora.rank' meant\?\); it knows lora.alpha, "),
    ("finetune", "training", "epochs", "epoch", r"knows no parameter 'training.epoch' \(is 'training.epochs' meant\?\)"),
    ("finetune", "scratch", "architecture", None, "needs the parameter 'scratch.architecture'"),
    ("finetune", "lengths", "keep", "kept", "knows no parameter 'lengths.kept'"),
    ("fit", "tfidf", "ngrams", "n-grams", "knows no parameter 'tfidf.n-grams'"),
    ("stack", "settings", "rounds", "regularization", "knows no parameter 'settings.regularization'"),
    ("ingest", "columns", "label", "lable", r"\(is 'columns.label' meant\?\)")])
def test_names_within_a_parameter_are_known_likewise(kind, part, old, new, words):
    given = next(own for other, own in STEPS if other == kind and old in (own[part] or {}))
    value = {new if name == old else name: v for name, v in given[part].items() if name != old or new}
    with pytest.raises(Failure, match=words):
        read(kind, given | {part: value})


@pytest.mark.parametrize("change, words", [
    ({"pooling": "first"}, "pooling is 'first'; it may be last, mean, cls or attention"),
    ({"lengths": {"keep": "ends"}}, "lengths.keep is 'ends'; it may be head, tail or middle"),
    ({"training": {"schedule": "wavy"}}, "training.schedule is 'wavy'; it may be cosine, linear or constant")])
def test_a_word_that_is_no_choice_is_told_with_those_that_are(change, words):
    with pytest.raises(Failure, match=words) as caught:
        read("finetune", golden("finetune") | change)
    assert caught.value.kind == "invalid-input"


def test_a_setting_that_is_left_out_has_the_value_that_recipes_have():
    training = read("finetune", golden("finetune") | {"training": {"epochs": 2}}).parameters.training
    assert (training.epochs, training.batch, training.clip, training.class_weights) == (2, 16, None, "none")
    with pytest.raises(AttributeError):
        training.epochs = 3


def test_null_and_text_in_place_of_settings_are_no_misspelling():
    for lora in (None, "head-only"):
        assert read("finetune", golden("finetune") | {"lora": lora, "scratch": None})


def test_a_kind_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(Failure, match="there is no kind of step 'finetun'; this worker runs ingest, join, explore, tokenize, finetune, "):
        read("finetun", {})


def test_what_a_classifier_is_made_of_are_parameters_of_the_kinds_that_make_one():
    names = {field.name for field in fields(Blueprint)}
    for form in (parameters.Finetune, parameters.PredictBackbone):
        assert names <= {field.name for field in fields(form)}
