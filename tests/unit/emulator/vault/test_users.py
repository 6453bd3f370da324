# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and groups of the vault, in place of those of the cloud directory."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import SAFE_MEMBER_URN, USER_URN

VAULT_USER = "urn:ietf:params:scim:schemas:cyberark:1.0:User"
VAULT_GROUP = "urn:ietf:params:scim:schemas:cyberark:1.0:Group"


@pytest.fixture
def vault(client):
    client.user("cloud@example.com")
    client.seed(
        vault_users=[{"userName": "ada", "password": "S3cret-pass-1"}, {"userName": "bob"}],
        vault_groups=[{"displayName": "Ops", "members": ["ada"]}, {"displayName": "All", "members": ["Ops", "bob"]}],
    )
    client.switch(vault_overrides_directory=True)
    return client


def names(client, endpoint, key):
    return [item[key] for item in client.get(endpoint).json().get("Resources", [])]


def one(client, endpoint, text):
    (found,) = client.find(endpoint, text)
    return found


@pytest.mark.parametrize(
    ("value", "rights", "seen"),
    [
        ("shared", ["VaultManagement"], "cloud"),
        (False, ["VaultManagement"], None),
        (False, ["UserManagement", "RoleManagement", "VaultManagement"], "cloud"),
        (True, ["VaultManagement"], "vault"),
        (True, ["UserManagement", "RoleManagement", "VaultManagement"], "vault"),
        (True, ["UserManagement", "RoleManagement"], "cloud"),
        ("alone", ["VaultManagement"], "vault"),
        ("alone", ["UserManagement", "RoleManagement", "VaultManagement"], "cloud"),
    ],
)
def test_switch_vault_overrides_directory(vault, value, rights, seen):
    vault.switch(vault_overrides_directory=value, granted_rights=rights)
    if seen is None:
        assert [vault.get(endpoint).status_code for endpoint in ("Users", "Groups")] == [403, 403]
        return
    users, groups = names(vault, "Users", "userName"), names(vault, "Groups", "displayName")
    assert ("cloud@example.com" in users, "ada" in users) == (seen == "cloud", seen == "vault")
    assert ("Everybody" in groups, "Ops" in groups) == (seen == "cloud", seen == "vault")


def test_a_user_of_the_vault(vault):
    user = one(vault, "Users", 'userName eq "ada"')
    assert user["id"].isdigit()
    meta = user.pop("meta")
    assert meta["resourceType"] == "User" and meta["location"] == f"{vault.base}/Scim/v2/Users/{user['id']}"
    groups = user.pop("groups")
    assert [group["display"] for group in groups] == ["Ops"]
    assert groups[0]["$ref"] == f"{vault.base}/Scim/v2/Groups/{groups[0]['value']}"
    assert list(user.items()) == [
        ("name", {"formatted": "ada"}),
        ("displayName", "ada"),
        ("active", True),
        ("userName", "ada"),
        (VAULT_USER, {"directoryType": "Vault"}),
        ("schemas", [USER_URN, VAULT_USER]),
        ("id", user["id"]),
    ]


def test_a_group_of_the_vault(vault):
    ops, everyone = one(vault, "Groups", 'displayName eq "Ops"'), one(vault, "Groups", 'displayName eq "All"')
    assert ops["id"].isdigit() and ops[VAULT_GROUP] == {"directoryType": "Vault"}
    assert ops["meta"]["resourceType"] == "Group"
    assert ops["meta"]["location"] == f"{vault.base}/Scim/v2/Groups/{ops['id']}"
    assert [(item["display"], item["type"]) for item in everyone["members"]] == [("Ops", "Group"), ("bob", "User")]
    assert everyone["members"][0]["$ref"] == ops["meta"]["location"]


def test_clients_are_users_of_the_vault_too(vault):
    clients = {vault.info["client_id"], vault.info["admin_client_id"]}
    found = [item for item in vault.get("Users").json()["Resources"] if item["userName"] in clients]
    assert len(found) == 2 and all(item["id"].isdigit() for item in found)
    vault.switch(list_service_users=False)
    assert names(vault, "Users", "userName") == ["ada", "bob"]


def test_writes_stay_in_the_vault(vault, error):
    user = vault.user("eva", displayName="Eva")
    assert user["id"].isdigit()
    assert error(vault.create("EVA")) == (409, "uniqueness", "User EVA already exists")
    group = vault.group("new", user["id"])
    assert group["id"].isdigit() and group["id"] != user["id"]
    renamed = vault.put_user(user["id"], userName="eve").json()
    assert (renamed["userName"], renamed["displayName"]) == ("eve", "Eva")
    assert vault.get(f"Groups/{group['id']}").json()["members"][0]["display"] == "eve"
    path = f"Users/{user['id']}"
    assert vault.patch(path, {"op": "replace", "path": "active", "value": False}).json()["active"] is False
    limit = {"op": "replace", "path": f"{VAULT_USER}:expiryDate", "value": 1798761600}
    assert vault.patch(path, limit).json()[VAULT_USER] == {"expiryDate": 1798761600, "directoryType": "Vault"}
    added = {"op": "add", "path": "members", "value": [{"value": one(vault, "Users", 'userName eq "bob"')["id"]}]}
    assert len(vault.patch(f"Groups/{group['id']}", added).json()["members"]) == 2
    assert vault.call("DELETE", path).status_code == 204
    assert [item["display"] for item in vault.get(f"Groups/{group['id']}").json()["members"]] == ["bob"]
    vault.switch(vault_overrides_directory=False)
    assert set(names(vault, "Users", "userName")) & {"eva", "eve", "ada"} == set()
    assert "new" not in names(vault, "Groups", "displayName")


def test_the_directories_do_not_mix(vault, error):
    cloud = vault.control("POST", "seed", {"users": [{"userName": "x@example.com"}]})["users"][0]
    assert error(vault.get(f"Users/{cloud}")) == (404, None, f"Resource {cloud} not found")
    assert error(vault.post_group("new", cloud)) == (404, None, f"Member not found. Member value: {cloud}")
    assert error(vault.get("Groups/Everybody")) == (404, None, "Group not found")
    vault.container("safe")
    assert error(vault.post_permission("safe", user={"value": cloud}))[0] == 404


def test_members_of_safes_are_those_of_the_vault(vault):
    container = vault.container("safe")
    assert container["owner"]["value"].isdigit()
    user, group = one(vault, "Users", 'userName eq "ada"'), one(vault, "Groups", 'displayName eq "Ops"')
    permission = vault.permission("safe", user={"display": "ada"})
    assert (permission["id"], permission["user"]["value"]) == ("safe:ada", user["id"])
    assert permission["user"]["$ref"] == user["meta"]["location"]
    permission = vault.permission("safe", group={"value": group["id"]})
    assert (permission["id"], permission[SAFE_MEMBER_URN]["memberType"]) == ("safe:Ops", "Group")
    vault.call("DELETE", f"Users/{user['id']}")
    vault.call("DELETE", f"Groups/{group['id']}")
    left = vault.find("ContainerPermissions", 'container.name eq "safe"')
    assert [item["user"]["display"] for item in left] == [vault.info["client_id"]]


def test_passwords_and_names(vault, error):
    assert vault.control("POST", "check_password", {"userName": "ada", "password": "S3cret-pass-1"})["matches"]
    assert error(vault.create(""))[0] == 400
    bob = one(vault, "Users", 'userName eq "bob"')
    assert error(vault.put_user(bob["id"], userName="ADA"))[0] == 409
    assert vault.put_user(bob["id"], userName="BOB").status_code == 200
    assert "password" not in vault.get("Users").text


def test_patch_support_is_that_of_users_and_groups(vault, error):
    vault.switch(patch_supported={"Users": 405})
    user = one(vault, "Users", 'userName eq "ada"')
    answer = vault.patch(f"Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    assert error(answer) == (405, None, "PATCH is not supported for Users")


def test_discovery_does_not_show_the_vault_schemas(vault):
    text = vault.get("Schemas").text + vault.get("ResourceTypes").text
    assert VAULT_USER not in text and "VaultUsers" not in text
    assert vault.get("VaultUsers").status_code == 404
