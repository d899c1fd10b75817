"""Many engines on one store: each step runs once, whoever runs it, and all of them end with the same results."""

import os
import subprocess
import time

import pytest

from conftest import until
from fault_points import check_objects, records
from programs import Programs

ENGINES = 16
# Each execution leaves a line in a ledger outside the store, which no cache sees.
STEPS = "".join(
    f"  s{number}: {{command: [sh, once.sh, '{number}', '{{in.x}}', '{{out.o{number}}}'], inputs: {{x: ./x.txt}}, outputs: [o{number}]}}\n"
    for number in range(6)) + "".join(
    f"  t{number}: {{command: [sh, once.sh, 't{number}', '{{in.x}}', '{{out.p{number}}}'], inputs: {{x: s{number}.o{number}}}, outputs: [p{number}]}}\n"
    for number in range(6))
ONCE = 'echo "$1" >> "$LEDGER"\nsleep 0.05\n{ cat "$2"; echo "$1"; } > "$3"\n'


@pytest.fixture
def shared(tmp_path):
    """Sixteen projects of one recipe, with one store."""
    projects = []
    for number in range(ENGINES):
        project = Programs.make(tmp_path / f"project-{number}", STEPS)
        project.write("once.sh", ONCE)
        project.write("x.txt", "x\n")
        projects.append(project)
    return projects, tmp_path / "store", tmp_path / "ledger"


def start(project, store, ledger, *arguments):
    return subprocess.Popen(
        project.command("run", "--store", str(store), "--progress", "none", *arguments), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=project.environment(LEDGER=str(ledger)), start_new_session=True)


def end(engines):
    for engine in engines:
        out, errors = engine.communicate(timeout=120)
        assert engine.returncode == 0, errors


def check(projects, store):
    results = set()
    for project in projects[:3]:
        link = project.folder / ".ablate"
        link.symlink_to(store)
        found = records(project)
        assert len(found) == 12
        results.add(str(sorted(found.items())))
        check_objects(project)
    assert len(results) == 1


def test_sixteen_engines_that_start_at_once_run_each_step_once(shared):
    projects, store, ledger = shared
    end([start(project, store, ledger) for project in projects])
    assert sorted(ledger.read_text().split()) == sorted([str(n) for n in range(6)] + [f"t{n}" for n in range(6)])
    check(projects, store)


def test_engines_that_are_killed_are_replaced_by_those_that_wait(shared):
    projects, store, ledger = shared
    engines = [start(project, store, ledger) for project in projects[:8]]
    until(lambda: ledger.exists() and ledger.read_text().split(), 60)  # somebody is at work
    for engine in engines[:4]:
        os.killpg(engine.pid, 9)
        engine.wait()
    end(engines[4:])
    executions = ledger.read_text().split()
    assert set(executions) == {str(n) for n in range(6)} | {f"t{n}" for n in range(6)}
    assert len(executions) <= 12 + 4 * 2, "only what a killed engine was at may run again"
    check(projects, store)


def test_collections_beside_sixteen_engines_harm_nothing(shared):
    projects, store, ledger = shared
    engines = [start(project, store, ledger) for project in projects]
    while any(engine.poll() is None for engine in engines):
        collected = subprocess.run(
            [projects[0].command("run")[0], "store", "gc", "--store", str(store)], capture_output=True, text=True)
        assert collected.returncode in (0, 66), collected.stderr
        time.sleep(0.05)
    end(engines)
    assert sorted(ledger.read_text().split()) == sorted([str(n) for n in range(6)] + [f"t{n}" for n in range(6)])
    check(projects, store)
