# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Effects of a change on other objects of the tenant."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import GROUP_URN

SAFE = "APP-PRD"


@pytest.fixture
def tenant(client):
    """Return a client of a tenant with two safes. Each has an account, and a user and a role as members."""
    user = client.user()
    group = client.group("admins", user["id"])
    for safe in (SAFE, "OTHER"):
        client.container(safe)
        client.permission(safe, user={"value": user["id"]})
        client.permission(safe, group={"value": group["id"]})
        client.account(safe, secret="hidden")
    client.ada, client.admins = f"Users/{user['id']}", f"Groups/{group['id']}"
    return client


def members(client):
    """Return the ids of all permissions except those of the creator."""
    listed = client.get("ContainerPermissions").json().get("Resources", [])
    return [item["id"] for item in listed if client.info["client_id"] not in item["id"]]


def test_deleting_a_user_takes_the_permissions_away(tenant):
    assert tenant.call("DELETE", tenant.ada).status_code == 204
    assert members(tenant) == [f"{SAFE}:admins", "OTHER:admins"]
    assert tenant.find("ContainerPermissions", 'user.display eq "ada@example.com"') == []
    assert "members" not in tenant.get(tenant.admins).json()


def test_deleting_a_role_takes_the_permissions_away(tenant):
    assert tenant.call("DELETE", tenant.admins).status_code == 204
    assert members(tenant) == [f"{SAFE}:ada@example.com", "OTHER:ada@example.com"]
    assert tenant.find("ContainerPermissions", 'group.display eq "admins"') == []


def test_deleting_the_owner_leaves_containers_without_one(tenant):
    (owner,) = tenant.find("Users", f'userName eq "{tenant.info["client_id"]}"')
    assert tenant.call("DELETE", f"Users/{owner['id']}").status_code == 204
    assert tenant.get("Containers").status_code == 401
    tenant.login_as_administrator()
    assert "owner" not in tenant.get(f"Containers/{SAFE}").json()
    assert tenant.find("Containers", f'owner.value eq "{owner["id"]}"') == []
    assert tenant.get("ContainerPermissions").json()["totalResults"] == 4


def test_deleting_a_container_deletes_what_is_in_it(tenant):
    accounts = {item["name"]: item for item in tenant.get("PrivilegedData").json()["Resources"]}
    gone = tenant.get(f"Containers/{SAFE}").json()["privilegedData"][0]["value"]
    assert tenant.call("DELETE", f"Containers/{SAFE}").status_code == 204
    assert members(tenant) == ["OTHER:ada@example.com", "OTHER:admins"]
    assert tenant.get("ContainerPermissions").json()["totalResults"] == 3
    left = tenant.get("PrivilegedData").json()["Resources"]
    assert len(accounts) == 1 and [item["id"] for item in left] != [gone]
    assert (len(left), tenant.get(f"PrivilegedData/{gone}").status_code) == (1, 404)
    assert not tenant.has_secret({"id": gone}, "hidden") and tenant.has_secret(left[0], "hidden")
    again = tenant.container(SAFE)
    assert "privilegedData" not in again
    assert members(tenant) == ["OTHER:ada@example.com", "OTHER:admins"]


def test_deleting_an_account_takes_it_off_its_container(tenant):
    (entry,) = tenant.get(f"Containers/{SAFE}").json()["privilegedData"]
    assert tenant.call("DELETE", f"PrivilegedData/{entry['value']}").status_code == 204
    assert "privilegedData" not in tenant.get(f"Containers/{SAFE}").json()
    assert len(tenant.get("Containers/OTHER").json()["privilegedData"]) == 1
    assert not tenant.has_secret({"id": entry["value"]}, "hidden")
    assert len(tenant.find("Containers", 'privilegedData.display eq "root@web1"')) == 1


def test_deleting_a_permission_leaves_the_rest_alone(tenant):
    assert tenant.call("DELETE", f"ContainerPermissions/{SAFE}:admins").status_code == 204
    assert members(tenant) == [f"{SAFE}:ada@example.com", "OTHER:ada@example.com", "OTHER:admins"]
    assert tenant.get(tenant.admins).status_code == tenant.get(f"Containers/{SAFE}").status_code == 200
    assert tenant.permission(SAFE, group={"display": "admins"})["id"] == f"{SAFE}:admins"


def test_renaming_a_user_renames_the_permissions(tenant):
    tenant.call("PUT", tenant.ada, {**tenant.get(tenant.ada).json(), "userName": "eva@example.com"})
    assert sorted(members(tenant)) == sorted(
        [f"{SAFE}:admins", "OTHER:admins", f"{SAFE}:eva@example.com", "OTHER:eva@example.com"]
    )
    permission = tenant.get(f"ContainerPermissions/{SAFE}:eva@example.com").json()
    assert permission["user"]["display"] == "eva@example.com"
    assert tenant.get(f"ContainerPermissions/{SAFE}:ada@example.com").status_code == 404
    assert len(tenant.find("ContainerPermissions", 'user.display eq "eva@example.com"')) == 2


def test_renaming_keeps_an_id_made_of_the_id(tenant):
    tenant.switch(permission_id="id")
    before = sorted(members(tenant))
    tenant.call("PUT", tenant.ada, {**tenant.get(tenant.ada).json(), "userName": "eva@example.com"})
    assert sorted(members(tenant)) == before
    assert len(tenant.find("ContainerPermissions", 'user.display eq "eva@example.com"')) == 2


def test_renaming_a_role_renames_the_permissions(tenant):
    body = {"schemas": [GROUP_URN], "displayName": "operators"}
    tenant.call("PUT", tenant.admins, body)
    assert tenant.get(f"ContainerPermissions/{SAFE}:operators").json()["group"]["display"] == "operators"
    assert tenant.find("ContainerPermissions", 'group.display eq "admins"') == []


def test_renaming_the_owner_reaches_the_containers(tenant):
    (owner,) = tenant.find("Users", f'userName eq "{tenant.info["client_id"]}"')
    tenant.put_user(owner["id"], userName="renamed@example.com")
    assert tenant.get(f"Containers/{SAFE}").json()["owner"]["display"] == "renamed@example.com"
    assert len(tenant.find("Containers", 'owner.display eq "renamed@example.com"')) == 2
