# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Compute the rights of each user on each safe, and the differences between two states. No I/O.

Ended permissions and disabled users do not count. The unknown members of a group that is not listed count as one user
without a name, and the group is named instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from .._base.paths import Object, fold
from .graph import numbers
from .query import ALL, Query
from .rows import Access
from .state import Container, Group, State, User, in_order


def reach_of(state: State, now: float, query: Query = ALL) -> Iterator[Object]:
    """Yield the rights of each user on each safe, sorted by both.

    ``rights`` are those of all permissions together. ``direct`` means that the user has a permission of its own.
    ``paths`` are ways through groups. ``presets`` are the presets of single permissions. ``group`` is the group of an
    unknown user.
    """
    rows = Access.of(state, now, replace(query, expired=False, inactive=False)).rows()
    for container, on_safe in groupby(rows, key=lambda row: row["container"]):
        by_user: dict[tuple[str, str], list[Object]] = {}
        for row in on_safe:
            by_user.setdefault(_who(row), []).append(row)
        for _mark, ways in sorted(by_user.items(), key=lambda item: item[0]):
            yield _reach(container, ways)


def _who(row: Object) -> tuple[str, str]:
    """Return a key for the user of a row, or for the group of unknown users."""
    if row["user"] is None:
        return "group", fold(row["path"][0])
    elsewhere = (
        "" if row["listed"] or row["path"] else row["search_in"]
    )  # two groups in two directories may have the same name
    return "user", f"{fold(row['user'])}\n{elsewhere or ''}"


def _reach(container: str, ways: list[Object]) -> Object:
    first = ways[0]
    paths = [list(path) for path in dict.fromkeys(tuple(row["path"]) for row in ways if row["path"])]
    presets = [preset for preset in dict.fromkeys(row["preset"] for row in ways) if preset]
    return {
        "user": first["user"],
        "group": first["path"][0] if first["user"] is None else None,
        "container": container,
        "rights": list(in_order(right for row in ways for right in row["rights"])),
        "direct": any(not row["path"] for row in ways),
        "paths": paths,
        "presets": presets,
    }


# -- Two states -------------------------------------------------------------


def difference(before: State, after: State, now: float) -> Iterator[Object]:
    """Yield each user and safe with different rights, sorted by safe and user.

    ``gained`` and ``lost`` are rights. ``paths`` are the ways by which rights are gained, or lost if none is gained. An
    empty way is a permission of the user itself. Objects are compared by name, so apply renames to a state first.
    """
    compared = Comparison.of(before, after, now)
    for on_safe in compared.safes():
        yield from compared.rows(on_safe)


@dataclass(frozen=True)
class OnSafe:
    """The differences on a safe: for each right, the sets of holders that gained it and lost it."""

    container: int
    rights: Mapping[str, tuple[int, int]]

    @property
    def gained(self) -> int:
        return self._holders(0)

    @property
    def lost(self) -> int:
        return self._holders(1)

    def _holders(self, way: int) -> int:
        found = 0
        for holders in self.rights.values():
            found |= holders[way]
        return found


@dataclass(frozen=True)
class Comparison:
    """Two states. Safes are compared quickly, and rows are only made for safes that differ."""

    sides: tuple[_Side, _Side]

    @classmethod
    def of(cls, before: State, after: State, now: float) -> Comparison:
        one, other = (_Side.of(state, now) for state in _aligned(before, after))
        return cls((one, other))

    def safes(self) -> Iterator[OnSafe]:
        """Yield the safes with changed rights, by name."""
        one, other = self.sides
        for container in sorted(range(len(one.access.state.containers)), key=lambda each: fold(one.name_of(each))):
            if one.holdings_on(container) == other.holdings_on(container):
                continue
            held, holds = one.rights_on(container), other.rights_on(container)
            sets = {right: (held.get(right, 0), holds.get(right, 0)) for right in in_order({*held, *holds})}
            rights = {right: (new & ~old, old & ~new) for right, (old, new) in sets.items() if old != new}
            if rights:
                yield OnSafe(container, rights)

    def rows(self, on_safe: OnSafe) -> Iterator[Object]:
        """Yield a row for each user with changed rights on a safe, sorted by user."""
        changed: dict[int, tuple[list[str], list[str]]] = {}
        for right, holders in on_safe.rights.items():
            for way, who in enumerate(holders):
                for number in numbers(who):
                    changed.setdefault(number, ([], []))[way].append(right)
        paths = [
            side.paths_to(
                on_safe.container, {number: {*rights[way]} for number, rights in changed.items() if rights[way]}
            )
            for way, side in ((1, self.sides[0]), (0, self.sides[1]))
        ]
        for number in sorted(changed, key=self.sides[0].place_of):
            gained, lost = changed[number]
            side = 1 if gained else 0
            yield {
                **self.sides[side].named(number),
                "container": self.sides[side].name_of(on_safe.container),
                "gained": gained,
                "lost": lost,
                "paths": sorted(paths[side][number], key=lambda path: (len(path), path)),
            }


@dataclass(frozen=True)
class _Side:
    """One of two states in which the same numbers mean the same objects.

    A set of holders has a bit for each user, and then a bit for each group whose members are unknown.
    """

    access: Access
    on_safe: dict[int, list[int]]
    _holders: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, state: State, now: float) -> _Side:
        access = Access.of(state, now, Query(expired=False, inactive=False))
        on_safe: dict[int, list[int]] = {}
        for number, permission in enumerate(state.permissions):
            if not access.is_over(permission):
                on_safe.setdefault(permission.container, []).append(number)
        return cls(access, on_safe)

    def name_of(self, container: int) -> str:
        return self.access.state.containers[container].name

    def holders_of(self, number: int) -> int:
        """Return the holders of a permission."""
        permission = self.access.state.permissions[number]
        member = (permission.kind, permission.member)
        if member not in self._holders:
            unknown = self.access.unknown_of(permission) << len(self.access.state.users)
            self._holders[member] = self.access.users_of(permission) | unknown
        return self._holders[member]

    def holdings_on(self, container: int) -> list[tuple[tuple[str, ...], int]]:
        """Return rights and holders of each permission on a safe, in order. They can be compared quickly."""
        numbers_on_safe = self.on_safe.get(container, ())
        return [(self.access.state.permissions[number].rights, self.holders_of(number)) for number in numbers_on_safe]

    def rights_on(self, container: int) -> dict[str, int]:
        """Return the holders of each right on a safe."""
        rights: dict[str, int] = {}
        for number in self.on_safe.get(container, ()):
            holders = self.holders_of(number)
            for right in self.access.state.permissions[number].rights:
                rights[right] = rights.get(right, 0) | holders
        return rights

    def named(self, number: int) -> Object:
        """Return the name of a holder."""
        users = self.access.state.users
        if number < len(users):
            return {"user": users[number].name, "group": None}
        return {"user": None, "group": self.access.state.groups[number - len(users)].name}

    def place_of(self, number: int) -> tuple[bool, str]:
        named = self.named(number)
        return named["user"] is None, fold(named["user"] or named["group"])

    def paths_to(self, container: int, wanted: Mapping[int, set[str]]) -> dict[int, list[list[str]]]:
        """Return the shortest ways of these holders to each permission on a safe that has one of their rights."""
        found: dict[int, list[list[str]]] = {number: [] for number in wanted}
        for each in self.on_safe.get(container, ()) if wanted else ():
            permission = self.access.state.permissions[each]
            for way in self.access.ways_of(permission):
                number = len(self.access.state.users) + way.path[0] if way.user is None else way.user
                if not wanted.get(number, set()).isdisjoint(permission.rights):
                    found[number].append([self.access.state.groups[group].name for group in way.path])
        return found


def _aligned(before: State, after: State) -> tuple[State, State]:
    """Return two states in which the same number means the same user, group and safe."""
    users = _Numbers([user.name for user in state.users] for state in (before, after))
    groups = _Numbers([group.name for group in state.groups] for state in (before, after))
    containers = _Numbers([safe.name for safe in state.containers] for state in (before, after))
    one, other = (
        _renumbered(state, users.of[side], groups.of[side], containers.of[side], (users, groups, containers))
        for side, state in enumerate((before, after))
    )
    return one, other


class _Numbers:
    """Common numbers for the objects of one kind in two states."""

    def __init__(self, sides: Iterable[list[str]]) -> None:
        self.names: list[str] = []
        known: dict[tuple[str, int], int] = {}
        self.of: list[list[int]] = []
        for side in sides:
            numbers_of_side, seen = list[int](), dict[str, int]()
            for name in side:
                mark = fold(name)
                seen[mark] = seen.get(mark, 0) + 1  # objects with the same name keep separate numbers
                if (mark, seen[mark]) not in known:
                    known[mark, seen[mark]] = len(self.names)
                    self.names.append(name)
                numbers_of_side.append(known[mark, seen[mark]])
            self.of.append(numbers_of_side)


def _renumbered(
    state: State,
    users: list[int],
    groups: list[int],
    containers: list[int],
    common: tuple[_Numbers, _Numbers, _Numbers],
) -> State:
    """Return a state with other numbers. An object that only the other state has is empty in this one."""
    people = [User(name, active=None, listed=False) for name in common[0].names]
    for number, user in zip(users, state.users):
        people[number] = user
    nested = [Group(name, listed=True, users=(), groups=()) for name in common[1].names]
    for number, group in zip(groups, state.groups):
        members = tuple(users[each] for each in group.users)
        nested[number] = replace(group, users=members, groups=tuple(groups[each] for each in group.groups))
    safes = [Container(name, listed=False) for name in common[2].names]
    for number, container in zip(containers, state.containers):
        safes[number] = container
    return replace(
        state,
        users=tuple(people),
        groups=tuple(nested),
        containers=tuple(safes),
        accounts=tuple(replace(each, container=containers[each.container]) for each in state.accounts),
        permissions=tuple(
            replace(
                each,
                container=containers[each.container],
                member=(users if each.kind == "user" else groups)[each.member],
            )
            for each in state.permissions
        ),
    )
