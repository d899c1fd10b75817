"""`ablate optimize` on tables of other programs: which columns are classes, and what is never touched. Judges: scikit-learn."""

import csv
import json
import subprocess

import numpy as np
import pytest
from command import BINARY
from sklearn.metrics import accuracy_score, log_loss

NAMES = ["human", "gpt", "llama"]


def ablate(folder, *arguments):
    return subprocess.run([BINARY, "optimize", *arguments], capture_output=True, text=True, cwd=folder, timeout=120)


def table(seed=1, groups=40):
    random = np.random.default_rng(seed)
    labels = np.concatenate([random.permutation(3) for _ in range(groups)])
    logits = random.normal(size=(len(labels), 3)) + 1.5 * np.eye(3)[labels]
    values = np.exp(logits)
    return labels, (values / values.sum(1, keepdims=True)).round(4)


def write(path, values, names=NAMES, labels=None, extra=None):
    """Columns `extra`: name -> values, put between the classes and the label."""
    extra = extra or {}
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "question", *names, *extra, *([] if labels is None else ["label"])])
        for row, value in enumerate(values):
            out.writerow([f"r{row}", f"q{row // 3}", *value, *(column[row] for column in extra.values()),
                          *([] if labels is None else [labels[row]])])


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def extras(labels, values):
    return {
        "confidence": values.max(1), "fold": np.arange(len(values)) % 2, "one-fold": np.zeros(len(values), int),
        "decision": (values.argmax(1) == 0).astype(int), "sentiment_score": np.linspace(0, 1, len(values)),
        "perplexity": np.linspace(0, 0.99, len(values)),
    }


@pytest.mark.parametrize("names, said", [
    (NAMES, None), ([f"prob_{name}" for name in NAMES], None), ([f"{name}_p" for name in NAMES], None),
    (["winner_model_human", "winner_model_gpt", "winner_llama"], None), ([f"target_{n}" for n in range(3)], "0 is target_0"),
    (["c0", "c1", "c2"], None)])
@pytest.mark.parametrize("more", [[], ["confidence"], ["fold"], ["one-fold"], ["decision"], ["confidence", "fold", "perplexity", "sentiment_score"]])
def test_with_labels_their_columns_are_taken_and_no_other_is_touched(tmp_path, names, said, more):
    labels, values = table()
    extra = {name: extras(labels, values)[name] for name in more}
    words = labels if names[0] in ("target_0", "c0") else [NAMES[label] for label in labels]
    write(tmp_path / "p.csv", values, names, words, extra)
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label", "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["columns"] == names
    normal = values / values.sum(1, keepdims=True)
    assert found["before"]["log-loss"] == pytest.approx(log_loss(labels, normal), rel=1e-9)
    assert found["before"]["accuracy"] == accuracy_score(labels, normal.argmax(1))
    before, after = read(tmp_path / "p.csv"), read(tmp_path / "p-optimized.csv")
    assert list(before[0]) == list(after[0])
    for old, new in zip(before, after):
        assert {name: new[name] for name in new if name not in names} == {name: old[name] for name in old if name not in names}
        assert sum(float(new[name]) for name in names) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("more", ["confidence", "fold", "decision", "sentiment_score", "one-fold"])
def test_without_labels_and_names_that_are_alike_it_says_how_to_name_them(tmp_path, more):
    labels, values = table()
    write(tmp_path / "p.csv", values, extra={more: extras(labels, values)[more]})
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 65 and "--columns" in result.stderr and not (tmp_path / "p-optimized.csv").exists()
    if more != "one-fold":
        assert "--columns human,gpt,llama" in result.stderr
    result = ablate(tmp_path, "p.csv", "--group", "question", "--columns", "human,gpt,llama")
    assert result.returncode == 0 and "classes: human, gpt, llama" in result.stdout
    assert [row[more] for row in read(tmp_path / "p.csv")] == [row[more] for row in read(tmp_path / "p-optimized.csv")]


def test_names_that_are_alike_are_enough_if_they_sum_to_one(tmp_path):
    labels, values = table()
    more = extras(labels, values)
    write(tmp_path / "p.csv", values, ["prob_negative", "prob_neutral", "prob_positive"],
          extra={name: more[name] for name in ("sentiment_score", "confidence", "one-fold")})
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 0 and "classes: prob_negative, prob_neutral, prob_positive\n" in result.stdout, result.stderr
    # Two such families: which is meant is not to be guessed.
    flat = np.full(len(values), 0.25)
    write(tmp_path / "two.csv", values, ["raw_a", "raw_b", "raw_c"],
          extra={"cal_a": flat, "cal_b": flat, "cal_c": 2 * flat})
    result = ablate(tmp_path, "two.csv", "--group", "question")
    assert result.returncode == 65 and "raw_a, raw_b, raw_c" in result.stderr and "cal_a, cal_b, cal_c" in result.stderr


def test_a_decision_beside_one_probability_is_no_pair_of_classes(tmp_path):
    with open(tmp_path / "p.csv", "w") as file:
        file.write("row_id,rule,violation,violation_probability\n1,a,0,0.139\n2,a,1,0.622\n3,b,0,0.2\n4,b,1,0.9\n")
    result = ablate(tmp_path, "p.csv", "--group", "rule")
    assert result.returncode == 65 and "violation, violation_probability" in result.stderr and "row 2" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]


def test_a_class_that_is_no_rows_label_is_a_class_all_the_same(tmp_path):
    labels, values = table()
    some = labels != 2
    for names in (NAMES, [f"p_{name}" for name in NAMES]):
        write(tmp_path / "p.csv", values[some], names, [NAMES[label] for label in labels[some]])
        result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label", "--json")
        assert result.returncode == 0 and json.loads(result.stdout)["columns"] == names, result.stderr
    # With a column beside it that is none, and names that are not alike, it has to be said.
    write(tmp_path / "p.csv", values[some], labels=[NAMES[label] for label in labels[some]], extra={"confidence": values[some].max(1)})
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label")
    assert result.returncode == 65 and "--columns human,gpt,llama" in result.stderr


def test_a_class_column_with_a_cell_that_is_no_number_is_named(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", values, labels=[NAMES[label] for label in labels])
    lines = (tmp_path / "p.csv").read_text().split("\n")
    lines[2] = lines[2].replace(lines[2].split(",")[3], "much")
    (tmp_path / "p.csv").write_text("\n".join(lines))
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label")
    assert result.returncode == 65 and "p.csv, row 3, column gpt: \"much\" is no probability" in result.stderr


@pytest.mark.parametrize("decimals", [1, 2, 3, 16])
def test_rounded_scores_are_those_of_scikit_learn(tmp_path, decimals):
    labels, values = table(seed=7)
    values = values.astype(np.float16).astype(float) if decimals == 16 else (values / values.sum(1, keepdims=True)).round(decimals)
    if decimals == 1:  # sums of 0.9 and 1.1: only the user can say that these are probabilities
        values[values.sum(1) == 0] = 1 / 3
    write(tmp_path / "p.csv", values, labels=[NAMES[label] for label in labels])
    named = ["--columns", ",".join(NAMES)] if decimals == 1 else []
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label", "--json", *named)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    normal = values / values.sum(1, keepdims=True)
    clipped = np.clip(normal[range(len(labels)), labels], 1e-15, 1)
    assert found["before"]["log-loss"] == pytest.approx(-np.log(clipped).mean(), rel=1e-9)
    assert found["before"]["accuracy"] == accuracy_score(labels, normal.argmax(1))
    assert ("do not sum to 1 and are normalised" in result.stderr) == (decimals == 1)


def test_groups_of_one_row_are_told(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", values, labels=[NAMES[label] for label in labels])
    result = ablate(tmp_path, "p.csv", "--group", "id", "--columns", ",".join(NAMES))
    assert result.returncode == 65 and "Every group has one row: the constraint changes nothing." in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]
    # A fit changes the temperature all the same.
    result = ablate(tmp_path, "p.csv", "--group", "id", "--label", "label")
    assert result.returncode == 0 and "note: Every group has one row: the constraint changes nothing." in result.stderr
    result = ablate(tmp_path, "p.csv", "--group", "id", "--label", "label", "--method", "temperature")
    assert result.returncode == 0 and result.stderr == ""


def test_a_table_to_predict_has_the_classes_of_the_labelled_one(tmp_path):
    labels, values = table()
    write(tmp_path / "oof.csv", values, labels=[NAMES[label] for label in labels], extra={"fold": np.arange(len(values)) % 5 / 5})
    write(tmp_path / "test.csv", values[:, ::-1], NAMES[::-1], extra={"confidence": values.max(1)})
    result = ablate(tmp_path, "test.csv", "--group", "question", "--train", "oof.csv", "--label", "label", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["columns"] == NAMES
    before, after = read(tmp_path / "test.csv"), read(tmp_path / "test-optimized.csv")
    assert [row["confidence"] for row in before] == [row["confidence"] for row in after]
    # As if its columns stood in the other order.
    write(tmp_path / "same.csv", values)
    ablate(tmp_path, "same.csv", "--group", "question", "--train", "oof.csv", "--label", "label")
    assert [[row[name] for name in NAMES] for row in after] == [[row[name] for name in NAMES] for row in read(tmp_path / "same-optimized.csv")]


@pytest.mark.parametrize("change, words", [
    (lambda text: text.replace("q0", "q0", 1).split("\n")[0] + "\n", ["p.csv has no rows"]),
    (lambda text: "", ["p.csv is empty"]),
    (lambda text: text.replace(",", ";"), ["separated by \";\""]),
    (lambda text: text.replace("question", "topic"), ["p.csv has no column \"question\"", "topic"]),
    (lambda text: text.replace("id,question", "question,question"), ["several columns \"question\""]),
    (lambda text: text + "r999,q99,0.5\n", ["row 122 has 3 fields, and the header 5"]),
    (lambda text: text + "r999,\"q99,0.5,0.5,0\n", ["row 122 has a quote that is never closed"])])
def test_tables_that_are_none_are_named_with_their_place(tmp_path, change, words):
    _, values = table()
    write(tmp_path / "p.csv", values)
    (tmp_path / "p.csv").write_text(change((tmp_path / "p.csv").read_text()))
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 65, result.stdout
    for word in words:
        assert word in result.stderr, result.stderr


@pytest.mark.parametrize("cell", ["0.5\0", "nan", "0x1p-1", "０.５", "", "1.5", "-0.1", "\"0,5\""])
def test_a_cell_that_is_no_probability_is_named(tmp_path, cell):
    _, values = table()
    write(tmp_path / "p.csv", values)
    lines = (tmp_path / "p.csv").read_text().split("\n")
    lines[4] = f"r3,q1,{cell},0.25,0.25"
    (tmp_path / "p.csv").write_text("\n".join(lines))
    result = ablate(tmp_path, "p.csv", "--group", "question", "--columns", "human,gpt,llama")
    assert result.returncode == 65 and "p.csv, row 5, column human" in result.stderr and "no probability" in result.stderr
    assert not (tmp_path / "p-optimized.csv").exists()


@pytest.mark.parametrize("form", ["bom", "cr", "crlf", "quoted"])
def test_every_spelling_of_a_table_gives_the_same_numbers(tmp_path, form):
    _, values = table()
    write(tmp_path / "p.csv", values)
    text = (tmp_path / "p.csv").read_text().replace("\r\n", "\n")
    text = {"bom": "\ufeff" + text, "cr": text.replace("\n", "\r"), "crlf": text.replace("\n", "\r\n"),
            "quoted": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.split("\n")[:-1]) + "\n"}[form]
    (tmp_path / "q.csv").write_bytes(text.encode())
    for name in ("p", "q"):
        assert ablate(tmp_path, f"{name}.csv", "--group", "question").returncode == 0
    assert read(tmp_path / "p-optimized.csv") == read(tmp_path / "q-optimized.csv")


def test_ids_that_come_twice_and_group_that_the_labelled_table_lacks(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", values)
    text = (tmp_path / "p.csv").read_text().replace("r4,", "r2,")
    (tmp_path / "p.csv").write_text(text)
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 0 and "note: p.csv, row 6 has the id of row 4, \"r2\"" in result.stderr
    write(tmp_path / "oof.csv", values, labels=[NAMES[label] for label in labels])
    (tmp_path / "oof.csv").write_text((tmp_path / "oof.csv").read_text().replace("question", "topic"))
    result = ablate(tmp_path, "p.csv", "--group", "question", "--train", "oof.csv", "--label", "label")
    assert result.returncode == 65 and "oof.csv has no column \"question\"" in result.stderr


@pytest.mark.parametrize("counts", ["", ",", ",,", "1,1,1,", "0,1,1", "-1,1,1", "1.5,1,1", "9223372036854775807,1,1",
                                    "9223372036854775807,9223372036854775807,1", "4611686018427387904,4611686018427387904,1", "1000000000000,1,1"])
def test_counts_that_are_none_are_refused(tmp_path, counts):
    labels, values = table()
    write(tmp_path / "p.csv", values)
    result = ablate(tmp_path, "p.csv", "--group", "question", "--counts", counts)
    assert result.returncode in (64, 65) and "--counts" in result.stderr, (result.returncode, result.stderr)
    assert not (tmp_path / "p-optimized.csv").exists()


def test_two_columns_of_one_name_are_no_classes(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", values, names=["p_0", "p_0", "p_2"])
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 65 and 'several columns "p_0"' in result.stderr


def test_labels_that_fit_two_sets_of_columns_are_refused(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", np.hstack([values[:, :2], 1 - values[:, :2]]) / 2, names=["a_0", "a_1", "b_0", "b_1"], labels=labels % 2)
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label", "--columns", "a_0,a_1,b_0,b_1")
    assert result.returncode == 65 and "a_0, a_1 or b_0, b_1" in result.stderr


@pytest.mark.parametrize("cell", ["nan", "", "inf", "1.2", "none"])
def test_a_cell_that_is_no_probability_is_named(tmp_path, cell):
    labels, values = table()
    cells = values.astype(str).astype(object)
    cells[7, 1] = cell
    write(tmp_path / "p.csv", cells, names=["p_0", "p_1", "p_2"])
    result = ablate(tmp_path, "p.csv", "--group", "question")
    assert result.returncode == 65 and "row 9, column p_1" in result.stderr, result.stderr


def test_labels_that_break_the_constraint_are_told_of(tmp_path):
    labels, values = table()
    write(tmp_path / "p.csv", values, labels=["human"] * len(labels))
    result = ablate(tmp_path, "p.csv", "--group", "question", "--label", "label", "--columns", "human,gpt,llama")
    assert result.returncode == 0 and "40 of 40 groups break the constraint" in result.stderr, result.stderr
