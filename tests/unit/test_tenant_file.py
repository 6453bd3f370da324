# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a tenant that the emulator reads and writes is what the modules export and apply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_yaml import directory_yaml
from ansible_collections.idops.cyberark_identity.tests.emulator.yaml_files import dump, parse
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant

# Each option of each kind at least once.
DIRECTORY: dict[str, Any] = {
    "users": [
        {
            "user_name": "ada@example.com",
            "display_name": "Ada {{ L }}",
            "given_name": "Ada",
            "family_name": "Lovelace",
            "email": "ada@example.com",
            "phone_numbers": {"work": "+44 20 1", "mobile": "+44 79 2"},
            "preferred_language": "en_US",
            "active": False,
            "organization": "R&D",
            "manager": "grace@example.com",
            "custom_attributes": {"costCenter": "CC1", "contractor": "true"},
        },
        {"user_name": "grace@example.com", "display_name": "Grace", "active": True},
    ],
    "groups": [
        {"display_name": "admins", "users": {"set": ["ada@example.com"]}, "groups": {"set": ["staff"]}},
        {"display_name": "staff", "users": {"set": ["grace@example.com"]}},
    ],
    "containers": [
        {"name": "APP", "description": "Two\nlines", "number_of_days_retention": 7, "managing_cpm": "PasswordManager"},
        {"name": "OTHER"},
    ],
    "container_permissions": [
        {"container": "APP", "user": "ada@example.com", "rights": {"set": ["listAccounts", "useAccounts"]}},
        {
            "container": "APP",
            "group": "staff",
            "rights": {"set": ["useAccounts"]},
            "membership_expiration": "2040-01-31T18:00:00Z",
        },
    ],
    "privileged_data": [
        {
            "container": "APP",
            "name": "root@web1",
            "description": "# root",
            "type": "password",
            "properties": {"address": "web1", "platformId": "UnixSSH", "username": "root"},
            "remote_machines": ["web1", "web2"],
            "restrict_to_remote_machines": True,
        },
    ],
}


@pytest.fixture
def exported(tenant: Tenant, run: Any) -> Iterator[dict[str, Any]]:
    """Return the export of a tenant with all of these objects, which the module has created."""
    assert run("scim_directory", **DIRECTORY).status == 0
    yield read(run)
    tenant.load({})


def read(run: Any) -> dict[str, Any]:
    found: dict[str, Any] = run("scim_directory_info").json["directory"]
    return found


def test_the_emulator_saves_what_the_module_exports(tenant: Tenant, exported: dict[str, Any]) -> None:
    assert {"Ada {{ L }}"} < {user["display_name"] for user in exported["users"]}
    saved = tenant.text("tenant.yml")
    assert parse(saved) == exported
    assert "!unsafe" in saved


def test_a_loaded_tenant_exports_the_same(tenant: Tenant, run: Any, exported: dict[str, Any]) -> None:
    tenant.load(exported)
    assert read(run) == exported
    again = run("scim_directory", **DIRECTORY)
    assert not again.json["changed"]
    saved = tenant.text("tenant.yml")
    tenant.reset()
    assert tenant.text("tenant.yml") == saved
    tenant.load({})
    assert [user["user_name"] for user in read(run)["users"]] == [
        "admin-service$@example.com",
        tenant.info["client_id"],
    ]


def test_the_playbook_and_the_emulator_write_the_same_yaml() -> None:
    assert parse(directory_yaml(DIRECTORY)) == parse(dump(DIRECTORY)) == DIRECTORY
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(dump(DIRECTORY))
