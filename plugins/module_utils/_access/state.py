# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Represent a directory as numbered objects that refer to each other. No I/O.

A directory has the shape of an export: a list of entries for each kind that was read. ``State`` resolves names like the
server: without case. A member that is in no list becomes an object of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

from .._base.errors import InvalidError, some
from .._base.paths import Object, fold, letters
from .._model.member_names import VAULT, canonical, spellings
from .._model.resources import (
    CONTAINER,
    CONTAINER_PERMISSION,
    GROUP,
    PRIVILEGED_DATA,
    RESOURCES,
    RIGHT_NAMES,
    RIGHTS,
    USER,
)
from .._model.rows import Resource

Named = TypeVar("Named", "User", "Group", "Container")
NO_ENTRY: Object = {}
ORDER = {right: number for number, right in enumerate(RIGHTS)}
USE_EXPORT = "Give what scim_directory_info returns as directory, or the lists of a directory's files"


@dataclass(frozen=True)
class User:
    """A user. ``active`` is None if it is unknown. ``listed`` is False for a member that is in no list."""

    name: str
    active: bool | None
    listed: bool
    entry: Object = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A group with its direct members, as numbers. If it is not ``listed``, its members are unknown."""

    name: str
    listed: bool
    users: tuple[int, ...]
    groups: tuple[int, ...]
    entry: Object = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Container:
    """A safe."""

    name: str
    listed: bool
    entry: Object = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Account:
    """A privileged account in a safe."""

    container: int
    name: str
    entry: Object = field(repr=False, default_factory=dict)

    @property
    def login(self) -> tuple[str, str]:
        """Return the login name and the machine of an account. Empty if the account does not have them."""
        properties = {fold(str(key)): value for key, value in (self.entry.get("properties") or {}).items()}
        return str(properties.get("username") or ""), str(properties.get("address") or "")


@dataclass(frozen=True)
class Permission:
    """The rights of one member on a safe. ``kind`` is ``user`` or ``group``, and ``member`` is its number."""

    container: int
    kind: str
    member: int
    rights: tuple[str, ...]
    expiration: str | None
    search_in: str | None
    entry: Object = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class State:
    """All objects of a directory. ``kinds`` are those that were read. ``gaps`` are sentences about unknown facts."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]
    containers: tuple[Container, ...]
    accounts: tuple[Account, ...]
    permissions: tuple[Permission, ...]
    kinds: frozenset[str]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, directory: Mapping[str, Any]) -> State:
        """Return the state of a directory. Raise InvalidError if it is invalid, or has an ambiguous name."""
        lists = _lists(directory)
        users, groups, containers = (_Names(kind, lists) for kind in (USER, GROUP, CONTAINER))
        members = [
            (tuple(map(users.number, _names(entry, "users"))), tuple(map(groups.number, _names(entry, "groups"))))
            for entry in groups.entries
        ]
        permissions = tuple(
            _permission(entry, users, groups, containers) for entry in _read(CONTAINER_PERMISSION, lists)
        )
        accounts = tuple(
            Account(containers.number(entry["container"]), str(entry["name"]), entry)
            for entry in _read(PRIVILEGED_DATA, lists)
        )
        return cls(
            users=tuple(User(name, entry.get("active"), listed, entry) for name, listed, entry in users.all()),
            groups=tuple(
                Group(name, listed, *(members[number] if listed else ((), ())), entry)
                for number, (name, listed, entry) in enumerate(groups.all())
            ),
            containers=tuple(Container(*each) for each in containers.all()),
            accounts=accounts,
            permissions=permissions,
            kinds=frozenset(lists),
            gaps=tuple(_gaps(lists, (users, groups, containers))),
        )

    def renamed(self, names: Mapping[str, Mapping[str, str]]) -> State:
        """Return the state with new names of objects. ``names`` has them by plural and old name."""
        return replace(
            self,
            users=_renamed(self.users, names.get("users")),
            groups=_renamed(self.groups, names.get("groups")),
            containers=_renamed(self.containers, names.get("containers")),
        )


def _renamed(items: tuple[Named, ...], names: Mapping[str, str] | None) -> tuple[Named, ...]:
    new = {fold(old): name for old, name in (names or {}).items()}
    marks = [fold(item.name) for item in items] if new else []
    return tuple(replace(item, name=new.get(mark, item.name)) for mark, item in zip(marks, items)) if new else items


def _lists(directory: Mapping[str, Any]) -> dict[str, list[Object]]:
    """Return the list of each kind that was read. Raise InvalidError if the value is not a directory."""
    plurals = [resource.plural for resource in RESOURCES.values()]
    if not isinstance(directory, Mapping) or not set(directory) <= set(plurals):
        raise InvalidError("this is not a directory: it has to be a map of lists", hint=USE_EXPORT)
    lists = {plural: directory[plural] for plural in plurals if directory.get(plural) is not None}
    for plural, listed in lists.items():
        if not isinstance(listed, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in listed):
            raise InvalidError(f"{plural} of a directory has to be a list of maps", hint=USE_EXPORT)
    return lists


def _read(resource: Resource, lists: Mapping[str, list[Object]]) -> Iterator[Object]:
    """Yield the entries of a kind. Raise InvalidError for an entry without the needed names."""
    needed = [option for option in resource.keys if option not in resource.either]
    for number, entry in enumerate(lists.get(resource.plural, ())):
        lacking = [option for option in needed if not isinstance(entry.get(option), str) or not entry[option]]
        if not lacking and resource.either and sum(bool(entry.get(option)) for option in resource.either) != 1:
            lacking = [" or ".join(resource.either)]
        if lacking:
            raise InvalidError(f"{resource.plural}[{number}] of the directory has no {lacking[0]}", hint=USE_EXPORT)
        yield entry


def _names(entry: Object, option: str) -> list[str]:
    """Return the members or rights that an entry lists. Raise InvalidError for a list of another shape."""
    value = entry.get(option) or {}
    listed: list[Any] = [None]
    if isinstance(value, Mapping):
        listed = [*(value.get("set") or ()), *(value.get("add") or ())]
    if not all(isinstance(name, str) for name in listed):
        raise InvalidError(f"{option} of {label_of(entry)} has to be a map with a list of names: set", hint=USE_EXPORT)
    return listed


def label_of(entry: Object) -> str:
    """Return the names of an entry as a text."""
    options = dict.fromkeys(option for resource in RESOURCES.values() for option in resource.keys)
    return repr(" / ".join(str(entry[option]) for option in options if entry.get(option)))


class _Names:
    """Numbers for the objects of one kind: first those of the list, then members that are in no list."""

    def __init__(self, resource: Resource, lists: Mapping[str, list[Object]]) -> None:
        self.resource = resource
        self.entries = list(_read(resource, lists))
        self._listed: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._listed.setdefault(fold(entry[resource.keys[0]]), []).append(number)
        self._others: dict[str, int] = {}  # the number of each member that is in no list, by its key
        self.others: list[str] = []  # their names in the first spelling
        self._known: dict[tuple[str, str | None], int] = {}  # a cache of results, because names occur many times

    @property
    def doubles(self) -> list[str]:
        """The names that several objects share."""
        return [str(self.entries[same[0]][self.resource.keys[0]]) for same in self._listed.values() if len(same) > 1]

    def all(self) -> Iterator[tuple[str, bool, Object]]:
        """Yield the name of each object, whether it is listed, and its entry."""
        for entry in self.entries:
            yield entry[self.resource.keys[0]], True, entry
        for name in self.others:
            yield name, False, NO_ENTRY

    def number(self, name: str, search_in: str | None = None) -> int:
        """Return the number of the object with a name. Raise InvalidError if that is ambiguous.

        A name that several listed objects share becomes an object of its own, about which nothing is known.
        """
        known = self._known.get((name, search_in))
        if known is None:
            known = self._known[name, search_in] = self._found(name, search_in)
        return known

    def _found(self, name: str, search_in: str | None) -> int:
        elsewhere = str(search_in) if search_in and fold(search_in) != VAULT else ""
        same = self._listed.get(fold(name), [])
        if same and elsewhere and not self.resource.suffixed:  # a login name contains its directory
            raise InvalidError(
                f"there is a {self.resource.name} {name!r}, and a permission means one of this name in {elsewhere!r}",
                hint=f"Take out search_in to mean the one of the list, or give the object GUID or {name}@{elsewhere}",
            )
        if not same and elsewhere and self.resource.suffixed:
            same = self._listed.get(spellings(name, elsewhere)[1], [])
        if len(same) == 1:
            return same[0]
        mark = spellings(name, elsewhere)[1] if elsewhere else canonical(name)
        if mark not in self._others:
            self._others[mark] = len(self.entries) + len(self.others)
            self.others.append(name)
        return self._others[mark]


def _permission(entry: Object, users: _Names, groups: _Names, containers: _Names) -> Permission:
    kind = "user" if entry.get("user") else "group"
    search_in = entry.get("search_in") or None
    return Permission(
        container=containers.number(entry["container"]),
        kind=kind,
        member=(users if kind == "user" else groups).number(str(entry[kind]), search_in),
        rights=in_order(_names(entry, "rights")),
        expiration=entry.get("membership_expiration") or None,
        search_in=search_in,
        entry=entry,
    )


def in_order(rights: Iterable[str]) -> tuple[str, ...]:
    """Return rights in SCIM's spelling without duplicates, in the order of the vault."""
    return _in_order(tuple(rights))


@lru_cache(1024)  # a cache: thousands of permissions share a few lists
def _in_order(rights: tuple[str, ...]) -> tuple[str, ...]:
    spelled = {right if right in ORDER else RIGHT_NAMES.get(letters(right), right) for right in rights}
    return tuple(sorted(spelled, key=lambda right: (ORDER.get(right, len(ORDER)), right)))


NOT_READ: Mapping[str, str] = {
    "users": "Users were not read: nothing tells whether a person can log in.",
    "groups": "Groups were not read: the members of groups are unknown.",
    "containers": "Containers were not read: safes without a permission or an account are missing.",
    "container_permissions": "Permissions on safes were not read: all access is missing.",
    "privileged_data": "Accounts were not read: the accounts in the safes are unknown.",
}


def _gaps(lists: Mapping[str, list[Object]], kinds: tuple[_Names, ...]) -> Iterator[str]:
    """Yield a sentence for each fact that these lists leave unknown."""
    for plural, text in NOT_READ.items():
        if plural not in lists:
            yield text
    for each in kinds:
        plural, others = each.resource.plural, sorted(each.others, key=fold)
        if plural in lists and others:
            unknown = ": their members are unknown" if each.resource.member_rows else ""
            yield f"Not in the list of {plural} ({len(others)}){unknown}: {some(others)}."
        if each.doubles:
            yield f"Several {plural} have one name, so nothing tells which is meant: {some(each.doubles)}."
    partial = [label_of(entry) for listed in lists.values() for entry in listed if is_partial(entry)]
    if partial:
        yield f"Lists that only add, of members or rights that may be more ({len(partial)}): {some(partial)}."


def is_partial(entry: Object) -> bool:
    """Return whether an entry has a list that only adds."""
    return any(isinstance(value, Mapping) and "add" in value and "set" not in value for value in entry.values())
