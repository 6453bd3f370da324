# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant as a file: the objects of SCIM in the form that the playbook export_directory writes.

The rows below are written from the schemas and do not use the collection's own, so that each checks the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..models import ACCOUNT_DATA_URN, CUSTOM_URN, ENTERPRISE_URN, SAFE_URN

Body = dict[str, Any]
Document = dict[str, list[Body]]
Path = tuple[str, ...]


class FileError(ValueError):
    """A file that does not describe a tenant."""


def same(value: Any) -> Any:
    """Return the value unchanged."""
    return value


@dataclass(frozen=True)
class Row:
    """One option: its place in the resource, its type, and how it is written there and read from there."""

    option: str
    path: Path
    type: type = str
    write: Callable[[Any], Any] = same
    read: Callable[[Any], Any] = same


def pairs(key: str) -> Callable[[Any], Any]:
    """Return a function that turns a map into a list of objects with a key and a value."""
    return lambda items: [{key: name, "value": value} for name, value in items.items()]


def mapped(key: str) -> Callable[[Any], Any]:
    """Return a function that turns a list of objects with a key and a value into a map of texts."""
    return lambda items: {item[key]: text(item["value"]) for item in items}


def text(value: Any) -> str:
    """Return a value as exports show it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


USER_ROWS = (
    Row("user_name", ("userName",)),
    Row("display_name", ("displayName",)),
    Row("given_name", ("name", "givenName")),
    Row("family_name", ("name", "familyName")),
    Row("email", ("emails",), str, lambda value: [{"value": value}], lambda items: items[0]["value"]),
    Row("phone_numbers", ("phoneNumbers",), dict, pairs("type"), mapped("type")),
    Row("preferred_language", ("preferredLanguage",)),
    Row("active", ("active",), bool),
    Row("organization", (ENTERPRISE_URN, "organization")),
    Row("manager", (ENTERPRISE_URN, "manager"), str, lambda value: {"value": value}, lambda item: item["value"]),
    Row("custom_attributes", (CUSTOM_URN,), dict, same, lambda items: {key: text(items[key]) for key in items}),
)
CONTAINER_ROWS = (
    Row("name", ("name",)),
    Row("description", ("description",)),
    Row("number_of_days_retention", (SAFE_URN, "NumberOfDaysRetention"), int),
    Row("managing_cpm", (SAFE_URN, "ManagingCPM")),
)
MACHINES = (ACCOUNT_DATA_URN, "remoteMachinesAccess")
ACCOUNT_ROWS = (
    Row("container", (ACCOUNT_DATA_URN, "safe")),
    Row("name", ("name",)),
    Row("description", ("description",)),
    Row("type", ("type",)),
    Row("properties", (ACCOUNT_DATA_URN, "properties"), dict, pairs("key"), mapped("key")),
    Row(
        "remote_machines",
        (*MACHINES, "remoteMachines"),
        list,
        ";".join,
        lambda value: sorted(part.strip() for part in re.split("[;,]", value) if part.strip()),
    ),
    Row("restrict_to_remote_machines", (*MACHINES, "accessRestrictedToRemoteMachines"), bool),
)
# The options of each kind, and those that name an object of it.
KINDS: Mapping[str, tuple[Mapping[str, type], tuple[str, ...]]] = {
    "users": ({row.option: row.type for row in USER_ROWS}, ("user_name",)),
    "groups": ({"display_name": str, "users": dict, "groups": dict}, ("display_name",)),
    "containers": ({row.option: row.type for row in CONTAINER_ROWS}, ("name",)),
    "container_permissions": (
        {"container": str, "user": str, "group": str, "rights": dict, "membership_expiration": str},
        ("container",),
    ),
    "privileged_data": ({row.option: row.type for row in ACCOUNT_ROWS}, ("container", "name")),
}
NO_OBJECTS: Document = {kind: [] for kind in KINDS}
SECRETS = ("password", "secret")


def checked(content: Any) -> Document:
    """Return a document that names all kinds, or raise FileError with all its problems."""
    if not isinstance(content, dict) or set(content) - set(KINDS):
        raise FileError(f"A tenant is a map of {', '.join(KINDS)}, as the playbook export_directory writes it")
    problems = [f"{kind} is not a list" for kind, items in content.items() if not isinstance(items, list | None)]
    for kind, items in content.items() if not problems else ():
        for number, entry in enumerate(items or ()):
            problems += [f"{kind}[{number}] {problem}" for problem in flaws(kind, entry)]
    if problems:
        raise FileError("; ".join(problems))
    return {kind: content.get(kind) or [] for kind in KINDS}


def flaws(kind: str, entry: Any) -> list[str]:
    """Return the problems of one entry."""
    options, keys = KINDS[kind]
    if not isinstance(entry, dict):
        return ["is not a map"]
    found = [f"has no {key}" for key in keys if not entry.get(key)]
    for option, value in entry.items():
        if option in SECRETS:
            found.append(f"has the option {option}: secrets are made up at random, so a file holds none")
        elif option not in options:
            found.append(f"has the unknown option {option}; known: {', '.join(options)}")
        elif not isinstance(value, options[option]) or isinstance(value, bool) != (options[option] is bool):
            found.append(f"has a {option} that is not of the type {options[option].__name__}")
        elif option in ("users", "groups", "rights") and not is_set(value):
            found.append(f"has {option} that are not of the form {{set: [...]}}")
    if kind == "container_permissions" and bool(entry.get("user")) == bool(entry.get("group")):
        found.append("does not have one of user and group")
    return found


def is_set(value: Any) -> bool:
    """Return whether a value is a complete list of names."""
    return isinstance(value, dict) and set(value) == {"set"} and isinstance(value["set"], list)


def to_body(rows: tuple[Row, ...], entry: Body) -> Body:
    """Return an entry as a SCIM resource."""
    body: Body = {}
    for row in rows:
        if row.option in entry:
            *above, last = row.path
            node = body
            for part in above:
                node = node.setdefault(part, {})
            node[last] = row.write(entry[row.option])
    return body


def to_entry(rows: tuple[Row, ...], body: Body) -> Body:
    """Return a SCIM resource as an entry, without unset options."""
    entry: Body = {}
    for row in rows:
        node: Any = body
        for part in row.path:
            node = node.get(part) if isinstance(node, dict) else None
        if node not in (None, "", [], {}):
            entry[row.option] = row.read(node)
    return entry


def moment_of(seconds: int) -> str:
    """Return seconds since 1970 as exports show them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sorted_entries(entries: list[Body]) -> list[Body]:
    """Return entries in the order of exports."""
    return sorted(
        entries, key=lambda entry: [(item.casefold(), item) for item in entry.values() if isinstance(item, str)]
    )
