# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known rules of the server, and the limits of check mode, are reported before the first write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
BOTH = pytest.mark.parametrize("check", [True, False])


def people(count: int, suffix: str = "example.com") -> list[dict[str, Any]]:
    return [{"user_name": f"user-{number}@{suffix}"} for number in range(count)]


def by_suffix(tenant: Tenant) -> list[str]:
    """Return the requests that search users by suffix."""
    return [seen["path"] for seen in tenant.requests() if " ew " in unquote_plus(f"{seen}")]


@BOTH
def test_names_of_new_safes_are_checked_in_a_directory(tenant: Tenant, run: Run, check: bool) -> None:
    tenant.switch(granted_rights=["VaultManagement"])
    names = ["APP:PRD", "x" * 29, "y" * 28]
    result = run("scim_directory", check=check, containers=[{"name": name} for name in names])
    assert result.code == "invalid"
    assert "containers[0]: " in result["msg"]
    assert "holds ':', which the name of a new container must not contain" in result["msg"]
    assert "has 29 characters. A new container takes at most 28" in result["msg"]
    assert "containers[2]" not in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("module", ["scim_user", "identity_user"])
def test_a_name_that_the_vault_does_not_take_is_a_warning(run: Run, module: str) -> None:
    result = run(module, check=True, user_name="a*b@example.com", password="Initial-pass-1")
    assert result["changed"] is True
    assert "'a*b@example.com' holds '*', which the vault refuses" in result.warnings[0]


def test_an_existing_user_causes_no_warning(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="a/b@example.com")
    result = run("scim_user", user_name="a/b@example.com", display_name="A")
    assert (result["changed"], result.warnings) == (True, [])


def test_a_suffix_that_nobody_has_costs_one_request_in_check_mode(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.forget_requests()
    result = run("scim_user", check=True, user_name="a@exmaple.com")
    assert "No other user of the tenant has the suffix 'exmaple.com' of 'a@exmaple.com'" in result.warnings[0]
    assert len(by_suffix(tenant)) == 1
    assert "suffix" not in "".join(run("scim_user", check=True, user_name="b@Example.com").warnings)
    tenant.forget_requests()
    run("scim_user", user_name="c@example.com")
    run("scim_user", check=True, user_name="c@example.com", display_name="C")
    assert by_suffix(tenant) == []


@BOTH
def test_a_suffix_that_nobody_has_is_seen_where_all_are_listed(tenant: Tenant, run: Run, check: bool) -> None:
    run("scim_directory", users=people(60))
    new = [*people(60), *people(2, "exmaple.com"), {"user_name": "new@EXAMPLE.com"}]
    result = run("scim_directory", check=check, users=new)
    text = "No other user of the tenant has the suffix 'exmaple.com' of 'user-0@exmaple.com' and 1 more"
    assert [text in warning for warning in result.warnings if "suffix" in warning] == [True], result.output


def test_no_request_is_made_for_a_suffix_in_a_directory(tenant: Tenant, run: Run) -> None:
    tenant.forget_requests()
    result = run("scim_directory", check=True, users=[{"user_name": "a@exmaple.com"}])
    assert by_suffix(tenant) == []
    assert "suffix" not in "".join(result.warnings)


def test_check_mode_lists_unknown_facts_once(tenant: Tenant, run: Run) -> None:
    users = [{**user, "password": "Initial-pass-1"} for user in people(3)]
    (warning,) = run("scim_directory", check=True, users=[*users, {"user_name": "a@example.com"}]).warnings
    assert warning == (
        "Check mode cannot know of new users: the password policy, whether the tenant takes users without a password"
    )
    assert run("scim_directory", users=users).warnings == []
    assert run("scim_directory", check=True, users=users).warnings == []
    changed = [{**users[0], "display_name": "A"}]
    assert run("scim_directory", check=True, users=changed).warnings == []


def test_check_mode_of_one_object_lists_unknown_facts(tenant: Tenant, run: Run) -> None:
    options = {"user_name": "a@example.com", "email": "a@example.com", "custom_attributes": {"badge": "7"}}
    tenant.seed_user(userName="ada@example.com")
    (warning,) = run("scim_user", check=True, **options).warnings
    assert "whether another user has the mail address, which custom attributes the tenant defines" in warning
    assert "whether the tenant takes users without a password" in warning
    assert run("scim_user", check=True, user_name="ada@example.com", display_name="A").warnings == []
    assert run("scim_user", check=True, user_name="nobody@example.com", state="absent").warnings == []
    tenant.switch(granted_rights=["VaultManagement"])
    (warning,) = run(
        "scim_pam_object", check=True, kind="container", name="APP", managing_cpm="PasswordManager"
    ).warnings
    assert "a safe that the service user cannot see" in warning
    assert "which CPM users the vault has" in warning
