# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages for common mistakes of new users: they name the option, the error and the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant

Run = Callable[..., Result]

# The module, its options, the code, and words of the message.
MISTAKES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a list for the members": (
        "scim_group",
        {"display_name": "a", "users": ["ada@example.com"]},
        "invalid",
        "users takes a map of add, remove, set, but was given a list",
    ),
    "a list for the rights": (
        "scim_pam_object",
        {"kind": "container_permission", "container": "A", "user": "ada@example.com", "rights": ["useAccounts"]},
        "invalid",
        "rights takes a map of add, remove, set, but was given a list",
    ),
    "a variable that is not set": (
        "scim_user",
        {"user_name": "new@example.com", "password": ""},
        "invalid",
        "password is empty. Check the variable that it comes from",
    ),
    "a name that another one has": (
        "scim_user",
        {"id": "ada", "user_name": "grace@example.com"},
        "conflict",
        "the user grace already has the name 'grace@example.com'. Choose another name",
    ),
    "an unknown manager": (
        "scim_user",
        {"user_name": "ada@example.com", "manager": "nobody@example.com"},
        "not_found",
        "no user has the name or the id 'nobody@example.com'. Correct the name, or create it first.",
    ),
    "a client of SCIM for the portal": (
        "identity_role",
        {"name": "A", "app_id": "scim-client"},
        "authorization",
        "leave app_id out, or let the scope allow /Redrock/query",
    ),
    "an export of what the client may not read": (
        "scim_directory_info",
        {},
        "authorization",
        "Leave containers out of include, directory_kinds in the playbook.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_explained(tenant: Tenant, run: Run, mistake: tuple[str, dict[str, Any], str, str]) -> None:
    module, options, code, words = mistake
    people = [{"schemas": [CORE_USER], "id": name, "userName": f"{name}@example.com"} for name in ("ada", "grace")]
    known = dict(zip(("ada", "grace"), tenant.seed(users=people)["users"], strict=True))
    tenant.switch(granted_rights=["UserManagement", "RoleManagement"])
    if module == "scim_pam_object":
        tenant.switch(granted_rights=["VaultManagement"])
    if module.startswith("identity_"):
        options = {**tenant.connection, **options, "app_id": tenant.info["app_id"]}
    result = run(
        module, **{name: known.get(value, value) if name == "id" else value for name, value in options.items()}
    )
    assert result.code == code, result.output
    assert words.replace("the user grace", f"the user {known['grace']}") in result["msg"]
    assert result["failure"]["code"] == code
