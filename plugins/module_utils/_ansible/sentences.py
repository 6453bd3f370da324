# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Make the one line that describes the result of a successful task: names and numbers, but no secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._model.resources import RESOURCES
from .._model.rows import Resource

DONE = {"create": "created", "update": "changed", "deactivate": "deactivated", "delete": "deleted"}


def sentence_of_directory(summary: Mapping[str, Mapping[str, int]], *, check: bool) -> str:
    """Return the counts of all results: "3 users created, 2 changed; 1 group created; 195 unchanged; 1 unmanaged"."""
    parts = []
    for resource in RESOURCES.values():
        counts = summary.get(resource.plural, {})
        acted = [(counts[action], done) for action, done in DONE.items() if counts.get(action)]
        if acted:
            (number, first), *further = acted
            rest = "".join(f", {other} {done}" for other, done in further)
            parts.append(f"{counted(number, resource)} {would_be(check)}{first}{rest}")
    others = {word: sum(counts.get(word, 0) for counts in summary.values()) for word in ("unchanged", "unmanaged")}
    return "; ".join([*parts, *(f"{number} {word}" for word, number in others.items() if number)]) or "0 unchanged"


def sentence_of_reading(numbers: Iterable[tuple[int, Resource]]) -> str:
    """Return the number of objects of each kind that were read: "195 users, 1 group read"."""
    return f"{', '.join(counted(number, resource) for number, resource in numbers) or 'nothing'} read"


def counted(number: int, resource: Resource) -> str:
    """Return a number of objects of a kind."""
    return f"{number} {resource.name if number == 1 else resource.plural}"


def would_be(check: bool) -> str:
    """Return the words before a verb in check mode, else an empty text."""
    return "would be " if check else ""
