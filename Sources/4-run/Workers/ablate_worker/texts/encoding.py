"""What a tokenizer makes of texts: ids of a template's pieces and of its columns, and which special tokens it adds itself.

Needs only the `tokenizers` library. Knows no table and no file but the tokenizer's own.
"""

import collections
import itertools
import json
import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from ..protocol.step import invalid

ROWS, CHARACTERS = 500, 1 << 20  # the most that one call of the library takes: its working memory is a hundred bytes a token


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


def pair_tokens(tokenizer):
    """What this tokenizer puts between two texts, as pieces of a template: its special tokens, and a mark where what follows has the
    token type 1."""
    texts = "an ordinary text", "and another"
    one, other = (tokenizer.encode(text, add_special_tokens=False).ids for text in texts)
    bos, eos = added_tokens(tokenizer)
    full = tokenizer.encode(*texts, add_special_tokens=True)
    start, end = len(one) + (bos is not None), len(full.ids) - len(other) - (eos is not None)
    if full.ids != [*[bos] * (bos is not None), *one, *full.ids[start:end], *other, *[eos] * (eos is not None)]:
        raise invalid("this tokenizer puts other special tokens around two texts than around one: write the template as one text")
    types = full.type_ids
    if types != [0] * end + [types[end]] * (len(types) - end) or types[end] not in (0, 1):
        raise invalid(f"this tokenizer gives two texts the token types {types}, and 0 for all of the first and one type for all of "
                      "the second are supported: write the template as one text")
    between = [{"ids": full.ids[start:end]}] if end > start else []
    return between + [{"segment": "second"}] * types[end]


def named_token(tokenizer, folder, name):
    """The id of the token that tokenizer_config.json calls `name`, such as pad_token, or None."""
    try:
        token = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8")).get(name)
    except (FileNotFoundError, ValueError):
        return None
    token = token.get("content") if isinstance(token, dict) else token
    return tokenizer.token_to_id(token) if token else None


def word_ids(tokenizer, words):
    """The ids of words that are one token each."""
    found = []
    for word in words:
        tokens = tokenizer.encode(word, add_special_tokens=False)
        if len(tokens.ids) != 1:
            raise invalid(f"label-words: the tokenizer makes {len(tokens.ids)} tokens of '{word}' ({' '.join(tokens.tokens)}): choose words "
                          "that are one token, with the space before them where the tokenizer joins it to the word")
        found += tokens.ids
    return found


def encode_template(tokenizer, template):
    """(the template's pieces, {column: (prefix, lead)}: how `encode` continues the text before the column).

    Pieces and columns are encoded apart, and yet as in one text where that can be done: what comes after the first piece
    is encoded as a continuation, and one space that ends a piece goes to the column after it, because most tokenizers
    join a space to the word that follows. The second text of a pair begins anew.
    """
    prefix = continuation(tokenizer)
    pieces, lead = [], {}
    for position, piece in enumerate(template):
        continues = position and "pair" not in template[position - 1]
        if "pair" in piece:
            pieces += pair_tokens(tokenizer)
            continue
        if "column" in piece:
            before = template[position - 1].get("text", "") if position else ""
            lead.setdefault(piece["column"], (prefix if continues else "", " " if before.endswith(" ") else ""))
            pieces.append({"column": piece["column"]})
            continue
        text, after = piece["text"], template[position + 1] if position + 1 < len(template) else {}
        if text.endswith(" ") and "column" in after and lead.get(after["column"], ("", " "))[1]:
            text = text[:-1]
        pieces.append({"ids": encode(tokenizer, [text], prefix if continues else "", "")[0] if text else []})
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


def encode_rows(tokenizer, texts, lead, threads):
    """Yield (first row, ids int32 [total], lengths int64 [rows]) of the texts, part by part and in order.

    lead: (prefix, lead) as `encode` takes them. threads: a function that tells how many may work just now; it is asked again for
    each part. Which parts there are follows from the texts alone.
    """
    # Each thread of ours works alone: the library's own pool keeps the size that it began with, whatever a step is given.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    work = lambda start, end: (start, *packed(encode(tokenizer, texts[start:end], *lead)))
    todo, waiting = parts(texts), collections.deque()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            while True:
                running = sum(not future.done() for future in waiting)
                # Only so many wait to be taken: a long part does not pile up all those behind it.
                room = max(0, min(threads() - running, 4 * threads() - len(waiting)))
                waiting.extend(pool.submit(work, *part) for part in itertools.islice(todo, room))
                if not waiting:
                    return
                if not waiting[0].done():
                    wait([future for future in waiting if not future.done()], return_when=FIRST_COMPLETED)
                while waiting and waiting[0].done():
                    yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def packed(rows):
    """(ids int32 [total], lengths int64 [rows]) of a list of rows' ids."""
    import numpy as np
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return np.fromiter(itertools.chain.from_iterable(rows), np.int32, lengths.sum()), lengths


def parts(texts):
    """Yield (start, end): neighbouring texts, at most ROWS of them and, where they are several, at most CHARACTERS long together."""
    start, size = 0, 0
    for row, text in enumerate(texts):
        if row > start and (row - start == ROWS or size + len(text) > CHARACTERS):
            yield start, row
            start, size = row, 0
        size += len(text)
    if start < len(texts):
        yield start, len(texts)
