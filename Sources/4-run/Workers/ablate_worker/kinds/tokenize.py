"""Turns texts into token ids, untruncated and without special tokens, with the template's own pieces beside them.

Needs only the `tokenizers` library: importing torch or transformers would take longer than the work. Lengths act later
(sequences.py), so a recipe that changes a length tokenizes nothing again.
"""

import re

from ..files import formats
from ..protocol.step import Failure, invalid
from ..texts import chat, encoding
from ..texts.control import Control

LONG = 1000  # characters without a space from which on learning a vocabulary takes a text in parts


def run(step):
    from tokenizers import Tokenizer
    texts = formats.read_texts(step.input("texts"))
    template = step.parameters.template
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
    elif step.parameters.vocabulary:
        folder = step.outputs / "tokenizer"
        tokenizer = train(texts, columns, step.parameters.vocabulary, folder)
    else:
        raise Failure("missing-input", "tokenize needs a tokenizer folder, or the size of the vocabulary to train one")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    bos, eos = encoding.added_tokens(tokenizer)
    if step.parameters.chat is not None:
        title = step.title("tokenizer") if step.has("tokenizer") else "the tokenizer trained here"
        template, bos, eos = chat.wrap(folder, title, template, step.parameters.chat.system), None, None
    pieces, lead = encoding.encode_template(tokenizer, template)
    # The template's own control tokens stay what they are; those in texts are read as `split-special-tokens` says.
    tokenizer.encode_special_tokens = bool(step.parameters.split_special_tokens)
    tokens, control = {column: [] for column in columns}, Control(tokenizer)
    for place, column in enumerate(columns):
        part = [text[column] for text in texts]
        for start, ids, lengths in encoding.encode_rows(tokenizer, part, lead[column], lambda: step.threads):
            tokens[column].append((ids, lengths))
            step.channel.progress((place * len(texts) + start + len(lengths)) // len(columns), len(texts), "rows")
        control.count(column, part, tokens[column], lead[column], lambda: step.threads)
    swapped = step.parameters.swapped or []
    for column, other in zip(swapped, reversed(swapped)):  # as they are where the other one stands
        part = [text[column] for text in texts]
        tokens[formats.swapped(column)] = [part[1:] for part in encoding.encode_rows(tokenizer, part, lead[other], lambda: step.threads)]
    metadata = {"template": pieces, "bos": bos, "eos": eos, "pad": encoding.named_token(tokenizer, folder, "pad_token")}
    if step.parameters.words:
        metadata["words"] = encoding.word_ids(tokenizer, step.parameters.words)
    if step.parameters.mask:
        metadata["mask"] = encoding.named_token(tokenizer, folder, "mask_token")
    if swapped:
        metadata["swapped"] = swapped
    formats.write_tokens(step.outputs / "tokens", tokens, metadata)
    metrics = {"rows": len(texts), "vocabulary": tokenizer.get_vocab_size()}
    for column in columns:
        lengths = sorted(length for _, part in tokens[column] for length in part.tolist())
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
