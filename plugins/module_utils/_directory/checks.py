# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the entries against each other, and collect their problems for one failure. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._base.errors import IdentityError, InvalidError, all_of, some
from .._base.paths import fold
from .values import Desired, same_object


class Problems:
    """Collects the reasons why entries cannot be carried out, so that one failure can name them all."""

    def __init__(self, listed: Iterable[Desired]) -> None:
        """Begin with the problems of entries that make no task."""
        self._by_entry = {desired: desired.problem for desired in listed if desired.problem}

    def __contains__(self, desired: Desired) -> bool:
        return desired in self._by_entry

    def note(self, desired: Desired, error: IdentityError) -> None:
        """Add a problem of an entry to those that are noted already."""
        known = self._by_entry.get(desired)
        self._by_entry[desired] = all_of([known, error]) if known else error

    def refuse(self, among: Iterable[Desired], missing: str = "") -> None:
        """Raise one failure for all of these entries that have a problem, in their order, with their common code.

        ``missing`` says which other entries they need.
        """
        failed = [(desired, self._by_entry[desired]) for desired in among if desired in self]
        if not failed:
            return
        kinds = {problem.__class__ for _desired, problem in failed}
        kind = kinds.pop() if len(kinds) == 1 else InvalidError
        texts = [f"{desired.position}: {str(problem).rstrip('.')}" for desired, problem in failed]
        hint = f"{missing}. Nothing was written" if missing else "Nothing was written"
        raise kind(f"entries that cannot be carried out ({len(texts)}): {some(texts, '; ')}", hint=hint)


def note_doubles(listed: Iterable[Desired], problems: Problems) -> set[Desired]:
    """Note and return the entries about an object that an earlier one names by the same keys or the same id."""
    seen: dict[tuple[Any, ...], Desired] = {}
    doubles = set()
    for desired in listed:
        resource, keys = desired.resource, desired.keys
        marks: list[tuple[Any, ...]] = []
        if len(keys) >= min(2, len(resource.keys)):  # all that name it, of which two at most are given
            marks.append((resource.name, *(fold(keys.get(option, "")) for option in resource.keys)))
        if desired.identifier:
            marks.append((resource.name, "id", desired.identifier))
        for mark in marks:
            if (first := seen.setdefault(mark, desired)) is not desired:
                doubles.add(desired)
                problems.note(desired, same_object(desired, first))
    return doubles


def note_former_names(listed: Sequence[Desired], problems: Problems) -> None:
    """Note entries with a former name that another entry has, as its name or as a former one."""
    renamed = [desired for desired in listed if desired.former_names]
    if not renamed:
        return
    owners = {(desired.resource.name, fold(desired.name)): desired for desired in listed}
    for desired in renamed:
        for name in desired.former_names:
            owner = owners.setdefault((desired.resource.name, fold(name)), desired)
            if owner is not desired:
                text = f"{desired.label} was formerly {name!r}, and that name is also at {owner.position}"
                problems.note(desired, InvalidError(text, hint="One entry for each object: take the name out of one"))
