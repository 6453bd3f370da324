# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""From the rows to a module's options, and from a task's options to what is wanted. Knows no AnsibleModule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.misfits import DECIMAL, DECIMAL_HINT, QUOTE, is_number, misread
from .._base.paths import Object, composed, fold, letters, same
from .._base.secrets import is_secret, is_synonym, means_secret
from .._base.texts import check_line, check_name, check_secret
from .._directory.guard_rails import Rules
from .._directory.survey import Entry
from .._http.client import MOST_WORKERS
from .._identity.shapes import Grants, Scopes, Timespan
from .._model.plan import Task
from .._model.resources import CONTAINER, RESOURCES, RIGHT_NAMES, RIGHTS, RIGHTS_PRESETS, Attribute, Resource
from .._model.shapes import Flat, Joined, Members, Moment, Names, seconds

Spec = dict[str, dict[str, Any]]
Resources = tuple[Resource, ...]

# What a value that does not match the pattern of its row should have looked like.
PATTERN_HINTS = {
    "user_name": "It is the full login name, such as scim-service@example.com",
    "name": "It must not be empty, nor begin or end with a blank",
    "icon_uri": "It is a path on the tenant, such as /vfslow/lib/application/icons/GenericSaml.svg",
    "application_id": "It is part of the address of the token endpoint: no blanks, slashes, question marks or hashes",
}
LIMIT = re.compile(r"(0|[1-9][0-9]*)((\.[0-9]+)?%)?")
SHOWN_OPTIONS = 3  # of an entry that has no name
LONGEST_LIFETIME = 10 * 365 * 24 * 3600  # seconds

STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
ID: Spec = {"id": {"type": "str"}}


def rows(resources: Resources) -> list[Attribute]:
    return [row for resource in resources for row in resource.attributes]


def kind_spec(resources: Resources) -> Spec:
    """The option that chooses among several kinds of objects; none where there is only one."""
    if len(resources) == 1:
        return {}
    return {"kind": {"type": "str", "required": True, "choices": [resource.name for resource in resources]}}


def object_spec(resources: Resources) -> Spec:
    """The options of a module that manages one object, of one of these kinds."""
    spec: Spec = {**kind_spec(resources), **STATE, **ID}
    for row in rows(resources):
        spec[row.option] = {"type": row.type, **row.spec}
        if row.secret:
            policy = {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False}
            spec[f"update_{row.option}"] = policy
        if isinstance(row.shape, Members):
            spec["unknown_members"] = {"type": "str", "choices": ["fail", "warn", "ignore"], "default": "fail"}
        if row.option == "rights":
            spec["rights_preset"] = {"type": "str", "choices": list(RIGHTS_PRESETS)}
    for resource in resources:
        spec.update({option: dict(policy) for option, policy in resource.policies.items()})
    if CONTAINER in resources:
        spec["creator_rights"] = {"type": "list", "elements": "str"}
    return spec


def info_spec(resources: Resources) -> Spec:
    """The options of a module that reads objects: by id, by their keys, by a filter, or all."""
    keys = {option: {"type": "str"} for resource in resources for option in resource.finding}
    return {**kind_spec(resources), **ID, **keys, "filter": {"type": "str"}}


def directory_spec() -> Spec:
    """The options of a module that manages objects of every kind: a list for each.

    What the entries hold is not in the spec: each is checked when it is about to be dealt with. A large directory is
    mostly as it should be, and checking it all would take longer than reading the tenant.
    """
    return {resource.plural: {"type": "list", "elements": "dict"} for resource in RESOURCES.values()}


def exclusive_options(spec: Spec) -> list[tuple[str, str]]:
    """The options of a spec that say the same in two ways."""
    return [("rights", "rights_preset")] if "rights_preset" in spec else []


def entry_spec(resource: Resource) -> Spec:
    """The options of an entry: those of the module that manages one such object."""
    return object_spec((resource,))


def entries_of(params: Object, check: Callable[[Resource, Object], Task]) -> list[Entry]:
    """Return what the task lists, kind by kind. What has no legible name is rejected, each by itself.

    Raises InvalidError for positions that are not those of the entries.
    """
    positions = params["positions"] or {}
    lists = {resource.plural: params[resource.plural] or () for resource in RESOURCES.values()}
    for plural, places in positions.items():
        if not isinstance(places, list) or len(places) != len(lists.get(plural, ())):
            raise InvalidError(f"positions.{plural} has to be a list with an item for each of the {plural}")
    entries = [
        Entry(str(place or f"{resource.plural}[{number}]"), resource, options, check)
        for resource in RESOURCES.values()
        for number, (options, place) in enumerate(
            zip_longest(lists[resource.plural], positions.get(resource.plural, ()))
        )
    ]
    for entry in entries:
        try:
            if not isinstance(entry.options, dict):
                raise InvalidError(f"a {entry.resource.name} is a map of options, and this is not one")
            entry.keys  # noqa: B018 - read for what it raises
        except InvalidError as error:
            entry.reject(error)
    return entries


def label_of(resource: Resource, given: Object) -> str:
    """Return what an entry is called: by its name, or else by what it holds beside secrets."""
    if name := " / ".join(str(given[option]) for option in resource.keys if given.get(option)):
        return f"{resource.name} {name!r}"
    texts = [row.option for row in resource.attributes if row.type == "str" and not row.secret]
    shown = [option for option in texts if isinstance(given.get(option), str)][:SHOWN_OPTIONS]
    held = ", ".join(f"{option} {given[option]!r}" for option in shown)
    return f"{resource.name} without a name" + (f", with {held}" if held else "")


def rules_of(params: Object) -> Rules:
    """What the task allows. Raises InvalidError for limits that make no sense."""
    limits = {option: (params[option] or "").strip() for option in ("max_removals", "max_access_removals")}
    for option, limit in limits.items():
        if not LIMIT.fullmatch(limit):
            raise InvalidError(
                f"{option} {limit!r} is neither a number nor a percentage, such as 10 or 5%", hint=DECIMAL_HINT
            )
    protected = tuple(name.strip() for name in params["protected"] or ())
    if "" in protected:
        raise InvalidError(
            "protected holds an empty name, which protects nothing",
            hint="Check the variable that it comes from. To protect nothing, leave protected out",
        )
    if not 1 <= params["workers"] <= MOST_WORKERS:
        raise InvalidError(f"workers has to be from 1 to {MOST_WORKERS}")
    return Rules(
        prune=frozenset(params["prune"] or ()),
        watched=frozenset(
            resource.plural
            for resource in RESOURCES.values()
            if params["unmanaged"] != "ignore" and params[resource.plural] is not None
        ),
        delete_users=params["prune_users"] == "delete",
        prune_to_nothing=params["prune_to_nothing"],
        **limits,
        protected=protected,
        fail_unmatched=params["protected_unmatched"] == "fail",
        fail_unmanaged=params["unmanaged"] == "fail",
        workers=params["workers"],
        stop_on_error=params["on_error"] == "stop",
    )


def resource_of(resources: Resources, params: Object) -> Resource:
    """The kind that the task is about. Raises InvalidError for an option of another kind."""
    resource = next(each for each in resources if params.get("kind") in (None, each.name))
    own = {row.option for row in resource.attributes}
    others = {row.option for row in rows(resources)} - own
    others |= {"creator_rights"} if resource is not CONTAINER else set()
    others |= {"rights_preset"} if "rights" not in own else set()
    for option in sorted(others):
        if params.get(option) is not None:
            raise InvalidError(f"{option} is not an option of the kind {resource.name}")
    return resource


def task_of(resource: Resource, params: Object) -> Task:
    """What the task wants. Raises InvalidError for a value that no server could take."""
    # A secret is written as it is.
    given = {row.option: params[row.option] for row in resource.attributes}
    desired = {
        row.option: given[row.option] if row.secret else composed(given[row.option]) for row in resource.attributes
    }
    if preset := params.get("rights_preset"):
        desired["rights"] = {"set": list(RIGHTS_PRESETS[preset])}
    absent = params["state"] == "absent"
    if params["id"] == "":
        raise InvalidError("id is empty", hint=f"Leave it out to address the {resource.name} by its name")
    _check_keys(resource, desired, params["id"])
    rows_in_use = [row for row in resource.attributes if not absent or row.option in resource.keys]
    problems: list[IdentityError] = []
    for row in rows_in_use:
        try:
            if desired[row.option] is not None:
                _check(row, desired[row.option])
        except InvalidError as error:
            problems.append(error)
    raise_all(problems)
    if creator_rights := params.get("creator_rights"):
        _check_rights("creator_rights", creator_rights)
    secrets = [row.option for row in resource.attributes if row.secret]
    return Task(
        resource,
        desired,
        identifier=params["id"],
        absent=absent,
        write_secrets=any(params[f"update_{option}"] == "always" for option in secrets),
        unknown_members=params.get("unknown_members", "fail"),
        creator_rights=params.get("creator_rights"),
        policies={option: params[option] for option in resource.policies},
    )


def _check_keys(resource: Resource, desired: Object, identifier: str | None) -> None:
    missing = [option for option in resource.keys if desired[option] is None]
    if "user" in resource.keys:
        if desired["user"] and desired["group"]:
            raise InvalidError("user and group exclude each other: a permission is for one of them")
        if len({"user", "group"} & set(missing)) == 1:
            missing = [option for option in missing if option not in ("user", "group")]
    if missing and not identifier:
        # Of user and group there is one.
        names = ", ".join(resource.keys).replace("user, group", "user or group")
        lacking = " or ".join(option for option in missing if option in ("user", "group")) or missing[0]
        raise InvalidError(f"a {resource.name} is identified by id, or by {names}: {lacking} is missing")


def check_characters(task: Task, held: Mapping[str, Any] | None = None) -> None:
    """Raise InvalidError for names, lines of text and secrets with characters that nobody sees, or that end a line.

    ``held`` are the options to check, with what the server holds of each, which is taken as it is; by default all.
    """
    for row in task.resource.attributes:
        value = task.desired[row.option] if held is None or row.option in held else None
        is_key = row.option in task.resource.keys
        if value is not None and (is_key or not task.absent):
            _check_characters(row, value, (held or {}).get(row.option), is_key=is_key)


def _check_characters(row: Attribute, value: Any, held: Any, *, is_key: bool) -> None:
    """Check the value of one option beside what the server holds of it."""
    option, shape = row.option, row.shape
    of_object = is_key or row.refers_to is not None
    if row.secret:
        check_secret(option, value)
    elif isinstance(value, str):
        if of_object or row.caseless:
            check_name(option, value, of_object=of_object)
        elif not row.lines and not isinstance(shape, Moment):
            check_line(option, value)
    elif isinstance(shape, (Members, Names, Grants)):
        for way, items in value.items():
            for number, item in enumerate(items or ()):
                name = item["role"] if isinstance(item, dict) else item
                check_name(f"{option}.{way}[{number}]", name, in_list=True, of_object=not isinstance(shape, Names))
    elif isinstance(shape, Flat):
        known = {fold(key): item for key, item in (held or {}).items()}
        for key, item in value.items():
            if fold(key) not in known:
                check_name(f"a key of {option},", key)
            if item is not None and not same(item, known.get(fold(key))):
                _check_item(f"{option}.{key}", item, number=fold(key) in shape.numbers, secret=is_secret(key, item))
    elif isinstance(shape, Joined):
        for number, item in enumerate(value):
            if item not in (held or ()):
                _check_part(f"{option}[{number}]", item, shape.separators)
    elif isinstance(shape, Scopes):
        for number, scope in enumerate(value):
            check_name(f"{option}[{number}].name", scope["name"])


def _check_item(place: str, item: Any, *, number: bool, secret: bool) -> None:
    """Check a value of a map that is not empty."""
    if number and not DECIMAL.fullmatch(str(item)):
        raise InvalidError(f"{place} {item!r} is no decimal number", hint=DECIMAL_HINT)
    (check_secret if secret else check_line)(place, str(item))


def _check_part(place: str, part: str, separators: str) -> None:
    """Check one of several texts that are sent as one."""
    check_name(place, part, in_list=True)
    if between := next((character for character in part if character.isspace() or character in separators), None):
        raise InvalidError(f"{place} {part!r} holds {between!r}", hint="Give each as an item of its own")


def _check(row: Attribute, value: Any) -> None:
    option, shape = row.option, row.shape
    if (row.required or row.secret) and value == "":
        raise InvalidError(f"{option} is empty", hint="Check the variable that it comes from, or leave it out")
    if row.secret and len(value) < row.shortest:
        raise InvalidError(f"{option} is shorter than the {row.shortest} characters that the tenant requires")
    if row.pattern and not re.fullmatch(row.pattern, value):
        raise InvalidError(f"{option} {value!r} is not valid", hint=PATTERN_HINTS.get(option))
    if isinstance(shape, Flat) and any(isinstance(item, (dict, list)) for item in value.values()):
        raise InvalidError(f"{option} is a flat map: its values are single values, no lists and no maps")
    if isinstance(shape, Flat):
        for key, item in value.items():
            number = is_number(item) and fold(key) in shape.numbers
            if item is not None and not isinstance(item, str) and not number:
                raise InvalidError(
                    f"{option}.{key} takes a text, but {misread(item, secret=means_secret(key))}", hint=QUOTE
                )
    if isinstance(shape, Flat) and len({fold(key) for key in value}) < len(value):
        raise InvalidError(f"{option} holds a key twice: upper and lower case are the same")
    if isinstance(shape, Flat) and (secrets := [key for key in value if is_synonym(key, shape.hidden)]):
        raise InvalidError(
            f"{option}.{secrets[0]} is a secret: the option {shape.hidden} is for this",
            hint=f"Whoever may see the object could read it among the {option}",
        )
    if isinstance(shape, Scopes):
        _check_twice(option, [scope["name"] for scope in value])
        if any(not re.fullmatch(r"\S+", scope["name"]) for scope in value):
            raise InvalidError(f"{option} holds a scope whose name is empty or has a blank in it")
    if isinstance(shape, Timespan) and not 0 < value <= LONGEST_LIFETIME:
        raise InvalidError(f"{option} has to be more than 0 and at most {LONGEST_LIFETIME} seconds")
    if isinstance(shape, Grants):
        ways = {way: [grant["role"] for grant in grants] for way, grants in value.items() if grants is not None}
        for roles in ways.values():
            _check_twice(option, roles)
        value = ways
    if isinstance(shape, (Members, Names, Grants)):
        if "" in [name for names in value.values() for name in names or ()]:
            raise InvalidError(
                f"{option} holds an empty name", hint="''.split(',') gives ['']: add | select to such a list"
            )
        spelled = shape.spelled if isinstance(shape, Names) else str
        added, removed = ({fold(spelled(name)) for name in value.get(way) or ()} for way in ("add", "remove"))
        both = added & removed
        if both:
            raise InvalidError(f"{option} adds and removes {', '.join(sorted(both))}")
    if isinstance(shape, Joined) and "" in value:
        raise InvalidError(f"{option} holds an empty name", hint="An empty list is []")
    if isinstance(shape, Names) and shape.known:
        _check_rights(option, [name for names in value.values() for name in names or ()])
    if isinstance(shape, Moment) and value:
        try:
            seconds(value)
        except (ValueError, OverflowError):
            raise InvalidError(
                f"{option} {value!r} is not an ISO 8601 time after 1970", hint="It looks like 2027-01-31T18:00:00Z"
            ) from None


def _check_twice(option: str, names: list[str]) -> None:
    if twice := sorted({name for name in names if [fold(other) for other in names].count(fold(name)) > 1}):
        raise InvalidError(f"{option} holds {', '.join(twice)} twice")


def _check_rights(option: str, names: list[str]) -> None:
    if unknown := sorted(name for name in names if letters(name) not in RIGHT_NAMES):
        raise InvalidError(
            f"{option} names {', '.join(map(repr, unknown))}, which is not a right",
            hint=f"Known are {', '.join(RIGHTS)}",
        )
