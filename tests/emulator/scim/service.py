# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The library's SCIM steps, overridden where this tenant deviates."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from scim2_models import (
    Context,
    Meta,
    PatchOp,
    ResourceType,
    ResponseParameters,
    SCIMException,
    SearchRequest,
)
from scim2_server.conditions import Conditions
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Target
from scim2_server.service import ScimService, scim_exception_of
from scim2_server.storage import SearchPage
from scim2_server.utils import parametrize

from ..failures import Failure, error_body, no_target
from ..models import Model
from ..storage import unshared
from . import lists, patching
from .bodies import check_schemas, pruned
from .directories import ENDPOINTS, SHOWN_TYPES
from .render import ordered
from .rules import RULES

if TYPE_CHECKING:
    from ..tenant import Tenant


# The server sets the first two. The library's models have externalId, the tenant does not.
IGNORED = ("id", "meta", "externalid")


class TenantService(ScimService):
    """Validates requests and builds answers the way the tenant does."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant.provider)
        self.tenant = tenant

    # -- Requests -----------------------------------------------------------

    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """Refuse a resource type that the client's rights do not cover."""
        if not (request.method == "GET" and self.tenant.reads_shared_directory(str(resource_type.name))):
            self.tenant.check_right(RULES[str(resource_type.name)].right)

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        """Read the parameters of a list."""
        return super().read_search(resource_types, lists.adapted(self.tenant, resource_types[0], dict(payload)))

    def read_creation(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Model:
        """Validate the body of a POST."""
        resource = self.read_resource(resource_type, body, content_type, Context.RESOURCE_CREATION_REQUEST)
        return RULES[str(resource_type.name)].rules.prepare(self.tenant, resource, None)

    def read_replacement(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Model:
        """Validate the body of a PUT."""
        return self.read_resource(resource_type, body, content_type, Context.RESOURCE_REPLACEMENT_REQUEST)

    def read_resource(
        self, resource_type: ResourceType, body: bytes, content_type: str | None, context: Context
    ) -> Model:
        """Validate a body; unknown attributes are ignored, as recorded for members."""
        payload = self.decode_body(body, content_type)
        if not isinstance(payload, dict):
            raise Failure(400, "The body must be an object", "invalidSyntax")
        rules = RULES[str(resource_type.name)].rules
        refused = self.tenant.switches["unnamed_extensions"] == "refused"
        check_schemas(payload, str(resource_type.schema_), extensions=refused)
        payload = {key: item for key, item in pruned(payload).items() if key.casefold() not in IGNORED}
        rules.check_body(self.tenant, payload, creating=context == Context.RESOURCE_CREATION_REQUEST)
        try:
            return self.get_model(resource_type).model_validate(payload, scim_ctx=context)
        except ValidationError as error:
            raise scim_exception_of(error) from error

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Any:
        """Validate the body of a PATCH; the result is for :meth:`apply_patch` only."""
        operations = patching.read_operations(self.decode_body(body, content_type))
        dotted = RULES[str(resource_type.name)].rules.dotted_paths
        reader = patching.PathReader(self.get_model(resource_type), self.tenant.switches, dotted=dotted)
        return [part for operation in operations for part in reader.translate(operation)]

    # -- Changes ------------------------------------------------------------

    def apply_replacement(self, current: Model, replacement: Model, conditions: Conditions) -> Model:
        """Apply a PUT."""
        type_name = str(self.get_resource_type_of(current).name)
        return self.prepared(type_name, RULES[type_name].rules.replaced(self.tenant, current, replacement))

    def apply_patch(self, current: Model, patch_op: Any, conditions: Conditions) -> Model:
        """Apply all operations to a copy of a resource, or none if one fails."""
        type_name = str(self.get_resource_type_of(current).name)
        rules = RULES[type_name].rules
        own, others = rules.own_operations(patch_op)
        if others:
            current = unshared(type_name, current, others)
            self.patch_with_library(current, others)
        if own:
            current = rules.apply_own(self.tenant, current, own)
        return self.prepared(type_name, current)

    def patch_with_library(self, current: Model, operations: list[dict[str, Any]]) -> None:
        """Apply operations; a path that matches nothing gets the recorded error."""
        model = parametrize_patch(type(current))
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
        try:
            model.model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST).patch(current)
        except ValidationError as error:
            raise self.patch_failure(scim_exception_of(error)) from error
        except SCIMException as error:
            raise self.patch_failure(error) from error

    @staticmethod
    def patch_failure(error: SCIMException) -> SCIMException:
        """Return the tenant's error for an error of the library."""
        return no_target() if error.scim_type in ("noTarget", "invalidPath") else error

    def prepared(self, type_name: str, resource: Model) -> Model:
        """Return a changed resource in the form to store."""
        previous = self.tenant.storage.peek(type_name, str(resource.id))
        return RULES[type_name].rules.prepare(self.tenant, resource, previous)

    # -- Answers ------------------------------------------------------------

    def resource_location(self, base_url: str, resource_type: ResourceType, resource_id: str) -> str:
        """Return the link to a resource."""
        name = str(resource_type.name)
        return self.tenant.location(ENDPOINTS.get(name, str(resource_type.endpoint).strip("/")), resource_id)

    def publish(self, base_url: str, resource: Model) -> Model:
        """Return a copy of a resource with its computed attributes."""
        resource_type = self.get_resource_type_of(resource)
        added = RULES[str(resource_type.name)].rules.published(self.tenant, resource)
        location = self.resource_location(base_url, resource_type, str(resource.id))
        meta = Meta.model_construct(
            _fields_set={"resource_type", "location"}, resource_type=resource_type.name, location=location
        )
        return resource.model_copy(update={**added, "meta": meta})

    def resource_response(  # type: ignore[override]
        self,
        resource: Model,
        scim_ctx: Context,
        response_parameters: ResponseParameters[Any] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> ScimResponse:
        """Return the answer carrying a resource."""
        return ScimResponse(status, self.body_of(resource, scim_ctx, response_parameters))

    def body_of(self, resource: Model, context: Context, parameters: ResponseParameters[Any] | None) -> dict[str, Any]:
        """Return the body of a published resource."""
        resource_type = self.get_resource_type_of(resource)
        rules = RULES[str(resource_type.name)].rules
        body = rules.dumped(resource, context, parameters)
        rules.finished(self.tenant, body)
        ordered(self.tenant.clock, body)
        if "meta" in body:
            body["meta"]["resourceType"] = SHOWN_TYPES.get(body["meta"]["resourceType"], body["meta"]["resourceType"])
        if "schemas" in body:
            # The core schema and the extensions in use (recorded in 2024), regardless of those a request named.
            body["schemas"] = [str(resource_type.schema_), *(key for key in body if key.startswith("urn:"))]
        return body

    def creation_response(self, base_url: str, created: Model) -> ScimResponse:
        """Return the 201 of a POST; its Location header is not on record."""
        response = super().creation_response(base_url, created)
        if not self.tenant.switches["location_header"]:
            del response.headers["Location"]
        return response

    def search_response(
        self,
        base_url: str,
        resource_types: list[ResourceType],
        page: SearchPage,
        search_request: SearchRequest[Any],
    ) -> ScimResponse:
        """Return a list."""
        published = [self.publish(base_url, resource) for resource in page.resources]
        bodies = [self.body_of(item, Context.RESOURCE_QUERY_RESPONSE, search_request) for item in published]
        rules = RULES[str(resource_types[0].name)].rules
        for body in bodies:
            rules.listed(self.tenant, body)
        return ScimResponse(HTTPStatus.OK, lists.list_body(self.tenant, bodies, page, search_request))

    def patch_response(
        self, base_url: str, resource: Model, response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the answer to a PATCH: 200 with the resource (recorded in 2024)."""
        if self.tenant.switches["patch_status"] == 204:
            return ScimResponse(HTTPStatus.NO_CONTENT)
        return self.replacement_response(base_url, resource, response_parameters)

    def check_deletion(self, current: Model, conditions: Conditions) -> None:
        """Refuse to delete a protected resource."""
        RULES[str(self.get_resource_type_of(current).name)].rules.check_delete(self.tenant, current)

    def error_response(self, exception: Exception) -> ScimResponse:
        """Return an error with a string status (recorded in 2024)."""
        if not isinstance(exception, SCIMException):
            # A bug of the emulator; a tenant would not answer this.
            traceback.print_exception(exception)
            exception = Failure(500, str(exception) or type(exception).__name__)
        body = error_body(exception.status, exception.detail, exception.scim_type)
        return ScimResponse(HTTPStatus(exception.status), body)


def parametrize_patch(model: type[Model]) -> Any:
    """Return the PATCH message of a resource model."""
    return parametrize(PatchOp, model)
