# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole directory in one task: order, references, guard rails, failures, and the requests that it costs."""

from __future__ import annotations

import fcntl
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http import client
from ansible_collections.idops.cyberark_identity.plugins.modules import scim_directory
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    IN_THIS_PROCESS,
    apply,
    done,
    doubled,
    good,
    kill_at,
)

Run = Callable[..., Result]
PASSWORD = "Initial-pass-1"
EVERYTHING: dict[str, Any] = {
    "users": [
        {"user_name": "ada@example.com", "display_name": "Ada", "manager": "grace@example.com", "password": PASSWORD},
        {"user_name": "grace@example.com", "email": "g@example.com", "password": PASSWORD, "active": True},
        {"user_name": "alan@example.com", "custom_attributes": {"badge": "7"}, "password": PASSWORD},
    ],
    "groups": [
        {"display_name": "outer", "groups": {"set": ["inner"]}},
        {"display_name": "inner", "users": {"set": ["ada@example.com", "ALAN@example.com"]}},
    ],
    "containers": [{"name": "APP", "description": "Accounts"}],
    "container_permissions": [
        {"container": "app", "group": "inner", "rights_preset": "read_only"},
        {"container": "APP", "user": "ada@example.com", "rights": {"set": ["listAccounts"]}},
    ],
    "privileged_data": [{"container": "APP", "name": "root", "properties": {"Port": 22}, "secret": PASSWORD}],
}
GONE = {
    kind: [
        {key: entry[key] for key in ("user_name", "display_name", "container", "name", "user", "group") if key in entry}
        | {"state": "absent"}
        for entry in entries
    ]
    for kind, entries in EVERYTHING.items()
}
GONE["users"] = [{key: value for key, value in entry.items() if key != "display_name"} for entry in GONE["users"]]


def people(number: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"user_name": f"user{i:04}@example.com", "display_name": f"User {i}", "active": True, "password": PASSWORD}
        for i in range(start, start + number)
    ]


def test_a_line_says_how_many_were_changed(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=[{"userName": f"old{number}@example.com", "active": True} for number in range(3)])
    users: list[dict[str, Any]] = [
        *people(3),
        {"user_name": "old0@example.com", "active": False},
        {"user_name": "old1@example.com", "display_name": "New"},
        {"user_name": "old2@example.com"},
    ]
    given: dict[str, Any] = {"users": users, "groups": [{"display_name": "a"}]}
    predicted = good(apply(run, check=True, **given))["msg"]
    assert predicted == ("3 users would be created, 1 changed, 1 deactivated; 1 group would be created; 1 unchanged")
    done = good(apply(run, **given))["msg"]
    assert done == "3 users created, 1 changed, 1 deactivated; 1 group created; 1 unchanged"
    assert good(apply(run, **given))["msg"] == "7 unchanged"
    read = good(run("scim_directory_info", include=["groups", "containers"]))
    numbers = {kind: len(entries) for kind, entries in read["directory"].items()}
    assert read["msg"] == f"{numbers['groups']} groups, {numbers['containers']} containers read"


@pytest.mark.parametrize(
    ("kind", "entry", "message"),
    [
        (
            "users",
            {"user_name": "a@example.com", "displayname": "A", "e-mail": "a"},
            "user 'a@example.com' has no option displayname, e-mail. Did you mean display_name and email?",
        ),
        (
            "groups",
            {"display_name": "g", "users": {"sett": ["a"]}},
            "group 'g' has no option users.sett. Did you mean set? The options are add, remove, set",
        ),
        ("groups", {"display_name": "g", "xyz": 1}, "group 'g' has no option xyz. The options are "),
    ],
    ids=["of an entry", "of an option", "nothing like it"],
)
def test_the_nearest_option_is_suggested(
    tenant: Tenant, run: Run, kind: str, entry: dict[str, Any], message: str
) -> None:
    refused = apply(run, **{kind: [entry]})
    assert refused.failed
    assert message in refused["msg"]
    assert tenant.writes() == []


def test_lifecycle_of_a_whole_directory(tenant: Tenant, run: Run) -> None:
    """Check mode predicts it, a second run changes nothing, and the removal restores the tenant."""
    before = tenant.state()
    predicted = good(apply(run, check=True, **EVERYTHING))
    assert tenant.state() == before
    first = good(apply(run, **EVERYTHING))
    assert (first["summary"], first["actions"], first["diff"]) == (
        predicted["summary"],
        predicted["actions"],
        predicted["diff"],
    )
    assert first["summary"]["users"] == {"create": 3}
    tenant.forget_requests()
    second = good(apply(run, **EVERYTHING))
    assert second["changed"] is False
    assert second["actions"] == []
    assert tenant.writes() == []
    assert tenant.tokens() == 1
    for kind, entries in GONE.items():
        assert all(entry["state"] == "absent" for entry in entries), kind
    removed = good(apply(run, **GONE))
    assert set(done(removed).values()) == {"delete"}
    after = tenant.state()
    assert {kind: len(items) for kind, items in after.items()} == {kind: len(items) for kind, items in before.items()}
    assert good(apply(run, **GONE))["changed"] is False


NAMED = {"name": "named", "reason": "All have names.", "each": "user", "must": {"user": "*"}, "severity": "warn"}


def test_documentation_and_results_agree(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    described = yaml.safe_load(scim_directory.RETURN)
    journal = str(tmp_path / "journal.jsonl")
    results = [
        apply(run, **EVERYTHING, journal_path=journal),
        apply(run, check=True, undo={"journal": journal, "on_loss": "continue"}, max_removals="100%"),
        apply(run, check=True, policies=[NAMED], access_path=str(tmp_path / "access.json")),
    ]
    returned = {key for result in results for key in good(result).json if key not in ("changed", "invocation")}
    assert returned == set(described) - {"failure"}
    broken = [*people(1), {"user_name": "broken@nowhere.example", "password": PASSWORD}]
    actions = (
        apply(run, users=broken)["actions"] + good(apply(run, users=[{**people(1)[0], "email": "x@y.z"}]))["actions"]
    )
    tenant.seed(groups=[{"displayName": "crew", "members": ["admin-service$@example.com"]}])
    actions += good(apply(run, groups=[{"display_name": "crew", "users": {"set": []}}]))["actions"]
    tenant.seed(containers=[{"name": "OLD"}])
    actions += good(apply(run, containers=[{"name": "OLD", "state": "absent"}]))["actions"]
    assert {key for action in actions for key in action} == set(described["actions"]["contains"])


def test_filters_are_tested_once_for_all_workers(tenant: Tenant, run: Run) -> None:
    """Every worker finds nothing, and one of them tests the filters for all."""
    tenant.switch(latency=0.05)
    good(apply(run, groups=[{"display_name": "1"}, {"display_name": "2"}], workers=4))
    asked = [
        seen for seen in tenant.requests() if seen["path"].endswith("/Groups") and "count=1" in seen["query"].split("&")
    ]
    assert len(asked) == 1


@pytest.mark.parametrize("size", [3, 30])
def test_the_cheaper_way_to_read_is_chosen(tenant: Tenant, run: Run, size: int) -> None:
    """Few users are looked up one by one, many are read in pages, as the requests show."""
    tenant.seed(users=3000)
    apply(run, users=people(size))
    tenant.forget_requests()
    good(apply(run, users=people(size)))
    reads = Counter(bool("filter" in seen["query"]) for seen in tenant.requests() if seen["method"] == "GET")
    if size == 3:
        assert reads == {True: 3}
    else:
        assert reads[False] <= 6
        assert reads[True] == 0


def test_results_hold_no_secret_and_nothing_of_the_unchanged(tenant: Tenant, run: Run) -> None:
    first = good(apply(run, **EVERYTHING))
    assert PASSWORD not in first.output
    assert first["diff"]["after"]["users"]["ada@example.com"]["password"] == "********"
    assert len(good(apply(run, **EVERYTHING)).output) < 2000


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "the same twice": (
        {"users": [{"user_name": "a@example.com"}, {"user_name": "A@example.com"}]},
        "invalid",
        "users[0]",
    ),
    "present and absent": (
        {"groups": [{"display_name": "a"}, {"display_name": "A", "state": "absent"}]},
        "invalid",
        "groups[1]",
    ),
    "an unknown option": ({"users": [{"user_name": "a@example.com", "colour": "red"}]}, "invalid", "colour"),
    "a wrong type": ({"users": [{"user_name": "a@example.com", "active": "perhaps"}]}, "invalid", "users[0]"),
    "no name": ({"users": [{"display_name": "a"}]}, "invalid", "users[0]"),
    "an unknown member": (
        {"groups": [{"display_name": "a", "users": {"add": ["nobody@example.com"]}}]},
        "unknown_member",
        "nobody@example.com",
    ),
    "an unknown manager": (
        {"users": [{"user_name": "a@example.com", "manager": "nobody@example.com"}]},
        "not_found",
        "users[0]",
    ),
    "an unknown safe": (
        {"privileged_data": [{"container": "nowhere", "name": "root"}]},
        "not_found",
        "nowhere",
    ),
    "a member that is to be removed": (
        {
            "users": [{"user_name": "boss@example.com", "state": "absent"}],
            "groups": [{"display_name": "a", "users": {"add": ["boss@example.com"]}}],
        },
        "invalid",
        "users[0]",
    ),
    "a member for long who is to be removed": (
        {
            "users": [{"user_name": "boss@example.com", "state": "absent"}],
            "groups": [{"display_name": "bosses", "users": {"set": ["boss@example.com"]}}],
        },
        "invalid",
        "groups[0]: it refers to 'boss@example.com', which users[0] removes",
    ),
    "a permission on a safe that is to be removed": (
        {
            "containers": [{"name": "APP", "state": "absent"}],
            "privileged_data": [{"container": "app", "name": "root"}],
        },
        "invalid",
        "containers[0] removes",
    ),
    "a circle": (
        {
            "groups": [
                {"display_name": "a", "groups": {"add": ["b"]}},
                {"display_name": "b", "groups": {"add": ["a"]}},
            ]
        },
        "invalid",
        "circle",
    ),
    "a limit that is none": ({"users": [], "max_removals": "many"}, "invalid", "max_removals"),
    "no workers": ({"users": [], "workers": 0}, "invalid", "workers"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
@pytest.mark.parametrize("check", [True, False])
def test_invalid_entries_are_refused_before_the_first_write(
    tenant: Tenant, run: Run, case: tuple[dict[str, Any], str, str], check: bool
) -> None:
    options, code, named = case
    tenant.seed_user(userName="boss@example.com")
    tenant.seed(groups=[{"displayName": "bosses", "members": ["boss@example.com"]}])
    tenant.forget_requests()
    result = apply(run, check=check, **{"users": people(1), **options})
    assert result.code == code, result.output
    assert named in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("limit", "allowed"), [("3", True), ("2", False), ("60%", True), ("20%", False), ("0", False)])
def test_no_more_is_removed_than_allowed(tenant: Tenant, run: Run, limit: str, allowed: bool, check: bool) -> None:
    """Deletions, deactivations and pruned objects count together; the refusal names them."""
    tenant.reset(empty=True)
    apply_as = {**tenant.administrator, "app_id": None}
    good(apply(run, **apply_as, users=people(6)))
    tenant.forget_requests()
    users = [
        *people(3),
        {"user_name": "user0003@example.com", "state": "absent"},
        {"user_name": "user0004@example.com", "active": False},
    ]
    result = apply(run, check=check, **apply_as, users=users, prune=["users"], max_removals=limit)
    if allowed:
        assert good(result)["summary"]["users"] == {"deactivate": 2, "delete": 1, "unchanged": 3}
    else:
        assert result.code == "guard_rail"
        assert "user0005@example.com" in result["msg"]
        assert tenant.writes() == []


@pytest.mark.parametrize("way", ["deactivate", "delete"])
def test_prune_leaves_alone_what_it_must(tenant: Tenant, run: Run, way: str) -> None:
    tenant.seed(
        linked_users=[{"userName": "linked@example.com"}],
        users=[
            {"userName": "svc-backup@example.com", "active": True},
            {"userName": "away@example.com", "active": False},
            {"userName": "leaver@example.com", "active": True},
        ],
        groups=[{"displayName": "old"}, {"displayName": "SCIM client 2"}],
    )
    result = good(
        apply(
            run,
            users=people(1),
            groups=[{"display_name": "new"}],
            prune=["users", "groups"],
            prune_users=way,
            protected=["SVC-*", "admin-service*", "scim client*"],
        )
    )
    removed = {name: action for name, action in done(result).items() if action != "create"}
    expected = {"leaver@example.com": way, "old": "delete"}
    assert removed == (expected if way == "deactivate" else {**expected, "away@example.com": "delete"})


def test_an_entry_cannot_remove_what_is_protected(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="break-glass@example.com")
    for change in ({"state": "absent"}, {"active": False}):
        result = apply(run, users=[{"user_name": "break-glass@example.com", **change}], protected=["break-*"])
        assert result.code == "guard_rail"
        assert "break-glass" in result["msg"]


def test_prune_to_nothing_has_to_be_meant(tenant: Tenant, run: Run) -> None:
    good(apply(run, containers=[{"name": "A"}, {"name": "B"}]))
    assert apply(run, containers=[], prune=["containers"]).code == "guard_rail"
    result = good(apply(run, containers=[], prune=["containers"], prune_to_nothing=True))
    assert result["summary"]["containers"] == {"delete": 2}


def test_prune_of_permissions_keeps_to_the_safes_that_are_named(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.seed_user(userName="alan@example.com")
    good(apply(run, containers=[{"name": "A"}, {"name": "B"}]))
    permission = {"rights": {"set": ["listAccounts"]}}
    both = [{"container": safe, "user": f"{who}@example.com", **permission} for safe in "AB" for who in ("ada", "alan")]
    good(apply(run, container_permissions=both))
    result = good(apply(run, container_permissions=both[:1], prune=["container_permissions"]))
    assert done(result) == {"A / alan@example.com": "delete"}


@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_one_failure_skips_only_dependent_entries(tenant: Tenant, run: Run, on_error: str) -> None:
    """Dependent entries are skipped; with continue, all others are applied. The next run completes the work."""
    users = [*people(20), {"user_name": "broken@nowhere.example", "password": PASSWORD}]
    groups = [
        {"display_name": "needs it", "users": {"set": ["broken@nowhere.example"]}},
        {"display_name": "needs that", "groups": {"set": ["needs it"]}},
        {"display_name": "needs nothing"},
    ]
    result = apply(run, users=users, groups=groups, on_error=on_error, workers=2)
    assert result.code == "incomplete"
    assert "users[20]" in result["msg"]
    (failed,) = [action for action in result["actions"] if action["action"] == "failed"]
    assert (failed["position"], failed["failure"]["code"]) == ("users[20]", "invalid")
    assert done(result)["needs that"] == "skipped"
    assert result["changed"] is True
    if on_error == "continue":
        assert result["summary"]["users"] == {"create": 20, "failed": 1}
        assert done(result)["needs nothing"] == "create"
    users[20]["user_name"] = groups[0]["users"]["set"][0] = "mended@example.com"
    good(apply(run, users=users, groups=groups))
    assert good(apply(run, users=users, groups=groups))["changed"] is False


FAULTS: list[dict[str, Any]] = [
    {"drop": "after"},
    {"drop": "before"},
    {"status": 503, "retry_after": 0},
    {"status": 504, "effect": True},
    {"body": "truncated"},
    {"status": 429, "retry_after": 0},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_lost_answers_neither_duplicate_nor_lose_objects(tenant: Tenant, run: Run, fault: dict[str, Any]) -> None:
    tenant.fault(method="POST", path="/scim/", count=4, skip=3, **fault)
    good(apply(run, **{**EVERYTHING, "users": EVERYTHING["users"] + people(10)}, retries=5))
    names = [user["userName"] for user in tenant.resources("Users")]
    assert len(names) == len(set(names))
    assert good(apply(run, **EVERYTHING))["changed"] is False


def test_killed_in_the_middle_and_run_again(tenant: Tenant, run: Run) -> None:
    users = EVERYTHING["users"] + people(60)
    kill_at(tenant, "scim_directory", {**EVERYTHING, "users": users}, 60, effect=True)
    assert len(tenant.writes()) > 20
    good(apply(run, **{**EVERYTHING, "users": users}))
    assert doubled(tenant.state()) == []
    assert len(tenant.state()["users"]) >= 63
    assert good(apply(run, **{**EVERYTHING, "users": users}))["changed"] is False


def test_429_slows_down_all_workers(tenant: Tenant, run: Run) -> None:
    """After one refusal no worker sends a request before the time that the tenant names."""
    tenant.fault(method="POST", path="/Users", status=429, retry_after=1, skip=5)
    began = time.monotonic()
    good(apply(run, users=people(40), retries=3))
    assert 1 <= time.monotonic() - began < 10
    refused = [seen for seen in tenant.requests() if seen["status"] == 429]
    assert len(refused) == 1


def test_rate_limited_worker_keeps_trying(tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second of 16 concurrent requests is refused, some repeatedly: the tenant recovers."""
    monkeypatch.setattr(client, "_wait", lambda attempt, error: 0.01)
    tenant.switch(throttle={"every": 2, "retry_after": None})
    good(apply(run, users=people(60), workers=16, retries=2))
    tenant.switch(throttle=None)
    tenant.fault(status=429, count=None, path="/Users")
    assert apply(run, users=people(1), retries=2).code == "rate_limited"


def test_patch_that_is_not_supported_is_tried_once_for_each_kind(tenant: Tenant, run: Run) -> None:
    good(apply(run, users=people(10)))
    tenant.switch(patch_supported={"Users": 501})
    tenant.forget_requests()
    changed = [{**user, "display_name": "New"} for user in people(10)]
    good(apply(run, users=changed, workers=1))
    methods = Counter(seen["method"] for seen in tenant.requests())
    assert (methods["PATCH"], methods["PUT"]) == (1, 10)


@pytest.mark.ways("main", reason="the action plugin sets progress_path itself")
def test_progress_is_reported_unless_it_is_off(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    """Each run shows its plan, and one of more than two seconds its progress; with progress off, neither."""
    path = tmp_path / "progress"
    good(apply(run, users=people(3), progress_path=str(path)))
    assert [line for line in path.read_text().splitlines() if not line.startswith("plan: ")] == []
    path.unlink()
    tenant.switch(latency=0.1)
    good(apply(run, users=people(60, 10), workers=2, progress_path=str(path)))
    lines = path.read_text().splitlines()
    assert "plan: Plan: 60 to create, 0 to change, 0 to deactivate, 0 to delete; 0 unchanged" in lines
    assert "of 60 done after 2 s" in next(line for line in lines if not line.startswith("plan: "))
    path.unlink()
    good(apply(run, users=people(1), workers=2, progress_path=str(path), progress=False))
    assert path.read_text() == ""


@pytest.mark.ways("main", reason="the action plugin sets progress_path itself")
def test_a_run_stops_when_its_reader_is_gone(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    """The reader holds a lock on the progress file. Requests under way end, and no others start."""
    tenant.switch(latency=0.05)
    path = tmp_path / "progress"
    with path.open("w") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)

        def leave_after_some_writes() -> None:
            while len(tenant.writes()) < 5:
                pass
            fcntl.flock(lines, fcntl.LOCK_UN)

        reader = threading.Thread(target=leave_after_some_writes, daemon=True)
        reader.start()
        arguments = {"workers": 2, "progress_path": str(path), "progress": False, "on_error": "continue"}
        result = apply(run, users=people(200), **arguments)
        reader.join()
    assert result.failed
    assert "the run was stopped: Ansible is gone" in result.json["msg"]
    assert 5 <= len(tenant.writes()) < 200
    assert path.read_text() == "\n"


@pytest.mark.ways("main", reason="the action plugin sets progress_path itself")
def test_a_run_goes_on_while_its_reader_waits(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "progress"
    with path.open("w") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        good(apply(run, users=people(20), workers=2, progress_path=str(path)))
    assert len(tenant.writes()) == 20


# Switches that do not affect each other share a server. test_switches.py has each of them alone.
SERVERS: list[dict[str, Any]] = [
    {},
    {"groups_paging": True, "max_results": 2, "default_page_size": 2, "permission_id": "id"},
    {"filters_ignored": True, "pam_filters": "ignored"},
    {"filter_case_sensitive": False, "pam_get_by_id": 404, "patch_status": 204, "create_status": 200},
]


@pytest.mark.parametrize("switches", SERVERS, ids=str)
def test_applying_an_export_changes_nothing(tenant: Tenant, run: Run, switches: dict[str, Any]) -> None:
    tenant.switch(**switches)
    good(apply(run, **EVERYTHING))
    exported = good(run("scim_directory_info"))
    assert PASSWORD not in exported.output
    assert exported["secrets"]["privileged_data"] == ["APP / root"]
    assert "id" not in exported["directory"]["users"][0]
    (ada,) = [user for user in exported["directory"]["users"] if user["user_name"] == "ada@example.com"]
    assert ada["manager"] == "grace@example.com"
    again = good(apply(run, **exported["directory"]))
    assert again["changed"] is False
    assert good(run("scim_directory_info"))["directory"] == exported["directory"]


def test_an_export_of_some_kinds(tenant: Tenant, run: Run) -> None:
    good(apply(run, **EVERYTHING))
    exported = good(run("scim_directory_info", include=["groups"]))["directory"]
    assert list(exported) == ["groups"]
    assert good(apply(run, **exported))["changed"] is False


@pytest.mark.long(reason="five thousand users take long")
@pytest.mark.parametrize("count", [5000])
def test_a_large_directory_without_changes(tenant: Tenant, run: Run, count: int) -> None:
    tenant.seed(users=count)
    users = good(run("scim_directory_info", include=["users"]))["directory"]["users"]
    tenant.forget_requests()
    result = good(apply(run, users=users))
    assert result["changed"] is False
    assert result["summary"]["users"]["unchanged"] >= count
    assert len([seen for seen in tenant.requests() if seen["method"] == "GET"]) <= 2 + count // 1000 + 1


@pytest.mark.parametrize("wrong", [{"workers": "many"}, {"workers": 0}, {"users": [{"password": PASSWORD}]}], ids=str)
def test_a_failure_does_not_repeat_what_was_given(tenant: Tenant, run: Run, wrong: dict[str, Any]) -> None:
    """Neither the entries nor their secrets are repeated, even if the failure comes before any is checked."""
    result = apply(run, **{"users": people(2), **wrong})
    assert result.code == "invalid"
    assert PASSWORD not in result.output
    # Since ansible-core 2.21 a result does not contain the module's arguments.
    told = result.json.get("invocation", {}).get("module_args", {})
    assert "users" not in told
    assert told.get("client_id") in (None, tenant.info["client_id"])


@IN_THIS_PROCESS
def test_the_log_of_the_host_has_no_entries(tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    good(apply(run, users=people(2)))
    assert logged
    assert not [line for line in logged if PASSWORD in line or "user0001" in line]


def _new_names(count: int) -> list[str]:
    """Return names without digits, which could exist in many casings."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [f"{letters[n % 26]}{letters[-1 - n]}.new@example.com" for n in range(count)]


@pytest.mark.parametrize(
    "unique_case_sensitive", [pytest.param(True, marks=pytest.mark.long(reason="like False")), False]
)
def test_new_users_in_a_large_tenant_cost_one_listing(tenant: Tenant, run: Run, unique_case_sensitive: bool) -> None:
    """A listing replaces the filters for each casing of each new name, and finds a name in another case."""
    tenant.switch(unique_case_sensitive=unique_case_sensitive)
    tenant.seed(users=7_000)
    names = _new_names(20)
    tenant.seed_user(userName=names[3].upper())
    tenant.forget_requests()
    result = run("scim_directory", users=[{"user_name": name, "password": "Aa1-secret-of-the-user"} for name in names])
    assert result["summary"]["users"] == {"create": 19, "unchanged": 1}
    reads = [seen["query"] for seen in tenant.requests() if seen["method"] == "GET"]
    assert [query for query in reads if "+sw+" in query or "%20sw%20" in query] == []
    # One lookup per name, the count, the test of filters, and the pages, of which the last is empty.
    assert len(reads) <= 20 + 1 + 1 + 9 + 1
    assert len(tenant.users(names[3])) == 1


def test_existing_users_in_a_large_tenant_are_not_listed(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=7_000)
    users = [{"user_name": f"user{number:05d}@example.com", "active": True} for number in range(1, 21)]
    tenant.forget_requests()
    assert run("scim_directory", users=users)["summary"]["users"] == {"unchanged": 20}
    assert len([seen for seen in tenant.requests() if seen["method"] == "GET"]) == 20 + 1 + 1


def test_a_few_new_users_with_numbers_take_one_more_filter_each(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=7_000)
    users = [
        {"user_name": f"new{number}@example.com", "password": "Aa1-secret-of-the-user"} for number in range(100, 106)
    ]
    tenant.forget_requests()
    assert run("scim_directory", users=users)["summary"]["users"] == {"create": 6}
    assert len([seen for seen in tenant.requests() if seen["method"] == "GET"]) == 6 + 6 + 1 + 1


def test_new_names_that_begin_alike_share_their_filters(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=7_000)
    names = [f"new-{letter}@example.com" for letter in "abcdefghijklmnopqrst"]
    for number in (3, 5):
        tenant.seed_user(userName=names[number].upper())
    tenant.seed_user(userName=names[5].title())
    tenant.switch(unique_case_sensitive=True)
    users = [{"user_name": name, "password": "Aa1-secret-of-the-user"} for name in names]
    tenant.forget_requests()
    failed = run("scim_directory", users=users)
    assert failed.code == "ambiguous"
    assert "several users match" in failed["msg"]
    reads = [seen for seen in tenant.requests() if seen["method"] == "GET"]
    # One for each name, one for each case of the first two letters, the count, and the test of filters.
    assert len(reads) == 20 + 4 + 1 + 1
    rest = [user for user in users if user["user_name"] != names[5]]
    assert run("scim_directory", users=rest)["summary"]["users"] == {"create": 18, "unchanged": 1}


def test_new_names_on_a_server_that_only_takes_exact_ones_cost_one_listing(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=7_000)
    users = [{"user_name": f"new-{letter}@example.com", "password": "Aa1-secret"} for letter in "abcdefghij"]
    tenant.fault(method="GET", path="Users", query=" sw ", status=400, count=4)  # the filters for other cases
    tenant.forget_requests()
    assert run("scim_directory", users=users)["summary"]["users"] == {"create": 10}
    reads = [seen for seen in tenant.requests() if seen["method"] == "GET"]
    assert 400 in [seen["status"] for seen in reads]
    assert len(reads) <= 10 + 1 + 1 + 4 + 9
