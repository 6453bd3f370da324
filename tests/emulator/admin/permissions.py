# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of the permissions on web apps."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from ..scim.directories import display_of
from ..scim.groups import BUILT_IN, SYSTEM_ADMINISTRATOR
from .apps import App, Permission, app_of_id, keep
from .call import APPLICATIONS, READ_APPLICATIONS, Call, Verb, Verbs, is_object
from .envelope import Refusal
from .permission_bits import EVERYTHING, bits_of, names_of

# The kinds of principals, and their resource types.
KINDS = {"Role": "Group", "User": "User"}
BY_NAME = {name.casefold(): name for name in KINDS}


def get_row_aces(call: Call) -> list[dict[str, Any]]:
    """Return the permissions on an app, those inherited by administrators first."""
    app = found_app(call, call.required("RowKey"))
    inherited = ace(
        app, SYSTEM_ADMINISTRATOR, BUILT_IN[SYSTEM_ADMINISTRATOR], Permission("Role", EVERYTHING), inherited=True
    )
    direct = [ace(app, key, principal_name(call, key, item), item) for key, item in app.permissions.items()]
    if not call.switches["ace_type"]:
        return [{name: value for name, value in row.items() if name != "Type"} for row in (inherited, *direct)]
    return [inherited, *direct]


def ace(app: App, principal: str, name: str, permission: Permission, *, inherited: bool = False) -> dict[str, Any]:
    """Return one row."""
    return {
        "Principal": principal,
        "PrincipalName": name,
        "PrincipalType": permission.kind,
        "Type": "Super" if inherited else permission.kind,
        "Inherited": inherited,
        "Grant": permission.grant,
        "GrantStr": names_of(permission.grant),
        "AceId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{app.id}/{principal}")),
    }


def principal_name(call: Call, principal: str, permission: Permission) -> str:
    """Return the name of a user or role."""
    return display_of(call.storage.peek(KINDS[permission.kind], principal))


def set_permissions(call: Call) -> None:
    """Set the rights of the listed principals. Keep those of others. The right None removes all rights.

    Clients differ in the keys for the id of the app.
    """
    app = found_app(call, call.required("ID"))
    if call.switches["permissions_need_every_id"]:
        for name in ("RowKey", "PVID"):
            found_app(call, call.required(name))
    grants = call.get("Grants")
    permissions = dict(app.permissions)
    for entry in filter(is_object, grants if isinstance(grants, list) else []):
        fields = {name.casefold(): value for name, value in entry.items()}
        kind = BY_NAME.get(str(fields.get("ptype") or fields.get("type")).casefold())
        principal = principal_of(call, kind, fields)
        if kind is None or principal is None:
            raise Refusal(f"The principal {fields.get('principalid') or fields.get('principal')} does not exist.")
        grant = bits_of(fields.get("rights"), call.switches)
        permissions.pop(principal, None)
        if grant:
            permissions[principal] = Permission(kind, grant)
    keep(call.storage, replace(app, permissions=permissions))


def principal_of(call: Call, kind: str | None, fields: dict[str, Any]) -> str | None:
    """Return the id of the user or role of a grant. One of the vendor's SDKs sends no id of a role, only its name."""
    principal = str(fields.get("principalid") or "")
    if kind is not None and call.storage.peek(KINDS[kind], principal) is not None:
        return principal
    name = str(fields.get("principal") or fields.get("systemname") or "")
    named = call.storage.find("Group", "displayName", name) if kind == "Role" and not principal else []
    return str(named[0].id) if named else None


def found_app(call: Call, app_id: str) -> App:
    """Return the app with a row key."""
    app = app_of_id(call.storage, app_id)
    if app is None:
        raise Refusal(f"The application {app_id} does not exist.")
    return app


VERBS: Verbs = {
    "acl/getrowaces": Verb(get_row_aces, READ_APPLICATIONS),
    "saasmanage/setapplicationpermissions": Verb(set_permissions, APPLICATIONS, writes=True),
}
