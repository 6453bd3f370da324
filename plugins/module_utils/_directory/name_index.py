# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Index the names and ids of objects that have been read, and of those that this run creates or removes."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from .._base.errors import AmbiguousError, InvalidError
from .._base.paths import Object, fold
from .._model.rows import Resource
from .._scim.protocol import Scim
from .values import Desired, Step


class NameIndex:
    """Find objects for references like the SCIM server does. Ask it only for names that have not been seen.

    In check mode, an object that another run will create counts as existing. If entries could not be read, any name
    that is not found counts as existing, and the run fails because of these entries.
    """

    def __init__(self, scim: Scim, *, check: bool = False) -> None:
        self.client = scim.client
        self.resources = scim.resources
        self._check = check
        self._scim = scim
        self._names: dict[str, dict[str, str]] = {}  # by endpoint and id
        self._ids: dict[str, dict[str, str]] = {}  # by endpoint and name without case
        self._doubled: set[tuple[str, str]] = set()
        self._absent: set[tuple[str, str]] = set()
        self._complete: set[str] = set()
        self._coming: dict[tuple[str, str], Desired] = {}
        self._elsewhere: dict[tuple[str, str], Desired] = {}
        self.expected: dict[Desired, None] = {}  # needed entries of other runs whose objects do not exist, in order
        self._former: dict[tuple[str, str], Desired] = {}
        self.incomplete = False  # whether the run lacks entries that could not be read
        self.unjudged: set[str] = set()  # labels of references that were not found and may have such an entry
        self._renaming: dict[tuple[str, str], Desired] = {}  # by endpoint and id
        self._renamed: set[Desired] = set()
        self._leaving: dict[tuple[str, str], Desired] = {}
        self._leaving_ids: dict[tuple[str, str], Desired] = {}

    def add(self, endpoint: str, identifier: str, name: str) -> None:
        self._names.setdefault(endpoint, {})[identifier] = name
        if self._ids.setdefault(endpoint, {}).setdefault(fold(name), identifier) != identifier:
            self._doubled.add((endpoint, fold(name)))

    def see(self, resource: Resource, item: Object) -> None:
        self.add(resource.endpoint, item["id"], str(item.get(resource.key_attribute) or item["id"]))

    def mark_complete(self, endpoint: str) -> None:
        """Note that every object of this kind has been seen."""
        self._complete.add(endpoint)

    def all_names(self, endpoint: str) -> Collection[str]:
        """Return the names of all objects of a kind. Empty if the kind has not been listed."""
        return self.names(endpoint) if endpoint in self._complete else ()

    def count(self, endpoint: str) -> int | None:
        """Return the number of objects, or None if the server does not state it."""
        return len(self._names.get(endpoint, ())) if endpoint in self._complete else self._scim.count(endpoint)

    def expect(self, desired: Desired) -> None:
        """Note that this run creates or removes the object of an entry."""
        if name := _single_name(desired):
            entries = self._leaving if desired.absent else self._coming
            entries[desired.resource.endpoint, fold(name)] = desired
        for former in desired.former_names:
            self._former[desired.resource.endpoint, fold(former)] = desired

    def expect_elsewhere(self, desired: Desired) -> None:
        """Note that another run creates or renames the object of an entry. That run also checks its options."""
        if desired.is_plain:
            self._elsewhere[desired.resource.endpoint, fold(desired.name)] = desired
        with suppress(InvalidError):
            for former in desired.former_names:
                self._former[desired.resource.endpoint, fold(former)] = desired

    def mark_created(self, desired: Desired, identifier: str | None) -> None:
        """Note that an expected object exists, under this name or another one.

        Without its id, the next reference to it is looked up.
        """
        if name := _single_name(desired):
            if identifier:
                self.add(desired.resource.endpoint, identifier, name)
            self._coming.pop((desired.resource.endpoint, fold(name)), None)

    def renamed(self, endpoint: str, reference: str) -> Desired | None:
        """Return the entry that renames the object with this former name, or None."""
        return self._former.get((endpoint, fold(reference)))

    def mark_renamed(self, step: Step) -> None:
        """Note that a step renames an existing object."""
        self._renaming[step.resource.endpoint, step.plan.identifier] = step.desired
        self._renamed.add(step.desired)

    def renaming(self, endpoint: str, reference: str) -> Desired | None:
        """Return the entry whose step renames the object with this present name or id, or None."""
        identifier = self._identify(endpoint, reference)
        return self._renaming.get((endpoint, identifier)) if identifier else None

    def is_renamed(self, desired: Desired) -> bool:
        """Return whether the step of an entry renames its object."""
        return desired in self._renamed

    def mark_removed(self, step: Step) -> None:
        """Note that a step removes an existing object."""
        self._leaving_ids[step.resource.endpoint, step.plan.identifier] = step.desired

    def pending(self, endpoint: str, reference: str) -> Desired | None:
        """Return the entry that will create the object with this name, or None if the object has been seen."""
        seen = self._identify(endpoint, reference) is not None
        return None if seen else self._coming.get((endpoint, fold(reference)))

    def leaving(self, endpoint: str, reference: str) -> Desired | None:
        """Return the entry that removes the object with this name or id, or None."""
        by_name = self._leaving.get((endpoint, fold(reference)))
        identifier = self._identify(endpoint, reference)
        return by_name or (self._leaving_ids.get((endpoint, identifier)) if identifier else None)

    def _identify(self, endpoint: str, reference: str) -> str | None:
        """Return the id of the object with this name or id, None if it has not been seen."""
        known = reference if reference in self._names.get(endpoint, ()) else None
        return self._ids.get(endpoint, {}).get(fold(reference), known)

    def names(self, endpoint: str) -> Collection[str]:
        """Return the names of all objects of a kind that have been seen."""
        return self._names.get(endpoint, {}).values()

    def name_of(self, endpoint: str, identifier: str) -> str | None:
        return self._names.get(endpoint, {}).get(identifier)

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        new = [reference for reference in references if not self.knows(endpoint, reference)]
        if new:
            for reference, found in self._scim.find_all(endpoint, attribute, new).items():
                if found:
                    self.add(endpoint, found["id"], str(found.get(attribute) or found["id"]))
                else:
                    self._absent.add((endpoint, fold(reference)))
        return {reference: self._find(endpoint, attribute, reference) for reference in references}

    def find_in_vault(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        return self._scim.find_in_vault(endpoint, attribute, reference)

    def knows(self, endpoint: str, reference: str) -> bool:
        """Return whether a reference can be resolved without a request."""
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
            return {"id": reference, attribute: reference} if self._check else None
        if self.incomplete:
            self.unjudged.add(f"{self.resources[endpoint].name} {reference!r}")
            return {"id": reference, attribute: reference}
        return None


def _single_name(desired: Desired) -> str | None:
    """Return the name of an object that has one key, None for one that takes several or is named by id."""
    name = desired.keys.get(desired.resource.keys[0])
    return str(name) if name and len(desired.resource.keys) == 1 else None
