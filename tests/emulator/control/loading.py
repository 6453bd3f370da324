# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load a tenant from a file, and save it to one.

If an object with the name already exists, its attributes are replaced, and its id, password and rights are kept. New
users and accounts get random secrets. A member of a safe that is not a user or group of the file belongs to another
directory.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from ..clock import parse_moment
from ..models import Model
from ..scim.directories import DIRECTORIES
from ..scim.references import ACCOUNT, CONTAINER, PERMISSION
from ..storage import new_id
from ..vault.permissions import SAFE_MEMBER
from ..vault.seed import seed_containers, seed_permissions, store_accounts
from .seed import seed_groups, seed_users
from .state import resource_state
from .tenant_file import (
    ACCOUNT_ROWS,
    CONTAINER_ROWS,
    USER_ROWS,
    Body,
    Document,
    FileError,
    moment_of,
    sorted_entries,
    to_body,
    to_entry,
)

if TYPE_CHECKING:
    from ..tenant import Tenant

ELSEWHERE = "other.example.com"


def suffixes_of(document: Document) -> set[str]:
    """Return the login suffixes of the users of a file."""
    return {str(entry["user_name"]).rpartition("@")[2].casefold() for entry in document["users"]} - {""}


def custom_attributes_of(document: Document) -> list[str]:
    """Return the names of the additional attributes that the users of a file have."""
    return [*dict.fromkeys(name for entry in document["users"] for name in entry.get("custom_attributes", ()))]


def new_secret() -> str:
    """Return a random secret that the policies accept."""
    return f"Aa1{secrets.token_urlsafe(24)}"


def load(tenant: Tenant, document: Document) -> None:
    """Store the objects of a document."""
    users = Names(tenant, "User", "userName")
    groups = Names(tenant, "Group", "displayName")
    users.expect(document["users"], "user_name")
    groups.expect(document["groups"], "display_name")
    load_users(tenant, document, users)
    load_groups(tenant, document, users, groups)
    load_vault(tenant, document)


class Names:
    """The ids of objects of one type by name: existing ones, and those that a file adds."""

    def __init__(self, tenant: Tenant, type_name: str, attribute: str) -> None:
        self.tenant, self.type_name, self.attribute = tenant, type_name, attribute
        self.added: dict[str, str] = {}

    def expect(self, entries: list[Body], option: str) -> None:
        """Assign ids to the objects that do not exist yet."""
        for entry in entries:
            name = str(entry[option])
            if name.casefold() in self.added:
                raise FileError(f"{name} is in the file twice")
            self.added[name.casefold()] = self.find(name) or new_id(self.type_name)

    def find(self, name: str) -> str | None:
        """Return the id of the object with a name, or with this id."""
        found = self.tenant.storage.find(self.type_name, self.attribute, name)
        by_id = self.tenant.storage.peek(self.type_name, name)
        return self.added.get(name.casefold()) or (str(found[0].id) if found else str(by_id.id) if by_id else None)

    def id_of(self, name: str, where: str) -> str:
        """Return the id of the object with a name. Raise FileError if there is none."""
        found = self.find(name)
        if found is None:
            raise FileError(f"{where} names {name}, which is neither in the file nor in the tenant")
        return found


def load_users(tenant: Tenant, document: Document, users: Names) -> None:
    """Store the users."""
    bodies = []
    for entry in document["users"]:
        name = str(entry["user_name"])
        user_id = users.id_of(name, "users")
        known = tenant.storage.peek("User", user_id)
        body = to_body(USER_ROWS, entry)
        if "manager" in entry:
            manager = to_body(USER_ROWS, {"manager": users.id_of(str(entry["manager"]), f"The manager of {name}")})
            for urn, part in manager.items():
                body[urn].update(part)
        bodies.append({"id": user_id, "password": known.password if known else new_secret(), **body})
    seed_users(tenant, bodies)


def load_groups(tenant: Tenant, document: Document, users: Names, groups: Names) -> None:
    """Store the groups, first without members: an earlier group may have a later one as a member."""
    bodies: list[Body] = []
    for entry in document["groups"]:
        name = str(entry["display_name"])
        where = f"The group {name}"
        members = [users.id_of(str(member), where) for member in entry.get("users", {}).get("set", ())]
        members += [groups.id_of(str(member), where) for member in entry.get("groups", {}).get("set", ())]
        bodies.append({"id": groups.id_of(name, where), "displayName": name, "members": members})
    seed_groups(tenant, [{**body, "members": []} for body in bodies])
    seed_groups(tenant, bodies)


def load_vault(tenant: Tenant, document: Document) -> None:
    """Store safes with their members and accounts."""
    safes = {str(entry["name"]).casefold() for entry in document["containers"]}
    for kind in ("container_permissions", "privileged_data"):
        for number, entry in enumerate(document[kind]):
            if str(entry["container"]).casefold() not in safes:
                raise FileError(f"{kind}[{number}] is in the safe {entry['container']}, which is not in the file")
    seed_containers(tenant, [to_body(CONTAINER_ROWS, entry) for entry in document["containers"]])
    for entry in document["container_permissions"]:
        kind = "user" if entry.get("user") else "group"
        expiration = entry.get("membership_expiration")
        body: Body = {
            "container": entry["container"],
            kind: entry[kind],
            "rights": entry.get("rights", {"set": []})["set"],
            "expiration": int(parse_moment(expiration)) if expiration else None,
        }
        if not is_here(tenant, kind, str(entry[kind])):
            body |= {"searchIn": ELSEWHERE}
        seed_permissions(tenant, [body])
    store_accounts(tenant, [(to_body(ACCOUNT_ROWS, entry), new_secret()) for entry in document["privileged_data"]])


def is_here(tenant: Tenant, kind: str, name: str) -> bool:
    """Return whether the directory or the vault has a user or group with this name or id."""
    attribute = "userName" if kind == "user" else "displayName"
    types = [getattr(directory, kind) for directory in DIRECTORIES]
    return any(
        tenant.storage.peek(type_name, name) or tenant.storage.find(type_name, attribute, name) for type_name in types
    )


def document_of(tenant: Tenant) -> Document:
    """Return the objects of a tenant as a document."""
    storage = tenant.storage
    names = {str(user.id): str(user.user_name) for user in storage.all("User")}
    found = {
        "users": [user_entry(user, names) for user in storage.all("User")],
        "groups": [group_entry(group) for group in storage.all("Group")],
        "containers": [to_entry(CONTAINER_ROWS, resource_state(item)) for item in storage.all(CONTAINER)],
        "container_permissions": [permission_entry(item) for item in storage.all(PERMISSION)],
        "privileged_data": [to_entry(ACCOUNT_ROWS, resource_state(item)) for item in storage.all(ACCOUNT)],
    }
    return {kind: sorted_entries(entries) for kind, entries in found.items()}


def user_entry(user: Model, names: dict[str, str]) -> Body:
    """Return a user as an entry."""
    entry = to_entry(USER_ROWS, resource_state(user))
    if "manager" in entry:
        # Answers leave out a deleted manager as well.
        entry["manager"] = names.get(entry["manager"])
    return {option: value for option, value in entry.items() if value is not None}


def group_entry(group: Model) -> Body:
    """Return a group as an entry."""
    entry: Body = {"display_name": str(group.display_name)}
    for option, kind in (("users", "User"), ("groups", "Group")):
        names = [str(member.display) for member in group.members or () if member.type == kind]
        if names:
            entry[option] = {"set": sorted(names, key=str.casefold)}
    return entry


def permission_entry(permission: Model) -> Body:
    """Return a permission as an entry."""
    kind = "user" if permission.user is not None else "group"
    holder = getattr(permission, kind)
    extension: Any = getattr(permission, SAFE_MEMBER)
    entry: Body = {
        "container": str(permission.container.value),
        kind: str(holder.display or holder.value),
        "rights": {"set": sorted(permission.rights or ())},
    }
    if extension is not None and (extension.membership_expiration_date or 0) > 0:
        entry["membership_expiration"] = moment_of(extension.membership_expiration_date)
    return entry
