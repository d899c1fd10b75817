"""The parts of a fine-tune by themselves: data, classifier, trainer and model folder, with values in place of a step."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from ablate_worker.models import batches, classifier, modelfolder
from ablate_worker.protocol import kinds
from ablate_worker.protocol.parameters import Lengths, Lora, Scratch, Training
from ablate_worker.protocol.step import Failure, Source
from ablate_worker.targets.classes import Classes
from ablate_worker.training import data, trainer
from ablate_worker.training.plan import Plan
from ablate_worker.training.trainer import Progress, Trainer
from conftest import TINY
from conftest import finetune as parameters_of

CPU = torch.device("cpu")
PLAN = Plan(batch=8, learning_rate=3e-3, head_learning_rate=1e-2, schedule="cosine", warmup=0.1, seed=1, epochs=2, clip=1.0)
SCRATCH = classifier.Blueprint(classes=3, pooling="last", scratch=kinds.settings(Scratch, TINY | {"layers": 1}),
                               lora=Lora(rank=2, alpha=4, dropout=0.1))
LENGTHS = Lengths(answer=12)
METADATA = {"template": [{"ids": [7, 8]}, {"column": "answer"}], "bos": 1, "eos": 2, "pad": None}


def tokens(rows, seed=0):
    """Tokens of a table: 3 to 19 ids a row, among them 100 and the row's number of 3."""
    chance = np.random.default_rng(seed)
    texts = [np.append(chance.integers(10, 300, chance.integers(2, 19)), 100 + row % 3).astype(np.int32) for row in range(rows)]
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return {"answer": (np.concatenate(texts), offsets)}, METADATA


def table(rows, **more):
    return {"labels": [row % 3 for row in range(rows)], "groups": [row // 3 for row in range(rows)], "weights": None, **more}


def training_set(plan=PLAN, rows=24, chosen=None, **more):
    return data.assemble(tokens(rows), table(rows), np.arange(rows) if chosen is None else chosen, LENGTHS, Classes(3), plan, **more)


class Listener(Progress):
    """Keeps what it is told; ends the fit after the step `stop`."""

    def __init__(self, stop=None):
        self.steps, self.losses, self.stop = [], [], stop

    def step(self, done, total, epoch, loss):
        self.steps.append((done, total, epoch))
        if done == self.stop:
            raise InterruptedError

    def validation(self, loss, at):
        self.losses.append((at, loss))


def fit(rows, plan=PLAN, progress=None, checkpoints=None):
    torch.manual_seed(99)  # whatever came before
    model = classifier.build(SCRATCH, plan.seed, CPU)
    return model, Trainer(model, rows, plan, progress, checkpoints).run()


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


# MARK: data

def test_a_training_set_is_put_together_of_tokens_and_a_table():
    rows = training_set(chosen=np.arange(0, 24, 2))
    assert rows.rows.tolist() == list(range(0, 24, 2)) and not len(rows.held) and rows.groups is None
    assert rows.targets.tolist() == [row % 3 for row in range(0, 24, 2)] and rows.factors.tolist() == [1.0] * 12
    for row, text in zip(rows.rows, rows.texts):
        ids, offsets = tokens(24)[0]["answer"]
        assert text.tolist() == [1, 7, 8, *ids[offsets[row]:offsets[row + 1]][:12], 2]
    assert rows.metrics() == {"rows": 12, "tokens": sum(map(len, rows.texts)), "longest": max(map(len, rows.texts))} | rows.truncation
    assert rows.truncation["truncated-rows-answer"] > 0


def test_rows_are_held_out_by_whole_groups_and_weights_are_one_in_the_mean():
    plan = replace(PLAN, validation=0.25, order="groups")
    rows = data.assemble(tokens(24), table(24, weights=[1, 2, 3] * 8), np.arange(24), LENGTHS, Classes(3), plan)
    assert sorted([*rows.rows, *rows.held]) == list(range(24)) and not set(rows.rows // 3) & set(rows.held // 3)
    assert rows.groups.tolist() == (rows.rows // 3).tolist() and rows.factors.mean() == pytest.approx(1)
    assert rows.held_weights.tolist() == [1, 2, 3] * (len(rows.held) // 3) and rows.metrics()["validation-rows"] == len(rows.held)


def test_pseudo_labelled_rows_stand_behind_the_others_each_a_group_of_its_own():
    shares = np.array([[0.5, 0.25, 0.25], [0, 1, 0]], np.float32)
    plan = replace(PLAN, order="groups")
    rows = training_set(plan, taught=(np.array([4, 6]), shares, np.array([0.5, 0.5])), taught_tokens=tokens(9, seed=1))
    assert len(rows.texts) == 26 and rows.targets.shape == (26, 3) and (rows.targets[24:] == shares).all()
    assert rows.groups[24:].tolist() == [8, 9] and rows.metrics()["pseudo-rows"] == 2
    assert (rows.factors[24:] / rows.factors[0]).tolist() == [0.5, 0.5]


def test_tokens_of_another_table_and_ids_that_a_backbone_does_not_know_are_refused():
    with pytest.raises(Failure, match="9 rows of answer, and the table 24"):
        data.assemble(tokens(9), table(24), np.arange(24), LENGTHS, Classes(3), PLAN)
    config = classifier.build(replace(SCRATCH, scratch=replace(SCRATCH.scratch, vocabulary=64)), 1, CPU).backbone.config
    with pytest.raises(Failure, match="knows ids below 64"):
        training_set().check_fit(config)


# MARK: plan and blueprint

def test_a_plan_is_read_of_the_settings_and_an_unknown_one_is_refused():
    given = parameters_of()["training"]
    plan = Plan.read(kinds.settings(Training, given | {"clip": None}), 5)
    assert (plan.seed, plan.learning_rate, plan.head_learning_rate, plan.clip) == (5, 3e-3, 1e-2, None)
    assert plan.total(7) == 14 and replace(plan, steps=3).total(7) == 3
    with pytest.raises(kinds.Fault, match="knows no parameter 'lerning-rate' .is 'learning-rate' meant?"):
        kinds.settings(Training, given | {"lerning-rate": 1})


@pytest.mark.parametrize("change, words", [
    ({"validation": 0.6}, "a share from 0 to 0.5"), ({"keep": "best"}, "needs training.validation"),
    ({"early_stopping": 2}, "needs training.validation"), ({"validation": 0.1, "early_stopping": 0}, "1 or more epochs"),
    ({"epochs": None}, "needs epochs, or steps")])
def test_settings_that_do_not_go_together_are_refused(change, words):
    with pytest.raises(Failure, match=words):
        replace(PLAN, **change)


def test_a_classifier_follows_from_its_blueprint_and_seed_alone():
    one, same, other = (classifier.build(SCRATCH, seed, CPU) for seed in (1, 1, 2))
    state = one.state_dict()
    assert all(torch.equal(value, same.state_dict()[name]) for name, value in state.items())
    assert not torch.equal(one.head.weight, other.head.weight)
    trained = weights(one)
    assert trained and all("lora_" in name or name.startswith("head.") for name in trained)
    assert set(weights(classifier.build(replace(SCRATCH, lora="head-only"), 1, CPU))) == {"head.weight", "head.bias"}
    assert all(p.requires_grad for p in classifier.build(replace(SCRATCH, lora=None), 1, CPU).parameters())
    with pytest.raises(Failure, match="off, or head-only"):
        classifier.build(replace(SCRATCH, lora="heads-only"), 1, CPU)


def test_a_blueprint_is_read_of_parameters_among_others():
    blueprint = classifier.Blueprint.read(
        kinds.read("finetune", parameters_of(pooling="mean") | {"head-input": "lm-logits", "precision": None}))
    assert (blueprint.pooling, blueprint.classes, blueprint.has_language_head, blueprint.precision) == ("mean", 3, True, None)


# MARK: trainer

def test_a_trainer_needs_a_model_rows_and_a_plan():
    listener = Listener()
    model, found = fit(training_set(), progress=listener)
    assert listener.steps == [(n + 1, 6, n // 3 + 1) for n in range(6)] and not listener.losses
    assert found.steps_per_epoch == 3 and len(found.losses) == len(found.gradient_norms) == 6
    assert found.epoch_losses == [pytest.approx(np.mean(found.losses[:3])), pytest.approx(np.mean(found.losses[3:]))]
    assert found.losses[-1] < found.losses[0] and found.resumed_at is None and not found.recomputed
    assert found.metrics()["train-loss"] == found.epoch_losses[-1] and "best-epoch" not in found.metrics()
    assert found.history() == {"losses": found.losses, "gradient-norms": found.gradient_norms, "epochs": found.epoch_losses,
                               "steps-per-epoch": 3}
    again, same = fit(training_set())
    assert same.losses == found.losses and all(torch.equal(p, weights(again)[name]) for name, p in weights(model).items())


def test_a_fit_that_was_interrupted_goes_on_at_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0)
    plan = replace(PLAN, validation=0.25, keep="best", epochs=3)
    model, whole = fit(training_set(plan), plan)
    stopped = Listener(stop=5)
    with pytest.raises(InterruptedError):
        fit(training_set(plan), plan, stopped, tmp_path / "checkpoints")
    listener = Listener()
    resumed, rest = fit(training_set(plan), plan, listener, tmp_path / "checkpoints")
    assert rest.resumed_at == 4 and listener.steps[0][0] == 5, "the step that was interrupted was not saved yet"
    assert (rest.losses, rest.gradient_norms, rest.validation) == (whole.losses, whole.gradient_norms, whole.validation)
    assert (rest.validation_loss, rest.best_epoch) == (whole.validation_loss, whole.best_epoch)
    assert all(torch.equal(p, weights(resumed)[name]) for name, p in weights(model).items())


def test_the_validation_loss_is_told_and_stops_a_fit_that_no_longer_learns():
    plan = replace(PLAN, validation=0.25, early_stopping=1, keep="best", epochs=50, schedule="constant", learning_rate=0.3,
                   head_learning_rate=0.3)
    listener = Listener()
    _, found = fit(training_set(plan), plan, listener)
    assert len(found.validation) < 50 and [loss for _, loss in listener.losses] == found.validation
    assert found.best_epoch == len(found.validation) - 1 and found.validation_loss == min(found.validation)
    assert listener.losses[-1][0] == len(found.losses) == found.steps_per_epoch * len(found.validation)


def test_a_fit_that_diverges_says_at_which_step_and_what_to_lower():
    plan = replace(PLAN, learning_rate=1e30, head_learning_rate=1e38, clip=None)
    with pytest.raises(Failure, match=r"at step \d of 6 \(epoch [12]\): lower training.learning-rate \(1e\+30\)"):
        fit(training_set(plan), plan)


# MARK: the model folder

@pytest.mark.parametrize("lora", [SCRATCH.lora, None, "head-only"], ids=["adapters", "all weights", "head"])
def test_a_model_folder_gives_back_the_classifier_that_was_saved(lora, tmp_path):
    blueprint, rows = replace(SCRATCH, lora=lora), training_set()
    model = classifier.build(blueprint, 1, CPU)
    Trainer(model, rows, PLAN).run()
    modelfolder.save(model.eval(), tmp_path / "model", complete=True)
    assert modelfolder.is_complete(tmp_path / "model")
    with torch.no_grad():
        expected = model(*batches.pad(rows.texts, CPU)) if lora in (None, "head-only") else None
    restored = modelfolder.restore(blueprint, CPU, Source(tmp_path / "model", "the model"))
    with torch.no_grad():
        found = restored(*batches.pad(rows.texts, CPU))
    if expected is None:  # saving took the adapters off
        again = classifier.build(blueprint, 1, CPU)
        Trainer(again, rows, PLAN).run()
        with torch.no_grad():
            expected = again.eval()(*batches.pad(rows.texts, CPU))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
    assert restored.kept_as is None and not restored.training
