# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Provide the data that policies read: a state, the closures of its groups, and the changes of a plan. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional, TypeVar

from .._base.paths import Object
from .graph import Graph, bits, numbers, path_of
from .operators import seconds_of
from .state import Permission, State

PLAN = "plan"  # the need of policies about changes, besides kinds of objects
Access = tuple[Optional[int], int]  # a user, None for the unknown members of a group, and a permission
Reach = tuple[int, int]  # a user and a container
Item = TypeVar("Item")
Rows = tuple[Any, int]  # the shared part of subjects, such as a permission, and their users as a set of bits


@dataclass(frozen=True)
class Scene:
    """A state at a time in seconds since 1970. ``changes`` are those of a plan, or None."""

    state: State
    now: float
    changes: Sequence[Object] | None = field(default=None, repr=False)

    @property
    def kinds(self) -> frozenset[str]:
        """Return the plurals of the kinds that were read, and ``plan`` if there is one."""
        return self.state.kinds if self.changes is None else self.state.kinds | {PLAN}

    @cached_property
    def graph(self) -> Graph:
        return Graph.of(self.state)

    # -- Groups -------------------------------------------------------------

    @cached_property
    def direct_groups(self) -> Mapping[int, list[int]]:
        """Return the groups of each user who is a direct member of some."""
        return _index((user, number) for number, group in enumerate(self.state.groups) for user in set(group.users))

    @cached_property
    def parents(self) -> Mapping[int, list[int]]:
        """Return the groups that have a group as a direct member."""
        return _index((child, number) for number, group in enumerate(self.state.groups) for child in set(group.groups))

    @cached_property
    def _above(self) -> Sequence[int]:
        """Return for each group the set of groups that contain it, including itself."""
        above: list[list[int]] = [[] for _group in self.state.groups]
        for number, below in enumerate(self.graph.below):
            for child in numbers(below):
                above[child].append(number)
        return [bits(groups) for groups in above]

    def groups_of(self, user: int) -> list[int]:
        """Return the direct and nested groups of a user."""
        if user not in self._known_groups:
            found = 0
            for group in self.direct_groups.get(user, ()):
                found |= self._above[group]
            self._known_groups[user] = numbers(found)
        return self._known_groups[user]

    @cached_property
    def _known_groups(self) -> dict[int, list[int]]:
        return {}

    def groups_above(self, group: int) -> list[int]:
        """Return the direct and nested groups of a group, without itself."""
        return [number for number in numbers(self._above[group]) if number != group]

    def people_of(self, group: int) -> int:
        """Return the direct and nested users of a group, as a set."""
        return self.graph.everybody[group]

    # -- Permissions --------------------------------------------------------

    @cached_property
    def permissions_on(self) -> Mapping[int, list[int]]:
        """Return the permissions on each container that has some."""
        return _index((each.container, number) for number, each in enumerate(self.state.permissions))

    @cached_property
    def accounts_on(self) -> Mapping[int, list[int]]:
        """Return the accounts in each container that has some."""
        return _index((each.container, number) for number, each in enumerate(self.state.accounts))

    @cached_property
    def permissions_of_user(self) -> Mapping[int, list[int]]:
        return self._permissions_of("user")

    @cached_property
    def permissions_of_group(self) -> Mapping[int, list[int]]:
        return self._permissions_of("group")

    def _permissions_of(self, kind: str) -> Mapping[int, list[int]]:
        own = ((each.member, number) for number, each in enumerate(self.state.permissions) if each.kind == kind)
        return _index(own)

    def is_expired(self, permission: Permission) -> bool:
        return permission.expiration is not None and seconds_of(permission.expiration) <= self.now

    # -- Access -------------------------------------------------------------

    @property
    def nobody(self) -> int:
        """Return the number for the unknown members of a group in a set of users."""
        return len(self.state.users)

    def holders_of(self, permission: Permission) -> int:
        """Return the holders of a permission, as a set. The members of a group that is not listed are unknown."""
        if permission.kind == "user":
            return 1 << permission.member
        if permission.member not in self._known_holders:
            groups = numbers(self.graph.below[permission.member])
            unknown = any(not self.state.groups[group].listed for group in groups) << self.nobody
            self._known_holders[permission.member] = self.graph.everybody[permission.member] | unknown
        return self._known_holders[permission.member]

    @cached_property
    def _known_holders(self) -> dict[int, int]:
        return {}

    def access(self) -> Iterator[Rows]:
        """Yield each permission that has holders, with its holders."""
        return self._access_by(range(len(self.state.permissions)))

    def access_of(self, user: int) -> Iterator[Rows]:
        return ((number, 1 << user) for number in self._permissions_reached(user))

    def access_to(self, container: int) -> Iterator[Rows]:
        return self._access_by(self.permissions_on.get(container, ()))

    def _access_by(self, permissions: Iterable[int]) -> Iterator[Rows]:
        for number in permissions:
            holders = self.holders_of(self.state.permissions[number])
            if holders:
                yield number, holders

    def path(self, access: Access) -> tuple[int, ...]:
        """Return the groups on the shortest way from a user to a permission. Empty for a direct permission."""
        first = next(self._own_groups_to(access), None)
        return () if first is None else path_of(first, self._steps_to(self.state.permissions[access[1]].member))

    def other_paths(self, access: Access) -> int:
        """Return the number of other groups with the user as a direct member that lead to the permission."""
        return max(0, sum(1 for _group in self._own_groups_to(access)) - 1)

    def _own_groups_to(self, access: Access) -> Iterator[int]:
        """Yield the groups of a user that lead to a permission, the nearest first. Unknown groups for nobody."""
        user, number = access
        permission = self.state.permissions[number]
        if permission.kind == "group":
            own = set(self.direct_groups.get(user, ())) if user is not None else set()
            for group in self._steps_to(permission.member):
                if group in own or (user is None and not self.state.groups[group].listed):
                    yield group

    def _steps_to(self, group: int) -> Mapping[int, int]:
        if group not in self._known_steps:
            self._known_steps[group] = self.graph.steps(group)
        return self._known_steps[group]

    @cached_property
    def _known_steps(self) -> dict[int, Mapping[int, int]]:
        return {}

    # -- Reach --------------------------------------------------------------

    def reach(self) -> Iterator[Rows]:
        """Yield each container with the users who reach it: active users with a permission that has not ended."""
        for container in range(len(self.state.containers)):
            yield from self.reach_to(container)

    def reach_to(self, container: int) -> Iterator[Rows]:
        users = 0
        for permission in self.permissions_now_on.get(container, ()):
            users |= self.holders_of(permission)
        if users & self._may_reach:
            yield container, users & self._may_reach

    def reach_of(self, user: int) -> Iterator[Rows]:
        if self._may_reach >> user & 1:
            permissions = (self.state.permissions[number] for number in self._permissions_reached(user))
            for container in dict.fromkeys(each.container for each in permissions if not self.is_expired(each)):
                yield container, 1 << user

    @cached_property
    def _may_reach(self) -> int:
        return bits(number for number, user in enumerate(self.state.users) if user.active is not False)

    @cached_property
    def permissions_now_on(self) -> Mapping[int, list[Permission]]:
        """Return the permissions that have not ended on each container that has some."""
        return _index((each.container, each) for each in self.state.permissions if not self.is_expired(each))

    def permissions_in(self, reach: Reach) -> list[Permission]:
        """Return the current permissions that together are the access of a user to a container."""
        user, container = reach
        return [each for each in self.permissions_now_on.get(container, ()) if self.holders_of(each) >> user & 1]

    def _permissions_reached(self, user: int) -> Iterator[int]:
        yield from self.permissions_of_user.get(user, ())
        for group in self.groups_of(user):
            yield from self.permissions_of_group.get(group, ())

    # -- Answers ------------------------------------------------------------

    def answers_to(self, question: Any) -> Answers:
        """Return the cached answers to a test. They are empty at first."""
        return self._answers.setdefault(question, Answers())

    @cached_property
    def _answers(self) -> dict[Any, Answers]:
        return {}


@dataclass
class Answers:
    """Sets of users: the users with a ``known`` answer, and those of them who meet a test."""

    known: int = 0
    met: int = 0


def single(keys: Iterable[Any]) -> Iterator[Rows]:
    """Yield one row for each subject."""
    return ((key, 1) for key in keys)


def _index(pairs: Iterable[tuple[int, Item]]) -> Mapping[int, list[Item]]:
    found: dict[int, list[Item]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
