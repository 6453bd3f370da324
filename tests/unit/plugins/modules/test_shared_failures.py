# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures shared by all objects of a run occur once and end the run with any value of on_error."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
import requests
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    AuthenticationError,
    IdentityError,
    TransportError,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.connections import Connections
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import IN_THIS_PROCESS
from requests.adapters import HTTPAdapter

Run = Callable[..., Result]
MANY = 300
PEOPLE = [{"user_name": f"user{number}@example.com", "password": "Initial-pass-1"} for number in range(MANY)]
GROUPS = [{"display_name": f"group{number}"} for number in range(5)]
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MANY_WORKERS = pytest.param(32, marks=pytest.mark.long(reason="more workers than eight do the same"))
WORKERS = pytest.mark.parametrize("workers", [1, 8, MANY_WORKERS])
ROTATED = "Rotated-Pass-1"


def apply(run: Run, **options: Any) -> Result:
    return run("scim_directory", **{"on_error": "continue", "users": PEOPLE, **options})


def actions(result: Result) -> dict[str, int]:
    return dict(Counter(action["action"] for action in result["actions"]))


def writes(tenant: Tenant, path: str) -> int:
    return sum(write == f"POST /scim/v2/{path}" for write in tenant.writes())


@contextlib.contextmanager
def before_first(method: str, path: str, act: Callable[[], object]) -> Iterator[None]:
    """Call a function just before the first such request is sent; the others wait for it."""
    lock, todo, send = threading.Lock(), [act], HTTPAdapter.send

    def sending(adapter: HTTPAdapter, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if request.method == method and path in str(request.url):
            with lock:
                while todo:
                    todo.pop()()
        return send(adapter, request, **how)

    with mock.patch.object(HTTPAdapter, "send", sending):
        yield


def rotate_password(tenant: Tenant) -> None:
    """Give the service user another password, let its tokens expire, and forget all requests so far."""
    user = tenant.user(tenant.info["client_id"])["id"]
    operation = {"op": "replace", "path": "password", "value": ROTATED}
    tenant.scim("PATCH", f"Users/{user}", {"schemas": [PATCH_OP], "Operations": [operation]})
    tenant.control("POST", "expire_tokens")
    tenant.forget_requests()


@WORKERS
@pytest.mark.parametrize("on_error", ["stop", "continue"])
@IN_THIS_PROCESS
def test_a_password_that_is_rotated_during_a_run_costs_one_failed_login(
    tenant: Tenant, run: Run, workers: int, on_error: str
) -> None:
    tenant.switch(lock_after=2)
    with before_first("POST", "/Users", lambda: rotate_password(tenant)):
        result = apply(run, workers=workers, on_error=on_error, groups=GROUPS)
    assert tenant.tokens() == 1
    assert writes(tenant, "Users") <= workers
    assert writes(tenant, "Groups") == 0
    assert result.code == "authentication", result.output
    assert result["failure"]["detail"] == "invalid client creds or client not allowed"
    assert actions(result) == {"failed": 1}
    assert sum(kind.get("skipped", 0) for kind in result["summary"].values()) == MANY + len(GROUPS) - 1
    assert f"{MANY + len(GROUPS)} of {MANY + len(GROUPS)} changes were not made" in result["msg"]
    assert result["msg"].count("invalid client creds") == 1
    assert "Nothing else was begun" in result["msg"]
    (stopped,) = result["stopped"]
    assert stopped["position"] == next(item["position"] for item in result["actions"])
    # The user is not locked: a run with the new password succeeds.
    assert not apply(run, client_secret=ROTATED, workers=workers, groups=GROUPS).failed


@WORKERS
def test_a_wrong_password_costs_one_failed_login_in_planning(tenant: Tenant, run: Run, workers: int) -> None:
    result = apply(
        run, users=[{**user, "id": f"id{n}"} for n, user in enumerate(PEOPLE)], client_secret="Wrong-1", workers=workers
    )
    assert result.code == "authentication"
    assert len(tenant.requests()) == tenant.tokens() == 1
    assert result["msg"].count("invalid client creds") == 1


@WORKERS
def test_tokens_that_are_refused_are_renewed_once(tenant: Tenant, run: Run, workers: int) -> None:
    tenant.fault(method="POST", path="/scim/", status=401, count=None)
    result = apply(run, workers=workers, groups=GROUPS)
    assert tenant.tokens() == 2
    assert writes(tenant, "Users") <= 2 * workers
    assert result.code == "authentication"
    assert actions(result) == {"failed": 1}


def test_a_token_that_goes_stale_again_and_again_is_renewed_each_time(tenant: Tenant, run: Run) -> None:
    for skip in (1, 4, 7):
        tenant.fault(method="POST", path="/Users", status=401, skip=skip)
    result = apply(run, users=PEOPLE[:12], workers=1)
    assert not result.failed, result.output
    assert tenant.tokens() == 4


@WORKERS
@IN_THIS_PROCESS
def test_an_access_token_that_cannot_be_renewed_ends_the_run(tenant: Tenant, run: Run, workers: int) -> None:
    token = tenant.token
    tenant.forget_requests()
    alone = {"client_id": None, "client_secret": None, "access_token": token}
    with before_first("POST", "/Users", lambda: tenant.control("POST", "expire_tokens")):
        result = apply(run, workers=workers, **alone)
    assert result.code == "authentication"
    assert writes(tenant, "Users") <= workers
    assert tenant.tokens() == 0


SHARED: list[tuple[int, str]] = [(402, "authorization"), (407, "transport"), (431, "protocol"), (511, "transport")]


@WORKERS
@pytest.mark.parametrize(("status", "code"), SHARED)
def test_a_network_failure_ends_the_run(tenant: Tenant, run: Run, workers: int, status: int, code: str) -> None:
    tenant.fault(method="POST", path="/Users", status=status, count=None)
    result = apply(run, workers=workers, groups=GROUPS)
    assert result.code == code
    assert writes(tenant, "Users") <= workers
    assert writes(tenant, "Groups") == 0
    assert actions(result) == {"failed": 1}


@WORKERS
def test_a_tenant_that_goes_on_refusing_ends_the_run(tenant: Tenant, run: Run, workers: int) -> None:
    tenant.fault(method="POST", path="/Users", status=429, retry_after=0, count=None)
    result = apply(run, workers=workers, retries=1)
    assert result.code == "rate_limited"
    assert writes(tenant, "Users") <= 2 * workers
    assert actions(result) == {"failed": 1}


@WORKERS
@IN_THIS_PROCESS
def test_a_tenant_that_cannot_be_reached_ends_the_run(
    tenant: Tenant, run: Run, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first write on, the only way to the tenant is a proxy that does not run."""
    tried: list[str] = []
    exchange = Connections.exchange

    def counting(connections: Connections, method: str, url: str, *others: Any, **how: Any) -> Any:
        if method == "POST" and "/Users" in url:
            tried.append(url)
        if tried:
            how["settings"] = {**how["settings"], "proxies": {"http": "http://127.0.0.1:9"}}
        return exchange(connections, method, url, *others, **how)

    monkeypatch.setattr(Connections, "exchange", counting)
    result = apply(run, workers=workers, groups=GROUPS)
    assert result.code == "transport"
    assert len(tried) <= workers
    assert writes(tenant, "Users") == 0
    assert actions(result) == {"failed": 1}


def test_an_untrusted_certificate_causes_one_failure(tls_tenant: Tenant) -> None:
    with contextlib.closing(Client(Connection(**{**tls_tenant.connection, "ca_path": None}))) as client:
        for _time in range(3):
            with pytest.raises(TransportError, match="not trusted") as caught:
                client.request("GET", "/scim/v2/Users")
            assert caught.value.shared
    assert tls_tenant.requests() == []


@WORKERS
def test_a_right_that_is_missing_to_create_a_kind_ends_its_creations(tenant: Tenant, run: Run, workers: int) -> None:
    """Dependent entries are skipped; other kinds and existing objects are processed."""
    known = [{"user_name": f"known{number}@example.com", "display_name": "after"} for number in range(10)]
    for user in known:
        tenant.seed_user(userName=user["user_name"], displayName="before")
    tenant.fault(method="POST", path="/Users", status=403, count=None)
    groups = [*GROUPS, *({"display_name": f"of {n}", "users": {"set": [PEOPLE[n]["user_name"]]}} for n in range(20))]
    result = apply(run, users=[*PEOPLE, *known], groups=groups, workers=workers)
    assert result.code == "incomplete"
    assert writes(tenant, "Users") <= workers
    assert result["summary"]["users"] == {"failed": 1, "skipped": MANY - 1, "update": 10}
    assert result["summary"]["groups"] == {"create": 5, "skipped": 20}
    assert result["msg"].count("User Management") == 1
    assert "No other user was created, because the same right is needed" in result["msg"]
    (stopped,) = result["stopped"]
    assert stopped["failure"]["code"] == "authorization"


def test_a_missing_right_on_one_safe_does_not_stop_another(tenant: Tenant, run: Run) -> None:
    tenant.seed(containers=[{"name": "A"}, {"name": "B"}])
    accounts = [
        {"container": safe, "name": f"root{number}", "secret": "An-account-secret-1"}
        for safe in "AB"
        for number in range(5)
    ]
    tenant.fault(method="POST", path="/PrivilegedData", status=403)
    result = apply(run, users=[], privileged_data=accounts, workers=1)
    assert result["summary"]["privileged_data"] == {"failed": 1, "skipped": 4, "create": 5}
    assert "No other privileged_data was created in 'A'" in result["msg"]


def test_a_refused_update_stops_no_other_object(tenant: Tenant, run: Run) -> None:
    known = [{"user_name": f"known{number}@example.com", "display_name": "after"} for number in range(10)]
    for user in known:
        tenant.seed_user(userName=user["user_name"], displayName="before")
    tenant.fault(method="PATCH", path="/Users", status=403, count=3)
    result = apply(run, users=known, workers=2)
    assert result["summary"]["users"] == {"failed": 3, "update": 7}
    assert result["stopped"] == []


def test_a_failing_gateway_stops_no_other_object(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users", status=503, count=3)
    result = apply(run, users=PEOPLE[:20], workers=2)
    assert result["summary"]["users"] == {"failed": 3, "create": 17}


def test_threads_that_are_refused_at_once_fetch_one_token(tenant: Tenant) -> None:
    client = Client(Connection(**tenant.connection))
    client.request("GET", "/scim/v2/Users")
    tenant.control("POST", "expire_tokens")
    tenant.forget_requests()
    barrier, failures = threading.Barrier(32), list[IdentityError]()

    def ask() -> None:
        barrier.wait()
        try:
            client.request("GET", "/scim/v2/Groups")
        except IdentityError as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _time in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    assert failures == []
    assert tenant.tokens() == 1


def test_every_waiting_thread_gets_the_refused_login(tenant: Tenant) -> None:
    client = Client(Connection(**{**tenant.connection, "client_secret": "Wrong-1"}))
    failures: list[IdentityError] = []

    def ask() -> None:
        with pytest.raises(AuthenticationError) as caught:
            client.request("GET", "/scim/v2/Users")
        failures.append(caught.value)

    threads = [threading.Thread(target=ask) for _time in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    assert len({id(failure) for failure in failures}) == 32
    assert len({str(failure) for failure in failures}) == 1
    assert tenant.tokens() == 1


@pytest.mark.parametrize("status", [503, 429])
def test_a_token_endpoint_that_is_down_is_asked_by_one(tenant: Tenant, run: Run, status: int) -> None:
    tenant.fault(path="/oauth2/", status=status, retry_after=0, count=None)
    assert apply(run, users=PEOPLE[:8], workers=8, retries=2).failed
    assert len(tenant.requests()) == 3
