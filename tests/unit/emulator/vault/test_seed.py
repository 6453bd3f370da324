# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeding the vault, and the control requests that look into it."""

from __future__ import annotations

from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ACCOUNT_DATA_URN,
    SAFE_MEMBER_URN,
    SAFE_URN,
)
from ansible_collections.idops.cyberark_identity.tests.emulator.vault.rights import RIGHTS


def test_numbered_containers(client):
    assert client.seed(containers=2)["containers"] == ["SAFE00001", "SAFE00002"]
    assert client.seed(containers=1)["containers"] == ["SAFE00003"]
    container = client.get("Containers/SAFE00002").json()
    assert (container["displayName"], container["description"], container["type"]) == ("SAFE00002", "Safe 2", "safe")
    assert client.get("ContainerPermissions").json()["totalResults"] == 0
    client.control("POST", "reset")
    client.login()
    assert client.get("Containers").json()["totalResults"] == 0
    assert client.seed(containers=1)["containers"] == ["SAFE00001"]


def test_containers_with_details(client):
    body = {"name": "a.b", "owner": client.info["client_id"], SAFE_URN: {"NumberOfDaysRetention": 7}}
    assert client.seed(containers=[body])["containers"] == ["a.b"]
    container = client.get("Containers/a.b").json()
    assert (container[SAFE_URN], container["owner"]["display"]) == (body[SAFE_URN], body["owner"])
    (permission,) = client.get("ContainerPermissions").json()["Resources"]
    assert (permission["user"], permission["rights"]) == (container["owner"], list(RIGHTS))


def test_permissions(client):
    seeded = client.seed(
        users=[{"userName": "ada@example.com"}],
        groups=[{"displayName": "admins"}],
        containers=[{"name": "one"}],
        permissions=[
            {"container": "ONE", "user": "ada@example.com", "rights": ["UseAccounts"], "expiration": 1798761600},
            {"container": "one", "group": "admins"},
            {"container": "one", "group": "S-1-5", "display": "Ops", "searchIn": "corp.example", "rights": []},
        ],
    )
    assert seeded["permissions"] == ["one:ada@example.com", "one:admins", "one:Ops"]
    user, group, other = (client.get(f"ContainerPermissions/{item}").json() for item in seeded["permissions"])
    assert (user["rights"], user["user"]["value"]) == (["useAccounts"], seeded["users"][0])
    assert user[SAFE_MEMBER_URN] == {"membershipExpirationDate": 1798761600, "memberType": "User"}
    assert (group["rights"], group[SAFE_MEMBER_URN]) == (list(RIGHTS), {"memberType": "Role"})
    assert (other["group"], other.get("rights")) == ({"value": "S-1-5", "display": "Ops"}, None)
    assert client.put_permission(group, rights=["manageSafe"]).json()["rights"] == ["manageSafe"]


def test_accounts(client):
    account = {"container": "ONE", "name": "root", "properties": {"username": "root", "Port": 22}, "secret": "hidden"}
    one, two = client.seed(containers=[{"name": "one"}], accounts=[account, {"container": "one", "name": "root"}])[
        "accounts"
    ]
    body = client.get(f"PrivilegedData/{one}").json()
    listed = [{"key": "username", "value": "root"}, {"key": "Port", "value": "22"}]
    assert (body["type"], body[ACCOUNT_DATA_URN]) == ("password", {"safe": "one", "properties": listed})
    assert [item["value"] for item in client.get("Containers/one").json()["privilegedData"]] == [one, two]
    assert client.has_secret({"id": one}, "hidden")
    assert not client.has_secret({"id": two}, "hidden") and not client.has_secret({"id": two}, "")
    assert not client.has_secret({"id": "9_9"}, "")
    assert client.account("one", "third")["id"] not in (one, two)


def test_reset_empties_the_vault(client):
    client.container("safe")
    account = client.account("safe", secret="hidden")
    client.seed(vault_users=[{"userName": "ada"}])
    client.control("POST", "reset")
    client.login()
    assert [client.get(path).json()["totalResults"] for path in ("Containers", "ContainerPermissions")] == [0, 0]
    assert not client.has_secret(account, "hidden")
    client.container("safe")
    assert client.account("safe")["id"] == account["id"]
    client.switch(vault_overrides_directory=True)
    assert client.find("Users", 'userName eq "ada"') == []
