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
    """Collects the problems of a plan, so that one failure can report them all.

    ``unread`` are errors of the input files. The entries of these files are missing from the task.
    """

    def __init__(self, listed: Iterable[Desired], unread: Iterable[str] = ()) -> None:
        """Start with the errors of the input and the problems that the entries already have."""
        self._unread = [InvalidError(text) for text in unread]
        self._by_entry = {desired: desired.problem for desired in listed if desired.problem}
        self._of_run: list[IdentityError] = []
        self._remarks: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._unread or self._by_entry or self._of_run)

    def __contains__(self, desired: Desired) -> bool:
        return desired in self._by_entry

    def note(self, desired: Desired, error: IdentityError) -> None:
        """Add a problem of an entry to the problems it already has."""
        known = self._by_entry.get(desired)
        self._by_entry[desired] = all_of([known, error]) if known else error

    def note_run(self, errors: Iterable[IdentityError]) -> None:
        """Add problems that belong to no single entry."""
        self._of_run += errors

    def remark(self, text: str) -> None:
        """Add a sentence to the failure. It is not shown if there is no problem."""
        self._remarks.append(text)

    def refuse(self, listed: Iterable[Desired]) -> None:
        """Raise one failure for all problems. Problems of entries follow the order of ``listed``.

        The failure has the class of the problems if they share one. Otherwise it is an InvalidError.
        """
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
    """Raise one failure for ``errors`` in the options of the task, if there are any.

    It also reports every problem of the entries that can be found without the tenant.
    """
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
    """Return the entries that repeat the keys or the id of an earlier entry, and report each as a problem."""
    seen: dict[tuple[Any, ...], Desired] = {}
    doubles = set()
    for desired in listed:
        resource, keys = desired.resource, desired.keys
        marks: list[tuple[Any, ...]] = []
        if len(keys) >= min(2, len(resource.keys)):  # enough keys to identify an object
            marks.append((resource.name, *(fold(keys.get(option, "")) for option in resource.keys)))
        if desired.identifier:
            marks.append((resource.name, "id", desired.identifier))
        for mark in marks:
            if (first := seen.setdefault(mark, desired)) is not desired:
                doubles.add(desired)
                problems.note(desired, same_object(desired, first))
    return doubles


def note_former_names(listed: Sequence[Desired], problems: Problems) -> None:
    """Note each entry with a former name that is also the name or a former name of another entry."""
    renamed = [desired for desired in listed if desired.former_names]
    if not renamed:
        return
    owners = {(desired.resource.name, fold(desired.name)): desired for desired in listed}
    for desired in renamed:
        for name in desired.former_names:
            owner = owners.setdefault((desired.resource.name, fold(name)), desired)
            if owner is not desired:
                text = f"{desired.label} has the former name {name!r}, which is also at {owner.position}"
                problems.note(desired, InvalidError(text, hint="Remove the name from one of these two entries"))
