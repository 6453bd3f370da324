# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that others check with their own tools, said as policies: each finds what it is for.

The ideas are from public rules: OPA rules for role assignments of Terraform plans, Kyverno's policy about
cluster-admin, filters of Cloud Custodian for IAM groups and keys, separation of duty in IBM Security Identity Manager,
the CIS benchmark for Microsoft 365, and access reviews of safes.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import evaluate
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.scene import Scene
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS_PRESETS

NOW = 1_796_000_000.0  # 2026-11-30
DIRECTORY: dict[str, list[dict[str, Any]]] = {
    "users": [{"user_name": name, "active": True} for name in ("ada", "bob", "ci-bot")],
    "groups": [
        {"display_name": "Vault Admins", "users": {"set": ["ada"]}},
        {"display_name": "Payments", "users": {"set": ["ada", "bob"]}},
        {"display_name": "Approvals", "users": {"set": ["bob"]}},
        {"display_name": "Empty"},
    ],
    "containers": [{"name": "PAY", "number_of_days_retention": 3}, {"name": "BOX", "number_of_days_retention": 30}],
    "container_permissions": [
        {"container": "PAY", "group": "Payments", "rights": {"set": [*RIGHTS_PRESETS["full"]]}},
        {"container": "PAY", "group": "Approvals", "rights": {"set": [*RIGHTS_PRESETS["approver"]]}},
        {"container": "BOX", "user": "bob", "rights": {"set": ["retrieveAccounts", "useAccounts"]}},
        {
            "container": "BOX",
            "user": "ci-bot",
            "rights": {"set": ["useAccounts"]},
            "membership_expiration": "2026-12-10T00:00:00Z",
        },
    ],
    "privileged_data": [{"container": "PAY", "name": "root", "properties": {"platformId": "UnixSSH"}}],
}
RULES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "only approved roles may be assigned",
        {"each": "container_permission", "must": {"preset": ["read_only", "connect_only", "approver", "safe_manager"]}},
        ["PAY / Payments", "BOX / bob", "BOX / ci-bot"],
    ),
    (
        "nobody but the administrators is bound to the highest role",
        {
            "each": "container_permission",
            "where": {"preset": "full"},
            "must": {"group": {"in": ["Vault Admins"]}},
        },
        ["PAY / Payments"],
    ),
    (
        "a principal without one of these prefixes needs a boundary",
        {
            "each": "container_permission",
            "where": {"user": {"is_set": True, "not_like": ["excluded-*", "bob*"]}},
            "must": {"membership_expiration": {"is_set": True}},
        },
        [],
    ),
    ("no group without users", {"each": "group", "must": {"everybody": {"at_least": 1}}}, ["Empty"]),
    (
        "what ends within a month is shown",
        {"each": "container_permission", "must_not": {"membership_expiration": {"within_days": 30}}},
        ["BOX / ci-bot"],
    ),
    (
        "nobody has more than one of these roles",
        {"each": "user", "must_not": {"groups": {"has_several": ["Payments", "Approvals"]}}},
        ["bob"],
    ),
    (
        "roles of two patterns exclude each other",
        {
            "each": "user",
            "must_not": {"all_of": [{"groups": {"any_like": "Pay*"}}, {"groups": {"any_like": "*Admins"}}]},
        },
        ["ada"],
    ),
    (
        "there are two to four administrators",
        {"each": "user", "where": {"groups": "Vault Admins", "active": True}, "count": {"at_least": 2, "at_most": 4}},
        [""],
    ),
    (
        "who reaches the one must not reach the other",
        {
            "each": "user",
            "must_not": {
                "all_of": [{"reach": {"where": {"container": "PAY"}}}, {"reach": {"where": {"container": "BOX"}}}]
            },
        },
        ["bob"],
    ),
    (
        "to connect is enough where nobody has to see the password",
        {
            "each": "reach",
            "where": {"container": {"like": "BOX"}},
            "must": {"rights": {"has_none": "retrieveAccounts"}},
        },
        ["bob / BOX"],
    ),
    (
        "a permission by several ways is cleaned up",
        {"each": "user", "must_not": {"reach": {"where": {"permission_groups": {"at_least": 2}}}}},
        ["bob"],
    ),
    (
        "passwords are kept for a week at least",
        {"each": "container", "must": {"number_of_days_retention": {"at_least": 7}}},
        ["PAY"],
    ),
    ("no safe without accounts", {"each": "container", "must": {"privileged_data": {"at_least": 1}}}, ["BOX"]),
    (
        "accounts have a known platform",
        {"each": "privileged_data", "must": {"properties.platformid": {"in": ["WinDomain"]}}},
        ["PAY / root"],
    ),
]


@pytest.mark.parametrize(("name", "rule", "broken_by"), RULES, ids=[name for name, _rule, _broken in RULES])
def test_a_rule_of_others_is_a_policy(name: str, rule: dict[str, Any], broken_by: list[str]) -> None:
    (policy,) = policies_of([{"name": name, "reason": name, "severity": "refuse", **rule}])
    (evaluation,) = evaluate([policy], Scene(State.of(DIRECTORY), NOW))
    found = [" / ".join(map(str, finding.subject.values())) for finding in evaluation.findings]
    assert sorted(found) == sorted(broken_by)
