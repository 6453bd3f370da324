# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of containers, on both sides."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    CONTAINER_URN,
    CUSTOM_URN,
    SAFE_URN,
)

SAFE = "APP-PRD"


def test_switch_safe_name_rules(client, error):
    for name in ("x" * 29, " x", "a.b"):
        assert error(client.post_container(name))[:2] == (400, "invalidValue")
    client.switch(safe_name_rules=False)
    for name in ("x" * 29, " x", "a.b"):
        assert client.container(name)["id"] == name


def test_switch_container_display_name(client):
    assert client.container("one", displayName="First")["displayName"] == "one"
    assert client.put_container("one", displayName="First").json()["displayName"] == "one"
    client.switch(container_display_name="changed")
    assert client.container("two", displayName="Second")["displayName"] == "Second"
    (permission,) = client.find("ContainerPermissions", 'container.display eq "Second"')
    assert client.put_container("two", displayName="2nd").json()["displayName"] == "2nd"
    assert client.get(f"ContainerPermissions/{permission['id']}").json()["container"]["display"] == "2nd"
    assert [item["name"] for item in client.find("Containers", 'displayName eq "2nd"')] == ["two"]
    assert client.put_container("two").json()["displayName"] == "two"


@pytest.mark.parametrize("value", ["safe", "Safe"])
def test_switch_container_type(client, value):
    client.switch(container_type=value)
    assert client.container()["type"] == client.get("Containers").json()["Resources"][0]["type"] == value


def test_switch_container_lists_accounts(filled):
    assert len(filled.get(f"Containers/{SAFE}").json()["privilegedData"]) == 1
    filled.switch(container_lists_accounts=False)
    assert "privilegedData" not in filled.get(f"Containers/{SAFE}").json()
    assert "privilegedData" not in filled.put_container(SAFE).json()
    filled.switch(container_lists_accounts=True)
    assert len(filled.get(f"Containers/{SAFE}").json()["privilegedData"]) == 1


def test_switch_owner_empty(client):
    client.seed(containers=[{"name": "old"}])
    assert "owner" not in client.get("Containers/old").json()
    client.switch(owner_empty="object")
    assert client.get("Containers/old").json()["owner"] == {}
    assert client.container("new")["owner"]["display"] == client.info["client_id"]
    assert "owner" not in client.user()


def test_switch_retention_urn(client):
    details = {"NumberOfDaysRetention": 7, "ManagingCPM": "PasswordManager"}
    container = client.container("one", **{SAFE_URN: details})
    assert (container[SAFE_URN], container.get(CUSTOM_URN)) == (details, None)
    client.switch(retention_urn="custom")
    container = client.get("Containers/one").json()
    assert (container[SAFE_URN], container[CUSTOM_URN]) == (
        {"ManagingCPM": "PasswordManager"},
        {"NumberOfDaysRetention": 7},
    )
    assert container["schemas"] == [CONTAINER_URN, SAFE_URN, CUSTOM_URN]
    again = client.call("PUT", "Containers/one", container).json()
    assert {**again, "meta": None} == {**container, "meta": None}
    plain = client.put_container("one", **{SAFE_URN: {"NumberOfDaysRetention": 9}}).json()
    assert (plain[CUSTOM_URN], plain["schemas"]) == ({"NumberOfDaysRetention": 9}, [CONTAINER_URN, CUSTOM_URN])
    assert SAFE_URN not in plain
    client.switch(retention_urn="safe")
    assert SAFE_URN not in client.put_container("one", **{CUSTOM_URN: {"NumberOfDaysRetention": 9}}).json()


@pytest.mark.parametrize("value", ["cascade", 409, 400])
def test_switch_delete_nonempty_container(filled, error, value):
    filled.container("EMPTY")
    filled.switch(delete_nonempty_container=value)
    answer = filled.call("DELETE", f"Containers/{SAFE.lower()}")
    left = [filled.get(endpoint).json()["totalResults"] for endpoint in ("Containers", "PrivilegedData")]
    if value == "cascade":
        assert (answer.status_code, left) == (204, [1, 0])
    else:
        assert error(answer) == (value, None, f"Container {SAFE} is not empty")
        assert left == [2, 1]
    assert filled.call("DELETE", "Containers/EMPTY").status_code == 204
