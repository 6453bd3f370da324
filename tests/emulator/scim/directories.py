# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two directories of users and groups.

The cloud directory holds users and roles. A client with the right VaultManagement may see the vault's own users and
groups instead (documented). Here these are separate resource types that answers show under the usual names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..models import Model

if TYPE_CHECKING:
    from ..tenant import Tenant

VAULT_RIGHT = "VaultManagement"


@dataclass(frozen=True)
class Directory:
    """The names of the resource types of a directory."""

    user: str
    group: str


CLOUD = Directory("User", "Group")
VAULT = Directory("VaultUser", "VaultGroup")
DIRECTORIES = (CLOUD, VAULT)

# The resource types in answers, and the endpoints in links.
SHOWN_TYPES = {"VaultUser": "User", "VaultGroup": "Group"}
ENDPOINTS = {"User": "Users", "Group": "Groups", "VaultUser": "Users", "VaultGroup": "Groups"}
# The endpoints that serve users and groups of the vault.
VAULT_ENDPOINTS = {"Users": "VaultUsers", "Groups": "VaultGroups"}


def directory_of(rights: frozenset[str], overrides: bool | str) -> Directory:
    """Return the directory that a client with these rights sees; the documentation contradicts the recordings here.

    A shared directory is the cloud directory: on current tenants, users and members of safes have the same ids.
    """
    alone = overrides == "alone" and rights == {VAULT_RIGHT}
    return VAULT if alone or (overrides is True and VAULT_RIGHT in rights) else CLOUD


def display_of(resource: Model) -> str:
    """Return the display name of a member: the login name, or the role name (recorded)."""
    return str(getattr(resource, "user_name", None) or resource.display_name)


def find_member(tenant: Tenant, value: str, directory: Directory = CLOUD) -> tuple[str, Model] | None:
    """Return the type and the user or group with an id."""
    for type_name in (directory.user, directory.group):
        found = tenant.storage.peek(type_name, value)
        if found is not None:
            return type_name, found
    return None
