# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of containers, which are the safes of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..failures import Failure, duplicate, invalid_value
from ..models import CUSTOM_URN, SAFE_URN, Model
from ..scim.base import BaseRules
from ..scim.references import (
    ACCOUNT,
    CONTAINER,
    PERMISSION,
    actor,
    constructed,
    container_reference,
    holder_reference,
    kept,
    refresh_permission,
)
from .permissions import grant

if TYPE_CHECKING:
    from ..tenant import Tenant

NAME_LENGTH = 28
NAME_FORBIDDEN = '\\/:*<>".|'
RETENTION = "NumberOfDaysRetention"
SECRETS = "Secret"


class ContainerRules(BaseRules):
    """Safes, identified by their names."""

    def check_body(self, tenant: Tenant, body: dict[str, Any], *, creating: bool) -> None:
        """Accept the retention under the schema of answers, so that clients can send back an answer."""
        custom = body.get(CUSTOM_URN)
        if tenant.switches["retention_urn"] == "custom" and isinstance(custom, dict) and RETENTION in custom:
            body[SAFE_URN] = {RETENTION: custom[RETENTION], **body.get(SAFE_URN, {})}

    def check_delete(self, tenant: Tenant, resource: Model) -> None:
        """Refuse to delete a container with accounts, if the switch says so; the vault's answer is not on record."""
        status = tenant.switches["delete_nonempty_container"]
        if status != "cascade" and tenant.storage.find(ACCOUNT, "safe", str(resource.name)):
            raise Failure(status, f"Container {resource.name} is not empty")

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        name = str(resource.name or "")
        computed: dict[str, Any]
        if previous is None:
            check_name(tenant, name)
            computed = {"id": name, "owner": owner_of(tenant, type(resource)), "privileged_data": None}
        else:
            name = str(kept(tenant, "name", previous.name, name))
            computed = {"owner": previous.owner, "privileged_data": previous.privileged_data}
        if not resource.display_name or tenant.switches["container_display_name"] == "ignored":
            computed["display_name"] = name
        return resource.model_copy(update={"name": name, **computed})

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the computed fields of an answer."""
        added: dict[str, Any] = {"type": tenant.switches["container_type"]}
        if not tenant.switches["container_lists_accounts"]:
            added["privileged_data"] = None
        return added

    def finished(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Move the retention to the schema of an older answer, and add an empty owner, as the switches say."""
        safe = body.get(SAFE_URN, {})
        if tenant.switches["retention_urn"] == "custom" and RETENTION in safe:
            body[CUSTOM_URN] = {RETENTION: safe.pop(RETENTION)}
            if not safe:
                del body[SAFE_URN]
        if tenant.switches["owner_empty"] == "object":
            body.setdefault("owner", {})

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Make the creator of a new container a member, update permissions, or delete the content of a deleted one."""
        if old is None and new is not None:
            add_creator(tenant, new)
        elif old is not None and new is None:
            empty(tenant, old)
        elif old is not None and new is not None and old.display_name != new.display_name:
            for permission in tenant.storage.find(PERMISSION, "container.value", str(new.id)):
                reference = container_reference(tenant, type(permission).Container, new)
                refresh_permission(tenant, permission, container=reference)


def check_name(tenant: Tenant, name: str) -> None:
    """Refuse a name that is already used in any case, or that the vault does not allow."""
    if tenant.switches["safe_name_rules"]:
        found = [character for character in NAME_FORBIDDEN if character in name]
        if found:
            raise invalid_value(f"The name of a safe must not contain {' '.join(found)}")
        if len(name) > NAME_LENGTH:
            raise invalid_value(f"The name of a safe has at most {NAME_LENGTH} characters, not {len(name)}")
        if name.startswith(" "):
            raise invalid_value("The name of a safe must not start with a space")
    if tenant.storage.find(CONTAINER, "name", name):
        raise duplicate(tenant.switches["duplicate_status"], "Container", name)


def owner_of(tenant: Tenant, model: Any) -> Any:
    """Return the user of the token as the owner of a container."""
    found = actor(tenant)
    return holder_reference(tenant, model.Owner, *found) if found is not None else None


def add_creator(tenant: Tenant, container: Model) -> None:
    """Make the user of the token a member with all rights (one client)."""
    found = actor(tenant)
    if found is not None:
        grant(tenant, container, "user", holder_reference(tenant, tenant.model(PERMISSION).User, *found))


def empty(tenant: Tenant, container: Model) -> None:
    """Delete the permissions and the privileged data of a container."""
    for permission in tenant.storage.find(PERMISSION, "container.value", str(container.id)):
        tenant.storage.discard(PERMISSION, str(permission.id))
    for account in tenant.storage.find(ACCOUNT, "safe", str(container.name)):
        tenant.storage.discard(ACCOUNT, str(account.id))
        tenant.storage.forget(SECRETS, str(account.id))
    tenant.storage.forget("SafeNumber", str(container.name).casefold())


def list_accounts(tenant: Tenant, name: str) -> None:
    """Store the list of a container's privileged data."""
    for container in tenant.storage.find(CONTAINER, "name", name):
        model = type(container).PrivilegedData
        listed = [
            constructed(
                model,
                value=account.id,
                ref=tenant.location("PrivilegedData", str(account.id)),
                display=account.name,
                type=account.type,
            )
            for account in tenant.storage.find(ACCOUNT, "safe", name)
        ]
        tenant.storage.put(CONTAINER, container.model_copy(update={"privileged_data": listed or None}))
