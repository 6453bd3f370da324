# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run clients by other authors on the emulator, unchanged but for its address: the vendor's Python SDK, and scim2-cli.

The outcome must match docs/interoperability.md.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.conftest import Client, start_process
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

HERE = Path(__file__).parent
INSTALLED = ROOT / "build/interop/clients"
GUIDE = ROOT / "docs/interoperability.md"
ADA, BOSS = "ada@example.com", "boss@example.com"

pytestmark = pytest.mark.skipif(not (INSTALLED / ".installed").exists(), reason="no clients: make interop")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Return a client of an emulator with TLS, which has a person who administers it."""
    process = start_process("--tls", str(tmp_path))
    try:
        assert process.stdout
        client = Client(json.loads(process.stdout.readline()))
        client.login()
        users = [{"userName": BOSS, "password": PASSWORD}, {"userName": ADA}]
        seeded = client.seed(users=users, other_directories=[{"directory": "corp.example", "group": "dbas"}])
        client.ask("Roles/UpdateRole", {"Name": "sysadmin", "Users": {"Add": seeded["users"][:1]}})
        yield client
        client.session.close()
    finally:
        process.kill()
        process.communicate(timeout=60)


def run(client: Client, folder: Path, command: list[str], text: str = "", **variables: str) -> Any:
    """Run a client of the other environment."""
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), client.info["ca_path"])
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = {**kept, **trusted, "HOME": str(folder), "NO_PROXY": "127.0.0.1", **variables}
    path = str(INSTALLED / "bin" / command[0])
    return subprocess.run(
        [path, *command[1:]], env=environment, cwd=folder, input=text, capture_output=True, text=True, check=False
    )


def rows(name: str, outcomes: dict[str, str]) -> list[str]:
    """Return the rows of the guide: how many calls work, and each one that is refused, with the reason."""
    refused = {call: reason for call, reason in outcomes.items() if reason}
    counts = f"| {name} | {len(outcomes) - len(refused)} | {len(refused)} |"
    return [counts, *(f"| {name} | {call} | {reason} |" for call, reason in refused.items())]


def documented(name: str) -> list[str]:
    return [line for line in GUIDE.read_text().splitlines() if line.startswith(f"| {name} |")]


def test_ark_sdk_python(client: Client, tmp_path: Path) -> None:
    ada = client.find("Users", f'userName eq "{ADA}"')[0]["id"]
    tenant = {
        "url": client.base,
        "person": BOSS,
        "password": PASSWORD,
        "service": client.info["admin_client_id"],
        "secret": client.info["admin_client_secret"],
        "ada": ada,
    }
    done = run(client, tmp_path, ["python", str(HERE / "clients/ark_identity.py")], TENANT=json.dumps(tenant))
    assert done.returncode == 0, done.stdout + done.stderr
    calls = [json.loads(line) for line in done.stdout.splitlines()]
    result = {call["call"]: call.get("result") for call in calls}
    assert result["list_role_members"] == [ADA, "staff"]
    assert result["list_role_members, of none"] == []
    assert result["create_role, again"]["role_id"] == result["create_role"]["role_id"] == result["role_id_by_name"]
    assert result["user_by_name"] == result["user_by_id"]
    assert result["user_by_name"]["user_id"] == result["user_id_by_name"] == result["create_user"]["user_id"]
    assert {"dbas@corp.example", BOSS, "Everybody"} <= set(result["list_directories_entities"])
    assert (result["user_info"]["username"], result["user_info"]["roles"]) == (
        BOSS,
        ["System Administrator", "Everybody"],
    )
    # What the calls leave behind.
    assert [row["Name"] for row in client.rows("SELECT Name FROM Role WHERE Name IN ('crew', 'team', 'staff')")] == [
        "staff"
    ]
    people = {row["Username"] for row in client.rows("SELECT Username FROM User")}
    assert people == {BOSS, ADA, client.info["client_id"], client.info["admin_client_id"]}
    outcomes = {call["call"]: reason_of(call) for call in calls}
    assert rows("ark-sdk-python", outcomes) == documented("ark-sdk-python")


def reason_of(call: dict[str, Any]) -> str:
    """Return the message of the emulator in the error of a call, empty without one."""
    error = call.get("error", "")
    return json.loads(error[error.index("{") : error.rindex("}") + 1])["Message"] if error else ""


def test_scim2_cli(client: Client, tmp_path: Path) -> None:
    token = {"SCIM_CLI_HEADERS": f"Authorization: {client.session.headers['Authorization']}"}
    outcomes: dict[str, str] = {}

    def scim(call: str, *arguments: str, text: str = "") -> Any:
        done = run(client, tmp_path, ["scim2", *arguments], text, SCIM_CLI_URL=f"{client.base}/scim/v2", **token)
        outcomes[call] = done.stderr.strip().rpartition(": ")[2] if done.returncode else ""
        return json.loads(done.stdout) if done.stdout and not done.returncode else {}

    scim("query a user, with the discovery documents as recorded", "query", "user")
    client.switch(discovery="rfc")
    grace = "grace@example.com"
    user = scim("create a user", "create", "user", "--user-name", grace, "--password", PASSWORD)
    found = scim("query users by name", "query", "user", "--filter", f'userName eq "{grace}"', "--count", "1")
    assert [item["id"] for item in found["Resources"]] == [user["id"]]
    changed = scim("modify a user", "modify", "user", user["id"], "replace", "displayName", "Grace")
    assert changed["displayName"] == "Grace"
    body = {"Operations": [{"op": "replace", "value": {"active": False}}]}
    changed = scim("modify a user without a path", "modify", "user", user["id"], text=json.dumps(body))
    assert changed["active"] is False
    whole = ["--id", user["id"], "--user-name", grace, "--display-name", "G", "--active", "true"]
    assert scim("replace a user", "replace", "user", *whole)["active"] is True
    members = json.dumps([{"value": user["id"]}])
    group = scim("create a group", "create", "group", "--display-name", "crew", "--members", members)
    selected = f'members[value eq "{user["id"]}"]'
    scim("modify a group, remove a member", "modify", "group", group["id"], "remove", selected)
    assert "members" not in scim("query a group", "query", "group", group["id"])
    changed = scim("modify a group, add a member", "modify", "group", group["id"], "add", "members", members)
    assert [member["value"] for member in changed["members"]] == [user["id"]]
    page = scim("query a page of users", "query", "user", "--start-index", "2", "--count", "2")
    assert (page["startIndex"], page["itemsPerPage"]) == (2, 2)
    safe = scim("create a safe", "create", "container", "--name", "APP")
    assert scim("query safes", "query", "container")["Resources"][0]["id"] == safe["id"] == "APP"
    scim("search users", "search", "user")
    scim("delete a group", "delete", "group", group["id"])
    scim("delete a user", "delete", "user", user["id"])
    assert client.get(f"Users/{user['id']}").status_code == client.get(f"Groups/{group['id']}").status_code == 404
    assert rows("scim2-cli", outcomes) == documented("scim2-cli")
