# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of PATCH, headers, refusals and rights, on both sides."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import CUSTOM_URN, ENTERPRISE_URN

JSON = "application/json; charset=utf-8"


# -- What an answer looks like ----------------------------------------------


def test_switch_manager_shape(client):
    boss = client.user("boss@example.com")["id"]
    ada = client.user(**{ENTERPRISE_URN: {"manager": {"value": boss}}})["id"]

    def shown():
        return client.get(f"Users/{ada}").json()[ENTERPRISE_URN]["manager"]

    assert shown()["value"] == boss
    client.switch(manager_shape="list")
    assert [manager["value"] for manager in shown()] == [boss]
    client.switch(manager_shape="text")
    assert shown() == boss


# -- PATCH ------------------------------------------------------------------


@pytest.mark.parametrize("status", [405, 501])
def test_switch_patch_supported(client, error, status):
    rename = {"op": "replace", "path": "displayName", "value": "x"}
    user, group = f"Users/{client.user()['id']}", f"Groups/{client.group()['id']}"
    client.switch(patch_supported={"Users": status})
    assert error(client.patch(user, rename))[0] == status
    assert client.get(user).json()["displayName"] == "ada"
    assert client.patch(group, rename).status_code == 200
    client.switch(patch_supported={"Groups": status})
    assert client.patch(user, rename).status_code == 200
    assert error(client.patch(group.lower(), rename))[0] == status


def test_switch_patch_paths(client, error):
    user = client.user(phoneNumbers=[{"type": "work", "value": "1"}])
    group = client.group("admins", user["id"])
    fancy = [
        (f"Users/{user['id']}", {"op": "replace", "path": f"{CUSTOM_URN}:badge", "value": "1"}),
        (f"Users/{user['id']}", {"op": "replace", "path": CUSTOM_URN, "value": {"badge": "1"}}),
        (f"Users/{user['id']}", {"op": "replace", "value": {CUSTOM_URN: {"badge": "1"}}}),
        (f"Users/{user['id']}", {"op": "replace", "path": 'phoneNumbers[type eq "work"].value', "value": "2"}),
        (f"Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}),
    ]
    client.switch(patch_paths="core_only")
    for path, operation in fancy:
        assert error(client.patch(path, operation))[:2] == (400, "noTarget")
    simple = {"op": "replace", "path": "name.givenName", "value": "x"}
    assert client.patch(f"Users/{user['id']}", simple).status_code == 200
    client.switch(patch_paths="full")
    for path, operation in fancy:
        assert client.patch(path, operation).status_code == 200


def test_switch_patch_status(client):
    user = client.user()
    path, operation = f"Users/{user['id']}", {"op": "replace", "path": "displayName", "value": "x"}
    answer = client.patch(path, operation)
    assert (answer.status_code, answer.json()["displayName"]) == (200, "x")
    client.switch(patch_status=204)
    answer = client.patch(path, {**operation, "value": "y"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(path).json()["displayName"] == "y"


def test_switch_remove_absent_member(client, error):
    group = client.group()
    by_path = {"op": "remove", "path": 'members[value eq "nobody"]'}
    by_value = {"op": "remove", "path": "members", "value": [{"value": "nobody"}]}
    for operation in (by_path, by_value):
        assert client.patch(f"Groups/{group['id']}", operation).status_code == 200
    client.switch(remove_absent_member=400)
    for operation in (by_path, by_value):
        assert error(client.patch(f"Groups/{group['id']}", operation))[:2] == (400, "noTarget")


@pytest.mark.parametrize(("value", "left"), [("apply", 1), ("ignore", 0), ("refuse", 2)])
def test_switch_remove_with_value(client, error, value, left):
    one, two = client.user("one@example.com"), client.user("two@example.com")
    group = client.group("admins", one["id"], two["id"])
    client.switch(remove_with_value=value)
    operation = {"op": "remove", "path": "members", "value": [{"value": one["id"], "type": "User"}]}
    answer = client.patch(f"Groups/{group['id']}", operation)
    assert answer.status_code == (400 if value == "refuse" else 200)
    assert len(client.get(f"Groups/{group['id']}").json().get("members", [])) == left


def test_switch_replace_members(client, error):
    user, group = client.user(), client.group()
    operation = {"op": "replace", "path": "members", "value": [{"value": user["id"]}]}
    client.switch(replace_members=False)
    assert error(client.patch(f"Groups/{group['id']}", operation))[:2] == (400, "noTarget")
    client.switch(replace_members=True)
    assert len(client.patch(f"Groups/{group['id']}", operation).json()["members"]) == 1


# -- Headers, authentication and rights ---------------------------------------


def test_switch_content_type(client):
    assert client.get("Users").headers["Content-Type"] == JSON
    client.switch(content_type="scim+json")
    assert client.get("Users").headers["Content-Type"] == "application/scim+json; charset=utf-8"
    assert client.get("Users/x").headers["Content-Type"] == "application/scim+json; charset=utf-8"
    assert client.token().headers["Content-Type"] == JSON


def test_switch_location_header(client):
    assert client.create("ada@example.com").headers["Location"]
    client.switch(location_header=False)
    answer = client.create("bob@example.com")
    assert answer.status_code == 201 and "Location" not in answer.headers


def test_switch_html_on_auth_error(client):
    client.switch(granted_rights=[])
    assert client.get("Users").json()["status"] == "403"
    client.switch(html_on_auth_error=True)
    assert client.get("Users").status_code == 403
    assert client.get("Users").text.startswith("<!DOCTYPE html>")
    client.control("POST", "expire_tokens")
    answer = client.get("Users")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/html; charset=utf-8")


def test_switch_auth_error_body(client):
    client.control("POST", "expire_tokens")
    assert client.get("Users").json()["status"] == "401"
    client.switch(auth_error_body="empty")
    answer = client.get("Users")
    assert (answer.status_code, answer.content) == (401, b"")
    client.switch(auth_error_body="envelope")
    answer = client.get("Users")
    assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_switch_granted_rights(client, error):
    client.switch(granted_rights=["RoleManagement"])
    assert client.get("Groups").status_code == client.get("Schemas").status_code == 200
    assert error(client.get("Users"))[0] == 403
    assert client.create("ada@example.com").status_code == 403
    client.switch(granted_rights=["UserManagement"])
    assert (client.get("Users").status_code, client.get("Groups").status_code) == (200, 403)
    client.switch(granted_rights=[])
    client.login_as_administrator()
    assert client.get("Users").status_code == 200


@pytest.mark.parametrize("status", [403, 401])
def test_switch_missing_right_status(client, error, status):
    client.switch(granted_rights=[], missing_right_status=status)
    code, _scim_type, detail = error(client.get("Users"))
    assert code == status
    assert "UserManagement" in detail
