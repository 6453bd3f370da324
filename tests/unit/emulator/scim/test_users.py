# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users: create, read, replace, delete."""

from __future__ import annotations

import re

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    CUSTOM_URN,
    ENTERPRISE_URN,
    LINKED_URN,
    USER_URN,
)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")


def test_create_with_the_least(client):
    answer = client.create("ada@example.com", name={"givenName": "Ada", "familyName": "L"})
    user = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == user["meta"]["location"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(user) == ["name", "displayName", "active", "userName", "schemas", "id", "meta"]
    assert list(user["name"]) == ["formatted", "familyName", "givenName"]
    assert user["name"]["formatted"] == user["displayName"] == "ada"
    assert user["active"] is True
    assert user["schemas"] == [USER_URN]
    assert GUID.fullmatch(user["id"])
    assert list(user["meta"]) == ["resourceType", "created", "lastModified", "location"]
    assert user["meta"]["resourceType"] == "User"
    assert user["meta"]["location"] == f"{client.base}/Scim/v2/Users/{user['id']}"
    assert TIME.fullmatch(user["meta"]["created"])
    assert user["meta"]["created"] == user["meta"]["lastModified"]


def test_create_with_everything(client):
    boss = client.user("boss@example.com", displayName="The Boss")
    user = client.user(
        password="S3cret-pass-1",
        displayName="Ada L",
        active=False,
        name={"givenName": "Ada", "familyName": "L", "formatted": "ignored"},
        emails=[{"type": "work", "primary": True, "value": "ada@example.com"}],
        phoneNumbers=[{"type": "Mobile", "value": "+441"}, {"type": "home", "value": "+442"}],
        preferredLanguage="en_US",
        **{
            ENTERPRISE_URN: {"organization": "R&D", "manager": {"value": boss["id"]}},
            CUSTOM_URN: {"costCenter": "12", "contractor": True},
        },
    )
    assert user["displayName"] == user["name"]["formatted"] == "Ada L"
    assert user["active"] is False
    assert user["emails"] == [{"type": "work", "primary": True, "value": "ada@example.com"}]
    assert user["phoneNumbers"] == [{"type": "mobile", "value": "+441"}, {"type": "home", "value": "+442"}]
    assert user["preferredLanguage"] == "en_US"
    assert user[ENTERPRISE_URN] == {
        "organization": "R&D",
        "manager": {"value": boss["id"], "$ref": boss["meta"]["location"], "displayName": "The Boss"},
    }
    assert user[CUSTOM_URN] == {"costCenter": "12", "contractor": True}
    assert user["schemas"] == [USER_URN, ENTERPRISE_URN, CUSTOM_URN]
    assert "password" not in user
    read = client.get(f"Users/{user['id']}").json()
    assert {**read, "meta": None} == {**user, "meta": None}


def test_read_only_and_unknown_attributes_are_ignored(client):
    user = client.user(
        id="mine", externalId="x", title="Dr", groups=[{"value": "Everybody"}], meta={"created": "never"}
    )
    assert set(user) == {"name", "displayName", "active", "userName", "schemas", "id", "meta"}
    assert user["id"] != "mine"


def test_linked_object_cannot_be_written(client):
    user = client.user(**{LINKED_URN: {"source": "AD", "nativeIdentifier": "x"}})
    assert LINKED_URN not in user


def test_empty_attributes_are_left_out(client):
    user = client.user(name={"givenName": "", "familyName": None}, emails=[], preferredLanguage="", displayName="")
    assert set(user) == {"name", "displayName", "active", "userName", "schemas", "id", "meta"}
    assert user["name"] == {"formatted": "ada"}
    assert user["displayName"] == "ada"


def test_times_are_those_of_the_answer(client):
    user = client.user()
    first, second = (client.get(f"Users/{user['id']}").json()["meta"]["created"] for _time in range(2))
    assert user["meta"]["created"] < first < second


@pytest.mark.parametrize(
    "name", ["ada", "ada@", "@example.com", "a b@example.com", "a/b@example.com", "a@b@example.com"]
)
def test_login_name_needs_a_suffix(client, error, name):
    status, kind, detail = error(client.create(name))
    assert (status, kind) == (400, "invalidValue")
    assert name in detail


def test_suffix_must_be_one_of_the_tenant(client, error):
    assert client.user("ada@EXAMPLE.org")["userName"] == "ada@EXAMPLE.org"
    status, kind, detail = error(client.create("ada@elsewhere.com"))
    assert (status, kind) == (400, "invalidValue")
    assert "elsewhere.com" in detail


def test_login_name_is_required(client, error):
    assert error(client.call("POST", "Users", {"schemas": [USER_URN], "displayName": "x"}))[0] == 400


@pytest.mark.parametrize(
    "password",
    ["Ab1defg", "A" + "b1" * 32, "abcdefg1", "ABCDEFG1", "Abcdefgh"],
    ids=["short", "long", "no upper", "no lower", "no digit"],
)
def test_password_policy(client, error, password):
    status, kind, detail = error(client.create("ada@example.com", password=password))
    assert (status, kind) == (400, "invalidValue")
    assert password not in detail
    assert client.find("Users", 'userName eq "ada@example.com"') == []


@pytest.mark.parametrize("password", ["Abcdefg1", "A" + "b1" * 31 + "c"])
def test_password_is_kept_but_never_shown(client, password):
    user = client.user(password=password)
    assert password not in str(client.get("Users", attributes="password").json())
    check = {"userName": user["userName"], "password": password}
    assert client.control("POST", "check_password", check) == {"matches": True}
    assert client.put_user(user["id"], userName=user["userName"]).status_code == 200
    assert client.control("POST", "check_password", check) == {"matches": True}
    assert client.put_user(user["id"], userName=user["userName"], password="Other-pass-2").status_code == 200
    assert client.control("POST", "check_password", check) == {"matches": False}


@pytest.mark.parametrize(
    "attributes",
    [
        {"emails": [{"value": "a@example.com"}, {"value": "b@example.com"}]},
        {"phoneNumbers": [{"type": "work", "value": "1"}, {"type": "Work", "value": "2"}]},
        {"phoneNumbers": [{"type": "fax", "value": "1"}]},
        {ENTERPRISE_URN: {"manager": {"value": "nobody"}}},
        {CUSTOM_URN: {"shoeSize": "44"}},
        {CUSTOM_URN: "x"},
        {"active": "perhaps"},
    ],
    ids=["mails", "phones", "phone type", "manager", "custom", "custom shape", "active"],
)
def test_refused_values(client, error, attributes):
    assert error(client.create("ada@example.com", **attributes))[:2] == (400, "invalidValue")
    assert client.find("Users", 'userName eq "ada@example.com"') == []


def test_schemas_must_name_the_type(client, error):
    bodies = [
        {"userName": "ada@example.com"},
        {"schemas": [ENTERPRISE_URN], "userName": "ada@example.com"},
    ]
    for body in bodies:
        assert error(client.call("POST", "Users", body))[:2] == (400, "invalidSyntax")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b""])
def test_malformed_bodies(client, body):
    headers = {"Content-Type": "application/json"}
    answer = client.session.post(f"{client.base}/scim/v2/Users", data=body, headers=headers)
    assert answer.status_code == 400


def test_both_request_media_types(client):
    body = f'{{"schemas": ["{USER_URN}"], "userName": "{{}}@example.com"}}'
    for number, kind in enumerate(("application/json", "application/scim+json", "application/json; charset=utf-8")):
        data = body.replace("{}", f"u{number}")
        answer = client.session.post(f"{client.base}/scim/v2/Users", data=data, headers={"Content-Type": kind})
        assert answer.status_code == 201, answer.text
    answer = client.session.post(f"{client.base}/scim/v2/Users", data="x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_duplicate_login_name(client, error):
    client.user("ada@example.com")
    status, kind, detail = error(client.create("Ada@Example.com"))
    assert (status, kind) == (409, "uniqueness")
    assert "Ada@Example.com" in detail
    assert client.get("Users", filter='userName sw "A"').json()["totalResults"] == 0


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
def test_unknown_user(client, error, method):
    body = {
        "PUT": {"schemas": [USER_URN], "userName": "ada@example.com"},
        "PATCH": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": False}],
        },
    }.get(method)
    assert error(client.call(method, "Users/no-such-id", body)) == (404, None, "Resource no-such-id not found")


def test_put_replaces_all_but_the_display_name(client):
    user = client.user(
        displayName="Ada L",
        name={"givenName": "Ada", "familyName": "L"},
        emails=[{"value": "ada@example.com"}],
        **{CUSTOM_URN: {"badge": "7"}},
    )
    answer = client.put_user(user["id"], userName="lovelace@example.com", active=False, id=user["id"])
    assert answer.status_code == 200
    replaced = answer.json()
    assert replaced["userName"] == "lovelace@example.com"
    assert replaced["name"] == {"formatted": "Ada L"}
    assert replaced["displayName"] == "Ada L"
    assert replaced["active"] is False
    assert replaced["schemas"] == [USER_URN]
    assert {"emails", CUSTOM_URN}.isdisjoint(replaced)
    answer = client.put_user(user["id"], userName="lovelace@example.com", displayName="New")
    assert answer.json()["displayName"] == "New"


def test_put_takes_back_what_was_read(client):
    boss = client.user("boss@example.com")
    user = client.user(**{ENTERPRISE_URN: {"organization": "x", "manager": {"value": boss["id"]}}})
    client.group("admins", user["id"])
    read = client.get(f"Users/{user['id']}").json()
    answer = client.call("PUT", f"Users/{user['id']}", read)
    assert {**answer.json(), "meta": None} == {**read, "meta": None}


def test_put_needs_schemas_and_login_name(client, error):
    user = client.user()
    assert error(client.call("PUT", f"Users/{user['id']}", {"userName": user["userName"]}))[0] == 400
    assert error(client.put_user(user["id"], displayName="x"))[0] == 400


def test_put_checks_a_new_login_name_only(client, error):
    client.user("taken@example.com")
    user = client.user()
    assert error(client.put_user(user["id"], userName="taken@example.com"))[:2] == (409, "uniqueness")
    assert client.put_user(user["id"], userName="ADA@example.com").json()["userName"] == "ADA@example.com"
    (seeded,) = client.seed(users=[{"userName": "no-suffix"}])["users"]
    assert client.put_user(seeded, userName="no-suffix", displayName="x").status_code == 200


def test_delete_twice(client, error):
    user = client.user()
    answer = client.call("DELETE", f"Users/{user['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert error(client.call("DELETE", f"Users/{user['id']}")) == (404, None, f"Resource {user['id']} not found")
    assert client.user()["id"] != user["id"]


def test_deleting_takes_the_user_out_of_roles_and_out_of_manager(client):
    boss = client.user("boss@example.com")
    user = client.user(**{ENTERPRISE_URN: {"manager": {"value": boss["id"]}}})
    group = client.group("admins", boss["id"], user["id"])
    client.call("DELETE", f"Users/{boss['id']}")
    assert [item["value"] for item in client.get(f"Groups/{group['id']}").json()["members"]] == [user["id"]]
    assert "manager" not in client.get(f"Users/{user['id']}").json().get(ENTERPRISE_URN, {})


def test_groups_of_a_user(client):
    user = client.user()
    assert "groups" not in user
    group = client.group("admins", user["id"])
    (entry,) = client.get(f"Users/{user['id']}").json()["groups"]
    assert entry == {"display": "admins", "value": group["id"], "$ref": group["meta"]["location"]}
    keys = list(client.get(f"Users/{user['id']}").json())
    assert keys.index("active") < keys.index("groups") < keys.index("userName")


def test_service_users_exist(client):
    names = {user["userName"] for user in client.get("Users").json()["Resources"]}
    assert names == {client.info["client_id"], client.info["admin_client_id"]}
