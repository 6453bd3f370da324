# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups: roles with users and roles as members."""

from __future__ import annotations

import re

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import GROUP_URN

ROLE_ID = re.compile(r"[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}")
BUILT_IN = {
    "sysadmin": "System Administrator",
    "Everybody": "Everybody",
    "Privilege_Cloud_Users_ID": "Privilege Cloud Users",
}


def values(group):
    return [item["value"] for item in group.get("members", [])]


def add(*members):
    return {"op": "add", "path": "members", "value": [{"value": member} for member in members]}


def remove(member):
    return {"op": "remove", "path": f'members[value eq "{member}"]'}


def put(client, group_id, name, *members):
    body = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": member} for member in members]}
    return client.call("PUT", f"Groups/{group_id}", body)


def test_create_with_members(client):
    user, inner = client.user(), client.group("inner")
    body = {
        "schemas": [GROUP_URN],
        "displayName": "admins",
        "members": [{"value": user["id"], "displayName": "wrong key"}, {"value": inner["id"], "type": "Group"}],
    }
    answer = client.call("POST", "Groups", body)
    group = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == group["meta"]["location"]
    assert list(group) == ["members", "displayName", "schemas", "id", "meta"]
    assert ROLE_ID.fullmatch(group["id"])
    assert group["meta"]["location"] == f"{client.base}/Scim/v2/Groups/{group['id']}"
    assert group["members"] == [
        {"value": user["id"], "$ref": user["meta"]["location"], "type": "User", "display": "ada@example.com"},
        {"value": inner["id"], "$ref": inner["meta"]["location"], "type": "Group", "display": "inner"},
    ]
    assert {**client.get(f"Groups/{group['id']}").json(), "meta": None} == {**group, "meta": None}


def test_create_without_members(client):
    assert list(client.group("empty")) == ["displayName", "schemas", "id", "meta"]


def test_the_details_of_a_member_come_from_the_server(client):
    user = client.user()
    body = {
        "schemas": [GROUP_URN],
        "displayName": "admins",
        "members": [{"value": user["id"], "type": "Group", "display": "x", "$ref": "http://elsewhere"}] * 2,
    }
    (member,) = client.call("POST", "Groups", body).json()["members"]
    assert (member["type"], member["display"], member["$ref"]) == ("User", "ada@example.com", user["meta"]["location"])


def test_unknown_member(client, error):
    expected = (404, None, "Member not found. Member value: nobody")
    assert error(client.post_group("admins", "nobody")) == expected
    assert client.find("Groups", 'displayName eq "admins"') == []
    group = client.group("admins")
    assert error(put(client, group["id"], "admins", "nobody")) == expected
    assert error(client.patch(f"Groups/{group['id']}", add("nobody"))) == expected


def test_members_must_be_an_array(client, error):
    user, group = client.user(), client.group()
    operation = {"op": "add", "path": "members", "value": {"value": user["id"]}}
    status, kind, detail = error(client.patch(f"Groups/{group['id']}", operation))
    assert (status, kind) == (500, None)
    assert detail.startswith('Cannot deserialize the current JSON object (e.g. {"name":"value"}) into type')
    assert "Cloud.Provisioning.Scim.CloudGroupResource+GroupMember" in detail
    body = {"schemas": [GROUP_URN], "displayName": "x", "members": {"value": user["id"]}}
    assert error(client.call("POST", "Groups", body))[0] == 500


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_unknown_group(client, error, method):
    body = {
        "PUT": {"schemas": [GROUP_URN], "displayName": "x"},
        "PATCH": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "displayName", "value": "x"}],
        },
    }.get(method)
    assert error(client.call(method, "Groups/nothing", body)) == (404, None, "Group not found")


def test_name_is_unique_whatever_its_case(client, error):
    client.group("admins")
    status, kind, detail = error(client.post_group("ADMINS"))
    assert (status, kind) == (409, "uniqueness")
    assert "ADMINS" in detail
    other = client.group("others")
    assert error(put(client, other["id"], "Admins"))[0] == 409
    assert put(client, other["id"], "OTHERS").status_code == 200


def test_name_is_required(client, error):
    for body in ({"schemas": [GROUP_URN]}, {"schemas": [GROUP_URN], "displayName": ""}):
        assert error(client.call("POST", "Groups", body))[:2] == (400, "invalidValue")
    group = client.group()
    operation = {"op": "remove", "path": "displayName"}
    assert error(client.patch(f"Groups/{group['id']}", operation))[0] == 400


def test_put_replaces_name_and_members(client):
    one, two = client.user("one@example.com"), client.user("two@example.com")
    group = client.group("admins", one["id"])
    answer = put(client, group["id"], "renamed", two["id"])
    assert answer.status_code == 200
    assert (answer.json()["displayName"], values(answer.json())) == ("renamed", [two["id"]])
    assert "members" not in put(client, group["id"], "renamed").json()


def test_patch_adds_and_removes_members(client):
    one, two = client.user("one@example.com"), client.user("two@example.com")
    group = client.group("admins", one["id"])
    path = f"Groups/{group['id']}"
    answer = client.patch(path, add(two["id"], one["id"]))
    assert answer.status_code == 200
    assert values(answer.json()) == [one["id"], two["id"]]
    assert values(client.patch(path, add(one["id"])).json()) == [one["id"], two["id"]]
    assert values(client.patch(path, remove(one["id"]), remove(two["id"])).json()) == []
    assert values(client.patch(path, remove(one["id"]), add(two["id"])).json()) == [two["id"]]


@pytest.mark.parametrize("path", ['MEMBERS[value EQ "{}"]', "members[value eq '{}']", 'members[ value  eq "{}" ]'])
def test_notations_of_a_member_path(client, path):
    user = client.user()
    group = client.group("admins", user["id"])
    answer = client.patch(f"Groups/{group['id']}", {"op": "remove", "path": path.format(user["id"])})
    assert "members" not in answer.json()


def test_patch_replaces_members_and_name(client):
    one, two = client.user("one@example.com"), client.user("two@example.com")
    group = client.group("admins", one["id"])
    path = f"Groups/{group['id']}"
    answer = client.patch(path, {"op": "replace", "value": {"displayName": "x", "members": [{"value": two["id"]}]}})
    assert (answer.json()["displayName"], values(answer.json())) == ("x", [two["id"]])
    answer = client.patch(path, {"op": "replace", "path": "displayName", "value": "y"})
    assert (answer.json()["displayName"], values(answer.json())) == ("y", [two["id"]])
    assert "members" not in client.patch(path, {"op": "remove", "path": "members"}).json()


def test_patch_is_all_or_nothing(client):
    user, group = client.user(), client.group("admins")
    path = f"Groups/{group['id']}"
    rename = {"op": "replace", "path": "displayName", "value": "half done"}
    assert client.patch(path, rename, add(user["id"]), add("nobody")).status_code == 404
    assert client.patch(path, add(user["id"]), {"op": "replace", "path": "nothing", "value": 1}).status_code == 400
    read = client.get(path).json()
    assert (read["displayName"], values(read)) == ("admins", [])


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "description", "value": "x"},
        {"op": "remove", "path": "members.nothing"},
        {"op": "replace", "path": 'members[value eq "x"]', "value": []},
    ],
)
def test_paths_that_lead_nowhere(client, error, operation):
    assert error(client.patch(f"Groups/{client.group()['id']}", operation))[:2] == (400, "noTarget")


def test_a_patch_leaves_the_details_of_a_member_alone(client):
    user = client.user()
    group = client.group("admins", user["id"])
    path = f"Groups/{group['id']}"
    inside = {"op": "replace", "path": f'members[value eq "{user["id"]}"].display', "value": "x"}
    for operations in ([inside], [inside, {"op": "replace", "path": "nothing", "value": 1}]):
        client.patch(path, *operations)
        assert client.get(path).json()["members"] == group["members"]


def test_a_role_cannot_contain_itself(client, error):
    outer = client.group("outer")
    middle = client.group("middle", outer["id"])
    inner = client.group("inner", middle["id"])
    for group in (outer, middle, inner):
        assert error(client.patch(f"Groups/{outer['id']}", add(group["id"])))[:2] == (400, "invalidValue")
    assert error(put(client, middle["id"], "middle", inner["id"]))[:2] == (400, "invalidValue")
    assert client.patch(f"Groups/{inner['id']}", add(outer["id"])).status_code == 200


def test_renames_reach_the_members(client):
    user = client.user()
    inner = client.group("inner", user["id"])
    outer = client.group("outer", user["id"], inner["id"])
    client.put_user(user["id"], userName="eva@example.com")
    put(client, inner["id"], "renamed", user["id"])
    displays = [item["display"] for item in client.get(f"Groups/{outer['id']}").json()["members"]]
    assert displays == ["eva@example.com", "renamed"]
    groups = {item["display"] for item in client.get(f"Users/{user['id']}").json()["groups"]}
    assert groups == {"outer", "renamed"}
    assert len(client.find("Groups", 'members.display eq "eva@example.com"')) == 2
    assert client.find("Groups", 'members.display eq "ada@example.com"') == []


def test_delete_takes_the_role_out_of_others_and_of_users(client, error):
    user = client.user()
    inner = client.group("inner", user["id"])
    outer = client.group("outer", inner["id"])
    answer = client.call("DELETE", f"Groups/{inner['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert error(client.call("DELETE", f"Groups/{inner['id']}")) == (404, None, "Group not found")
    assert "members" not in client.get(f"Groups/{outer['id']}").json()
    assert "groups" not in client.get(f"Users/{user['id']}").json()


def test_built_in_roles(client, error):
    listed = {group["id"]: group["displayName"] for group in client.get("Groups").json()["Resources"]}
    assert {name: listed[name] for name in BUILT_IN} == BUILT_IN
    user = client.user()
    for role_id, name in BUILT_IN.items():
        assert error(client.call("DELETE", f"Groups/{role_id}"))[:2] == (400, "invalidValue")
        assert error(put(client, role_id, "x"))[:2] == (400, "invalidValue")
        assert values(put(client, role_id, name, user["id"]).json()) == [user["id"]]


def test_a_large_role(client):
    ids = client.seed(users=300)["users"]
    group = client.group("large", *ids)
    assert values(group) == ids
    path = f"Groups/{group['id']}"
    assert values(client.patch(path, *map(remove, ids[:100])).json()) == ids[100:]
    assert values(client.patch(path, add(*ids[:100])).json()) == ids[100:] + ids[:100]
    read = client.get(path, attributes="members.value").json()
    assert read["members"][0] == {"value": ids[100]} and "displayName" not in read
