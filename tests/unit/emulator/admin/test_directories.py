# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directories of the tenant, and the search over them, with the requests that clients send."""

from __future__ import annotations

import json

import pytest

SERVICES, QUERY = "Core/GetDirectoryServices", "UserMgmt/DirectoryServiceQuery"
PAGE = {"PageNumber": 1, "PageSize": 100000, "Limit": 100000, "SortBy": "", "Direction": "False", "Caching": -1}


def directories(client, **arguments):
    found = client.ask(SERVICES, **arguments)["Results"]
    return {item["Row"]["Name"]: item["Row"]["directoryServiceUuid"] for item in found}


def search(client, *, services=None, args=None, by="", **filters):
    """Search with filters of JSON, and return the rows by kind."""
    texts = {kind: item if isinstance(item, str) else json.dumps(item) for kind, item in filters.items()}
    body = {"directoryServices": services or [], "Args": {**PAGE, **(args or {})}, **texts}
    result = client.ask(QUERY, body, by=by)
    return {kind: [item["Row"] for item in table["Results"]] for kind, table in result.items()}


@pytest.fixture
def people(client):
    """Return a client of a tenant with users and groups in three directories."""
    client.user("ada@example.com", displayName="Ada Lovelace", emails=[{"value": "ada@example.org"}])
    client.seed(
        linked_users=[{"userName": "fed@corp.example", "displayName": "Fed Adams"}],
        other_directories=[
            {"directory": "corp.example", "user": "adam"},
            {"directory": "corp.example", "group": "db-adas"},
        ],
    )
    return client


def test_the_directories(people):
    assert list(directories(people)) == ["CDS", "AdProxy_corp.example", "FDS"]
    assert directories(people, method="GET") == directories(people)
    first = people.ask(SERVICES)["Results"][0]["Row"]
    expected = {"Service": "CDS", "Tenant": "ABC1234", "Status": "Active", "StatusDisplay": "Online", "Everybody": True}
    assert {name: first[name] for name in expected} == expected
    assert len(set(directories(people).values())) == 3


def test_a_role_is_found_by_name_or_id(client):
    role = client.new_role("it's", rights=("dsman",))
    client.ask("SaasManage/AssignSuperRights", [{"Role": role, "Path": "ServiceRight/passwordvaultShowTile"}])
    cloud = [directories(client)["CDS"]]
    python_sdk = str({"Name": {"_eq": "it's"}})
    go_sdk = {"_or": [{"Name": {"_eq": role}}, {"_ID": {"_eq": role}}]}
    for roles in (python_sdk, go_sdk):
        found = search(client, services=cloud, args={"Limit": 1}, user="{}", group="{}", roles=roles)
        (row,) = found["roles"]
        assert (row["_ID"], row["Name"], row["IsHidden"], row["RoleType"]) == (role, "it's", False, "PrincipalList")
        assert row["AdministrativeRights"] == [
            {"Description": "User Management", "Path": "/lib/rights/dsman.json", "ServiceName": None},
            {
                "Description": "Show Privileged Cloud Tile",
                "Path": "ServiceRight/passwordvaultShowTile",
                "ServiceName": "Privilege Cloud",
            },
        ]
    federated = [directories(client)["FDS"]]
    assert search(client, services=federated, roles=go_sdk) == {"roles": []}
    assert search(client, roles={"Name": {"_eq": "IT'S"}}) == {"roles": []}


# The filters of the vendor's SDKs and scripts, of a connector of SailPoint and of the portal.
LIKE = {"_like": {"value": "ADA", "ignoreCase": "true"}}
USER_FILTERS = [
    ({"DisplayName": {"_like": "ada"}}, ["Ada Lovelace", "Fed Adams", "adam"]),
    ({"_and": [{"SystemName": {"_like": "ada@example.com"}}, {"ObjectType": "user"}]}, ["Ada Lovelace"]),
    (
        {"_and": [{"_or": [{"DisplayName": LIKE}, {"givenName": LIKE}, {"sn": LIKE}]}, {"ObjectType": "User"}]},
        ["Ada Lovelace", "Fed Adams", "adam"],
    ),
    ({"Email": {"_like": {"value": "ADA@", "ignoreCase": "true"}}}, ["Ada Lovelace"]),
    ({"SystemName": {"_like": {"value": "ADA@", "ignoreCase": "false"}}}, []),
    ({"ObjectType": "group"}, []),
    ({"DisplayName": {"_like": "Ada"}, "EMail": {"_eq": "ada@example.org"}}, ["Ada Lovelace"]),
]


@pytest.mark.parametrize(("condition", "names"), USER_FILTERS, ids=str)
def test_filters_of_users(people, condition, names):
    found = search(people, user=condition)
    assert list(found) == ["User"]
    assert [row["DisplayName"] for row in found["User"]] == names


def test_rows_of_users_and_groups(people):
    found = search(people, user="{}", group={"_or": [{"DisplayName": LIKE}, {"SystemName": LIKE}]})
    ada = next(row for row in found["User"] if row["SystemName"] == "ada@example.com")
    known = people.find("Users", 'userName eq "ada@example.com"')[0]["id"]
    assert (ada["InternalName"], ada["EMail"]) == (known, "ada@example.org")
    assert (ada["ServiceType"], ada["ServiceInstanceLocalized"]) == ("CDS", "CyberArk Cloud Directory")
    (group,) = found["Group"]
    assert (group["DisplayName"], group["ServiceType"], group["Forest"]) == ("db-adas", "AdProxy", "corp.example")
    # The models of the vendor's SDK need these texts.
    for row in (*found["User"], *found["Group"]):
        texts = ("ServiceInstanceLocalized", "DistinguishedName", "SystemName", "InternalName", "DirectoryServiceUuid")
        assert all(isinstance(row[name], str) and row[name] for name in texts)
    domain = [directories(people)["AdProxy_corp.example"]]
    assert [row["DisplayName"] for row in search(people, services=domain, user="{}")["User"]] == ["adam"]


def test_pages_of_a_search(people):
    def page(**args):
        table = people.ask(QUERY, {"roles": "{}", "Args": args})["roles"]
        return len(table["Results"]), table["Count"], table["FullCount"]

    everything = page()
    assert page(PageNumber=1, PageSize=2, Limit=100) == (2, 2, everything[0])
    assert page(PageNumber=1, PageSize=100, Limit=1) == (1, 1, 1)
    assert page(PageNumber=0, PageSize=0, Limit=1) == everything


def test_a_search_shows_what_the_caller_may_read(people):
    roles = people.limited("Role Management", name="roles@example.com")
    users = people.limited("Read Only User Management", name="users@example.com")
    for token, kinds in ((roles, {"roles"}), (users, {"User", "Group"}), (people.limited(), set())):
        found = search(people, by=token, user="{}", group="{}", roles="{}")
        assert {kind for kind, rows in found.items() if rows} == kinds


@pytest.mark.parametrize(
    "condition",
    [
        "{",
        "[]",
        '"x"',
        "__import__('os')",
        {"Colour": {"_eq": "red"}},
        {"Name": {"_gt": "a"}},
        {"Name": {"_eq": 7}},
        {"Name": {"_like": {"value": None}}},
        {"Name": {"_eq": "a", "_like": "b"}},
        {"Name": ["a"]},
        {"_or": {"Name": {"_eq": "a"}}},
        {"_and": ["x"]},
    ],
    ids=str,
)
def test_filters_that_no_client_sends_are_refused(client, condition):
    body = {"roles": condition if isinstance(condition, str) else json.dumps(condition)}
    assert client.refusal(QUERY, body)[1]
    # It is refused even if there are no rows.
    assert client.refusal(QUERY, {**body, "directoryServices": [directories(client)["FDS"]]})[1]


def test_directories_must_be_a_list(client):
    assert "Key:directoryServices" in client.refusal(QUERY, {"roles": "{}", "directoryServices": "CDS"})[1]
