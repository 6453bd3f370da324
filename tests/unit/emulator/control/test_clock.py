# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time of the tenant can be set: tokens expire by it, and answers show it."""

from __future__ import annotations

import pytest
import requests


def test_tokens_expire_by_the_clock(client):
    assert client.get("Users").status_code == 200
    client.control("POST", "clock", {"advance": 17999})
    assert client.get("Users").status_code == 200
    client.control("POST", "clock", {"advance": 2})
    assert client.get("Users").status_code == 401
    client.login()
    assert client.get("Users").status_code == 200


def test_answers_show_the_time(client):
    assert client.control("POST", "clock", {"now": "2030-01-31T12:00:00Z"})["now"].startswith("2030-01-31T12:00:0")
    client.login()
    answer = client.get("Schemas/User")
    assert answer.headers["Date"].startswith("Thu, 31 Jan 2030 12:00:0")
    assert answer.json()["meta"]["created"].startswith("2030-01-31T12:00:0")
    client.control("POST", "reset")
    assert not client.control("GET", "clock")["now"].startswith("2030")


@pytest.mark.parametrize(
    "body", [{}, [], {"now": "tomorrow"}, {"advance": "much"}, {"advance": 1e30}, {"now": 1, "advance": 1}]
)
def test_a_time_that_is_none_is_refused(client, body):
    before = client.control("GET", "clock")["now"][:13]
    answer = requests.post(f"{client.info['control_url']}/clock", json=body, timeout=60)
    assert answer.status_code == 400 and answer.json()["error"]
    assert client.control("GET", "clock")["now"][:13] == before
