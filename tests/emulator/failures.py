# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error answers of the SCIM endpoint.

Texts were recorded from a tenant in 2024. Where no recording exists, the text says plainly what is wrong.
"""

from __future__ import annotations

from typing import Any

from scim2_models import SCIMException

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"

NO_TARGET = 'The specified "path" did not yield an attribute or attribute value that could be operated on.'
SCHEMA_UNKNOWN = "Object reference not set to an instance of an object. "
MEMBERS_NOT_ARRAY = (
    'Cannot deserialize the current JSON object (e.g. {"name":"value"}) into type '
    "'System.Collections.Generic.List`1[Cloud.Provisioning.Scim.CloudGroupResource+GroupMember]' because the type "
    "requires a JSON array (e.g. [1,2,3]) to deserialize correctly."
)
NOT_FOUND = {"Group": "Group not found", "VaultGroup": "Group not found"}


class Failure(SCIMException):
    """A SCIM error with any status, scimType and detail."""

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        super().__init__(detail=detail)
        self.status = status
        self.scim_type = scim_type


def no_target() -> Failure:
    """Return the error for a PATCH path that matches nothing (recorded)."""
    return Failure(400, NO_TARGET, "noTarget")


def invalid_value(detail: str) -> Failure:
    """Return the error for an invalid value (RFC 7644 section 3.12)."""
    return Failure(400, detail, "invalidValue")


def invalid_filter(detail: str) -> Failure:
    """Return the error for an invalid filter (RFC 7644 section 3.12)."""
    return Failure(400, detail, "invalidFilter")


def not_found(resource_type: str, resource_id: str) -> Failure:
    """Return the 404 for a missing resource. The text depends on its type (recorded)."""
    return Failure(404, NOT_FOUND.get(resource_type, "Resource {id} not found").format(id=resource_id))


def member_not_found(value: str) -> Failure:
    """Return the 404 for a group write with an unknown member (recorded)."""
    return Failure(404, f"Member not found. Member value: {value}")


def duplicate(status: int, what: str, value: str) -> Failure:
    """Return the error for a name that is already used. The real status is not on record."""
    scim_type = {409: "uniqueness", 400: "invalidValue"}.get(status, "")
    return Failure(status, f"{what} {value} already exists", scim_type)


def error_body(status: int, detail: str, scim_type: str = "") -> dict[str, Any]:
    """Return a SCIM error body. The status is a string, and scimType is optional."""
    body: dict[str, Any] = {"schemas": [ERROR_SCHEMA], "status": str(status)}
    if scim_type:
        body["scimType"] = scim_type
    body["detail"] = detail
    return body
