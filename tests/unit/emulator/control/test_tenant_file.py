# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant from a file: what is refused, and what is made up. Another test_tenant_file.py compares it with exports."""

from __future__ import annotations

import pytest
import requests

ADA = {"user_name": "ada@corp.example"}
SAFE = {"containers": [{"name": "APP"}]}


def post(client, content):
    return requests.post(f"{client.info['control_url']}/tenant.yml", data=content, timeout=60)


@pytest.fixture
def load(client):
    """Return a function that loads a document. The tenant of the other tests comes back afterwards."""

    def call(content):
        client.control("POST", "tenant.yml", content)
        client.login()

    yield call
    client.control("POST", "tenant.yml", {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("- users", "A tenant is a map of users, groups, containers, container_permissions, privileged_data"),
        ("people: []", "A tenant is a map of"),
        ("users: [", "This is not YAML"),
        ("users: ada", "users is not a list"),
        ("users: [ada]", "users[0] is not a map"),
        ("users: [{display_name: Ada}]", "users[0] has no user_name"),
        ("users: [{user_name: a@b.c, login: a}]", "users[0] has the unknown option login; known: user_name"),
        ("users: [{user_name: a@b.c, active: 1}]", "users[0] has a active that is not of the type bool"),
        ("containers: [{name: A, number_of_days_retention: true}]", "number_of_days_retention that is not of the type"),
        ("users: [{user_name: a@b.c, password: x}]", "secrets are made up at random, so a file holds none"),
        ("users: [{user_name: a@b.c}, {user_name: A@b.c}]", "A@b.c is in the file twice"),
        ("users: [{user_name: a@b.c, manager: x@b.c}]", "The manager of a@b.c names x@b.c, which is neither"),
        ("groups: [{display_name: g, users: [a]}]", "groups[0] has a users that is not of the type dict"),
        ("groups: [{display_name: g, users: {add: [a]}}]", "groups[0] has users that are not of the form {set: [...]}"),
        ("groups: [{display_name: g, users: {set: [x]}}]", "The group g names x, which is neither in the file nor"),
        ("container_permissions: [{container: A}]", "does not have one of user and group"),
        ("container_permissions: [{container: A, user: a}]", "is in the safe A, which is not in the file"),
        ("privileged_data: [{container: A, name: a}]", "privileged_data[0] is in the safe A, which is not"),
    ],
)
def test_a_file_that_is_no_tenant_changes_nothing(client, content, reason):
    client.user()
    before = client.control("GET", "state")
    answer = post(client, content)
    assert answer.status_code == 400 and reason in answer.json()["error"], answer.text
    client.control("POST", "reset")
    assert len(client.control("GET", "state")["users"]) == len(before["users"]) - 1


def test_users_bring_their_suffix_and_their_attributes(client, load):
    assert client.create("grace@corp.example").status_code == 400
    load({"users": [{**ADA, "custom_attributes": {"floor": "3"}}]})
    (ada,) = client.find("Users", 'userName eq "ada@corp.example"')
    assert ada["urn:scim:schemas:extension:custom:2.0"] == {"floor": "3"}
    grace = client.user("grace@corp.example", **{"urn:scim:schemas:extension:custom:2.0": {"floor": "4"}})
    client.control("POST", "reset")
    client.login()
    assert client.get(f"Users/{grace['id']}").status_code == 404
    assert [user["id"] for user in client.find("Users", 'userName eq "ada@corp.example"')] == [ada["id"]]


def test_secrets_are_made_up(client, load):
    accounts = [{"container": "APP", "name": "root"}]
    load({"users": [ADA], **SAFE, "privileged_data": accounts})
    before = client.control("GET", "state")
    load({"users": [ADA], **SAFE, "privileged_data": accounts})
    after = client.control("GET", "state")

    def secrets(state):
        users = {user["userName"]: user["password"] for user in state["users"]}
        return users, [account["secret"] for account in state["accounts"]]

    assert all(secrets(before)[1]) and secrets(before)[1] != secrets(after)[1]
    assert secrets(before)[0].pop("ada@corp.example") != secrets(after)[0].pop("ada@corp.example")
    clients = client.info["client_id"]
    assert secrets(before)[0][clients] == secrets(after)[0][clients]


def test_a_member_that_is_nowhere_is_of_another_directory(client, load):
    load({**SAFE, "container_permissions": [{"container": "APP", "group": "CORP\\dba", "rights": {"set": []}}]})
    (permission,) = client.get("ContainerPermissions").json()["Resources"]
    assert permission["group"]["display"] == "CORP\\dba"
    assert "CORP\\dba" in requests.get(f"{client.info['control_url']}/tenant.yml", timeout=60).text
