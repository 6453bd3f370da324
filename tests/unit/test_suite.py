# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The suite and CI run the same stages, and each stage that a quick run leaves out has a reason."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT


def tool(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a file of tools as a module."""
    specification = importlib.util.spec_from_file_location(name, ROOT / f"tools/{name}.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, name, module)  # dataclasses look it up there
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return tool("suite", monkeypatch)


def stages(groups: tuple[tuple[str, ...], ...]) -> list[str]:
    return sorted(stage for group in groups for stage in group)


def test_a_stage_is_in_the_quick_suite_or_left_out_with_a_reason(suite: ModuleType) -> None:
    assert stages((*suite.QUICK, tuple(suite.LEFT_OUT))) == stages(suite.ALL)
    assert all(suite.LEFT_OUT.values())


def test_the_nightly_workflow_runs_every_stage(suite: ModuleType) -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    targets = [target for job in jobs.values() for target in job["strategy"]["matrix"]["target"]]
    assert sorted(targets) == stages(suite.ALL)


def test_a_long_test_that_is_left_out_is_counted_with_its_reason(tmp_path: Path) -> None:
    """The count is the same with several workers as with one process, although each worker leaves out the same."""
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "@pytest.mark.long(reason='they take hours')\n"
        "@pytest.mark.parametrize('number', [1, 2])\n"
        "def test_long(number): raise AssertionError\n"
        "def test_short(): pass\n"
    )
    plugin = "ansible_collections.idops.cyberark_identity.tests.unit.left_out"
    command = [sys.executable, "-m", "pytest", "-p", plugin, "-m", "not long", "-p", "no:hypothesispytest"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parents[2])}
    for workers in ([], ["-n", "2"]):
        done = subprocess.run(
            [*command, *workers], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        said = re.findall("^LEFT OUT: .*", done.stdout, re.MULTILINE)
        assert said == ["LEFT OUT: 2 of test_some.py: they take hours"], done.stdout + done.stderr
        assert " 1 passed" in done.stdout


def test_every_mutant_has_its_line_and_its_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant whose line or test was renamed would stop the run of all mutants."""
    for mutant in tool("mutants", monkeypatch).MUTANTS:
        (place,) = ROOT.glob(f"plugins/*/{mutant.file}.py")
        assert place.read_text().count(mutant.original) == 1, mutant
        path, _colons, name = mutant.tests.partition("::")
        assert not name or f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(), mutant
