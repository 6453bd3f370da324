# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rights a member of a container may have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..failures import Failure, invalid_value

if TYPE_CHECKING:
    from ..tenant import Tenant

LEVELS = ("requestsAuthorizationLevel1", "requestsAuthorizationLevel2")
# The names of the vault's own API. One client capitalizes them.
RIGHTS = (
    "useAccounts",
    "retrieveAccounts",
    "listAccounts",
    "addAccounts",
    "updateAccountContent",
    "updateAccountProperties",
    "initiateCPMAccountManagementOperations",
    "specifyNextAccountContent",
    "renameAccounts",
    "deleteAccounts",
    "unlockAccounts",
    "manageSafe",
    "manageSafeMembers",
    "backupSafe",
    "viewAuditLog",
    "viewSafeMembers",
    "accessWithoutConfirmation",
    "createFolders",
    "deleteFolders",
    "moveAccountsAndFolders",
    *LEVELS,
)
BY_NAME = {right.casefold(): right for right in RIGHTS}


def settled_rights(tenant: Tenant, rights: Iterable[str] | None) -> list[str]:
    """Return the known rights once each, in the vault's order; the effect of an unknown right is not on record."""
    given = [str(right) for right in rights or ()]
    unknown = [right for right in given if right.casefold() not in BY_NAME]
    if unknown and tenant.switches["unknown_right_status"] == 400:
        raise invalid_value(f"Unknown right {', '.join(unknown)}")
    held = {BY_NAME[right.casefold()] for right in given if right.casefold() in BY_NAME}
    if tenant.switches["authorization_levels"] == "exclusive" and held.issuperset(LEVELS):
        raise Failure(400, f"{' and '.join(LEVELS)} exclude each other", "invalidValue")
    if not held and tenant.switches["rights_required"]:
        raise invalid_value("rights is required")
    return [right for right in RIGHTS if right in held]


def all_rights(tenant: Tenant) -> list[str]:
    """Return the rights of the creator of a container: all there are (one client)."""
    exclusive = tenant.switches["authorization_levels"] == "exclusive"
    return [right for right in RIGHTS if not exclusive or right != LEVELS[1]]


def spelled(tenant: Tenant, rights: Iterable[str]) -> list[str]:
    """Return rights in the spelling of answers."""
    if tenant.switches["rights_case"] == "camel":
        return list(rights)
    return [right[0].upper() + right[1:] for right in rights]
