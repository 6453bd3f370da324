# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Map each HTTP status from 400 on to an error, a hint and a retry policy.

InvalidError and UnsupportedError are only for statuses that concern the request itself: if a filter is answered with
one of these, it counts as refused, and all objects are read instead.

Sources: RFC 9110 section 15, RFC 6585, RFC 8470 (425), RFC 7725 (451), RFC 4918 and RFC 5842 (WebDAV); nginx (494 to
499), IIS (440) and the load balancers of AWS (561) and Cloudflare (520 to 530) document statuses of their own, and some
proxies send 598 and 599. The table in docs/errors.md has the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from .._base.errors import (
    AuthenticationError,
    AuthorizationError,
    ConflictError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    TransportError,
    UnavailableError,
    UnsupportedError,
)


@dataclass(frozen=True)
class Status:
    """An HTTP status with its error. The flags are those of an IdentityError.

    ``transient``: a retry may succeed. ``uncertain``: a write may have taken effect. ``pending``: the request may
    still be in progress, and take effect after a lookup. ``shared``: all other requests of the task would fail, too.
    """

    code: int
    error: type[IdentityError]
    hint: str = ""  # empty if the message of the server or the caller has the hint
    name: str = ""  # if HTTPStatus lacks the status, or its name depends on the release of Python
    transient: bool = False
    uncertain: bool = False
    pending: bool = False
    shared: bool = False

    @property
    def phrase(self) -> str:
        """The name of the status, such as ``Not Found``. Empty if it has none."""
        return self.name or PHRASES.get(self.code, "")


PHRASES = {status.value: status.phrase for status in HTTPStatus}

TOKEN = "The token was refused: it may have expired, belong to another tenant, or lack the right for this object"
RIGHT = (
    "The role of the service user needs the administrative right for this object (User Management for users, "
    "Role Management for groups; for safes, permissions and accounts Vault Management and no other right, so use a "
    "second service user with vault_client_id). The scope of the app has to allow 'scim*', and the role needs the "
    "View permission on the app"
)
ADDRESS = "Check tenant_url and scim_path"
BETWEEN = "A proxy or gateway between this host and the tenant answers: check tenant_url and the proxy settings"
LATER = "Try again later, or raise the option retries"
SMALLER = "Ask for less at once: fewer members, properties or texts in one entry"
HEADER = "The token is too large for a header: put the service user into fewer roles, or narrow the app's scope"
CERTIFICATE = "The server requires a client certificate that it knows: check client_cert and client_key"
ORIGIN = "The gateway does not reach the tenant's servers: try again later"

STATUSES: tuple[Status, ...] = (
    Status(400, InvalidError),
    Status(401, AuthenticationError, TOKEN, shared=True),
    Status(402, AuthorizationError, "A subscription or quota has ended: ask the owner of the tenant", shared=True),
    Status(403, AuthorizationError, RIGHT),
    Status(404, NotFoundError, ADDRESS),
    Status(405, UnsupportedError),
    Status(406, ProtocolError, ADDRESS),
    Status(
        407,
        TransportError,
        "The proxy requires a login: put it into HTTPS_PROXY, or the tenant's host into NO_PROXY",
        shared=True,
    ),
    # Load balancers also send it if the answer takes too long: the server may still be working.
    Status(408, UnavailableError, LATER, transient=True, uncertain=True, pending=True),
    Status(409, ConflictError),
    Status(410, NotFoundError, ADDRESS),
    Status(411, ProtocolError, BETWEEN),
    Status(412, ConflictError, "The object was changed in the meantime: run the task again"),
    Status(413, InvalidError, SMALLER, name="Content Too Large"),
    Status(414, InvalidError, "The name, id or filter is too long for an address: shorten it", name="URI Too Long"),
    Status(415, UnsupportedError, "The server does not accept application/json here: check tenant_url and scim_path"),
    Status(416, ProtocolError, BETWEEN, name="Range Not Satisfiable"),
    Status(417, ProtocolError, BETWEEN),
    Status(418, ProtocolError, BETWEEN, name="I'm a Teapot"),
    Status(421, TransportError, BETWEEN, name="Misdirected Request", transient=True),
    Status(422, InvalidError, name="Unprocessable Content"),
    Status(
        423, ConflictError, "Somebody has locked the object: have it unlocked or checked in, and run the task again"
    ),
    Status(424, ServerError),
    Status(425, UnavailableError, LATER, name="Too Early", transient=True),
    Status(426, ProtocolError, "The server wants another protocol: check that tenant_url begins with https://"),
    Status(
        428,
        UnsupportedError,
        "The server accepts a write only with an If-Match header, which is never sent: have this rule turned off there",
    ),
    Status(429, RateLimitedError, "Run fewer tasks at once, or raise the option retries", transient=True, shared=True),
    Status(
        431,
        ProtocolError,
        HEADER,
        shared=True,
    ),
    Status(440, AuthenticationError, TOKEN, name="Login Time-out", shared=True),
    Status(
        451,
        AuthorizationError,
        "The answer is withheld for legal reasons, such as where this host is: ask the owner of the tenant",
        name="Unavailable For Legal Reasons",
        shared=True,
    ),
    Status(
        494,
        ProtocolError,
        HEADER,
        name="Request Header Too Large",
        shared=True,
    ),
    Status(495, TransportError, CERTIFICATE, name="SSL Certificate Error", shared=True),
    Status(496, TransportError, CERTIFICATE, name="SSL Certificate Required", shared=True),
    Status(
        497,
        TransportError,
        "This port speaks TLS: tenant_url has to begin with https://",
        name="HTTP Request Sent to HTTPS Port",
        shared=True,
    ),
    Status(
        499,
        UnavailableError,
        LATER,
        name="Client Closed Request",
        transient=True,
        uncertain=True,
        pending=True,
    ),
    Status(500, ServerError),
    Status(501, UnsupportedError),
    Status(502, UnavailableError, LATER, transient=True, uncertain=True),
    Status(503, UnavailableError, LATER, transient=True, uncertain=True),
    # The gateway has stopped waiting, but the server behind it may still be working.
    Status(504, UnavailableError, LATER, transient=True, uncertain=True, pending=True),
    Status(505, ProtocolError, BETWEEN),
    Status(506, ProtocolError, BETWEEN),
    Status(507, ServerError, "The server has no room left: ask the owner of the tenant"),
    Status(508, ServerError, "The server found a circle: look for a group that is a member of itself"),
    Status(510, ProtocolError, BETWEEN),
    Status(
        511,
        TransportError,
        "The network requires a login: log in to it, or use another network",
        shared=True,
    ),
    Status(520, UnavailableError, LATER, name="Unknown Error of the Origin", transient=True, uncertain=True),
    Status(521, UnavailableError, ORIGIN, name="Origin Is Down", transient=True, shared=True),
    Status(522, UnavailableError, ORIGIN, name="Connection Timed Out", transient=True, uncertain=True),
    Status(523, UnavailableError, ORIGIN, name="Origin Is Unreachable", transient=True, shared=True),
    Status(524, UnavailableError, LATER, name="A Timeout Occurred", transient=True, uncertain=True, pending=True),
    Status(525, UnavailableError, ORIGIN, name="TLS Handshake Failed", transient=True, shared=True),
    Status(526, TransportError, ORIGIN, name="Invalid Certificate of the Origin", shared=True),
    Status(527, UnavailableError, LATER, name="Railgun Error", transient=True, uncertain=True),
    Status(529, UnavailableError, LATER, name="Site Is Overloaded", transient=True, uncertain=True),
    Status(530, UnavailableError, ORIGIN, name="Origin Is Not Found", transient=True, shared=True),
    Status(561, AuthenticationError, TOKEN, name="Unauthorized by the Load Balancer", shared=True),
    Status(598, UnavailableError, LATER, name="Network Read Timeout", transient=True, uncertain=True, pending=True),
    Status(599, UnavailableError, LATER, name="Network Connect Timeout", transient=True, uncertain=True, pending=True),
)
_BY_CODE = {row.code: row for row in STATUSES}


def status_of(code: int) -> Status:
    """Return the row of a status. A status below 400 has only a name.

    A client treats an unknown status as the first one of its class (RFC 9110 section 15). But an unknown 4xx need not
    mean a wrong value, so it is a ProtocolError. After an unknown 5xx, the object is looked up.
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code < 400:
        return Status(code, ProtocolError)
    if code < 500:
        return Status(code, ProtocolError, BETWEEN)
    return Status(code, UnavailableError, LATER, transient=True, uncertain=True)
