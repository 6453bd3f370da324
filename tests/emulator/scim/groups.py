# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of groups, which are the roles of the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim2_models import Context, ResponseParameters

from ..admin.apps import forget_principal
from ..facts import ROLE_FACTS
from ..failures import Failure, duplicate, invalid_value, member_not_found
from ..models import Model
from .base import BaseRules, Operation, kept_display_name
from .directories import CLOUD, ENDPOINTS, SHOWN_TYPES, Directory, display_of, find_member
from .members import change_members, check_members_array, listed, member_body, member_changes, typed_as
from .references import refresh_holder

if TYPE_CHECKING:
    from ..tenant import Tenant

# Two ids of built-in roles are recorded: sysadmin and Privilege_Cloud_Users_ID. The third, and the refusals below, are
# guesses.
SYSTEM_ADMINISTRATOR, EVERYBODY = "sysadmin", "Everybody"
BUILT_IN = {
    SYSTEM_ADMINISTRATOR: "System Administrator",
    EVERYBODY: "Everybody",
    "Privilege_Cloud_Users_ID": "Privilege Cloud Users",
}


class GroupRules(BaseRules):
    """Roles, whose members are users and other roles."""

    directory = CLOUD

    def check_body(self, tenant: Tenant, body: dict[str, Any], *, creating: bool) -> None:
        """Refuse members that are not an array, with the recorded 500."""
        check_members_array(body.get("members"))

    def check_delete(self, tenant: Tenant, resource: Model) -> None:
        """Refuse to delete a built-in role."""
        if resource.id in BUILT_IN:
            raise invalid_value(f"The built-in role {resource.display_name} cannot be deleted")

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        check_name(tenant, resource, previous, self.directory)
        return self.with_members(tenant, resource, previous)

    def with_members(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return a role with complete members, or refuse it if one is invalid."""
        known = {str(item.value): item for item in (previous.members or () if previous is not None else ())}
        members: dict[str, Any] = {}
        for member in resource.members or ():
            value = str(member.value or "")
            if value in members:
                continue
            try:
                members[value] = known.get(value) or resolved(tenant, member, self.directory)
            except Failure as failure:
                # The recording of the 404 does not show whether the role exists afterwards.
                if previous is not None or not tenant.switches["group_created_on_member_error"]:
                    raise
                tenant.deferred_failure = failure
        if previous is not None:
            added = [item for key, item in members.items() if key not in known]
            check_no_cycle(tenant, str(resource.id), added, self.directory)
        return self.completed(tenant, resource.model_copy(update={"members": list(members.values()) or None}), previous)

    def completed(self, tenant: Tenant, group: Model, previous: Model | None) -> Model:
        """Return a role with the attributes that the server sets."""
        return group.model_copy(update={"LinkedObject": None})

    def replaced(self, tenant: Tenant, current: Model, replacement: Model) -> Model:
        """Return the state after a PUT; the effect of omitted members is not on record."""
        replacement = kept_display_name(tenant, current, replacement)
        if tenant.switches["put_keeps_members"] and not replacement.members:
            return replacement.model_copy(update={"members": current.members})
        return replacement

    def own_operations(self, operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
        """Split off the operations on members, because the library copies all members for every operation."""
        return member_changes(operations)

    def apply_own(self, tenant: Tenant, current: Model, operations: list[Operation]) -> Model:
        """Return a role after operations on its members; new members have no details yet."""
        entries = {str(item.value): item for item in current.members or ()}
        for operation in operations:
            change_members(entries, operation, tenant.switches)
        entry = type(current).Members
        members = [item or entry.model_construct(_fields_set={"value"}, value=key) for key, item in entries.items()]
        return current.model_copy(update={"members": members or None})

    def dumped(self, resource: Model, context: Context, parameters: ResponseParameters[Any] | None) -> dict[str, Any]:
        """Return the body of a role. Members are written here, because the library is slow with many of them."""
        if not resource.members or (parameters and (parameters.attributes or parameters.excluded_attributes)):
            return super().dumped(resource, context, parameters)
        body = super().dumped(resource.model_copy(update={"members": None}), context, parameters)
        return {"members": [member_body(member) for member in resource.members], **body}

    def finished(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Set the display names of members as the switch says."""
        how = tenant.switches["member_display"]
        for member in body.get("members", ()) if how != "key" else ():
            found = find_member(tenant, member["value"], self.directory)
            if found and found[0] == self.directory.user:
                member.pop("display")
                member.update({"display": found[1].display_name} if how == "name" else {})
        typed_as(body.get("members", []), tenant.switches["member_type"])

    def listed(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Limit the members in a list as the switch says."""
        how = tenant.switches["list_members"]
        if how != "full" and (members := listed(body.pop("members", []), how)):
            body["members"] = members

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Keep roles and permissions in step with a role that was renamed or deleted."""
        refresh_member(tenant, old, new, self.directory)
        refresh_holder(tenant, "group", old, new)
        if new is None and old is not None:
            tenant.storage.forget(ROLE_FACTS, str(old.id))
            forget_principal(tenant.storage, str(old.id))


def check_name(tenant: Tenant, group: Model, previous: Model | None, directory: Directory) -> None:
    """Refuse a name that is already used, and a new name for a built-in role."""
    name = str(group.display_name or "")
    if not name:
        raise invalid_value("displayName is required")
    if previous is not None and previous.display_name == name:
        return
    if previous is not None and previous.id in BUILT_IN:
        raise invalid_value(f"The built-in role {previous.display_name} cannot be renamed")
    for other in tenant.storage.find(directory.group, "displayName", name):
        same = tenant.is_same_name(str(other.display_name), name)
        if same and (previous is None or other.id != previous.id):
            raise duplicate(tenant.switches["duplicate_status"], "Group", name)


def resolved(tenant: Tenant, member: Any, directory: Directory = CLOUD) -> Any:
    """Return a member with the details the server computes from its id (recorded)."""
    value = str(member.value or "")
    found = find_member(tenant, value, directory)
    if found is None:
        raise member_not_found(value)
    type_name, resource = found
    details = {
        "value": value,
        "ref": tenant.location(ENDPOINTS[type_name], value),
        "type": SHOWN_TYPES.get(type_name, type_name),
        "display": display_of(resource),
    }
    return type(member).model_construct(_fields_set=set(details), **details)


def check_no_cycle(tenant: Tenant, group_id: str, added: list[Any], directory: Directory) -> None:
    """Refuse members through which a role would contain itself."""
    waiting = [str(item.value) for item in added if item.type == "Group"]
    seen: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current == group_id:
            raise invalid_value("A role cannot be a member of itself, directly or through other roles")
        if current in seen:
            continue
        seen.add(current)
        nested = tenant.storage.peek(directory.group, current)
        if nested is not None:
            waiting += [str(item.value) for item in nested.members or () if item.type == "Group"]


def refresh_member(tenant: Tenant, old: Model | None, new: Model | None, directory: Directory) -> None:
    """Update a user or role in its roles after a rename, and remove it from them after a deletion."""
    if old is None or (new is not None and display_of(old) == display_of(new)):
        return
    for group in tenant.storage.find(directory.group, "members.value", str(old.id)):
        members = []
        for member in group.members:
            if member.value != old.id:
                members.append(member)
            elif new is not None:
                members.append(member.model_copy(update={"display": display_of(new)}))
        tenant.storage.put(directory.group, group.model_copy(update={"members": members or None}))
