"""Packed rows and shared beginnings: logits and gradients are those of one row at a time, and what is computed is counted."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from ablate_worker.models import attention, batches, classifier, packing, prefixes
from ablate_worker.models import backbones as loading
from ablate_worker.protocol import devices
from ablate_worker.protocol.parameters import Lora
from ablate_worker.protocol.step import Failure
from ablate_worker.training import data

CPU = torch.device("cpu")
FAMILIES = {"mistral": {}, "llama": {}, "qwen2": {}, "qwen3": {"head_dim": 16}, "mistral with a window": {"sliding_window": 9},
            "qwen2 with a window": {"use_sliding_window": True, "sliding_window": 9, "max_window_layers": 1}}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    import transformers
    made = {}
    for name, more in FAMILIES.items():
        torch.manual_seed(5)
        config = transformers.AutoConfig.for_model(
            name.split()[0], vocab_size=320, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, intermediate_size=64, max_position_embeddings=256, **more)
        made[name] = tmp_path_factory.mktemp(name.replace(" ", "-"))
        transformers.AutoModel.from_config(config).save_pretrained(made[name])
    return made


def build(folder, pooling="last", dropout=0.0):
    devices.settle_torch(1, 0)
    loading.warm.clear()
    backbone, _ = loading.load(folder, "it", "none", CPU, frozen=True)
    lora = Lora(rank=4, alpha=16, dropout=dropout)
    model = classifier.Classifier(loading.adapt(backbone, lora, seed=3), 3, pooling)
    with torch.no_grad():  # a fresh adapter adds zero: give it something to add
        for name, parameter in model.named_parameters():
            if "lora_B" in name or name == "attention.weight":
                parameter.normal_(0, 0.1)
    return model


def questions(count=4, seed=0):
    """Rows that begin alike, rows that do not, equal rows, a row that is another's beginning, rows of one token."""
    chance = np.random.default_rng(seed)
    ids = lambda length: chance.integers(0, 320, length).astype(np.int32)
    texts = []
    for _ in range(count):
        prompt = ids(chance.integers(9, 30))
        texts += [np.concatenate([prompt, ids(chance.integers(1, 20))]) for _ in range(3)] + [prompt]
    texts += [ids(n) for n in (1, 1, 40, 7)]
    texts.append(texts[0].copy())
    return [texts[i] for i in chance.permutation(len(texts))]


def packed(model, texts, budget=10**9, share="on"):
    """logits [B, classes] in the order of `texts`."""
    model.share = share
    logits = [None] * len(texts)
    for part, batch in packing.micro_batches(model, texts, budget, CPU):
        for position, row in zip(part, model(*batch)):
            logits[position] = row
    return torch.stack(logits)


def one_by_one(model, texts):
    """With transformers' own attention, a mask and nothing of ours."""
    model.backbone.config._attn_implementation = "eager"
    try:
        return torch.cat([model(*batches.pad([text], CPU)) for text in texts])
    finally:
        model.backbone.config._attn_implementation = attention.NAME


def gradients(model, logits):
    labels = torch.arange(len(logits)) % 3
    parameters = [p for p in model.parameters() if p.requires_grad]
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad(F.cross_entropy(logits, labels), parameters)])


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("share", ["off", "on"])
@pytest.mark.parametrize("pooling", ["last", "mean", "attention"])
def test_packed_rows_are_rows_on_their_own(name, share, pooling, folders):
    model = build(folders[name], pooling).train()
    assert model.packs
    texts = questions()
    alone = one_by_one(model, texts)
    expected = gradients(model, alone)
    for budget in (10**9, 90):
        together = packed(model, texts, budget, share)
        torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
        assert (gradients(model, together) - expected).norm() / expected.norm() < 1e-4
    padded = model(*batches.pad(texts, CPU))
    torch.testing.assert_close(padded, alone, atol=1e-5, rtol=0)


def test_rows_that_see_each_other_would_be_found(folders):
    """The known trap: one sequence of many rows and the library's defaults. The comparison above must not let it through."""
    model = build(folders["mistral"]).eval()
    texts = questions()
    with torch.no_grad():
        alone = one_by_one(model, texts)
        ids, layout, part = packing.lay(texts, prefixes.alone(texts), CPU)
        model.backbone.config._attn_implementation = "sdpa"
        states = model.backbone(input_ids=ids, position_ids=layout.position_ids()).last_hidden_state
        mixed = model.head(layout.pool(states, "last"))
        assert (mixed - alone[part]).abs().max() > 1e-2, "the cache hides from the library that there are several rows"
        forgotten = packing.Layout([0], [ids.shape[1]], [-1], [], CPU)
        model.backbone.config._attn_implementation = attention.NAME
        states = model.backbone(input_ids=ids, position_ids=layout.position_ids(), use_cache=False,
                                packing=forgotten).last_hidden_state
        assert (model.head(layout.pool(states, "last")) - alone[part]).abs().max() > 1e-2, "positions alone part no rows"


def test_the_kernel_for_variable_lengths_gets_what_it_needs(folders, monkeypatch):
    """What goes to a CUDA kernel, put to the same contract in plain arithmetic: outputs and gradients are the same."""
    def flash(query, key, value, cu_q, cu_k, max_q, max_k, scale):
        assert cu_q.dtype == cu_k.dtype == torch.int32
        sizes = lambda cu: cu.diff().tolist()
        assert max(sizes(cu_q)) == max_q and max(sizes(cu_k)) == max_k and cu_k[-1] == len(key) == len(value)
        outputs = []
        for q, k, v in zip(query.split(sizes(cu_q)), key.split(sizes(cu_k)), value.split(sizes(cu_k))):
            k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], dim=1) for t in (k, v))
            scores = torch.einsum("qhd,khd->hqk", q, k) * scale
            seen = torch.ones(len(q), len(k), dtype=torch.bool).tril(len(k) - len(q))  # the last query sees the last key
            outputs.append(torch.einsum("hqk,khd->qhd", scores.masked_fill(~seen, -torch.inf).softmax(-1), v))
        return torch.cat(outputs)
    texts = questions()
    for share in (True, False):
        ids, layout, _ = packing.lay(texts, prefixes.groups(texts) if share else prefixes.alone(texts), CPU)
        q = torch.randn(1, 4, ids.shape[1], 8, requires_grad=True)
        k, v = (torch.randn(1, 2, ids.shape[1], 8, requires_grad=True) for _ in range(2))
        expected = attention.by_segment(q, k, v, layout, 0.3, None)
        found = attention.gathered(flash, *(t[0].transpose(0, 1) for t in (q, k, v)), layout, 0.3)
        found = found.transpose(0, 1)[None]
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
        upstream = torch.randn_like(expected)
        ours, theirs = (torch.autograd.grad(output, (q, k, v), upstream) for output in (found, expected))
        for mine, other in zip(ours, theirs):
            torch.testing.assert_close(mine, other, atol=1e-4, rtol=1e-4)


def test_a_kernels_gradient_is_asked_to_be_deterministic_without_exception():
    seen = []

    class Kernel(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            seen.append(torch.is_deterministic_algorithms_warn_only_enabled())
            return gradient * 2
    devices.settle_torch(1, 0)
    x = torch.ones(3, requires_grad=True)
    attention.strict(Kernel.apply, x).sum().backward()
    assert seen == [False] and torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(False)
    attention.strict(Kernel.apply, x).sum().backward()
    assert seen == [False, False] and not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("signature", ["is_causal", "window_size", "enable_gqa"])
def test_every_known_signature_of_the_kernel_is_called_as_it_wants(signature, monkeypatch):
    import torch.nn.attention.varlen as module
    calls = []

    def old(query, key, value, cu_seq_q, cu_seq_k, max_q, max_k, is_causal=False, return_aux=None):
        calls.append((query, key, {"is_causal": is_causal}))

    def middle(query, key, value, cu_seq_q, cu_seq_k, max_q, max_k, *, return_aux=None, scale=None, window_size=(-1, -1)):
        calls.append((query, key, {"scale": scale, "window": window_size}))

    def new(query, key, value, cu_seq_q, cu_seq_k, max_q, max_k, *, return_aux=None, scale=None, window_size=(-1, -1),
            enable_gqa=False):
        calls.append((query, key, {"scale": scale, "window": window_size, "gqa": enable_gqa}))
    monkeypatch.setattr(module, "varlen_attn", {"is_causal": old, "window_size": middle, "enable_gqa": new}[signature])
    q, k = torch.ones(5, 4, 16), torch.ones(5, 2, 16)
    attention.varlen(None)(q, k, k, None, None, 5, 5, 0.5)
    query, key, given = calls[0]
    if signature == "is_causal":
        assert given == {"is_causal": True} and float(query[0, 0, 0]) == 2.0, "0.5 = 2 / sqrt(16)"
        assert attention.varlen(9) is None, "it knows no window"
    else:
        assert given["scale"] == 0.5 and given["window"] == (-1, 0)
        attention.varlen(9)(q, k, k, None, None, 5, 5, 0.5)
        assert calls[1][2]["window"] == (8, 0)
    assert key.shape[1] == (2 if signature == "enable_gqa" else 4)


def test_what_is_shared_is_what_is_equal_and_nothing_is_computed_twice():
    chance = np.random.default_rng(0)
    ids = lambda length: chance.integers(0, 320, length).astype(np.int32)
    prompts = [ids(100), ids(60)]
    texts = [np.concatenate([prompts[i % 2], ids(10 + i)]) for i in range(8)]
    found = prefixes.groups(texts)
    assert sorted((shared, sorted(rows)) for shared, rows in found) == [(60, [1, 3, 5, 7]), (100, [0, 2, 4, 6])]
    bins = packing.plan(texts, 10**9, share=True)
    assert [sum(packing.unique(texts, g) for g in groups) for groups in bins] == [100 + 60 + sum(range(10, 18))]
    short = [np.concatenate([ids(0), np.array([1, 2, 3], np.int32), ids(5)]) for _ in range(3)]
    assert prefixes.groups(short) == [(0, [i]) for i in np.lexsort(np.array(short).T[::-1])], "three tokens are not worth it"
    for budget in (1, 50, 200, 500):
        for groups in packing.plan(texts, budget, share=True):
            assert sum(packing.unique(texts, g) for g in groups) <= budget or sum(len(rows) for _, rows in groups) == 1
        rows = [i for groups in packing.plan(texts, budget, share=True) for _, members in groups for i in members]
        assert sorted(rows) == list(range(8))


def test_beginnings_are_shared_only_where_that_is_exact(folders):
    texts = questions()
    counted = {}
    for dropout in (0.0, 0.1):
        model = build(folders["mistral"], dropout=dropout)
        for share in ("auto", "on", "off"):
            for training in (True, False):
                model.tally.clear()
                packed(model.train(training), texts, share=share)
                counts = model.tally.counts
                assert counts["logical"] == sum(map(len, texts)) and counts["unique"] == counts["padded"]
                counted[dropout, share, training] = counts["unique"] < counts["logical"]
    assert not counted.pop((0.1, "auto", True)), "dropout would draw one mask for seven answers"
    assert not any(counted.pop((d, "off", t)) for d in (0.0, 0.1) for t in (True, False))
    assert len(counted) == 7 and all(counted.values())
    model.packs = False
    model.tally.clear()
    list(packing.micro_batches(model, texts, 10**9, CPU))
    assert model.tally.counts["padded"] > model.tally.counts["logical"] == model.tally.counts["unique"]


def test_dropout_of_attention_or_stretched_positions_are_padded(folders):
    from transformers import AutoConfig
    holder = lambda config: type("Backbone", (), {"config": config})()
    config = AutoConfig.from_pretrained(folders["mistral"])
    assert packing.packable(holder(config))
    config.attention_dropout = 0.1
    assert not packing.packable(holder(config))
    assert not packing.packable(holder(AutoConfig.for_model("deberta-v2")))
    stretched = AutoConfig.for_model("llama", rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0})
    assert not packing.packable(holder(stretched))


def test_an_order_of_groups_keeps_each_group_together():
    groups = np.array([0, 1, 2, 0, 1, 2, 3, 3, 3, 0])
    orders = set()
    for epoch in range(20):
        order = batches.epoch_order(10, 1, epoch, groups)
        codes = groups[order]
        assert sorted(order) == list(range(10)) and (np.diff(codes) != 0).sum() == 3
        orders.add(tuple(order))
    assert len({tuple(dict.fromkeys(groups[list(o)])) for o in orders}) > 5 and len(orders) == 20
    assert data.group_codes("rows", None, [0]) is None
    assert data.group_codes("groups", [5, 6, 7], [0, 2]).tolist() == [5, 7]
    with pytest.raises(Failure, match="the rows have none"):
        data.group_codes("groups", None, [0])
    with pytest.raises(Failure, match="it may be rows or groups"):
        data.group_codes("rwos", None, [0])
    with pytest.raises(Failure, match="it may be auto, on, off"):
        packing.check_sharing("yes")


def test_whole_groups_share_their_prompts_through_the_whole_run(worker, dataset, folders):
    from conftest import finetune as parameters_of
    from conftest import inputs
    lora = {"rank": 4, "alpha": 16, "dropout": 0.0, "targets": "all-linear"}
    made = {}
    for share in ("auto", "off"):
        _, result = worker.run("finetune", parameters_of(lora=lora, training={"order": "groups", "share-prompt": share, "batch": 9}),
                               inputs(dataset, "tokens", "rows", "folds", backbone=folders["mistral"]))
        made[share] = result["metrics"]
    assert made["auto"]["logical-tokens"] == made["off"]["logical-tokens"] == 2 * made["off"]["tokens"]
    assert made["auto"]["unique-tokens"] < made["off"]["unique-tokens"] == made["off"]["logical-tokens"]
    assert made["auto"]["train-loss"] == pytest.approx(made["off"]["train-loss"], abs=1e-4)
