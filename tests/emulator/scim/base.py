# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that resource types share. Without rules of its own, a type follows the protocol alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import Model

if TYPE_CHECKING:
    from scim2_models import Context, ResponseParameters

    from ..tenant import Tenant

Operation = dict[str, Any]


class BaseRules:
    """The default rules of a resource type; each type overrides the ones it needs."""

    # True if a PATCH path may have a dot between a URN and an attribute.
    dotted_paths = False

    def check_body(self, tenant: Tenant, body: dict[str, Any], *, creating: bool) -> None:
        """Refuse a body before it is validated."""

    def check_delete(self, tenant: Tenant, resource: Model) -> None:
        """Refuse a deletion."""

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        return resource

    def replaced(self, tenant: Tenant, current: Model, replacement: Model) -> Model:
        """Return the state after a PUT; read-only and write-only attributes keep their stored values."""
        replacement.replace(current)
        return replacement

    def own_operations(self, operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
        """Split PATCH operations into those that these rules apply, and those for the library."""
        return [], operations

    def apply_own(self, tenant: Tenant, current: Model, operations: list[Operation]) -> Model:
        """Return a resource after the operations that these rules apply."""
        return current

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the computed fields of an answer."""
        return {}

    def dumped(self, resource: Model, context: Context, parameters: ResponseParameters[Any] | None) -> dict[str, Any]:
        """Return the body of a resource."""
        body: dict[str, Any] = resource.model_dump(scim_ctx=context, response_parameters=parameters)
        return body

    def finished(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Change the body of a resource before it is sent."""

    def listed(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Change the body of a resource before a list shows it."""

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Keep other resources in step after a change."""


def kept_display_name(tenant: Tenant, current: Model, replacement: Model) -> Model:
    """Return the state after a PUT; an omitted displayName keeps its value (recorded in 2024)."""
    left_out = not replacement.display_name
    # Keeps an omitted password and read-only attributes.
    replacement.replace(current)
    if left_out and not tenant.switches["put_drops_display_name"]:
        replacement.display_name = current.display_name
    return replacement
