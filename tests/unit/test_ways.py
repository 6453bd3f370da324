# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tool that compares the ways to run a module: it compares real runs, and finds each difference."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tests.unit.test_suite import tool

RUN = {"test": "a", "run": 1, "status": 0, "result": {"changed": True, "actions": ["b"]}, "requests": ["GET /Users"]}


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    found = tool("ways", monkeypatch)
    monkeypatch.setattr(found, "RECORDS", tmp_path)
    return found


def judged(ways: ModuleType, main: list[list[dict[str, Any]]], task: list[list[dict[str, Any]]]) -> int:
    """Judge the runs of each attempt."""
    for way, attempts in (("main", main), ("task", task)):
        for number, runs in enumerate(attempts):
            (ways.RECORDS / f"{way}-{number}").mkdir()
            text = "".join(json.dumps(run) + "\n" for run in runs)
            (ways.RECORDS / f"{way}-{number}" / "gw0.jsonl").write_text(text)
    count: int = ways.judge(
        "task",
        [ways.records_of(f"main-{number}") for number in range(len(main))],
        [ways.records_of(f"task-{number}") for number in range(len(task))],
    )
    return count


DIFFERENT: dict[str, tuple[dict[str, Any], str]] = {
    "result": ({**RUN, "result": {**RUN["result"], "changed": False}}, "result.changed"),
    "item of a list": ({**RUN, "result": {**RUN["result"], "actions": ["c"]}}, "result.actions[0]"),
    "status": ({**RUN, "status": 1}, "status"),
    "one more request": ({**RUN, "requests": ["GET /Users", "GET /Users"]}, "requests[1]"),
}


@pytest.mark.parametrize(("run", "place"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference_is_shown(
    ways: ModuleType, capsys: pytest.CaptureFixture[str], run: dict[str, Any], place: str
) -> None:
    assert judged(ways, [[RUN], [RUN]], [[run], [run]]) == 1
    printed = capsys.readouterr().out
    assert f"DIFFERENT: a, run 1: {place}\n" in printed
    assert "main and task: 1 runs of 1 tests: 0 equal, 0 unstable, 1 different\n" in printed


def test_a_run_that_is_missing_differs(ways: ModuleType) -> None:
    assert judged(ways, [[RUN, {**RUN, "run": 2}]], [[RUN]]) == 1


def test_tests_of_one_way_are_not_compared(ways: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(ways, [[RUN, {**RUN, "test": "b"}]], [[RUN]]) == 0
    assert "1 runs of 1 tests: 1 equal" in capsys.readouterr().out


OTHER, THIRD = ({**RUN, "requests": [path]} for path in ("GET /Groups", "GET /Containers"))
REPEATED: dict[str, tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]], str]] = {
    "later as main": ([[RUN], [RUN]], [[OTHER], [RUN]], "1 equal, 0 unstable, 0 different"),
    "main later as task": ([[RUN], [OTHER]], [[OTHER], [OTHER]], "1 equal, 0 unstable, 0 different"),
    "main unlike itself": ([[RUN], [OTHER]], [[THIRD], [THIRD]], "0 equal, 1 unstable, 0 different"),
    "task unlike itself": ([[RUN], [RUN]], [[OTHER], [THIRD]], "0 equal, 0 unstable, 1 different"),
}


@pytest.mark.parametrize(("main", "task", "verdict"), REPEATED.values(), ids=REPEATED)
def test_a_difference_is_repeated(
    ways: ModuleType, capsys: pytest.CaptureFixture[str], main: Any, task: Any, verdict: str
) -> None:
    judged(ways, main, task)
    assert f"1 runs of 1 tests: {verdict}\n" in capsys.readouterr().out


def test_runs_of_a_test_are_equal_in_each_way() -> None:
    tests = "tests/unit/plugins/modules/test_scim_user.py"
    command = [sys.executable, "tools/ways.py", "--every", "1", tests, "-k", "rename_by_id or omitted_options"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    counts = re.findall(r"main and (\w+): (\d+) runs of \d+ tests: (\d+) equal, 0 unstable, 0 different", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [way for way, _runs, _equal in counts] == ["task", "process"]
    assert all(int(runs) == int(equal) > 0 for _way, runs, equal in counts)
