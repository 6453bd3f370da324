# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find and write users of the administration API: their client flags, state and password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._base.errors import IdentityError, InvalidError, NotFoundError
from .._base.paths import Object, fold
from .._model.people import OTHER_USER, own_access_lost
from .._model.plan import Plan, Task, make_plan
from .._model.shapes import Truth
from .api import OPTIONAL_ERRORS
from .objects import IdentityObjects, check_each, identifier_in
from .people import is_active

SAME_PASSWORD = "_I18N_SetPasswordFailedNewSameAsOld"


class Users(IdentityObjects):
    """Users of the cloud directory, with the flags of service users."""

    columns = ("ID", "Username", "ServiceUser")

    def read(self, row: Object) -> Object | None:
        try:
            held = self.identity.call("UserMgmt/GetUserAttributes", {"ID": row["id"]}, repeatable=True)
        except NotFoundError:
            return None
        if not isinstance(held, dict):
            return None
        everybody = Truth().read(held.get("InEverybodyRole"))
        user = {
            **{name: held.get(name) for name in ("Name", "DisplayName", "Mail", "Description", "PasswordNeverExpire")},
            "id": row["id"],
            "Active": is_active(held),
            "OauthClient": Truth().read(held.get("OauthClient")) or False,
            # A tenant may not show this flag (admin contract 5.1). A user outside of Everybody is one, too.
            "ServiceUser": Truth().read(row.get("ServiceUser")) or everybody is False,
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
            desired["password_never_expires"] = None  # it is not shown, so it cannot be compared
        return desired

    def suffixes(self) -> set[str]:
        """Return the login suffixes of the tenant. Empty if it does not show them."""
        try:
            result = self.identity.call("Core/GetCdsAliasesForTenant", repeatable=True)
        except OPTIONAL_ERRORS:
            return set()
        items = result.get("Results") if isinstance(result, Mapping) else None
        keys = [entity.get("Key") for item in items or () for entity in item.get("Entities") or ()]
        return {str(key) for key in keys if key}

    def _check_suffix(self, user_name: str) -> None:
        """Raise InvalidError for an unknown login suffix. Without a list of suffixes, the create fails instead."""
        suffixes, suffix = self.suffixes(), user_name.rpartition("@")[2]
        if suffixes and fold(suffix) not in map(fold, suffixes):
            raise InvalidError(
                f"the tenant has no login suffix {suffix!r}", hint=f"It has {', '.join(sorted(suffixes))}"
            )

    def refuse(self, task: Task, plan: Plan) -> None:
        if task.desired.get("force_password_change") and task.desired.get("password_never_expires"):
            raise InvalidError("force_password_change and password_never_expires exclude each other")
        stops = any(change.attribute.option == "oauth_client" and not change.after for change in plan.changes)
        if plan.current and stops and self.people.is_own_login(plan.identifier, str(plan.current.get("Name"))):
            raise own_access_lost(task.label, OTHER_USER)
        self.people.check(plan)

    def create(self, task: Task, plan: Plan) -> str:
        wanted = plan.expected
        names = ("Name", "DisplayName", "Mail", "Description", "Password", "OauthClient")
        result = self.identity.call(
            "CDirectoryService/CreateUser",
            {
                **{name: wanted[name] for name in names if wanted.get(name) is not None},
                "ForcePasswordChangeNext": wanted["ForcePasswordChangeNext"],
                # The portal sets it for a client, and not every tenant shows it (admin contract 5.2).
                "PasswordNeverExpire": wanted.get(
                    "PasswordNeverExpire", wanted["OauthClient"] and not wanted["ForcePasswordChangeNext"]
                ),
                "ServiceUser": wanted["ServiceUser"],
                "InEverybodyRole": not wanted["ServiceUser"],
                "InSysAdminRole": False,
                "SendEmailInvite": False,
                "SendSmsInvite": False,
                "state": "None" if wanted["Active"] else "Disabled",
            },
        )
        return identifier_in("CreateUser", result)

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        if plan.action != "update" or not any(change.attribute.secret for change in plan.changes):
            done, user = super().write(task, plan, desired)
            written = plan.expected.get("PasswordNeverExpire") if user else None
            return done, {"PasswordNeverExpire": written, **user} if written is not None else user
        set_anew = self._set_password(plan.identifier, desired["password"])
        rest = replace(task, write_secrets=False)
        try:
            # A new password may also set the flag for a password change (admin contract 5.4), so read the user again.
            row = self._row(plan.resource, plan.identifier)
            current = self.read(row) if row else None
            changes = make_plan(rest, desired, current)
            if changes.changed:
                self.update(plan.identifier, changes)
                current = self._verify(plan.identifier, changes)
        except IdentityError as error:
            hint = f"The new password is already set: do not lose it. {error.hint or 'Run the task again'}"
            raise error.with_facts(changed=True, hint=hint) from error
        done = plan if set_anew else make_plan(rest, desired, plan.current)
        return done, current or {}

    def _set_password(self, identifier: str, password: str) -> bool:
        """Set the password. Return whether it differs from the old one."""
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
            return  # create() has written everything
        fields = {change.attribute.path[0]: change.after for change in plan.changes}
        active = fields.pop("Active", None)
        if fields.get("OauthClient"):
            fields.setdefault("ServiceUser", plan.expected["ServiceUser"])
        if "ServiceUser" in fields:
            fields["InEverybodyRole"] = not fields["ServiceUser"]
        if fields:
            texts = {name: "" if value is None else value for name, value in fields.items()}
            self.identity.call("CDirectoryService/ChangeUser", {"ID": identifier, **texts})
        if active is not None:
            state = "None" if active else "Disabled"
            self.identity.call("CDirectoryService/SetUserState", {"ID": identifier, "state": state})

    def unmet(self, plan: Plan, held: Object) -> list[tuple[str, Any, Any]]:
        shown = "PasswordNeverExpire" in held
        return [item for item in plan.unmet(held) if shown or item[0] != "password_never_expires"]

    def remove(self, identifier: str) -> None:
        check_each("UserMgmt/RemoveUsers", self.identity.call("UserMgmt/RemoveUsers", {"Users": [identifier]}))
