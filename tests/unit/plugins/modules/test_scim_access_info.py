# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who can reach which safe of a tenant: rows, counts, gaps and the access document."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_access import directory_access
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, ROOT, Result, Tenant
from jsonschema import Draft202012Validator

Run = Callable[..., Result]
SCHEMA = json.loads((ROOT / "docs/schemas/access.schema.json").read_text())
NAMES = ("ada", "bob", "eve")
PAST, LATER = 1_600_000_000, 4_000_000_000


def good(result: Result) -> Result:
    assert not result.failed, result.output
    return result


def seed(tenant: Tenant) -> None:
    """Seed three users, nested groups in a circle, a group of another directory, and an ended permission."""
    people = [{"schemas": [CORE_USER], "userName": f"{name}@example.com", "active": name != "bob"} for name in NAMES]
    groups = [
        {"displayName": "db-admins", "members": ["ada@example.com", "bob@example.com"]},
        {"displayName": "all-admins", "members": ["db-admins"]},
        {"displayName": "circle", "members": ["all-admins"]},
    ]
    tenant.seed(users=people, groups=groups)
    tenant.seed(
        containers=[{"name": "APP-PRD"}, {"name": "APP-DEV"}],
        accounts=[{"container": "APP-PRD", "name": "root@web1", "type": "password"}],
        permissions=[
            {"container": "APP-PRD", "group": "circle", "rights": ["useAccounts", "listAccounts"]},
            {"container": "APP-PRD", "user": "eve@example.com", "rights": ["manageSafe"], "expiration": PAST},
            {"container": "APP-DEV", "user": "eve@example.com", "rights": ["manageSafe"], "expiration": LATER},
        ],
        other_directories=[
            {"directory": "corp.example.com", "group": "AD-Admins", "id": "0a51e7b1-9c7e-4f0e-8f5e-6a3a1c1d2e3f"}
        ],
    )


@pytest.fixture
def seeded(tenant: Tenant, run: Run) -> Tenant:
    seed(tenant)
    permission = {"container": "APP-PRD", "group": "AD-Admins", "search_in": "corp.example.com"}
    good(run("scim_pam_object", kind="container_permission", **permission, rights={"set": ["useAccounts"]}))
    return tenant


def on(rows: list[dict[str, Any]], *safes: str) -> list[tuple[Any, ...]]:
    return [
        (row["user"], row["active"], row["path"], row["rights"], row["expired"])
        for row in rows
        if row["container"] in safes
    ]


def test_rows_say_who_reaches_a_safe_and_how(seeded: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "access.json"
    found = good(run("scim_access_info", containers=["APP-*"], document_path=str(path)))
    use = ["useAccounts", "listAccounts"]
    assert on(found["access"], "APP-DEV", "APP-PRD") == [
        ("eve@example.com", True, [], ["manageSafe"], False),
        (None, None, ["AD-Admins@corp.example.com"], ["useAccounts"], False),
        ("ada@example.com", True, ["db-admins", "all-admins", "circle"], use, False),
        ("bob@example.com", False, ["db-admins", "all-admins", "circle"], use, False),
        ("eve@example.com", True, [], ["manageSafe"], True),
    ]
    assert {row["preset"] for row in found["access"]} == {None, "connect_only"}
    assert found["access"][-1]["privileged_data"] == ["root@web1"]
    assert found["complete"] is True
    assert found["gaps"] == ["Not in the list of groups (1): their members are unknown: AD-Admins@corp.example.com."]
    counts = {
        name: found["summary"][name]
        for name in ("rows", "users", "containers", "expired", "inactive", "unknown_members")
    }
    assert counts == {"rows": 5, "users": 3, "containers": 2, "expired": 1, "inactive": 1, "unknown_members": 1}
    document = json.loads(path.read_text())
    Draft202012Validator(SCHEMA).validate(document)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (document["source"], document["tenant"]) == ("tenant", seeded.info["tenant_url"].lower())
    assert document["directory"] == good(run("scim_directory_info"))["directory"]
    # The same rows come from the document, and from an export.
    assert directory_access(document, containers=["APP-*"]) == found["access"]
    assert directory_access(document["directory"], containers=["APP-*"], report="summary") == found["summary"]


@pytest.mark.parametrize(
    ("options", "users"),
    [
        ({"users": ["EVE@example.com"]}, ["eve@example.com", "eve@example.com"]),
        ({"groups": ["db-admins"], "inactive": False}, ["ada@example.com"]),
        ({"rights": ["Manage safe"], "expired": False, "containers": ["APP-*"]}, ["eve@example.com"]),
        ({"privileged_data": ["root@*"], "rights": ["listAccounts"]}, ["ada@example.com", "bob@example.com"]),
    ],
)
def test_a_query_selects_rows(seeded: Tenant, run: Run, options: dict[str, Any], users: list[str]) -> None:
    found = good(run("scim_access_info", **options))
    assert [row["user"] for row in found["access"]] == users
    assert found["summary"]["rows"] == len(users)


def test_a_limit_cuts_the_rows_and_not_the_counts(seeded: Tenant, run: Run) -> None:
    counts = {}
    for limit in (0, 2, 1000):
        found = good(run("scim_access_info", containers=["APP-*"], limit=limit))
        assert len(found["access"]) == min(limit, 5)
        assert found["complete"] is (limit > 5)
        counts[limit] = found["summary"]
    assert counts[0] == counts[2] == counts[1000]


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"users": ["adda@example.com"]}, "not_found", "Did you mean ada@example.com?"),
        ({"containers": ["APP-PRT"]}, "not_found", "no container of the directory is called 'APP-PRT'"),
        ({"rights": ["usAccounts"]}, "invalid", "'usAccounts', which is not a right"),
        ({"document_path": "/nowhere/access.json"}, "invalid", "the access document cannot be written"),
    ],
)
def test_a_mistake_is_no_empty_answer(seeded: Tenant, run: Run, options: dict[str, Any], code: str, text: str) -> None:
    result = run("scim_access_info", **options)
    assert result.code == code
    assert text in result["msg"]


def test_kinds_that_are_not_read_are_gaps(seeded: Tenant, run: Run) -> None:
    found = good(run("scim_access_info", include=["groups", "container_permissions"], containers=["APP-*"]))
    assert {row["active"] for row in found["access"]} == {None}
    assert found["access"][0]["privileged_data"] is None
    assert "Users were not read: nothing tells whether a person can log in." in found["gaps"]


def test_a_vault_that_may_be_hidden_is_a_gap(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    tenant.reset()
    tenant.switch(mixed_rights_hide_vault=True)
    tenant.seed(containers=[{"name": "APP"}])
    path = tmp_path / "access.json"
    found = good(run("scim_access_info", document_path=str(path)))
    (gap,) = [gap for gap in found["gaps"] if "sees nothing in the vault" in gap]
    assert found.warnings == [gap.removesuffix(".")]
    assert gap in json.loads(path.read_text())["gaps"]
    assert good(run("scim_directory_info"))["gaps"] == [gap]
