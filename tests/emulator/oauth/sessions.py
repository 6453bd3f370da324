# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of the platform: their claims, the login of service users, and the exchange for new ones.

The steps are those of the vendor's SDKs.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..models import Model
from ..wire import Request, Response, json_response
from .tokens import PLATFORM, SIGN_IN, Token

if TYPE_CHECKING:
    from ..tenant import Tenant

# The app that every tenant of the platform has; it is in no list of apps.
PLATFORM_APP = "__idaptive_cybr_user_oidc"
RETURN_TO = "https://cyberark.cloud/redirect"
BEARER = "bearer"


def refused(status: int, description: str) -> Response:
    """Return the refusal of a request to an endpoint of OAuth."""
    return json_response(status, {"error": "invalid_request", "error_description": description})


def new_token(tenant: Tenant, user: Model, origin: str) -> tuple[Token, float]:
    """Return a token of a user, and its lifetime in seconds."""
    lifetime: float = tenant.switches["token_lifetime"]
    return Token(str(user.id), origin, tenant.clock.now() + lifetime), lifetime


def claims_of(tenant: Tenant, token: Token) -> dict[str, str | int] | None:
    """Return the claims of a JWT that clients read, or None where tokens are opaque."""
    if tenant.switches["token_type"] == "opaque":
        return None
    user = tenant.storage.peek("User", token.user_id)
    times: dict[str, str | int] = {"iat": int(tenant.clock.now()), "exp": int(token.expires)}
    platform = {"tenant_id": tenant.tenant_id} if token.origin == PLATFORM else {}
    return {"sub": token.user_id, "unique_name": str(user.user_name if user else ""), **times, **platform}


def platform_session(tenant: Tenant, user: Model) -> dict[str, Any]:
    """Return the tokens of a login: a platform token under both of its names, and a token to renew it."""
    token, lifetime = new_token(tenant, user, PLATFORM)
    value = tenant.tokens.issue(token, claims_of(tenant, token))
    return {
        "Auth": value,
        "Token": value,
        "TokenLifetime": int(lifetime),
        "RefreshToken": tenant.tokens.issue_refresh(str(user.id)),
    }


def refresh(tenant: Tenant, request: Request) -> Response:
    """Exchange a token to renew a session for new tokens. Both are cookies, whose names end in the tenant's id."""
    names = [f"{kind}-{tenant.tenant_id}" for kind in ("idToken", "refreshToken")]
    try:
        cookies = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        cookies = SimpleCookie()
    old = cookies[names[1]].value if names[1] in cookies else ""
    user_id = tenant.tokens.end_refresh(old)
    user = tenant.storage.peek("User", user_id) if user_id else None
    if user is None:
        return refused(401, "The refresh token is missing, unknown or used")
    session = platform_session(tenant, user)
    values = (session["Token"], session["RefreshToken"])
    cookies_sent = [f"{name}={value}; path=/; Secure; HttpOnly" for name, value in zip(names, values, strict=True)]
    response = json_response(200, {"success": True})
    response.cookies = cookies_sent
    return response


def authorize(tenant: Tenant, request: Request, app_id: str) -> Response:
    """Redirect a service user who signs in, with a platform token in the fragment of the address."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    token = tenant.tokens.find(value.strip(), tenant.clock.now()) if scheme.lower() == BEARER else None
    user = tenant.storage.peek("User", token.user_id) if token is not None and token.origin == SIGN_IN else None
    if user is None:
        return refused(401, "The access token is missing, unknown or expired")
    asked = request.params
    expected = {"client_id": PLATFORM_APP, "response_type": "id_token", "redirect_uri": RETURN_TO}
    if app_id.casefold() != PLATFORM_APP or any(asked.get(name) != item for name, item in expected.items()):
        return refused(400, "Only the login of a service user to the platform is supported")
    session, _lifetime = new_token(tenant, user, PLATFORM)
    fragment = urlencode({"id_token": tenant.tokens.issue(session, claims_of(tenant, session))})
    return Response(302, headers={"Location": f"{RETURN_TO}#{fragment}"})
