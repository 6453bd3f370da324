# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SCIM endpoint: authentication, rights and dispatch to the library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from . import discovery
from .failures import Failure, error_body
from .models import IMPLEMENTED, published_resource_types
from .tokens import PLATFORM, Token
from .wire import Request, Response, html_response, json_response

if TYPE_CHECKING:
    from .tenant import Tenant

MEDIA_TYPES = {"json": "application/json; charset=utf-8", "scim+json": "application/scim+json; charset=utf-8"}
VERSION = "v2"
CHALLENGE = 'Bearer realm="SCIM"'
# The envelope of the product's own API; nobody recorded a 401 or 403 of the SCIM endpoint.
ENVELOPE = {
    "success": False,
    "Result": None,
    "Message": "Not authorized",
    "MessageID": None,
    "Exception": None,
    "ErrorID": None,
    "ErrorCode": None,
    "IsSoftError": False,
    "InnerExceptions": None,
}


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request below /scim, with or without a version; names in the path ignore case."""
    if segments and segments[0].lower() == VERSION:
        segments = segments[1:]
    with tenant.lock:
        try:
            token = authenticated(tenant, request)
            throttled = throttle(tenant)
            if throttled is not None:
                return throttled
            return sent(tenant, answer(tenant, request, segments, token))
        except Failure as failure:
            return refused(tenant, failure)
        except Exception as error:
            return sent(tenant, tenant.service.error_response(error))


def authenticated(tenant: Tenant, request: Request) -> Token:
    """Return the token of a request, or refuse the request."""
    scheme, _space, value = request.headers.get("authorization", "").partition(" ")
    token = tenant.tokens.find(value.strip()) if scheme.lower() == "bearer" else None
    if token is None or (token.origin == PLATFORM and not tenant.switches["platform_token_accepted"]):
        raise Failure(401, "The access token is missing, unknown or expired")
    return token


def throttle(tenant: Tenant) -> Response | None:
    """Return the 429 for every n-th request, as the switch says."""
    rule = tenant.switches["throttle"]
    if rule is None:
        return None
    tenant.throttled += 1
    if tenant.throttled % rule["every"]:
        return None
    response = json_response(429, error_body(429, "Too many requests"))
    if rule["retry_after"] is not None:
        response.headers["Retry-After"] = str(rule["retry_after"])
    return response


def answer(tenant: Tenant, request: Request, segments: list[str], token: Token) -> ScimResponse:
    """Serve an authenticated request."""
    name = segments[0] if segments else ""
    if name.lower() in discovery.ENDPOINTS:
        return discovery.serve(tenant, request, name.lower(), "/".join(segments[1:]))
    served = resource_type_at(name)
    if served is None or len(segments) > 2:
        raise Failure(404, f"Resource {'/'.join(segments)} not found")
    if served["name"] not in IMPLEMENTED:
        raise Failure(501, f"{served['name']} is not implemented")
    endpoint = served["endpoint"].strip("/")
    scim_request = ScimRequest(
        method=request.method,
        base_url=tenant.location("", "").rstrip("/"),
        path="/".join(["", endpoint, *segments[1:]]),
        query=request.params,
        headers=request.headers,
        body=request.body,
        subject=token,
    )
    with tenant.reading() if request.method == "GET" else tenant.writing():
        response = tenant.handler.handle(scim_request)
    if request.method == "DELETE":
        response.status = type(response.status)(tenant.switches["delete_status"])
    return response


def resource_type_at(endpoint: str) -> dict[str, Any] | None:
    """Return the published resource type of an endpoint, whatever its case."""
    for resource_type in published_resource_types():
        if resource_type["endpoint"].strip("/").casefold() == endpoint.casefold():
            return resource_type
    return None


def sent(tenant: Tenant, response: ScimResponse) -> Response:
    """Return a SCIM answer as it goes over the wire."""
    body = b"" if response.body is None else json.dumps(response.body, separators=(",", ":")).encode()
    headers = {name: value for name, value in response.headers.items() if name == "Location"}
    if response.body is not None:
        headers["Content-Type"] = MEDIA_TYPES[tenant.switches["content_type"]]
    return Response(int(response.status), body, headers)


def refused(tenant: Tenant, failure: Failure) -> Response:
    """Return an error; what a 401 or 403 carries is not on record, so switches decide."""
    response = sent(tenant, tenant.service.error_response(failure))
    if failure.status not in (401, 403):
        return response
    if tenant.switches["html_on_auth_error"]:
        response = html_response(failure.status)
    elif tenant.switches["auth_error_body"] == "empty":
        response = Response(failure.status)
    elif tenant.switches["auth_error_body"] == "envelope":
        response = json_response(failure.status, ENVELOPE)
    if failure.status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response
