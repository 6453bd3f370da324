# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the options of the entries of a directory, as Ansible checks those of a module."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.misfits import Spec, is_number, refuse_misfits
from .._base.nearest import did_you_mean, nearest
from .._directory.entries import label_of
from .._model.options import entry_spec, exclusive_options, task_of
from .._model.plan import Task
from .._model.resources import RESOURCES
from .._model.rows import Resource
from .connection import without_nulls


def entry_checker() -> Callable[[Resource, dict[str, Any]], Task]:
    """Return a function that checks the options of an entry as Ansible does for a module, and returns a Task."""
    specs = {resource.name: entry_spec(resource) for resource in RESOURCES.values()}
    validators = {
        resource.name: ArgumentSpecValidator(specs[resource.name], mutually_exclusive=exclusive_options((resource,)))
        for resource in RESOURCES.values()
    }

    def check(resource: Resource, options: dict[str, Any]) -> Task:
        given = without_nulls(options)
        if is_plain(specs[resource.name], given, exclusive_options((resource,))):
            return task(resource, given, _filled(specs[resource.name], given))
        # Errors contain the label: a position alone means little if lists are merged from several files.
        label = label_of(resource, given)
        problems: list[IdentityError] = []
        for option, value in list(given.items()):
            try:
                refuse_misfits(specs[resource.name], {option: value})
            except InvalidError as error:
                problems.append(error)
                del given[option]
        checked = validators[resource.name].validate(given)
        if checked.unsupported_parameters:
            paths = sorted(_texts(option) for option in checked.unsupported_parameters)
            unknown = ", ".join(map(".".join, paths))
            hint = _known_options(specs[resource.name], paths)
            problems.append(InvalidError(f"{label} has no option {unknown}", hint=hint))
        if others := [error.msg for error in checked.errors if not isinstance(error, UnsupportedError)]:
            problems.append(InvalidError(f"{label}: {'; '.join(others)}"))
        raise_all(problems)
        return task(resource, given, checked.validated_parameters)

    def task(resource: Resource, given: dict[str, Any], checked: dict[str, Any]) -> Task:
        try:
            return task_of(resource, checked)
        except InvalidError as error:
            raise InvalidError(f"{label_of(resource, given)}: {error.reason}", hint=error.hint) from None

    return check


# Ansible takes a millisecond to check an entry. Most entries need no conversion, and finding that out takes a tenth.


def is_plain(spec: Spec, given: dict[str, Any], exclusive: Collection[tuple[str, str]] = ()) -> bool:
    """Return True if Ansible's check is known to leave these options unchanged, else False."""
    if any(one in given and other in given for one, other in exclusive):
        return False
    return all(option in spec and _is_plain_value(spec[option], value) for option, value in given.items())


def _is_plain_value(spec: dict[str, Any], value: Any) -> bool:
    if "choices" in spec:
        return isinstance(value, str) and value in spec["choices"]
    if spec["type"] == "int":
        return is_number(value)
    if spec["type"] == "list":
        return isinstance(value, list) and spec["elements"] == "str" and all(isinstance(item, str) for item in value)
    if spec["type"] == "dict":
        options = spec.get("options")
        return isinstance(value, dict) and (not options or is_plain(options, value, spec.get("mutually_exclusive", ())))
    return isinstance(value, {"str": str, "bool": bool}.get(spec["type"], ()))


def _filled(spec: Spec, given: dict[str, Any]) -> dict[str, Any]:
    """Return all options, with defaults for those that are not given."""
    values = {option: each.get("default") for option, each in spec.items()}
    for option, value in given.items():
        values[option] = (
            {**dict.fromkeys(spec[option].get("options") or ()), **value} if isinstance(value, dict) else value
        )
    return values


def _texts(option: Any) -> list[str]:
    """Return the parts of an unsupported option, which Ansible gives as one text or several."""
    return [option] if isinstance(option, str) else [str(part) for part in option]


def _known_options(spec: Spec, paths: list[list[str]]) -> str:
    """Return a hint with the nearest known options, and all known options beside the first unknown one."""
    beside = []
    for *place, _name in paths:
        known = spec
        for option in place:
            known = known[option].get("options") or {}
        beside.append(known)
    question = did_you_mean(nearest(path[-1], known) for path, known in zip(paths, beside))
    return f"{question} The options are {', '.join(sorted(beside[0]))}".lstrip()
