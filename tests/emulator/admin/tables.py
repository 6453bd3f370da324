# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the query language: the columns that clients ask for, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..facts import role_facts, user_facts
from ..scim.groups import BUILT_IN
from ..scim.user_attributes import DIRECTORY_ID, mail_of, phone_of
from .app_calls import app_row
from .apps import OAUTH, all_apps
from .call import READ_APPLICATIONS, READ_ROLES, READ_USERS, Call
from .envelope import unset_text

# The objects that a row is built from. While they are unchanged, the row is too.
Sources = tuple[Any, ...]
TEXT, FLAG, NAME = "TEXT", "BOOLEAN", "TEXT COLLATE NOCASE"


@dataclass(frozen=True)
class Table:
    """A table: columns with types, the rights to read it, sources of rows by id, and a function from source to row."""

    columns: Mapping[str, str]
    rights: frozenset[str]
    sources: Callable[[Call], Iterator[tuple[str, Sources]]]
    row: Callable[[Call, Sources], Mapping[str, Any]]


def users(call: Call) -> Iterator[tuple[str, Sources]]:
    """Return the sources of the rows of users, by id."""
    unset = unset_text(call.switches)
    for user in call.storage.all("User"):
        yield user.id, (user, user_facts(call.storage, user.id), unset)


def user_row(call: Call, sources: Sources) -> Mapping[str, Any]:
    """Return the row of a user. For users of other directories, only the column of the source is on record."""
    user, facts, unset = sources
    linked = user.LinkedObject
    source = linked.source if linked is not None else "CDS"
    return {
        "ID": user.id,
        "Username": user.user_name,
        "DisplayName": user.display_name,
        "Email": mail_of(user) or unset,
        "SearchEmail": mail_of(user),
        "MobileNumber": phone_of(user, "mobile") or unset,
        "DirectoryServiceUuid": DIRECTORY_ID,
        "SourceDs": source,
        "SourceDsType": source,
        "SourceDsLocalized": "CyberArk Cloud Directory" if linked is None else source,
        "Status": "Active" if user.active else "Suspended",
        "StatusEnum": "Active" if user.active else "Suspended",
        "CloudState": "None",
        "UserType": "Internal",
        "ServiceUser": facts.service_user,
    }


def roles(call: Call) -> Iterator[tuple[str, Sources]]:
    """Return the sources of the rows of roles, by id."""
    for group in call.storage.all("Group"):
        yield group.id, (group, role_facts(call.storage, group.id))


def role_row(call: Call, sources: Sources) -> Mapping[str, Any]:
    """Return the row of a role."""
    group, facts = sources
    return {
        "ID": group.id,
        "Name": group.display_name,
        "Description": facts.description or None,
        "RoleType": facts.role_type,
        "ReadOnly": group.id in BUILT_IN,
        "DirectoryServiceUuid": DIRECTORY_ID,
    }


def applications(call: Call) -> Iterator[tuple[str, Sources]]:
    """Return the sources of the rows of apps, by id; the switches among them change the form."""
    forms = tuple(call.switches[name] for name in ("unset_service_name", "icon_shows_uri", "unset_texts"))
    for app in all_apps(call.storage):
        yield app.id, (app, forms)


def application_row(call: Call, sources: Sources) -> Mapping[str, Any]:
    """Return the row of an app."""
    app = sources[0]
    generic = app.profile is None
    row = {**app_row(call, app), "ID": app.id, "Name": app.values["Name"], "Generic": generic}
    return {**row, "WorkflowEnabled": False, "CorpIdentifier": None if generic else OAUTH}


def texts(*names: str) -> dict[str, str]:
    """Return columns of type text."""
    return dict.fromkeys(names, TEXT)


TABLES: Mapping[str, Table] = {
    "User": Table(
        {
            **texts("ID"),
            # Login names are case-insensitive.
            "Username": NAME,
            **texts("DisplayName", "Email", "DirectoryServiceUuid", "SourceDs", "SourceDsType", "SourceDsLocalized"),
            **texts("Status", "StatusEnum", "CloudState", "UserType"),
            "ServiceUser": FLAG,
            **texts("LastLogin", "LastInvite", "Forest", "SearchEmail", "MobileNumber"),
        },
        READ_USERS,
        users,
        user_row,
    ),
    "Role": Table(
        {**texts("ID", "Name", "Description", "RoleType"), "ReadOnly": FLAG, **texts("DirectoryServiceUuid")},
        READ_ROLES,
        roles,
        role_row,
    ),
    "Application": Table(
        {
            **texts("ID", "Name", "DisplayName", "Description", "ServiceName", "TemplateName"),
            **texts("AppType", "AppTypeDisplayName", "WebAppType", "WebAppTypeDisplayName"),
            **texts("State", "Category", "AdminTag", "Icon"),
            "Generic": FLAG,
            "Version": TEXT,
            "WorkflowEnabled": FLAG,
            "CorpIdentifier": TEXT,
        },
        READ_APPLICATIONS,
        applications,
        application_row,
    ),
}
FLAGS = {name for table in TABLES.values() for name, kind in table.columns.items() if kind == FLAG}
