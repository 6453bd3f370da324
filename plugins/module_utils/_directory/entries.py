# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the input of a directory run: its entries, and the limits that the task sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .._base.errors import InvalidError
from .._base.misfits import DECIMAL_HINT, Spec
from .._base.paths import Object
from .._http.connections import MOST_WORKERS
from .._model.plan import Task
from .._model.resources import RESOURCES
from .._model.rows import Resource
from .guard_rails import Rules
from .values import POSITION, Check, Desired

LIMIT = re.compile(r"(0|[1-9][0-9]*)((\.[0-9]+)?%)?")
LIMITS = ("max_removals", "max_access_removals")
WHOLE = {"slices": 1, "slice": 1, "wave": 3}  # the default part: one slice and the last wave, so all entries
SHOWN_OPTIONS = 3  # how many options describe an entry without a name in messages


def directory_spec() -> Spec:
    """Return the spec of a module that manages objects of every kind: one list option for each kind.

    The spec has no options of entries: an entry is checked only when it may need a change. Most entries of a large
    directory need none, and checking them all would take longer than reading the tenant.
    """
    return {resource.plural: {"type": "list", "elements": "dict"} for resource in RESOURCES.values()}


def entries_of(params: Object, check: Check) -> list[Desired]:
    """Return the entries of the task, kind by kind. An entry with unusable options has its ``problem`` set."""
    return [
        _entry_of(position, resource, options, check)
        for resource in RESOURCES.values()
        for position, options in _placed(resource, params)
    ]


def _placed(resource: Resource, params: Object) -> Iterator[tuple[str, Any]]:
    """Yield the position of each entry of a kind, and its other options. The default position is its list index."""
    for number, entry in enumerate(params[resource.plural] or ()):
        place = f"{resource.plural}[{number}]"
        if isinstance(entry, dict) and POSITION in entry:
            yield str(entry[POSITION] or place), {option: entry[option] for option in entry if option != POSITION}
        else:
            yield place, entry


def _entry_of(position: str, resource: Resource, options: Any, check: Check) -> Desired:
    """Return the entry at a position. If its options are invalid, its ``problem`` is the error."""
    try:
        if not isinstance(options, dict):
            raise InvalidError(f"a {resource.name} must be a map of options")
        desired = Desired(position, resource, options, check)
        # These properties raise InvalidError for wrong options.
        desired.keys  # noqa: B018
        desired.former_names  # noqa: B018
        desired.given  # noqa: B018
    except InvalidError as error:
        return _rejected(position, resource, options if isinstance(options, dict) else {}, error)
    return desired


def _rejected(position: str, resource: Resource, options: Object, problem: InvalidError) -> Desired:
    """Return an entry with a problem. It keeps its names, because other entries may refer to them."""
    names = {option: name for option in resource.keys if isinstance(name := options.get(option), str)}
    given = {row.option: names.get(row.option) for row in resource.attributes}
    task = Task(resource, given, absent=options.get("state") == "absent")
    return Desired(position, resource, options, lambda kind, given: task, problem)


def kinds_of(params: Object, served: Sequence[Resource]) -> list[Resource]:
    """Return the kinds that the task manages: those in the option kinds, by default all ``served`` kinds.

    ``served`` are the kinds that the service users of the task can manage. Raise InvalidError if kinds names another
    one, or if prune names a kind that the task does not manage.
    """
    plurals = [resource.plural for resource in served]
    named = plurals if params["kinds"] is None else params["kinds"]
    if not named:
        raise InvalidError("kinds is empty", hint="Leave it out to manage all kinds")
    if unserved := [plural for plural in named if plural not in plurals]:
        raise InvalidError(
            f"kinds names {', '.join(unserved)}, but the task has only the service user of the vault",
            hint="Give client_id and client_secret as well",
        )
    if unpruned := [plural for plural in params["prune"] or () if plural not in named]:
        raise InvalidError(f"prune names {', '.join(unpruned)}, but the task manages only {', '.join(named)}")
    return [resource for resource in served if resource.plural in named]


def only_of(kinds: Sequence[Resource], params: Object) -> Object:
    """Return the options with the lists of all other kinds set to None."""
    return {**params, **dict.fromkeys(resource.plural for resource in RESOURCES.values() if resource not in kinds)}


def entries_elsewhere(params: Object, managed: Object, check: Check) -> list[Desired]:
    """Return the entries that the task does not manage. ``managed`` are the options without these entries."""
    return [
        Desired(position, resource, options, check)
        for resource in RESOURCES.values()
        if managed[resource.plural] is None
        for position, options in _placed(resource, params)
        if isinstance(options, dict)
    ]


def label_of(resource: Resource, given: Object) -> str:
    """Return the label of an entry: its name, or some of its options if it has no name. Never includes a secret."""
    if name := " / ".join(str(given[option]) for option in resource.keys if given.get(option)):
        return f"{resource.name} {name!r}"
    texts = [row.option for row in resource.attributes if row.type == "str" and not row.secret]
    shown = [option for option in texts if isinstance(given.get(option), str)][:SHOWN_OPTIONS]
    held = ", ".join(f"{option} {given[option]!r}" for option in shown)
    return f"{resource.name} without a name" + (f", with {held}" if held else "")


def wrong_limits(params: Object) -> Iterator[InvalidError]:
    """Yield an error for each invalid limit of the task."""
    for option in LIMITS:
        if not LIMIT.fullmatch(limit := (params[option] or "").strip()):
            yield InvalidError(
                f"{option} {limit!r} is neither a number nor a percentage, such as 10 or 5%", hint=DECIMAL_HINT
            )
    if "" in [name.strip() for name in params["protected"] or ()]:
        yield InvalidError(
            "protected holds an empty name, which protects nothing",
            hint="Check the variable that it comes from. To protect nothing, leave protected out",
        )
    if not 1 <= params["workers"] <= MOST_WORKERS:
        yield InvalidError(f"workers has to be from 1 to {MOST_WORKERS}")


def wrong_parts(params: Object, *, check: bool) -> Iterator[InvalidError]:
    """Yield an error for each option that needs all entries, if the task handles only a part of them."""
    slices, number, wave = ({**WHOLE, **(params["part"] or {})}[name] for name in WHOLE)
    if not 1 <= number <= slices:
        yield InvalidError(f"part.slice is a number from 1 to part.slices, which is {slices}")
    if (slices, wave) == (WHOLE["slices"], WHOLE["wave"]):
        return
    refused = (
        (params["prune"], "prune", "a slice or an early wave does not prune"),
        (params["unmanaged"] != "ignore", "unmanaged", "a slice or a wave cannot find objects without an entry"),
        (params["approved"] is not None, "approved", "a plan needs all entries"),
        (params["plan_path"], "plan_path", "a plan needs all entries"),
        (params["access_path"], "access_path", "the report of access needs all entries"),
        (check and slices > 1, "check mode", "check mode creates nothing that other slices could refer to"),
    )
    for given, option, reason in refused:
        if given:
            yield InvalidError(f"part excludes {option}: {reason}", hint=f"Leave out part or {option}")


def rules_of(params: Object) -> Rules:
    """Return the limits of the task. ``wrong_limits`` must have found no error in them."""
    limits = {option: params[option].strip() for option in LIMITS}
    protected = tuple(name.strip() for name in params["protected"] or ())
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
        allow_empty_vault=params["allow_empty_vault"],
        workers=params["workers"],
        stop_on_error=params["on_error"] == "stop",
        only_approved=params["approved"] is not None,
    )
