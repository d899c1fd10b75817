"""Methods of fine-tuning, each held to what its paper says where that can be seen, and to someone else's code where there is some."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from ablate_worker.models import backbones as loading
from ablate_worker.models import batches, classifier, layers
from ablate_worker.protocol.parameters import Lora
from ablate_worker.protocol.step import Failure
from ablate_worker.training import (adversarial, averaging, checkpoints, focal, gradients, masking, noise, optimizers,
                                    trainer)
from ablate_worker.training.plan import Plan
from conftest import digest, finetune, inputs, predicting
from inprocess import FAMILIES, Interrupted, fails, make_backbone, run
from safetensors.torch import load_file

CPU = torch.device("cpu")
ALONE = Lora(rank=4, alpha=8.0, dropout=0.0)


@pytest.fixture
def given(dataset, backbones):
    return inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])


def classifier_on(folder, lora=ALONE, packs=True):
    backbone, _ = loading.load(folder, "it", None, CPU, frozen=lora is not None)
    model = classifier.Classifier(loading.adapt(backbone, lora, 3, folder) if lora else backbone, 3, "last")
    model.packs = model.packs and packs
    return model


def some_data(count=7):
    chance = np.random.default_rng(0)
    texts = [chance.integers(0, 320, chance.integers(2, 40)).astype(np.int32) for _ in range(count)]
    return texts, torch.from_numpy(chance.integers(0, 3, count)), torch.ones(count)


def gradient(model, data, **more):
    optimizer, progress = torch.optim.SGD(model.parameters()), {"budget": 64, "recompute": False}
    loss, _ = gradients.train_batch(model, optimizer, data, np.arange(len(data[0])), None, progress, CPU, **more)
    return loss, {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def awake(model):
    """Give adapters something to do: at first their product is zero, and so are half of their gradients."""
    torch.manual_seed(8)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_B" in name:
                p.normal_(std=0.1)
    return model


# Rates that fall from layer to layer

@pytest.mark.parametrize("family", list(FAMILIES))
def test_rates_fall_from_the_last_layer_to_the_embeddings(family, tmp_path):
    """Howard and Ruder (2018): the rate of a layer is that of the layer above it times one factor."""
    model = classifier_on(make_backbone(family, tmp_path), lora=None)
    rates = {id(p): group["lr"] for group in optimizers.make(model, CPU, 1.0, 7.0, layer_decay=0.5).param_groups
             for p in group["params"]}
    found = {name: rates[id(p)] for name, p in model.named_parameters()}
    assert len(rates) == len(found) and {found[n] for n in ("head.weight", "head.bias")} == {7.0}
    for name, rate in found.items():
        if any(f".{place}.1." in name for place in ("layers", "layer")):
            assert rate == 1.0, name
        elif any(f".{place}.0." in name for place in ("layers", "layer")):
            assert rate == 0.5, name
        elif "embed" in name:
            assert rate == 0.25, name
    assert set(found.values()) == {7.0, 1.0, 0.5, 0.25}
    adapted = classifier_on(tmp_path)
    groups = optimizers.make(adapted, CPU, 1.0, layer_decay=0.5).param_groups
    assert sorted({group["lr"] for group in groups}) == [0.5, 1.0], "adapters have the rates of the layers that they stand in"


# Averaged weights

def test_the_average_is_that_of_torch(given):
    model = classifier_on(given["backbone"])
    theirs = torch.optim.swa_utils.AveragedModel(model.head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.8))
    ours = averaging.Average(0.8)
    for step in range(5):
        with torch.no_grad():
            for p in model.parameters():
                p.add_(torch.randn(p.shape) * (step + 1) if p.requires_grad else 0)
        theirs.update_parameters(model.head)
        ours.update(model)
    own = model.head.weight.clone()
    with ours.applied(model):
        assert torch.equal(model.head.weight, theirs.module.weight) and torch.equal(model.head.bias, theirs.module.bias)
    assert torch.equal(model.head.weight, own)


def test_a_fit_ends_with_averaged_weights_and_is_judged_by_them(dataset, given, tmp_path, monkeypatch):
    watched = {"validation": 0.25, "epochs": 4, "learning-rate": 2e-2}
    plain, _, _ = run("finetune", finetune(training=watched), given, tmp_path)
    courses = []
    real = averaging.Average.update

    def update(self, model):
        courses.append({name: p.detach().clone() for name, p in checkpoints.trained(model).items()})
        real(self, model)
    monkeypatch.setattr(averaging.Average, "update", update)
    made, fields, _ = run("finetune", finetune(training=watched | {"ema": 0.9}), given, tmp_path)
    history = lambda outputs: json.loads((outputs / "history").read_text())
    assert history(made)["losses"] == history(plain)["losses"], "training itself goes its way"
    average = courses[0]["head.weight"]
    for weights in courses[1:]:
        average = 0.9 * average + 0.1 * weights["head.weight"]
    torch.testing.assert_close(load_file(made / "model" / "head.safetensors")["weight"], average)
    best, fields, _ = run("finetune", finetune(training=watched | {"ema": 0.9, "keep": "best"}), given, tmp_path)
    losses = history(best)["validation"]
    assert losses == history(made)["validation"] != history(plain)["validation"]
    assert fields["metrics"]["validation-loss"] == min(losses)


# A worst case nearby

def test_fgm_learns_from_tokens_moved_along_their_gradient(given):
    """Held to the paper's own words, row by row and without packing: r = epsilon g / |g|, and the loss at x and at x + r."""
    data = some_data()
    model = awake(classifier_on(given["backbone"])).train()
    course = adversarial.Course(type("S", (), {"method": "fgm", "epsilon": 0.5, "start": 0.0}), model.embedding, model.backbone)
    loss, found = gradient(model, data, attack=course.at(0, 10))
    alone = awake(classifier_on(given["backbone"], packs=False)).train()
    table, total, clean = alone.backbone.get_input_embeddings(), 0, 0
    for text, label in zip(data[0], data[1]):
        embedded = table(torch.from_numpy(text).long())[None].detach().requires_grad_()

        def loss_at(x):
            state = alone.backbone(inputs_embeds=x, use_cache=False).last_hidden_state[0, -1:]
            return torch.nn.functional.cross_entropy(alone.classify(state.float()), label[None])
        near, = torch.autograd.grad(loss_at(embedded), embedded)
        step = 0.5 * near / near.norm()
        clean = clean + loss_at(embedded).detach() / len(data[0])
        total = total + (loss_at(embedded) + loss_at(embedded + step)) / len(data[0])
        assert loss_at(embedded + 0.01 * step) > loss_at(embedded), "the loss rises along the step"
    total.backward()
    assert loss == pytest.approx(float(clean), rel=1e-5), "what is told is the loss of the rows as they are"
    for name, p in alone.named_parameters():
        if p.grad is not None:
            torch.testing.assert_close(found[name], p.grad, atol=1e-5, rtol=1e-3)
    padded = awake(classifier_on(given["backbone"], packs=False)).train()
    course = adversarial.Course(type("S", (), {"method": "fgm", "epsilon": 0.5, "start": 0.0}), padded.embedding, padded.backbone)
    _, also = gradient(padded, data, attack=course.at(0, 10))
    for name in found:
        torch.testing.assert_close(found[name], also[name], atol=1e-5, rtol=1e-3)


def test_awp_learns_from_weights_moved_by_a_share_of_their_norm(given):
    """Held to the paper's formula, v = gamma |w| g / |g| by matrix, and the gradient of the loss at w + v."""
    data = some_data()
    model = awake(classifier_on(given["backbone"])).train()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    _, clean = gradient(model, data)
    loss, found = gradient(model, data, attack=adversarial.Weights(0.05))
    for name, p in model.named_parameters():
        assert torch.equal(p, before[name]), "the weights come back, bit by bit"
    moved = awake(classifier_on(given["backbone"])).train()
    with torch.no_grad():
        for name, p in moved.named_parameters():
            if p.requires_grad and p.ndim > 1:
                p.add_(0.05 * p.norm() * clean[name] / clean[name].norm())
    worse, expected = gradient(moved, data)
    assert worse > loss, "the point that it learns from is worse than the one it is at"
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=1e-6, rtol=1e-4)


def test_an_attack_begins_where_the_plan_says(given):
    settings = type("S", (), {"method": "awp", "epsilon": 0.1, "start": 0.25})
    course = adversarial.Course(settings, None, None)
    assert [course.at(step, 8) is course.attack for step in range(4)] == [False, False, True, True]


# Noise

def test_noise_is_that_of_transformers_and_of_each_rows_own_length(given):
    from transformers.integrations.neftune import neftune_post_forward_hook
    from ablate_worker.models.embedding import Tokens
    embedded, alone = torch.randn(1, 12, 8), Tokens(torch.zeros(1, 12, dtype=torch.int64), torch.tensor([12]))
    table = torch.nn.Embedding(3, 8)
    table.neftune_noise_alpha = 5.0
    torch.manual_seed(1)
    theirs = neftune_post_forward_hook(table, None, embedded)
    torch.manual_seed(1)
    torch.testing.assert_close(noise.Noise(5.0)(embedded, alone), theirs)
    seen = []

    class Spy(noise.Noise):
        def __call__(self, embedded, tokens):
            changed = super().__call__(embedded, tokens)
            seen.append([(changed - embedded)[tokens.owners == row].abs().max() for row in range(len(tokens.lengths))])
            seen.append(tokens.lengths.tolist())
            return changed
    for packs in (True, False):
        model = classifier_on(given["backbone"], packs=packs)
        model.embedding.add(model.backbone, Spy(5.0))
        texts = [np.arange(4, dtype=np.int32), np.arange(200, dtype=np.int32)]
        model.train()
        gradients.add_gradients(model, (texts, torch.tensor([0, 1]), torch.ones(2)), np.arange(2), 4096, CPU)
        most = {length: float(value) for values, lengths in zip(seen[::2], seen[1::2]) for value, length in zip(values, lengths)}
        assert {length: pytest.approx(5 / (length * 32) ** 0.5, rel=0.1) for length in (4, 200)} == most
        seen.clear()
        model.eval()
        model(*batches.pad(texts, CPU))
        assert not seen, "there is none where the model does not train"


# The head

def test_several_draws_of_dropout_average_their_losses(given):
    """Inoue (2019): one pass through the backbone, the head several times, and the mean of the losses."""
    data = some_data()
    model = classifier_on(given["backbone"], packs=False).train()
    model.head_dropout, model.dropout_samples = 0.5, 4
    torch.manual_seed(3)
    loss, found = gradient(model, (data[0][:1], data[1][:1], data[2][:1]))
    states = loading.states(model.backbone, *batches.pad(data[0][:1], CPU))[:, -1]
    torch.manual_seed(3)
    model.zero_grad()
    each = [torch.nn.functional.cross_entropy(model.head(torch.nn.functional.dropout(states, 0.5)), data[1][:1]) for _ in range(4)]
    assert loss == pytest.approx(float(sum(each).detach()) / 4, rel=1e-5)
    (sum(each) / 4).backward()
    torch.testing.assert_close(found["head.weight"], model.head.weight.grad)
    assert len(model.eval()(*batches.pad(data[0], CPU))) == len(data[0])


def test_focal_loss_is_that_of_its_paper():
    torch.manual_seed(2)
    logits, labels = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 1, 0])
    p = logits.softmax(1)[torch.arange(6), labels]
    torch.testing.assert_close(focal.loss(logits, labels, 2.0), (1 - p) ** 2 * -p.log())
    torch.testing.assert_close(focal.loss(logits, torch.eye(4)[labels], 2.0), (1 - p) ** 2 * -p.log())
    torch.testing.assert_close(focal.loss(logits, labels, 0.0), torch.nn.functional.cross_entropy(logits, labels, reduction="none"))
    two = torch.tensor([[-1.3, 0.4]])  # two classes are one logit
    z = torch.tensor([1.7])
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(z, torch.ones(1)) * (1 - z.sigmoid()) ** 2
    torch.testing.assert_close(focal.loss(two, torch.tensor([1]), 2.0), theirs)


# Tokens

def test_masking_replaces_its_share_of_the_texts_and_none_of_the_template():
    chance = np.random.default_rng(0)
    texts = [chance.integers(10, 20, 500).astype(np.int32) for _ in range(20)]
    inside = [np.arange(500) >= 100 for _ in texts]
    masked = masking.Masking(0.3, inside, None, np.array([999], np.int32), 5)
    found = masked.masked(texts, [3, 4, 5, 6], 7)
    assert list(found) == [3, 4, 5, 6] and all((found[row][:100] == texts[row][:100]).all() for row in found)
    assert np.mean([(found[row][100:] == 999).mean() for row in found]) == pytest.approx(0.3, abs=0.04)
    again, later = masked.masked(texts, [3, 4, 5, 6], 7), masked.masked(texts, [3, 4, 5, 6], 8)
    assert all((again[row] == found[row]).all() for row in found), "what is drawn follows from the step"
    assert any((later[row] != found[row]).any() for row in found) and max(map(max, texts)) < 20, "the texts themselves stay"


def test_the_mask_token_stands_in_where_the_tokenizer_has_one(worker, dataset, tmp_path):
    from tokenizers import Tokenizer
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    made = Tokenizer.from_file(str(dataset["tokenizer"] / "tokenizer.json"))
    made.save(str(folder / "tokenizer.json"))
    described = json.loads((dataset["tokenizer"] / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(described | {"mask_token": {"content": "<pad>"}}))
    from conftest import TEMPLATE
    given = {"texts": dataset["texts"], "tokenizer": folder}
    outputs, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None, "mask": True}, given)
    from ablate_worker.files import formats
    assert formats.read_tokens(outputs / "tokens")[1]["mask"] == 2


def test_a_tokenizer_without_a_mask_token_says_so(given, tmp_path):
    failure = fails("finetune", finetune(training={"mask-tokens": 0.2, "mask-with": "mask"}), given, tmp_path)
    assert failure.kind == "invalid-input" and "mask-with: random" in str(failure)


# Layers drawn anew

@pytest.mark.parametrize("family", list(FAMILIES))
def test_the_last_layers_are_drawn_as_a_new_model_draws_them(family, tmp_path):
    backbone, _ = loading.load(make_backbone(family, tmp_path), "it", None, CPU, frozen=False)
    with torch.no_grad():
        for p in backbone.parameters():
            p.fill_(3.0)  # as no initialization would
    layers.reinitialize(backbone, 1, seed=4)
    prefix, blocks = layers.of(backbone)
    assert len(blocks) == 2
    for name, p in backbone.named_parameters():
        if not name.startswith(f"{prefix}.1."):
            assert bool((p == 3).all()), name
        elif p.ndim > 1:
            p = p.detach()
            assert abs(float(p.mean())) < 0.01 and 0.005 < float(p.std()) < 0.05, name
        else:
            assert bool(((p == 0) | (p == 1)).all()), name
    with pytest.raises(Failure, match="has 2 layers"):
        layers.reinitialize(backbone, 3, seed=4)


# What adapters begin as

@pytest.mark.parametrize("init", ["gaussian", "pissa", "olora"])
def test_adapters_begin_as_those_of_peft(init, given):
    from peft import LoraConfig, get_peft_model
    ours = classifier_on(given["backbone"], replace(ALONE, init=init)).backbone
    backbone, _ = loading.load(given["backbone"], "it", None, CPU, frozen=True)
    torch.manual_seed(3)
    theirs = get_peft_model(backbone, LoraConfig(r=4, lora_alpha=8.0, target_modules="all-linear", init_lora_weights=init))
    theirs = dict(theirs.named_parameters())
    for name, p in ours.named_parameters():
        assert torch.equal(p, theirs[name]), name


@pytest.mark.parametrize("init", ["pissa", "olora"])
def test_a_rank_above_a_layers_width_is_told_before_the_training(init, given):
    with pytest.raises(Failure, match=r"expected a lora.rank of at most (16|32), found 33"):
        classifier_on(given["backbone"], replace(ALONE, init=init, rank=33))


@pytest.mark.parametrize("init, rslora", [("pissa", False), ("olora", True)])
def test_adapters_that_took_from_the_weights_predict_beside_the_whole_ones(init, rslora, dataset, given, tmp_path):
    """What is stored stands beside the weights as they were loaded, as PEFT's own conversion has it."""
    lora = {"rank": 4, "alpha": 16, "dropout": 0.0, "targets": "all-linear", "init": init, "rslora": rslora}
    parameters = finetune(lora=lora, training={"validation": 0.25, "epochs": 3, "learning-rate": 1e-2})
    made, fields, _ = run("finetune", parameters, given, tmp_path)
    assert load_file(made / "model" / "adapter_model.safetensors")[
        "base_model.model.layers.0.self_attn.q_proj.lora_A.weight"].shape[0] == 8
    from ablate_worker.files import formats
    from ablate_worker.training import validation
    table = formats.read_json(dataset["rows"])
    folds = np.array(formats.read_json(dataset["folds"])["folds"])
    _, held = validation.split(np.flatnonzero(folds != 0), table["groups"], 0.25, 1)
    outputs, _, _ = run("predict", predicting(parameters, None),
                        inputs(dataset, "tokens", model=made / "model", backbone=given["backbone"]), tmp_path)
    chosen = load_file(outputs / "predictions")["probabilities"].numpy()[held, np.array(table["labels"])[held]]
    assert fields["metrics"]["validation-loss"] == pytest.approx(-np.log(chosen).mean(), abs=1e-4)
    second, _, _ = run("finetune", parameters, given, tmp_path)
    assert digest(second) == digest(made), "the backbone that stays in memory is not the one that lacks something"


@pytest.mark.parametrize("rslora", [False, True])
def test_stored_adapters_are_those_that_peft_itself_converts(rslora, given, tmp_path):
    from ablate_worker.models import modelfolder
    settings = replace(ALONE, init="pissa", rslora=rslora)
    backbone = classifier_on(given["backbone"], settings).backbone
    backbone.save_pretrained(tmp_path / "first")
    torch.manual_seed(4)
    with torch.no_grad():
        for name, p in backbone.named_parameters():
            if "lora_" in name:
                p.add_(torch.randn(p.shape) * 0.01)
    (tmp_path / "ours").mkdir()
    modelfolder.save_adapter(backbone, tmp_path / "ours")
    backbone.save_pretrained(tmp_path / "theirs", path_initial_model_for_weight_conversion=str(tmp_path / "first"))
    ours, theirs = (load_file(tmp_path / side / "adapter_model.safetensors") for side in ("ours", "theirs"))
    assert ours.keys() == theirs.keys() and all(torch.equal(value, theirs[name]) for name, value in ours.items())
    ours, theirs = (json.loads((tmp_path / side / "adapter_config.json").read_text()) for side in ("ours", "theirs"))
    assert all(ours[key] == theirs[key] for key in ("r", "lora_alpha", "init_lora_weights", "use_rslora"))


def test_loftq_makes_up_for_what_nf4_rounds_away(backbones):
    pytest.importorskip("bitsandbytes")
    from bitsandbytes.functional import dequantize_4bit
    folder = backbones["wide llama"]
    whole, _ = loading.load(folder, "it", None, CPU, frozen=True)
    weights = {name: p.detach().clone() for name, p in whole.named_parameters()}
    rounded, _ = loading.load(folder, "it", "nf4", CPU, frozen=True)
    adapted = loading.adapt(rounded, replace(ALONE, init="loftq"), 3, folder)
    checked = 0
    for name, layer in adapted.named_modules():
        if not hasattr(layer, "lora_A"):
            continue
        held = layer.get_base_layer().weight
        exact, base = weights[name.removeprefix("base_model.model.") + ".weight"], dequantize_4bit(held.data, held.quant_state)
        made = layer.scaling["default"] * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
        singular = torch.linalg.svdvals((exact - base).float())
        assert float((exact - base - made).norm()) == pytest.approx(float(singular[4:].norm()), rel=1e-3), "the nearest of its rank"
        checked += 1
    assert checked == 14


# All of them

EVERYTHING = {"layer-decay": 0.8, "ema": 0.8, "focal": 1.5, "head-dropout": 0.2, "dropout-samples": 3, "neftune": 5.0,
              "mask-tokens": 0.2}


@pytest.mark.parametrize("training", [{key: value} for key, value in EVERYTHING.items() if key != "dropout-samples"] + [
    {"head-dropout": 0.2, "dropout-samples": 3}, {"adversarial": {"method": "fgm", "epsilon": 1.0}},
    {"adversarial": {"method": "awp", "epsilon": 0.1, "start": 0.5}}])
def test_each_changes_the_training_and_repeats(training, given, tmp_path):
    made = [run("finetune", finetune(fold=1, training={"epochs": 1} | t), given, tmp_path)[0] for t in ({}, training, training)]
    assert digest(made[1]) == digest(made[2]) and digest(made[0]) != digest(made[1])


@pytest.mark.parametrize("changes", [
    {"training": EVERYTHING | {"adversarial": {"method": "fgm", "epsilon": 1.0}, "validation": 0.25, "keep": "best"}},
    {"training": EVERYTHING | {"adversarial": {"method": "awp", "epsilon": 0.1}}, "precision": "fp16"},
    {"training": {"ema": 0.9, "reinitialize-layers": 1}, "lora": None},
    {"lora": {"rank": 4, "alpha": 4, "dropout": 0.1, "targets": "all-linear", "init": "pissa"}}])
def test_they_resume_at_the_same_bytes(changes, given, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0)  # seconds: a checkpoint after every step
    parameters = finetune(**changes)
    undisturbed, _, _ = run("finetune", parameters, given, tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(Interrupted):
        run("finetune", parameters, given, tmp_path, scratch, stop=4)
    outputs, fields, _ = run("finetune", parameters, given, tmp_path, scratch)
    assert fields["measurements"]["resumed-at-step"] == 3
    assert digest(outputs) == digest(undisturbed)
