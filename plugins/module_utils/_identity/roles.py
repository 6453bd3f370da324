# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find and write roles of the administration API, with their administrative rights and members."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from .._base.errors import InvalidError, NotFoundError, ProtocolError
from .._base.paths import Object, fold
from .._http.client import Client
from .._model.plan import Change, Plan, Task
from .._model.rows import Resource
from .api import OPTIONAL_ERRORS, PAGE, rows_of
from .objects import IdentityObjects, identifier_in
from .people import members_of
from .resources import ADMINISTRATIVE_RIGHTS, VAULT_MANAGEMENT

MEMBERS = {"users": "User", "roles": "Role"}  # the options of members, and the tables with their names
CATALOGUE = "@/lib/get_superrights.js(excludeRight:'')"
RIGHTS_OF_USER = "UserMgmt/GetUsersRolesAndAdministrativeRights"
HIDES_VAULT = "Vault Management no object of the vault can be seen"


class Roles(IdentityObjects):
    """Roles, with their administrative rights and their members."""

    columns = ("ID", "Name", "Description")

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._names: dict[str, str] = {}  # of administrative rights, by path; the first one that is seen is kept

    def read(self, row: Object) -> Object | None:
        rights = {"Role": row["id"], "Args": PAGE}
        assigned = rows_of(self.identity.call("Core/GetAssignedAdministrativeRights", rights, repeatable=True))
        names = [self._named(right["Path"], right.get("Description")) for right in assigned if right.get("Path")]
        return {
            "id": row["id"],
            "Name": row.get("Name"),
            "Description": row.get("Description") or None,
            "AdministrativeRights": sorted(names),
            "Members": members_of(self.identity, row["id"]),
        }

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        desired = super().resolve(task, keys, current, check=check)
        if desired.get("administrative_rights"):
            given = {way: rights for way, rights in desired["administrative_rights"].items() if rights is not None}
            held = all(any(_paths_of(right, self._names)) for right in chain.from_iterable(given.values()))
            catalogue = {} if held else self._catalogue()
            desired["administrative_rights"] = {
                way: [
                    name
                    for right in rights
                    for name in [self._spelled(right, catalogue, may_be_unknown=way == "remove")]
                    if name
                ]
                for way, rights in given.items()
            }
        return desired

    def _catalogue(self) -> dict[str, str]:
        """Return the names of all rights of the tenant, by path."""
        try:
            rows = self.identity.script(CATALOGUE)
        except OPTIONAL_ERRORS:
            rows = []
        named = {str(row["Path"]): str(row.get("Description") or row["Path"]) for row in rows if row.get("Path")}
        return named or ADMINISTRATIVE_RIGHTS

    def _spelled(self, right: str, catalogue: Mapping[str, str], *, may_be_unknown: bool) -> str | None:
        """Return the name of a right as the role shows it. The right is given by name or by path.

        If the tenant has no right with this name, search the usual names: tenants may use other names for the same
        right (recorded for Privilege Cloud).

        Raise InvalidError for an unknown right. With ``may_be_unknown``, return None instead.
        """
        wanted = _compact(right)
        names = {**catalogue, **self._names}
        known = _paths_of(right, names)
        usual = (path for path in names if wanted == _compact(ADMINISTRATIVE_RIGHTS.get(path, "")))
        path = next(chain(known, usual), right if "/" in right else None)
        if path is not None:
            return self._named(path, names.get(path))
        if may_be_unknown:
            return None
        raise InvalidError(
            f"the tenant has no administrative right {right!r}", hint=f"It has {', '.join(sorted(catalogue.values()))}"
        )

    def _named(self, path: str, name: str | None) -> str:
        """Return the first known name of a right, or its path if another right has that name."""
        return self._names.setdefault(path, name if name and name not in self._names.values() else path)

    def _path(self, name: str) -> str:
        return next(path for path, shown in self._names.items() if shown == name)

    def refuse(self, task: Task, plan: Plan) -> None:
        self.people.check(plan)
        text = "" if task.absent else self._mixed_rights(plan)
        if text and not task.policies["allow_mixed_rights"]:
            raise InvalidError(
                text, hint="Use another role and another service user for the vault, or set allow_mixed_rights"
            )
        if text:
            self.client.warn(f"{task.label}: {text}")

    def _mixed_rights(self, plan: Plan) -> str:
        """Return a reason if the plan combines rights that hide the vault, in the role or for one of its users."""
        changes = {change.attribute.option: _difference(change)[0] for change in plan.changes if change.after}
        added = changes.get("administrative_rights", [])
        names = {str(name) for name in plan.expected.get("AdministrativeRights") or ()}
        if others := self.beside_vault(names):
            is_new = any(name in others or self._path(name) == VAULT_MANAGEMENT for name in added)
            return f"with {', '.join(others)} beside {HIDES_VAULT}" if is_new else ""
        members = plan.expected.get("Members") or () if added else ()
        users = {str(member["value"]) for member in members if member.get("type") == MEMBERS["users"]}
        for user in sorted(users.union(changes.get("users", [])) if any(map(self._manages, names)) else ()):
            elsewhere = self._rights_elsewhere(user, plan)
            held = {name for rights in elsewhere.values() for name in rights}
            if (others := self.beside_vault({*names, *held})) and not self.beside_vault(held):
                roles = sorted(role for role, rights in elsewhere.items() if any(map(self._manages, rights)))
                login = (self.people.read("User", user) or {}).get("Name") or user
                return f"{login} is in {', '.join(roles)}, too, and with {', '.join(others)} beside {HIDES_VAULT}"
        return ""

    def _rights_elsewhere(self, user: str, plan: Plan) -> dict[str, list[str]]:
        """Return the rights that a user has from other roles, by role. Empty if the tenant does not show them."""
        own = plan.identifier if plan.current else None
        try:
            rows = rows_of(self.identity.call(RIGHTS_OF_USER, {"ID": user, "Args": PAGE}, repeatable=True))
        except (*OPTIONAL_ERRORS, NotFoundError):  # in check mode, the user may not exist yet
            return {}
        return {
            str(row.get("RoleName") or row.get("ID")): [
                self._named(right["Path"], right.get("Description"))
                for right in row.get("AdministrativeRights") or ()
                if right.get("Path")
            ]
            for row in rows
            if row.get("ID") != own
        }

    def _manages(self, name: str) -> bool:
        return "man" in self._path(name).rpartition("/")[2]

    def beside_vault(self, names: Collection[str]) -> list[str]:
        """Return the other management rights if Vault Management is among these, else none."""
        rights = {self._path(name): name for name in names}
        if VAULT_MANAGEMENT not in rights:
            return []
        return sorted(name for name in names if self._manages(name) and name != rights[VAULT_MANAGEMENT])

    def create(self, task: Task, plan: Plan) -> str:
        body = {"Name": plan.expected["Name"], "RoleType": "PrincipalList"}
        result = self.identity.call("Roles/StoreRole", {**body, "Description": plan.expected.get("Description") or ""})
        return identifier_in("StoreRole", result.get("_RowKey") if isinstance(result, Mapping) else result)

    def update(self, identifier: str, plan: Plan) -> None:
        changes = {change.attribute.option: change for change in plan.changes}
        # Rights first: most administrators may not assign them, and if that fails, nothing else is changed.
        if rights := changes.get("administrative_rights"):
            added, removed = _difference(rights)
            # Remove before adding, so that the role never has too many rights in between.
            for verb, names in (("UnAssignSuperRights", removed), ("AssignSuperRights", added)):
                if names:
                    pairs = [{"Role": identifier, "Path": self._path(name)} for name in names]
                    self.identity.call(f"SaasManage/{verb}", pairs)
        own = {"users", "roles"} if plan.current is None else {"name", "description", "users", "roles"}
        if own & set(changes):
            # Send the description even if it is unchanged: otherwise the tenant may clear it (admin contract 6.3).
            body: Object = {"Name": identifier, "Description": plan.expected.get("Description") or ""}
            if plan.current is not None and "name" in changes:
                body["NewName"] = changes["name"].after
            for option in {"users", "roles"} & set(changes):
                added, removed = _difference(changes[option])
                body[option.capitalize()] = {"Add": added, "Delete": removed}
            self.identity.call("Roles/UpdateRole", body)

    def _verify(self, identifier: str, plan: Plan) -> Object:
        """Return the role after a write.

        If Roles/UpdateRole left the members unchanged, change them with the calls that the vendor's SDKs use. These
        calls take names (admin contract 6.5 and 12).
        """
        try:
            return super()._verify(identifier, plan)
        except ProtocolError:
            row = self._row(plan.resource, identifier)
            role = self.read(row) if row else None
            if role is None or not self._change_members_by_name(role, plan):
                raise
        return super()._verify(identifier, plan)

    def _change_members_by_name(self, role: Object, plan: Plan) -> bool:
        """Add the missing members and remove the remaining ones by name. Return whether there were any."""
        held = {str(member["value"]) for member in role["Members"]}
        calls: dict[str, Object] = {}
        for option, table in MEMBERS.items():
            for change in (change for change in plan.changes if change.attribute.option == option):
                added, removed = _difference(change)
                missing, left = set(added) - held, set(removed) & held
                names = self.identity.find_all(table, "name", missing | left)
                for verb, ids in (("AddUsersAndGroupsToRole", missing), ("RemoveUsersAndGroupsFromRole", left)):
                    if found := sorted(str(item["name"]) for key, item in names.items() if item and key in ids):
                        body: Object = {"Name": role["id"], "Users": [], "Groups": [], "Roles": []}
                        calls.setdefault(verb, body)[option.capitalize()] = found
        for verb, body in calls.items():
            self.identity.call(f"SaasManage/{verb}", body)
        return bool(calls)

    def take_back(self, resource: Resource, identifier: str) -> None:
        """Delete a new role unless it is in use: the server may have answered with the id of an existing role."""
        row = self._row(resource, identifier)
        role = self.read(row) if row else None
        if role and (role["Members"] or role["AdministrativeRights"]):
            self.client.warn(f"The role {identifier} is incomplete and already in use: it is not deleted")
        else:
            super().take_back(resource, identifier)

    def remove(self, identifier: str) -> None:
        self.identity.call("SaasManage/DeleteRole", {"Name": identifier})


def _difference(change: Change) -> tuple[list[str], list[str]]:
    before, after = set(change.before or ()), set(change.after or ())
    return sorted(after - before), sorted(before - after)


def _paths_of(right: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of the rights with this name or path. ``names`` are the names of rights by path."""
    wanted = _compact(right)
    return (path for path, name in names.items() if wanted in (_compact(name), _compact(path)))


def _compact(name: str) -> str:
    return fold(name).replace(" ", "")
