# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: filters, paging, sorting and the choice of attributes."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import CUSTOM_URN

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
NAMES = {"ada": "ada@example.com", "bob": "bob@example.org", "eve": 'eve"s@example.com'}


@pytest.fixture
def people(client):
    """Create three users and two roles, and return the ids of the users by name."""
    users = client.seed(
        users=[
            {
                "userName": NAMES["ada"],
                "displayName": "Ada Lovelace",
                "name": {"givenName": "Ada", "familyName": "Lovelace"},
                "emails": [{"value": "ada@example.com"}],
            },
            {"userName": NAMES["bob"], "displayName": "bob the builder", "active": False},
            {"userName": NAMES["eve"], "displayName": "Eve \\ Zoë", "preferredLanguage": "de_DE"},
        ],
        groups=[{"displayName": "Admins", "members": [NAMES["ada"], NAMES["bob"]]}, {"displayName": "auditors"}],
    )
    client.switch(list_service_users=False)
    return dict(zip(NAMES, users["users"], strict=True))


FILTERS = [
    ('userName eq "ada@example.com"', ["ada"]),
    ('USERNAME EQ "ada@example.com"', ["ada"]),
    ("userName eq 'ada@example.com'", ["ada"]),
    ("userName eq ada@example.com", ["ada"]),
    ('  userName   eq   "ada@example.com"  ', ["ada"]),
    (r'userName eq "eve\"s@example.com"', ["eve"]),
    ("userName eq 'eve\"s@example.com'", ["eve"]),
    (r'displayName eq "Eve \\ Zoë"', ["eve"]),
    (r'displayName eq "Eve \\ Zo\u00eb"', ["eve"]),
    ('userName sw "a"', ["ada"]),
    ('userName ew ".org"', ["bob"]),
    ('userName co "@example."', ["ada", "bob", "eve"]),
    ('emails.value eq "ada@example.com"', ["ada"]),
    ('emails.value co "ada"', ["ada"]),
    ('name.givenName eq "Ada"', ["ada"]),
    ('name.familyName sw "Love"', ["ada"]),
    ('name.formatted eq "bob the builder"', ["bob"]),
    ("active eq false", ["bob"]),
    ('active eq "True"', ["ada", "eve"]),
    ('userName co "example" and displayName sw "Ada"', ["ada"]),
    ('active eq true and userName eq "ada@example.com" AND displayName co "Love"', ["ada"]),
    ('active eq false and userName eq "ada@example.com"', []),
    ('userName eq "and"', []),
    ('userName eq ""', []),
    ('userName eq "nobody"', []),
]


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters_of_users(client, people, text, expected):
    answer = client.get("Users", filter=text)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["totalResults"] == len(expected)
    assert [user["id"] for user in body.get("Resources", [])] == [people[name] for name in expected]


def test_filter_by_id(client, people):
    assert [user["userName"] for user in client.find("Users", f'id eq "{people["ada"]}"')] == [NAMES["ada"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('displayName eq "Admins"', ["Admins"]),
        ('displayName co "dit"', ["auditors"]),
        ('members.display eq "ada@example.com"', ["Admins"]),
        ('members.display ew "example.org" and displayName sw "A"', ["Admins"]),
        ('id eq "Everybody"', ["Everybody"]),
        ('displayName eq "nothing"', []),
    ],
)
def test_filters_of_groups(client, people, text, expected):
    assert [group["displayName"] for group in client.find("Groups", text)] == expected


def test_filter_of_groups_by_member_id(client, people):
    (group,) = client.find("Groups", f'members.value eq "{people["bob"]}"')
    assert group["displayName"] == "Admins"


@pytest.mark.parametrize(
    "text",
    [
        'userName gt "a"',
        'userName ne "a"',
        "userName pr",
        'userName eq "a" or userName eq "b"',
        'not (userName eq "a")',
        '(userName eq "a")',
        'emails[value eq "a"]',
        'title eq "x"',
        'password eq "x"',
        f'{CUSTOM_URN}:badge eq "7"',
        "userName eq",
        "userName",
        'userName eq "a',
        r'userName eq "\x"',
        'userName eq "a" and',
        'userName eq "a" userName eq "b"',
        "active co true",
        "active eq maybe",
        'displayName eq "a" "b"',
    ],
)
def test_refused_filters(client, error, text):
    status, kind, detail = error(client.get("Users", filter=text))
    assert (status, kind) == (400, "invalidFilter")
    assert detail


def test_refused_filters_of_groups(client, error):
    assert error(client.get("Groups", filter='userName eq "x"'))[:2] == (400, "invalidFilter")


def test_list_keys(client, people):
    body = client.get("Users").json()
    assert list(body) == ["schemas", "totalResults", "itemsPerPage", "startIndex", "Resources"]
    assert body["schemas"] == [LIST]
    assert (body["totalResults"], body["itemsPerPage"], body["startIndex"]) == (3, 3, 1)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (1, 2, ["ada", "bob"]),
        (3, 2, ["eve"]),
        (2, 1, ["bob"]),
        (9, 2, []),
        (0, 1, ["ada"]),
        (-4, 1, ["ada"]),
        (1, 0, []),
        (1, -1, []),
        (2, "", ["bob", "eve"]),
    ],
)
def test_paging(client, people, start, count, expected):
    body = client.get("Users", startIndex=start, count=count).json()
    assert [user["id"] for user in body.get("Resources", [])] == [people[name] for name in expected]
    assert (body["totalResults"], body["itemsPerPage"], body["startIndex"]) == (3, len(expected), max(1, start))


def test_page_size_must_be_a_number(client):
    assert client.get("Users", count="many").status_code == 400


@pytest.mark.parametrize(
    ("attribute", "order", "expected"),
    [
        ("userName", "ascending", ["ada", "bob", "eve"]),
        ("userName", "descending", ["eve", "bob", "ada"]),
        ("displayName", None, ["ada", "bob", "eve"]),
        ("name.givenName", None, ["ada", "bob", "eve"]),
        ("emails.value", "descending", ["bob", "eve", "ada"]),
        ("preferredLanguage", None, ["eve", "ada", "bob"]),
        ("active", None, ["bob", "ada", "eve"]),
    ],
)
def test_sorting(client, people, attribute, order, expected):
    body = client.get("Users", sortBy=attribute, sortOrder=order).json()
    assert [user["id"] for user in body["Resources"]] == [people[name] for name in expected]


def test_sorting_groups_and_paging_sorted_users(client, people):
    names = [item["displayName"] for item in client.get("Groups", sortBy="displayName").json()["Resources"]]
    assert names == ["Admins", "auditors", "Everybody", "Privilege Cloud Users", "SCIM client", "System Administrator"]
    (user,) = client.get("Users", sortBy="userName", sortOrder="descending", count=1, startIndex=2).json()["Resources"]
    assert user["id"] == people["bob"]


def test_sorting_by_nothing_known(client):
    assert client.get("Users", sortBy="nothing").status_code == 400


def test_choice_of_attributes(client, people):
    (user,) = client.find("Users", 'userName sw "ada"', attributes="userName,groups,name.givenName")
    assert set(user) == {"userName", "groups", "name", "schemas", "id"}
    assert user["name"] == {"givenName": "Ada"}
    assert user["groups"][0]["display"] == "Admins"
    assert set(client.get(f"Users/{people['ada']}", attributes="displayName,meta").json()) == {
        "displayName",
        "schemas",
        "id",
        "meta",
    }
    assert "members" not in client.find("Groups", 'displayName eq "Admins"', attributes="displayName")[0]


def test_groups_list_their_members(client, people):
    (group,) = client.find("Groups", 'displayName eq "Admins"')
    assert [item["display"] for item in group["members"]] == [NAMES["ada"], NAMES["bob"]]


def test_users_of_other_directories_are_listed(client):
    client.seed(linked_users=[{"userName": "fed@corp.example"}])
    (user,) = client.find("Users", 'userName eq "fed@corp.example"')
    linked = user["urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"]
    assert linked["source"] == "FDS"
    assert "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject" in user["schemas"]


def test_searches_by_post_are_unknown(client, error):
    before = client.control("GET", "state")
    for endpoint in ("Users", "Groups", "Containers"):
        answer = client.call("POST", f"{endpoint}/.search", {"filter": 'userName eq "x"'})
        assert error(answer) == (404, None, f"Resource {endpoint}/.search not found")
    assert client.control("GET", "state") == before
