# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of web apps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..oauth import profile as oauth_profile
from ..scim.bodies import is_empty
from .apps import APPS, OAUTH, TEMPLATE_BY_ID, TEMPLATES, App, app_of_id, app_of_name, keep, new_app
from .call import APPLICATIONS, READ_APPLICATIONS, Call, Verb, Verbs
from .envelope import Refusal, unset_text

# The keys an update may change besides the profile. Other keys from clients are ignored.
TEXTS = ("Name", "ServiceName", "Description", "IconUri", "AdminTag", "Category", "Script", "WebAppLoginType")
OTHERS = ("DefaultAuthProfile", "AuthRules")
ICONS, OWN_ICONS = "/vfslow/lib/application/icons", "/vfs/Application/Icons"


def import_app(call: Call) -> list[dict[str, Any]]:
    """Create apps from templates, new ones at every call. An ID that is not an array creates none (recorded)."""
    ids = call.get("ID")
    return [imported(call, str(template)) for template in ids] if isinstance(ids, list) else []


def imported(call: Call, template: str) -> dict[str, Any]:
    """Create an app, and return the outcome."""
    template_id = TEMPLATE_BY_ID.get(template.casefold())
    if template_id is None:
        return {"success": False, "ID": template, "Message": f"The template {template} does not exist."}
    app = new_app(template_id)
    keep(call.storage, app)
    return {"success": True, "ID": template_id, "_RowKey": app.id}


def get_application(call: Call) -> dict[str, Any] | None:
    """Return the app with a row key. Sources differ about the answer for an unknown one."""
    row_key = call.text("_RowKey")
    app = app_of_id(call.storage, row_key)
    if app is None and call.switches["unknown_application"] == "null":
        return None
    if app is None:
        raise Refusal(f"The application {row_key} does not exist or was not found.")
    shown = {**app_row(call, app), "_RowKey": app.id, "Name": app.values["Name"]}
    # A script is written as Script and read as OpenIDConnectScript (seen in clients).
    shown["OpenIDConnectScript"] = app.values.get("Script")
    shown |= {name: app.values.get(name) for name in ("WebAppLoginType", *OTHERS)}
    if app.profile is not None:
        shown["OAuthProfile"] = oauth_profile.shown(app.profile, call.switches)
    return {name: value for name, value in shown.items() if not is_empty(value) or name == "ServiceName"}


def get_app_id(call: Call) -> str | None:
    """Return the row key of the app with an application ID. Clients handle two answers for an unknown one."""
    name = call.required("Name")
    app = app_of_name(call.storage, name)
    if app is None and call.switches["unknown_application"] == "refused":
        raise Refusal(f"The application {name} does not exist or was not found.")
    return app.id if app is not None else None


def update_application(call: Call) -> dict[str, int]:
    """Change the given keys of an app."""
    row_key = call.text("_RowKey")
    app = app_of_id(call.storage, row_key)
    if app is None:
        # Without a key, the text has two spaces (recorded).
        raise Refusal(f"The provided RowKey {row_key} is not valid.")
    given = {name: call.text(name) for name in TEXTS if call.get(name) is not None}
    given |= {name: call.get(name) for name in OTHERS if call.get(name) is not None}
    if "ServiceName" in given:
        check_service_name(call, app, call.text("ServiceName"))
    profile = app.profile
    if profile is not None and call.get("OAuthProfile") is not None:
        profile = oauth_profile.updated(profile, call.get("OAuthProfile"), call.switches)
    keep(call.storage, replace(app, values={**app.values, **given}, profile=profile))
    return {"State": 0}


def check_service_name(call: Call, app: App, name: str) -> None:
    """Refuse an application ID with white space. Refuse a duplicate one if the switch says so (not on record)."""
    if any(character.isspace() for character in name):
        raise Refusal("The application ID must not contain white space.")
    other = app_of_name(call.storage, name)
    if other is not None and other.id != app.id and call.switches["duplicate_service_name"] == "refused":
        raise Refusal(f"The application ID {name} is already in use.")


def delete_application(call: Call) -> list[dict[str, Any]]:
    """Delete apps, each with its own outcome. A key that is not an array deletes none."""
    keys = call.get("_RowKey")
    return [deleted(call, str(key)) for key in keys] if isinstance(keys, list) else []


def deleted(call: Call, row_key: str) -> dict[str, Any]:
    """Delete an app, and return the outcome."""
    if app_of_id(call.storage, row_key) is None:
        return {"success": False, "_RowKey": row_key, "Message": f"The application {row_key} does not exist."}
    call.storage.forget(APPS, row_key)
    return {"success": True, "_RowKey": row_key, "Message": None}


def app_row(call: Call, app: App) -> dict[str, Any]:
    """Return the columns that are in both the table of apps and the details of an app."""
    template = TEMPLATES[app.template]
    unset = None if call.switches["unset_service_name"] == "null" else ""
    return {
        "DisplayName": app.values["Name"],
        "Description": app.values.get("Description") or unset_text(call.switches),
        "ServiceName": app.service_name or unset,
        "TemplateName": app.template,
        "AppType": "Web",
        "AppTypeDisplayName": "Web",
        "WebAppType": template.web_app_type,
        "WebAppTypeDisplayName": "OAuth2" if template.web_app_type == OAUTH else template.web_app_type,
        "State": "Active",
        "Category": app.values.get("Category", "Other"),
        "AdminTag": app.values.get("AdminTag"),
        "Icon": icon_of(call, app),
        "Version": "1",
    }


def icon_of(call: Call, app: App) -> str:
    """Return the icon of an app. The key for an icon that was set is not on record."""
    uri = app.values.get("IconUri")
    if not uri:
        return f"{ICONS}/{app.template}.png"
    return str(uri) if call.switches["icon_shows_uri"] else f"{OWN_ICONS}/{app.id}"


VERBS: Verbs = {
    "saasmanage/importappfromtemplate": Verb(import_app, APPLICATIONS, writes=True),
    "saasmanage/getapplication": Verb(get_application, READ_APPLICATIONS),
    "saasmanage/getappidbyservicename": Verb(get_app_id, READ_APPLICATIONS),
    "saasmanage/updateapplicationde": Verb(update_application, APPLICATIONS, writes=True),
    "saasmanage/deleteapplication": Verb(delete_application, APPLICATIONS, writes=True),
}
