# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Users, roles and OAuth2 client apps of the administration API.

Its verbs may report success and do nothing (admin contract 1.1), so that every write is followed by another reading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import _references
from ._client import Client
from ._errors import (
    AuthorizationError,
    ConflictError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    UnknownMemberError,
    UnsupportedError,
)
from ._identity import NAME_COLUMNS, PAGE, Identity, is_named, literal, only, rows_of
from ._identity_resources import ADMINISTRATIVE_RIGHTS, VAULT_MANAGEMENT
from ._identity_shapes import rights_in
from ._paths import Object, fold
from ._plan import Change, Plan, Task, make_plan
from ._resources import Resource
from ._shapes import Truth

READINGS = 4  # after a write, until it shows
SAME_PASSWORD = "_I18N_SetPasswordFailedNewSameAsOld"
TEMPLATE = "OAuth2ServerClient"
CATALOGUE = "@/lib/get_superrights.js(excludeRight:'')"
DEFAULT_GRANT = ["View", "Execute"]


class IdentityObjects(ABC):
    """What the three kinds have in common: the course from a name to an object, and the proof of a write."""

    columns: tuple[str, ...]

    def __init__(self, client: Client) -> None:
        self.client = client
        self.identity = Identity(client)

    @abstractmethod
    def read(self, row: Object) -> Object | None:
        """The object of a row, None if it has gone."""

    @abstractmethod
    def refuse(self, task: Task, plan: Plan) -> None:
        """Raise for what this store never writes."""

    @abstractmethod
    def create(self, task: Task, plan: Plan) -> str:
        """Make the object, whole or in part, and return its id."""

    @abstractmethod
    def update(self, identifier: str, plan: Plan) -> None:
        """Write what the plan changes in an object that exists."""

    @abstractmethod
    def remove(self, identifier: str) -> None:
        """Delete the object."""

    def locate(self, task: Task, *, check: bool) -> tuple[Object | None, Object]:
        resource = task.resource
        keys = resource.name_of(task.desired)
        row = self._row(resource, task.identifier) if task.identifier else self.find(resource, keys)
        if row is None and task.identifier and not task.absent:
            raise NotFoundError(f"there is no {resource.name} with this id", hint="To create one, leave out id")
        return self.read(row) if row else None, keys

    def find(self, resource: Resource, keys: Object) -> Object | None:
        column, name = NAME_COLUMNS[resource.endpoint], str(keys[resource.keys[0]])
        rows = self.identity.select(resource.endpoint, self.columns, is_named(column, [name]))
        found = [{**row, "id": str(row["ID"])} for row in rows if fold(row.get(column)) == fold(name)]
        return only(resource.endpoint, found)

    def _row(self, resource: Resource, identifier: str) -> Object | None:
        rows = self.identity.select(resource.endpoint, self.columns, f"ID = {literal(identifier)}")
        return next(({**row, "id": str(row["ID"])} for row in rows if str(row["ID"]) == identifier), None)

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        return _references.resolve(self.identity, task, keys, current, check=check)

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        if plan.action == "delete":
            self.remove(plan.identifier)
            self._gone(plan)
            return plan, {}
        identifier = self.create(task, plan) if plan.current is None else plan.identifier
        try:
            self.update(identifier, plan)
        except (AuthorizationError, InvalidError):
            if plan.current is None:
                self.take_back(plan.resource, identifier)
            raise
        return plan, self._proven(identifier, plan)

    def take_back(self, resource: Resource, identifier: str) -> None:
        """Leave nothing half-made behind when the tenant refuses the rest."""
        try:
            self.remove(identifier)
        except IdentityError:
            self.client.warn(f"The {resource.name} {identifier} was made in part, and could not be deleted again")

    def unmet(self, plan: Plan, held: Object) -> list[tuple[str, Any, Any]]:
        """What of the plan the object does not show, although it should."""
        return plan.unmet(held)

    def _proven(self, identifier: str, plan: Plan) -> Object:
        """The object as it is after a write. Raises ProtocolError when it is not what was written."""
        for attempt in range(1, READINGS + 1):
            row = self._row(plan.resource, identifier)
            held = self.read(row) if row else None
            unmet = self.unmet(plan, held) if held else [("id", None, identifier)]
            if held and not unmet:
                return held
            option, shown, wanted = unmet[0]
            error = ProtocolError(
                f"the tenant reported success, and holds {option} = {shown!r} instead of {wanted!r}",
                hint="Look at the object in the Admin Portal, and run the task again",
            )
            if attempt < READINGS:
                self.client.pause(attempt, error, "it is read again")
        raise error

    def _gone(self, plan: Plan) -> None:
        for attempt in range(1, READINGS + 1):
            if not self._row(plan.resource, plan.identifier):
                return
            error = ProtocolError("the tenant reported success, and the object is still there")
            if attempt < READINGS:
                self.client.pause(attempt, error, "it is looked for again")
        raise error


class Users(IdentityObjects):
    """Users of the cloud directory, with what makes one a service user."""

    columns = ("ID", "Username")

    def read(self, row: Object) -> Object | None:
        held = self.identity.call("UserMgmt/GetUserAttributes", {"ID": row["id"]}, repeatable=True)
        if not isinstance(held, dict):
            return None
        everybody = Truth().read(held.get("InEverybodyRole"))
        user = {
            **{name: held.get(name) for name in ("Name", "DisplayName", "Mail", "Description", "PasswordNeverExpire")},
            "id": row["id"],
            "Active": held.get("State") in (None, "", "None"),
            "OauthClient": Truth().read(held.get("OauthClient")) or False,
            # There is no certain flag (admin contract 5.1): who is not in the role Everybody is a service user.
            "ServiceUser": Truth().read(held.get("ServiceUser")) or everybody is False,
            "ForcePasswordChangeNext": Truth().read(held.get("ForcePasswordChangeNext")) or False,
        }
        return {name: value for name, value in user.items() if value is not None}

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        desired = dict(task.desired)
        if desired["oauth_client"] and desired["service_user"] is None:
            is_client = (current or {}).get("OauthClient")
            desired["service_user"] = current["ServiceUser"] if current and is_client else True
        if current is None:
            self._check_suffix(str(desired["user_name"]))
        elif "PasswordNeverExpire" not in current:
            desired["password_never_expires"] = None  # it is not shown, so that nobody knows whether it differs
        return desired

    def _check_suffix(self, user_name: str) -> None:
        """Refuse a login suffix that the tenant does not have, where it tells which it has."""
        try:
            result = self.identity.call("Core/GetCdsAliasesForTenant", repeatable=True)
        except (InvalidError, AuthorizationError, UnsupportedError, ProtocolError):
            return  # creating the user tells
        items = result.get("Results") if isinstance(result, Mapping) else None
        suffixes = {str(entity["Key"]) for item in items or () for entity in item.get("Entities") or ()}
        suffix = user_name.rpartition("@")[2]
        if suffixes and fold(suffix) not in map(fold, suffixes):
            raise InvalidError(
                f"the tenant has no login suffix {suffix!r}", hint=f"It has {', '.join(sorted(suffixes))}"
            )

    def refuse(self, task: Task, plan: Plan) -> None:
        if task.desired.get("force_password_change") and task.desired.get("password_never_expires"):
            raise InvalidError("force_password_change and password_never_expires exclude each other")

    def create(self, task: Task, plan: Plan) -> str:
        wanted = plan.expected
        names = ("Name", "DisplayName", "Mail", "Description", "Password", "OauthClient", "PasswordNeverExpire")
        result = self.identity.call(
            "CDirectoryService/CreateUser",
            {
                **{name: wanted[name] for name in names if wanted.get(name) is not None},
                "ForcePasswordChangeNext": wanted["ForcePasswordChangeNext"],
                "ServiceUser": wanted["ServiceUser"],
                "InEverybodyRole": not wanted["ServiceUser"],
                "InSysAdminRole": False,
                "SendEmailInvite": False,
                "SendSmsInvite": False,
                "state": "None" if wanted["Active"] else "Disabled",
            },
        )
        return _identifier("CreateUser", result)

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        if plan.action != "update" or not any(change.attribute.secret for change in plan.changes):
            done, user = super().write(task, plan, desired)
            written = plan.expected.get("PasswordNeverExpire") if user else None
            return done, {"PasswordNeverExpire": written, **user} if written is not None else user
        set_anew = self._set_password(plan.identifier, desired["password"])
        # Whether that calls for another new password at the next login is not known (admin contract 5.4): look.
        current = self.read({"id": plan.identifier})
        rest = make_plan(replace(task, write_secrets=False), desired, current)
        if rest.changed:
            self.update(plan.identifier, rest)
            current = self._proven(plan.identifier, rest)
        done = plan if set_anew else make_plan(replace(task, write_secrets=False), desired, plan.current)
        return done, current or {}

    def _set_password(self, identifier: str, password: str) -> bool:
        """Whether it was another one before."""
        body = {"ID": identifier, "newPassword": password}
        try:
            self.identity.call("UserMgmt/ResetUserPassword", body)
        except InvalidError as error:
            if error.error_type != SAME_PASSWORD:
                raise
            return False
        return True

    def update(self, identifier: str, plan: Plan) -> None:
        if plan.current is None:
            return  # made whole
        fields = {change.attribute.path[0]: change.after for change in plan.changes}
        active = fields.pop("Active", None)
        if "ServiceUser" in fields:
            fields["InEverybodyRole"] = not fields["ServiceUser"]
        if fields:
            texts = {name: "" if value is None else value for name, value in fields.items()}
            self.identity.call("CDirectoryService/ChangeUser", {"ID": identifier, **texts})
        if active is not None:
            state = "None" if active else "Disabled"
            self.identity.call("CDirectoryService/SetUserState", {"ID": identifier, "state": state})

    def unmet(self, plan: Plan, held: Object) -> list[tuple[str, Any, Any]]:
        hidden = {"password_never_expires"} - {"password_never_expires" if "PasswordNeverExpire" in held else ""}
        return [item for item in plan.unmet(held) if item[0] not in hidden]

    def remove(self, identifier: str) -> None:
        _check_each("UserMgmt/RemoveUsers", self.identity.call("UserMgmt/RemoveUsers", {"Users": [identifier]}))


class Roles(IdentityObjects):
    """Roles, with their administrative rights and their members."""

    columns = ("ID", "Name", "Description")

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._paths: dict[str, str] = {}  # by the name of an administrative right

    def read(self, row: Object) -> Object | None:
        members = {"Name": row["id"], "Args": {"Caching": -1}}
        rights = {"Role": row["id"], "Args": PAGE}
        assigned = rows_of(self.identity.call("Core/GetAssignedAdministrativeRights", rights, repeatable=True))
        names = {str(right.get("Description") or right["Path"]): str(right["Path"]) for right in assigned}
        self._paths.update(names)
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
        shown = next((name for name, shown in self._paths.items() if shown == path), catalogue.get(path, path))
        self._paths[shown] = path
        return shown

    def refuse(self, task: Task, plan: Plan) -> None:
        if task.absent or not task.desired["administrative_rights"]:
            return
        rights = {self._paths[name]: name for name in plan.expected.get("AdministrativeRights") or ()}
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
        return _identifier("StoreRole", result.get("_RowKey") if isinstance(result, Mapping) else result)

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
                    pairs = [{"Role": identifier, "Path": self._paths[name]} for name in names]
                    self.identity.call(f"SaasManage/{verb}", pairs)

    def remove(self, identifier: str) -> None:
        self.identity.call("SaasManage/DeleteRole", {"Name": identifier})


class Apps(IdentityObjects):
    """OAuth2 client apps, with their profile, their scopes and the permissions that roles have on them."""

    columns = ("ID", "ServiceName", "TemplateName")

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._orphans: list[str] = []

    def read(self, row: Object) -> Object | None:
        app = self.identity.call("SaasManage/GetApplication", {"_RowKey": row["id"]}, repeatable=True)
        if not isinstance(app, dict):
            return None
        template = app.get("TemplateName") or row.get("TemplateName")
        if template != TEMPLATE:
            raise ConflictError(
                f"the Application ID belongs to an app of another kind, {template}", hint="Choose another one"
            )
        arguments = {"RowKey": row["id"], "Table": "Application", "ReduceSysadmin": True, "Args": PAGE}
        entries = self.identity.call("Acl/GetRowAces", arguments, repeatable=True)
        return {
            **{name: app.get(name) or None for name in ("Name", "ServiceName", "Description", "Icon")},
            "id": row["id"],
            "OAuthProfile": app.get("OAuthProfile") or {},
            "Grants": {
                str(entry["Principal"]): {
                    "role": str(entry.get("PrincipalName") or entry["Principal"]),
                    "rights": rights_in(entry.get("Grant")),
                }
                for entry in entries or ()
                if not entry.get("Inherited") and entry.get("PrincipalType", entry.get("Type")) == "Role"
            },
        }

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        desired = dict(task.desired)
        if desired["permissions"]:
            given = {way: grants for way, grants in desired["permissions"].items() if grants is not None}
            roles = self._roles(given, (current or {}).get("Grants", {}), check=check)
            desired["permissions"] = {
                way: {
                    role["id"]: {
                        "role": role["Name"],
                        "rights": grant["rights"] or ([] if way == "remove" else DEFAULT_GRANT),
                    }
                    for grant in grants
                    for role in [roles.get(fold(grant["role"]))]
                    if role
                }
                for way, grants in given.items()
            }
        if current is None:
            self._orphans = self._find_orphans()
            if self._orphans and task.policies["orphans"] == "report":
                self.client.warn(
                    f"There are OAuth2 client apps without an Application ID, such as an interrupted run leaves: "
                    f"{', '.join(self._orphans)}. Delete them in the Admin Portal, or set orphans to adopt"
                )
        return desired

    def _roles(self, given: Mapping[str, Any], grants: Mapping[str, Object], *, check: bool) -> dict[str, Object]:
        """The roles that are named, by name. Those with a permission are known, and those to lose one need not be."""
        held = {fold(grant["role"]): {"id": key, "Name": grant["role"]} for key, grant in grants.items()}
        held.update({fold(role["id"]): role for role in held.values()})
        granted = {grant["role"] for way in ("add", "set") for grant in given.get(way, ())}
        new = sorted(name for name in granted if fold(name) not in held)
        found = self.identity.find_all("Role", "Name", new) if new else {}
        if unknown := [name for name, role in found.items() if not role]:
            text = f"no role has the name or the id {', '.join(map(repr, unknown))}"
            if not check:
                raise UnknownMemberError(text, hint="Correct the name, or create the role first")
            self.client.warn(f"{text} yet; the run fails unless it does by then")
        return {**held, **{fold(name): role or {"id": name, "Name": name} for name, role in found.items()}}

    def _find_orphans(self) -> list[str]:
        """Apps that were made from the template and never named."""
        where = f"TemplateName = {literal(TEMPLATE)} AND (ServiceName IS NULL OR ServiceName = '')"
        return sorted(str(row["ID"]) for row in self.identity.select("Application", ("ID",), where))

    def refuse(self, task: Task, plan: Plan) -> None:
        """Nothing: what an app may hold is in its rows."""

    def create(self, task: Task, plan: Plan) -> str:
        """An app of the template, configured at once: until then it has no name to be found by."""
        adopts = task.policies["orphans"] == "adopt" and len(self._orphans) == 1
        identifier = self._orphans[0] if adopts else self._import()
        try:
            self._configure(identifier, plan)
        except IdentityError:
            if not adopts:
                self.take_back(plan.resource, identifier)
            raise
        return identifier

    def _import(self) -> str:
        """The id of a new app. Each request makes another one, so that it is never simply repeated."""
        try:
            result = self.identity.call("SaasManage/ImportAppFromTemplate", {"ID": [TEMPLATE]})
        except IdentityError as error:
            if not error.uncertain:
                raise
            self.client.pause(1, error, "whether an app was made is looked up")
            made = [identifier for identifier in self._find_orphans() if identifier not in self._orphans]
            if len(made) != 1:
                raise
            return made[0]
        item = result[0] if isinstance(result, list) and result and isinstance(result[0], Mapping) else {}
        return _identifier("ImportAppFromTemplate", item.get("_RowKey") if item.get("success") else None)

    def update(self, identifier: str, plan: Plan) -> None:
        changed = {change.attribute.option: change for change in plan.changes}
        if plan.current is not None and set(changed) - {"permissions"}:
            self._configure(identifier, plan)
        if change := changed.get("permissions"):
            grants = [
                self._grant(principal, after.get("role") or before["role"], after.get("rights"))
                for principal in {**change.before, **change.after}
                for before, after in [(change.before.get(principal, {}), change.after.get(principal, {}))]
                if before.get("rights") != after.get("rights")
            ]
            self.identity.call("SaasManage/SetApplicationPermissions", {**_app_ids(identifier), "Grants": grants})

    def _configure(self, identifier: str, plan: Plan) -> None:
        """Send what the app is to be. What its profile holds beyond the options stays (admin contract 7.4)."""
        wanted = plan.expected
        current = plan.current or self.read({"id": identifier}) or {}
        profile = {**current.get("OAuthProfile", {}), **wanted.get("OAuthProfile", {})}
        profile["TargetIsUs"] = True
        profile["AllowPublic"] = fold(profile.get("ClientIDType")) not in ("1", "confidential")
        body = {**_app_ids(identifier), "Name": wanted["Name"], "ServiceName": wanted["ServiceName"]}
        body["Description"] = wanted.get("Description") or ""
        if any(change.attribute.option == "icon_uri" for change in plan.changes):
            body["IconUri"] = wanted.get("Icon") or ""
        self._send(body, profile)
        # Older tenants know the kind of client by a word, and say nothing of a number (admin contract 7.4).
        if profile.get("ClientIDType") == 1:
            now = self.identity.call("SaasManage/GetApplication", {"_RowKey": identifier}, repeatable=True) or {}
            if fold((now.get("OAuthProfile") or {}).get("ClientIDType")) not in ("1", "confidential"):
                self._send(body, {**profile, "ClientIDType": "confidential"})

    def _send(self, body: Object, profile: Object) -> None:
        self.identity.call("SaasManage/UpdateApplicationDE", {**body, "OAuthProfile": profile}, repeatable=True)

    @staticmethod
    def _grant(principal: str, role: str, rights: list[str] | None) -> Object:
        return {
            "Principal": role,
            "PrincipalId": principal,
            "PType": "Role",
            "Type": "Role",
            "SystemName": role,
            "Rights": ",".join(rights or ["None"]),
        }

    def unmet(self, plan: Plan, held: Object) -> list[tuple[str, Any, Any]]:
        unmet = plan.unmet(held)
        for option, shown, wanted in unmet:
            if option == "icon_uri":  # whether it is shown as it was given is not known
                self.client.warn(f"The tenant accepted icon_uri = {wanted!r} and holds {shown!r}")
        return [item for item in unmet if item[0] != "icon_uri"]

    def remove(self, identifier: str) -> None:
        verb = "SaasManage/DeleteApplication"
        _check_each(verb, self.identity.call(verb, {"_RowKey": [identifier]}))


def _check_each(verb: str, result: Any) -> None:
    """What a verb for many says of each: it may fail for one and succeed as a whole (admin contract 1.1)."""
    for item in result if isinstance(result, list) else ():
        if isinstance(item, Mapping) and item.get("success") is False:
            raise InvalidError(f"{verb} refuses it: {item.get('Message') or 'without saying why'}")


def _identifier(verb: str, result: Any) -> str:
    if not isinstance(result, str) or not result:
        raise ProtocolError(f"{verb} reported success, and made nothing", uncertain=True)
    return result


def _app_ids(identifier: str) -> Object:
    # One client needs all three, another one sends the first (admin contract 7.4 and 8).
    return {"_RowKey": identifier, "RowKey": identifier, "ID": identifier, "PVID": identifier}


def _difference(change: Change) -> tuple[list[str], list[str]]:
    before, after = set(change.before or ()), set(change.after or ())
    return sorted(after - before), sorted(before - after)


def _compact(name: str) -> str:
    return fold(name).replace(" ", "")
