# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole state of the tenant in a form that tests can compare.

It holds a fingerprint of each secret instead of the secret. Fingerprints differ from process to process.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from scim2_models import Context

from ..admin.apps import all_apps
from ..facts import role_facts, state_of, user_facts
from ..models import Model
from ..scim.directories import VAULT
from ..scim.references import ACCOUNT, CONTAINER, PERMISSION
from ..vault.containers import SECRETS

if TYPE_CHECKING:
    from ..tenant import Tenant

KEY = secrets.token_bytes(16)
# Attributes that no client sets, or that the state shows elsewhere.
LEFT_OUT = ("schemas", "meta", "password", "members")

State = dict[str, list[dict[str, Any]]]


def fingerprint(secret: str | None) -> str | None:
    """Return the fingerprint of a secret."""
    return None if secret is None else hashlib.blake2b(secret.encode(), key=KEY, digest_size=8).hexdigest()


def state(tenant: Tenant, payload: Any) -> State:
    """Return everything a request can change, by kind, sorted by id."""
    storage = tenant.storage
    kinds = {
        "users": [user_state(tenant, user) for user in storage.all("User")],
        "roles": [role_state(tenant, role) for role in storage.all("Group")],
        "apps": [asdict(app) for app in all_apps(storage)],
        "vault_users": [resource_state(user) for user in storage.all(VAULT.user)],
        "vault_groups": [{**resource_state(group), **member_state(group)} for group in storage.all(VAULT.group)],
        "containers": [resource_state(container) for container in storage.all(CONTAINER)],
        "permissions": [resource_state(permission) for permission in storage.all(PERMISSION)],
        "accounts": [account_state(tenant, account) for account in storage.all(ACCOUNT)],
    }
    return {kind: sorted(items, key=lambda item: str(item["id"])) for kind, items in kinds.items()}


def resource_state(resource: Model) -> dict[str, Any]:
    """Return a SCIM resource as it is stored."""
    slim = resource.model_copy(update={"members": None}) if getattr(resource, "members", None) else resource
    body: dict[str, Any] = slim.model_dump(scim_ctx=Context.DEFAULT)
    return {"id": resource.id, **{name: value for name, value in body.items() if name not in LEFT_OUT}}


def user_state(tenant: Tenant, user: Model) -> dict[str, Any]:
    """Return a user of the cloud directory."""
    facts = user_facts(tenant.storage, str(user.id))
    secret = {"password": fingerprint(user.password), "state": state_of(user, facts)}
    return {**resource_state(user), **asdict(facts), **secret}


def role_state(tenant: Tenant, role: Model) -> dict[str, Any]:
    """Return a role."""
    facts = asdict(role_facts(tenant.storage, str(role.id)))
    return {**resource_state(role), **facts, "rights": sorted(facts["rights"]), **member_state(role)}


def member_state(group: Model) -> dict[str, Any]:
    """Return the members of a role or group."""
    return {"members": sorted([str(item.type), str(item.value), str(item.display)] for item in group.members or ())}


def account_state(tenant: Tenant, account: Model) -> dict[str, Any]:
    """Return privileged data."""
    return {**resource_state(account), "secret": fingerprint(tenant.storage.recall(SECRETS, str(account.id)))}
