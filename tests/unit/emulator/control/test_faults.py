# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults, seen by a client."""

from __future__ import annotations

import threading
import time

import pytest
import requests

BROKEN = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def exists(client, name="ada@example.com"):
    return client.find("Users", f'userName eq "{name}"') != []


def test_status_without_effect(client, error):
    client.fault(method="POST", path="/users$", status=503)
    answer = client.create("ada@example.com")
    assert error(answer)[0] == 503
    assert "Retry-After" not in answer.headers
    assert not exists(client)
    assert client.create("ada@example.com").status_code == 201


def test_status_after_the_effect(client):
    client.fault(method="POST", status=500, effect=True)
    assert client.create("ada@example.com").status_code == 500
    assert exists(client)


@pytest.mark.parametrize("value", [1, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after(client, value):
    client.fault(status=429, retry_after=value)
    answer = client.get("Users")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(value))


def test_query_selects(client):
    client.fault(path="Users", query='filter=.* sw "', status=503)
    filters = ('eq "sw"', 'sw "a"', 'sw "a"')
    found = [client.get("Users", filter=f"userName {test}") for test in filters]
    assert [answer.status_code for answer in found] == [200, 503, 200]


def test_count_and_skip(client):
    client.fault(path="Users", status=503, count=2, skip=1)
    assert [client.get("Users").status_code for _time in range(5)] == [200, 503, 503, 200, 200]
    assert client.control("GET", "faults") == []


def test_a_fault_without_a_count_lasts_until_it_is_cleared(client):
    client.fault(path="Users", status=503, count=None)
    assert {client.get("Users").status_code for _time in range(5)} == {503}
    client.control("DELETE", "faults")
    assert client.get("Users").status_code == 200


def test_method_and_path_select(client):
    client.control("POST", "faults", [{"method": "delete", "path": "USERS/", "status": 502}])
    user = client.user()
    assert client.get(f"Users/{user['id']}").status_code == 200
    assert client.call("DELETE", "Groups/x").status_code == 404
    assert client.call("DELETE", f"Users/{user['id']}").status_code == 502
    assert client.call("DELETE", f"Users/{user['id']}").status_code == 204


def test_several_faults_in_their_order(client):
    client.control("POST", "faults", [{"status": 503}, {"status": 429}])
    assert [client.get("Users").status_code for _time in range(3)] == [503, 429, 200]


def test_token_endpoint(client):
    client.fault(path="^/oauth2/", status=503)
    assert client.token().status_code == 503
    assert client.token().status_code == 200


@pytest.mark.parametrize("fault", [{}, {"status": 503}])
def test_latency_does_not_hold_up_others(client, fault):
    def others_are_served(latency):
        client.control("DELETE", "requests")
        client.fault(path="Users", latency=latency, **fault)
        begin = time.perf_counter()
        slow = threading.Thread(target=lambda: requests.get(f"{client.base}/scim/Users"))
        slow.start()
        while not client.log():
            pass
        client.get("Groups")
        served = [entry["status"] for entry in client.log()] == [None, 200]
        slow.join()
        assert time.perf_counter() - begin >= latency
        return served

    # On a busy machine others may take longer than a short wait.
    assert any(others_are_served(latency) for latency in (0.5, 4, 20))


def test_a_held_request_waits_until_faults_are_cleared(client):
    client.user()
    client.control("DELETE", "requests")
    client.fault(method="DELETE", latency=None)
    (user,) = client.find("Users", 'userName eq "ada@example.com"')
    held = threading.Thread(target=lambda: client.call("DELETE", f"Users/{user['id']}"))
    held.start()
    while [entry["method"] for entry in client.log()] != ["GET", "DELETE"]:
        pass
    assert client.log()[1]["status"] is None
    client.control("DELETE", "faults")
    held.join()
    assert client.log()[1]["status"] == 204
    assert not exists(client)


@pytest.mark.parametrize(("when", "done"), [("before", False), ("after", True)])
def test_dropped_connection(client, when, done):
    client.fault(method="POST", path="Users", drop=when)
    with pytest.raises(BROKEN):
        client.create("ada@example.com")
    assert [entry["status"] for entry in client.log()] == [None]
    assert exists(client) is done


def test_dropped_token_request(client):
    client.fault(path="oauth2", drop="before")
    with pytest.raises(BROKEN):
        client.token()
    assert client.token().status_code == 200


def test_dropped_connection_over_tls(start, connect, tmp_path):
    import json

    process = start("--tls", str(tmp_path))
    client = connect(json.loads(process.stdout.readline()))
    client.login()
    client.fault(method="POST", drop="after")
    with pytest.raises(BROKEN):
        client.create("ada@example.com")
    assert exists(client)
    client.fault(body="truncated")
    with pytest.raises(BROKEN):
        client.get("Users")
    client.session.close()
    process.terminate()
    assert (process.wait(60), process.stderr.read()) == (0, "")


def test_truncated_body(client):
    client.fault(method="POST", body="truncated")
    with pytest.raises(BROKEN):
        client.create("ada@example.com")
    assert exists(client)
    client.fault(status=503, body="truncated")
    with pytest.raises(BROKEN):
        client.get("Users")


@pytest.mark.parametrize(
    ("body", "text", "kind"),
    [
        ("html", "<!DOCTYPE html>", "text/html"),
        ("empty", "", "application/json"),
        ("invalid_json", '{"schemas": [', "application/json"),
        ("wrong_shape", '["unexpected"]', "application/json"),
    ],
)
@pytest.mark.parametrize("status", [None, 502])
def test_spoilt_bodies(client, body, text, kind, status):
    client.fault(method="POST", body=body, status=status)
    answer = client.create("ada@example.com")
    assert answer.status_code == (status or 201)
    assert answer.text == text or (text and answer.text.startswith(text))
    assert answer.headers["Content-Type"].startswith(kind)
    assert exists(client) is (status is None)


@pytest.mark.parametrize(
    "fault",
    [
        {"nothing": 1},
        {"drop": "sometimes"},
        {"body": "odd"},
        {"path": "("},
        {"status": "503"},
        {"status": 99},
        {"count": "2"},
        {"latency": "1"},
        [{"status": 503}, {"nothing": 1}],
        "x",
    ],
)
def test_refused_faults(client, fault):
    answer = client.session.post(f"{client.info['control_url']}/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert client.control("GET", "faults") == []


def test_token_expiry_in_the_middle(client):
    client.user()
    client.control("POST", "expire_tokens")
    assert client.get("Users").status_code == 401
    client.login()
    assert exists(client)
