# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one playbook on SCIM servers by other authors: what works, what warns and what is refused.

The outcome must match docs/interoperability.md.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
INSTALLED = ROOT / "build/interop"
GUIDE = ROOT / "docs/interoperability.md"


@dataclass(frozen=True)
class Server:
    """A server and the command that starts it. The command holds ``{port}`` and ``{token}``."""

    name: str
    installed: Path  # a file that exists once the server is installed
    command: tuple[str, ...]
    scim_path: str


SERVERS = (
    Server(
        "scim2-server",
        BIN / "scim2-server",
        (str(BIN / "scim2-server"), "--port", "{port}", "--bearer-token", "{token}"),
        "/v2",
    ),
    Server(
        "Better Auth",
        INSTALLED / "better-auth/.installed",
        ("node", str(INSTALLED / "better-auth/server.js"), "{port}", "{token}"),
        "/api/auth/scim/v2",
    ),
    Server(
        "django-scim2",
        INSTALLED / "django-scim2/.installed",
        (str(INSTALLED / "django-scim2/bin/python"), str(HERE / "servers/django-scim2/server.py"), "{port}", "{token}"),
        "/scim/v2",
    ),
)


@dataclass(frozen=True)
class Running:
    """A running server, and an independent client for it."""

    url: str
    scim_path: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        options = {"tenant_url": self.url, "scim_path": self.scim_path, "access_token": self.token}
        return {f"CYBERARK_IDENTITY_{name.upper()}": value for name, value in options.items()}

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.get(f"{self.url}{self.scim_path}/{path}", headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(server: Server, log: Path) -> Iterator[Running]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_urlsafe(48)
    command = [part.format(port=port, token=token) for part in server.command]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            it = Running(f"http://127.0.0.1:{port}", server.scim_path, token)
            _await(it, process, log)
            yield it
        finally:
            process.terminate()


def _await(server: Running, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            server.get("ServiceProviderConfig")
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"The server does not answer: {log.read_text()}")


def play(server: Running, folder: Path) -> dict[str, str]:
    """Run the playbook, and return the outcome of each task in order."""
    outcomes = folder / "outcomes.jsonl"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CYBERARK_"))},
        **server.environment,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(folder),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "outcomes",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2]),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "INTEROP_OUTCOMES": str(outcomes),
    }
    command = [str(BIN / "ansible-playbook"), str(HERE / "people.yml")]
    played = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert server.token not in played.stdout + played.stderr
    return {told["task"]: outcome(told) for told in map(json.loads, outcomes.read_text().splitlines())}


def outcome(told: dict[str, Any]) -> str:
    """Describe a result: changed, unchanged or refused, and the attributes that a warning names."""
    if told["failed"]:
        return f"refused: {told['failure']['code'] if 'failure' in told else told['msg']}"
    said = "changed" if told["changed"] else "unchanged"
    for warning in told.get("warnings", ()):
        named = re.match(r"The server accepted (\w+) = ", warning)
        said += f", warns of {named[1] if named else warning}"
    return said


def ideal(task: str) -> str:
    return "unchanged" if task.endswith(", again") else "changed"


def lines(server: Server, came: dict[str, str]) -> list[str]:
    """Return the lines of the guide's tables: how many tasks had each outcome, and each task with an unwanted one."""
    otherwise = {task: said for task, said in came.items() if said != ideal(task)}
    warned, refused = (sum(word in said for said in otherwise.values()) for word in ("warns", "refused"))
    counts = (len(came) - len(otherwise), warned, refused)
    return [
        f"| {server.name} | {' | '.join(map(str, counts))} |",
        *(f"| {server.name} | {task} | {said} |" for task, said in otherwise.items()),
    ]


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_people(server: Server, tmp_path: Path) -> None:
    if not server.installed.exists():
        pytest.skip(f"{server.name} is not installed: make interop")
    with running(server, tmp_path / "server.log") as there:
        came = play(there, tmp_path)
        for endpoint, name in (("Users", "userName"), ("Groups", "displayName")):
            names = [item[name].lower() for item in there.get(endpoint)["Resources"]]
            assert len(set(names)) == len(names), "something was doubled"
            assert set(names) <= {"ada.king@example.com", "grace@example.com", "crew", "staff"}
    told = [line for line in GUIDE.read_text().splitlines() if line.startswith(f"| {server.name} |")]
    assert "\n".join(lines(server, came)) == "\n".join(told)
