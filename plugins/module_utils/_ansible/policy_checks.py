# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Evaluate the policies of a task on the tenant as it will be after the plan, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._access.policies import Policy, policies_of
from .._access.policy_run import judged, needs_directory
from .._base.errors import AuthorizationError, trying
from .._base.paths import Object
from .._directory.export import export
from .._model.rows import Resource
from .._scim.protocol import Scim
from .._scim.sight import may_be_hidden, sees_nothing

Policies = tuple[Policy, ...]


def policies_in(given: Mapping[str, Any]) -> Policies:
    """Return the policies of a task. Raise InvalidError for all that is wrong with them."""
    with trying("read the policies"):
        return policies_of(given["policies"] or [])


def judge_plan(policies: Policies, scim: Scim, document: Object, given: Mapping[str, Any], now: float) -> Object:
    """Return the report of policies on the tenant after a plan, which is read as a whole for that.

    ``given`` are the options of the task: its entries have the positions of the findings.
    """
    with trying("check the policies"):
        needed = needs_directory(policies)
        directory = _whole(scim, may_be_empty=given["allow_empty_vault"]) if needed else {}
        return judged(policies, directory, now, document, given)


def _whole(scim: Scim, *, may_be_empty: bool) -> Object:
    """Return the whole directory without the kinds that cannot be read.

    A vault that shows nothing is one that was not read, unless the task says that it may be empty.
    """
    kinds = scim.served
    if may_be_hidden(scim, kinds) and not may_be_empty and sees_nothing(scim):
        kinds = [kind for kind in kinds if not kind.in_vault]
    try:
        return export(scim, [kind.plural for kind in kinds])
    except AuthorizationError:
        return export(scim, [kind.plural for kind in kinds if _is_readable(scim, kind)])


def _is_readable(scim: Scim, kind: Resource) -> bool:
    try:
        scim.is_empty(kind.endpoint)
    except AuthorizationError:
        return False
    return True
