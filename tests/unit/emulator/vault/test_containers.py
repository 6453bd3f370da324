# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers: the safes of the vault."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import CONTAINER_URN, SAFE_URN

DETAILS = {"NumberOfDaysRetention": 7, "ManagingCPM": "PasswordManager"}


def owner(client):
    (user,) = client.find("Users", f'userName eq "{client.info["client_id"]}"')
    return {"value": user["id"], "$ref": user["meta"]["location"], "display": user["userName"]}


def test_create(client):
    answer = client.post_container("APP-PRD", description="app secrets", **{SAFE_URN: DETAILS})
    container = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == container["meta"]["location"] == f"{client.base}/Scim/v2/Containers/APP-PRD"
    assert container.pop("meta")["resourceType"] == "Container"
    assert list(container.items()) == [
        ("name", "APP-PRD"),
        ("displayName", "APP-PRD"),
        ("description", "app secrets"),
        ("type", "safe"),
        ("owner", owner(client)),
        (SAFE_URN, DETAILS),
        ("schemas", [CONTAINER_URN, SAFE_URN]),
        ("id", "APP-PRD"),
    ]
    assert {**client.get("Containers/APP-PRD").json(), "meta": None} == {**container, "meta": None}


def test_the_name_is_enough(client):
    container = client.container("APP-PRD")
    assert list(container) == ["name", "displayName", "type", "owner", "schemas", "id", "meta"]
    assert container["schemas"] == [CONTAINER_URN]


def test_computed_attributes_are_ignored(client):
    sent = {"type": "x", "owner": {"value": "x"}, "privilegedData": [{"value": "1_1"}], "id": "x"}
    container = client.container("APP-PRD", **sent)
    assert (container["id"], container["type"], container["owner"]) == ("APP-PRD", "safe", owner(client))
    assert "privilegedData" not in container


def test_the_owner_is_the_user_of_the_token(client):
    client.login_as_administrator()
    assert client.container("APP-PRD")["owner"]["display"] == client.info["admin_client_id"]


@pytest.mark.parametrize("path", ["APP-PRD", "app-prd", "App-Prd"])
def test_the_case_of_a_name_in_a_path_does_not_matter(client, path):
    client.container("APP-PRD")
    assert client.get(f"containers/{path}").json()["id"] == "APP-PRD"
    answer = client.put_container(path, description="x")
    assert (answer.status_code, answer.json()["name"]) == (200, "APP-PRD")
    assert client.call("DELETE", f"Containers/{path}").status_code == 204
    assert client.get("Containers").json()["totalResults"] == 0


@pytest.mark.parametrize("name", ["My Safe", "a+b", "50%", "a?b#c&d", "Zürich", "a:b"])
def test_names_are_encoded_in_links(client, name):
    client.switch(safe_name_rules=False)
    container = client.container(name)
    assert client.session.get(container["meta"]["location"]).json()["name"] == name
    answer = client.post_container(name)
    assert answer.status_code == 409
    assert client.find("Containers", f'name eq "{name}"')[0]["id"] == name


def test_duplicates_are_found_whatever_their_case(client, error):
    client.container("APP-PRD")
    for name in ("APP-PRD", "app-prd"):
        assert error(client.post_container(name)) == (409, "uniqueness", f"Container {name} already exists")
    assert client.get("Containers").json()["totalResults"] == 1


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("x" * 29, "The name of a safe has at most 28 characters, not 29"),
        (" safe", "The name of a safe must not start with a space"),
        *((f"a{character}b", f"The name of a safe must not contain {character}") for character in '\\/:*<>".|'),
    ],
)
def test_names_the_vault_does_not_allow(client, error, name, detail):
    assert error(client.post_container(name)) == (400, "invalidValue", detail)
    assert client.get("Containers").json()["totalResults"] == 0


@pytest.mark.parametrize("name", ["x" * 28, "safe ", "a-b_c(d)", "a b"])
def test_names_the_vault_allows(client, name):
    assert client.container(name)["id"] == name


@pytest.mark.parametrize("body", [{"name": ""}, {"name": None}, {"name": 5}])
def test_a_name_is_required(client, error, body):
    assert error(client.send("POST", "Containers", CONTAINER_URN, **body))[0] == 400


def test_put_replaces_everything(client):
    before = client.container("APP-PRD", description="x", **{SAFE_URN: DETAILS})
    answer = client.put_container("APP-PRD", **{SAFE_URN: {"ManagingCPM": "Other"}})
    after = answer.json()
    assert answer.status_code == 200
    assert "description" not in after
    assert after[SAFE_URN] == {"ManagingCPM": "Other"}
    assert (after["owner"], after["type"], after["id"]) == (before["owner"], "safe", "APP-PRD")
    assert SAFE_URN not in client.put_container("APP-PRD").json()


def test_null_and_empty_values_clear(client):
    client.container("APP-PRD", description="x", **{SAFE_URN: DETAILS})
    answer = client.put_container("APP-PRD", description=None, **{SAFE_URN: {**DETAILS, "ManagingCPM": ""}})
    assert "description" not in answer.json()
    assert answer.json()[SAFE_URN] == {"NumberOfDaysRetention": 7}


def test_accounts_are_listed(client):
    client.container("APP-PRD")
    client.container("OTHER")
    one, two = client.account("app-prd", "one"), client.account("APP-PRD", "two")
    entry = {"value": one["id"], "$ref": one["meta"]["location"], "display": "one", "type": "password"}
    listed = client.get("Containers/APP-PRD").json()["privilegedData"]
    assert listed == [entry, {**entry, "value": two["id"], "$ref": two["meta"]["location"], "display": "two"}]
    assert "privilegedData" not in client.get("Containers/OTHER").json()
    assert client.put_container("APP-PRD", description="x").json()["privilegedData"] == listed
    client.put_account({**one, "name": "renamed"})
    client.call("DELETE", f"PrivilegedData/{two['id']}")
    listed = client.get("Containers/APP-PRD").json()["privilegedData"]
    assert [item["display"] for item in listed] == ["renamed"]


def test_unknown_containers(client, error):
    expected = (404, None, "Resource nothing not found")
    assert error(client.get("Containers/nothing")) == expected
    assert error(client.put_container("nothing")) == expected
    assert error(client.call("DELETE", "Containers/nothing")) == expected


def test_delete_twice(client, error):
    client.container("APP-PRD")
    answer = client.call("DELETE", "Containers/APP-PRD")
    assert (answer.status_code, answer.content) == (204, b"")
    assert error(client.call("DELETE", "Containers/APP-PRD")) == (404, None, "Resource APP-PRD not found")


@pytest.fixture
def several(client):
    client.seed(containers=[{"name": name, "description": name[::-1]} for name in ("db-b", "db-a", "web-c", "Web-d")])
    client.container("mine")
    client.account("mine", "root@web1")
    return client


FILTERS = [
    ('name eq "db-a"', ["db-a"]),
    ('id eq "db-a"', ["db-a"]),
    ('displayName sw "db"', ["db-b", "db-a"]),
    ('NAME CO "-"', ["db-b", "db-a", "web-c", "Web-d"]),
    ('name ew "c"', ["web-c"]),
    ('name eq "DB-A"', []),
    ('name sw "db" and name ew "a"', ["db-a"]),
    ('owner.display sw "scim"', ["mine"]),
    ('privilegedData.display eq "root@web1"', ["mine"]),
    ('privilegedData.display eq "nobody"', []),
]


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(several, text, expected):
    assert [item["name"] for item in several.find("Containers", text)] == expected


def test_filter_by_owner(several):
    assert [item["name"] for item in several.find("Containers", f'owner.value eq "{owner(several)["value"]}"')] == [
        "mine"
    ]


@pytest.mark.parametrize("text", ['description eq "x"', 'name ne "x"', "name pr", 'name eq "a" or name eq "b"'])
def test_refused_filters(several, error, text):
    assert error(several.get("Containers", filter=text))[:2] == (400, "invalidFilter")


def test_sorting_and_paging(several):
    answer = several.get("Containers", sortBy="name", sortOrder="descending", count=2, startIndex=2).json()
    assert [item["name"] for item in answer["Resources"]] == ["web-c", "mine"]
    assert (answer["totalResults"], answer["itemsPerPage"], answer["startIndex"]) == (5, 2, 2)


def test_attributes(several):
    (found,) = several.find("Containers", 'name eq "mine"', attributes="name")
    assert set(found) == {"schemas", "id", "name"}
