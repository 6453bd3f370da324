# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: start an empty tenant here, set it up with a playbook, and print the requests.

Then apply a directory of people and safes from files, export it, plan that a team leaves, and apply the approved plan.

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
PAGES = ROOT / "build" / "demo"  # what stays when all else is gone
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
SET_UP_TASKS, STORING_TASKS, SCIM_TASKS = 8, 2, 10  # tasks that change something; a loop counts as one
WRITES = ("portal write", "POST", "PATCH", "PUT", "DELETE")
READING = re.compile(r"/(Redrock/query|[A-Za-z]+/Get)", re.IGNORECASE)  # POSTs to the Admin Portal that only read
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
        return self._run([str(HERE / playbook), "--diff", *arguments], credentials)

    def directory(self, playbook: str, *arguments: str, refused: str = "", **variables: Any) -> int:
        """Run a directory playbook as both clients. Return the number of changed tasks.

        With ``refused`` it has to fail with this text.
        """
        given = json.dumps(variables)
        secret = ["-e", f"@{self._secrets / 'variables.yml'}"] if playbook in ("apply_directory", "check_drift") else []
        command = [f"idops.cyberark_identity.{playbook}", "-e", given, *secret, *arguments]
        return self._run(command, self._clients(), refused)

    def module(self, name: str, options: dict[str, Any]) -> None:
        """Run one module, as the client for the directory."""
        self._run(
            ["localhost", "-m", f"idops.cyberark_identity.{name}", "-a", json.dumps(options)],
            self._clients(),
            tool="ansible",
        )

    def check_pages(self) -> None:
        """Raise Surprise if a page has a secret."""
        for page in PAGES.iterdir():
            self._check_secrets(page.read_text())

    def _clients(self) -> dict[str, str]:
        """Return the credentials of both clients: that for the directory, and that for the vault."""
        credentials: dict[str, str] = {}
        for prefix, profile in (("", "directory"), ("vault_", "vault")):
            credentials |= {
                f"{prefix}app_id": f"scim-{profile}",
                f"{prefix}client_id": f"scim-{profile}@example.com",
                f"{prefix}client_secret": (self._secrets / profile).read_text(),
            }
        return credentials

    def _run(
        self, arguments: Sequence[str], credentials: dict[str, str], refused: str = "", tool: str = "ansible-playbook"
    ) -> int:
        """Run a command of Ansible and show what it prints. Return the number of changed tasks, if it counts them."""
        command = [str(Path(sys.executable).parent / tool), *arguments]
        lines: list[str] = []
        with subprocess.Popen(
            command, env=self._environment(credentials), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout
            for line in process.stdout:
                print(line, end="", flush=True)
                lines.append(line)
        printed = "".join(lines)
        self._check_secrets(printed)
        if refused:
            if process.returncode == 0 or refused not in " ".join(printed.split()):
                raise Surprise(f"{arguments[0]} was not refused with {refused!r}")
            return 0
        changed = CHANGED.search(printed)
        if process.returncode != 0 or (tool == "ansible-playbook" and not changed):
            raise Surprise(f"{tool} {arguments[0]} ended with status {process.returncode}")
        return int(changed[1]) if changed else 0

    def _environment(self, credentials: dict[str, str]) -> dict[str, str]:
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
        return environment

    def _check_secrets(self, printed: str) -> None:
        """Raise Surprise if a secret is in a text."""
        stored = [path.read_text() for name in ("directory", "vault") if (path := self._secrets / name).exists()]
        if any(secret in printed for secret in [self._password, self._tenant.info["admin_client_secret"], *stored]):
            raise Surprise("a secret was printed or written")


def show_directory(tenant: Tenant, runner: Runner, folder: Path) -> dict[str, Counter[str]]:
    """Manage a directory in files, with an approved plan. Return the requests of each step."""
    seen: dict[str, Counter[str]] = {}
    wanted, exported, plan, journal = (
        folder / name for name in ("directory", "exported", "plan.json", "journal.jsonl")
    )
    recorded = {"cyberark_identity_journal_path": str(journal)}
    bulk.write(wanted)
    title(
        f"A directory in {len([*wanted.iterdir()])} files is applied: {bulk.USERS:,} users, {bulk.TEAMS} groups and "
        f"{bulk.SAFES} safes, in one task."
    )
    runner.directory("apply_directory", directory_path=str(wanted), cyberark_identity_journal_run="all", **recorded)
    seen["applied"] = tenant.take_requests()
    title("The tenant is exported to files, and the files are applied: nothing is to change.")
    runner.directory("export_directory", directory_path=str(exported))
    expect("tasks that the export changed", runner.directory("apply_directory", directory_path=str(exported)), 0)
    seen["exported"] = tenant.take_requests()

    bulk.dismiss(exported)
    leaving = {"directory_path": str(exported), "directory_prune": "users"}
    title(f"The {bulk.PEOPLE_IN_A_TEAM} people of {bulk.LEAVING} are gone from the files. Is it a mistake?")
    guard = f"max_removals allows 10 objects to be removed or deactivated, and {bulk.PEOPLE_IN_A_TEAM} would be"
    runner.directory("apply_directory", refused=guard, **leaving)
    seen["refused"] = tenant.take_requests()

    title("It is meant. The change is planned, for a colleague to approve.")
    leaving["directory_max_removals"] = str(bulk.PEOPLE_IN_A_TEAM)
    runner.directory("apply_directory", "--check", directory_plan_path=str(plan), **leaving)
    title("Meanwhile the help desk suspends one of them. The plan that was approved is not applied any more.")
    runner.module("scim_user", {"user_name": bulk.SUSPENDED, "active": False})
    tenant.take_requests()
    runner.directory("apply_directory", refused="plan_changed", directory_approved=str(plan), **leaving)
    seen["outdated"] = tenant.take_requests()
    title("At night, the tenant is compared with the first files, which say that everybody can log in.")
    drift = {"directory_access_path": str(folder / "drift.json"), "directory_fail_on_drift": False}
    pages = {"directory_access_report_path": str(PAGES / "drift.html")}
    runner.directory("check_drift", directory_path=str(wanted), **drift, **pages)
    title(
        "It is planned again, with a page of who reaches less then and of broken policies. It is approved, and applied."
    )
    pages = {"directory_report_path": str(PAGES / "plan.html")}
    runner.directory("apply_directory", "--check", directory_plan_path=str(plan), **pages, **leaving)
    pages = {"directory_report_path": str(PAGES / "access.html"), "directory_plan_path": str(plan)}
    runner.directory("access_report", directory_policies="separation_of_duties,safe_owners", **pages)
    tenant.take_requests()
    approved = {"directory_approved": json.loads(plan.read_text())["digest"], **leaving}
    runner.directory("apply_directory", cyberark_identity_journal_run="leavers", **approved, **recorded)
    seen["approved"] = tenant.take_requests()

    title("The people stay after all. The run is taken back, and what the help desk did stays.")
    undo = {"directory_undo_journal": str(journal), "directory_max_removals": "100%"}
    runner.directory("undo_directory", directory_undo_run="leavers", **undo)
    title("The first run is taken back, too.")
    runner.directory("undo_directory", directory_undo_run="all", directory_max_access_removals="100%", **undo)
    seen["undone"] = tenant.take_requests()
    return seen


def check_directory(seen: dict[str, Counter[str]]) -> None:
    made = bulk.USERS + bulk.TEAMS + 2 * bulk.SAFES  # with a permission on each safe
    expected = {
        "applied": {"POST": made},
        "exported": {},
        "refused": {},
        "outdated": {},
        "approved": {"PATCH": bulk.PEOPLE_IN_A_TEAM - 1},
        "undone": {"PATCH": bulk.PEOPLE_IN_A_TEAM - 1, "DELETE": made - 1},
    }
    for step, writes in expected.items():
        found = {kind: seen[step][kind] for kind in WRITES if seen[step][kind]}
        expect(f"writes in the step {step!r}", found, writes)


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def comparable(tenant: Tenant) -> dict[str, list[Any]]:
    """Return the tenant's objects, without the people that the playbook creates."""
    state: dict[str, list[Any]] = tenant.control("GET", "state")
    return {kind: [item for item in items if item.get("userName") not in PEOPLE] for kind, items in state.items()}


def expect(what: str, value: Any, expected: Any) -> None:
    if value != expected:
        raise Surprise(f"{what}: {value} where {expected} was expected")


def show(columns: dict[str, Counter[str]]) -> None:
    """Print the requests of each step as a table that is at most 80 columns wide."""
    print("\nRequests to the tenant  " + "".join(f"{name:>9}" for name in columns))
    for label, kind in (
        ("Admin Portal, writes", "portal write"),
        ("Admin Portal, reads", "portal read"),
        ("SCIM, POST", "POST"),
        ("SCIM, PATCH", "PATCH"),
        ("SCIM, PUT", "PUT"),
        ("SCIM, DELETE", "DELETE"),
        ("SCIM, GET", "GET"),
        ("tokens", "token"),
    ):
        if any(seen[kind] for seen in columns.values()):
            print(f"  {label:<22}" + "".join(f"{seen[kind]:>9}" for seen in columns.values()))


def main() -> int:
    password = f"Demo-{secrets.token_urlsafe(12)}-1a"
    with emulator() as tenant, tempfile.TemporaryDirectory(prefix="cyberark-identity-secrets-") as folder:
        # Vault Management is documented to hide the directory. Another right in the same role hides the vault.
        tenant.control("POST", "switches", {"mixed_rights_hide_vault": True, "vault_overrides_directory": "alone"})
        people = [{"schemas": [CORE_USER], "userName": name, "displayName": shown} for name, shown in PEOPLE.items()]
        # The vault knows users who have signed in. The client for the vault will be one of them.
        known = [{"userName": name} for name in ("ada@example.com", "scim-vault@example.com")]
        groups = ["db-admins", *bulk.GROUPS]
        vault = {"vault_users": known, "vault_groups": [{"displayName": name} for name in groups]}
        tenant.control("POST", "seed", {"users": [{**person, "active": True} for person in people], **vault})
        before = comparable(tenant)
        print(
            f"A tenant runs at {tenant.info['tenant_url']}, with {', '.join(PEOPLE.values())} in it and nothing set up."
        )
        tenant.take_requests()
        (Path(folder) / "secrets").mkdir()
        PAGES.mkdir(parents=True, exist_ok=True)
        runner = Runner(tenant, Path(folder) / "secrets", password)
        run = runner.play
        seen: dict[str, Counter[str]] = {}

        title("Check mode: what would setting it up change?")
        predicted = run("set_up.yml", arguments=["--check"])
        seen["check"] = tenant.take_requests()
        title("First run: it is set up; then people join, move, are suspended and leave, and a safe is made.")
        first = run("tenant.yml")
        seen["first"] = tenant.take_requests()
        title("Second run: the same playbook again.")
        second = run("tenant.yml")
        seen["second"] = tenant.take_requests()
        directory_seen = show_directory(tenant, runner, Path(folder))
        runner.check_pages()
        title("Teardown: what was made is removed.")
        run("tear_down.yml")
        after = comparable(tenant)

    show(seen)
    show(directory_seen)
    check_directory(directory_seen)
    expect("writes in check mode", [seen["check"][kind] for kind in WRITES], [0] * len(WRITES))
    expect("the Admin Portal's writes in the first run", seen["first"]["portal write"], PORTAL_WRITES)
    expect("SCIM writes in the first run", {kind: seen["first"][kind] for kind in SCIM_WRITES}, SCIM_WRITES)
    expect("writes in the second run", [seen["second"][kind] for kind in WRITES], [0] * len(WRITES))
    expect("tasks that the second run changed", second, 0)
    expect("tasks that check mode predicted", predicted, SET_UP_TASKS)
    expect("tasks that the first run changed", first, SET_UP_TASKS + STORING_TASKS + SCIM_TASKS)
    expect("the tenant after the teardown", after, before)
    print(
        "\nCheck mode wrote nothing and foretold the set-up. The second run changed nothing, and nor did the export.\n"
        "A plan that was no longer true was refused. Undo and teardown left the tenant as before, object by object.\n"
        "No secret was printed. Everything that was started has stopped. Open the pages:\n"
        + "\n".join(f"  {what:<7} {PAGES.relative_to(ROOT) / f'{what}.html'}" for what in ("plan", "access", "drift"))
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Surprise, requests.RequestException) as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        sys.exit(1)
