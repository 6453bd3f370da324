# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated directories, and a closure of nested groups that is as plain as possible, to compare with."""

from __future__ import annotations

from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS
from hypothesis import strategies as st

Object = dict[str, Any]
USERS = [f"user{number}@example.com" for number in range(5)]
GROUPS = [f"group {number}" for number in range(7)]
SAFES = ["SAFE-A", "SAFE-B", "SAFE-C"]
ENDS = [None, "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]
NOW = 1_796_000_000.0  # in 2026

# Some names are no more than members: no list has them.
LISTED_USERS, LISTED_GROUPS = USERS[:4], GROUPS[:5]


def some_of(names: list[str], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=most)


@st.composite
def directories(draw: st.DrawFn) -> Object:
    """Generate a directory with nested groups, circles, strangers, disabled users and ended permissions."""
    users = [
        {"user_name": name, **draw(st.sampled_from([{}, {"active": True}, {"active": False}]))} for name in LISTED_USERS
    ]
    groups = [
        {"display_name": name, "users": {"set": draw(some_of(USERS, 3))}, "groups": {"set": draw(some_of(GROUPS, 3))}}
        for name in LISTED_GROUPS
    ]
    members = st.one_of(
        st.builds(lambda name: {"user": name}, st.sampled_from(USERS)),
        st.builds(lambda name: {"group": name}, st.sampled_from(GROUPS)),
    )
    permissions = [
        {
            "container": draw(st.sampled_from(SAFES)),
            **draw(members),
            "rights": {"set": draw(some_of(list(RIGHTS[:4]), 4))},
            "membership_expiration": draw(st.sampled_from(ENDS)),
        }
        for _number in range(draw(st.integers(0, 6)))
    ]
    accounts = [{"container": safe, "name": "root"} for safe in draw(some_of(SAFES, 3))]
    return {
        "users": users,
        "groups": groups,
        "containers": [{"name": name} for name in SAFES],
        "container_permissions": permissions,
        "privileged_data": accounts,
    }


def simple_paths(directory: Object, group: str, passed: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return every way from a group below this one to it that passes no group twice."""
    entry = next((each for each in directory["groups"] if each["display_name"] == group), None)
    path = (group, *passed)
    nested = [name for name in (entry or {}).get("groups", {}).get("set", ()) if name not in path]
    return [path, *(way for name in nested for way in simple_paths(directory, name, path))]


def users_of(directory: Object, group: str) -> list[str]:
    entry = next((each for each in directory["groups"] if each["display_name"] == group), None)
    return list((entry or {}).get("users", {}).get("set", ()))


def shortest_ways(directory: Object, group: str) -> dict[str, tuple[int, int]]:
    """Return the length of the shortest way of everybody in a group, and how many other groups lead to it."""
    found: dict[str, dict[str, int]] = {}
    for path in simple_paths(directory, group):
        for user in users_of(directory, path[0]):
            lengths = found.setdefault(user, {})
            lengths[path[0]] = min(len(path), lengths.get(path[0], len(path)))
    return {user: (min(lengths.values()), len(lengths) - 1) for user, lengths in found.items()}
