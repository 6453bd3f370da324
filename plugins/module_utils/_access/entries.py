# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert lists of entries, as in scim_directory, to a directory in the shape of an export. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.paths import Object, fold
from .._base.texts import check_name
from .._directory.entries import entries_of
from .._directory.values import POSITION, Check, Desired, references_of, same_object
from .._model.resources import RESOURCES
from .._model.rows import Attribute
from .._model.shapes import Members, Moment, Names


def directory_of_entries(lists: Mapping[str, Any], check: Check, *, whole: bool = False) -> Object:
    """Return the directory of these lists, by kind. A kind without a list is left out.

    ``check`` makes a Task of the options of an entry, as in scim_directory, so presets, spellings of rights and times
    are as in an export. Entries with ``state: absent`` are left out, and so are secrets.

    A list that is not complete stays a list of additions: ``{"add": [...]}``. A list that is not given becomes one as
    well, unless the lists are ``whole``: an export leaves out empty lists. Raise InvalidError for all invalid entries,
    and for entries that name an object twice or a member that no server accepts: such files cannot be applied, and are
    ambiguous.
    """
    given = {resource.plural: lists.get(resource.plural) for resource in RESOURCES.values()}
    if others := sorted(map(str, set(lists) - set(given))):
        raise InvalidError(f"a directory has no {', '.join(others)}", hint=f"It has {', '.join(given)}")
    if wrong := [plural for plural, listed in given.items() if not isinstance(listed, (list, tuple, type(None)))]:
        raise InvalidError(f"{', '.join(wrong)} of a directory has to be a list of entries")
    directory: Object = {plural: [] for plural, listed in given.items() if listed is not None}
    problems: list[IdentityError] = []
    seen: dict[tuple[str, ...], Desired] = {}
    sources = (source for listed in given.values() for source in listed or ())
    for desired, source in zip(entries_of(given, check), sources):
        try:
            if desired.problem:
                raise desired.problem
            if POSITION in source:
                _check_names(desired, seen)
            if not desired.absent:
                place = {POSITION: desired.position} if POSITION in source else {}
                directory[desired.resource.plural].append({**_entry(desired, whole), **place})
        except InvalidError as error:
            problems.append(error)
    raise_all(problems)
    return directory


def _check_names(desired: Desired, seen: dict[tuple[str, ...], Desired]) -> None:
    """Raise InvalidError if an earlier entry names the same object, or if the name of a member is not allowed."""
    if desired.options.get("id") is None:
        named = {**desired.keys, "search_in": desired.options.get("search_in")}
        mark = (desired.resource.name, *(f"{option} {fold(str(value))}" for option, value in named.items() if value))
        if (first := seen.setdefault(mark, desired)) is not desired:
            raise same_object(desired, first)
    for _endpoint, name in references_of(desired):
        check_name(f"{desired.label}: the member", name, in_list=True)


def _entry(desired: Desired, whole: bool) -> Object:
    """Return an entry as an export shows the object. If it has no name, its id is the name."""
    task = desired.task
    rows = [row for row in task.resource.attributes if not row.secret]
    shown = {row.option: _shown(row, task.desired[row.option], whole) for row in rows}
    named = {} if task.desired[task.resource.keys[0]] else {task.resource.keys[0]: task.identifier}
    return {**named, **{option: value for option, value in shown.items() if value is not None}}


def _shown(row: Attribute, value: Any, whole: bool) -> Any:
    """Return the value as an export shows it, or None for an empty value. Keys of secrets are left out."""
    if isinstance(row.shape, (Members, Names)):
        return None if whole and not value else _names(row, value or {})
    if value is None or value == "":
        return None
    if isinstance(row.shape, Moment):
        return row.shape.merge(None, value)
    return row.shape.show(value) if isinstance(value, dict) else value  # without secret keys


def _names(row: Attribute, value: Mapping[str, list[str] | None]) -> Object:
    """Return a list of members or rights. Without ``set``, it is a list of additions."""
    way = "set" if value.get("set") is not None else "add"
    names = value.get(way) or []
    return {way: row.shape.read(names) if isinstance(row.shape, Names) else list(names)}
