"""What `check` says before anything is trained: limits of plans, names, files and samples, and that no recipe ends the process.

Knows nothing of what a run makes of a recipe.
"""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from command import BINARY, ROOT

FUZZ = Path(os.environ.get("ABLATE_FUZZ", ROOT / ".build" / "debug" / "fuzz"))
HEAD = """recipe: small
data: {train: train.csv, test: test.csv, columns: {id: id, answer: text, label: y, group: g}, labels: [a, b]}
folds: {kind: group-k-fold, count: 3}
"""
WORDS = "models:\n  words: {tfidf: {}}\n"


def project(folder: Path, text: str) -> Path:
    rows = "".join(f"{n},text number {n},{'ab'[n % 2]},{n // 2}\n" for n in range(12))
    (folder / "train.csv").write_text("id,text,y,g\n" + rows)
    (folder / "test.csv").write_text("id,text,g\n" + "".join(f"{n},other {n},{n}\n" for n in range(4)))
    (folder / "recipe.yaml").write_text(text)
    return folder


def ablate(folder: Path, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=folder, timeout=timeout)


def check(folder: Path, *options: str) -> tuple[list[dict], int]:
    result = ablate(folder, "check", "recipe.yaml", "--json", *options)
    return json.loads(result.stdout)["findings"], result.returncode


def plan(folder: Path, *options: str) -> list[str]:
    result = ablate(folder, "plan", "recipe.yaml", "--json", *options)
    assert result.returncode in (0, 66), result.stderr
    return [step["address"] for step in json.loads(result.stdout)["steps"]]


def test_pseudo_labels_of_one_teacher_may_differ_in_any_setting(tmp_path):
    project(tmp_path, HEAD + WORDS + """  chars: {tfidf: {analyzer: char}, pseudo-labels: {from: words}}
  soft: {like: chars, pseudo-labels: {from: words, labels: soft}}
ablations:
  taught:
    hypothesis: Does it matter how sure a teacher is?
    of: chars
    vary: {pseudo-labels.labels: [hard, soft], pseudo-labels.min-confidence: [0, 0.5]}
""")
    assert check(tmp_path) == ([], 0)
    addresses = plan(tmp_path)
    assert len(set(addresses)) == len(addresses)
    labels = sorted(address for address in addresses if "fold-0/pseudo-label" in address)
    assert labels == ["words/fold-0/pseudo-label", "words/fold-0/pseudo-label/labels=soft",
                      "words/fold-0/pseudo-label/labels=soft,min-confidence=0.5", "words/fold-0/pseudo-label/min-confidence=0.5"]


def test_the_fuzzer_finds_nothing_in_recipes():
    run = subprocess.run([FUZZ, "recipe", "--iterations", "3000", "--seed", "1", "--bound", "20000", "--corpus", ROOT / "Tests/Faults/recipes"],
                         capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    planned = int(run.stdout.split(" planned")[0].split()[-1])
    assert planned > 200, "the recipes are too far from valid ones to be planned"


@pytest.mark.parametrize("text", [
    # Its own member, under a learner.
    HEAD + WORDS + "stack:\n  loop: {average: [words, loop]}\n  top: {logistic: [loop, words]}\n",
    # Members that double with each level.
    HEAD + WORDS + "stack:\n  a0: {average: [words]}\n  b0: {average: [words], mean: rank}\n" + "".join(
        f"  {x}{n}: {{average: [a{n - 1}, b{n - 1}]{', mean: rank' * (x == 'b')}}}\n" for n in range(1, 70) for x in "ab")
    + "  final: {optimize: a69, fitted-on: b3, method: temperature}\n",
    # Teachers of teachers with two seeds each.
    HEAD + "models:\n  m0: {backbone: org/m, seeds: [1, 2]}\n" + "".join(
        f"  m{n}: {{backbone: org/m, seeds: [1, 2], pseudo-labels: {{from: m{n - 1}}}}}\n" for n in range(1, 40)),
    HEAD + WORDS + "steps:\n" + "".join(
        f"  s{n}: {{command: [cat, '{{in.i}}', '{{out.o}}'], inputs: {{i: s{n + 1}.o}}, outputs: [o]}}\n" for n in range(20_000))
    + "  s20000: {command: [touch, '{out.o}'], outputs: [o]}\n",
    HEAD + "models:\n  m0: {tfidf: {}}\n" + "".join(f"  m{n}: {{like: m{n - 1}}}\n" for n in range(20_000, 0, -1)),
    HEAD + WORDS + "ablations: {a: {hypothesis: h, of: words, vary: {" + "a." * 200_000 + "b: [1]}}}\n",
    HEAD + WORDS + "  t: {tfidf: {}, template: \"" + "{prompt}" * 200_000 + "\"}\n",
    HEAD + "models:\n  m: {backbone: org/m, seeds: [" + ", ".join(map(str, range(150_000))) + "]}\n",
    HEAD + WORDS + "  " + "w" * 1_000_000 + ": {tfidf: {}}\n",
], ids=["loop", "doubling", "teachers", "chain", "like", "deep-path", "places", "seeds", "long-key"])
def test_no_recipe_hangs_or_ends_the_process(tmp_path, text):
    started = time.monotonic()
    project(tmp_path, text)
    result = subprocess.run(["sh", "-c", f"ulimit -v 4000000; exec {BINARY} check recipe.yaml --json"], capture_output=True, text=True,
                            cwd=tmp_path, timeout=120)
    assert result.returncode in (0, 65), (result.returncode, result.stderr[-500:])
    assert time.monotonic() - started < 100


@pytest.mark.parametrize("text, words", [
    (HEAD.replace("count: 3", "count: 100") + "models:\n  m: {backbone: org/m, seeds: [" + ", ".join(map(str, range(1000))) + "]}\n",
     "1000 seeds x 100 folds"),
    (HEAD.replace("count: 3", "count: 100") + "models:\n" + "".join(
        f"  m{n}: {{backbone: org/m, seeds: {list(range(30))}}}\n" for n in range(50)) + "stack: {mean: {average: [m1]}}\nrounds: {count: 20, from: mean}\n",
     "21 passes"),
    (HEAD + "models: {m: {backbone: org/m}}\nablations:\n" + "".join(
        f"  a{n}: {{hypothesis: h, of: m, vary: {{lora.rank: {list(range(1, 200))}, training.epochs: {list(range(1, 200))}}}}}\n" for n in range(5)),
     "39,601 variants"),
])
def test_a_plan_that_is_too_large_is_refused_with_the_sum(tmp_path, text, words):
    project(tmp_path, text)
    findings, code = check(tmp_path)
    assert code == 65 and [one["code"] for one in findings] == ["too-many-steps"]
    assert words in json.dumps(findings) and findings[0]["line"] >= 4 and "100,000" in findings[0]["message"]


def test_a_plan_of_tens_of_thousands_of_steps_is_no_finding(tmp_path):
    project(tmp_path, HEAD.replace("count: 3", "count: 50") + f"models: {{m: {{backbone: org/m, seeds: {list(range(100))}}}}}\n")
    assert check(tmp_path) == ([], 0)


@pytest.mark.parametrize("text, line", [
    (HEAD.replace("recipe: small", "recipe: " + "r" * 201) + WORDS, 1),
    (HEAD + "models:\n  " + "m" * 201 + ": {tfidf: {}}\n", 5),
    (HEAD + WORDS + "ablations:\n  " + "a" * 240 + ": {hypothesis: h, of: words, vary: {tfidf.min-count: [1, 2]}}\n", 7),
    (HEAD + WORDS + "ablations:\n  a:\n    hypothesis: h\n    of: words\n    together:\n      " + "v" * 201 + ": {tfidf.min-count: 1}\n", 11),
    (HEAD + WORDS + "steps:\n  " + "s" * 201 + ": {command: [x, '{out.o}'], outputs: [o]}\n", 7),
])
def test_names_that_no_file_can_have_are_refused(tmp_path, text, line):
    project(tmp_path, text)
    findings, code = check(tmp_path)
    assert code == 65 and {(one["code"], one["line"]) for one in findings} <= {("bad-name", line), ("bad-value", line)} and findings


def test_long_values_of_an_ablation_have_short_names_of_their_own(tmp_path):
    texts = ["You are given a long question, and this is what was " + what + ": {answer}" for what in ("said", "sung")]
    project(tmp_path, HEAD + WORDS + f"ablations: {{asked: {{hypothesis: h, of: words, vary: {{template: {json.dumps(texts)}}}}}}}\n")
    names = {address.split("/")[2] for address in plan(tmp_path) if address.startswith("ablations/")}
    assert len(names) == 2 and all(len(name) < 100 for name in names)


@pytest.mark.parametrize("path, words", [
    ("~/train.csv", "~ is not expanded"), ("$HOME/train.csv", "variables are not expanded"),
    ("https://example.org/train.csv", "addresses are not fetched"), ("data/train-*.csv", "no table has such a name")])
def test_what_a_shell_would_expand_is_said(tmp_path, path, words):
    project(tmp_path, HEAD.replace("train: train.csv", f"train: '{path}'") + WORDS)
    findings, code = check(tmp_path)
    assert (code, findings[0]["code"], findings[0]["line"]) == (66, "missing-file", 2) and words in findings[0]["help"]


@pytest.mark.parametrize("value, words", [
    ("data", "pattern"), ("data/", "pattern"), ("train.csv.gz", "unpack"), ("train.zip", "unpack"), ("train.xlsx", "as CSV")])
def test_tables_of_other_kinds_are_told_what_to_become(tmp_path, value, words):
    project(tmp_path, HEAD.replace("train: train.csv", f"train: {value}") + WORDS)
    findings, code = check(tmp_path)
    assert code == 65 and findings[0]["line"] == 2 and words in findings[0]["help"], findings


def test_only_plain_files_are_tables(tmp_path):
    project(tmp_path, HEAD + WORDS)
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "null.csv").symlink_to("/dev/zero")
    (tmp_path / "environment.csv").symlink_to("/proc/self/environ")
    for name in ("folder", "pipe", "null", "environment"):
        findings, code = check(tmp_path, "--set", f"data.train={name}.csv")
        assert (code, [one["code"] for one in findings]) == (65, ["not-a-file"]), name


@pytest.mark.parametrize("header, is_right", [
    ("id,a,b", True), ("id,y_b,y_a", True), ("id,label-A,label-B", True), ("id,x,y", True), ("id,a,y", False), ("id,a", True), ("id,c", True), ("id,a,b,c", False),
    ("id,a,a", False), ('"id","y_a","y_b"', True)])
def test_a_sample_has_a_column_for_each_label(tmp_path, header, is_right):
    project(tmp_path, HEAD + WORDS + "submission: {from: words, sample: sample.csv}\n")
    (tmp_path / "sample.csv").write_text(header + "\n" + "".join(f"{n}{',0.5' * header.count(',')}\n" for n in range(4)))
    findings, code = check(tmp_path)
    assert code == (0 if is_right else 65) and [one["code"] for one in findings] == ([] if is_right else ["sample-mismatch"])


def test_fixes_stay_in_the_recipes_folder(tmp_path):
    inside = tmp_path / "project"
    inside.mkdir()
    project(inside, HEAD + "models: {}\ninclude: [../shared.yaml, own.yaml]\n")
    wrong = "stack:\n  {}: {{average: words}}\n"
    (tmp_path / "shared.yaml").write_text(wrong.format("mean"))
    (inside / "own.yaml").write_text("steps: {}\nablations:\n  a: {hypothesis: h, of: mean, tags: one}\n")
    result = ablate(inside, "check", "recipe.yaml", "--fix")
    assert (tmp_path / "shared.yaml").read_text() == wrong.format("mean") and "outside of the recipe's folder" in result.stderr
    assert "tags: [one]" in (inside / "own.yaml").read_text()


def test_names_with_points_are_found_in_paths(tmp_path):
    project(tmp_path, HEAD + "models:\n  qwen2.5: {tfidf: {}}\n  qwen2: {tfidf: {}}\n")
    for path in ("models.qwen2.5.tfidf.min-count", 'models."qwen2.5".tfidf.min-count'):
        shown = ablate(tmp_path, "show", "recipe.yaml", "--resolved", "--json", "--set", f"{path}=7")
        assert shown.returncode == 0, shown.stderr
        values = {value["path"]: value["value"] for value in json.loads(shown.stdout)["values"]}
        assert [values[f"models.{name}.tfidf.min-count"] for name in ("qwen2.5", "qwen2")] == [7, 1]


def test_a_setting_by_its_last_word_is_told_its_path(tmp_path):
    project(tmp_path, HEAD + WORDS + "ablations: {a: {hypothesis: h, of: words, vary: {regularization: [1, 2]}}}\n")
    findings, code = check(tmp_path)
    assert code == 65 and findings[0]["code"] == "unknown-key" and "tfidf.regularization" in findings[0]["help"]


ASKED = HEAD + WORDS + """annotations:
  a: {endpoint: "http://127.0.0.1:9/v1", model: m, template: "{answer}", scale: [1, 2], key-variable: NAME}
"""


@pytest.mark.parametrize("name, allowed", [("OPENAI_API_KEY", True), ("AWS_SECRET_ACCESS_KEY", False), ("HF_TOKEN", False), ("_API_KEY", False)])
def test_which_variables_a_recipe_may_send(tmp_path, name, allowed):
    project(tmp_path, ASKED.replace("NAME", name))
    findings, code = check(tmp_path)
    assert (code, [one["code"] for one in findings]) == ((0, []) if allowed else (65, ["key-not-allowed"]))
    if not allowed:
        # A site file that came with the recipe has no say; the user's own has, and so has a flag.
        (tmp_path / "site.yaml").write_text(f"key-variables: [{name}]\n")
        assert check(tmp_path)[1] == 65 and ablate(tmp_path, "plan", "recipe.yaml").returncode == 65
        assert check(tmp_path, "--site", "site.yaml")[1] == 0 and check(tmp_path, "--key-variable", name)[1] == 0


def test_a_read_only_project_is_told_before_a_run(tmp_path):
    folder = project(tmp_path, HEAD + WORDS + "submission: {from: words}\n")
    if os.geteuid() == 0:
        command = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && cd {folder} && {BINARY} check recipe.yaml --json"
        result = subprocess.run(["unshare", "-m", "sh", "-c", command], capture_output=True, text=True, timeout=60)
        if "Operation not permitted" in result.stderr:
            pytest.skip("no mount may be made here")
    else:
        folder.chmod(0o555)
        result = ablate(folder, "check", "recipe.yaml", "--json")
        folder.chmod(0o755)
    findings = json.loads(result.stdout)["findings"]
    assert [(one["code"], one["severity"]) for one in findings] == [("not-writable", "warning")] and result.returncode == 0


@pytest.mark.parametrize("line", ["echo x | python3 leak.py", "./run.sh && python3 leak.py", "cat a b > c.sh"])
def test_a_line_of_a_shell_is_no_path(tmp_path, line):
    (tmp_path / "train.csv").write_text("a,y\nx,0\ny,1\n")
    (tmp_path / "r.yaml").write_text(
        "recipe: x\ndata: {train: train.csv, columns: {answer: a, label: y}, labels: [0, 1]}\nfolds: {kind: k-fold, count: 2}\n"
        "models: {words: {tfidf: {}}}\n"
        f"steps: {{A: {{command: [sh, -c, '{line}', x, '{{out.text}}'], outputs: [text]}}}}\n")
    result = subprocess.run([BINARY, "check", "r.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0 and "missing-file" not in result.stderr, result.stderr


def test_a_folder_of_another_architecture_is_told_before_anything_runs(tmp_path):
    project(tmp_path, HEAD + "models:\n  m: {backbone: ./b, seeds: [1]}\n")
    (tmp_path / "b").mkdir()
    config = tmp_path / "b" / "config.json"

    def codes(text):
        config.write_text(text)
        findings, code = check(tmp_path)
        return [(one["code"], one.get("help", "")) for one in findings if one["severity"] == "error"], code

    for model, more in [("t5", {"is_encoder_decoder": True}), ("llava", {"vision_config": {}})]:
        [(code, remedy)], status = codes(json.dumps({"model_type": model} | more))
        assert (code, status) == ("unknown-family", 65) and "modernbert" in remedy
    assert codes('{"model_type": "llama"}') == codes('{"model_type": "gpt2"}') == ([], 0)
    [warning] = [one for one in check(tmp_path)[0] if one["code"] == "unproven-family"]
    assert "padded" in warning["message"]
    (tmp_path / "recipe.yaml").write_text((tmp_path / "recipe.yaml").read_text().replace("./b,", "./b, remote-code: true,"))
    assert codes('{"model_type": "t5"}') == ([], 0)


def test_an_include_that_is_no_file_is_told_what_it_is(tmp_path):
    project(tmp_path, HEAD + WORDS + 'include: [pipe, folder, /dev/zero, round, gone.yaml, "", wide.yaml]\n')
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "wide.yaml").write_bytes(b"models: {x: \xff}\n")
    found, status = check(tmp_path)
    said = [finding["message"] for finding in found]
    assert status == 65 and len(said) == 7, said
    for words in ['"pipe": expected a regular file, found a pipe', '"folder": expected a regular file, found a folder',
                  '"/dev/zero": expected a regular file, found a pipe, socket or device', "Too many levels of symbolic links",
                  '"gone.yaml": there is no such file', "the name of the included file is empty", "UTF-8"]:
        assert any(words in text for text in said), (words, said)
    for finding in found:
        assert finding.get("help"), finding


def test_set_leads_into_no_list_and_includes_nothing(tmp_path):
    project(tmp_path, HEAD + WORDS)
    for setting, words in [("data.labels.0=z", "data.labels is a list"), ("include=[gone.yaml]", "--set cannot include files")]:
        [finding], status = check(tmp_path, "--set", setting)
        assert status == 65 and words in finding["message"] and finding["file"] == "--set" and finding["help"], finding
    # Neither is what takes the place of a text in the recipe.
    found, status = check(tmp_path, "--set", "data.train.path=z")
    assert status == 65 and {finding["file"] for finding in found} == {"--set"}, found


def test_of_a_model_like_one_that_is_not_there_that_is_said_alone(tmp_path):
    project(tmp_path, HEAD + "models:\n  x: {like: y}\n")
    [finding], status = check(tmp_path)
    assert status == 65 and finding["message"] == 'there is no model "y"' and '"x"' not in finding["help"]
    project(tmp_path, HEAD + "models:\n  x: {}\n")
    [finding], _ = check(tmp_path)
    assert "one of the keys" in finding["message"]
