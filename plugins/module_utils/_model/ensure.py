# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Bring one object to its desired state: find, plan, apply, verify. The same steps for every kind of object.

The steps read and write through the Store that the caller passes in. This file knows neither its server nor HTTP.
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

# An object, None if there is none, and the keys that the task gives for it.
Located = tuple[Optional[Object], Object]
# The answers of servers to a creation if the name exists. The contract does not say which one is used here.
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
        """How long, and how often, to try."""

    @property
    def journal(self) -> Journal | None:
        """The record of the writes; None if none is kept."""

    @property
    def warn(self) -> Callable[[str], None]:
        """A function that adds a warning to the result."""

    def pause(self, attempt: int, error: IdentityError, next_step: str) -> None:
        """Wait before another attempt, and warn about it."""


class Store(Protocol):
    """A place where objects are kept: finds one, and carries out a plan for it."""

    @property
    def client(self) -> Client:
        """The client that sends the requests."""

    def locate(self, task: Task, *, check: bool) -> Located:
        """Return the object, None if there is none, and its keys."""

    def find(self, resource: Resource, keys: Object) -> Object | None:
        """Return the object with these keys, None if there is none."""

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        """Return the desired options, with names resolved to ids."""

    def refuse(self, task: Task, plan: Plan) -> None:
        """Raise an error for a plan that this store never carries out."""

    def along(self, plan: Plan) -> tuple[Sequence[Plan], Collection[str]]:
        """Return the changes that the server makes with a deletion, and the plurals of kinds that were not read."""

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        """Carry the plan out. Return what was done, and the object afterwards, empty after a deletion."""


@dataclass(frozen=True)
class Outcome:
    """The result for one object, or the planned one. ``entity`` is None if there is no object afterwards.

    ``action`` is that of the plan: none, create, update or delete.
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

    ``is_checked`` says that ``refuse()`` has accepted the plan.
    """

    plan: Plan
    desired: Object = field(repr=False)
    is_checked: bool = False


@dataclass(frozen=True)
class _Past:
    """The failed writes of one object: how many, the last failure, and the first plan that may have been carried out.

    A plan may have been carried out although its answer was lost.
    """

    tries: int = 0
    failure: IdentityError | None = None
    landed: Plan | None = None

    def after(self, failure: IdentityError, plan: Plan) -> _Past:
        maybe = failure.uncertain or isinstance(failure, ServerError)
        return _Past(self.tries + 1, failure, self.landed or (plan if maybe else None))


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

    ``located`` is the object and its keys if the caller has looked it up already; ``prepared`` is its plan if the
    caller has made and checked it, too. After a write whose effect is uncertain, and after a refused create, the object
    is looked up and planned again. With ``approved``, no other change than that of this plan is made. Raise
    IdentityError, with the planned ``diff`` once there is one.
    """
    past = _Past()
    ready = prepared or _prepared(store, task, located, check=check)
    while True:
        _refuse_after(past, task, ready.plan, approved)
        try:
            return _carried_out(store, task, ready, past, check=check)
        except IdentityError as error:
            past = _look_again(store, ready.plan, error, past)
        ready = _prepared(store, task, None, check=check)


def _prepared(store: Store, task: Task, located: Located | None, *, check: bool) -> Prepared:
    """Return the plan for the object as it is now."""
    with trying(f"look up {task.label}"):
        current, keys = located or store.locate(task, check=check)
    with trying(f"prepare {task.label}"):
        desired = {} if task.absent else store.resolve(task, keys, current, check=check)
    return Prepared(make_plan(task, desired, current), desired)


def _refuse_after(past: _Past, task: Task, plan: Plan, approved: Plan | None) -> None:
    """Raise for a plan that is not the approved one, and for a create that failed and cannot be repeated.

    If a lost write took effect, nothing is left to do, and the approved plan is carried out.
    """
    done = past.landed and not plan.changed
    if approved and not done and not is_same_change(plan, approved):
        raise PlanChangedError(
            f"{task.label} has changed since the plan was made",
            hint="It was left alone. Review a new plan, and approve that",
        )
    if past.failure and plan.action == "create" and not _may_create_again(past.failure, plan.resource):
        raise _taken(past.failure, task)


def _carried_out(store: Store, task: Task, ready: Prepared, past: _Past, *, check: bool) -> Outcome:
    """Carry the plan out unless ``check`` is set. A lost write that took effect counts as a change."""
    plan = ready.plan
    with trying(f"{plan.action} {task.label}"):
        if not ready.is_checked:
            refuse(store, task, plan)
        if check or not plan.changed:
            return _outcome(past.landed or plan, plan.expected)
        done, written = _write(store, task, plan, ready.desired)
        return _outcome(past.landed or done, written)


def _write(store: Store, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
    """Carry the plan out between two lines of the journal, if the task has one."""
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


def _look_again(store: Store, plan: Plan, error: IdentityError, past: _Past) -> _Past:
    """Return the history of a failed write for another attempt, or raise the failure with its diff if none can help.

    If the effect of the write is uncertain, wait before the next lookup: the server may still be at work.
    """
    failure = error.with_facts(diff=error.diff or plan.diff)
    if failure.uncertain and past.tries < store.client.connection.retries:
        store.client.pause(past.tries + 1, failure, "whether it took effect is looked up")
    elif plan.action != "create" or not isinstance(failure, NAME_MAY_BE_TAKEN):
        raise failure from error
    return past.after(failure, plan)


def _may_create_again(failure: IdentityError, resource: Resource) -> bool:
    """Return whether a create may be repeated after a lookup found nothing. It is safe if names are unique."""
    return failure.uncertain and (resource.unique or not failure.pending)


def _taken(error: IdentityError, task: Task) -> IdentityError:
    """Explain a conflict with an object that lookups do not return."""
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
        if row.required and not row.read(expected) and not _is_none_of_them(task.desired.get(row.option))
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
            f"{name!r} is the {resource.name} {other['id']} already",
            hint="Choose another name, or address that one",
        )


def _is_none_of_them(wanted: Any) -> bool:
    """Return whether the task explicitly sets an empty list. An empty ``add`` may be left over from a template."""
    return isinstance(wanted, dict) and wanted.get("set") == []


def _outcome(plan: Plan, entity: Object) -> Outcome:
    return Outcome(plan.action, plan.resource.describe(entity) if entity else None, plan.diff)
