# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every switch has a test; the switches of load, on both sides."""

from __future__ import annotations

import re
import time
from pathlib import Path

from ansible_collections.idops.cyberark_identity.tests.emulator.control.switches import SWITCHES


def test_every_switch_has_a_test_and_a_description():
    sources = [path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py")]
    tested = {name for source in sources for name in re.findall(r"^def test_switch_(\w+)", source, re.MULTILINE)}
    assert tested == {switch.name for switch in SWITCHES}
    assert all(len(switch.doc) > 10 for switch in SWITCHES)


def test_defaults(client):
    assert client.control("GET", "switches") == {switch.name: switch.default for switch in SWITCHES}


def test_switch_throttle(client, error):
    client.switch(throttle={"every": 3, "retry_after": 7})
    answers = [client.get("Users") for _time in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert error(answers[2])[0] == 429
    assert answers[2].headers["Retry-After"] == "7"
    assert client.token().status_code == 200
    client.switch(throttle={"every": 1})
    answer = client.create("ada@example.com")
    assert answer.status_code == 429 and "Retry-After" not in answer.headers
    client.switch(throttle=None)
    assert client.create("ada@example.com").status_code == 201


def test_switch_latency(client):
    def elapsed(call):
        begin = time.perf_counter()
        call()
        return time.perf_counter() - begin

    # Some are late on a busy machine, but not all of them.
    assert any(elapsed(lambda: client.get("Schemas/User")) < 0.2 for _time in range(100))
    client.switch(latency=0.2)
    assert elapsed(lambda: client.get("Schemas/User")) >= 0.2
    assert elapsed(client.token) >= 0.2
