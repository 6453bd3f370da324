# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check names and passwords, and count failed logins."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import LOCKED, NORMAL, USER_FACTS, UserFacts, state_of, user_facts
from ..models import Model

if TYPE_CHECKING:
    from ..tenant import Tenant

FAILED_LOGINS = "failed logins"  # in a row, by the id of the user


def user_with(tenant: Tenant, name: str, secret: str, may: Callable[[UserFacts], bool]) -> Model | None:
    """Return the user with this name and password, if the user is able to sign in and ``may`` allows it."""
    for user in tenant.storage.find("User", "userName", name):
        facts = user_facts(tenant.storage, str(user.id))
        known = secrets.compare_digest(str(user.password or "").encode(), secret.encode()) and bool(secret)
        if known and state_of(user, facts) == NORMAL and not facts.force_change and may(facts):
            tenant.storage.forget(FAILED_LOGINS, str(user.id))
            return user
        if not known:
            count_failed_login(tenant, str(user.id), facts)
    return None


def count_failed_login(tenant: Tenant, user_id: str, facts: UserFacts) -> None:
    """Lock a user after too many failures, if the tenant's policy asks for it."""
    failed = tenant.storage.recall(FAILED_LOGINS, user_id, 0) + 1
    tenant.storage.remember(FAILED_LOGINS, user_id, failed)
    if 0 < tenant.switches["lock_after"] <= failed:
        tenant.storage.remember(USER_FACTS, user_id, replace(facts, lock=LOCKED))
