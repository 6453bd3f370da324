# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The rights that the creators of safes keep, planned for all safes of a directory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .._base.errors import InvalidError, some, trying
from .._base.paths import Object, fold, one_object
from .._model.plan import Change, Plan, Task, make_plan
from .._model.resources import CONTAINER_PERMISSION, USER
from .._model.shapes import One
from .._scim.contents import permissions_on
from .._scim.protocol import Scim
from .._scim.vault import kept_rights
from .relations import Relations
from .survey import Entry, Known

RIGHTS = CONTAINER_PERMISSION.attribute("rights")


class Creators:
    """The safes whose entries say ``creator_rights``.

    The vault makes the creator of a safe a member with every right. That permission is in no entry: ``plan()`` makes
    one for each that changes.
    """

    def __init__(self, scim: Scim, known: Known, relations: Relations) -> None:
        self._scim = scim
        self._known = known
        self._relations = relations
        self._safes: list[tuple[Entry, Object | None]] = []

    def note(self, entry: Entry, safe: Object | None) -> None:
        """Note the entry of a safe with the safe as it is, None if it is not there yet."""
        if not entry.task.creator_rights:
            raise InvalidError(
                "creator_rights is empty: the service user would be no member, and not find the safe in the next run",
                hint="Leave it listAccounts at least",
            )
        self._safes.append((entry, safe))

    def plan(self, entries: Sequence[Entry], changing: Sequence[Entry]) -> list[Entry]:
        """Return an entry for each permission of a creator that loses rights. It needs what changes on its safe."""
        there = [safe for _entry, safe in self._safes if safe]
        with trying("read the permissions of the creators of safes"):
            permissions = permissions_on(self._scim, there) if there else {}
            trimming = [
                self._of_safe(entry, safe, permissions[safe["id"]]) if safe else self._of_new_safe(entry)
                for entry, safe in self._safes
            ]
        planned = [entry for entry in trimming if entry]
        _refuse_doubles(entries, planned)
        on_safe: dict[str, list[Entry]] = {}
        for entry in changing:
            if entry.safe is not None:
                on_safe.setdefault(fold(entry.safe), []).append(entry)
        return [replace(entry, needs=frozenset(on_safe.get(fold(entry.safe), ()))) for entry in planned]

    def _permission(self, safe: Object, permissions: Iterable[Object]) -> Object | None:
        """Return the permission of the creator among those on a safe."""
        owner = one_object(safe.get("owner"))
        reference = owner.get("value") or owner.get("display") or self._own_name
        if not reference:
            return None
        creator = self._known.find_all(USER.endpoint, USER.key_attribute, [reference])[reference]
        names = One.names({creator["id"]: creator[USER.key_attribute]} if creator else {reference: reference})
        row = CONTAINER_PERMISSION.attribute("user")
        return next((each for each in permissions if One.names(row.read(each) or {}) & names), None)

    @property
    def _own_name(self) -> str | None:
        """The login name of the service user, who creates what is not there yet."""
        return next(iter(self._relations.vault_caller.names.values()), None)

    def _of_safe(self, entry: Entry, safe: Object, permissions: Iterable[Object]) -> Entry | None:
        """Return the entry that trims the creator of a safe that is there; None if there is nothing to take away."""
        permission = self._permission(safe, permissions)
        if permission is None:
            return None
        task = kept_rights(permission, entry.task.creator_rights or [])
        plan = make_plan(task, task.desired, permission)
        return _trimming(entry, task, plan) if plan.changed else None

    def _of_new_safe(self, entry: Entry) -> Entry:
        """Return the entry that trims the creator of a safe that this run makes.

        The vault makes the permission with the safe, with every right: nobody loses what was there before.
        """
        kept = RIGHTS.shape.read(entry.task.creator_rights)
        keys = {"container": entry.safe, "user": self._own_name or "the creator", "group": None}
        rights = {"rights": {"set": kept}}
        plan = Plan(CONTAINER_PERMISSION, "update", None, (Change(RIGHTS, None, kept),), {}, rights)
        return _trimming(entry, Task(CONTAINER_PERMISSION, {**keys, **rights}), plan)


def _trimming(entry: Entry, task: Task, plan: Plan) -> Entry:
    """Return the entry about the permission of the creator of a safe."""
    return Entry(
        f"{entry.position}.creator_rights",
        CONTAINER_PERMISSION,
        {},
        lambda kind, options: task,
        (plan.current, {}),
        plan,
        creator_rights=entry.task.creator_rights,
    )


def _refuse_doubles(entries: Iterable[Entry], planned: Iterable[Entry]) -> None:
    """Refuse two entries about one permission, which would undo each other in every run."""
    trimmed = {fold(entry.name): entry for entry in planned}
    if doubles := list(_doubles(entries, trimmed)):
        raise InvalidError(some(doubles), hint="Name each object only once")


def _doubles(entries: Iterable[Entry], trimmed: dict[str, Entry]) -> Iterator[str]:
    for entry in entries if trimmed else ():
        if entry.resource is CONTAINER_PERMISSION and (other := trimmed.get(fold(entry.name))):
            yield f"{entry.position} and {other.position} are both {other.label}"
