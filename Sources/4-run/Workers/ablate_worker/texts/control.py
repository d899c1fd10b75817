"""Control tokens that texts spell out, such as </s> or <|im_end|>: counted, and told with the rows that hold them.

A tokenizer takes them for its own marks of where a text or a turn ends, unless it is told to split them: then they are counted, and
there is nothing to warn of. Knows a tokenizer and ids. Does not know templates: what these bring along is meant.
"""

import re
from collections import Counter

from ..protocol.words import listed, printable
from .encoding import encode_rows


class Control:
    """Counts, column by column, the special tokens that a tokenizer finds in texts."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.names = {i: token.content for i, token in tokenizer.get_added_tokens_decoder().items() if token.special}
        self.tokens, self.rows = {}, {}  # column -> how often each id, and the rows it is in

    def count(self, column, texts, tokens, lead, threads):
        """tokens: the (ids, lengths) of the texts, part by part as `encoding.encode_rows` gave them for `lead`."""
        if not self.names:
            return
        if self.tokenizer.encode_special_tokens:
            self.spelt(column, texts)
            return
        held = list(self.held(tokens))
        # A word that is unknown gets a special token, too; it does so as well where special tokens in texts are split.
        self.tokenizer.encode_special_tokens = True
        split = [marks for _, ids, lengths in encode_rows(self.tokenizer, [texts[row] for row, _ in held], lead, threads)
                 for marks in self.marks(ids, lengths)]
        self.tokenizer.encode_special_tokens = False
        for (row, found), plain in zip(held, split, strict=True):
            more = Counter(found)
            more.subtract(plain)
            if +more:
                self.tokens.setdefault(column, Counter()).update(+more)
                self.rows.setdefault(column, []).append(row + 1)

    def spelt(self, column, texts):
        """Count those that are read as text: no ids tell of them."""
        numbers = {name: i for i, name in self.names.items()}
        marks = re.compile("|".join(map(re.escape, sorted(filter(None, numbers), key=len, reverse=True))))
        for row, text in enumerate(texts, 1):
            if found := Counter(numbers[name] for name in marks.findall(text)):
                self.tokens.setdefault(column, Counter()).update(found)
                self.rows.setdefault(column, []).append(row)

    def held(self, tokens):
        """Yield (row, its special tokens in order) for each row that has any."""
        start = 0
        for ids, lengths in tokens:
            yield from ((start + i, marks) for i, marks in enumerate(self.marks(ids, lengths)) if marks)
            start += len(lengths)

    def marks(self, ids, lengths):
        """The special tokens of each row."""
        import numpy as np
        at = np.flatnonzero(np.isin(ids, list(self.names)))
        rows, marks = np.searchsorted(lengths.cumsum(), at, side="right"), [[] for _ in lengths]
        for row, mark in zip(rows.tolist(), ids[at].tolist(), strict=True):
            marks[row].append(mark)
        return marks

    def metrics(self, title, count):
        """Numbers of rows and tokens by column, where there are any, and a warning for each column in which they are marks."""
        found, warnings = {}, []
        for column, rows in self.rows.items():
            tokens = self.tokens[column]
            found |= {f"control-rows-{column}": len(rows), f"control-tokens-{column}": sum(tokens.values())}
            if self.tokenizer.encode_special_tokens:
                continue
            held = listed([f"{printable(self.names[i])} ({number})" for i, number in tokens.most_common()], 5)
            where = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
            warnings.append(f"{title}: {len(rows)} of {count} rows (such as {where}) spell out control tokens of the tokenizer in their "
                            f"{column}: {held}. The model reads these as its own marks and not as text; with "
                            "split-special-tokens: true it reads them as text")
        return found | ({"warnings": warnings} if warnings else {})
