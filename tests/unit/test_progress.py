# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees of scim_directory while it runs: the action plugin, in a real ansible-playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant

USERS = [{"user_name": f"user{i}@example.com", "password": "Initial-pass-1"} for i in range(60)]


@pytest.mark.parametrize(("progress", "no_log"), [(True, False), (False, False), (True, True)])
def test_lines_come_while_the_task_runs(tenant: Tenant, tmp_path: Path, progress: bool, no_log: bool) -> None:
    """Unless the task is not to tell of them, or of nothing: the lines hold names."""
    tenant.switch(latency=0.1)
    task = {"users": USERS, "workers": 2, "progress": progress, **tenant.connection}
    tasks = [{"idops.cyberark_identity.scim_directory": task, "no_log": no_log}]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{**play, "vars": {"ansible_python_interpreter": sys.executable}}]))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(playbook)]
    environment = {**os.environ, "HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2])}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if "of 60 done after" in line]
    assert bool(lines) is (progress and not no_log)
    assert "Initial-pass-1" not in done.stdout + done.stderr
    assert tenant.tokens() == 1


def test_the_last_lines_are_shown(tmp_path: Path) -> None:
    """Also those that came just before the end. In a process of its own: what it needs makes this one a controller."""
    path = tmp_path / "progress"
    path.write_text("60 of 60 done\n")
    script = (
        "import sys, threading\n"
        "from ansible_collections.idops.cyberark_identity.plugins.action.scim_directory import _follow\n"
        "ended = threading.Event()\n"
        "ended.set()\n"
        "_follow(sys.argv[1], ended, 'task')\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT.parents[2])}
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "  task: 60 of 60 done\n", done.stderr
