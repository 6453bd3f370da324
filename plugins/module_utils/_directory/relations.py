# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the user that runs the task, and the users behind the members of a group or a safe. Writes nothing.

The guard rails decide on these facts. Answers are cached, and none is read unless something is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from .._base.errors import AuthorizationError, UnsupportedError, trying
from .._base.paths import Object, fold, id_mark, look
from .._http.client import Client
from .._model.plan import Plan
from .._model.references import names_in
from .._model.resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, RESOURCES, USER
from .._model.rows import Resource
from .._scim.contents import permissions_on
from .._scim.member_lists import MemberLists
from .._scim.protocol import Scim
from .guard_rails import AccessLoss, Loss, Member, all_access, is_protected_by
from .name_index import NameIndex

# The claims that hold a login name: the tenant's own, and that of OpenID Connect (core 1.0 section 5.1).
LOGIN_CLAIMS = ("unique_name", "preferred_username")


class Caller:
    """A service user that runs the task, as its options and its token describe it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @cached_property
    def _claims(self) -> Object:
        return self._client.claims()

    @cached_property
    def names(self) -> dict[str, str]:
        """The login names by what they look like: configured, and of the token."""
        given = [self._client.connection.client_id, *(self._claims.get(claim) for claim in LOGIN_CLAIMS)]
        return {look(name): str(name) for name in given if name}

    @property
    def subject(self) -> str | None:
        """The claim ``sub``, which is the user's id on this tenant."""
        subject = self._claims.get("sub")
        return subject if isinstance(subject, str) and subject else None

    @property
    def is_known(self) -> bool:
        """Return whether anything is known about the identity of this caller."""
        return bool(self.names or self.subject)


class Relations:
    """Answers questions about one tenant, by the ``names`` that are known where that is enough."""

    def __init__(self, scim: Scim, names: NameIndex, lists: MemberLists) -> None:
        self._scim = scim
        self._names = names
        self._lists = lists
        # With one service user for the vault and another for the rest, both run the task.
        self._callers = {client: Caller(client) for client in scim.clients}
        self._own_ids: dict[Caller, str | None] = {}
        self._seen: dict[tuple[str, str], Object | None] = {}
        self._own_safes: dict[str, bool] = {}  # by name, whether who reads and writes the vault is a member

    # -- Who runs the task ----------------------------------------------------

    @property
    def vault_caller(self) -> Caller:
        """The service user that reads and writes the vault."""
        return self._callers[self._scim.client_of(CONTAINER.endpoint)]

    def _id_of(self, caller: Caller) -> str | None:
        """Return the id of a user that runs the task, None if the server does not show that user.

        The claim ``sub`` is believed where the server has a user with that id.
        """
        if caller not in self._own_ids:
            self._own_ids[caller] = self._find_id(caller)
        return self._own_ids[caller]

    def _find_id(self, caller: Caller) -> str | None:
        if caller.subject and self.login_of(caller.subject):
            return caller.subject
        for name in caller.names.values():
            with suppress(AuthorizationError, UnsupportedError):
                if found := self._scim.find_named(USER.endpoint, USER.key_attribute, name):
                    return str(found["id"])
        return None

    def is_own(self, endpoint: str, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether this is a user that runs the task, or a group with such a user in it; None if unknown."""
        callers = self._callers.values()
        if not any(caller.is_known for caller in callers):
            return None
        if endpoint == GROUP.endpoint:
            return self._holds_own(identifier, set())
        return _any(self._is(caller, identifier, shown) for caller in callers)

    def is_vault_user(self, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether this is the user that reads and writes the vault; None if unknown."""
        return self._is(self.vault_caller, identifier, shown)

    def _is(self, caller: Caller, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether a user is this caller; None if unknown."""
        if not caller.is_known:
            return None
        if identifier == caller.subject or any(look(name) in caller.names for name in shown):
            return True
        if (login := self._names.name_of(USER.endpoint, identifier)) is not None:
            return look(login) in caller.names
        if (own_id := self._id_of(caller)) is not None:
            return identifier == own_id
        login = self.login_of(identifier)
        return None if login is None else look(login) in caller.names

    def _holds_own(self, identifier: str, passed: set[str]) -> bool | None:
        """Return whether a group has a user that runs the task in it, directly or through other groups."""
        if identifier in passed:
            return False
        passed.add(identifier)
        group = self._read(GROUP, identifier)
        if group is None:
            return None
        return self.holds_own(GROUP, group, passed)

    def holds_own(self, resource: Resource, item: Object, passed: set[str] | None = None) -> bool | None:
        """Return whether a group, or a permission on a safe, is that of a user that runs the task; None if unknown.

        ``passed`` are groups that need no other look: groups may be members of each other.
        """
        passed = {item["id"]} if passed is None and resource.member_rows else passed or set()
        return _any(
            self._holds_own(identifier, passed)
            if endpoint == GROUP.endpoint
            else self.is_own(endpoint, identifier, [shown])
            for endpoint, identifier, shown in resource.members(item)
        )

    def is_own_object(self, resource: Resource, item: Object) -> bool | None:
        """Return whether a user, a group or a permission is that of a user that runs the task; None if unknown."""
        if resource is USER:
            login = look(item.get(USER.key_attribute))
            return _any(
                (login in caller.names or item["id"] == caller.subject) if caller.is_known else None
                for caller in self._callers.values()
            )
        if not resource.access:
            return False
        safe = str(resource.parent.read(item)) if resource.parent else None
        return self._on_safe(self.holds_own(resource, item), safe)

    def _on_safe(self, own: bool | None, safe: str | None) -> bool | None:
        """Return False for what is not known, where the user that reads and writes the vault is a member of the safe.

        Half of the groups on real safes are those of another directory, which the server does not show: who is in them
        cannot be told. To take one off a safe locks nobody out who is a member of it directly.
        """
        return False if own is None and safe is not None and self.is_member(safe) else own

    def is_member(self, safe: str) -> bool:
        """Return whether the user that reads and writes the vault has a permission on a safe of its own."""
        if fold(safe) not in self._own_safes:
            (permissions,) = permissions_on(self._scim, [{"id": safe, "name": safe}]).values()
            self._own_safes[fold(safe)] = any(
                self._is(self.vault_caller, identifier, [shown])
                for permission in permissions
                for endpoint, identifier, shown in CONTAINER_PERMISSION.members(permission)
                if endpoint == USER.endpoint
            )
        return self._own_safes[fold(safe)]

    # -- Who is left ----------------------------------------------------------

    def taken_along(
        self, deleted: Sequence[tuple[Resource, Object]], protects: Callable[[Iterable[str]], bool]
    ) -> list[AccessLoss]:
        """Return the members that protected groups and safes lose because users or groups are deleted.

        ``deleted`` are these users and groups, and ``protects`` tells of names whether one of them is protected.
        Members are the direct ones. What they are in is read, because no entry need name it.
        """
        names = {
            (resource.endpoint, mark): str(item.get(resource.key_attribute) or item["id"])
            for resource, item in deleted
            for mark in (id_mark(item["id"]), look(item.get(resource.key_attribute)))
        }
        found = []
        for resource, holder in self._protected_holders(protects):
            gone = {
                (shown, name)
                for endpoint, identifier, shown in resource.members(holder)
                for mark in (id_mark(identifier), look(shown))
                if (name := names.get((endpoint, mark)))
            }
            if gone:
                members = tuple(Member((name, shown)) for shown, name in sorted(gone))
                found.append(replace(all_access(resource, holder), members=members))
        return found

    def _protected_holders(self, protects: Callable[[Iterable[str]], bool]) -> Iterator[tuple[Resource, Object]]:
        """Yield protected groups, read by id because lists may omit members, and permissions on protected safes."""
        for item in self._group_names:
            if protects([str(item.get(GROUP.key_attribute))]):
                with trying(f"read the members of the group {item.get(GROUP.key_attribute)!r}"):
                    if group := self._scim.get(GROUP.endpoint, item["id"]):
                        yield GROUP, self._lists.typed(GROUP, group)
        safes: list[Object] = []
        with suppress(AuthorizationError, UnsupportedError):  # what the service user cannot see, nothing can protect
            safes = [safe for safe in self._scim.query(CONTAINER.endpoint) if protects([str(safe.get("name"))])]
        for on_safe in permissions_on(self._scim, safes).values():
            for permission in on_safe:
                yield CONTAINER_PERMISSION, permission

    def emptied_roles(self, plans: Mapping[tuple[str, str], Plan]) -> list[str]:
        """Return the names of the built-in roles that lose the last member that can log in, directly or in a group.

        ``plans`` are those for users and groups, by endpoint and id, or for new ones the name without case.
        """
        return [
            str(role.get(GROUP.key_attribute) or role["id"])
            for role in self._built_in_roles
            if not self._can_log_in(GROUP.endpoint, role["id"], plans, set())
            and self._can_log_in(GROUP.endpoint, role["id"], {}, set())
        ]

    def _can_log_in(
        self, endpoint: str, identifier: str, plans: Mapping[tuple[str, str], Plan], passed: set[tuple[str, str]]
    ) -> bool:
        """Return whether a user, or anybody in a group, can log in after the plans; what is not shown may be able to.

        ``passed`` are those that need no other look: groups may be members of each other.
        """
        key = (endpoint, id_mark(identifier))
        if key in passed:
            return False
        passed.add(key)
        plan = plans.get(key) or plans.get((endpoint, fold(identifier)))
        item = plan.expected if plan else self._read(RESOURCES[endpoint], identifier)
        if item is None:
            return True
        if endpoint == GROUP.endpoint:
            return any(self._can_log_in(kind, member, plans, passed) for kind, member, _shown in GROUP.members(item))
        return bool(item) and not USER.is_disabled(item)

    @cached_property
    def _group_names(self) -> list[Object]:
        """The groups with their names, none where the server has no groups."""
        with suppress(UnsupportedError):
            return list(self._scim.query(GROUP.endpoint, attributes=GROUP.key_attribute))
        return []

    @cached_property
    def _built_in_roles(self) -> list[Object]:
        """The roles that every tenant has."""
        return [
            item for item in self._group_names if GROUP.is_built_in(item["id"], [str(item.get(GROUP.key_attribute))])
        ]

    # -- Who is behind an id --------------------------------------------------

    def login_of(self, identifier: str) -> str | None:
        """Return the login name of the user with this id, None if the server does not show one."""
        return self.name_of(USER.endpoint, identifier)

    def name_of(self, endpoint: str, identifier: str) -> str | None:
        """Return the name of the user or group with this id, None if the server does not show one."""
        known = self._names.name_of(endpoint, identifier)
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

    def loss_of(self, resource: Resource, item: Object, *, own: bool | None, named: bool) -> Loss:
        """Return an object that would go; if ``named``, with the names of who has it if it is a permission."""
        also: list[str | None] = []
        if named and resource.is_permission:
            also = [self.name_of(endpoint, who) for endpoint, who, _shown in resource.members(item)]
        names = tuple(names_in(resource.keys_of(item)))
        return Loss(resource, item["id"], names, tuple(name for name in also if name), own)

    def unmatched(self, patterns: Sequence[str]) -> list[str]:
        """Return the patterns that no name on the server matches, as far as the service user can read it."""
        left = list(patterns)
        for resource in (USER, GROUP, CONTAINER, PRIVILEGED_DATA):
            names = self._names.names(resource.endpoint)
            left = [pattern for pattern in left if not any(is_protected_by(name, pattern) for name in names)]
        for resource in (USER, GROUP, CONTAINER, PRIVILEGED_DATA):
            if left:
                listed = self._listed_names(resource)
                left = [pattern for pattern in left if not any(is_protected_by(name, pattern) for name in listed)]
        if left:
            shown = self._shown_on_safes()
            left = [pattern for pattern in left if not any(is_protected_by(name, pattern) for name in shown)]
        return left

    def _shown_on_safes(self) -> set[str]:
        """Return the names of the members of all safes: the server does not list those of another directory."""
        found: set[str] = set()
        with suppress(AuthorizationError, UnsupportedError):
            for item in self._scim.query(CONTAINER_PERMISSION.endpoint):
                found.update(shown for _endpoint, _identifier, shown in CONTAINER_PERMISSION.members(item))
        return found

    def _listed_names(self, resource: Resource) -> set[str]:
        """Return the names of all objects of a kind, of an account with and without its safe. None of a hidden kind."""
        found: set[str] = set()
        with suppress(AuthorizationError, UnsupportedError):
            for item in self._scim.query(resource.endpoint):
                names = names_in(resource.keys_of(item))
                found.update([*names, " / ".join(names)])
        return found


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Return True if one answer is, None if one is unknown, and False otherwise."""
    found = set(answers)
    return True if True in found else None if None in found else False
