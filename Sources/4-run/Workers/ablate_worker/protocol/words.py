"""Foreign text made fit for a message: on one line, short, and without a character that commands a terminal or turns text around.

The one place for that. `visible` goes over everything the worker says (channel.py); `printable` and `listed` are for cells,
labels and names that a message quotes. Knows no message.
"""

import re
import unicodedata

# Control characters (C0, DEL, C1), ends of lines and paragraphs, marks of direction, halves of surrogate pairs, and characters
# without a form of their own.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
                    "\U000e0000-\U000e007f]")


def visible(text):
    """The text with every such character written as its escape."""
    return HIDDEN.sub(lambda found: escape(ord(found.group())), text)


def escape(code):
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(value, limit=60):
    """A value for a message: on one line, at most `limit` characters of it, and always encodable."""
    text = " ".join(str(value).split())
    return visible(text[:limit]) + "..." * (len(text) > limit)


def unseen(found, wanted):
    """Where two texts part that look the same, in parentheses; empty where the eye sees it."""
    if found == wanted or unicodedata.normalize("NFKC", printable(found)) != unicodedata.normalize("NFKC", printable(wanted)):
        return ""
    place = next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), min(len(found), len(wanted)))
    here, there = (character_name(text[place]) if place < len(text) else "the end" for text in (found, wanted))
    return f" (character {place + 1} is {here} in place of {there})"


def character_name(character):
    """U+0301 COMBINING ACUTE ACCENT."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def alike(text):
    """What texts have in common that are the same to a reader: no marks of the file's beginning, no outer spaces, one case, one form."""
    return unicodedata.normalize("NFKC", text.strip("\ufeff \t\r\n\xa0")).casefold()


def listed(values, most=20):
    """Some values, apart by commas; how many more there are."""
    shown = ", ".join(printable(value) for value in values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most} more"
