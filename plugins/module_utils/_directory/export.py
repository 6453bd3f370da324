# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Export a tenant as a desired state: its objects as options, in the same order each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .._base.errors import AuthorizationError, trying
from .._base.paths import Object, fold
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import Members, One
from .._scim.member_lists import MemberLists
from .._scim.protocol import PAGES_AHEAD, Scim
from .._scim.sight import advice, may_be_hidden, sees_nothing, unseen


def export(scim: Scim, plurals: Collection[str], on_gap: Callable[[str], None] | None = None) -> Object:
    """Return the objects of these kinds, sorted by name, without ids and without options that are not set.

    A reference is a name, or an id if several objects have the name. ``on_gap`` also gets the warnings about objects
    that may exist and were not shown.
    """

    def warn(text: str) -> None:
        scim.client.warn(text)
        if on_gap:
            on_gap(f"{text}.")

    items: dict[str, list[Object]] = {}
    names: dict[str, dict[str, str]] = {}
    chosen = [resource for resource in RESOURCES.values() if resource.plural in plurals]
    lists = MemberLists(scim, scim, warn)
    with ThreadPoolExecutor(PAGES_AHEAD) as pool:
        for resource in chosen:
            try:
                with trying(f"read {resource.plural}"):
                    listed = scim.query(resource.endpoint, ahead=pool, on_short=warn)
                    items[resource.plural] = lists.complete(resource, listed, each=pool.map)
            except AuthorizationError as error:
                hint = f"Leave {resource.plural} out of include, directory_kinds in the playbook. {error.hint}"
                raise error.with_facts(hint=hint) from error
            if len(resource.keys) == 1:
                names[resource.endpoint] = _names(resource, items[resource.plural])
    in_vault = [resource.plural for resource in chosen if resource.in_vault]
    if (
        in_vault
        and not any(items[plural] for plural in in_vault)
        and may_be_hidden(scim, chosen)
        and sees_nothing(scim)
    ):
        warn(f"{unseen(scim)}. {advice(scim)}")
    return {
        resource.plural: sorted((_entry(resource, item, names) for item in items[resource.plural]), key=_place)
        for resource in chosen
    }


def secrets_of(exported: Object) -> Object:
    """Return the names of the objects that may have secrets, by kind. An export contains no secrets."""
    return {
        resource.plural: [_label(resource, entry) for entry in exported[resource.plural]]
        for resource in RESOURCES.values()
        if resource.plural in exported and any(row.secret for row in resource.attributes)
    }


def _names(resource: Resource, items: Collection[Object]) -> dict[str, str]:
    """Return the unique names of objects, by id."""
    names = {item["id"]: str(item.get(resource.key_attribute) or "") for item in items}
    times = Counter(map(fold, names.values()))
    return {identifier: name for identifier, name in names.items() if name and times[fold(name)] == 1}


def _entry(resource: Resource, item: Object, names: dict[str, dict[str, str]]) -> Object:
    shown = [(row, _shown(row, item, names)) for row in resource.attributes if not row.secret]
    # Keep required options even when they are empty, because the entry could not be applied without them.
    return {row.option: value for row, value in shown if row.required or value not in (None, "", {"set": []})}


def _shown(row: Attribute, item: Object, names: dict[str, dict[str, str]]) -> Any:
    held = row.read(item)
    if not row.refers_to or not held:
        return row.shape.show(held)
    known = names.get(row.refers_to, {})
    if isinstance(row.shape, Members):
        # Members with a unique name are shown by it. Others are shown as in the member list.
        return {"set": sorted((known.get(key, name) for key, name in held.items()), key=fold)}
    if isinstance(row.shape, One):
        ((key, name),) = held.items()
        return known.get(key, name)
    return known.get(held, held)


def _place(entry: Object) -> list[tuple[str, str]]:
    return [(fold(value), str(value)) for value in entry.values() if isinstance(value, str)]


def _label(resource: Resource, entry: Object) -> str:
    return " / ".join(str(entry[option]) for option in resource.keys if option in entry)
