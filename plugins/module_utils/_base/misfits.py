# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Refuse values of another type than their option, which Ansible would silently convert. Uses no AnsibleModule.

YAML 1.1 reads ``0163210``, ``no``, ``12:30:45`` and ``212_21`` as numbers and booleans. Ansible converts them to the
texts ``59016``, ``False``, ``45045`` and ``21221``. The original text is lost, so the value is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import InvalidError, raise_all
from .paths import Object

Spec = dict[str, dict[str, Any]]  # options, as Ansible takes them

# Options of the type str that also accept a number.
NUMBERS = ("max_removals", "max_access_removals")
QUOTE = "Put it into quotes; add | string to a template that makes it"
# A number that all parsers read in the same way: no leading zero (octal in YAML), no underscore, no 0x.
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
AMBIGUOUS = re.compile(r"[-+]?(0[0-9_]|[0-9]+_)")  # other texts that int() accepts
DECIMAL_HINT = "Write it as a decimal number, without leading zeros"
# A text that is not a list with commas: it has brackets around it, or semicolons.
NO_LIST = re.compile(r"^\s*\[.*\]\s*$|;", re.DOTALL)
LIST_HINT = "Give a list. A text is split at its commas alone"
GROUPS_HINT = "In a template, groups is always the groups of the inventory: give your variable another name"
# The keys that the inventory's own variable ``groups`` always holds.
INVENTORY_GROUPS = {"all", "ungrouped"}


def refuse_misfits(specs: Spec, options: Object) -> None:
    """Raise InvalidError for all values that have another type than their options, in the order of the specs."""
    ordered = {option: options[option] for option in specs if option in options}
    raise_all([misfit for misfit in _misfits(specs, {**ordered, **options}) if misfit])


def _misfits(specs: Spec, options: Object, place: str = "") -> Iterator[InvalidError | None]:
    """Yield the error of each value with a wrong type, and None for other values.

    ``place`` is the prefix of option names in messages. No value of an option with ``no_log`` is quoted.
    """
    for option, value in options.items():
        spec = specs.get(option, {})
        if option == "groups" and is_inventory_groups(value):
            yield InvalidError(f"{place}groups was given the inventory's own variable groups", hint=GROUPS_HINT)
            continue
        yield _misfit(place + option, spec, value, number=option in NUMBERS)
        if isinstance(value, dict):
            yield from _misfits(spec.get("options") or {}, value, f"{place}{option}.")
        for number, item in enumerate(value if isinstance(value, list) else ()):
            where = f"{place}{option}[{number}]"
            if spec.get("options") and isinstance(item, dict):
                yield from _misfits(spec["options"], item, f"{where}.")
            elif spec.get("elements") == "str":
                yield _misfit(where, {**spec, "type": "str"}, item)


def is_inventory_groups(value: Any) -> bool:
    """Return whether a value is Ansible's variable ``groups``, a map from each group of the inventory to its hosts."""
    return isinstance(value, dict) and set(value) >= INVENTORY_GROUPS


def _misfit(option: str, spec: Mapping[str, Any], value: Any, *, number: bool = False) -> InvalidError | None:
    if spec.get("type") == "str" and isinstance(value, (list, dict)):
        return InvalidError(f"{option} takes one value, but was given a {type(value).__name__}")
    if spec.get("type") == "dict" and isinstance(value, list):
        keys = ", ".join(spec.get("options") or ())
        return InvalidError(f"{option} takes a map{f' of {keys}' if keys else ''}, but was given a list")
    if spec.get("type") == "list" and isinstance(value, dict):
        return InvalidError(f"{option} takes a list, but was given a map")
    if (
        spec.get("type") == "list"
        and spec.get("elements") == "str"
        and isinstance(value, str)
        and NO_LIST.search(value)
    ):
        return InvalidError(f"{option} takes a list, but was given the text {value!r}", hint=LIST_HINT)
    if spec.get("type") == "str" and not isinstance(value, str) and not (number and is_number(value)):
        return InvalidError(f"{option} takes a text, but {misread(value, secret=spec.get('no_log'))}", hint=QUOTE)
    if spec.get("type") == "int" and isinstance(value, bool):
        return InvalidError(f"{option} takes a number, but was given {value}")
    if spec.get("type") == "int" and isinstance(value, str) and AMBIGUOUS.match(value.strip()):
        return InvalidError(f"{option} {value!r} is not a decimal number", hint=DECIMAL_HINT)
    return None


def is_number(value: Any) -> bool:
    """Return whether a value is a whole number. To Python, booleans are numbers, too."""
    return isinstance(value, int) and not isinstance(value, bool)


def misread(value: Any, *, secret: bool | None = False) -> str:
    """Return a description of the value that YAML made of a text. A secret is not quoted."""
    if value is None or isinstance(value, bool):
        return f"YAML reads it as {'null' if value is None else str(value).lower()}"
    return "YAML reads it as a number" if secret else f"YAML reads it as the number {value}"
