# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the object of an entry that also lists former names of the object. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

from .._base.errors import AmbiguousError, ConflictError, InvalidError, some
from .._base.paths import Object, fold
from .._base.texts import check_name
from .plan import Task

SEPARATORS = (",", ";")
KEEP_ONE = "Nothing was renamed. Keep one of the objects, or remove the names from {}"


def check_former_names(task: Task) -> None:
    """Raise InvalidError for invalid former names, and if the task has an id or removes the object."""
    option, names = task.resource.former_policy, task.former_names
    if not names:
        return
    name = task.desired[task.resource.keys[0]]
    for number, former in enumerate(names):
        if not former:
            raise InvalidError(f"{option} holds an empty name", hint="Check the variable that it comes from")
        check_name(f"{option}[{number}]", former, in_list=True, of_object=True)
        _refuse_several(f"{option}[{number}]", former, is_login=bool(task.resource.suffixed))
        if name and fold(former) == fold(name):
            raise InvalidError(f"{option} holds the name itself, {former!r}", hint="Remove it. Case does not matter")
    if task.identifier:
        raise InvalidError(f"{option} and id exclude each other", hint="The id identifies the object already")
    if task.absent:
        raise InvalidError(
            f"{option} is for an object that should exist", hint=f"Give the name that the {task.resource.name} has"
        )


def _refuse_several(option: str, former: str, *, is_login: bool) -> None:
    """Raise InvalidError for a text that is probably several names. No object has it, so one would be created."""
    held = next((repr(each) for each in SEPARATORS if each in former), "")
    if not held and is_login and former.count("@") > 1:
        held = "two '@'"
    if held:
        hint = "Give each name as an item of its own. If an object really has this name, rename it by its id"
        raise InvalidError(f"{option} {former!r} holds {held}", hint=hint)


def renamed_object(task: Task, current: Object | None, former: Iterable[Object]) -> Object | None:
    """Return the object of the task: the one with its name, or else the one with a former name.

    ``current`` is the object with the name, and ``former`` are those with a former name. Raise ConflictError or
    AmbiguousError if there are several objects.
    """
    resource, others = task.resource, {item["id"]: item for item in former}
    others.pop((current or {}).get("id"), None)
    held = some([repr(item.get(resource.key_attribute)) for item in others.values()])
    hint = KEEP_ONE.format(resource.former_policy)
    if current and others:
        raise ConflictError(
            f"a {resource.name} has this name, and another one still has the former name {held}", hint=hint
        )
    if len(others) > 1:
        raise AmbiguousError(f"several {resource.plural} have a former name: {held}", hint=hint)
    return current or next(iter(others.values()), None)
