"""The parts in this process: padding, splitting, gradients, resuming within an epoch, schedules, lengths, bytes."""

import os

import numpy as np
import pytest
import torch
from ablate_worker.files import tensors
from ablate_worker.kinds import finetune
from ablate_worker.models import backbones as loading
from ablate_worker.models import batches, classifier, sequences
from ablate_worker.protocol import devices
from ablate_worker.protocol.channel import Channel
from ablate_worker.protocol.parameters import Lengths, Lora
from ablate_worker.protocol.step import Failure, Step
from ablate_worker.training import checkpoints, gradients, schedule, trainer
from conftest import TINY, digest, inputs
from conftest import finetune as parameters_of

CPU = torch.device("cpu")


@pytest.fixture
def model(request, backbones):
    """A classifier with adapters; of an architecture that `architectures` names, else mistral."""
    name = getattr(request, "param", "mistral")
    devices.settle_torch(1, 0)
    loading.warm.clear()
    backbone, _ = loading.load(backbones[name], name, "none", CPU, frozen=True)
    lora = Lora(rank=4, alpha=16, dropout=0.1)
    model = classifier.Classifier(loading.adapt(backbone, lora, seed=3), 3, "last")
    with torch.no_grad():  # a fresh adapter adds zero: give it something to add
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    return model


architectures = pytest.mark.parametrize("model", ["mistral", "llama", "qwen2"], indirect=True)


def some_data(count=9, seed=0):
    chance = np.random.default_rng(seed)
    texts = [chance.integers(0, 320, chance.integers(1, 40)).astype(np.int32) for _ in range(count)]
    return texts, torch.from_numpy(chance.integers(0, 3, count)), torch.from_numpy(chance.random(count) + 0.5).float()


@architectures
@pytest.mark.parametrize("pooling", ["last", "mean"])
def test_a_padded_batch_gives_the_logits_of_single_rows(model, pooling):
    model.eval()
    model.pooling = pooling
    texts, _, _ = some_data()
    with torch.inference_mode():
        together = model(*batches.pad(texts, CPU))  # [B, classes]
        alone = torch.cat([model(*batches.pad([text], CPU)) for text in texts])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


@architectures
def test_what_a_row_is_padded_with_cannot_matter(model):
    model.eval()
    texts, _, _ = some_data()
    ids, lengths = batches.pad(texts, CPU)
    other = ids.clone()
    for row, length in enumerate(lengths):
        other[row, length:] = 319
    with torch.inference_mode():
        torch.testing.assert_close(model(ids, lengths), model(other, lengths), atol=1e-6, rtol=0)


def gradients_of(model, data, budget):
    model.zero_grad()
    loss = gradients.add_gradients(model, data, np.arange(len(data[0])), budget, CPU)
    return loss, torch.cat([p.grad.reshape(-1) for p in model.parameters() if p.requires_grad])


def test_a_batch_has_one_gradient_however_it_is_split(model):
    model.eval()  # no dropout: its draws follow the split
    data = some_data()
    loss, whole = gradients_of(model, data, 10**9)
    by_hand = torch.nn.functional.cross_entropy(model(*batches.pad(data[0], CPU)), data[1], reduction="none") * data[2]
    torch.testing.assert_close(loss, by_hand.mean().detach())
    for budget in (100, 1):
        other_loss, other = gradients_of(model, data, budget)
        torch.testing.assert_close(other_loss, loss)
        assert (other - whole).norm() / whole.norm() < 1e-5


def test_only_adapters_and_head_are_trained(model):
    names = set(checkpoints.trained(model))
    assert {"head.weight", "head.bias"} < names
    assert all("lora_" in name for name in names - {"head.weight", "head.bias"})
    assert sum("lora_" in name for name in names) == 2 * 2 * 7  # A and B of seven layers in two blocks: every linear layer


class Cramped(torch.nn.Module):
    """A classifier on a device with room for so many tokens, padding counted."""

    def __init__(self, model, room, alike=False):
        super().__init__()
        self.alike = alike  # whether it is torch's own allocator that fails
        self.inner, self.head, self.room, self.backbone = model, model.head, room, model.backbone
        self.packs, self.share, self.tally = model.packs, model.share, model.tally
        self.embedding, self.loss, self.objective = model.embedding, model.loss, model.objective

    def forward(self, ids, *rest):
        if ids.numel() > self.room:
            if self.alike:
                torch.empty(2**60)
            raise torch.OutOfMemoryError("there is no more")
        return self.inner(ids, *rest)


@pytest.mark.parametrize("packs, alike", [(True, False), (False, False), (True, True)])
def test_a_batch_that_does_not_fit_is_done_again_in_smaller_parts(model, packs, alike):
    """The result, dropout and all, is that of a run which had begun with the smaller parts."""
    data, results, progress = some_data(), [], {"budget": 4096, "recompute": False}
    model.packs = packs
    for room in (128, 10**9):
        cramped = Cramped(model, room, alike).train()
        torch.manual_seed(1)
        optimizer = torch.optim.SGD([p for p in cramped.parameters() if p.requires_grad])
        results.append(gradients.train_batch(cramped, optimizer, data, np.arange(9), None, progress, CPU))
        assert progress == {"budget": 128, "recompute": False}
    assert results[0] == results[1]
    with pytest.raises(Failure, match="a single row of"):
        gradients.train_batch(Cramped(model, 1), optimizer, data, np.arange(9), None, progress, CPU)
    assert progress["recompute"], "before it gives up it has tried to keep less"


def test_recomputed_activations_give_the_same_gradients(model):
    model.train()
    data = some_data()
    torch.manual_seed(2)
    _, kept = gradients_of(model, data, 64)
    gradients.recompute(model)
    torch.manual_seed(2)
    _, again = gradients_of(model, data, 64)
    torch.testing.assert_close(again, kept, atol=1e-7, rtol=1e-5)


def test_bfloat16_autocast_trains_adapters_in_float32(model):
    """The arithmetic of a CUDA device, on this one."""
    from peft.helpers import disable_input_dtype_casting
    model.train()
    texts, labels, _ = some_data()
    with torch.autocast("cpu", torch.bfloat16), disable_input_dtype_casting(model.backbone):
        logits = model(*batches.pad(texts, CPU))
    assert logits.dtype == torch.float32
    torch.nn.functional.cross_entropy(logits, labels).backward()
    for parameter in checkpoints.trained(model).values():
        assert parameter.dtype == parameter.grad.dtype == torch.float32 and bool(parameter.grad.isfinite().all())


def test_splits_hold_every_row_once_and_keep_to_the_budget():
    for seed in range(20):
        chance = np.random.default_rng(seed)
        lengths = chance.integers(1, 2000, chance.integers(1, 40)).tolist()
        parts = batches.split(lengths, 4096)
        assert sorted(i for part in parts for i in part) == list(range(len(lengths)))
        assert all(len(p) == 1 or len(p) * max(lengths[i] for i in p) <= 4096 for p in parts)
        padded = sum(len(p) * max(lengths[i] for i in p) for p in parts)
        assert padded <= len(lengths) * max(lengths)
    assert batches.split([10] * 16, 4096) == [list(range(16))], "rows of one length stay together"
    assert len(batches.split([2000] + [10] * 15, 10**9)) == 2, "one long row is not worth padding fifteen"


def test_an_epoch_is_a_permutation_that_follows_from_seed_and_epoch():
    orders = {tuple(batches.epoch_order(50, seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}
    assert len(orders) == 4 and all(sorted(order) == list(range(50)) for order in orders)
    assert tuple(batches.epoch_order(50, 1, 0)) in orders


def test_schedules_rise_and_fall_as_they_say():
    course = lambda name, warmup: [schedule.factor(s, 10, name, warmup) for s in range(10)]
    assert course("constant", 0) == [1.0] * 10
    assert course("linear", 0)[0] == 1.0 and course("linear", 0)[-1] == pytest.approx(0.1)
    assert course("cosine", 0.2)[:3] == [0.5, 1.0, 1.0] and course("cosine", 0.2) == sorted(course("cosine", 0.2)[:2]) + sorted(
        course("cosine", 0.2)[2:], reverse=True)
    assert course("cosine", 0)[5] == pytest.approx(0.5)


def test_budgets_cut_columns_and_never_the_template():
    columns = {"prompt": (np.array([1, 2, 3, 4, 5], np.int32), np.array([0, 5, 5]))}
    metadata = {"template": [{"ids": [90, 91]}, {"column": "prompt"}, {"ids": [92]}], "bos": 80, "eos": None, "pad": None}
    made = lambda budget, keep: sequences.assemble(columns, metadata, Lengths(prompt=budget, keep=keep), [0])[0].tolist()
    assert made(None, "head") == [80, 90, 91, 1, 2, 3, 4, 5, 92]
    assert made(2, "head") == [80, 90, 91, 1, 2, 92]
    assert made(2, "tail") == [80, 90, 91, 4, 5, 92]
    assert made(3, "middle") == [80, 90, 91, 2, 3, 4, 92]
    assert made(0, "tail") == made(0, "head") == [80, 90, 91, 92]
    bare = {"template": [{"column": "prompt"}], "bos": None, "eos": None, "pad": None}
    assert sequences.assemble(columns, bare, Lengths(), [1])[0].tolist() == [0], "no row is without a last token"


def test_safetensors_are_the_librarys_and_the_same_bytes_in_any_order(tmp_path):
    from safetensors import safe_open
    made = {"b": np.arange(3, dtype=np.int64), "a": torch.ones(2, 3, dtype=torch.bfloat16), "c": np.zeros((0, 4), np.float32),
            "t": torch.arange(6).reshape(2, 3).T, "n": torch.tensor(2.5)}
    tensors.write(tmp_path / "one", made, {"x": "1", "y": "é"})
    tensors.write(tmp_path / "two", dict(reversed(made.items())), {"y": "é", "x": "1"})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with safe_open(tmp_path / "one", framework="pt") as file:
        assert file.metadata() == {"x": "1", "y": "é"}
        for name, value in made.items():
            torch.testing.assert_close(file.get_tensor(name), torch.as_tensor(value))


class Interrupted(Exception):
    pass


class Interrupting(Channel):
    """A channel that listens to nothing and, at one step, ends the run."""

    def __init__(self, at):
        super().__init__(os.open(os.devnull, os.O_WRONLY))
        self.at = at

    def progress(self, done, total, unit, message=""):
        if done == self.at:
            raise Interrupted


@pytest.mark.parametrize("changes, at", [({}, 2), ({}, 5), ({}, 10), ({"lora": None}, 7),
                                         ({"scratch": TINY, "lora": None}, 3)])
def test_a_run_resumes_from_within_an_epoch_at_the_same_bytes(changes, at, dataset, backbones, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0)  # seconds: a checkpoint after every step
    given = {k: {"path": str(v)} for k, v in inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"]).items()}

    def run(name, scratch, stop):
        outputs = tmp_path / name
        for folder in (outputs, tmp_path / scratch):
            folder.mkdir(exist_ok=True)
        devices.settle_torch(1, 1)
        step = Step("", "finetune", parameters_of(**changes), given, outputs, tmp_path / scratch, None, 1, "cpu",
                    Interrupting(stop))
        return finetune.run(step)["measurements"]["resumed-at-step"]

    assert run("whole", "one", None) is None
    if at < 10:
        with pytest.raises(Interrupted):
            run("broken", "two", at)
        (tmp_path / "broken").rename(tmp_path / "gone")
    assert run("again", "two", None) == (at - 1 if at < 10 else None)
    assert digest(tmp_path / "whole") == digest(tmp_path / "again")
