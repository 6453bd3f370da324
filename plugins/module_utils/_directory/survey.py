# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the objects of the entries with few requests: list all objects of a kind, or look them up one by one."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial

from .._base.errors import (
    AmbiguousError,
    AuthorizationError,
    IdentityError,
    InvalidError,
    UnsupportedError,
    trying,
)
from .._base.paths import Object, fold, quoted
from .._model.former_names import renamed_object
from .._model.references import report_unknown_keys, resolve_keys
from .._model.rows import Resource
from .._model.shapes import One
from .._scim.member_lists import Rows
from .._scim.objects import ScimObjects
from .._scim.protocol import FEW, PAGE, Scim
from .name_index import NameIndex
from .values import Desired, Finding, Found, same_object

# A page costs as much as this many lookups, because it is large.
PAGE_COST = 4
IMPROBABLE_NAME = "nobody has this name"

Mark = tuple[tuple[str, str], ...]  # identifies an object among all of its kind: options and their values


class Survey:
    """Finds the objects of entries, kind by kind, and hands each one over as soon as it is found."""

    def __init__(self, scim: Scim, names: NameIndex, store: ScimObjects, pool: Executor) -> None:
        self._scim = scim
        self._names = names
        self._store = store
        self._pool = pool
        self._totals: dict[str, int | None] = {}  # by endpoint; only endpoints that were counted

    def read(
        self, resource: Resource, listed: Sequence[Desired], references: Collection[str], *, everything: bool
    ) -> Iterator[Finding]:
        """Yield each entry with its object; with ``everything``, also the objects that have no entry.

        ``references`` are further names to look up, so that the name index knows them afterwards.
        """
        by_key = [desired for desired in listed if not desired.identifier]
        by_id = [desired for desired in listed if desired.identifier]
        unseen = {name for name in references if not self._names.knows(resource.endpoint, name)}
        found: list[Found] = []
        names = sum(1 + len(desired.former_names) for desired in by_key)
        pays = everything or self._listing_pays(resource, names + len(unseen))
        if not pays and len(by_key) > FEW and not resource.member_rows:
            by_name = [desired for desired in by_key if desired.is_plain and not desired.former_names]
            by_id += [desired for desired in by_key if not desired.is_plain or desired.former_names]
            found, by_key, pays = self._by_name(resource, by_name)
        if pays:
            # An object that an entry addresses by id is not unmanaged, whatever its name is.
            spared = {fold(desired.identifier) for desired in by_id}
            for each in self._list(resource, by_key, everything=everything):
                if isinstance(each, Found) or fold(each["id"]) not in spared:
                    yield each
        else:
            by_id += by_key
            list(self._pool.map(partial(self._look_for, resource), sorted(unseen)))
        yield from found
        yield from self._pool.map(self._look_up, by_id)

    def _by_name(self, resource: Resource, listed: Sequence[Desired]) -> tuple[list[Found], list[Desired], bool]:
        """Look up entries by exact name, then the missing ones in any casing.

        Return the entries with their objects, the entries still to find, and whether to list the kind for these. An
        exact name takes one request. A new name takes several filters with large results: a list may cost less.
        """
        exact = list(self._pool.map(self._ask, listed))
        found = [each for each in exact if each.current or each.problem]
        missing = [each.desired for each in exact if not each.current and not each.problem]
        filters = sorted({text for desired in missing for text in resource.stages(desired.keys)[1]})
        if missing and self._pages(resource) <= len(filters):
            return found, missing, True
        try:
            return [*found, *self._among(resource, missing, filters)], [], False
        except (InvalidError, UnsupportedError):  # the server accepts only filters for exact names
            return found, missing, True

    def _ask(self, desired: Desired) -> Found:
        """Look up the object of an entry by its exact name."""
        resource, keys = desired.resource, desired.keys
        try:
            with trying(f"look up {desired.label}"):
                exact = [resource.stages(keys)[0]]
                current = self._scim.find(resource.endpoint, exact, partial(resource.matches, keys))
        except IdentityError as error:
            return Found(desired, None, {}, error)
        if current:
            self._names.see(resource, current)
        return Found(desired, current, keys)

    def _among(self, resource: Resource, listed: Sequence[Desired], filters: Sequence[str]) -> Iterator[Found]:
        """Yield each entry with its object from the results of the filters. Names with the same start share filters."""
        owners = _Owners(resource, self._names, listed)

        def owned(filter: str) -> list[Object]:
            return [item for item in self._scim.query(resource.endpoint, filter=filter) if owners.of(item)]

        with trying(f"look up new {resource.plural}"):
            items = {item["id"]: item for page in self._pool.map(owned, filters) for item in page}
        found: set[Desired] = set()
        for item in items.values():
            owner = owners.of(item)
            if owner:
                self._names.see(resource, item)
                yield owners.found(owner, item, again=owner in found)
                found.add(owner)
        for desired in listed:
            if desired not in found:
                yield owners.missing(desired)

    def _pages(self, resource: Resource) -> int:
        """Return the number of pages of a list of all objects."""
        return -(-(self._totals[resource.endpoint] or 0) // PAGE)

    def _listing_pays(self, resource: Resource, wanted: int) -> bool:
        if wanted <= FEW:
            return False
        total = self._totals[resource.endpoint] = self._scim.count(resource.endpoint)
        return total is None or self._pages(resource) * PAGE_COST <= wanted or not self._filters(resource)

    def _filters(self, resource: Resource) -> bool:
        """Return whether the server supports filters. If not, it answers each lookup with all objects or an error."""
        name = next(row.filter for row in resource.attributes if row.filter)
        try:
            return not self._scim.count(resource.endpoint, filter=f"{name} eq {quoted(IMPROBABLE_NAME)}")
        except (InvalidError, UnsupportedError):
            return False

    def _look_for(self, resource: Resource, reference: str) -> None:
        with contextlib.suppress(AmbiguousError):  # reported as a problem of the entry that refers to it
            self._names.find_all(resource.endpoint, resource.key_attribute, [reference])

    def _look_up(self, desired: Desired) -> Found:
        try:
            with trying(f"look up {desired.task.label}"):
                current, keys = self._store.locate(desired.task, check=False)
        except IdentityError as error:
            if error.shared or isinstance(error, AuthorizationError):
                raise  # all other lookups would fail in the same way
            return Found(desired, None, {}, error)
        if current and len(desired.resource.keys) == 1:
            self._names.see(desired.resource, current)
        if current and (desired.former_names or desired.identifier) and not desired.absent:
            self._names.mark_created(desired, current["id"])
        return Found(desired, current, keys)

    def _list(self, resource: Resource, listed: Sequence[Desired], *, everything: bool) -> Iterator[Finding]:
        """List all objects of a kind, and find those of the entries among them."""
        owners = _Owners(resource, self._names, listed)

        def members(item: Object) -> Rows:
            owner = owners.of(item)
            if owner is None:
                return resource.member_rows if everything else ()
            return resource.compared_members(owner.options, absent=owner.absent)

        found: set[Desired] = set()
        by_any_name: dict[Desired, list[Object]] = {}
        short: list[str] = []
        items: Iterable[Object] = self._scim.query(resource.endpoint, ahead=self._pool, on_short=short.append)
        if resource.member_rows:
            items = self._store.lists.complete(resource, items, members, each=self._pool.map)
        for item in items:
            if len(resource.keys) == 1:
                self._names.see(resource, item)
            owner = owners.of(item)
            if owner is None:
                if everything:
                    yield item
            elif owner.former_names:  # a later object in the list may also have one of its names
                by_any_name.setdefault(owner, []).append(item)
            else:
                yield owners.found(owner, item, again=owner in found)
                found.add(owner)
        missing = [desired for desired in listed if desired not in found]
        if short:  # the list is incomplete, so look up each missing object
            self._scim.client.warn(short[0])
            yield from list(self._pool.map(self._look_up, missing))
            return
        if len(resource.keys) == 1:
            self._names.mark_complete(resource.endpoint)
        for desired in missing:
            yield owners.among(desired, by_any_name[desired]) if desired in by_any_name else owners.missing(desired)


class _Owners:
    """Finds the entry of each object in a list, by the keys of the entries."""

    def __init__(self, resource: Resource, names: NameIndex, listed: Iterable[Desired]) -> None:
        self._resource = resource
        self._names = names
        self._keys: dict[Desired, Object] = {}
        self._problems: dict[Desired, IdentityError] = {}
        self._by_mark: dict[Mark, Desired] = {}
        for desired in listed:
            self._add(desired)

    def _add(self, desired: Desired) -> None:
        try:
            keys = desired.keys if desired.is_plain else resolve_keys(self._names, desired.task)
        except AmbiguousError as error:
            self._problems[desired] = error
            return
        self._keys[desired] = keys
        former = [{desired.resource.keys[0]: name} for name in desired.former_names]
        for mark in (mark for names in (keys, *former) for mark in marks_of(names)):
            if (first := self._by_mark.setdefault(mark, desired)) is not desired:
                self._problems[desired] = same_object(desired, first)

    def of(self, item: Object) -> Desired | None:
        """Return the entry of an object, or None."""
        by_mark = self._by_mark
        owner = next((by_mark[mark] for mark in _item_marks(self._resource, item) if mark in by_mark), None)
        return owner if owner and (owner.former_names or self._resource.matches(self._keys[owner], item)) else None

    def found(self, owner: Desired, item: Object, *, again: bool) -> Found:
        """Return an entry with its object. If another object was found before (``again``), it has a problem."""
        problem = self._problems.get(owner)
        if again:
            problem = AmbiguousError(
                f"several {self._resource.plural} match, {item['id']} among them", hint="Address one of them by id"
            )
        return Found(owner, item, self._keys[owner], problem)

    def among(self, owner: Desired, items: Sequence[Object]) -> Found:
        """Return an entry that has former names, with its object. ``items`` are the objects with any of its names."""
        keys = self._keys[owner]
        current = [item for item in items if self._resource.matches(keys, item)]
        if current[1:]:
            return self.found(owner, current[1], again=True)
        try:
            former = [item for item in items if item not in current]
            meant = renamed_object(owner.task, current[0] if current else None, former)
        except IdentityError as error:
            return Found(owner, None, keys, error)
        self._names.mark_created(owner, meant["id"] if meant else None)
        return Found(owner, meant, keys)

    def missing(self, desired: Desired) -> Found:
        """Return an entry without an object. It has a problem if it refers to an unknown object."""
        keys = self._keys.get(desired, {})
        problem = self._problems.get(desired)
        try:
            if not desired.absent and not desired.is_plain:
                report_unknown_keys(self._names, desired.task, keys, check=False)
        except IdentityError as error:
            problem = error
        return Found(desired, None, keys, problem)


def marks_of(keys: Object) -> list[Mark]:
    """Return the marks of an entry with these keys. A reference gives one mark for its id and for each name."""
    ways = [
        [(option, text) for text in (sorted(One.names(value)) if isinstance(value, dict) else [fold(value)])]
        for option, value in keys.items()
    ]
    return list(itertools.product(*ways))


def _item_marks(resource: Resource, item: Object) -> Iterable[Mark]:
    """Return the marks by which an entry may name an object. References count by id and by name."""
    ways: list[list[tuple[str, str]]] = []
    for option in resource.keys:
        value = resource.attribute(option).read(item)
        if isinstance(value, dict):
            ways.append([(option, name) for name in One.names(value)])
        elif value is not None:
            ways.append([(option, fold(value))])
    return itertools.product(*ways)
