# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""PATCH of users (RFC 7644 section 3.5.2, and what was recorded of the tenant)."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import CUSTOM_URN, ENTERPRISE_URN, LINKED_URN

NO_TARGET = (
    400,
    "noTarget",
    'The specified "path" did not yield an attribute or attribute value that could be operated on.',
)


@pytest.fixture
def user(client):
    return client.user(
        displayName="Ada L",
        name={"givenName": "Ada", "familyName": "L"},
        emails=[{"value": "ada@example.com"}],
        phoneNumbers=[{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}],
        **{ENTERPRISE_URN: {"organization": "R&D"}, CUSTOM_URN: {"badge": "7", "site": "Rome"}},
    )


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def without_path(**value):
    return {"op": "replace", "value": value}


def remove(path):
    return {"op": "remove", "path": path}


def changed(before, answer):
    """Return the attributes that a PATCH changed, after a check of its answer."""
    assert answer.status_code == 200, answer.text
    after = answer.json()
    keys = (set(before) | set(after)) - {"meta"}
    return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


ENTERPRISE_PATH = f"{ENTERPRISE_URN}:organization"
CUSTOM_PATH = f"{CUSTOM_URN}:badge"
NAME = {"formatted": "Ada L", "familyName": "L", "givenName": "Ada"}
WORK, MOBILE = {"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}

CHANGES = [
    (replace("active", False), {"active": False}),
    (replace("ACTIVE", "false"), {"active": False}),
    ({"op": "Replace", "path": "active", "value": False}, {"active": False}),
    (without_path(active=False), {"active": False}),
    (without_path(**{"name.formatted": "x"}), {"displayName": "x", "name": {**NAME, "formatted": "x"}}),
    (replace("displayName", "x"), {"displayName": "x", "name": {**NAME, "formatted": "x"}}),
    (remove("displayName"), {"displayName": "ada", "name": {**NAME, "formatted": "ada"}}),
    (replace("name.givenName", "Eva"), {"name": {**NAME, "givenName": "Eva"}}),
    (replace("name.givenName", ""), {"name": {"formatted": "Ada L", "familyName": "L"}}),
    (replace("name.givenName", None), {"name": {"formatted": "Ada L", "familyName": "L"}}),
    (remove("name.givenName"), {"name": {"formatted": "Ada L", "familyName": "L"}}),
    (without_path(name={"givenName": "Eva"}), {"name": {**NAME, "givenName": "Eva"}}),
    (replace("userName", "eva@example.com"), {"userName": "eva@example.com"}),
    (
        replace("emails", [{"value": "x@example.com"}]),
        {"emails": [{"type": "work", "primary": True, "value": "x@example.com"}]},
    ),
    (without_path(emails=[]), {"emails": None}),
    (remove("emails"), {"emails": None}),
    (replace("phoneNumbers", [MOBILE]), {"phoneNumbers": [MOBILE]}),
    (
        {"op": "add", "path": "phoneNumbers", "value": [{"type": "home", "value": "3"}]},
        {"phoneNumbers": [WORK, MOBILE, {"type": "home", "value": "3"}]},
    ),
    (replace('phoneNumbers[type eq "work"].value', "9"), {"phoneNumbers": [{"type": "work", "value": "9"}, MOBILE]}),
    (remove('phoneNumbers[type eq "work"]'), {"phoneNumbers": [MOBILE]}),
    (replace(ENTERPRISE_PATH, "Ops"), {ENTERPRISE_URN: {"organization": "Ops"}}),
    (without_path(**{ENTERPRISE_PATH: "Ops"}), {ENTERPRISE_URN: {"organization": "Ops"}}),
    (without_path(**{ENTERPRISE_URN: {"organization": "Ops"}}), {ENTERPRISE_URN: {"organization": "Ops"}}),
    (replace(CUSTOM_PATH, "8"), {CUSTOM_URN: {"badge": "8", "site": "Rome"}}),
    (replace(CUSTOM_PATH, 8), {CUSTOM_URN: {"badge": 8, "site": "Rome"}}),
    (without_path(**{CUSTOM_URN: {"badge": "8"}}), {CUSTOM_URN: {"badge": "8", "site": "Rome"}}),
    (replace(CUSTOM_URN, {"badge": "8"}), {CUSTOM_URN: {"badge": "8", "site": "Rome"}}),
    (remove(CUSTOM_PATH), {CUSTOM_URN: {"site": "Rome"}}),
    (replace(CUSTOM_PATH, ""), {CUSTOM_URN: {"site": "Rome"}}),
    (replace("urn:ietf:params:scim:schemas:core:2.0:User:displayName", "Ada L"), {}),
    (without_path(schemas=["x"], id="y", meta={}, active=True), {}),
]


@pytest.mark.parametrize(("operation", "expected"), CHANGES)
def test_one_operation(client, user, operation, expected):
    answer = client.patch(f"Users/{user['id']}", operation)
    assert changed(user, answer) == expected
    assert {**client.get(f"Users/{user['id']}").json(), "meta": None} == {**answer.json(), "meta": None}


@pytest.mark.parametrize("urn", [ENTERPRISE_URN, CUSTOM_URN])
@pytest.mark.parametrize("by_value", [False, True], ids=["remove", "null"])
def test_an_extension_goes_with_its_schema(client, user, urn, by_value):
    answer = client.patch(f"Users/{user['id']}", without_path(**{urn: None}) if by_value else remove(urn))
    schemas = [item for item in user["schemas"] if item != urn]
    assert changed(user, answer) == {urn: None, "schemas": schemas}


def test_manager(client, user):
    boss = client.user("boss@example.com")
    path = f"Users/{user['id']}"
    details = {"value": boss["id"], "$ref": boss["meta"]["location"], "displayName": "boss"}
    answer = client.patch(path, replace(f"{ENTERPRISE_URN}:manager", {"value": boss["id"]}))
    assert answer.json()[ENTERPRISE_URN] == {"organization": "R&D", "manager": details}
    assert client.patch(path, without_path(**{ENTERPRISE_URN: {"manager": details}})).json()[ENTERPRISE_URN] == {
        "organization": "R&D",
        "manager": details,
    }
    assert client.patch(path, remove(f"{ENTERPRISE_URN}:manager")).json()[ENTERPRISE_URN] == {"organization": "R&D"}
    refused = client.patch(path, replace(f"{ENTERPRISE_URN}:manager", {"value": "nobody"}))
    assert refused.status_code == 400


def test_password(client, user):
    assert client.patch(f"Users/{user['id']}", replace("password", "New-pass-1")).status_code == 200
    check = {"userName": user["userName"], "password": "New-pass-1"}
    assert client.control("POST", "check_password", check) == {"matches": True}
    assert client.patch(f"Users/{user['id']}", replace("password", "weak")).status_code == 400
    assert client.control("POST", "check_password", check) == {"matches": True}


NO_TARGETS = [
    replace("nothing", "x"),
    replace("name.nothing", "x"),
    replace("name[", "x"),
    replace("externalId", "x"),
    replace(f"{CUSTOM_URN}:shoeSize", "44"),
    replace(f"{ENTERPRISE_URN}:department", "x"),
    replace('phoneNumbers[type eq "home"].value', "3"),
    without_path(nothing="x"),
    without_path(**{"name.nothing": "x"}),
    without_path(**{CUSTOM_URN: {"shoeSize": "44"}}),
    {"op": "remove"},
    {"op": "replace", "path": 5, "value": "x"},
]


@pytest.mark.parametrize("operation", NO_TARGETS)
def test_paths_without_a_target(client, user, error, operation):
    assert error(client.patch(f"Users/{user['id']}", operation)) == NO_TARGET


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": "x"},
        {"op": "add", "path": "displayName"},
        {"op": "move", "path": "displayName", "value": "x"},
        replace("active", "perhaps"),
        replace("userName", "no-suffix"),
        remove("userName"),
        replace("groups", [{"value": "Everybody"}]),
        replace("emails", [{"value": "a@example.com"}, {"value": "b@example.com"}]),
        replace(f"{LINKED_URN}:source", "x"),
    ],
)
def test_refused_operations_change_nothing(client, user, operation):
    path = f"Users/{user['id']}"
    answer = client.patch(path, replace("displayName", "half done"), operation)
    assert answer.status_code == 400
    assert answer.json()["scimType"] in ("invalidValue", "mutability")
    assert client.get(path).json()["displayName"] == "Ada L"


def test_operations_apply_in_order(client, user):
    answer = client.patch(f"Users/{user['id']}", replace("displayName", "one"), replace("displayName", "two"))
    assert answer.json()["displayName"] == "two"


@pytest.mark.parametrize("body", [{}, {"operations": [{}]}, {"Operations": []}, {"Operations": ["x"]}, []])
def test_bodies_without_operations(client, user, error, body):
    assert error(client.call("PATCH", f"Users/{user['id']}", body))[:2] == (400, "invalidSyntax")


def test_a_name_that_is_taken(client, user, error):
    client.user("boss@example.com")
    answer = client.patch(f"Users/{user['id']}", replace("userName", "BOSS@example.com"))
    assert error(answer)[:2] == (409, "uniqueness")
