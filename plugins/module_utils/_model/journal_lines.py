# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The lines of the journal about one write: before it, and of its outcome. No secrets and no I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .._base.errors import (
    AuthenticationError,
    AuthorizationError,
    ConflictError,
    IdentityError,
    ImmutableError,
    InvalidError,
    RateLimitedError,
    ReadOnlyError,
    UnsupportedError,
)
from .._base.paths import Object
from .plan import Plan, Task
from .plan_rows import members_of, row_of
from .references import names_in
from .rows import Resource
from .shapes import BATCH, Members

# After these failures, a single request is known to have had no effect.
WITHOUT_EFFECT = (
    AuthenticationError,
    AuthorizationError,
    ConflictError,
    ImmutableError,
    InvalidError,
    RateLimitedError,
    ReadOnlyError,
    UnsupportedError,
)


def begin_of(task: Task, plan: Plan, along: Sequence[Plan] = (), unread: Collection[str] = ()) -> Object:
    """Return the line to record before a write.

    The line of a deletion has the object and the further changes that it causes (``along``), such as a group that loses
    a deleted member. ``unread`` are the plurals of kinds that could not be read for these changes.
    """
    resource, current = plan.resource, plan.current
    line = {"api": _api_of(resource), **row_of(plan, _name_of(task, plan), resource.name_of(task.desired))}
    if current is None or plan.action != "delete":
        return line
    rows = [row_of(each, " / ".join(names_in(each.resource.keys_of(each.current or {}))), {}) for each in along]
    return {**line, "object": state_of(resource, current), "along": rows, "unread": sorted(unread)}


def end_of(task: Task, plan: Plan, written: Object) -> Object:
    """Return the line to record after a write. ``written`` is the object, and is empty after a deletion."""
    return {
        **_subject(task, plan, written or plan.current),
        "outcome": "done",
        "object": state_of(plan.resource, written) if written else None,
    }


def failure_of(task: Task, plan: Plan, error: IdentityError) -> Object:
    """Return the line to record after a failed write. The outcome is ``refused``, or ``unknown`` if it is uncertain."""
    refused = isinstance(error, WITHOUT_EFFECT) and not error.changed and _is_one_request(plan)
    failure = {"code": error.code, **({"status": error.status} if error.status is not None else {})}
    return {
        **_subject(task, plan, plan.current),
        "outcome": "refused" if refused else "unknown",
        "failure": failure,
    }


def state_of(resource: Resource, item: Object) -> Object:
    """Return an object as options, like ``describe``, and with the ids of members."""
    described = {option: value for option, value in resource.describe(item).items() if option != "id"}
    return {**described, **{row.option: members_of(row, row.read(item)) for row in resource.member_rows}}


def _subject(task: Task, plan: Plan, item: Object | None) -> Object:
    return {
        "api": _api_of(plan.resource),
        "type": plan.resource.name,
        "name": _name_of(task, plan),
        "id": str(item["id"]) if item and item.get("id") else None,
    }


def _api_of(resource: Resource) -> str:
    return "scim" if resource.schema else "administration"


def _name_of(task: Task, plan: Plan) -> str:
    held = names_in(plan.resource.keys_of(plan.current)) if plan.current else []
    return " / ".join(held or [str(name) for name in plan.resource.name_of(task.desired).values()])


def _is_one_request(plan: Plan) -> bool:
    """Return whether the plan is one request to a SCIM server. The administration API needs several requests."""
    if not plan.resource.schema:
        return False
    members = [change for change in plan.changes if isinstance(change.attribute.shape, Members)]
    return sum(len({*(change.before or ())} ^ {*(change.after or ())}) for change in members) <= BATCH
