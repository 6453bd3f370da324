# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures of the network and the server: which requests are retried, and that nothing is duplicated or lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, could_write
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import call_off

Run = Callable[..., Result]
NAME = "ada@example.com"


def create(run: Run, **options: Any) -> Result:
    return run("scim_user", user_name=NAME, display_name="Ada", password="Initial-pass-1", **options)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("path", ["/oauth2/", "/Users"])
def test_reads_are_retried(tenant: Tenant, run: Run, status: int, path: str) -> None:
    tenant.fault(path=path, status=status, retry_after=0)
    result = run("scim_user_info", user_name=NAME, retries=1)
    assert result["users"] == []
    assert f"{status}" in result.warnings[0]
    assert "try 2 of 2" in result.warnings[0]


def test_500_is_retried_only_for_reads(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="GET", path="/Users", status=500, retry_after=0)
    tenant.fault(method="POST", path="/Users", status=500)
    result = create(run, retries=2)
    assert result.code == "server_error"
    assert tenant.writes() == ["POST /scim/v2/Users"]


@pytest.mark.parametrize("retry_after", [1, "Wed, 21 Oct 2015 07:28:00 GMT", None])
def test_429_is_retried_for_every_method(tenant: Tenant, run: Run, retry_after: Any) -> None:
    for method in ("GET", "POST"):
        tenant.fault(method=method, path="/Users", status=429, retry_after=retry_after)
    began = time.monotonic()
    result = create(run, retries=1)
    took = time.monotonic() - began
    assert result["changed"] is True
    assert len(result.warnings) == 2
    assert len(tenant.users(NAME)) == 1
    assert took >= 2 if retry_after == 1 else took < 2


def test_endless_429_ends_in_a_failure(tenant: Tenant, run: Run) -> None:
    tenant.fault(path="/Users", status=429, retry_after=0, count=None)
    result = run("scim_user_info", user_name=NAME, retries=2)
    assert result.code == "rate_limited"
    assert len(tenant.requests()) == 1 + 3


WRITE_FAULTS: list[dict[str, Any]] = [
    {"drop": "before"},
    {"drop": "after"},
    {"status": 503, "retry_after": 0},
    {"status": 503, "retry_after": 0, "effect": True},
    {"status": 502, "effect": True},
    {"status": 504},
    {"body": "truncated"},
    {"body": "html"},
    {"body": "empty"},
    {"body": "invalid_json"},
    {"body": "wrong_shape"},
]


@pytest.mark.parametrize("fault", WRITE_FAULTS, ids=str)
@pytest.mark.parametrize("write", ["POST", "PATCH", "PUT", "DELETE"])
def test_uncertain_write_is_checked_and_completed(tenant: Tenant, run: Run, fault: dict[str, Any], write: str) -> None:
    """The task looks the object up again and sends only missing changes: one object, reported as changed."""
    if write != "POST":
        tenant.seed_user(userName=NAME, displayName="before", active=True)
    if write == "PUT":
        tenant.switch(patch_supported={"Users": 405})
    tenant.fault(method=write, path="/Users", **fault)
    options = {"state": "absent"} if write == "DELETE" else {}
    result = create(run, retries=2, **options)
    assert not result.failed, result.output
    assert result["changed"] is True
    found = tenant.users(NAME)
    if write == "DELETE":
        assert found == []
        assert result["user"] is None
    else:
        assert [user["displayName"] for user in found] == ["Ada"]
        assert result["user"]["display_name"] == "Ada"
        assert result["diff"]["after"]["display_name"] == "Ada"
        assert result["diff"]["before"] == ({} if write == "POST" else {"user_name": NAME, "display_name": "before"})
    tenant.forget_requests()
    assert create(run, **options)["changed"] is False


@pytest.mark.parametrize("body", ["truncated", "html", "empty", "invalid_json", "wrong_shape"])
@pytest.mark.parametrize("path", ["/oauth2/", "/Users"])
def test_invalid_answers_fail(tenant: Tenant, run: Run, body: str, path: str) -> None:
    tenant.fault(path=path, body=body, count=None)
    result = run("scim_user_info", user_name=NAME)
    assert result.code == ("transport" if body == "truncated" else "protocol")


def test_timeout(tenant: Tenant, run: Run) -> None:
    tenant.fault(path="/Users", latency=2, status=503)
    result = run("scim_user_info", user_name=NAME, timeout=0.2)
    assert result.code == "transport"
    assert "no answer within 0.2 s" in result["msg"]


@pytest.mark.parametrize(
    ("module", "path", "options"),
    [
        (
            "scim_pam_object",
            "/PrivilegedData",
            {"kind": "privileged_data", "container": "APP", "name": "root", "secret": "An-account-secret-1"},
        ),
        ("identity_oauth2_app", "/ImportAppFromTemplate", {"application_id": "some-client", "orphans": "adopt"}),
    ],
)
def test_account_is_not_created_again_while_the_first_may_appear(
    tenant: Tenant, run: Run, module: str, path: str, options: dict[str, Any]
) -> None:
    tenant.seed(containers=[{"name": "APP"}])
    before = tenant.state()
    tenant.fault(method="POST", path=path, latency=None)
    result = run(module, **options, timeout=0.3, retries=1)
    assert result.code == "transport"
    (number,) = [
        number for number, seen in enumerate(tenant.requests(), 1) if path in seen["path"] and could_write(seen)
    ]
    call_off(tenant, number, {"latency": None})
    assert not run(module, **options).failed
    after = tenant.state()
    made = {kind: len(items) - len(before[kind]) for kind, items in after.items() if len(items) != len(before[kind])}
    assert list(made.values()) == [1]


def test_token_that_expires_on_the_way(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users", status=401)
    assert create(run)["changed"] is True
    assert tenant.tokens() == 2


def test_a_failure_keeps_the_planned_diff(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users", status=403)
    result = create(run)
    assert result.code == "authorization"
    assert result["diff"]["after"]["display_name"] == "Ada"
    assert result["diff"]["after"]["password"] == "********"


def test_a_truncated_listing_is_reported(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=30)
    tenant.switch(total_results_wrong=True)
    result = run("scim_user_info")
    assert len(result["users"]) >= 30
    assert "but returned" in result.warnings[0]


@pytest.mark.parametrize(
    "switches", [{"total_results_wrong": "page", "max_results": 7}, {"short_pages": True}], ids=str
)
def test_listing_whose_count_is_of_the_page(tenant: Tenant, run: Run, switches: dict[str, Any]) -> None:
    tenant.seed(users=30)
    tenant.switch(**switches)
    assert len(run("scim_user_info")["users"]) >= 30


def test_a_404_from_elsewhere_does_not_pass_for_deleted(tenant: Tenant, run: Run) -> None:
    identifier = tenant.seed_user(userName=NAME)
    assert run("scim_user", id=identifier, state="absent", scim_path="/scim/v3").code == "protocol"
    tenant.fault(method="DELETE", path="/Users/", status=404, body="html")
    result = run("scim_user", id=identifier, state="absent")
    assert result.code == "protocol"
    assert "scim_path" in result["msg"]
    assert len(tenant.users(NAME)) == 1
