# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of container permissions: filters, sorting and paging."""

from __future__ import annotations

import pytest


@pytest.fixture
def several(client):
    client.seed(
        users=[{"userName": name} for name in ("ada@example.com", "bob@example.com")],
        groups=[{"displayName": "admins"}],
        containers=[{"name": "one"}, {"name": "two"}],
        permissions=[
            {"container": container, **holder}
            for container in ("one", "two")
            for holder in ({"user": "ada@example.com"}, {"user": "bob@example.com"}, {"group": "admins"})
        ],
    )
    return client


ADA, BOB, ADMINS = "ada@example.com", "bob@example.com", "admins"
FILTERS = [
    ('container.name eq "one"', ["one:" + name for name in (ADA, BOB, ADMINS)]),
    ('container.display eq "two"', ["two:" + name for name in (ADA, BOB, ADMINS)]),
    ('container.value eq "one" and user.display eq "bob@example.com"', ["one:" + BOB]),
    ('user.display eq "ada@example.com"', ["one:" + ADA, "two:" + ADA]),
    ('group.display eq "admins" and container.value eq "two"', ["two:" + ADMINS]),
    ('container.value eq "ONE"', []),
    ('container.value eq "three"', []),
]


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(several, text, expected):
    assert [item["id"] for item in several.find("ContainerPermissions", text)] == expected


def test_filters_by_id(several):
    user, group = several.find("Users", f'userName eq "{ADA}"')[0], several.find("Groups", 'displayName eq "admins"')[0]
    text = f'user.value eq "{user["id"]}" and container.value eq "one"'
    assert [item["id"] for item in several.find("ContainerPermissions", text)] == ["one:" + ADA]
    found = several.find("ContainerPermissions", f'group.value eq "{group["id"]}"')
    assert [item["id"] for item in found] == ["one:admins", "two:admins"]


@pytest.mark.parametrize("text", ['rights eq "useAccounts"', 'container.name sw "o"', 'id eq "one:admins"'])
def test_refused_filters(several, error, text):
    assert error(several.get("ContainerPermissions", filter=text))[:2] == (400, "invalidFilter")


def test_paging(several):
    answer = several.get("ContainerPermissions", count=2, startIndex=5, sortBy="id").json()
    assert [item["id"] for item in answer["Resources"]] == ["two:" + ADMINS, "two:" + BOB]
    assert (answer["totalResults"], answer["itemsPerPage"]) == (6, 2)
