# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""scim_directory with policies: it refuses what breaks them before the first write, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
SEED: dict[str, Any] = {
    "users": [{"userName": f"{name}@example.com", "active": name != "left"} for name in ("ada", "grace", "left")],
    "groups": [{"displayName": "Ops", "members": ["grace@example.com"]}],
    "containers": [{"name": "APP-PRD"}],
    "permissions": [
        {"container": "APP-PRD", "user": "ada@example.com", "rights": ["useAccounts", "manageSafeMembers"]},
        {"container": "APP-PRD", "group": "Ops", "rights": ["useAccounts"]},
    ],
}
DUTIES = {
    "name": "separation-of-duties",
    "reason": "Who manages the members of a safe must not use its accounts.",
    "each": "reach",
    "must_not": {"rights": {"has_all": ["manageSafeMembers", "useAccounts"]}},
    "severity": "refuse",
}
MANAGER = {"container": "APP-PRD", "user": "grace@example.com", "rights": {"set": ["manageSafeMembers"]}}


@pytest.fixture(autouse=True)
def _seed(tenant: Tenant) -> None:
    tenant.seed(**SEED)


@pytest.mark.parametrize("check", [True, False])
def test_a_new_finding_refuses_the_plan_before_the_first_write(tenant: Tenant, run: Run, check: bool) -> None:
    entry = {**MANAGER, "position": "safes.yml:7"}
    result = run("scim_directory", check=check, container_permissions=[entry], policies=[DUTIES])
    assert result.failed and result.code == "policy", result.output
    assert "grace@example.com / APP-PRD" in result["msg"] and "ada@example.com" not in result["msg"]
    found = {each["subject"]["user"]: each for each in result["policies"]["findings"]}
    assert {name: each["new"] for name, each in found.items()} == {"ada@example.com": False, "grace@example.com": True}
    assert found["grace@example.com"]["position"] == "safes.yml:7"
    assert tenant.writes() == []


def test_what_mends_an_old_finding_is_applied(tenant: Tenant, run: Run) -> None:
    entry = {"container": "APP-PRD", "user": "ada@example.com", "rights": {"remove": ["manageSafeMembers"], "add": []}}
    result = run("scim_directory", container_permissions=[entry], policies=[DUTIES])
    assert not result.failed and result["changed"], result.output
    assert (result["policies"]["refused"], result["policies"]["findings"]) == (False, [])


def test_a_rename_makes_no_old_finding_new(tenant: Tenant, run: Run) -> None:
    entry = {"user_name": "ada.l@example.com", "formerly": ["ada@example.com"]}
    result = run("scim_directory", users=[entry], policies=[DUTIES])
    assert not result.failed, result.output
    (finding,) = result["policies"]["findings"]
    assert (finding["subject"]["user"], finding["new"]) == ("ada.l@example.com", False)


def test_wrong_policies_are_refused_before_anything_is_read(tenant: Tenant, run: Run) -> None:
    result = run("scim_directory", users=[], policies=[{**DUTIES, "each": "raech"}, {"name": "x"}])
    assert result.failed and result.code == "invalid"
    assert "Did you mean reach?" in result["msg"] and "policy 'x' at policies[1]" in result["msg"]


def test_a_kind_that_cannot_be_read_refuses_instead_of_passing(tenant: Tenant, run: Run) -> None:
    policy = {**DUTIES, "each": "group", "where": {"listed": True}, "must_not": {"users": {"is_set": False}}}
    entry = {"container": "APP-PRD", "user": "grace@example.com", "rights": {"add": ["listAccounts"], "remove": []}}
    assert not run("scim_directory", check=True, container_permissions=[entry], policies=[policy]).failed
    tenant.fault(path="/Groups", status=403, count=99)
    result = run("scim_directory", container_permissions=[entry], policies=[policy])
    assert result.code == "policy", result.output
    assert "separation-of-duties was not evaluated, because groups were not read" in result["msg"]
    assert tenant.writes() == []
    warned = run("scim_directory", container_permissions=[entry], policies=[{**policy, "severity": "warn"}])
    assert not warned.failed and warned["policies"]["policies"][0]["not_evaluated"] == ["groups"]


def test_a_policy_about_changes_reads_nothing_more(tenant: Tenant, run: Run) -> None:
    policy = {**DUTIES, "name": "break-glass", "each": "change", "must_not": {"name": {"like": "break*"}}}
    entry = {"display_name": "break-glass", "users": {"add": ["ada@example.com"], "remove": []}}
    result = run("scim_directory", check=True, groups=[entry], policies=[policy])
    assert result.code == "policy", result.output
    assert "group / break-glass / create" in result["msg"]
