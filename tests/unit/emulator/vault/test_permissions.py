# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Container permissions: the members of safes."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import PERMISSION_URN, SAFE_MEMBER_URN
from ansible_collections.idops.cyberark_identity.tests.emulator.vault.rights import RIGHTS

SAFE = "APP-PRD"


@pytest.fixture
def user(client):
    client.container(SAFE)
    return client.user()


def others(client):
    """Return all permissions except that of the creator."""
    listed = client.get("ContainerPermissions").json().get("Resources", [])
    return [item for item in listed if item.get("user", {}).get("display") != client.info["client_id"]]


def test_the_creator_has_all_rights(client):
    client.container(SAFE)
    (creator,) = client.get("ContainerPermissions").json()["Resources"]
    assert creator["id"] == f"{SAFE}:{client.info['client_id']}"
    assert creator["rights"] == list(RIGHTS)
    assert len(RIGHTS) == len({right.casefold() for right in RIGHTS}) == 22
    assert creator["user"] == client.get(f"Containers/{SAFE}").json()["owner"]
    assert client.get(f"ContainerPermissions/{creator['id']}").json()["id"] == creator["id"]
    assert client.put_permission({**creator, "rights": ["listAccounts"]}).json()["rights"] == ["listAccounts"]
    assert client.call("DELETE", f"ContainerPermissions/{creator['id']}").status_code == 204


def test_create_for_a_user(client, user):
    expiration = {SAFE_MEMBER_URN: {"membershipExpirationDate": 1798761600}}
    answer = client.post_permission(SAFE, "listAccounts", "useAccounts", user={"value": user["id"]}, **expiration)
    permission = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == permission["meta"]["location"]
    assert permission.pop("meta")["location"].endswith(f"/Scim/v2/ContainerPermissions/{SAFE}:ada@example.com")
    location = f"{client.base}/Scim/v2/Containers/{SAFE}"
    assert list(permission.items()) == [
        ("container", {"value": SAFE, "$ref": location, "name": SAFE, "display": SAFE}),
        ("user", {"value": user["id"], "$ref": user["meta"]["location"], "display": "ada@example.com"}),
        ("rights", ["useAccounts", "listAccounts"]),
        (SAFE_MEMBER_URN, {"membershipExpirationDate": 1798761600, "memberType": "User"}),
        ("schemas", [PERMISSION_URN, SAFE_MEMBER_URN]),
        ("id", f"{SAFE}:ada@example.com"),
    ]
    read = client.get(f"ContainerPermissions/{permission['id']}").json()
    assert {**read, "meta": None} == {**permission, "meta": None}


def test_the_core_schema_is_enough(client, user):
    permission = client.permission(SAFE, user={"value": user["id"]})
    assert permission[SAFE_MEMBER_URN] == {"memberType": "User"}


def test_create_for_a_role(client, user):
    group = client.group("admins")
    permission = client.permission(SAFE, group={"value": group["id"]})
    expected = {"value": group["id"], "$ref": group["meta"]["location"], "display": "admins"}
    assert (permission["group"], permission["id"]) == (expected, f"{SAFE}:admins")
    assert permission[SAFE_MEMBER_URN] == {"memberType": "Role"}
    assert "user" not in permission


@pytest.mark.parametrize("container", [{"name": SAFE}, {"value": SAFE}, {"name": "app-prd"}, {"value": "App-Prd"}])
def test_notations_of_the_container(client, user, container):
    permission = client.permission(SAFE, container=container, user={"value": user["id"]})
    assert permission["container"]["value"] == SAFE


def test_members_by_name(client, user):
    group = client.group("admins")
    assert client.permission(SAFE, user={"display": "ADA@example.com"})["user"]["value"] == user["id"]
    assert client.permission(SAFE, group={"display": "Admins"})["group"]["value"] == group["id"]


def test_a_group_of_another_directory(client, user, error):
    guid = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
    assert error(client.post_permission(SAFE, group={"value": guid}))[0] == 404
    for place in ("Vault", "VAULT", ""):
        answer = client.post_permission(SAFE, group={"value": guid}, **{SAFE_MEMBER_URN: {"searchIn": place}})
        assert error(answer) == (404, None, f"Member not found. Member value: {guid}")
    search = {SAFE_MEMBER_URN: {"searchIn": "corp.example"}}
    permission = client.permission(SAFE, group={"value": guid}, **search)
    assert permission["group"] == {"value": guid, "display": guid}
    assert permission[SAFE_MEMBER_URN] == {"memberType": "Group"}
    named = client.permission(SAFE, group={"value": "other", "display": "Ops"}, **search)
    assert (named["group"], named["id"]) == ({"value": "other", "display": "Ops"}, f"{SAFE}:Ops")
    assert error(client.post_permission(SAFE, user={"value": guid}, **search))[0] == 404
    assert "searchIn" not in client.get("ContainerPermissions").text


@pytest.mark.parametrize("holders", [{}, {"user": {"display": "a"}, "group": {"display": "b"}}])
def test_exactly_one_holder(client, user, error, holders):
    expected = (400, "invalidValue", "Exactly one of user and group is required")
    assert error(client.post_permission(SAFE, **holders)) == expected
    assert others(client) == []


def test_unknown_references(client, user, error):
    holder = {"user": {"value": user["id"]}}
    assert error(client.post_permission("nothing", **holder)) == (
        404,
        None,
        "Container not found. Container value: nothing",
    )
    for kind in ("user", "group"):
        for reference in ({"value": "nobody"}, {"display": "nobody"}):
            answer = client.post_permission(SAFE, **{kind: reference})
            assert error(answer) == (404, None, "Member not found. Member value: nobody")
    assert others(client) == []


def test_a_role_is_no_user(client, user, error):
    group = client.group("admins")
    assert error(client.post_permission(SAFE, user={"value": group["id"]}))[0] == 404
    assert error(client.post_permission(SAFE, group={"value": user["id"]}))[0] == 404


def test_a_name_two_users_have_is_refused(client, user, error):
    client.seed(users=[{"userName": "twin@example.com"}, {"userName": "twin@example.com"}])
    expected = (400, "invalidValue", "The user twin@example.com is not unique")
    assert error(client.post_permission(SAFE, user={"display": "twin@example.com"})) == expected


@pytest.mark.parametrize("container", [None, {}, {"display": SAFE}])
def test_a_container_is_required(client, user, error, container):
    assert error(client.post_permission(SAFE, container=container, user={"value": user["id"]}))[0] == 400


def test_duplicates(client, user, error):
    client.permission(SAFE, user={"value": user["id"]})
    expected = (409, "uniqueness", f"ContainerPermission {SAFE}:ada@example.com already exists")
    assert error(client.post_permission("app-prd", user={"display": "ada@example.com"})) == expected
    client.switch(permission_id="id")
    assert error(client.post_permission(SAFE, user={"value": user["id"]}))[0] == 409
    client.container("OTHER")
    client.permission("OTHER", user={"value": user["id"]})


def test_one_member_under_two_names_is_a_duplicate(client, user, error):
    search = {SAFE_MEMBER_URN: {"searchIn": "corp.example"}}
    client.permission(SAFE, group={"value": "S-1-5", "display": "Ops"}, **search)
    assert error(client.post_permission(SAFE, group={"value": "S-1-5", "display": "Operators"}, **search))[0] == 409


def test_two_members_of_one_name_are_a_duplicate_while_ids_are_names(client, user, error):
    client.permission(SAFE, user={"value": user["id"]})
    group = client.group(user["userName"])
    assert error(client.post_permission(SAFE, group={"value": group["id"]}))[0] == 409
    client.switch(permission_id="id")
    client.permission(SAFE, group={"value": group["id"]})


def test_rights_have_no_case_and_no_order(client, user):
    permission = client.permission(SAFE, "ManageSafe", "USEACCOUNTS", "managesafe", user={"value": user["id"]})
    assert permission["rights"] == ["useAccounts", "manageSafe"]


def test_put_replaces_the_rights_and_the_expiration(client, user):
    expiration = {SAFE_MEMBER_URN: {"membershipExpirationDate": 1798761600}}
    permission = client.permission(SAFE, "useAccounts", "manageSafe", user={"value": user["id"]}, **expiration)
    body = {"user": {"value": user["id"]}, "rights": ["listAccounts"]}
    answer = client.put_permission(permission, **body)
    assert (answer.status_code, answer.json()["rights"]) == (200, ["listAccounts"])
    assert answer.json()[SAFE_MEMBER_URN] == {"memberType": "User"}
    answer = client.put_permission(permission, **expiration)
    assert answer.json()[SAFE_MEMBER_URN] == permission[SAFE_MEMBER_URN]
    assert {**answer.json(), "meta": None} == {**permission, "meta": None}


def test_put_repeats_what_was_read(client, user):
    permission = client.permission(SAFE, group={"value": client.group()["id"]})
    answer = client.call("PUT", f"ContainerPermissions/{permission['id']}", permission)
    assert {**answer.json(), "meta": None} == {**permission, "meta": None}


@pytest.mark.parametrize("path", [f"{SAFE}:ada@example.com", "app-prd:ADA@example.com", f"{SAFE}%3Aada%40example.com"])
def test_notations_of_the_id(client, user, path):
    client.permission(SAFE, user={"value": user["id"]})
    assert client.get(f"ContainerPermissions/{path}").json()["user"]["value"] == user["id"]
    assert client.call("DELETE", f"ContainerPermissions/{path}").status_code == 204
    assert others(client) == []


def test_unknown_permissions(client, user, error):
    for method in ("GET", "DELETE"):
        assert error(client.call(method, f"ContainerPermissions/{SAFE}:nobody")) == (
            404,
            None,
            f"Resource {SAFE}:nobody not found",
        )


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("plain", "Ops"),
        ("upn", "Ops@corp.example"),
        ("nt", "CORP\\Ops"),
        ("dn", "CN=Ops,OU=People,DC=corp,DC=example"),
    ],
)
def test_switch_outsider_display(client, error, form, shown):
    client.container(SAFE)
    client.switch(outsider_display=form)
    (guid,) = client.seed(other_directories=[{"directory": "corp.example", "group": "Ops"}])["other_directories"]
    search = {SAFE_MEMBER_URN: {"searchIn": "CORP.example"}}
    assert error(client.post_permission(SAFE, group={"value": "nobody"}, **search))[0] == 404
    assert error(client.post_permission(SAFE, user={"value": "Ops"}, **search))[0] == 404
    permission = client.permission(SAFE, group={"value": "ops"}, **search)
    assert permission["group"] == {"value": guid, "display": shown}
    assert error(client.post_permission(SAFE, group={"value": guid}, **search))[0] == 409


def test_switch_outsider_value(client):
    client.container(SAFE)
    client.switch(outsider_value="name")
    client.seed(other_directories=[{"directory": "corp.example", "user": "ada", "id": "G-1"}])
    search = {SAFE_MEMBER_URN: {"searchIn": "corp.example"}}
    assert client.permission(SAFE, user={"value": "G-1"}, **search)["user"]["value"] == "ada"
