# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the entries against each other, and refuse what is wrong with them in one failure. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from .._base.errors import IdentityError, InvalidError, all_of, some
from .._base.paths import fold
from .._model.resources import GROUP
from .name_index import NameIndex
from .values import Desired, Step, names_of, references_of, same_object


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


def note_leavers(listed: Iterable[Desired], names: NameIndex, problems: Problems) -> None:
    """Note each reference to an object that this run removes, whether the reference is new or not."""
    for desired in listed:
        for endpoint, name in references_of(desired):
            if leaving := names.leaving(endpoint, name):
                problems.note(desired, InvalidError(f"it refers to {name!r}, which {leaving.position} removes"))


def note_nesting(listed: Sequence[Desired], steps: Sequence[Step], problems: Problems) -> None:
    """Note a group that would be in itself, whether it is new or not: the server would refuse the last write."""
    names = names_of((each for each in listed if each.resource is GROUP and not each.absent), steps)
    groups = {fold(names[each]): each for each in listed if each.resource is GROUP and not each.absent}
    nested = {
        group: [groups[fold(name)] for kind, name in references_of(group) if fold(name) in groups and kind == "Groups"]
        for group in groups.values()
    }
    if circle := circle_in(nested):
        text = f"a circle of groups, each of which would be a member of itself: {places_of(circle, names)}"
        problems.note(circle[0], InvalidError(text))


def refuse_circle(steps: Iterable[Step]) -> None:
    """Raise InvalidError for steps that need each other: none of them could be the first."""
    needs = {step.desired: step.needs for step in steps}
    if circle := circle_in(needs):
        places = places_of(circle, {desired: desired.name for desired in circle})
        raise InvalidError(
            f"a circle of references, and none of these exists yet: {places}", hint="Nothing was written"
        )


def circle_in(needs: Mapping[Desired, Iterable[Desired]]) -> list[Desired]:
    """Return the entries of a circle among these, in their order; none if there is no circle."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return [desired for desired in needs if desired in error.args[1]]
    return []


def places_of(listed: Iterable[Desired], names: Mapping[Desired, str]) -> str:
    return some([f"{each.position} ({each.resource.name} {names[each]!r})" for each in listed])
