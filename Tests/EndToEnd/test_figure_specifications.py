"""The figures as Vega-Lite specifications: valid by Vega-Lite's own schema, drawn by its own renderer, of the logbook's numbers."""

import importlib.util
import json
import re
from pathlib import Path

import jsonschema
import pytest

vl_convert = pytest.importorskip("vl_convert", reason="vl-convert-python draws the specifications")
VERSION = "5.20"
ABLATION = "  often:\n    hypothesis: Do rare words matter?\n    of: words\n    vary: {tfidf.min-count: [1, 2, 3]}\n"


@pytest.fixture(scope="module")
def logbook(finished, tmp_path_factory) -> Path:
    """The folder of a logbook that has every kind of figure."""
    project = finished.copy(tmp_path_factory.mktemp("drawn") / "project")
    project.run()
    project.edit("submission:", f"{ABLATION}explore: {{clusters: 3}}\nsubmission:")
    assert project.ablate("note", "final", "--leaderboard", "0.7").returncode == 0
    assert project.ablate("note", "blend", "--leaderboard", "0.8").returncode == 0
    project.run()
    return project.folder / "logbook"


def specifications(logbook: Path) -> dict[str, dict]:
    return {path.name.removesuffix(".vl.json"): json.loads(path.read_text()) for path in (logbook / "figures").glob("*.vl.json")}


def test_every_figure_has_one_and_what_no_figure_has_goes(logbook):
    found = specifications(logbook)
    assert found.keys() == {path.stem for path in (logbook / "figures").glob("*.svg")}
    assert {"forest", "scores", "cost", "contributions", "correlation", "texts", "timeline", "plan", "reliability", "loss-curves",
            "ablation-rank", "parameter-often", "history", "leaderboard"} <= found.keys()
    from conftest import Project
    project = Project(logbook.parent)
    mine = logbook / "figures" / "ablation-mine.vl.json"
    mine.write_text("{}")
    project.edit(ABLATION, "")
    assert project.ablate("logbook").returncode == 0
    left = specifications(logbook)
    assert not {"ablation-often", "parameter-often"} & left.keys() and "ablation-rank" in left
    assert mine.exists(), "a file of the user's"
    mine.unlink()
    project.edit("explore: {clusters: 3}", f"{ABLATION}explore: {{clusters: 3}}")
    assert project.ablate("logbook").returncode == 0


def test_they_are_valid_by_the_schema_of_vega_lite(logbook):
    altair = importlib.util.find_spec("altair")
    if altair is None:
        pytest.skip("altair brings the schema")
    schema = json.loads((Path(altair.origin).parent / "vegalite/v5/schema/vega-lite-schema.json").read_text())
    judge = jsonschema.Draft7Validator(schema)
    for name, one in specifications(logbook).items():
        assert one["$schema"].endswith("/vega-lite/v5.json")
        assert judge.is_valid(one), name
        assert not judge.is_valid(one | {"marks": []}), "the judge is strict"


def layers(one: dict) -> list[dict]:
    return one.get("layer") or [one]


def test_they_are_drawn_with_a_mark_for_each_datum(logbook):
    for name, one in specifications(logbook).items():
        svg = vl_convert.vegalite_to_svg(one, vl_version=VERSION)
        drawn = len(re.findall(r'role="graphics-symbol"', svg))
        wanted = 0
        for layer in layers(one):
            mark = layer["mark"] if isinstance(layer["mark"], str) else layer["mark"]["type"]
            data = layer.get("data", one.get("data"))["values"]
            if mark in {"circle", "point", "rect", "tick", "bar"}:
                wanted += len(data)
            elif mark == "line":
                wanted += len({(row.get("line"), row.get("part")) for row in data})
        assert drawn >= wanted > 0, (name, drawn, wanted)
        assert one["title"].replace("&", "&amp;") in svg and "NaN" not in svg and "undefined" not in svg, name


def test_their_numbers_are_those_of_the_logbook(logbook):
    document, found = json.loads((logbook / "logbook.json").read_text()), specifications(logbook)
    compared = {f"{ablation['name']}: {arm['name']}": arm["comparison"] for ablation in document["ablations"]
                for arm in ablation["variants"] if arm["comparison"]}
    rows = {row["name"]: row for row in found["forest"]["data"]["values"]}
    assert rows.keys() == compared.keys() and len(rows) == 3
    for name, one in compared.items():
        assert [rows[name][key] for key in ("difference", "lower", "upper", "verdict")] == [
            one["difference"], *one["interval"], one["verdict"]]
    scored = {score["name"]: score for score in document["scores"]}
    assert {row["name"]: row["y"] for row in found["cost"]["data"]["values"]} == {
        name: score["evaluation"]["log-loss"] for name, score in scored.items()}
    cells = [row["value"] for row in found["scores"]["data"]["values"] if row["name"] == "tiny"]
    assert cells == [cell["log-loss"] for cell in scored["tiny"]["evaluation"]["cells"]]
    assert [[row["x"], row["y"]] for row in found["loss-curves"]["data"]["values"]] == [
        point for curve in document["curves"] for point in curve["points"]]
    often = next(ablation for ablation in document["ablations"] if ablation["name"] == "often")
    assert [[row["x"], row["y"]] for row in found["parameter-often"]["data"]["values"]][:3] == [
        [count, arm["evaluation"]["log-loss"]] for count, arm in zip((1, 2, 3), often["variants"], strict=True)]
