# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client alone: waiting, giving up, and state shared by threads."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    InvalidError,
    RateLimitedError,
    UnavailableError,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant

Make = Callable[..., Client]


class Clock:
    """A clock that advances only by waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def now(self) -> float:
        return sum(self.waits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tenant: Tenant, clock: Clock) -> Make:
    def client(**options: Any) -> Client:
        connection = Connection(**{**tenant.connection, **options})
        return Client(connection, sleep=clock.sleep, clock=clock.now)

    return client


def test_waits_grow_and_are_random(tenant: Tenant, clock: Clock, make: Make) -> None:
    tenant.fault(path="/Users", status=503, count=None)
    with pytest.raises(UnavailableError):
        make(retries=9).request("GET", "/scim/v2/Users")
    assert len(clock.waits) == 9
    for number, wait in enumerate(clock.waits):
        longest = min(60.0, 0.5 * 2**number)
        assert longest / 2 <= wait <= longest
    assert len({round(wait / min(60.0, 0.5 * 2**number), 6) for number, wait in enumerate(clock.waits)}) > 1


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        (7, 7, 7),
        (0, 0, 0),
        (86400, 60, 60),
        ("1.5", 1.5, 1.5),
        ("soon", 0.25, 0.5),
        ("-5", 0.25, 0.5),
        ("9" * 400, 60, 60),
        (315_360_000, 60, 60),  # ten years are the longest delay
        (315_360_001, 0, 0),  # and a second more is a time in 1979
        ("1771404540.25", 0, 0),
    ],
)
def test_retry_after(tenant: Tenant, clock: Clock, make: Make, header: Any, low: float, high: float) -> None:
    tenant.fault(path="/Users", status=429, retry_after=header)
    make(retries=1).request("GET", "/scim/v2/Users")
    assert low <= clock.waits[0] <= high


def test_retry_after_as_a_date(tenant: Tenant, clock: Clock, make: Make) -> None:
    import time

    tenant.fault(path="/Users", status=429, retry_after=formatdate(time.time() + 20, usegmt=True))
    make(retries=1).request("GET", "/scim/v2/Users")
    assert 15 <= clock.waits[0] <= 20


@pytest.mark.parametrize("unit", [1, 1000])
@pytest.mark.parametrize(("ahead", "low", "high"), [(20, 15, 20), (-20, 0, 0), (3600, 60, 60)])
def test_retry_after_as_a_unix_time(
    tenant: Tenant, clock: Clock, make: Make, unit: int, ahead: int, low: float, high: float
) -> None:
    import time

    tenant.fault(path="/Users", status=429, retry_after=int((time.time() + ahead) * unit))
    make(retries=1).request("GET", "/scim/v2/Users")
    assert low <= clock.waits[0] <= high


def test_retrying_ends_after_five_minutes(tenant: Tenant, clock: Clock, make: Make) -> None:
    tenant.fault(path="/Users", status=429, retry_after=60, count=None)
    with pytest.raises(RateLimitedError):
        make(retries=1000).request("GET", "/scim/v2/Users")
    assert 240 < clock.now() <= 300


def test_one_token_for_all_requests_and_threads(tenant: Tenant, make: Make) -> None:
    client = make()
    threads = [threading.Thread(target=client.request, args=("GET", "/scim/v2/Users")) for _time in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tenant.tokens() == 1
    tenant.control("POST", "expire_tokens")
    threads = [threading.Thread(target=client.request, args=("GET", "/scim/v2/Users")) for _time in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tenant.tokens() == 2


def test_secrets_are_registered_as_soon_as_they_exist(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are registered in each spelling in which a server or a library may quote them."""
    monkeypatch.setenv("HTTP_PROXY", "http://me:pass%20word@127.0.0.1:9")  # pragma: allowlist secret
    monkeypatch.setenv("NO_PROXY", "")
    secrets: list[str] = []
    client_secret = 'a"b c&d'
    connection = Connection(**{**tenant.connection, "access_token": " a-token\n", "client_secret": client_secret})
    Client(connection, protect=secrets.append)
    assert {client_secret, "a%22b%20c%26d", "a%22b+c%26d", 'a\\"b c&d', "a-token", "pass word", "pass%20word"} <= {
        *secrets
    }
    monkeypatch.delenv("HTTP_PROXY")
    secrets.clear()
    client = Client(
        Connection(**tenant.connection, token_endpoint_auth_method="client_secret_basic"), protect=secrets.append
    )
    client.request("GET", "/scim/v2/Users")
    pair = f"{tenant.info['client_id']}:{tenant.info['client_secret']}"
    assert client._access_token in secrets
    assert any(secret in base64.b64encode(pair.encode()).decode() for secret in secrets)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e20])
def test_invalid_timeouts_are_refused(tenant: Tenant, timeout: float) -> None:
    with pytest.raises(InvalidError, match="timeout"):
        Connection(**{**tenant.connection, "timeout": timeout})


def test_exhausted_request_is_not_retried(tenant: Tenant, clock: Clock, make: Make) -> None:
    tenant.fault(method="DELETE", path="/Users/", status=503, count=None)
    with pytest.raises(UnavailableError) as caught:
        make(retries=2).request("DELETE", "/scim/v2/Users/1")
    assert caught.value.uncertain is False
    assert len(tenant.writes()) == 3


def test_a_connection_does_not_show_its_secrets(tenant: Tenant) -> None:
    shown = repr(Connection(**{**tenant.connection, "access_token": "a-token"}))
    assert tenant.info["client_secret"] not in shown
    assert "a-token" not in shown


def test_without_requests_the_module_can_still_be_imported(tmp_path: Path) -> None:
    """The module can then name the missing library instead of failing with a traceback."""
    import os
    import subprocess
    import sys

    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n")
    code = (
        "from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import module;"
        "print(bool(module.REQUESTS_IMPORT_ERROR))"
    )
    paths = [str(tmp_path), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr
