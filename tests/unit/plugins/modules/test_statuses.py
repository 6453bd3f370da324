# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each HTTP status from 400 on for each kind of request: retries, and the text of the failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.statuses import STATUSES, Status
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
NAME = "ada@example.com"
METHODS = {"read": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
# Codes after which another request is tried: without the filter, or as a PUT.
OTHER_WAYS = {"read": ("invalid", "unsupported"), "update": ("unsupported",)}
LOOKUP = "GET /scim/v2/Users"
CREATE = "POST /scim/v2/Users"


def do(run: Run, operation: str, **options: Any) -> Result:
    if operation == "read":
        return run("scim_user_info", user_name=NAME, **options)
    state = "absent" if operation == "delete" else "present"
    return run("scim_user", user_name=NAME, display_name="Ada", password="Initial-pass-1", state=state, **options)


def expected_code(row: Status, operation: str) -> str | None:
    """Return the code of the failure after one such answer and one retry, or None for success."""
    code = row.error.code
    if row.transient or code in ("authentication", *OTHER_WAYS.get(operation, ())):
        return None
    if (operation, code) in (("read", "server_error"), ("delete", "not_found")):
        return None
    return "protocol" if (operation, code) == ("read", "not_found") else code


@pytest.mark.parametrize("operation", METHODS)
@pytest.mark.parametrize("row", STATUSES, ids=lambda row: str(row.code))
def test_each_status_is_decided(tenant: Tenant, run: Run, row: Status, operation: str) -> None:
    if operation != "create":
        tenant.seed_user(userName=NAME, displayName="Ada" if operation == "read" else "before", active=True)
    tenant.fault(method=METHODS[operation], path="/scim/v2/Users", status=row.code, retry_after=0)
    result = do(run, operation, retries=1)
    assert result.code == expected_code(row, operation), result.output
    if result.failed:
        assert result["failure"]["status"] == row.code
        assert f"answered {row.code} {row.phrase}" in result["msg"]
        assert row.hint in result["msg"] or row.code in (404, 410)
    else:
        # After a SCIM 404 to the DELETE the user counts as removed.
        names = {"delete": ["before"] if row.error.code == "not_found" else []}.get(operation, ["Ada"])
        assert [user["displayName"] for user in tenant.users(NAME)] == names


@pytest.mark.parametrize(
    ("row", "effect"),
    [(row, effect) for row in STATUSES if row.transient for effect in sorted({False, row.uncertain})],
    ids=lambda value: str(value.code if isinstance(value, Status) else value),
)
def test_a_repeated_creation_makes_one_object(tenant: Tenant, run: Run, row: Status, effect: bool) -> None:
    tenant.fault(method="POST", path="/scim/v2/Users", status=row.code, retry_after=0, effect=effect)
    assert do(run, "create", retries=1)["changed"] is True
    assert len(tenant.users(NAME)) == 1
    tenant.forget_requests()
    assert do(run, "create")["changed"] is False


@pytest.mark.parametrize(("status", "looks"), [(408, True), (425, False), (429, False), (504, True), (524, True)])
def test_a_creation_that_may_have_taken_effect_is_looked_up_first(
    tenant: Tenant, run: Run, status: int, looks: bool
) -> None:
    tenant.fault(method="POST", path="/scim/v2/Users", status=status, retry_after=0)
    assert do(run, "create", retries=1)["changed"] is True
    seen = [f"{request['method']} {request['path']}" for request in tenant.requests()]
    first = seen.index(CREATE)
    second = seen.index(CREATE, first + 1)
    assert (LOOKUP in seen[first:second]) is looks


@pytest.mark.parametrize("status", [408, 499, 504, 524, 598])
def test_account_is_not_created_again_after_a_gateway_timeout(tenant: Tenant, run: Run, status: int) -> None:
    """The server may still be at work, and a safe may hold two accounts of one name."""
    tenant.seed(containers=[{"name": "APP"}])
    tenant.fault(method="POST", path="/PrivilegedData", status=status, retry_after=0)
    account = {"kind": "privileged_data", "container": "APP", "name": "root", "secret": "An-account-secret-1"}
    assert run("scim_pam_object", **account, retries=3).code == "unavailable"
    assert tenant.writes() == ["POST /scim/v2/PrivilegedData"]


@pytest.mark.parametrize(
    ("status", "code"), [(407, "transport"), (408, "unavailable"), (425, "unavailable"), (418, "protocol")]
)
def test_a_filter_that_was_not_answered_is_not_refused(tenant: Tenant, run: Run, status: int, code: str) -> None:
    tenant.seed_user(userName=NAME)
    tenant.fault(path="/scim/v2/Users", status=status, retry_after=0, count=None)
    assert do(run, "read", retries=1).code == code
    assert all("filter" in request["query"] for request in tenant.requests() if "/Users" in request["path"])


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (407, "transport", "The proxy requires a login"),
        (412, "conflict", "changed in the meantime: run the task again"),
        (413, "invalid", "fewer members"),
        (414, "invalid", "shorten it"),
        (428, "unsupported", "If-Match"),
        (431, "protocol", "token is too large"),
        (511, "transport", "The network requires a login"),
        (418, "protocol", "a proxy or gateway"),
        (599, "unavailable", "Try again later"),
    ],
)
def test_the_failure_says_what_to_do(tenant: Tenant, run: Run, status: int, code: str, words: str) -> None:
    tenant.seed_user(userName=NAME, displayName="before")
    tenant.fault(method="PATCH", path="/Users", status=status, count=None)
    tenant.fault(method="PUT", path="/Users", status=status, count=None)
    result = do(run, "update")
    assert result.code == code
    assert words.lower() in result["msg"].lower()


@pytest.mark.parametrize(("status", "code"), [(477, "protocol"), (577, "unavailable")])
def test_an_unknown_status_does_not_reject_the_value(tenant: Tenant, run: Run, status: int, code: str) -> None:
    tenant.fault(method="POST", path="/Users", status=status, count=None)
    assert do(run, "create").code == code
    assert tenant.users(NAME) == []
