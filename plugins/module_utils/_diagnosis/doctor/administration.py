# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the set-up in the Admin Portal as an administrator: the app, the user, the roles. Read only.

These checks run before the token: the tenant has one answer for many mistakes in the set-up, and these checks
distinguish them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ..._base.errors import AuthorizationError, IdentityError
from ..._base.paths import fold
from ..._http.client import Client, Connection
from ..._identity.apps import TEMPLATE, Apps
from ..._identity.objects import IdentityObjects
from ..._identity.resources import IDENTITY_USER, OAUTH2_APP
from ..._identity.roles import Roles
from ..._identity.users import Users
from ..._model.shapes import Truth
from .diagnoses import SKIPPED
from .values import Finding, Patient, healthy, identity_name, sick

KINDS = (TEMPLATE, "OAuth2Server")
EVERYBODY = "everybody"  # the role whose members are not listed
# The state of a user that keeps it from logging in.
STATES = {"disabled": "user_disabled", "locked": "user_locked", "expired": "user_expired"}


@dataclass(frozen=True)
class Granted:
    """The known roles of a service user that may use the app, and their rights."""

    roles: tuple[str, ...]
    rights: tuple[str, ...]
    beside_vault: tuple[str, ...]  # management rights that hide the vault


def check_administrator(patient: Patient) -> Finding:
    """Log in as the administrator."""
    connection = patient.administrator
    if connection is None:
        return healthy("get a platform token for an administrator", "none is given")
    tried = f"get a platform token for the administrator {connection.client_id}"
    with closing(patient.open(connection)) as client:
        try:
            token = client.fetch_token()["access_token"]
        except IdentityError as error:
            return sick("administrator_refused", tried, error.reason, login=connection.client_id, reason=error.reason)
    return healthy(tried, "a token", replace(connection, access_token=token, client_secret=None))


def as_administrator(
    what: str, look: Callable[[Client, Connection, Patient], Finding], connection: Connection, patient: Patient
) -> Finding:
    """Run a check with a client of the administrator, if there is one."""
    administrator = patient.learned("administrator")
    if administrator is None:
        return Finding("", SKIPPED, "", "not tried, because administrator failed")
    with closing(patient.open(administrator)) as client:
        try:
            return look(client, connection, patient)
        except AuthorizationError as error:
            return sick("administrator_sees_too_little", f"read {what}", error.reason, what=what)


# A query silently omits objects that its caller may not read. Every tenant has its own users and apps.
TABLES = {"Application": "apps", "User": "users"}


def _unseen(objects: IdentityObjects, table: str) -> Finding | None:
    """Return a finding if the administrator sees nothing in a table: a missing object proves nothing then."""
    if objects.identity.select(table, ("ID",), "ID IS NOT NULL"):
        return None
    what = TABLES[table]
    return sick("administrator_sees_too_little", f"read the {what}", "none is shown", what=what)


# -- App ----------------------------------------------------------------------


def check_app(client: Client, connection: Connection, patient: Patient) -> Finding:
    """Look at the app that issues the tokens: steps 5 to 8 of the set-up."""
    name = connection.app_id
    tried = f"read the app {name}"
    if not name:
        return healthy(tried, "none, without app_id")
    apps = Apps(client)
    row = apps.find(OAUTH2_APP, {"application_id": name})
    if row is None:
        return _unseen(apps, "Application") or sick("app_missing", tried, "there is none", app=name)
    if row.get("TemplateName") not in KINDS:
        return sick("app_of_another_kind", tried, str(row.get("TemplateName")), app=name, kind=row.get("TemplateName"))
    app = apps.read(row)
    if app is None:
        return sick("app_missing", tried, "it was there a moment ago", app=name)
    return _settings(OAUTH2_APP.describe(app), tried, name, connection, patient)


def _settings(app: Mapping[str, Any], tried: str, name: str, connection: Connection, patient: Patient) -> Finding:
    scopes = {scope["name"]: scope["allowed_rest"] for scope in app["scopes"] or ()}
    answer = f"auth methods {', '.join(app['auth_methods'] or ()) or 'none'}; scopes {', '.join(scopes) or 'none'}"
    facts = {"app": name, "scope": connection.scope or "", "scopes": ", ".join(scopes) or "none"}
    if "ClientCreds" not in (app["auth_methods"] or ()):
        return sick("app_without_client_creds", tried, answer, **facts)
    wanted = (connection.scope or "").split()
    if not set(wanted) <= set(scopes):
        return sick("app_without_scope", tried, answer, **facts)
    allowed = [expression for scope in wanted for expression in scopes[scope]]
    path = f"/{patient.options['scim_path'].strip('/')}/Users"
    if not any(_covers(expression, path) for expression in allowed):
        return sick("scope_does_not_cover", tried, answer, allowed=", ".join(allowed) or "nothing", path=path, **facts)
    learned = {"confidential": bool(app["must_be_oauth_client"])}
    if not app["must_be_oauth_client"]:
        return sick("app_too_open", tried, answer, learned, **facts)
    return healthy(tried, answer, learned)


def _covers(expression: str, path: str) -> bool:
    """Return whether an expression of a scope may match a path. No source states whether it must match the start."""
    try:
        return re.search(expression, path, re.IGNORECASE) is not None
    except re.error:
        return False


# -- User ---------------------------------------------------------------------


def check_user(client: Client, connection: Connection, patient: Patient) -> Finding:
    """Look at the service user: step 1 of the set-up."""
    login = connection.client_id
    tried = f"read the user {login}"
    if not login:
        return healthy("read the service user", "not known, because a token is given")
    users = Users(client)
    row = users.find(IDENTITY_USER, {"user_name": login})
    unseen = _unseen(users, "User") if row is None else None
    if unseen:
        return unseen
    if row is None:
        suffix, suffixes = login.rpartition("@")[2], users.suffixes()
        if suffixes and fold(suffix) not in map(fold, suffixes):
            facts = {"suffix": suffix, "suffixes": ", ".join(sorted(suffixes))}
            return sick("suffix_unknown", tried, "there is none", **facts)
        return sick("user_missing", tried, "there is none", login=login)
    held = users.identity.call("UserMgmt/GetUserAttributes", {"ID": row["id"]}, repeatable=True) or {}
    state = str(held.get("State") or "None")
    confidential, due = (Truth().read(held.get(name)) for name in ("OauthClient", "ForcePasswordChangeNext"))
    shown_state = "no lock" if state == "None" else state
    answer = f"{shown_state}, {'an' if confidential else 'no'} OAuth confidential client"
    app = patient.learned(identity_name("portal_app", connection)) or {"confidential": not connection.app_id}
    learned = {"id": row["id"]}
    code = STATES.get(state.lower(), "")
    if not code and due:
        code = "user_password_due"
    elif not code and not confidential and app["confidential"]:
        code = "user_not_confidential"
    return sick(code, tried, answer, learned, login=login) if code else healthy(tried, answer, learned)


# -- Roles --------------------------------------------------------------------


def check_roles(client: Client, connection: Connection, patient: Patient) -> Finding:
    """Look at the permissions on the app and at the members and rights of its roles: steps 2 to 4, and 9."""
    name, login = connection.app_id, connection.client_id
    tried = f"read the permissions on the app {name} and its roles"
    user = patient.learned(identity_name("portal_user", connection))
    if not name or not user:
        return healthy(tried, "not without app_id and client_id")
    apps, roles = Apps(client), Roles(client)
    row = apps.find(OAUTH2_APP, {"application_id": name})
    if row is None:
        return healthy(tried, "there is no app")
    granted = [grant for grant in apps.grants(row["id"]) if "View" in grant["rights"]]
    answer = ", ".join(f"{grant['name']} has {' '.join(grant['rights'])}" for grant in granted) or "nobody has any"
    facts = {"app": name, "login": login or "", "roles": ", ".join(grant["name"] for grant in granted)}
    if not granted:
        return sick("app_not_deployed", tried, answer, **facts)
    if any(grant["type"] != "Role" or fold(grant["name"]) == EVERYBODY for grant in granted):
        return healthy(tried, answer)  # directly or through Everybody, which the portal does not show
    read = [role for grant in granted for role in [roles.read({"id": grant["id"], "Name": grant["name"]})] if role]
    own = [role for role in read if any(member["value"] == user["id"] for member in role["Members"])]
    nested = any(member["type"] != "User" for role in read for member in role["Members"])
    if not own and not nested:
        return sick("user_not_a_member", tried, answer, **facts)
    rights = sorted({right for role in own for right in role["AdministrativeRights"]})
    answer += f"; rights: {', '.join(rights) or 'none'}"
    if nested:  # the user may have further roles through others
        return healthy(tried, answer)
    names = tuple(str(role["Name"]) for role in own)
    return healthy(tried, answer, Granted(names, tuple(rights), tuple(roles.beside_vault(rights))))
