"""Re-running is exact: what has not changed is reused, and nothing is that has. `plan` says so beforehand."""

import json
import os
import time

SEEDED = [f"tiny/seed-{seed}/fold-{fold}" for seed in (1, 2) for fold in (0, 1)]
OF_TINY = (
    [f"{part}/{step}" for part in SEEDED for step in ("finetune", "predict-oof", "predict-test")]
    + ["tiny/average-oof", "tiny/average-test", "tiny/evaluate"])
OF_STACK = [
    "blend/average-oof", "blend/average-test", "blend/evaluate", "final/optimize-oof", "final/optimize-test",
    "final/evaluate", "submission"]


def test_the_first_run_executes_every_step_and_the_second_none(finished, project):
    states = project.plan()
    assert finished.executed == sorted(states)
    assert set(states.values()) == {"reuse"}
    assert project.run() == []


def test_the_store_is_found_again_when_the_folder_is_moved(project, tmp_path):
    project.folder.rename(tmp_path / "elsewhere")
    assert type(project)(tmp_path / "elsewhere").run() == []


def test_another_rank_runs_fine_tunes_and_what_follows_of_that_model_alone(project):
    # Rank 4 is in the ablation already: those fine-tunes are shared, so a rank that nobody had is asked for.
    project.edit("lora: {rank: 2, alpha", "lora: {rank: 3, alpha")
    states = project.plan()
    # The arm of rank 2 of the ablation has the very results that the model had before.
    assert {address for address, state in states.items() if state != "reuse"} == {*OF_TINY, *OF_STACK}
    assert {address for address, state in states.items() if state == "run"} >= {f"{part}/finetune" for part in SEEDED}
    reason = project.reasons()["tiny/seed-1/fold-0/finetune"]
    assert "lora.rank: 2 -> 3" in reason and "recipe.yaml:15:" in reason
    assert project.run() == sorted([*OF_TINY, *OF_STACK])
    assert set(project.plan().values()) == {"reuse"}


def test_going_back_runs_nothing(project):
    project.edit("lora: {rank: 2, alpha", "lora: {rank: 4, alpha")
    project.run()
    project.edit("lora: {rank: 4, alpha", "lora: {rank: 2, alpha")
    assert project.run() == []


def test_another_submission_path_runs_one_step(project):
    project.edit("path: submission.csv", "path: sent.csv")
    assert {address for address, state in project.plan().items() if state != "reuse"} == {"submission"}
    assert project.run() == ["submission"]
    assert (project.folder / "sent.csv").read_bytes() == (project.folder / "submission.csv").read_bytes()


def test_touching_files_and_changing_comments_runs_nothing(project):
    for name in ["train.csv", "test.csv", "recipe.yaml"]:
        os.utime(project.folder / name, (time.time() + 10, time.time() + 10))
    project.recipe.write_text("# a comment\n" + project.recipe.read_text().replace("seeds: [1, 2]", "seeds: [1, 2]   # two"))
    assert set(project.plan().values()) == {"reuse"}
    assert project.run() == []


def test_another_seed_runs_only_that_seed(project):
    project.edit("seeds: [1, 2]", "seeds: [1, 2, 3]")
    executed = project.run()
    fits = [address for address in executed if address.endswith("finetune")]
    assert fits == sorted(
        [f"tiny/seed-3/fold-{fold}/finetune" for fold in (0, 1)]
        + [f"ablations/rank/lora.rank=4/seed-3/fold-{fold}/finetune" for fold in (0, 1)])
    assert not any("seed-1" in address or "seed-2" in address or address.startswith("words") for address in executed)


def test_other_lengths_tokenize_nothing(project):
    project.edit("answer: 24", "answer: 12")
    executed = project.run()
    assert "tiny/seed-1/fold-0/finetune" in executed
    assert not any("tokenize" in address or "ingest" in address for address in executed)


def test_a_table_of_the_same_content_stops_the_wave_at_ingest(project):
    table = project.folder / "train.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0]] + ['"' + line.replace(",", '","') + '"' for line in lines[1:]]) + "\n")
    states = project.plan()
    assert states["data/train/ingest"] == "run" and states["folds/split"] == "maybe"
    assert project.run() == ["data/train/ingest"]


def test_another_test_table_trains_nothing(project):
    table = project.folder / "test.csv"
    table.write_text(table.read_text().replace("zinc", "tin"))
    executed = project.run()
    assert "submission" in executed and "data/test/ingest" in executed
    assert not any(address.endswith(("finetune", "fit", "predict-oof")) for address in executed)


def test_a_deleted_submission_is_delivered_again_without_a_step(project):
    wanted = (project.folder / "submission.csv").read_bytes()
    (project.folder / "submission.csv").unlink()
    assert project.run() == []
    assert (project.folder / "submission.csv").read_bytes() == wanted


def test_addresses_select_with_what_they_need(fresh):
    executed = fresh.run("words/fold-0/**")
    assert executed == ["data/test/ingest", "data/train/ingest", "folds/split", *sorted(
        f"words/fold-0/{step}" for step in ("fit", "predict-oof", "predict-test"))]


def test_a_value_set_on_the_command_line_has_its_origin_in_the_reason(project):
    result = json.loads(project.ablate("plan", "--json", "--set", "models.tiny.lora.rank=5").stdout)
    reasons = {step["address"]: step["reason"] for step in result["steps"]}
    assert "--set:1:" in reasons["tiny/seed-1/fold-0/finetune"]


def test_parts_of_a_recipe_are_selected(fresh):
    assert not any(address.startswith("ablations/") for address in fresh.plan("--only", "base"))
    assert "submission" in fresh.plan("--only", "base")
    own = fresh.plan("--ablation", "rank")
    assert "ablations/rank/lora.rank=4/evaluate" in own and "submission" not in own and "words/fold-0/fit" not in own
    assert fresh.ablate("plan", "--ablation", "rnak").returncode == 66
    assert fresh.ablate("plan", "--only", "base", "--all").returncode == 64


def test_dimensions_cross_and_exceptions_are_left_out(fresh):
    fresh.edit(
        "vary: {lora.rank: [2, 4]}",
        "vary: {lora.rank: [2, 4]}\n    zip: {training.epochs: [1, 2], lengths.answer: [8, 16]}\n"
        "    together: {low: {training.learning-rate: 1.0e-3}, high: {training.learning-rate: 1.0e-1, training.batch: 4}}\n"
        "    except: [{lora.rank: 4, training.epochs: 1}]\n    baseline: \"lora.rank=2,training.epochs=2,lengths.answer=16,low\"")
    arms = {address.split("/")[2] for address in fresh.plan("--ablation", "rank") if address.startswith("ablations/")}
    assert arms == {
        f"lora.rank={rank},training.epochs={epochs},lengths.answer={answer},{rate}"
        for rank, epochs, answer in [(2, 1, 8), (2, 2, 16), (4, 2, 16)] for rate in ("low", "high")}
    fresh.edit("lengths.answer: [8, 16]", "lengths.answer: [8]")
    result = fresh.ablate("check")
    assert result.returncode == 65 and "uneven-zip" in result.stderr
