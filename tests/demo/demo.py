# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: an empty tenant on this machine, a playbook that sets it up and fills it, what it did.

Run by ``make demo``. Exits with a status other than 0 on anything that is not as it should be.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
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
# What two clients take in the Admin Portal, each a user, a role with rights and a member, an app with a permission: for
# each, two verbs for the user, no more than one for each of the rest.
PORTAL_WRITES = 14
# Three users, two groups, a safe, two permissions, an account; two users change; the creator's permission; a leaver.
SCIM_WRITES = {"POST": 9, "PATCH": 2, "PUT": 1, "DELETE": 1}
SET_UP_TASKS, STORING_TASKS, SCIM_TASKS = 12, 2, 10  # that change something; a loop is one
READING = re.compile(r"/(Redrock/query|[A-Za-z]+/Get)", re.IGNORECASE)  # what the Admin Portal POSTs to read
CHANGED = re.compile(r"^localhost .* changed=(\d+) .* failed=0 ", re.MULTILINE)


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
        """Requests since the last call: for a token, to the Admin Portal (reads and writes apart), SCIM by method."""
        seen = self.control("GET", "requests")
        self.control("DELETE", "requests")
        return Counter(kind_of(item) for item in seen)


def kind_of(request: dict[str, str]) -> str:
    path = request["path"].lower()
    if "/oauth2/" in path:
        return "token"
    if path.startswith("/scim/"):
        return request["method"]
    return "portal read" if READING.search(path) else "portal write"


@contextmanager
def emulator() -> Iterator[Tenant]:
    """A tenant over TLS on a free port of this machine, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="cyberark-identity-demo-") as folder:
        command = [sys.executable, "-m", "tests.emulator", "--empty", "--tls", folder]
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


def play(tenant: Tenant, playbook: str, *, secrets_folder: Path, password: str, arguments: Sequence[str] = ()) -> int:
    """Run a playbook as a person would, with the administrator in the environment. Returns how many tasks changed."""
    environment = {
        **os.environ,
        "CYBERARK_IDENTITY_TENANT_URL": tenant.info["tenant_url"],
        "CYBERARK_IDENTITY_CA_PATH": tenant.info["ca_path"],
        "CYBERARK_IDENTITY_CLIENT_ID": tenant.info["admin_client_id"],
        "CYBERARK_IDENTITY_CLIENT_SECRET": tenant.info["admin_client_secret"],
        "DEMO_INITIAL_PASSWORD": password,
        "DEMO_SECRETS": str(secrets_folder),
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--diff", str(HERE / playbook), *arguments]
    lines: list[str] = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    printed = "".join(lines)
    stored = [path.read_text() for path in secrets_folder.iterdir()]
    if any(secret in printed for secret in [password, tenant.info["admin_client_secret"], *stored]):
        raise Surprise("a secret was printed")
    changed = CHANGED.search(printed)
    if process.returncode != 0 or not changed:
        raise Surprise(f"the playbook {playbook} ended with status {process.returncode}")
    return int(changed[1])


def comparable(tenant: Tenant) -> dict[str, list[Any]]:
    """The tenant's objects, without the people that the playbook is about."""
    state: dict[str, list[Any]] = tenant.control("GET", "state")
    return {kind: [item for item in items if item.get("userName") not in PEOPLE] for kind, items in state.items()}


def expect(what: str, value: Any, expected: Any) -> None:
    if value != expected:
        raise Surprise(f"{what}: {value} where {expected} was expected")


def show(columns: dict[str, Counter[str]]) -> None:
    print("\nWhat the tenant saw" + " " * 20 + "".join(f"{name:>14}" for name in columns))
    for label, kind in (
        ("Admin Portal: changed", "portal write"),
        ("Admin Portal: read", "portal read"),
        ("SCIM: created (POST)", "POST"),
        ("SCIM: changed or suspended (PATCH)", "PATCH"),
        ("SCIM: changed as a whole (PUT)", "PUT"),
        ("SCIM: removed (DELETE)", "DELETE"),
        ("SCIM: read (GET)", "GET"),
        ("tokens", "token"),
    ):
        print(f"  {label:<37}" + "".join(f"{seen[kind]:>14}" for seen in columns.values()))


def main() -> int:
    password = f"Demo-{secrets.token_urlsafe(12)}-1a"
    with emulator() as tenant, tempfile.TemporaryDirectory(prefix="cyberark-identity-secrets-") as folder:
        # What is documented of Vault Management: it hides the directory, and another right beside it hides the vault.
        tenant.control("POST", "switches", {"mixed_rights_hide_vault": True, "vault_overrides_directory": "alone"})
        people = [{"schemas": [CORE_USER], "userName": name, "displayName": shown} for name, shown in PEOPLE.items()]
        # Who has signed in to the vault is known there; its client will have.
        known = [{"userName": name} for name in ("ada@example.com", "scim-vault@example.com")]
        vault = {"vault_users": known, "vault_groups": [{"displayName": "db-admins"}]}
        tenant.control("POST", "seed", {"users": [{**person, "active": True} for person in people], **vault})
        before = comparable(tenant)
        print(
            f"A tenant runs at {tenant.info['tenant_url']}, with {', '.join(PEOPLE.values())} in it and nothing set up."
        )
        tenant.take_requests()
        run = partial(play, tenant, secrets_folder=Path(folder), password=password)
        seen: dict[str, Counter[str]] = {}

        print("\nCheck mode: what would setting it up change?", flush=True)
        predicted = run("set_up.yml", arguments=["--check"])
        seen["check mode"] = tenant.take_requests()
        print(
            "\nFirst run: it is set up; then people join, move, are suspended and leave, and a safe is made.",
            flush=True,
        )
        first = run("tenant.yml")
        seen["first run"] = tenant.take_requests()
        print("\nSecond run: the same playbook again.", flush=True)
        second = run("tenant.yml")
        seen["second run"] = tenant.take_requests()
        print("\nCheck mode again: what would setting it up change now?", flush=True)
        predicted_again = run("set_up.yml", arguments=["--check"])
        print("\nTeardown: what was made is removed.", flush=True)
        run("tear_down.yml")
        after = comparable(tenant)

    show(seen)
    writes = ("portal write", "POST", "PATCH", "PUT", "DELETE")
    expect("writes in check mode", [seen["check mode"][kind] for kind in writes], [0] * len(writes))
    expect("the Admin Portal's writes in the first run", seen["first run"]["portal write"], PORTAL_WRITES)
    expect("SCIM writes in the first run", {kind: seen["first run"][kind] for kind in SCIM_WRITES}, SCIM_WRITES)
    expect("writes in the second run", [seen["second run"][kind] for kind in writes], [0] * len(writes))
    expect("tasks that the second run changed", second, 0)
    expect("tasks that check mode predicted", predicted, SET_UP_TASKS)
    expect("tasks that the first run changed", first, SET_UP_TASKS + STORING_TASKS + SCIM_TASKS)
    expect("tasks that check mode predicted afterwards", predicted_again, 0)
    expect("the tenant after the teardown", after, before)
    print(
        "\nCheck mode wrote nothing and foretold the set-up. The second run changed nothing. After the teardown the "
        "tenant\nwas as before, object by object. No secret was printed. Everything that was started has stopped."
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Surprise, requests.RequestException) as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        sys.exit(1)
