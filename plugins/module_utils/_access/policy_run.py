# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Evaluate policies on a directory, and on the directory after a plan. No I/O and no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._base.errors import PolicyError, some
from .._base.paths import Object, fold
from .._directory.plan_document import with_digest
from .._directory.values import POSITION
from .._model.resources import RESOURCES
from .after import after
from .findings import evaluate, report_of
from .policies import Policy
from .scene import PLAN, Scene
from .state import State

KEYS = {resource.name: resource.keys[0] for resource in RESOURCES.values()}
PLURALS = {resource.name: resource.plural for resource in RESOURCES.values()}
NAMED_BY = {resource.plural: resource.keys for resource in RESOURCES.values()}


def judged(
    policies: Sequence[Policy],
    directory: Mapping[str, Any],
    now: float,
    plan: Mapping[str, Any] | None = None,
    entries: Mapping[str, Any] | None = None,
) -> Object:
    """Return the report of policies on a directory, or on the directory after a plan.

    ``now`` is in seconds since 1970. ``entries`` are lists of entries with positions, which findings refer to. Raise
    InvalidError for a plan that does not fit the directory, and for ambiguous names.
    """
    if plan is None:
        scene = Scene(State.of(directory), now)
        return report_of(evaluate(policies, scene), scene.state.gaps)
    places = _places_of(entries or {})
    planned = after(directory, plan)
    before = Scene(State.of(after(directory, _renames_of(plan))), now)
    placed = {plural: [_placed(plural, entry, entry, places) for entry in planned[plural]] for plural in planned}
    changes = [_placed(PLURALS[change["type"]], change, change["keys"], places) for change in plan["changes"]]
    scene = Scene(State.of(placed), now, changes)
    return report_of(evaluate(policies, scene, before), scene.state.gaps)


def _places_of(entries: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Return the position of each entry by the names of its object, if it has a position."""
    return {
        _mark(plural, entry): str(entry[POSITION])
        for plural in PLURALS.values()
        for entry in entries.get(plural) or ()
        if isinstance(entry, Mapping) and entry.get(POSITION)
    }


def _placed(plural: str, shown: Object, keys: Mapping[str, Any], places: Mapping[tuple[str, ...], str]) -> Object:
    """Return an entry or a change with the position of the entry for the same object."""
    place = places.get(_mark(plural, keys)) if places else None
    return {**shown, POSITION: place} if place else shown


def _mark(plural: str, keys: Mapping[str, Any]) -> tuple[str, ...]:
    return (plural, *(fold(keys.get(option) or "") for option in NAMED_BY[plural]))


def needs_directory(policies: Sequence[Policy]) -> bool:
    """Return whether a policy needs more than the changes of a plan."""
    return any(policy.needs != {PLAN} for policy in policies)


def _renames_of(plan: Mapping[str, Any]) -> Object:
    """Return a plan with only its renames: a finding is not new because its subject has a new name."""
    renames = [
        {**change, "attributes": {option: sides for option, sides in change["attributes"].items() if option == key}}
        for change in plan["changes"]
        for key in [KEYS[change["type"]]]
        if change["action"] == "rename"
    ]
    return with_digest({**plan, "changes": renames})


def refusal_of(report: Object) -> PolicyError:
    """Return the error for a report that refuses."""
    texts = report["refusals"]
    return PolicyError(
        f"policies refuse this ({len(texts)}): {some(texts, '; ')}",
        hint="Nothing was written. Change what is named, or give the policy an exception with an owner and a last day",
    )
