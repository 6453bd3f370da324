# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What policies look at: a state, the closures of its groups, and a plan's changes, with indexes. No I/O."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from .._base.paths import Object
from .graph import Graph, bits, numbers, path_of
from .operators import seconds_of
from .state import Permission, State

PLAN = "plan"  # what policies about changes need, beside the kinds of objects
Access = tuple[Optional[int], int]  # a user, None for the unknown members of a group, and a permission
Reach = tuple[int, int]  # a user and a container


@dataclass(frozen=True)
class Scene:
    """A state at a time, in seconds since 1970. ``changes`` are those of a plan, None without one."""

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
        """Return the groups of each user that has some, as a direct member."""
        return _index((user, number) for number, group in enumerate(self.state.groups) for user in set(group.users))

    @cached_property
    def parents(self) -> Mapping[int, list[int]]:
        """Return the groups that have a group as a direct member."""
        return _index((child, number) for number, group in enumerate(self.state.groups) for child in set(group.groups))

    @cached_property
    def _above(self) -> Sequence[int]:
        """Return the groups that each group is in, itself included, as sets."""
        above: list[list[int]] = [[] for _group in self.state.groups]
        for number, below in enumerate(self.graph.below):
            for child in numbers(below):
                above[child].append(number)
        return [bits(groups) for groups in above]

    def groups_of(self, user: int) -> list[int]:
        """Return the groups that a user is in, to any depth."""
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
        """Return the groups that a group is in, to any depth, without itself."""
        return [number for number in numbers(self._above[group]) if number != group]

    def people_of(self, group: int) -> Sequence[int]:
        """Return the users in a group, to any depth."""
        if group not in self._known_people:
            # Many permissions are of one group, and each number in a list would take 36 bytes.
            self._known_people[group] = array("I", numbers(self.graph.everybody[group]))
        return self._known_people[group]

    @cached_property
    def _known_people(self) -> dict[int, Sequence[int]]:
        return {}

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

    def access(self) -> Iterator[Access]:
        for number in range(len(self.state.permissions)):
            yield from self._access_by(number)

    def access_of(self, user: int) -> Iterator[Access]:
        for number in self._permissions_reached(user):
            yield user, number

    def access_to(self, container: int) -> Iterator[Access]:
        for number in self.permissions_on.get(container, ()):
            yield from self._access_by(number)

    def _access_by(self, number: int) -> Iterator[Access]:
        """Yield who has a permission. Nobody knows the members of a group that no list has."""
        permission = self.state.permissions[number]
        if permission.kind == "user":
            yield permission.member, number
            return
        for user in self.people_of(permission.member):
            yield user, number
        if any(not self.state.groups[group].listed for group in numbers(self.graph.below[permission.member])):
            yield None, number

    def path(self, access: Access) -> tuple[int, ...]:
        """Return the groups from a user's own to that of the permission, on the shortest way; none if it is direct."""
        first = next(self._own_groups_to(access), None)
        return () if first is None else path_of(first, self._steps_to(self.state.permissions[access[1]].member))

    def other_paths(self, access: Access) -> int:
        """Return the number of other groups that the user is a direct member of and that lead to the permission."""
        return max(0, sum(1 for _group in self._own_groups_to(access)) - 1)

    def _own_groups_to(self, access: Access) -> Iterator[int]:
        """Yield the groups of a user that lead to a permission, the nearest first; for nobody, unknown groups."""
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

    def reach(self) -> Iterator[Reach]:
        """Yield each user who is not inactive with each container on which a permission counts now."""
        for user in range(len(self.state.users)):
            yield from self.reach_of(user)

    def reach_of(self, user: int) -> Iterator[Reach]:
        if self.state.users[user].active is not False:
            for container in self._permissions_by_container(user):
                yield user, container

    def reach_to(self, container: int) -> Iterator[Reach]:
        people: dict[int, None] = {}
        for user, number in self.access_to(container):
            if user is not None and not self.is_expired(self.state.permissions[number]):
                people[user] = None
        return ((user, container) for user in people if self.state.users[user].active is not False)

    def permissions_in(self, reach: Reach) -> list[Permission]:
        """Return the permissions that count now and together are what a user can do in a container."""
        user, container = reach
        if user in self._recent:
            return self._recent[user].get(container, [])
        everything = (self.state.permissions[number] for number in self.permissions_on.get(container, ()))
        return [each for each in everything if self._has(user, each) and not self.is_expired(each)]

    def _has(self, user: int, permission: Permission) -> bool:
        if permission.kind == "user":
            return permission.member == user
        return bool(self.graph.everybody[permission.member] >> user & 1)

    def _permissions_by_container(self, user: int) -> Mapping[int, list[Permission]]:
        """Return the permissions of a user that count now, and remember them until the next user."""
        held: dict[int, list[Permission]] = {}
        for permission in map(self.state.permissions.__getitem__, self._permissions_reached(user)):
            if not self.is_expired(permission):
                held.setdefault(permission.container, []).append(permission)
        self._recent.clear()
        self._recent[user] = held
        return held

    @cached_property
    def _recent(self) -> dict[int, Mapping[int, list[Permission]]]:
        return {}

    def answers_to(self, question: Any) -> dict[Any, bool]:
        """Return the answers to a question that are known, by the part of a subject that it is about."""
        return self._answers.setdefault(question, {})

    @cached_property
    def _answers(self) -> dict[Any, dict[Any, bool]]:
        return {}

    def _permissions_reached(self, user: int) -> Iterator[int]:
        yield from self.permissions_of_user.get(user, ())
        for group in self.groups_of(user):
            yield from self.permissions_of_group.get(group, ())


def _index(pairs: Iterable[tuple[int, int]]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
