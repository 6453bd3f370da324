# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access documents for the tests of reports: a small directory, and what a plan makes of it."""

from __future__ import annotations

import copy
import json
from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import access_document

NOW = 1_796_000_000  # in November 2026
USE, ALL_USE = ["useAccounts", "listAccounts"], ["useAccounts", "retrieveAccounts", "listAccounts"]
HOSTILE = '</script><img src="https://evil.example.com/x.png" onerror="alert(1)"><script>alert(2)</script>'


def directory(**lists: Any) -> dict[str, Any]:
    """Return a directory; groups are lists of users and groups, permissions a safe, a member and rights."""
    return {
        "users": [{"user_name": name, "active": name != "alan"} for name in lists["users"]],
        "groups": [
            {"display_name": name, "users": {"set": users}, "groups": {"set": groups}}
            for name, (users, groups) in lists["groups"].items()
        ],
        "containers": [{"name": name} for name in lists["safes"]],
        "container_permissions": [
            {"container": safe, kind: member, "rights": {"set": rights}, **more}
            for safe, kind, member, rights, more in lists["permissions"]
        ],
        "privileged_data": [
            {"container": safe, "name": f"{login}@{machine}", "properties": {"username": login, "address": machine}}
            for safe, login, machine in lists["accounts"]
        ],
    }


BEFORE = directory(
    users=["ada", "alan", "charles", "edsger", "grace", "katherine"],
    groups={
        "oncall": (["ada", "edsger"], []),
        "db-admins": (["ada", "alan", "grace"], ["oncall"]),
        "operators": (["charles"], ["db-admins", "contractors"]),
    },
    safes=["APP-PRD", "APP-TST"],
    permissions=[
        ("APP-PRD", "group", "db-admins", USE, {}),
        ("APP-PRD", "group", "operators", ["listAccounts"], {}),
        ("APP-PRD", "user", "grace", ALL_USE, {"membership_expiration": "2026-01-31T00:00:00Z"}),
        ("APP-TST", "user", "charles", [*ALL_USE, "manageSafeMembers"], {}),
    ],
    accounts=[("APP-PRD", "root", "web1"), ("APP-PRD", "postgres", "db1")],
)
RENAMES = {"users": {"grace": "zoe"}, "groups": {"db-admins": "admins"}, "containers": {"APP-PRD": "ZAP"}}
FINDING = {
    "policy": "separation-of-duties",
    "severity": "refuse",
    "reason": "Nobody manages the members of a safe and uses its accounts.",
    "subject": {"user": "charles", "container": "APP-TST"},
    "text": "charles on APP-TST: rights has useAccounts and manageSafeMembers.",
    "exception": None,
    "new": False,
    "position": None,
}


def changed() -> dict[str, Any]:
    """Return the directory after a change: edsger leaves, katherine and contractors come, grace gets more."""
    after = copy.deepcopy(BEFORE)
    after["groups"][0]["users"]["set"] = ["ada", "katherine"]
    after["container_permissions"] += [
        {"container": "APP-TST", "group": "contractors", "rights": {"set": USE}},
        {"container": "APP-PRD", "user": "grace", "rights": {"set": ["retrieveAccounts"]}},
    ]
    return after


def document(**facts: Any) -> dict[str, Any]:
    options = {"tenant": "https://example.id.cyberark.cloud", "after": changed(), "findings": [FINDING], **facts}
    return access_document(options.pop("source", "plan"), options.pop("directory", BEFORE), NOW, **options)


def renamed() -> dict[str, Any]:
    """Return the directory after a user, a group and a safe get new names."""
    text = json.dumps(BEFORE)
    for names in RENAMES.values():
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"')
    found: dict[str, Any] = json.loads(text)
    return found
