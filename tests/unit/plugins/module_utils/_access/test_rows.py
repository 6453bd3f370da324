# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows, counts and rights of each user, compared with a plain walk along every way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.query import Query
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.reach import difference, reach_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.rows import rows_of, summary_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    IdentityError,
    InvalidError,
    NotFoundError,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS, RIGHTS_PRESETS
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils._access.graphs import (
    GROUPS,
    LISTED_GROUPS,
    NOW,
    SAFES,
    USERS,
    Object,
    directories,
    shortest_ways,
    simple_paths,
    some_of,
    users_of,
)
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.strategies import examples
from hypothesis import given
from hypothesis import strategies as st

ENDED = "2020-01-01T00:00:00Z"


def is_active(directory: Object, user: str) -> bool | None:
    return next((each.get("active") for each in directory["users"] if each["user_name"] == user), None)


def plain_rows(directory: Object, query: Query) -> Iterator[tuple[Any, ...]]:
    """Yield what the rows should say, by walking along every way."""
    for permission in directory["container_permissions"]:
        safe, rights, end = (permission[each] for each in ("container", "rights", "membership_expiration"))
        if query.containers and safe not in query.containers:
            continue
        if query.rights and not {*query.rights} & {*rights["set"]}:
            continue
        accounts = ["root"] if {"container": safe, "name": "root"} in directory["privileged_data"] else []
        if (query.privileged_data and not accounts) or (end == ENDED and not query.expired):
            continue
        facts = (safe, tuple(sorted(rights["set"])), end == ENDED, tuple(accounts))
        group = permission.get("group")
        every = simple_paths(directory, group) if group else []
        through = {
            below[0] for path in every if path[0] in query.groups for below in simple_paths(directory, path[0])
        } or set()
        if permission.get("user") and not query.groups:
            ways = {permission["user"]: (0, 0)}
        else:
            ways = shortest_ways(directory, group) if group else {}
        if query.groups:
            ways = {
                user: way for user, way in ways.items() if any(user in users_of(directory, each) for each in through)
            }
        for user, way in ways.items():
            active = is_active(directory, user)
            if (not query.users or user in query.users) and (query.inactive or active is not False):
                yield (user, active, *way, *facts)
        unknown = {
            path[0] for path in every if path[0] not in LISTED_GROUPS and (not query.groups or path[0] in through)
        }
        for each in unknown if not query.users else ():
            yield (None, None, min(len(path) for path in every if path[0] == each), 0, *facts)


def facts_of(row: Object) -> tuple[Any, ...]:
    who = (row["user"], row["active"], len(row["path"]), row["other_paths"])
    return (*who, row["container"], tuple(sorted(row["rights"])), row["expired"], tuple(row["privileged_data"]))


QUERIES = st.builds(
    Query,
    users=some_of(USERS, 2).map(tuple),
    groups=some_of(GROUPS, 2).map(tuple),
    containers=some_of(SAFES, 2).map(tuple),
    rights=some_of(list(RIGHTS[:4]), 2).map(tuple),
    privileged_data=st.sampled_from([(), ("root",)]),
    expired=st.booleans(),
    inactive=st.booleans(),
)


@examples(60)
@given(directories(), QUERIES)
def test_rows_and_counts_are_those_of_a_walk_along_every_way(directory: Object, query: Query) -> None:
    state = State.of(directory)
    try:
        rows = list(rows_of(state, NOW, query))
    except NotFoundError:  # a name that this directory does not have
        return
    expected = sorted(plain_rows(directory, query), key=repr)
    assert sorted(map(facts_of, rows), key=repr) == expected
    summary = summary_of(state, NOW, query)
    known = [row for row in rows if row["user"] is not None]
    assert summary == {
        "rows": len(rows),
        "users": len({row["user"] for row in known}),
        "groups": len({row["member"]["group"] for row in rows if "group" in row["member"]}),
        "containers": len({row["container"] for row in rows}),
        "container_permissions": summary["container_permissions"],
        "privileged_data": sum(
            len(accounts) for accounts in {row["container"]: row["privileged_data"] for row in rows}.values()
        ),
        "user_containers": len({(row["user"], row["container"]) for row in known}),
        "direct": sum(not row["path"] for row in rows),
        "expired": sum(row["expired"] for row in rows),
        "inactive": sum(row["active"] is False for row in rows),
        "unknown_members": len(rows) - len(known),
        "groups_with_unknown_members": len({row["path"][0] for row in rows if row["user"] is None}),
    }


def rights_by_user(directory: Object) -> dict[tuple[str, str], set[str]]:
    """Return the rights of each user, or unknown group, on each safe, by walking along every way."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows_of(State.of(directory), NOW):
        if not row["expired"] and row["active"] is not False:
            found.setdefault((row["user"] or row["path"][0], row["container"]), set()).update(row["rights"])
    return {key: rights for key, rights in found.items() if rights}


@examples(30)
@given(directories())
def test_rights_of_a_user_are_those_of_all_its_rows(directory: Object) -> None:
    reach = list(reach_of(State.of(directory), NOW))
    found = {(each["user"] or each["group"], each["container"]): {*each["rights"]} for each in reach}
    assert {key: rights for key, rights in found.items() if rights} == rights_by_user(directory)
    assert len(found) == len(reach)


@examples(40)
@given(directories(), directories())
def test_the_difference_of_two_states_is_that_of_the_rights_of_each_user(before: Object, after: Object) -> None:
    held, holds = rights_by_user(before), rights_by_user(after)
    expected = {
        key: (holds.get(key, set()) - held.get(key, set()), held.get(key, set()) - holds.get(key, set()))
        for key in {*held, *holds}
        if holds.get(key, set()) != held.get(key, set())
    }
    found = list(difference(State.of(before), State.of(after), NOW))
    assert {
        (each["user"] or each["group"], each["container"]): ({*each["gained"]}, {*each["lost"]}) for each in found
    } == expected
    assert len(found) == len(expected)
    assert all(each["paths"] for each in found)


COMPANY: Object = {
    "users": [{"user_name": "ada@example.com", "active": True}, {"user_name": "bob@example.com", "active": False}],
    "groups": [
        {"display_name": "db-admins", "users": {"set": ["ada@example.com", "bob@example.com"]}},
        {"display_name": "all-admins", "groups": {"set": ["db-admins"]}, "users": {"set": ["ada@example.com"]}},
    ],
    "containers": [{"name": "APP-PRD"}, {"name": "APP-DEV"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "all-admins", "rights": {"set": [*RIGHTS_PRESETS["connect_only"]]}},
        {
            "container": "APP-PRD",
            "group": "AD-Admins",
            "search_in": "corp.example.com",
            "rights": {"set": ["useAccounts"]},
        },
        {
            "container": "APP-PRD",
            "user": "ada@example.com",
            "rights": {"set": ["manageSafe"]},
            "membership_expiration": "2026-01-01T00:00:00Z",
        },
    ],
    "privileged_data": [
        {"container": "APP-PRD", "name": "root@web1"},
        {"container": "APP-PRD", "name": "admin", "properties": {"UserName": "oracle", "address": "db1.example.com"}},
    ],
}


def test_a_row_says_who_how_and_what() -> None:
    unknown, ada, bob, own = rows_of(State.of(COMPANY), NOW)
    assert ada == {
        "user": "ada@example.com",
        "active": True,
        "listed": True,
        "path": ["all-admins"],
        "other_paths": 1,
        "container": "APP-PRD",
        "member": {"group": "all-admins"},
        "search_in": None,
        "rights": ["useAccounts", "listAccounts"],
        "preset": "connect_only",
        "membership_expiration": None,
        "expired": False,
        "privileged_data": ["admin", "root@web1"],
    }
    assert (bob["user"], bob["path"], bob["active"]) == ("bob@example.com", ["db-admins", "all-admins"], False)
    assert (unknown["user"], unknown["path"], unknown["search_in"]) == (None, ["AD-Admins"], "corp.example.com")
    assert (own["path"], own["member"], own["expired"], own["preset"]) == ([], {"user": "ada@example.com"}, True, None)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"users": ["ADA*"]}, 2),
        ({"users": ["ada@example.com"], "expired": False}, 1),
        ({"groups": ["db-admins"]}, 2),
        ({"groups": ["DB-*", "AD-Admins"]}, 3),
        ({"containers": ["app-dev"]}, 0),
        ({"rights": ["Use accounts"], "inactive": False}, 2),
        ({"privileged_data": ["root*"]}, 4),
        ({"privileged_data": ["APP-PRD / admin"], "rights": ["manageSafe"]}, 1),
        ({"privileged_data": ["oracle@DB1.example.com"], "rights": ["manageSafe"]}, 1),
        ({"privileged_data": ["oracle@db1*"], "rights": ["manageSafe"]}, 1),
    ],
)
def test_a_query_asks_by_name_or_pattern(query: Object, rows: int) -> None:
    state, asked = State.of(COMPANY), Query.of(query)
    found = list(rows_of(state, NOW, asked))
    assert len(found) == summary_of(state, NOW, asked)["rows"] == rows
    if "privileged_data" in query:
        assert all(len(row["privileged_data"]) == 1 for row in found)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"users": ["adda@example.com"]}, "no user of the directory is called 'adda@example.com'. Did you mean ada@"),
        ({"groups": ["nobody-*"]}, "no group of the directory is called 'nobody-\\*'"),
        ({"containers": [""]}, "containers holds an empty name"),
        ({"rights": ["usAccounts"]}, "rights names 'usAccounts', which is not a right"),
        (
            {"privileged_data": ["rot@web1"]},
            "no privileged_data of the directory is called 'rot@web1'. Did you mean root@",
        ),
    ],
)
def test_a_name_that_nothing_has_is_refused(query: Object, text: str) -> None:
    with pytest.raises(IdentityError, match=text):
        list(rows_of(State.of(COMPANY), NOW, Query.of(query)))


def test_accounts_that_were_not_read_are_unknown() -> None:
    partial = {kind: entries for kind, entries in COMPANY.items() if kind != "privileged_data"}
    state = State.of(partial)
    assert {row["privileged_data"] for row in rows_of(state, NOW)} == {None}
    assert summary_of(state, NOW)["privileged_data"] is None
    with pytest.raises(InvalidError, match="the directory has no list of accounts"):
        list(rows_of(state, NOW, Query.of({"privileged_data": ["admin"]})))
