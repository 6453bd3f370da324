# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find and write users, roles and OAuth2 client apps of the administration API.

Its verbs may report success and change nothing (admin contract 1.1), so every write is verified by a read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from .._base.errors import (
    AmbiguousError,
    AuthorizationError,
    ConflictError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ProtocolError,
)
from .._base.paths import Object, fold
from .._http.client import Client
from .._model.ensure import Located
from .._model.plan import Plan, Task
from .._model.references import refuse_other_name, resolve
from .._model.rows import Resource
from .api import NAME_COLUMNS, Identity, is_named, literal, only
from .people import IdentityPeople

READINGS = 4  # the maximum number of reads after a write; the option retries may reduce it


class IdentityObjects(ABC):
    """The shared steps of the three kinds: find an object by name, write it, and verify the write."""

    columns: tuple[str, ...]

    def __init__(self, client: Client) -> None:
        self.client = client
        self.identity = Identity(client)
        self.people = IdentityPeople(self.identity)
        self.creates = True  # whether create() makes a new object; otherwise it takes over an existing one

    @abstractmethod
    def read(self, row: Object) -> Object | None:
        """Return the object of a row, or None if it was deleted."""

    @abstractmethod
    def refuse(self, task: Task, plan: Plan) -> None:
        """Raise an error for a plan that must not be applied."""

    @abstractmethod
    def create(self, task: Task, plan: Plan) -> str:
        """Create the object and return its id. ``update`` may have to complete it."""

    @abstractmethod
    def update(self, identifier: str, plan: Plan) -> None:
        """Write the changes of the plan to an existing object."""

    @abstractmethod
    def remove(self, identifier: str) -> None:
        """Delete the object."""

    def locate(self, task: Task, *, check: bool) -> Located:
        resource = task.resource
        keys = resource.name_of(task.desired)
        row = self._row(resource, task.identifier) if task.identifier else self.find(resource, keys)
        if row is None and task.identifier and not task.absent:
            raise NotFoundError(f"there is no {resource.name} with this id", hint="To create one, leave out id")
        current = self.read(row) if row else None
        if current and task.identifier:
            refuse_other_name(task, keys, current)
        return current, keys

    def find(self, resource: Resource, keys: Object) -> Object | None:
        column, name = NAME_COLUMNS[resource.endpoint], str(keys[resource.keys[0]])
        rows = self.identity.select(resource.endpoint, self.columns, is_named(column, [name]))
        found = [{**row, "id": str(row["ID"])} for row in rows if row.get("ID") and fold(row.get(column)) == fold(name)]
        return only(resource.endpoint, found)

    def _row(self, resource: Resource, identifier: str) -> Object | None:
        rows = self.identity.select(resource.endpoint, self.columns, f"ID = {literal(identifier)}")
        return next(({**row, "id": identifier} for row in rows if str(row.get("ID")) == identifier), None)

    def _only_row(self, plan: Plan, identifier: str) -> Object | None:
        """Return the row of a new object, or None if the tenant does not show its name yet.

        The tenant may accept a name twice. Raise ConflictError if somebody else created another object with this name.
        """
        resource = plan.resource
        name = resource.name_of(resource.describe(plan.expected))
        try:
            row = self.find(resource, name)
        except AmbiguousError as error:
            raise ConflictError(f"another one of this name was created at the same time: {error.reason}") from error
        if row and fold(row["id"]) != fold(identifier):
            raise ConflictError("somebody else created it at the same time", hint="Run the task again")
        return row and {**row, "id": identifier}

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        return resolve(self.identity, task, keys, current, check=check)

    def along(self, plan: Plan) -> tuple[Sequence[Plan], Collection[str]]:
        """Return that the holders of users and roles were not read: roles, and permissions of apps."""
        return (), ("roles", "client apps")

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        if plan.action == "delete":
            self._delete(plan)
            return plan, {}
        if plan.current is not None:
            self.update(plan.identifier, plan)
            return plan, self._verify(plan.identifier, plan)
        identifier = self.create(task, plan)
        try:
            self.update(identifier, plan)
            written = self._verify(identifier, plan)
        except (AuthorizationError, InvalidError, ConflictError):
            if self.creates:
                self.take_back(plan.resource, identifier)
            raise
        return plan, written

    def _delete(self, plan: Plan) -> None:
        try:
            self.remove(plan.identifier)
        except (InvalidError, NotFoundError):
            if self._row(plan.resource, plan.identifier):
                raise
            return  # already gone
        self._verify_deletion(plan)

    def take_back(self, resource: Resource, identifier: str) -> None:
        """Delete a new object that is incomplete because the tenant refused a part of it."""
        try:
            self.remove(identifier)
        except IdentityError:
            self.client.warn(f"The {resource.name} {identifier} is incomplete, and could not be deleted again")

    def unmet(self, plan: Plan, held: Object) -> list[tuple[str, Any, Any]]:
        """Return the changes of the plan that the object does not show."""
        return plan.unmet(held)

    def _verify(self, identifier: str, plan: Plan) -> Object:
        """Wait until the tenant shows the changes of a plan. Return the object as it is shown."""

        def look() -> tuple[Object | None, str]:
            row = self._row(plan.resource, identifier) if plan.current else self._only_row(plan, identifier)
            held = self.read(row) if row else None
            if held is None:
                return None, f"does not show the {plan.resource.name}"
            for option, shown, wanted in self.unmet(plan, held):
                return None, f"holds {option} = {shown!r} instead of {wanted!r}"
            return held, ""

        return self.wait_for(look)

    def _verify_deletion(self, plan: Plan) -> None:
        def look() -> tuple[Object | None, str]:
            there = self._row(plan.resource, plan.identifier)
            return (None, f"still has the {plan.resource.name}") if there else ({}, "")

        self.wait_for(look)

    def wait_for(self, look: Callable[[], tuple[Object | None, str]]) -> Object:
        """Call ``look`` until it returns an object, and return this object. Otherwise, its text is for the error.

        A tenant may show a write late. Raise ProtocolError if it reports success but never shows the write.
        """
        for attempt in range(1, READINGS + 1):
            found, instead = look()
            if found is not None:
                return found
            error = ProtocolError(
                f"the tenant reported success, but {instead}",
                hint="Look at the object in the Admin Portal, and run the task again",
            )
            if attempt == READINGS or attempt > self.client.connection.retries:
                break
            self.client.pause(attempt, error, "it is read again")
        raise error


def check_each(verb: str, result: Any) -> None:
    """Raise InvalidError if the answer of a verb has a failure of one object (admin contract 1.1)."""
    for item in result if isinstance(result, list) else ():
        if isinstance(item, Mapping) and item.get("success") is False:
            raise InvalidError(f"{verb} refuses it: {item.get('Message') or 'no reason was given'}")


def identifier_in(verb: str, result: Any) -> str:
    if not isinstance(result, str) or not result:
        raise ProtocolError(f"{verb} reported success, but created nothing", uncertain=True)
    return result
