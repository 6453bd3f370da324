# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Roles of the administration API, with their administrative rights and their members."""

from __future__ import annotations

from collections.abc import Mapping

from ._client import Client
from ._errors import InvalidError, UnsupportedError
from ._identity import PAGE, rows_of
from ._identity_objects import IdentityObjects, identifier_in
from ._identity_resources import ADMINISTRATIVE_RIGHTS, VAULT_MANAGEMENT
from ._paths import Object, fold
from ._plan import Change, Plan, Task

CATALOGUE = "@/lib/get_superrights.js(excludeRight:'')"


class Roles(IdentityObjects):
    """Roles, with their administrative rights and their members."""

    columns = ("ID", "Name", "Description")

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._names: dict[str, str] = {}  # of administrative rights, by path; the first one that is seen stays

    def read(self, row: Object) -> Object | None:
        members = {"Name": row["id"], "Args": {"Caching": -1}}
        rights = {"Role": row["id"], "Args": PAGE}
        assigned = rows_of(self.identity.call("Core/GetAssignedAdministrativeRights", rights, repeatable=True))
        names = [
            self._names.setdefault(str(right["Path"]), str(right.get("Description") or right["Path"]))
            for right in assigned
        ]
        return {
            "id": row["id"],
            "Name": row.get("Name"),
            "Description": row.get("Description") or None,
            "AdministrativeRights": sorted(names),
            "Members": [
                {"value": member.get("Guid"), "display": member.get("Name"), "type": member.get("Type")}
                for member in rows_of(self.identity.call("Roles/GetRoleMembers", members, repeatable=True))
            ],
        }

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        desired = super().resolve(task, keys, current, check=check)
        if desired.get("administrative_rights"):
            catalogue = self._catalogue()
            desired["administrative_rights"] = {
                way: [self._spelled(right, catalogue) for right in rights]
                for way, rights in desired["administrative_rights"].items()
                if rights is not None
            }
        return desired

    def _catalogue(self) -> dict[str, str]:
        """The names of the rights that the tenant has, by path."""
        try:
            rows = self.identity.script(CATALOGUE)
        except (InvalidError, UnsupportedError):
            rows = []
        named = {str(row["Path"]): str(row.get("Description") or row["Path"]) for row in rows if row.get("Path")}
        return named or ADMINISTRATIVE_RIGHTS

    def _spelled(self, right: str, catalogue: Mapping[str, str]) -> str:
        """The name of a right as the role shows it, or would. A right is given by name or by path."""
        wanted = _compact(right)
        known = (path for path, name in catalogue.items() if wanted in (_compact(name), _compact(path)))
        path = next(known, right if "/" in right else None)
        if path is None:
            names = ", ".join(sorted(catalogue.values()))
            raise InvalidError(f"the tenant has no administrative right {right!r}", hint=f"It has {names}")
        return self._names.setdefault(path, catalogue.get(path, path))

    def _path(self, name: str) -> str:
        return next(path for path, shown in self._names.items() if shown == name)

    def refuse(self, task: Task, plan: Plan) -> None:
        if task.absent or not task.desired["administrative_rights"]:
            return
        rights = {self._path(name): name for name in plan.expected.get("AdministrativeRights") or ()}
        others = [
            name for path, name in rights.items() if "man" in path.rpartition("/")[2] and path != VAULT_MANAGEMENT
        ]
        if VAULT_MANAGEMENT not in rights or not others:
            return
        text = f"with {', '.join(sorted(others))} beside Vault Management no object of the vault can be seen"
        if not task.policies["allow_mixed_rights"]:
            raise InvalidError(
                text, hint="Use another role and another service user for the vault, or set allow_mixed_rights"
            )
        self.client.warn(f"{task.label}: {text}")

    def create(self, task: Task, plan: Plan) -> str:
        body = {"Name": plan.expected["Name"], "RoleType": "PrincipalList"}
        result = self.identity.call("Roles/StoreRole", {**body, "Description": plan.expected.get("Description") or ""})
        return identifier_in("StoreRole", result.get("_RowKey") if isinstance(result, Mapping) else result)

    def update(self, identifier: str, plan: Plan) -> None:
        changes = {change.attribute.option: change for change in plan.changes}
        own = {"users", "roles"} if plan.current is None else {"name", "description", "users", "roles"}
        if own & set(changes):
            # Without it, the description could be blanked (admin contract 6.3).
            body: Object = {"Name": identifier, "Description": plan.expected.get("Description") or ""}
            if plan.current is not None and "name" in changes:
                body["NewName"] = changes["name"].after
            for option in {"users", "roles"} & set(changes):
                added, removed = _difference(changes[option])
                body[option.capitalize()] = {"Add": added, "Delete": removed}
            self.identity.call("Roles/UpdateRole", body)
        if rights := changes.get("administrative_rights"):
            added, removed = _difference(rights)
            # What goes goes first: for a moment too few rights are better than too many.
            for verb, names in (("UnAssignSuperRights", removed), ("AssignSuperRights", added)):
                if names:
                    pairs = [{"Role": identifier, "Path": self._path(name)} for name in names]
                    self.identity.call(f"SaasManage/{verb}", pairs)

    def remove(self, identifier: str) -> None:
        self.identity.call("SaasManage/DeleteRole", {"Name": identifier})


def _difference(change: Change) -> tuple[list[str], list[str]]:
    before, after = set(change.before or ()), set(change.after or ())
    return sorted(after - before), sorted(before - after)


def _compact(name: str) -> str:
    return fold(name).replace(" ", "")
