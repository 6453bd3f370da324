# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incomplete lists of members, member types or objects: a missing entry does not mean that the object is absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]

CUTS = ["omitted", "first_100", "users_only"]
KINDS = ["untyped", "singular_ref", "direct"]
LAST = "user00110@example.com"


@pytest.fixture
def big(tenant: Tenant) -> Tenant:
    """Create a group with 110 users and a nested group; no list shows the last user."""
    tenant.seed(users=110)
    tenant.seed(groups=[{"displayName": "inner"}])
    tenant.seed(groups=[{"displayName": "big", "members": [f"user{n:05}@example.com" for n in range(1, 111)]}])
    tenant.seed(groups=[{"displayName": "outer", "members": ["inner"]}])
    tenant.forget_requests()
    return tenant


def held(tenant: Tenant, name: str) -> list[str]:
    """Return the display names of a group's members."""
    tenant.switch(list_members="full", member_type="typed")
    (group,) = [item for item in tenant.resources("Groups") if item["displayName"] == name]
    return sorted(member["display"] for member in group.get("members", []))


@pytest.mark.parametrize("cut", CUTS)
def test_a_member_that_lists_leave_out_is_removed(big: Tenant, run: Run, cut: str) -> None:
    big.switch(list_members=cut)
    for changed in (True, False):
        result = run("scim_group", display_name="big", users={"remove": [LAST]})
        assert (result["changed"], result.warnings) == (changed, [])
    assert len(result["group"]["users"]["set"]) == 109
    assert LAST not in held(big, "big")


@pytest.mark.parametrize("cut", CUTS)
def test_a_group_that_lists_show_as_empty_is_emptied(big: Tenant, run: Run, cut: str) -> None:
    big.switch(list_members=cut)
    for changed in (True, False):
        assert run("scim_group", display_name="big", users={"set": []})["changed"] is changed
        assert run("scim_group", display_name="outer", groups={"set": []})["changed"] is changed
    assert held(big, "big") == held(big, "outer") == []


@pytest.mark.parametrize("cut", CUTS)
def test_a_directory_compares_the_members_that_lists_leave_out(big: Tenant, run: Run, cut: str) -> None:
    """There are enough entries that the groups are read as a list."""
    big.switch(list_members=cut)
    wanted = [
        {"display_name": "big", "users": {"set": ["user00001@example.com"]}},
        {"display_name": "outer", "groups": {"set": []}},
        *({"display_name": f"other{number}", "users": {"set": [LAST]}} for number in range(6)),
    ]
    first = run("scim_directory", groups=wanted, max_access_removals="200")
    assert not first.failed, first.output
    again = run("scim_directory", groups=wanted)
    assert (again["changed"], again["summary"]["groups"]) == (False, {"unchanged": 8})
    assert (held(big, "big"), held(big, "outer")) == (["user00001@example.com"], [])


@pytest.mark.parametrize("cut", CUTS)
def test_an_export_and_a_reading_show_the_members_that_lists_leave_out(big: Tenant, run: Run, cut: str) -> None:
    big.switch(list_members=cut)
    exported = {group["display_name"]: group for group in run("scim_directory_info")["directory"]["groups"]}
    assert (len(exported["big"]["users"]["set"]), exported["outer"]["groups"]) == (110, {"set": ["inner"]})
    for options in ({}, {"display_name": "big"}, {"filter": 'displayName eq "big"'}):
        shown = {group["display_name"]: group for group in run("scim_group_info", **options)["groups"]}
        assert len(shown["big"]["users"]["set"]) == 110


def test_the_callers_role_is_not_pruned_where_lists_omit_members(big: Tenant, run: Run) -> None:
    big.switch(list_members="omitted")
    entries = [{"display_name": name} for name in ("big", "inner", "outer")]
    result = run("scim_directory", groups=entries, prune=["groups"], check=True)
    assert [action["name"] for action in result["actions"]] == []


def test_lists_that_are_whole_cost_one_request_more(big: Tenant, run: Run) -> None:
    """The number of compared groups does not matter."""
    names = [f"group{number:02}" for number in range(40)]
    people = [f"user{number:05}@example.com" for number in range(1, 5)]
    big.seed(groups=[{"displayName": name, "members": people} for name in names])
    wanted = [{"display_name": name, "users": {"set": people}} for name in names]
    big.forget_requests()
    assert run("scim_directory", groups=wanted)["changed"] is False
    by_id = [seen["path"] for seen in big.requests() if "/Groups/" in seen["path"]]
    assert len(by_id) <= 1


@pytest.mark.parametrize("status", [405, 501])
def test_members_that_cannot_be_known_are_not_decided_about(big: Tenant, run: Run, status: int) -> None:
    big.switch(list_members="omitted")
    big.fault(method="GET", path="/Groups/", status=status, count=None)
    refused = run("scim_group", display_name="big", users={"remove": [LAST]})
    assert (refused.code, big.writes()) == ("unsupported", [])
    assert "read the members of the group 'big'" in refused["msg"]
    exported = run("scim_directory_info")
    assert len([text for text in exported.warnings if "members may be missing" in text]) == 1


@pytest.mark.parametrize("patch", [True, 501], ids=["PATCH", "PUT"])
@pytest.mark.parametrize("kind", KINDS)
def test_users_and_groups_are_two_lists_whatever_members_say_of_themselves(
    big: Tenant, run: Run, kind: str, patch: Any
) -> None:
    big.switch(member_type=kind, patch_supported={"Groups": patch})
    run("scim_group", display_name="outer", users={"add": ["user00001@example.com", "user00002@example.com"]})
    for changed in (True, False):
        result = run("scim_group", display_name="outer", users={"set": ["user00002@example.com", LAST]})
        assert (result["changed"], result.warnings) == (changed, [])
        assert result["group"]["users"] == {"set": ["user00002@example.com", LAST]}
        assert result["group"]["groups"] == {"set": ["inner"]}
    assert held(big, "outer") == ["inner", "user00002@example.com", LAST]
    big.switch(member_type=kind)
    for changed in (True, False):
        assert run("scim_group", display_name="outer", groups={"set": []})["changed"] is changed
    assert held(big, "outer") == ["user00002@example.com", LAST]


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_tells_users_and_groups_apart_whatever_members_say(big: Tenant, run: Run, kind: str) -> None:
    big.switch(member_type=kind)
    exported = {group["display_name"]: group for group in run("scim_directory_info")["directory"]["groups"]}
    assert (len(exported["big"]["users"]["set"]), "groups" in exported["big"]) == (110, False)
    assert exported["outer"] == {"display_name": "outer", "groups": {"set": ["inner"]}}


def test_a_member_nobody_knows_is_left_alone(big: Tenant, run: Run) -> None:
    """Lists and requests by id may hide a member from the caller."""
    big.switch(member_type="untyped")
    big.fault(method="GET", path="/Users/", status=404, count=None)
    (inner,) = [group["id"] for group in big.resources("Groups") if group["displayName"] == "inner"]
    big.fault(method="GET", path=f"/Groups/{inner}", status=404, count=None)
    result = run("scim_group", display_name="outer", users={"set": []})
    assert (result["changed"], result["group"]["users"]) == (False, {"set": []})
    (warning,) = set(result.warnings)
    assert warning.startswith("The group 'outer' has members of an unknown kind")
    assert held(big, "outer") == ["inner"]


def test_absence_is_not_concluded_from_a_list_shorter_than_its_count(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.switch(total_results_wrong=True, groups_paging=True)
    for options in ({"state": "absent"}, {"display_name": "x"}):
        refused = run("scim_user", user_name="nobody@example.com", **options)
        assert (refused.code, tenant.writes()) == ("protocol", [])
        assert "counts" in refused["msg"] and "but returned" in refused["msg"]
    assert run("scim_user", user_name="ADA@example.com", display_name="Ada")["changed"] is True
    exported = run("scim_directory_info", include=["users"])
    assert "ada@example.com" in [user["user_name"] for user in exported["directory"]["users"]]
    assert [text for text in exported.warnings if "counts" in text]


def test_a_directory_looks_up_what_a_list_shorter_than_its_count_lacks(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=10)
    tenant.switch(total_results_wrong=True, groups_paging=True)
    wanted = [{"user_name": f"user{number:05}@example.com", "active": True} for number in range(1, 11)]
    assert run("scim_directory", users=wanted)["changed"] is False
    refused = run("scim_directory", users=[*wanted, {"user_name": "nobody@example.com", "state": "absent"}])
    assert (refused.code, tenant.writes()) == ("protocol", [])
