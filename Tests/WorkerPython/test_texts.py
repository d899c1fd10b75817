"""Texts that no one expects go through ingest, tokenize, finetune and predict, or are refused with their row."""

import json

import numpy as np
import pytest
from conftest import TEMPLATE, finetune, ingest, predicting
from inprocess import fails, make_backbone, run
from safetensors.torch import load_file
from test_families_tokens import family, tokenize  # noqa: F401 (a fixture)

STRANGE = ["", " ", "\n\n\t", "😀👩‍👩‍👧‍👦🏳️‍🌈", "漢字かな交じり文と한국어", "عربي مع תורה",
           "bell\x07inside\x07", "\u2028 and \u2029", "\ufeffmark", "a" * 100_000, "word " * 20_000,
           "漢" * 100_000, "e\u0301" * 9, "\u200b", '"quoted, ""twice""', "<s></s>[CLS][SEP]<|endoftext|>",
           "\ue000\U000f0000", "\r\n"]
COLUMNS = {"id": None, "prompt": "q", "answer": "a", "label": "y", "group": None, "weight": None}


def write(path, answers):
    path.write_text("".join(json.dumps({"q": f"why {i}", "a": a, "y": "abc"[i % 3]}) + "\n" for i, a in enumerate(answers)))
    return path


@pytest.mark.parametrize("role", ["train", "test"])
def test_strange_texts_go_all_the_way(role, tmp_path, backbones):
    settings = ingest(role, format="jsonl", columns=COLUMNS, constraint=None)
    outputs, fields, _ = run("ingest", settings, {"table": write(tmp_path / "table.jsonl", STRANGE)}, tmp_path)
    assert fields["metrics"]["rows"] == len(STRANGE) and fields["metrics"]["empty-answer"] == 1
    tokens, found, _ = run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 320}, {"texts": outputs / "texts"}, tmp_path)
    assert found["metrics"]["rows"] == len(STRANGE) and found["metrics"]["longest-answer"] > 10_000
    if role == "test":
        return
    parameters = finetune(fold=None, training={"epochs": 1})
    given = {"tokens": tokens / "tokens", "backbone": backbones["llama"]}
    made, fields, _ = run("finetune", parameters, given | {"rows": outputs / "rows"}, tmp_path)
    assert np.isfinite(fields["metrics"]["train-loss"]) and fields["metrics"]["longest"] < 60
    predictions, _, _ = run("predict", predicting(parameters, None), given | {"model": made / "model"}, tmp_path)
    assert load_file(predictions / "predictions")["logits"].shape == (len(STRANGE), 3)
    failure = fails("finetune", parameters | {"lengths": {"prompt": 8, "answer": None, "keep": "head"}},
                    given | {"rows": outputs / "rows"}, tmp_path)
    assert failure.kind == "invalid-input" and failure.row in (10, 11, 12) and "the backbone's context is 256" in failure.message


def test_strange_texts_go_through_the_tokenizer_of_every_family(family, tmp_path):
    texts = [{"prompt": "why", "answer": answer} for answer in STRANGE]
    columns, _, fields = tokenize(family[1], tmp_path, texts)
    counts = np.diff(columns["answer"][1])
    assert len(counts) == len(STRANGE) and fields["metrics"]["longest-answer"] == counts.max()
    assert counts[0] <= 1, "an empty answer has no tokens, or the space of the template before it"


def test_an_encoder_learns_from_empty_and_cut_texts(tmp_path):
    settings = ingest("train", format="jsonl", columns=COLUMNS, constraint=None)
    outputs, _, _ = run("ingest", settings, {"table": write(tmp_path / "table.jsonl", STRANGE)}, tmp_path)
    tokens, _, _ = run("tokenize", {"template": [{"column": "answer"}], "chat": None, "vocabulary": 320}, {"texts": outputs / "texts"}, tmp_path)
    given = {"tokens": tokens / "tokens", "rows": outputs / "rows", "backbone": make_backbone("bert", tmp_path / "bert")}
    _, fields, _ = run("finetune", finetune(fold=None, pooling="attention"), given, tmp_path)
    assert np.isfinite(fields["metrics"]["train-loss"])


@pytest.mark.parametrize("format, content, words", [
    ("jsonl", b'{"q": "x", "a": "fine", "y": "a"}\n{"q": "x", "a": "half \\ud83d", "y": "a"}\n', "half of a surrogate pair"),
    ("csv", b"q,a,y\nx,fin\xc3\xa9,a\nx,caf\xe9,b\n", "byte 0xe9 is not UTF-8"),
])
def test_what_is_no_text_is_refused_with_its_row(format, content, words, tmp_path):
    table = tmp_path / f"table.{format}"
    table.write_bytes(content)
    failure = fails("ingest", ingest("train", format=format, columns=COLUMNS, constraint=None), {"table": table}, tmp_path)
    assert failure.kind == "invalid-input" and failure.row == 2 and failure.column == "a" and words in failure.message


def test_a_csv_with_control_characters_and_line_breaks_keeps_every_character(tmp_path):
    table = tmp_path / "table.csv"
    answers = [a for a in STRANGE if a != "\r\n"] + ["line\nbreak"]
    import csv
    with open(table, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["q", "a", "y"], *(["q", a, "a"] for a in answers)])
    outputs, _, _ = run("ingest", ingest("train", format="csv", columns=COLUMNS, constraint=None), {"table": table}, tmp_path)
    from ablate_worker.files import formats
    assert [text["answer"] for text in formats.read_texts(outputs / "texts")] == answers
