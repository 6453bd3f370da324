# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edge cases of a whole directory in one task: ids and names, prune, references and failures."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory import progress
from ansible_collections.idops.cyberark_identity.tests.unit.harness import MODULES, ROOT, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    IN_THIS_PROCESS,
    apply,
    done,
    good,
)

Run = Callable[..., Result]
PASSWORD = "Initial-pass-1"


def people(*names: str, **options: Any) -> list[dict[str, Any]]:
    return [{"user_name": f"{name}@example.com", "password": PASSWORD, **options} for name in names]


def numbered(count: int) -> list[dict[str, Any]]:
    """Return users, each with a password of its own."""
    return [{**people(f"user{number}")[0], "password": f"Initial-{number:04}"} for number in range(count)]


def on_a_safe(run: Run, *accounts: str) -> None:
    entries = [{"container": "APP", "name": name} for name in accounts]
    good(apply(run, containers=[{"name": "APP"}], privileged_data=entries))


# -- Ids beside names -----------------------------------------------------------


def test_prune_spares_an_entry_that_is_addressed_by_id(tenant: Tenant, run: Run) -> None:
    """This includes a renamed entry: no entry has the name that the server holds."""
    ada = tenant.seed_user(userName="ada@example.com", active=True)
    alan = tenant.seed_user(userName="alan@example.com", active=True)
    users = [*people("grace"), {"id": ada, "display_name": "Ada"}, {"id": alan, "user_name": "turing@example.com"}]
    result = good(apply(run, users=users, prune=["users"], protected=["scim*", "admin*"]))
    assert result["summary"]["users"] == {"create": 1, "update": 2}
    assert tenant.user("ada@example.com")["active"] is True


@pytest.mark.parametrize("options", [{"state": "absent"}, {"display_name": "Ada"}], ids=str)
@pytest.mark.parametrize("prune", [[], ["users"]], ids=str)
def test_one_object_by_id_and_by_name(tenant: Tenant, run: Run, options: dict[str, Any], prune: list[str]) -> None:
    ada = tenant.seed_user(userName="ada@example.com", active=True)
    tenant.forget_requests()
    users = [{"id": ada, **options}, {"user_name": "ada@example.com", "display_name": "Countess"}]
    result = apply(run, users=users, prune=prune)
    assert result.code == "invalid", result.output
    assert "users[0]" in result["msg"]
    assert "users[1]" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("many", [False, True])
def test_one_permission_by_the_name_and_by_the_id_of_its_user(tenant: Tenant, run: Run, many: bool) -> None:
    ada = tenant.seed_user(userName="ada@example.com", active=True)
    good(apply(run, containers=[{"name": "APP"}]))
    tenant.forget_requests()
    rights = {"rights": {"set": ["listAccounts"]}}
    members = ["ada@example.com", ada]
    permissions = [{"container": "APP", "user": member, **rights} for member in members]
    others = numbered(10) if many else []
    permissions += [{"container": "APP", "user": user["user_name"], **rights} for user in others]
    result = apply(run, users=others, container_permissions=permissions)
    assert result.code == "invalid", result.output
    assert "container_permissions[1]" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("named", [{}, {"container": "APP"}], ids=str)
def test_accounts_by_id(tenant: Tenant, run: Run, named: dict[str, str]) -> None:
    """The safe alone does not identify an account: two in one safe are distinct."""
    on_a_safe(run, "root", "guest")
    accounts = [{"id": account["id"], **named} for account in tenant.resources("PrivilegedData")]
    changed = good(apply(run, privileged_data=[{**account, "description": "Old"} for account in accounts]))
    assert changed["summary"]["privileged_data"] == {"update": 2}
    removed = good(apply(run, privileged_data=[{**account, "state": "absent"} for account in accounts]))
    assert removed["summary"]["privileged_data"] == {"delete": 2}


# -- Guard rails ----------------------------------------------------------------


def test_an_account_is_protected_by_its_own_name(tenant: Tenant, run: Run) -> None:
    on_a_safe(run, "root", "break-glass", "old")
    options = {"privileged_data": [{"container": "APP", "name": "root"}], "prune": ["privileged_data"]}
    result = good(apply(run, **options, protected=["break-*"]))
    assert done(result) == {"APP / old": "delete"}
    gone = [{"container": "APP", "name": "break-glass", "state": "absent"}]
    assert apply(run, privileged_data=gone, protected=["BREAK-*"]).code == "guard_rail"


def test_a_refusal_names_accounts(tenant: Tenant, run: Run) -> None:
    on_a_safe(run, "root", "old", "older")
    options = {"privileged_data": [{"container": "APP", "name": "root"}], "prune": ["privileged_data"]}
    result = apply(run, **options, max_removals="1")
    assert result.code == "guard_rail"
    assert "APP / old" in result["msg"]
    assert "APP / older" in result["msg"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"user_name": "ada@example.com", "state": "absent"}, "invalid"),
        ({"user_name": "break-glass@example.com", "state": "absent"}, "guard_rail"),
        ({"state": "absent"}, "guard_rail"),
        ({"user_name": "ada@example.com", "active": False}, "guard_rail"),
    ],
    ids=str,
)
def test_another_name_does_not_take_the_protection_away(
    tenant: Tenant, run: Run, change: dict[str, Any], code: str
) -> None:
    ada = tenant.seed_user(userName="break-glass@example.com", active=True)
    assert apply(run, users=[{"id": ada, **change}], protected=["break-*"]).code == code
    assert tenant.writes() == []


@pytest.mark.parametrize("change", [{"state": "absent"}, {"active": False}], ids=str)
def test_calling_user_is_never_removed(tenant: Tenant, run: Run, change: dict[str, Any]) -> None:
    tenant.forget_requests()
    result = apply(run, users=[*people("ada"), {"user_name": tenant.info["client_id"].upper(), **change}])
    assert result.code == "guard_rail", result.output
    assert tenant.writes() == []


def test_built_in_roles_are_never_removed(tenant: Tenant, run: Run) -> None:
    groups = [{"display_name": "EVERYBODY", "state": "absent"}]
    result = apply(run, users=people("ada"), groups=groups)
    assert result.code == "guard_rail", result.output
    assert tenant.writes() == []


def test_prune_requires_a_known_caller(tenant: Tenant, run: Run) -> None:
    """If the token does not name its user, the task cannot spare its own service user."""
    tenant.switch(token_type="opaque")
    token = run("scim_token", _ansible_no_log=True)["access_token"]
    own = {"client_id": None, "client_secret": None, "access_token": token}
    result = apply(run, **own, users=people("ada"), prune=["users"])
    assert result.code == "guard_rail", result.output
    good(apply(run, **own, users=people("ada")))


@pytest.mark.parametrize(("limit", "allowed"), [("18.4%", 69), ("18.39%", 68)])
def test_a_percentage_is_exact(tenant: Tenant, run: Run, limit: str, allowed: int) -> None:
    there = tenant.seed(users=375 - len(tenant.resources("Users")))
    gone = [{"id": identifier, "state": "absent"} for identifier in there["users"][:69]]
    result = apply(run, check=True, users=gone, max_removals=limit)
    assert result.failed is (allowed < 69), result.output
    if result.failed:
        assert f"{limit} of 375 users, which is {allowed}," in result["msg"]


# -- References -----------------------------------------------------------------


def test_new_user_cannot_be_its_own_manager(tenant: Tenant, run: Run) -> None:
    result = apply(run, users=[{**people("ada")[0], "manager": "ada@example.com"}])
    assert result.code == "invalid", result.output
    assert "users[0]" in result["msg"]
    assert tenant.writes() == []


def test_existing_user_may_be_its_own_manager(tenant: Tenant, run: Run) -> None:
    good(apply(run, users=people("ada")))
    users = [{"user_name": "ada@example.com", "manager": "ada@example.com"}]
    assert good(apply(run, users=users))["changed"] is True
    assert good(apply(run, users=users))["changed"] is False


@pytest.mark.parametrize("way", ["text", "id"])
def test_a_removed_member_is_found_by_each_of_its_names(tenant: Tenant, run: Run, way: str) -> None:
    ada = tenant.seed_user(userName="ada@example.com", active=True)
    tenant.forget_requests()
    users = [{"user_name": "ada@example.com", "state": "absent"}]
    wanted: Any = "ada@example.com" if way == "text" else [ada]
    result = apply(run, users=users, groups=[{"display_name": "a", "users": {"add": wanted}}])
    assert result.code == "invalid", result.output
    assert "groups[0]" in result["msg"]
    assert "users[0]" in result["msg"]
    assert tenant.writes() == []


def test_a_member_whom_prune_deletes(tenant: Tenant, run: Run) -> None:
    """A deactivated member may stay."""
    tenant.seed_user(userName="alan@example.com", active=True)
    tenant.forget_requests()
    options: dict[str, Any] = {
        "users": people("ada"),
        "groups": [{"display_name": "a", "users": {"set": ["ada@example.com", "alan@example.com"]}}],
        "prune": ["users"],
        "protected": ["admin-service*"],
    }
    result = apply(run, **options, prune_users="delete")
    assert result.code == "invalid", result.output
    assert "groups[0]: it refers to 'alan@example.com', which prune: user 'alan@example.com' removes" in result["msg"]
    assert tenant.writes() == []
    good(apply(run, **options))
    assert good(apply(run, **options))["changed"] is False


def test_a_few_references_are_looked_up_in_a_large_tenant(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=4000)
    names = [user["userName"] for user in tenant.scim("GET", "Users?count=8").json()["Resources"]]
    tenant.forget_requests()
    good(apply(run, groups=[{"display_name": "few", "users": {"set": names}}]))
    reads = [seen["query"] for seen in tenant.requests() if seen["method"] == "GET" and seen["path"].endswith("/Users")]
    listings = [query for query in reads if "filter" not in query]
    assert len(listings) <= 1


@pytest.mark.parametrize("ignored", [True, False])
def test_a_server_that_does_not_filter_is_read_once(tenant: Tenant, run: Run, ignored: bool) -> None:
    """The server would answer each lookup with every object."""
    tenant.seed(users=4000)
    tenant.switch(filters_ignored=ignored)
    tenant.forget_requests()
    good(apply(run, users=people(*"abcdefghij"), check=True))
    listed = [seen for seen in tenant.requests() if seen["method"] == "GET" and "filter" not in seen["query"]]
    assert len(listed) == 7
    # If filters work, each name is looked up before the full listing.
    assert len(tenant.requests()) == (9 if ignored else 19)


# -- Failures -------------------------------------------------------------------


def test_a_failure_counts_what_was_not_begun(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users", status=403)
    users = numbered(30)
    result = apply(run, users=users, workers=1)
    made = result["summary"]["users"].get("create", 0)
    assert result["msg"].startswith(f"{30 - made} of 30 changes were not made"), result["msg"]


def test_a_long_chain_of_managers_fails_as_a_whole(tenant: Tenant, run: Run) -> None:
    chain = [f"user{number}" for number in range(1200)]
    bosses = [None, *(f"{name}@example.com" for name in chain[:-1])]
    users = [{**user, "manager": boss} for user, boss in zip(people(*chain), bosses, strict=True)]
    tenant.fault(method="POST", path="/Users", status=403)
    result = apply(run, users=users, on_error="continue")
    assert result.code == "incomplete", result.output[:500]
    assert result["summary"]["users"] == {"failed": 1, "skipped": 1199}


@pytest.mark.parametrize(("stale_reads", "code"), [(5, None), (100, "incomplete")])
def test_created_user_missing_from_the_answer_is_looked_up(
    tenant: Tenant, run: Run, stale_reads: int, code: str | None
) -> None:
    """The name is never sent in place of the missing id."""
    tenant.fault(method="POST", path="/Users", effect=True, status=201, body="empty")
    tenant.switch(stale_reads=stale_reads)
    groups = [{"display_name": "a", "users": {"set": ["ada@example.com"]}}]
    result = apply(run, users=people("ada"), groups=groups)
    assert result.code == code, result.output
    assert [write for write in tenant.writes() if "Groups" in write] == ([] if code else ["POST /scim/v2/Groups"])


def test_an_interrupt_stops_the_writing(tenant: Tenant, tmp_path: Path) -> None:
    """Requests under way end, and no others start."""
    tenant.switch(latency=0.05)
    users = numbered(300)
    options = {**tenant.connection, "users": users, "workers": 2}
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parents[2]), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", f"{MODULES}.scim_directory"]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Background processes ignore the signal, and so do their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
        process.stdin.close()
        while len(tenant.writes()) < 5:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert len(tenant.writes()) < 100


# -- Secrets --------------------------------------------------------------------


def test_many_secrets_do_not_slow_down_the_result(tenant: Tenant, run: Run) -> None:
    """The time to mask n secrets in the result of n objects does not grow with n * n."""
    users = numbered(4000)
    times = []
    for count in (1000, 4000):
        began = time.monotonic()
        good(apply(run, users=users[:count], check=True))
        times.append(time.monotonic() - began)
    assert times[1] < 8 * times[0]


@pytest.mark.parametrize("password", ["Initial-pass-1", "short", "1234567890", 'quote"d pässword'], ids=str)
def test_secret_repeated_elsewhere_is_masked(tenant: Tenant, run: Run, password: str) -> None:
    """Secrets in the result are masked, also among thousands of others."""
    safe = {"container": "APP", "name": "root", "secret": password, "description": f"It is {password}."}
    result = good(apply(run, check=True, users=numbered(50), containers=[{"name": "APP"}], privileged_data=[safe]))
    account = result["diff"]["after"]["privileged_data"]["APP / root"]
    assert account["description"] == "It is ********."
    assert "VALUE_SPECIFIED" in account["secret"] or account["secret"] == "********"


# -- Other rules ----------------------------------------------------------------


@IN_THIS_PROCESS
def test_as_many_connections_as_workers_are_kept(tenant: Tenant, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    tenant.switch(latency=0.05)
    with caplog.at_level(logging.WARNING, "urllib3"):
        good(apply(run, users=numbered(80), workers=32))
    assert [record.getMessage() for record in caplog.records if "pool is full" in record.getMessage()] == []


@pytest.mark.ways("main", reason="the action plugin sets progress_path itself")
def test_unwritable_progress_is_not_a_failure(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    good(apply(run, users=people("ada"), progress_path=str(tmp_path / "nowhere" / "progress")))


@pytest.mark.ways("main", reason="the action plugin sets progress_path itself")
def test_progress_of_reading(tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a large tenant takes longer than the interval between progress lines."""
    monkeypatch.setattr(progress, "FIRST", 0)
    monkeypatch.setattr(progress, "EVERY", 0)
    path = tmp_path / "progress"
    good(apply(run, users=numbered(30), check=True, progress_path=str(path)))
    assert path.read_text().count("reading users") > 30


def test_excess_warnings_are_counted(tenant: Tenant, run: Run) -> None:
    """Each unknown name that the task may omit is one warning."""
    unknown = [{"display_name": f"g{n}", "users": {"add": [f"u{n}@x.y"]}, "unknown_members": "warn"} for n in range(23)]
    warnings = good(apply(run, check=True, groups=unknown)).warnings
    assert len(warnings) == 21
    assert warnings[-1] == "3 more warnings are not shown"


def safe_with_accounts(tenant: Tenant, accounts: int = 3) -> None:
    tenant.seed(
        containers=[{"name": "APP"}],
        accounts=[{"container": "APP", "name": f"account{number}"} for number in range(accounts)],
    )


@pytest.mark.parametrize("prune", [True, False])
def test_accounts_count_with_the_safe_that_they_are_on(tenant: Tenant, run: Run, prune: bool) -> None:
    safe_with_accounts(tenant)
    removal = (
        {"prune": ["containers"], "prune_to_nothing": True}
        if prune
        else {"containers": [{"name": "APP", "state": "absent"}]}
    )
    refused = apply(run, max_removals=3, **removal)
    assert refused.code == "guard_rail"
    assert "and 4 would be" in refused["msg"]
    assert "privileged_data 'APP / account2'" in refused["msg"]
    assert len(tenant.resources("PrivilegedData")) == 3
    good(apply(run, max_removals=4, **removal))
    assert tenant.resources("Containers") == []


def test_an_account_is_not_counted_twice(tenant: Tenant, run: Run) -> None:
    safe_with_accounts(tenant)
    accounts = [{"container": "APP", "name": f"account{number}", "state": "absent"} for number in range(3)]
    removal = {"containers": [{"name": "APP", "state": "absent"}], "privileged_data": accounts}
    good(apply(run, max_removals=4, **removal))


@pytest.mark.parametrize("pattern", ["account1", "APP / *", "app / account1", "*1"])
def test_a_protected_account_protects_its_safe(tenant: Tenant, run: Run, pattern: str) -> None:
    safe_with_accounts(tenant)
    result = apply(run, containers=[{"name": "APP", "state": "absent"}], protected=[pattern])
    assert result.code == "guard_rail"
    assert "APP / account1" in result["msg"]


def test_a_percentage_is_of_each_kind_by_itself(tenant: Tenant, run: Run) -> None:
    """A large number of users does not permit the removal of many groups."""
    tenant.seed(users=200, groups=[{"displayName": f"group{number}"} for number in range(10)])
    there = len(tenant.resources("Groups"))
    result = apply(
        run, groups=[{"display_name": f"group{n}", "state": "absent"} for n in range(10)], max_removals="20%"
    )
    assert result.code == "guard_rail"
    assert f"20% of {there} groups, which is {there // 5}, to be" in result["msg"]


def test_prune_spares_the_role_of_the_user_that_runs_the_task(tenant: Tenant, run: Run) -> None:
    """Without the role nobody could repair anything."""
    result = good(apply(run, groups=[{"display_name": "mine"}], prune=["groups"], max_removals="90%"))
    assert "SCIM client" in {group["displayName"] for group in tenant.resources("Groups")}
    assert "SCIM client" not in {action["name"] for action in result["actions"]}
    assert apply(run, groups=[{"display_name": "mine"}], prune=["groups"])["changed"] is False


def test_an_exact_name_protects_even_with_brackets(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "x[1]"}])
    result = apply(run, groups=[{"display_name": "X[1]", "state": "absent"}], protected=["x[1]"])
    assert result.code == "guard_rail"


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize(
    "groups",
    [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["A"]}],
    ids=lambda groups: str(len(groups)),
)
def test_no_group_gets_into_itself(tenant: Tenant, run: Run, groups: dict[str, list[str]], new: bool) -> None:
    if not new:
        tenant.seed(groups=[{"displayName": name} for name in groups])
    entries = [{"display_name": name, "groups": {"add": nested}} for name, nested in groups.items()]
    tenant.forget_requests()
    result = apply(run, groups=entries)
    assert result.code == "invalid"
    assert "circle" in result["msg"]
    assert "group 'a'" in result["msg"]
    assert tenant.writes() == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "null": ({"groups": [{"display_name": "a"}, None]}, "groups[1]: a group must be a map"),
    "text": ({"users": ["ada@example.com"]}, "users[0]: a user must be a map"),
    "yes": ({"groups": [{"display_name": True}]}, "Put it into quotes"),
    "short password": (
        {"users": [{"user_name": "ada@example.com", "password": "x"}]},
        "user 'ada@example.com': password is",
    ),
    "no member": ({"container_permissions": [{"container": "APP"}]}, "user or group is missing"),
    "two": ({"users": [{"email": "x"}], "groups": [{"id": ""}]}, "; groups[0]: "),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_refusals_name_the_entry_and_the_reason(tenant: Tenant, run: Run, case: tuple[dict[str, Any], str]) -> None:
    options, words = case
    result = apply(run, **options)
    assert result.code == "invalid"
    assert words in result["msg"], result["msg"]
    assert "., " not in result["msg"]


def test_a_warning_of_the_plan_is_given_once(tenant: Tenant, run: Run) -> None:
    result = good(
        apply(run, groups=[{"display_name": "a", "unknown_members": "warn", "users": {"add": ["ghost@example.com"]}}])
    )
    assert len(result.warnings) == 1
    assert "times" not in result.warnings[0]


def test_unknown_caller_spares_no_group_for_its_members(tenant: Tenant, run: Run) -> None:
    """The calling user is unknown then: no member without a known name is taken for it."""
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(groups=[{"displayName": "crew", "members": ["ada@example.com"]}])
    tenant.scim("GET", "Users?count=1")
    bearer = {"access_token": tenant.token, "client_id": None, "client_secret": None}
    kept = [{"display_name": name} for name in ("SCIM client", "mine")]
    good(apply(run, groups=kept, prune=["groups"], **bearer))
    assert "crew" not in {group["displayName"] for group in tenant.resources("Groups")}


def test_deletions_are_verified_by_one_listing(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=95)
    names = [f"user{number:05}@example.com" for number in range(1, 91)]
    tenant.forget_requests()
    result = run("scim_directory", users=[{"user_name": name, "state": "absent"} for name in names], max_removals="90")
    assert (result["summary"]["users"], result.warnings) == ({"delete": 90}, [])
    assert len(tenant.writes()) == 90
    assert len(tenant.requests()) <= 107


@pytest.mark.parametrize("number", [3, 9], ids=["one by one", "in one listing"])
def test_deletions_without_effect_are_named(tenant: Tenant, run: Run, number: int) -> None:
    tenant.seed(users=number)
    names = [f"user{one:05}@example.com" for one in range(1, number + 1)]
    tenant.fault(method="DELETE", path="/Users/", status=204, body="empty", count=None)
    result = run("scim_directory", users=[{"user_name": name, "state": "absent"} for name in names])
    assert sorted(result.warnings) == [
        f"The server accepted the deletion of user {name!r}, but still shows it" for name in names
    ]
