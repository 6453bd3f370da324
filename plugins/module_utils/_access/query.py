# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Select rows of access: turn names and patterns into sets of numbers. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._base.errors import InvalidError, NotFoundError
from .._base.nearest import did_you_mean, nearest
from .._base.paths import fold, is_like
from .._model.resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, RIGHT_NAMES, USER
from .._model.rows import Resource
from .._model.shapes import Names
from .graph import bits
from .state import State, in_order

WILDCARDS = frozenset("*?")
NAME_LISTS = ("users", "groups", "containers", "rights", "privileged_data")


@dataclass(frozen=True)
class Query:
    """The names that select rows. An empty list selects all; a name may have ``*`` and ``?``.

    ``groups`` selects access that leads through one of these groups, and ``rights`` access with one of these rights.
    ``privileged_data`` selects safes with one of these accounts: a name, ``safe / name``, or ``login@machine`` if the
    properties of the account have these. ``expired`` and ``inactive`` include ended permissions and disabled users.
    """

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    privileged_data: tuple[str, ...] = ()
    expired: bool = True
    inactive: bool = True

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Query:
        """Return the query in these options, where None means all. Raise InvalidError for unknown rights."""
        lists: dict[str, Any] = {option: tuple(options.get(option) or ()) for option in NAME_LISTS}
        for option, names in lists.items():
            if "" in names:
                raise InvalidError(f"{option} holds an empty name", hint="Check the variable that it comes from")
        shape = CONTAINER_PERMISSION.attribute("rights").shape
        if isinstance(shape, Names):
            shape.refuse_unknown("rights", lists["rights"])
        flags: dict[str, Any] = {option: options.get(option) is not False for option in ("expired", "inactive")}
        return cls(**{**lists, "rights": in_order(lists["rights"])}, **flags)


ALL = Query()


@dataclass(frozen=True)
class Chosen:
    """The objects of a state that a query selects, as numbers. None means all.

    ``users`` is a set of bits without excluded users. ``accounts`` are the names of the accounts by safe.
    """

    users: int | None
    asks_for_users: bool
    groups: int | None
    containers: frozenset[int] | None
    rights: frozenset[str] | None
    accounts: Mapping[int, Sequence[str]] | None

    @classmethod
    def of(cls, state: State, query: Query) -> Chosen:
        """Return the objects of a state that a query selects. Raise NotFoundError for names without an object."""
        users = _numbers(USER, [user.name for user in state.users], query.users)
        if not query.inactive:
            able = {number for number, user in enumerate(state.users) if user.active is not False}
            users = able if users is None else users & able
        groups = _numbers(GROUP, [group.name for group in state.groups], query.groups)
        containers = _numbers(CONTAINER, [container.name for container in state.containers], query.containers)
        accounts = _accounts(state, query.privileged_data)
        if query.privileged_data:
            holding = set(accounts or ())
            containers = holding if containers is None else holding & containers
        return cls(
            users=None if users is None else bits(users),
            asks_for_users=bool(query.users),
            groups=None if groups is None else bits(groups),
            containers=None if containers is None else frozenset(containers),
            rights=frozenset(query.rights) or None,
            accounts=accounts,
        )


def _accounts(state: State, patterns: Sequence[str]) -> dict[int, list[str]] | None:
    """Return the names of the selected accounts by safe, or None if accounts were not read."""
    if PRIVILEGED_DATA.plural not in state.kinds:
        if patterns:
            raise InvalidError("privileged_data selects accounts, but the directory has no list of accounts")
        return None
    labels = [f"{state.containers[account.container].name} / {account.name}" for account in state.accounts]
    logins = ["@".join(account.login) if all(account.login) else account.name for account in state.accounts]
    by_label = _numbers(PRIVILEGED_DATA, labels, patterns, [account.name for account in state.accounts], logins)
    found: dict[int, list[str]] = {}
    for number, account in enumerate(state.accounts):
        if by_label is None or number in by_label:
            found.setdefault(account.container, []).append(account.name)
    return {container: sorted(names, key=fold) for container, names in found.items()}


def _numbers(
    resource: Resource, names: Sequence[str], patterns: Iterable[str], *others: Sequence[str]
) -> set[int] | None:
    """Return the numbers of the objects with these names, None for all. ``others`` are further names of objects."""
    patterns = list(patterns)
    if not patterns:
        return None
    by_name: dict[str, list[int]] = {}
    for each in (names, *others):
        for number, name in enumerate(each):
            by_name.setdefault(fold(name), []).append(number)
    found: set[int] = set()
    for pattern in patterns:
        same = by_name.get(fold(pattern), [])
        if not same and WILDCARDS & set(pattern):
            same = [number for name, numbers in by_name.items() if is_like(name, pattern) for number in numbers]
        if not same:
            hint = did_you_mean([nearest(pattern, set().union(names, *others))])
            raise NotFoundError(
                f"no {resource.name} of the directory is called {pattern!r}", hint=hint or "Check the name"
            )
        found.update(same)
    return found


def spelled_right(name: str) -> str | None:
    """Return a right in SCIM's spelling, or None for an unknown right."""
    (spelled,) = in_order([name])
    return spelled if spelled in set(RIGHT_NAMES.values()) else None
