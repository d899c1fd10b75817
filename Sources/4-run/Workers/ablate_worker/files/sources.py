"""Opens a file of the user's that is said to be a table, and says what it is where it is none.

A regular file is needed, and no more of it is read than it had when it was opened; a line has a limit. Knows first bytes of
other kinds of files. Shows nothing of what is in a file, and does not know rows or columns.
"""

import codecs
import io
import os
import stat

from ..protocol.step import invalid

LINE = 1 << 26  # characters: a file with a longer line is no table
HEAD = 4096  # bytes that tell what a file is
FORMS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"),
         (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"))
SYSTEM = ("/proc", "/sys")
KINDS = (
    (b"\xff\xfe\x00\x00", "UTF-32", "save it as UTF-8"), (b"\x00\x00\xfe\xff", "UTF-32", "save it as UTF-8"),
    (b"PAR1", "a Parquet file", "give it a name that ends in .parquet"),
    (b"ARROW1", "an Arrow or Feather file", "write it as Parquet"),
    (b"PK\x03\x04", "a ZIP archive, or an Excel workbook", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it (gunzip)"), (b"BZh", "compressed with bzip2", "unpack it (bunzip2)"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it (unxz)"), (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it (unzstd)"),
    (b"SQLite format 3", "an SQLite database", "write its table as CSV"), (b"%PDF", "a PDF", "name a table"),
    (b"\x89PNG", "an image", "name a table"), (b"\x89HDF", "an HDF5 file", "write its table as CSV or Parquet"),
    (b"\x80\x04\x95", "a Python pickle", "write its table as CSV or Parquet"),
    (b"\x80\x05\x95", "a Python pickle", "write its table as CSV or Parquet"),
    (b"version https://git-lfs", "a Git LFS pointer and not the file itself", "fetch it with `git lfs pull`"),
)
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # its marks
PAGES = (b"<!doctype", b"<html", b"<?xml")


class Bounded(io.RawIOBase):
    """The bytes that a file had when it was opened: what is written to it afterwards is not read."""

    def __init__(self, descriptor, size):
        self.file, self.left = io.FileIO(descriptor), size

    def readable(self):
        return True

    def readinto(self, buffer):
        count = self.file.readinto(memoryview(buffer)[:self.left]) or 0
        self.left -= count
        return count

    def close(self):
        self.file.close()
        super().close()


def opened(path, title):
    """A binary stream of a regular file. A pipe without a writer does not hold it up: it is refused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise invalid(f"{title} cannot be opened: {error.strerror}") from None
    status = os.fstat(descriptor)
    form = next((words for test, words in FORMS if test(status.st_mode)), None)
    if form is None and status.st_dev in {os.stat(place).st_dev for place in SYSTEM if os.path.exists(place)}:
        form = "a file that the system makes up as it is read"
    if form:
        os.close(descriptor)
        raise invalid(f"{title} is {form}: a table is a regular file; write what it gives to one, and name that")
    return io.BufferedReader(Bounded(descriptor, status.st_size), 1 << 20)


def text(path, title, newline, remarks=None, encoding=None):
    """A text stream of the file, refused where it is plainly of another kind. Bytes that are not UTF-8 become surrogates.

    remarks: what was detected is added there, as sentences. encoding: what an earlier stream of the file had.
    """
    with opened(path, title) as file:
        head = file.read(HEAD)
        check_kind(head, title)
    encoding = encoding or told_encoding(path, title, head)
    if remarks is not None and encoding != "utf-8-sig":
        remarks.append(f"{title}: its text is read as {NAMES[encoding]}")
    return io.TextIOWrapper(opened(path, title), encoding=encoding, newline=newline,
                            errors="surrogatepass" if encoding == "utf-16" else "surrogateescape")


NAMES = {"utf-16": "UTF-16", "cp1252": "Windows-1252, since it is no UTF-8"}


def told_encoding(path, title, head):
    """UTF-16 by its mark; else UTF-8, unless no character of it beyond ASCII is one of UTF-8 and all are of Windows-1252."""
    if head.startswith(UTF16):
        return "utf-16"
    decoder, isolated = codecs.getincrementaldecoder("utf-8")("surrogateescape"), set()
    with opened(path, title) as file:
        while chunk := file.read(1 << 20):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            beyond = {ord(character) for character in decoder.decode(chunk) if not character.isascii()} - {0xFEFF}
            if any(not 0xDC80 <= code <= 0xDCFF for code in beyond):
                return "utf-8-sig"  # at fault or not: what is no UTF-8 in it is damage
            isolated |= beyond
    bytes_there = bytes(sorted(code - 0xDC00 for code in isolated))
    try:
        return "cp1252" if bytes_there.decode("cp1252") else "utf-8-sig"
    except UnicodeDecodeError:
        return "utf-8-sig"


def lines(stream, title):
    """The stream's lines, none of them longer than the limit."""
    number = 0
    try:
        while line := stream.readline(LINE):
            number += 1
            if len(line) == LINE and line[-1] not in "\r\n":
                raise invalid(f"{title}, line {number} has more than {LINE >> 20} million characters: this is no table")
            yield line
    except UnicodeDecodeError:
        raise invalid(f"{title}, after line {number}: its bytes end within a character of UTF-16. Is the file whole? Save it as UTF-8") from None


def check_kind(head, title):
    """Raise where the first bytes are those of a file that is neither CSV nor JSON lines."""
    for start, what, remedy in KINDS:
        if head.startswith(start):
            raise invalid(f"{title} is {what}: {remedy}")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES):
        raise invalid(f"{title} is a web page or XML: name the table itself")
    if head.count(0) * 10 > len(head) and not head.startswith(UTF16):
        raise invalid(f"{title} is no text (many of its first bytes are 0): is it UTF-16? Save it as UTF-8")


def json_instead(path, title):
    """Words for a file that should hold a CSV and holds JSON; empty where it does not."""
    with opened(path, title) as file:
        start = file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"[") and start[1:].lstrip().startswith(b"{"):
        return "It is one JSON array: give it a name that ends in .json."
    if start.startswith(b'{') and start[1:].lstrip().startswith(b'"'):
        return "It holds JSON: if that is one object per line, give it a name that ends in .jsonl."
    return ""
