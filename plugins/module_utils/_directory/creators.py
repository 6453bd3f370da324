# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Plan the rights that the creators of safes keep, for all safes of a directory at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .._base.errors import trying
from .._base.paths import Object, fold, one_object
from .._model.plan import Change, Plan, Task, make_plan
from .._model.resources import CONTAINER_PERMISSION, USER
from .._model.shapes import One
from .._scim.contents import permissions_on
from .._scim.protocol import Scim
from .._scim.vault import kept_rights
from .checks import Problems
from .name_index import NameIndex
from .relations import Relations
from .values import Desired, Found, Step, names_of, same_object

RIGHTS = CONTAINER_PERMISSION.attribute("rights")


class Creators:
    """Plans the rights that creators lose on safes whose entries have ``creator_rights``.

    The vault makes the creator of a safe a member with every right. No entry names that permission.
    """

    def __init__(self, scim: Scim, names: NameIndex, relations: Relations, problems: Problems) -> None:
        self._scim = scim
        self._names = names
        self._relations = relations
        self._problems = problems

    def plan(self, safes: Sequence[Found], listed: Sequence[Desired], steps: Sequence[Step]) -> list[Step]:
        """Return a step for each permission of a creator that loses rights. It needs the steps on its safe."""
        there = [safe.current for safe in safes if safe.current]
        with trying("read the permissions of the creators of safes"):
            permissions = permissions_on(self._scim, there) if there else {}
            trimming = [
                self._of_safe(safe, safe.current, permissions[safe.current["id"]])
                if safe.current
                else self._of_new_safe(safe)
                for safe in safes
            ]
        planned = [step for step in trimming if step]
        if planned:
            _note_doubles(names_of(listed, steps), planned, self._problems)
        on_safe: dict[str, list[Desired]] = {}
        for step in steps:
            if step.safe is not None:
                on_safe.setdefault(fold(step.safe), []).append(step.desired)
        return [replace(step, needs=frozenset(on_safe.get(fold(step.safe), ()))) for step in planned]

    def _permission(self, safe: Object, permissions: Iterable[Object]) -> Object | None:
        """Return the permission of the creator among those on a safe."""
        owner = one_object(safe.get("owner"))
        reference = owner.get("value") or owner.get("display") or self._own_name
        if not reference:
            return None
        creator = self._names.find_all(USER.endpoint, USER.key_attribute, [reference])[reference]
        names = One.names({creator["id"]: creator[USER.key_attribute]} if creator else {reference: reference})
        row = CONTAINER_PERMISSION.attribute("user")
        return next((each for each in permissions if One.names(row.read(each) or {}) & names), None)

    @property
    def _own_name(self) -> str | None:
        """Return the login name of the service user, which creates the missing safes."""
        return next(iter(self._relations.vault_caller.names.values()), None)

    def _of_safe(self, found: Found, safe: Object, permissions: Iterable[Object]) -> Step | None:
        """Return the step that trims the creator of an existing safe, or None if there is nothing to remove."""
        permission = self._permission(safe, permissions)
        if permission is None:
            return None
        task = kept_rights(permission, found.desired.task.creator_rights or [])
        plan = make_plan(task, task.desired, permission)
        return _trimming(found, task, plan) if plan.changed else None

    def _of_new_safe(self, found: Found) -> Step:
        """Return the step that trims the creator of a safe that this run creates.

        The vault creates the permission along with the safe and with every right, so nobody loses an earlier right.
        """
        kept = RIGHTS.shape.read(found.desired.task.creator_rights)
        keys = {"container": found.safe, "user": self._own_name or "the creator", "group": None}
        rights = {"rights": {"set": kept}}
        plan = Plan(CONTAINER_PERMISSION, "update", None, (Change(RIGHTS, None, kept),), {}, rights)
        return _trimming(found, Task(CONTAINER_PERMISSION, {**keys, **rights}), plan)


def _trimming(safe: Found, task: Task, plan: Plan) -> Step:
    """Return the step about the permission of the creator of a safe."""
    position = f"{safe.desired.position}.creator_rights"
    desired = Desired(position, CONTAINER_PERMISSION, {}, lambda kind, options: task)
    return Step(desired, plan.current, {}, plan, creator_rights=safe.desired.task.creator_rights)


def _note_doubles(names: Mapping[Desired, str], planned: Iterable[Step], problems: Problems) -> None:
    """Note entries about the permission of a creator: both would undo each other in every run."""
    trimmed = {fold(step.name): step for step in planned}
    for desired, name in names.items():
        if desired.resource is CONTAINER_PERMISSION and (other := trimmed.get(fold(name))):
            problems.note(desired, same_object(desired, other.desired))
