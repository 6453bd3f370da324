# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Complete the members of groups: read a group by id if its list omits members, and look up unknown kinds of members.

A server may return an attribute only in answers to GET by id (RFC 7643 section 7, ``returned``). Several servers leave
out members in lists: all of them, those beyond a maximum, or nested groups. Therefore, a member that a list does not
show may still exist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

from .._base.errors import ProtocolError, UnsupportedError, trying
from .._base.paths import Object, get, objects, put
from .._model.references import Finder
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import KIND, kind_of
from .protocol import FEW, Scim

# No known server has a smaller maximum. If all groups have fewer members, reading one shows if lists omit members.
LEAST_MAXIMUM = 10

Rows = Sequence[Attribute]
# Returns the rows of an object whose members are compared.
Compared = Callable[[Object], Rows]


class MemberLists:
    """Completes the members of groups on one server."""

    def __init__(self, scim: Scim, finder: Finder, warn: Callable[[str], None] | None = None) -> None:
        self._scim = scim
        self._warn = warn or scim.client.warn
        self._finder = finder
        self._kinds: dict[str, str | None] = {}  # by id, of members that do not show their kind

    def complete(
        self,
        resource: Resource,
        listed: Iterable[Object],
        compared: Compared | None = None,
        *,
        each: Callable[..., Iterable[Any]] = map,
    ) -> list[Object]:
        """Return the objects of a list with all members of the compared rows.

        ``compared`` returns these rows of an object. Without it, the objects are only shown: if the server cannot read
        by id, that is a warning and not an UnsupportedError. ``each`` is ``map`` or the map of a pool. Raise
        ProtocolError for an object that is in the list but cannot be read by id.
        """
        items = list(listed)
        if not resource.member_rows:
            return items
        rows = {item["id"]: compared(item) if compared else resource.member_rows for item in items}
        wanted = [item for item in items if rows[item["id"]]]
        doubtful = [item["id"] for item in wanted if _is_doubtful(item, rows[item["id"]], shown=compared is None)]
        doubtful += _samples(resource, items, wanted, shown=compared is None)
        try:
            whole = self._read(resource, [item for item in wanted if item["id"] in set(doubtful)], each)
            if any(
                _size(resource, whole[item["id"]]) > _size(resource, item) for item in wanted if item["id"] in whole
            ):
                whole |= self._read(resource, [item for item in wanted if item["id"] not in whole], each)
        except UnsupportedError as error:
            if compared:
                raise
            whole = {}
            self._warn(
                f"Lists may leave out members, and the server does not read {resource.plural} by id: members may be "
                f"missing ({error.reason})"
            )
        return [self.typed(resource, whole.get(item["id"], item)) if rows[item["id"]] else item for item in items]

    def _read(self, resource: Resource, items: Sequence[Object], each: Callable[..., Iterable[Any]]) -> Object:
        return {item["id"]: item for item in each(partial(self._read_one, resource), items)}

    def _read_one(self, resource: Resource, item: Object) -> Object:
        name = item.get(resource.key_attribute) or item["id"]
        with trying(f"read the members of the {resource.name} {name!r}"):
            found = self._scim.get(resource.endpoint, item["id"])
            if found is None:
                raise ProtocolError(
                    f"a list shows it, but there is no object with its id {item['id']!r}",
                    hint="It may have been deleted meanwhile: run the task again",
                )
        return found

    def typed(self, resource: Resource, item: Object) -> Object:
        """Return the object with the kind of each member. Look up the kind of a member that does not show it.

        A member that is neither a user nor a group, or could be both, is not changed.
        """
        if not resource.member_rows:
            return item
        path = resource.member_rows[0].path
        members = objects(get(item, path))
        untyped = [str(member["value"]) for member in members if member.get("value") and not kind_of(member)]
        if not untyped:
            return item
        self._look_up(resource, [identifier for identifier in untyped if identifier not in self._kinds])
        if unknown := [identifier for identifier in untyped if not self._kinds[identifier]]:
            name = item.get(resource.key_attribute) or item["id"]
            self._warn(
                f"The {resource.name} {name!r} has members of an unknown kind; they are left alone: "
                f"{', '.join(unknown[:FEW])}{' and more' if unknown[FEW:] else ''}"
            )
        kinds = {identifier: self._kinds[identifier] for identifier in untyped}
        typed = dict(item)
        put(
            typed,
            path,
            [{**member, KIND: kind} if (kind := kinds.get(str(member.get("value")))) else member for member in members],
        )
        return typed

    def _look_up(self, resource: Resource, identifiers: Collection[str]) -> None:
        """Look up the kinds of these ids. The kind stays unknown if a user and a group have the same id."""
        if not identifiers:
            return
        kinds: dict[str, list[str]] = {identifier: [] for identifier in identifiers}
        for row in resource.member_rows:
            target = RESOURCES[str(row.refers_to)]
            found = self._finder.find_all(target.endpoint, target.key_attribute, list(identifiers))
            for identifier, resource_found in found.items():
                if resource_found and resource_found["id"] == identifier:
                    kinds[identifier].append(target.name.capitalize())
        self._kinds |= {identifier: names[0] if len(names) == 1 else None for identifier, names in kinds.items()}


def _size(resource: Resource, item: Object) -> int:
    return len(objects(get(item, resource.member_rows[0].path)))


def _is_doubtful(item: Object, rows: Rows, *, shown: bool) -> bool:
    """Return whether a list may omit members of an object: one compared row is empty; with ``shown``, all are."""
    empty = [not row.read(item) for row in rows]
    return all(empty) if shown else any(empty)


def _samples(resource: Resource, items: Sequence[Object], wanted: Sequence[Object], *, shown: bool) -> list[str]:
    """Return ids of objects to read, to find out if lists omit members beyond a maximum or of one kind.

    If there is a maximum, the objects with the most members have reached it. Objects with fewer members are complete.
    """
    most = max((_size(resource, item) for item in items), default=0)
    largest = [item["id"] for item in wanted if _size(resource, item) == most]
    sample = largest if most >= LEAST_MAXIMUM else largest[:1]
    if shown and not all(any(row.read(item) for item in items) for row in resource.member_rows):
        by_size = sorted(wanted, key=partial(_size, resource), reverse=True)
        sample += [item["id"] for item in by_size[:FEW]]
    return sample
