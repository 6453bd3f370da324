# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""List the directories of the tenant, and search their users, groups and roles.

The vendor's SDKs find roles with this search. The keys of rows are those of samples and of the SDKs' models. It is a
guess that a caller without a right finds nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..facts import role_facts, user_facts
from ..scim.groups import BUILT_IN
from ..scim.other_directories import TABLE, Outsider
from ..scim.user_attributes import DIRECTORY_ID, mail_of
from .call import READ_ROLES, READ_USERS, Call, Verb, Verbs
from .directory_filters import selected
from .envelope import Refusal, rows
from .paging import paged
from .superrights import CATALOGUE, SERVICES, shown_name

CLOUD, FEDERATED, ACTIVE_DIRECTORY = "CDS", "FDS", "AdProxy"
CLOUD_NAME = "CyberArk Cloud Directory"

Row = dict[str, Any]


@dataclass(frozen=True)
class DirectoryService:
    """A directory: its kind, its id, and its names."""

    service: str
    id: str
    name: str
    localized: str
    config: str


def services(call: Call) -> list[DirectoryService]:
    """Return the directories of the tenant: those of the cloud, and each domain that a seed names."""
    domains = sorted({outsider.directory for outsider in call.storage.kept(TABLE)})
    return [
        DirectoryService(CLOUD, DIRECTORY_ID, CLOUD, CLOUD_NAME, CLOUD_NAME),
        *(
            DirectoryService(
                ACTIVE_DIRECTORY, id_of(domain), f"AdProxy_{domain}", f"Active Directory ({domain})", domain
            )
            for domain in domains
        ),
        DirectoryService(FEDERATED, id_of(FEDERATED), FEDERATED, "Federated Directory", "Federated Directory Service"),
    ]


def id_of(name: str) -> str:
    """Return the id of a directory other than that of the cloud."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def get_directory_services(call: Call) -> Row:
    """Return the directories. The key of the id begins with a small letter (recorded)."""
    return rows(
        [
            {
                "Service": each.service,
                "DisplayName": each.localized,
                "Tenant": call.tenant.tenant_id,
                "Name": each.name,
                "Status": "Active",
                "Config": each.config,
                "StatusDisplay": "Online",
                "Everybody": True,
                "Description": each.localized,
                "DisplayNameShort": each.localized,
                "directoryServiceUuid": each.id,
            }
            for each in services(call)
        ]
    )


def query(call: Call) -> Row:
    """Return a table for each kind that the call has a filter for (seen in clients).

    The filters are JSON in a text. The key ``roles`` has a small letter in answers too.
    """
    given = call.get("directoryServices")
    if given is not None and not isinstance(given, list):
        raise Refusal("Type casting failure. Key:directoryServices.")
    chosen = [each for each in services(call) if not given or each.id in given]
    found = {}
    for key, argument, read, kind, identifier in KINDS:
        if call.get(argument) is not None:
            matching = selected(read(call, chosen), call.text(argument), call.switches)
            page, total = paged(call, matching)
            found[key] = rows(page, kind, identifier, total=total)
    return found


def user_rows(call: Call, chosen: list[DirectoryService]) -> Iterator[Row]:
    """Return the rows of the users in some directories."""
    by_service = {each.service: each for each in chosen if each.service != ACTIVE_DIRECTORY}
    for user in call.storage.all("User") if call.authority.may(READ_USERS) else ():
        directory = by_service.get(user.LinkedObject.source if user.LinkedObject is not None else CLOUD)
        if directory is not None:
            yield {
                **common(directory, str(user.id), str(user.user_name), "User"),
                "DisplayName": user.display_name,
                "EMail": mail_of(user),
                "Description": user_facts(call.storage, str(user.id)).description or None,
                "Status": "Active" if user.active else "Suspended",
                "StatusEnum": "Active" if user.active else "Suspended",
                "Enabled": bool(user.active),
                "givenName": user.name.given_name if user.name is not None else None,
                "sn": user.name.family_name if user.name is not None else None,
            }
    for directory, outsider in outsiders(call, chosen, "user"):
        yield {
            **common(directory, outsider.guid, outsider.shown("upn"), "User"),
            "DistinguishedName": outsider.shown("dn"),
            "DisplayName": outsider.name,
            "EMail": None,
            "Description": None,
            "Status": "Not Invited",
            "StatusEnum": "Created",
            "Enabled": True,
        }


def group_rows(call: Call, chosen: list[DirectoryService]) -> Iterator[Row]:
    """Return the rows of the groups in some directories. The directory of the cloud has roles and no groups."""
    for directory, outsider in outsiders(call, chosen, "group"):
        yield {
            **common(directory, outsider.guid, outsider.shown("upn"), "Group"),
            "DistinguishedName": outsider.shown("dn"),
            "DisplayName": outsider.name,
        }


def outsiders(call: Call, chosen: list[DirectoryService], kind: str) -> Iterator[tuple[DirectoryService, Outsider]]:
    """Return the users or groups of the domains among some directories."""
    if not call.authority.may(READ_USERS):
        return
    domains = {each.config: each for each in chosen if each.service == ACTIVE_DIRECTORY}
    for outsider in call.storage.kept(TABLE):
        if outsider.kind == kind and outsider.directory in domains:
            yield domains[outsider.directory], outsider


def common(directory: DirectoryService, internal_name: str, system_name: str, kind: str) -> Row:
    """Return the columns that rows of users and groups share. In the cloud, the distinguished name is a guess."""
    return {
        "ObjectType": kind,
        "DistinguishedName": system_name,
        "DirectoryServiceUuid": directory.id,
        "SystemName": system_name,
        "ServiceInstance": directory.name,
        "ServiceInstanceLocalized": directory.localized,
        "ServiceType": directory.service,
        "InternalName": internal_name,
        "Locked": False,
        "Forest": directory.config if directory.service == ACTIVE_DIRECTORY else None,
    }


def role_rows(call: Call, chosen: list[DirectoryService]) -> Iterator[Row]:
    """Return the rows of the roles, which belong to the directory of the cloud."""
    readable = call.authority.may(READ_ROLES) and any(each.service == CLOUD for each in chosen)
    for role in call.storage.all("Group") if readable else ():
        facts = role_facts(call.storage, str(role.id))
        yield {
            "_ID": role.id,
            "Name": role.display_name,
            "Description": facts.description or None,
            "RoleType": facts.role_type,
            "ReadOnly": role.id in BUILT_IN,
            "IsHidden": False,
            "DirectoryServiceUuid": DIRECTORY_ID,
            "AdministrativeRights": [right_row(call, path) for path in CATALOGUE if path in facts.rights],
        }


def right_row(call: Call, path: str) -> Row:
    """Return a right of a role. The rights to tiles name their service (recorded)."""
    return {"Description": shown_name(path, call.switches), "Path": path, "ServiceName": SERVICES.get(path)}


# The keys of answers, the arguments with the filters, the functions that read rows, kinds of objects, and their ids.
KINDS = (
    ("User", "user", user_rows, "User", "InternalName"),
    ("Group", "group", group_rows, "Group", "InternalName"),
    ("roles", "roles", role_rows, "Role", "_ID"),
)

VERBS: Verbs = {
    "core/getdirectoryservices": Verb(get_directory_services),
    "usermgmt/directoryservicequery": Verb(query),
}
