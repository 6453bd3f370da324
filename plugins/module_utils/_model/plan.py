# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Plan the changes that bring one object to its desired state. Pure: no I/O."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._base.paths import Object, fold, get, id_mark, put, put_null
from .._base.secrets import HIDDEN
from .rows import Attribute, Resource
from .shapes import Joined, Members, Moment, Names, One, seconds


@dataclass(frozen=True)
class Task:
    """The desired state of one object. Options of ``desired`` that are None are not managed. It holds secrets."""

    resource: Resource
    desired: Object = field(repr=False)
    identifier: str | None = None
    absent: bool = False
    write_secrets: bool = False
    unknown_members: str = "fail"
    policies: Object = field(default_factory=dict)

    @property
    def creator_rights(self) -> list[str] | None:
        """The rights that the creator of the object keeps, or None if the server decides."""
        kept: list[str] | None = self.policies.get(self.resource.creator_policy)
        return kept

    @property
    def former_names(self) -> list[str]:
        """The names that the object may still have. An object with one of them is renamed to the name of the task."""
        names: list[str] = self.policies.get(self.resource.former_policy) or []
        return names

    @property
    def elsewhere(self) -> str:
        """The other directory to search for the object of a key. Empty if none is given."""
        return str(self.desired.get(self.resource.elsewhere) or "")

    @property
    def label(self) -> str:
        name = self.identifier or " / ".join(map(str, self.resource.name_of(self.desired).values()))
        return f"{self.resource.name} {name!r}"


@dataclass(frozen=True)
class Change:
    """One attribute that will be written. ``before`` and ``after`` are values of the option, and may be secrets."""

    attribute: Attribute
    before: Any = field(repr=False)
    after: Any = field(repr=False)

    def operations(self, current: Object) -> list[Object]:
        path = self.attribute.path
        return self.attribute.shape.operations(path, get(current, path), self.before, self.after)

    def apply(self, resource: Object) -> None:
        self.attribute.shape.apply(resource, self.attribute.path, self.before, self.after)


@dataclass(frozen=True)
class Plan:
    """A planned change. ``action`` is none, create, update or delete. ``before`` and ``after`` are for the diff."""

    resource: Resource
    action: str
    current: Object | None
    changes: tuple[Change, ...]
    before: Object
    after: Object

    @property
    def changed(self) -> bool:
        return self.action != "none"

    @property
    def disables(self) -> bool:
        """Whether the plan disables an object. An object without a state counts as enabled."""
        option = self.resource.enabled_by
        return self.current is not None and any(
            change.attribute.option == option and change.before is not False and not change.after
            for change in self.changes
        )

    @property
    def identifier(self) -> str:
        return str((self.current or {})["id"])

    @property
    def renames(self) -> bool:
        """Return whether an object gets another name."""
        keys = self.resource.keys
        return self.action == "update" and any(change.attribute.option in keys for change in self.changes)

    @property
    def diff(self) -> dict[str, Object]:
        return {"before": self.before, "after": self.after}

    @property
    def operations(self) -> list[Object]:
        """The changes as PATCH operations."""
        return [operation for change in self.changes for operation in change.operations(self.current or {})]

    @property
    def body(self) -> Object:
        """The whole object after the plan, for POST and PUT. Attributes that no option manages are preserved."""
        body = copy.deepcopy(self.current or {})
        for change in self.changes:
            change.apply(body)
        never = [row.path for row in self.resource.attributes if _is_never(row, body)]
        for path in [*self.resource.computed, *never]:
            put(body, path, None)
        if not self.resource.patch:
            # Null means the same as leaving out (RFC 7643 section 2.5), and one client of the vault relies on it.
            for change in self.changes:
                if not change.after and change.before:
                    put_null(body, change.attribute.path)
        extensions = [name for name in body if name.lower().startswith("urn:")]
        body["schemas"] = [self.resource.schema, *extensions]
        return body

    def respelled(self, body: Object) -> Object | None:
        """Return the body with the other separator in the changed values, or None if that makes no difference."""
        other = copy.deepcopy(body)
        for change in self.changes:
            row = change.attribute
            if isinstance(row.shape, Joined) and change.after:
                put(other, row.path, row.shape.respell(get(other, row.path)))
        return other if other != body else None

    def unmet(self, written: Object, desired: Object | None = None) -> list[tuple[str, Any, Any]]:
        """Return the changes that the written object does not show: option, present value, desired value. No secrets.

        In a list with ``add`` or ``remove`` in ``desired``, only these members count: others may change the rest.
        """
        shown = []
        for change in self.changes:
            row, held = change.attribute, change.attribute.read(written)
            wanted, given = change.after, (desired or {}).get(row.option)
            if isinstance(row.shape, (Members, Names)) and given is not None:
                wanted = row.shape.merge(held, given)
            if not row.secret and not row.on_create and not row.met(held, change.before, wanted):
                shown.append((row.option, row.shape.compare(held), row.shape.compare(wanted)))
        return shown

    @cached_property
    def expected(self) -> Object:
        """The object after the plan, with the server's defaults. Empty if it is deleted. Callers must not change it."""
        if self.action == "delete":
            return {}
        expected = copy.deepcopy(self.current or {})
        for change in self.changes:
            change.apply(expected)
        if self.action == "create":
            key = self.resource.attribute(self.resource.keys[0]).read(expected)
            for row in self.resource.attributes:
                if row.default and row.read(expected) is None:
                    Change(row, None, row.default(key)).apply(expected)
        return expected


def _is_never(row: Attribute, body: Object) -> bool:
    return isinstance(row.shape, Moment) and row.shape.is_never(get(body, row.path))


def plan_present(resource: Resource, current: Object | None, desired: Object, *, write_secrets: bool) -> Plan:
    """Compare the desired options with the current object, which is None if it does not exist.

    An option that is None is not managed. An empty option clears the value. Secrets cannot be compared: they are
    written when the object is created, and always with ``write_secrets``.
    """
    existing = current or {}
    key = desired.get(resource.keys[0]) or resource.attribute(resource.keys[0]).read(existing)
    changes = []
    before: Object = {}
    after: Object = {}
    for row in resource.attributes:
        wanted = desired.get(row.option)
        kept = row.on_create or (row.secret and not write_secrets)
        if wanted is None or (kept and current is not None):
            continue
        held = row.read(existing)
        merged = row.shape.merge(held, wanted)
        if merged is None and row.default:
            merged = row.default(key)
        # A required attribute is written on creation even if it is empty.
        unchanged = not row.secret and row.same(held, merged) and not (current is None and row.required)
        if not unchanged:
            changes.append(Change(row, held, merged))
        if row.secret:
            after[row.option] = HIDDEN
        else:
            before[row.option] = row.shape.compare(held)
            after[row.option] = row.shape.compare(held if unchanged else merged)
    if current is None:
        return Plan(resource, "create", None, tuple(changes), {}, after)
    return Plan(resource, "update" if changes else "none", current, tuple(changes), before, after)


def plan_absent(resource: Resource, current: Object | None) -> Plan:
    if current is None:
        return Plan(resource, "none", None, (), {}, {})
    held = resource.describe(current).items()
    before = {option: value for option, value in held if option != "id" and value is not None}
    return Plan(resource, "delete", current, (), before, {})


def make_plan(task: Task, desired: Object, current: Object | None) -> Plan:
    """Return the plan of a task. ``desired`` has the options with names resolved to ids."""
    if task.absent:
        return plan_absent(task.resource, current)
    return plan_present(task.resource, current, desired, write_secrets=task.write_secrets)


def is_same_change(one: Plan, other: Plan) -> bool:
    """Return whether ``one`` makes the change of ``other``, an earlier plan of the same task.

    Other attributes of the object may differ. A deleted object may refer to fewer others than before: if the run
    deletes a manager or a member first, the server may remove the references to it.
    """
    if one.action != other.action:
        return False
    if one.action == "delete":
        options = {**one.before, **other.before}
        return all(_is_left(one.resource, name, one.before.get(name), other.before.get(name)) for name in options)
    changed = [[change.attribute.option for change in plan.changes] for plan in (one, other)]
    return changed[0] == changed[1] and all(map(_same_values, one.changes, other.changes))


def _is_left(resource: Resource, option: str, now: Any, was: Any) -> bool:
    """Return whether a value is as it was, or what is left of it if the option refers to other objects."""
    refers = any(row.option == option and not isinstance(row.shape, One) for row in resource.references)
    if now == was or not refers:
        return bool(now == was)
    if isinstance(now, dict) and isinstance(was, dict):
        return all(name in was["set"] for name in now["set"])
    return not now


def _same_values(one: Change, other: Change) -> bool:
    row = one.attribute
    if isinstance(row.shape, (Members, Names)):
        return _delta(one) == _delta(other)
    return row.same(one.before, other.before) and row.same(one.after, other.after)


def _delta(change: Change) -> tuple[set[str], set[str]]:
    """Return the names of the added members and the ids of the removed ones. A new object has no id yet."""
    before, after = change.before or {}, change.after or {}
    if isinstance(before, dict) and isinstance(after, dict):
        added = {fold(name) for key, name in after.items() if key not in before}
        return added, {id_mark(key) for key in before if key not in after}
    had, has = set(map(fold, before)), set(map(fold, after))
    return has - had, had - has


def is_over(moment: str | None, now: float) -> bool:
    """Return whether an ISO 8601 time is over. ``now`` is in seconds since 1970. None and an empty text mean never."""
    return bool(moment) and seconds(str(moment)) <= now


def new_end(resource: Resource, diff: Mapping[str, Object], now: float) -> str | None:
    """Return the new end of access in a diff if that time is already over, else None."""
    before, after = (diff[side].get(resource.ended_by) for side in ("before", "after"))
    return str(after) if after != before and is_over(after, now) else None
