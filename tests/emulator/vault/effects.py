# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the vault's own users and groups.

Unlike those of the cloud directory, their ids are small numbers, and they have extensions that a client saw before
2024.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..failures import duplicate, invalid_value
from ..models import Model
from ..scim.base import BaseRules, kept_display_name
from ..scim.directories import VAULT
from ..scim.groups import GroupRules
from ..scim.users import refresh_user, roles_of, settle_names

if TYPE_CHECKING:
    from ..tenant import Tenant

USER_DATA, GROUP_DATA = "CyberArkUser", "CyberArkGroup"
DIRECTORY_TYPE = "Vault"
# The vault's own administrator is the first user.
FIRST_ID = 2


class VaultUserRules(BaseRules):
    """Users of the vault; their names need no suffix."""

    def replaced(self, tenant: Tenant, current: Model, replacement: Model) -> Model:
        """Return the state after a PUT."""
        return kept_display_name(tenant, current, replacement)

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        name = str(resource.user_name or "")
        if not name:
            raise invalid_value("userName is required")
        for other in tenant.storage.find(VAULT.user, "userName", name):
            if previous is None or other.id != previous.id:
                raise duplicate(tenant.switches["duplicate_status"], "User", name)
        settle_names(resource, previous)
        if resource.active is None:
            resource.active = True
        return with_vault_data(tenant, resource, USER_DATA, previous)

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the computed fields: the groups of the user."""
        return roles_of(tenant, resource, VAULT)

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Update other resources after a user was renamed or deleted."""
        refresh_user(tenant, old, new, VAULT)


class VaultGroupRules(GroupRules):
    """Groups of the vault."""

    directory = VAULT

    def completed(self, tenant: Tenant, group: Model, previous: Model | None) -> Model:
        """Return a group with the attributes that the vault sets."""
        return with_vault_data(tenant, group, GROUP_DATA, previous)


def with_vault_data(tenant: Tenant, resource: Model, field: str, previous: Model | None) -> Model:
    """Return a user or group with its id and directory."""
    known = getattr(resource, field)
    if known is None:
        model = next(item for item in type(resource).get_extension_models().values() if item.__name__ == field)
        known = model()
    data = known.model_copy(update={"directory_type": DIRECTORY_TYPE})
    resource_id = str(previous.id) if previous is not None else str(tenant.storage.count("vault", FIRST_ID))
    return resource.model_copy(update={"id": resource_id, field: data})
