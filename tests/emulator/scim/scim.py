# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SCIM endpoint: authentication, rights and dispatch to the library."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from ..failures import Failure, error_body
from ..models import IMPLEMENTED, Model, published_resource_types
from ..oauth.access import authenticated, dressed
from ..oauth.tokens import PLATFORM
from ..wire import Request, Response, json_response
from . import discovery
from .directories import VAULT, VAULT_ENDPOINTS
from .render import spelled
from .rules import PAM_TYPES

if TYPE_CHECKING:
    from ..tenant import Tenant

MEDIA_TYPES = {"json": "application/json; charset=utf-8", "scim+json": "application/scim+json; charset=utf-8"}
VERSION, SEARCH = "v2", ".search"
STATUS_SWITCHES = {"POST": "create_status", "DELETE": "delete_status"}


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request below /scim, with or without a version; names in the path ignore case."""
    if segments and segments[0].lower() == VERSION:
        segments = segments[1:]
    with tenant.lock:
        try:
            user = authenticated_user(tenant, request)
            throttled = throttle(tenant)
            if throttled is not None:
                return throttled
            return sent(tenant, answer(tenant, request, segments, user))
        except Failure as failure:
            return refused(tenant, failure)
        except Exception as error:
            return sent(tenant, tenant.service.error_response(error))


def authenticated_user(tenant: Tenant, request: Request) -> Model:
    """Return the user of a request's token, or refuse the request."""
    token, user = authenticated(tenant, request)
    if token.origin == PLATFORM and not tenant.switches["platform_token_accepted"]:
        raise Failure(401, "The access token is missing, unknown or expired")
    return user


def throttle(tenant: Tenant) -> Response | None:
    """Return a 429 for every n-th request, as the switch says."""
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


def answer(tenant: Tenant, request: Request, segments: list[str], user: Model) -> ScimResponse:
    """Serve an authenticated request."""
    name = segments[0] if segments else ""
    if name.lower() in discovery.ENDPOINTS:
        return discovery.serve(tenant, request, name.lower(), "/".join(segments[1:]))
    served = resource_type_at(name)
    # Nothing shows that the tenant has searches by POST (RFC 7644 section 3.4.3).
    if served is None or len(segments) > 2 or segments[1:] == [SEARCH]:
        raise Failure(404, f"Resource {'/'.join(segments)} not found")
    if served["name"] not in IMPLEMENTED:
        raise Failure(501, f"{served['name']} is not implemented")
    tenant.enter(user)
    endpoint = served["endpoint"].strip("/")
    if tenant.directory is VAULT:
        endpoint = VAULT_ENDPOINTS.get(endpoint, endpoint)
    scim_request = ScimRequest(
        method=request.method,
        base_url=tenant.location("", "").rstrip("/"),
        path="/".join(["", endpoint, *segments[1:]]),
        query=known_parameters(tenant, request),
        headers=request.headers,
        body=request.body,
        subject=user,
    )
    return handled(tenant, scim_request, pam=served["name"] in PAM_TYPES)


def known_parameters(tenant: Tenant, request: Request) -> dict[str, str]:
    """Return the parameters that the tenant knows; no source shows that it supports excludedAttributes."""
    params = request.params
    if not tenant.switches["excluded_attributes"]:
        params.pop("excludedAttributes", None)
    return params


def handled(tenant: Tenant, request: ScimRequest, *, pam: bool) -> ScimResponse:
    """Serve a request with the library. No other form of the vault's answers is on record."""
    try:
        with tenant.reading() if request.method == "GET" else tenant.writing():
            response = tenant.handler.handle(request)
    except SCIMException as error:
        if not pam or error.status in (401, 403) or tenant.switches["pam_error_body"] == "scim":
            raise
        return ScimResponse(HTTPStatus(error.status), pvwa_error(str(error.detail)))
    if request.method in STATUS_SWITCHES:
        response.status = HTTPStatus(tenant.switches[STATUS_SWITCHES[request.method]])
    if pam and request.method in ("POST", "PUT", "PATCH") and not tenant.switches["pam_write_bodies"]:
        response.body = None
    return response


def pvwa_error(detail: str) -> dict[str, Any]:
    """Return an error in the form of the vault's own API, which may pass through."""
    return {"ErrorCode": "PASWS000E", "ErrorMessage": detail, "Details": []}


def resource_type_at(endpoint: str) -> dict[str, Any] | None:
    """Return the published resource type of an endpoint, in any case."""
    for resource_type in published_resource_types():
        if resource_type["endpoint"].strip("/").casefold() == endpoint.casefold():
            return resource_type
    return None


def sent(tenant: Tenant, response: ScimResponse) -> Response:
    """Return a SCIM answer as an HTTP response."""
    case = tenant.switches["key_case"]
    answer = response.body if case == "camel" else spelled(response.body, case)
    body = b"" if answer is None else json.dumps(answer, separators=(",", ":")).encode()
    headers = {name: value for name, value in response.headers.items() if name == "Location"}
    if response.body is not None:
        headers["Content-Type"] = MEDIA_TYPES[tenant.switches["content_type"]]
    return Response(int(response.status), body, headers)


def refused(tenant: Tenant, failure: Failure) -> Response:
    """Return a SCIM error as an HTTP response."""
    response = sent(tenant, tenant.service.error_response(failure))
    return dressed(tenant.switches, response) if failure.status in (401, 403) else response
