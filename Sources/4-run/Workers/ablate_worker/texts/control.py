"""Control tokens that texts spell out, such as </s> or <|im_end|>: counted, and told with the rows that hold them.

A tokenizer takes them for its own marks of where a text or a turn ends, unless it is told to split them. Knows a tokenizer and
ids. Does not know templates: what these bring along is meant.
"""

from collections import Counter

from ..protocol.words import listed, printable
from .encoding import encode


class Control:
    """Counts, column by column, the special tokens that a tokenizer finds in texts."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.names = {i: token.content for i, token in tokenizer.get_added_tokens_decoder().items() if token.special}
        self.tokens, self.rows = {}, {}  # column -> how often each id, and the rows it is in

    def count(self, column, start, texts, encoded, lead):
        """encoded: the ids of `texts`, the rows from `start` on, with `lead` before each as `encoding.encode` takes it."""
        if self.tokenizer.encode_special_tokens or not self.names:
            return
        held = [i for i, ids in enumerate(encoded) if not self.names.keys().isdisjoint(ids)]
        # A word that is unknown gets a special token, too; it does so as well where special tokens in texts are split.
        for i, plain in zip(held, self.split([texts[i] for i in held], lead), strict=True):
            more = Counter(t for t in encoded[i] if t in self.names)
            more.subtract(t for t in plain if t in self.names)
            found = +more
            if found:
                self.tokens.setdefault(column, Counter()).update(found)
                self.rows.setdefault(column, []).append(start + i + 1)

    def split(self, texts, lead):
        if not texts:
            return []
        self.tokenizer.encode_special_tokens = True
        plain = encode(self.tokenizer, texts, *lead)
        self.tokenizer.encode_special_tokens = False
        return plain

    def metrics(self, title, count):
        """Numbers of rows and tokens by column, where there are any, and a warning for each column."""
        found, warnings = {}, []
        for column, rows in self.rows.items():
            tokens = self.tokens[column]
            found |= {f"control-rows-{column}": len(rows), f"control-tokens-{column}": sum(tokens.values())}
            held = listed([f"{printable(self.names[i])} ({number})" for i, number in tokens.most_common()], 5)
            where = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
            warnings.append(f"{title}: {len(rows)} of {count} rows (such as {where}) spell out control tokens of the tokenizer in their "
                            f"{column}: {held}. The model reads these as its own marks and not as text; with "
                            "split-special-tokens: true it reads them as text")
        return found | ({"warnings": warnings} if warnings else {})
