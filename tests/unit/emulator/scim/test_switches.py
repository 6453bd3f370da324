# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of lists, filters and writes, on both sides."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    CONTAINER_URN,
    CUSTOM_URN,
    ENTERPRISE_URN,
    GROUP_URN,
    LINKED_URN,
    SAFE_URN,
    USER_URN,
)


def numbers(answer):
    body = answer.json()
    return body["totalResults"], body["itemsPerPage"], len(body.get("Resources", []))


def names(client, text):
    return sorted(user["userName"] for user in client.find("Users", text))


# -- Discovery --------------------------------------------------------------


def test_switch_discovery(client):
    """By the RFC, every schema names its own schema, each type has one, and an unknown one is missing."""
    seen = {}
    for side in ("recorded", "rfc"):
        client.switch(discovery=side)
        schemas = {item["id"]: item for item in client.get("Schemas").json()["Resources"]}
        types = client.get("ResourceTypes").json()["Resources"]
        user = schemas["urn:ietf:params:scim:schemas:core:2.0:User"]
        seen[side] = (
            user.get("schemas"),
            "id" in {attribute["name"] for attribute in user["attributes"]},
            {item["schema"] for item in types} <= set(schemas),
            client.get("Schemas/unknown").status_code,
        )
    assert seen == {
        "recorded": (None, True, False, 500),
        "rfc": (["urn:ietf:params:scim:schemas:core:2.0:Schema"], False, True, 404),
    }


# -- Lists ------------------------------------------------------------------


def test_switch_users_paging(client):
    client.seed(users=3)
    assert numbers(client.get("Users", count=2, startIndex=2)) == (5, 2, 2)
    client.switch(users_paging=False)
    assert numbers(client.get("Users", count=2, startIndex=2)) == (5, 5, 5)


def test_switch_groups_paging(client):
    assert numbers(client.get("Groups", count=2, startIndex=3)) == (4, 4, 4)
    client.switch(groups_paging=True)
    assert numbers(client.get("Groups", count=2, startIndex=4)) == (4, 1, 1)


def test_switch_max_results(client):
    client.seed(users=1001)
    assert numbers(client.get("Users", count=5000, attributes="id")) == (1003, 1000, 1000)
    client.switch(max_results=10)
    assert numbers(client.get("Users", count=5000)) == (1003, 10, 10)
    assert numbers(client.get("Users")) == (1003, 10, 10)


def test_switch_default_page_size(client):
    client.seed(users=3)
    assert numbers(client.get("Users")) == (5, 5, 5)
    client.switch(default_page_size=2)
    assert numbers(client.get("Users")) == (5, 2, 2)
    assert numbers(client.get("Users", count=4)) == (5, 4, 4)


def test_switch_resources_omitted_when_empty(client):
    assert "Resources" not in client.get("Users", filter='userName eq "x"').json()
    client.switch(resources_omitted_when_empty=False)
    assert client.get("Users", filter='userName eq "x"').json()["Resources"] == []


def test_switch_excluded_attributes(client):
    path = f"Users/{client.user()['id']}"
    assert "userName" in client.get("Users", excludedAttributes="userName").json()["Resources"][0]
    assert "userName" in client.get(path, excludedAttributes="userName").json()
    client.switch(excluded_attributes=True)
    assert "userName" not in client.get("Users", excludedAttributes="userName").json()["Resources"][0]
    assert "userName" not in client.get(path, excludedAttributes="userName").json()


def test_switch_list_keys_minimal(client):
    assert {"itemsPerPage", "startIndex"} <= set(client.get("Users").json())
    client.switch(list_keys_minimal=True)
    assert set(client.get("Users").json()) == {"schemas", "totalResults", "Resources"}


@pytest.mark.parametrize(("value", "expected"), [(False, 5), (True, 10), ("page", 2)])
def test_switch_total_results_wrong(client, value, expected):
    client.seed(users=3)
    client.switch(total_results_wrong=value)
    assert numbers(client.get("Users", count=2)) == (expected, 2, 2)


def test_switch_short_pages(client):
    client.seed(users=5)
    client.switch(short_pages=True)
    assert numbers(client.get("Users", count=5)) == (7, 3, 3)
    assert numbers(client.get("Users", count=1)) == (7, 1, 1)
    client.switch(short_pages=False)
    assert numbers(client.get("Users", count=5)) == (7, 5, 5)


def test_switch_stale_reads(client):
    user = client.user(displayName="old")
    path = f"Users/{user['id']}"
    client.switch(stale_reads=2)
    assert client.put_user(user["id"], userName=user["userName"], displayName="new").json()["displayName"] == "new"
    assert [client.get(path).json()["displayName"] for _time in range(3)] == ["old", "old", "new"]
    client.call("DELETE", path)
    assert [client.get(path).status_code for _time in range(3)] == [200, 200, 404]
    client.switch(stale_reads=0)
    client.user()
    assert client.get("Users", filter='userName sw "ada"').json()["totalResults"] == 1


@pytest.fixture
def nested(client):
    """Return the id of a group with 101 users and a group in it."""
    users = client.seed(users=101)["users"]
    inner = client.seed(groups=[{"displayName": "inner"}])["groups"]
    return client.seed(groups=[{"displayName": "outer", "members": [*users, *inner]}])["groups"][0]


@pytest.mark.parametrize(("how", "shown"), [("full", 102), ("omitted", 0), ("first_100", 100), ("users_only", 101)])
def test_switch_list_members(client, nested, how, shown):
    client.switch(list_members=how)
    (listed,) = client.get("Groups", filter='displayName eq "outer"').json()["Resources"]
    assert len(listed.get("members", [])) == shown
    assert len(client.get(f"Groups/{nested}").json()["members"]) == 102


@pytest.mark.parametrize(
    ("how", "kinds", "refs"),
    [
        ("typed", {"User", "Group"}, {"Users", "Groups"}),
        ("untyped", {None}, {None}),
        ("singular_ref", {None}, {"User", "Group"}),
        ("direct", {"direct"}, {None}),
    ],
)
def test_switch_member_type(client, nested, how, kinds, refs):
    client.switch(member_type=how)
    members = client.get(f"Groups/{nested}").json()["members"]
    assert {member.get("type") for member in members} == kinds
    assert {member["$ref"].split("/")[-2] if "$ref" in member else None for member in members} == refs


@pytest.mark.parametrize(
    ("how", "names"),
    [
        ("camel", ("Resources", "userName", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")),
        ("lower", ("resources", "username", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user")),
        ("pascal", ("Resources", "UserName", "Urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")),
    ],
)
def test_switch_key_case(client, how, names):
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    client.user(**{urn: {"organization": "Engines"}})
    client.switch(key_case=how)
    resources, user_name, extension = names
    user = client.get("Users").json()[resources][-1]
    assert user_name in user and extension in user


def test_switch_list_service_users(client):
    assert numbers(client.get("Users")) == (2, 2, 2)
    client.switch(list_service_users=False)
    assert numbers(client.get("Users")) == (0, 0, 0)
    assert client.find("Users", f'userName eq "{client.info["client_id"]}"') == []


# -- Filters ----------------------------------------------------------------


def test_switch_filter_case_sensitive(client):
    client.user("Ada@example.com")
    for text in ('userName eq "ada@example.com"', 'userName co "ada"'):
        assert names(client, text) == []
    client.switch(filter_case_sensitive=False)
    for text in ('userName eq "ADA@example.com"', 'userName co "ADA"', 'displayName ew "DA"'):
        assert names(client, text) == ["Ada@example.com"]


def test_switch_filters_ignored(client, error):
    client.user()
    assert names(client, 'userName eq "ada@example.com"') == ["ada@example.com"]
    client.switch(filters_ignored=True)
    assert len(names(client, 'userName eq "ada@example.com"')) == 3


def test_switch_group_filters_blind(client):
    text = 'displayName eq "Everybody"'
    assert [group["displayName"] for group in client.find("Groups", text)] == ["Everybody"]
    client.switch(group_filters_blind=True)
    assert client.find("Groups", text) == []
    assert client.get("Groups", filter="displayName pr").status_code == 400
    assert len(client.find("Groups", "")) == 4


@pytest.mark.parametrize(("how", "display"), [("key", "ada@example.com"), ("name", "Ada"), ("omitted", None)])
def test_switch_member_display(client, how, display):
    client.seed(users=[{"userName": "ada@example.com", "displayName": "Ada"}])
    client.seed(groups=[{"displayName": "inner"}, {"displayName": "team", "members": ["ada@example.com", "inner"]}])
    client.switch(member_display=how)
    (team,) = client.find("Groups", 'displayName eq "team"')
    assert {member["type"]: member.get("display") for member in team["members"]} == {"User": display, "Group": "inner"}


# -- Writes -----------------------------------------------------------------


def test_switch_canonical_names(client):
    """Filters and uniqueness compare bytes, or characters in any normal form."""
    composed, decomposed = (unicodedata.normalize(form, "évé@example.com") for form in ("NFC", "NFD"))
    client.user(composed)
    client.group(composed)

    def found(endpoint, attribute, operator, value):
        return client.get(f'{endpoint}?filter={attribute} {operator} "{value}"').json().get("totalResults")

    filters = [("Users", "userName", "eq", decomposed), ("Users", "userName", "sw", decomposed[:2])]
    filters.append(("Groups", "displayName", "co", decomposed[:3]))
    assert [found(*filter) for filter in filters] == [0, 0, 0]
    client.switch(canonical_names=True)
    assert [found(*filter) for filter in filters] == [1, 1, 1]
    assert client.post_group(decomposed).status_code == 409
    client.switch(canonical_names=False)
    assert client.post_group(decomposed).status_code == 201


def test_switch_unique_case_sensitive(client):
    client.user("ada@example.com")
    client.group("admins")
    assert client.create("Ada@example.com").status_code == client.post_group("Admins").status_code == 409
    client.switch(unique_case_sensitive=True)
    assert client.create("Ada@example.com").status_code == client.post_group("Admins").status_code == 201
    assert client.create("ada@example.com").status_code == client.post_group("admins").status_code == 409


@pytest.mark.parametrize(("status", "kind"), [(409, "uniqueness"), (400, "invalidValue"), (500, None)])
def test_switch_duplicate_status(client, error, status, kind):
    client.user()
    client.group()
    client.switch(duplicate_status=status)
    assert error(client.create("ada@example.com"))[:2] == (status, kind)
    assert error(client.post_group("admins"))[:2] == (status, kind)


def test_switch_password_required(client):
    assert client.create("ada@example.com").status_code == 201
    client.switch(password_required=True)
    assert client.create("bob@example.com").status_code == 400
    assert client.create("bob@example.com", password="S3cret-pass-1").status_code == 201


def test_switch_put_drops_display_name(client):
    user = client.user(displayName="Ada L")
    assert client.put_user(user["id"], userName="ada@example.com").json()["displayName"] == "Ada L"
    client.switch(put_drops_display_name=True)
    assert client.put_user(user["id"], userName="ada@example.com").json()["displayName"] == "ada"


def test_switch_put_keeps_members(client):
    user = client.user()
    group = client.group("admins", user["id"])
    body = {"schemas": [GROUP_URN], "displayName": "admins"}
    client.switch(put_keeps_members=True)
    assert len(client.call("PUT", f"Groups/{group['id']}", body).json()["members"]) == 1
    client.switch(put_keeps_members=False)
    assert "members" not in client.call("PUT", f"Groups/{group['id']}", body).json()


def test_switch_group_created_on_member_error(client, error):
    user = client.user()
    assert client.post_group("admins", user["id"], "nobody").status_code == 404
    assert client.find("Groups", 'displayName eq "admins"') == []
    client.switch(group_created_on_member_error=True)
    answer = client.post_group("admins", user["id"], "nobody")
    assert error(answer) == (404, None, "Member not found. Member value: nobody")
    (group,) = client.find("Groups", 'displayName eq "admins"')
    assert [item["value"] for item in group["members"]] == [user["id"]]


@pytest.mark.parametrize("status", [201, 200])
def test_switch_create_status(client, status):
    client.switch(create_status=status)
    assert client.create("ada@example.com").status_code == client.post_group("admins").status_code == status
    assert client.post_container("APP-PRD").status_code == status
    assert client.create("ada@example.com").status_code == 409
    assert client.get("Users").status_code == 200


@pytest.mark.parametrize("status", [204, 200])
def test_switch_delete_status(client, status):
    client.switch(delete_status=status)
    answer = client.call("DELETE", f"Users/{client.user()['id']}")
    assert (answer.status_code, answer.content) == (status, b"")
    assert client.call("DELETE", f"Groups/{client.group()['id']}").status_code == status
    assert client.call("DELETE", "Users/nobody").status_code == 404


@pytest.mark.parametrize("status", [400, 403])
def test_switch_linked_write_status(client, status):
    (linked,) = client.seed(linked_users=[{"userName": "fed@corp.example"}])["linked_users"]
    client.switch(linked_write_status=status)
    operation = {"op": "replace", "path": "active", "value": False}
    assert client.patch(f"Users/{linked}", operation).status_code == status
    assert client.put_user(linked, userName="fed@corp.example").status_code == status
    assert client.call("DELETE", f"Users/{linked}").status_code == status
    user = client.get(f"Users/{linked}").json()
    assert user["active"] is True and LINKED_URN in user


def test_switch_custom_attributes(client, error):
    first = client.user(**{CUSTOM_URN: {"badge": "7", "site": "Rome"}})
    assert error(client.create("x@example.com", **{CUSTOM_URN: {"shoeSize": "44"}}))[:2] == (400, "invalidValue")
    (linked,) = client.seed(linked_users=[{"userName": "fed@corp.example"}])["linked_users"]
    client.switch(custom_attributes=["shoeSize", "badge"])
    assert client.get(f"Users/{first['id']}").json()[CUSTOM_URN] == {"badge": "7"}
    assert LINKED_URN in client.get(f"Users/{linked}").json()
    assert client.create("x@example.com", **{CUSTOM_URN: {"shoeSize": "44"}}).json()[CUSTOM_URN] == {"shoeSize": "44"}
    assert error(client.create("y@example.com", **{CUSTOM_URN: {"site": "Rome"}}))[:2] == (400, "invalidValue")
    path = f"{CUSTOM_URN}:shoeSize"
    patched = client.patch(f"Users/{first['id']}", {"op": "replace", "path": path, "value": "44"})
    assert patched.json()[CUSTOM_URN] == {"badge": "7", "shoeSize": "44"}
    client.control("POST", "reset")
    client.login()
    assert client.create("z@example.com", **{CUSTOM_URN: {"site": "Rome"}}).status_code == 201


def test_switch_user_groups_typed(client):
    user = client.user()["id"]
    client.group("admins", user)

    def types():
        return [entry.get("type") for entry in client.get(f"Users/{user}").json()["groups"]]

    assert types() == [None]
    client.switch(user_groups_typed=True)
    assert types() == ["direct"]


def test_switch_unnamed_extensions(client, error):
    bodies = [
        ("Users", {"schemas": [USER_URN], "userName": "ada@example.com", ENTERPRISE_URN: {"organization": "x"}}),
        ("Containers", {"schemas": [CONTAINER_URN], "name": "APP", SAFE_URN: {"NumberOfDaysRetention": 7}}),
    ]
    for endpoint, body in bodies:
        (urn,) = (key for key in body if key.startswith("urn:"))
        created = client.call("POST", endpoint, body).json()
        assert (created[urn], created["schemas"]) == (body[urn], [*body["schemas"], urn])
        client.switch(unnamed_extensions="refused")
        assert error(client.call("PUT", f"{endpoint}/{created['id']}", body))[:2] == (400, "invalidSyntax")
        named = {**body, "schemas": [*body["schemas"], urn]}
        assert client.call("PUT", f"{endpoint}/{created['id']}", named).status_code == 200
        client.switch(unnamed_extensions="accepted")
