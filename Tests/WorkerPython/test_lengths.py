"""Budgets of texts that a quantile of the training texts decides on."""

import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.models import sequences
from ablate_worker.protocol.parameters import Lengths
from conftest import finetune, inputs, predicting
from inprocess import run
from safetensors.torch import load_file


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.95, 1.0])
@pytest.mark.parametrize("rows", [1, 7, 20, 1000])
def test_a_budget_is_the_quantile_of_numpy(share, rows):
    chance = np.random.default_rng(rows)
    sizes = {"prompt": chance.integers(1, 50, rows), "answer": chance.integers(1, 900, rows)}
    columns = {name: (None, np.concatenate([[0], np.cumsum(own)])) for name, own in sizes.items()}
    found = sequences.settled(Lengths(prompt=40, answer=10**6, quantile=share), columns)
    exact = {name: int(np.quantile(own, share, method="inverted_cdf")) for name, own in sizes.items()}
    assert (found.prompt, found.answer, found.quantile) == (min(40, exact["prompt"]), exact["answer"], None)
    assert (sizes["answer"] <= found.answer).mean() >= share


def test_a_model_reads_what_it_was_trained_to_read_also_of_another_table(dataset, backbones, tmp_path):
    given = inputs(dataset, "tokens", "rows", "folds", backbone=backbones["llama"])
    columns, _ = formats.read_tokens(dataset["tokens"])
    exact = {name: int(np.quantile(np.diff(offsets), 0.5, method="inverted_cdf")) for name, (_, offsets) in columns.items()}
    logits, metrics = [], []
    for lengths in ({"prompt": 256, "answer": 768, "keep": "tail", "quantile": 0.5}, exact | {"keep": "tail"}):
        parameters = finetune(lengths=lengths)
        made, fields, _ = run("finetune", parameters, given, tmp_path)
        metrics.append(fields["metrics"])
        few = tmp_path / "longer"  # another table, of which the quantile is another
        longest = {name: [(np.concatenate([ids[:40], ids[:40]]), np.array([40, 40]))] for name, (ids, _) in columns.items()}
        formats.write_tokens(few, longest, formats.read_tokens(dataset["tokens"])[1])
        outputs, said, _ = run("predict", predicting(parameters, None), {"tokens": few, "model": made / "model", "backbone": given["backbone"]},
                               tmp_path)
        logits.append(load_file(outputs / "predictions")["logits"])
        assert said["metrics"]["truncated-tokens-answer"] == 2 * (40 - exact["answer"])
    assert (logits[0] == logits[1]).all()
    assert {name: metrics[0].pop(f"budget-{name}") for name in exact} == exact and metrics[0] == metrics[1]
