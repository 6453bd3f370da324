# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples for CI services run: the commands of each job, on a copy of what a container or a clone holds.

There is no container engine in the tests. They execute the entry point of the Containerfile instead, in a folder that
holds what the recipe copies.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner

EMULATOR = ROOT / "tests/emulator"
EXAMPLES = ROOT / "docs/emulator"
SITE = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - idops.cyberark_identity.scim_directory:
        users: [{user_name: ada@corp.example, display_name: Ada}]
        groups: [{display_name: staff, users: {add: [ada@corp.example]}}]
"""
TENANT = (
    "users: [{user_name: grace@corp.example}]\ngroups: [{display_name: staff, users: {set: [grace@corp.example]}}]\n"
)
LONG = pytest.mark.long(reason="each job starts an emulator and runs ansible-playbook")


def example(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text())


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile."""
    text = re.sub(r"\\\n", " ", (EMULATOR / "Containerfile").read_text())
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line and line[0] not in "# "]


def offline(script: str) -> str:
    """Return a script that takes this repository instead of a clone, and what is installed instead of registries."""
    script = re.sub(r"git clone [^\n]*\.git (\S+)", rf"ln -s {ROOT} \1", script)
    return re.sub(r"(python -m pip install --quiet ansible-core|ansible-galaxy collection install).*", "true", script)


@contextmanager
def container(folder: Path, command: list[str], port: int) -> Iterator[None]:
    """Run the entry point of the Containerfile with a command, on another port."""
    found = dict(instructions())
    copied = folder / "opt/tests/emulator"
    shutil.copytree(EMULATOR, copied, ignore=shutil.ignore_patterns("__pycache__"))
    entry = [*json.loads(found["ENTRYPOINT"]), *(command or json.loads(found["CMD"]))]
    entry = [
        sys.executable,
        *(word.replace("8080", str(port)).replace("//tenant:", "//localhost:") for word in entry[1:]),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(
        entry, cwd=folder / "opt", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate()
        yield
        process.terminate()
        assert process.wait(timeout=60) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def play(tmp_path: Path) -> PlaybookRunner:
    """Return a runner in the folder of a user's repository."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "site.yml").write_text(SITE)
    (folder / "tenant.yml").write_text(TENANT)
    play = PlaybookRunner.at(folder, {})
    play.environment.update(RUNNER_TEMP=str(tmp_path), GITHUB_ENV=str(tmp_path / "env"), TMPDIR=str(tmp_path))
    return play


def run_job(play: PlaybookRunner, script: str, tmp_path: Path) -> str:
    """Run a script, and end what it left in the background. Return its output."""
    (tmp_path / "job.sh").write_text(f"trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}\n")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", str(tmp_path / "job.sh")],
        cwd=play.folder,
        env=play.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def github_script(job: str) -> str:
    """Return the steps of a job of GitHub Actions as one script; a step gets the variables of earlier ones."""
    parts = []
    for step in example("github-actions.yml")["jobs"][job]["steps"]:
        given = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in step.get("env", {}).items())
        take = 'touch "$GITHUB_ENV"; while IFS= read -r line; do export "${line?}"; done < "$GITHUB_ENV"\n'
        parts += [f"pushd . > /dev/null\n{take}{given}{step['run']}\npopd > /dev/null"] if "run" in step else []
    return offline("\n".join(parts))


def gitlab_script(job: str, tmp_path: Path) -> str:
    """Return the commands of a job of GitLab CI as one script."""
    content = example("gitlab-ci.yml")
    given = content[job].get("variables", {})
    lines = [f"export {name}={value}" for name, value in given.items()]
    lines += [*content[".ansible"]["before_script"], *content[job]["script"]]
    return offline("\n".join(lines).replace("/tmp/", f"{tmp_path}/")).replace("$CI_PROJECT_DIR", "$PWD")


@LONG
def test_github_job_with_a_process(play: PlaybookRunner, tmp_path: Path) -> None:
    output = run_job(play, github_script("process"), tmp_path)
    assert output.count("PLAY RECAP") == 2 and "changed=1" in output
    assert "changed=0" in (play.folder / "again.log").read_text()


@LONG
def test_github_job_with_a_service(play: PlaybookRunner, tmp_path: Path) -> None:
    port = free_port()
    with container(tmp_path, [], port):
        output = run_job(play, github_script("service").replace("8080", str(port)), tmp_path)
    assert "changed=1" in output


@LONG
def test_gitlab_job_with_a_process(play: PlaybookRunner, tmp_path: Path) -> None:
    output = run_job(play, gitlab_script("process", tmp_path), tmp_path)
    assert "changed=1" in output and "changed=0" in output


@LONG
def test_gitlab_job_with_a_service(play: PlaybookRunner, tmp_path: Path) -> None:
    port = free_port()
    (service,) = example("gitlab-ci.yml")["service"]["services"]
    command = [word.replace("/tmp/", f"{tmp_path}/") for word in service["command"]]
    script = gitlab_script("service", tmp_path).replace("//tenant:8080", f"//localhost:{port}")
    with container(tmp_path, command, port):
        output = run_job(play, script, tmp_path)
    assert "changed=1" in output


@LONG
def test_compose_service(tmp_path: Path) -> None:
    service = example("compose.yml")["services"]["tenant"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    (source, target, _mode) = service["volumes"][0].split(":")
    (tmp_path / source).write_text(TENANT)
    port = free_port()
    command = [str(tmp_path / source) if word == target else word for word in service["command"]]
    with container(tmp_path, command, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_control/tenant.yml", timeout=60) as answer:
            assert "grace@corp.example" in answer.read().decode()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_control/connection", timeout=60) as answer:
            info = json.load(answer)
        assert info["tenant_url"] == f"http://localhost:{port}" and info["vault_client_id"]


def test_containerfile_copies_what_it_runs() -> None:
    found = instructions()
    assert [line.split()[0] for word, line in found if word == "COPY"] == ["requirements.txt", "."]
    checked = [json.loads(line.partition("CMD ")[2]) for word, line in found if word == "HEALTHCHECK"]
    assert checked[0][:2] == ["python", "-c"]
    compile(checked[0][2], "HEALTHCHECK", "exec")


def test_requirements_are_all_that_the_emulator_imports() -> None:
    required = re.findall(r"^([\w-]+)==", (EMULATOR / "requirements.txt").read_text(), re.MULTILINE)
    known = {name.replace("-", "_").lower() for name in required} | {"yaml"} - {"pyyaml"}
    # pydantic comes with scim2-models, whose models it makes.
    known |= {"pydantic"}
    found = set()
    for path in EMULATOR.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).partition(".")[0])
            elif isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
    assert found - set(sys.stdlib_module_names) <= known


@LONG
def test_the_emulator_is_ready_within_two_seconds() -> None:
    """The fastest of three starts, with the compiled files that a container or an earlier start leaves."""
    took = []
    for _start in range(3):
        begin = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-m", "tests.emulator"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout and process.stdout.readline()
            took.append(time.monotonic() - begin)
            process.terminate()
    assert min(took) < 2, took
