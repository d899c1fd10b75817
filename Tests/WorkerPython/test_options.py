"""The options of training: what a row counts, which optimizer and numbers, what is held out, and when training ends."""

import json
import math

import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import backbones as loading
from ablate_worker.models import classifier, precision
from ablate_worker.protocol import devices
from ablate_worker.protocol.parameters import Lora
from ablate_worker.protocol.step import Failure
from ablate_worker.training import gradients, losses, trainer, validation
from ablate_worker.training.plan import Plan
from conftest import digest, finetune, inputs, predicting
from inprocess import Interrupted, fails, run
from safetensors.torch import load_file

CPU = torch.device("cpu")
PLAN = Plan(batch=9, learning_rate=1.0, schedule="constant", seed=1, epochs=1)
WATCHED = {"validation": 0.25, "keep": "best", "epochs": 6, "learning-rate": 2e-2}


def history(outputs):
    return json.loads((outputs / "history").read_text())


@pytest.fixture
def given(dataset, backbones):
    return inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])


# What a row counts

def test_balanced_classes_count_the_same_in_sum():
    labels, weights = np.array([0, 0, 0, 1, 2, 2]), np.array([1, 1, 2, 1, 0.5, 0.5])
    found = losses.row_weights(labels, weights, 4, "balanced")  # no row has class 3
    assert [pytest.approx(found[labels == c].sum()) for c in range(3)] == [2, 2, 2]
    assert found[2] == pytest.approx(2 * found[0]), "within a class the rows' own weights go on"
    by_hand = losses.row_weights(labels, np.ones(6), 4, [1, 2, 0, 5])
    np.testing.assert_allclose(by_hand, np.array([1, 1, 1, 2, 0, 0]) * 6 / 5)
    for wrong, words in (([1, 2], "2 numbers, and there are 4 classes"), ([1, 1, 1, -1], "0 or more"), ("even", "balanced"),
                         ([0, 0, 0, 1], "weight of 0")):
        with pytest.raises(Failure, match=words):
            losses.row_weights(labels, weights, 4, wrong)


def test_smoothed_targets_give_torchs_smoothed_loss():
    labels, logits = np.array([0, 2, 1]), torch.randn(3, 3)
    targets = torch.from_numpy(losses.targets(labels, 3, 0.1))
    ours = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    theirs = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels), reduction="none", label_smoothing=0.1)
    torch.testing.assert_close(ours, theirs)
    with pytest.raises(Failure, match="below 1"):
        losses.targets(labels, 3, 1)


@pytest.mark.parametrize("training", [{"label-smoothing": 0.3}, {"class-weights": [1, 5, 1]}, {"class-weights": "balanced"},
                                      {"optimizer": "paged-adamw-8bit"}])
def test_an_option_changes_the_training_and_repeats(training, given, tmp_path):
    made = [run("finetune", finetune(fold=1, training={"epochs": 1} | t), given, tmp_path)[0] for t in ({}, training, training)]
    assert digest(made[1]) == digest(made[2])
    if training != {"class-weights": "balanced"}:  # in this table the classes are balanced as they are
        assert digest(made[0]) != digest(made[1])


def test_steps_are_counted_instead_of_epochs(given, tmp_path):
    outputs, fields, _ = run("finetune", finetune(training={"steps": 7, "epochs": None}), given, tmp_path)
    assert fields["metrics"]["steps"] == 7 and len(history(outputs)["losses"]) == 7
    assert len(history(outputs)["epochs"]) == 2, "five steps are an epoch, and two begin another"


# What is held out

def test_whole_groups_are_held_out_and_follow_from_the_seed():
    rows, groups = np.arange(3, 43), [g // 4 for g in range(50)]
    halves = {}
    for seed in range(6):
        train, held = validation.split(rows, groups, 0.2, seed)
        assert sorted([*train, *held]) == rows.tolist() and 8 <= len(held) <= 11
        assert not {groups[r] for r in train} & {groups[r] for r in held}
        halves[tuple(held)] = seed
    assert len(halves) > 3 and tuple(validation.split(rows, groups, 0.2, 5)[1]) in halves
    train, held = validation.split(np.arange(10), None, 0.5, 1)
    assert len(train) == len(held) == 5, "without groups every row is one"
    assert len(validation.split(np.arange(9), [0] * 8 + [1], 0.5, 1)[0]) in (1, 8), "something is left to train on"
    with pytest.raises(Failure, match="a single group"):
        validation.split(np.arange(5), [3] * 5, 0.2, 1)


def test_the_held_out_rows_change_nothing_but_their_own_loss(dataset, given, tmp_path):
    rows = formats.read_json(dataset["rows"])
    folds = np.array(formats.read_json(dataset["folds"])["folds"])
    _, held = validation.split(np.flatnonzero(folds != 0), rows["groups"], 0.25, 1)
    for row in held:
        rows["labels"][row] = (rows["labels"][row] + 1) % 3
    formats.write_json(tmp_path / "rows", rows)
    parameters = finetune(training={"validation": 0.25})
    made, found, events = run("finetune", parameters, given, tmp_path)
    other, otherwise, _ = run("finetune", parameters, given | {"rows": tmp_path / "rows"}, tmp_path)
    assert digest(made / "model") == digest(other / "model")
    assert found["metrics"]["validation-rows"] == len(held) and found["metrics"]["rows"] == 36 - len(held)
    assert found["metrics"]["validation-loss"] != otherwise["metrics"]["validation-loss"]
    told = [e["value"] for e in events if e["event"] == "metric" and e["name"] == "validation-loss"]
    assert told == history(made)["validation"] and len(told) == 2


def test_the_validation_loss_is_that_of_the_models_own_predictions(dataset, given, tmp_path):
    """The kept weights are those of the best epoch, and the loss told for it is what `predict` gives on those rows."""
    parameters = finetune(training=WATCHED)
    made, fields, _ = run("finetune", parameters, given, tmp_path)
    table = formats.read_json(dataset["rows"])
    folds = np.array(formats.read_json(dataset["folds"])["folds"])
    _, held = validation.split(np.flatnonzero(folds != 0), table["groups"], 0.25, 1)
    outputs, _, _ = run("predict", predicting(parameters, None), inputs(dataset, "tokens", model=made / "model",
                                                                        backbone=given["backbone"]), tmp_path)
    chosen = load_file(outputs / "predictions")["probabilities"].numpy()[held, np.array(table["labels"])[held]]
    assert fields["metrics"]["validation-loss"] == pytest.approx(-np.log(chosen).mean(), abs=1e-5)
    losses = history(made)["validation"]
    assert fields["metrics"]["validation-loss"] == min(losses) and fields["metrics"]["best-epoch"] == losses.index(min(losses)) + 1


def test_training_stops_when_the_validation_loss_does_not_improve(given, tmp_path):
    wild = {"validation": 0.25, "learning-rate": 1e-2, "epochs": 40, "schedule": "constant", "warmup": 0}
    long, _, _ = run("finetune", finetune(training=wild), given, tmp_path)
    losses = history(long)["validation"]
    stopped, fields, _ = run("finetune", finetune(training=wild | {"early-stopping": 2, "keep": "best"}), given, tmp_path)
    best, end = 0, None
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] else best
        if epoch - best == 2:
            end = epoch + 1
            break
    assert end is not None and end < 40, "this course must turn for the test to mean something"
    assert history(stopped)["validation"] == losses[:end]
    assert fields["metrics"]["best-epoch"] == best + 1 and fields["metrics"]["steps"] == end * history(stopped)["steps-per-epoch"]
    cut = wild | {"steps": (best + 1) * history(stopped)["steps-per-epoch"]}
    until_best, _, _ = run("finetune", finetune(training=cut), given, tmp_path)
    assert digest(until_best / "model") == digest(stopped / "model"), "the kept weights are those of the best epoch"


@pytest.mark.parametrize("changes", [{}, {"quantization": "nf4"}, {"quantization": "int8"}, {"precision": "bf16"}])
def test_a_look_at_the_held_out_rows_leaves_no_trace_in_training(changes, given, backbones, tmp_path, monkeypatch):
    given["backbone"] = backbones["wide llama"]
    parameters = finetune(training={"validation": 0.25, "learning-rate": 1e-2}, **changes)
    watched, _, _ = run("finetune", parameters, given, tmp_path)
    monkeypatch.setattr(validation, "log_loss", lambda *_: 1.0)
    blind, _, _ = run("finetune", parameters, given, tmp_path)
    assert history(watched)["losses"] == history(blind)["losses"] and digest(watched / "model") == digest(blind / "model")


@pytest.mark.parametrize("changes, at", [
    ({"training": WATCHED}, 5), ({"training": WATCHED}, 11), ({"training": WATCHED | {"early-stopping": 1}}, 6),
    ({"training": {"optimizer": "paged-adamw-8bit", "epochs": 3}, "lora": None}, 7),
    ({"precision": "fp16", "pooling": "attention", "training": {"label-smoothing": 0.1}}, 3),
    ({"lora": {"rank": 4, "alpha": 4, "dropout": 0.1, "targets": "all-linear", "dora": True, "rslora": True}}, 6),
    ({"lora": "head-only", "head-input": "lm-logits"}, 4)])
def test_a_run_with_options_resumes_at_the_same_bytes(changes, at, given, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0)  # seconds: a checkpoint after every step
    monkeypatch.setattr(precision, "GROWTH", 3)  # so that the scale has moved by then
    parameters, scratch = finetune(**changes), tmp_path / "scratch"
    whole, _, _ = run("finetune", parameters, given, tmp_path)
    with pytest.raises(Interrupted):
        run("finetune", parameters, given, tmp_path, scratch=scratch, stop=at)
    again, fields, _ = run("finetune", parameters, given, tmp_path, scratch=scratch)
    assert fields["measurements"]["resumed-at-step"] == at - 1
    assert digest(again) == digest(whole)


@pytest.mark.parametrize("training, words", [
    ({"keep": "best"}, "keep: best needs training.validation"),
    ({"early-stopping": 2}, "early-stopping needs training.validation"),
    ({"validation": 0.6}, "from 0 to 0.5"), ({"keep": "worst", "validation": 0.1}, "last or best"),
    ({"early-stopping": 0, "validation": 0.1}, "1 or more"), ({"optimizer": "sgd"}, "adamw or paged-adamw-8bit")])
def test_training_settings_that_cannot_be(training, words, given, tmp_path):
    failure = fails("finetune", finetune(training=training), given, tmp_path)
    assert failure.kind == "invalid-input" and words in failure.message


# Numbers

def classifier_in(kind, backbones, lora=True):
    devices.settle_torch(1, 0)
    loading.warm.clear()
    backbone, _ = loading.load(backbones["llama"], "llama", "none", CPU, frozen=True, precision=kind)
    backbone = loading.adapt(backbone, Lora(rank=4, alpha=16, dropout=0.0), seed=3)
    with torch.no_grad():
        for name, parameter in backbone.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    model = classifier.Classifier(backbone, 3, "last")
    model.compute_type = precision.compute_type(CPU, kind)
    return model


def data_for(model):
    chance = np.random.default_rng(0)
    texts = [chance.integers(0, 320, chance.integers(1, 40)).astype(np.int32) for _ in range(9)]
    return texts, torch.from_numpy(chance.integers(0, 3, 9)), torch.ones(9)


def gradient_of(kind, backbones, scaling):  # of norm 9: at the scale that a run begins with it would overflow
    model = classifier_in(kind, backbones)
    progress = {"budget": 4096, "recompute": False, "scaling": precision.scaling(model) if scaling else None}
    loss, norm = gradients.train_batch(model.eval(), torch.optim.SGD(model.parameters()), data_for(model), np.arange(9), None,
                                       progress, CPU)
    return loss, norm, torch.cat([p.grad.reshape(-1) for p in model.parameters() if p.requires_grad])


@pytest.mark.parametrize("kind, far", [("bf16", 0.05), ("fp16", 0.01)])
def test_half_precisions_give_nearly_the_gradient_of_float32(kind, far, backbones, monkeypatch):
    monkeypatch.setattr(precision, "FIRST", 2.0**10)
    loss, norm, exact = gradient_of("fp32", backbones, False)
    half_loss, half_norm, half = gradient_of(kind, backbones, True)
    assert abs(half_loss - loss) < far * loss and abs(half_norm - norm) < far * norm
    assert 0 < (half - exact).norm() / exact.norm() < far, "it was computed in another precision, and unscaled"


def test_an_overflow_of_float16_skips_the_step_and_halves_the_scale(given, tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "FIRST", 2.0**40)
    outputs, fields, _ = run("finetune", finetune(precision="fp16", training={"epochs": 8}), given, tmp_path)
    norms, losses_ = history(outputs)["gradient-norms"], history(outputs)["losses"]
    skipped = fields["metrics"]["skipped-steps"]
    assert 3 < skipped < 30 and norms.count(None) == skipped
    assert None in norms[:3] and None not in norms[-10:] and all(math.isfinite(x) for x in losses_)
    monkeypatch.setattr(precision, "LEAST", 2.0**39)
    failure = fails("finetune", finetune(precision="fp16"), given, tmp_path)
    assert failure.kind == "diverged" and "bf16" in failure.message


def test_the_scale_of_the_loss_moves_by_powers_of_two(monkeypatch):
    monkeypatch.setattr(precision, "GROWTH", 2)
    state = {"scale": 8.0, "calm": 0, "skipped": 0}
    told = [precision.overflowed(state, norm, "step 1") for norm in (1.0, 1.0, math.inf, 1.0, math.nan)]
    assert told == [False, False, True, False, True] and state == {"scale": 4.0, "calm": 0, "skipped": 2}
    assert not precision.overflowed(None, math.inf, "step 1"), "without scaling it is no overflow but a divergence"


@pytest.mark.parametrize("kind", ["bf16", "fp16"])
def test_a_model_learns_and_predicts_in_half_precision(kind, dataset, given, tmp_path):
    parameters = finetune(precision=kind, training={"epochs": 8, "learning-rate": 1e-2})
    made, fields, _ = run("finetune", parameters, given, tmp_path)
    assert fields["metrics"]["train-loss"] < 0.8
    assert load_file(made / "model" / "head.safetensors")["weight"].dtype == torch.float32
    whole = inputs(dataset, "tokens", "folds", model=made / "model", backbone=given["backbone"])
    found = [load_file(run("predict", predicting(parameters, 0) | {"precision": p}, whole, tmp_path)[0] / "predictions")["logits"]
             for p in (kind, "fp32")]
    assert 0 < (found[0] - found[1]).abs().max() < 0.2
    failure = fails("finetune", finetune(precision="fp8"), given, tmp_path)
    assert failure.kind == "invalid-input" and "fp16" in failure.message


@pytest.mark.parametrize("changes", [{"lora": None, "pooling": "attention"}, {"lora": "head-only"}, {"precision": "fp16"},
                                     {"head-input": "lm-logits"}, {"training": {"optimizer": "paged-adamw-8bit"}}])
def test_every_way_of_training_stops_when_it_diverges(changes, given, tmp_path):
    training = {"learning-rate": 1e30, "head-learning-rate": 1e38, "clip": None} | changes.pop("training", {})
    failure = fails("finetune", finetune(**changes, training=training), given, tmp_path)
    assert failure.kind == "diverged" and "learning-rate" in failure.message


def test_a_validation_loss_that_is_no_number_is_diverged(backbones):
    model = classifier_in("fp32", backbones)
    with torch.no_grad():
        model.head.bias.fill_(math.nan)
    with pytest.raises(Failure, match="validation loss is no number after epoch 1"):
        validation.Watch(PLAN, data_for(model), CPU).look(model, 4096)
    with pytest.raises(Failure, match="held out by training.validation has weight 0"):
        validation.Watch(PLAN, (*data_for(model)[:2], torch.zeros(9)), CPU)


def test_strictly_deterministic_training_gives_the_same_bytes_and_names_what_it_refuses(given, tmp_path):
    made = [run("finetune", finetune(training={"deterministic": d}), given, tmp_path)[0] for d in (True, True, False)]
    assert len({digest(outputs) for outputs in made}) == 1, "on the CPU nothing is done in any order to begin with"
    assert torch.is_deterministic_algorithms_warn_only_enabled()
    with pytest.raises(Failure, match="put_ does not have a deterministic") as caught, devices.strictly(True):
        torch.zeros(3).put_(torch.tensor([0]), torch.tensor([1.0]))
    assert caught.value.kind == "unavailable"
    torch.zeros(3).put_(torch.tensor([0]), torch.tensor([1.0]))  # a warning again


def test_what_ran_before_on_the_same_backbone_changes_nothing(given, tmp_path):
    """The backbone stays in memory between steps: frozen, adapted, in other numbers, with and without its language head."""
    first, _, _ = run("finetune", finetune(), given, tmp_path)
    for changes in ({"lora": "head-only"}, {"head-input": "lm-logits"}, {"precision": "fp16"}, {"lora": None},
                    {"lora": {"rank": 2, "alpha": 2, "dropout": 0.1, "targets": "all-linear", "dora": True}}):
        before, _, _ = run("finetune", finetune(training={"epochs": 1}, **changes), given, tmp_path)
        run("finetune", finetune(training={"epochs": 1}), given, tmp_path)
        after, _, _ = run("finetune", finetune(training={"epochs": 1}, **changes), given, tmp_path)
        assert digest(before) == digest(after)
    assert digest(run("finetune", finetune(), given, tmp_path)[0]) == digest(first)
