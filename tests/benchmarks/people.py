# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of the benchmark, as options of scim_user and as SCIM users, and the requests for their differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Object = dict[str, Any]
Write = tuple[str, str, Object]  # method, path and body of a request
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BATCH = 500  # members in a request
DRIFTED = "Another department"


def entry(number: int) -> Object:
    name = f"user{number:06}@example.com"
    return {
        "user_name": name,
        "display_name": f"User {number:06}",
        "given_name": "User",
        "family_name": f"Number {number:06}",
        "email": name,
        "active": True,
        "organization": f"Department {number % 100}",
    }


def body(options: Object) -> Object:
    return {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "userName": options["user_name"],
        "displayName": options["display_name"],
        "name": {"givenName": options["given_name"], "familyName": options["family_name"]},
        "emails": [{"type": "work", "primary": True, "value": options["email"]}],
        "active": options["active"],
        ENTERPRISE_USER: {"organization": options["organization"]},
    }


def _patch(path: str, operations: list[Object]) -> Write:
    return "PATCH", path, {"schemas": [PATCH_OP], "Operations": operations}


def user_writes(wanted: Iterable[Object], held: Iterable[Object]) -> Iterator[Write]:
    """Yield the requests that create users or change their organization. Nothing else may differ."""
    by_name = {item["userName"].lower(): item for item in held}
    for options in wanted:
        item = by_name.get(options["user_name"].lower())
        content = body(options)
        if item is None:
            yield "POST", "Users", content
            continue
        differing = [key for key in content if item.get(key) != content[key]]
        if differing == [ENTERPRISE_USER]:
            path, value = f"{ENTERPRISE_USER}:organization", options["organization"]
            yield _patch(f"Users/{item['id']}", [{"op": "replace", "path": path, "value": value}])
        elif differing:
            raise SystemExit(f"{options['user_name']} differs in {differing}, which this script does not change")


def group_writes(group: Object, names: Iterable[str], users: Iterable[Object]) -> Iterator[Write]:
    """Yield the requests that give a group these members."""
    ids = {item["userName"].lower(): item["id"] for item in users}
    members = {ids[name.lower()] for name in names}
    held = {member["value"] for member in group["members"]}
    add = [{"value": new, "type": "User"} for new in members - held]
    remove = [{"op": "remove", "path": f'members[value eq "{gone}"]'} for gone in held - members]
    for at in range(0, len(add), BATCH):
        yield _patch(f"Groups/{group['id']}", [{"op": "add", "path": "members", "value": add[at : at + BATCH]}])
    for at in range(0, len(remove), BATCH):
        yield _patch(f"Groups/{group['id']}", remove[at : at + BATCH])
