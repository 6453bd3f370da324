# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An apostrophe is an ordinary character of a name: in filters, queries, members, safes and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]

NAME = "o'neil@example.com"
PASSWORD = "Initial-pass-1"  # pragma: allowlist secret
USER: dict[str, Any] = {"user_name": NAME, "display_name": "Shaq O'Neil", "password": PASSWORD}


def changes(run: Run, module: str, **options: Any) -> list[bool]:
    """Run a task twice, and return for each run whether it changed something. Neither may fail."""
    results = [run(module, **options) for _run in range(2)]
    assert not any(result.failed for result in results), [result.output for result in results]
    return [result["changed"] for result in results]


def test_a_user_is_created_found_renamed_and_deleted(run: Run) -> None:
    assert changes(run, "scim_user", **USER) == [True, False]
    assert changes(run, "scim_user", user_name=NAME.upper(), family_name="O'Neil") == [True, False]
    (user,) = run("scim_user_info", user_name="O'Neil@example.com")["users"]
    assert (user["user_name"], user["family_name"]) == (NAME, "O'Neil")
    (filtered,) = run("scim_user_info", filter=f'userName eq "{NAME}"')["users"]
    assert filtered == user
    assert changes(run, "scim_user", id=user["id"], user_name="d'arcy@example.com") == [True, False]
    assert changes(run, "scim_user", user_name="d'arcy@example.com", state="absent") == [True, False]


def test_a_group_with_an_apostrophe_converges(run: Run) -> None:
    assert not run("scim_user", **USER).failed
    assert changes(run, "scim_group", display_name="o'neil's", users={"add": [NAME]}) == [True, False]
    assert run("scim_group_info", display_name="O'NEIL'S")["groups"][0]["users"]["set"] == [NAME]
    assert changes(run, "scim_group", display_name="o'neil's", users={"remove": [NAME]}) == [True, False]


@pytest.mark.parametrize("others", [0, 60], ids=["found one by one", "listed"])
def test_a_directory_with_apostrophes_converges(tenant: Tenant, run: Run, others: int) -> None:
    people = [{"user_name": f"user-{number}@example.com"} for number in range(others)]
    directory = {
        "users": [USER, {"user_name": "ada@example.com", "manager": NAME}, *people],
        "groups": [{"display_name": "o'neil's", "users": {"set": [NAME]}}],
    }
    assert changes(run, "scim_directory", **directory) == [True, False]


def test_a_safe_with_an_apostrophe_converges(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName=NAME)
    tenant.switch(granted_rights=["VaultManagement"])
    assert changes(run, "scim_pam_object", kind="container", name="O'NEIL") == [True, False]
    permission = {"kind": "container_permission", "container": "O'NEIL", "user": NAME}
    assert changes(run, "scim_pam_object", **permission, rights_preset="read_only") == [True, False]
    account = {"kind": "privileged_data", "container": "O'NEIL", "name": "o'neil@web1"}
    assert changes(run, "scim_pam_object", **account, secret=PASSWORD) == [True, False]


def test_queries_of_the_administration_api(run: Run) -> None:
    assert changes(run, "identity_user", user_name=NAME, password=PASSWORD) == [True, False]
    assert changes(run, "identity_user", user_name=NAME.upper(), description="it's him") == [True, False]
    assert changes(run, "identity_role", name="o'neil's", users={"set": [NAME]}) == [True, False]
    assert changes(run, "identity_role", name="all", roles={"set": ["O'NEIL'S"]}) == [True, False]
    app = {"application_id": "o'neil", "permissions": {"add": [{"role": "o'neil's", "rights": ["View"]}]}}
    assert changes(run, "identity_oauth2_app", **app) == [True, False]
    assert changes(run, "identity_role", name="O'Neil's", state="absent") == [True, False]
    assert changes(run, "identity_user", user_name=NAME, state="absent") == [True, False]


def test_an_apostrophe_in_a_csv_file_is_kept() -> None:
    (entry,) = entries_of_csv(f"login,lastname\n{NAME},O'Neil\n", Reading(kind="users"))
    assert entry == {"user_name": NAME, "family_name": "O'Neil"}
