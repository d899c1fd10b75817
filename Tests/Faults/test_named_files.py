"""Files that a command names are inputs, however they are named: an edit of one runs the step again."""

import json
import subprocess

import pytest
from command import BINARY

RECIPE = """\
recipe: named
data: {train: train.csv, columns: {id: id, answer: text, label: who}, labels: [a, b]}
folds: {kind: k-fold, count: 2}
models: {words: {tfidf: {}}}
steps:
  s: {command: COMMAND, outputs: [o]}
"""


def key(folder) -> str:
    result = subprocess.run([BINARY, "plan", str(folder / "recipe.yaml"), "--full", "--json"], capture_output=True, text=True)
    return next(step["key"] for step in json.loads(result.stdout)["steps"] if step["address"] == "s/command")


@pytest.mark.parametrize("command, file", [
    (["cat", "\u00e9.txt", "e\u0301.txt"], "\u00e9.txt"), (["cat", "\u00e9.txt", "e\u0301.txt"], "e\u0301.txt"),
    (["x", "a.txt:b.txt"], "b.txt"), (["x", "g1.txt#sheet"], "g1.txt"), (["x", "g*.txt"], "g2.txt"), (["x", "-dash.txt"], "-dash.txt"),
    (["sh", "-c", "for f in a b; do cat $f.txt; done"], "b.txt"), (["sh", "-c", "cat \"q'q.txt\""], "q'q.txt"),
    (["sh", "-c", "cd lib && cat sub/f.txt"], "lib/sub/f.txt"), (["python3", "-mpk.m"], "pk/m.py"), (["python3", "-um", "pk.m"], "pk/m.py"),
    (["torchrun", "-m", "pk.m"], "pk/m.py"), (["python3", "-m", "pk.link.q"], "other/q.py"),
], ids=str)
def test_an_edit_of_a_named_file_is_seen(tmp_path, command, file):
    (tmp_path / "train.csv").write_text("id,text,who\n1,red,a\n2,blue,b\n3,green,a\n4,grey,b\n")
    for name in ("\u00e9.txt", "e\u0301.txt", "a.txt", "b.txt", "g1.txt", "g2.txt", "-dash.txt", "q'q.txt", "lib/sub/f.txt", "pk/__init__.py", "pk/m.py", "other/q.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "pk" / "link").symlink_to("../other")
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("COMMAND", json.dumps([*command, "{out.o}"], ensure_ascii=False)))
    before = key(tmp_path)
    (tmp_path / file).write_text("x = 2\n")
    assert key(tmp_path) != before
