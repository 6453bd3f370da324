# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the directory search: conditions on columns, joined by ``_and`` and ``_or``.

These are the forms that clients send. Any other form is refused.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .envelope import Refusal

if TYPE_CHECKING:
    from ..control.switches import Switches

Row = dict[str, Any]
# Names of columns in filters that differ from those in rows (seen in clients).
ALIASES = {"email": "EMail", "_id": "_ID"}
COLUMNS = ("DisplayName", "SystemName", "InternalName", "ObjectType", "givenName", "sn", "Name", "Description", "EMail")
BY_NAME = {**{name.casefold(): name for name in COLUMNS}, **ALIASES}


def selected(candidates: Iterable[Row], text: str, switches: Switches) -> list[Row]:
    """Return the rows that a filter selects. An empty filter selects all."""
    condition = parsed(text)
    holds(condition, {}, switches)  # Report errors even if there are no rows.
    return [row for row in candidates if holds(condition, row, switches)]


def parsed(text: str) -> Mapping[str, Any]:
    """Return the object of a filter. The vendor's Python SDK writes it with single quotes, which .NET understands."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise Refusal(f"The filter {text} is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Refusal(f"The filter {text} is not an object.")
    return value


def holds(condition: Any, row: Row, switches: Switches) -> bool:
    """Return whether all parts of a condition hold for a row."""
    if not isinstance(condition, dict):
        raise Refusal("A condition of a filter is not an object.")
    parts = [holds_part(name, value, row, switches) for name, value in condition.items()]
    return all(parts)


def holds_part(name: str, value: Any, row: Row, switches: Switches) -> bool:
    """Return whether one part of a condition holds. Check every part, so that a mistake shows with any row."""
    if name in ("_and", "_or"):
        if not isinstance(value, list):
            raise Refusal(f"{name} in a filter takes a list.")
        results = [holds(item, row, switches) for item in value]
        return all(results) if name == "_and" else any(results)
    column = BY_NAME.get(name.casefold())
    if column is None:
        raise Refusal(f"A filter on {name} is not supported.")
    held = str(row.get(column) or "")
    if isinstance(value, str):
        return held.casefold() == value.casefold()
    if not isinstance(value, dict) or len(value) != 1:
        raise Refusal(f"The condition on {name} in a filter is not supported.")
    ((operator, operand),) = value.items()
    return compared(operator, operand, held, switches)


def compared(operator: str, operand: Any, held: str, switches: Switches) -> bool:
    """Return whether a text equals or contains another. Whether ``_like`` ignores the case by itself is unknown."""
    ignore_case = not switches["like_case_sensitive"]
    if operator == "_like" and isinstance(operand, dict):
        ignore_case = str(operand.get("ignoreCase", False)).casefold() == "true"
        operand = operand.get("value")
    if operator not in ("_eq", "_like") or not isinstance(operand, str):
        raise Refusal(f"The operator {operator} of a filter is not supported with {operand!r}.")
    if operator == "_eq":
        return held == operand
    return operand.casefold() in held.casefold() if ignore_case else operand in held
