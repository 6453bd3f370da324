# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn an HTTP response or a failed request into a JSON object or an IdentityError."""

from __future__ import annotations

import json
import re
import ssl
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._base.errors import (
    AuthorizationError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    TransportError,
    UnknownMemberError,
)
from .._base.spelling import Spelling
from .bounds import bounded
from .statuses import status_of

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.util import Retry
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

HTML_HINT = "Another host, a login page or a proxy may have answered: check tenant_url"
ERROR = Spelling([("schemas",), ("scimType",), ("detail",)])  # the names of an error (RFC 7644 section 3.12)
# The keys of the message in error bodies of SCIM (RFC 7644 section 3.12), OAuth (RFC 6749 section 5.2), the vault
# behind the SCIM server, and the administration API.
DETAIL_KEYS = ("detail", "error_description", "ErrorMessage", "Message", "message", "error")
# Errors for unusable certificate files, and Python's ssl reasons for such files and for an answer without TLS.
UNREADABLE = (FileNotFoundError, PermissionError, IsADirectoryError)
UNUSABLE_FILE = ("NO_CERTIFICATE_OR_CRL_FOUND", "PEM_LIB", "NO_START_LINE", "KEY_VALUES_MISMATCH", "BAD_BASE64_DECODE")
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
# The message for a group with an unknown member. The group itself exists (recorded in 2024).
MEMBER_NOT_FOUND = "Member not found"

# The message ids of refusals in the administration API (admin contract 1.1). All others mean a wrong value.
MESSAGE_IDS: dict[str, type[IdentityError]] = {
    "_I18N_System.UnauthorizedAccessException": AuthorizationError,
    "_I18N_ServiceUnauthorizedAccess": AuthorizationError,
    "_I18N_UserNotFound": NotFoundError,
    "_I18N_UserIDNotFound": NotFoundError,
}

PIECE = 2**16  # the number of bytes to read at once
# Limits for reading Retry-After: a delay is at most ten years, and a time in seconds is before the year 5138.
LONGEST_DELAY, LATEST_SECOND = 10 * 365 * 86_400, 10**11


@dataclass(frozen=True)
class Seen:
    """An unchecked HTTP response. ``body`` is None if it is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def host_of_redirect(self) -> str:
        """Return the host that a redirect leads to. Empty if it stays on the same host."""
        return self.headers.get("Location", "").partition("://")[2].partition("/")[0].rpartition("@")[2]


def see(response: requests.Response, request: str) -> Seen:
    """Return the response without raising an error for a bad status or body."""
    content = bounded(response.iter_content(PIECE), f"{request} answered {response.status_code}")
    return Seen(response.status_code, response.headers, _json(content))


def read(response: requests.Response, request: str) -> dict[str, Any] | None:
    """Return the JSON object of a successful answer, or None if it is empty. Raise the error of a failed one."""
    status = response.status_code
    said = f"{request} answered {status} {status_of(status).phrase}".rstrip()
    kind = response.headers.get("Content-Type") or "no content type"
    content = bounded(response.iter_content(PIECE), said)
    body = _json(content)
    promised = response.headers.get("Content-Length", "")
    if (
        status != 204
        and promised.isdigit()
        and not response.headers.get("Content-Encoding")
        and len(content) < int(promised)
    ):
        # Old releases of urllib3 do not detect this.
        raise TransportError(f"{said} and broke off", transient=True, uncertain=True)
    if 300 <= status < 400:
        host = Seen(status, response.headers, body).host_of_redirect
        said += f": a redirect to {host or 'another path'}, which is not followed"
        raise ProtocolError(said, hint=HTML_HINT, status=status)
    if status >= 400:
        raise _status_error(response, said, body if isinstance(body, dict) else {})
    if not content:
        return None
    if not isinstance(body, dict):
        cut = "json" in kind.lower() and body is None
        raise ProtocolError(
            f"{said} with {'broken JSON' if cut else 'something that is not a JSON object'} ({kind})",
            hint=None if cut else HTML_HINT,
            status=status,
            transient=cut,
            uncertain=True,
        )
    if body.get("success", body.get("Success")) is False:  # the administration API fails with status 200
        raise _refusal(said, status, body)
    return body


def _refusal(said: str, status: int, body: dict[str, Any]) -> IdentityError:
    """Return the error of an answer with ``success: false``. Its id may be in any text of the body."""
    text, detail = json.dumps(body), _detail(body)
    named = re.search(r"_I18N_[\w.]*\w", text)
    case = named[0] if named else body.get("MessageID")
    reason = f"{said} and refuses it: {detail or case or 'no reason was given'}"
    if body.get("ErrorID"):
        reason += f" (ErrorID {body['ErrorID']})"
    kind = MESSAGE_IDS.get(str(case), InvalidError)
    return kind(reason, status=status, detail=detail, error_type=case if isinstance(case, str) else None)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _status_error(response: requests.Response, said: str, body: dict[str, Any]) -> IdentityError:
    status = response.status_code
    ERROR.apply(body)
    detail = _detail(body)
    error_type = body.get("scimType") or (body.get("error") if "error_description" in body else None)
    error_type = error_type if isinstance(error_type, str) else None
    row = status_of(status)
    kind = _missing(body, detail) if row.error is NotFoundError else row.error
    return kind(
        said + (f" ({error_type})" if error_type else "") + (f": {detail}" if detail else ""),
        hint=None if kind in (NotFoundError, UnknownMemberError) else row.hint or None,
        status=status,
        detail=detail,
        error_type=error_type,
        retry_after=_retry_after(response),
        transient=row.transient,
        uncertain=row.uncertain,
        pending=row.pending,
        shared=row.shared,
    )


def _missing(body: dict[str, Any], detail: str | None) -> type[IdentityError]:
    """Return the error of a 404. Only a SCIM error body (RFC 7644 section 3.12) means that the object is missing."""
    if not body.get("schemas"):
        return ProtocolError
    return UnknownMemberError if (detail or "").startswith(MEMBER_NOT_FOUND) else NotFoundError


def _detail(body: dict[str, Any]) -> str | None:
    for key in DETAIL_KEYS:
        if isinstance(body.get(key), str) and body[key].strip():
            return str(body[key]).strip()
    return None


def _retry_after(response: requests.Response) -> float | None:
    """Return the seconds to wait from the Retry-After header, or None if it is missing or invalid.

    RFC 9110 section 10.2.3 defines seconds or a date. Some servers send the Unix time of the next attempt in seconds or
    milliseconds, as in X-RateLimit-Reset. A time in the past means no wait.
    """
    header = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", header, re.ASCII):
        number = float(header)
        if number <= LONGEST_DELAY:
            return number
        return max(0.0, number / (1000 if number > LATEST_SECOND else 1) - time.time())
    try:
        return float(Retry().parse_retry_after(header)) if header else None
    except (HTTPError, ValueError, OverflowError):
        return None


def late_error(request: str, limit: float) -> TransportError:
    text = f"{request} failed: the answer was not complete after {limit:g} s"
    return TransportError(text, hint="Raise the option timeout", transient=True, uncertain=True, pending=True)


def transport_error(error: Exception, request: str, timeout: float) -> IdentityError:
    """Return the error of a failure below HTTP. Its flags tell whether the request was sent, and may be repeated."""
    cause = first_cause(error)
    text = f"{request} failed: "
    if unusable := _tls_error(cause, text):
        return unusable
    if isinstance(error, requests.exceptions.ProxyError):
        return TransportError(
            f"{text}the proxy does not let it through: {_plain(cause)}",
            hint="Check HTTPS_PROXY and NO_PROXY",
            shared=True,
        )
    if isinstance(error, (ValueError, TypeError)):
        return TransportError(
            f"{text}{type(error).__name__}", hint="Check tenant_url and the proxy settings", shared=True
        )
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return TransportError(
            f"{text}no connection: {_plain(cause)}",
            hint="Check tenant_url, the network and the proxy settings",
            transient=True,
            shared=True,
        )
    if isinstance(error, requests.exceptions.Timeout):
        text += f"no answer within {timeout:g} s"
        return TransportError(text, hint="Raise the option timeout", transient=True, uncertain=True, pending=True)
    # A server that expects TLS may close the connection without an answer.
    hint = "If the server expects TLS, tenant_url has to begin with https://" if " http://" in text else None
    return TransportError(f"{text}the connection broke: {_plain(cause)}", hint=hint, transient=True, uncertain=True)


def _tls_error(cause: BaseException, text: str) -> IdentityError | None:
    """Return the error of a failed handshake or of unusable certificate files, else None."""
    reason = getattr(cause, "reason", None)
    if isinstance(cause, UNREADABLE) or reason in UNUSABLE_FILE or "PEM lib" in str(cause):
        return InvalidError(
            f"a certificate file cannot be used: {_plain(cause)}",
            hint="Check ca_path, client_cert and client_key: they must be PEM files, and the key must not be encrypted",
            shared=True,
        )
    if reason in NO_TLS:
        return TransportError(
            f"{text}the server does not speak TLS at this port",
            hint="Check the port in tenant_url. Only an emulator or a proxy accepts http:// instead of https://",
            shared=True,
        )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TransportError(
            f"{text}the server's certificate is not trusted: {_plain(cause)}",
            hint="Check the host name in tenant_url; for a private certificate authority set ca_path",
            shared=True,
        )
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return TransportError(
            f"{text}{_plain(cause)}", hint="Check tenant_url, ca_path, client_cert and client_key", shared=True
        )
    return None


def first_cause(error: BaseException) -> BaseException:
    """Return the first cause of an error. requests and urllib3 wrap it as ``reason`` or as an argument."""
    inner = getattr(error, "reason", None)
    wrapped = [inner, *error.args] if not isinstance(error, NewConnectionError) else []
    for candidate in wrapped:
        if isinstance(candidate, BaseException):
            return first_cause(candidate)
    return error


def _plain(error: BaseException) -> str:
    """Return the text of a failure without the object addresses that urllib3 puts before it."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).rsplit(">: ", 1)[-1]
