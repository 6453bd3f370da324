# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""List who can reach which safe, and how: one row for each user and permission. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .._base.paths import Object, fold
from .._model.plan import is_over
from .._model.resources import PRIVILEGED_DATA, RIGHTS_PRESETS
from .graph import Graph, Way, bits, numbers, size
from .query import ALL, Chosen, Query
from .state import Permission, State, User

PRESETS: Mapping[frozenset[str], str] = {frozenset(rights): name for name, rights in RIGHTS_PRESETS.items()}
KEPT_WAYS = 500_000  # the number of cached ways to groups, about 100 MB
NOBODY = User("", active=None, listed=False)  # stands for the unknown members of a group


def preset_of(rights: tuple[str, ...]) -> str | None:
    """Return the name of the preset with exactly these rights, or None."""
    return PRESETS.get(frozenset(rights))


@dataclass(frozen=True)
class Access:
    """A state at a time, and the selection of a query. ``everybody`` has the selected users of each group."""

    state: State
    graph: Graph
    chosen: Chosen
    query: Query
    now: float
    unlisted: int  # the groups whose members are unknown, as a set of bits
    order: tuple[int, ...]  # the rank of each user by name
    _ways: dict[int, list[Way]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, state: State, now: float, query: Query = ALL) -> Access:
        """Return the access in a state. Raise NotFoundError if the query has a name without an object."""
        unlisted = bits(number for number, group in enumerate(state.groups) if not group.listed)
        marks = [fold(user.name) for user in state.users]
        order = [0] * len(marks)
        for place, number in enumerate(sorted(range(len(marks)), key=marks.__getitem__)):
            order[number] = place
        return cls(state, Graph.of(state), Chosen.of(state, query), query, now, unlisted, tuple(order))

    # -- What counts ----------------------------------------------------------

    def permissions(self) -> list[Permission]:
        """Return the selected permissions, sorted by safe and member."""
        chosen = self.chosen
        found = [
            each
            for each in self.state.permissions
            if (chosen.containers is None or each.container in chosen.containers)
            and (chosen.rights is None or not chosen.rights.isdisjoint(each.rights))
            and (self.query.expired or not self.is_over(each))
        ]
        return sorted(found, key=self._place)

    def is_over(self, permission: Permission) -> bool:
        """Return whether a permission has ended."""
        return is_over(permission.expiration, self.now)

    def name_of_member(self, permission: Permission) -> str:
        """Return the name of the user or the group that has a permission."""
        members = self.state.users if permission.kind == "user" else self.state.groups
        return members[permission.member].name

    def _place(self, permission: Permission) -> tuple[str, str, str]:
        safe = self.state.containers[permission.container].name
        return fold(safe), permission.kind, fold(self.name_of_member(permission))

    def users_of(self, permission: Permission) -> int:
        """Return the selected users of a permission, as a set of bits."""
        users = self._everybody(permission)
        return users if self.chosen.users is None else users & self.chosen.users

    def _everybody(self, permission: Permission) -> int:
        chosen, graph = self.chosen, self.graph
        if permission.kind == "user":
            return 0 if chosen.groups is not None else 1 << permission.member
        if chosen.groups is None:
            return graph.everybody[permission.member]
        users = 0
        for group in numbers(chosen.groups & graph.below[permission.member]):
            users |= graph.everybody[group]
        return users

    def unknown_of(self, permission: Permission) -> int:
        """Return the groups through which unknown members may have a permission, as a set of bits."""
        chosen, graph = self.chosen, self.graph
        if permission.kind == "user" or chosen.asks_for_users:
            return 0
        groups = graph.below[permission.member]
        if chosen.groups is not None:
            within = 0
            for group in numbers(chosen.groups & groups):
                within |= graph.below[group]
            groups = within
        return groups & self.unlisted

    # -- Rows -----------------------------------------------------------------

    def rows(self) -> Iterator[Object]:
        """Yield the rows, sorted by safe, member and user."""
        for permission in self.permissions():
            users, unknown = self.users_of(permission), self.unknown_of(permission)
            if users or unknown:
                shared = self._shared(permission)
                for way in self.ways_of(permission):
                    if way.user is not None and users >> way.user & 1:
                        yield self._row(self.state.users[way.user], way, shared)
                    elif way.user is None and unknown >> way.path[0] & 1:
                        yield self._row(NOBODY, way, shared)

    def ways_of(self, permission: Permission) -> list[Way]:
        """Return the ways to a permission, sorted by user. Cache those of groups with several permissions."""
        if permission.kind == "user":
            return [Way(permission.member, (), 0)]
        group = permission.member
        if group not in self._ways:
            ways = sorted(self.graph.ways(group, self.chosen.users), key=self._place_of_way)
            while self._ways and sum(map(len, self._ways.values())) + len(ways) > KEPT_WAYS:
                del self._ways[next(iter(self._ways))]
            self._ways[group] = ways
        return self._ways[group]

    def _place_of_way(self, way: Way) -> tuple[bool, int]:
        return (True, way.path[0]) if way.user is None else (False, self.order[way.user])

    def _shared(self, permission: Permission) -> Object:
        """Return the values that all rows of a permission share."""
        accounts = self.chosen.accounts
        return {
            "container": self.state.containers[permission.container].name,
            "member": {permission.kind: self.name_of_member(permission)},
            "search_in": permission.search_in,
            "rights": list(permission.rights),
            "preset": preset_of(permission.rights),
            "membership_expiration": permission.expiration,
            "expired": self.is_over(permission),
            "privileged_data": None if accounts is None else list(accounts.get(permission.container, ())),
        }

    def _row(self, user: User, way: Way, shared: Object) -> Object:
        return {
            "user": None if user is NOBODY else user.name,
            "active": user.active,
            "listed": user.listed,
            "path": [self.state.groups[group].name for group in way.path],
            "other_paths": way.others,
            **shared,
        }

    # -- Counts ---------------------------------------------------------------

    def summary(self) -> Object:
        """Return the counts of the rows without building the rows."""
        inactive = bits(number for number, user in enumerate(self.state.users) if user.active is False)
        counts: Counter[str] = Counter()
        users, unknown, by_safe = 0, 0, dict[int, int]()
        found: dict[tuple[str, int], tuple[int, int, int, int]] = {}  # by member, because counting bits takes long
        reached = []
        for permission in self.permissions():
            member = (permission.kind, permission.member)
            if member not in found:
                who, groups = self.users_of(permission), self.unknown_of(permission)
                found[member] = (who, groups, size(who) + size(groups), size(who & inactive))
                users |= who
                unknown |= groups
            who, groups, number, disabled = found[member]
            if number:
                reached.append(permission)
                by_safe[permission.container] = by_safe.get(permission.container, 0) | who
                counts["rows"] += number
                counts["direct"] += number if permission.kind == "user" else 0
                counts["expired"] += number if self.is_over(permission) else 0
                counts["inactive"] += disabled
                counts["unknown_members"] += size(groups)
        accounts = self.chosen.accounts
        return {
            "rows": counts["rows"],
            "users": size(users),
            "groups": len({each.member for each in reached if each.kind == "group"}),
            "containers": len(by_safe),
            "container_permissions": len(reached),
            PRIVILEGED_DATA.plural: None if accounts is None else sum(len(accounts.get(safe, ())) for safe in by_safe),
            "user_containers": sum(map(size, by_safe.values())),
            **{name: counts[name] for name in ("direct", "expired", "inactive", "unknown_members")},
            "groups_with_unknown_members": size(unknown),
        }


def rows_of(state: State, now: float, query: Query = ALL) -> Iterator[Object]:
    """Yield one row for each user and permission. ``now`` is in seconds since 1970.

    A row has the user (``user``, ``active``, ``listed``), the way (``path``, ``other_paths``) and the access
    (``container``, ``member``, ``rights`` and so on). ``path`` has the groups from the user's own to that of the
    permission, and is empty for a permission of the user itself. A group with unknown members gives a row with None as
    the user.
    """
    return Access.of(state, now, query).rows()


def summary_of(state: State, now: float, query: Query = ALL) -> Object:
    """Return the counts of these rows, and of their users, safes and so on."""
    return Access.of(state, now, query).summary()
