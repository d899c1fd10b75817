"""Names and texts in the logbook: different ones look different, none does anything, and what cannot be read is said."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from command import Project, site

EVIL = "cost $x^2$ and $y$ \x1b]0;PWNED\x07 \u202egnp.exe\u202c \u2066iso\u2069 \x9b31m"


def opened(folder) -> Project:
    site(folder)
    return Project(folder)


def quoted(text: str) -> str:
    return json.dumps(text)


def test_long_values_can_be_told_apart_in_figures_and_named_in_tables(case):
    project = opened(case("long-ablation-values"))
    project.run()
    figures = project.folder / "logbook" / "figures"
    for figure in ("ablation-prompt.svg", "forest.svg"):
        labels = [label for label in re.findall(r'<text class="name"[^>]*>([^<]*)', (figures / figure).read_text())]
        assert len(labels) == len(set(labels)) >= 2 and all(len(label) < 60 for label in labels), labels
    table = project.folder / "table.csv"
    assert project.ablate("logbook", "--export", str(table)).returncode == 0
    for row in csv.DictReader(open(table, newline="")):
        assert project.ablate("diff", f"prompt/{row['variant']}", "words").returncode == 0


@pytest.mark.parametrize("length", [180, 240])
def test_names_too_long_for_a_file_break_no_figure(case, length):
    folder = case("long-ablation-values")
    names = ["a" * length + "1", "a" * length + "2"]
    text = (folder / "recipe.yaml").read_text()
    head = text[:text.index("ablations:")]
    entries = "".join(f"  {name}: {{hypothesis: 'x?', of: words, vary: {{tfidf.min-count: [1, 2]}}}}\n" for name in names)
    (folder / "recipe.yaml").write_text(head + "ablations:\n" + entries)
    project = opened(folder)
    result = project.ablate("run")
    if result.returncode == 65:  # such names may be refused before anything runs
        assert "name" in result.stderr and not (folder / "logbook").exists()
        return
    assert result.returncode == 0, result.stderr
    text = (folder / "logbook" / "LOGBOOK.md").read_text()
    linked = re.findall(r"\]\((figures/ablation-[^)]*\.svg)\)", text)
    assert len(set(linked)) == 2 and all((folder / "logbook" / name).is_file() for name in linked)


@pytest.fixture(scope="module")
def evil(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("evil") / "evil"
    shutil.copytree(Path(__file__).parent / "cases" / "long-ablation-values", folder)
    text = (folder / "recipe.yaml").read_text()
    (folder / "recipe.yaml").write_text(
        text[:text.index("ablations:")].replace("recipe: prompts\n", f"recipe: prompts\nabout: {quoted(EVIL)}\n")
        + f"ablations:\n  q: {{hypothesis: {quoted(EVIL)}, of: words, vary: {{template: [{quoted('=1+1 ' + EVIL + ' {answer}')}, '{{answer}}']}}, conclusion: {quoted(EVIL)}}}\n")
    project = opened(folder)
    project.run()
    result = project.ablate("note", "words", "--text", EVIL, "--leaderboard", "0.5")
    assert result.returncode == 0, result.stderr
    assert project.ablate("logbook").returncode == 0
    return project


def hidden(text: str) -> list[str]:
    return [f"{ord(char):x}" for char in text
            if (ord(char) < 32 and char not in "\n\t\r") or 0x7f <= ord(char) < 0xa0 or char in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]


def test_no_form_has_control_characters_or_marks_of_direction(evil):
    paths = {ending: evil.folder / f"table.{ending}" for ending in ("md", "tex", "csv")}
    assert evil.ablate("logbook", *(word for path in paths.values() for word in ("--export", str(path)))).returncode == 0
    files = [*paths.values(), *(path for path in (evil.folder / "logbook").rglob("*") if path.suffix in {".html", ".md", ".svg"})]
    assert len(files) > 8
    for path in files:
        assert hidden(path.read_bytes().decode()) == [], path
    page = (evil.folder / "logbook" / "index.html").read_text()
    assert "\\u{202e}gnp.exe" in page and "\\u{1b}]0;PWNED" in page


def test_a_dollar_is_no_formula(evil):
    text = (evil.folder / "logbook" / "LOGBOOK.md").read_text()
    without_code = re.sub(r"(`+).*?\1", "", text)
    assert not re.search(r"(?<!\\)\$", without_code)
    rendered = pytest.importorskip("markdown_it").MarkdownIt("commonmark").render(text)
    assert "cost <span>$</span>x^2<span>$</span> and" in rendered


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_an_export_is_a_formula(case, start):
    folder = case("long-ablation-values")
    text = (folder / "recipe.yaml").read_text()
    (folder / "recipe.yaml").write_text(
        text[:text.index("ablations:")] + "ablations:\n  q: {hypothesis: 'x?', of: words, vary: {tfidf.min-count: [1, 2]}}\n")
    project = opened(folder)
    table = folder / "table.csv"
    assert project.ablate("logbook", "--export", str(table)).returncode == 0
    with open(table, newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                assert not cell.startswith(start) or start == "-" and re.fullmatch(r"-\d.*", cell)


def test_what_is_not_as_it_must_be_is_named_with_its_place(case):
    folder = case("long-ablation-values")
    text = (folder / "recipe.yaml").read_text()
    (folder / "recipe.yaml").write_text(text[:text.index("ablations:")])
    project = opened(folder)
    project.run()
    path = project.output("words/evaluate", "evaluation")
    path.chmod(0o644)
    good = path.read_text()
    # As long as before, so that only its content tells.
    for old, new in [('"average":{', '"avarage":{'), ('"groups":[0,', '"groups":[x,'), ('"rows":60', '"rows":61')]:
        assert old in good
        path.write_text(good.replace(old, new))
        result = project.ablate("logbook")
        assert result.returncode != 0
        # Either the object is held to its digest, or the document to what it must say: the file is named, and what to do.
        assert str(path.name)[-20:] in result.stderr or "words/evaluate" in result.stderr
        assert "store verify" in result.stderr or "run" in result.stderr
