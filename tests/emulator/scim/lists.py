# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: paging parameters and the list message (RFC 7644 section 3.4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim2_models import ResourceType, SearchRequest
from scim2_server.storage import SearchPage

from .directories import ENDPOINTS
from .filters import normalise
from .rules import RULES

if TYPE_CHECKING:
    from ..tenant import Tenant

NOTHING = 'id eq ""'  # a filter that no object matches
LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def adapted(tenant: Tenant, resource_type: ResourceType, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a list in the form that the library takes."""
    switches = tenant.switches
    type_name = str(resource_type.name)
    row = RULES[type_name]
    if payload.get("filter"):
        payload["filter"] = normalise(
            type_name, payload["filter"], joined=not row.pam or switches["pam_filters"] is True
        )
    ignored = switches["filters_ignored"] or (row.pam and switches["pam_filters"] == "ignored")
    if not payload.get("filter") or ignored:
        payload.pop("filter", None)
    elif ENDPOINTS.get(type_name) == "Groups" and switches["group_filters_blind"]:
        payload["filter"] = NOTHING
    payload.pop("cursor", None)  # no source shows that the tenant supports cursors
    if not payload.get("sortBy") or (row.pam and not switches["pam_sorting"]):
        payload.pop("sortBy", None)
        payload.pop("sortOrder", None)
    if switches[row.paging]:
        payload["count"] = page_size(tenant, payload.get("count"))
    else:
        payload.pop("startIndex", None)
        payload.pop("count", None)
    return payload


def page_size(tenant: Tenant, count: str | None) -> Any:
    """Return the size of a page; the library refuses a count that is not a number."""
    try:
        asked = tenant.switches["default_page_size"] if count in (None, "") else int(str(count))
    except ValueError:
        return count
    size = max(0, min(asked, tenant.switches["max_results"]))
    return -(-size // 2) if tenant.switches["short_pages"] else size


def list_body(
    tenant: Tenant, resources: list[dict[str, Any]], page: SearchPage, search_request: SearchRequest[Any]
) -> dict[str, Any]:
    """Return a list message; many of its keys are optional (recorded and documented)."""
    switches = tenant.switches
    totals = {False: page.total, True: (page.total or 0) + 5, "page": len(resources)}
    body: dict[str, Any] = {"schemas": [LIST_SCHEMA], "totalResults": totals[switches["total_results_wrong"]]}
    if not switches["list_keys_minimal"]:
        body["itemsPerPage"] = len(resources)
        body["startIndex"] = search_request.start_index or 1
    if resources or not switches["resources_omitted_when_empty"]:
        body["Resources"] = resources
    return body
