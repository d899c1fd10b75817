"""What can be counted in one text without knowing any other: lengths, punctuation, case, markup, overlap, compression.

Each family is a function from a row's texts to numbers by name. The names depend on which columns there are and never
on the texts, so that training and test tables get the same columns. Knows no table, no group and no label.
"""

import re
import zlib
from collections import Counter

from . import rowtexts

MARKS = {
    "period": ".", "comma": ",", "semicolon": ";", "colon": ":", "exclamation": "!", "question": "?",
    "apostrophe": "'\u2018\u2019", "quote": "\"\u201c\u201d\u00ab\u00bb", "hyphen": "-", "dash": "\u2013\u2014",
    "ellipsis": "\u2026", "parenthesis": "()", "bracket": "[]{}", "slash": "/\\", "asterisk": "*", "hash": "#",
    "backtick": "`", "underscore": "_", "symbol": "&%$\u20ac\u00a3@+=<>|~^",
}
MARKUP = {
    "bullets": re.compile(r"^[ \t]*[-*+\u2022][ \t]+\S", re.M),
    "numbered": re.compile(r"^[ \t]*\d{1,3}[.)][ \t]+\S", re.M),
    "headings": re.compile(r"^#{1,6}[ \t]+\S", re.M),
    "fences": re.compile(r"^[ \t]*(?:```|~~~)", re.M),
    "code": re.compile(r"(?<!`)`[^`\n]+`(?!`)"),
    "bold": re.compile(r"\*\*(?=\S)[^*\n]+\*\*|__(?=\S)[^_\n]+__"),
    "links": re.compile(r"\[[^\]\n]*\]\([^)\n]*\)"),
    "urls": re.compile(r"\bhttps?://|\bwww\."),
    "tables": re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.M),
    "quotes": re.compile(r"^>", re.M),
    "tags": re.compile(r"</?[a-zA-Z][^<>\n]*>"),
    "paragraphs": re.compile(r"\n[ \t]*\n"),  # the empty lines between paragraphs
}
WORD = re.compile(r"\w+")


def share(part, whole):
    return part / whole if whole else 0.0


def length(texts, main):
    """Of each column; tokens are added by features.py, which has them."""
    found = {}
    for column in sorted(texts):
        text = texts[column]
        words = text.split()
        found |= {f"{column}.characters": len(text), f"{column}.words": len(words),
                  f"{column}.lines": text.count("\n") + 1 if text else 0,
                  f"{column}.word-length": share(sum(map(len, words)), len(words))}
    return found


def punctuation(texts, main):
    """Each mark's count, and its share of the text's characters."""
    text, found, total = texts[main], {}, 0
    counts = Counter(text)
    for name, marks in MARKS.items():
        count = sum(counts[mark] for mark in marks)
        total += count
        found |= {f"{main}.{name}": count, f"{main}.{name}.share": share(count, len(text))}
    return found | {f"{main}.marks": total, f"{main}.marks.share": share(total, len(text))}


def casing(texts, main):
    text = texts[main]
    words = [word for word in WORD.findall(text) if word[0].isalpha()]
    letters = sum(c.isalpha() for c in text)
    first = text.lstrip()[:1]
    return {f"{main}.uppercase.share": share(sum(c.isupper() for c in text), letters),
            f"{main}.digits.share": share(sum(c.isdigit() for c in text), len(text)),
            f"{main}.whitespace.share": share(sum(c.isspace() for c in text), len(text)),
            f"{main}.beyond-ascii.share": share(sum(c > "\x7f" for c in text), len(text)),
            f"{main}.capitalised.share": share(sum(word[0].isupper() for word in words), len(words)),
            f"{main}.all-capitals.share": share(sum(len(word) > 1 and word.isupper() for word in words), len(words)),
            f"{main}.begins-uppercase": float(first.isupper()),
            f"{main}.begins-with-space": float(text[:1].isspace()),
            f"{main}.ends-with-mark": float(text.rstrip()[-1:] in set(".!?"))}


def markup(texts, main):
    text = texts[main]
    return {f"{main}.{name}": len(pattern.findall(text)) for name, pattern in MARKUP.items()}


def overlap(texts, main):
    """How much of a text, such as the answer, another holds already, such as the prompt: of each pair of texts."""
    found = {}
    for one, other in rowtexts.pairs(texts):
        found |= overlap_of(texts, one, other, "overlap" if rowtexts.is_short(texts) else f"overlap.{one}.{other}")
    return found


def overlap_of(texts, one, other, name):
    """Words are compared without case and marks."""
    prompt, answer = (WORD.findall(texts[column].lower()) for column in (one, other))
    asked, said = set(prompt), set(answer)
    found = {f"{name}.of-{other}": share(len(asked & said), len(said)), f"{name}.of-{one}": share(len(asked & said), len(asked)),
             f"{name}.jaccard": share(len(asked & said), len(asked | said))}
    for size in (2, 3, 4):
        known = set(zip(*(prompt[i:] for i in range(size)), strict=False))
        runs = list(zip(*(answer[i:] for i in range(size)), strict=False))
        found[f"{name}.{size}-grams"] = share(sum(run in known for run in runs), len(runs))
    prefix = 0
    for word, same in zip(prompt, answer, strict=False):
        if word != same:
            break
        prefix += 1
    return found | {f"{name}.prefix-words": prefix}


def compression(texts, main):
    """Bytes of zlib's output per byte of text: repetition shows. With a prompt, also what the answer adds to it."""
    data = texts[main].encode("utf-8")
    found = {f"{main}.compression": share(len(zlib.compress(data, 6)), len(data))}
    if "prompt" in texts and main != "prompt":
        before = texts["prompt"].encode("utf-8") + b"\n"
        added = len(zlib.compress(before + data, 6)) - len(zlib.compress(before, 6))
        found[f"{main}.compression-after-prompt"] = share(added, len(data))
    return found


def of_row(family, mains):
    """A family as a function of a row's texts. mains: the names of those that it describes; some families are of all texts at once."""
    describe = FAMILIES[family]
    if family in ("length", "overlap"):
        return lambda texts: describe(texts, None)
    return lambda texts: {name: number for main in mains for name, number in describe(texts, main).items()}


FAMILIES = {"length": length, "punctuation": punctuation, "casing": casing, "markup": markup, "overlap": overlap,
            "compression": compression}
