# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The authority of a user: all roles, direct and nested, and the sum of their rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..admin.superrights import MANAGEMENT, SCIM_RIGHTS, VAULT
from ..facts import role_facts, user_facts
from ..scim.groups import EVERYBODY, SYSTEM_ADMINISTRATOR

if TYPE_CHECKING:
    from ..storage import TenantStorage


@dataclass(frozen=True)
class Authority:
    """The roles of a user, and the paths of their rights."""

    roles: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    @property
    def administers_system(self) -> bool:
        """True if the user is a member of System Administrator, whose members may do everything (documented)."""
        return SYSTEM_ADMINISTRATOR in self.roles

    def may(self, paths: Iterable[str]) -> bool:
        """Return whether the user has one of these rights."""
        return self.administers_system or not self.paths.isdisjoint(paths)

    @property
    def scim_rights(self) -> frozenset[str]:
        """The rights that SCIM needs, by their names in the switch granted_rights."""
        return frozenset(name for name, path in SCIM_RIGHTS.items() if self.may([path]))

    @property
    def mixed(self) -> bool:
        """True if the user has the right to the vault and one that overrides it."""
        return self.may([VAULT]) and self.may(MANAGEMENT)


def roles_above(storage: TenantStorage, *member_ids: str) -> frozenset[str]:
    """Return the ids of the roles that contain these members, directly or through other roles."""
    found: set[str] = set()
    waiting = list(member_ids)
    while waiting:
        above = {str(group.id) for group in storage.find("Group", "members.value", waiting.pop())}
        waiting += above - found
        found |= above
    return frozenset(found)


def authority_of(storage: TenantStorage, user_id: str) -> Authority:
    """Return the authority of a user; the role Everybody has members that it does not list."""
    roles = roles_above(storage, user_id)
    if user_facts(storage, user_id).in_everybody:
        roles |= {EVERYBODY} | roles_above(storage, EVERYBODY)
    return Authority(roles, frozenset().union(*(role_facts(storage, role).rights for role in roles)))
