# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Evaluate the policies of a task on the tenant as it will be after the plan, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._access.policies import Policy, policies_of
from .._access.policy_run import judged
from .._base.errors import trying
from .._base.paths import Object

Policies = tuple[Policy, ...]


def policies_in(given: Mapping[str, Any]) -> Policies:
    """Return the policies of a task. Raise InvalidError with all errors in them."""
    with trying("read the policies"):
        return policies_of(given["policies"] or [])


def judge_plan(policies: Policies, directory: Object, document: Object, given: Mapping[str, Any], now: float) -> Object:
    """Return the report of policies on the tenant after a plan.

    ``given`` are the options of the task. The findings take their positions from its entries.
    """
    with trying("check the policies"):
        return judged(policies, directory, now, document, given)
