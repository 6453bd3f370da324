# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the rows into options, and the options of a task into its desired state. Knows nothing of Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.misfits import Spec
from .._base.paths import Object, composed
from .._base.texts import check_decoded, check_name, check_secret
from .former_names import check_former_names
from .plan import Task
from .rows import Attribute, Resource
from .shapes import Members

Resources = tuple[Resource, ...]


STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
ID: Spec = {"id": {"type": "str"}}


def rows(resources: Resources) -> list[Attribute]:
    return [row for resource in resources for row in resource.attributes]


def kind_spec(resources: Resources) -> Spec:
    """Return the spec of the option ``kind``. It is empty if there is only one kind."""
    if len(resources) == 1:
        return {}
    return {"kind": {"type": "str", "required": True, "choices": [resource.name for resource in resources]}}


def object_spec(resources: Resources) -> Spec:
    """Return the spec of a module that manages one object of one of these kinds."""
    spec: Spec = {**kind_spec(resources), **STATE, **ID}
    for row in rows(resources):
        spec[row.option] = {"type": row.type, **row.spec}
        if row.secret:
            policy = {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False}
            spec[f"update_{row.option}"] = policy
        if isinstance(row.shape, Members):
            spec["unknown_members"] = {"type": "str", "choices": ["fail", "warn", "ignore"], "default": "fail"}
        if row.presets:
            spec[row.preset_option] = {"type": "str", "choices": list(row.presets)}
    for resource in resources:
        spec.update({option: dict(policy.spec) for option, policy in resource.policies.items()})
    return spec


def info_spec(resources: Resources) -> Spec:
    """Return the spec of a module that reads objects by id, by their keys or by a filter, or reads all."""
    keys = {option: {"type": "str"} for resource in resources for option in resource.finding}
    return {**kind_spec(resources), **ID, **keys, "filter": {"type": "str"}}


def exclusive_options(resources: Resources) -> list[tuple[str, str]]:
    """Return the pairs of options that exclude each other."""
    return [(row.option, row.preset_option) for row in rows(resources) if row.presets]


def entry_spec(resource: Resource) -> Spec:
    """Return the spec of an entry. It is that of the module for one object of this kind."""
    return object_spec((resource,))


def resource_of(resources: Resources, params: Object) -> Resource:
    """Return the kind of the task. Raise InvalidError for an option of another kind."""
    resource = next(each for each in resources if params.get("kind") in (None, each.name))
    for option in sorted(frozenset[str]().union(*(each.options for each in resources)) - resource.options):
        if params.get(option) is not None:
            raise InvalidError(f"{option} is not an option of the kind {resource.name}")
    return resource


def task_of(resource: Resource, params: Object, *, new: bool = False) -> Task:
    """Return the task with its desired state. Raise InvalidError for values that no server accepts.

    ``new`` is for values that the server does not hold yet: their characters are checked as well.
    """
    # Secrets are not normalized: they are written unchanged.
    given = {row.option: params[row.option] for row in resource.attributes}
    desired = {
        row.option: given[row.option] if row.secret else composed(given[row.option]) for row in resource.attributes
    }
    for row in resource.attributes:
        if preset := row.presets and params.get(row.preset_option):
            desired[row.option] = {"set": list(row.presets[preset])}
    absent = params["state"] == "absent"
    if params["id"] == "":
        raise InvalidError("id is empty", hint=f"Leave it out to address the {resource.name} by its name")
    _check_keys(resource, desired, params["id"])
    rows_in_use = [row for row in resource.attributes if not absent or row.option in resource.keys]
    raise_all([*_wrong_values(resource, rows_in_use, desired, new=new), *_wrong_policies(resource, params)])
    secrets = [row.option for row in resource.attributes if row.secret]
    task = Task(
        resource,
        desired,
        identifier=params["id"],
        absent=absent,
        write_secrets=any(params[f"update_{option}"] == "always" for option in secrets),
        unknown_members=params.get("unknown_members", "fail"),
        policies={option: composed(params[option]) for option in resource.policies},
    )
    check_former_names(task)
    return task


def _wrong_values(
    resource: Resource, rows_in_use: Iterable[Attribute], desired: Object, *, new: bool
) -> Iterator[InvalidError]:
    """Yield the errors in the values of options, at most one for each option."""
    for row in rows_in_use:
        try:
            if desired[row.option] is not None:
                _check(row, desired[row.option])
                if new:
                    _check_characters(row, desired[row.option], None, is_key=row.option in resource.keys)
        except InvalidError as error:
            yield error


def _wrong_policies(resource: Resource, params: Object) -> Iterator[InvalidError]:
    for option, policy in resource.policies.items():
        try:
            if policy.known and params[option]:
                policy.known.refuse_unknown(option, params[option])
        except InvalidError as error:
            yield error


def _check_keys(resource: Resource, desired: Object, identifier: str | None) -> None:
    """Raise InvalidError if neither the keys nor the id are given, or if several options of ``either`` are."""
    either = resource.either
    given = [option for option in either if desired[option]]
    if len(given) > 1:
        raise InvalidError(f"{' and '.join(given)} exclude each other: a {resource.name} has one of them")
    missing = [option for option in resource.keys if desired[option] is None]
    left = [option for option in missing if option in either]
    if len(left) == 1:
        missing.remove(left[0])
    if missing and not identifier:
        names = [option for option in resource.keys if option not in either]
        names += [" or ".join(either)] if either else []
        lacking = " or ".join(option for option in missing if option in either) or missing[0]
        raise InvalidError(f"a {resource.name} is identified by id, or by {', '.join(names)}: {lacking} is missing")


def check_characters(task: Task, held: Mapping[str, Any]) -> None:
    """Raise InvalidError for names, texts and secrets with invisible characters or line breaks.

    ``held`` maps each option to check to its value on the server. That value is accepted in any case.
    """
    problems: list[IdentityError] = []
    for row in task.resource.attributes:
        value = task.desired[row.option] if row.option in held else None
        is_key = row.option in task.resource.keys
        try:
            if value is not None and (is_key or not task.absent):
                _check_characters(row, value, held[row.option], is_key=is_key)
        except InvalidError as error:
            problems.append(error)
    raise_all(problems)


def _check_characters(row: Attribute, value: Any, held: Any, *, is_key: bool) -> None:
    """Check the characters of one value. ``held`` is the value on the server, which is accepted."""
    of_object = is_key or row.refers_to is not None
    if row.secret:
        check_secret(row.option, value)
    elif isinstance(value, str) and (of_object or row.caseless):
        check_name(row.option, value, of_object=of_object)
    elif row.lines:
        if value != held:
            check_decoded(row.option, str(value))
    else:
        row.shape.check_characters(row.option, value, held)


def _check(row: Attribute, value: Any) -> None:
    """Raise InvalidError for a value that no server accepts."""
    option = row.option
    if (row.required or row.secret) and value == "":
        raise InvalidError(f"{option} is empty", hint="Check the variable that it comes from, or leave it out")
    if row.secret and len(value) < row.shortest:
        raise InvalidError(f"{option} is shorter than the {row.shortest} characters that the tenant requires")
    if row.pattern and not re.fullmatch(row.pattern, value):
        raise InvalidError(f"{option} {value!r} is not valid", hint=row.pattern_hint)
    row.shape.validate(option, value)


def are_in_vault(resources: Resources) -> bool:
    """Return whether all of these kinds are in the vault."""
    return all(resource.in_vault for resource in resources)


def kind_shown(resources: Resources, resource: Resource) -> dict[str, str]:
    """Return the key ``kind`` of a result. It is empty if the module has only one kind."""
    return {"kind": resource.name} if len(resources) > 1 else {}
