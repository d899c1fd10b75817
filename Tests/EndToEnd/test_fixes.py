"""`ablate check --fix`: what is certainly meant is written into the recipe, everything else stays byte for byte, and a guess is
only ever shown. Mending goes on until nothing certain is left: a key that is mended lets its value be read.

Knows nothing of how the mended text is put on the disk.
"""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from conftest import BINARY

HELP = subprocess.run([BINARY, "check", "--help"], capture_output=True, text=True).stdout
pytestmark = pytest.mark.skipif("--fix" not in HELP, reason="this ablate mends nothing")

HEAD = "recipe: mended\ndata: {train: train.csv, columns: {answer: text, label: who}, labels: [a, b]}\nfolds: {kind: k-fold}\n"
WORDS = "models:\n  words: {tfidf: {}}\n"
TINY = "models:\n  tiny:\n    backbone: {scratch: {architecture: mistral}}\n"


def write(folder: Path, text: str | bytes, name: str = "recipe.yaml") -> Path:
    (folder / "train.csv").write_text("text,who\nred,a\nblue,b\n")
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


def fix(*recipes: Path) -> subprocess.CompletedProcess:
    result = subprocess.run(
        [BINARY, "check", *recipes, "--fix"], capture_output=True, text=True, timeout=60,
        env={**os.environ, "NO_COLOR": "1"})
    assert result.returncode in (0, 65, 66, 69), result.stderr
    return result


def says_mended(result: subprocess.CompletedProcess, count: int) -> bool:
    lines = (result.stdout + result.stderr).splitlines()
    return any("mended" in line and str(count) in line.replace(",", " ").replace(":", " ").split() for line in lines)


def findings(recipe: Path) -> list[dict]:
    return json.loads(subprocess.run([BINARY, "check", recipe, "--json"], capture_output=True, text=True).stdout)["findings"]


@pytest.mark.parametrize(
    "old, new, count",
    [
        (HEAD.replace("[a, b]", "[a, no, b]") + WORDS, HEAD.replace("[a, b]", '[a, "no", b]') + WORDS, 1),
        (HEAD.replace("[a, b]", "[yes, no]") + WORDS, HEAD.replace("[a, b]", '["yes", "no"]') + WORDS, 2),
        (HEAD + WORDS + "about: 1.10\n", HEAD + WORDS + 'about: "1.10"\n', 1),
        (HEAD + WORDS + "about: 2026-11-23 # a day\n", HEAD + WORDS + 'about: "2026-11-23" # a day\n', 1),
        (HEAD + TINY + "    training: {learning_rate: 0.1}\n", HEAD + TINY + "    training: {learning-rate: 0.1}\n", 1),
        (HEAD + TINY + "    Precision: FP32\n", HEAD + TINY + "    precision: fp32\n", 2),
        (HEAD + TINY + "    seeds: 1\n", HEAD + TINY + "    seeds: [1]\n", 1),
        (HEAD + TINY + "    fit:   folds  # alone\n", HEAD + TINY + "    fit:   [folds]  # alone\n", 1),
        (HEAD + WORDS + "stack:\n  mean: {average: Words}\n", HEAD + WORDS + "stack:\n  mean: {average: [words]}\n", 2),
        (HEAD + WORDS + "stack:\n  mean: {average: [Words]}\n", HEAD + WORDS + "stack:\n  mean: {average: [words]}\n", 1),
    ],
    ids=["label", "labels", "number for text", "date for text", "underscore", "case", "list", "list before a comment",
         "list of a name", "name"])
def test_what_is_certainly_meant_is_written(tmp_path, old, new, count):
    recipe = write(tmp_path, old)
    assert findings(recipe)
    result = fix(recipe)
    assert recipe.read_text() == new
    assert says_mended(result, count), result.stdout + result.stderr
    # What is left is found in the text as it is now.
    left = findings(recipe)
    assert (result.returncode == 0) == (left == [])
    for finding in left:
        assert f"recipe.yaml:{finding['line']}:{finding['column']}" in result.stderr


LAYOUT = """\
# A recipe that somebody laid out with care.   \r
recipe:   mended        # its name\r
\r
data: {train: train.csv, columns: {answer: text, label: who}, labels: [ yes ,  no ]}   # kept\r
folds:\r
    kind:  K-Fold\r
    # seed: 7
    seed: 8
about: >-
  Folded, with "quotes",
  and a line that says seeds: 1

models:
    tiny:
        backbone:
            scratch: { architecture: mistral }
        lora: {rank:   4,   # small
               Alpha: 8}
        seeds:     1
        training:
          learning_rate: 1.0e-2\t# a tab before this
stack: {}
# the end, without a line break"""


def test_comments_layout_and_line_ends_stay_as_they_are(tmp_path):
    expected = LAYOUT
    for old, new in [("[ yes ,  no ]", '[ "yes" ,  "no" ]'), ("K-Fold", "k-fold"), ("Alpha", "alpha"),
                     ("learning_rate", "learning-rate"), ("seeds:     1", "seeds:     [1]")]:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    recipe = write(tmp_path, LAYOUT)
    result = fix(recipe)
    assert recipe.read_bytes() == expected.encode()
    assert says_mended(result, 6) and result.returncode == 0, result.stdout + result.stderr


def test_a_second_run_changes_nothing(tmp_path):
    recipe = write(tmp_path, LAYOUT)
    fix(recipe)
    mended, before = recipe.read_bytes(), recipe.stat()
    result = fix(recipe)
    after = recipe.stat()
    assert result.returncode == 0 and recipe.read_bytes() == mended
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino), "written although nothing was to mend"


@pytest.mark.parametrize(
    "text, shown",
    [
        (HEAD + TINY + "    lora: {rnak: 4}\n", 'did you mean "rank"?'),
        (HEAD + TINY + "    pooling: meen\n", 'did you mean "mean"?'),
        (HEAD.replace("k-fold", "kfold") + WORDS, 'did you mean "k-fold"?'),
        (HEAD + WORDS + "stack:\n  mean: {average: [wrods]}\n", 'did you mean "words"?'),
        (HEAD.replace("{kind: k-fold}", "{kind: k-fold, count: 010}") + WORDS, "write 10"),
        (HEAD + TINY + "    lora: {rank: 0}\n", "out-of-range"),
        ("recipe: mended\ndata: {train: [\n", "malformed-yaml"), (HEAD + WORDS + "labels: yes\n", "unknown-key"),
    ])
def test_a_guess_is_shown_and_not_written(tmp_path, text, shown):
    recipe = write(tmp_path, text)
    before = recipe.stat().st_mtime_ns
    result = fix(recipe)
    assert recipe.read_text() == text and recipe.stat().st_mtime_ns == before
    assert result.returncode == 65 and shown in result.stderr


def test_a_guess_beside_a_certain_fix_stays(tmp_path):
    recipe = write(tmp_path, HEAD + TINY + "    lora: {rnak: 4, Alpha: 8}\n    seeds: 3\n")
    result = fix(recipe)
    assert recipe.read_text() == HEAD + TINY + "    lora: {rnak: 4, alpha: 8}\n    seeds: [3]\n"
    assert result.returncode == 65 and says_mended(result, 2)
    assert 'did you mean "rank"?' in result.stderr and "alpha" not in result.stderr.replace("alpha, ", "").replace("alpha: 8", "")


@pytest.mark.parametrize("answer", ["Antwort – é", "答え", "🙂👩‍🔬", "e\u0301a\u0308", "\ttab", "a\u00a0b", "\u202etext"])
def test_text_beyond_ascii_before_the_place_moves_nothing(tmp_path, answer):
    line = f'data: {{train: train.csv, columns: {{answer: "{answer}", label: who}}, labels: [yes, "é", no]}} # {answer}\n'
    text = "recipe: mended\n" + line + "folds: {kind: k-fold}\n" + WORDS
    recipe = write(tmp_path, text)
    result = fix(recipe)
    assert recipe.read_text() == text.replace('[yes, "é", no]', '["yes", "é", "no"]'), result.stderr
    assert result.returncode == 0 and says_mended(result, 2)


@pytest.mark.parametrize("break_", ["\r", "\r\n", "\u0085", "\u2028", "\u2029"])
def test_every_line_break_of_yaml_counts_and_stays(tmp_path, break_):
    text = f'about: "one{break_}  two"\n{HEAD}{TINY}    seeds: 1\n'
    recipe = write(tmp_path, text)
    result = fix(recipe)
    assert recipe.read_bytes().decode() == text.replace("seeds: 1", "seeds: [1]"), result.stderr
    assert result.returncode == 0


@pytest.mark.parametrize("mark, encoding", [("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be"), ("", "utf-8")])
def test_the_encoding_and_the_byte_order_mark_stay(tmp_path, mark, encoding):
    recipe = write(tmp_path, "")
    recipe.write_bytes((mark + HEAD + TINY + "    seeds: 1\n    about: é\n").encode(encoding))
    assert fix(recipe).returncode in (0, 65)
    assert recipe.read_bytes().decode(encoding) == mark + HEAD + TINY + "    seeds: [1]\n    about: é\n"


def test_every_recipe_that_is_named_is_mended(tmp_path):
    first = write(tmp_path, HEAD + WORDS + "about: 1.10\n", "first.yaml")
    second = write(tmp_path, HEAD + WORDS, "second.yaml")
    third = write(tmp_path, HEAD + TINY + "    seeds: 1\n", "third.yaml")
    result = fix(first, second, third)
    assert first.read_text().endswith('about: "1.10"\n') and third.read_text().endswith("seeds: [1]\n")
    assert second.read_text() == HEAD + WORDS and result.returncode == 0


def test_a_file_keeps_its_mode_its_links_and_its_neighbours(tmp_path):
    recipe = write(tmp_path, HEAD + TINY + "    seeds: 1\n", "real.yaml")
    recipe.chmod(0o640)
    link = tmp_path / "recipe.yaml"
    link.symlink_to("real.yaml")
    fix(link)
    assert link.is_symlink() and recipe.read_text().endswith("seeds: [1]\n")
    assert recipe.stat().st_mode & 0o7777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real.yaml", "recipe.yaml", "train.csv"]


@pytest.fixture
def powerless():
    """A folder, and how to run the command in it as somebody whom file modes bind: nobody, where the tests run as root."""
    # Not pytest's own folder: nobody may not look into that.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder, {}, BINARY
            return
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        # Nor, perhaps, into the build folder.
        binary = Path(shutil.copy(BINARY, folder / "ablate"))
        binary.chmod(0o755)
        yield folder, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}, binary


def test_a_file_that_may_not_be_written_is_reported_and_untouched(powerless):
    folder, identity, binary = powerless
    recipe = write(folder, HEAD + TINY + "    seeds: 1\n")
    recipe.chmod(0o444)
    before = sorted(path.name for path in folder.iterdir())
    result = subprocess.run(
        [binary, "check", recipe, "--fix"], capture_output=True, text=True, timeout=60, cwd=folder, **identity)
    assert recipe.read_text() == HEAD + TINY + "    seeds: 1\n" and sorted(path.name for path in folder.iterdir()) == before
    assert result.returncode > 0 and not says_mended(result, 1)
    assert "recipe.yaml" in result.stderr and "may not be written" in result.stderr


def test_what_an_option_says_is_not_mended_in_the_recipe(tmp_path):
    recipe = write(tmp_path, HEAD + WORDS)
    result = subprocess.run(
        [BINARY, "check", recipe, "--fix", "--set", "about=1.10", "--set", "folds.Count=3"], capture_output=True,
        text=True, timeout=60)
    assert recipe.read_text() == HEAD + WORDS and result.returncode == 65


# Edits that a finding calls safe and that are not. Each with the texts that are right afterwards, beside the recipe as it was.
STEP = HEAD + WORDS + "steps:\n  s:\n    inputs: {t: data.train}\n    outputs: [o]\n    command: "
ABLATION = "ablations:\n  a: {hypothesis: Why?, of: tiny, vary: {VARIED}}\n"
HAZARDS = {
    "a command in one text": (STEP + "cp {in.t} {out.o}\n", []),
    "a reference in an argument": (STEP + '[cp, "--table={in.T}", "{out.o}"]\n', [STEP + '[cp, "--table={in.t}", "{out.o}"]\n']),
    "a model before a point": (
        STEP.replace("data.train", "Words.out-of-fold") + '[cp, "{in.t}", "{out.o}"]\n',
        [STEP.replace("data.train", "words.out-of-fold") + '[cp, "{in.t}", "{out.o}"]\n']),
    "a path of a setting": (
        HEAD + TINY + ABLATION.replace("VARIED", "training.learning_rate: [0.1, 0.2]"),
        [HEAD + TINY + ABLATION.replace("VARIED", "training.learning-rate: [0.1, 0.2]")]),
    "a path into a section": (
        HEAD + TINY + ABLATION.replace("VARIED", "Training.batch: [1, 2]"),
        [HEAD + TINY + ABLATION.replace("VARIED", "training.batch: [1, 2]")]),
    "an anchor": (
        HEAD + WORDS + "about: &day 2026-11-23\nsubmission: {from: words, path: *day}\n",
        [HEAD + WORDS + 'about: &day "2026-11-23"\nsubmission: {from: words, path: *day}\n']),
    "an alias to a number": (HEAD + TINY + "    lora: {rank: &n 8}\nabout: *n\n", []),
    "nothing": (HEAD + WORDS + "about: ~\n", []),
    "a key that is there already": (HEAD + TINY + "    training: {learning-rate: 0.1, learning_rate: 0.2}\n", []),
    "a text with a bracket": (HEAD + TINY + "    seeds: x] y\n", []),
}


@pytest.mark.parametrize("name", HAZARDS)
def test_what_only_looks_certain_is_left_alone_or_mended_rightly(tmp_path, name):
    check_hazard(tmp_path, *HAZARDS[name])


def check_hazard(folder: Path, text: str, right: list[str]) -> None:
    recipe = write(folder, text)
    before = {(one["code"], one["message"]) for one in findings(recipe)}
    assert before
    fix(recipe)
    assert recipe.read_bytes().decode() in [text, *right]
    assert {(one["code"], one["message"]) for one in findings(recipe)} <= before, "mending made something wrong"
