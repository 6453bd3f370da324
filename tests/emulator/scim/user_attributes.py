# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A SCIM user in the form that the administration API writes and shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim2_models import Context

from ..facts import UserFacts, state_of
from ..models import ENTERPRISE_URN, USER_URN, Model
from .bodies import is_empty, pruned

if TYPE_CHECKING:
    from ..admin.call import Call
    from ..control.switches import Switches

DIRECTORY_ID = "c10dd1ec-7040-4000-8000-000000000001"
PHONES = {"MobileNumber": "mobile", "HomeNumber": "home", "OfficeNumber": "work"}
# Arguments that set string attributes of a SCIM user.
TEXTS = {"Name": "userName", "DisplayName": "displayName", "PreferredCulture": "preferredLanguage"}


def new_user(call: Call, active: bool) -> Model:
    """Return a new user from the arguments of a call."""
    return described(call, {"schemas": [USER_URN], "active": active})


def changed_user(call: Call, user: Model, active: bool) -> Model:
    """Return a user with the arguments of a call applied; the rest, the password included, stays."""
    data = user.model_dump(scim_ctx=Context.DEFAULT)
    if call.get("DisplayName") is not None:
        # Both attributes hold one value: a kept formatted would contradict the new display name.
        data.get("name", {}).pop("formatted", None)
    changed = described(call, {**data, "active": active})
    changed.id, changed.meta, changed.password = user.id, user.meta, user.password
    changed.LinkedObject = user.LinkedObject
    return changed


def described(call: Call, data: dict[str, Any]) -> Model:
    """Return the user of a body with the arguments of a call applied."""
    for name, attribute in TEXTS.items():
        if call.get(name) is not None:
            data[attribute] = call.text(name)
    if call.get("Mail") is not None:
        data["emails"] = [{"value": call.text("Mail")}]
    phones = {item["type"]: item["value"] for item in data.get("phoneNumbers", [])}
    phones.update({kind: call.text(name) for name, kind in PHONES.items() if call.get(name) is not None})
    data["phoneNumbers"] = [{"type": kind, "value": value} for kind, value in phones.items() if value]
    if call.get("ReportsTo") is not None:
        data[ENTERPRISE_URN] = {**data.get(ENTERPRISE_URN, {}), "manager": {"value": call.text("ReportsTo")}}
    model = call.tenant.model("User")
    with call.tenant.provider:
        return model.model_validate(pruned(data), scim_ctx=Context.DEFAULT)


def mail_of(user: Model) -> str | None:
    """Return the e-mail address of a user."""
    return next((item.value for item in user.emails or ()), None)


def phone_of(user: Model, kind: str) -> str | None:
    """Return the phone number of a type."""
    return next((item.value for item in user.phone_numbers or () if item.type == kind), None)


def attributes_of(user: Model, facts: UserFacts, switches: Switches) -> dict[str, Any]:
    """Return the attributes of a user without unset ones; the types come from a sample."""
    extension = user.EnterpriseUser
    manager = extension.manager if extension is not None else None
    attributes = {
        "Uuid": user.id,
        "Name": user.user_name,
        "DisplayName": user.display_name,
        "Mail": mail_of(user),
        "Description": facts.description,
        "Alias": str(user.user_name).partition("@")[2],
        "State": state_of(user, facts),
        "CloudState": "None",
        "OauthClient": facts.oauth_client or None,
        "InEverybodyRole": facts.in_everybody,
        "ForcePasswordChangeNext": str(facts.force_change),
        "directoryServiceUuid": DIRECTORY_ID,
        "SubjectToCloudLocks": True,
        **{name: phone_of(user, kind) for name, kind in PHONES.items()},
        "ReportsTo": manager.value if manager is not None else None,
        "PreferredCulture": user.preferred_language,
        "Version": "1",
    }
    if switches["never_expire_readable"]:
        attributes["PasswordNeverExpire"] = facts.never_expires
    return {name: value for name, value in attributes.items() if not is_empty(value)}
