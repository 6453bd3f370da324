# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of users and groups that the vault follows too."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ACCOUNT_DATA_URN,
    ACCOUNT_URN,
    PERMISSION_URN,
)

SAFE = "APP-PRD"


@pytest.mark.parametrize(("status", "kind"), [(409, "uniqueness"), (400, "invalidValue"), (500, None)])
def test_duplicates_in_the_vault(filled, error, status, kind):
    filled.switch(duplicate_status=status)
    answers = [filled.post_container(SAFE), filled.post_permission(SAFE, user={"display": "ada@example.com"})]
    assert [error(answer)[:2] for answer in answers] == [(status, kind)] * 2


@pytest.mark.parametrize("status", [405, 501])
def test_patch_in_the_vault(filled, error, status):
    rename = {"op": "replace", "path": "description", "value": "x"}
    paths = {
        "Containers": f"Containers/{SAFE}",
        "ContainerPermissions": f"ContainerPermissions/{filled.permission_of()['id']}",
        "PrivilegedData": f"privilegeddata/{filled.first_account()['id']}",
    }
    answers = [filled.patch(path, rename) for path in paths.values()]
    assert [answer.status_code for answer in answers] == [405, 405, 200]
    filled.switch(patch_supported=dict.fromkeys(paths, status))
    for name, path in paths.items():
        assert error(filled.patch(path, {**rename, "value": "y"})) == (
            status,
            None,
            f"PATCH is not supported for {name}",
        )
    assert filled.first_account()["description"] == "x"


def test_patch_of_containers_and_permissions_where_it_works(filled):
    filled.switch(patch_supported={"Containers": True, "ContainerPermissions": True})
    answer = filled.patch(f"Containers/{SAFE}", {"op": "add", "path": "description", "value": "x"})
    assert (answer.status_code, answer.json()["description"]) == (200, "x")
    path = f"ContainerPermissions/{filled.permission_of()['id']}"
    answer = filled.patch(path, {"op": "replace", "path": "rights", "value": ["manageSafe"]})
    assert (answer.status_code, answer.json()["rights"]) == (200, ["manageSafe"])


@pytest.mark.parametrize("status", [204, 200])
def test_deletions_in_the_vault(filled, status):
    filled.switch(delete_status=status)
    paths = [f"PrivilegedData/{filled.first_account()['id']}", f"ContainerPermissions/{filled.permission_of()['id']}"]
    answers = [filled.call("DELETE", path) for path in (*paths, f"Containers/{SAFE}")]
    assert [answer.status_code for answer in answers] == [status] * 3


def test_rights_for_the_vault(filled, error):
    filled.switch(granted_rights=["UserManagement", "RoleManagement"])
    account = {"name": "x", ACCOUNT_DATA_URN: {"safe": SAFE}}
    answers = [
        filled.get("Containers"),
        filled.get("ContainerPermissions/x"),
        filled.get("PrivilegedData"),
        filled.post_container("OTHER"),
        filled.send("POST", "ContainerPermissions", PERMISSION_URN),
        filled.send("POST", "PrivilegedData", ACCOUNT_URN, **account),
        filled.call("DELETE", f"Containers/{SAFE}"),
    ]
    assert [error(answer) for answer in answers] == [(403, None, "The right VaultManagement is missing")] * 7
    assert filled.get("Users").status_code == 200
    filled.switch(missing_right_status=401)
    assert error(filled.get("Containers"))[0] == 401
    filled.switch(granted_rights=["VaultManagement"], vault_overrides_directory=False)
    assert filled.get("Containers").json()["totalResults"] == 1
    assert error(filled.get("Users"))[0] == 401


def test_stale_reads_in_the_vault(filled):
    filled.switch(stale_reads=1)
    filled.put_container(SAFE, description="x")
    seen = [filled.get(f"Containers/{SAFE}").json().get("description") for _time in range(2)]
    assert seen == [None, "x"]
