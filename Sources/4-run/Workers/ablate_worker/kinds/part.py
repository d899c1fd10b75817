"""The kind `part`: a table as a program is handed it, as it is but for its rows and columns: what it learns from, and what it predicts.

Rows to predict have no labels, and no column that the other table lacks: it could hold them in other words. Knows columns by name
and rows by number; not what a program does with them.
"""

import csv
import json

from ..files import formats, sources
from ..files.records import read_records
from ..files.separated import Separated
from ..protocol.step import invalid
from ..protocol.words import printable


def run(step):
    asked, source, ids = step.parameters, step.source("table"), formats.read_json(step.input("rows"))["ids"]
    known = [*([asked.id] if asked.id else []), *asked.secret, *asked.kept]
    table = FORMS[asked.format].read(source, known)
    if len(table) != len(ids):
        raise invalid(f"{source.title} has {len(table)} rows, and had {len(ids)} when it was checked: leave it alone and run again")
    if asked.id not in table.names:  # rows without a name are numbered
        if "id" in table.names:
            raise invalid(f"{source.title} has a column 'id' that the recipe does not name, and predictions are matched by a column of that "
                          "name: write `id: id` into data.columns, or rename it", column="id")
        table.name(asked.id or "id", ids)
    if step.has("other"):
        there = FORMS[asked.other_format].read(step.source("other"), known).names
        kept = [name for name in table.names if name in there]
    else:
        kept = [name for name in table.names if name in asked.kept]
    own = asked.id or "id"
    kept = [name for name in table.names if (name in kept or name == own) and name not in asked.secret]
    if asked.fold is None:
        table.write(folder(step, "predicted") / f"test.{asked.format}", kept, range(len(table)))
        return {"metrics": {"rows": len(table)}}
    folds = step.source("folds")
    inside, outside = (formats.chosen_rows(asked.fold, folds, len(table), inside).tolist() for inside in (True, False))
    table.write(folder(step, "predicted") / f"valid.{asked.format}", kept, inside)
    table.write(folder(step, "train") / f"train.{asked.format}", table.names, outside)
    assigned = formats.read_json(folds.path)["folds"]
    with open(folder(step, "folds") / "folds.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[own, "fold"], *zip(ids, assigned)])
    formats.write_json(step.outputs / "rows", {"ids": [ids[row] for row in inside], "rows": inside})
    return {"metrics": {"rows": len(inside), "others": len(outside)}}


def folder(step, name):
    path = step.outputs / name
    path.mkdir()
    return path


class Cells:
    """A CSV: its cells as they are written. What cannot be told apart by its name is left out."""

    def __init__(self, names, rows):
        self.names, self.places, self.rows = [n for n in names if names.count(n) == 1], {n: i for i, n in enumerate(names)}, rows

    @classmethod
    def read(cls, source, known):
        file = Separated(source.path, source.title, known)
        return cls(file.names, list(file.rows()))

    def __len__(self):
        return len(self.rows)

    def name(self, column, ids):
        self.places[column] = len(self.rows[0])
        self.names.insert(0, column)
        self.rows = [[*cells, name] for cells, name in zip(self.rows, ids)]

    def write(self, path, columns, rows):
        places = [self.places[name] for name in columns]
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([self.rows[row][place] for place in places] for row in rows)


class Records:
    """JSON lines: each row with what it has."""

    def __init__(self, records):
        self.names, self.records = list(dict.fromkeys(name for record in records for name in record)), records

    @classmethod
    def read(cls, source, known):
        return cls(read_records(source.path, source.title))

    def __len__(self):
        return len(self.records)

    def name(self, column, ids):
        self.names.insert(0, column)
        self.records = [{column: name} | record for record, name in zip(self.records, ids)]

    def write(self, path, columns, rows):
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for row in rows:
                record = self.records[row]
                file.write(json.dumps({name: record[name] for name in columns if name in record}, ensure_ascii=False) + "\n")


class Columns:
    """A Parquet table, with the types that its columns have."""

    def __init__(self, table):
        names = table.column_names
        self.table = table.select([name for name in names if names.count(name) == 1])

    @classmethod
    def read(cls, source, known):
        import pyarrow as pa
        import pyarrow.parquet as pq
        sources.opened(source.path, source.title).close()
        try:
            return cls(pq.ParquetFile(source.path).read(use_threads=False))
        except (pa.ArrowException, OSError) as error:
            raise invalid(f"{source.title} cannot be read as parquet: {printable(error)}") from None

    @property
    def names(self):
        return self.table.column_names

    def __len__(self):
        return self.table.num_rows

    def name(self, column, ids):
        self.table = self.table.add_column(0, column, [ids])

    def write(self, path, columns, rows):
        import pyarrow.parquet as pq
        pq.write_table(self.table.select(columns).take(list(rows)), path)


FORMS = {"csv": Cells, "jsonl": Records, "parquet": Columns}
