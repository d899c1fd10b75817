"""Tables in, rows and texts out; and every fault of a table named with its row, its column and what to do."""

import json
import random
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ablate_worker.files import formats
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


def test_a_label_may_stand_in_several_columns(worker, tmp_path):
    pieces = [{"column": "Category"}, {"text": ":"}, {"column": "Why"}]
    columns = COLUMNS | {"label": "{Category}:{Why}"}
    changes = FREE | {"columns": columns, "label-pieces": pieces, "labels": ["yes:NA", "no:3"]}
    (tmp_path / "t.csv").write_text("id,Question,Response,Category,Why\n1,q,a,no,3\n2,q,b,yes,NA\n")
    pq.write_table(pa.table({"id": [1, 2], "Question": ["q", "q"], "Response": ["a", "b"], "Category": ["no", "yes"], "Why": pa.array([3.0, None])}),
                   tmp_path / "t.parquet")
    for format, labels in (("csv", ["yes:NA", "no:3"]), ("parquet", ["yes:", "no:3"])):
        outputs, _ = worker.run("ingest", ingest(format=format, **changes | {"labels": labels}), {"table": tmp_path / f"t.{format}"})
        assert read(outputs)[0]["labels"] == [1, 0]
    failure = fault(worker, tmp_path, "id,Question,Response,Category,Why\n1,q,a,no,4\n", **changes)
    assert "row 1, column '{Category}:{Why}' holds 'no:4'" in failure.message
    failure = fault(worker, tmp_path, "id,Question,Response,Category,Wy\n1,q,a,no,4\n", **changes)
    assert "has no column 'Why'" in failure.message and "Did you mean 'Wy'" in failure.message


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
    "a NUL": (HEADER + "1,q,r,a\n2,q,one\0two,b\n", 2, "Response", "character 4: a NUL"),
    "semicolons and a row too long": ("id;Question;Response;target\n1;q;r;a;b\n", 1, None, "A text with semicolons in it"),
    "a JSON array": ('[{"id": 1}]', None, "Question", "It is one JSON array: give it a name that ends in .json"),
    "JSON lines": ('{"id": 1, "Question": "q"}\n', None, "Question", "ends in .jsonl"),
    "a label that is written nearly so": (HEADER + "1,q,r, A\n", 1, "target", "(is 'a' meant?)"),
    "a row too short": (HEADER + "1,q,r,a\n2,q,r\n", 2, None, "3 cells, and the header names 4 columns"),
    "a row too long": (HEADER + '1,"q\nq",r,a\n2,q,r,s,a\n', 2, None, "(ends at line 4): 5 cells"),
    "an open quote": (HEADER + '1,"q,r,a\n2,q,r,b\n', 1, None, "double quote"),
    "an unknown label": (HEADER + "1,q,r,a\n2,q,r,d\n3,q,r,e\n", 2, "target",
                         "holds 'd', which is none of the labels a, b, c (2 rows"),
    "an empty label": (HEADER + "1,q,r,\n", 1, "target", "is empty"),
    "an id twice": (HEADER + "1,q,r,a\n2,q,r,b\n1,q,r,c\n", 3, "id", "already that of row 1"),
    "no rows": (HEADER, None, None, "has no rows"),
    "nothing": ("", None, None, "is empty"),
    "bytes that are not UTF-8": (HEADER.encode() + "1,q,\u00e9,a\n".encode() + b"2,q,caf\xe9,b\n", 2, "Response",
                                 "character 4: byte 0xe9 is not UTF-8"),
    "bytes of no encoding": (HEADER.encode() + b"1,q,r,a\n2,q,caf\x81,b\n", 2, "Response", "byte 0x81 is not UTF-8"),
    "half a character of UTF-16": (HEADER.encode("utf-16") + b"x", None, None, "end within a character of UTF-16"),
    "UTF-32": (HEADER.encode("utf-32"), None, None, "is UTF-32: save it as UTF-8"),
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
    "an array that is cut": ("[\n" + LINE.strip() + ",\n", None, None, "begins as a JSON array, and is none (Expecting value, line 3"),
    "an array of other things": ("[" + LINE.strip() + ", 3]", 2, None, "a JSON object is needed, one for each row"),
    "lists in an array without end": ("[" * 100_000, None, None, "nested too deeply"),
    "an object over several lines": (LINE.replace(", ", ",\n"), 1, None, "one whole JSON object"),
    "a key twice": (LINE + LINE.replace('"r"', '"r", "Response": "s"'), 2, "Response", "more than once"),
    "lists in lists without end": (LINE + '{"id": ' + "[" * 100_000 + "\n", 2, None, "nested too deeply"),
    "a number without end": ('{"id": ' + "1" * 5000 + "}\n", 1, None, "not JSON"),
    "a boolean that is no label": (LINE.replace('"a"', "true"), 1, "target", "holds the boolean 'true'"),
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
    failure = worker.fails("ingest", ingest(format="xlsx"), {"table": tmp_path / "train.xlsx"})
    assert failure.kind == "invalid-input" and failure.message == "format is 'xlsx'; it may be csv, jsonl or parquet"


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


def labels_of(worker, tmp_path, labels, values, format="jsonl"):
    path = tmp_path / f"t.{format}"
    if format == "parquet":
        pq.write_table(pa.table({"a": [f"t {i}" for i in range(len(values))], "l": pa.array(values)}), path)
    elif format == "jsonl":
        path.write_text("".join(json.dumps({"a": f"t {i}", "l": value}) + "\n" for i, value in enumerate(values)))
    else:
        path.write_text("a,l\n" + "".join(f"t {i},{value}\n" for i, value in enumerate(values)))
    columns = dict.fromkeys(COLUMNS) | {"answer": "a", "label": "l"}
    outputs, _ = worker.run("ingest", ingest(format=format, columns=columns, labels=labels, **FREE), {"table": path})
    return read(outputs)[0]["labels"]


@pytest.mark.parametrize("labels", [["true", "false"], ["True", "False"], ["TRUE", "FALSE"]])
@pytest.mark.parametrize("format", ["jsonl", "parquet", "csv"])
def test_a_boolean_is_a_label_however_it_is_written(worker, tmp_path, labels, format):
    assert labels_of(worker, tmp_path, labels, [True, False, True], format) == [0, 1, 0]


def test_a_label_that_is_written_so_goes_before_one_that_means_the_same(worker, tmp_path):
    assert labels_of(worker, tmp_path, ["True", "true"], ["true", "True", True]) == [1, 0, 1]
    assert labels_of(worker, tmp_path, ["1", "1.0"], ["1.0", "1"], "csv") == [1, 0]
    assert labels_of(worker, tmp_path, ["1", "2.50"], [1.0, 2.5, 1]) == [0, 1, 0]
    # Beyond what a float holds, two numbers are two labels.
    large = ["12345678901234567890", "12345678901234567891"]
    assert labels_of(worker, tmp_path, large, [large[1], large[0] + ".0"], "csv") == [1, 0]
    assert labels_of(worker, tmp_path, ["1_0", "10"], [10.0, "1_0"]) == [1, 0]


def test_a_text_that_is_no_number_is_an_empty_text_and_a_boolean_is_written_as_json_writes_it(worker, tmp_path):
    table = tmp_path / "t.jsonl"
    table.write_text(LINE.replace('"r"', "NaN") + LINE.replace('"r"', "true").replace("1", "2"))
    outputs, result = worker.run("ingest", ingest(format="jsonl", **FREE), {"table": table})
    assert [text["answer"] for text in read(outputs)[1]] == ["", "true"] and result["metrics"]["null-answer"] == 1


def test_a_test_table_needs_no_group_but_for_the_constraint(worker, tmp_path):
    table, columns = tmp_path / "t.csv", COLUMNS | {"prompt": None, "group": "topic", "weight": "w"}
    table.write_text("id,Response\n1,r\n2,s\n")
    outputs, _ = worker.run("ingest", ingest(role="test", columns=columns, **FREE), {"table": table})
    assert read(outputs)[0]["groups"] is None and read(outputs)[0]["ids"] == ["1", "2"]
    failure = worker.fails("ingest", ingest(role="test", columns=columns), {"table": table})
    assert "no column 'topic'" in failure.message and "one-of-each needs it in the test table" in failure.message
    table.write_text("id,Response,topic\n1,r,x\n2,s,x\n")  # one that is there is read
    outputs, _ = worker.run("ingest", ingest(role="test", columns=columns, **FREE), {"table": table})
    assert read(outputs)[0]["groups"] == [0, 0]
    table.write_text("id,Response,target\n1,r,a\n")
    assert "no column 'topic'" in worker.fails("ingest", ingest(columns=columns, **FREE), {"table": table}).message


SECRETS = {
    "train.csv": ["aws_secret_access_key = SECRET\n", "[default]\nkey = SECRET\n", "alice,SECRET\nbob,SECRET\n", "SECRET;SECRET\n",
                  "MYSECRET=SECRET\0PATH=/bin\0", "host:5432:db:user:SECRET\n", '{"private_key": "SECRET"}\n', '"SECRET'],
    "train.jsonl": ["SECRET\n", '{"SECRET": "SECRET"}\n', '["SECRET"]\n', '{"key": SECRET}\n'],
}


@pytest.mark.parametrize("name,content", [(name, content) for name, contents in SECRETS.items() for content in contents])
def test_what_a_file_holds_that_is_no_table_is_not_told(worker, tmp_path, name, content):
    failure = fault(worker, tmp_path, content, name)
    assert "SECRET" not in json.dumps(failure.event)


def test_the_names_of_a_wide_table_are_cut_short(worker, tmp_path):
    failure = fault(worker, tmp_path, "id," + ",".join(f"column {i}" for i in range(5000)) + "," + "x" * 10_000 + "\n")
    assert "and 4982 more" in failure.message and len(failure.message) < 1000


KINDS = {
    "gzip": b"\x1f\x8b\x08\0", "a ZIP archive": b"PK\x03\x04", "Parquet": b"PAR1", "a web page": b"<!DOCTYPE html><html>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n", "many of its first bytes are 0": "id,a\n1,b".encode("utf-16-le"),
    "SQLite": b"SQLite format 3\0",
}


@pytest.mark.parametrize("words", KINDS)
@pytest.mark.parametrize("name", ["train.csv", "train.jsonl"])
def test_a_file_of_another_kind_is_told_by_its_first_bytes(worker, tmp_path, words, name):
    assert words in fault(worker, tmp_path, KINDS[words] + b"more", name).message


@pytest.mark.parametrize("make,words", [
    ("mkfifo {}", "a named pipe"), ("mkdir {}", "a folder"), ("ln -s /dev/zero {}", "a device"),
    ("ln -s /proc/self/environ {}", "that the system makes up"), ("ln -s /proc/kmsg {}", "")])
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_a_table_is_a_regular_file(worker, tmp_path, make, words, format):
    path = tmp_path / f"train.{format}"
    subprocess.run(make.format(path), shell=True, check=True)
    failure = worker.fails("ingest", ingest(format=format, **FREE), {"table": {"path": str(path), "name": path.name}})
    assert failure.kind == "invalid-input" and words in failure.message and path.name in failure.message


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_line_without_an_end_is_refused_before_it_is_in_memory(worker, tmp_path, format):
    path = tmp_path / f"train.{format}"
    with open(path, "wb") as file:  # 100 GB that take no room
        file.write((HEADER + "1,q," if format == "csv" else '{"id": "').encode() + b"x" * 5000)
        file.truncate(100 << 30)
    failure = worker.fails("ingest", ingest(format=format, **FREE), {"table": path})
    assert failure.kind == "invalid-input" and "million characters" in failure.message


def test_a_file_is_read_as_far_as_it_went_when_it_was_opened(tmp_path):
    from ablate_worker.files import sources
    path = tmp_path / "log.csv"
    path.write_text("a,b\n")
    with sources.text(path, "log.csv", newline="") as file, open(path, "a") as writer:
        writer.write("1,2\n" * 10_000)
        writer.flush()
        assert list(sources.lines(file, "log.csv")) == ["a,b\n"]


HOSTILE = "e\x1b]0;PWNED\x07\x1b[31m\x9b31m\u202egpj.\u2028\u200f\ufeff"


def test_nothing_that_a_worker_says_commands_a_terminal(worker, tmp_path):
    messages = [
        fault(worker, tmp_path, HEADER + f'1,q,r,"{HOSTILE}"\n').event,
        fault(worker, tmp_path, HEADER + f'1,"{HOSTILE}",r,a\n1,q,r,b\n').event,
        fault(worker, tmp_path, HEADER + f'"{HOSTILE}",q,r,a\n"{HOSTILE}",q,r,b\n').event,
        fault(worker, tmp_path, f'id,Question,"{HOSTILE}",target\n1,q,r,a\n').event,
        fault(worker, tmp_path, HEADER + "1,q,r,x\n", labels=[HOSTILE, "b"]).event,
        fault(worker, tmp_path, HEADER, columns=COLUMNS | {"answer": HOSTILE}).event]
    table = tmp_path / "train.csv"
    table.write_text(HEADER.replace("target", "target,page") + f'a,"{HOSTILE}",r,a,1\nb,"{HOSTILE}",s,b,2\n')
    _, result = worker.run("ingest", ingest(columns=COLUMNS | {"group": "page"}, **FREE), {"table": table})
    assert len(result["metrics"]["warnings"]) == 1
    for text in [json.dumps(message, ensure_ascii=False) for message in [*messages, result]]:
        assert not set(text) & set("\x1b\x07\x9b\u202e\u2028\u200f\ufeff"), text
    assert "\\x1b]0;PWNED\\x07" in messages[0]["message"] and "\\u202egpj" in messages[0]["message"]


def near_texts(count, seed=3):
    chance = random.Random(seed)
    return [" ".join(chance.choices([f"word{i}" for i in range(900)], k=12)) for _ in range(count)]


def told(worker, tmp_path, texts, groups=None, reference=None):
    def made(name, texts, role, **inputs):
        path = tmp_path / name
        path.write_text("id,a,l,g\n" + "".join(f"{i},{t},a,{groups[i] if groups else i}\n" for i, t in enumerate(texts)))
        columns = dict.fromkeys(COLUMNS) | {"id": "id", "answer": "a", "label": "l", "group": "g" if groups else None}
        return worker.run("ingest", ingest(role=role, columns=columns, **FREE), {"table": path} | inputs)
    if reference is None:
        return made("train.csv", texts, "train")[1]["metrics"].get("warnings", [])
    outputs, _ = made("train.csv", reference, "train")
    return made("test.csv", texts, "test", reference=outputs / "texts")[1]["metrics"].get("warnings", [])


def test_texts_of_nearly_the_same_words_are_warned_of(worker, tmp_path):
    texts = near_texts(60)
    assert told(worker, tmp_path, texts) == []
    shuffled = [" ".join(random.Random(i).sample(text.split(), 12)) for i, text in enumerate(texts[:10])]
    changed = [" ".join([*text.split()[:-1], "another"]) for text in texts[10:20]]
    [warning] = told(worker, tmp_path, texts + shuffled + changed)
    assert "at least 20 pairs of texts" in warning and "rows 1 and 61" in warning and "data.columns.group" in warning
    pairs = [*range(60), *range(20)]
    assert told(worker, tmp_path, texts + shuffled + changed, pairs) == []  # groups hold them together
    [warning] = told(worker, tmp_path, shuffled + near_texts(5, seed=4), reference=texts)
    assert "at least 10 texts" in warning and "row 1 and row 1 of train" in warning


def test_what_only_shares_a_template_or_a_small_vocabulary_is_no_near_duplicate(worker, tmp_path):
    template = "Write a short essay of five hundred words about {} in the style of {} for a class of history"
    assert told(worker, tmp_path, [template.format(f"topic{i}", f"author{i // 3}") for i in range(60)]) == []
    chance = random.Random(1)
    assert told(worker, tmp_path, [" ".join(chance.choices("red green blue iron zinc wolf".split(), k=9)) for _ in range(80)])[1:] == []


def test_a_text_is_compared_with_few_others_however_many_there_are(monkeypatch):
    import numpy
    from ablate_worker.texts import repeats
    calls, real = [], numpy.intersect1d
    monkeypatch.setattr(numpy, "intersect1d", lambda *a, **k: calls.append(1) or real(*a, **k))
    texts = [(f"{text} and the same five words more",) for text in near_texts(3000)]
    repeats.near(texts, [])
    assert 3000 < len(calls) <= repeats.BANDS * repeats.RIVALS * 3000 < 3000 * 3000 / 2 / 20
