# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Encode the states of an access document as compact data for its page. No I/O.

Objects are numbers and rights are bits. The states before and after share the numbers: an object with the same name in
both has one number. The page computes nested groups itself, because the ways of all users would be many times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._base.errors import shown
from .._base.paths import Object, fold
from .._model.plan import is_over
from .._model.resources import RIGHTS, RIGHTS_PRESETS
from .state import Account, Group, Permission, State, User

# One letter for each object of a state.
ABSENT, LISTED, UNLISTED, ACTIVE, INACTIVE = "-lu+i"


def page_data(states: Sequence[State], now: float) -> Object:
    """Return the data of the page: names, and states with their numbers. ``now`` decides which access has expired."""
    shared = _Shared.of(states, now)
    data = {
        "rights": _names_of(shared.bits),
        "presets": {name: _mask(shared.bits, rights) for name, rights in RIGHTS_PRESETS.items()},
        "users": shared.users.collect(
            [[[shown(user.name), _full_name(user)] for user in each.users] for each in states]
        ),
        "groups": shared.groups.collect([[shown(group.name) for group in each.groups] for each in states]),
        "safes": shared.safes.collect([[shown(safe.name) for safe in each.containers] for each in states]),
        "accounts": shared.accounts.collect(
            [
                [_account(account, numbers) for account in each.accounts]
                for each, numbers in zip(states, shared.safes.numbers)
            ]
        ),
        "states": [_state(place, each, shared) for place, each in enumerate(states)],
    }
    return {**data, "facts": shared.facts.all}


def _state(place: int, state: State, shared: _Shared) -> Object:
    """Return the data of a state.

    It has a letter for each object, the direct members of each group, and four numbers for each permission. These are
    the safe, the member (2n for user n, 2n + 1 for group n), the bits of its rights, and its facts.
    """
    users, groups, safes = (each.numbers[place] for each in (shared.users, shared.groups, shared.safes))
    return {
        "users": shared.users.letters(place, map(_letter_of_user, state.users)),
        "groups": shared.groups.letters(place, map(_letter, state.groups)),
        "safes": shared.safes.letters(place, map(_letter, state.containers)),
        "accounts": shared.accounts.letters(place, [LISTED] * len(state.accounts)),
        "people": shared.groups.spread(place, ([users[member] for member in group.users] for group in state.groups)),
        "nested": shared.groups.spread(place, (_nested(group, state, groups) for group in state.groups)),
        "permissions": [
            number
            for permission in state.permissions
            for number in (
                safes[permission.container],
                2 * users[permission.member] if permission.kind == "user" else 2 * groups[permission.member] + 1,
                _mask(shared.bits, permission.rights),
                shared.facts.number(permission),
            )
        ],
    }


def _nested(group: Group, state: State, numbers: Sequence[int]) -> list[int]:
    """Return the groups within a group, in the order in which the search for ways visits them."""
    return [
        numbers[child] for child in sorted(set(group.groups), key=lambda child: (fold(state.groups[child].name), child))
    ]


@dataclass(frozen=True)
class _Shared:
    """The numbers that the states share."""

    users: _Numbers
    groups: _Numbers
    safes: _Numbers
    accounts: _Numbers
    bits: Mapping[str, int]
    facts: _Facts

    @classmethod
    def of(cls, states: Sequence[State], now: float) -> _Shared:
        users, groups, safes = (
            _Numbers([[fold(item.name) for item in getattr(state, kind)] for state in states])
            for kind in ("users", "groups", "containers")
        )
        accounts = _Numbers(
            [
                [(numbers[each.container], fold(each.name)) for each in state.accounts]
                for state, numbers in zip(states, safes.numbers)
            ]
        )
        return cls(users, groups, safes, accounts, _bits(states), _Facts(now))


class _Numbers:
    """Numbers for the objects of one kind over all states. ``marks`` identify the objects of each state."""

    def __init__(self, marks: Sequence[Sequence[Any]]) -> None:
        known: dict[Any, int] = {}
        self.numbers = [[known.setdefault(mark, len(known)) for mark in _told_apart(each)] for each in marks]
        self.count = len(known)

    def collect(self, values: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the value of each object, from the last state that has it."""
        found: list[Any] = [None] * self.count
        for numbers, of_state in zip(self.numbers, values):
            for number, value in zip(numbers, of_state):
                found[number] = value
        return found

    def spread(self, place: int, values: Iterable[Any]) -> list[Any]:
        """Return the values of one state by number. An object that is missing in it has 0."""
        found: list[Any] = [0] * self.count
        for number, value in zip(self.numbers[place], values):
            found[number] = value
        return found

    def letters(self, place: int, values: Iterable[str]) -> str:
        return "".join(letter or ABSENT for letter in self.spread(place, values))


class _Facts:
    """The facts of permissions: the end of the membership, and the directory of the member."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._known: dict[tuple[str | None, str | None], int] = {(None, None): 0}

    def number(self, permission: Permission) -> int:
        return self._known.setdefault((permission.expiration, permission.search_in), len(self._known))

    @property
    def all(self) -> list[list[Any]]:
        """Return for each number: the end, whether it has passed, and the directory."""
        return [[ends and shown(ends), int(is_over(ends, self._now)), of and shown(of)] for ends, of in self._known]


def _bits(states: Sequence[State]) -> dict[str, int]:
    """Return the bit of each right. Rights that SCIM does not define share the last of the 32 bits."""
    bits = {right: 1 << place for place, right in enumerate(RIGHTS)}
    others = {right for state in states for permission in state.permissions for right in permission.rights} - set(bits)
    return {**bits, **dict.fromkeys(sorted(others), 1 << len(RIGHTS))}


def _names_of(bits: Mapping[str, int]) -> list[str]:
    others = ", ".join(right for right in bits if right not in RIGHTS)
    return [*RIGHTS, shown(others)] if others else [*RIGHTS]


def _mask(bits: Mapping[str, int], rights: Iterable[str]) -> int:
    mask = 0
    for right in rights:
        mask |= bits[right]
    return mask


def _told_apart(marks: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Yield marks with a number that distinguishes objects with the same name."""
    seen: dict[Any, int] = {}
    for mark in marks:
        seen[mark] = seen.get(mark, -1) + 1
        yield mark, seen[mark]


def _letter(item: Any) -> str:
    return LISTED if item.listed else UNLISTED


def _letter_of_user(user: User) -> str:
    """Return the letter of a user: inactive users have no access, and the state of others may be unknown."""
    if user.active is False:
        return INACTIVE
    return (ACTIVE if user.active else LISTED) if user.listed else UNLISTED


def _full_name(user: User) -> str:
    entry = user.entry
    name = entry.get("display_name") or " ".join(
        str(entry[part]) for part in ("given_name", "family_name") if entry.get(part)
    )
    login = fold(user.name)
    return shown(str(name)) if name and fold(str(name)) not in (login, login.partition("@")[0]) else ""


def _account(account: Account, safes: Sequence[int]) -> list[Any]:
    """Return the safe and the name of an account, with login and machine if they are known."""
    login, machine = account.login
    where = f"{login} on {machine}" if login and machine else login or machine
    return [safes[account.container], shown(account.name), shown(where)]
