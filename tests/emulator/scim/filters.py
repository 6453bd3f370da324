# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of lists: the part of RFC 7644 section 3.4.2.2 that the tenant supports.

Four operators and ``and`` are documented. Values have double quotes; samples of third parties also have single quotes
or none. A filter is rewritten to the syntax of the RFC, and the library evaluates it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..failures import invalid_filter

OPERATORS = ("eq", "sw", "co", "ew")
# Types for which clients use no operator but eq.
EQUALITY_ONLY = ("ContainerPermission", "PrivilegedData")

# The attributes named by the documentation, the recording of 2024 or a client. Others are refused; the real answer is
# not on record.
USER_ATTRIBUTES = (
    "userName",
    "emails.value",
    "displayName",
    "name.givenName",
    "name.familyName",
    "name.formatted",
    "id",
    "active",
)
GROUP_ATTRIBUTES = ("displayName", "id", "members.display", "members.value")
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "User": USER_ATTRIBUTES,
    "Group": GROUP_ATTRIBUTES,
    "VaultUser": USER_ATTRIBUTES,
    "VaultGroup": GROUP_ATTRIBUTES,
    "Container": ("id", "displayName", "name", "owner.display", "owner.value", "privilegedData.display"),
    "ContainerPermission": (
        "container.name",
        "container.display",
        "container.value",
        "user.display",
        "user.value",
        "group.display",
        "group.value",
    ),
    "PrivilegedData": ("name", "id"),
}
BOOLEANS = ("active",)

CLAUSE = re.compile(
    r"""\s*(?P<attribute>[A-Za-z$][\w.:$-]*)\s+(?P<operator>[A-Za-z]+)\s+
    (?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s()"']+)\s*""",
    re.VERBOSE,
)
JOIN = re.compile(r"and\s", re.IGNORECASE)


def normalise(type_name: str, text: str, *, joined: bool = True) -> str:
    """Return a filter in the syntax of RFC 7644; several clauses are an error unless ``joined``."""
    clauses = []
    position = 0
    while True:
        match = CLAUSE.match(text, position)
        if match is None:
            raise invalid_filter(f"The filter is not understood: {text}")
        clauses.append(clause(type_name, match["attribute"], match["operator"], match["value"]))
        position = match.end()
        if position == len(text):
            return " and ".join(clauses)
        join = JOIN.match(text, position)
        if join is None:
            raise invalid_filter(f"The filter is not understood: {text}")
        if not joined:
            raise invalid_filter("A filter has one clause only")
        position = join.end()


def clause(type_name: str, attribute: str, operator: str, value: str) -> str:
    """Return one comparison in the syntax of RFC 7644."""
    name = next((known for known in ATTRIBUTES[type_name] if known.casefold() == attribute.casefold()), None)
    if name is None:
        raise invalid_filter(f"The attribute {attribute} cannot be filtered on")
    if operator.lower() not in (OPERATORS[:1] if type_name in EQUALITY_ONLY else OPERATORS):
        raise invalid_filter(f"The operator {operator} is not supported")
    text = unquoted(value)
    if name in BOOLEANS:
        if operator.lower() != "eq" or text.lower() not in ("true", "false"):
            raise invalid_filter(f"{name} can only be compared to true or false")
        return f"{name} eq {text.lower()}"
    return f"{name} {operator.lower()} {json.dumps(text)}"


def unquoted(value: str) -> str:
    """Return a value without its quotes and escapes."""
    if value[0] not in "\"'":
        return value
    body = value[1:-1]
    if value[0] == "'":
        # JSON has no single quotes, so that the body is rewritten as a JSON string.
        body = body.replace("\\'", "'")
        body = re.sub(r'(?<!\\)"', r"\"", body)
    try:
        return str(json.loads(f'"{body}"'))
    except ValueError:
        raise invalid_filter(f"The value {value} is not understood") from None
