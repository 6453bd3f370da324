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

BY_ANY_NAME = "One of them may be an id, or another name of the same member"
LATER = "the run fails unless an earlier task changes that"
SEARCH_HINT = "For one of another directory, or of the vault itself, say in {} which"


class Warner(Protocol):
    """Takes warnings for the user, one text each."""

    warn: Callable[[str], None]


class Finder(Protocol):
    """Finds the objects that names mean."""

    @property
    def client(self) -> Warner:
        """Takes the warnings."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The kinds of objects that it finds, by endpoint or table."""

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        """Return what each reference means: the object with that ``attribute``, or with that id."""


class VaultFinder(Finder, Protocol):
    """Finds members of safes, too."""

    def find_in_vault(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        """Return what a reference means to another client, that of the vault; None if there is none."""


def resolve_keys(finder: Finder, task: Task) -> Object:
    """Return the keys that name the object, with references as ``{id: name}``.

    A member that the server does not know, such as one of another directory, keeps the name that the task gives. With
    another directory, it may be shown by any of its names there. Raise AmbiguousError for a group that both the server
    and the other directory have.
    """
    elsewhere, parent = task.elsewhere, task.resource.parent
    keys = task.resource.name_of(task.desired)
    for option, value in keys.items():
        target = RESOURCES.get(task.resource.attribute(option).refers_to or "")
        if target:
            found = finder.find_all(target.endpoint, target.key_attribute, [value])[value]
            if found and elsewhere and not target.suffixed:  # a login name ends in the directory that it is of
                _refuse_both(task, target, found, value)
            outside = {name: name for name in (spellings(value, elsewhere) if elsewhere else [value])}
            keys[option] = {found["id"]: str(found.get(target.key_attribute) or value)} if found else outside
            if not found and parent and parent.option in keys:
                # Only the list of who is in the parent can tell, and it takes the name in the spelling of the vault.
                keys[parent.option] = _spelled(finder, RESOURCES[str(parent.within)], keys[parent.option])
    return keys


def _refuse_both(task: Task, target: Resource, found: Object, reference: str) -> None:
    """Raise AmbiguousError where a name means an object of the server, and the task one of another directory."""
    name = str(found.get(target.key_attribute))
    if fold(reference) != fold(found["id"]) and fold(task.elsewhere) != VAULT:
        option = task.resource.elsewhere
        raise AmbiguousError(
            f"the SCIM server has a {target.name} {name!r} of its own, and {option} names {task.elsewhere!r}",
            hint=f"Leave {option} out to mean the server's, or give the object GUID or {name}@{task.elsewhere}",
        )


def _spelled(finder: Finder, resource: Resource, name: str) -> str:
    """Return the name of an object as the server spells it."""
    found = finder.find_all(resource.endpoint, resource.key_attribute, [name])[name]
    return str(found[resource.key_attribute]) if found else name


def known_keys(task: Task, current: Object) -> Object:
    """Return the keys that the task gives and the object has. They need no lookup."""
    rows = [task.resource.attribute(option) for option in task.resource.name_of(task.desired)]
    given = {row.option: task.desired[row.option] for row in rows}
    return {
        row.option: row.read(current)
        for row in rows
        if row.refers_to and row.same(row.read(current), {given[row.option]: given[row.option]})
    }


def refuse_other_name(task: Task, keys: Object, current: Object) -> None:
    """Raise InvalidError if an object that is to be deleted by id has another name than the task gives.

    One of the two is wrong. With state present, another name is a rename. ``keys`` are those that the task gives, with
    references resolved.
    """
    if not task.absent or task.resource.matches(keys, current):
        return
    held = " / ".join(names_in(task.resource.keys_of(current)))
    given = " / ".join(names_in(keys))
    raise InvalidError(
        f"the {task.resource.name} with the id {task.identifier!r} is called {held!r}, and not {given!r}",
        hint="Correct the id or the name, or leave the name out",
    )


def names_in(keys: Object) -> list[str]:
    """Return the names among these keys, as texts."""
    return [str(next(iter(value.values())) if isinstance(value, dict) else value) for value in keys.values()]


def report_unknown_keys(finder: VaultFinder, task: Task, keys: Object, *, check: bool) -> None:
    """Refuse to create an object for a member that does not exist. In check mode, warn.

    With another directory, only the server can know whether the member exists.
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
    """Return the desired options, with references by name turned into ids.

    In check mode an unknown name is a warning: an earlier task of the same run may be the one that would create it.
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
    finder.client.warn(f"{option}: {wanted!r} does not exist yet; the run fails unless an earlier task changes that")
    return wanted


def _resolve_members(
    finder: Finder, task: Task, attribute: Attribute, wanted: Object, held: dict[str, str], *, check: bool
) -> dict[str, dict[str, str]]:
    """Return the lists of names and ids as maps from id to name. Only names that no current member has are looked up.

    A server may show a member by another name than its key (RFC 7643 section 4.2 leaves ``display`` open), so names
    that are to be removed are looked up, too. A name that two members show means neither. Raise InvalidError for a
    member that is added by one name, or by id, and removed by another.
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
        finder.client.warn(f"{text}: left out")


def _misplaced(finder: Finder, task: Task, option: str, name: str) -> str:
    """Return where an unknown name belongs if an object of another kind has it, an empty text if none does.

    Only this one name is looked up.
    """
    row = task.resource.attribute(option)
    for other in task.resource.references:
        if other.refers_to == row.refers_to or not isinstance(other.shape, row.shape.__class__):
            continue
        kind = finder.resources[str(other.refers_to)]
        with suppress(IdentityError):  # the member is unknown all the same
            if finder.find_all(kind.endpoint, kind.key_attribute, [name])[name]:
                return f"There is a {kind.name} {name!r}: put it under {other.option}"
    return ""
