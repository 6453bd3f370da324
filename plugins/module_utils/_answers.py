# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What an answer means, or that none came: an object, or the failure that the status, the body or the network tells."""

from __future__ import annotations

import json
import ssl
import traceback
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from ._errors import (
    STATUS,
    IdentityError,
    InvalidError,
    ProtocolError,
    RateLimitedError,
    TransportError,
    UnavailableError,
    UnknownMemberError,
)

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.util import Retry
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

STATUS_HINTS = {
    401: "The token was refused: it may have expired, or belong to another tenant",
    403: "The role of the service user needs the administrative right for this object (User Management for users, "
    "Role Management for groups), the app's scope has to allow 'scim*', and the role needs the View permission "
    "on the app",
    429: "Run fewer tasks at once, or raise the option retries",
}
HTML_HINT = "A web page is what another host, a login page or a proxy would send: check tenant_url"
# Where the several error bodies that this product sends keep their text: SCIM (RFC 7644 section 3.12),
# OAuth (RFC 6749 section 5.2), the vault behind the SCIM server, the administration API.
DETAIL_KEYS = ("detail", "error_description", "ErrorMessage", "Message", "message", "error")
# The answer to a group that names an unknown member: no word on the group itself (recorded of a tenant in 2024).
MEMBER_NOT_FOUND = "Member not found"

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def read(response: requests.Response, request: str) -> dict[str, Any] | None:
    """The JSON object of a good answer, None if it is empty; raises what the status or the body calls for."""
    status = response.status_code
    said = f"{request} answered {status} {_PHRASES.get(status, '')}".rstrip()
    kind = response.headers.get("Content-Type") or "no content type"
    body = _json(response)
    if 300 <= status < 400:
        host = urlsplit(response.headers.get("Location", "")).hostname or "elsewhere"
        raise ProtocolError(f"{said}: a redirect to {host}, which is not followed", hint=HTML_HINT, status=status)
    if status >= 400:
        raise _status_error(response, said, body if isinstance(body, dict) else {})
    if not response.content:
        return None
    if not isinstance(body, dict):
        cut = "json" in kind.lower() and body is None
        raise ProtocolError(
            f"{said} with {'broken JSON' if cut else 'something that is no JSON object'} ({kind})",
            hint=None if cut else HTML_HINT,
            status=status,
            transient=cut,
            uncertain=True,
        )
    if body.get("success") is False:  # the administration API's way to fail, with status 200
        raise ProtocolError(f"{said}, but reports a failure: {_detail(body)}", status=status, detail=_detail(body))
    return body


def _json(response: requests.Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _status_error(response: requests.Response, said: str, body: dict[str, Any]) -> IdentityError:
    status = response.status_code
    detail = _detail(body)
    error_type = body.get("scimType") or (body.get("error") if "error_description" in body else None)
    error_type = error_type if isinstance(error_type, str) else None
    kind = STATUS.get(status, UnavailableError if status >= 500 else InvalidError)
    if status == 404 and detail and detail.startswith(MEMBER_NOT_FOUND):
        kind = UnknownMemberError
    return kind(
        said + (f" ({error_type})" if error_type else "") + (f": {detail}" if detail else ""),
        hint=STATUS_HINTS.get(status),
        status=status,
        detail=detail,
        error_type=error_type,
        retry_after=_retry_after(response),
        transient=kind in (RateLimitedError, UnavailableError),
        uncertain=kind is UnavailableError,
    )


def _detail(body: dict[str, Any]) -> str | None:
    for key in DETAIL_KEYS:
        if isinstance(body.get(key), str) and body[key].strip():
            return str(body[key]).strip()
    return None


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait by the Retry-After header, given in seconds or as a date; None without one that is legible."""
    header = response.headers.get("Retry-After")
    try:
        return float(Retry().parse_retry_after(header)) if header else None
    except HTTPError:
        return None


def transport_error(error: OSError, request: str, timeout: float) -> TransportError:
    """What a failure below HTTP means: whether the request had been sent, and whether another try may go better."""
    cause = _cause(error)
    text = f"{request} failed: "
    if isinstance(cause, (ssl.SSLCertVerificationError, FileNotFoundError, PermissionError)):
        return TransportError(
            f"{text}the server's certificate is not trusted: {_plain(cause)}",
            hint="Check the host name in tenant_url; for a private certificate authority set ca_path",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return TransportError(
            f"{text}the proxy does not let it through: {_plain(cause)}", hint="Check HTTPS_PROXY and NO_PROXY"
        )
    if isinstance(error, requests.exceptions.RequestException) and isinstance(error, ValueError):
        return TransportError(f"{text}{_plain(error)}", hint="Check tenant_url and the proxy settings")
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return TransportError(
            f"{text}no connection: {_plain(cause)}",
            hint="Check tenant_url, the network and the proxy settings",
            transient=True,
        )
    if isinstance(error, requests.exceptions.Timeout):
        text += f"no answer within {timeout:g} s"
        return TransportError(text, hint="Raise the option timeout", transient=True, uncertain=True)
    return TransportError(f"{text}the connection broke: {_plain(cause)}", transient=True, uncertain=True)


def _cause(error: BaseException) -> BaseException:
    """The first failure that speaks for itself: requests and urllib3 wrap it, as ``reason`` or as an argument."""
    inner = getattr(error, "reason", None)
    wrapped = [inner, *error.args] if not isinstance(error, NewConnectionError) else []
    for candidate in wrapped:
        if isinstance(candidate, BaseException):
            return _cause(candidate)
    return error


def _plain(error: BaseException) -> str:
    """The failure's own words, without the object addresses that urllib3 puts before them."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).rsplit(">: ", 1)[-1]
