# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The envelope of the administration API: all answers have one form, and failures have status 200 (seen in clients)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..control.switches import Switches

ENVELOPE: Mapping[str, Any] = {
    "success": False,
    "Result": None,
    "Message": None,
    "MessageID": None,
    "Exception": None,
    "ErrorID": None,
    "ErrorCode": None,
    "IsSoftError": False,
    "InnerExceptions": None,
}

# The message ids that clients know. None is on record for a name that is already used.
UNAUTHORIZED = "_I18N_System.UnauthorizedAccessException"
OUT_OF_SCOPE = "_I18N_ServiceUnauthorizedAccess"
REQUIRED = "_I18N_RequiredParameter"
NO_JSON = "_I18N_Newtonsoft.Json.JsonReaderException"
UNKNOWN_USER, UNKNOWN_USER_NAME = "_I18N_UserIDNotFound", "_I18N_UserNotFound"
WEAK_PASSWORD = "_I18N_SetPasswordFailedNotComplex"
SAME_PASSWORD = "_I18N_SetPasswordFailedNewSameAsOld"


class Refusal(Exception):
    """A failure. The API answers it with ``success`` false."""

    def __init__(self, message: str, message_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.message_id = message_id


def unauthorized() -> Refusal:
    """Return the failure for a caller without the administrative right."""
    return Refusal("You are not authorized to perform this operation.", UNAUTHORIZED)


def required(name: str) -> Refusal:
    """Return the failure for a missing argument."""
    return Refusal(f"The required parameter {name} is missing.", REQUIRED)


def accepted(result: Any) -> dict[str, Any]:
    """Return the body of a success."""
    return {**ENVELOPE, "success": True, "Result": result}


def refused(message: str, message_id: str | None = None) -> dict[str, Any]:
    """Return the body of a failure. Support can look up its error id."""
    return {**ENVELOPE, "Message": message, "MessageID": message_id, "ErrorID": str(uuid.uuid4())}


def unset_text(switches: Switches) -> str | None:
    """Return an unset text of a query. The vendor's Go SDK fails on null, but older samples have null."""
    return "" if switches["unset_texts"] == "empty" else None


def entity(kind: str, key: Any) -> list[dict[str, Any]]:
    """Return the object of a row."""
    return [{"Type": kind, "Key": key, "IsForeignKey": False}]


def rows(
    items: list[dict[str, Any]], kind: str = "", key: str = "", *, columns: Iterable[str] = (), total: int | None = None
) -> dict[str, Any]:
    """Return a table as results show it (recorded). ``key`` is the column with the id of the object of each row.

    The total differs from the number of rows on a page. Clients read only the name of a column.
    """
    return {
        "IsAggregate": False,
        "Count": len(items),
        "Columns": [
            {"Name": name, "IsHidden": False, "Title": name} for name in columns or (items[0] if items else ())
        ],
        "FullCount": len(items) if total is None else total,
        "Results": [{"Entities": entity(kind, item[key]) if key in item else [], "Row": item} for item in items],
        "ReturnID": "",
    }
