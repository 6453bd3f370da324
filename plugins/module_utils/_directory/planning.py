# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the findings of the survey into steps. Writes nothing, and looks up only names that the survey did not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .._base.errors import IdentityError, InvalidError, NotFoundError, trying
from .._base.paths import Object
from .._model.ensure import Prepared, refuse
from .._model.options import check_characters
from .._model.plan import Plan, Task, make_plan
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._scim.objects import ScimObjects
from .checks import Problems
from .name_index import NameIndex
from .survey import marks_of
from .unlisted import Unlisted
from .values import Desired, Finding, Found, Step, references_in, same_object


class Planning:
    """Plans one kind after another. Unchanged objects are counted and not kept."""

    def __init__(self, store: ScimObjects, names: NameIndex, unlisted: Unlisted, problems: Problems) -> None:
        self._store = store
        self._names = names
        self._unlisted = unlisted
        self._problems = problems
        self.unchanged: Counter[str] = Counter()  # by the plural of a kind
        self.safes: list[Found] = []  # with creator_rights in their entries

    def steps(self, resource: Resource, findings: Iterable[Finding]) -> Iterator[Step]:
        """Yield a step for each change of one kind. Note a problem for each entry that cannot be planned."""
        late: list[Found] = []
        claimed: dict[Any, Desired] = {}
        for found in findings:
            step = None
            if not isinstance(found, Found):
                step = self._unlisted.step(resource, found)
            elif self._is_sound(found, claimed):
                self._unlisted.see(found)
                if self._is_as_desired(found):
                    self.unchanged[resource.plural] += 1
                elif _refers_to_its_own_kind(found.desired):
                    late.append(found)  # until all objects of the kind have been seen
                else:
                    step = self._step(found)
            if step:
                yield step
        yield from filter(None, map(self._step, late))

    def _is_sound(self, found: Found, claimed: dict[Any, Desired]) -> bool:
        """Return whether an entry has no problem; otherwise note the problem."""
        second = _second_entry(found, claimed)
        problem = found.problem or second
        if problem:
            self._problems.note(found.desired, problem)
        return problem is None

    def _is_as_desired(self, found: Found) -> bool:
        """Return whether the object is known to be in its desired state, without checking the options."""
        if found.current is None or not found.desired.is_plain:
            return False
        return found.resource.holds(found.current, found.desired.options, self._names.name_of)

    def _step(self, found: Found) -> Step | None:
        """Return the change that an entry needs, None if it needs none or has a problem."""
        try:
            step = self._plan(found)
        except IdentityError as error:
            self._problems.note(found.desired, error)
            return None
        if step.plan.changed:
            return step
        self.unchanged[found.resource.plural] += 1
        return None

    def _plan(self, found: Found) -> Step:
        task, current, keys = found.desired.task, found.current, found.keys
        with trying(f"plan {task.label}"):
            if current is None and not task.absent and task.resource.parent:
                self._check_parent(task.resource.parent, task)
            desired = {} if task.absent else self._store.resolve(task, keys, current, check=False)
            plan = make_plan(task, desired, current)
            refuse(self._store, task, plan)
            check_characters(task, _new_texts(task, plan))
            if task.creator_rights is not None and not task.absent:
                _check_creator_rights(task)
                self.safes.append(found)
        step = Step(
            found.desired, current, keys, plan, self._needs(task), prepared=Prepared(plan, desired, is_checked=True)
        )
        if plan.renames:
            self._names.mark_renamed(step)
        return step

    def _needs(self, task: Task) -> frozenset[Desired]:
        """Return the entries to apply first: those that create the objects that the task refers to.

        A permission is keyed by its member. A rename of the member changes this key, so the rename comes
        first.
        """
        references = list(references_in(task.resource, task.desired))
        first = [] if task.absent else [self._names.pending(endpoint, name) for endpoint, name in references]
        if task.resource.either:
            first += [self._names.renaming(endpoint, name) for endpoint, name in references]
        return frozenset(desired for desired in first if desired)

    def _check_parent(self, row: Attribute, task: Task) -> None:
        """Raise NotFoundError if the parent of a new object does not exist and has no entry."""
        parent, name = RESOURCES[str(row.within)], str(task.desired[row.option])
        if not self._names.find_all(parent.endpoint, parent.key_attribute, [name])[name]:
            hint = f"Create it, or list it among the {parent.plural}"
            raise NotFoundError(f"there is no {parent.name} {name!r}", hint=hint)


def _check_creator_rights(task: Task) -> None:
    if not task.creator_rights:
        raise InvalidError(
            f"{task.resource.creator_policy} is empty: the service user would not be a member, and could not find the "
            "safe in the next run",
            hint="Keep at least listAccounts",
        )


def _second_entry(found: Found, claimed: dict[Any, Desired]) -> IdentityError | None:
    """Return the problem of an entry if ``claimed`` already has its object.

    That happens if one entry names the object by id, and another one by name.
    """
    mark = found.current["id"] if found.current else marks_of(found.keys)[0]
    if mark and (first := claimed.setdefault(mark, found.desired)) is not found.desired:
        return same_object(found, first)
    return None


def _new_texts(task: Task, plan: Plan) -> Object:
    """Return the options whose texts are new to the server, each with its current value.

    References are left out: their names are those of existing objects or of other entries.
    """
    changed = {change.attribute.option: change.before for change in plan.changes if not change.attribute.refers_to}
    return changed if plan.current else {**dict.fromkeys(task.resource.keys), **changed}


def _refers_to_its_own_kind(desired: Desired) -> bool:
    """Return whether the entry refers to objects of its own kind. It is planned after all of them have been seen."""
    own = desired.resource.endpoint
    return any(row.refers_to == own and desired.options.get(row.option) for row in desired.resource.references)
