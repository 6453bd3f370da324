# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource types the emulator serves: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .base import BaseRules
from .groups import GroupRules
from .users import UserRules


@dataclass(frozen=True)
class Row:
    """A resource type: its rules, and the administrative right that serves it."""

    rules: BaseRules
    right: str


RULES: Mapping[str, Row] = {
    "User": Row(UserRules(), "UserManagement"),
    "Group": Row(GroupRules(), "RoleManagement"),
}
