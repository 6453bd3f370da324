# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the entries against each other, and collect their problems for one failure. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._base.errors import IdentityError, InvalidError, all_of, joined, some
from .._base.paths import fold
from .values import Desired, same_object


class Problems:
    """Collects the reasons why a plan cannot be carried out, so that one failure can name them all.

    ``unread`` are errors of the input: the task does not have the entries that these concern.
    """

    def __init__(self, listed: Iterable[Desired], unread: Iterable[str] = ()) -> None:
        """Begin with the errors of the input, and with those of entries that are no valid task."""
        self._unread = [InvalidError(text) for text in unread]
        self._by_entry = {desired: desired.problem for desired in listed if desired.problem}
        self._of_run: list[IdentityError] = []
        self._remarks: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._unread or self._by_entry or self._of_run)

    def __contains__(self, desired: Desired) -> bool:
        return desired in self._by_entry

    def note(self, desired: Desired, error: IdentityError) -> None:
        """Add a problem of an entry to those that are noted already."""
        known = self._by_entry.get(desired)
        self._by_entry[desired] = all_of([known, error]) if known else error

    def note_run(self, errors: Iterable[IdentityError]) -> None:
        """Add problems that belong to no single entry."""
        self._of_run += errors

    def remark(self, text: str) -> None:
        """Add a sentence for the failure, if there is going to be one."""
        self._remarks.append(text)

    def refuse(self, listed: Iterable[Desired]) -> None:
        """Raise one failure for all problems, with their common code: those of entries in the order of ``listed``."""
        failed = {desired: self._by_entry[desired] for desired in listed if desired in self}
        errors = [*self._unread, *failed.values(), *self._of_run]
        if not errors:
            return
        if errors == self._of_run[:1]:  # a single error keeps its details
            reason = joined([errors[0].reason, *self._remarks]) if self._remarks else errors[0].reason
            raise errors[0].with_facts(reason=reason)
        kinds = {error.__class__ for error in errors}
        kind = kinds.pop() if len(kinds) == 1 else InvalidError
        texts = [f"{desired.position}: {str(error).rstrip('.')}" for desired, error in failed.items()]
        parts = (
            [f"errors in the input ({len(self._unread)}): {' '.join(map(str, self._unread))}"] if self._unread else []
        )
        parts += [f"entries that cannot be carried out ({len(texts)}): {some(texts, '; ')}"] if texts else []
        raise kind(joined([*parts, *self._of_run]), hint=joined([*self._remarks, "Nothing was written"]))


def refuse_options(errors: Sequence[IdentityError], listed: Sequence[Desired], unread: Iterable[str]) -> None:
    """Raise one failure for wrong options of the task, if there are any, with all problems that entries have alone."""
    if not errors:
        return
    problems = Problems(listed, unread)
    for desired in listed:
        if desired not in problems:
            try:
                desired.task  # noqa: B018
            except InvalidError as error:
                problems.note(desired, error)
    note_doubles(listed, problems)
    note_former_names(listed, problems)
    problems.note_run(errors)
    problems.refuse(listed)


def note_doubles(listed: Iterable[Desired], problems: Problems) -> set[Desired]:
    """Note and return the entries about an object that an earlier one names by the same keys or the same id."""
    seen: dict[tuple[Any, ...], Desired] = {}
    doubles = set()
    for desired in listed:
        resource, keys = desired.resource, desired.keys
        marks: list[tuple[Any, ...]] = []
        if len(keys) >= min(2, len(resource.keys)):  # the keys name an object: one, or two of several
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
