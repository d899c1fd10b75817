"""Names, labels, weights, ids and times that are nearly right: told apart by their characters, or taken in any usual form."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import COLUMNS, ingest
from test_ingest import FREE, HEADER, fault, read

SKEWED = {
    "a column with a mark of the file's beginning": ("\ufeffid", "id", "\\ufeffid"),
    "a column with a space": (" id", "id", "U+0020 SPACE"),
    "a column in capitals": ("ID", "id", "'ID'"),
    "an accent apart from its letter": ("ide\u0301", "id\u00e9", "U+0065"),
}


@pytest.mark.parametrize("case", SKEWED)
def test_a_column_that_may_be_absent_is_not_passed_over_for_its_spelling(worker, tmp_path, case):
    there, asked, sign = SKEWED[case]
    columns = COLUMNS | {"id": asked, "label": "target"}
    failure = fault(worker, tmp_path, f"x,{there},Question,Response,target\n1,7,q,r,a\n", columns=columns)
    assert failure.event["column"] == asked and "Did you mean" in failure.message and sign in failure.message


def test_texts_that_look_alike_are_told_apart_by_their_characters(worker, tmp_path):
    failure = fault(worker, tmp_path, HEADER + "1,q,r,e\u0301\n", labels=["\u00e9", "b"])
    assert "character 1 is U+0065" in failure.message and "U+00E9" in failure.message
    failure = fault(worker, tmp_path, HEADER + "1,q,r,\u0430\n", labels=["a", "b"])
    assert "U+0430 CYRILLIC SMALL LETTER A" in failure.message
    failure = fault(worker, tmp_path, HEADER + "1,q,r, b\n", labels=["a", "b"])
    assert "U+0020 SPACE" in failure.message


@pytest.mark.parametrize("weight", ["1_000", "٣", "5e-324", "1e308", "1e-31", "nan", "inf", "-1", "", "0x10", "1e", "9" * 400])
def test_a_weight_is_a_number_as_tables_have_them(worker, tmp_path, weight):
    columns = COLUMNS | {"label": "target", "weight": "w"}
    table = f"id,Question,Response,target,w\n1,q,r,a,1\n2,q,r,b,{weight}\n"
    failure = fault(worker, tmp_path, table, columns=columns)
    assert (failure.event.get("row"), failure.event.get("column")) == (2, "w") and "is no weight" in failure.message
    if weight.isdecimal() and weight.isascii():
        line = '{"id": 1, "Question": "q", "Response": "r", "target": "a", "w": %s}\n' % weight
        assert fault(worker, tmp_path, line, "train.jsonl", columns=columns).event["row"] == 1


@pytest.mark.parametrize("weight", ["0", "1", "+1", "1.5", ".5", "5.", "1e3", "1E-3", " 2 ", "1e30", "1e-30"])
def test_a_weight_may_be_written_in_any_usual_way(worker, tmp_path, weight):
    table = tmp_path / "t.csv"
    table.write_text(f"id,Question,Response,target,w\n1,q,r,a,1\n2,q,r,b,{weight}\n")
    outputs, _ = worker.run("ingest", ingest(columns=COLUMNS | {"label": "target", "weight": "w"}, **FREE), {"table": table})
    assert read(outputs)[0]["weights"] == [1, float(weight)]


@pytest.mark.parametrize("column, cells", [("id", ",q,r,a"), ("Question", "1,,r,a")])
def test_an_empty_id_or_group_is_none(worker, tmp_path, column, cells):
    failure = fault(worker, tmp_path, HEADER + "0,q,r,b\n" + cells + "\n")
    assert (failure.event.get("row"), failure.event.get("column")) == (2, column) and "is empty" in failure.message


def test_times_of_all_kinds_are_texts(worker, tmp_path):
    kinds = {"timestamp": pa.array([1], pa.timestamp("ns")), "time": pa.array([1], pa.time64("ns")),
             "duration": pa.array([1], pa.duration("ns")), "date": pa.array([4_000_000], pa.date32()),
             "zoned": pa.array([1], pa.timestamp("ns", "UTC"))}
    for name, values in kinds.items():
        pq.write_table(pa.table({"id": ["1"], "Question": ["q"], "Response": values, "target": ["a"]}), tmp_path / f"{name}.parquet")
        outputs, _ = worker.run("ingest", ingest(format="parquet", **FREE), {"table": tmp_path / f"{name}.parquet"})
        assert read(outputs)[1][0]["answer"]


@pytest.mark.parametrize("content, words", [(b"\n" + HEADER.encode(), "begins with an empty line"), (b"", "is empty"),
                                            ("\ufeff".encode("utf-32-le") + HEADER.encode("utf-32-le"), "is UTF-32")])
def test_a_table_without_its_first_line(worker, tmp_path, content, words):
    assert words in fault(worker, tmp_path, content).message
