# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of the big provisioning systems, in their order, with what each of them needs from the answer.

The forms are those of the systems' public documentation, and of SailPoint's published connector for this product.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ENTERPRISE_URN,
    GROUP_URN,
    PERMISSION_URN,
    USER_URN,
)
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.conftest import PATCH

NAME = "grace@example.com"
AD_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
ABSENT: Any = object()


@dataclass(frozen=True)
class Step:
    """A request, its status, and what its answer holds by dotted path. ``{user}`` and ``{group}`` stand for ids."""

    method: str
    path: str
    body: Any = None
    status: int = 200
    holds: dict[str, Any] = field(default_factory=dict)
    keep: str = ""


def patch(path: str, *operations: dict[str, Any], **holds: Any) -> Step:
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return Step("PATCH", path, body, holds={name.replace("__", "."): value for name, value in holds.items()})


FOUND_NONE = Step("GET", f'Users?filter=userName eq "{NAME}"', holds={"totalResults": 0})
REMOVED = [Step("DELETE", "Groups/{group}", status=204), Step("DELETE", "Users/{user}", status=204)]

# Entra ID: operations with a capital, truth values as text, null members of entries, lookups without members.
ENTRA = [
    FOUND_NONE,
    Step(
        "POST",
        "Users",
        {
            "schemas": [USER_URN, ENTERPRISE_URN],
            "externalId": "0a21f0f2",
            "userName": NAME,
            "active": True,
            "displayName": "Grace",
            "emails": [{"primary": True, "type": "work", "value": NAME}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "Grace Hopper", "familyName": "Hopper", "givenName": "Grace"},
            "roles": [],
        },
        201,
        {"displayName": "Grace", "emails.0.value": NAME, "externalId": ABSENT, "roles": ABSENT},
        keep="user",
    ),
    Step("GET", f'Users?filter=userName eq "{NAME}"', holds={"Resources.0.id": "{user}"}),
    patch(
        "Users/{user}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "g@example.org"},
        {"op": "Replace", "path": "name.familyName", "value": "Murray"},
        {"op": "Add", "path": f"{ENTERPRISE_URN}:organization", "value": "Navy"},
        name__familyName="Murray",
        emails__0__value="g@example.org",
    ),
    patch("Users/{user}", {"op": "Replace", "path": "active", "value": "False"}, active=False),
    patch("Users/{user}", {"op": "Replace", "path": "active", "value": "True"}, active=True),
    patch("Users/{user}", {"op": "Add", "value": {"displayName": "G", "name.givenName": "H"}}, name__givenName="H"),
    Step("GET", 'Groups?excludedAttributes=members&filter=displayName eq "crew"', holds={"totalResults": 0}),
    Step(
        "POST",
        "Groups",
        {
            "schemas": [GROUP_URN, AD_GROUP],
            "externalId": "8aa1a0c0",
            "displayName": "crew",
            "meta": {"resourceType": "Group"},
        },
        201,
        {"displayName": "crew", "members": ABSENT},
        keep="group",
    ),
    patch(
        "Groups/{group}",
        {"op": "Add", "path": "members", "value": [{"$ref": None, "value": "{user}"}]},
        members__0__value="{user}",
    ),
    Step("GET", "Groups/{group}?attributes=displayName", holds={"displayName": "crew", "members": ABSENT}),
    patch("Groups/{group}", {"op": "Replace", "path": "displayName", "value": "staff"}, displayName="staff"),
    patch(
        "Groups/{group}",
        {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "{user}"}]},
        members=ABSENT,
    ),
    *REMOVED,
]

# Okta: whole users by PUT, deactivation without a path, pages from startIndex 1, members by filter.
WHOLE = {
    "schemas": [USER_URN],
    "id": "{user}",
    "externalId": "00u1",
    "userName": NAME,
    "name": {"givenName": "Grace", "familyName": "Murray"},
    "emails": [{"primary": True, "value": "g@example.org", "type": "work", "display": "g@example.org"}],
    "displayName": "Grace M",
    "locale": "en-US",
    "groups": [],
    "active": True,
    "meta": {"resourceType": "User"},
}
OKTA = [
    Step("GET", "Users?startIndex=1&count=2", holds={"startIndex": 1, "itemsPerPage": 2}),
    Step("GET", f'Users?filter=userName eq "{NAME}"&startIndex=1&count=100', holds={"totalResults": 0}),
    Step(
        "POST",
        "Users",
        {name: item for name, item in WHOLE.items() if name not in ("id", "meta")} | {"password": "A-pass-word-1"},
        201,
        {"active": True, "password": ABSENT, "locale": ABSENT, "externalId": ABSENT},
        keep="user",
    ),
    Step("GET", "Users/{user}", holds={"name.familyName": "Murray", "emails.0.display": ABSENT}),
    Step("PUT", "Users/{user}", {**WHOLE, "displayName": "Grace H"}, holds={"displayName": "Grace H"}),
    patch("Users/{user}", {"op": "replace", "value": {"active": False}}, active=False),
    patch("Users/{user}", {"op": "replace", "value": {"active": True}}, active=True),
    Step("GET", 'Groups?startIndex=1&count=100&filter=displayName eq "crew"', holds={"totalResults": 0}),
    Step(
        "POST",
        "Groups",
        {"schemas": [GROUP_URN], "displayName": "crew", "members": [{"value": "{user}", "display": NAME}]},
        201,
        {"members.0.value": "{user}"},
        keep="group",
    ),
    patch("Groups/{group}", {"op": "replace", "value": {"id": "{group}", "displayName": "staff"}}, displayName="staff"),
    patch("Groups/{group}", {"op": "remove", "path": 'members[value eq "{user}"]'}, members=ABSENT),
    patch(
        "Groups/{group}",
        {"op": "add", "path": "members", "value": [{"value": "{user}", "display": NAME}]},
        members__0__display=NAME,
    ),
    patch("Groups/{group}", {"op": "replace", "path": "members", "value": []}, members=ABSENT),
    Step("PUT", "Groups/{group}", {"schemas": [GROUP_URN], "displayName": "crew"}, holds={"displayName": "crew"}),
    *REMOVED,
]

# SailPoint: aggregation by pages, and the safe permissions of a user.
PERMISSION = {"schemas": [PERMISSION_URN], "container": {"name": "APP"}, "user": {"value": "{user}"}}
OF_USER = 'user.value eq "{user}" and container.value eq "APP"'
SAILPOINT = [
    Step("GET", "users?startIndex=2&count=1", holds={"startIndex": 2, "itemsPerPage": 1, "totalResults": 2}),
    Step("GET", "users?startIndex=9&count=1", holds={"totalResults": 2, "Resources": ABSENT}),
    Step("POST", "users", {"schemas": [USER_URN], "userName": NAME}, 201, {"userName": NAME}, keep="user"),
    Step("POST", "groups", {"schemas": [GROUP_URN], "displayName": "crew"}, 201, keep="group"),
    patch("groups/{group}", {"op": "add", "path": "members", "value": [{"value": "{user}", "type": "User"}]}),
    Step("GET", "users/{user}", holds={"groups.0.value": "{group}"}),
    patch("groups/{group}", {"op": "remove", "path": 'members[value eq "{user}"]'}, members=ABSENT),
    Step(
        "POST",
        "containerpermissions",
        {**PERMISSION, "rights": ["useAccounts", "listAccounts"]},
        201,
        {"user.value": "{user}", "container.value": "APP"},
        keep="permission",
    ),
    Step("GET", f"containerpermissions?filter={OF_USER}", holds={"Resources.0.id": "{permission}"}),
    Step("GET", f'containerpermissions?filter=user.display eq "{NAME}"', holds={"totalResults": 1}),
    Step(
        "PUT",
        "containerpermissions/{permission}",
        {**PERMISSION, "rights": ["useAccounts"]},
        holds={"rights": ["useAccounts"]},
    ),
    Step("DELETE", "containerpermissions/{permission}", status=204),
    *REMOVED,
]


def filled_in(value: Any, ids: dict[str, str]) -> Any:
    """Return a value with ids in place of their names."""
    text = json.dumps(value)
    for name, identifier in ids.items():
        text = text.replace(f"{{{name}}}", identifier)
    return json.loads(text)


def part_of(body: Any, path: str) -> Any:
    """Return what a body has at a dotted path, or ABSENT."""
    for name in path.split("."):
        try:
            body = body[int(name) if name.isdigit() else name]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return body


@pytest.mark.parametrize("steps", [ENTRA, OKTA, SAILPOINT], ids=["Entra ID", "Okta", "SailPoint"])
def test_the_requests_of_a_provisioning_system(client, steps):
    client.container("APP")
    before = client.control("GET", "state")
    ids: dict[str, str] = {}
    for step in steps:
        path, _mark, query = filled_in(step.path, ids).partition("?")
        params = dict(part.split("=", 1) for part in query.split("&")) if query else {}
        answer = client.call(step.method, path, filled_in(step.body, ids) if step.body else None, params=params)
        assert answer.status_code == step.status, (step, answer.text)
        body = answer.json() if answer.text else {}
        ids.update({step.keep: body["id"]} if step.keep else {})
        for name, expected in step.holds.items():
            wanted = expected if expected is ABSENT else filled_in(expected, ids)
            assert part_of(body, name) == wanted, (step, name, body)
    assert client.control("GET", "state") == before
