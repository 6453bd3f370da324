# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unmanaged objects: those that no entry of scim_directory names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import apply, done, good

Run = Callable[..., Result]
FULL = ["listAccounts", "manageSafe", "manageSafeMembers", "retrieveAccounts", "useAccounts"]


def login(name: str) -> str:
    return f"{name}@example.com"


def seed(tenant: Tenant) -> None:
    """Create two safes with accounts, an unmanaged member on each, and people in groups."""
    people = ("ada", "mallory")
    tenant.seed(
        users=[{"userName": login(name), "active": True} for name in people],
        groups=[{"displayName": "team", "members": [login("ada")]}, {"displayName": "old"}],
        containers=[{"name": "APP"}, {"name": "OTHER"}],
        accounts=[{"container": safe, "name": "root", "type": "password"} for safe in ("APP", "OTHER")],
    )
    strangers = [{"container": safe, "user": login("mallory"), "rights": FULL} for safe in ("APP", "OTHER")]
    tenant.seed(permissions=[*strangers, {"container": "APP", "group": "team", "rights": ["listAccounts"]}])


TEAM = {"container": "APP", "group": "team", "rights": {"set": ["listAccounts"]}}
FILES: dict[str, Any] = {
    "users": [{"user_name": login("ada")}],
    "groups": [{"display_name": "team", "users": {"set": [login("ada")]}}],
    "containers": [{"name": "APP"}],
    "container_permissions": [TEAM],
    "privileged_data": [],
}
REPORT = {"unmanaged": "report", "protected": ["admin-service*"]}


def names(result: Result) -> list[str]:
    return [f"{row['type']} {row['name']}" for row in good(result)["unmanaged"]]


@pytest.mark.parametrize("check", [True, False])
def test_unmanaged_objects_are_reported(tenant: Tenant, run: Run, check: bool) -> None:
    """Permissions come first; permissions and accounts are reported only for safes that entries name."""
    seed(tenant)
    tenant.forget_requests()
    result = apply(run, check=check, **FILES, **REPORT)
    assert names(result) == [
        "container_permission APP / mallory@example.com",
        "container OTHER",
        "group old",
        "privileged_data APP / root",
        "user mallory@example.com",
    ]
    assert result["unmanaged"][0] == {
        "type": "container_permission",
        "name": "APP / mallory@example.com",
        "container": "APP",
        "user": "mallory@example.com",
        "group": None,
        "rights": FULL,
    }
    assert {kind: counts["unmanaged"] for kind, counts in result["summary"].items()} == dict.fromkeys(FILES, 1)
    assert result["msg"] == "4 unchanged; 5 unmanaged"
    assert result["changed"] is False
    assert result["actions"] == []
    assert tenant.writes() == []


def test_no_request_is_made_unless_the_report_is_on(tenant: Tenant, run: Run) -> None:
    seed(tenant)
    assert names(apply(run, **FILES)) == []
    tenant.forget_requests()
    result = good(apply(run, users=FILES["users"]))
    assert result["unmanaged"] == []
    assert not [seen for seen in tenant.requests() if seen["path"].endswith("/Groups")]


@pytest.mark.parametrize("kind", FILES)
def test_only_kinds_whose_list_is_given_are_reported(tenant: Tenant, run: Run, kind: str) -> None:
    """An empty list counts, except for permissions and accounts: it names no safe."""
    seed(tenant)
    given = names(apply(run, **{kind: FILES[kind]}, **REPORT))
    assert len({name.split()[0] for name in given}) == (0 if kind == "privileged_data" else 1)
    emptied = names(apply(run, **{kind: []}, **REPORT))
    expected = {"users": "user ada@example.com", "groups": "group team", "containers": "container APP"}
    assert (expected.get(kind) in emptied) == (kind in expected)


@pytest.mark.parametrize("check", [True, False])
def test_fail_names_the_first_before_anything_is_written(tenant: Tenant, run: Run, check: bool) -> None:
    seed(tenant)
    tenant.seed(users=[{"userName": login(f"user{number:02}"), "active": True} for number in range(25)])
    before = tenant.state()
    files = {**FILES, "containers": [{"name": "APP", "description": "New"}]}
    result = apply(run, check=check, **files, **{**REPORT, "unmanaged": "fail"})
    assert result.failed
    assert result.code == "drift"
    assert "(30): container_permission 'APP / mallory@example.com' (5 rights), container 'OTHER'," in result["msg"]
    assert ", and 10 more. Nothing was written." in result["msg"]
    assert len(result["unmanaged"]) == 30
    assert result["changed"] is False
    assert tenant.state() == before
    everything = {**REPORT, "protected": ["admin*", "mallory*", "OTHER", "old", "root", "user*"], "unmanaged": "fail"}
    assert done(good(apply(run, check=check, **files, **everything))) == {"APP": "update"}


def test_guard_rails_and_limits_do_not_matter(tenant: Tenant, run: Run) -> None:
    seed(tenant)
    result = apply(run, **FILES, **REPORT, max_removals="0", max_access_removals="0")
    assert len(names(result)) == 5


def test_objects_that_prune_spares_are_not_reported(tenant: Tenant, run: Run) -> None:
    tenant.seed(
        linked_users=[{"userName": "linked@example.com"}],
        users=[
            {"userName": "svc-backup@example.com", "active": True},
            {"userName": "away@example.com", "active": False},
        ],
        groups=[{"displayName": "own", "members": [tenant.info["client_id"]]}, {"displayName": "old"}],
    )
    result = apply(run, users=[], groups=[], unmanaged="report", protected=["SVC-*", "admin*"])
    assert names(result) == ["group old"]


def test_a_right_of_the_service_user_is_reported_if_others_share_it(tenant: Tenant, run: Run) -> None:
    """Everybody may have the same right."""
    crew = {"displayName": "crew", "members": [tenant.info["client_id"]]}
    tenant.seed(users=[{"userName": login("ada")}], groups=[crew])
    good(apply(run, containers=[{"name": "APP"}]))
    tenant.seed(permissions=[{"container": "APP", "group": "crew", "rights": FULL}])
    ada = {"container": "APP", "user": login("ada"), "rights": {"set": ["listAccounts"]}}
    for prune in ([], ["container_permissions"]):
        result = apply(run, container_permissions=[ada], unmanaged="report", prune=prune)
        assert names(result) == ["container_permission APP / crew"]


def test_pruned_objects_are_not_reported(tenant: Tenant, run: Run) -> None:
    """Prune leaves permissions alone on safes that only entries of another kind name."""
    seed(tenant)
    files = {**FILES, "containers": [{"name": "APP"}, {"name": "OTHER"}], "prune": ["container_permissions", "users"]}
    result = apply(run, check=True, **files, **REPORT)
    assert done(result) == {"APP / mallory@example.com": "delete", "mallory@example.com": "deactivate"}
    assert names(result) == [
        "container_permission OTHER / mallory@example.com",
        "group old",
        "privileged_data APP / root",
        "privileged_data OTHER / root",
    ]


def test_a_safe_that_goes_takes_what_is_on_it(tenant: Tenant, run: Run) -> None:
    seed(tenant)
    files = {"containers": [{"name": "OTHER"}, {"name": "APP", "state": "absent"}], "privileged_data": []}
    assert names(apply(run, check=True, **files, **REPORT)) == ["privileged_data OTHER / root"]


def test_a_safe_may_be_named_by_its_id(tenant: Tenant, run: Run) -> None:
    seed(tenant)
    (safe,) = [item["id"] for item in tenant.resources("Containers") if item["name"] == "APP"]
    result = apply(run, containers=[{"id": safe, "description": "x"}], privileged_data=[], **REPORT)
    assert names(result) == ["container OTHER", "privileged_data APP / root"]


@pytest.mark.parametrize(("way", "changes"), [("set", 1), ("add", 0)])
def test_a_stranger_in_a_list_is_a_change_only_where_the_list_is_set(
    tenant: Tenant, run: Run, way: str, changes: int
) -> None:
    seed(tenant)
    tenant.seed(groups=[{"displayName": "crew", "members": [login("ada"), login("mallory")]}])
    result = apply(
        run,
        check=True,
        groups=[{"display_name": name, "users": {way: [login("ada")]}} for name in ("crew", "team", "old")][:2],
        **REPORT,
    )
    assert len(done(result)) == changes
    assert names(result) == ["group old"]
