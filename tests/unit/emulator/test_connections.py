# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections: kept open, without a wait for small packets, and many at once."""

from __future__ import annotations

import threading
import time

import requests


def test_no_wait_for_small_packets(client):
    """With Nagle's algorithm, each of these requests would wait 40 ms for a delayed acknowledgement."""

    def is_prompt(call, *arguments):
        begin = time.perf_counter()
        assert call(*arguments).ok
        return time.perf_counter() - begin < 0.04

    # A busy machine delays some of them too, so that a single prompt one is enough.
    assert any(is_prompt(client.create, f"user{number}@example.com") for number in range(100))
    path = f"Users/{client.user()['id']}"
    assert any(
        is_prompt(client.patch, path, {"op": "replace", "path": "active", "value": True}) for _time in range(100)
    )


def test_the_connection_is_kept(client):
    ports = set()
    for _time in range(5):
        answer = client.session.get(f"{client.base}/scim/v2/Users", stream=True)
        ports.add(answer.raw._connection.sock.getsockname()[1] if answer.raw._connection else None)
        assert answer.content
    assert len(ports) == 1 and None not in ports


def test_parallel_requests(client):
    """Requests of many connections neither get lost nor mixed up."""
    token = client.session.headers["Authorization"]
    failures = []

    def work(worker):
        with requests.Session() as session:
            session.headers["Authorization"] = token
            for number in range(10):
                name = f"w{worker}n{number}@example.com"
                body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}
                created = session.post(f"{client.base}/scim/v2/Users", json=body).json()
                read = session.get(f"{client.base}/scim/v2/Users/{created['id']}").json()
                if read["userName"] != name:
                    failures.append(name)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert client.get("Users", filter='userName sw "w"').json()["totalResults"] == 160
    assert len(client.log()) == 321
