# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Privileged data: the accounts in the safes of the vault."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import ACCOUNT_DATA_URN, ACCOUNT_URN
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.vault_client import properties

SAFE = "APP-PRD"
MACHINES = {"remoteMachines": "web1,web2", "accessRestrictedToRemoteMachines": True}
NO_TARGET = (
    400,
    "noTarget",
    'The specified "path" did not yield an attribute or attribute value that could be operated on.',
)


@pytest.fixture
def account(client):
    client.container(SAFE)
    return client.account(SAFE, username="root", address="web1", platformId="UnixSSH", secret="first secret")


def test_create(client):
    client.container(SAFE)
    listed = [{"key": "username", "value": "root"}, {"key": "secret", "value": "hidden"}]
    data = {"safe": "app-prd", "properties": listed, "remoteMachinesAccess": MACHINES}
    body = {"name": "root@web1", "type": "password", "description": "x", ACCOUNT_DATA_URN: data}
    answer = client.send("POST", "PrivilegedData", ACCOUNT_URN, **body)
    account = answer.json()
    assert answer.status_code == 201
    assert account["meta"]["location"] == answer.headers["Location"]
    assert account.pop("meta")["location"] == f"{client.base}/Scim/v2/PrivilegedData/{account['id']}"
    assert list(account.items()) == [
        ("name", "root@web1"),
        ("description", "x"),
        ("type", "password"),
        (ACCOUNT_DATA_URN, {"safe": SAFE, "properties": listed[:1], "remoteMachinesAccess": MACHINES}),
        ("schemas", [ACCOUNT_URN, ACCOUNT_DATA_URN]),
        ("id", account["id"]),
    ]
    assert client.has_secret(account, "hidden") and not client.has_secret(account, "other")
    assert {**client.get(f"PrivilegedData/{account['id']}").json(), "meta": None} == {**account, "meta": None}


def test_ids_count_within_their_safe(client):
    client.container("one")
    client.container("two")
    made = [client.account(safe)["id"] for safe in ("one", "two", "ONE", "two")]
    safes = [item.split("_")[0] for item in made]
    assert [item.split("_")[1] for item in made] == ["1", "1", "2", "2"]
    assert safes[0] == safes[2] != safes[1] == safes[3] and all(safe.isdigit() for safe in safes)
    client.call("DELETE", f"PrivilegedData/{made[2]}")
    assert client.account("one")["id"] not in made
    client.call("DELETE", "Containers/one")
    client.container("one")
    assert client.account("one")["id"].split("_")[0] not in safes


def test_names_are_not_unique(client, account):
    twin = client.account(SAFE, account["name"])
    assert twin["id"] != account["id"]
    found = client.find("PrivilegedData", f'name eq "{account["name"]}"')
    assert [item["id"] for item in found] == [account["id"], twin["id"]]


def test_the_secret_is_in_no_answer(client, account):
    assert client.has_secret(account, "first secret")
    path = f"PrivilegedData/{account['id']}"
    operation = {
        "op": "replace",
        "path": f"{ACCOUNT_DATA_URN}.properties",
        "value": [{"key": "secret", "value": "2nd"}],
    }
    answers = [
        client.get(path),
        client.get(path, attributes=f"{ACCOUNT_DATA_URN}:properties"),
        client.get("PrivilegedData"),
        client.get(f"Containers/{SAFE}"),
        client.put_account(account, Secret="first secret"),
        client.patch(path, operation),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert not any(word in answer.text for word in ("secret", "Secret", "2nd"))
    log = str(client.log())
    assert "first secret" not in log and "2nd" not in log


@pytest.mark.parametrize(
    ("listed", "detail"),
    [
        ([{"key": "address", "value": "a"}, {"key": "Address", "value": "b"}], "The property Address occurs twice"),
        ([{"value": "a"}], "Every property needs a key"),
    ],
)
def test_refused_properties(client, error, listed, detail):
    client.container(SAFE)
    body = {"name": "x", ACCOUNT_DATA_URN: {"safe": SAFE, "properties": listed}}
    assert error(client.send("POST", "PrivilegedData", ACCOUNT_URN, **body)) == (400, "invalidValue", detail)
    assert client.get("PrivilegedData").json()["totalResults"] == 0


@pytest.mark.parametrize(
    "data",
    [
        {"properties": "x"},
        {"properties": [{"key": "a", "value": 5}]},
        {"properties": ["x"]},
        {"remoteMachinesAccess": {"remoteMachines": "web1"}},
    ],
)
def test_malformed_bodies(client, error, data):
    client.container(SAFE)
    body = {"name": "x", ACCOUNT_DATA_URN: {"safe": SAFE, **data}}
    assert error(client.send("POST", "PrivilegedData", ACCOUNT_URN, **body))[0] == 400


def test_name_and_safe_are_required(client, error):
    client.container(SAFE)
    assert error(client.post_account(SAFE, ""))[0] == 400
    assert error(client.send("POST", "PrivilegedData", ACCOUNT_URN, name="x")) == (
        400,
        "invalidValue",
        "safe is required",
    )
    assert error(client.post_account("nothing")) == (404, None, "Container not found. Container value: nothing")


def test_put_replaces_everything_but_the_secret(client, account):
    answer = client.put_account(account, address="web2")
    assert (answer.status_code, properties(answer.json())) == (200, {"address": "web2"})
    body = {"name": "renamed", "description": "x", ACCOUNT_DATA_URN: {"remoteMachinesAccess": MACHINES}}
    after = client.send("PUT", f"PrivilegedData/{account['id']}", ACCOUNT_URN, **body).json()
    assert after[ACCOUNT_DATA_URN] == {"safe": SAFE, "remoteMachinesAccess": MACHINES}
    assert (after["id"], after["name"], after["description"]) == (account["id"], "renamed", "x")
    assert "type" not in after
    after = client.send("PUT", f"PrivilegedData/{account['id']}", ACCOUNT_URN, name="renamed").json()
    assert after[ACCOUNT_DATA_URN] == {"safe": SAFE}
    assert client.has_secret(account, "first secret")


@pytest.mark.parametrize("mark", [".", ":"])
@pytest.mark.parametrize("op", ["replace", "add"])
def test_patch_merges_properties_by_key(client, account, mark, op):
    value = [{"key": "ADDRESS", "value": "web2"}, {"key": "Port", "value": "22"}, {"key": "platformId", "value": ""}]
    operation = {"op": op, "path": f"{ACCOUNT_DATA_URN}{mark}properties", "value": value}
    answer = client.patch(f"PrivilegedData/{account['id']}", operation)
    assert answer.status_code == 200
    assert properties(answer.json()) == {"username": "root", "address": "web2", "Port": "22"}
    assert client.has_secret(account, "first secret")


@pytest.mark.parametrize(
    "value",
    [
        {f"{ACCOUNT_DATA_URN}.properties": [{"key": "address", "value": "web2"}], "name": "x"},
        {f"{ACCOUNT_DATA_URN}:properties": [{"key": "address", "value": "web2"}], "name": "x"},
        {ACCOUNT_DATA_URN: {"properties": [{"key": "address", "value": "web2"}]}, "name": "x"},
    ],
)
def test_patch_without_path(client, account, value):
    after = client.patch(f"PrivilegedData/{account['id']}", {"op": "replace", "value": value}).json()
    assert (after["name"], properties(after)["address"], properties(after)["username"]) == ("x", "web2", "root")


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ({"path": f"{ACCOUNT_DATA_URN}.properties"}, set()),
        ({"path": f"{ACCOUNT_DATA_URN}.properties", "value": [{"key": "ADDRESS"}]}, {"username", "platformId"}),
        ({"path": f'{ACCOUNT_DATA_URN}:properties[key eq "address"]'}, {"username", "platformId"}),
    ],
)
def test_patch_removes_properties(client, account, operation, left):
    answer = client.patch(f"PrivilegedData/{account['id']}", {"op": "remove", **operation})
    assert set(properties(answer.json())) == left
    assert client.has_secret(account, "first secret")


def test_patch_of_other_attributes(client, account):
    path = f"PrivilegedData/{account['id']}"
    operations = [
        {"op": "replace", "path": "description", "value": "x"},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.remoteMachinesAccess", "value": MACHINES},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}:remoteMachinesAccess.remoteMachines", "value": "web3"},
        {"op": "replace", "path": f'{ACCOUNT_DATA_URN}:properties[key eq "address"].value', "value": "web9"},
    ]
    after = client.patch(path, *operations).json()
    assert after["description"] == "x"
    assert after[ACCOUNT_DATA_URN]["remoteMachinesAccess"] == {**MACHINES, "remoteMachines": "web3"}
    assert properties(after)["address"] == "web9"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "nothing", "value": "x"},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.nothing", "value": "x"},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.properties", "value": ["x"]},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.properties", "value": [{"value": "x"}]},
    ],
)
def test_patches_without_a_target(client, account, error, operation):
    rename = {"op": "replace", "path": "name", "value": "half done"}
    assert error(client.patch(f"PrivilegedData/{account['id']}", rename, operation)) == NO_TARGET
    assert client.get(f"PrivilegedData/{account['id']}").json()["name"] == account["name"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.properties", "value": {"key": "a", "value": "b"}},
        {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.properties", "value": [{"key": "a", "value": 5}]},
        {"op": "move", "path": f"{ACCOUNT_DATA_URN}.properties", "value": []},
        {"op": "remove", "path": "name"},
    ],
)
def test_refused_patches(client, account, error, operation):
    assert error(client.patch(f"PrivilegedData/{account['id']}", operation))[0] == 400
    after = client.get(f"PrivilegedData/{account['id']}").json()
    assert {**after, "meta": None} == {**account, "meta": None}


def test_only_privileged_data_accepts_a_dot_after_a_urn(client, error):
    operation = {
        "op": "replace",
        "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.organization",
        "value": "x",
    }
    assert error(client.patch(f"Users/{client.user()['id']}", operation)) == NO_TARGET


def test_unknown_accounts(client, error):
    for method in ("GET", "DELETE"):
        assert error(client.call(method, "PrivilegedData/1_1")) == (404, None, "Resource 1_1 not found")


def test_filters_and_sorting(client, account, error):
    client.account(SAFE, "a")
    assert [item["name"] for item in client.find("PrivilegedData", f'id eq "{account["id"]}"')] == ["root@web1"]
    assert client.find("PrivilegedData", 'name eq "nobody"') == []
    listed = client.get("PrivilegedData", sortBy="name", count=1).json()
    assert ([item["name"] for item in listed["Resources"]], listed["totalResults"]) == (["a"], 2)
    for text in (f'{ACCOUNT_DATA_URN}:safe eq "{SAFE}"', 'safe eq "x"', 'name sw "a"', 'type eq "password"'):
        assert error(client.get("PrivilegedData", filter=text))[:2] == (400, "invalidFilter")


@pytest.mark.parametrize("wanted", [";", ","])
def test_switch_remote_machines_separator(client, error, wanted):
    client.container(SAFE)
    client.switch(remote_machines_separator=wanted)
    for separator in ";,":
        access = {"remoteMachines": f"web1{separator}web2", "accessRestrictedToRemoteMachines": True}
        body = {"name": "x", ACCOUNT_DATA_URN: {"safe": SAFE, "remoteMachinesAccess": access}}
        answer = client.send("POST", "PrivilegedData", ACCOUNT_URN, **body)
        if separator == wanted:
            assert answer.json()[ACCOUNT_DATA_URN]["remoteMachinesAccess"] == access
        else:
            detail = f"remoteMachines web1{separator}web2 is not a machine, nor machines separated by {wanted}"
            assert error(answer) == (400, "invalidValue", detail)
