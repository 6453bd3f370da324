# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource types the emulator serves: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .groups import GroupRules
from .models import Model
from .users import UserRules

if TYPE_CHECKING:
    from .tenant import Tenant


class Rules(Protocol):
    """What a resource type adds to the protocol."""

    def check_body(self, tenant: Tenant, body: dict[str, Any], *, creating: bool) -> None:
        """Refuse a body before it is validated."""

    def check_delete(self, tenant: Tenant, resource: Model) -> None:
        """Refuse a deletion."""

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the fields an answer adds."""

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Keep other resources in step after a change."""


@dataclass(frozen=True)
class Row:
    """A resource type: its rules, and the administrative right that serves it."""

    rules: Rules
    right: str


RULES: Mapping[str, Row] = {
    "User": Row(UserRules(), "UserManagement"),
    "Group": Row(GroupRules(), "RoleManagement"),
}
