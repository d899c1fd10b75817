"""Tables as people have them: what a table holds is read for what it is, and a file that is no table is told by its kind."""

import json
import os

import pytest
from command import Project, site

WORDS = "river paper table winter cloud music apple stone garden light".split()


def project(folder, data: str, models: str = "models: {words: {tfidf: {}}}", more: str = "") -> Project:
    (folder / "recipe.yaml").write_text(
        f"recipe: flags\ndata:\n{data}folds: {{kind: stratified-k-fold, count: 2}}\n{models}\n{more}")
    site(folder)
    return Project(folder)


def texts(count: int) -> list[str]:
    return [" ".join(WORDS[(row * 7 + place * (row + 3)) % 10] for place in range(8)) for row in range(count)]


DATA = "  train: {0}\n  columns: {{answer: text, label: toxic}}\n  labels: {1}\n"


@pytest.mark.parametrize("labels", ["[true, false]", '["true", "false"]', '["True", "False"]', "[True, False]"])
def test_boolean_labels_are_those_of_the_file(tmp_path, labels):
    rows = [{"text": text, "toxic": row % 2 == 0} for row, text in enumerate(texts(40))]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = project(tmp_path, DATA.format("train.jsonl", labels))
    assert made.ablate("check").returncode == 0
    made.run("words/evaluate")
    assert json.loads(made.output("data/train/ingest", "rows").read_text())["labels"] == [0, 1] * 20


def test_labels_written_as_booleans_and_as_texts_are_one_key(tmp_path):
    rows = [{"text": text, "toxic": row % 2 == 0} for row, text in enumerate(texts(40))]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = project(tmp_path, DATA.format("train.jsonl", "[true, false]"))
    assert made.run("data/train/ingest") == ["data/train/ingest"]
    made.edit("[true, false]", '["true", "false"]')
    assert made.run("data/train/ingest") == []


def failure(made: Project, *arguments: str) -> str:
    result = made.ablate("run", *arguments)
    assert result.returncode != 0, result.stdout
    return result.stdout + result.stderr


def rows_of(count: int) -> list[dict]:
    return [{"text": text, "toxic": row % 2} for row, text in enumerate(texts(count))]


def test_a_json_array_is_a_table(tmp_path):
    (tmp_path / "train.json").write_text(json.dumps(rows_of(40), indent=1))
    made = project(tmp_path, DATA.format("train.json", "[0, 1]"))
    made.run("data/train/ingest")
    rows = json.loads(made.output("data/train/ingest", "rows").read_text())
    # The same rows on lines are the same table to all that comes after it.
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows_of(40)))
    made.edit("train.json", "train.jsonl")
    assert made.run("data/train/ingest") == ["data/train/ingest"]
    assert json.loads(made.output("data/train/ingest", "rows").read_text()) == rows


def shards(folder, counts: dict[str, int]) -> None:
    (folder / "shards").mkdir(exist_ok=True)
    rows = rows_of(sum(counts.values()))
    for name, count in counts.items():
        (folder / "shards" / name).write_text("text,toxic\n" + "".join(f"{row['text']},{row['toxic']}\n" for row in rows[:count]))
        del rows[:count]


def ids_and_texts(made: Project) -> list:
    return [made.output("data/train/ingest", name).read_bytes() for name in ("rows", "texts")]


@pytest.mark.parametrize("train", ["shards/*.csv", "[shards/a-1.csv, shards/a-2.csv, shards/b-?.csv]"])
def test_files_of_a_training_table_are_one_table(tmp_path, train):
    shards(tmp_path, {"a-1.csv": 20, "a-2.csv": 14, "b-1.csv": 6})
    (tmp_path / "shards" / ".hidden.csv").write_text("none\n")
    (tmp_path / "shards" / "notes.md").write_text("none\n")
    (tmp_path / "train.csv").write_text("text,toxic\n" + "".join(f"{row['text']},{row['toxic']}\n" for row in rows_of(40)))
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"))
    made.run("data/train/ingest")
    whole = ids_and_texts(made)
    made.edit("train: train.csv", f"train: {train}")
    assert made.ablate("check").returncode == 0
    assert made.run("data/train/ingest") == ["data/train/ingest"] and ids_and_texts(made) == whole
    assert made.run("data/train/ingest") == []
    # A file that comes to match is a change, and another name of one that is there is none while the order stays.
    (tmp_path / "shards" / "a-2.csv").rename(tmp_path / "shards" / "a-3.csv")
    if "*" not in train:
        made.edit("a-2", "a-3")
    assert made.run("data/train/ingest") == []
    (tmp_path / "shards" / "b-2.csv").write_text("text,toxic\nriver,1\n")
    plan = json.loads(made.ablate("plan", "--json").stdout)
    assert next(step for step in plan["steps"] if step["address"] == "data/train/ingest")["state"] == "run"
    made.run("data/train/ingest")
    assert len(json.loads(made.output("data/train/ingest", "rows").read_text())["labels"]) == 41
    (tmp_path / "shards" / "b-2.csv").write_text("text,toxic\nriver,1\nriver,2\n")
    assert "shards/b-2.csv, row 2, column 'toxic' holds '2'" in failure(made, "data/train/ingest")


def test_a_program_is_handed_one_file(tmp_path):
    shards(tmp_path, {"a.csv": 20})
    (tmp_path / "own.py").write_text("print()\n")
    model = 'models: {own: {program: {command: [python3, own.py, "{in.train}", "{in.valid}", "{out.oof}"]}}}'
    for train in ("[shards/a.csv]", "shards/*.csv"):
        result = project(tmp_path, DATA.format(train, "[0, 1]"), model).ablate("check")
        assert result.returncode == 65 and "one-table" in result.stderr and "several files" in result.stderr, result.stderr


@pytest.mark.parametrize("train, code, words", [
    ("shards/*.csv", 66, "no table has such a name"), ("'*/a.csv'", 66, "after the last /"), ("shards/*", 65, "data/*.csv"),
    ("[shards/a.csv, shards/a.csv]", 65, "in the list already"), ("[shards/a.csv, b.jsonl]", 65, "write them in one form"), ("[]", 65, "at least 1")])
def test_what_names_no_table_is_told(tmp_path, train, code, words):
    (tmp_path / "shards").mkdir()
    if "a.csv" in train:
        shards(tmp_path, {"a.csv": 20})
    (tmp_path / "b.jsonl").write_text("{}\n")
    result = project(tmp_path, DATA.format(train, "[0, 1]")).ablate("check")
    assert result.returncode == code and words in result.stderr and "recipe.yaml:3:" in result.stderr, result.stderr


def test_the_form_of_a_table_is_said(tmp_path):
    lines = ["text;toxic"] + [f"{row['text']} \u20ac;{row['toxic']}" for row in rows_of(40)]
    (tmp_path / "train.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"))
    made.run("words/evaluate")
    told = made.record("data/train/ingest")["metrics"]["warnings"]
    assert any("Windows-1252" in line for line in told) and any("semicolons" in line for line in told)


def test_what_is_no_table_enters_neither_terminal_nor_logbook(tmp_path):
    (tmp_path / "train.csv").write_text("aws_secret_access_key = AKIASECRET\nregion = nowhere\n")
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"))
    told = failure(made)
    assert "has no column 'text'" in told and "Its first line names one column" in told
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "train.csv"]
    assert any(path.name == "index.html" for path in written)
    assert "AKIASECRET" not in told and not [path for path in written if b"AKIASECRET" in path.read_bytes()]


def test_the_environment_is_no_table(tmp_path):
    (tmp_path / "train.csv").symlink_to("/proc/self/environ")
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"))
    result = made.ablate("run", MYSECRET="topsecret-987")
    assert result.returncode != 0 and "topsecret" not in result.stdout + result.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "train.csv" and b"topsecret" in path.read_bytes()]


def test_a_test_table_without_the_column_of_groups_is_predicted(tmp_path):
    lines = [f"{row},{text},topic {row % 6},{row % 3 + 1}" for row, text in enumerate(texts(60))]
    (tmp_path / "train.csv").write_text("essay_id,full_text,topic,score\n" + "\n".join(lines) + "\n")
    (tmp_path / "test.csv").write_text("essay_id,full_text\na,river stone\nb,paper cloud\n")
    data = ("  train: train.csv\n  test: test.csv\n  columns: {id: essay_id, answer: full_text, label: score, group: topic}\n"
            "  labels: [1, 2, 3]\n")
    made = project(tmp_path, data, more="submission: {from: words}\n")
    made.edit("kind: stratified-k-fold", "kind: group-k-fold")
    made.run()
    assert [line.split(",")[0] for line in (tmp_path / "submission.csv").read_text().splitlines()[1:]] == ["a", "b"]
    # Pseudo-labels fold the test table: row by row, where it has no groups.
    made.edit("models: {words: {tfidf: {}}}", "models:\n  words: {tfidf: {}}\n  taught: {tfidf: {}, fit: [folds], pseudo-labels: {from: words}}")
    (tmp_path / "test.csv").write_text("essay_id,full_text\n" + "".join(f"t{row},{text}\n" for row, text in enumerate(texts(12))))
    assert "taught/evaluate" in made.run("taught/evaluate")


SCRATCH = """\
models:
  m:
    backbone: {scratch: {architecture: mistral, hidden: 16, heads: 2, layers: 1, intermediate: 16, vocabulary: 400}}
    lora: %s
    lengths: {prompt: 0, answer: 60}
    training: {epochs: 1}
"""


def control_table(folder) -> None:
    rows = [f'"{text}{" <eos> <pad> <bos>" * (row % 3 == 0)}",{row % 2}' for row, text in enumerate(texts(30))]
    (folder / "train.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n")


def test_control_tokens_in_texts_are_told_and_can_be_read_as_text(tmp_path):
    control_table(tmp_path)
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"), SCRATCH % "off")
    result = made.ablate("run", "m/tokenize-train", "--progress", "none")
    record = made.record("m/tokenize-train")
    metrics = record["metrics"]
    assert (metrics["control-rows-answer"], metrics["control-tokens-answer"]) == (10, 30)
    assert "10 of 30 rows" in metrics["warnings"][0] and "<eos> (10)" in metrics["warnings"][0], result.stderr
    # Said or left out, what was before is the same key.
    assert "split-special-tokens" not in record["manifest"]["parameters"]
    made.edit("lora: off", "lora: off\n    split-special-tokens: false")
    assert made.run("m/tokenize-train") == []
    made.edit("split-special-tokens: false", "split-special-tokens: true")
    assert made.run("m/tokenize-train") == ["m/tokenize-train"]
    metrics = made.record("m/tokenize-train")["metrics"]
    assert "warnings" not in metrics and metrics["control-rows-answer"] == 10, "counted all the same"


def test_a_target_that_no_module_has_fails_with_its_name(tmp_path):
    control_table(tmp_path)
    made = project(tmp_path, DATA.format("train.csv", "[0, 1]"), SCRATCH % "{rank: 4, targets: [q_proj, v_porj]}")
    assert "'v_porj' (is 'v_proj' meant?)" in failure(made, "m/seed-1/fold-0/finetune")
    made.edit("v_porj", "v_proj")
    made.run("m/seed-1/fold-0/finetune")
    metrics = made.record("m/seed-1/fold-0/finetune")["metrics"]
    assert {name: metrics[name] for name in metrics if name.startswith("adapted-")} == {"adapted-q_proj": 1, "adapted-v_proj": 1}


@pytest.mark.parametrize("name", ["train.csv", "train.jsonl"])
def test_a_named_pipe_is_refused_and_holds_nothing_up(tmp_path, name):
    os.mkfifo(tmp_path / name)
    result = project(tmp_path, DATA.format(name, "[0, 1]")).ablate("run")
    assert result.returncode not in (0, -9) and name in result.stdout + result.stderr


def test_leaks_that_texts_show_are_in_the_record(tmp_path):
    words = [f"word{number}" for number in range(400)]
    said = [[words[(row * 31 + place * 17) % 400] for place in range(8)] for row in range(50)]
    lines = [f"{' '.join(text)},{row % 2},g{row}" for row, text in enumerate(said)]
    lines += [f"{' '.join(reversed(text))},{row % 2},h{row}" for row, text in enumerate(said)]
    (tmp_path / "train.csv").write_text("a,y,g\n" + "\n".join(lines) + "\n")
    made = project(tmp_path, "  train: train.csv\n  columns: {answer: a, label: y, group: g}\n  labels: [0, 1]\n")
    made.run("data/train/ingest")
    [warning] = made.record("data/train/ingest")["metrics"]["warnings"]
    assert "at least 50 pairs of texts have nearly the same words" in warning and "rows 1 and 51" in warning
