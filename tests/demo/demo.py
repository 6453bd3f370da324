# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: a tenant on this machine, a playbook that is run twice, and what it did.

Run by ``make demo``. Exits with a status other than 0 on anything that is not as it should be.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PEOPLE = {
    "ada@example.com": "Ada Lovelace",
    "alan@example.com": "Alan Turing",
    "charles@example.com": "Charles Babbage",
}
# Three users, two groups, a safe, two permissions, an account; two users change; the creator's permission; a leaver.
EXPECTED_FIRST = {"POST": 9, "PATCH": 2, "PUT": 1, "DELETE": 1}
TASKS = 13  # each item of a loop is one


class Surprise(Exception):
    """Something that the demonstration did not expect."""


class Tenant:
    """The emulator's control interface, as far as the demonstration needs it."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = info["ca_path"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.info['control_url']}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def take_requests(self) -> Counter[str]:
        """Requests since the last call, by method; those for a token under ``token``."""
        seen = self.control("GET", "requests")
        self.control("DELETE", "requests")
        return Counter("token" if "/oauth2/" in item["path"] else item["method"] for item in seen)


@contextmanager
def emulator() -> Iterator[Tenant]:
    """A tenant over TLS on a free port of this machine, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="cyberark-identity-demo-") as folder:
        command = [sys.executable, "-m", "tests.emulator", "--tls", folder]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                line = process.stdout.readline()
                if not line:
                    raise Surprise("the emulator did not start")
                yield Tenant(json.loads(line))
            finally:
                process.terminate()
                process.wait(timeout=10)
            if process.returncode != 0:
                raise Surprise(f"the emulator ended with status {process.returncode}")


def play(tenant: Tenant, password: str) -> None:
    """Run the playbook as a person would, with the connection in the environment."""
    connection = ("tenant_url", "app_id", "scope", "client_id", "client_secret", "ca_path")
    environment = {
        **os.environ,
        **{f"CYBERARK_IDENTITY_{name.upper()}": tenant.info[name] for name in connection},
        "DEMO_INITIAL_PASSWORD": password,
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--diff", str(HERE / "tenant.yml")]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            if password in line or tenant.info["client_secret"] in line:
                raise Surprise("a secret was printed")
    if process.returncode != 0:
        raise Surprise(f"the playbook ended with status {process.returncode}")


def count(requests_seen: Counter[str], *methods: str) -> int:
    return sum(requests_seen[method] for method in methods)


def main() -> int:
    password = f"Demo-{secrets.token_urlsafe(12)}-1a"
    with emulator() as tenant:
        people = [{"schemas": [CORE_USER], "userName": name, "displayName": shown} for name, shown in PEOPLE.items()]
        tenant.control("POST", "seed", {"users": [{**person, "active": True} for person in people]})
        print(f"A tenant runs at {tenant.info['tenant_url']}, with {', '.join(PEOPLE.values())} in it.\n")
        tenant.take_requests()

        print("First run: people join, move, are suspended and leave; groups, a safe and what belongs to it are made.")
        play(tenant, password)
        first = tenant.take_requests()
        print("Second run: the same playbook again.")
        play(tenant, password)
        second = tenant.take_requests()

    print("What the tenant saw                first run   second run")
    for label, method in (
        ("created (POST)", "POST"),
        ("changed or suspended (PATCH)", "PATCH"),
        ("changed as a whole (PUT)", "PUT"),
        ("removed (DELETE)", "DELETE"),
        ("read (GET)", "GET"),
        ("tokens, one for each task", "token"),
    ):
        print(f"  {label:<32} {first[method]:>9}   {second[method]:>10}")
    writes = {method: first[method] for method in EXPECTED_FIRST}
    if writes != EXPECTED_FIRST:
        raise Surprise(f"the first run wrote {writes} where {EXPECTED_FIRST} was expected")
    if count(second, "POST", "PUT", "PATCH", "DELETE"):
        raise Surprise("the second run wrote something")
    if not first["token"] == second["token"] == TASKS:
        raise Surprise(f"{first['token']} and {second['token']} tokens were asked for by {TASKS} tasks")
    print("\nThe second run changed nothing. No secret was printed. Everything that was started has stopped.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Surprise, requests.RequestException) as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        sys.exit(1)
