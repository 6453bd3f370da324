# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of reading and writing in the vault, on both sides."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ACCOUNT_DATA_URN,
)
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.vault_client import properties

SAFE = "APP-PRD"


# -- Reading ----------------------------------------------------------------


@pytest.mark.parametrize("value", [True, 404, 501])
def test_switch_pam_get_by_id(filled, error, value):
    filled.switch(pam_get_by_id=value)
    paths = [f"Containers/{SAFE}", f"containerpermissions/{filled.permission_of()['id']}"]
    for path in (*paths, f"PrivilegedData/{filled.first_account()['id']}"):
        answer = filled.get(path)
        assert answer.status_code == (200 if value is True else value)
        if value is not True:
            assert error(answer)[2].endswith("cannot be read by its id")
    assert filled.get(f"Users/{filled.permission_of()['user']['value']}").status_code == 200
    assert filled.put_container(SAFE, description="x").json()["description"] == "x"


def test_switch_pam_paging(filled):
    def size(endpoint):
        body = filled.get(endpoint, count=1, startIndex=2).json()
        return body["totalResults"], len(body.get("Resources", []))

    assert (size("ContainerPermissions"), size("Containers"), size("PrivilegedData")) == ((2, 1), (1, 0), (1, 0))
    filled.switch(pam_paging=False)
    assert (size("ContainerPermissions"), size("Containers"), size("PrivilegedData")) == ((2, 2), (1, 1), (1, 1))
    assert size("Users") == (3, 1)


def test_switch_pam_sorting(client):
    client.seed(containers=[{"name": name} for name in "bca"])

    def names():
        return "".join(item["name"] for item in client.get("Containers", sortBy="name").json()["Resources"])

    assert names() == "abc"
    client.switch(pam_sorting=False)
    assert names() == "bca"


@pytest.mark.parametrize("value", [True, "one_clause", "ignored"])
def test_switch_pam_filters(filled, error, value):
    filled.switch(pam_filters=value)
    one = filled.get("ContainerPermissions", filter='user.display eq "ada@example.com"')
    assert one.json()["totalResults"] == (2 if value == "ignored" else 1)
    two = filled.get("ContainerPermissions", filter='user.display eq "ada@example.com" and container.name eq "APP-PRD"')
    if value is True:
        assert two.json()["totalResults"] == 1
    else:
        assert error(two) == (400, "invalidFilter", "A filter has one clause only")
    both = 'userName eq "ada@example.com" and displayName eq "ada"'
    assert len(filled.find("Users", both)) == 1


def test_switch_pam_id_case_sensitive(filled):
    paths = [f"Containers/{SAFE.lower()}", f"ContainerPermissions/{filled.permission_of()['id'].lower()}"]
    assert [filled.get(path).status_code for path in paths] == [200, 200]
    filled.switch(pam_id_case_sensitive=True)
    assert [filled.get(path).status_code for path in paths] == [404, 404]
    assert filled.put_container(SAFE.lower()).status_code == 404
    assert filled.call("DELETE", paths[0]).status_code == 404
    assert filled.get(f"Containers/{SAFE}").status_code == 200


# -- Writing ----------------------------------------------------------------


def immutable_writes(client):
    """Return writes that would change what cannot change, by the attribute they name."""
    client.container("OTHER")
    client.user("bob@example.com")
    permission, account = client.permission_of(), client.first_account()
    path = f"PrivilegedData/{account['id']}"
    move = {"op": "replace", "path": f"{ACCOUNT_DATA_URN}.safe", "value": "OTHER"}
    return [
        ("name", client.put_container(SAFE, name="OTHER", description="x")),
        ("container", client.put_permission(permission, container={"name": "OTHER"})),
        ("user", client.put_permission(permission, user={"display": "bob@example.com"})),
        ("user", client.put_permission(permission, user={"value": "nobody"})),
        ("group", client.put_permission(permission, group={"display": "admins"})),
        ("safe", client.put_account({**account, ACCOUNT_DATA_URN: {"safe": "OTHER"}}, address="web2")),
        ("safe", client.patch(path, move)),
    ]


def test_switch_immutable_change(filled, error):
    before = {**filled.permission_of(), "meta": None}
    for attribute, answer in immutable_writes(filled):
        assert error(answer) == (400, "mutability", f"The attribute {attribute} cannot be changed")
    assert "description" not in filled.get(f"Containers/{SAFE}").json()
    assert properties(filled.first_account())["address"] == "web1"
    filled.call("DELETE", "Containers/OTHER")
    (bob,) = filled.find("Users", 'userName sw "bob"')
    filled.call("DELETE", f"Users/{bob['id']}")
    filled.switch(immutable_change="ignored")
    assert [answer.status_code for _attribute, answer in immutable_writes(filled)] == [200] * 7
    assert {**filled.permission_of(), "meta": None} == before
    container, account = filled.get(f"Containers/{SAFE}").json(), filled.first_account()
    assert (container["name"], container["description"]) == (SAFE, "x")
    assert (account[ACCOUNT_DATA_URN]["safe"], properties(account)["address"]) == (SAFE, "web2")


@pytest.mark.parametrize("status", [404, 400])
def test_switch_unknown_reference_status(filled, error, status):
    filled.switch(unknown_reference_status=status)
    unknown = {"value": "nobody"}
    assert error(filled.post_permission(SAFE, user=unknown)) == (
        status,
        None,
        "Member not found. Member value: nobody",
    )
    for answer in (filled.post_permission("nothing", user=unknown), filled.post_account("nothing")):
        assert error(answer) == (status, None, "Container not found. Container value: nothing")


def test_switch_pam_write_bodies(filled):
    filled.switch(pam_write_bodies=False)
    account, permission = filled.first_account(), filled.permission_of()
    rename = {"op": "replace", "path": "name", "value": "renamed"}
    answers = [
        filled.post_container("OTHER"),
        filled.post_account("OTHER"),
        filled.put_permission(permission, rights=["manageSafe"]),
        filled.patch(f"PrivilegedData/{account['id']}", rename),
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"")] * 2 + [(200, b"")] * 2
    assert answers[0].headers["Location"].endswith("/Containers/OTHER")
    assert "Content-Type" not in answers[0].headers
    assert filled.get("Containers/OTHER").json()["name"] == "OTHER"
    assert filled.permission_of()["rights"] == ["manageSafe"]
    assert filled.find("PrivilegedData", 'name eq "renamed"')
    assert filled.user("bob@example.com")["userName"] == "bob@example.com"
    filled.switch(pam_write_bodies=True)
    assert filled.container("THIRD")["name"] == "THIRD"


def test_switch_properties_added(filled):
    assert set(properties(filled.account(SAFE, "before", address="x"))) == {"address"}
    filled.switch(properties_added=True)
    assert set(properties(filled.account(SAFE, "after", address="x"))) > {"address"}


def test_switch_pam_error_body(filled, error):
    assert error(filled.get("Containers/nothing"))[0] == 404
    filled.switch(pam_error_body="pvwa")
    answer = filled.get("Containers/nothing")
    assert answer.status_code == 404
    assert answer.json() == {"ErrorCode": "PASWS000E", "ErrorMessage": "Resource nothing not found", "Details": []}
    assert filled.post_container(SAFE).json()["ErrorMessage"] == f"Container {SAFE} already exists"
    assert error(filled.get("Users/nobody"))[0] == 404
    filled.switch(granted_rights=[])
    assert error(filled.get("Containers"))[0] == 403
