# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoints (RFC 6749 section 4.4, client credentials only)."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .wire import Request, Response, json_response

if TYPE_CHECKING:
    from .tenant import Tenant

APP = "app"
PLATFORM = "platform"


@dataclass(frozen=True)
class Token:
    """An issued token: whose it is, where it came from and when it ends."""

    client_id: str
    origin: str
    expires: float


class Tokens:
    """The tokens that were issued and not revoked."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def issue(self, client_id: str, origin: str, lifetime: float) -> str:
        """Return a new token."""
        value = f"eyJhbGciOiJSUzI1NiJ9.{secrets.token_urlsafe(48)}"
        self._tokens[value] = Token(client_id, origin, time.monotonic() + lifetime)
        return value

    def find(self, value: str) -> Token | None:
        """Return a token that is known and not expired."""
        token = self._tokens.get(value)
        return token if token is not None and token.expires > time.monotonic() else None

    def revoke_all(self) -> None:
        """Make every token stale."""
        self._tokens = {}


class OAuthError(Exception):
    """An error answer of the token endpoint (RFC 6749 section 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.response = json_response(status, {"error": error, "error_description": description})


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request below /oauth2; names in the path ignore case."""
    endpoint = segments[0].lower() if segments else ""
    try:
        if request.method != "POST":
            raise OAuthError(405, "invalid_request", "The token endpoint takes POST only")
        if endpoint == "platformtoken" and len(segments) == 1:
            return grant(tenant, request, PLATFORM)
        if endpoint == "token" and len(segments) == 2:
            check_app(tenant, segments[1])
            return grant(tenant, request, APP)
        raise OAuthError(404, "invalid_request", "Unknown token endpoint")
    except OAuthError as error:
        return error.response


def check_app(tenant: Tenant, app_id: str) -> None:
    """Refuse an unknown application, and one without client credentials."""
    if app_id.lower() != tenant.credentials.app_id.lower():
        status = tenant.switches["unknown_app_status"]
        raise OAuthError(status, "invalid_request", f"Unknown application {app_id}")
    if not tenant.switches["client_creds_enabled"]:
        raise OAuthError(400, "unauthorized_client", "The application does not allow client credentials")


def grant(tenant: Tenant, request: Request, origin: str) -> Response:
    """Issue a token for client credentials."""
    form = request.form
    if form.get("grant_type") != "client_credentials":
        raise OAuthError(400, "unsupported_grant_type", f"Unsupported grant type {form.get('grant_type', '')!r}")
    client_id, secret = presented_credentials(request, form)
    expected = tenant.credentials.secrets.get(client_id.lower())
    if expected is None or not secrets.compare_digest(expected.encode(), secret.encode()):
        status = tenant.switches["token_error_status"]
        raise OAuthError(status, "invalid_client", "The client id or the client secret is wrong")
    scope = form.get("scope")
    if origin == APP and scope and scope != tenant.credentials.scope:
        raise OAuthError(400, "invalid_scope", f"The application does not define the scope {scope}")
    lifetime = tenant.switches["token_lifetime"]
    payload = {
        "access_token": tenant.tokens.issue(client_id.lower(), origin, lifetime),
        "token_type": "Bearer",
        "expires_in": int(lifetime),
    }
    if scope:
        payload["scope"] = scope
    return json_response(200, payload, Cache_Control="no-store")


def presented_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return the client id and secret of the Basic header or of the form.

    The Basic header carries them as they are, not URL-encoded as RFC 6749
    section 2.3.1 wants; the product's own clients send them so.
    """
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
