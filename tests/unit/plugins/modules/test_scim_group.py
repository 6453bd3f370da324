# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of groups: members of two kinds are added, removed and set, by name or by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def seed_people(tenant: Tenant, *names: str) -> dict[str, str]:
    return {name: tenant.seed_user(userName=f"{name}@example.com") for name in names}


def group(tenant: Tenant, name: str) -> dict[str, Any]:
    (one,) = [item for item in tenant.resources("Groups") if item["displayName"].casefold() == name.casefold()]
    return one


def members(tenant: Tenant, name: str) -> set[str]:
    people = {user["id"]: user["userName"].partition("@")[0] for user in tenant.resources("Users")}
    return {people.get(member["value"]) or member["display"] for member in group(tenant, name).get("members", [])}


def logins(*names: str) -> list[str]:
    return [f"{name}@example.com" for name in names]


@pytest.fixture
def team(tenant: Tenant) -> dict[str, str]:
    """Create a group with two users and a nested group, and users outside of it."""
    ids = seed_people(tenant, "ada", "grace", "alan", "katherine")
    tenant.seed(groups=[{"displayName": "operators", "members": []}])
    tenant.seed(groups=[{"displayName": "team", "members": [*logins("ada", "grace"), "operators"]}])
    ids.update((name, group(tenant, name)["id"]) for name in ("team", "operators"))
    tenant.forget_requests()
    return ids


# Switches that do not affect each other share a server. test_switches.py has each of them alone.
SERVERS: list[dict[str, Any]] = [
    {},
    {"patch_supported": {"Groups": 405}, "member_display": "name"},
    {"patch_supported": {"Groups": 501}, "groups_paging": True, "max_results": 2, "default_page_size": 2},
    {"patch_status": 204, "remove_absent_member": 400, "filter_case_sensitive": False},
    {"patch_paths": "core_only", "filters_ignored": True},
    {"replace_members": False, "member_display": "omitted"},
    {"remove_with_value": "refuse", "group_filters_blind": True},
    {"group_filters_blind": True, "unique_case_sensitive": True},
    {"put_keeps_members": True, "patch_supported": {"Groups": 405}},
]


@pytest.mark.parametrize("switches", SERVERS, ids=str)
def test_lifecycle_on_every_kind_of_server(
    tenant: Tenant, run: Run, team: dict[str, str], switches: dict[str, Any]
) -> None:
    tenant.switch(**switches)
    steps: list[tuple[dict[str, Any], set[str]]] = [
        ({"users": {"add": logins("alan")}}, {"ada", "grace", "alan", "operators"}),
        ({"users": {"remove": [team["ada"], "nobody@example.com"]}}, {"grace", "alan", "operators"}),
        ({"users": {"set": [*logins("KATHERINE"), team["alan"]]}}, {"katherine", "alan", "operators"}),
        ({"groups": {"set": []}}, {"katherine", "alan"}),
        ({"users": {"add": logins("ada"), "remove": logins("alan")}}, {"katherine", "ada"}),
        ({"groups": {"add": [team["operators"]]}}, {"katherine", "ada", "operators"}),
    ]
    if switches.get("put_keeps_members"):
        steps.append(({"display_name": "team"}, {"katherine", "ada", "operators"}))
    for options, expected in steps:
        result = run("scim_group", **{"display_name": "team", **options})
        assert not result.failed, result.output
        assert members(tenant, "team") == expected
        assert run("scim_group", **{"display_name": "TEAM", **options})["changed"] is False
    renamed = run("scim_group", id=team["team"], display_name="crew")
    assert renamed["changed"] is True
    assert members(tenant, "crew") == {"katherine", "ada", "operators"}
    assert run("scim_group", display_name="crew", state="absent")["changed"] is True


def test_only_the_difference_is_sent(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    result = run("scim_group", display_name="team", users={"set": logins("ada", "alan")})
    assert tenant.writes() == [f"PATCH /scim/v2/Groups/{team['team']}"]
    # The group, its members, alan, the user that runs the task, ada who stays, the write.
    assert len(tenant.requests()) - tenant.tokens() == 6
    assert result["diff"]["before"]["users"] == {"set": logins("ada", "grace")}
    assert result["diff"]["after"]["users"] == {"set": logins("ada", "alan")}


def test_a_member_given_in_many_spellings_is_looked_up_once(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    users = {"add": ["alan@example.com", "ALAN@example.com", "Alan@Example.com"]}
    assert run("scim_group", display_name="team", users=users)["group"]["users"]["set"] == logins(
        "ada", "alan", "grace"
    )
    lookups = [seen["query"] for seen in tenant.requests() if seen["path"].endswith("/Users")]
    assert len([query for query in lookups if "filter=userName eq" in query]) == 1


@pytest.mark.parametrize("present", [True, False], ids=["a member", "no member"])
@pytest.mark.parametrize(("added", "removed"), [("id", "name"), ("name", "id"), ("name", "shown")])
@pytest.mark.parametrize("module", ["scim_group", "scim_directory", "identity_role"])
def test_a_member_that_is_added_and_removed_by_two_names_is_refused(
    tenant: Tenant, run: Run, module: str, added: str, removed: str, present: bool
) -> None:
    """The spelling that is removed would win in one run, and be gone in the next."""
    who = tenant.seed_user(userName="ada@example.com", displayName="Ada Lovelace")
    if removed == "shown":
        tenant.switch(member_display="name")
    tenant.seed(groups=[{"displayName": "team", "members": logins("ada") if present else []}])
    names = {"id": who, "name": "ADA@example.com", "shown": "Ada Lovelace"}
    key = "name" if module == "identity_role" else "display_name"
    entry = {key: "team", "users": {"add": [names[added]], "remove": [names[removed]]}}
    tenant.forget_requests()
    result = run(module, **({"groups": [entry]} if module == "scim_directory" else entry))
    if removed == "shown" and (not present or module == "identity_role"):  # by that name it is no member
        assert not result.failed
        assert "ada" in members(tenant, "team")
        return
    assert result.code == "invalid", result.output
    assert "users adds and removes" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.ways("main", "task", reason="another client writes at a moment that the time of a process shifts")
def test_another_writers_members_stay(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    """Another client adds katherine between read and write: add and remove leave her in."""
    entry = {"op": "add", "path": "members", "value": [{"value": team["katherine"]}]}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [entry]}
    for switches in ({}, {"patch_supported": {"Groups": 501}}):
        tenant.reset()
        ids = seed_people(tenant, "ada", "grace", "alan", "katherine")
        tenant.seed(groups=[{"displayName": "team", "members": logins("ada", "grace")}])
        identifier = group(tenant, "team")["id"]
        entry["value"] = [{"value": ids["katherine"]}]
        if switches:
            other = {"schemas": [GROUP], "displayName": "team", "members": [{"value": ids[name]} for name in ids]}
            tenant.switch(**switches)
            write: tuple[str, str, Any] = ("PUT", f"Groups/{identifier}", other)
        else:
            write = ("PATCH", f"Groups/{identifier}", body)
        tenant.fault(method="PATCH", path="/Groups/", status=501 if switches else 503, latency=0.4, retry_after=0)
        run_while(
            tenant, write, lambda: run("scim_group", display_name="team", users={"remove": logins("ada")}, retries=1)
        )
        assert "katherine" in members(tenant, "team")
        assert "ada" not in members(tenant, "team")


def run_while(tenant: Tenant, write: tuple[str, str, Any], work: Callable[[], Result]) -> None:
    import threading

    timer = threading.Timer(0.2, lambda: tenant.scim(*write))
    timer.start()
    result = work()
    timer.join()
    assert not result.failed, result.output


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("policy", ["fail", "warn", "ignore"])
@pytest.mark.parametrize("way", ["add", "set"])
def test_unknown_members(tenant: Tenant, run: Run, team: dict[str, str], policy: str, check: bool, way: str) -> None:
    users = {way: logins("ada", "alan", "nobody", "no one")}
    result = run("scim_group", display_name="team", users=users, unknown_members=policy, check=check)
    if policy == "fail" and not check:
        assert result.code == "unknown_member"
        assert "'no one@example.com', 'nobody@example.com'" in result["msg"]
        assert tenant.writes() == []
        return
    assert result["changed"] is True
    assert len(result.warnings) == (policy != "ignore")
    assert ("nobody@example.com" in result["group"]["users"]["set"]) == (policy == "fail")
    if not check:
        assert {"ada", "alan"} <= members(tenant, "team")


def test_a_member_that_vanishes_before_the_write(tenant: Tenant, run: Run) -> None:
    result = run("scim_group", display_name="team", users={"set": []})
    assert result["changed"] is True
    tenant.fault(method="PATCH", path="/Groups", status=404)
    seed_people(tenant, "ada")
    assert run("scim_group", display_name="team", users={"add": logins("ada")}).code == "not_found"


@pytest.mark.parametrize("created", [True, False])
def test_a_group_that_is_refused_may_exist(tenant: Tenant, run: Run, created: bool) -> None:
    """The server answers 404 for a member and may have created the group: the next run makes no duplicate."""
    seed_people(tenant, "ada")
    tenant.switch(group_created_on_member_error=created, stale_reads=0)
    ghost = tenant.seed_user(userName="ghost@example.com")
    tenant.scim("DELETE", f"Users/{ghost}")
    assert run("scim_group", display_name="team", users={"add": logins("ghost")}).code == "unknown_member"
    assert run("scim_group", display_name="team", users={"add": logins("ada")})["changed"] is True
    assert members(tenant, "team") == {"ada"}


def test_a_group_in_itself_fails_with_the_servers_message(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    result = run("scim_group", display_name="team", groups={"add": ["team"]})
    assert result.code == "invalid"
    assert result["failure"]["detail"] in result["msg"]
    assert members(tenant, "team") == {"ada", "grace", "operators"}


@pytest.mark.parametrize("options", [{"state": "absent"}, {"new": "x"}])
def test_built_in_roles_fail_with_the_servers_message(tenant: Tenant, run: Run, options: dict[str, Any]) -> None:
    identifier = group(tenant, "Privilege Cloud Users")["id"]
    task = {"state": "absent"} if "state" in options else {"display_name": "Other"}
    result = run("scim_group", id=identifier, **task)
    assert result.code == "invalid"
    assert result["failure"]["detail"] in result["msg"]
    seed_people(tenant, "ada")
    assert run("scim_group", id=identifier, users={"add": logins("ada")})["changed"] is True


def test_a_name_shown_by_two_members_matches_neither(tenant: Tenant, run: Run) -> None:
    """Picking one of them would remove the other."""
    for name in ("ada", "adele"):
        tenant.seed_user(userName=f"{name}@example.com", displayName="Ada King")
    tenant.seed(groups=[{"displayName": "team", "members": logins("ada", "adele")}])
    tenant.switch(member_display="name")
    tenant.forget_requests()
    assert run("scim_group", display_name="team", users={"remove": ["Ada King"]})["changed"] is False
    assert run("scim_group", display_name="team", users={"set": ["Ada King", "Ada King"]}).code == "unknown_member"
    assert tenant.writes() == []
    assert run("scim_group", display_name="team", users={"remove": logins("adele")})["changed"] is True
    assert members(tenant, "team") == {"ada"}


def test_a_group_that_no_filter_finds(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    """It is neither duplicated nor taken for absent, and the prediction of check mode comes true."""
    tenant.switch(group_filters_blind=True, unique_case_sensitive=True)
    for check in (True, False):
        result = run("scim_group", display_name="TEAM", users={"add": logins("ada")}, check=check)
        assert result["changed"] is False
    assert [found["id"] for found in run("scim_group_info", display_name="Team")["groups"]] == [team["team"]]
    outer = run("scim_group", display_name="outer")["group"]["id"]
    assert run("scim_group", id=outer, groups={"add": ["OPERATORS"]})["changed"] is True
    assert members(tenant, "outer") == {"operators"}
    for check in (True, False):
        assert run("scim_group", display_name="Team", state="absent", check=check)["changed"] is True
    assert run("scim_group", display_name="team", state="absent")["changed"] is False
    assert [write.partition(" ")[0] for write in tenant.writes()] == ["POST", "PATCH", "DELETE"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_filters_are_checked_with_two_requests(tenant: Tenant, run: Run, state: str) -> None:
    tenant.forget_requests()
    run("scim_group", display_name="crew007", state=state)
    lookups = [seen["query"] for seen in tenant.requests() if seen["method"] == "GET"]
    assert [query.partition("&")[0] for query in lookups] == [
        'filter=displayName eq "crew007"',
        'filter=displayName co "007"',
        "startIndex=1",
        f'filter=displayName eq "{tenant.resources("Groups")[0]["displayName"]}"',
    ]


def test_the_result_of_info_can_be_applied(tenant: Tenant, run: Run, team: dict[str, str]) -> None:
    (found,) = run("scim_group_info", display_name="team")["groups"]
    assert found["users"] == {"set": logins("ada", "grace")}
    assert found["groups"] == {"set": ["operators"]}
    assert run("scim_group", **found)["changed"] is False
