# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fill a tenant at its start: built-in roles, its administrator, and the clients that are set up for SCIM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..admin.apps import Permission, keep, new_app
from ..admin.permission_bits import EXECUTE, VIEW
from ..admin.superrights import SCIM_RIGHTS
from ..facts import ROLE_FACTS, USER_FACTS, UserFacts, role_facts
from ..models import GROUP_URN, USER_URN
from ..oauth.profile import CONFIDENTIAL, REST_FILTER
from ..scim.directories import CLOUD, VAULT, VAULT_RIGHT
from ..scim.groups import BUILT_IN, SYSTEM_ADMINISTRATOR, resolved
from ..scim.rules import RULES
from .seed import numbered_users, seed_users
from .tenant_file import Document

if TYPE_CHECKING:
    from ..tenant import Tenant

CLIENT_ROLE, VAULT_ROLE = "SCIM client", "SCIM vault client"
# Documented for real tenants: a client with Vault Management and another management right sees no vault, so there are
# two clients.
TWO_CLIENTS = {"granted_rights": ["UserManagement", "RoleManagement"], "mixed_rights_hide_vault": True}


@dataclass(frozen=True)
class Start:
    """The options that a tenant starts with.

    ``users`` is a number of generated users. ``document`` is the content of a tenant file. ``switches`` are values that
    differ from their defaults. ``suffixes`` are login suffixes besides the usual ones. ``now`` is the time.
    """

    users: int = 0
    empty: bool = False
    two_clients: bool = False
    document: Document | None = None
    switches: Mapping[str, Any] = field(default_factory=dict)
    suffixes: tuple[str, ...] = ()
    now: float | None = None


CLIENT_FACTS = UserFacts(oauth_client=True, service_user=True, in_everybody=False, never_expires=True)


def fill(tenant: Tenant, users: int, *, empty: bool) -> None:
    """Fill a tenant. An empty one has no client except the administrator."""
    for role_id, name in BUILT_IN.items():
        add_role(tenant, name, role_id)
    credentials = tenant.credentials
    if not empty:
        client = add_client(tenant, credentials.client_id, credentials.client_secret)
        add_scim_access(tenant, client, CLIENT_ROLE, credentials.app_id)
        grant_client_rights(tenant)
    if not empty and tenant.has_two_clients:
        client = add_client(tenant, credentials.vault_client_id, credentials.vault_client_secret)
        role_id = add_scim_access(tenant, client, VAULT_ROLE, credentials.vault_app_id)
        grant_rights(tenant, role_id, [VAULT_RIGHT])
    administrator = add_client(tenant, credentials.admin_client_id, credentials.admin_client_secret)
    add_member(tenant, SYSTEM_ADMINISTRATOR, administrator)
    seed_users(tenant, numbered_users(1, users))


def add_role(tenant: Tenant, name: str, role_id: str | None = None) -> str:
    """Add a role, and return its id."""
    body = {"schemas": [GROUP_URN], "displayName": name}
    return tenant.insert("Group", tenant.model("Group").model_validate(body), role_id)


def add_client(tenant: Tenant, client_id: str, secret: str) -> str:
    """Add the user of a client to both directories, and return its id in that of the cloud."""
    ids = [add_service_user(tenant, type_name, client_id, secret) for type_name in (CLOUD.user, VAULT.user)]
    return ids[0]


def add_service_user(tenant: Tenant, type_name: str, client_id: str, secret: str) -> str:
    """Add the user of a client to a directory, and return its id."""
    name = client_id.partition("@")[0]
    body = {"schemas": [USER_URN], "userName": client_id, "displayName": name, "active": True}
    user = tenant.model(type_name).model_validate({**body, "name": {"formatted": name}})
    user.password = secret
    stored = RULES[type_name].rules.prepare(tenant, user, None)
    user_id = tenant.insert(type_name, stored, stored.id)
    tenant.storage.remember(USER_FACTS, user_id, CLIENT_FACTS)
    return user_id


def add_member(tenant: Tenant, role_id: str, user_id: str) -> None:
    """Make a user a member of a role."""
    role = tenant.storage.peek("Group", role_id)
    assert role is not None
    member = resolved(tenant, type(role).Members(value=user_id))
    tenant.storage.put("Group", role.model_copy(update={"members": [member]}))


def add_scim_access(tenant: Tenant, user_id: str, role_name: str, app_id: str) -> str:
    """Create a role and an app for it as the product's guide tells administrators to, and return the role's id."""
    role_id = add_role(tenant, role_name)
    add_member(tenant, role_id, user_id)
    app = new_app("OAuth2ServerClient")
    scope = {"Scope": tenant.credentials.scope, "Description": "SCIM", "Mode": REST_FILTER, "AllowedRest": ["scim*"]}
    profile = {
        **(app.profile or {}),
        "ClientIDType": CONFIDENTIAL,
        "AllowPublic": False,
        "MustBeOauthClient": True,
        "AllowedAuth": "ClientCreds",
        "KnownScopes": [scope],
    }
    values = {"Name": role_name, "ServiceName": app_id}
    permissions = {role_id: Permission("Role", VIEW | EXECUTE)}
    keep(tenant.storage, replace(app, values=values, profile=profile, permissions=permissions))
    return role_id


def grant_client_rights(tenant: Tenant) -> None:
    """Give the role of the client the rights that the switch names, if the role exists."""
    for role in tenant.storage.find("Group", "displayName", CLIENT_ROLE):
        grant_rights(tenant, str(role.id), tenant.switches["granted_rights"])


def grant_rights(tenant: Tenant, role_id: str, names: Iterable[str]) -> None:
    """Give a role these rights and no others."""
    rights = frozenset(SCIM_RIGHTS[name] for name in names)
    tenant.storage.remember(ROLE_FACTS, role_id, replace(role_facts(tenant.storage, role_id), rights=rights))
