# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resources of the tenant, with an index on the values that are looked up.

Unless a filter is a single comparison, the library's own storages visit every resource. This storage has an index on
names, e-mail addresses and memberships, so that a lookup among ten thousand users takes constant time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scim2_models import Meta, ResourceType, ResponseParameters, ScimPolicy, SearchRequest
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr
from scim2_server.storage import ScimStorage, SearchPage

from .facts import user_facts
from .failures import not_found
from .models import Model
from .scim.indexes import BY_ATTRIBUTE, BY_TYPE, INDEXES, Buckets, key_of, keys_of

COUNTERS = "Counter"

# Long lists that a copy of a resource shares: their entries are replaced and never changed in place.
SHARED = {"Group": ("members",), "VaultGroup": ("members",), "Container": ("privileged_data",)}


@dataclass(frozen=True)
class Snapshot:
    """The content of a storage at one moment. It shares the resources, which are never changed in place."""

    tables: dict[str, dict[str, Model]]
    buckets: tuple[Buckets, ...]


class TenantStorage(ScimStorage):
    """The resources by type and id, in the order of their creation."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Model]] = {}
        self._buckets: tuple[Buckets, ...] = tuple({} for _index in INDEXES)
        self._discarded: list[dict[str, Model]] = []
        self.hides_service_users = False
        self.canonical = False
        self.veiled: frozenset[str] = frozenset()
        self.caseless: frozenset[str] = frozenset()
        self.on_change: Callable[[str, Model | None, Model | None], None] = lambda type_name, old, new: None

    # -- What the rest of the emulator uses --------------------------------

    def snapshot(self) -> Snapshot:
        """Return the current content."""
        return Snapshot({name: dict(table) for name, table in self._tables.items()}, tuple(map(dict, self._buckets)))

    def exchange(self, snapshot: Snapshot) -> Snapshot:
        """Replace the content by that of a snapshot, and return the old content."""
        current = Snapshot(self._tables, self._buckets)
        self._tables, self._buckets = snapshot.tables, snapshot.buckets
        return current

    def restore(self, snapshot: Snapshot) -> None:
        """Return to the content of a snapshot.

        Freeing ten thousand resources takes far longer than this, so :meth:`sweep` frees a few at a time.
        """
        self._discarded += self._tables.values()
        self._tables = {name: dict(table) for name, table in snapshot.tables.items()}
        self._buckets = tuple(map(dict, snapshot.buckets))

    def sweep(self, limit: int) -> None:
        """Free up to ``limit`` of the resources that a restore left behind."""
        while self._discarded and limit > 0:
            table = self._discarded[-1]
            while table and limit > 0:
                table.popitem()
                limit -= 1
            if not table:
                self._discarded.pop()

    def peek(self, type_name: str, resource_id: str) -> Model | None:
        """Return a stored resource, not a copy; the caller must not change it."""
        return self._tables.get(type_name, {}).get(resource_id)

    def all(self, type_name: str) -> Iterator[Model]:
        """Return the stored resources of a type; the caller must not change them."""
        return iter(self._tables.get(type_name, {}).values())

    def find(self, type_name: str, attribute: str, value: str) -> list[Model]:
        """Return the resources with this value of an indexed attribute, in any case."""
        place = BY_ATTRIBUTE[type_name, attribute.casefold()]
        table = self._tables.get(type_name, {})
        found = [table[resource_id] for resource_id in self._buckets[place].get(key_of(value), ())]
        if self.canonical or value.isascii():
            return found
        values = INDEXES[place].values
        return [item for item in found if value.casefold() in {held.casefold() for held in values(item) if held}]

    def locate(self, type_name: str, resource_id: str) -> Model | None:
        """Return the resource that a path names; names of safes are case-insensitive."""
        if type_name in self.veiled:
            return None
        found = self.peek(type_name, resource_id)
        if found is None and type_name in self.caseless:
            return next(iter(self.find(type_name, "id", resource_id)), None)
        return found

    def remember(self, kind: str, key: str, value: Any) -> None:
        """Store a value that is not a resource, such as a secret or a counter."""
        self._tables.setdefault(kind, {})[key] = value

    def recall(self, kind: str, key: str, default: Any = None) -> Any:
        """Return a value stored by ``remember``, or the default."""
        return self._tables.get(kind, {}).get(key, default)

    def kept(self, kind: str) -> list[Any]:
        """Return all values of a kind that ``remember`` stored."""
        return list(self._tables.get(kind, {}).values())

    def forget(self, kind: str, key: str) -> None:
        """Delete a value that ``remember`` stored."""
        self._tables.get(kind, {}).pop(key, None)

    def count(self, key: str, start: int = 1) -> int:
        """Return the next number of a counter; no number is given twice."""
        number: int = self.recall(COUNTERS, key, start)
        self.remember(COUNTERS, key, number + 1)
        return number

    def put(self, type_name: str, resource: Model) -> None:
        """Store a resource unchanged, in place of the one with its id."""
        table = self._tables.setdefault(type_name, {})
        resource_id = str(resource.id)
        previous = table.get(resource_id)
        table[resource_id] = resource
        self._reindex(type_name, resource_id, previous, resource)

    def insert(self, type_name: str, resource: Model, resource_id: str | None = None) -> str:
        """Store a new resource without any check, and return its id."""
        resource.id = resource_id or new_id(type_name)
        resource.meta = Meta(resource_type=type_name)
        self.put(type_name, resource)
        return str(resource.id)

    def add(self, type_name: str, resource: Model) -> str:
        """Store a new resource under the id from its rules, or a new one, and run ``on_change``."""
        resource_id = self.insert(type_name, resource, resource.id)
        self.on_change(type_name, None, resource)
        return resource_id

    def replace(self, type_name: str, resource: Model) -> None:
        """Store the new state of a resource, and run ``on_change``."""
        previous = self.peek(type_name, str(resource.id))
        self.put(type_name, resource)
        self.on_change(type_name, previous, resource)

    def remove(self, type_name: str, resource: Model) -> None:
        """Delete a resource, and run ``on_change``."""
        self.discard(type_name, str(resource.id))
        self.on_change(type_name, resource, None)

    def discard(self, type_name: str, resource_id: str) -> None:
        """Delete a resource without ``on_change``."""
        previous = self._tables.get(type_name, {}).pop(resource_id, None)
        self._reindex(type_name, resource_id, previous, None)

    def _reindex(self, type_name: str, resource_id: str, old: Model | None, new: Model | None) -> None:
        for place in BY_TYPE[type_name]:
            index, buckets = INDEXES[place], self._buckets[place]
            before, after = keys_of(index, old), keys_of(index, new)
            for key in before - after:
                left = tuple(item for item in buckets[key] if item != resource_id)
                if left:
                    buckets[key] = left
                else:
                    del buckets[key]
            for key in after - before:
                buckets[key] = (*buckets.get(key, ()), resource_id)

    # -- What the library calls --------------------------------------------

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Model:
        """Return a copy of a resource, which a PATCH may then change."""
        type_name = str(resource_type.name)
        stored = self.locate(type_name, resource_id)
        if stored is None:
            raise not_found(type_name, resource_id)
        shared = {field: getattr(stored, field) for field in SHARED.get(type_name, ())}
        copied = stored.model_copy(update=dict.fromkeys(shared)).model_copy(deep=True)
        return copied.model_copy(
            update={field: list(entries) if entries else None for field, entries in shared.items()}
        )

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """Return a page of the filtered and sorted resources, uncopied because callers only read them."""
        found: list[Model] = []
        for resource_type in resource_types:
            candidates = self._candidates(str(resource_type.name), search_request.filter)
            found += [
                resource
                for resource in candidates
                if not (self.hides_service_users and user_facts(self, resource.id).service_user)
                and (search_request.filter is None or search_request.filter.match(resource))
            ]
        # Sorting follows RFC 7644 section 3.4.2.3, not the case rule of filters.
        with ScimPolicy():
            found = search_request.sort(found)
        return SearchPage(len(found), found[search_request.start_index_0 or 0 : search_request.stop_index_0])

    def _candidates(self, type_name: str, scim_filter: Any) -> Iterable[Model]:
        table = {} if type_name in self.veiled else self._tables.get(type_name, {})
        narrowed: list[tuple[str, ...]] = []
        for comparison in comparisons(scim_filter.ast if scim_filter is not None else None):
            place = BY_ATTRIBUTE.get((type_name, str(comparison.attr_path).casefold()))
            if place is not None and comparison.op == CompareOperator.eq and isinstance(comparison.value, str):
                narrowed.append(self._buckets[place].get(key_of(comparison.value), ()))
        if not narrowed or not table:
            return table.values()
        return [table[resource_id] for resource_id in min(narrowed, key=len)]

    def create(self, resource_type: ResourceType, resource: Model) -> Model:
        """Store a new resource."""
        self.add(str(resource_type.name), resource)
        return resource

    def update(self, resource_type: ResourceType, resource: Model, *, expected_version: str | None = None) -> Model:
        """Store the new state of a resource."""
        self.replace(str(resource_type.name), resource)
        return resource

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """Delete a resource; the library has read it before."""
        type_name = str(resource_type.name)
        self.remove(type_name, self.locate(type_name, resource_id))


def unshared(type_name: str, resource: Model, operations: list[dict[str, Any]]) -> Model:
    """Return a resource that operations may change: a deep copy if they touch a shared list."""
    paths = [str(operation.get("path") or "").casefold() for operation in operations]
    shared = [field.replace("_", "") for field in SHARED.get(type_name, ())]
    touched = any(path.startswith(name) for path in paths for name in shared)
    return resource.model_copy(deep=True) if touched else resource


def new_id(type_name: str) -> str:
    """Return an id: a GUID with hyphens, or with underscores for a role (recorded in 2024)."""
    value = str(uuid.uuid4())
    return value.replace("-", "_") if type_name == "Group" else value


def comparisons(node: FilterNode | None) -> Iterator[Comparison]:
    """Return the comparisons that must all hold; only ``and`` joins them here."""
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, LogicalExpr):
        for term in node.terms:
            yield from comparisons(term)
