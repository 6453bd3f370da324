# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The frozen values that one stage of a run passes to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Union

from .._base.errors import IdentityError, InvalidError
from .._base.paths import Object
from .._model.ensure import Prepared
from .._model.plan import Plan, Task
from .._model.references import names_in
from .._model.rows import Resource

POSITION = "position"  # the option of an entry with its file and row, for messages
Check = Callable[[Resource, Object], Task]  # validates the options of an entry and returns its task


@dataclass(frozen=True, eq=False)
class Desired:
    """One entry of the task: an object that should exist, or be removed. ``position`` is its place in the task.

    ``options`` are not checked yet. ``check`` validates them on demand, because most entries of a large directory need
    no change. ``problem`` is the error if the options are invalid.
    """

    position: str
    resource: Resource
    options: Object = field(repr=False)
    check: Check = field(repr=False)
    problem: IdentityError | None = None

    @cached_property
    def task(self) -> Task:
        return self.check(self.resource, self.options)

    @cached_property
    def keys(self) -> Object:
        """Return the options that name the object. Raise InvalidError if a check was needed and failed."""
        if self.is_plain:
            return {self.resource.keys[0]: self.options[self.resource.keys[0]]}
        return self.resource.name_of(self.task.desired)

    @cached_property
    def is_plain(self) -> bool:
        """Return whether the entry names one object that should exist, by a single key and without an id."""
        options, keys = self.options, self.resource.keys
        name = options.get(keys[0])
        plain = options.get("state") in (None, "present") and options.get("id") is None
        return plain and len(keys) == 1 and isinstance(name, str) and name != ""

    @cached_property
    def given(self) -> Object:
        """Return the options with every list of members as a map, also where it was given as a text.

        Raise InvalidError if a check was needed and failed.
        """
        is_text = any(isinstance(self.options.get(row.option), str) for row in self.resource.member_rows)
        return self.task.desired if is_text else self.options

    @cached_property
    def former_names(self) -> list[str]:
        """Return the names that the object may still have. Raise InvalidError if a check was needed and failed."""
        return self.task.former_names if self.options.get(self.resource.former_policy) else []

    @property
    def identifier(self) -> str | None:
        return None if self.is_plain else self.task.identifier

    @property
    def absent(self) -> bool:
        return not self.is_plain and self.task.absent

    @property
    def parent(self) -> str | None:
        """Return the name of the safe that the object is on, or None."""
        row = self.resource.parent
        name = self.keys.get(row.option) if row else None
        return None if name is None else str(name)

    @property
    def name(self) -> str:
        """Return the keys as the user wrote them, or the id if no key is given."""
        return " / ".join(names_in(self.keys)) or str(self.identifier)

    @property
    def label(self) -> str:
        return f"{self.resource.name} {self.name!r}"


@dataclass(frozen=True, eq=False)
class _Located:
    """An entry with its object or None, and its keys with references resolved."""

    desired: Desired
    current: Object | None = field(repr=False)
    keys: Object = field(repr=False)

    @property
    def resource(self) -> Resource:
        return self.desired.resource

    @property
    def name(self) -> str:
        """Return the name of the entry, or the name on the server if the entry gives an id."""
        held = names_in(self.resource.keys_of(self.current or {})) if self.desired.identifier else []
        return " / ".join(held) or self.desired.name

    @property
    def label(self) -> str:
        return f"{self.resource.name} {self.name!r}"

    @property
    def safe(self) -> str | None:
        """Return the name of the safe that this object is or is on. None for a user or a group."""
        row = self.resource.attribute(self.resource.keys[0]) if self.resource.contains else self.resource.parent
        if row is None:
            return None
        keys = self.resource.keys_of(self.current) if self.current else self.desired.keys
        name = keys.get(row.option)
        return None if name is None else str(name)


@dataclass(frozen=True, eq=False)
class Found(_Located):
    """An entry after the survey. ``problem`` is the error if the survey could not identify its object."""

    problem: IdentityError | None = None


Finding = Union[Found, Object]  # an entry with its object, or an object that has no entry


@dataclass(frozen=True, eq=False)
class Step(_Located):
    """A planned change. ``needs`` are the entries whose objects have to be created or renamed first.

    ``prepared`` is the plan as ``ensure()`` takes it, where the stage of planning has checked it.
    If the object is the permission of the creator of a safe, ``creator_rights`` are the rights that it keeps. It may
    not exist until the safe is created.
    """

    plan: Plan
    needs: frozenset[Desired] = frozenset()
    creator_rights: list[str] | None = None
    prepared: Prepared | None = None

    @property
    def removes(self) -> bool:
        """Return whether the object is deleted."""
        return self.plan.action == "delete"


@dataclass(frozen=True)
class Planned:
    """The whole plan: its steps in the order in which they are applied, and counts of the unchanged objects.

    ``now`` is the time of the plan in seconds since 1970. ``unchanged`` has a count for each plural of a kind.
    ``unmanaged`` are objects without an entry, as the result shows them. ``also_removed`` has the contents of each
    deleted safe, by the id of the safe.
    """

    steps: tuple[Step, ...]
    now: float
    unchanged: Mapping[str, int] = field(default_factory=dict)
    unmanaged: tuple[Object, ...] = ()
    also_removed: Mapping[str, Object] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """An applied step, or a planned one in check mode. ``action`` is that of its plan, ``failed`` or ``skipped``."""

    step: Step
    action: str
    error: IdentityError | None = None


def references_of(desired: Desired) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name or id of each object that an entry needs. Skip values that are not texts."""
    if not desired.absent:
        yield from references_in(desired.resource, {**desired.given, **desired.keys})


def mentions_of(desired: Desired) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name or id of each object that an entry names, including members to remove."""
    options = {} if desired.absent else desired.given
    yield from references_in(desired.resource, {**options, **desired.keys}, ("add", "set", "remove"))


def references_in(
    resource: Resource, options: Object, ways: Sequence[str] = ("add", "set")
) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name or id of each object that these options name.

    ``ways`` are the keys to read in lists of members. By default, members to remove are left out.
    """
    for row in resource.references:
        wanted = options.get(row.option)
        names = [wanted]
        if isinstance(wanted, dict):
            names = [name for way in ways for name in _listed(wanted.get(way))]
        yield from ((str(row.refers_to), name) for name in names if isinstance(name, str) and name)
    if (parent := resource.parent) and options.get(parent.option):
        yield str(parent.within), str(options[parent.option])


def _listed(value: Any) -> list[Any]:
    """Return a list as Ansible converts it: a text is split at its commas."""
    return value if isinstance(value, list) else [part.strip() for part in str(value or "").split(",")]


def same_object(one: Desired | Found, other: Desired) -> InvalidError:
    return InvalidError(f"{one.label} is also at {other.position}", hint="Name each object only once")


def names_of(listed: Iterable[Desired], steps: Iterable[Step]) -> dict[Desired, str]:
    """Return the name of each entry. For an entry with a step and an id, it is the name on the server."""
    held = {step.desired: step.name for step in steps}
    return {desired: held.get(desired) or desired.name for desired in listed}
