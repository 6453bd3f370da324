# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The served resource types, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..vault.accounts import AccountRules
from ..vault.containers import ContainerRules
from ..vault.effects import VaultGroupRules, VaultUserRules
from ..vault.permissions import PermissionRules
from .base import BaseRules
from .directories import VAULT_RIGHT
from .groups import GroupRules
from .users import UserRules


@dataclass(frozen=True)
class Row:
    """A resource type: its rules, the administrative right that it needs, and the switch for its paging.

    ``pam`` marks the types of the vault that follow the ``pam_`` switches.
    """

    rules: BaseRules
    right: str
    paging: str
    pam: bool = False


RULES: Mapping[str, Row] = {
    "User": Row(UserRules(), "UserManagement", "users_paging"),
    "Group": Row(GroupRules(), "RoleManagement", "groups_paging"),
    "VaultUser": Row(VaultUserRules(), VAULT_RIGHT, "users_paging"),
    "VaultGroup": Row(VaultGroupRules(), VAULT_RIGHT, "groups_paging"),
    "Container": Row(ContainerRules(), VAULT_RIGHT, "pam_paging", pam=True),
    "ContainerPermission": Row(PermissionRules(), VAULT_RIGHT, "pam_paging", pam=True),
    "PrivilegedData": Row(AccountRules(), VAULT_RIGHT, "pam_paging", pam=True),
}
PAM_TYPES = frozenset(name for name, row in RULES.items() if row.pam)
