# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of scim_directory while it runs: the action plugin, in ansible-playbook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant

OTHER_READER = pytest.mark.long(reason="like a run whose progress is shown: it only has another reader")


def users_of(task: str) -> list[dict[str, str]]:
    return [{"user_name": f"{task}{i}@example.com", "password": "Initial-pass-1"} for i in range(60)]


def test_lines_come_while_the_task_runs(tenant: Tenant, tmp_path: Path) -> None:
    """No line is shown if progress is off or with no_log: the lines hold names."""
    tenant.switch(latency=0.1)
    tasks = [
        {"name": name, "idops.cyberark_identity.scim_directory": task, "no_log": no_log}
        for name, progress, no_log in (("shown", True, False), ("silent", False, False), ("hidden", True, True))
        for task in [{"users": users_of(name), "workers": 2, "progress": progress, **tenant.connection}]
    ]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{**play, "vars": {"ansible_python_interpreter": sys.executable}}]))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(playbook)]
    environment = {**os.environ, "HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2])}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if "of 60 done after" in line]
    assert lines
    assert [line for line in lines if not line.startswith("  shown: ")] == []
    assert "Initial-pass-1" not in done.stdout + done.stderr
    assert tenant.tokens() == len(tasks)


@pytest.mark.parametrize(
    ("progress", "no_log"),
    [(True, False), *(pytest.param(*case, marks=OTHER_READER) for case in [(False, False), (True, True)])],
)
def test_a_run_stops_when_ansible_is_killed(tenant: Tenant, tmp_path: Path, progress: bool, no_log: bool) -> None:
    """The run also stops if a shell between Ansible and the module survives, as here."""
    with playbook_of(tenant, tmp_path, progress, no_log) as process:
        wait_until(lambda: len(tenant.writes()) > 2)
        before = len(tenant.writes())
        process.kill()
    assert len(tenant.writes()) - before < 30  # of 200
    assert list(tmp_path.glob("scim-directory-*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_signal_leaves_a_folder_behind(tenant: Tenant, tmp_path: Path, number: signal.Signals) -> None:
    """The folder is removed as soon as the module runs."""
    with playbook_of(tenant, tmp_path) as process:
        wait_until(lambda: len(tenant.writes()) > 0)
        wait_until(lambda: not list(tmp_path.glob("scim-directory-*")))
        assert len(tenant.writes()) < 200
        os.killpg(process.pid, number)  # as a terminal does
    assert list(tmp_path.glob("scim-directory-*")) == []


@contextmanager
def playbook_of(
    tenant: Tenant, tmp_path: Path, progress: bool = True, no_log: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a playbook of 200 users, 20 seconds of work. The module has ended when the block ends."""
    tenant.switch(latency=0.2)
    users = [{"user_name": f"user{i}@example.com"} for i in range(200)]
    task = {"users": users, "workers": 2, "progress": progress, **tenant.connection}
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\n"{sys.executable}" "$@" 9> "{tmp_path}/pipe"\nexit $?\n')
    interpreter.chmod(0o755)
    tasks = [{"idops.cyberark_identity.scim_directory": task, "no_log": no_log}]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    playbook = tmp_path / "play.json"
    playbook.write_text(json.dumps([{**play, "vars": {"ansible_python_interpreter": str(interpreter)}}]))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(playbook)]
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2])}
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path), **collections}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    os.mkfifo(tmp_path / "pipe")
    with open(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        with subprocess.Popen(command, env=environment, cwd=tmp_path, start_new_session=True, **quiet) as process:
            yield process
        os.set_blocking(pipe.fileno(), True)
        assert pipe.read() == b""  # the end comes when no process has it open for writing


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_last_lines_are_shown(tmp_path: Path) -> None:
    """Lines from just before the end are shown too. In its own process, because the imports make it a controller."""
    path = tmp_path / "progress"
    path.write_text("60 of 60 done\n")
    script = (
        "import sys, threading\n"
        "from ansible_collections.idops.cyberark_identity.plugins.action.scim_directory import _follow\n"
        "ended = threading.Event()\n"
        "ended.set()\n"
        "_follow(open(sys.argv[1], 'a+'), sys.argv[1], ended, 'task')\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT.parents[2])}
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "  task: 60 of 60 done\n", done.stderr
