# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Call the administration API of a tenant: a POST for each verb, an envelope around each result, a query language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .._base.errors import (
    AmbiguousError,
    AuthorizationError,
    InvalidError,
    ProtocolError,
    ServerError,
    UnsupportedError,
)
from .._base.paths import Object, fold
from .._http.client import Client
from .resources import IDENTITY_RESOURCES

# The maximum number of rows of one query, and of names in one query.
ROWS = 1000
NAMES = 200
PAGE = {"PageNumber": 1, "PageSize": ROWS, "Limit": ROWS, "SortBy": "", "Direction": "False", "Caching": -1}

# The right that each write needs. Any right that shows an object is sufficient to read it (admin contract 3.5).
NEEDED = {
    "CDirectoryService/CreateUser": "User Management",
    "CDirectoryService/ChangeUser": "User Management",
    "CDirectoryService/SetUserState": "User Management",
    "UserMgmt/ResetUserPassword": "User Management",
    "UserMgmt/RemoveUsers": "User Management",
    "Roles/StoreRole": "Role Management",
    "Roles/UpdateRole": "Role Management",
    "SaasManage/AddUsersAndGroupsToRole": "Role Management",
    "SaasManage/RemoveUsersAndGroupsFromRole": "Role Management",
    "SaasManage/DeleteRole": "Role Management",
    "SaasManage/ImportAppFromTemplate": "Application Management",
    "SaasManage/UpdateApplicationDE": "Application Management",
    "SaasManage/DeleteApplication": "Application Management",
    "SaasManage/SetApplicationPermissions": "Application Management",
}
# The column with the name of an object.
NAME_COLUMNS = {"User": "Username", "Role": "Name", "Application": "ServiceName"}


NOT_ENTITLED = "_I18N_ServiceUnauthorizedAccess"
# Errors of optional reads. The caller continues without the answer.
OPTIONAL_ERRORS = (InvalidError, AuthorizationError, UnsupportedError, ProtocolError, ServerError)


class Identity:
    """The administration API of one tenant. Its query language has the tables User, Role and Application."""

    resources = IDENTITY_RESOURCES

    def __init__(self, client: Client) -> None:
        self.client = client

    def call(self, verb: str, body: Any = None, *, repeatable: bool = False) -> Any:
        """Call a verb, such as ``Roles/StoreRole``, and return its ``Result``.

        A ``repeatable`` call has the same effect twice as once.

        Raise InvalidError if the tenant refuses the call, AuthorizationError with the missing right, and ProtocolError
        for an answer without the envelope (admin contract 1.1).
        """
        try:
            answer = self.client.request("POST", f"/{verb}", body={} if body is None else body, repeatable=repeatable)
        except AuthorizationError as error:
            raise error.with_facts(hint=self._missing_right(verb, error)) from error
        except ProtocolError as error:
            if error.status != 404:
                raise
            hint = "The tenant does not offer this call, or tenant_url is not its address"
            raise error.with_facts(hint=hint) from error
        if (answer or {}).get("success", (answer or {}).get("Success")) is not True:
            raise ProtocolError(
                f"POST /{verb} was answered without saying whether it succeeded",
                hint="Check tenant_url",
                uncertain=not repeatable,
            )
        return (answer or {}).get("Result")

    def _missing_right(self, verb: str, error: AuthorizationError) -> str:
        """Return a hint with the right that the caller needs for a verb."""
        right = NEEDED.get(verb)
        needed = f"the right '{right}', or has to be in the role System Administrator"
        hint = (
            f"{self.client.connection.client_id or 'The administrator'} needs "
            f"{needed if right else 'to be in the role System Administrator'}"
        )
        if error.error_type == NOT_ENTITLED or self.client.connection.app_id:
            return (
                f"With app_id, a token is valid only for calls that the scope of the app allows: leave app_id out, "
                f"or let the scope allow /{verb}. {hint}"
            )
        return hint

    def select(self, table: str, columns: Iterable[str], where: str) -> list[Object]:
        """Return the rows of a query. ``literal()`` must have quoted all texts in ``where``."""
        return self.script(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}")

    def script(self, script: str) -> list[Object]:
        """Return the rows of a query or a named report, without the cache of the tenant."""
        return rows_of(self.call("Redrock/query", {"Script": script, "Args": PAGE}, repeatable=True))

    def find_all(self, table: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        """Return the object for each reference: the one with this name in any case, or with this id.

        An object is ``{"id": ..., attribute: ...}``. Raise AmbiguousError if several have the name.
        """
        column = NAME_COLUMNS[table]
        wanted = sorted(references)
        rows: dict[str, Object] = {}
        for start in range(0, len(wanted), NAMES):
            part = wanted[start : start + NAMES]
            where = f"{is_named(column, part)} OR ID IN ({', '.join(map(literal, part))})"
            rows.update((str(row["ID"]), row) for row in self.select(table, ("ID", column), where) if row.get("ID"))
        by_name: dict[str, list[Object]] = {}
        for identifier, row in rows.items():
            by_name.setdefault(fold(row.get(column)), []).append({"id": identifier, attribute: row.get(column)})
        by_id = {identifier: {"id": identifier, attribute: row.get(column)} for identifier, row in rows.items()}
        return {name: only(table, by_name.get(fold(name), [])) or by_id.get(name) for name in references}


def only(table: str, found: list[Object]) -> Object | None:
    """Return the object of these rows, or None. One object may have several rows.

    Raise AmbiguousError for several objects.
    """
    found = list({fold(item["id"]): item for item in found}.values())
    if len(found) > 1:
        ids = ", ".join(sorted(str(item["id"]) for item in found))
        raise AmbiguousError(f"{len(found)} rows of {table} match: {ids}", hint="Address one of them by id")
    return found[0] if found else None


def rows_of(result: Any) -> list[Object]:
    """Return the rows of a query result. Without rows, a result has one of several forms."""
    results = result.get("Results") if isinstance(result, Mapping) else None
    return [item["Row"] for item in results or () if isinstance(item, Mapping) and isinstance(item.get("Row"), dict)]


def is_named(column: str, names: Iterable[str]) -> str:
    """Return a condition that matches these names in any case. It may match other names, too.

    The database (SQLite) ignores the case of ASCII letters only. Other characters are therefore replaced by a wildcard,
    in both normal forms. Login names are stored in lower case.
    """
    plain = sorted({spelling for name in names for spelling in (name, fold(name))})
    forms = {unicodedata.normalize(form, name) for name in names for form in ("NFC", "NFD") if not name.isascii()}
    others = sorted({re.sub(r"[^ -~]|[%_]", "_", name) for name in forms})
    conditions = [f"{column} COLLATE NOCASE IN ({', '.join(map(literal, plain))})"]
    return " OR ".join(conditions + [f"{column} LIKE {literal(name)}" for name in others])


def literal(text: str) -> str:
    """Quote a text as a literal of the query language, which has no parameters (admin contract 4)."""
    if not text.isprintable():
        raise InvalidError(f"{text!r} holds a character that is not allowed in names")
    return "'" + text.replace("'", "''") + "'"
