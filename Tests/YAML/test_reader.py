"""The reader beside libyaml, and under fire: the corpus, texts made from it, and scalars of every near-numeric spelling.
ABLATE_FUZZ names the `fuzz` executable; by default it is the debug build's."""

import random
import re
import subprocess
from pathlib import Path

import judge
import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "Tests" / "NodesTests" / "Corpus"


def fuzz(*arguments):
    return subprocess.run([judge.FUZZ, *map(str, arguments)], capture_output=True, text=True, timeout=300)


def differences(paths):
    return [f"{path}: {wrong}" for path, _, wrong in judge.judge(paths) if wrong]


def test_the_corpus_is_read_as_libyaml_reads_it():
    paths = list(judge.files([CORPUS]))
    assert len(paths) >= 240
    assert differences(paths) == []


def test_every_code_of_the_document_has_a_file_in_the_corpus_and_the_other_way_round():
    refusals = (ROOT / "docs" / "yaml.md").read_text().split("## What a scalar is")[0]
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", refusals, re.MULTILINE))
    # The largest text is made in a Swift test rather than kept.
    tried = {code for folder in (CORPUS / "refused").iterdir() for code in folder.name.split("+")} | {"too-large"}
    assert listed == tried


def test_what_is_made_from_the_corpus_is_read_as_libyaml_reads_it(tmp_path):
    made = fuzz("yaml", "--iterations", 2_000, "--seed", 11, "--corpus", CORPUS, "--write", tmp_path)
    assert made.returncode == 0, made.stderr
    paths = list(judge.files([tmp_path]))
    assert len(paths) == 2_000
    assert differences(paths) == []


def test_scalars_have_the_type_of_yaml_1_2_and_are_ambiguous_where_1_1_has_another(tmp_path):
    rng = random.Random(3)
    texts = {"".join(rng.choices("01789+-._:eExob TZnNaAif~", k=rng.randint(1, 9))).strip() for _ in range(12_000)}
    texts |= {f"{rng.randint(1, 9999):04}-{rng.randint(0, 19):02}-{rng.randint(0, 39):02}" for _ in range(200)}
    texts |= {f"{sign}{rng.randint(0, 99)}:{rng.randint(0, 75):02}" for sign in ("", "-") for _ in range(200)}
    texts = [text for text in sorted(texts) if not re.search(r"^[-?:]( |$)|: |:$|^[&*!|>%@`'\"#]|^$|^---|^\.\.\.", text)]
    paths = []
    for start in range(0, len(texts), 500):
        path = tmp_path / f"{start}.yaml"
        path.write_text("".join(f"- {text}\n" for text in texts[start:start + 500]))
        paths.append(path)
    verdicts = list(judge.judge(paths))
    assert [codes for _, codes, _ in verdicts if codes] == []
    assert [wrong for _, _, wrong in verdicts if wrong] == []


def test_the_fuzzer_finds_nothing():
    run = fuzz("yaml", "--iterations", 10_000, "--seed", 1, "--bound", 2_000, "--corpus", CORPUS)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "10000 inputs (seed 1" in run.stdout and "failures: 0" in run.stdout


@pytest.mark.parametrize("change", [
    lambda line: line["findings"].append(["duplicate-key", 1, 1, ""]),
    lambda line: line.update(events=None),
    lambda line: line["events"][2].__setitem__(1, "other"),
    lambda line: line["events"][2].__setitem__(2, "str"),
    lambda line: line["events"][2].__setitem__(3, True),
    lambda line: line["events"][2].__setitem__(4, 7),
    lambda line: line["events"].pop(),
])
def test_the_judge_notices(change):
    events = [["mapping", 1, 1], ["key", "a", 1, 1], ["scalar", "1", ["int", 1], False, 1, 4], ["end"]]
    line = {"findings": [], "events": events}
    assert judge.verdict(b"a: 1\n", line) is None
    change(line)
    assert judge.verdict(b"a: 1\n", line) is not None
