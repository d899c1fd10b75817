"""The tokenizer of every family of backbones, as transformers' own class makes it: its special tokens, its chat template."""

import json

import pytest
from ablate_worker.files import formats
from ablate_worker.models import segments, sequences
from ablate_worker.protocol.parameters import Lengths
from ablate_worker.protocol.step import Failure
from ablate_worker.texts import chat, encoding, readme
from inprocess import fails, run
from test_tokens import TEXTS, byte_level, fill, join
from tokenizers import Tokenizer

PLAIN = [{"text": "Question: "}, {"column": "prompt"}, {"text": "; Answer: "}, {"column": "answer"}]
CLASSES = {  # family: (class of its tokenizer, what it puts before a text, what after it)
    "llama": ("LlamaTokenizer", "bos_token", None), "mistral": ("LlamaTokenizer", "bos_token", None),
    "phi3": ("LlamaTokenizer", "bos_token", None), "gemma": ("GemmaTokenizer", "bos_token", None),
    "qwen": ("Qwen2Tokenizer", None, None), "phi": ("GPT2Tokenizer", None, None),
    "bert": ("BertTokenizer", "cls_token", "sep_token"), "roberta": ("RobertaTokenizer", "cls_token", "sep_token"),
    "deberta-v2": ("DebertaV2Tokenizer", "cls_token", "sep_token"),
}


@pytest.fixture(scope="module", params=CLASSES)
def family(request, tmp_path_factory):
    """(AutoTokenizer, its folder, what stands before a text, what after it)"""
    import transformers
    name, before, after = CLASSES[request.param]
    folder = tmp_path_factory.mktemp(request.param) / "tokenizer"
    maker = getattr(transformers, name)
    words = ["Question", "Answer", *(word for text in TEXTS for part in text.values() for word in part.split())]
    made = maker().train_new_from_iterator(words * 3 + ["\n", *map(chr, range(32, 127))], 600)
    if before == "bos_token":
        made.add_bos_token = True  # as the hub's tokenizers of these families have it
    made.save_pretrained(folder)
    return transformers.AutoTokenizer.from_pretrained(folder), folder, before, after


def tokenize(folder, tmp_path, texts=TEXTS, template=PLAIN, **more):
    formats.write_texts(tmp_path / "texts", texts)
    outputs, fields, _ = run("tokenize", {"template": template, "chat": None, "vocabulary": None, **more},
                             {"texts": tmp_path / "texts", "tokenizer": folder}, tmp_path)
    return *formats.read_tokens(outputs / "tokens"), fields


def test_sequences_are_those_of_the_familys_own_tokenizer(family, tmp_path):
    tokenizer, folder, before, after = family
    columns, metadata, _ = tokenize(folder, tmp_path)
    expected = [None if name is None else getattr(tokenizer, f"{name}_id") for name in (before, after)]
    assert [metadata["bos"], metadata["eos"]] == expected
    assert metadata["pad"] == tokenizer.pad_token_id
    for row in (0, 3):  # the texts that share no token with the template's text across a border
        assert join(columns, metadata, row) == tokenizer(fill(TEXTS[row]))["input_ids"]
    for row, text in enumerate(TEXTS):
        assert None not in join(columns, metadata, row)


@pytest.mark.parametrize("keep", ["head", "tail", "middle"])
def test_the_lines_of_an_export_make_the_ids_that_are_trained_on(keep, family, tmp_path, monkeypatch):
    _, folder, _, _ = family
    columns, metadata, _ = tokenize(folder, tmp_path)
    pieces, lead = encoding.encode_template(Tokenizer.from_file(str(folder / "tokenizer.json")), PLAIN)
    monkeypatch.chdir(folder)
    for prompt, answer in ((None, None), (3, 4), (None, 0)):
        lengths, names = Lengths(prompt=prompt, answer=answer, keep=keep), {"Tokenizer": Tokenizer}
        exec(readme.text_lines(pieces, lead, lengths, metadata), names)
        ids = sequences.assemble(columns, metadata, lengths, range(len(TEXTS)))
        assert [names["ids"](text) for text in TEXTS] == [each.tolist() for each in ids]


PAIR = [{"column": "question"}, {"text": " Choice: "}, {"column": "choice"}, {"pair": "second"}, {"column": "why"}]
THREE = [{"question": "is it so", "choice": "b", "why": "it is so because it is"}, {"question": "", "choice": "a", "why": "no"},
         {"question": "why not", "choice": "c", "why": ""}, {"question": "word " * 30, "choice": "d", "why": " so it goes " * 20}]


def test_pairs_are_those_of_the_familys_own_tokenizer(family, tmp_path):
    tokenizer, folder, _, after = family
    if after is None:  # decoders, which have no pairs
        return
    columns, metadata, _ = tokenize(folder, tmp_path, THREE, PAIR)
    lengths = Lengths(_others={"question": 10**6, "choice": 10**6, "why": 10**6})
    rows = sequences.assemble(columns, metadata, lengths, range(len(THREE)))
    # Of a batch: called with one pair, it takes an empty second text for none.
    own = tokenizer([f"{text['question']} Choice: {text['choice']}" for text in THREE], [text["why"] for text in THREE],
                    return_token_type_ids=True)
    assert [segments.plain(row).tolist() for row in rows] == own["input_ids"]
    assert [segments.types(row).tolist() for row in rows] == own["token_type_ids"]


def test_the_second_text_of_a_pair_is_cut_alone_and_keeps_its_type(family, tmp_path):
    tokenizer, folder, _, after = family
    if after is None:
        return
    columns, metadata, _ = tokenize(folder, tmp_path, THREE, PAIR)
    lengths = Lengths(keep={"why": "tail"}, _others={"question": 2, "choice": 1, "why": 3})
    row = sequences.assemble(columns, metadata, lengths, [3])[0]
    whole = tokenizer(THREE[3]["why"], add_special_tokens=False)["input_ids"]
    assert segments.plain(row)[-4:].tolist() == [*whole[-3:], metadata["eos"]]
    assert segments.types(row)[-4:].tolist() == tokenizer("a", "b", return_token_type_ids=True)["token_type_ids"][-1:] * 4
    assert sequences.truncation(columns, lengths, [3])["truncated-tokens-why"] == len(whole) - 3


CHATS = {
    "llama": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}<<SYS>> {{ m['content'] | trim }} <</SYS>> "
             "{% else %}[INST] {{ m['content'] | trim }} [/INST]{% endif %}{% endfor %}",
    "chatml": "{%- for m in messages %}\n{{- '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}\n{%- endfor %}\n"
              "{%- if add_generation_prompt %}\n{{- '<|assistant|>\\n' }}\n{%- endif %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
             "{% for m in messages %}<start>{{ m['role'] }}\n{{ m['content'] | trim }}<end>\n{% endfor %}"
             "{% if add_generation_prompt %}<start>model\n{% endif %}",
    "dated": "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}"
             "{% generation %}{% endgeneration %}: {{ messages[-1]['content'] }}",
}


@pytest.fixture(params=CHATS)
def chatty(request, tmp_path):
    """A tokenizer folder with a chat template, as transformers saves it, and that template's name."""
    from transformers import AutoTokenizer
    byte_level(tmp_path / "plain", False)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "plain", bos_token="<begin>")
    tokenizer.add_tokens(["<|user|>", "<|system|>", "<|assistant|>", "<|end|>", "<start>", "<end>"], special_tokens=True)
    tokenizer.chat_template = CHATS[request.param]
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    return request.param, tmp_path / "tokenizer"


def test_a_chat_is_that_of_the_tokenizers_own_template(chatty, tmp_path):
    from transformers import AutoTokenizer
    name, folder = chatty
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for system in (None, "You tell writers apart."):
        if system and name in ("gemma", "dated"):
            failure = fails("tokenize", {"template": PLAIN, "chat": None, "vocabulary": None, "chat": {"system": system}},
                            {"texts": tmp_path / "texts", "tokenizer": folder}, tmp_path)
            assert failure.kind == "invalid-input" and "chat.system to null" in failure.message
            assert ("System role not supported" if name == "gemma" else "leaves the system message out") in failure.message
            continue
        columns, metadata, _ = tokenize(folder, tmp_path, chat={"system": system})
        assert metadata["bos"] is None and metadata["eos"] is None, "the chat brings its own"
        if name == "dated":
            assert tokenizer.decode(metadata["template"][0]["ids"]).startswith("26 Jul 2024: "), "tomorrow's tokens are today's"
            continue
        for row, text in ((0, TEXTS[0]), (3, TEXTS[3])):  # of an empty answer some templates trim a space
            messages = [{"role": "system", "content": system}] * bool(system) + [{"role": "user", "content": fill(text)}]
            theirs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
            assert tokenizer.decode(join(columns, metadata, row)).rstrip() == theirs.rstrip()
            if row == 0:
                assert join(columns, metadata, row) == tokenizer(theirs, add_special_tokens=False)["input_ids"]


def test_a_tokenizer_without_a_chat_says_so(tmp_path):
    byte_level(tmp_path / "tokenizer", False)
    formats.write_texts(tmp_path / "texts", TEXTS)
    parameters = {"template": PLAIN, "chat": None, "vocabulary": None, "chat": {"system": None}}
    failure = fails("tokenize", parameters, {"texts": tmp_path / "texts", "tokenizer": tmp_path / "tokenizer"}, tmp_path)
    assert failure.kind == "invalid-input" and "tokenizer has no chat template" in failure.message
    failure = fails("tokenize", parameters | {"vocabulary": 300}, {"texts": tmp_path / "texts"}, tmp_path)
    assert failure.kind == "invalid-input" and "trained here has no chat template" in failure.message


def test_where_a_chat_template_may_lie(tmp_path):
    word = "{{ messages[0].content }} by {{ eos_token }}"
    configuration = {"eos_token": {"content": "<e>"}, "chat_template": [{"name": "tools", "template": "no"},
                                                                        {"name": "default", "template": word}]}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(configuration))
    assert chat.surroundings(tmp_path, "it", None) == ("", " by <e>")
    (tmp_path / "chat_template.json").write_text(json.dumps({"chat_template": "A" + word}))
    assert chat.surroundings(tmp_path, "it", None) == ("A", " by <e>")
    (tmp_path / "chat_template.jinja").write_text("B" + word)
    assert chat.surroundings(tmp_path, "it", None) == ("B", " by <e>")
    for broken, words in (("{{ messages[0].content }}" * 2, "2 times"), ("{% if %}", "cannot be used"),
                          ("{{ messages[0].content.__class__.__mro__ }}", "unsafe")):
        (tmp_path / "chat_template.jinja").write_text(broken)
        with pytest.raises(Failure, match=words):
            chat.surroundings(tmp_path, "it", None)
