# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of the token endpoint.

A plugin of the vendor looks for these descriptions. Only two of their codes are on record; the codes of RFC 6749
section 5.2 are the other reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..wire import Response, json_response

if TYPE_CHECKING:
    from ..control.switches import Switches


@dataclass(frozen=True)
class Kind:
    """A kind of error: its code and description, its code in the RFC, and the switch that sets its status, if any."""

    error: str
    description: str
    rfc_error: str
    rfc_description: str
    status: str = ""


UNKNOWN_APP = Kind(
    "invalid_request", "unknown app", "invalid_request", "Unknown application {value}", "unknown_app_status"
)
NO_CLIENT_CREDENTIALS = Kind(
    "unauthorized_client",
    "auth mode not allowed",
    "unauthorized_client",
    "The application does not allow client credentials",
)
GRANT_TYPE = Kind(
    "unsupported_grant_type", "invalid grant type", "unsupported_grant_type", "Unsupported grant type '{value}'"
)
CREDENTIALS = Kind(
    "access_denied",
    "invalid client creds or client not allowed",
    "invalid_client",
    "The client id or the client secret is wrong",
    "token_error_status",
)
SCOPE = Kind(
    "invalid_scope",
    "unknown scope requested: {value}",
    "invalid_scope",
    "The application does not define the scope {value}",
)
NO_PERMISSION = Kind(
    "access_denied",
    "user not allowed access to app",
    "unauthorized_client",
    "The client may not use the application {value}",
)


class OAuthError(Exception):
    """A refused token request."""

    def __init__(self, kind: Kind, value: str = "") -> None:
        super().__init__(kind.description)
        self.kind = kind
        self.value = value

    def response(self, switches: Switches) -> Response:
        """Return the answer."""
        error, description = self.kind.error, self.kind.description
        if switches["token_errors"] == "rfc":
            error, description = self.kind.rfc_error, self.kind.rfc_description
        status = switches[self.kind.status] if self.kind.status else 400
        body = {"error": error, "error_description": description.replace("{value}", self.value)}
        return json_response(status, body)
