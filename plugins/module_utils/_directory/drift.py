# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Report objects without an entry: those in the scope of the entries, in the form of results. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._base.errors import DriftError, some
from .._base.paths import Object, fold, natural
from .._model.references import names_in
from .._model.resources import RESOURCES
from .._model.rows import Resource
from .values import Desired, Found

KINDS = {resource.name: resource for resource in RESOURCES.values()}


class Scope:
    """The safes that the entries name. Objects on other safes are not pruned and not reported."""

    def __init__(self, listed: Iterable[Desired]) -> None:
        self._named = {(each.resource.plural, fold(each.parent)) for each in listed if each.parent is not None}
        self._safes = {safe for _plural, safe in self._named}
        self._leaving: set[str] = set()

    def see(self, found: Found) -> None:
        """Note a safe by its name. An entry may give only its id."""
        if found.resource.contains:
            (self._leaving if found.desired.absent else self._safes).add(fold(found.name))

    def has_any(self, resource: Resource) -> bool:
        """Return whether objects of a kind can be in the scope."""
        return not resource.parent or bool(self._safes - self._leaving)

    def prunes(self, resource: Resource, item: Object) -> bool:
        """Return whether entries of its own kind name the object's safe. True for kinds that are on no safe."""
        return not resource.parent or (resource.plural, _safe(resource, item)) in self._named

    def watches(self, resource: Resource, item: Object) -> bool:
        """Return whether any entry names the object's safe and the safe stays. True for kinds that are on no safe."""
        safe = _safe(resource, item)
        return not resource.parent or (safe in self._safes and safe not in self._leaving)


def _safe(resource: Resource, item: Object) -> str:
    return fold(resource.parent.read(item)) if resource.parent else ""


def unmanaged(resource: Resource, item: Object) -> Object:
    """Return the row of a result for an object that no entry names."""
    row: Object = {"type": resource.name, "name": " / ".join(names_in(resource.keys_of(item)))}
    if resource.is_permission and resource.access:
        shown = resource.describe(item)
        row.update({option: shown[option] for option in resource.keys})
        row.update({option: shown[option]["set"] for option in resource.access.options})
    return row


def in_order(rows: Sequence[Object]) -> list[Object]:
    """Return such rows sorted by name, permissions first, because they give access."""
    return sorted(rows, key=lambda row: (not KINDS[row["type"]].is_permission, row["type"], natural(row["name"])))


def drift_of(rows: Sequence[Object]) -> DriftError:
    """Return the failure that names the first of these objects."""
    texts = [f"{row['type']} {row['name']!r}{_access_in(row)}" for row in in_order(rows)]
    return DriftError(
        f"the tenant holds objects that no entry names ({len(rows)}): {some(texts)}",
        hint="Nothing was written. Add them to the lists, remove them, or name them in protected",
    )


def _access_in(row: Object) -> str:
    """Return how much access such a row shows, empty for one that shows none."""
    access = KINDS[row["type"]].access
    options = [option for option in access.options if option in row] if access else []
    return "".join(f" ({len(row[option])} {option})" for option in options)
