# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of container permissions: the members of safes, and their rights.

No exchange with a tenant is recorded for them. These rules follow the published schema, two clients, and the vault's
own API.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scim2_models import Meta

from ..failures import duplicate, invalid_value
from ..models import PERMISSION_URN, SAFE_MEMBER_URN, Model
from ..scim.base import BaseRules
from ..scim.directories import CLOUD, VAULT, find_member
from ..scim.other_directories import find_outsider
from ..scim.references import (
    HOLDERS,
    PERMISSION,
    VAULT_NAME,
    cannot_change,
    constructed,
    container_reference,
    find_container,
    find_holder,
    holder_reference,
    permission_key,
    unknown_reference,
)
from .rights import all_rights, settled_rights, spelled

if TYPE_CHECKING:
    from ..tenant import Tenant

# The library names the field of an extension after the name of its schema, which contains a space.
SAFE_MEMBER = "CyberArk ContainerPermission"


class PermissionRules(BaseRules):
    """The members of containers."""

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        if previous is None:
            prepared = with_references(tenant, resource)
            prepared.id = permission_key(tenant, prepared)
            check_new(tenant, prepared)
        else:
            prepared = resource.model_copy(update=kept_references(tenant, previous, resource))
        return prepared.model_copy(update={"rights": settled_rights(tenant, resource.rights)})

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the rights in the spelling of answers, and the kind of member."""
        extension = getattr(resource, SAFE_MEMBER)
        details = constructed(
            extension_model(resource),
            membership_expiration_date=extension.membership_expiration_date if extension is not None else None,
            member_type=member_type(tenant, resource),
        )
        return {SAFE_MEMBER: details, "rights": spelled(tenant, resource.rights or ())}

    def finished(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Set the display name of a directory user as the switch says."""
        how = tenant.switches["member_display"]
        holder = body.get("user")
        if how == "key" or not holder:
            return
        found = find_member(tenant, str(holder.get("value")), tenant.directory)
        if found and found[0] == tenant.directory.user:
            holder.pop("display", None)
            holder.update({"display": found[1].display_name} if how == "name" else {})


def extension_model(permission: Model) -> Any:
    """Return the model of the vault's extension."""
    return type(permission).get_extension_models()[SAFE_MEMBER_URN]


def with_references(tenant: Tenant, permission: Model) -> Model:
    """Return a new permission with complete references, or refuse references to unknown objects."""
    model = type(permission)
    name = permission.container.value or permission.container.name
    if not name:
        raise invalid_value("container needs a value or a name")
    container = find_container(tenant, str(name))
    holder = {kind: resolved_holder(tenant, permission, kind) for kind in one_holder(permission)}
    return permission.model_copy(
        update={"container": container_reference(tenant, model.Container, container), **holder}
    )


def one_holder(permission: Model) -> list[str]:
    """Return ``user`` or ``group``: a permission names exactly one of them (published schema)."""
    kinds = [kind for kind in HOLDERS if getattr(permission, kind) is not None]
    if len(kinds) != 1:
        raise invalid_value("Exactly one of user and group is required")
    return kinds


def resolved_holder(tenant: Tenant, permission: Model, kind: str) -> Any:
    """Return the reference to the holder of a permission; it may be in another directory."""
    reference = getattr(permission, kind)
    model = getattr(type(permission), kind.capitalize())
    found = find_holder(tenant, kind, reference)
    if found is not None:
        return holder_reference(tenant, model, getattr(tenant.directory, kind), found)
    value = reference.value or reference.display
    extension = getattr(permission, SAFE_MEMBER)
    elsewhere = extension.search_in if extension is not None else None
    if value and elsewhere and elsewhere.casefold() != VAULT_NAME:
        member, is_known = find_outsider(tenant, kind, elsewhere, str(value))
        if member:
            form = tenant.switches["outsider_display"]
            by_id = tenant.switches["outsider_value"] == "guid"
            return constructed(model, value=member.guid if by_id else member.name, display=member.shown(form))
        # According to a forum of integrators, a group of another directory is named by its id there, with searchIn.
        if kind == "group" and not is_known:
            return constructed(model, value=value, display=reference.display or value)
    if value and elsewhere and elsewhere.casefold() == VAULT_NAME:
        type_name = getattr(VAULT, kind)
        own = tenant.storage.find(type_name, "userName" if kind == "user" else "displayName", str(value))
        if own:
            return holder_reference(tenant, model, type_name, own[0])
    raise unknown_reference(tenant, "Member", str(value))


def check_new(tenant: Tenant, permission: Model) -> None:
    """Refuse a second permission of a member on a container."""
    if tenant.storage.find(PERMISSION, "id", str(permission.id)):
        raise duplicate(tenant.switches["duplicate_status"], "ContainerPermission", str(permission.id))
    kind = "user" if permission.user is not None else "group"
    holder = str(getattr(permission, kind).value)
    for other in tenant.storage.find(PERMISSION, f"{kind}.value", holder):
        if other.container.value == permission.container.value:
            raise duplicate(tenant.switches["duplicate_status"], "ContainerPermission", str(other.id))


def kept_references(tenant: Tenant, previous: Model, wanted: Model) -> dict[str, Any]:
    """Return the references of a permission, which cannot change."""
    for field in ("container", *HOLDERS):
        if tenant.switches["immutable_change"] == "refused" and differs(
            getattr(previous, field), getattr(wanted, field), by_display=tenant.switches["member_display"] == "key"
        ):
            raise cannot_change(field)
    return {field: getattr(previous, field) for field in ("container", *HOLDERS)}


def differs(stored: Any, wanted: Any, *, by_display: bool) -> bool:
    """Return whether a part of a reference contradicts the stored one."""
    if wanted is None:
        return False
    compared = ("value", "name", "display") if by_display else ("value", "name")
    parts = (name for name in compared if getattr(wanted, name, None))
    return stored is None or any(
        str(getattr(wanted, name)).casefold() != str(getattr(stored, name)).casefold() for name in parts
    )


def member_type(tenant: Tenant, permission: Model) -> str:
    """Return the kind of a member: User, Group or Role (published schema)."""
    if permission.user is not None:
        return "User"
    is_role = tenant.storage.peek(CLOUD.group, str(permission.group.value)) is not None
    return str(tenant.switches["role_member_type"]) if is_role else "Group"


def grant(
    tenant: Tenant,
    container: Model,
    kind: str,
    reference: Any,
    rights: Iterable[str] | None = None,
    expiration: int | None = None,
) -> str:
    """Make a user or group a member of a container without checks, by default with all rights, and return the id."""
    model = tenant.model(PERMISSION)
    fields: dict[str, Any] = dict.fromkeys(model.model_fields)
    fields |= {
        "schemas": [PERMISSION_URN, SAFE_MEMBER_URN],
        "meta": Meta(resource_type=PERMISSION),
        "container": container_reference(tenant, model.Container, container),
        kind: reference,
        "rights": all_rights(tenant) if rights is None else list(rights),
    }
    permission = model.model_construct(_fields_set={name for name, value in fields.items() if value}, **fields)
    if expiration is not None:
        date = constructed(extension_model(permission), membership_expiration_date=expiration)
        setattr(permission, SAFE_MEMBER, date)
    permission.id = permission_key(tenant, permission)
    tenant.storage.put(PERMISSION, permission)
    return str(permission.id)
