# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the users that run the task, and the members of groups, on a SCIM server. Read only, with a cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property

from .._base.errors import AuthorizationError, ProtocolError, UnsupportedError
from .._base.paths import Object, look
from .._http.caller import Caller
from .._model.people import OTHER_USER, People, any_known
from .._model.resources import GROUP, RESOURCES, USER
from .._model.rows import Resource
from .member_lists import MemberLists
from .protocol import Scim

COUNTS = "The service user of the vault in the environment counts as one that runs the task"


def no_name(endpoint: str, identifier: str) -> str | None:
    """Return None, because no names are known without a request."""
    return None


class ScimPeople(People):
    """The users and groups of one SCIM server. ``known_name`` returns names that are known without a request.

    ``others`` are further service users that must not lose access. The task does not log in as them.
    """

    def __init__(
        self,
        scim: Scim,
        lists: MemberLists,
        known_name: Callable[[str, str], str | None] = no_name,
        others: Iterable[Caller] = (),
    ) -> None:
        super().__init__(RESOURCES, scim.client.warn)
        self._scim = scim
        self._lists = lists
        self._known_name = known_name
        # With one service user for the vault and another for the rest, both run the task.
        self.callers = {client: Caller.of_client(client) for client in scim.clients}
        known = [other for other in others if other.is_known]
        self._all = [*self.callers.values(), *known]
        if known:
            self.advice = f"{OTHER_USER}. {COUNTS}"
        self._own_ids: dict[Caller, str | None] = {}
        self._seen: dict[tuple[str, str], Object | None] = {}

    # -- The users that run the task ------------------------------------------

    @property
    def knows_callers(self) -> bool:
        return any(caller.is_known for caller in self._all)

    def is_own_user(self, identifier: str, shown: Iterable[str]) -> bool | None:
        return any_known(self.is_caller(caller, identifier, shown) for caller in self._all)

    def is_own_login(self, identifier: str, login: str) -> bool | None:
        return any_known(
            (look(login) in caller.names or identifier == caller.subject) if caller.is_known else None
            for caller in self._all
        )

    def is_caller(self, caller: Caller, identifier: str, shown: Iterable[str]) -> bool | None:
        """Return whether a user is this caller; None if unknown."""
        if not caller.is_known:
            return None
        if identifier == caller.subject or any(look(name) in caller.names for name in shown):
            return True
        if (login := self._known_name(USER.endpoint, identifier)) is not None:
            return look(login) in caller.names
        if (own_id := self._id_of(caller)) is not None:
            return identifier == own_id
        login = self.login_of(identifier)
        return None if login is None else look(login) in caller.names

    def _id_of(self, caller: Caller) -> str | None:
        """Return the id of a user that runs the task, or None if the server does not show the user.

        The claim ``sub`` is used if the server has a user with that id.
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

    # -- Users and groups -----------------------------------------------------

    @cached_property
    def group_names(self) -> list[Object]:
        """The groups with their names. Empty if the server has no groups."""
        try:
            return list(self._scim.query(GROUP.endpoint, attributes=GROUP.key_attribute))
        except (UnsupportedError, ProtocolError) as error:
            if isinstance(error, ProtocolError) and error.status not in (404, 410):
                raise
            return []

    @cached_property
    def built_in_roles(self) -> list[Object]:
        return [
            item for item in self.group_names if GROUP.is_built_in(item["id"], [str(item.get(GROUP.key_attribute))])
        ]

    def login_of(self, identifier: str) -> str | None:
        """Return the login name of the user with this id, or None if the server does not show it."""
        return self.name_of(USER.endpoint, identifier)

    def name_of(self, endpoint: str, identifier: str) -> str | None:
        """Return the name of the user or group with this id, or None if the server does not show it."""
        known = self._known_name(endpoint, identifier)
        if known is not None:
            return known
        resource = RESOURCES[endpoint]
        found = self.read(endpoint, identifier)
        return str(found.get(resource.key_attribute)) if found and found.get(resource.key_attribute) else None

    def read(self, endpoint: str, identifier: str) -> Object | None:
        key = (endpoint, identifier)
        if key not in self._seen:
            self._seen[key] = self._read(RESOURCES[endpoint], identifier)
        return self._seen[key]

    def _read(self, resource: Resource, identifier: str) -> Object | None:
        with suppress(AuthorizationError, UnsupportedError):
            found = self._scim.get(resource.endpoint, identifier)
            return found and self._lists.typed(resource, found)
        return None
