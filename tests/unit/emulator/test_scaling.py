# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work in a small and in a large tenant: no part of the emulator is quadratic, and lookups use an index.

Each test compares two processor times of this process, in which both emulators run. Neither the speed of the machine
nor other work on it changes their ratio much. A bound has room for noise: it lies between the ratio that is measured
and the ratio of an algorithm of the next order.
"""

from __future__ import annotations

import gc
import time
from contextlib import ExitStack

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator import Emulator

SMALL, LARGE = 500, 5000
FACTOR = LARGE // SMALL
# Measured: at most 1.2 with the indexes of the emulator, and at least 3.6 without them.
CONSTANT = 3
# Measured: at most 10. Quadratic work gives up to 100, depending on how much of the whole it is.
LINEAR = 2 * FACTOR
SWAPPED = 50


def processor_time(call, *arguments, **named):
    begin = time.process_time()
    call(*arguments, **named)
    return time.process_time() - begin


def growth(tenants, call, tries=10):
    """Return how many times as long a call takes in the large tenant: the fastest of some tries in each."""
    pairs = [[processor_time(call, client) for client in tenants] for _time in range(tries)]
    small, large = map(min, zip(*pairs, strict=True))
    return large / small


@pytest.fixture(scope="module")
def tenants(connect):
    """Start a small and a large tenant without garbage collection, whose time depends on the rest of the process."""
    gc.disable()
    with ExitStack() as stack:
        clients = []
        for size in (SMALL, LARGE):
            clients.append(connect(stack.enter_context(Emulator()).info))
            stack.callback(clients[-1].session.close)
            clients[-1].login()
            clients[-1].size = size
        yield clients
    gc.enable()


@pytest.fixture(scope="module")
def filled(tenants):
    """Fill the tenants: each container has five members, and one role has all users."""
    for client in tenants:
        client.users = client.seed(users=client.size)["users"]
        (client.role,) = client.seed(groups=[{"displayName": "large", "members": client.users}])["groups"]
        client.seed(**vault(client))
    return tenants


def vault(client):
    """Return the seed of a vault with a container for every five users."""
    names = [f"SAFE{number:05d}" for number in range(1, client.size // 5 + 1)]
    users = client.users[:5]
    permissions = [{"container": name, "user": user, "rights": ["useAccounts"]} for name in names for user in users]
    return {"containers": len(names), "permissions": permissions}


# -- Seeds and resets -----------------------------------------------------------


def test_seeding_is_linear_and_a_reset_frees_nothing_at_once(tenants):
    seeds, resets = [], []
    for _time in range(2):
        seeds.append([processor_time(client.seed, users=client.size) for client in tenants])
        resets.append([processor_time(client.control, "POST", "reset") for client in tenants])
    small, large = map(min, zip(*seeds, strict=True))
    assert large / small < LINEAR
    # Measured: less than a 300th of the seed. Freeing the objects at once takes a 60th.
    assert min(reset for _small, reset in resets) < large / 120
    for client in tenants:
        client.login()
        assert client.get("Users").json()["totalResults"] == 2


def test_seeding_the_vault_is_linear(tenants):
    for client in tenants:
        client.users = client.seed(users=5)["users"]

    def seed(client):
        client.seed(**vault(client))
        assert client.get("ContainerPermissions", count=1).json()["totalResults"] == client.size
        client.control("POST", "reset", {"to": client.kept})
        client.login()

    for client in tenants:
        client.kept = client.control("POST", "keep")["kept"]
    assert growth(tenants, seed, tries=2) < LINEAR
    for client in tenants:
        client.control("POST", "reset")
        client.login()


# -- Reads ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "text", "found"),
    [
        ("Users", 'userName eq "user00003@example.com"', 1),
        ("Users", 'emails.value eq "user00003@example.com"', 1),
        ("Users", 'userName eq "nobody@example.com"', 0),
        ("Containers", 'name eq "SAFE00003"', 1),
        ("ContainerPermissions", 'container.value eq "SAFE00003"', 5),
        ("ContainerPermissions", 'user.value eq "{user}" and container.value eq "SAFE00003"', 1),
        ("ContainerPermissions", 'container.name eq "SAFE00003" and user.display eq "user00001@example.com"', 1),
    ],
)
def test_a_lookup_takes_constant_time(filled, endpoint, text, found):
    def look_up(client):
        answer = client.get(endpoint, filter=text.format(user=client.users[2]))
        assert answer.json()["totalResults"] == found

    assert growth(filled, look_up) < CONSTANT


def test_a_page_takes_constant_time(filled):
    def read(client):
        assert len(client.get("Users", count=20).json()["Resources"]) == 20

    assert growth(filled, read) < CONSTANT


def test_a_query_is_linear(filled):
    def query(client):
        assert len(client.rows("SELECT ID FROM User WHERE Username = 'user00003@example.com'")) == 1

    assert growth(filled, query) < LINEAR


# -- Writes ---------------------------------------------------------------------


def test_writes_take_constant_time(filled):
    numbers = iter(range(1000))

    def write(client):
        name = f"NEW{next(numbers)}"
        client.user(f"{name}@example.com")
        client.container(name)
        client.account(name)

    assert growth(filled, write) < CONSTANT


def test_a_role_is_read_and_changed_in_linear_time(filled):
    def swap(client, out, into):
        operations = [{"op": "remove", "path": f'members[value eq "{member}"]'} for member in out]
        operations += [{"op": "add", "path": "members", "value": [{"value": member}]} for member in into]
        assert client.patch(f"Groups/{client.role}", *operations).status_code == 200

    def members(client):
        return {member["value"] for member in client.get(f"Groups/{client.role}").json()["members"]}

    assert growth(filled, members, tries=3) < LINEAR
    assert growth(filled, lambda client: swap(client, client.users[:SWAPPED], client.users[:SWAPPED]), 3) < LINEAR
    large = filled[-1]
    assert members(large) == set(large.users)
    new = large.seed(users=1000)["users"]
    swap(large, large.users[:1000], new)
    assert members(large) == {*large.users[1000:], *new}
