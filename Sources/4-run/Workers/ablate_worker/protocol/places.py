"""Where a row stands, as messages say it: in a table, or in which of its files. Knows no table."""


class Parts(str):
    """What messages call a table of several files. titles: theirs; counts: how many rows each has."""

    def __new__(cls, titles, counts):
        parts = super().__new__(cls, f"{titles[0]} and {len(titles) - 1} more")
        parts.titles, parts.counts = titles, counts
        return parts

    def place(self, row):
        for title, count in zip(self.titles, self.counts):
            if row <= count:
                return f"{title}, row {row}"
            row -= count
        return f"{self}, row {row}"


def place(title, row):
    """Where a row stands, counted from 1: in which file, and there in which row."""
    return title.place(row) if isinstance(title, Parts) else f"{title}, row {row}"


def row_of(title, row):
    """The same beside a row that was named already."""
    return title.place(row) if isinstance(title, Parts) else f"row {row}"
