# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a playbook, and keep its output, its files and its processes in one place for a later search."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import BIN, COMPILE_ONCE, STARTUP

HERE = Path(__file__).parent
LOOK_EVERY = 0.03  # seconds
# ansible-playbook is slow, and a test machine may be busy.
WATCH = 5  # seconds
LONGEST = 600  # seconds


@dataclass(frozen=True)
class PlaybookRun:
    """The result of a run. ``places`` maps names to searchable texts: output, files, and processes that ran."""

    status: int
    output: str
    places: dict[str, str]

    def place(self, beginning: str) -> str:
        """Return all places whose name begins like this, as one text."""
        return "\n".join(text for name, text in self.places.items() if name.startswith(beginning))


@dataclass(frozen=True)
class Stage:
    """A folder in which playbooks run. Their secret input is kept in another folder."""

    folder: Path
    given: Path
    collections: Path = ROOT.parents[2]
    in_process: bool = True  # whether modules may run in the process of ansible-playbook

    def play(
        self,
        plays: list[Any],
        *arguments: str,
        secrets: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
    ) -> PlaybookRun:
        """Run plays with -vvvv. Secrets become variables.

        The variables of ``environment`` are the caller's own and are not searched: every child process inherits them.
        """
        self.folder.mkdir(exist_ok=True)
        self.given.mkdir(exist_ok=True)
        (self.given / "secrets.json").write_text(json.dumps(secrets))
        (self.folder / "play.yml").write_text(json.dumps(plays, indent=1))
        for name in ("tmp", "home"):
            (self.folder / name).mkdir(exist_ok=True)
        mark = f"LEAKS_RUN={uuid.uuid4()}"
        everything = {**self._environment(), **dict([mark.split("=")]), **(environment or {})}
        where = f"cyberark_identity_in_process={self.in_process}"
        command = [str(BIN / "ansible-playbook"), "play.yml", "-vvvv", "-e", f"@{self.given}/secrets.json", "-e", where]
        command += arguments
        with Processes(mark, own=frozenset(environment or {})) as processes:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=everything,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        # Ansible checks every five seconds whether a background task has ended, and cleans up then.
        until = time.monotonic() + 3 * WATCH
        while any(self.folder.glob("remote/ansible-tmp-*")) and time.monotonic() < until:
            time.sleep(0.1)
        output = {"stdout": done.stdout, "stderr": done.stderr}
        return PlaybookRun(done.returncode, done.stdout + done.stderr, {**output, **processes.seen, **self.files()})

    def files(self) -> dict[str, str]:
        """Return every remaining file by its path; the path is searched as well."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return {
            (name := str(path.relative_to(self.folder))): f"{name}\n{path.read_bytes().decode(errors='replace')}"
            for path in paths
        }

    def _environment(self) -> dict[str, str]:
        foreign = ("ANSIBLE_", "CYBERARK_", "HTTP", "NO_PROXY", "ALL_PROXY", "PYTEST")
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
        return {
            **inherited,
            **COMPILE_ONCE,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": f"{HERE / 'startup'}{os.pathsep}{STARTUP}",
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LEAKS_LOG": str(self.folder / "host.log"),
            "LEAKS_RESULTS": str(self.folder / "results.json"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local"),
            "ANSIBLE_REMOTE_TMP": str(self.folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.folder / "async"),
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_RETRY_FILES_ENABLED": "true",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(self.folder / "retry"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "whole_results",
            "ANSIBLE_NOCOLOR": "1",
            "CYBERARK_IDENTITY_JOURNAL_PATH": str(self.folder / "journal.jsonl"),
        }


@dataclass
class Processes:
    """Record the command lines and environments of processes with ``mark`` in theirs, until the block ends."""

    mark: str
    own: frozenset[str]
    seen: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Processes:
        self._others = _numbers()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            for number in _numbers() - self._others:
                environment, command = _read(number, "environ"), _read(number, "cmdline")
                if self.mark in environment and command:
                    # One process can run several programs, one after the other.
                    self.seen[f"command line of {number}, {command[0]}"] = "\n".join(command)
                    kept = [entry for entry in environment if entry.partition("=")[0] not in self.own]
                    self.seen[f"environment of {number}"] = "\n".join(kept)


def _numbers() -> set[str]:
    """Return the numbers of the running processes; none if the system does not list them."""
    return {entry for entry in os.listdir("/proc") if entry.isdigit()} if os.path.isdir("/proc") else set()


def _read(number: str, what: str) -> list[str]:
    """Return the entries of a file of a process; none if it has ended, or belongs to another user."""
    try:
        return Path("/proc", number, what).read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
