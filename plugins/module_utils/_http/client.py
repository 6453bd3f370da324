# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Send requests to one tenant over HTTP: token, retries and one ``request()``. Does not use Ansible."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode, urlsplit

from .._base.errors import (
    AuthenticationError,
    IdentityError,
    InvalidError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    trying,
)
from .._base.journal import Journal
from .._base.secrets import spellings
from .._base.texts import check_name, check_secret, odd_in_secret
from .answers import HTML_HINT, Seen, late_error, read, see, transport_error
from .bounds import LONGEST_TOKEN, PARTS, LateError
from .connections import Connections, settings_for

with contextlib.suppress(ImportError):  # answers.py has the error, and Module.run() reports it
    import requests
    from urllib3.exceptions import InsecureRequestWarning

VAULT_PREFIX = "vault_"  # the prefix of the options of a client for the vault
ADMINISTRATOR_PREFIX = "administrator_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Sending one of these twice has the same effect as once (RFC 9110 section 9.2.2).
IDEMPOTENT = ("GET", "PUT", "DELETE")
LONGEST_WAIT = 60.0  # the maximum number of seconds between two tries, also with Retry-After
LONGEST_TIMEOUT = 3600.0  # seconds
LONGEST_LIFETIME = 315_360_000  # seconds, ten years: a longer time is not a lifetime of a token
LONGEST_SCOPE = 10_000  # characters
SCHEME = re.compile(r"(authorization:\s*)?bearer\s", re.IGNORECASE)  # RFC 6750 section 2.1
SCOPE = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")  # RFC 6749 section 3.3
LONGEST_RETRYING = 300.0  # the number of seconds after which no further try starts

# {0} is replaced by the prefix of the given options.
CREDENTIALS_HINT = (
    "Check {0}client_id (the user's full login name) and {0}client_secret (its password). On its page under "
    "Core Services > Users, the box 'Is OAuth confidential client' has to be ticked, and the user must not be locked, "
    "disabled or due for a new password"
)
SCOPE_HINT = "Set the option {0}scope to a scope that the OAuth2 client app defines on its Scope page"
APP_HINT = "Check that {0}app_id is the Application ID of an OAuth2 client app of this tenant, under Web Apps"
METHOD_HINT = "Enable 'Client Creds' on the Tokens page of the OAuth2 client app"
# A part of the message of the token endpoint in lower case, or its error code (RFC 6749 section 5.2), with a hint.
TOKEN_HINTS = {
    "invalid client creds": CREDENTIALS_HINT,
    "user not allowed access to app": "On the Permissions page of the OAuth2 client app, give a role of the service "
    "user the permissions View and Run",
    "unknown app": APP_HINT,
    "unknown scope": SCOPE_HINT,
    "auth mode not allowed": METHOD_HINT,
    "invalid_client": CREDENTIALS_HINT,
    "unauthorized_client": METHOD_HINT,
    "invalid_scope": SCOPE_HINT,
    "invalid_request": APP_HINT,
}
Authenticate = Callable[["requests.PreparedRequest"], "requests.PreparedRequest"]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Connection:
    """The address of a tenant, and the credentials for it. Times are seconds. Secrets are kept out of ``repr``."""

    tenant_url: str
    app_id: str | None = None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    token_endpoint_auth_method: str = "client_secret_post"
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30.0
    retries: int = 5
    prefix: str = ""  # of the options for this identity

    def __post_init__(self) -> None:
        object.__setattr__(self, "tenant_url", origin(self.tenant_url.strip()))
        object.__setattr__(self, "access_token", (self.access_token or "").strip() or None)
        prefix = self.prefix
        for option in ("client_id", "app_id"):
            check_name(f"{prefix}{option}", getattr(self, option) or "")
        check_secret(f"{prefix}client_secret", self.client_secret or "")
        if self.app_id in (".", ".."):
            raise InvalidError(f"{prefix}app_id {self.app_id!r} is not an Application ID")
        if not self.access_token and not (self.client_id and self.client_secret):
            hint = f"Set {prefix}client_id and {prefix}client_secret, or {prefix}access_token"
            raise InvalidError("There are no credentials", hint=hint)
        if self.access_token and SCHEME.match(self.access_token):
            raise InvalidError(f"{prefix}access_token begins with 'Bearer'", hint="Leave out 'Bearer '")
        if self.access_token and (flaw := flaw_of(self.access_token)):
            raise InvalidError(f"{prefix}access_token {flaw}", hint="Is there a line break in it?")
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise InvalidError(f"timeout has to be more than 0 and at most {LONGEST_TIMEOUT:g} seconds")
        if self.retries < 0:
            raise InvalidError("retries cannot be negative")
        for option in ("ca_path", "client_cert", "client_key"):
            path = getattr(self, option)
            if path and not os.path.exists(path):
                raise InvalidError(f"{option}: there is no file {path!r} on the host that runs the task")

    @property
    def token_url(self) -> str:
        """The token endpoint of the app. Without an app, the platform token endpoint of the tenant."""
        if not self.app_id:
            return f"{self.tenant_url}/oauth2/platformtoken"
        return f"{self.tenant_url}/oauth2/token/{quote(self.app_id, safe='')}"

    @property
    def verify(self) -> bool | str:
        return (self.ca_path or True) if self.validate_certs else False

    @property
    def certificate(self) -> str | tuple[str, str] | None:
        return (self.client_cert, self.client_key) if self.client_cert and self.client_key else self.client_cert


def origin(url: str) -> str:
    """Return the tenant's address as ``https://host[:port]``.

    Raise InvalidError for any other text, for user-info, and for http:// to another machine. A path is an error and is
    not dropped: it may be a mistake in the host.
    """
    reason, hint = (
        f"tenant_url {url.partition('?')[0]!r} is not the address of a tenant",
        "It looks like https://example.id.cyberark.cloud",
    )
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise InvalidError(reason, hint=hint) from None
    if "@" in parts.netloc:
        raise InvalidError("tenant_url must not hold a user name or a password", hint="Set client_id and client_secret")
    if parts.scheme in ("https", "http") and host and parts.path.strip("/"):
        hint = f"Leave off {parts.path!r} and what follows it: give {parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("https", "http") or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidError(reason, hint=hint)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise InvalidError(
            f"tenant_url {url!r} would send credentials unencrypted",
            hint="Use https://; http:// is for this machine only",
        )
    return f"{parts.scheme}://{parts.netloc}"


def flaw_of(token: str) -> str | None:
    """Return the reason why a text is no bearer token, or None (RFC 6750 section 2.1: visible ASCII)."""
    if not (token.isascii() and token.isprintable() and " " not in token):
        return "holds a character that no token has"
    return f"is longer than {LONGEST_TOKEN:,} characters" if len(token) > LONGEST_TOKEN else None


def lifetime_of(value: Any) -> int | None:
    """Return ``expires_in`` of RFC 6749 section 5.1 in whole seconds, or None if it is not a lifetime.

    Some servers send a text or a fraction. Zero, negative numbers and other texts are not lifetimes.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = int(float(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError):  # also infinity and NaN
        return None
    return seconds if 0 < seconds <= LONGEST_LIFETIME else None


def scope_of(value: Any) -> str | None:
    """Return ``scope`` of an answer with a token, or None if it is not valid in RFC 6749 section 3.3."""
    if not isinstance(value, str) or len(value) > LONGEST_SCOPE:
        return None
    return value if SCOPE.fullmatch(value) else None


def secrets_in(url: str) -> set[str]:
    """Return the secrets in the user-info of an address, both as they are quoted there and unquoted."""
    login, at, _host = url.partition("://")[2].rpartition("@")
    password = login.partition(":")[2]
    # A login without a password may be a token; a short one is a name, and would mask every message.
    found = (password, unquote(password)) if password else (login,) if len(login) >= 8 else ()
    return {part for part in found if part} if at else set()


@dataclass(frozen=True)
class Opened:
    """Open connections and a token for the next client of the same process with an equal Connection.

    ``missed`` has what the last search for a kind of object asked for, if it found nothing.
    """

    connections: Connections
    access_token: str | None = field(repr=False)
    missed: Mapping[str, object] = field(default_factory=dict)


class Client:
    """A session with one tenant. Threads may share it. Its creator closes it.

    ``warn`` gets a text for every retry. ``protect`` gets every secret as soon as it exists. ``mask`` removes secrets
    from texts of a server. ``journal`` is for callers that write: the client does not know which objects its requests
    concern. ``opened`` has the connections of an earlier client. ``missed`` is for callers that search, and
    ``missed_before`` is that of the earlier client.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        warn: Callable[[str], None] = lambda text: None,
        protect: Callable[[str], None] = lambda secret: None,
        mask: Callable[[str], str] = lambda text: text,
        journal: Journal | None = None,
        opened: Opened | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self.warn = warn
        if odd := odd_in_secret(f"{connection.prefix}client_secret", connection.client_secret or ""):
            warn(odd)
        self._protect = protect
        self._mask = mask
        self.journal = journal
        self.missed_before = opened.missed if opened else {}
        self.missed: dict[str, object] = {}
        self._sleep = sleep
        self._clock = clock
        self._access_token = (opened and opened.access_token) or connection.access_token
        self._renewable = True  # whether a new token may be accepted where the current one was not
        self._final: IdentityError | None = None  # the failure that every further request would have as well
        self._lock = threading.Lock()
        self._pace = threading.Lock()
        self._not_before = clock()  # earliest time of the next request, for all threads
        self._passed = 0  # successful requests
        self._settings = settings_for(connection.tenant_url, connection.verify, connection.certificate)
        self._connections = opened.connections if opened else Connections(PARTS * connection.timeout)
        if not connection.validate_certs:
            warn("The certificate of the tenant is not verified, because validate_certs is false")
            requests.packages.urllib3.disable_warnings(InsecureRequestWarning)  # type: ignore[attr-defined]
        proxy = requests.utils.select_proxy(connection.tenant_url, self._settings["proxies"]) or ""
        secrets = {connection.client_secret, connection.access_token, self._access_token, *secrets_in(proxy)}
        for secret in filter(None, secrets):
            self._protect_all(secret)

    def close(self) -> None:
        self._connections.close()

    def leave(self) -> Opened:
        """Return the open connections. Return the token as well unless it or the client was refused."""
        return Opened(self._connections, None if self._final else self._access_token, dict(self.missed))

    def _protect_all(self, secret: str) -> None:
        for spelling in spellings(secret):
            self._protect(spelling)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        repeatable: bool = False,
    ) -> dict[str, Any] | None:
        """Send one request below the tenant's address. Return the JSON object of a good answer, or None if it is empty.

        ``path`` is already quoted. A ``repeatable`` POST has the same effect if it is sent twice. A refused token is
        renewed once if there are credentials for that. After a final failure that all requests share, no request is
        sent: each one raises that failure. Raise the IdentityError of the status, TransportError, or ProtocolError.
        """
        url = f"{self.connection.tenant_url}{path}"
        if params:
            url += "?" + urlencode(params, quote_via=quote)
        content = {} if body is None else {"json": body}
        try:
            token = self._token()
            try:
                answer = self._exchange(method, url, repeatable=repeatable, auth=_bearer(token), **content)
            except AuthenticationError:
                renewed = self._token(refused=token)
                if renewed == token:
                    raise
                answer = self._exchange(method, url, repeatable=repeatable, auth=_bearer(renewed), **content)
            self._renewable = True
            return answer
        except IdentityError as error:
            if error.shared and not error.transient:
                with self._lock:
                    self._final = self._final or error
            raise

    def pause(self, attempt: int, error: IdentityError, next_step: str) -> None:
        """Warn about the failed ``attempt`` (counted from 1) and the ``next_step``, and wait."""
        wait = _wait(attempt, error)
        self.warn(f"{error.reason}; {next_step} in {wait:.1f} s")
        if isinstance(error, RateLimitedError):
            with self._pace:
                self._not_before = max(self._not_before, self._clock() + wait)
        self._sleep(wait)

    def _await_turn(self) -> None:
        """Wait until the tenant's rate limit allows the next request."""
        while (left := self._not_before - self._clock()) > 0:
            self._sleep(left)

    def _token(self, refused: str | None = None) -> str:
        """Return the current token. Get a new one if there is none, or if it is the ``refused`` one.

        If the tenant refuses a new token that it never accepted, no other one is requested. A failure to get a token is
        final for all requests: to try a refused password again would lock the user.
        """
        with self._lock:
            if self._final:
                raise self._final.with_facts()  # each thread raises its own
            stale = self._access_token is None or self._access_token == refused
            if stale and self._renewable and self.connection.client_secret:
                self._renewable = refused is None
                try:
                    self._access_token = str(self.fetch_token()["access_token"])
                except IdentityError as error:
                    self._final = error.with_facts(shared=True, uncertain=False)
                    raise self._final from error
            return self._access_token or ""

    def claims(self) -> dict[str, Any]:
        """Return the claims of the current token. Empty if it is not a JWT."""
        return claims_of(self._token())

    def fetch_token(self) -> dict[str, Any]:
        """Get a token by client credentials (RFC 6749 section 4.4), and return the answer (section 5.1).

        The answer has ``access_token``, and may have ``token_type``, ``expires_in`` (seconds) and ``scope``. Raise
        AuthenticationError.
        """
        connection = self.connection
        form = {"grant_type": "client_credentials"}
        if connection.app_id and connection.scope:
            form["scope"] = connection.scope
        credentials = (connection.client_id or "", connection.client_secret or "")
        auth: Authenticate = _no_auth
        if connection.token_endpoint_auth_method == "client_secret_basic":
            # RFC 6749 section 2.3.1 URL-encodes the id and the secret. The tenant does not decode them.
            auth = requests.auth.HTTPBasicAuth(*(part.encode() for part in credentials))
        else:
            form["client_id"], form["client_secret"] = credentials
        with trying(f"get a token for {connection.client_id} from {connection.token_url}"):
            try:
                answer = self._exchange("POST", connection.token_url, auth=auth, data=form, repeatable=True) or {}
            except IdentityError as error:
                raise _token_error(error, connection.prefix) from error
            token = answer.get("access_token")
            if not isinstance(token, str) or not token:
                raise ProtocolError("the answer holds no access_token", hint=HTML_HINT)
            self._protect_all(token)
            if flaw := flaw_of(token):
                raise ProtocolError(f"the access_token in the answer {flaw}")
        return answer

    def _exchange(self, method: str, url: str, *, repeatable: bool = False, **content: Any) -> dict[str, Any] | None:
        """Send a request and return its answer. Retry transient failures."""
        began, passed = self._clock(), self._passed
        started = passed
        attempt = 1
        while True:
            self._await_turn()
            try:
                answer = self._send(method, url, read, **content)
            except IdentityError as raised:
                error = raised.masked(self._mask)
                if not _may_repeat(error, method, repeatable):
                    raise error from None
                if isinstance(error, RateLimitedError) and self._passed > passed:
                    # Other requests succeeded since the last try, so the tenant is not refusing everything.
                    attempt, passed = 1, self._passed
                late = self._clock() - began + LONGEST_WAIT > LONGEST_RETRYING
                if late or attempt > self.connection.retries:
                    # No retries are left: callers must not start over. Other threads may go on if they succeed.
                    shared = error.shared and self._passed == started
                    raise error.with_facts(uncertain=False, shared=shared) from None
                self.pause(attempt, error, f"try {attempt + 1} of {self.connection.retries + 1} follows")
            else:
                self._passed += 1
                return answer
            attempt += 1

    def try_request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        params: Mapping[str, Any] | None = None,
        **content: Any,
    ) -> Seen:
        """Send one request once, and return the response with any status. Raise TransportError.

        ``token`` replaces the token of this client; an empty one sends none. ``content`` is ``json`` or ``data``.
        """
        url = f"{self.connection.tenant_url}{path}"
        if params:
            url += "?" + urlencode(params, quote_via=quote)
        bearer = self._token() if token is None else token
        content.setdefault("auth", _bearer(bearer) if bearer else _no_auth)
        self._await_turn()
        try:
            return self._send(method, url, see, **content)
        except IdentityError as error:
            raise error.masked(self._mask) from error

    def try_token(self, app_id: str | None, form: Mapping[str, str], *, client_id: str | None = None) -> Seen:
        """Request a token with a form, and return the response. The secret is sent only with this client's own id."""
        path = f"/oauth2/token/{quote(app_id, safe='')}" if app_id else "/oauth2/platformtoken"
        own = client_id is None
        login = {
            "client_id": str(self.connection.client_id if own else client_id),
            "client_secret": str(self.connection.client_secret if own else "unknown"),
        }
        fields = {"grant_type": "client_credentials", **login, **form}
        seen = self.try_request("POST", path, token="", data=fields)
        if isinstance(seen.body, dict) and isinstance(seen.body.get("access_token"), str):
            self._protect_all(seen.body["access_token"])
        return seen

    def _send(self, method: str, url: str, take: Callable[[requests.Response, str], Answer], **content: Any) -> Answer:
        """Send a request, and return the result of ``take`` for its response."""
        request = f"{method} {url.partition('?')[0]}"

        timeout = self.connection.timeout
        try:
            return self._connections.exchange(
                method,
                url,
                lambda response: take(response, request),
                timeout=timeout,
                settings=self._settings,
                **content,
            )
        except LateError:
            raise late_error(request, PARTS * timeout) from None
        # requests raises OSErrors, also for unreadable certificate files. The other two come from an address or a
        # proxy that cannot be parsed; their text may hold a password.
        except (OSError, ValueError, TypeError) as error:
            raise transport_error(error, request, timeout) from error


def _wait(attempt: int, error: IdentityError) -> float:
    """Return the seconds to wait before the next try: the time in Retry-After, or exponential backoff with jitter.

    The jitter spreads callers that were refused at the same time.
    """
    wait = error.retry_after
    if wait is None:
        wait = 0.5 * 2 ** min(attempt - 1, 10) * random.uniform(0.5, 1.0)
    return max(0.0, min(LONGEST_WAIT, wait))


def _may_repeat(error: IdentityError, method: str, repeatable: bool) -> bool:
    """Return whether the same request may be sent again.

    It may if it is known to have had no effect, or if a second request has no further effect. This server may answer a
    client's mistake with a 500, so a write is not repeated after a 500.
    """
    if isinstance(error, ServerError):
        return method == "GET" or repeatable
    return error.transient and (not error.uncertain or repeatable or method in IDEMPOTENT)


def _token_error(error: IdentityError, prefix: str) -> IdentityError:
    """Return the failure of a token request with the hint for it. ``prefix`` is the prefix of the options."""
    if error.status not in (400, 401, 403, 404):
        return error
    said = "unknown app" if error.status == 404 else f"{error.detail} {error.error_type}".lower()
    return AuthenticationError(
        error.reason,
        hint=next((hint for part, hint in TOKEN_HINTS.items() if part in said), CREDENTIALS_HINT).format(prefix),
        status=error.status,
        detail=error.detail,
        error_type=error.error_type,
    )


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token. Empty if it is not a JWT (RFC 7519 section 3).

    The claims are not verified: they only identify the user of the token.
    """
    try:
        _header, payload, _signature = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _bearer(token: str) -> Authenticate:
    """Return bearer authentication for requests. As ``auth``, it also overrides an entry in .netrc."""

    def authenticate(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authenticate


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
