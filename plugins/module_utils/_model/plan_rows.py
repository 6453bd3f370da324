# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""A planned change as a row of a plan document or of the journal: names, ids, and values without secrets. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

from .._base.paths import Object, fold
from .plan import Change, Plan
from .rows import Attribute, Resource
from .shapes import Members, Names

WILL_BE_SET = "will be set"
# Returns the name of the object with this endpoint and id, or None if it has not been seen.
NameOf = Callable[[str, str], Optional[str]]


def nameless(endpoint: str, identifier: str) -> None:
    """Return None, as if no names had been seen. Members then keep the names that their lists show."""


def row_of(plan: Plan, name: str, wanted_keys: Object, name_of: NameOf = nameless) -> Object:
    """Return the row of a plan for one object. ``wanted_keys`` name the object if it does not exist yet."""
    return {
        "type": plan.resource.name,
        "name": name,
        "keys": _keys(plan, wanted_keys),
        "id": plan.identifier if plan.current else None,
        "action": _named_action(plan),
        "attributes": _attributes(plan, name_of),
    }


def action_of(plan: Plan) -> str:
    """Return the action of the plan, or ``deactivate`` if it disables a user."""
    return "deactivate" if plan.disables else plan.action


def members_of(row: Attribute, members: Mapping[str, str], name_of: NameOf = nameless) -> list[dict[str, Any]]:
    """Return members as names and ids. A member that this run creates has its name as key, and no id yet."""
    endpoint = str(row.refers_to)
    rows = [
        {"name": name_of(endpoint, key) or name, "id": None if key == name and not name_of(endpoint, key) else key}
        for key, name in members.items()
    ]
    return sorted(rows, key=lambda row: (fold(row["name"]), str(row["id"])))


def _named_action(plan: Plan) -> str:
    return "rename" if plan.renames else action_of(plan)


def _keys(plan: Plan, wanted: Object) -> Object:
    """Return the options that name the object, with the values of the server if it exists."""
    resource: Resource = plan.resource
    named = resource.describe(plan.current) if plan.current else wanted
    return {option: named[option] for option in resource.keys if named.get(option)}


def _attributes(plan: Plan, name_of: NameOf) -> Object:
    """Return the values of each changed attribute. For a deletion, these are all attributes of the object."""
    if plan.action == "delete":
        return {option: {"before": value} for option, value in plan.before.items() if option not in plan.resource.keys}
    changes = [change for change in plan.changes if plan.current or change.attribute.option not in plan.resource.keys]
    return {change.attribute.option: _values(change, name_of) for change in changes}


def _values(change: Change, name_of: NameOf) -> Object:
    row, before, after = change.attribute, change.before, change.after
    if row.secret:
        return {"after": WILL_BE_SET}
    if isinstance(row.shape, Members):
        held, wanted = before or {}, after or {}
        return {
            "add": members_of(row, {key: name for key, name in wanted.items() if key not in held}, name_of),
            "remove": members_of(row, {key: name for key, name in held.items() if key not in wanted}, name_of),
        }
    if isinstance(row.shape, Names):
        had, has = ({fold(name): name for name in names or ()} for names in (before, after))
        return {
            "add": sorted(name for mark, name in has.items() if mark not in had),
            "remove": sorted(name for mark, name in had.items() if mark not in has),
        }
    return {"before": row.shape.compare(before), "after": row.shape.compare(after)}
