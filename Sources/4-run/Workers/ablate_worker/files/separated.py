"""Reads a text of separated cells whatever stands between them: commas, semicolons, tabs or bars, as its first line shows.

Cells may be quoted as RFC 4180 has it; in a file with tabs, quotes are text where they are no quotes. Does not know what columns are for.
"""

import csv
from contextlib import closing

from ..protocol.step import invalid
from . import sources

MARKS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

csv.field_size_limit(sources.LINE)


class Separated:
    """A file with its column names: `names`, and `rows()`.

    wanted: columns that are asked for, by which the separator is told. remarks: what was detected is added there, as sentences.
    """

    def __init__(self, path, title, wanted, remarks=None):
        self.path, self.title, self.quoting = path, title, csv.QUOTE_MINIMAL
        remarks = [] if remarks is None else remarks
        with sources.text(path, title, newline="", remarks=remarks) as file:
            self.encoding, self.mark = file.encoding, separator(next(sources.lines(file, title), ""), wanted)
        if self.mark == "\t" and not self.holds(csv.QUOTE_MINIMAL) and self.holds(csv.QUOTE_NONE):
            self.quoting = csv.QUOTE_NONE
            remarks.append(f"{title}: its quotes do not enclose cells, and are read as text")
        if self.mark != "," and not (self.mark == "\t" and title.lower().endswith((".tsv", ".tab"))):
            remarks.append(f"{title}: {MARKS[self.mark]} stand between its cells")
        with closing(self.lines(self.quoting)) as lines:
            self.names = next(lines, (0, None))[1]
        if not self.names:
            what = "is empty" if self.names is None else "begins with an empty line"
            raise invalid(f"{title} {what}: its first line must name the columns")

    def lines(self, quoting):
        """(number of the line that ends it, cells) of each row, the names first."""
        row = -1
        with sources.text(self.path, self.title, newline="", encoding=self.encoding) as file:
            reader = csv.reader(sources.lines(file, self.title), strict=True, delimiter=self.mark, quoting=quoting)
            try:
                for cells in reader:
                    row += bool(cells) or row < 0
                    yield reader.line_num, cells
            except csv.Error as error:
                row = max(row, 0)
                raise invalid(f"{self.title}, row {row + 1} (line {reader.line_num}): {error}. A double quote inside a text must be "
                              'doubled (""), and a text that opens with one must close with one', row + 1) from None

    def rows(self):
        """The cells of each row below the names; an empty line is no row."""
        lines = self.lines(self.quoting)
        next(lines)
        for row, (line, cells) in enumerate(((line, cells) for line, cells in lines if cells), 1):
            if len(cells) != len(self.names):
                raise invalid(f"{self.title}, row {row} (ends at line {line}): {len(cells)} cells, and the header "
                              f"names {len(self.names)} columns. A text with {'a comma' if self.mark == ',' else f'{MARKS[self.mark]} in it'} or a "
                              "line break must stand in double quotes", row)
            yield cells

    def holds(self, quoting):
        """Whether every row has as many cells as there are names, and none of them a tab or a line break."""
        try:
            count = None
            for _, cells in self.lines(quoting):
                count = len(cells) if count is None else count
                if cells and (len(cells) != count or any("\t" in cell or "\n" in cell for cell in cells)):
                    return False
        except Exception:  # whatever it is, it is said when the file is read
            return False
        return True


def separator(line, wanted):
    """What stands between the names of a first line: that with which most of the columns are there that are asked for; else a comma,
    where there are any; else that with which there are most names."""
    names = {}
    for mark in MARKS:
        try:
            names[mark] = next(csv.reader([line], delimiter=mark), [])
        except csv.Error:
            names[mark] = []
    found = {mark: sum(name in names[mark] for name in dict.fromkeys(wanted)) for mark in MARKS}
    return max(MARKS, key=lambda mark: (found[mark], mark == "," and len(names[mark]) > 1, len(names[mark])))
