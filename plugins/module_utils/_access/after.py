# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Compute the directory after the changes of a plan. No I/O.

The order is: changes of attributes, deletions with all that they remove, then new names in every reference.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from .._base.errors import InvalidError
from .._base.paths import Object, fold
from .._directory.plan_document import FORMAT, digest_of
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import Members, Names
from .state import in_order

KINDS = {resource.name: resource for resource in RESOURCES.values()}
OTHER_PLAN = "The plan is of another tenant or of another time. Read the directory again, and make the plan again"


def after(directory: Mapping[str, Any], plan: Mapping[str, Any], *, strays: bool = True) -> Object:
    """Return the directory after a plan of scim_directory. A kind that was not read stays unread.

    Without ``strays``, the objects that the plan reports as unmanaged are removed as well, with their contents and
    references. Raise InvalidError for a text that is not a plan or was changed, and for a plan that does not fit the
    directory.
    """
    _check(plan)
    changed: Object = {plural: [dict(entry) for entry in listed] for plural, listed in directory.items()}
    index = _Index(changed)
    unwanted = [] if strays else [(KINDS[row["type"]], row) for row in plan["unmanaged"]]
    gone = {id(entry) for kind, row in unwanted if kind.plural in changed for entry in index.find_stray(kind, row)}
    changes = [(KINDS[change["type"]], change) for change in plan["changes"]]
    read = [(kind, change) for kind, change in changes if kind.plural in changed]
    for kind, change in read:
        if change["action"] == "create":
            index.add(kind, _updated(kind, change["keys"], change))
        elif change["action"] != "delete":
            entry = index.find(kind, change)
            values = _updated(kind, entry, change)
            entry.clear()
            entry.update(values)
    gone.update(id(index.find(kind, change)) for kind, change in read if change["action"] == "delete")
    for plural, listed in changed.items():
        changed[plural] = [entry for entry in listed if id(entry) not in gone]
    names: dict[str, set[str]] = {}
    for kind, row in (*unwanted, *((kind, change) for kind, change in changes if change["action"] == "delete")):
        if len(kind.keys) == 1:
            names.setdefault(kind.name, set()).add(fold(row.get("keys", {}).get(kind.keys[0]) or row["name"]))
    for name, left in names.items():
        _take_along(changed, KINDS[name], left)
    for kind, change in changes:
        if change["action"] == "rename" and (values := change["attributes"].get(kind.keys[0])):
            _rename(changed, kind, str(values["before"]), str(values["after"]))
    return changed


def renames_of(plan: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the new names that a plan gives, by plural and old name."""
    names: dict[str, dict[str, str]] = {}
    for change in plan["changes"]:
        kind = KINDS[change["type"]]
        if change["action"] == "rename" and (values := change["attributes"].get(kind.keys[0])):
            names.setdefault(kind.plural, {})[str(values["before"])] = str(values["after"])
    return names


def _check(plan: Mapping[str, Any]) -> None:
    """Raise InvalidError for a document that is not a plan of this format, or was changed."""
    try:
        known = plan["format"] == FORMAT and digest_of(dict(plan)) == plan["digest"]
        complete = all(change["type"] in KINDS and change["keys"] is not None for change in plan["changes"])
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidError("this is not a plan", hint="The option plan_path of scim_directory writes one") from error
    if not known or not complete:
        raise InvalidError(
            "the plan was changed after it was written, or comes from another release", hint="Make it again"
        )


class _Index:
    """Finds the entry for each change of a plan."""

    def __init__(self, directory: Object) -> None:
        self._directory = directory
        self._entries: dict[tuple[str, ...], list[Object]] = {}
        self._labels: dict[tuple[str, str], list[Object]] = {}  # by the name that a report shows
        for resource in RESOURCES.values():
            for entry in directory.get(resource.plural, ()):
                self._entries.setdefault(_mark(resource, entry), []).append(entry)

    def add(self, resource: Resource, entry: Object) -> None:
        """Add the entry of a new object. Raise InvalidError if the directory already has one with its name."""
        if resource.unique and _mark(resource, entry) in self._entries:
            name = " / ".join(_mark(resource, entry)[1:]).strip(" /")
            raise InvalidError(
                f"the plan creates the {resource.name} {name!r}, but the directory already has it", hint=OTHER_PLAN
            )
        self._directory[resource.plural].append(entry)

    def find(self, resource: Resource, change: Object) -> Object:
        """Return the entry of a changed or deleted object. Raise InvalidError unless there is exactly one."""
        found = self._entries.get(_mark(resource, change["keys"]), [])
        if len(found) != 1:
            held = f"the directory has {len(found)} of them" if found else "the directory does not have it"
            raise InvalidError(f"the plan changes the {resource.name} {change['name']!r}, but {held}", hint=OTHER_PLAN)
        return found[0]

    def find_stray(self, resource: Resource, row: Object) -> list[Object]:
        """Return all entries with the name of an unmanaged object. Raise InvalidError if there is none."""
        keys = {option: row[option] for option in resource.keys if option in row}
        if not self._labels:
            self._labels.update(
                ((mark[0], fold(" / ".join(filter(None, mark[1:])))), found) for mark, found in self._entries.items()
            )
        label = (resource.name, fold(row["name"]))
        found = self._entries.get(_mark(resource, keys), []) if keys else self._labels.get(label, [])
        if not found:
            raise InvalidError(
                f"the tenant had the {resource.name} {row['name']!r} when it was compared, but does not have it now",
                hint="The tenant changes at this moment. Run this again",
            )
        return found


def _mark(resource: Resource, keys: Mapping[str, Any]) -> tuple[str, ...]:
    return (resource.name, *(fold(keys.get(option) or "") for option in resource.keys))


def _updated(resource: Resource, entry: Mapping[str, Any], change: Object) -> Object:
    """Return an entry with the values after a change. A cleared value is left out."""
    values = dict(entry)
    for option, sides in change["attributes"].items():
        row = resource.attribute(option)
        if row.secret:
            continue
        if isinstance(row.shape, (Members, Names)):
            values[option] = _changed_list(row, values.get(option) or {}, sides, str(change["name"]))
        else:
            values[option] = sides.get("after")
    return {option: value for option, value in values.items() if value not in (None, "") or option in resource.keys}


def _changed_list(row: Attribute, held: Mapping[str, Any], sides: Object, name: str) -> Object:
    """Return a list of members or rights after a change. Raise InvalidError if a removed item is not in it."""
    names = {fold(each): each for each in _listed(held)}
    for each in sides["remove"]:
        marks = [fold(text) for text in _texts(each)]
        mark = next((mark for mark in marks if mark in names), None)
        if mark is None:
            raise InvalidError(
                f"the plan removes {_texts(each)[0]!r} from {row.option} of {name!r}, which does not have it",
                hint=OTHER_PLAN,
            )
        del names[mark]
    for each in sides["add"]:
        text = _texts(each)[0]
        names.setdefault(fold(text), text)
    ordered = in_order(names.values()) if isinstance(row.shape, Names) else sorted(names.values(), key=fold)
    return {"set": list(ordered)}


def _listed(held: Mapping[str, Any]) -> Iterator[str]:
    for way in ("set", "add"):
        yield from held.get(way) or ()


def _texts(each: Any) -> list[str]:
    """Return the name of a member and its id, or the name of a right."""
    return [str(text) for text in (each["name"], each["id"]) if text] if isinstance(each, Mapping) else [str(each)]


def _references(resource: Resource) -> Iterator[tuple[Resource, Attribute]]:
    """Yield the rows of other kinds that refer to objects of this kind."""
    for other in RESOURCES.values():
        for row in other.attributes:
            if resource.endpoint in (row.refers_to, row.within):
                yield other, row


def _rename(directory: Object, resource: Resource, old: str, new: str) -> None:
    """Replace the old name of an object by its new name in every reference."""
    for other, row in _references(resource):
        for entry in directory.get(other.plural, ()):
            value = entry.get(row.option)
            if isinstance(row.shape, Members) and value:
                kept = {way: [new if fold(each) == fold(old) else each for each in value[way]] for way in value}
                entry[row.option] = {way: list({fold(name): name for name in kept[way]}.values()) for way in kept}
            elif isinstance(value, str) and fold(value) == fold(old):
                entry[row.option] = new


def _take_along(directory: Object, resource: Resource, names: Container[str]) -> None:
    """Remove deleted objects, given by folded names, from all lists. Also remove their contents and permissions."""
    for other, row in _references(resource):
        kept = []
        for entry in directory.get(other.plural, ()):
            value = entry.get(row.option)
            if isinstance(row.shape, Members) and value:
                entry[row.option] = {way: [each for each in value[way] if fold(each) not in names] for way in value}
            named = isinstance(value, str) and fold(value) in names
            if named and row.option not in other.keys:
                del entry[row.option]
            if not named or row.option not in other.keys:
                kept.append(entry)
        if other.plural in directory:
            directory[other.plural] = kept
