# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert the result of a run to the form of a plan, for the same reports. No I/O."""

from __future__ import annotations

from typing import Any

from .._base.paths import Object, fold
from .._model.resources import RESOURCES

PLURALS = {resource.name: resource.plural for resource in RESOURCES.values()}


def is_result(value: Object) -> bool:
    """Return whether this is a result of scim_directory."""
    return {"actions", "summary", "msg"} <= set(value)


def document_of_result(result: Object) -> Object:
    """Return the changes and failures of a run. A failed run has no plan if no step started."""
    diff = result.get("diff") or {}
    return {
        "title": "Result",
        "sentence": result["msg"],
        "digest": (result.get("plan") or {}).get("digest", "none"),
        "changes": [_row(action, diff) for action in result["actions"]],
        "unmanaged": result.get("unmanaged") or [],
        "scope": {},
    }


def _row(action: Object, diff: Object) -> Object:
    """Return the row of one object. Secrets are masked in the diff already."""
    before, after = (
        diff.get(side, {}).get(PLURALS[action["type"]], {}).get(action["name"]) or {} for side in ("before", "after")
    )
    options = action.get("attributes") or [*dict.fromkeys([*before, *after])]
    row = {
        **{name: action[name] for name in ("type", "name", "action")},
        "attributes": {option: _values(before.get(option), after.get(option)) for option in options},
        "needs": [],
        "notes": [action["msg"]] if "msg" in action else [],
    }
    if "also_removed" in action:
        row["also_removed"] = action["also_removed"]
        row["attributes"].pop("also_removed", None)
    return row


def _values(before: Any, after: Any) -> Object:
    held, wanted = (_members(value) for value in (before, after))
    if held is None and wanted is None:
        return {"before": before, "after": after}
    had, has = ({fold(name): name for name in names or ()} for names in (held, wanted))
    return {
        "add": sorted(name for mark, name in has.items() if mark not in had),
        "remove": sorted(name for mark, name in had.items() if mark not in has),
    }


def _members(value: Any) -> list[str] | None:
    """Return the names in a list of members or rights, or None for another value."""
    names = value.get("set") if isinstance(value, dict) else None
    return list(map(str, names)) if isinstance(names, list) else None
