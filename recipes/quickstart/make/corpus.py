"""Writes corpus/language.txt, corpus/network.txt and corpus/tools.txt, one cleaned sentence per line.

The text is Python's own documentation (PSF licence): the language reference as shipped in
`pydoc_data.topics`, docstrings of the standard library about networks, and its other docstrings. It differs between
Python versions, so the files are committed and this script is kept as the record of how they were made (Python 3.11.7).

    python make/corpus.py
"""

import ast
import pathlib
import re
import sysconfig

from pydoc_data.topics import topics

HERE = pathlib.Path(__file__).parent
SKIPPED_FOLDERS = {"test", "tests", "idlelib", "lib2to3", "ensurepip", "site-packages", "__pycache__", "pydoc_data",
                   "turtledemo", "tkinter", "distutils", "msilib", "_pyrepl", "config"}
NETWORK = set("""asyncio asynchat asyncore email xml http urllib smtplib smtpd mailbox xmlrpc ssl socket imaplib telnetlib
ftplib mimetypes nntplib wsgiref poplib socketserver cgi cgitb uuid base64 json html selectors mailcap""".split())


def clean(sentence):
    """The words and commas of a sentence, lower case, or None when it is not prose."""
    if len(re.findall(r"[^\w\s,;:.'\"`’()-]", sentence)) > 2 or re.search(r"[a-z]\w*\(\w+=|::|->|=\s|<", sentence):
        return None
    sentence = re.sub(r"\b(\w+)['’](s|t|re|ll|ve|d)\b", r"\1\2", sentence.lower())
    sentence = re.sub(r"[;:]", ",", sentence)
    tokens = re.findall(r"[a-z]+(?:_[a-z]+)*|,", sentence)
    while tokens and tokens[-1] == ",":
        tokens.pop()
    tokens = [t for i, t in enumerate(tokens) if t != "," or (i and tokens[i - 1] != ",")]
    words = [t for t in tokens if t != ","]
    if not 6 <= len(words) <= 45 or sum(len(w) == 1 and w != "a" for w in words) > 2:
        return None
    return " ".join(tokens)


def sentences(text):
    """Prose sentences of a documentation text, in order; indented code, tables and headings are left out."""
    for paragraph in re.split(r"\n\s*\n", text):
        lines = paragraph.splitlines()
        if ">>>" in paragraph or len({len(line) - len(line.lstrip()) for line in lines}) != 1:
            continue
        joined = re.sub(r"\s+", " ", " ".join(lines)).strip().replace("e.g.", "for example").replace("i.e.", "that is")
        joined = re.sub(r"^[-*] ", "", joined)
        for sentence in re.split(r"(?<=[.!?])[)\"]? (?=[A-Z\"`*])", joined):
            if sentence.rstrip(")\"").endswith((".", "?", "!", ":")):
                cleaned = clean(sentence)
                if cleaned:
                    yield cleaned


def docstrings(network):
    """Docstrings of standard library files that carry no copyright note of their own, in path order."""
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if SKIPPED_FOLDERS & set(path.relative_to(root).parts):
            continue
        if (path.relative_to(root).parts[0].removesuffix(".py") in NETWORK) != network:
            continue
        source = path.read_text(encoding="utf-8", errors="replace")
        if re.search(r"copyright|licen[sc]e", source, re.IGNORECASE):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                text = ast.get_docstring(node)
                if text:
                    yield text


def write(name, texts, taken):
    """Writes the sentences that no earlier file holds."""
    kept, size = [], 0
    for text in texts:
        for sentence in sentences(text):
            if sentence not in taken:
                taken.add(sentence)
                kept.append(sentence)
                size += len(sentence) + 1
    (HERE / "corpus").mkdir(exist_ok=True)
    (HERE / "corpus" / name).write_text("\n".join(kept) + "\n")
    print(name, len(kept), "sentences", size, "bytes")


if __name__ == "__main__":
    taken = set()
    write("language.txt", (topics[name] for name in sorted(topics)), taken)
    write("network.txt", docstrings(network=True), taken)
    write("tools.txt", docstrings(network=False), taken)
