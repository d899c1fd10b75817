"""Texts that stand in a table more than once, or nearly so, and that folds may part: a model is then scored on what it was taught.

Finds them in a time that grows with the table, and puts them in sentences for `metrics.warnings`. Knows texts and groups, no
label and no fold.
"""

import math
import re
import zlib

from ..protocol.words import printable
from .rowtexts import telling

ALIKE = 0.75  # share of the words of both, each by how rare it is, that two near-duplicates have in common
WORDS = 5  # different ones that a text needs to be compared by them: fewer are soon alike
BANDS, ROWS = 8, 3  # of a MinHash signature: texts that agree in all rows of a band are compared
RIVALS = 8  # texts that each text of a band is compared with: the time stays linear
CHUNK = 1 << 18  # words hashed at a time
SHOWN = 3  # of each kind in sentences of their own; the rest is counted


def within(title, texts, rows):
    """Warnings of questions that stand in the table more than once and that no group holds together: folds may part them, and a
    model would then be scored on what it was trained on. Without groups, of rows that are alike in every text."""
    columns = telling(texts, rows["groups"])
    keys = [normalised(text, columns) for text in texts]
    groups = list(range(len(texts))) if rows["groups"] is None else rows["groups"]
    first, found = {}, {}
    for row, key in enumerate(keys):
        if any(key):
            known = first.setdefault(key, {})
            if known.setdefault(groups[row], row) == row and len(known) > 1:
                found[key] = known
    what = "question" if set(columns) < set(texts[0]) else "text"
    remedy = "so folds may part them: give them one value in the column data.columns.group"
    warnings = []
    for known in list(found.values())[:SHOWN]:
        listed = ", ".join(str(row + 1) for row in list(known.values())[:5])
        more = ", ..." if len(known) > 5 else ""
        warnings.append(f"{title}: rows {listed}{more} have the same {what}, '{printable(texts[min(known.values())][columns[0]])}', and "
                        f"are not of one group, {remedy}")
    if len(found) > SHOWN:
        warnings.append(f"{title}: {len(found) - SHOWN} more {what}s stand in more than one group")
    rows_of = [min(known.values()) for known in first.values()]
    pairs = [(rows_of[i], rows_of[j]) for i, j in near(list(first), []) if groups[rows_of[i]] != groups[rows_of[j]]]
    if pairs:
        one, other = min(pairs)
        are = "1 pair of {}s has" if len(pairs) == 1 else f"{len(pairs)} pairs of {{}}s have"
        warnings.append(f"{title}: at least {are.format(what)} nearly the same words, perhaps in another order, such as "
                        f"rows {one + 1} and {other + 1}, '{printable(texts[one][columns[0]])}', and are not of one group, {remedy}")
    return warnings


def between(title, texts, rows, reference):
    """Warnings of questions (without groups: of whole rows) of this table that stand in the training table too, by their
    normalised text: a model was trained on their answers, so its score there tells little of questions that are new."""
    columns = telling(texts, rows["groups"])
    if not reference or not set(columns) <= reference[0].keys():
        return []
    known, found, new = {}, {}, {}
    for row, text in enumerate(reference):
        known.setdefault(normalised(text, columns), row)
    for row, text in enumerate(texts):
        key = normalised(text, columns)
        if any(key) and key in known:
            found.setdefault(key, []).append(row)
        elif any(key):
            new.setdefault(key, row)
    what = "question" if set(columns) < set(texts[0]) else "text"
    why = f"models learn from it, so what they score on these rows says little of new {what}s; leave it out of one of the tables"
    warnings = []
    for key, mine in list(found.items())[:SHOWN]:
        listed = ", ".join(str(row + 1) for row in mine[:5]) + (", ..." if len(mine) > 5 else "")
        warnings.append(f"{title}: rows {listed} have the same {what} as row {known[key] + 1} of the training table, "
                        f"'{printable(texts[mine[0]][columns[0]])}': {why}")
    if len(found) > SHOWN:
        warnings.append(f"{title}: {len(found) - SHOWN} more {what}s stand in the training table too")
    mine, theirs = list(new.values()), list(known.values())
    pairs = [(mine[i], theirs[j]) for i, j in near(list(new), list(known))]
    if pairs:
        one, other = min(pairs)
        count = len({row for row, _ in pairs})
        warnings.append(f"{title}: at least {count} {what}{' has' if count == 1 else 's have'} nearly the same words as one of the training "
                        f"table, perhaps in another order, such as row {one + 1} and row {other + 1} of train, "
                        f"'{printable(texts[one][columns[0]])}': {why}")
    return warnings


def near(mine, others):
    """[(i, j)] of near-duplicates, by their words and not their order: within `mine` (i < j), or of each of `mine` in `others`.

    mine, others: normalised texts, each once. MinHash finds what to compare, and then words count by how rare they are, so that a
    template that many questions share does not make them alike, nor a small vocabulary. Not every pair is found, but nearly every
    text that has a partner.
    """
    import numpy as np
    long, coded, codes = [], {}, {}
    for i, key in enumerate([*mine, *others]):
        held = words(key)
        if len(held) >= WORDS:
            long.append(i)
            coded[i] = np.array([codes.setdefault(word, len(codes)) for word in held])
    if len(long) < 2:
        return []
    spread = np.bincount(np.concatenate(list(coded.values())), minlength=len(codes))
    surprise = np.log(len(long) / spread)  # of finding the word in a text
    rarity = surprise + 1
    chance = 2 * math.log(len(long)) + 3  # what two of so many texts, of words drawn as they are spread, rarely have in common
    bands = signatures(list(codes), [coded[i] for i in long])
    held, found = [{} for _ in range(BANDS)], set()
    for place, i in sorted(enumerate(long), key=lambda p: (p[1] < len(mine), p[1])) if others else enumerate(long):
        seen = set()
        for band, rivals in enumerate(held):
            known = rivals.setdefault(bands[place, band].tobytes(), [])
            if not others or i < len(mine):
                seen.update(known)
            if len(known) < RIVALS and (not others or i >= len(mine)):
                known.append(i)
        for j in sorted(seen):
            both = np.intersect1d(coded[i], coded[j], assume_unique=True)
            total = rarity[coded[i]].sum() + rarity[coded[j]].sum()
            shared = rarity[both].sum()
            if shared >= ALIKE * (total - shared) and surprise[both].sum() >= chance:
                found.add((i, j - len(mine)) if others else (j, i))
    return sorted(found)


def words(key):
    """The different words of a normalised text, those of each column apart."""
    if len(key) == 1:
        return dict.fromkeys(key[0].split())
    return dict.fromkeys(f"{column} {word}" for column, text in enumerate(key) for word in text.split())


def signatures(vocabulary, texts):
    """MinHash of each text, its codes of the vocabulary given: uint32 [texts, BANDS, ROWS], the same on every machine."""
    import numpy as np
    chance = np.random.Generator(np.random.PCG64(0))
    factors = chance.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
    base = np.array([zlib.crc32(word.encode()) + 1 for word in vocabulary], np.uint64)
    found, start = np.empty((len(texts), BANDS * ROWS), np.uint32), 0
    while start < len(texts):
        end, size = start, 0
        while end < len(texts) and (size == 0 or size + len(texts[end]) <= CHUNK):
            size, end = size + len(texts[end]), end + 1
        part = base[np.concatenate(texts[start:end])]
        offsets = np.cumsum([0, *(len(text) for text in texts[start:end - 1])])
        hashed = (part[:, None] * factors) >> np.uint64(32)  # multiply and shift: the upper half is spread evenly
        found[start:end] = np.minimum.reduceat(hashed.astype(np.uint32), offsets, axis=0)
        start = end
    return found.reshape(len(texts), BANDS, ROWS)


def normalised(text, columns):
    """The words of each column, without case, punctuation and white space."""
    return tuple(" ".join(re.findall(r"\w+", text[column].casefold())) for column in columns)
