# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: start an empty tenant here, set it up with a playbook, and print the requests.

Then apply a directory of a thousand people from files, export it, apply it again, and prune it.

``make demo`` runs it. Exits with a status other than 0 if any result differs from the expected one.
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
from pathlib import Path
from typing import Any

import bulk  # beside this file
import requests
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PEOPLE = {
    "ada@example.com": "Ada Lovelace",
    "alan@example.com": "Alan Turing",
    "charles@example.com": "Charles Babbage",
}
# Writes to the Admin Portal for two clients. Each client is a user, a role with rights and a member, and an app with a
# permission. The user takes two requests, every other object takes one.
PORTAL_WRITES = 14
# Three users, two groups, a safe, two permissions, an account; two users change; the creator's permission; a leaver.
SCIM_WRITES = {"POST": 9, "PATCH": 2, "PUT": 1, "DELETE": 1}
SET_UP_TASKS, STORING_TASKS, SCIM_TASKS = 12, 2, 10  # tasks that change something; a loop counts as one
WRITES = ("portal write", "POST", "PATCH", "PUT", "DELETE")
READING = re.compile(r"/(Redrock/query|[A-Za-z]+/Get)", re.IGNORECASE)  # POSTs to the Admin Portal that only read
PEOPLE_KINDS, VAULT_KINDS = "users,groups", "containers"
CHANGED = re.compile(r"^localhost .* changed=(\d+) .* failed=0 ", re.MULTILINE)


class Surprise(Exception):
    """A result differs from the one that the demonstration expects."""


class Tenant:
    """The part of the emulator's control interface that the demonstration needs."""

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
        """Count the requests since the last call: tokens, reads and writes of the Admin Portal, SCIM by method."""
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
    """Run a tenant over TLS on a free port of this machine until the block ends."""
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


class Runner:
    """Run playbooks from the command line, with the connection in the environment and passwords in files."""

    def __init__(self, tenant: Tenant, secrets_folder: Path, password: str) -> None:
        self._tenant = tenant
        self._secrets = secrets_folder
        self._password = password
        (secrets_folder / "variables.yml").write_text(yaml.safe_dump({"initial_password": password}))

    def play(self, playbook: str, *, arguments: Sequence[str] = ()) -> int:
        """Run one of the demonstration's own playbooks as the administrator. Return the number of changed tasks."""
        info = self._tenant.info
        credentials = {name: info[f"admin_{name}"] for name in ("client_id", "client_secret")}
        return self._run([str(HERE / playbook), "--diff", *arguments], credentials)[0]

    def directory(self, playbook: str, path: Path, *, refused: str = "", **variables: Any) -> int:
        """Run a directory playbook as the client for these kinds of objects. Return the number of changed tasks."""
        profile = "vault" if variables["directory_kinds"] == VAULT_KINDS else "directory"
        credentials = {
            "app_id": f"scim-{profile}",
            "client_id": f"scim-{profile}@example.com",
            "client_secret": (self._secrets / profile).read_text(),
        }
        given = json.dumps({"directory_path": str(path), **variables})
        secret = ["-e", f"@{self._secrets / 'variables.yml'}"] if playbook == "apply" else []
        return self._run([f"idops.cyberark_identity.{playbook}_directory", "-e", given, *secret], credentials, refused)[
            0
        ]

    def _run(self, arguments: Sequence[str], credentials: dict[str, str], refused: str = "") -> tuple[int, str]:
        info = self._tenant.info
        connection = {"tenant_url": info["tenant_url"], "ca_path": info["ca_path"], **credentials}
        environment = {
            **os.environ,
            **{f"CYBERARK_IDENTITY_{name.upper()}": value for name, value in connection.items()},
            "DEMO_INITIAL_PASSWORD": self._password,
            "DEMO_SECRETS": str(self._secrets),
            "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        }
        if "app_id" in credentials:  # a directory playbook: show its writes, not the checks before them
            environment["ANSIBLE_DISPLAY_OK_HOSTS"] = "false"
        command = [str(Path(sys.executable).parent / "ansible-playbook"), *arguments]
        lines: list[str] = []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout
            for line in process.stdout:
                print(line, end="", flush=True)
                lines.append(line)
        printed = "".join(lines)
        stored = [
            (self._secrets / name).read_text() for name in ("directory", "vault") if (self._secrets / name).exists()
        ]
        if any(secret in printed for secret in [self._password, info["admin_client_secret"], *stored]):
            raise Surprise("a secret was printed")
        if refused:
            if process.returncode == 0 or refused not in " ".join(printed.split()):
                raise Surprise(f"{arguments[0]} was not refused with {refused!r}")
            return 0, printed
        changed = CHANGED.search(printed)
        if process.returncode != 0 or not changed:
            raise Surprise(f"the playbook {arguments[0]} ended with status {process.returncode}")
        return int(changed[1]), printed


def show_bulk(tenant: Tenant, runner: Runner, folder: Path) -> dict[str, Counter[str]]:
    """Apply, export, apply again, prune and remove a directory in files. Return the requests of each step."""
    seen: dict[str, Counter[str]] = {}
    kinds = (PEOPLE_KINDS, VAULT_KINDS)
    wanted, exported, gone = folder / "directory", folder / "exported", folder / "gone"
    bulk.write(wanted)
    print(
        f"\nA directory in {len([*wanted.iterdir()])} files is applied: {bulk.USERS:,} users, {bulk.TEAMS} groups and "
        f"{bulk.SAFES} safes, in one task for each client.",
        flush=True,
    )
    for each in kinds:
        runner.directory("apply", wanted, directory_kinds=each)
    seen["applied"] = tenant.take_requests()
    print("\nThe tenant, exported to files.", flush=True)
    for each in kinds:
        runner.directory("export", exported, directory_kinds=each)
    seen["exported"] = tenant.take_requests()
    print("\nThe export, applied: nothing is to change.", flush=True)
    changed = sum(runner.directory("apply", exported, directory_kinds=each) for each in kinds)
    seen["again"] = tenant.take_requests()
    expect("tasks that the export changed", changed, 0)

    bulk.dismiss(exported)
    leaving = {"directory_kinds": "users", "directory_prune": "users"}
    print(
        f"\nThe {bulk.PEOPLE_IN_A_TEAM} of {bulk.LEAVING} are gone from the files. Too many to be no mistake?",
        flush=True,
    )
    guard = f"max_removals allows 10 objects to be removed or deactivated, and {bulk.PEOPLE_IN_A_TEAM} would be"
    runner.directory("apply", exported, refused=guard, **leaving)
    seen["refused"] = tenant.take_requests()
    print("\nIt is meant: they are deactivated.", flush=True)
    runner.directory("apply", exported, directory_max_removals=bulk.PEOPLE_IN_A_TEAM, **leaving)
    seen["pruned"] = tenant.take_requests()

    print("\nAll of it is removed.", flush=True)
    bulk.write_absent(gone)
    for each in kinds:
        limits = {"directory_max_removals": "100%", "directory_max_access_removals": "100%"}
        runner.directory("apply", gone, directory_kinds=each, **limits)
    seen["removed"] = tenant.take_requests()
    return seen


def check_bulk(seen: dict[str, Counter[str]]) -> None:
    made = bulk.USERS + bulk.TEAMS + bulk.SAFES
    expected = {
        "applied": {"POST": made},
        "exported": {},
        "again": {},
        "refused": {},
        "pruned": {"PATCH": bulk.PEOPLE_IN_A_TEAM},
        "removed": {"DELETE": made},
    }
    for step, writes in expected.items():
        found = {kind: seen[step][kind] for kind in WRITES if seen[step][kind]}
        expect(f"what was written when the directory was {step}", found, writes)


def comparable(tenant: Tenant) -> dict[str, list[Any]]:
    """Return the tenant's objects, without the people that the playbook creates."""
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
        # Vault Management is documented to hide the directory. Another right in the same role hides the vault.
        tenant.control("POST", "switches", {"mixed_rights_hide_vault": True, "vault_overrides_directory": "alone"})
        people = [{"schemas": [CORE_USER], "userName": name, "displayName": shown} for name, shown in PEOPLE.items()]
        # The vault knows users who have signed in. The client for the vault will be one of them.
        known = [{"userName": name} for name in ("ada@example.com", "scim-vault@example.com")]
        vault = {"vault_users": known, "vault_groups": [{"displayName": "db-admins"}]}
        tenant.control("POST", "seed", {"users": [{**person, "active": True} for person in people], **vault})
        before = comparable(tenant)
        print(
            f"A tenant runs at {tenant.info['tenant_url']}, with {', '.join(PEOPLE.values())} in it and nothing set up."
        )
        tenant.take_requests()
        (Path(folder) / "secrets").mkdir()
        runner = Runner(tenant, Path(folder) / "secrets", password)
        run = runner.play
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
        tenant.take_requests()
        bulk_seen = show_bulk(tenant, runner, Path(folder))
        print("\nTeardown: what was made is removed.", flush=True)
        run("tear_down.yml")
        after = comparable(tenant)

    show(seen)
    show(bulk_seen)
    check_bulk(bulk_seen)
    expect("writes in check mode", [seen["check mode"][kind] for kind in WRITES], [0] * len(WRITES))
    expect("the Admin Portal's writes in the first run", seen["first run"]["portal write"], PORTAL_WRITES)
    expect("SCIM writes in the first run", {kind: seen["first run"][kind] for kind in SCIM_WRITES}, SCIM_WRITES)
    expect("writes in the second run", [seen["second run"][kind] for kind in WRITES], [0] * len(WRITES))
    expect("tasks that the second run changed", second, 0)
    expect("tasks that check mode predicted", predicted, SET_UP_TASKS)
    expect("tasks that the first run changed", first, SET_UP_TASKS + STORING_TASKS + SCIM_TASKS)
    expect("tasks that check mode predicted afterwards", predicted_again, 0)
    expect("the tenant after the teardown", after, before)
    print(
        "\nCheck mode wrote nothing and foretold the set-up. The second run changed nothing, and the export given back "
        "did\nnot either. After the teardown the tenant was as before, object by object. No secret was printed. "
        "Everything\nthat was started has stopped."
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Surprise, requests.RequestException) as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        sys.exit(1)
