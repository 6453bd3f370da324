# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speed of the vault: the fastest of some tries meets the target, as a busy machine slows single ones."""

from __future__ import annotations

import time

SLACK = 2


def test_a_large_vault(client):
    users = client.seed(users=5)["users"]
    names = [f"SAFE{number:05d}" for number in range(1, 1001)]
    permissions = [{"container": name, "user": user, "rights": ["useAccounts"]} for name in names for user in users]
    begin = time.perf_counter()
    client.seed(containers=1000, permissions=permissions)
    assert time.perf_counter() - begin < 3 * SLACK
    assert client.get("ContainerPermissions").json()["totalResults"] == 5000

    for endpoint, text, expected in (
        ("Containers", 'name eq "{name}"', 1),
        ("ContainerPermissions", 'container.value eq "{name}"', 5),
        ("ContainerPermissions", 'user.value eq "{user}" and container.value eq "{name}"', 1),
        ("ContainerPermissions", 'container.name eq "{name}" and user.display eq "user00001@example.com"', 1),
    ):
        times = []
        for name in names[::25]:
            begin = time.perf_counter()
            answer = client.get(endpoint, filter=text.format(name=name, user=users[2]))
            times.append(time.perf_counter() - begin)
            assert answer.json()["totalResults"] == expected
        assert min(times) < 0.005


def test_writes_to_a_large_vault(client):
    client.seed(containers=1000)
    times = []
    for number in range(40):
        begin = time.perf_counter()
        client.container(f"NEW{number}")
        client.account(f"NEW{number}")
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.02
