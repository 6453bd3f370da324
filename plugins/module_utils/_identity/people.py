# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the administrator that runs the task, and the members of roles, over the administration API. Read only."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from .._base.errors import AuthorizationError, InvalidError, NotFoundError, UnsupportedError
from .._base.paths import Object, look
from .._http.caller import Caller
from .._model.people import People
from .api import NAME_COLUMNS, Identity, is_named, rows_of
from .resources import IDENTITY_USER, ROLE

# The errors of a tenant that does not show an object.
NOT_SHOWN = (NotFoundError, AuthorizationError, InvalidError, UnsupportedError)


class IdentityPeople(People):
    """The users and roles of one tenant."""

    hiding = NOT_SHOWN

    def __init__(self, identity: Identity) -> None:
        super().__init__({kind.endpoint: kind for kind in (IDENTITY_USER, ROLE)}, identity.client.warn)
        self._identity = identity
        self._caller = Caller.of_client(identity.client)
        self._seen: dict[tuple[str, str], Object | None] = {}

    @property
    def knows_callers(self) -> bool:
        return self._caller.is_known

    def is_own_login(self, identifier: str, login: str) -> bool | None:
        if not self.knows_callers:
            return None
        return identifier == self._caller.subject or look(login) in self._caller.names

    def is_own_user(self, identifier: str, shown: Iterable[str]) -> bool | None:
        if any(self.is_own_login(identifier, name) for name in shown):
            return True
        user = self.read(IDENTITY_USER.endpoint, identifier)
        return self.is_own_login(identifier, str(user["Name"])) if user and user.get("Name") else None

    @cached_property
    def built_in_roles(self) -> list[Object]:
        column = NAME_COLUMNS[ROLE.endpoint]
        # In LIKE, an underscore matches any character.
        where = f"{is_named(column, ROLE.built_in)} OR ID = 'sysadmin' OR ID LIKE '%_ID'"
        rows = self._identity.select(ROLE.endpoint, ("ID", column), where)
        names = {str(row["ID"]): str(row.get(column)) for row in rows if row.get("ID")}
        roles = [{"id": role, "Name": name} for role, name in names.items() if ROLE.is_built_in(role, [name])]
        if not roles:
            raise NotFoundError("the administrator does not see the built-in roles")
        return roles

    def read(self, endpoint: str, identifier: str) -> Object | None:
        key = (endpoint, identifier)
        if key not in self._seen:
            self._seen[key] = None
            with suppress(*NOT_SHOWN):
                is_role = endpoint == ROLE.endpoint
                self._seen[key] = self._role(identifier) if is_role else self._user(identifier)
        return self._seen[key]

    def _role(self, identifier: str) -> Object:
        return {"id": identifier, "Members": members_of(self._identity, identifier)}

    def _user(self, identifier: str) -> Object | None:
        held = self._identity.call("UserMgmt/GetUserAttributes", {"ID": identifier}, repeatable=True)
        if not isinstance(held, dict):
            return None
        return {"id": identifier, "Name": held.get("Name"), "Active": is_active(held)}


def is_active(held: Object) -> bool:
    """Return whether the attributes of a user show it as active."""
    return held.get("State") in (None, "", "None")


def members_of(identity: Identity, role: str) -> list[Object]:
    """Return the members of the role with this id."""
    body = {"Name": role, "Args": {"Caching": -1}}
    return [
        {"value": member.get("Guid"), "display": member.get("Name"), "type": member.get("Type")}
        for member in rows_of(identity.call("Roles/GetRoleMembers", body, repeatable=True))
    ]
