# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the whole plan before the guard rails: circles, references to removed objects, a hidden vault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from .._base.errors import AuthorizationError, InvalidError, some
from .._base.paths import Object, fold
from .._model.new_values import new_suffixes, warn_of_suffix
from .._model.plan import new_end
from .._model.resources import RESOURCES, TWO_USERS
from .._model.rows import Resource
from .._scim.protocol import Scim
from .._scim.sight import advice, may_be_hidden, sees_nothing, unseen
from .checks import Problems
from .guard_rails import Rules, emptied_by
from .name_index import NameIndex
from .values import Desired, Step, mentions_of, names_of, references_of

EXPECTED = "Entries that this run does not deal with, and that have to be applied first"
UNJUDGED = "Names that were not found, and may be in what could not be read"


class PlanCheck:
    """Checks the steps of one run. ``problems`` are those of earlier stages. ``now`` is the time of the run."""

    def __init__(self, scim: Scim, rules: Rules, names: NameIndex, problems: Problems, now: float) -> None:
        self._scim = scim
        self._rules = rules
        self._names = names
        self._problems = problems
        self._now = now

    def check(self, listed: Sequence[Desired], sound: Sequence[Desired], steps: Sequence[Step]) -> None:
        """Warn about changes that may be mistakes, and note the problems of entries and of the whole plan.

        ``sound`` are the entries without problems before the tenant was read.
        """
        warn, names = self._scim.client.warn, self._names
        _warn_of_changes(warn, names, steps, self._now)
        for step in steps:
            if step.removes:
                names.mark_removed(step)
        _note_leavers(sound, names, self._problems)
        _note_nesting(sound, steps, self._problems)
        _note_circles(steps, self._problems)
        self._problems.note_run(self._check_sight(listed, steps))
        expected = some([desired.label for desired in names.expected])
        if expected and self._problems:
            self._problems.remark(f"{EXPECTED}: {expected}")
        elif expected:
            warn(f"{EXPECTED}, counted as there: {expected}")
        if names.unjudged:
            self._problems.remark(f"{UNJUDGED}: {some(sorted(names.unjudged))}")

    def _check_sight(self, listed: Sequence[Desired], steps: Sequence[Step]) -> Iterator[AuthorizationError]:
        """Refuse to create objects in a vault that may be hidden from the service user: they may exist already."""
        scim = self._scim
        in_vault = [step for step in steps if step.resource.in_vault]
        safes = [name for each in RESOURCES.values() if each.contains for name in self._names.names(each.endpoint)]
        is_seen = safes or any(step.current for step in in_vault)
        kinds = [desired.resource for desired in listed]
        if is_seen or self._rules.allow_empty_vault or not any(kind.in_vault for kind in kinds):
            return
        if not sees_nothing(scim):
            return
        if in_vault and may_be_hidden(scim, kinds):
            yield AuthorizationError(
                f"{unseen(scim)}. What the task would create there may exist",
                hint=f"{TWO_USERS}. If the vault is empty, set allow_empty_vault "
                "(directory_allow_empty_vault in the playbooks)",
            )
            return
        scim.client.warn(f"{unseen(scim)}. {advice(scim)}")


def created_by(steps: Iterable[Step]) -> Iterator[tuple[Resource, Object]]:
    """Yield the kind and the options of each object that is going to be created."""
    for step in steps:
        if step.plan.action == "create":
            yield step.resource, step.desired.task.desired


def _warn_of_changes(warn: Callable[[str], None], names: NameIndex, steps: Sequence[Step], now: float) -> None:
    """Warn about changes that may be mistakes, such as a list that is empty after a failed lookup."""
    if empty := emptied_by((step.plan for step in steps), now):
        warn(f"Lists that come out empty: {', '.join(empty)}")
    logins = [name for each in RESOURCES.values() if each.suffixed for name in names.all_names(each.endpoint)]
    if logins:
        for suffix, new in new_suffixes(created_by(steps), logins):
            warn_of_suffix(warn, suffix, new)
    for step in steps:
        if end := new_end(step.resource, step.plan.diff, now):
            warn(f"The {step.resource.ended_by} {end} of {step.label} is over: it gives no access")


def _note_leavers(listed: Iterable[Desired], names: NameIndex, problems: Problems) -> None:
    """Note references to objects that this run removes, also existing references, and any use of a former name.

    To remove a member by its former name would remove access that the next run adds again.
    """
    for desired in listed:
        for endpoint, name in references_of(desired):
            if leaving := names.leaving(endpoint, name):
                problems.note(desired, InvalidError(f"it refers to {name!r}, which {leaving.position} removes"))
        for endpoint, name in mentions_of(desired):
            if renamed := names.renamed(endpoint, name):
                text = f"it refers to {name!r}, which {renamed.position} renames to {renamed.name!r}"
                problems.note(desired, InvalidError(text, hint="Use the new name, or the id"))


def _note_nesting(listed: Sequence[Desired], steps: Sequence[Step], problems: Problems) -> None:
    """Note a group that would contain itself, because the server would refuse the last write."""
    holders = [each for each in listed if each.resource.member_rows and not each.absent]
    names = names_of(holders, steps)
    by_name = {(each.resource.endpoint, fold(names[each])): each for each in holders}
    references = {each: [(kind, fold(name)) for kind, name in references_of(each)] for each in by_name.values()}
    nested = {each: [by_name[mark] for mark in marks if mark in by_name] for each, marks in references.items()}
    for circle in _circles_in(nested):
        text = f"a circle of groups, each of which would be a member of itself: {_places_of(circle, names)}"
        problems.note(circle[0], InvalidError(text))


def _note_circles(steps: Iterable[Step], problems: Problems) -> None:
    """Note steps that need each other, because none of them can be first."""
    needs = {step.desired: step.needs for step in steps if step.desired not in problems}
    for circle in _circles_in(needs):
        places = _places_of(circle, {desired: desired.name for desired in circle})
        problems.note_run([InvalidError(f"a circle of references, and none of these exists yet: {places}")])


def _circles_in(needs: Mapping[Desired, Iterable[Desired]]) -> Iterator[list[Desired]]:
    """Yield circles among these entries, each in their order, until the rest has none."""
    left = dict(needs)
    while circle := _circle_in(left):
        yield circle
        left = {desired: others for desired, others in left.items() if desired not in circle}


def _circle_in(needs: Mapping[Desired, Iterable[Desired]]) -> list[Desired]:
    """Return the entries of a circle among these, in their order; none if there is no circle."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return [desired for desired in needs if desired in error.args[1]]
    return []


def _places_of(listed: Iterable[Desired], names: Mapping[Desired, str]) -> str:
    return some([f"{each.position} ({each.resource.name} {names[each]!r})" for each in listed])
