# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The library's SCIM operations, overridden where this tenant deviates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from ..failures import Failure
from .rules import RULES
from .service import TenantService

if TYPE_CHECKING:
    from ..tenant import Tenant


class TenantHandler(ScimHandler):
    """Runs the steps of each operation, within the tenant's reads and writes."""

    def __init__(self, service: TenantService, tenant: Tenant) -> None:
        super().__init__(service, tenant.storage)
        self.tenant = tenant

    def create(self, request: ScimRequest) -> ScimResponse:
        """Create a resource; the answer may be an error although the resource now exists."""
        self.tenant.deferred_failure = None
        response = super().create(request)
        if self.tenant.deferred_failure is not None:
            raise self.tenant.deferred_failure
        return response

    def query(self, request: ScimRequest) -> ScimResponse:
        """Read a resource, unless the vault is too old to read its objects by id."""
        served = self.service.get_resource_type_by_endpoint(request.path.strip("/").split("/")[0])
        status = self.tenant.switches["pam_get_by_id"]
        if served is not None and RULES[str(served.name)].pam and status is not True:
            raise Failure(status, f"{served.name} cannot be read by its id")
        return super().query(request)

    def patch(self, request: ScimRequest) -> ScimResponse:
        """Patch a resource, if the tenant supports PATCH for its type."""
        endpoint = request.path.strip("/").split("/")[0].removeprefix("Vault")
        supported: Mapping[str, Any] = self.tenant.switches["patch_supported"]
        if supported.get(endpoint, True) is not True:
            raise Failure(supported[endpoint], f"PATCH is not supported for {endpoint}")
        return super().patch(request)
