# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The administrative rights of the tenant: their names and paths.

Paths come from the vendor's own client. Names follow its constants and the documentation. Of the tiles, one name is
recorded, and the others are guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..control.switches import Switches

FOLDER = "/lib/rights/"
APPLICATIONS = f"{FOLDER}appman.json"
ROLES, ROLES_READ = f"{FOLDER}roleman.json", f"{FOLDER}roroleman.json"
USERS, USERS_READ = f"{FOLDER}dsman.json", f"{FOLDER}rouserman.json"
VAULT = f"{FOLDER}vaultman.json"
SYSTEM_READ = f"{FOLDER}monitor.json"
PORTAL = f"{FOLDER}adminportallogin.json"
PRIVILEGE_CLOUD = "ServiceRight/passwordvaultShowTile"

CATALOGUE: Mapping[str, str] = {
    PORTAL: "Admin Portal Login",
    APPLICATIONS: "Application Management",
    f"{FOLDER}fedman.json": "Federation Management",
    f"{FOLDER}identityverification.json": "Identity Verification",
    f"{FOLDER}mfaunlock.json": "MFA Unlock",
    f"{FOLDER}radiusman.json": "Radius Management",
    SYSTEM_READ: "Read Only System Administration",
    ROLES_READ: "Read Only Role Management",
    USERS_READ: "Read Only User Management",
    f"{FOLDER}proxycode.json": "Register and Administer Connectors",
    f"{FOLDER}reportman.json": "Report Management",
    ROLES: "Role Management",
    f"{FOLDER}sharedcredentials.json": "Shared Credentials",
    f"{FOLDER}agentmanjoin.json": "System Enrollment",
    USERS: "User Management",
    VAULT: "Vault Management",
    "ServiceRight/auditShowTile": "Audit",
    "ServiceRight/dpaShowTile": "Secure Infrastructure Access",
    "ServiceRight/cloudonboardingShowTile": "Cloud Onboarding",
    "ServiceRight/connectormanagementShowTile": "Connector Management",
    PRIVILEGE_CLOUD: "Show Privileged Cloud Tile",
    "ServiceRight/smShowTile": "Session Monitoring",
    "ServiceRight/accesstoresourcesShowTile": "Access to Resources",
}
# The services of rights to tiles, as far as they are on record.
SERVICES: Mapping[str, str] = {PRIVILEGE_CLOUD: "Privilege Cloud"}
BY_NAME = {name.casefold(): path for path, name in CATALOGUE.items()}

# The rights that SCIM needs (documented), by their names in the switch granted_rights.
SCIM_RIGHTS: Mapping[str, str] = {"UserManagement": USERS, "RoleManagement": ROLES, "VaultManagement": VAULT}
# Each of these overrides the right to the vault (documented).
MANAGEMENT = frozenset(
    path
    for path, name in CATALOGUE.items()
    if path.startswith(FOLDER) and name.endswith("Management") and path != VAULT
)


def shown_name(path: str, switches: Switches) -> str:
    """Return the name of a right in this tenant's spelling; most exact spellings are not on record."""
    name = CATALOGUE[path]
    return name.replace(" ", "") if switches["right_names"] == "joined" else name
