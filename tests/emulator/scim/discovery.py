# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The discovery endpoints, with the answers recorded from a tenant in 2024."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scim2_server.responses import ScimResponse

from ..failures import SCHEMA_UNKNOWN, Failure
from ..models import published_config, published_resource_types, published_schemas, without_common
from ..wire import Request
from .lists import LIST_SCHEMA
from .render import meta_body

if TYPE_CHECKING:
    from ..tenant import Tenant

CONFIG, TYPES, SCHEMAS = "serviceproviderconfig", "resourcetypes", "schemas"
ENDPOINTS = (CONFIG, TYPES, SCHEMAS)
TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def serve(tenant: Tenant, request: Request, endpoint: str, item_id: str) -> ScimResponse:
    """Answer a discovery request."""
    if request.method != "GET":
        raise Failure(405, f"{request.method} is not supported here")
    if endpoint == CONFIG:
        return ScimResponse(HTTPStatus.OK, config_body(tenant))
    bodies = type_bodies(tenant) if endpoint == TYPES else schema_bodies(tenant)
    if not item_id:
        return ScimResponse(HTTPStatus.OK, list_body(bodies))
    for body in bodies:
        if item_id.casefold() in (str(body["name"]).casefold(), str(body["id"]).casefold()):
            return ScimResponse(HTTPStatus.OK, body)
    if endpoint == TYPES:
        raise Failure(404, f"Resource type {item_id} not found")
    raise Failure(500, SCHEMA_UNKNOWN) if recorded(tenant) else Failure(404, f"Schema {item_id} not found")


def recorded(tenant: Tenant) -> bool:
    """Return whether answers follow the recordings where these contradict the RFC."""
    return bool(tenant.switches["discovery"] == "recorded")


def config_body(tenant: Tenant) -> dict[str, Any]:
    """Return the service provider configuration."""
    name = "ServiceProviderConfig"
    return {**published_config(), "meta": meta_body(tenant.clock, name, tenant.location(name, "").rstrip("/"))}


def type_bodies(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the resource types; one of them has no published schema (recorded)."""
    bodies = []
    described = {item["id"] for item in published_schemas()}
    for item in published_resource_types():
        if item["schema"] not in described and not recorded(tenant):
            continue
        meta = meta_body(tenant.clock, "ResourceType", tenant.location("ResourceTypes", item["id"]))
        described_by = {"schemas": [TYPE_SCHEMA], "id": item["id"]}
        bodies.append({**{name: value for name, value in item.items() if name != "id"}, **described_by, "meta": meta})
    return bodies


def schema_bodies(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the schemas; they have no ``schemas`` of their own and list the common attributes (recorded)."""
    items = published_schemas()
    if not recorded(tenant):
        items = tuple({"schemas": [SCHEMA_SCHEMA], **without_common(item)} for item in items)
    return [
        {**item, "meta": meta_body(tenant.clock, "Schema", tenant.location("Schemas", item["id"]))} for item in items
    ]


def list_body(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a list of all items."""
    return {
        "schemas": [LIST_SCHEMA],
        "totalResults": len(bodies),
        "itemsPerPage": len(bodies),
        "startIndex": 1,
        "Resources": bodies,
    }
