"""The texts of a row, by their names: which of them describe the row, and which tell one question from another.

Knows names and groups, no columns of tables. The engine has the same names in order (Formats/TextColumns.swift); here their order
never counts.
"""

SHORT = {"prompt", "answer"}  # the short form: what is asked, and the text to classify


def is_short(names):
    return "answer" in names and set(names) <= SHORT


def described(names):
    """The names of the texts that a row is described by: beside an answer its prompt says little of it; else every text counts."""
    return ["answer"] if is_short(names) else sorted(names)


def pairs(names):
    """The pairs of texts that are compared with each other: what comes first, and what may repeat it."""
    if is_short(names):
        return [("prompt", "answer")] if "prompt" in names else []
    names = sorted(names)
    return [(one, other) for i, one in enumerate(names) for other in names[i + 1:]]


def telling(texts, groups):
    """The names of the texts by which two rows are one question: those that the rows of each group share, the prompt among the
    short form's. All of them where nothing says that a question has several rows."""
    names = sorted(texts[0]) if texts else []
    if groups is None:
        return names
    if "prompt" in names:
        return ["prompt"]
    if is_short(names):
        return names
    first, shared, several = {}, set(names), False
    for text, group in zip(texts, groups, strict=True):
        known = first.setdefault(group, text)
        if known is not text:
            several = True
            shared -= {name for name in shared if text[name] != known[name]}
    return sorted(shared) if several and shared else names
