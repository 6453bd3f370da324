# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find and write OAuth2 client apps. A new app has no name, and its profile is written as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._base.errors import ConflictError, IdentityError, InvalidError, ProtocolError, UnknownMemberError
from .._base.paths import Object, fold
from .._http.client import Client
from .._model.ensure import Located
from .._model.plan import Plan, Task
from .api import PAGE, literal
from .objects import IdentityObjects, check_each, identifier_in
from .shapes import GRANTS, needed_by, rights_in, with_implied

TEMPLATE = "OAuth2ServerClient"
DEFAULT_GRANT = ["View", "Execute"]
UPLOADED = "/vfs/Application/Icons/"  # the folder for the tenant's copies of logos


class Apps(IdentityObjects):
    """OAuth2 client apps, with their profile, their scopes and the permissions that roles have on them."""

    columns = ("ID", "ServiceName", "TemplateName")

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._orphans: list[str] = []

    def locate(self, task: Task, *, check: bool) -> Located:
        app, keys = super().locate(task, check=check)
        if app is None or app["TemplateName"] == TEMPLATE:
            return app, keys
        text = f"the Application ID belongs to an app of another kind, {app['TemplateName']}"
        if not task.absent:
            raise ConflictError(text, hint="Choose another one")
        self.client.warn(f"{task.label}: {text}, which is not changed")
        return None, keys

    def read(self, row: Object) -> Object | None:
        app = self._application(row["id"])
        if app is None:
            return None
        return {
            **{name: app.get(name) or None for name in ("Name", "ServiceName", "Description", "Icon")},
            "id": row["id"],
            "TemplateName": app.get("TemplateName") or row.get("TemplateName"),
            "OAuthProfile": {"MustBeOauthClient": False, **(app.get("OAuthProfile") or {})},
            "Profile": app.get("OAuthProfile") or {},  # unchanged, to be sent back
            "Grants": {
                grant["id"]: {"role": grant["name"], "rights": grant["rights"]}
                for grant in self.grants(row["id"])
                if grant["type"] == "Role"
            },
        }

    def grants(self, identifier: str) -> list[Object]:
        """Return the permissions on the app itself: id, name and type of each holder, and its rights."""
        arguments = {"RowKey": identifier, "Table": "Application", "ReduceSysadmin": True, "Args": PAGE}
        entries = self.identity.call("Acl/GetRowAces", arguments, repeatable=True)
        return [
            {
                "id": str(entry.get("Principal")),
                "name": str(entry.get("PrincipalName") or entry.get("Principal")),
                "type": entry.get("PrincipalType", entry.get("Type")),
                "rights": rights_in(entry.get("Grant")),
            }
            for entry in entries or ()
            if not entry.get("Inherited")
        ]

    def _application(self, identifier: str) -> Object | None:
        """Return the settings of an app, or None if it was deleted or is not shown yet."""
        try:
            app = self.identity.call("SaasManage/GetApplication", {"_RowKey": identifier}, repeatable=True)
        except InvalidError as error:
            # A missing app has only these messages on record (admin contract 1.1).
            if re.search("not exist|not found", error.detail or "", re.IGNORECASE):
                return None
            raise
        return app if isinstance(app, dict) else None

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        desired = dict(task.desired)
        if desired["permissions"]:
            given = {way: grants for way, grants in desired["permissions"].items() if grants is not None}
            roles = self._roles(given, (current or {}).get("Grants", {}), check=check)
            desired["permissions"] = {
                way: {
                    role["id"]: {
                        "role": role["Name"],
                        "rights": (list(GRANTS) if way == "remove" else DEFAULT_GRANT)
                        if grant["rights"] is None
                        else grant["rights"],
                    }
                    for grant in grants
                    for role in [roles.get(fold(grant["role"]))]
                    if role
                }
                for way, grants in given.items()
            }
            _refuse_to_split((current or {}).get("Grants", {}), desired["permissions"])
        if current and str(current.get("Icon")).startswith(UPLOADED):
            desired["icon_uri"] = None  # a copy of the given logo, which cannot be compared with it
        if current is None:
            self._orphans = self._find_orphans()
            policy = task.policies["orphans"]
            self.creates = not (policy == "adopt" and self._can_adopt())
            if not self.creates:
                self.client.warn(f"The app {self._orphans[0]}, which has no Application ID, is adopted")
            elif self._orphans and policy != "ignore":
                self.client.warn(
                    "There are OAuth2 client apps without an Application ID, which an interrupted run may have left: "
                    f"{', '.join(self._orphans)}. Delete them in the Admin Portal. A single one that nobody has "
                    "set up can be adopted with the option orphans"
                )
        return desired

    def _roles(self, given: Mapping[str, Any], grants: Mapping[str, Object], *, check: bool) -> dict[str, Object]:
        """Return the ids of the named roles, by name. A role in ``remove`` need not exist."""
        held = {fold(grant["role"]): {"id": key, "Name": grant["role"]} for key, grant in grants.items()}
        held.update({fold(role["id"]): role for role in held.values()})
        granted = {grant["role"] for way in ("add", "set") for grant in given.get(way, ())}
        new = sorted(name for name in granted if fold(name) not in held)
        found = self.identity.find_all("Role", "Name", new) if new else {}
        if unknown := [name for name, role in found.items() if not role]:
            text = f"no role has the name or the id {', '.join(map(repr, unknown))}"
            if not check:
                raise UnknownMemberError(text, hint="Correct the name, or create the role first")
            self.client.warn(f"{text} yet; the run fails unless an earlier task creates it")
        return {**held, **{fold(name): role or {"id": name, "Name": name} for name, role in found.items()}}

    def _find_orphans(self) -> list[str]:
        """Return the ids of apps from the template that have no Application ID."""
        where = f"TemplateName = {literal(TEMPLATE)} AND (ServiceName IS NULL OR ServiceName = '')"
        return sorted(str(row["ID"]) for row in self.identity.select("Application", ("ID",), where) if row.get("ID"))

    def refuse(self, task: Task, plan: Plan) -> None:
        """Refuse nothing, because the rows contain all rules for apps."""

    def create(self, task: Task, plan: Plan) -> str:
        """Create an app from the template and configure it at once, because it has no name until then."""
        identifier = self._import() if self.creates else self._orphans[0]
        try:
            self._configure(identifier, plan)
        except IdentityError:
            if self.creates:
                self.take_back(plan.resource, identifier)
            raise
        return identifier

    def _can_adopt(self) -> bool:
        """Return whether there is exactly one app without a name, and nobody has begun to set it up."""
        if len(self._orphans) != 1:
            return False
        orphan = self.read({"id": self._orphans[0]})
        return orphan is not None and not orphan["Grants"] and not orphan["OAuthProfile"].get("KnownScopes")

    def _import(self) -> str:
        """Create an app and return its id. Each request creates another app, so look for a new app before a retry."""
        lost: IdentityError | None = None
        try:
            result = self.identity.call("SaasManage/ImportAppFromTemplate", {"ID": [TEMPLATE]})
            item = result[0] if isinstance(result, list) and result and isinstance(result[0], Mapping) else {}
            return identifier_in("ImportAppFromTemplate", item.get("_RowKey") if item.get("success") else None)
        except IdentityError as error:
            if not error.uncertain:
                raise
            lost = error
        self.client.pause(1, lost, "a new app is looked up")
        created: list[str] = []

        def look() -> tuple[Object | None, str]:
            created[:] = [identifier for identifier in self._find_orphans() if identifier not in self._orphans]
            return ({}, "") if created else (None, "shows no new app")

        try:
            self.wait_for(look)
        except ProtocolError:
            # No app was created. A retry is safe after a broken connection. It is not safe if the tenant reported
            # success without an app, or may still be creating one.
            lost.uncertain = not isinstance(lost, ProtocolError) and not lost.pending
            raise lost from None
        if len(created) > 1:
            raise ProtocolError(
                f"one of the new apps {', '.join(created)} may be this one, but the answer with its id was lost",
                hint="Delete them in the Admin Portal, unless somebody is setting one up",
            )
        return created[0]

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
        """Write the desired state of the app. Other keys of its profile are preserved (admin contract 7.4)."""
        wanted = plan.expected
        changed = {change.attribute.option for change in plan.changes}
        keys = {change.attribute.path[-1] for change in plan.changes} if plan.current else set(wanted["OAuthProfile"])
        profile = dict(plan.current["Profile"] if plan.current else self._await_profile(identifier))
        profile.update((key, value) for key, value in wanted["OAuthProfile"].items() if key in keys)
        if plan.current is None or "client_id_type" in changed:
            profile["TargetIsUs"] = True
            profile["AllowPublic"] = fold(profile.get("ClientIDType")) not in ("1", "confidential")
        body = {**_app_ids(identifier), "Name": wanted["Name"], "ServiceName": wanted["ServiceName"]}
        for option, key, name in (("description", "Description", "Description"), ("icon_uri", "IconUri", "Icon")):
            if option in changed:
                body[key] = wanted.get(name) or ""
        self._send(body, profile)
        # Older tenants have a word for the kind of client, and ignore a number without an error (admin contract 7.4).
        if profile.get("ClientIDType") == 1 and (plan.current is None or "client_id_type" in changed):
            now = (self._application(identifier) or {}).get("OAuthProfile") or {}
            if fold(now.get("ClientIDType")) not in ("1", "confidential"):
                self._send(body, {**profile, "ClientIDType": "confidential"})

    def _await_profile(self, identifier: str) -> Object:
        """Wait for the profile of a new app and return it. It has to be sent back with all its keys.

        Raise ConflictError if somebody else gave the app a name in the meantime.
        """
        app = self.wait_for(lambda: (self._application(identifier), "does not show the app"))
        if app.get("ServiceName"):
            self.creates = False
            raise ConflictError("somebody else has set up the new app", hint="Run the task again", uncertain=True)
        return app.get("OAuthProfile") or {}

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
            if option == "icon_uri":  # the tenant may show another address than the given one
                self.client.warn(f"The tenant accepted icon_uri = {wanted!r} but holds {shown!r}")
        return [item for item in unmet if item[0] != "icon_uri"]

    def remove(self, identifier: str) -> None:
        verb = "SaasManage/DeleteApplication"
        check_each(verb, self.identity.call(verb, {"_RowKey": [identifier]}))


def _refuse_to_split(held: Mapping[str, Object], desired: Mapping[str, Mapping[str, Object]]) -> None:
    """Raise InvalidError for the removal of a permission that another one implies: it would have no effect."""
    for principal, grant in desired.get("remove", {}).items():
        added = desired.get("add", {}).get(principal, {}).get("rights", ())
        rights = {*held.get(principal, {}).get("rights", ()), *with_implied(added)}
        for right in sorted(rights & set(grant["rights"])):
            if needing := needed_by(right, rights - set(grant["rights"])):
                raise InvalidError(
                    f"permissions.remove: {right} cannot be taken away from the role {grant['role']!r} while it has "
                    f"{', '.join(needing)}, which implies {right}",
                    hint=f"Remove {', '.join(needing)} as well, or leave {right} out",
                )


def _app_ids(identifier: str) -> Object:
    # On record, one client needs all of these, and another one sends only the first (admin contract 7.4 and 8).
    return {"_RowKey": identifier, "RowKey": identifier, "ID": identifier, "PVID": identifier}
