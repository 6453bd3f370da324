# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""One object to its desired state: find, plan, apply, verify."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ._errors import (
    AmbiguousError,
    ConflictError,
    IdentityError,
    ImmutableError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    ReadOnlyError,
    ServerError,
    UnsupportedError,
    trying,
)
from ._filters import could_match
from ._paths import Object
from ._plan import Plan, Task, make_plan
from ._references import known_keys, report_unknown_keys, resolve, resolve_keys
from ._resources import LINKED_OBJECT, Resource
from ._scim import Scim
from ._shapes import BATCH

# What a server says of a PATCH that it does not understand, as opposed to values that it does not take.
PATCH_REFUSED = ("invalidPath", "invalidSyntax", "noTarget")
# How servers answer a POST of a name that exists; the contract leaves open which it is here.
NAME_MAY_BE_TAKEN = (ConflictError, InvalidError, ServerError)


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be in check mode. ``entity`` is None where there is no object afterwards."""

    changed: bool
    entity: Object | None
    diff: dict[str, Any]


def ensure(scim: Scim, task: Task, *, check: bool) -> Outcome:
    """Bring the object to its desired state and say what changed; with ``check``, only say it.

    A write whose effect is uncertain, and a create that is refused, are followed by another look at the object
    and a new plan. Raises IdentityError, with the planned ``diff`` once there is one.
    """
    failures: list[IdentityError] = []
    landed: Plan | None = None  # the plan of the first write that may have taken effect, though no good answer came
    while True:
        with trying(f"look up {task.label}"):
            current, keys = _locate(scim, task)
            if current is None and not task.absent:
                report_unknown_keys(scim, task, keys, check=check)
        desired = {} if task.absent else resolve(scim, task, keys, current, check=check)
        plan = make_plan(task, desired, current)
        if failures and not failures[-1].uncertain and plan.action == "create":
            raise failures[-1]
        try:
            with trying(f"{plan.action} {task.label}"):
                _refuse(scim, plan)
                if check or not plan.changed:
                    return _outcome(landed or plan, plan.expected)
                return _outcome(landed or plan, _write(scim, task, plan, desired))
        except IdentityError as error:
            error.diff = error.diff or plan.diff
            if error.uncertain and len(failures) < scim.client.connection.retries:
                scim.client.pause(len(failures) + 1, error, "whether it took effect is looked up")
            elif plan.action != "create" or not isinstance(error, NAME_MAY_BE_TAKEN):
                raise
            if error.uncertain or isinstance(error, ServerError):
                landed = landed or plan
            failures.append(error)


def _locate(scim: Scim, task: Task) -> tuple[Object | None, Object]:
    """The object, None if there is none, and the keys that the task gives for it, references resolved."""
    resource = task.resource
    if not task.identifier:
        keys = resolve_keys(scim, task)
        # What is about to be deleted has to be the only one of its name.
        current = find(scim, resource, keys, thorough=task.absent)
        return current, {**keys, **known_keys(task, current or {})}
    current = scim.get(resource.endpoint, task.identifier, listed=resource.listed)
    if current is None:
        scim.confirm_missing(resource.endpoint)
        if not task.absent:
            hint = f"To create one, leave out id and give {' and '.join(resource.keys[:2])}"
            raise NotFoundError(f"there is no {resource.name} with this id", hint=hint)
        return None, {}
    known = known_keys(task, current)
    return current, known if task.absent else {**known, **_other_keys(scim, task, known)}


def _other_keys(scim: Scim, task: Task, known: Object) -> Object:
    others = {option: value for option, value in task.desired.items() if option not in known}
    return resolve_keys(scim, replace(task, desired=others))


def read(scim: Scim, resource: Resource, given: Object) -> list[Object]:
    """The objects with this ``id``, found by this ``filter``, with these keys (or some of them), or all."""
    if "id" in given:
        found = scim.get(resource.endpoint, given["id"], listed=resource.listed)
        if found is None:
            scim.confirm_missing(resource.endpoint)
        return [found] if found else []
    if "filter" in given:
        items = list(scim.query(resource.endpoint, filter=given["filter"]))
        if not all(could_match(given["filter"], item) for item in items):
            raise ProtocolError(
                f"the server ignored the filter {given['filter']!r}", hint="Read all and choose in the playbook"
            )
        return items
    if not given:
        return list(scim.query(resource.endpoint))
    task = Task(resource, {option: given.get(option) for option in resource.keys}, absent=True)
    keys = resolve_keys(scim, task)
    return scim.find_every(resource.endpoint, resource.stages(keys), lambda item: resource.matches(keys, item))


def find(scim: Scim, resource: Resource, keys: Object, *, thorough: bool = False) -> Object | None:
    """The object with these keys, references resolved; None if there is none."""
    return scim.find(
        resource.endpoint, resource.stages(keys), lambda item: resource.matches(keys, item), thorough=thorough
    )


def _refuse(scim: Scim, plan: Plan) -> None:
    """Raise for what must not be written, before anything is."""
    resource, current = plan.resource, plan.current
    missing = [row.option for row in resource.attributes if row.required and not row.read(plan.expected)]
    if plan.action == "create" and missing:
        raise InvalidError(f"a {resource.name} cannot be created without {', '.join(missing)}")
    if current is None or not plan.changed:
        return
    if current.get(LINKED_OBJECT):
        raise ReadOnlyError(
            f"this {resource.name} comes from another directory and is read-only here",
            hint="Change it in the directory that it comes from",
        )
    changed = [change.attribute for change in plan.changes]
    if fixed := [row.option for row in changed if row.immutable]:
        raise ImmutableError(
            f"{', '.join(fixed)} cannot be changed once a {resource.name} exists", hint="Make a new one, delete the old"
        )
    if any(row.option in resource.keys for row in changed):
        keys = {option: resource.attribute(option).read(plan.expected) for option in resource.keys}
        try:
            other = find(scim, resource, resource.name_of(keys))
        except AmbiguousError as error:
            raise ConflictError(error.reason) from error
        if other and other["id"] != current["id"]:
            raise ConflictError(f"the name belongs to the {resource.name} {other['id']}")


def _write(scim: Scim, task: Task, plan: Plan, desired: Object) -> Object:
    """Carry the plan out and return the object as the server then holds it, as far as it can be known."""
    resource = plan.resource
    if plan.action == "delete":
        scim.delete(resource.endpoint, plan.identifier)
        return {}
    if plan.action == "create":
        written = scim.create(resource.endpoint, plan.body) or find(scim, resource, resource.name_of(desired))
    else:
        written = _update(scim, task, plan, desired) or _again(scim, plan)
    if written is None:
        scim.client.warn(f"The server took the {resource.name} without showing it, and does not know it (yet)")
        return plan.expected
    for change in plan.changes:
        held = change.attribute.read(written)
        if not change.attribute.secret and not change.attribute.same(held, change.after):
            show = change.attribute.shape.show
            scim.client.warn(
                f"The server accepted {change.attribute.option} = {show(change.after)!r} of {resource.name} "
                f"{written['id']} and holds {show(held)!r}"
            )
    return written


def _again(scim: Scim, plan: Plan) -> Object | None:
    return scim.get(plan.resource.endpoint, plan.identifier, listed=plan.resource.listed)


def _update(scim: Scim, task: Task, plan: Plan, desired: Object) -> Object | None:
    """PATCH what changes; where the server does not offer that, read again, merge and PUT the whole object."""
    endpoint = plan.resource.endpoint
    answer = None
    try:
        if plan.resource.patch:
            for operations in _requests(plan.operations):
                answer = scim.patch(endpoint, plan.identifier, operations)
            return answer
    except UnsupportedError:
        pass
    except InvalidError as error:
        if error.error_type not in PATCH_REFUSED:
            raise
    # What another writer has changed since the first reading must not be put back.
    fresh = _again(scim, plan)
    if fresh is None:
        raise NotFoundError(f"the {plan.resource.name} was deleted while it was being changed")
    latest = make_plan(task, desired, fresh)
    return scim.replace(endpoint, plan.identifier, latest.body) if latest.changed else fresh


def _requests(operations: list[Object]) -> Iterator[list[Object]]:
    """The operations in requests of no more than BATCH values each, in order."""
    request: list[Object] = []
    size = 0
    for operation in operations:
        value = operation.get("value")
        weight = len(value) if isinstance(value, list) else 1
        if request and size + weight > BATCH:
            yield request
            request, size = [], 0
        request.append(operation)
        size += weight
    yield request


def _outcome(plan: Plan, entity: Object) -> Outcome:
    return Outcome(plan.changed, plan.resource.describe(entity) if entity else None, plan.diff)
