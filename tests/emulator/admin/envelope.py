# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The envelope of the administration API: all answers have one form, failures with status 200 too (seen in clients)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

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
UNKNOWN_USER = "_I18N_UserIDNotFound"
WEAK_PASSWORD = "_I18N_SetPasswordFailedNotComplex"
SAME_PASSWORD = "_I18N_SetPasswordFailedNewSameAsOld"


class Refusal(Exception):
    """A failure that the API answers with ``success`` false."""

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
    """Return the body of a failure; support can look up its error id."""
    return {**ENVELOPE, "Message": message, "MessageID": message_id, "ErrorID": str(uuid.uuid4())}


def rows(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a result that is a list of rows."""
    return {"FullCount": len(items), "Count": len(items), "Results": [{"Entities": [], "Row": item} for item in items]}
