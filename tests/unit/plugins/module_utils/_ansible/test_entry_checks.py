# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quick check of entries whose values have the right types gives the same as Ansible's own."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import entry_checks
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import CASES

KINDS = {resource.name: resource for resource in RESOURCES.values()}
MODULES = {"scim_user": "user", "scim_group": "group", "scim_pam_object": ""}
ODD: list[tuple[str, Any]] = [
    ("user", {"user_name": 5}),
    ("user", {"user_name": "a", "active": "yes"}),
    ("user", {"user_name": "a", "phone_numbers": {"work": 5}}),
    ("user", {"user_name": "a", "custom_attributes": {"a": 5, "b": None}}),
    ("user", {"user_name": "a", "state": "gone"}),
    ("user", {"user_name": None, "id": "5"}),
    ("group", {"display_name": "a", "users": {"set": ["b"], "add": ["c"]}}),
    ("group", {"display_name": "a", "users": {"set": "b,c"}}),
    ("group", {"display_name": "a", "users": {"of": ["b"]}}),
    ("group", {"display_name": "a", "users": {}}),
    ("group", {"display_name": "a", "groups": {"all": ["h"], "ungrouped": []}}),
    ("container", {"name": "A", "number_of_days_retention": True}),
    ("container", {"name": "A", "number_of_days_retention": "7"}),
    ("container", {"name": "A", "creator_rights": "useAccounts"}),
    ("container_permission", {"container": "A", "user": "b", "rights": {"set": []}, "rights_preset": "full"}),
    ("container_permission", {"container": "A", "user": "b", "rights_preset": "all"}),
]
GIVEN = [
    (options.get("kind") or MODULES[case.module], {key: value for key, value in options.items() if key != "kind"})
    for case in CASES
    if case.module in MODULES
    for options in (*case.lifecycle.values(), *case.bad.values())
    if options.get("kind", "user") in KINDS
]


def outcome(check: Any, kind: str, options: dict[str, Any]) -> Any:
    try:
        return check(KINDS[kind], dict(options))
    except InvalidError as error:
        return str(error)


def test_the_quick_check_is_that_of_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    check = entry_checks.entry_checker()
    given = [each for each in (*ODD, *GIVEN) if each[0]]
    quick = [outcome(check, *each) for each in given]
    monkeypatch.setattr(entry_checks, "is_plain", lambda *arguments: False)
    assert quick == [outcome(check, *each) for each in given]
    assert len(given) > 30 and not all(isinstance(each, str) for each in quick)
