# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of privileged data: a list of values with case-insensitive keys.

Keys and PATCH follow one client; the rest follows the published schema and the vault's own API.
"""

from __future__ import annotations

from typing import Any

from ..control.switches import Switches
from ..failures import invalid_value, no_target
from ..models import ACCOUNT_DATA_URN
from ..scim.base import Operation

PATH = f"{ACCOUNT_DATA_URN}:properties".casefold()
SECRET = "secret"
USER_NAME = "username"

# Properties by their lower-case keys.
Properties = dict[str, tuple[str, str]]


def read_properties(entries: Any) -> Properties:
    """Return properties from the entries of a model, without those that have no value."""
    found: Properties = {}
    for entry in entries or ():
        if not entry.key:
            raise invalid_value("Every property needs a key")
        if entry.key.casefold() in found:
            raise invalid_value(f"The property {entry.key} occurs twice")
        found[entry.key.casefold()] = (entry.key, entry.value or "")
    return {key: item for key, item in found.items() if item[1]}


def property_operations(operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
    """Split operations into those on the list of properties and the others."""
    own, others = [], []
    for operation in operations:
        path, value = operation.get("path"), operation.get("value")
        if isinstance(path, str) and path.casefold() == PATH:
            own.append(operation)
        elif not path and isinstance(value, dict) and any(key.casefold() == PATH for key in value):
            own += [{**operation, "path": key, "value": item} for key, item in value.items() if key.casefold() == PATH]
            rest = {key: item for key, item in value.items() if key.casefold() != PATH}
            others += [{**operation, "value": rest}] if rest else []
        else:
            others.append(operation)
    return own, others


def change_properties(current: Properties, operation: Operation, switches: Switches) -> None:
    """Apply one operation: it changes the properties that it names, and removes those without a value."""
    op, value = str(operation.get("op", "")).lower(), operation.get("value")
    if op not in ("add", "replace", "remove"):
        raise invalid_value(f"Unknown operation {op!r}")
    if op == "remove" and value is None:
        current.clear()
        return
    if op == "replace" and switches["properties_patch"] == "replace":
        current.clear()
    for key, text in given_properties(value):
        name = key.casefold()
        if op != "remove" and text:
            current[name] = (current.get(name, (key, ""))[0], text)
        else:
            current.pop(name, None)


def given_properties(value: Any) -> list[tuple[str, str]]:
    """Return the keys and values of an operation, or refuse an invalid form."""
    if not isinstance(value, list):
        raise invalid_value("properties must be an array")
    given: list[tuple[str, str]] = []
    for entry in value:
        key, text = (entry.get("key"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if not isinstance(key, str) or not key:
            raise no_target()
        if text is not None and not isinstance(text, str):
            raise invalid_value(f"The value of the property {key} must be a string")
        given.append((key, text or ""))
    return given


def shown_key(key: str, switches: Switches) -> str:
    """Return a key in the spelling of answers; clients and the vault differ in that of the user name."""
    spelling = str(switches["property_case"])
    return spelling if key.casefold() == USER_NAME and spelling != "sent" else key
