# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of roles. A role is the group that SCIM shows; the key Name holds its id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..facts import ROLE_FACTS, RoleFacts, role_facts
from ..models import GROUP_URN, Model
from ..oauth.authority import roles_above
from ..scim.bodies import is_empty
from ..scim.directories import CLOUD
from ..scim.groups import BUILT_IN, EVERYBODY, SYSTEM_ADMINISTRATOR, GroupRules, check_name
from ..scim.user_attributes import DIRECTORY_ID
from .call import READ_ROLES, ROLES, Call, Verb, Verbs, in_both
from .envelope import Refusal, rows, unauthorized

if TYPE_CHECKING:
    from ..tenant import Tenant

RULES = GroupRules()
# The kinds of members, and their resource types. The tenant has no groups of another directory.
KINDS = {"Users": "User", "Roles": "Group"}
NAMES = {"Users": "userName", "Roles": "displayName"}
SHOWN_KINDS = {"User": "User", "Group": "Role"}


def store_role(call: Call) -> dict[str, str]:
    """Create a role, and return its id."""
    body = {"schemas": [GROUP_URN], "displayName": call.required("Name")}
    group = call.tenant.model("Group").model_validate(body)
    added = [member for kind in KINDS for member in members(call, kind, call.get(kind))]
    if call.switches["duplicate_role"] == "refused":
        check_name(call.tenant, group, None, CLOUD)
    prepared = with_members(call.tenant, group, None, added, [])
    role_id = call.storage.add("Group", prepared)
    facts = RoleFacts(call.text("Description"), role_type=call.text("RoleType") or RoleFacts.role_type)
    call.storage.remember(ROLE_FACTS, role_id, facts)
    return {"_RowKey": role_id}


def update_role(call: Call) -> None:
    """Change the given name, description and members of a role."""
    role = found_role(call, call.required("Name"))
    added, removed = [], []
    for kind in KINDS if call.switches["update_role_members"] else ():
        change = call.get(kind)
        if isinstance(change, dict):
            fields = {name.casefold(): value for name, value in change.items()}
            added += members(call, kind, fields.get("add"))
            removed += members(call, kind, fields.get("delete"))
    if added or removed:
        check_membership(call, str(role.id))
    changed = with_members(call.tenant, role, role, added, removed)
    if call.text("NewName"):
        changed = changed.model_copy(update={"display_name": call.text("NewName")})
        check_name(call.tenant, changed, role, CLOUD)
    call.storage.replace("Group", changed)
    if call.get("Description") is not None or call.switches["update_role_blanks_description"]:
        facts = replace(role_facts(call.storage, str(role.id)), description=call.text("Description"))
        call.storage.remember(ROLE_FACTS, str(role.id), facts)


def add_members(call: Call) -> None:
    """Add members by name, as the vendor's SDKs do."""
    role, named = found_role(call, call.required("Name")), named_members(call)
    check_membership(call, str(role.id))
    call.storage.replace("Group", with_members(call.tenant, role, role, named, []))


def remove_members(call: Call) -> None:
    """Remove members by name, as the vendor's SDKs do."""
    role, named = found_role(call, call.required("Name")), named_members(call)
    check_membership(call, str(role.id))
    call.storage.replace("Group", with_members(call.tenant, role, role, [], named))


def named_members(call: Call) -> list[str]:
    """Return the ids of the members that a call names. No source says whether an id works as a name.

    Groups of other directories may be members of roles, but no source shows such a member.
    """
    ids = []
    groups = call.get("Groups")
    if isinstance(groups, list) and groups:
        raise Refusal(f"Group {groups[0]} not found.")
    for kind, attribute in NAMES.items():
        names = call.get(kind)
        for name in names if isinstance(names, list) else ():
            found = call.storage.find(KINDS[kind], attribute, str(name))
            if not found:
                raise Refusal(f"{KINDS[kind]} {name} not found.")
            ids.append(str(found[0].id))
    return ids


def get_role(call: Call) -> dict[str, Any]:
    """Return a role without its members."""
    role = found_role(call, call.required("Name"))
    facts = role_facts(call.storage, str(role.id))
    shown = {
        "_RowKey": role.id,
        "Uuid": role.id,
        "Name": role.display_name,
        "Description": facts.description,
        "RoleType": facts.role_type,
        "ReadOnly": role.id in BUILT_IN,
        "DirectoryServiceUuid": DIRECTORY_ID,
    }
    return {name: value for name, value in shown.items() if not is_empty(value)}


def get_role_members(call: Call) -> dict[str, Any]:
    """Return all members of a role. No source shows paging here."""
    role = found_role(call, call.required("Name"))
    return rows(
        [{"Guid": item.value, "Name": item.display, "Type": SHOWN_KINDS[str(item.type)]} for item in role.members or ()]
    )


def get_role_id(call: Call) -> str:
    """Return the id of the role with a name."""
    name = call.required("roleName")
    found = call.storage.find("Group", "displayName", name)
    if not found:
        raise Refusal(f"Role {name} not found.")
    return str(found[0].id)


def delete_role(call: Call) -> None:
    """Delete a role."""
    removed_role(call, call.required("Name"))


def delete_roles(call: Call) -> None:
    """Delete the roles with these ids, up to the first refused one. A body that is not a list has no effect."""
    for role_id in call.body if isinstance(call.body, list) else ():
        removed_role(call, str(role_id))


def removed_role(call: Call, role_id: str) -> None:
    """Delete a role, unless the tenant refuses it."""
    role = found_role(call, role_id)
    RULES.check_delete(call.tenant, role)
    check_membership(call, str(role.id))
    call.storage.remove("Group", role)


def found_role(call: Call, role_id: str) -> Model:
    """Return the role with an id. Its name does not find it (seen in clients)."""
    role = call.storage.peek("Group", role_id)
    if role is None:
        raise Refusal(f"Role {role_id} not found.")
    return role


def members(call: Call, kind: str, ids: Any) -> list[str]:
    """Return the ids of the members of a kind; a value that is not a list is ignored."""
    if not isinstance(ids, list):
        return []
    for member in map(str, ids):
        if call.storage.peek(KINDS[kind], member) is None:
            raise Refusal(f"{KINDS[kind]} {member} not found.")
    return [str(member) for member in ids]


def check_membership(call: Call, role_id: str) -> None:
    """Refuse to change the members of Everybody, or those of a role of administrators unless the caller is one."""
    if role_id == EVERYBODY:
        raise Refusal("The members of the role Everybody cannot be changed.")
    if SYSTEM_ADMINISTRATOR in {role_id, *roles_above(call.storage, role_id)} and not call.authority.administers_system:
        raise unauthorized()


def with_members(tenant: Tenant, role: Model, previous: Model | None, added: list[str], removed: list[str]) -> Model:
    """Return a role after a change of its members."""
    entry = type(role).Members
    kept = {str(item.value): item for item in role.members or () if str(item.value) not in removed}
    for member in added:
        kept.setdefault(member, entry.model_construct(_fields_set={"value"}, value=member))
    return RULES.with_members(tenant, role.model_copy(update={"members": list(kept.values()) or None}), previous)


def add_to_system_administrators(tenant: Tenant, user_id: str) -> None:
    """Make a user a member of System Administrator."""
    role = tenant.storage.peek("Group", SYSTEM_ADMINISTRATOR)
    assert role is not None
    tenant.storage.replace("Group", with_members(tenant, role, role, [user_id], []))


VERBS: Verbs = {
    **in_both("storerole", Verb(store_role, ROLES, writes=True)),
    **in_both("getrole", Verb(get_role, READ_ROLES)),
    **in_both("getrolemembers", Verb(get_role_members, READ_ROLES)),
    "roles/updaterole": Verb(update_role, ROLES, writes=True),
    "saasmanage/addusersandgroupstorole": Verb(add_members, ROLES, writes=True),
    "saasmanage/removeusersandgroupsfromrole": Verb(remove_members, ROLES, writes=True),
    "saasmanage/getroleidfromname": Verb(get_role_id, READ_ROLES),
    "saasmanage/deleterole": Verb(delete_role, ROLES, writes=True),
    "saasmanage/deleteroles": Verb(delete_roles, ROLES, writes=True),
}
