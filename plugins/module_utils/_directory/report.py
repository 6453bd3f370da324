# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Build the result of a run: its changes, its failures and the counts, but never the whole tenant. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .._base.errors import IncompleteError
from .._base.paths import Object
from .._model.resources import RESOURCES
from .apply import Applied
from .drift import in_order
from .guard_rails import emptied_by, losses_of
from .losses import leaving_of
from .values import Planned, Result


def report_of_run(planned: Planned, applied: Applied) -> Object:
    """Return the result of the module."""
    order = {step: number for number, step in enumerate(planned.steps)}
    # Steps that did not start after a failure are only in the summary, because there may be very many.
    told = [one for one in applied.results if one.action != "none" and (one.error or one.action != "skipped")]
    shown = sorted(told, key=lambda one: order[one.step])
    return {
        "changed": any(
            one.action not in ("none", "failed", "skipped") or (one.error is not None and one.error.changed)
            for one in applied.results
        ),
        "actions": [_action(one, planned) for one in shown],
        "unmanaged": in_order(planned.unmanaged),
        "summary": _summary(planned, applied.results),
        "emptied": emptied_by((one.step.plan for one in shown if not one.error), planned.now),
        "stopped": [
            {"position": halt.step.desired.position, "msg": halt.scope, "failure": halt.error.failure()}
            for halt in applied.halts
        ],
        "diff": _diff(shown, planned.also_removed),
    }


def failure_of(planned: Planned, applied: Applied) -> Object:
    """Return the message and the failure of a run with a failed step, or an empty map."""
    failed = [one for one in applied.results if one.error]
    if not failed:
        return {}
    missing = [one for one in applied.results if one.action in ("failed", "skipped")]
    ending = next((halt for halt in applied.halts if halt.kind is None), None)
    first = ending or failed[0]
    scopes = "".join(f" {halt.scope[0].upper()}{halt.scope[1:]}." for halt in applied.halts)
    extent = f"{len(missing)} of {len(planned.steps)} changes were not made"
    error = IncompleteError(
        f"{extent}. {first.step.desired.position}: {first.error}{scopes}",
        hint="The result's actions have each failure; run the task again to continue",
    )
    # A playbook has to act on the failure that ended the run.
    return {"msg": str(error), "failure": ending.error.failure() if ending else error.failure()}


def _summary(planned: Planned, results: Sequence[Result]) -> Object:
    """Return the counts of all results by kind."""
    plurals = {resource.name: resource.plural for resource in RESOURCES.values()}
    summary: dict[str, Counter[str]] = {resource.plural: Counter() for resource in RESOURCES.values()}
    for plural, count in planned.unchanged.items():
        summary[plural]["unchanged"] = count
    for row in planned.unmanaged:
        summary[plurals[row["type"]]]["unmanaged"] += 1
    for one in results:
        summary[one.step.resource.plural]["unchanged" if one.action == "none" else one.action] += 1
    return {plural: dict(sorted(counts.items())) for plural, counts in summary.items() if counts}


def _action(one: Result, planned: Planned) -> Object:
    """Return the row of a result for one object."""
    plan = one.step.plan
    shown: Object = {"type": one.step.resource.name, "name": one.step.name, "action": one.action}
    if one.action == "update":
        shown["attributes"] = [change.attribute.option for change in plan.changes]
    if not one.error and (lost := sum(loss.count for loss in losses_of(plan, planned.now))):
        shown["access_removed"] = lost
    if not one.error:
        shown.update(_contents_of(one, planned.also_removed))
    if one.error:
        shown.update(position=one.step.desired.position, msg=str(one.error), failure=one.error.failure())
    return shown


def _contents_of(one: Result, also: Mapping[str, Object]) -> Object:
    identifier = str((leaving_of(one.step) or {}).get("id"))
    return {"also_removed": also[identifier]} if one.step.resource.contains and identifier in also else {}


def _diff(shown: Sequence[Result], also: Mapping[str, Object]) -> dict[str, Object]:
    sides: dict[str, Object] = {"before": {}, "after": {}}
    for one in shown:
        if one.error or one.action == "skipped":
            continue
        for side, value in one.step.plan.diff.items():
            if value:
                value = {**value, **_contents_of(one, also)}
                sides[side].setdefault(one.step.resource.plural, {})[one.step.name] = value
    return sides
