# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Judge answers, for several facts. No I/O."""

from __future__ import annotations

from typing import Any

from ..._base.paths import Object
from .values import Exchange, UnclearError


def status_of(answer: Exchange, *known: int) -> int:
    """Return the status of an answer, if it is one of the known ones."""
    if answer.status not in known:
        raise UnclearError(f"the answer was {answer.status}, and the emulator knows {', '.join(map(str, known))}")
    return answer.status


def good(answer: Exchange, what: str) -> Exchange:
    """Return the answer. Raise UnclearError unless it is a good one."""
    if not answer.ok:
        raise UnclearError(f"{what} was answered with {answer.status}")
    return answer


def accepted(answer: Exchange) -> bool:
    """Return whether a write was accepted, if it was not refused for another reason than its content."""
    if not answer.ok and answer.status not in (400, 404, 409, 422, 500):
        raise UnclearError(f"the answer was {answer.status}, which says nothing about the content")
    return answer.ok


def replaced(path: str, value: Any) -> Object:
    return {"op": "replace", "path": path, "value": value}


def refusal(answer: Exchange) -> Any:
    """Return the support for PATCH that an answer shows."""
    return True if answer.ok else status_of(answer, 405, 501)
