# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds that only the administration API shows: facts of users, rights of roles, and web apps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..facts import DISABLED, NORMAL, ROLE_FACTS, STATES, USER_FACTS, RoleFacts, UserFacts
from ..oauth import profile as oauth_profile
from ..scim.directories import find_member
from .apps import TEMPLATES, Permission, keep, new_app
from .permission_bits import bits_of
from .superrights import BY_NAME, CATALOGUE

if TYPE_CHECKING:
    from ..tenant import Tenant

Body = dict[str, Any]
FLAGS = {
    "oauthClient": "oauth_client",
    "serviceUser": "service_user",
    "inEverybodyRole": "in_everybody",
    "forcePasswordChangeNext": "force_change",
    "passwordNeverExpire": "never_expires",
    "description": "description",
}
APP_KEYS = ("TemplateName", "Name", "ServiceName", "Description", "OAuthProfile", "permissions")
PRINCIPALS = {"User": "User", "Group": "Role"}


def split_user(body: Body) -> tuple[Body, UserFacts]:
    """Split a user into the SCIM attributes and the facts."""
    facts = UserFacts(**{field: body[name] for name, field in FLAGS.items() if name in body})
    data = {name: value for name, value in body.items() if name not in (*FLAGS, "state")}
    state = body.get("state", NORMAL)
    if state not in STATES:
        raise ValueError(f"Unknown state {state}. Known: {', '.join(STATES)}")
    if state == DISABLED:
        return {**data, "active": False}, facts
    return data, replace(facts, lock=state)


def keep_user_facts(tenant: Tenant, user_id: str, facts: UserFacts) -> None:
    """Store the facts of a user."""
    if facts != UserFacts():
        tenant.storage.remember(USER_FACTS, user_id, facts)


def keep_role_facts(tenant: Tenant, role_id: str, body: Body) -> None:
    """Store the rights of a role, given by name or path, and its description."""
    paths = [right if right in CATALOGUE else BY_NAME.get(str(right).casefold()) for right in body.get("rights", [])]
    if None in paths:
        raise ValueError(f"Unknown right. Known: {', '.join(CATALOGUE.values())}")
    facts = RoleFacts(body.get("description", ""), frozenset(map(str, paths)))
    if facts != RoleFacts():
        tenant.storage.remember(ROLE_FACTS, role_id, facts)


def seed_apps(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store web apps, and return their ids."""
    return [seed_app(tenant, body) for body in bodies]


def seed_app(tenant: Tenant, body: Body) -> str:
    """Store an app. Its profile is merged into the template's; its permissions are keyed by name or id."""
    template = body.get("TemplateName", "OAuth2ServerClient")
    if template not in TEMPLATES or set(body) - set(APP_KEYS):
        raise ValueError(f"An app is a mapping of {', '.join(APP_KEYS)}, from {', '.join(TEMPLATES)}")
    app = new_app(template)
    given: Body = {name: body[name] for name in ("Name", "ServiceName", "Description") if name in body}
    profile = app.profile
    if profile is not None:
        profile = oauth_profile.updated(profile, {**profile, **body.get("OAuthProfile", {})}, tenant.switches)
    permissions = dict(permission(tenant, *item) for item in body.get("permissions", {}).items())
    keep(tenant.storage, replace(app, values={**app.values, **given}, profile=profile, permissions=permissions))
    return app.id


def permission(tenant: Tenant, principal: str, rights: str) -> tuple[str, Permission]:
    """Return the id of a user or role, and its permission."""
    for type_name, attribute in (("User", "userName"), ("Group", "displayName")):
        named = tenant.storage.find(type_name, attribute, principal)
        if named:
            return str(named[0].id), Permission(PRINCIPALS[type_name], bits_of(rights, tenant.switches))
    found = find_member(tenant, principal)
    if found is None:
        raise ValueError(f"Unknown principal {principal}")
    return principal, Permission(PRINCIPALS[found[0]], bits_of(rights, tenant.switches))
