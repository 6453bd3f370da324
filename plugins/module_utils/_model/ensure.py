# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Bring one object to its desired state: find, plan, apply, verify. The same steps for every kind of object.

The steps read and write through the Store that the caller passes in. This file does not know the server or HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, Protocol

from .._base.errors import (
    AmbiguousError,
    ConflictError,
    IdentityError,
    ImmutableError,
    InvalidError,
    PlanChangedError,
    ServerError,
    trying,
)
from .._base.paths import Object
from .journal_lines import begin_of, end_of, failure_of
from .new_values import check_new_values
from .plan import Plan, Task, is_same_change, make_plan
from .rows import Resource

# An object or None, and the keys that the task gives for it.
Located = tuple[Optional[Object], Object]
# Errors that servers return for a create if the name exists. The contract does not state which one this server uses.
NAME_MAY_BE_TAKEN = (ConflictError, InvalidError, ServerError)


class Limits(Protocol):
    """The limits of a connection."""

    @property
    def retries(self) -> int:
        """The number of further attempts after a failure."""


class Journal(Protocol):
    """A record of the writes. ``_base/journal.py`` keeps it in a file. Each method raises JournalError if it fails."""

    def open(self) -> int:
        """Check that a write can be recorded."""

    def begin(self, record: Mapping[str, Any]) -> str:
        """Record a write before it is sent, and return its id."""

    def end(self, write: str, record: Mapping[str, Any]) -> None:
        """Record the outcome of a write."""


class Client(Protocol):
    """The part of ``_http/client.py`` that a write needs besides its requests."""

    @property
    def connection(self) -> Limits:
        """The limits of the connection."""

    @property
    def journal(self) -> Journal | None:
        """The journal, or None if the task has none."""

    @property
    def warn(self) -> Callable[[str], None]:
        """A function that adds a warning to the result."""

    def pause(self, attempt: int, error: IdentityError, next_step: str) -> None:
        """Wait before another attempt, and warn about it."""


class Store(Protocol):
    """Finds objects on a server, and carries out plans for them."""

    @property
    def client(self) -> Client:
        """The client that sends the requests."""

    def locate(self, task: Task, *, check: bool) -> Located:
        """Return the object or None, and its keys."""

    def find(self, resource: Resource, keys: Object) -> Object | None:
        """Return the object with these keys, or None."""

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        """Return the desired options, with names resolved to ids."""

    def refuse(self, task: Task, plan: Plan) -> None:
        """Raise an error for a plan that this store never carries out."""

    def along(self, plan: Plan) -> tuple[Sequence[Plan], Collection[str]]:
        """Return the further changes that a deletion causes, and the plurals of kinds that could not be read."""

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        """Carry out the plan. Return the plan as it was applied, and the new object; it is empty after a deletion."""


@dataclass(frozen=True)
class Outcome:
    """The result for one object, or the planned result. ``entity`` is the object afterwards, or None.

    ``action`` is the action of the plan: none, create, update or delete.
    """

    action: str
    entity: Object | None
    diff: dict[str, Any]

    @property
    def changed(self) -> bool:
        return self.action != "none"


@dataclass(frozen=True)
class Prepared:
    """The plan for an object, and its desired options with names resolved to ids.

    ``is_checked`` means that ``refuse()`` has accepted the plan.
    """

    plan: Plan
    desired: Object = field(repr=False)
    is_checked: bool = False


@dataclass(frozen=True)
class _FailedWrites:
    """The failed writes of one object: their number, and the last failure.

    ``maybe_applied`` is the first plan that the server may have applied although its answer was lost.
    """

    tries: int = 0
    failure: IdentityError | None = None
    maybe_applied: Plan | None = None

    def plus(self, failure: IdentityError, plan: Plan) -> _FailedWrites:
        maybe = failure.uncertain or isinstance(failure, ServerError)
        return _FailedWrites(self.tries + 1, failure, self.maybe_applied or (plan if maybe else None))


def ensure(
    store: Store,
    task: Task,
    *,
    check: bool,
    located: Located | None = None,
    prepared: Prepared | None = None,
    approved: Plan | None = None,
) -> Outcome:
    """Bring the object to its desired state, and return the change. With ``check``, change nothing.

    ``located`` is the object and its keys if the caller has already looked it up. ``prepared`` is its plan if the
    caller has already made it. If the effect of a write is uncertain, or a create is refused, the object is looked up
    and planned again. With ``approved``, only the change of that plan is made. Raise IdentityError; it has the planned
    ``diff`` if a plan exists.
    """
    failed = _FailedWrites()
    ready = prepared or _prepare(store, task, located, check=check)
    while True:
        _check_plan(failed, task, ready.plan, approved)
        try:
            return _carry_out(store, task, ready, failed, check=check)
        except IdentityError as error:
            failed = _prepare_retry(store, ready.plan, error, failed)
        ready = _prepare(store, task, None, check=check)


def _prepare(store: Store, task: Task, located: Located | None, *, check: bool) -> Prepared:
    """Look up the object, and return a new plan for it."""
    with trying(f"look up {task.label}"):
        current, keys = located or store.locate(task, check=check)
    with trying(f"prepare {task.label}"):
        desired = {} if task.absent else store.resolve(task, keys, current, check=check)
    return Prepared(make_plan(task, desired, current), desired)


def _check_plan(failed: _FailedWrites, task: Task, plan: Plan, approved: Plan | None) -> None:
    """Raise an error if the plan is not the approved one, or repeats a failed create that is unsafe to repeat.

    If a write with a lost answer took effect, nothing is left to do, and the plan need not be the approved one.
    """
    done = failed.maybe_applied and not plan.changed
    if approved and not done and not is_same_change(plan, approved):
        raise PlanChangedError(
            f"{task.label} has changed since the plan was made",
            hint="It was not changed. Review and approve a new plan",
        )
    if failed.failure and plan.action == "create" and not _may_create_again(failed.failure, plan.resource):
        raise _explain_conflict(failed.failure, task)


def _carry_out(store: Store, task: Task, ready: Prepared, failed: _FailedWrites, *, check: bool) -> Outcome:
    """Carry out the plan unless ``check`` is set. An earlier write that took effect counts as a change."""
    plan = ready.plan
    with trying(f"{plan.action} {task.label}"):
        if not ready.is_checked:
            refuse(store, task, plan)
        if check or not plan.changed:
            return _outcome(failed.maybe_applied or plan, plan.expected)
        done, written = _write(store, task, plan, ready.desired)
        return _outcome(failed.maybe_applied or done, written)


def _write(store: Store, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
    """Carry out the plan. If there is a journal, record the write before and after it."""
    journal = store.client.journal
    if journal is None:
        return store.write(task, plan, desired)
    journal.open()
    along, unread = store.along(plan) if plan.action == "delete" else ((), ())
    write = journal.begin(begin_of(task, plan, along, unread))
    try:
        done, written = store.write(task, plan, desired)
    except IdentityError as error:
        journal.end(write, failure_of(task, plan, error))
        raise
    journal.end(write, end_of(task, plan, written))
    return done, written


def _prepare_retry(store: Store, plan: Plan, error: IdentityError, failed: _FailedWrites) -> _FailedWrites:
    """Return the failed writes for another attempt, or raise the failure with its diff if a retry cannot help.

    If the effect of the write is uncertain, wait before the next lookup: the server may still be working on it.
    """
    failure = error.with_facts(diff=error.diff or plan.diff)
    if failure.uncertain and failed.tries < store.client.connection.retries:
        store.client.pause(failed.tries + 1, failure, "the object is looked up again")
    elif plan.action != "create" or not isinstance(failure, NAME_MAY_BE_TAKEN):
        raise failure from error
    return failed.plus(failure, plan)


def _may_create_again(failure: IdentityError, resource: Resource) -> bool:
    """Return whether a create may be repeated if a lookup finds nothing. This is safe if names are unique."""
    return failure.uncertain and (resource.unique or not failure.pending)


def _explain_conflict(error: IdentityError, task: Task) -> IdentityError:
    """Return the error; a conflict with an object that lookups do not show gets a hint."""
    if not isinstance(error, ConflictError) or error.hint:
        return error
    return error.with_facts(hint=task.resource.name_taken.format(name=task.resource.name))


def refuse(store: Store, task: Task, plan: Plan) -> None:
    """Raise an error for a plan that must not be written."""
    store.refuse(task, plan)
    check_new_values(plan, store.client.warn)
    if plan.action == "create":
        _refuse_incomplete(task, plan)
    _refuse_unmet_needs(plan)
    if plan.current is not None and plan.changed:
        _refuse_immutable(plan)
        _refuse_taken_name(store, plan, plan.current)


def _refuse_incomplete(task: Task, plan: Plan) -> None:
    resource, expected = plan.resource, plan.expected
    missing = [
        row
        for row in resource.attributes
        if row.required and not row.read(expected) and not _is_empty_set(task.desired.get(row.option))
    ]
    if missing:
        names = ", ".join(row.option for row in missing)
        hint = missing[0].none_hint if len(missing) == 1 else None
        raise InvalidError(f"a {resource.name} cannot be created without {names}", hint=hint)


def _refuse_unmet_needs(plan: Plan) -> None:
    resource, expected = plan.resource, plan.expected
    for row in (change.attribute for change in plan.changes if change.after):
        if row.needs and resource.attribute(row.needs).read(expected) is None:
            raise InvalidError(
                f"{row.option} needs {row.needs}, which the {resource.name} does not have yet",
                hint=f"Give {row.needs}, too",
            )


def _refuse_immutable(plan: Plan) -> None:
    if fixed := [change.attribute.option for change in plan.changes if change.attribute.immutable]:
        raise ImmutableError(
            f"{', '.join(fixed)} cannot be changed once a {plan.resource.name} exists",
            hint="Create a new one and delete the old one",
        )


def _refuse_taken_name(store: Store, plan: Plan, current: Object) -> None:
    """Raise ConflictError if the plan renames the object to the name of another one."""
    resource = plan.resource
    if not plan.renames:
        return
    try:
        other = store.find(resource, resource.keys_of(plan.expected))
    except AmbiguousError as error:
        raise ConflictError(error.reason) from error
    if other and other["id"] != current["id"]:
        name = " / ".join(map(str, resource.name_of(resource.describe(plan.expected)).values()))
        raise ConflictError(
            f"the {resource.name} {other['id']} already has the name {name!r}",
            hint="Choose another name, or manage that object",
        )


def _is_empty_set(wanted: Any) -> bool:
    """Return whether the task explicitly sets an empty list. An empty ``add`` may be left over from a template."""
    return isinstance(wanted, dict) and wanted.get("set") == []


def _outcome(plan: Plan, entity: Object) -> Outcome:
    return Outcome(plan.action, plan.resource.describe(entity) if entity else None, plan.diff)
