# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Bring a whole directory to its desired state: all objects are read and planned before the first write.

A run is a sequence of stages, one file each: entries, checks, survey, planning, plan_checks, creators, losses, apply,
report. Each passes frozen values (values.py) to the next. An object is planned and written as in the modules for single
objects: with the same tables, plans and ``ensure()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from .._base.errors import IdentityError
from .._base.paths import Object
from .._model.plan_rows import action_of
from .._model.resources import RESOURCES
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim
from .apply import Application, Applied, Report
from .checks import Problems, note_doubles, note_former_names
from .creators import Creators
from .drift import drift_of
from .guard_rails import GuardRails, Rules
from .losses import Losses
from .name_index import NameIndex
from .plan_checks import PlanCheck
from .plan_document import document_of
from .planning import Planning
from .relations import Relations
from .survey import Survey
from .unlisted import Unlisted
from .values import Desired, Finding, Planned, Result, Step, references_of


class Directory:
    """One run. ``plan()`` reads the tenant and writes nothing. ``apply()`` applies the plan.

    ``now`` is the time of the run in seconds since 1970.
    """

    def __init__(
        self,
        scim: Scim,
        rules: Rules,
        report: Report = lambda text, done, total: None,
        is_abandoned: Callable[[], bool] = lambda: False,
        *,
        now: float,
        check: bool = False,
    ) -> None:
        self._scim = scim
        self._rules = rules
        self._report = report
        self._is_abandoned = is_abandoned
        self._now = now
        self._names = NameIndex(scim, check=check)
        self._store = ScimObjects(scim, self._names, verify_late=True)
        self._relations = Relations(scim, self._names, self._store.lists)
        self._rails = GuardRails(rules, self._names.count, self._access)

    def plan(self, listed: Sequence[Desired], elsewhere: Iterable[Desired] = (), unread: Sequence[str] = ()) -> Planned:
        """Return the steps in the order in which they are applied, removals last.

        ``elsewhere`` are the entries of other runs that create objects. ``unread`` are errors of the input. Raise one
        failure for these, for all invalid entries, and for a plan that the guard rails refuse.
        """
        problems = Problems(listed, unread)
        self._names.incomplete = bool(unread)
        try:
            planned = self._plan(listed, elsewhere, problems)
        except IdentityError as error:  # the tenant cannot be read: report the invalid entries as well
            problems.note_run([error])
            problems.refuse(listed)
            raise
        problems.refuse(listed)
        return planned

    def _plan(self, listed: Sequence[Desired], elsewhere: Iterable[Desired], problems: Problems) -> Planned:
        """Return the plan. Entries with problems are left out."""
        self._check(listed, elsewhere, problems)
        sound = [desired for desired in listed if desired not in problems]
        rules = self._rules_for(listed, problems)
        unlisted = Unlisted(rules, sound, self._relations, self._rails)
        planning = Planning(self._store, self._names, unlisted, problems)
        with ThreadPoolExecutor(self._rules.workers) as pool:
            steps = list(self._read(sound, Survey(self._scim, self._names, self._store, pool), planning, unlisted))
        PlanCheck(self._scim, self._rules, self._names, problems, self._now).check(listed, sound, steps)
        trimming = Creators(self._scim, self._names, self._relations, problems).plan(planning.safes, listed, steps)
        losses = Losses(self._rules, self._relations, self._rails, self._now)
        also_removed = losses.check(self._scim, [*steps, *trimming], problems)
        if unlisted.reported:
            problems.remark(drift_of(unlisted.reported).reason)
        ordered = (*sorted(steps, key=_rank), *trimming)
        return Planned(ordered, self._now, planning.unchanged, tuple(unlisted.reported), also_removed)

    def document(self, planned: Planned, kinds: Sequence[str]) -> Object:
        """Return the plan as a document for review. ``kinds`` are the plurals of the kinds that the task manages."""
        tenant = self._scim.client.connection.tenant_url
        return document_of(planned, tenant, self._rules, kinds, self._names.name_of)

    def foresee(self, planned: Planned) -> Applied:
        """Return the results of a plan as check mode shows them."""
        return Applied([Result(step, action_of(step.plan)) for step in planned.steps])

    def apply(self, planned: Planned) -> Applied:
        """Apply the plan, and return the result of each step."""
        run = Application(self._store, self._names, self._rules, self._report, self._is_abandoned)
        return run.apply(planned.steps)

    def _check(self, listed: Sequence[Desired], elsewhere: Iterable[Desired], problems: Problems) -> None:
        """Check the entries against each other, and note the objects that this run and others will create."""
        doubles = note_doubles(listed, problems)
        note_former_names(listed, problems)
        for desired in listed:
            if desired not in doubles:
                self._names.expect(desired)
        for desired in elsewhere:
            self._names.expect_elsewhere(desired)

    def _rules_for(self, listed: Sequence[Desired], problems: Problems) -> Rules:
        """Return the rules of the task, without prune if problems hide which objects have no entry."""
        if problems:
            if self._rules.prune or self._rules.watched:
                problems.remark("Until they are corrected, it is unknown which objects have no entry")
        else:
            # A list of absent entries alone lists nothing. An absent entry in a safe still names its safe.
            kinds = {each.resource.plural for each in listed if not each.absent or each.resource.parent}
            problems.note_run(self._rails.check_prune(kinds))
        return replace(self._rules, prune=frozenset(), watched=frozenset()) if problems else self._rules

    def _read(
        self, listed: Sequence[Desired], survey: Survey, planning: Planning, unlisted: Unlisted
    ) -> Iterator[Step]:
        """Read one kind after another, and plan each entry as soon as its object is found."""
        references: dict[str, set[str]] = {endpoint: set() for endpoint in RESOURCES}
        for desired in listed:
            for endpoint, name in references_of(desired):
                references[endpoint].add(name)
        for resource in RESOURCES.values():
            mine = [desired for desired in listed if desired.resource is resource]
            wanted, everything = references[resource.endpoint], unlisted.wants(resource)
            if mine or wanted or everything:
                found = survey.read(resource, mine, wanted, everything=everything)
                yield from planning.steps(resource, self._reporting(f"reading {resource.plural}", found))

    def _reporting(self, text: str, findings: Iterable[Finding]) -> Iterator[Finding]:
        self._report(text, 0, 0)
        for found in findings:
            self._report(text, 0, 0)
            yield found

    def _access(self, endpoint: str) -> int:
        """Return the number of memberships of all groups, or of rights of all permissions."""
        resource = RESOURCES[endpoint]
        items = self._store.lists.complete(resource, self._scim.query(endpoint))
        return sum(resource.count_access(item) for item in items)


def _rank(step: Step) -> tuple[bool, int]:
    """Return the sort key of a step: kinds that others refer to are created first and removed last."""
    place = list(RESOURCES.values()).index(step.resource)
    return (step.removes, -place if step.removes else place)
