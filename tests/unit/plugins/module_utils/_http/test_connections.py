# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of a client: their total time, the environment, threads and forks."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import TransportError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http import client as client_module
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Seen, Serve, reply

TIMEOUT = 0.4  # seconds for each part
PARTS = 1.5  # times as long may the whole exchange take
LONGEST = 4  # seconds after which the server ends an answer
DROP = 0.02  # seconds between the bytes that trickle
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PARTS", PARTS)


def client_of(url: str, **options: Any) -> Client:
    return Client(Connection(url, access_token="a-token", retries=0, **{"timeout": 5, **options}))


@contextlib.contextmanager
def dripping(start: bytes, drop: bytes, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server that sends some bytes and then a little from time to time, and yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            talking = context.wrap_socket(connection, server_side=True) if context else connection
            with talking:
                talking.sendall(start)
                ends = time.monotonic() + LONGEST
                while time.monotonic() < ends and not stopped.wait(DROP):
                    talking.sendall(drop)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


# What a server sends at once, and then again and again.
ENDLESS = {
    "status": (b"", b"H"),
    "headers": (OK, b"X: y\r\n"),
    "body with a length": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "body in chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    # Nothing but the end of the connection ends this body. It would be a good answer.
    "complete body": (OK + b"\r\n{}", b" "),
}


def assert_late(client: Client, said: str = "not complete after") -> None:
    with contextlib.closing(client):
        began = time.monotonic()
        with pytest.raises(TransportError, match=said):
            client.request("GET", "/scim/v2/Users")
        assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize("encrypted", [False, True])
def test_answers_that_trickle_are_broken_off(encrypted: bool, tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def meet(case: tuple[bytes, bytes]) -> None:
        with dripping(*case, context if encrypted else None) as place:
            scheme = "https" if encrypted else "http"
            assert_late(client_of(f"{scheme}://{place}", timeout=TIMEOUT, ca_path=str(tmp_path / "ca.pem")))

    with ThreadPoolExecutor(len(ENDLESS)) as pool:
        for each in [pool.submit(meet, case) for case in ENDLESS.values()]:
            each.result()


def test_a_handshake_that_trickles_is_broken_off() -> None:
    with dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", b"\x03") as place:
        # The ssl module has a limit for all of it.
        assert_late(client_of(f"https://{place}", timeout=TIMEOUT), "no answer within")


def test_a_proxy_that_trickles_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping(OK, b"X: y\r\n") as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
        assert_late(client_of("https://tenant.example.com", timeout=TIMEOUT))


def test_a_lookup_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, given_up = threading.Event(), threading.Event()

    def look_up(*place: Any, **options: Any) -> Any:
        given_up.wait(10)
        ended.set()
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert_late(client_of("https://tenant.example.com", timeout=TIMEOUT))
    given_up.set()
    assert ended.wait(10)


def test_one_late_exchange_ends_no_other(serve: Serve) -> None:
    def answer(seen: Seen) -> Iterator[bytes]:
        if seen.target == "/slow":
            yield OK
            while True:
                time.sleep(DROP)
                yield b"X: y\r\n"
        yield from reply({"path": seen.target})

    client = client_of(serve(None, answer).url, timeout=TIMEOUT)
    late: list[TransportError] = []

    def be_late() -> None:
        with pytest.raises(TransportError) as caught:
            client.request("GET", "/slow")
        late.append(caught.value)

    thread = threading.Thread(target=be_late)
    thread.start()
    count = 0
    while thread.is_alive():
        assert client.request("GET", f"/{count}") == {"path": f"/{count}"}
        count += 1
    assert client.request("GET", "/after") == {"path": "/after"}
    assert "not complete after 0.6 s" in str(late[0])
    assert count > 3
    client.close()


def test_no_thread_is_left_behind(tenant: Tenant) -> None:
    before = {*threading.enumerate()}
    client = Client(Connection(**tenant.connection))
    client.request("GET", "/scim/v2/Users")
    client.close()
    client.request("GET", "/scim/v2/Users")  # a closed client can be used again
    client.close()
    ends = time.monotonic() + 5
    while {*threading.enumerate()} - before:
        assert time.monotonic() < ends
        time.sleep(0.01)


FORK = """
import json, os, sys
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import TransportError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
client = Client(Connection(**{**json.loads(sys.argv[1]), "timeout": 0.5}))
client.request("GET", "/scim/v2/Users")
child = os.fork()
for _time in range(20):
    client.request("GET", "/scim/v2/Users")
try:
    client.request("GET", "/scim/v2/Schemas")
except TransportError as error:
    print(error, flush=True)
if child:
    os.waitpid(child, 0)
"""


def test_a_client_can_be_used_after_a_fork(tls_tenant: Tenant) -> None:
    """Processes do not share connections, each has its watchdog, and none waits for it at its end."""
    tls_tenant.fault(path="/Schemas", latency=3, count=None)
    command = [sys.executable, "-c", FORK, json.dumps(tls_tenant.connection)]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout.count("no answer within 0.5 s"), done.stderr) == (2, "")


PROXIES = [
    ({"HTTP_PROXY": "{proxy}"}, True),
    ({"http_proxy": "{proxy}"}, True),
    ({"ALL_PROXY": "{proxy}"}, True),
    ({"HTTPS_PROXY": "{proxy}"}, False),
    ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "127.0.0.1"}, False),
    ({"HTTP_PROXY": "{proxy}", "no_proxy": "127.0.0.0/8"}, False),
    ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "*"}, False),
    ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "example.com"}, True),
]


@pytest.mark.parametrize(("environment", "is_used"), PROXIES, ids=str)
def test_the_proxy_is_that_of_the_environment_of_each_client(
    environment: dict[str, str], is_used: bool, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for a client that takes over connections, too."""
    tenant, proxy = (serve(None, lambda seen, own=own: reply({"by": own})) for own in ("tenant", "proxy"))
    first = client_of(tenant.url)
    assert first.request("GET", "/a") == {"by": "tenant"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(proxy=proxy.url))
    second = Client(first.connection, opened=first.leave())
    assert second.request("GET", "/b") == {"by": "proxy" if is_used else "tenant"}
    assert first.request("GET", "/c") == {"by": "tenant"}
    second.close()


def test_cookies_return_to_their_server(serve: Serve) -> None:
    """Gateways keep a client on one server with a cookie."""
    hostile = serve(None, lambda seen: reply({}, Set_Cookie="node=a7; Path=/scim"))
    client = client_of(hostile.url)
    for path in ("/scim/v2/Users", "/scim/v2/Groups", "/oauth2/token"):
        client.request("GET", path)
    assert ["Cookie: node=a7" in seen.head for seen in hostile.seen] == [False, True, False]
    client.close()
