# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Diagnose failures that any request may have: below HTTP, in a gateway, or because of too many requests."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

from ..._base.errors import IdentityError, ProtocolError, RateLimitedError, TransportError
from ..._http.answers import NO_TLS, first_cause
from ..._http.client import Connection
from .values import Finding, sick


def from_error(error: IdentityError, tried: str, connection: Connection) -> Finding | None:
    """Return the finding of a failure, or None if the server refused the request itself."""
    parts = urlsplit(connection.tenant_url)
    facts: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or parts.scheme,
        "status": error.status,
        "timeout": f"{connection.timeout:g}",
        "reason": error.reason,
    }
    code = _code(error)
    return sick(code, tried, error.reason, **facts) if code else None


def _code(error: IdentityError) -> str:
    if isinstance(error, RateLimitedError):
        return "rate_limited"
    if error.status and error.status >= 502:
        return "tenant_down"
    if isinstance(error, ProtocolError):
        return "not_a_tenant" if error.status == 200 and not error.transient else ""
    if not isinstance(error, TransportError):
        return ""
    cause = _below(error)
    reason = str(getattr(cause, "reason", "") or "")
    if "CERTIFICATE_REQUIRED" in f"{reason} {cause}".upper().replace(" ", "_"):
        return "client_certificate_required"
    if reason in NO_TLS:
        return "no_tls_at_port"
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return "tls_refused"
    if "no answer within" in error.reason or "was not complete" in error.reason:
        return "no_answer_in_time"
    return "connection_cut"


def _below(error: BaseException) -> BaseException:
    """Return the failure of requests or of the system that caused our failure."""
    while isinstance(error, IdentityError) and (error.__cause__ or error.__context__):
        error = error.__cause__ or error.__context__ or error
    return first_cause(error)
