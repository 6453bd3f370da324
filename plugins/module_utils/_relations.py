# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Who runs the task, and who is behind the members of a group or a safe. Writes nothing.

The guard rails decide on these facts. Every look is remembered, and none is made unless something is taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from functools import cached_property

from ._contents import permissions_on
from ._errors import AuthorizationError, UnsupportedError
from ._guard_rails import Member, is_built_in, is_protected_by, members_of
from ._member_lists import MemberLists
from ._paths import Object, fold, look, objects
from ._references import names_in
from ._resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, RESOURCES, USER, Resource
from ._scim import Scim
from ._survey import Known

# The claims that hold a login name: the tenant's own, and that of OpenID Connect (core 1.0 section 5.1).
LOGIN_CLAIMS = ("unique_name", "preferred_username")
CONTAINER_OF, USER_OF = (CONTAINER_PERMISSION.attribute(option) for option in ("container", "user"))


class Relations:
    """Answers questions about one tenant, by what is ``known`` where that is enough."""

    def __init__(self, scim: Scim, known: Known, lists: MemberLists) -> None:
        self._scim = scim
        self._known = known
        self._lists = lists
        self._seen: dict[tuple[str, str], Object | None] = {}
        self._own_safes: dict[str, bool] = {}  # by name, whether the user that runs the task is a member

    # -- Who runs the task ----------------------------------------------------

    @cached_property
    def _claims(self) -> Object:
        return self._scim.client.claims()

    @cached_property
    def own_names(self) -> dict[str, str]:
        """The login names of the user that runs the task by what they look like: configured, and of the token."""
        given = [self._scim.client.connection.client_id, *(self._claims.get(claim) for claim in LOGIN_CLAIMS)]
        return {look(name): str(name) for name in given if name}

    @cached_property
    def own_id(self) -> str | None:
        """The id of the user that runs the task; None if it is not known, because the server does not show that user.

        The claim ``sub`` is the user's id on this tenant; it is believed where the server has a user with that id.
        """
        subject = self._claims.get("sub")
        if isinstance(subject, str) and subject and self.login_of(subject):
            return subject
        for name in self.own_names.values():
            with suppress(AuthorizationError, UnsupportedError):
                if found := self._scim.find_named(USER.endpoint, USER.key_attribute, name):
                    return str(found["id"])
        return None

    @property
    def knows_own(self) -> bool:
        """Whether it is known at all who runs the task."""
        return bool(self.own_names or self._claims.get("sub"))

    def is_own(self, endpoint: str, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether this is the user that runs the task, or a group with that user in it; None if unknown."""
        if not self.knows_own:
            return None
        if endpoint == GROUP.endpoint:
            return self._holds_own(identifier, set())
        if identifier == self._claims.get("sub") or any(look(name) in self.own_names for name in shown):
            return True
        if (login := self._known.name_of(USER.endpoint, identifier)) is not None:
            return look(login) in self.own_names
        if self.own_id is not None:
            return identifier == self.own_id
        login = self.login_of(identifier)
        return None if login is None else look(login) in self.own_names

    def _holds_own(self, identifier: str, passed: set[str]) -> bool | None:
        """Whether a group has the user that runs the task in it, directly or through other groups."""
        if identifier in passed:
            return False
        passed.add(identifier)
        group = self._read(GROUP, identifier)
        if group is None:
            return None
        return self.holds_own(GROUP, group, passed)

    def holds_own(self, resource: Resource, item: Object, passed: set[str] | None = None) -> bool | None:
        """Return whether a group, or a permission on a safe, is that of the user that runs the task; None if unknown.

        ``passed`` are groups that need no other look: groups may be members of each other.
        """
        passed = {item["id"]} if passed is None and resource is GROUP else passed or set()
        answers = {
            self._holds_own(identifier, passed)
            if endpoint == GROUP.endpoint
            else self.is_own(endpoint, identifier, [shown])
            for endpoint, identifier, shown in members_of(resource, item)
        }
        return True if True in answers else None if None in answers else False

    def is_own_object(self, resource: Resource, item: Object) -> bool | None:
        """Return whether a user, a group or a permission is that of the user that runs the task; None if unknown."""
        if resource is USER:
            login = look(item.get(USER.key_attribute))
            own = login in self.own_names or item["id"] == self._claims.get("sub")
            return own if self.knows_own else None
        if resource not in (GROUP, CONTAINER_PERMISSION):
            return False
        safe = str(CONTAINER_OF.read(item)) if resource is CONTAINER_PERMISSION else None
        return self._on_safe(self.holds_own(resource, item), safe)

    def _on_safe(self, own: bool | None, safe: str | None) -> bool | None:
        """Return False for what is not known, where the user that runs the task is a member of the safe itself.

        Half of the groups on real safes are those of another directory, which the server does not show: who is in them
        cannot be told. To take one off a safe locks nobody out who is a member of it directly.
        """
        return False if own is None and safe is not None and self.is_member(safe) else own

    def is_member(self, safe: str) -> bool:
        """Whether the user that runs the task has a permission of its own on a safe, and not through a group."""
        if fold(safe) not in self._own_safes:
            (permissions,) = permissions_on(self._scim, [{"id": safe, "name": safe}]).values()
            users = [permission for permission in permissions if USER_OF.read(permission)]
            self._own_safes[fold(safe)] = any(self.holds_own(CONTAINER_PERMISSION, each) for each in users)
        return self._own_safes[fold(safe)]

    # -- Who is left ----------------------------------------------------------

    def emptied_roles(self, leaving: Collection[str], groups: Iterable[Object]) -> list[str]:
        """Return the names of the built-in roles that are left without a member that can log in.

        ``leaving`` are ids of users that are deleted or deactivated, and of groups that are deleted. ``groups`` are
        those that the task changes, as they are to be. Members are the direct ones; a group counts as one that can.
        """
        planned = {str(group.get("id")): _member_ids(group) for group in groups}
        found = []
        for role in self._built_in_roles:
            before = _member_ids(role)
            after = planned.get(role["id"], before)
            if not before.isdisjoint(leaving) and not any(map(self._can_log_in, sorted(after - set(leaving)))):
                found.append(str(role.get(GROUP.key_attribute) or role["id"]))
        return found

    @cached_property
    def _built_in_roles(self) -> list[Object]:
        """The roles that every tenant has, each read by id: lists may omit members."""
        found = []
        with suppress(UnsupportedError):  # a server without groups has no roles
            for item in self._scim.query(GROUP.endpoint, attributes=GROUP.key_attribute):
                if is_built_in(item["id"], [str(item.get(GROUP.key_attribute))]):
                    found.append(self._scim.get(GROUP.endpoint, item["id"]))
        return [role for role in found if role]

    def _can_log_in(self, identifier: str) -> bool:
        user = self._read(USER, identifier)
        return not user or USER.attribute("active").read(user) is not False

    # -- Who is behind an id --------------------------------------------------

    def login_of(self, identifier: str) -> str | None:
        """Return the login name of the user with this id, None if the server does not show one."""
        return self.name_of(USER.endpoint, identifier)

    def name_of(self, endpoint: str, identifier: str) -> str | None:
        """Return the name of the user or group with this id, None if the server does not show one."""
        known = self._known.name_of(endpoint, identifier)
        if known is not None:
            return known
        resource = RESOURCES[endpoint]
        found = self._read(resource, identifier)
        return str(found.get(resource.key_attribute)) if found and found.get(resource.key_attribute) else None

    def _read(self, resource: Resource, identifier: str) -> Object | None:
        key = (resource.endpoint, identifier)
        if key not in self._seen:
            try:
                found = self._scim.get(resource.endpoint, identifier)
                self._seen[key] = found and self._lists.typed(resource, found)
            except (AuthorizationError, UnsupportedError):
                self._seen[key] = None
        return self._seen[key]

    def member(self, who: tuple[str, str, str], *, named: bool, own: bool, safe: str | None) -> Member:
        """Return who loses access: with ``named`` by all names, with ``own`` also whether that is who runs the task.

        ``safe`` is the name of the safe, None for a group.
        """
        endpoint, identifier, shown = who
        name = self.name_of(endpoint, identifier) if named else None
        is_own = self._on_safe(self.is_own(endpoint, identifier, [shown]), safe) if own else False
        return Member((shown, name) if name else (shown,), is_own)

    def unmatched(self, patterns: Sequence[str]) -> list[str]:
        """Return the patterns that no name on the server matches, as far as the service user can read it."""
        left = list(patterns)
        for resource in (USER, GROUP, CONTAINER, PRIVILEGED_DATA):
            names = self._known.names(resource.endpoint)
            left = [pattern for pattern in left if not any(is_protected_by(name, pattern) for name in names)]
        for resource in (USER, GROUP, CONTAINER, PRIVILEGED_DATA):
            if left:
                listed = self._listed_names(resource)
                left = [pattern for pattern in left if not any(is_protected_by(name, pattern) for name in listed)]
        return left

    def _listed_names(self, resource: Resource) -> set[str]:
        """The names of all objects of a kind; an account is called with and without its safe. None of a hidden kind."""
        found: set[str] = set()
        with suppress(AuthorizationError, UnsupportedError):
            for item in self._scim.query(resource.endpoint):
                names = names_in(resource.keys_of(item))
                found.update([*names, " / ".join(names)])
        return found


def _member_ids(group: Object) -> set[str]:
    return {str(member["value"]) for member in objects(group.get("members")) if member.get("value")}
