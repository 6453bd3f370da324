# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of roles and their rights; roles are the groups of SCIM."""

from __future__ import annotations

import re

import pytest

STORE, UPDATE, DELETE = "Roles/StoreRole", "Roles/UpdateRole", "SaasManage/DeleteRole"
ASSIGN, UNASSIGN = "SaasManage/AssignSuperRights", "SaasManage/UnAssignSuperRights"
UNAUTHORIZED = "_I18N_System.UnauthorizedAccessException"
USERS, ROLES = "/lib/rights/dsman.json", "/lib/rights/roleman.json"


def members(client, role):
    found = client.ask("Roles/GetRoleMembers", {"Name": role, "Args": {"Caching": -1}})["Results"]
    return [item["Row"] for item in found]


def ids(client, role):
    return {row["Guid"] for row in members(client, role)}


def rights(client, role):
    found = client.ask("Core/GetAssignedAdministrativeRights", {"Role": role})["Results"]
    return {item["Row"]["Path"]: item["Row"]["Description"] for item in found}


def test_a_new_role(client):
    user, inner = client.new_user(), client.new_role("inner")
    body = {"Name": "ops", "Description": "d", "RoleType": "PrincipalList", "Users": [user], "Roles": [inner]}
    result = client.ask(STORE, body)
    assert list(result) == ["_RowKey"]
    role = result["_RowKey"]
    assert re.fullmatch(r"[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}", role)
    shown = client.ask("SaasManage/GetRole", {"name": role, "suppressPrincipalsList": True, "Args": {"Caching": -1}})
    expected = {"_RowKey": role, "Uuid": role, "Name": "ops", "Description": "d", "RoleType": "PrincipalList"}
    assert {name: shown[name] for name in expected} == expected
    assert shown["ReadOnly"] is False
    assert members(client, role) == [
        {"Guid": user, "Name": "svc@example.com", "Type": "User"},
        {"Guid": inner, "Name": "inner", "Type": "Role"},
    ]
    group = client.get(f"Groups/{role}").json()
    assert [item["value"] for item in group["members"]] == [user, inner]


def test_what_is_unset_is_not_shown(client):
    assert "Description" not in client.ask("SaasManage/GetRole", {"Name": client.group("x")["id"]})


@pytest.mark.parametrize("body", [{"Name": "OPS"}, {"Name": ""}, {"Name": "x", "Users": ["nobody"]}])
def test_roles_that_are_not_made(client, body):
    client.new_role("ops")
    before = client.control("GET", "state")
    assert client.refusal(STORE, body)
    assert client.control("GET", "state") == before


def test_changes_of_a_role(client):
    one, two, inner = client.new_user("1@example.com"), client.new_user("2@example.com"), client.new_role("inner")
    role = client.new_role("ops", one)
    client.ask(UPDATE, {"Name": role, "NewName": "renamed", "Description": "d"})
    assert ids(client, role) == {one}
    client.ask(UPDATE, {"Name": role, "Users": {"Add": [two, one], "Delete": []}, "Roles": {"add": [inner]}})
    assert ids(client, role) == {one, two, inner}
    client.ask(UPDATE, {"Name": role, "Users": {"Delete": [one]}, "Roles": {"Add": [], "Delete": [inner]}})
    assert ids(client, role) == {two}
    shown = client.ask("SaasManage/GetRole", {"Name": role})
    assert (shown["Name"], shown["Description"]) == ("renamed", "d")
    assert client.get(f"Groups/{role}").json()["displayName"] == "renamed"


@pytest.mark.parametrize(
    "body",
    [
        {"NewName": "Everybody"},
        {"Users": {"Add": ["nobody"]}},
        {"Roles": {"Add": ["nothing"]}},
    ],
)
def test_changes_that_are_refused_do_nothing(client, body):
    role = client.new_role()
    before = client.control("GET", "state")
    assert client.refusal(UPDATE, {"Name": role, "Description": "x", **body})
    assert client.control("GET", "state") == before


@pytest.mark.parametrize("users", [["x"], "x", {"Add": "x"}, {"Members": ["x"]}, None])
def test_members_of_the_wrong_shape_do_nothing(client, users):
    role = client.new_role()
    before = client.control("GET", "state")
    client.ask(UPDATE, {"Name": role, "Users": users, "Nothing": 1})
    assert client.control("GET", "state") == before


def test_a_role_cannot_contain_itself(client):
    outer = client.new_role("outer")
    inner = client.new_role("inner")
    client.ask(UPDATE, {"Name": outer, "Roles": {"Add": [inner]}})
    assert client.refusal(UPDATE, {"Name": inner, "Roles": {"Add": [outer]}})


@pytest.mark.parametrize("path", [UPDATE, DELETE, "SaasManage/GetRole", "Roles/GetRoleMembers"])
def test_a_name_does_not_lead_to_a_role(client, path):
    client.new_role("ops")
    assert client.refusal(path, {"Name": "ops"})
    assert client.refusal(path, {})[0] == "_I18N_RequiredParameter"


def test_a_role_is_deleted_with_what_refers_to_it(client):
    role, app = client.new_role(rights=("dsman",)), client.new_app()
    outer = client.new_role("outer")
    client.ask(UPDATE, {"Name": outer, "Roles": {"Add": [role]}})
    client.allow(app, role, "View,Execute")
    assert client.ask(DELETE, {"Name": role}) is None
    assert client.get(f"Groups/{role}").status_code == 404
    assert members(client, outer) == []
    assert client.grants(app) == {}


def test_roles_are_deleted_together_and_found_by_name(client):
    roles = [client.new_role(name) for name in ("one", "two")]
    assert client.ask("SaasManage/GetRoleIDFromName?roleName=One") == roles[0]
    assert client.refusal("SaasManage/GetRoleIDFromName", {"roleName": "three"})
    assert client.ask("SaasManage/DeleteRoles", [roles[0], roles[1]]) is None
    assert client.rows("SELECT ID FROM Role WHERE Name IN ('one', 'two')") == []
    assert client.refusal("SaasManage/DeleteRoles", ["sysadmin"])
    assert client.ask("SaasManage/DeleteRoles", {"x": "sysadmin"}) is None


def test_two_areas_have_the_same_verbs_of_roles(client):
    role = client.ask("SaasManage/StoreRole", {"Name": "ops"})["_RowKey"]
    client.ask("Roles/AssignSuperRights", [{"Role": role, "Path": USERS}])
    assert rights(client, role) == {USERS: "User Management"}
    client.ask("Roles/UnAssignSuperRights", [{"Role": role, "Path": USERS}])
    assert rights(client, role) == {}
    assert client.ask("Roles/GetRole", {"Name": role})["Name"] == "ops"
    assert client.ask("SaasManage/GetRoleMembers", {"Name": role})["Results"] == []


@pytest.mark.parametrize("verb", ["AddUsersAndGroupsToRole", "RemoveUsersAndGroupsFromRole"])
def test_groups_of_other_directories_are_no_members(client, verb):
    user, role = client.new_user("ada@example.com"), client.new_role("ops")
    before = client.control("GET", "state")
    body = {"Name": role, "Users": ["ada@example.com"], "Groups": ["dbas"]}
    assert client.refusal(f"SaasManage/{verb}", body)[1] == "Group dbas not found."
    assert client.control("GET", "state") == before
    assert user not in ids(client, role)


def test_deleting_over_scim_is_the_same(client):
    role, user, app = client.new_role(rights=("dsman",)), client.new_user(), client.new_app()
    client.allow(app, role, "View")
    client.allow(app, user, "View", "User")
    for path in (f"Groups/{role}", f"Users/{user}"):
        assert client.call("DELETE", path).status_code == 204
    assert client.grants(app) == {}
    assert client.rows(f"SELECT ID FROM Role WHERE ID = '{role}'") == []


def test_built_in_roles(client):
    user = client.new_user()
    assert client.refusal(DELETE, {"Name": "sysadmin"})
    assert client.refusal(UPDATE, {"Name": "sysadmin", "NewName": "x"})
    assert client.refusal(UPDATE, {"Name": "Everybody", "Users": {"Add": [user]}})
    client.ask(UPDATE, {"Name": "Privilege_Cloud_Users_ID", "Users": {"Add": [user]}})
    assert client.ask("SaasManage/GetRole", {"Name": "sysadmin"})["ReadOnly"] is True


def test_only_a_member_changes_who_is_a_system_administrator(client):
    token = client.limited("Role Management", "User Management")
    eve, nested = client.new_user("eve@example.com"), client.new_role("nested")
    client.ask(UPDATE, {"Name": "sysadmin", "Roles": {"Add": [nested]}})
    for role in ("sysadmin", nested):
        body = {"Name": role, "Users": {"Add": [eve]}}
        assert client.refusal(UPDATE, body, by=token)[0] == UNAUTHORIZED
        assert client.ask(UPDATE, body) is None
    assert client.refusal(DELETE, {"Name": nested}, by=token)[0] == UNAUTHORIZED
    assert client.ask(UPDATE, {"Name": nested, "Description": "d"}, by=token) is None
    # Through the nested role too, a member may do everything.
    client.ask(UPDATE, {"Name": "sysadmin", "Users": {"Delete": [eve]}})
    assert client.ask(ASSIGN, [{"Role": nested, "Path": USERS}], by=client.token_of("eve@example.com")) is None


def test_rights(client):
    role, other = client.new_role(), client.new_role("other")
    assert client.ask(ASSIGN, [{"Role": role, "Path": USERS}, {"role": other, "path": ROLES}]) is None
    client.ask(ASSIGN, [{"Role": role, "Path": ROLES}, {"Role": role, "Path": USERS}])
    assert rights(client, role) == {USERS: "User Management", ROLES: "Role Management"}
    assert rights(client, other) == {ROLES: "Role Management"}
    assert client.ask(UNASSIGN, [{"Role": role, "Path": USERS}, {"Role": other, "Path": USERS}]) is None
    assert (set(rights(client, role)), set(rights(client, other))) == ({ROLES}, {ROLES})
    assert client.refusal("Core/GetAssignedAdministrativeRights", {"Role": "ops"})


@pytest.mark.parametrize("body", [{"Role": "{role}", "Path": USERS}, "x", None, [], ["{role}"]])
def test_rights_of_the_wrong_shape_do_nothing(client, body):
    role = client.new_role()
    if isinstance(body, dict):
        body = {**body, "Role": role}
    assert client.ask(ASSIGN, body) is None
    assert rights(client, role) == {}


@pytest.mark.parametrize(
    "bad", [{"Role": "ops", "Path": USERS}, {"Path": USERS}, {"Role": "sysadmin", "Path": "/lib/rights/x.json"}]
)
def test_rights_are_assigned_all_or_none(client, bad):
    role = client.new_role("ops")
    assert client.refusal(ASSIGN, [{"Role": role, "Path": USERS}, bad])
    assert rights(client, role) == {}
