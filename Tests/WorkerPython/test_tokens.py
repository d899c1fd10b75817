"""Token ids: those of transformers' AutoTokenizer, apart for each column, and joined as one text would be."""

import json

import pytest
from ablate_worker.files import formats
from ablate_worker.texts import encoding
from conftest import TEMPLATE, digest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [{"prompt": "Why is the sea blue", "answer": "Because light is scattered, says the book"},
         {"prompt": "And then", "answer": ""},
         {"prompt": "", "answer": "naïve 😀 words\nand lines"},
         {"prompt": "x" * 50, "answer": " a leading space"}]


def fill(text):
    return f"Question: {text['prompt']}; Answer: {text['answer']}"


def sentencepiece_like(folder, metaspace):
    """A tokenizer in the manner of Llama 2 and Mistral: a space before the first word, bytes for what is unknown, a bos."""
    prepend = pre_tokenizers.Metaspace(prepend_scheme="first", split=False) if metaspace else None
    legacy = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=150, show_progress=False)
    learner.train_from_iterator([t for text in TEXTS for t in text.values()], trainer)
    learnt = json.loads(learner.to_str())["model"]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), *learnt["vocab"]]
    vocabulary = {name: index for index, name in enumerate(dict.fromkeys(names))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(m) for m in learnt["merges"]], byte_fallback=True,
                                     unk_token="<unk>", fuse_unk=True))
    if metaspace:
        tokenizer.pre_tokenizer = prepend
    else:
        tokenizer.normalizer = legacy
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    save(tokenizer, folder, bos_token="<s>", eos_token="</s>")


def byte_level(folder, prefix_space):
    """A tokenizer in the manner of GPT-2 and Qwen."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, show_progress=False, special_tokens=["<end>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([t for text in TEXTS for t in text.values()], trainer)
    save(tokenizer, folder, eos_token="<end>", pad_token="<end>")


def save(tokenizer, folder, **special):
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **special}))


MAKERS = {
    "trained here": None,
    "byte-level": lambda folder: byte_level(folder, False),
    "byte-level with a prefix space": lambda folder: byte_level(folder, True),
    "legacy sentencepiece": lambda folder: sentencepiece_like(folder, False),
    "metaspace": lambda folder: sentencepiece_like(folder, True),
}


@pytest.fixture(params=MAKERS)
def tokenized(request, worker, tmp_path):
    """(AutoTokenizer of the folder, columns, metadata, result) for each make of tokenizer."""
    from transformers import AutoTokenizer
    formats.write_texts(tmp_path / "texts", TEXTS)
    given, folder = {"texts": tmp_path / "texts"}, tmp_path / "tokenizer"
    if MAKERS[request.param]:
        MAKERS[request.param](folder)
        given["tokenizer"] = folder
    outputs, result = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None if "tokenizer" in given else 300}, given)
    columns, metadata = formats.read_tokens(outputs / "tokens")
    return AutoTokenizer.from_pretrained(folder if folder.exists() else outputs / "tokenizer"), columns, metadata, result


def join(columns, metadata, row):
    """The row's sequence, joined as the protocol's page says."""
    ids = [] if metadata["bos"] is None else [metadata["bos"]]
    for piece in metadata["template"]:
        if "ids" in piece:
            ids += piece["ids"]
        else:
            all_ids, offsets = columns[piece["column"]]
            ids += all_ids[offsets[row]:offsets[row + 1]].tolist()
    return ids + ([] if metadata["eos"] is None else [metadata["eos"]])


def test_joined_pieces_and_columns_are_the_tokens_of_the_filled_template(tokenized):
    tokenizer, columns, metadata, _ = tokenized
    for row in (0, 3):  # the texts that share no token with the template's text across a border
        assert join(columns, metadata, row) == tokenizer(fill(TEXTS[row]))["input_ids"]


def test_every_row_decodes_to_its_text(tokenized):
    tokenizer, columns, metadata, result = tokenized
    for row, text in enumerate(TEXTS):
        assert tokenizer.decode(join(columns, metadata, row), skip_special_tokens=True).strip() == fill(text).strip()
    assert result["metrics"]["rows"] == len(TEXTS)
    assert result["metrics"]["tokens-answer"] == len(columns["answer"][0])


def test_special_tokens_are_those_the_tokenizer_adds(tokenized):
    tokenizer, _, metadata, _ = tokenized
    bare, full = (tokenizer("word", add_special_tokens=a)["input_ids"] for a in (False, True))
    added = [metadata["bos"]] * (metadata["bos"] is not None), [metadata["eos"]] * (metadata["eos"] is not None)
    assert added[0] + bare + added[1] == full
    assert metadata["pad"] == tokenizer.pad_token_id


def test_training_is_the_same_in_every_process(fresh, worker, dataset):
    parameters = {"template": TEMPLATE, "chat": None, "vocabulary": 400}
    made = [w.run("tokenize", parameters, {"texts": dataset["texts"]})[0] for w in (worker, fresh(), fresh())]
    assert len({digest(outputs) for outputs in made}) == 1


def test_threads_change_no_byte(worker, tmp_path):
    """Over several parts of the rows: many short texts, and one that is longer than a part."""
    texts = [{"prompt": f"{i} why is the sea blue {i * i}", "answer": "red <eos> blue" if i % 7 == 0 else f"because {i}"}
             for i in range(1700)]
    texts[900]["answer"] = "a long story " * (encoding.CHARACTERS // 10)
    assert len(list(encoding.parts([text["answer"] for text in texts]))) > 4
    formats.write_texts(tmp_path / "texts", texts)
    parameters = {"template": TEMPLATE, "chat": None, "vocabulary": 700}
    made = [worker.run("tokenize", parameters, {"texts": tmp_path / "texts"}, threads=threads) for threads in (1, 2, 3, 1)]
    assert len({digest(outputs) for outputs, _ in made}) == 1
    assert made[0][1]["metrics"] == made[1][1]["metrics"] == made[2][1]["metrics"]
    assert made[0][1]["metrics"]["control-rows-answer"] == 243
    tokenizer = Tokenizer.from_file(str(made[0][0] / "tokenizer" / "tokenizer.json"))
    ids, offsets = formats.read_tokens(made[1][0] / "tokens")[0]["answer"]
    for row in (0, 499, 500, 899, 900, 901, 1699):
        assert tokenizer.decode(ids[offsets[row]:offsets[row + 1]].tolist(), skip_special_tokens=False).strip() == texts[row]["answer"].strip()


def test_threads_come_and_go_while_a_step_runs(fresh, tmp_path):
    """Told before the step begins, and while it runs; of the step itself, and of another."""
    formats.write_texts(tmp_path / "texts", [{"prompt": f"{i} sea", "answer": f"because {i * i} is blue"} for i in range(4000)])
    parameters, given = {"template": TEMPLATE, "chat": None, "vocabulary": 600}, {"texts": tmp_path / "texts"}
    plain, _ = fresh().run("tokenize", parameters, given)
    worker = fresh()
    worker.send({"key": "0" * 64, "threads": 2})
    attempt = worker.start("tokenize", parameters, given)
    worker.send({"key": "1" * 64, "threads": 9})
    worker.send({"key": "0" * 64, "threads": 3})
    outputs, result = worker.finish(attempt)
    assert digest(outputs) == digest(plain) and result["measurements"]["threads"] == 3
    _, other = worker.run("tokenize", parameters, given, key="2" * 64)
    assert other["measurements"]["threads"] == 1


def test_a_given_tokenizer_gives_the_same_tokens_as_the_step_that_trained_it(worker, dataset):
    outputs, _ = worker.run("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None},
                            {"texts": dataset["texts"], "tokenizer": dataset["tokenizer"]})
    assert digest(outputs / "tokens") == digest(dataset["tokens"])


def test_faults(worker, dataset, tmp_path):
    given = {"texts": dataset["texts"]}
    assert worker.fails("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None}, given).kind == "missing-input"
    failure = worker.fails("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 100}, given)
    assert failure.kind == "invalid-input" and "at least 259" in failure.message
    failure = worker.fails("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": None}, given | {"tokenizer": tmp_path})
    assert failure.kind == "invalid-input" and "tokenizer.json" in failure.message
    failure = worker.fails("tokenize", {"template": [{"column": "essay"}], "chat": None, "vocabulary": 300}, given)
    assert failure.kind == "invalid-input" and "{essay}" in failure.message


SPELT = [{"prompt": "Ignore this.<end> And go on", "answer": "plain"}, {"prompt": "plain", "answer": "<end><end> twice<end>"},
         {"prompt": "the <end", "answer": "> apart"}]


@pytest.mark.parametrize("splits", [False, True])
def test_control_tokens_that_texts_spell_out_are_told_or_read_as_text(worker, tmp_path, splits):
    from transformers import AutoTokenizer
    byte_level(tmp_path / "tokenizer", False)
    formats.write_texts(tmp_path / "texts", SPELT)
    parameters = {"template": [{"column": "prompt"}, {"text": "<end>"}, {"column": "answer"}], "chat": None, "vocabulary": None}
    outputs, result = worker.run("tokenize", parameters | ({"split-special-tokens": True} if splits else {}),
                                 {"texts": tmp_path / "texts", "tokenizer": tmp_path / "tokenizer"})
    columns, metadata = formats.read_tokens(outputs / "tokens")
    theirs = AutoTokenizer.from_pretrained(tmp_path / "tokenizer", split_special_tokens=splits)
    for column, (ids, offsets) in columns.items():
        for row, text in enumerate(SPELT):
            expected = theirs(text[column], add_special_tokens=False)["input_ids"]
            assert ids[offsets[row]:offsets[row + 1]].tolist() == expected
            assert (theirs.eos_token_id in expected) == (not splits and "<end>" in text[column])
    assert metadata["template"][1] == {"ids": [theirs.eos_token_id]}  # the template's own are meant
    metrics = result["metrics"]
    assert [metrics[f"control-rows-{c}"] for c in ("prompt", "answer")] == [1, 1]
    assert [metrics[f"control-tokens-{c}"] for c in ("prompt", "answer")] == [1, 3]
    if splits:
        assert "warnings" not in metrics
        return
    prompt, answer = metrics["warnings"]
    assert "1 of 3 rows (such as 1)" in prompt and "<end> (1)" in prompt and "split-special-tokens: true" in prompt
    assert "(such as 2)" in answer and "<end> (3)" in answer


def test_a_word_that_is_unknown_is_no_control_token(worker, tmp_path):
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "[SEP]": 1, "known": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[UNK]", "[SEP]"])
    save(tokenizer, tmp_path / "tokenizer", unk_token="[UNK]", sep_token="[SEP]")
    formats.write_texts(tmp_path / "texts", [{"answer": "known strange words"}, {"answer": "known [SEP] strange [UNK]"}])
    _, result = worker.run("tokenize", {"template": [{"column": "answer"}], "chat": None, "vocabulary": None},
                           {"texts": tmp_path / "texts", "tokenizer": tmp_path / "tokenizer"})
    assert result["metrics"]["control-rows-answer"] == 1
    assert "[SEP] (1)" in result["metrics"]["warnings"][0] and "(such as 2)" in result["metrics"]["warnings"][0]


def test_a_tokenizer_trained_on_texts_that_spell_out_its_marks_tells_of_them(worker, tmp_path):
    formats.write_texts(tmp_path / "texts", [{"answer": "red <eos> blue"}, {"answer": "red"}])
    parameters = {"template": [{"column": "answer"}], "chat": None, "vocabulary": 300}
    _, result = worker.run("tokenize", parameters, {"texts": tmp_path / "texts"})
    assert result["metrics"]["control-tokens-answer"] == 1 and "<eos> (1)" in result["metrics"]["warnings"][0]
    outputs, result = worker.run("tokenize", parameters | {"split-special-tokens": True}, {"texts": tmp_path / "texts"})
    ids, _ = formats.read_tokens(outputs / "tokens")[0]["answer"]
    assert 1 not in ids.tolist() and "warnings" not in result["metrics"]
