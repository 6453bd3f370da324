# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds: resources that are stored without the checks of the protocol."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scim2_models import Context

from ..admin.seed import keep_role_facts, keep_user_facts, seed_apps, split_user
from ..models import CUSTOM_URN, ENTERPRISE_URN, GROUP_URN, LINKED_URN, USER_URN
from ..scim.bodies import pruned
from ..scim.directories import find_member
from ..scim.groups import resolved
from ..scim.other_directories import seed_outsiders
from ..scim.users import settle_emails, settle_names, settle_phones
from ..vault.seed import seed_accounts, seed_containers, seed_permissions, seed_vault_groups, seed_vault_users

if TYPE_CHECKING:
    from ..tenant import Tenant

Body = dict[str, Any]
FIRST_NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Ken")
LAST_NAMES = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Perlman", "Thompson", "Ritchie")


def numbered_users(first: int, count: int) -> list[Body]:
    """Return users with every attribute, named user00001@example.com and so on."""
    return [numbered_user(number) for number in range(first, first + count)]


def numbered_user(number: int) -> Body:
    """Return one of the numbered users."""
    login = f"user{number:05d}"
    given, family = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
    return {
        "userName": f"{login}@example.com",
        "displayName": f"{given} {family} {number}",
        "active": True,
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": f"{login}@example.com"}],
        "phoneNumbers": [
            {"type": "work", "value": f"+44 20 {number:07d}"},
            {"type": "mobile", "value": f"+44 79 {number:07d}"},
        ],
        "preferredLanguage": "en_US",
        ENTERPRISE_URN: {"organization": f"Unit {number % 10}"},
        CUSTOM_URN: {"costCenter": f"CC{number % 100:03d}"},
    }


def seed(tenant: Tenant, payload: Any) -> dict[str, list[str]]:
    """Store the resources of a control request, and return their ids by kind."""
    if not isinstance(payload, dict) or set(payload) - set(KINDS):
        raise ValueError(f"A seed is a mapping of {', '.join(KINDS)}")
    before = tenant.storage.snapshot()
    tenant.storage.sweep(sys.maxsize)
    try:
        return {kind: store(tenant, payload.get(kind, [])) for kind, store in KINDS.items()}
    except Exception:
        tenant.storage.restore(before)
        raise


def linked(body: Body) -> Body:
    """Return a user with the attributes of a federated directory (recorded)."""
    source = {"source": "FDS", "nativeIdentifier": f"/TENANT/FDS/{body.get('userName')}"}
    return {LINKED_URN: source, **body}


def seed_linked_users(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store users of a federated directory, and return their ids."""
    return seed_users(tenant, [linked(body) for body in bodies])


def seed_users(tenant: Tenant, bodies: int | Iterable[Body]) -> list[str]:
    """Store users unchanged, and return their ids.

    Names need not be unique or have a known suffix, so that a test can build a tenant with two matching users.
    """
    if isinstance(bodies, int):
        first, tenant.numbered = tenant.numbered + 1, tenant.numbered + bodies
        bodies = numbered_users(first, bodies)
    model = tenant.model("User")
    ids = []
    for body in bodies:
        data, facts = split_user(pruned(body))
        settle_emails(data)
        settle_phones(data)
        with tenant.provider:
            user = model.model_validate({"schemas": [USER_URN], "active": True, **data})
        settle_names(user, None)
        ids.append(tenant.storage.insert("User", user, body.get("id")))
        keep_user_facts(tenant, ids[-1], facts)
    return ids


def seed_groups(tenant: Tenant, bodies: Iterable[Body]) -> list[str]:
    """Store groups, and return their ids."""
    return [seed_group(tenant, body) for body in bodies]


def seed_group(tenant: Tenant, body: Body) -> str:
    """Store a group, and return its id; members are given by login name, role name or id."""
    model = tenant.model("Group")
    entries = [{"value": member_id(tenant, member)} for member in body.get("members", [])]
    with tenant.provider:
        group = model.model_validate(
            {"schemas": [GROUP_URN], "displayName": body["displayName"], "members": entries},
            scim_ctx=Context.DEFAULT,
        )
    members = [resolved(tenant, member) for member in group.members or ()]
    stored = group.model_copy(update={"members": members or None})
    role_id = tenant.storage.insert("Group", stored, body.get("id"))
    keep_role_facts(tenant, role_id, body)
    return role_id


def member_id(tenant: Tenant, member: Any) -> str:
    """Return the id of a member."""
    name = str(member.get("value", "")) if isinstance(member, dict) else str(member)
    if find_member(tenant, name) is not None:
        return name
    for type_name, attribute in (("User", "userName"), ("Group", "displayName")):
        found = tenant.storage.find(type_name, attribute, name)
        if found:
            return str(found[0].id)
    raise ValueError(f"Unknown member {name}")


# The kinds of a seed, in an order in which references lead to earlier kinds.
KINDS: Mapping[str, Callable[[Tenant, Any], list[str]]] = {
    "users": seed_users,
    "linked_users": seed_linked_users,
    "groups": seed_groups,
    "apps": seed_apps,
    "other_directories": seed_outsiders,
    "vault_users": seed_vault_users,
    "vault_groups": seed_vault_groups,
    "containers": seed_containers,
    "permissions": seed_permissions,
    "accounts": seed_accounts,
}
