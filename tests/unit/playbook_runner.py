# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run commands in a folder of their own, with the tenant in the environment."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

BIN = Path(sys.executable).parent
PASSWORD = "Initial-pass-1"
STARTUP = Path(__file__).parent / "startup"
# With these variables, the modules that Ansible starts in processes of their own are compiled only once.
COMPILE_ONCE = {"PYTHONPATH": str(STARTUP), "COMPILED_MODULES": tempfile.mkdtemp(prefix="compiled-modules-")}
atexit.register(shutil.rmtree, COMPILE_ONCE["COMPILED_MODULES"], ignore_errors=True)


@dataclass(frozen=True)
class PlaybookRun:
    status: int
    output: str

    @property
    def changed(self) -> int:
        return sum(map(int, re.findall(r" changed=(\d+) ", self.output)))

    @property
    def text(self) -> str:
        """Return the output without line breaks, which Ansible inserts anywhere."""
        return " ".join(self.output.split())


@dataclass(frozen=True)
class PlaybookRunner:
    folder: Path
    environment: dict[str, str]

    @classmethod
    def at(cls, folder: Path, connection: Mapping[str, Any]) -> PlaybookRunner:
        """Return a runner with this connection in the environment, and without any inherited setting of Ansible."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CYBERARK_"))}
        own = {
            **COMPILE_ONCE,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2]),
            "ANSIBLE_NOCOLOR": "1",
            # No inventory is needed for localhost.
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }
        given = {name: str(value) for name, value in connection.items() if value is not None}
        return cls(folder, {**kept, **own, **{f"CYBERARK_IDENTITY_{name.upper()}": given[name] for name in given}})

    def __call__(self, playbook: str, *arguments: str, **variables: Any) -> PlaybookRun:
        """Run a playbook, named without ``_directory``. The variables keep their types, like those of a survey.

        The output must hold no secret.
        """
        name = playbook if "_" in playbook else f"{playbook}_directory"
        command = ["ansible-playbook", f"idops.cyberark_identity.{name}", "-vvv", *arguments]
        # The tenant of the tests hides nothing from its only service user, and has no safe to show it.
        given = {"directory_allow_empty_vault": True, **variables} if playbook == "apply" else variables
        (self.folder / "given.json").write_text(yaml.safe_dump(given))
        return self.run([*command, "-e", "@given.json"])

    def good(self, playbook: str, *arguments: str, **variables: Any) -> PlaybookRun:
        played = self(playbook, *arguments, **variables)
        assert played.status == 0, played.output
        return played

    def run(self, command: list[str], typed: str = "") -> PlaybookRun:
        """Run a command with this input. Its output must hold neither the secret of the client nor PASSWORD."""
        done = subprocess.run(
            [shutil.which(command[0], path=self.environment["PATH"]) or command[0], *command[1:]],
            env=self.environment,
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        played = PlaybookRun(done.returncode, done.stdout + done.stderr)
        secrets = {PASSWORD, self.environment.get("CYBERARK_IDENTITY_CLIENT_SECRET"), *typed.split("\n")}
        assert not any(secret in played.output for secret in secrets if secret)
        return played

    def write(self, name: str, content: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, (str, bytes)) else yaml.safe_dump(content, sort_keys=False)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
