# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of entries become a directory of the shape of an export."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.entries import directory_of_entries
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.entry_checks import entry_checker
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError

Object = dict[str, Any]
FILES: Object = {
    "users": [
        {"user_name": "ada@example.com", "password": "Secret-1234", "active": "yes", "position": "people.yml:3"},
        {"user_name": "gone@example.com", "state": "absent"},
        {"id": "c2c7bcc6-9560-44e0-8dff-5be221cd37ee", "active": False},
    ],
    "groups": [
        {"display_name": "db-admins", "users": '{"set": ["ada@example.com", "grace@example.com"]}'},
        {"display_name": "all", "groups": {"add": ["db-admins"], "remove": ["old"]}},
    ],
    "containers": [{"name": "APP-PRD", "creator_rights": []}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "db-admins", "rights_preset": "connect_only"},
        {"container": "APP-PRD", "user": "ada@example.com", "rights": {"set": ["Use accounts", "MANAGE_SAFE"]}},
        {
            "container": "APP-PRD",
            "group": "all",
            "rights": {"add": ["View audit log"]},
            "membership_expiration": "2027-01-31",
        },
    ],
    "privileged_data": [{"container": "APP-PRD", "name": "root", "secret": "Another-1234", "properties": {"port": 22}}],
}


def test_entries_come_out_as_an_export() -> None:
    directory = directory_of_entries(FILES, entry_checker())
    assert directory == {
        "users": [
            {"user_name": "ada@example.com", "active": True, "position": "people.yml:3"},
            {"user_name": "c2c7bcc6-9560-44e0-8dff-5be221cd37ee", "active": False},
        ],
        "groups": [
            {
                "display_name": "db-admins",
                "users": {"set": ["ada@example.com", "grace@example.com"]},
                "groups": {"add": []},
            },
            {"display_name": "all", "users": {"add": []}, "groups": {"add": ["db-admins"]}},
        ],
        "containers": [{"name": "APP-PRD"}],
        "container_permissions": [
            {"container": "APP-PRD", "group": "db-admins", "rights": {"set": ["listAccounts", "useAccounts"]}},
            {"container": "APP-PRD", "user": "ada@example.com", "rights": {"set": ["manageSafe", "useAccounts"]}},
            {
                "container": "APP-PRD",
                "group": "all",
                "rights": {"add": ["viewAuditLog"]},
                "membership_expiration": "2027-01-31T23:59:59Z",
            },
        ],
        "privileged_data": [{"container": "APP-PRD", "name": "root", "properties": {"port": "22"}}],
    }
    assert directory_of_entries(directory, entry_checker()) == directory
    State.of(directory)


def test_all_wrong_entries_are_named_at_once() -> None:
    wrong = {
        "groups": [{"display_name": "a", "users": {"set": [""]}}],
        "container_permissions": [{"container": "APP-PRD", "group": "a", "rights": {"set": ["usAccounts"]}}, 5],
    }
    with pytest.raises(InvalidError) as failure:
        directory_of_entries(wrong, entry_checker())
    for text in ("holds an empty name", "'usAccounts', which is not a right", "must be a map of options"):
        assert text in str(failure.value)


@pytest.mark.parametrize(
    ("lists", "text"), [({"safes": []}, "has no safes"), ({"users": {}}, "users of a directory has")]
)
def test_other_lists_are_refused(lists: Object, text: str) -> None:
    with pytest.raises(InvalidError, match=text):
        directory_of_entries(lists, entry_checker())
