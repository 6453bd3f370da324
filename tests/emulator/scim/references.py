# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References in the vault: to containers, holders of permissions and owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..failures import Failure, invalid_value
from ..models import Model
from .directories import ENDPOINTS, display_of

if TYPE_CHECKING:
    from ..tenant import Tenant

CONTAINER, PERMISSION, ACCOUNT = "Container", "ContainerPermission", "PrivilegedData"
HOLDERS = ("user", "group")
# The value of searchIn for the vault itself instead of an external directory (documented).
VAULT_NAME = "vault"


def kept(tenant: Tenant, attribute: str, stored: str | None, wanted: str | None) -> str | None:
    """Return the value of an immutable attribute; the answer to a change is not on record.

    An omitted attribute keeps its value (RFC 7644 section 3.5.1). Names in the vault are case-insensitive.
    """
    if wanted and wanted.casefold() != str(stored).casefold() and tenant.switches["immutable_change"] == "refused":
        raise cannot_change(attribute)
    return stored


def cannot_change(attribute: str) -> Failure:
    """Return the error for a change of an immutable attribute (RFC 7644 section 3.12)."""
    return Failure(400, f"The attribute {attribute} cannot be changed", "mutability")


def unknown_reference(tenant: Tenant, what: str, value: str) -> Failure:
    """Return the error for a reference to an unknown object; the text follows the recorded one for roles."""
    return Failure(tenant.switches["unknown_reference_status"], f"{what} not found. {what} value: {value}")


def find_container(tenant: Tenant, name: str) -> Model:
    """Return the container with a name, in any case."""
    found: list[Model] = tenant.storage.find(CONTAINER, "name", name)
    if not found:
        raise unknown_reference(tenant, "Container", name)
    return found[0]


def find_holder(tenant: Tenant, kind: str, reference: Any) -> Model | None:
    """Return the user or group that a permission names by id, login name or group name."""
    type_name = getattr(tenant.directory, kind)
    value, display = str(reference.value or ""), str(reference.display or "")
    if value:
        found: Model | None = tenant.storage.peek(type_name, value)
        return found
    attribute = "userName" if kind == "user" else "displayName"
    matches = tenant.storage.find(type_name, attribute, display)
    if len(matches) > 1:
        raise invalid_value(f"The {kind} {display} is not unique")
    return matches[0] if matches else None


def constructed(model: Any, **values: Any) -> Any:
    """Return a complex attribute without validation of its values."""
    given = {name: value for name, value in values.items() if value is not None}
    return model.model_construct(_fields_set=set(given), **given)


def container_reference(tenant: Tenant, model: Any, container: Model) -> Any:
    """Return the complete reference to a container."""
    return constructed(
        model,
        value=container.id,
        ref=tenant.location("Containers", str(container.id)),
        name=container.name,
        display=container.display_name,
    )


def holder_reference(tenant: Tenant, model: Any, type_name: str, holder: Model) -> Any:
    """Return the complete reference to a user or group."""
    location = tenant.location(ENDPOINTS[type_name], str(holder.id))
    return constructed(model, value=holder.id, ref=location, display=display_of(holder))


def actor(tenant: Tenant) -> tuple[str, Model] | None:
    """Return the user of the request's token, in the directory that it sees."""
    type_name = tenant.directory.user
    found = tenant.storage.find(type_name, "userName", tenant.client_id)
    return (type_name, found[0]) if found else None


def permission_key(tenant: Tenant, permission: Model) -> str:
    """Return the id of a permission: the safe and the member's name (one client) or id."""
    holder = permission.user or permission.group
    member = holder.display if tenant.switches["permission_id"] == "name" else holder.value
    return f"{permission.container.value}:{member or holder.value}"


def refresh_permission(tenant: Tenant, permission: Model, **fields: Any) -> None:
    """Store a permission whose references changed; its id may change with them."""
    refreshed = permission.model_copy(update=fields)
    refreshed.id = permission_key(tenant, refreshed)
    if refreshed.id != permission.id:
        tenant.storage.discard(PERMISSION, str(permission.id))
    tenant.storage.put(PERMISSION, refreshed)


def refresh_holder(tenant: Tenant, kind: str, old: Model | None, new: Model | None) -> None:
    """Update the permissions of a renamed user or group, and delete those of a deleted one."""
    if old is None or (new is not None and display_of(old) == display_of(new)):
        return
    for permission in tenant.storage.find(PERMISSION, f"{kind}.value", str(old.id)):
        if new is None:
            tenant.storage.discard(PERMISSION, str(permission.id))
        else:
            renamed = getattr(permission, kind).model_copy(update={"display": display_of(new)})
            refresh_permission(tenant, permission, **{kind: renamed})


def refresh_owner(tenant: Tenant, old: Model | None, new: Model | None) -> None:
    """Update the owner of containers after a rename, and clear it after a deletion."""
    if old is None or (new is not None and display_of(old) == display_of(new)):
        return
    for container in tenant.storage.find(CONTAINER, "owner.value", str(old.id)):
        owner = None if new is None else container.owner.model_copy(update={"display": display_of(new)})
        tenant.storage.put(CONTAINER, container.model_copy(update={"owner": owner}))


def rekey_permissions(tenant: Tenant) -> None:
    """Give every permission the id that the switch asks for."""
    for permission in list(tenant.storage.all(PERMISSION)):
        refresh_permission(tenant, permission)
