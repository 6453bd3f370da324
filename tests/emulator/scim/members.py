# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The members of a role: their PATCH operations, and their form in answers.

They are handled apart from other attributes, because the library copies all members for every operation, which is slow
for a large role.
"""

from __future__ import annotations

import re
from typing import Any

from ..control.switches import Switches
from ..failures import MEMBERS_NOT_ARRAY, Failure, invalid_value, no_target
from .base import Operation

MEMBERS = "members"
ONE_MEMBER = re.compile(r"""members\[\s*value\s+eq\s+(?:"(?P<value>[^"]*)"|'(?P<other>[^']*)')\s*\]""", re.IGNORECASE)
FIELDS = {"value": "value", "ref": "$ref", "type": "type", "display": "display"}


def check_members_array(members: Any) -> None:
    """Refuse members that are not an array (recorded for PATCH)."""
    if members is not None and not isinstance(members, list):
        raise Failure(500, MEMBERS_NOT_ARRAY)


def member_body(member: Any) -> dict[str, Any]:
    """Return a member in the form of answers."""
    values = member.__dict__
    return {name: values[field] for field, name in FIELDS.items() if values.get(field) is not None}


def typed_as(members: list[dict[str, Any]], how: str) -> None:
    """Rewrite the types of members in place, as the switch member_type says."""
    for member in members if how != "typed" else ():
        member.pop("type", None)
        ref = member.pop("$ref", None)
        if how == "direct":
            member["type"] = "direct"
        elif how == "singular_ref" and ref:
            member["$ref"] = re.sub(r"/(User|Group)s/", r"/\1/", ref)


def listed(members: list[dict[str, Any]], how: str) -> list[dict[str, Any]]:
    """Return the members that a list shows, as the switch list_members says."""
    if how == "users_only":
        return [member for member in members if "/Groups/" not in str(member.get("$ref"))]
    return members[: {"omitted": 0, "first_100": 100}.get(how)]


def member_changes(operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
    """Split operations into those on the members of a role and the others."""
    members, others = [], []
    for operation in operations:
        path, value = operation.get("path"), operation.get("value")
        if isinstance(path, str) and (path.casefold() == MEMBERS or ONE_MEMBER.fullmatch(path)):
            members.append(operation)
        elif not path and isinstance(value, dict) and any(key.casefold() == MEMBERS for key in value):
            found = next(item for key, item in value.items() if key.casefold() == MEMBERS)
            members.append({**operation, "path": MEMBERS, "value": found})
            rest = {key: item for key, item in value.items() if key.casefold() != MEMBERS}
            others += [{**operation, "value": rest}] if rest else []
        else:
            others.append(operation)
    return members, others


def change_members(current: dict[str, Any], operation: Operation, switches: Switches) -> None:
    """Apply one operation to the members of a role by id; new members have no details yet."""
    op, path, value = str(operation.get("op", "")).lower(), str(operation["path"]), operation.get("value")
    one = ONE_MEMBER.fullmatch(path)
    if op == "remove":
        remove_members(current, one, value, switches)
        return
    if one is not None:
        raise no_target()
    check_members_array(value)
    listed = {item: current.get(item) for item in member_values(value)}
    if op == "replace" and switches["replace_members"]:
        current.clear()
    elif op != "add":
        raise no_target() if op == "replace" else invalid_value(f"Unknown operation {op!r}")
    current.update(listed)


def remove_members(current: dict[str, Any], one: re.Match[str] | None, value: Any, switches: Switches) -> None:
    """Remove the members that an operation names."""
    if one is not None:
        values = [one["value"] if one["value"] is not None else one["other"]]
    elif value is None or switches["remove_with_value"] == "ignore":
        values = list(current)
    elif switches["remove_with_value"] == "refuse":
        raise invalid_value("A remove operation carries no value")
    else:
        check_members_array(value)
        values = member_values(value)
    if switches["remove_absent_member"] == 400 and any(item not in current for item in values):
        raise no_target()
    for item in values:
        current.pop(item, None)


def member_values(entries: Any) -> list[str]:
    """Return the ids of a member list; extra keys of its entries are ignored (recorded)."""
    return [str(entry.get("value", "")) if isinstance(entry, dict) else str(entry) for entry in entries or ()]
