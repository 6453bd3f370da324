# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of users and roles that only the administration API shows. SCIM resources hold all other data of them.

Facts are in the same storage as the resources, with the same ids, and are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Model

if TYPE_CHECKING:
    from .storage import TenantStorage

USER_FACTS, ROLE_FACTS = "UserFacts", "RoleFacts"
# The states of a user. Disabled is derived from the SCIM attribute active, so it is not stored.
NORMAL, LOCKED, DISABLED = "None", "Locked", "Disabled"
STATES = (NORMAL, LOCKED, DISABLED, "Expired")


@dataclass(frozen=True)
class UserFacts:
    """A user of the cloud directory; the defaults are those of a user created over SCIM."""

    oauth_client: bool = False
    service_user: bool = False
    in_everybody: bool = True
    force_change: bool = False
    never_expires: bool = False
    lock: str = NORMAL
    description: str = ""


@dataclass(frozen=True)
class RoleFacts:
    """A role: its rights by path, and how its members are found."""

    description: str = ""
    rights: frozenset[str] = frozenset()
    role_type: str = "PrincipalList"


PLAIN_USER, PLAIN_ROLE = UserFacts(), RoleFacts()


def user_facts(storage: TenantStorage, user_id: str) -> UserFacts:
    """Return the facts of a user."""
    facts: UserFacts = storage.recall(USER_FACTS, user_id, PLAIN_USER)
    return facts


def role_facts(storage: TenantStorage, role_id: str) -> RoleFacts:
    """Return the facts of a role."""
    facts: RoleFacts = storage.recall(ROLE_FACTS, role_id, PLAIN_ROLE)
    return facts


def state_of(user: Model, facts: UserFacts) -> str:
    """Return the state of a user."""
    return facts.lock if user.active else DISABLED
