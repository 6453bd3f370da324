# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What a tenant holds of a desired directory, read the cheaper way: by pages of everything, or one by one."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from .._base.errors import (
    AmbiguousError,
    AuthorizationError,
    IdentityError,
    InvalidError,
    UnsupportedError,
    all_of,
    trying,
)
from .._base.paths import Object, fold, quoted
from .._ensure import Located
from .._model.plan import Plan, Task
from .._model.references import names_in, report_unknown_keys, resolve_keys
from .._model.resources import CONTAINER, Resource
from .._model.shapes import One
from .._scim.member_lists import Rows
from .._scim.objects import ScimObjects
from .._scim.protocol import FEW, PAGE, Scim

# What a page of objects costs, in lookups of names that are there: it is as long as many.
PAGE_COST = 4
NOBODY = "nobody has this name"

Mark = tuple[tuple[str, str], ...]  # what finds an object among all of its kind: options and their values


@dataclass(eq=False)
class Entry:
    """One object of the desired state, or one to be removed; ``position`` is where the task has it.

    ``options`` are as they were given, and ``check`` makes a task of them: only of those that may need doing, because
    most of a large directory is as it should be. ``needs`` are the entries that have to be carried out first.
    ``failure`` is what keeps this one from its goal. ``creator_rights`` are what the creator of a safe keeps, where the
    object is that permission: it may not be there before the safe is.
    """

    position: str
    resource: Resource
    options: Object = field(repr=False)
    check: Callable[[Resource, Object], Task]
    located: Located = (None, {})
    plan: Plan | None = None
    failure: IdentityError | None = None
    needs: frozenset[Entry] = field(default_factory=frozenset)
    creator_rights: list[str] | None = None

    @cached_property
    def task(self) -> Task:
        return self.check(self.resource, self.options)

    @cached_property
    def keys(self) -> Object:
        """What names the object: as it was given where that is plain to see, checked where it is not."""
        if self.is_plain:
            return {self.resource.keys[0]: self.options[self.resource.keys[0]]}
        return self.resource.name_of(self.task.desired)

    @cached_property
    def is_plain(self) -> bool:
        """Whether this is a single name of something that is to be there."""
        options, keys = self.options, self.resource.keys
        name = options.get(keys[0])
        plain = options.get("state") in (None, "present") and options.get("id") is None
        return plain and len(keys) == 1 and isinstance(name, str) and name != ""

    def note(self, error: IdentityError) -> None:
        """Note what keeps this entry from its goal, beside what is noted already."""
        self.failure = all_of([self.failure, error]) if self.failure else error

    def reject(self, error: IdentityError) -> None:
        """Note that the options make no task. What they name stays known, for the entries that refer to it."""
        self.failure = error
        self.options = self.options if isinstance(self.options, dict) else {}
        given = {option: self.options.get(option) for option in self.resource.keys}
        names = {option: name if isinstance(name, str) else None for option, name in given.items()}
        desired = {row.option: names.get(row.option) for row in self.resource.attributes}
        self.task = Task(self.resource, desired, absent=self.options.get("state") == "absent")

    @property
    def identifier(self) -> str | None:
        return None if self.is_plain else self.task.identifier

    @property
    def absent(self) -> bool:
        return not self.is_plain and self.task.absent

    @property
    def name(self) -> str:
        """What a person calls the object: by all of its keys; when it is addressed by id, as it is on the server."""
        held = names_in(self.resource.keys_of(self.located[0] or {})) if self.identifier else []
        names = held or names_in(self.keys)
        return " / ".join(names) or str(self.identifier)

    @property
    def safe(self) -> str | None:
        """The name of the safe that the object is, or is on; None for a user or a group."""
        option = "name" if self.resource is CONTAINER else "container"
        if option not in self.resource.keys:
            return None
        name = self.resource.keys_of(self.located[0]).get(option) if self.located[0] else self.keys.get(option)
        return None if name is None else str(name)

    @property
    def label(self) -> str:
        return f"{self.resource.name} {self.name!r}"


class Known:
    """What is known of names and ids so far, and what this run is going to make or to remove.

    Finds objects for references as the SCIM server would, but asks it only for what has not been seen. With ``expect``,
    what another run is going to make counts as there.
    """

    def __init__(self, scim: Scim, *, expect: bool = False) -> None:
        self.client = scim.client
        self.resources = scim.resources
        self._expect = expect
        self._scim = scim
        self._names: dict[str, dict[str, str]] = {}  # by endpoint and id
        self._ids: dict[str, dict[str, str]] = {}  # by endpoint and name without case
        self._doubled: set[tuple[str, str]] = set()
        self._absent: set[tuple[str, str]] = set()
        self._complete: set[str] = set()
        self._coming: dict[tuple[str, str], Entry] = {}
        self._elsewhere: dict[tuple[str, str], Entry] = {}
        self.expected: dict[Entry, None] = {}  # entries of another run that are needed and not there, in order
        self._leaving: dict[tuple[str, str], Entry] = {}
        self._leaving_ids: dict[tuple[str, str | None], Entry] = {}

    def add(self, endpoint: str, identifier: str, name: str) -> None:
        self._names.setdefault(endpoint, {})[identifier] = name
        if self._ids.setdefault(endpoint, {}).setdefault(fold(name), identifier) != identifier:
            self._doubled.add((endpoint, fold(name)))

    def see(self, resource: Resource, item: Object) -> None:
        self.add(resource.endpoint, item["id"], str(item.get(resource.key_attribute) or item["id"]))

    def complete(self, endpoint: str) -> None:
        """Every object of this kind has been seen."""
        self._complete.add(endpoint)

    def all_names(self, endpoint: str) -> Collection[str]:
        """Return the names of all objects of a kind, as far as it has been listed; none where it has not."""
        return self.names(endpoint) if endpoint in self._complete else ()

    def count(self, endpoint: str) -> int | None:
        """How many there are."""
        return len(self._names.get(endpoint, ())) if endpoint in self._complete else self._scim.count(endpoint)

    def announce(self, entry: Entry) -> None:
        """An object is going to be made, or removed."""
        name = entry.keys.get(entry.resource.keys[0])
        if name and len(entry.resource.keys) == 1:
            place = self._leaving if entry.absent else self._coming
            place[entry.resource.endpoint, fold(name)] = entry

    def announce_elsewhere(self, entry: Entry) -> None:
        """Another run is going to make an object."""
        if entry.is_plain:
            self._elsewhere[entry.resource.endpoint, fold(entry.name)] = entry

    def arrived(self, entry: Entry, identifier: str | None) -> None:
        """An object that was announced is there. Without its id, who refers to it has to look for it."""
        name = entry.keys.get(entry.resource.keys[0])
        if name and len(entry.resource.keys) == 1:
            if identifier:
                self.add(entry.resource.endpoint, identifier, str(name))
            self._coming.pop((entry.resource.endpoint, fold(name)), None)

    def pending(self, endpoint: str, reference: str) -> Entry | None:
        """Return the entry that is going to make the object with this name, None if the object has been seen."""
        seen = self._identify(endpoint, reference) is not None
        return None if seen else self._coming.get((endpoint, fold(reference)))

    def leaving(self, endpoint: str, reference: str) -> Entry | None:
        """The entry that removes the object with this name or id."""
        by_name = self._leaving.get((endpoint, fold(reference)))
        return by_name or self._leaving_ids.get((endpoint, self._identify(endpoint, reference)))

    def leaves(self, entry: Entry) -> None:
        """An object that is there is going to be removed."""
        self._leaving_ids[entry.resource.endpoint, (entry.located[0] or {}).get("id")] = entry

    def _identify(self, endpoint: str, reference: str) -> str | None:
        """The id of the object with this name or id, as far as it has been seen."""
        known = reference if reference in self._names.get(endpoint, ()) else None
        return self._ids.get(endpoint, {}).get(fold(reference), known)

    def names(self, endpoint: str) -> Collection[str]:
        """The names of all that has been seen of a kind."""
        return self._names.get(endpoint, {}).values()

    def name_of(self, endpoint: str, identifier: str) -> str | None:
        return self._names.get(endpoint, {}).get(identifier)

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        new = [reference for reference in references if not self.settled(endpoint, reference)]
        if new:
            for reference, found in self._scim.find_all(endpoint, attribute, new).items():
                if found:
                    self.add(endpoint, found["id"], str(found.get(attribute) or found["id"]))
                else:
                    self._absent.add((endpoint, fold(reference)))
        return {reference: self._find(endpoint, attribute, reference) for reference in references}

    def settled(self, endpoint: str, reference: str) -> bool:
        """Whether the server need not be asked what a reference means."""
        key = (endpoint, fold(reference))
        return (
            endpoint in self._complete
            or key in self._coming
            or key in self._absent
            or fold(reference) in self._ids.get(endpoint, ())
            or reference in self._names.get(endpoint, ())
        )

    def _find(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        key = (endpoint, fold(reference))
        if key in self._doubled:
            raise AmbiguousError(f"several {endpoint} are called {reference!r}", hint="Name one of them by id")
        identifier = self._identify(endpoint, reference)
        if identifier is not None:
            return {"id": identifier, attribute: self._names[endpoint][identifier]}
        if key in self._coming:
            return {"id": reference, attribute: reference}
        if elsewhere := self._elsewhere.get(key):
            self.expected[elsewhere] = None
            return {"id": reference, attribute: reference} if self._expect else None
        return None


class Survey:
    """Finds the entries' objects, kind by kind, and hands each one over as soon as it is found."""

    def __init__(self, scim: Scim, known: Known, store: ScimObjects, pool: Executor) -> None:
        self._scim = scim
        self._known = known
        self._store = store
        self._pool = pool
        self._totals: dict[str, int | None] = {}  # by endpoint, as far as it was asked

    def read(
        self, resource: Resource, entries: list[Entry], references: set[str], *, everything: bool
    ) -> Iterator[Entry | Object]:
        """Each entry when its object has been looked for; with ``everything``, also the objects that have no entry."""
        by_key = [entry for entry in entries if not entry.identifier]
        by_id = [entry for entry in entries if entry.identifier]
        unseen = {name for name in references if not self._known.settled(resource.endpoint, name)}
        settled: list[Entry] = []
        pays = everything or self._listing_pays(resource, len(by_key) + len(unseen))
        if not pays and len(by_key) > FEW and not resource.member_rows:
            by_name = [entry for entry in by_key if entry.is_plain]
            by_id += [entry for entry in by_key if not entry.is_plain]
            settled, by_key, pays = self._by_name(resource, by_name)
        if pays:
            # What is addressed by id has an entry, whatever it is called.
            spared = {fold(entry.identifier) for entry in by_id}
            for found in self._list(resource, by_key, everything=everything):
                if isinstance(found, Entry) or fold(found["id"]) not in spared:
                    yield found
        else:
            by_id += by_key
            list(self._pool.map(partial(self._look_for, resource), sorted(unseen)))
        yield from settled
        yield from self._pool.map(self._look_up, by_id)

    def _by_name(self, resource: Resource, entries: list[Entry]) -> tuple[list[Entry], list[Entry], bool]:
        """Look for entries by their exact names, and for the others in other casings.

        Returns those that are settled, those that are not, and whether a listing costs less than to look for the
        latter: a new name takes several filters, each of which finds much, where an exact one takes one request.
        """
        exact = list(self._pool.map(partial(self._ask, stage=0), entries))
        missing = [entry for entry in exact if not entry.located[0] and not entry.failure]
        filters = {text for entry in missing for text in resource.stages(entry.keys)[1]}
        if missing and self._pages(resource) <= len(filters):
            return [entry for entry in exact if entry not in missing], missing, True
        list(self._pool.map(partial(self._ask, stage=1), missing))
        return exact, [], False

    def _ask(self, entry: Entry, *, stage: int) -> Entry:
        """Look for the entry's object with the filters of one stage."""
        resource, keys = entry.resource, entry.keys
        try:
            with trying(f"look up {entry.label}"):
                filters = resource.stages(keys)[stage]
                found = self._scim.find(resource.endpoint, [filters], partial(resource.matches, keys))
            entry.located = (found, keys)
            if found:
                self._known.see(resource, found)
        except IdentityError as error:
            entry.failure = error
        return entry

    def _pages(self, resource: Resource) -> int:
        """How many requests a listing takes."""
        return -(-(self._totals[resource.endpoint] or 0) // PAGE)

    def _listing_pays(self, resource: Resource, wanted: int) -> bool:
        if wanted <= FEW:
            return False
        total = self._totals[resource.endpoint] = self._scim.count(resource.endpoint)
        return total is None or self._pages(resource) * PAGE_COST <= wanted or not self._filters(resource)

    def _filters(self, resource: Resource) -> bool:
        """Whether the server filters: one that does not answers each lookup with everything, or with a refusal."""
        name = next(row.filter for row in resource.attributes if row.filter)
        try:
            return not self._scim.count(resource.endpoint, filter=f"{name} eq {quoted(NOBODY)}")
        except (InvalidError, UnsupportedError):
            return False

    def _look_for(self, resource: Resource, reference: str) -> None:
        with contextlib.suppress(AmbiguousError):  # told of whoever refers to it
            self._known.find_all(resource.endpoint, resource.key_attribute, [reference])

    def _look_up(self, entry: Entry) -> Entry:
        try:
            with trying(f"look up {entry.task.label}"):
                entry.located = self._store.locate(entry.task, check=False)
            current = entry.located[0]
            if current and len(entry.resource.keys) == 1:
                self._known.see(entry.resource, current)
        except IdentityError as error:
            if error.shared or isinstance(error, AuthorizationError):
                raise  # the others could not be looked up either
            entry.failure = error
        return entry

    def _list(self, resource: Resource, entries: list[Entry], *, everything: bool) -> Iterator[Entry | Object]:
        index: dict[Mark, Entry] = {}
        for entry in entries:
            try:
                keys = entry.keys if entry.is_plain else resolve_keys(self._known, entry.task)
            except AmbiguousError as error:
                entry.failure = error
                continue
            entry.located = (None, keys)
            for mark in marks_of(keys):
                if (first := index.setdefault(mark, entry)) is not entry:
                    entry.failure = same_object(entry, first)
        found: set[Entry] = set()
        short: list[str] = []

        def owner(item: Object) -> Entry | None:
            mine = next((index[mark] for mark in _item_marks(resource, item) if mark in index), None)
            return mine if mine and resource.matches(mine.located[1], item) else None

        def members(item: Object) -> Rows:
            mine = owner(item)
            if mine is None:
                return resource.member_rows if everything else ()
            return resource.compared_members(mine.options, absent=mine.absent)

        items: Iterable[Object] = self._scim.query(resource.endpoint, ahead=self._pool, on_short=short.append)
        if resource.member_rows:
            items = self._store.lists.complete(resource, items, members, each=self._pool.map)
        for item in items:
            if len(resource.keys) == 1:
                self._known.see(resource, item)
            mine = owner(item)
            if mine is None:
                if everything:
                    yield item
            elif mine in found:
                mine.failure = AmbiguousError(
                    f"several {resource.plural} match, {item['id']} among them", hint="Address one of them by id"
                )
                yield mine
            else:
                found.add(mine)
                yield self._settle(mine, item)
        missing = [entry for entry in entries if entry not in found]
        if short:  # what is not in such a list may be there all the same
            self._scim.client.warn(short[0])
            yield from list(self._pool.map(self._look_up, missing))
            return
        if len(resource.keys) == 1:
            self._known.complete(resource.endpoint)
        for entry in missing:
            yield self._settle(entry, None)

    def _settle(self, entry: Entry, item: Object | None) -> Entry:
        keys = entry.located[1]
        entry.located = (item, keys)
        try:
            if item is None and not entry.absent and not entry.is_plain:
                report_unknown_keys(self._known, entry.task, keys, check=False)
        except IdentityError as error:
            entry.failure = error
        return entry


def marks_of(keys: Object) -> list[Mark]:
    """How an entry with these keys is found among objects: by each key, and references by id or any name elsewhere."""
    ways = [
        [(option, fold(text)) for text in (value if isinstance(value, dict) else [value])]
        for option, value in keys.items()
    ]
    return list(itertools.product(*ways))


def _item_marks(resource: Resource, item: Object) -> Iterable[Mark]:
    """How an object may be found by an entry: its references by id or by name."""
    ways: list[list[tuple[str, str]]] = []
    for option in resource.keys:
        value = resource.attribute(option).read(item)
        if isinstance(value, dict):
            ways.append([(option, name) for name in One.names(value)])
        elif value is not None:
            ways.append([(option, fold(value))])
    return itertools.product(*ways)


def references_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name, or id, of each object that an entry refers to, as far as they are texts."""
    if not entry.absent:
        yield from references_in(entry.resource, {**entry.options, **entry.keys})


def references_in(resource: Resource, options: Object) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name, or id, of each object that these options want to be there."""
    for row in resource.references:
        wanted = options.get(row.option)
        names = [wanted]
        if isinstance(wanted, dict):
            names = [name for way in ("add", "set") for name in _listed(wanted.get(way))]
        yield from ((str(row.refers_to), name) for name in names if isinstance(name, str) and name)
    if "container" in resource.keys and options.get("container"):
        yield CONTAINER.endpoint, str(options["container"])


def same_object(entry: Entry, other: Entry) -> InvalidError:
    return InvalidError(f"{entry.label} is also at {other.position}", hint="Name each object only once")


def _listed(value: Any) -> list[Any]:
    """A list as Ansible will take it: a text is one with commas."""
    return value if isinstance(value, list) else [part.strip() for part in str(value or "").split(",")]
