# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access from files, exports and plans, and the tests and filters on its rows. Several inputs follow public reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.filter.access_of import access_of
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_access import directory_access
from ansible_collections.idops.cyberark_identity.plugins.filter.policy_findings import policy_findings
from ansible_collections.idops.cyberark_identity.plugins.filter.reaches import reaches
from ansible_collections.idops.cyberark_identity.plugins.test.scim_can import scim_can
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant

Run = Callable[..., Result]
Object = dict[str, Any]
FILES: Object = {
    "users": [
        {"user_name": "ada@example.com"},
        {"user_name": "bob@example.com", "active": False},
        {"user_name": "eve@example.com", "state": "absent"},
    ],
    "groups": [{"display_name": "db-admins", "users": {"set": ["ada@example.com", "bob@example.com"]}}],
    "containers": [{"name": "APP-PRD"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "db-admins", "rights_preset": "connect_only"},
        {
            "container": "APP-PRD",
            "group": "AD-Admins",
            "search_in": "corp.example.com",
            "rights": {"set": ["Manage safe"]},
        },
        {
            "container": "APP-PRD",
            "user": "ada@example.com",
            "rights": {"set": ["manageSafeMembers"]},
            "membership_expiration": "2020-01-31",
        },
    ],
}


def test_files_tell_who_reaches_what() -> None:
    rows = directory_access(FILES)
    assert [(row["user"], row["rights"], row["expired"]) for row in rows] == [
        (None, ["manageSafe"], False),
        ("ada@example.com", ["useAccounts", "listAccounts"], False),
        ("bob@example.com", ["useAccounts", "listAccounts"], False),
        ("ada@example.com", ["manageSafeMembers"], True),
    ]
    assert directory_access(FILES, report="summary", inactive=False)["users"] == 1
    reach = directory_access(FILES, report="reach")
    assert [(each["user"], each["group"], each["rights"]) for each in reach] == [
        (None, "AD-Admins", ["manageSafe"]),
        ("ada@example.com", None, ["useAccounts", "listAccounts"]),
    ]
    document = directory_access(FILES, report="document")
    assert document["source"] == "files"
    assert "Accounts were not read: the accounts in the safes are unknown." in document["gaps"]
    assert directory_access(document) == rows


def test_a_plan_of_the_tenant_gives_the_rows_after_it(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    users = [{"schemas": [CORE_USER], "userName": f"{name}@example.com"} for name in ("ada", "bob")]
    tenant.seed(users=users, groups=[{"displayName": "team", "members": ["ada@example.com"]}])
    right = {"container": "APP-PRD", "group": "team", "rights": ["useAccounts"]}
    tenant.seed(containers=[{"name": "APP-PRD"}], permissions=[right])
    before = run("scim_directory_info")["directory"]
    wanted = {
        "groups": [{"display_name": "crew", "formerly": ["team"], "users": {"set": ["bob@example.com"]}}],
        "container_permissions": [
            {"container": "APP-PRD", "group": "team", "rights": {"set": ["useAccounts", "listAccounts"]}}
        ],
        "users": [{"user_name": "new@example.com", "password": "Initial-Passw0rd"}],
    }
    wanted["container_permissions"][0]["group"] = "crew"
    path = tmp_path / "plan.json"
    planned = run("scim_directory", check=True, plan_path=str(path), **wanted)
    assert not planned.failed, planned.output
    plan = json.loads(path.read_text())
    after = directory_access(before, plan, containers=["APP-PRD"])
    lost_and_gained = directory_access(before, plan, "difference")
    applied = run("scim_directory", **wanted)
    assert not applied.failed, applied.output
    now = run("scim_directory_info")["directory"]
    assert after == directory_access(now, containers=["APP-PRD"])
    assert {each["user"]: (each["gained"], each["lost"]) for each in lost_and_gained} == {
        "ada@example.com": ([], ["useAccounts"]),
        "bob@example.com": (["useAccounts", "listAccounts"], []),
    }
    assert directory_access(before, plan, "document")["renames"] == {"groups": {"team": "crew"}}
    with pytest.raises(AnsibleFilterError, match="The plan is of another tenant or of another time"):
        directory_access(FILES, plan)


def test_only_files_have_lists_that_may_be_longer(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    """An export leaves out a list that is empty. Nothing else is in it, which files do not say."""
    tenant.seed(groups=[{"displayName": "empty", "members": []}], containers=[{"name": "APP-PRD"}])
    read = run("scim_directory_info")["directory"]
    of_tenant = {"format": 1, "source": "tenant", "tenant": "https://t.x", "gaps": [], "directory": read}
    path = tmp_path / "plan.json"
    nested = [{"display_name": "new", "groups": {"add": ["empty"]}}]
    assert not run("scim_directory", check=True, plan_path=str(path), groups=nested).failed
    document = directory_access(of_tenant, report="document")
    planned = directory_access(of_tenant, json.loads(path.read_text()), "document")
    again = directory_access({**document, "date": "2026-11-01T08:00:00Z"}, report="document")
    since = directory_access(of_tenant, before=document, report="document")
    assert [each["gaps"] for each in (document, planned, again, since)] == [[], [], [], []]
    assert any("Lists that only add" in gap for gap in directory_access(read, report="document")["gaps"])


def test_a_reason_is_said_once() -> None:
    """ansible-core 2.19 appends the causes of an error to its text."""
    with pytest.raises(AnsibleFilterError) as caught:
        directory_access(FILES, {"format": 1})
    assert str(caught.value).count("this is not a plan") == 1 and "'changes'" not in str(caught.value)


def test_a_document_of_an_earlier_day_gives_what_has_changed_since() -> None:
    earlier = {**directory_access(FILES, report="document"), "date": "2026-11-01T08:00:00Z", "tenant": "https://t.x"}
    now = {**FILES, "container_permissions": FILES["container_permissions"][:1]}
    found = directory_access(now, before=earlier, report="document")
    assert (found["date_before"], found["directory"]) == (earlier["date"], earlier["directory"])
    lost = directory_access(now, before=earlier, report="difference")
    assert {(each["group"], *each["lost"]) for each in lost} == {("AD-Admins", "manageSafe")}
    of_tenant = {**directory_access(now, report="document"), "source": "tenant", "tenant": "https://T.x/"}
    assert directory_access(of_tenant, before=earlier, report="difference") == lost
    without = {kind: listed for kind, listed in FILES.items() if kind != "groups"}
    for one, other in ((without, FILES), (FILES, without)):
        with pytest.raises(AnsibleFilterError, match="one of the two documents has no groups"):
            directory_access(one, before=directory_access(other, report="document"), report="difference")
    with pytest.raises(AnsibleFilterError, match=r"the document before is of https://t\.x"):
        directory_access({**of_tenant, "tenant": "https://u.x"}, before=earlier, report="document")


def test_the_document_has_what_policies_found_and_could_not_tell() -> None:
    policies = [
        {"name": name, "reason": "Because.", "each": kind, "must": {option: {"is_set": True}}, "severity": "warn"}
        for name, kind, option in (("described", "container", "description"), ("owned", "privileged_data", "type"))
    ]
    found = policy_findings(FILES, policies)
    document = directory_access(FILES, found=found, report="document")
    assert document["findings"] == found["findings"]
    assert "The policy owned was not evaluated: it needs privileged data." in document["gaps"]


def test_tests_and_filters_on_rows() -> None:
    rows = directory_access(FILES)
    assert scim_can(rows, "ADA@example.com", "app-prd", "Use accounts")
    assert scim_can(rows, "ada@example.com", "APP-PRD")
    assert not scim_can(rows, "ada@example.com", "APP-PRD", "manageSafeMembers")  # which has ended
    assert not scim_can(rows, "bob@example.com", "APP-PRD", "useAccounts")  # who is disabled
    assert not scim_can(rows, "ada@example.com", "APP-PRD", "manageSafe")
    assert scim_can(rows, "ada@example.com", "APP-PRD", "manageSafe", unknown=True)
    assert [row["rights"] for row in access_of(rows, "Ada@example.com")] == [
        ["useAccounts", "listAccounts"],
        ["manageSafeMembers"],
    ]
    assert reaches(rows, "app-prd") == reaches(rows, "APP-PRD", "listAccounts") == ["ada@example.com"]
    assert reaches(rows, "OTHER") == reaches(rows, "APP-PRD", "manageSafe") == []


ROWS = directory_access(FILES)
WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "no directory": (lambda: directory_access("users"), "the input is not a directory"),
    "a result": (lambda: directory_access({"directory": FILES}), "a directory has no directory"),
    "a wrong entry": (lambda: directory_access({"users": [{"name": "ada"}]}), "has no option name"),
    "an unknown report": (lambda: directory_access(FILES, report="pdf"), "There are rows, summary, reach"),
    "an unknown option": (lambda: directory_access(FILES, user=["ada"]), "there is no option user"),
    "a name for a list": (lambda: directory_access(FILES, users="ada"), "users takes a list of names"),
    "a text for a flag": (lambda: directory_access(FILES, expired="no"), "expired takes true or false"),
    "an unknown name": (lambda: directory_access(FILES, users=["adaa@example.com"]), "Did you mean ada@example.com"),
    "a difference without a plan": (lambda: directory_access(FILES, report="difference"), "a difference needs a plan"),
    "a plan and a day": (lambda: directory_access(FILES, plan={}, before={}), "plan and before exclude each other"),
    "a day as a text": (lambda: directory_access(FILES, before="access.json"), "this is not an access document"),
    "a plan as text": (lambda: directory_access(FILES, plan="plan.json"), "with from_json"),
    "a plan of nothing": (lambda: directory_access(FILES, plan={"changes": []}), "this is not a plan"),
    "too many rows": (lambda: directory_access(FILES, limit=2), "there are more than 2 rows"),
    "no limit": (lambda: directory_access(FILES, limit=0), "limit has to be a number of at least 1"),
    "a result as rows": (lambda: scim_can({"access": ROWS}, "ada", "A"), "the input is not a list of rows of access"),
    "other maps as rows": (lambda: access_of([*ROWS, {"user": "ada"}], "ada"), "item 4 of the input is not a row"),
    "no user": (lambda: access_of(ROWS, None), "user has to be a name"),
    "no safe": (lambda: reaches(ROWS, ""), "container has to be a name"),
    "an unknown right": (lambda: scim_can(ROWS, "ada", "A", "usAccounts"), "'usAccounts' is not a right"),
    "a number as a right": (lambda: reaches(ROWS, "A", 5), "5 is not a right"),
}


@pytest.mark.parametrize(("call", "text"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_refused(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        call()


def group(name: str, users: list[str] | None = None, groups: list[str] | None = None) -> Object:
    return {"display_name": name, "users": {"set": users or []}, "groups": {"set": groups or []}}


def permitted(member: Object, *rights: str, safe: str = "S") -> Object:
    return {"container": safe, **member, "rights": {"set": list(rights or ["useAccounts"])}}


# What others ran into, in their reports: the directory, and the users with the length of their way.
REPORTED: dict[str, tuple[Object, dict[str | None, int]]] = {
    # A, B and C are nested in a circle; tools of LDAP hung.
    "a circle of three": (
        {
            "groups": [group("A", ["u1"], ["B"]), group("B", ["u2"], ["C"]), group("C", ["u3"], ["A"])],
            "container_permissions": [permitted({"group": "A"})],
        },
        {"u1": 1, "u2": 2, "u3": 3},
    ),
    # Several directories let a group be a member of itself.
    "a group in itself": (
        {"groups": [group("A", ["u1"], ["A"])], "container_permissions": [permitted({"group": "A"})]},
        {"u1": 1},
    ),
    # Reports that list direct members only show nobody here.
    "groups without users of their own": (
        {
            "groups": [group("top", [], ["middle"]), group("middle", [], ["bottom"]), group("bottom", ["u1"])],
            "container_permissions": [permitted({"group": "top"})],
        },
        {"u1": 3},
    ),
    # The vault's own groups are members of safes, and in no list.
    "a group of the vault": (
        {"groups": [], "container_permissions": [permitted({"group": "PVWAGWAccounts"})]},
        {None: 1},
    ),
    # A login name with dots and an at sign is a name like others.
    "a login name with dots": (
        {
            "users": [{"user_name": "first.last@corp.example.com"}],
            "container_permissions": [permitted({"user": "first.last", "search_in": "corp.example.com"})],
        },
        {"first.last@corp.example.com": 0},
    ),
    # A user in both a group and a group in it counts once, with the shorter way.
    "two ways": (
        {
            "groups": [group("top", ["u1"], ["inner"]), group("inner", ["u1"])],
            "container_permissions": [permitted({"group": "top"})],
        },
        {"u1": 1},
    ),
    # A user and a group of one name are two members.
    "a user and a group of one name": (
        {
            "groups": [group("ops", ["u1"])],
            "container_permissions": [permitted({"user": "ops"}), permitted({"group": "ops"})],
        },
        {"ops": 0, "u1": 1},
    ),
    # Foreign members of a group keep their SID or distinguished name.
    "a member without a name": (
        {
            "groups": [group("A", ["S-1-5-21-1-2-3-1105", "CN=Doe\\, Jane,OU=IT,DC=corp,DC=example,DC=com"])],
            "container_permissions": [permitted({"group": "A"})],
        },
        {"S-1-5-21-1-2-3-1105": 1, "CN=Doe\\, Jane,OU=IT,DC=corp,DC=example,DC=com": 1},
    ),
}


@pytest.mark.parametrize(("directory", "ways"), REPORTED.values(), ids=REPORTED)
def test_reports_of_others_are_answered(directory: Object, ways: dict[str | None, int]) -> None:
    rows = directory_access(directory)
    assert {row["user"]: len(row["path"]) for row in rows} == ways
    assert len(rows) == len(ways)
