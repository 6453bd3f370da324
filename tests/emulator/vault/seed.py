# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds of the vault: containers, permissions, privileged data, and the vault's own users and groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scim2_models import Context

from ..models import ACCOUNT_DATA_URN, ACCOUNT_URN, CONTAINER_URN, GROUP_URN, SAFE_URN, USER_URN, Model
from ..scim.bodies import pruned
from ..scim.directories import DIRECTORIES, VAULT
from ..scim.groups import resolved
from ..scim.references import ACCOUNT, CONTAINER, PERMISSION, constructed, find_container, holder_reference
from ..scim.users import settle_names
from .accounts import keep_secret, new_id
from .containers import list_accounts
from .effects import GROUP_DATA, USER_DATA, with_vault_data
from .permissions import grant
from .rights import BY_NAME

if TYPE_CHECKING:
    from ..tenant import Tenant

Body = dict[str, Any]


def numbered_containers(tenant: Tenant, count: int) -> list[Body]:
    """Return containers named SAFE00001 and so on."""
    numbers = [tenant.storage.count("containers") for _time in range(count)]
    return [{"name": f"SAFE{number:05d}", "description": f"Safe {number}"} for number in numbers]


def seed_containers(tenant: Tenant, bodies: int | list[Body]) -> list[str]:
    """Store containers, and return their ids. One without an owner has no member either."""
    listed = numbered_containers(tenant, bodies) if isinstance(bodies, int) else bodies
    model = tenant.model(CONTAINER)
    ids = []
    for body in listed:
        data = dict(body)
        owner, name = data.pop("owner", None), str(data["name"])
        with tenant.provider:
            container = model.model_validate(
                {"schemas": [CONTAINER_URN, SAFE_URN], "displayName": name, **pruned(data)}, scim_ctx=Context.DEFAULT
            )
        if owner:
            container.owner = holder_reference(tenant, model.Owner, *found(tenant, "user", str(owner)))
        ids.append(tenant.storage.insert(CONTAINER, container, name))
        if owner:
            reference = holder_reference(tenant, tenant.model(PERMISSION).User, *found(tenant, "user", str(owner)))
            grant(tenant, container, "user", reference)
    return ids


def seed_permissions(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store permissions, and return their ids. Without given rights, they have all rights."""
    return [seed_permission(tenant, body) for body in bodies]


def seed_permission(tenant: Tenant, body: Body) -> str:
    """Store one permission of a user or group, given by name or id. It may be in another directory."""
    kind = "user" if "user" in body else "group"
    name = str(body[kind])
    model = getattr(tenant.model(PERMISSION), kind.capitalize())
    if body.get("searchIn"):
        reference = constructed(model, value=name, display=body.get("display", name))
    else:
        reference = holder_reference(tenant, model, *found(tenant, kind, name))
    given = body.get("rights")
    rights = None if given is None else [BY_NAME.get(str(right).casefold(), str(right)) for right in given]
    return grant(
        tenant, find_container(tenant, str(body["container"])), kind, reference, rights, body.get("expiration")
    )


def found(tenant: Tenant, kind: str, name: str) -> tuple[str, Model]:
    """Return the type and the user or group with a name or an id, in either directory."""
    for directory in DIRECTORIES:
        type_name = getattr(directory, kind)
        by_id = tenant.storage.peek(type_name, name)
        named = tenant.storage.find(type_name, "userName" if kind == "user" else "displayName", name)
        if by_id is not None or named:
            return type_name, by_id if by_id is not None else named[0]
    raise ValueError(f"Unknown {kind} {name}")


def seed_accounts(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store privileged data, and return the ids."""
    return store_accounts(tenant, [(account_body(body), str(body.get("secret", ""))) for body in bodies])


def account_body(body: Body) -> Body:
    """Return privileged data of a seed as a resource."""
    properties = [{"key": key, "value": str(value)} for key, value in body.get("properties", {}).items()]
    return {
        "name": body["name"],
        "type": body.get("type", "password"),
        "description": body.get("description"),
        ACCOUNT_DATA_URN: {"safe": str(body["container"]), "properties": properties or None},
    }


def store_accounts(tenant: Tenant, documents: Iterable[tuple[Body, str]]) -> list[str]:
    """Store privileged data with its secrets, and return the ids."""
    model = tenant.model(ACCOUNT)
    ids, safes = [], set()
    for body, secret in documents:
        data = body[ACCOUNT_DATA_URN]
        safe = str(find_container(tenant, data["safe"]).name)
        document = {**body, "schemas": [ACCOUNT_URN, ACCOUNT_DATA_URN], ACCOUNT_DATA_URN: {**data, "safe": safe}}
        with tenant.provider:
            account = model.model_validate(pruned(document), scim_ctx=Context.DEFAULT)
        ids.append(tenant.storage.insert(ACCOUNT, account, new_id(tenant, safe)))
        keep_secret(tenant, ids[-1], secret, creating=True)
        safes.add(safe)
    for safe in safes:
        list_accounts(tenant, safe)
    return ids


def seed_vault_users(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store users of the vault, and return their ids."""
    model = tenant.model(VAULT.user)
    ids = []
    for body in bodies:
        with tenant.provider:
            user = model.model_validate({"schemas": [USER_URN], "active": True, **pruned(body)})
        settle_names(user, None)
        stored = with_vault_data(tenant, user, USER_DATA, None)
        ids.append(tenant.storage.insert(VAULT.user, stored, stored.id))
    return ids


def seed_vault_groups(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store groups of the vault, and return their ids; members are given by name or id."""
    model = tenant.model(VAULT.group)
    ids = []
    for body in bodies:
        members = [
            resolved(tenant, model.Members(value=member_id(tenant, str(name))), VAULT)
            for name in body.get("members", [])
        ]
        with tenant.provider:
            group = model.model_validate({"schemas": [GROUP_URN], "displayName": body["displayName"]})
        stored = with_vault_data(tenant, group.model_copy(update={"members": members or None}), GROUP_DATA, None)
        ids.append(tenant.storage.insert(VAULT.group, stored, stored.id))
    return ids


def member_id(tenant: Tenant, name: str) -> str:
    """Return the id of a member of a vault group."""
    for kind in ("user", "group"):
        type_name = getattr(VAULT, kind)
        named = tenant.storage.find(type_name, "userName" if kind == "user" else "displayName", name)
        if named:
            return str(named[0].id)
    return name
