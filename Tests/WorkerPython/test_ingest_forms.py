"""Tables as people have them: the same rows, however they are written and in however many files, with what was detected said."""

import json

import pytest
from ablate_worker.files import formats
from conftest import COLUMNS, ingest

FREE = {"constraint": None, "columns": {**COLUMNS, "prompt": "Question", "weight": None}}
ROWS = [(f"i{n}", f"What is {n}?", f"It is \u201c{n}\u201d, caf\u00e9; or | not", "abc"[n % 3]) for n in range(9)]
NAMES = ["id", "Question", "Response", "target"]


def separated(mark, quote='"', end="\n"):
    def cell(text):
        return quote + text.replace(quote, 2 * quote) + quote if quote and (mark in text or quote in text) else text
    return end.join(mark.join(map(cell, row)) for row in [NAMES, *ROWS]) + end


def records():
    return [dict(zip(NAMES, row)) for row in ROWS]


FORMS = {
    "commas": ("csv", separated(",").encode(), []),
    "semicolons": ("csv", separated(";").encode(), ["t.x: semicolons stand between its cells"]),
    "tabs": ("csv", separated("\t").encode(), ["t.x: tabs stand between its cells"]),
    "bars": ("csv", separated("|").encode(), ["t.x: bars stand between its cells"]),
    "UTF-16": ("csv", separated(",", end="\r\n").encode("utf-16"), ["t.x: its text is read as UTF-16"]),
    "UTF-16 with tabs": ("csv", b"\xfe\xff" + separated("\t").encode("utf-16-be"),
                         ["t.x: its text is read as UTF-16", "t.x: tabs stand between its cells"]),
    "Windows-1252": ("csv", separated(";").encode("cp1252"),
                     ["t.x: its text is read as Windows-1252, since it is no UTF-8", "t.x: semicolons stand between its cells"]),
    "JSON lines": ("jsonl", "\n".join(map(json.dumps, records())).encode(), []),
    "a JSON array": ("jsonl", json.dumps(records(), indent=1).encode(), []),
    "a JSON array in UTF-16": ("jsonl", json.dumps(records(), ensure_ascii=False).encode("utf-16"), ["t.x: its text is read as UTF-16"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_a_table_is_told_by_itself_and_said(form, worker, tmp_path):
    kind, content, remarks = FORMS[form]
    (tmp_path / "t.x").write_bytes(content)
    outputs, result = worker.run("ingest", ingest(format=kind, **FREE), {"table": tmp_path / "t.x"})
    assert [text["answer"] for text in formats.read_texts(outputs / "texts")] == [row[2] for row in ROWS]
    rows = formats.read_json(outputs / "rows")
    assert rows["ids"] == [row[0] for row in ROWS] and rows["labels"] == [0, 1, 2] * 3
    assert result["metrics"].get("warnings", []) == remarks


def test_quotes_that_enclose_no_cell_are_text_where_tabs_part_the_cells(worker, tmp_path):
    (tmp_path / "t.tsv").write_text('id\tQuestion\tResponse\ttarget\n1\t"q\tr\ta\n2\tso"\t"s" he said\tb\n')
    outputs, result = worker.run("ingest", ingest(**FREE), {"table": tmp_path / "t.tsv"})
    assert formats.read_texts(outputs / "texts") == [{"prompt": '"q', "answer": "r"}, {"prompt": 'so"', "answer": '"s" he said'}]
    assert result["metrics"]["warnings"] == ["t.tsv: its quotes do not enclose cells, and are read as text"]


NUMBERS = {"columns": {**dict.fromkeys(COLUMNS), "answer": "text"}, "constraint": None, "target": "number", "labels": ["y"], "label-columns": ["y"]}


@pytest.mark.parametrize("cells, numbers", [
    (["1,5", "2", "-0,25"], [1.5, 2, -0.25]), (["1,500", "2,25", "3"], [1.5, 2.25, 3]), (["1,500", "2,250", "3"], None),
    (["1,5", "2.5", "3"], None), (["1.5", "2", "3e-1"], [1.5, 2, 0.3])])
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(worker, tmp_path, cells, numbers):
    (tmp_path / "t.csv").write_text("text;y\n" + "".join(f"t{row};{cell}\n" for row, cell in enumerate(cells)))
    if numbers is None:
        failure = worker.fails("ingest", ingest(**NUMBERS), {"table": tmp_path / "t.csv"})
        assert "t.csv, row 1, column 'y' holds '1,5" in failure.message and "write it with a point" in failure.message
        return
    outputs, result = worker.run("ingest", ingest(**NUMBERS), {"table": tmp_path / "t.csv"})
    assert formats.read_json(outputs / "rows")["numbers"] == [[number] for number in numbers]
    assert any("decimal comma, 1,5" in remark for remark in result["metrics"]["warnings"]) == ("," in cells[0])


@pytest.mark.parametrize("yes, no", [(True, False), ("True", "False"), (1.0, 0.0), ("1.0", "0"), ("TRUE", "false")])
def test_columns_of_yes_and_no_are_read_however_they_are_written(worker, tmp_path, yes, no):
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({"text": f"t{n}", "a": [yes, no][n % 2], "b": [no, yes][n % 2]}) + "\n" for n in range(4)))
    columns = {**dict.fromkeys(COLUMNS), "answer": "text"}
    wanted = {"format": "jsonl", "columns": columns, "constraint": None, "labels": ["a", "b"], "label-columns": ["a", "b"]}
    outputs, _ = worker.run("ingest", ingest(**wanted), {"table": tmp_path / "t.jsonl"})
    rows = formats.read_json(outputs / "rows")
    assert rows["labels"] == [0, 1, 0, 1] and "shares" not in rows
    outputs, _ = worker.run("ingest", ingest(**wanted, target="multi-label"), {"table": tmp_path / "t.jsonl"})
    assert formats.read_json(outputs / "rows")["numbers"] == [[1, 0], [0, 1]] * 2


def parts(tmp_path, *contents):
    inputs = {}
    for number, content in enumerate(contents, 1):
        path = tmp_path / f"part-{number}.csv"
        path.write_text(content)
        inputs["table" if number == 1 else f"part.{number}"] = {"path": str(path), "name": f"data/{path.name}"}
    return inputs


HEAD = "id,Question,Response,target\n"


def test_files_of_one_table_follow_each_other_by_their_numbers(worker, tmp_path):
    contents = [f"{HEAD}i{n},q{n},r{n},{'abc'[n % 3]}\n" for n in range(11)]
    contents[1] = "target,more,Response,id,Question\nb,x,r1,i1,q1\n"
    outputs, result = worker.run("ingest", ingest(**FREE), parts(tmp_path, *contents))
    assert formats.read_json(outputs / "rows")["ids"] == [f"i{n}" for n in range(11)] and result["metrics"]["rows"] == 11
    assert [text["answer"] for text in formats.read_texts(outputs / "texts")] == [f"r{n}" for n in range(11)]


@pytest.mark.parametrize("second, message", [
    ("3,q,r,d\n", "data/part-2.csv, row 1, column 'target' holds 'd'"),
    ("3,q,r,a\n1,q,r,a\n", "data/part-2.csv, row 2, column 'id': the id '1' is already that of data/part-1.csv, row 1"),
    ("3,q\n", "data/part-2.csv, row 1 (ends at line 2): 2 cells"), ("", "data/part-2.csv has no rows"),
])
def test_a_fault_is_told_with_its_file_and_its_row_there(worker, tmp_path, second, message):
    failure = worker.fails("ingest", ingest(**FREE), parts(tmp_path, f"{HEAD}1,q,r,a\n2,q,r,b\n", HEAD + second))
    assert message in failure.message, failure.message


def test_a_file_that_lacks_a_column_is_named(worker, tmp_path):
    failure = worker.fails("ingest", ingest(**FREE), parts(tmp_path, HEAD + "1,q,r,a\n", "Question,Response,target\nq,r,b\n"))
    assert "data/part-2.csv has no column 'id', and data/part-1.csv has" in failure.message
