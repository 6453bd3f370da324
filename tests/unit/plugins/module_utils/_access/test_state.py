# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the names of a directory mean, and what nobody can know from it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError

Object = dict[str, Any]
ALL: Object = {
    "users": [],
    "groups": [],
    "containers": [],
    "container_permissions": [],
    "privileged_data": [],
}


def permission(safe: str, **member: str) -> Object:
    return {"container": safe, **member, "rights": {"set": ["listAccounts", "Use accounts"]}}


def members(directory: Object) -> list[tuple[str, str, bool]]:
    """Return the kind and the name of the member of each permission, and whether it is listed."""
    state = State.of({**ALL, **directory})
    kinds: dict[str, Any] = {"user": state.users, "group": state.groups}
    found = [(each.kind, kinds[each.kind][each.member]) for each in state.permissions]
    return [(kind, member.name, member.listed) for kind, member in found]


def test_names_mean_the_listed_object_in_any_case() -> None:
    directory = {
        "users": [{"user_name": "Ada@example.com", "active": False}],
        "groups": [{"display_name": "DB-Admins", "users": {"set": ["ADA@EXAMPLE.COM"]}}],
        "containers": [{"name": "APP-PRD"}],
        "container_permissions": [
            permission("app-prd", group="db-admins"),
            permission("APP-prd", user="ADA@example.COM"),
        ],
        "privileged_data": [{"container": "app-PRD", "name": "root"}],
    }
    state = State.of(directory)
    assert [len(each) for each in (state.users, state.groups, state.containers)] == [1, 1, 1]
    assert state.users[0].active is False
    assert state.groups[0].users == (0,)
    assert {each.container for each in (*state.permissions, *state.accounts)} == {0}
    assert state.permissions[0].rights == ("useAccounts", "listAccounts")
    assert state.gaps == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"group": "AD-Admins", "search_in": "corp.example.com"}, {"group": "AD-Admins@corp.example.com"}, True),
        ({"group": "CORP\\AD-Admins"}, {"group": "ad-admins@corp"}, True),
        ({"group": "CN=AD-Admins,DC=corp,DC=example,DC=com"}, {"group": "AD-Admins@corp.example.com"}, True),
        ({"group": "AD-Admins", "search_in": "corp.example.com"}, {"group": "AD-Admins", "search_in": "other"}, False),
        ({"group": "AD-Admins", "search_in": "corp.example.com"}, {"group": "AD-Admins"}, False),
        ({"group": "Auditors", "search_in": "Vault"}, {"group": "auditors"}, True),
        ({"user": "AD-Admins"}, {"group": "AD-Admins"}, False),
    ],
)
def test_members_that_no_list_has_stand_for_themselves(one: Object, other: Object, same: bool) -> None:
    state = State.of({**ALL, "container_permissions": [permission("A", **one), permission("B", **other)]})
    first, second = ((each.kind, each.member) for each in state.permissions)
    assert (first == second) is same
    assert not any(each.listed for each in (*state.users, *state.groups, *state.containers))


def test_a_login_name_with_its_directory_means_the_listed_user() -> None:
    users = [{"user_name": "ada@corp.example.com"}]
    given = [
        permission("A", user="ada", search_in="corp.example.com"),
        permission("B", user="ada@corp.example.com", search_in="corp.example.com"),
        permission("C", user="ada", search_in="other.example.com"),
    ]
    assert members({"users": users, "container_permissions": given}) == [
        ("user", "ada@corp.example.com", True),
        ("user", "ada@corp.example.com", True),
        ("user", "ada", False),
    ]


def test_a_listed_group_and_one_of_another_directory_are_not_confused() -> None:
    directory = {
        "groups": [{"display_name": "Admins"}],
        "container_permissions": [permission("A", group="admins", search_in="corp.example.com")],
    }
    with pytest.raises(InvalidError, match="there is a group 'admins'"):
        members(directory)


def test_a_name_of_two_groups_means_neither() -> None:
    directory = {
        **ALL,
        "groups": [{"display_name": "Admins", "users": {"set": ["ada"]}}, {"display_name": "admins"}],
        "container_permissions": [permission("A", group="Admins")],
    }
    state = State.of(directory)
    assert not state.groups[state.permissions[0].member].listed
    assert "Several groups have one name, so nothing tells which is meant: Admins." in state.gaps


def test_gaps_name_what_is_unknown() -> None:
    state = State.of({"groups": [{"display_name": "a", "groups": {"set": ["elsewhere"]}, "users": {"add": ["ada"]}}]})
    assert list(state.gaps) == [
        "Users were not read: nothing tells whether a person can log in.",
        "Containers were not read: safes without a permission or an account are missing.",
        "Permissions on safes were not read: all access is missing.",
        "Accounts were not read: the accounts in the safes are unknown.",
        "Not in the list of groups (1): their members are unknown: elsewhere.",
        "Lists that only add, of members or rights that may be more (1): 'a'.",
    ]
    assert State.of({**ALL}).gaps == ()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"people": []}, "this is not a directory"),
        ({"directory": ALL}, "this is not a directory"),
        ([], "this is not a directory"),
        ({"users": "ada"}, "users of a directory has to be a list of maps"),
        ({"users": [{"name": "ada"}]}, r"users\[0\] of the directory has no user_name"),
        ({"groups": [{"display_name": "a", "users": ["ada"]}]}, "users of 'a' has to be a map"),
        ({"container_permissions": [{"container": "A"}]}, "has no user or group"),
        ({"container_permissions": [{"container": "A", "user": "a", "group": "b"}]}, "has no user or group"),
        ({"privileged_data": [{"container": "A"}]}, "has no name"),
    ],
)
def test_anything_but_a_directory_is_refused(wrong: Any, text: str) -> None:
    with pytest.raises(InvalidError, match=text):
        State.of(wrong)
