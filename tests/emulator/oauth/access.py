# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose token a request carries, what that token reaches, and how a request is turned away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..admin.apps import app_of_id
from ..admin.envelope import OUT_OF_SCOPE, refused
from ..failures import Failure
from ..models import Model
from ..wire import Request, Response, html_response, json_response
from .tokens import APP, Token

if TYPE_CHECKING:
    from ..control.switches import Switches
    from ..tenant import Tenant

CHALLENGE = 'Bearer realm="SCIM"'


class AccessFailure(Failure):
    """A request that is turned away because of its token."""

    def __init__(self, status: int, detail: str, message_id: str | None = None) -> None:
        super().__init__(status, detail)
        self.message_id = message_id


def authenticated(tenant: Tenant, request: Request) -> tuple[Token, Model]:
    """Return the token of a request and whose it is, or refuse the request."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    token = tenant.tokens.find(value.strip()) if scheme.lower() == "bearer" else None
    user = tenant.storage.peek("User", token.user_id) if token is not None else None
    if token is None or user is None or not app_lives(tenant, token):
        raise AccessFailure(401, "The access token is missing, unknown or expired")
    if token.origin == APP and not reaches(token, request.path, tenant.switches):
        status = tenant.switches["missing_right_status"]
        raise AccessFailure(status, f"The scope of the access token does not cover {request.path}", OUT_OF_SCOPE)
    return token, user


def app_lives(tenant: Tenant, token: Token) -> bool:
    """Tell whether the app of a token still counts; what becomes of tokens without one is not on record."""
    return (
        token.origin != APP
        or tenant.switches["tokens_outlive_app"]
        or app_of_id(tenant.storage, token.app_id) is not None
    )


def reaches(token: Token, path: str, switches: Switches) -> bool:
    """Tell whether a scope of a token covers a path.

    The expression of the product's own guide, ``scim*``, works, so it is
    searched anywhere in the path; that it has to match from the beginning of
    the path, with or without the slash, is the other reading.
    """
    if not token.scoped:
        return bool(switches["scopeless_token_allowed"])
    anchored = switches["allowed_rest_anchored"]
    return any(matches(expression, path, anchored=anchored) for expression in token.expressions)


def matches(expression: str, path: str, *, anchored: bool) -> bool:
    """Tell whether an expression fits a path; one that is none fits nothing."""
    try:
        pattern = re.compile(expression, re.IGNORECASE)
    except re.error:
        return False
    if not anchored:
        return pattern.search(path) is not None
    return pattern.match(path) is not None or pattern.match(path.lstrip("/")) is not None


def dressed(switches: Switches, response: Response) -> Response:
    """Return a 401 or 403 in the form the switches say: what it carries is not on record."""
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
