# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Page the results of queries."""

from __future__ import annotations

from typing import Any, TypeVar

from .call import Call

Item = TypeVar("Item")


def query_arguments(call: Call) -> dict[str, Any]:
    """Return the arguments of a query by their names in lower case."""
    given = call.get("Args")
    return {name.casefold(): value for name, value in given.items()} if isinstance(given, dict) else {}


def paged(call: Call, found: list[Item]) -> tuple[list[Item], int]:
    """Return a page and the number of all rows. A limit has an effect only together with a page (recorded)."""
    arguments = query_arguments(call)
    number, size, limit = (whole(arguments.get(name)) for name in ("pagenumber", "pagesize", "limit"))
    if number < 1 or size < 1:
        return found, len(found)
    limited = found[:limit] if limit > 0 else found
    return limited[(number - 1) * size : number * size], len(limited)


def whole(value: Any) -> int:
    """Return a numeric argument, or 0 if it is not a number."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
