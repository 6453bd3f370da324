# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of permissions and privileged data, on both sides."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ACCOUNT_DATA_URN,
    SAFE_MEMBER_URN,
)
from ansible_collections.idops.cyberark_identity.tests.emulator.vault.rights import LEVELS
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.vault_client import properties

SAFE = "APP-PRD"


# -- Permissions ------------------------------------------------------------


def test_switch_permission_id(filled):
    by_name = filled.permission_of()
    assert by_name["id"] == f"{SAFE}:ada@example.com"
    filled.switch(permission_id="id")
    by_id = filled.permission_of()
    assert by_id["id"] == f"{SAFE}:{by_id['user']['value']}"
    assert filled.get(f"ContainerPermissions/{by_name['id']}").status_code == 404
    assert filled.put_permission(by_id, rights=["manageSafe"]).json()["id"] == by_id["id"]
    group = filled.group("admins")
    assert filled.permission(SAFE, group={"display": "admins"})["id"] == f"{SAFE}:{group['id']}"
    filled.switch(permission_id="name")
    assert filled.get(f"ContainerPermissions/{SAFE}:admins").status_code == 200
    assert filled.get("ContainerPermissions").json()["totalResults"] == 3


def test_switch_rights_case(filled):
    assert filled.permission_of()["rights"] == ["useAccounts"]
    filled.switch(rights_case="pascal")
    assert filled.permission_of()["rights"] == ["UseAccounts"]
    permission = filled.put_permission(filled.permission_of(), rights=["InitiateCPMAccountManagementOperations"]).json()
    assert permission["rights"] == ["InitiateCPMAccountManagementOperations"]
    filled.switch(rights_case="camel")
    assert filled.permission_of()["rights"] == ["initiateCPMAccountManagementOperations"]


def test_switch_rights_required(filled, error):
    permission = filled.permission_of()
    for rights in ([], None):
        assert error(filled.put_permission(permission, rights=rights)) == (400, "invalidValue", "rights is required")
    filled.switch(rights_required=False)
    answer = filled.put_permission(permission, rights=[])
    assert answer.status_code == 200 and "rights" not in answer.json()
    assert "rights" not in filled.permission_of()


def test_switch_unknown_right_status(filled, error):
    rights = ("useAccounts", "danceAccounts")
    group = {"value": filled.group("admins")["id"]}
    expected = (400, "invalidValue", "Unknown right danceAccounts")
    assert error(filled.post_permission(SAFE, *rights, group=group)) == expected
    assert error(filled.put_permission(filled.permission_of(), rights=list(rights))) == expected
    filled.switch(unknown_right_status=201)
    assert filled.permission(SAFE, *rights, group=group)["rights"] == ["useAccounts"]
    assert filled.put_permission(filled.permission_of(), rights=list(rights)).json()["rights"] == ["useAccounts"]


def test_switch_authorization_levels(client, error):
    client.container(SAFE)
    creator = client.permission_of(client.info["client_id"])
    assert set(LEVELS) <= set(creator["rights"]) and len(creator["rights"]) == 22
    client.switch(authorization_levels="exclusive")
    assert error(client.put_permission(creator)) == (
        400,
        "invalidValue",
        "requestsAuthorizationLevel1 and requestsAuthorizationLevel2 exclude each other",
    )
    assert client.put_permission(creator, rights=[LEVELS[1]]).json()["rights"] == [LEVELS[1]]
    client.container("OTHER")
    (creator,) = client.find("ContainerPermissions", 'container.name eq "OTHER"')
    assert (LEVELS[0] in creator["rights"], LEVELS[1] in creator["rights"]) == (True, False)
    assert len(creator["rights"]) == 21


@pytest.mark.parametrize("value", ["Role", "Group"])
def test_switch_role_member_type(client, value):
    client.container(SAFE)
    client.switch(role_member_type=value)
    permission = client.permission(SAFE, group={"value": client.group()["id"]})
    assert permission[SAFE_MEMBER_URN]["memberType"] == value
    assert client.permission_of(client.info["client_id"])[SAFE_MEMBER_URN]["memberType"] == "User"


# -- Privileged data --------------------------------------------------------


def test_switch_property_case(client):
    client.container(SAFE)
    client.account(SAFE, UserName="root", PlatformID="UnixSSH")
    assert properties(client.first_account()) == {"username": "root", "PlatformID": "UnixSSH"}
    client.switch(property_case="userName")
    assert properties(client.first_account()) == {"userName": "root", "PlatformID": "UnixSSH"}
    account = client.put_account(client.first_account(), username="admin").json()
    assert properties(account) == {"userName": "admin"}
    client.switch(property_case="sent")
    assert properties(client.first_account()) == {"username": "admin"}


@pytest.mark.parametrize(("value", "left"), [("merge", {"username", "address"}), ("replace", {"address"})])
def test_switch_properties_patch(filled, value, left):
    filled.switch(properties_patch=value)
    path = f"PrivilegedData/{filled.first_account()['id']}"
    operation = {"path": f"{ACCOUNT_DATA_URN}.properties", "value": [{"key": "address", "value": "web2"}]}
    body = filled.patch(path, {"op": "replace", **operation}).json()
    assert (set(properties(body)), properties(body)["address"]) == (left, "web2")
    added = {**operation, "value": [{"key": "Port", "value": "22"}]}
    assert set(properties(filled.patch(path, {"op": "add", **added}).json())) == {*left, "Port"}
    assert filled.has_secret(filled.first_account(), "first secret")


@pytest.mark.parametrize("value", ["changed", "ignored", "refused"])
def test_switch_secret_update(filled, error, value):
    filled.switch(secret_update=value)
    account = filled.first_account()
    secret = [{"key": "Secret", "value": "patched"}]
    operation = {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.properties", "value": secret}
    answers = [
        filled.put_account(account, address="web2", secret="put"),
        filled.patch(f"PrivilegedData/{account['id']}", operation),
    ]
    expected = {"changed": "patched", "ignored": "first secret", "refused": "first secret"}[value]
    assert filled.has_secret(account, expected)
    if value == "refused":
        assert [error(answer) for answer in answers] == [(400, "invalidValue", "The secret cannot be changed")] * 2
        assert properties(filled.first_account())["address"] == "web1"
    else:
        assert [answer.status_code for answer in answers] == [200, 200]
        assert properties(filled.first_account())["address"] == "web2"
    assert filled.put_account(account, address="web3").status_code == 200
    assert filled.has_secret(account, expected)
    assert filled.has_secret(filled.account(SAFE, "new", secret="own"), "own")
