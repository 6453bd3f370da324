# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the users, groups and safes that a directory run affects, for the guard rails. Writes nothing.

Facts are read only if a plan takes something away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from .._base.errors import AuthorizationError, UnsupportedError, trying
from .._base.paths import Object, fold, id_mark, look
from .._http.caller import Caller
from .._model.references import names_in
from .._model.resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, USER
from .._model.rows import Resource
from .._scim.contents import permissions_on
from .._scim.member_lists import MemberLists
from .._scim.people import ScimPeople
from .._scim.protocol import Scim
from .guard_rails import AccessLoss, Loss, Member, all_access, is_protected_by
from .name_index import NameIndex


class Relations(ScimPeople):
    """Answers questions about one tenant. Uses the known ``names`` if they suffice."""

    def __init__(self, scim: Scim, names: NameIndex, lists: MemberLists) -> None:
        super().__init__(scim, lists, names.name_of)
        self._names = names
        self._own_safes: dict[str, bool] = {}  # by name, whether the user that reads and writes the vault is a member

    # -- The user that runs the task ----------------------------------------------------

    @property
    def vault_caller(self) -> Caller:
        """The service user that reads and writes the vault."""
        return self.callers[self._scim.client_of(CONTAINER.endpoint)]

    def is_vault_user(self, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether this is the user that reads and writes the vault; None if unknown."""
        return self.is_caller(self.vault_caller, identifier, shown)

    def is_own_object(self, resource: Resource, item: Object) -> bool | None:
        """Return whether an object is the user that runs the task, its group or its permission; None if unknown."""
        if resource is USER:
            return self.is_own_login(item["id"], str(item.get(USER.key_attribute)))
        if not resource.access:
            return False
        safe = str(resource.parent.read(item)) if resource.parent else None
        return self._on_safe(self.holds_own(resource, item), safe)

    def _on_safe(self, own: bool | None, safe: str | None) -> bool | None:
        """Return ``own``. If it is unknown, return False if the user that uses the vault is a member of the safe.

        Half of the groups on real safes belong to another directory, and the server does not show their members. If
        such a group is removed from a safe, direct members of the safe keep their access.
        """
        return False if own is None and safe is not None and self.is_member(safe) else own

    def is_member(self, safe: str) -> bool:
        """Return whether the user that reads and writes the vault has its own permission on a safe."""
        if fold(safe) not in self._own_safes:
            (permissions,) = permissions_on(self._scim, [{"id": safe, "name": safe}]).values()
            self._own_safes[fold(safe)] = any(
                self.is_caller(self.vault_caller, identifier, [shown])
                for permission in permissions
                for endpoint, identifier, shown in CONTAINER_PERMISSION.members(permission)
                if endpoint == USER.endpoint
            )
        return self._own_safes[fold(safe)]

    # -- Members that lose access ----------------------------------------------------------

    def taken_along(
        self, deleted: Sequence[tuple[Resource, Object]], protects: Callable[[Iterable[str]], bool]
    ) -> list[AccessLoss]:
        """Return the members that protected groups and safes lose because users or groups are deleted.

        ``deleted`` are these users and groups, and ``protects`` returns whether one of several names is protected.
        Only direct members count. Their groups and safes are read, because entries need not name them.
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
        for item in self.group_names:
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

    # -- Names of ids --------------------------------------------------

    def member(self, who: tuple[str, str, str], *, named: bool, own: bool, safe: str | None) -> Member:
        """Return the member that loses access. ``named`` adds all its names, and ``own`` whether it runs the task.

        ``safe`` is the name of the safe, or None for a group.
        """
        endpoint, identifier, shown = who
        name = self.name_of(endpoint, identifier) if named else None
        is_own = self._on_safe(self.is_own(endpoint, identifier, [shown]), safe) if own else False
        return Member((shown, name) if name else (shown,), is_own)

    def loss_of(self, resource: Resource, item: Object, *, own: bool | None, named: bool) -> Loss:
        """Return an object that would be deleted. With ``named``, a permission also has the names of its member."""
        also: list[str | None] = []
        if named and resource.is_permission:
            also = [self.name_of(endpoint, who) for endpoint, who, _shown in resource.members(item)]
        names = tuple(names_in(resource.keys_of(item)))
        return Loss(resource, item["id"], names, tuple(name for name in also if name), own)

    def unmatched(self, patterns: Sequence[str]) -> list[str]:
        """Return the patterns that match no name that the service user can read."""
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
        """Return the names of all objects of a kind. Accounts have a name with and without their safe."""
        found: set[str] = set()
        with suppress(AuthorizationError, UnsupportedError):
            for item in self._scim.query(resource.endpoint):
                names = names_in(resource.keys_of(item))
                found.update([*names, " / ".join(names)])
        return found
