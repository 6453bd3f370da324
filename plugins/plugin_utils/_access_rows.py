# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check rows of access that filters and tests of templates get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._access.query import spelled_right
from ..module_utils._base.errors import InvalidError
from ..module_utils._base.paths import fold

KEYS = frozenset(("user", "active", "path", "container", "rights", "expired"))
USE_ROWS = "Give the rows that the filter directory_access returns, or access in the result of scim_access_info"


def checked_rows(rows: Any) -> list[Mapping[str, Any]]:
    """Return the rows. Raise InvalidError for any other input."""
    if not isinstance(rows, (list, tuple)):
        raise InvalidError("the input is not a list of rows of access", hint=USE_ROWS)
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping) or not set(row) >= KEYS:
            raise InvalidError(f"item {number} of the input is not a row of access", hint=USE_ROWS)
    return list(rows)


def checked_name(option: str, name: Any) -> str:
    """Return a name in the form to compare. Raise InvalidError for an empty text or another type."""
    if not isinstance(name, str) or not name:
        raise InvalidError(f"{option} has to be a name", hint="Check the variable that it comes from")
    return fold(name)


def checked_right(name: Any) -> str | None:
    """Return a right in SCIM's spelling, or None for None. Raise InvalidError for an unknown right."""
    if name is None:
        return None
    right = spelled_right(name) if isinstance(name, str) else None
    if right is None:
        raise InvalidError(f"{name!r} is not a right", hint="It looks like useAccounts or manageSafeMembers")
    return right


def counts(row: Mapping[str, Any], container: str, right: str | None) -> bool:
    """Return whether a row gives the right on a safe now: it has not ended, and the user is not disabled."""
    now = not row["expired"] and row["active"] is not False
    return now and fold(row["container"]) == container and (right is None or right in row["rights"])
