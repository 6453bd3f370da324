# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the names of other objects, as a task gives them, into their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol

from .._base.errors import (
    AmbiguousError,
    IdentityError,
    InvalidError,
    NotFoundError,
    UnknownMemberError,
    raise_all,
    trying,
)
from .._base.paths import Object, fold, id_mark
from .._base.texts import check_name
from .member_names import VAULT, spellings
from .plan import Task
from .resources import RESOURCES
from .rows import Attribute, Resource
from .shapes import Members

BY_ANY_NAME = "The two may be the id and a name of the same member, or two of its names"
LATER = "the run fails unless an earlier task creates it"
SEARCH_HINT = "For a member of another directory or of the vault itself, name that in {}"


class Warner(Protocol):
    """Passes warnings to the user."""

    warn: Callable[[str], None]


class Finder(Protocol):
    """Finds the objects that names refer to."""

    @property
    def client(self) -> Warner:
        """The receiver of warnings."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The kinds of objects that it finds, by endpoint or table."""

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        """Return the object for each reference: the one whose ``attribute`` or id it is, or None."""


class VaultFinder(Finder, Protocol):
    """A finder that also finds members of safes."""

    def find_in_vault(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        """Return the object for a reference as the service user of the vault sees it, or None."""


def resolve_keys(finder: Finder, task: Task) -> Object:
    """Return the keys that name the object, with references as ``{id: name}``.

    A member that the server does not know, such as one of another directory, keeps the name of the task. If the task
    names another directory, the server may show the member by any of its names there. Raise AmbiguousError for a group
    that exists on the server and may also exist in the other directory.
    """
    elsewhere, parent = task.elsewhere, task.resource.parent
    keys = task.resource.name_of(task.desired)
    for option, value in keys.items():
        target = RESOURCES.get(task.resource.attribute(option).refers_to or "")
        if target:
            found = finder.find_all(target.endpoint, target.key_attribute, [value])[value]
            if found and elsewhere and not target.suffixed:  # a login name contains its directory
                _refuse_both(task, target, found, value)
            outside = {name: name for name in (spellings(value, elsewhere) if elsewhere else [value])}
            keys[option] = {found["id"]: str(found.get(target.key_attribute) or value)} if found else outside
            if not found and parent and parent.option in keys:
                # The member can only be found in the list of a safe, which needs the vault's spelling of the safe.
                keys[parent.option] = _spelled(finder, RESOURCES[str(parent.within)], keys[parent.option])
    return keys


def _refuse_both(task: Task, target: Resource, found: Object, reference: str) -> None:
    """Raise AmbiguousError if the server has an object of this name, but the task names another directory."""
    name = str(found.get(target.key_attribute))
    if fold(reference) != fold(found["id"]) and fold(task.elsewhere) != VAULT:
        option = task.resource.elsewhere
        raise AmbiguousError(
            f"the SCIM server has a {target.name} {name!r} of its own, but {option} names {task.elsewhere!r}",
            hint=f"Leave {option} out to mean the server's, or give the object GUID or {name}@{task.elsewhere}",
        )


def _spelled(finder: Finder, resource: Resource, name: str) -> str:
    """Return the name of an object as the server spells it."""
    found = finder.find_all(resource.endpoint, resource.key_attribute, [name])[name]
    return str(found[resource.key_attribute]) if found else name


def known_keys(task: Task, current: Object) -> Object:
    """Return the references among the keys that match the current object. They need no lookup."""
    rows = [task.resource.attribute(option) for option in task.resource.name_of(task.desired)]
    given = {row.option: task.desired[row.option] for row in rows}
    return {
        row.option: row.read(current)
        for row in rows
        if row.refers_to and row.same(row.read(current), {given[row.option]: given[row.option]})
    }


def refuse_other_name(task: Task, keys: Object, current: Object) -> None:
    """Raise InvalidError if a task deletes an object by id, but its name differs from the name in the task.

    One of the two is wrong. With state present, another name is a rename. ``keys`` are those of the task, with
    references resolved.
    """
    if not task.absent or task.resource.matches(keys, current):
        return
    held = " / ".join(names_in(task.resource.keys_of(current)))
    given = " / ".join(names_in(keys))
    raise InvalidError(
        f"the {task.resource.name} with the id {task.identifier!r} has the name {held!r}, not {given!r}",
        hint="Correct the id or the name, or leave the name out",
    )


def names_in(keys: Object) -> list[str]:
    """Return the names among these keys, as texts."""
    return [str(next(iter(value.values())) if isinstance(value, dict) else value) for value in keys.values()]


def report_unknown_keys(finder: VaultFinder, task: Task, keys: Object, *, check: bool) -> None:
    """Raise UnknownMemberError for a new permission of a member that does not exist. In check mode, warn.

    Nothing is checked if the task names another directory: only the server can search that.
    """
    if task.elsewhere:
        return
    for option, value in keys.items():
        target = RESOURCES.get(task.resource.attribute(option).refers_to or "")
        name = task.desired[option]
        if not target or [*value] != [*value.values()] or [*value] != [name]:
            continue
        # If the id equals the name, the object is unknown or not created yet.
        known = finder.find_all(target.endpoint, target.key_attribute, [name])[name]
        if not known and not (
            task.resource.in_vault and finder.find_in_vault(target.endpoint, target.key_attribute, name)
        ):
            text = f"no {target.name} has the name or the id {task.desired[option]!r}"
            misplaced = _misplaced(finder, task, option, name)
            if not check:
                elsewhere = SEARCH_HINT.format(task.resource.elsewhere)
                hint = misplaced or f"Correct the name, or create it first. {elsewhere}"
                raise UnknownMemberError(text, hint=hint)
            finder.client.warn(f"{text} yet. {misplaced}" if misplaced else f"{text} yet; {LATER}")


def resolve(finder: Finder, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
    """Return the desired options, with names resolved to ids.

    In check mode, an unknown name is only a warning: an earlier task of the same run may create it.
    """
    desired = {**task.desired, **keys}
    problems: list[IdentityError] = []
    for attribute in task.resource.references:
        wanted = desired.get(attribute.option)
        if not wanted or attribute.option in keys:
            continue
        held = attribute.read(current or {})
        try:
            with trying(f"resolve {attribute.option} of {task.label}"):
                if isinstance(attribute.shape, Members):
                    desired[attribute.option] = _resolve_members(finder, task, attribute, wanted, held, check=check)
                elif wanted != held:
                    target = finder.resources[str(attribute.refers_to)]
                    desired[attribute.option] = _resolve_one(finder, attribute.option, target, wanted, check=check)
        except (AmbiguousError, InvalidError, NotFoundError, UnknownMemberError) as error:
            problems.append(error)
    raise_all(problems)
    return desired


def _resolve_one(finder: Finder, option: str, target: Resource, wanted: str, *, check: bool) -> str:
    found = finder.find_all(target.endpoint, target.key_attribute, [wanted])[wanted]
    if found:
        return str(found["id"])
    if not check:
        text = f"no {target.name} has the name or the id {wanted!r}"
        raise NotFoundError(text, hint="Correct the name, or create it first")
    finder.client.warn(f"{option}: {wanted!r} does not exist yet; {LATER}")
    return wanted


def _resolve_members(
    finder: Finder, task: Task, attribute: Attribute, wanted: Object, held: dict[str, str], *, check: bool
) -> dict[str, dict[str, str]]:
    """Return the lists of names and ids as maps from id to name. Names of current members are not looked up.

    A server may show a member by another name than its key (RFC 7643 section 4.2 does not define ``display``), so names
    to remove are looked up as well. A name that two members show identifies neither. Raise InvalidError for a member
    that is added by one name or id and removed by another.
    """
    target = finder.resources[str(attribute.refers_to)]
    shown = Counter(map(fold, held.values()))
    by_name = {fold(name): identifier for identifier, name in held.items() if shown[fold(name)] == 1}

    def known(reference: str) -> str | None:
        return reference if reference in held else by_name.get(fold(reference))

    given = {way: references for way, references in wanted.items() if references is not None}
    # Take each name once, even if it is given several times or in another case.
    wanted_new, gone_new = (
        {fold(name): name for way in ways for name in given.get(way, ()) if not known(name)}
        for ways in (("add", "set"), ("remove",) if held or given.get("add") else ())
    )
    new = {**gone_new, **wanted_new}
    found = finder.find_all(target.endpoint, target.key_attribute, sorted(new.values())) if new else {}
    for name in (name for name in new.values() if not found[name]):
        check_name("the member", name, in_list=True, of_object=True)
    if unknown := sorted(name for name in wanted_new.values() if not found[name]):
        _report_unknown(finder, task, attribute, unknown, check=check)

    def members(references: list[str]) -> dict[str, str]:
        named: dict[str, str] = {}
        for reference in references:
            if identifier := known(reference):
                named[identifier] = held[identifier]
            elif resource := found.get(new.get(fold(reference), reference)):
                named[resource["id"]] = str(resource.get(target.key_attribute) or resource["id"])
            elif check and task.unknown_members == "fail":
                named[reference] = reference
        return named

    resolved = {way: members(references) for way, references in given.items()}
    _refuse_contradictions(attribute.option, resolved)
    return resolved


def _refuse_contradictions(option: str, resolved: Mapping[str, Mapping[str, str]]) -> None:
    """Raise InvalidError for a member that is added and removed by two names, or by its name and its id."""
    added, removed = (
        {id_mark(each): name for each, name in resolved.get(way, {}).items()} for way in ("add", "remove")
    )
    if both := [name for mark, name in added.items() if mark in removed]:
        raise InvalidError(f"{option} adds and removes {', '.join(sorted(both))}", hint=BY_ANY_NAME)


def _report_unknown(finder: Finder, task: Task, attribute: Attribute, unknown: list[str], *, check: bool) -> None:
    policy = task.unknown_members
    target = finder.resources[str(attribute.refers_to)]
    text = f"no {target.name} has the name or the id {', '.join(map(repr, unknown))}"
    if policy == "fail":
        misplaced = _misplaced(finder, task, attribute.option, unknown[0])
        if not check:
            hint = misplaced or "Correct the names, or set unknown_members to warn or ignore"
            raise UnknownMemberError(text, hint=hint)
        finder.client.warn(f"{text} yet. {misplaced}" if misplaced else f"{text} yet; {LATER}")
    elif policy == "warn":
        finder.client.warn(f"{text}: ignored")


def _misplaced(finder: Finder, task: Task, option: str, name: str) -> str:
    """Return a hint if an object of another kind has the unknown name, else an empty text.

    Only this one name is looked up.
    """
    row = task.resource.attribute(option)
    for other in task.resource.references:
        if other.refers_to == row.refers_to or not isinstance(other.shape, row.shape.__class__):
            continue
        kind = finder.resources[str(other.refers_to)]
        with suppress(IdentityError):  # the hint is optional
            if finder.find_all(kind.endpoint, kind.key_attribute, [name])[name]:
                return f"There is a {kind.name} {name!r}: move the name to {other.option}"
    return ""
