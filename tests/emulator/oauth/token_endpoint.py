# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token endpoints: client credentials for a token (RFC 6749 section 4.4)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from ..admin.apps import DEFAULT_LIFETIME, App, app_of_name
from ..admin.permission_bits import bits_of, grant_of
from ..control.switches import BY_NAME
from ..models import Model
from ..wire import Request, Response, json_response
from . import errors as oauth_errors
from .authority import authority_of
from .credentials import user_with
from .errors import OAuthError
from .profile import REST_FILTER, seconds_of
from .sessions import PLATFORM_APP, claims_of, new_token
from .tokens import APP, PLATFORM, SIGN_IN, Token

if TYPE_CHECKING:
    from ..tenant import Tenant

SIGN_IN_SCOPE = "api"


def platform_token(tenant: Tenant, request: Request) -> Response:
    """Issue a platform token, for confidential clients only (documented)."""
    form = checked_form(request)
    user = authenticated(tenant, request, form, confidential=True)
    token, lifetime = new_token(tenant, user, PLATFORM)
    return issued(tenant, token, lifetime, form.get("scope", ""))


def app_token(tenant: Tenant, request: Request, app_id: str) -> Response:
    """Issue a token of an app, or one that is good for a login to the platform only."""
    if app_id.casefold() == PLATFORM_APP:
        return sign_in_token(tenant, request)
    app = app_of_name(tenant.storage, app_id)
    if app is None or app.profile is None:
        raise OAuthError(oauth_errors.UNKNOWN_APP, app_id)
    allowed = {item.strip() for item in str(app.profile.get("AllowedAuth", "")).split(",")}
    if "ClientCreds" not in allowed or not tenant.switches["client_creds_enabled"]:
        raise OAuthError(oauth_errors.NO_CLIENT_CREDENTIALS)
    form = checked_form(request)
    user = authenticated(tenant, request, form, confidential=bool(app.profile.get("MustBeOauthClient")))
    scope = form.get("scope", "")
    expressions = tuple(expression for name in scope.split() for expression in expressions_of(tenant, app, name))
    check_permission(tenant, app, user)
    lifetime = lifetime_of(tenant, app)
    token = Token(str(user.id), APP, tenant.clock.now() + lifetime, app.id, bool(scope), expressions)
    return issued(tenant, token, lifetime, scope)


def sign_in_token(tenant: Tenant, request: Request) -> Response:
    """Issue the token with which a service user signs in to the platform. The vendor's SDKs ask for one scope."""
    form = checked_form(request)
    if form.get("scope") != SIGN_IN_SCOPE:
        raise OAuthError(oauth_errors.SCOPE, form.get("scope", ""))
    user = authenticated(tenant, request, form, confidential=True)
    token, lifetime = new_token(tenant, user, SIGN_IN)
    return issued(tenant, token, lifetime, SIGN_IN_SCOPE)


def checked_form(request: Request) -> dict[str, str]:
    """Return the fields of a request for client credentials."""
    form = request.form
    if form.get("grant_type") != "client_credentials":
        raise OAuthError(oauth_errors.GRANT_TYPE, form.get("grant_type", ""))
    return form


def issued(tenant: Tenant, token: Token, lifetime: float, scope: str) -> Response:
    """Return the answer with a token."""
    payload: dict[str, Any] = {
        "access_token": tenant.tokens.issue(token, claims_of(tenant, token)),
        "token_type": "Bearer",
    }
    if tenant.switches["expires_in_sent"]:
        payload["expires_in"] = int(lifetime)
    if scope:
        payload["scope"] = scope
    return json_response(200, payload, Cache_Control="no-store")


def authenticated(tenant: Tenant, request: Request, form: dict[str, str], *, confidential: bool) -> Model:
    """Return the user of the credentials in a request, if that user may be a client.

    One error text for all reasons is an inference.
    """
    name, secret = presented_credentials(request, form)
    user = user_with(tenant, name, secret, lambda facts: facts.oauth_client or not confidential)
    if user is None:
        raise OAuthError(oauth_errors.CREDENTIALS)
    return user


def expressions_of(tenant: Tenant, app: App, scope: str) -> list[str]:
    """Return the expressions of a scope of an app. No source says whether its mode matters."""
    assert app.profile is not None
    for known in app.profile.get("KnownScopes", ()):
        if known["Scope"] == scope:
            off = tenant.switches["scope_mode_required"] and known.get("Mode") != REST_FILTER
            return [] if off else [str(expression) for expression in known.get("AllowedRest") or ()]
    raise OAuthError(oauth_errors.SCOPE, scope)


def check_permission(tenant: Tenant, app: App, user: Model) -> None:
    """Refuse a client without the permission on the app; guides differ on the permission it needs."""
    needed = bits_of(tenant.switches["token_permission"], tenant.switches)
    held = grant_of(app, str(user.id), authority_of(tenant.storage, str(user.id)))
    if held & needed != needed:
        raise OAuthError(oauth_errors.NO_PERMISSION, app.service_name)


def lifetime_of(tenant: Tenant, app: App) -> float:
    """Return the lifetime of a token in seconds: that of the app, unless the switch sets another."""
    assert app.profile is not None
    lifetime: float = tenant.switches["token_lifetime"]
    if lifetime != BY_NAME["token_lifetime"].default:
        return lifetime
    return seconds_of(str(app.profile.get("TokenLifetimeString", DEFAULT_LIFETIME)))


def presented_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return the client id and secret of the Basic header or of the form.

    The Basic header carries them without the URL encoding of RFC 6749 section 2.3.1, as the product's own clients send
    them.
    """
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
