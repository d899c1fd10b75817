"""Turns texts into token ids, untruncated and without special tokens, with the template's own pieces beside them.

Needs only the `tokenizers` library: importing torch or transformers would take longer than the work. Lengths act later
(sequences.py), so a recipe that changes a length tokenizes nothing again.
"""

import json
import re

from . import formats
from .control import Control
from .step import Failure, invalid

CHUNK = 500  # rows per call of the library: progress is told in between
LONG = 1000  # characters without a space from which on learning a vocabulary takes a text in parts


def run(step):
    from tokenizers import Tokenizer
    texts = formats.read_texts(step.input("texts"))
    template = step.parameters["template"]
    columns = list(dict.fromkeys(piece["column"] for piece in template if "column" in piece))
    for column in columns:
        if texts and column not in texts[0]:
            raise invalid(f"the template names the column {{{column}}}, and {step.title('texts')} has "
                          f"{', '.join(sorted(texts[0]))}")
    if step.has("tokenizer"):
        folder = step.input("tokenizer")
        if not (folder / "tokenizer.json").exists():
            raise invalid(f"{step.title('tokenizer')} has no tokenizer.json: save it once with "
                          "AutoTokenizer.from_pretrained(...).save_pretrained(...), which writes one")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif step.parameters.get("vocabulary"):
        folder = step.outputs / "tokenizer"
        tokenizer = train(texts, columns, step.parameters["vocabulary"], folder)
    else:
        raise Failure("missing-input", "tokenize needs a tokenizer folder, or the size of the vocabulary to train one")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    bos, eos = added_tokens(tokenizer)
    if step.parameters.get("chat") is not None:
        from . import chat
        title = step.title("tokenizer") if step.has("tokenizer") else "the tokenizer trained here"
        template, bos, eos = chat.wrap(folder, title, template, step.parameters["chat"].get("system")), None, None
    pieces, lead = encode_template(tokenizer, template)
    # The template's own control tokens stay what they are; those in texts are read as `split-special-tokens` says.
    tokenizer.encode_special_tokens = bool(step.parameters.get("split-special-tokens"))
    ids, control = {column: [] for column in columns}, Control(tokenizer)
    for start in range(0, len(texts), CHUNK):
        for column in columns:
            part = [text[column] for text in texts[start:start + CHUNK]]
            encoded = encode(tokenizer, part, *lead[column])
            control.count(column, start, part, encoded, lead[column])
            ids[column] += encoded
        step.channel.progress(min(start + CHUNK, len(texts)), len(texts), "rows")
    metadata = {"template": pieces, "bos": bos, "eos": eos, "pad": pad_token(tokenizer, folder)}
    formats.write_tokens(step.outputs / "tokens", ids, metadata)
    metrics = {"rows": len(texts), "vocabulary": tokenizer.get_vocab_size()}
    for column in columns:
        lengths = sorted(len(row) for row in ids[column])
        metrics |= {f"tokens-{column}": sum(lengths), f"longest-{column}": lengths[-1],
                    f"median-{column}": lengths[len(lengths) // 2]}
    return {"metrics": metrics | control.metrics(step.title("texts"), len(texts))}


def train(texts, columns, vocabulary, folder):
    """A byte-level BPE learnt from the texts, saved as a folder that transformers' AutoTokenizer loads as well."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    special = ["<bos>", "<eos>", "<pad>"]
    if vocabulary < 256 + len(special):
        raise invalid(f"a vocabulary of {vocabulary} is too small: 256 bytes and {len(special)} special tokens need at least "
                      f"{256 + len(special)}")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, special_tokens=[AddedToken(s, special=True) for s in special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())  # all 256 bytes: no text is unknown to it
    tokenizer.train_from_iterator((part for text in texts for column in columns for part in parts(text[column])), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", 0), ("<eos>", 1)])
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    formats.write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
        "clean_up_tokenization_spaces": False})
    return tokenizer


def parts(text):
    """The text, or its parts of at most LONG characters without a space: what a merge costs grows with its word's length."""
    return [text] if not re.search(rf"\S{{{LONG}}}", text) else re.findall(rf"\s*\S{{1,{LONG}}}|\s+", text)


def added_tokens(tokenizer):
    """(bos, eos): the ids, or None, that this tokenizer itself puts around an ordinary text."""
    bare = tokenizer.encode("an ordinary text", add_special_tokens=False).ids
    full = tokenizer.encode("an ordinary text", add_special_tokens=True).ids
    for start in range(len(full) - len(bare) + 1):
        if full[start:start + len(bare)] == bare:
            before, after = full[:start], full[start + len(bare):]
            if len(before) <= 1 and len(after) <= 1:
                return (before[0] if before else None), (after[0] if after else None)
            break
    raise invalid(f"this tokenizer puts {len(full) - len(bare)} special tokens around a text; at most one before and one after "
                  "is supported")


def pad_token(tokenizer, folder):
    """The id of the pad token that tokenizer_config.json names, or None."""
    try:
        token = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8")).get("pad_token")
    except (FileNotFoundError, ValueError):
        return None
    token = token.get("content") if isinstance(token, dict) else token
    return tokenizer.token_to_id(token) if token else None


def encode_template(tokenizer, template):
    """(the template's pieces, {column: (prefix, lead)}: how `encode` continues the text before the column).

    Pieces and columns are encoded apart, and yet as in one text where that can be done: what comes after the first piece
    is encoded as a continuation, and one space that ends a piece goes to the column after it, because most tokenizers
    join a space to the word that follows.
    """
    prefix = continuation(tokenizer)
    pieces, lead = [], {}
    for position, piece in enumerate(template):
        if "column" in piece:
            before = template[position - 1].get("text", "") if position else ""
            lead.setdefault(piece["column"], (prefix if position else "", " " if before.endswith(" ") else ""))
            pieces.append({"column": piece["column"]})
            continue
        text, after = piece["text"], template[position + 1] if position + 1 < len(template) else {}
        if text.endswith(" ") and "column" in after and lead.get(after["column"], ("", " "))[1]:
            text = text[:-1]
        pieces.append({"ids": encode(tokenizer, [text], prefix if position else "", "")[0] if text else []})
    return pieces, lead


def continuation(tokenizer):
    """A text that, put before another and its tokens then dropped, keeps a tokenizer from treating that one as a beginning.

    Tokenizers in the manner of SentencePiece put a space before a text's first word. A line break takes that space and
    joins with nothing after it; where a line break is a space too (DeBERTa), a character that no vocabulary has does the same.
    Empty for the others, which need no such thing.
    """
    ids = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    word, head = ids("word"), ids("\n")
    if not word or not tokenizer.id_to_token(word[0]).startswith(("\u2581", "\u0120")):
        return ""
    mark = "\n" if head else "\ue000"
    head = head or ids(mark)
    return mark if ids(mark + "word")[:len(head)] == head == ids(mark + " word")[:len(head)] else ""


def encode(tokenizer, texts, prefix, lead):
    """The ids of each text, as a continuation of `prefix` and with `lead` before it."""
    skip = len(tokenizer.encode(prefix, add_special_tokens=False).ids) if prefix else 0
    return [e.ids[skip:] for e in tokenizer.encode_batch([prefix + lead + text for text in texts], add_special_tokens=False)]
