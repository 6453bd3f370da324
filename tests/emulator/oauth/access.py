# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens in requests: the user of a token, the paths its scopes cover, and the answers that refuse a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..admin.apps import app_of_id
from ..admin.envelope import OUT_OF_SCOPE, refused
from ..failures import Failure
from ..models import Model
from ..wire import Request, Response, html_response, json_response
from .tokens import APP, SIGN_IN, Token

if TYPE_CHECKING:
    from ..control.switches import Switches
    from ..tenant import Tenant

CHALLENGE = 'Bearer realm="SCIM"'


class AccessFailure(Failure):
    """A request that is refused because of its token."""

    def __init__(self, status: int, detail: str, message_id: str | None = None) -> None:
        super().__init__(status, detail)
        self.message_id = message_id


def authenticated(tenant: Tenant, request: Request) -> tuple[Token, Model]:
    """Return the token of a request and its user, or refuse the request."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    token = tenant.tokens.find(value.strip(), tenant.clock.now()) if scheme.lower() == "bearer" else None
    user = tenant.storage.peek("User", token.user_id) if token is not None else None
    if token is None or user is None or not app_lives(tenant, token):
        raise AccessFailure(401, "The access token is missing, unknown or expired")
    if token.origin == SIGN_IN or (token.origin == APP and not reaches(token, request.path, tenant.switches)):
        status = tenant.switches["missing_right_status"]
        raise AccessFailure(status, f"The scope of the access token does not cover {request.path}", OUT_OF_SCOPE)
    return token, user


def app_lives(tenant: Tenant, token: Token) -> bool:
    """Return whether the app of a token still exists, if the switch requires that. The real effect is not on record."""
    return (
        token.origin != APP
        or tenant.switches["tokens_outlive_app"]
        or app_of_id(tenant.storage, token.app_id) is not None
    )


def reaches(token: Token, path: str, switches: Switches) -> bool:
    """Return whether a scope of a token covers a path.

    The product's guide uses the expression ``scim*``, so expressions are searched anywhere in the path. The other
    reading is a match from the beginning of the path, with or without the slash.
    """
    if not token.scoped:
        return bool(switches["scopeless_token_allowed"])
    anchored = switches["allowed_rest_anchored"]
    return any(matches(expression, path, anchored=anchored) for expression in token.expressions)


def matches(expression: str, path: str, *, anchored: bool) -> bool:
    """Return whether an expression matches a path. An invalid expression matches nothing."""
    try:
        pattern = re.compile(expression, re.IGNORECASE)
    except re.error:
        return False
    if not anchored:
        return pattern.search(path) is not None
    return pattern.match(path) is not None or pattern.match(path.lstrip("/")) is not None


def dressed(switches: Switches, response: Response) -> Response:
    """Return a 401 or 403 in the form that the switches ask for. Its body is not on record."""
    status = response.status
    if switches["html_on_auth_error"]:
        response = html_response(status)
    elif switches["auth_error_body"] == "empty":
        response = Response(status)
    elif switches["auth_error_body"] == "envelope":
        response = json_response(status, refused("Not authorized"))
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response
