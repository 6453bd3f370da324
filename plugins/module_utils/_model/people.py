# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Refuse losses that are never allowed: the last login of a built-in role, and the access of the task's own user.

A subclass reads the facts from the server, and only if a plan takes something away.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from .._base.errors import AuthorizationError, GuardRailError, UnsupportedError, some
from .._base.paths import Object, fold, id_mark, natural
from .plan import Change, Plan
from .rows import Resource
from .shapes import Members, Names

Plans = Mapping[tuple[str, str], Plan]
OTHER_USER = "Do that as another user"


class People(ABC):
    """Finds the members of groups, directly or through other groups, as the server shows users and groups."""

    # The errors with which a server hides an object.
    hiding: tuple[type[Exception], ...] = (AuthorizationError, UnsupportedError)
    # What to do about a loss of the user that runs the task.
    advice = OTHER_USER

    def __init__(self, resources: Mapping[str, Resource], warn: Callable[[str], None]) -> None:
        self.resources = resources
        self._warn = warn

    @abstractmethod
    def read(self, endpoint: str, identifier: str) -> Object | None:
        """Return a user, or a group with its members. Return None if the server does not show it."""

    @abstractmethod
    def is_own_user(self, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether the user with this id and these shown names runs the task; None if unknown."""

    @abstractmethod
    def is_own_login(self, identifier: str, login: str) -> bool | None:
        """Return whether the user with this id and login name runs the task; None if unknown."""

    @property
    @abstractmethod
    def knows_callers(self) -> bool:
        """Return whether the id or name of a user that runs the task is known."""

    @property
    @abstractmethod
    def built_in_roles(self) -> Sequence[Object]:
        """The roles that every tenant has, with their names."""

    # -- The users that run the task ----------------------------------------------------

    def is_own(self, endpoint: str, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether this is a user that runs the task, or a group with such a user in it; None if unknown."""
        if not self.knows_callers:
            return None
        if self.resources[endpoint].member_rows:
            return self._holds_own(endpoint, identifier, set())
        return self.is_own_user(identifier, shown)

    def _holds_own(self, endpoint: str, identifier: str, passed: set[str]) -> bool | None:
        """Return whether a user that runs the task is in a group, directly or through other groups; None if unknown."""
        if identifier in passed:
            return False
        passed.add(identifier)
        group = self.read(endpoint, identifier)
        return None if group is None else self.holds_own(self.resources[endpoint], group, passed)

    def holds_own(self, resource: Resource, item: Object, passed: set[str] | None = None) -> bool | None:
        """Return whether a user that runs the task has this permission, or is in this group; None if unknown.

        ``passed`` are groups that were already read: groups may be members of each other.
        """
        passed = {item["id"]} if passed is None and resource.member_rows else passed or set()
        return any_known(
            self._holds_own(endpoint, identifier, passed)
            if self.resources[endpoint].member_rows
            else self.is_own(endpoint, identifier, [shown])
            for endpoint, identifier, shown in resource.members(item)
        )

    # -- Members that can log in ----------------------------------------------------------

    def emptied_roles(self, plans: Plans) -> list[str]:
        """Return the names of the built-in roles that lose the last member that can log in, directly or in a group.

        ``plans`` are the plans for users and groups, by endpoint and id. A new object has its name without case as id.
        """
        (group,) = (resource for resource in self.resources.values() if resource.member_rows)
        return [
            str(role.get(group.key_attribute) or role["id"])
            for role in self.built_in_roles
            if not self._can_log_in(group.endpoint, role["id"], plans, set())
            and self._can_log_in(group.endpoint, role["id"], {}, set())
        ]

    def _can_log_in(self, endpoint: str, identifier: str, plans: Plans, passed: set[tuple[str, str]]) -> bool:
        """Return whether a user, or any member of a group, can log in after the plans. A hidden user counts as one.

        ``passed`` are users and groups that were already read: groups may be members of each other.
        """
        key = (endpoint, id_mark(identifier))
        if key in passed:
            return False
        passed.add(key)
        plan = plans.get(key) or plans.get((endpoint, fold(identifier)))
        item = plan.expected if plan else self.read(endpoint, identifier)
        if item is None:
            return True
        resource = self.resources[endpoint]
        if resource.member_rows:
            return any(self._can_log_in(kind, member, plans, passed) for kind, member, _shown in resource.members(item))
        return bool(item) and not resource.is_disabled(item)

    # -- One plan -------------------------------------------------------------

    def check(self, plan: Plan) -> None:
        """Raise GuardRailError if a plan for one user or group causes a loss that is never allowed."""
        if plan.current is not None and (plan.resource.member_rows or plan.resource.enabled_by):
            for error in self._refusals(plan):
                raise error

    def _refusals(self, plan: Plan) -> Iterator[GuardRailError]:
        """Yield the reasons to refuse a plan."""
        resource, name = plan.resource, _name(plan)
        label = f"{resource.name} {name!r}"
        own = self._is_own_loss(plan)
        if own:
            yield own_access_lost(label, self.advice)
        yield from check_unknown([label] if own is None else [])
        if resource.is_built_in(plan.identifier, [name]) and _taken(plan) and not _left(plan):
            yield last_member_lost(label)
        try:
            emptied = self._emptied_by(plan)
        except self.hiding as error:
            self._warn(f"It was not checked whether a built-in role loses its last member with {label}: {error}")
        else:
            yield from check_emptied_roles(emptied)

    def _is_own_loss(self, plan: Plan) -> bool | None:
        """Return whether a user that runs the task loses a role, a right or its login by the plan; None if unknown."""
        resource, current = plan.resource, plan.current or {}
        if not resource.member_rows:
            renamed = any(change.attribute.option in resource.keys for change in plan.changes)
            if plan.action == "delete" or plan.disables or renamed:
                return self.is_own_login(plan.identifier, _name(plan))
            return False
        if any(map(_loses_rights, plan.changes)):
            return self.holds_own(resource, current)
        return any_known(self.is_own(endpoint, who, [shown]) for endpoint, who, shown in _taken(plan))

    def _emptied_by(self, plan: Plan) -> list[str]:
        """Return the built-in roles that a plan leaves without a member who can log in."""
        resource, current = plan.resource, plan.current or {}
        plans = {(resource.endpoint, id_mark(plan.identifier)): plan}
        if resource.member_rows:
            harmless = not _taken(plan) or self._can_log_in(resource.endpoint, plan.identifier, plans, set())
        else:
            harmless = not (plan.action == "delete" or plan.disables) or resource.is_disabled(current)
        return [] if harmless else self.emptied_roles(plans)


def _name(plan: Plan) -> str:
    current = plan.current or {}
    return str(plan.resource.keys_of(current).get(plan.resource.keys[0]) or current.get("id"))


def _taken(plan: Plan) -> list[tuple[str, str, str]]:
    """Return endpoint, id and shown name of the members that a plan removes from a group; all for a deletion."""
    if plan.action == "delete":
        return list(plan.resource.members(plan.current or {}))
    return [
        (str(change.attribute.refers_to), identifier, shown)
        for change in plan.changes
        if isinstance(change.attribute.shape, Members)
        for identifier, shown in (change.before or {}).items()
        if identifier not in (change.after or {})
    ]


def _left(plan: Plan) -> bool:
    return any(plan.resource.members(plan.expected))


def _loses_rights(change: Change) -> bool:
    return isinstance(change.attribute.shape, Names) and bool(set(change.before or ()) - set(change.after or ()))


def any_known(answers: Iterable[bool | None]) -> bool | None:
    """Return True if any answer is True, else None if any is None, else False."""
    found = set(answers)
    return True if True in found else None if None in found else False


def last_member_lost(places: str) -> GuardRailError:
    return GuardRailError(
        f"a built-in role would lose its last member: {places}",
        hint="Keep one of the members in the list, or first add a member that stays",
    )


def own_access_lost(places: str, hint: str) -> GuardRailError:
    return GuardRailError(f"the user that runs the task would lose its own access: {places}", hint=hint)


def check_emptied_roles(roles: Sequence[str], otherwise: str = "") -> Iterator[GuardRailError]:
    """Yield an error if built-in roles would have no member left who can log in."""
    if roles:
        yield GuardRailError(
            f"a built-in role would lose its last member that can log in: {some(roles)}",
            hint=f"First add a member that stays and can log in{otherwise}",
        )


def check_unknown(labels: Sequence[str]) -> Iterator[GuardRailError]:
    """Yield an error if plans may affect the user that runs the task, but that user is unknown."""
    if labels:
        yield GuardRailError(
            f"it is not known whether this concerns the user that runs the task: {some(sorted(labels, key=natural))}",
            hint="Set client_id and client_secret beside access_token, and let the service user see its own user. For "
            "groups of another directory, give it a permission of its own on the safe",
        )
