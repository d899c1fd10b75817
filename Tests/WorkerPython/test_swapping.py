"""Two texts in each other's place, in training and at prediction; and a head that begins as the language model's words."""

import json
import re

import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import sequences
from ablate_worker.models.classifier import Blueprint, build
from ablate_worker.protocol.parameters import Lengths, Swap
from ablate_worker.training import losses, masking, swapping, trainer, variation
from ablate_worker.training.gradients import Rows
from ablate_worker.training.plan import Plan
from conftest import TEMPLATE, digest, finetune, inputs, predicting
from inprocess import Interrupted, fails, make_backbone, run
from safetensors.torch import load_file

CPU = torch.device("cpu")
SWAP = {"texts": ["prompt", "answer"], "labels": [1, 0, 2]}


@pytest.fixture
def given(dataset, backbones):
    return inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])


def test_half_of_a_batch_is_read_the_other_way_round_with_its_labels_changed():
    texts = [np.array([i], np.int32) for i in range(400)]
    swap = swapping.Swapping([text + 1000 for text in texts], [1, 0, 2], seed=3)
    labels = torch.arange(400) % 3
    chosen = np.arange(0, 400, 2)
    drawn = swap.drawn(chosen, 5)
    assert 70 < len(drawn) < 130 and set(drawn) < set(chosen) and (swap.drawn(chosen, 5) == drawn).all()
    assert set(swap.drawn(chosen, 6)) != set(drawn)
    found = swap.swapped(Rows(texts, labels, torch.ones(400)), drawn)
    soft = swap.swapped(Rows(texts, torch.eye(3)[labels], torch.ones(400)), drawn)
    for row in range(400):
        other = row in drawn
        assert found.texts[row] == texts[row] + 1000 * other
        assert found.targets[row] == (([1, 0, 2][labels[row]]) if other else labels[row])
        assert torch.equal(soft.targets[row], torch.eye(3)[found.targets[row]])
    assert torch.equal(labels, torch.arange(400) % 3), "the rows themselves stay"


def test_masks_fall_on_the_texts_whichever_way_they_stand(dataset):
    columns, metadata = formats.read_tokens(dataset["tokens"])
    lengths, rows = Lengths(prompt=8, answer=24), np.arange(48)
    texts = sequences.assemble(columns, metadata, lengths, rows)
    plan = Plan(seed=1, mask_tokens=0.5, mask_with="mask")
    made = variation.variation_of(plan, Swap(texts=["prompt", "answer"], labels=None), texts, metadata | {"mask": 999},
                                  [((columns, metadata), lengths, rows)])
    template = {i for piece in metadata["template"] for i in piece.get("ids", [])}
    other = sequences.assemble(sequences.exchanged(columns, metadata, ["prompt", "answer"]), metadata, lengths, rows)
    found = made.of(Rows(texts, torch.zeros(48, dtype=torch.int64), torch.ones(48)), rows, 4)
    ways = [0, 0]
    for row in rows:
        way = 0 if len(found.texts[row]) == len(texts[row]) and ((found.texts[row] == texts[row]) | (found.texts[row] == 999)).all() else 1
        ways[way] += 1
        source = (texts, other)[way][row]
        assert ((found.texts[row] == source) | (found.texts[row] == 999)).all()
        spans = (sequences.spans(sequences.exchanged(columns, metadata, ["prompt", "answer"]) if way else columns, metadata, lengths, [row], name)[0]
                 for name in ("prompt", "answer"))
        inside = np.zeros(len(source), bool)
        for start, end in spans:
            inside[start:end] = True
        assert not (found.texts[row][~inside] == 999).any()
    assert min(ways) > 8


def test_a_prediction_is_the_mean_of_both_ways_with_the_labels_put_back(dataset, given, tmp_path):
    parameters = finetune(fold=None, training={"epochs": 3})
    made, _, _ = run("finetune", parameters, {k: v for k, v in given.items() if k != "folds"}, tmp_path)
    columns, metadata = formats.read_tokens(dataset["tokens"])
    logits = {}
    swapped = tmp_path / "swapped"
    turned = sequences.exchanged(columns, metadata, ["prompt", "answer"])
    formats.write_tokens(swapped, {name: [(ids, np.diff(offsets))] for name, (ids, offsets) in turned.items()}, metadata)
    asked = predicting(parameters, None)
    for name, tokens, swap in (("as they are", dataset["tokens"], {}), ("the other way", swapped, {}), ("both", dataset["tokens"], {"swap": SWAP})):
        outputs, fields, _ = run("predict", asked | swap, {"tokens": tokens, "model": made / "model", "backbone": given["backbone"]}, tmp_path)
        logits[name] = load_file(outputs / "predictions")["logits"]
        assert fields["metrics"]["rows"] == 48
    torch.testing.assert_close(logits["both"], (logits["as they are"] + logits["the other way"][:, [1, 0, 2]]) / 2, atol=1e-5, rtol=1e-4)
    assert not torch.equal(logits["both"], logits["as they are"])


def test_a_swapped_fit_repeats_and_resumes(given, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "SAVE_EVERY", 0)  # seconds: a checkpoint after every step
    parameters = finetune(swap=SWAP, training={"mask-tokens": 0.2})
    plain, _, _ = run("finetune", finetune(training={"mask-tokens": 0.2}), given, tmp_path)
    undisturbed, _, _ = run("finetune", parameters, given, tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(Interrupted):
        run("finetune", parameters, given, tmp_path, scratch, stop=4)
    outputs, _, _ = run("finetune", parameters, given, tmp_path, scratch)
    assert digest(outputs) == digest(undisturbed) != digest(plain)


@pytest.mark.parametrize("template", ["{answer} or {prompt}", "{answer}|{prompt}", "First: {answer} Second: {prompt}"])
def test_swapped_texts_have_the_tokens_that_they_have_there(template, worker, dataset, tmp_path):
    """Held to a table in which each row has the other text in each column."""
    pieces = [{"column": part[1:-1]} if part[:1] == "{" else {"text": part} for part in re.split(r"(\{\w+\})", template) if part]
    parameters = {"template": pieces, "chat": None, "vocabulary": None}
    texts = [{"prompt": text["answer"], "answer": text["prompt"]} for text in formats.read_texts(dataset["texts"])]
    (tmp_path / "texts").write_text("".join(json.dumps(text) + "\n" for text in texts))
    found = []
    for given, more in ((dataset["texts"], {"swapped": ["prompt", "answer"]}), (tmp_path / "texts", {})):
        outputs, _ = worker.run("tokenize", parameters | more, {"texts": given, "tokenizer": dataset["tokenizer"]})
        columns, metadata = formats.read_tokens(outputs / "tokens")
        columns = sequences.exchanged(columns, metadata, ["prompt", "answer"]) if more else columns
        found.append(sequences.assemble(columns, metadata, Lengths(), range(len(texts))))
    assert all((one == other).all() for one, other in zip(*found, strict=True))


def test_a_swapped_row_counts_for_what_its_label_is_then():
    labels, weights, turned = np.array([0, 0, 0, 1, 2]), np.array([1.0, 1, 1, 1, 2]), [1, 0, 2]
    for setting, by_label in (("none", [1, 1, 1]), ("balanced", [1, 1, 1]), ([3, 1, 1], [3, 1, 1])):
        found, _ = losses.of_rows(labels, weights, None, 3, setting, turned=turned)
        by_label = np.array(by_label)
        expected = weights * np.stack([by_label[labels], by_label[np.array(turned)[labels]]])
        np.testing.assert_allclose(found, expected / expected.mean())
    swap = swapping.Swapping([np.array([i], np.int32) for i in range(5)], turned, 1, found[1])
    rows = swap.swapped(Rows(swap.texts, torch.from_numpy(labels), torch.from_numpy(found[0]).float()), np.array([1, 4]))
    np.testing.assert_allclose(rows.factors.numpy(), [found[int(i in (1, 4))][i] for i in range(5)], rtol=1e-6)


def test_a_text_that_is_not_in_the_template_cannot_be_swapped(given, tmp_path):
    failure = fails("finetune", finetune(swap=SWAP | {"texts": ["answer", "other"]}), given, tmp_path)
    assert failure.kind == "invalid-input" and "swap.texts names other" in str(failure)


@pytest.mark.parametrize("family", ["llama", "qwen2", "phi", "gemma"])
def test_a_head_of_words_answers_as_the_language_model_does(family, tmp_path):
    """Held to transformers: before any training, the classes' logits are those of their words."""
    import transformers
    folder, words = make_backbone(family, tmp_path), [17, 4, 250]

    class Source:
        path, title = folder, "it"
    blueprint = Blueprint(classes=3, pooling="last", lora="head-only")
    model = build(blueprint, 1, CPU, Source, words=words).eval()
    ids = np.arange(3, 40, dtype=np.int32)
    whole = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.no_grad():
        expected = whole(torch.from_numpy(ids).long()[None]).logits[0, -1, words]
        found = model(torch.from_numpy(ids).long()[None], torch.tensor([len(ids)]))[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert model.lm_head is None and "head.weight" in dict(model.named_parameters())


def test_words_are_read_by_the_tokenizer_and_must_be_one_token(worker, dataset, given, tmp_path):
    tokens = {"template": TEMPLATE, "chat": None, "vocabulary": None}
    inputs_ = {"texts": dataset["texts"], "tokenizer": dataset["tokenizer"]}
    outputs, _ = worker.run("tokenize", tokens | {"words": [" the", "a", "b"]}, inputs_)
    from tokenizers import Tokenizer
    known = Tokenizer.from_file(str(dataset["tokenizer"] / "tokenizer.json"))
    metadata = formats.read_tokens(outputs / "tokens")[1]
    assert metadata["words"] == [known.encode(word, add_special_tokens=False).ids[0] for word in (" the", "a", "b")]
    failure = worker.fails("tokenize", tokens | {"words": ["xyzzy"]}, inputs_)
    assert failure.kind == "invalid-input" and "5 tokens of 'xyzzy' (x y z z y)" in failure.message
    parameters = finetune(**{"label-words": [" the", "a", "b"]})
    made, _, _ = run("finetune", parameters, given | {"tokens": outputs / "tokens"}, tmp_path)
    plain, _, _ = run("finetune", finetune(), given | {"tokens": outputs / "tokens"}, tmp_path)
    assert digest(made) != digest(plain)
    run("predict", predicting(parameters, 0), inputs(dataset, "tokens", "folds", backbone=given["backbone"], model=made / "model"), tmp_path)
