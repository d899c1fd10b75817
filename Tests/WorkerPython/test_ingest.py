"""Tables in, rows and texts out; and every fault of a table named with its row, its column and what to do."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ablate_worker import formats
from conftest import COLUMNS, ingest

HEADER = "id,Question,Response,target\n"
FREE = {"constraint": None}  # tables too small for one-of-each


def read(outputs):
    return formats.read_json(outputs / "rows"), formats.read_texts(outputs / "texts")


def fault(worker, tmp_path, content, name="train.csv", **changes):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    parameters = ingest(format=name.rsplit(".")[-1], **(FREE | changes))
    failure = worker.fails("ingest", parameters, {"table": {"path": str(path), "name": f"data/{name}"}})
    assert failure.kind == "invalid-input"
    assert f"data/{name}" in failure.message or "data." in failure.message
    return failure


def test_a_csv_is_read_as_it_is_written(worker, tmp_path):
    table = tmp_path / "train.csv"
    table.write_bytes('\ufeffid,Question,Response,target,more\r\n7,"Why, ""so""?","line\none\r\n",b,x\r\n'
                      "\r\n8,NA,,a,\r\n9,\u2028null,é😀,c,NaN\r\n".encode())
    outputs, result = worker.run("ingest", ingest(**FREE), {"table": table})
    rows, texts = read(outputs)
    assert rows == {"ids": ["7", "8", "9"], "labels": [1, 0, 2], "groups": [0, 1, 2], "weights": None, "classes": 3}
    assert [t["prompt"] for t in texts] == ['Why, "so"?', "NA", "\u2028null"]
    assert [t["answer"] for t in texts] == ["line\none\r\n", "", "é😀"]
    assert result["metrics"]["empty-answer"] == 1 and result["metrics"]["rows"] == 3


def test_csv_jsonl_and_parquet_of_one_table_give_the_same_bytes(worker, tmp_path):
    records = [{"id": i, "Question": f"q{i // 3}", "Response": f"r {i}", "target": i % 3} for i in range(6)]
    (tmp_path / "t.csv").write_text(HEADER + "".join(",".join(map(str, r.values())) + "\n" for r in records))
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)))
    # As pandas writes an integer column with gaps elsewhere: floats; and texts as a dictionary column.
    columns = {k: [r[k] for r in records] for k in records[0]}
    columns["target"] = pa.array(columns["target"], pa.float64())
    columns["Question"] = pa.array(columns["Question"]).dictionary_encode()
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    made = []
    for format in ("csv", "jsonl", "parquet"):
        outputs, _ = worker.run("ingest", ingest(format=format, labels=["0", "1", "2"]), {"table": tmp_path / f"t.{format}"})
        made.append([(outputs / name).read_bytes() for name in ("rows", "texts")])
    assert made[0] == made[1] == made[2]


def test_ids_may_be_absent_in_train_and_not_in_test(worker, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("Question,Response,target\nq,r,a\nq,s,b\n")
    outputs, _ = worker.run("ingest", ingest(**FREE), {"table": table})
    assert read(outputs)[0]["ids"] == ["0", "1"]
    failure = worker.fails("ingest", ingest(role="test", **FREE), {"table": table})
    assert "no column 'id'" in failure.message and "Question, Response, target" in failure.message


def test_labels_of_a_test_table_are_not_read(worker, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(HEADER + "1,q,r,placeholder\n")
    outputs, _ = worker.run("ingest", ingest(role="test", **FREE), {"table": table})
    assert read(outputs)[0]["labels"] is None


def test_weights_and_no_group(worker, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("Response,target,w\nr,a,0.5\ns,b,2\n")
    columns = {"id": None, "prompt": None, "answer": "Response", "label": "target", "group": None, "weight": "w"}
    outputs, _ = worker.run("ingest", ingest(columns=columns, **FREE), {"table": table})
    rows, texts = read(outputs)
    assert rows["weights"] == [0.5, 2.0] and rows["groups"] is None and texts == [{"answer": "r"}, {"answer": "s"}]
    table.write_text("Response,target,w\nr,a,0.5\ns,b,-1\n")
    failure = worker.fails("ingest", ingest(columns=columns, **FREE), {"table": table})
    assert (failure.event["row"], failure.event["column"]) == (2, "w")


FAULTS = {
    "a missing column": ("id,question,Response,target\n1,q,r,a\n", None, "Question",
                         "Did you mean 'question'? Its columns: id, question"),
    "a row too short": (HEADER + "1,q,r,a\n2,q,r\n", 2, None, "3 cells, and the header names 4 columns"),
    "a row too long": (HEADER + '1,"q\nq",r,a\n2,q,r,s,a\n', 2, None, "(ends at line 4): 5 cells"),
    "an open quote": (HEADER + '1,"q,r,a\n2,q,r,b\n', 1, None, "double quote"),
    "an unknown label": (HEADER + "1,q,r,a\n2,q,r,d\n3,q,r,e\n", 2, "target",
                         "holds 'd', which is none of the labels a, b, c (2 rows"),
    "an empty label": (HEADER + "1,q,r,\n", 1, "target", "is empty"),
    "an id twice": (HEADER + "1,q,r,a\n2,q,r,b\n1,q,r,c\n", 3, "id", "already that of row 1"),
    "no rows": (HEADER, None, None, "has no rows"),
    "nothing": ("", None, None, "is empty"),
    "bytes that are not UTF-8": (HEADER.encode() + b"1,q,r,a\n2,q,caf\xe9,b\n", 2, "Response",
                                 "character 4: byte 0xe9 is not UTF-8"),
    "UTF-16": (HEADER.encode("utf-16"), None, None, "UTF-16"),
    "a column twice": ("id,Question,Question,Response,target\n1,q,q,r,a\n", None, "Question", "2 columns named"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_of_a_csv(case, worker, tmp_path):
    content, row, column, message = FAULTS[case]
    failure = fault(worker, tmp_path, content)
    assert message in failure.message
    assert (failure.event.get("row"), failure.event.get("column")) == (row, column)


LINE = '{"id": 1, "Question": "q", "Response": "r", "target": "a"}\n'
JSON_FAULTS = {
    "not JSON": (LINE + "{\n", 2, None, "not JSON"),
    "not an object": (LINE + "[1]\n", 2, None, "a JSON object is needed"),
    "a key missing": (LINE + LINE.replace('"id": 1, ', ""), 2, "id", "other rows do"),
    "a nested value": (LINE.replace('"r"', '["r"]'), 1, "Response", "holds a list"),
    "a lone surrogate": (LINE.replace('"r"', r'"ok \ud83d"'), 1, "Response", "half of a surrogate pair"),
    "a null label": (LINE.replace('"a"', "null"), 1, "target", "is null"),
    "a null group": (LINE.replace('"q"', "null"), 1, "Question", "is null"),
    "a null id": (LINE.replace("1", "null"), 1, "id", "is null"),
}


@pytest.mark.parametrize("case", JSON_FAULTS)
def test_faults_of_a_jsonl(case, worker, tmp_path):
    content, row, column, message = JSON_FAULTS[case]
    failure = fault(worker, tmp_path, content, "train.jsonl")
    assert message in failure.message
    assert (failure.event.get("row"), failure.event.get("column")) == (row, column)


def test_faults_of_a_parquet(worker, tmp_path):
    assert "cannot be read as parquet" in fault(worker, tmp_path, "text", "train.parquet").message
    # Arrow does not check that a text is UTF-8, so such files exist.
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"]).buffers())
    path = tmp_path / "bad.parquet"
    pq.write_table(pa.table({"id": [1], "Question": ["q"], "Response": bad, "target": ["a"]}), path)
    failure = fault(worker, tmp_path, path.read_bytes(), "train.parquet")
    assert failure.event["row"] == 1 and failure.event["column"] == "Response"


def test_a_null_text_is_an_empty_text_and_counted(worker, tmp_path):
    table = tmp_path / "t.jsonl"
    table.write_text(LINE.replace('"r"', "null"))
    outputs, result = worker.run("ingest", ingest(format="jsonl", **FREE), {"table": table})
    assert read(outputs)[1] == [{"prompt": "q", "answer": ""}]
    assert result["metrics"]["null-answer"] == 1


def test_one_of_each_names_the_group_its_first_row_and_the_labels(worker, tmp_path):
    good = HEADER + "1,q,r,a\n2,p,r,c\n3,q,r,b\n4,p,r,a\n5,q,r,c\n6,p,r,b\n"
    (tmp_path / "good.csv").write_text(good)
    worker.run("ingest", ingest(), {"table": tmp_path / "good.csv"})
    failure = fault(worker, tmp_path, good.replace("6,p,r,b", "6,p,r,c"), constraint="one-of-each")
    assert "row 2: the group 'p' (rows 2, 4, 6) holds c more than once and lacks b" in failure.message
    assert (failure.event["row"], failure.event["column"]) == (2, "Question")
    failure = fault(worker, tmp_path, good.replace("6,p,r,b\n", ""), role="test", constraint="one-of-each")
    assert "row 2: the group 'p' (rows 2, 4) has 2 rows, and there are 3 labels" in failure.message
    failure = fault(worker, tmp_path, good, columns=COLUMNS | {"group": None}, constraint="one-of-each")
    assert "data.columns.group" in failure.message


def test_a_format_that_is_none(worker, tmp_path):
    assert "csv, jsonl or parquet" in fault(worker, tmp_path, HEADER, "train.xlsx").message


def test_a_question_in_more_than_one_group_is_warned_of_by_its_normalised_text(worker, tmp_path):
    table = tmp_path / "train.csv"
    table.write_text(HEADER.replace("target", "target,page") + 'a,What is it?,r,a,1\nb,"what  IS it",s,b,1\nc,what is it!,t,c,2\nd,Why?,r,a,3\n')
    columns = COLUMNS | {"group": "page"}
    _, result = worker.run("ingest", ingest(columns=columns, **FREE), {"table": table})
    [warning] = result["metrics"]["warnings"]
    assert "rows 1, 3 have the same question, 'What is it?'" in warning and "data.columns.group" in warning
    table.write_text(table.read_text().replace(",2\n", ",1\n"))  # one group holds them together
    _, result = worker.run("ingest", ingest(columns=columns, **FREE), {"table": table})
    assert "warnings" not in result["metrics"]


def test_a_question_of_the_training_table_is_warned_of_in_the_test_table(worker, tmp_path):
    def told(train, test, **changes):
        for name, lines in [("train", train), ("test", test)]:
            (tmp_path / f"{name}.csv").write_text(HEADER + "".join(f"{i},{line},a\n" for i, line in enumerate(lines)))
        first, _ = worker.run("ingest", ingest(**FREE, **changes), {"table": tmp_path / "train.csv"})
        inputs = {"table": tmp_path / "test.csv", "reference": first / "texts"}
        alone, _ = worker.run("ingest", ingest(role="test", **FREE, **changes), {"table": tmp_path / "test.csv"})
        outputs, result = worker.run("ingest", ingest(role="test", **FREE, **changes), inputs)
        assert read(outputs) == read(alone)  # a warning changes nothing of the outputs
        return [text for text in result["metrics"].get("warnings", []) if "training table" in text]

    assert told(["Why me?,r", "How?,r"], ["When?,r", "Where?,r"]) == []
    [warning] = told(["How?,r", "Why me?,r"], ["When?,r", "why  ME,s", "Why me!,t"])
    assert "rows 2, 3 have the same question as row 2 of the training table, 'why ME'" in warning
    assert told(["?!,r"], ["...,r"]) == []  # texts without a word say nothing
    many = [f"number {i},r" for i in range(6)]
    assert len(told(many, many)) == 4 and "3 more questions" in told(many, many)[-1]
    # Without groups a prompt may be one instruction for all: only rows that are alike in both texts count.
    single = {"columns": COLUMNS | {"group": None}}
    assert told(["Is it spam?,r one"], ["Is it spam?,r two"], **single) == []
    assert "the same text as row 1" in told(["Is it spam?,r one"], ["Is it spam?,R one!"], **single)[0]
