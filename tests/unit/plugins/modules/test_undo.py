# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An undo restores the tenant except for ids and secrets, and keeps the changes of others."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import journal_files
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.undo_records import writes_in
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, could_write
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.journals import writes_of
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    EVERYTHING,
    IN_THIS_PROCESS,
    SEQUENCES,
    comparable,
    differences,
    good,
    kill_at,
    walk,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

Run = Callable[..., Result]
Options = dict[str, Any]
PASSWORD = "Initial-pass-1"
WORKFLOW = SEQUENCES[0]
PASSWORDS = {f"{name}@example.com": PASSWORD for name in ("ada", "grace", "alan", "boss")}
SECRETS = {"APP / root": "An-account-secret-1"}
STEPS = list(WORKFLOW.lifecycle)


def undo(run: Run, path: Path, *, check: bool = False, how: Options | None = None, **options: Any) -> Result:
    """Take a journal back. What comes back may have a password, and as much may go as was made."""
    given = {"journal": str(path), "passwords": PASSWORDS, "secrets": SECRETS, "on_loss": "continue", **(how or {})}
    limits = {"max_removals": "100", "max_access_removals": "100%", **options}
    return run("scim_directory", undo=given, check=check, **limits)


def visible(tenant: Tenant) -> Any:
    """Return the objects of the tenant without secrets, and without who created them."""
    state = comparable(tenant.state())
    gone = {"password", "secret", "owner"}
    return {
        kind: [{key: value for key, value in item.items() if key not in gone} for item in items]
        for kind, items in state.items()
    }


MORE = pytest.mark.long(reason="more of the same kind")


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 2), *(pytest.param(*steps, marks=MORE) for steps in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2)))],
)
def test_the_tenant_is_as_before(tenant: Tenant, run: Run, tmp_path: Path, first: int, last: int) -> None:
    WORKFLOW.prepare(tenant)
    path = tmp_path / "journal.jsonl"
    for step in STEPS[:first]:
        good(run("scim_directory", **WORKFLOW.lifecycle[step]))
    before = visible(tenant)
    for step in STEPS[first : last + 1]:
        good(run("scim_directory", **WORKFLOW.lifecycle[step], journal_path=str(path)))
    predicted = good(undo(run, path, check=True))
    result = good(undo(run, path, approved=predicted["plan"]["digest"]))
    assert result["left_alone"] == []
    assert differences(visible(tenant), before) == []
    tenant.forget_requests()
    again = good(undo(run, path))
    assert (again["changed"], again["actions"], tenant.writes(), again["left_alone"]) == (False, [], [], [])


SEED: dict[str, Any] = {
    "users": [
        {"userName": f"{name}@example.com", "displayName": name.title(), "preferredLanguage": "en_US"}
        for name in ("ada", "grace", "alan", "boss")
    ],
    "groups": [
        {"displayName": "inner", "members": ["ada@example.com", "alan@example.com"]},
        {"displayName": "outer", "members": ["inner", "ada@example.com"]},
    ],
    "containers": [{"name": "APP", "description": "Accounts"}, {"name": "OTHER"}],
    "permissions": [
        {"container": "APP", "user": "ada@example.com", "rights": ["listAccounts", "useAccounts"]},
        {"container": "APP", "group": "inner", "rights": ["listAccounts"]},
        {"container": "APP", "user": "scim-service$@example.com", "rights": ["listAccounts", "manageSafe"]},
        {"container": "OTHER", "user": "ada@example.com", "rights": ["useAccounts"]},
        {"container": "OTHER", "user": "scim-service$@example.com", "rights": ["listAccounts"]},
    ],
    "accounts": [{"container": "APP", "name": "root", "type": "password", "properties": {"address": "web1"}}],
}
ADA: Options = {"user_name": "ada@example.com"}
SAFE: Options = {"kind": "container", "name": "APP"}
ON_APP: Options = {"kind": "container_permission", "container": "APP"}
ROOT: Options = {"kind": "privileged_data", "container": "APP", "name": "root"}
Tasks = list[tuple[str, Options]]
# Each is taken back as a whole.
ACTIONS: dict[str, Tasks] = {
    "create a user": [
        ("scim_user", {"user_name": "new@example.com", "password": PASSWORD, "manager": "boss@example.com"})
    ],
    "update a user": [
        ("scim_user", {**ADA, "display_name": "A.", "preferred_language": "", "custom_attributes": {"badge": "7"}})
    ],
    "rename a user": [("scim_user", {"user_name": "countess@example.com", "formerly": ["ada@example.com"]})],
    "deactivate a user": [("scim_user", {**ADA, "active": False})],
    "delete a user": [("scim_user", {**ADA, "state": "absent"})],
    "change, then delete a user": [
        ("scim_user", {**ADA, "display_name": "A.", "organization": "R&D"}),
        ("scim_group", {"display_name": "inner", "users": {"remove": ["ada@example.com"]}}),
        ("scim_user", {**ADA, "state": "absent"}),
    ],
    "delete a user, and create another one of that name": [
        ("scim_user", {**ADA, "state": "absent"}),
        ("scim_user", {**ADA, "display_name": "Another", "password": PASSWORD}),
    ],
    "create, and delete again": [
        ("scim_user", {"user_name": "new@example.com", "password": PASSWORD}),
        ("scim_user", {"user_name": "new@example.com", "state": "absent"}),
    ],
    "create a group": [("scim_group", {"display_name": "new", "users": {"set": ["ada@example.com"]}})],
    "create a user and put it into a group": [
        ("scim_user", {"user_name": "new@example.com", "password": PASSWORD}),
        ("scim_group", {"display_name": "inner", "users": {"add": ["new@example.com"]}}),
        ("scim_pam_object", {**ON_APP, "user": "new@example.com", "rights": {"set": ["useAccounts"]}}),
    ],
    "change members": [
        ("scim_group", {"display_name": "inner", "users": {"set": ["alan@example.com", "grace@example.com"]}}),
        ("scim_group", {"display_name": "inner", "users": {"set": ["boss@example.com"]}}),
    ],
    "change members there and back": [
        ("scim_group", {"display_name": "inner", "users": {"add": ["grace@example.com"]}}),
        ("scim_group", {"display_name": "inner", "users": {"remove": ["grace@example.com"]}}),
    ],
    "rename a group": [("scim_group", {"display_name": "core", "formerly": ["inner"]})],
    "delete a group": [("scim_group", {"display_name": "inner", "state": "absent"})],
    "delete a group and its member": [
        ("scim_group", {"display_name": "inner", "state": "absent"}),
        ("scim_user", {**ADA, "state": "absent"}),
    ],
    "delete a member and its group": [
        ("scim_user", {**ADA, "state": "absent"}),
        ("scim_group", {"display_name": "inner", "state": "absent"}),
    ],
    "create a safe": [
        ("scim_pam_object", {"kind": "container", "name": "NEW", "creator_rights": ["listAccounts", "manageSafe"]}),
        ("scim_pam_object", {**ROOT, "container": "NEW", "secret": "An-account-secret-1"}),
    ],
    "update a safe": [("scim_pam_object", {**SAFE, "description": "Other"})],
    "delete a safe": [("scim_pam_object", {**SAFE, "state": "absent"})],
    "change rights": [
        ("scim_pam_object", {**ON_APP, "user": "ada@example.com", "rights": {"set": ["listAccounts", "addAccounts"]}})
    ],
    "give rights": [("scim_pam_object", {**ON_APP, "user": "grace@example.com", "rights_preset": "full"})],
    "take rights": [("scim_pam_object", {**ON_APP, "user": "ada@example.com", "state": "absent"})],
    "take rights and give others": [
        ("scim_pam_object", {**ON_APP, "user": "ada@example.com", "state": "absent"}),
        ("scim_pam_object", {**ON_APP, "user": "ada@example.com", "rights_preset": "approver"}),
    ],
    "change rights of a user, and rename it": [
        ("scim_pam_object", {**ON_APP, "user": "ada@example.com", "rights": {"set": ["listAccounts", "addAccounts"]}}),
        ("scim_user", {"user_name": "countess@example.com", "formerly": ["ada@example.com"]}),
        ("scim_pam_object", {**ON_APP, "user": "countess@example.com", "rights": {"add": ["manageSafe"]}}),
    ],
    "give rights to a user, and rename it": [
        ("scim_pam_object", {**ON_APP, "user": "grace@example.com", "rights_preset": "full"}),
        ("scim_user", {"user_name": "hopper@example.com", "formerly": ["grace@example.com"]}),
    ],
    "take rights of a user, and rename it": [
        ("scim_pam_object", {**ON_APP, "user": "ada@example.com", "state": "absent"}),
        ("scim_user", {"user_name": "countess@example.com", "formerly": ["ada@example.com"]}),
    ],
    "rename a user, and take its rights": [
        ("scim_user", {"user_name": "countess@example.com", "formerly": ["ada@example.com"]}),
        ("scim_pam_object", {**ON_APP, "user": "countess@example.com", "state": "absent"}),
    ],
    "update an account": [("scim_pam_object", {**ROOT, "properties": {"address": "web2", "username": "root"}})],
    "rename an account": [("scim_pam_object", {**ROOT, "id": "", "name": "admin"})],
    "delete an account": [("scim_pam_object", {**ROOT, "state": "absent"})],
}


def with_ids(tenant: Tenant, options: Options) -> Options:
    """Return the options with the id of the account in place of an empty one."""
    if options.get("id") != "":
        return options
    return {**options, "id": tenant.resources("PrivilegedData")[0]["id"]}


IN_TIME = {
    *("create a user and put it into a group", "update a user", "rename a user", "change, then delete a user"),
    *("delete a member and its group", "delete a user, and create another one of that name", "create a safe"),
    *("delete a safe", "take rights and give others", "rename an account", "change rights of a user, and rename it"),
}


@pytest.mark.parametrize(
    "action", [action if action in IN_TIME else pytest.param(action, marks=MORE) for action in ACTIONS]
)
def test_each_action_is_taken_back(tenant: Tenant, run: Run, tmp_path: Path, action: str) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    before = visible(tenant)
    for module, options in ACTIONS[action]:
        good(run(module, **with_ids(tenant, options), journal_path=str(path)))
    assert before == visible(tenant) or differences(visible(tenant), before)
    result = good(undo(run, path, journal_path=str(tmp_path / "undo.jsonl")))
    assert result["left_alone"] == []
    assert differences(visible(tenant), before) == []
    tenant.forget_requests()
    again = good(undo(run, path))
    assert (again["changed"], tenant.writes(), again["left_alone"]) == (False, [], [])
    if result["changed"]:  # the undo has its own journal
        good(undo(run, tmp_path / "undo.jsonl"))


DELETE_ADA = ("users", {**ADA, "state": "absent"})
CREATE_ADA = ("users", {**ADA, "organization": "one", "password": PASSWORD})
DELETE_INNER = ("groups", {"display_name": "inner", "state": "absent"})
CREATE_INNER = ("groups", {"display_name": "inner", "users": {"set": ["grace@example.com"]}})
DELETE_APP = ("containers", {"name": "APP", "state": "absent"})
CREATE_APP = ("containers", {"name": "APP", "description": "one"})
ADA_ON_APP = (
    "container_permissions",
    {"container": "APP", "user": "ada@example.com", "rights": {"set": ["addAccounts"]}},
)
INNER_ON_APP = ("container_permissions", {"container": "APP", "group": "inner", "rights": {"set": ["addAccounts"]}})
ROOT_ON_APP = ("privileged_data", {"container": "APP", "name": "root", "description": "one"})
# Safes and permissions that are created again may have the ids of the deleted ones.
CREATED_AGAIN: dict[str, list[tuple[str, Options]]] = {
    "a safe": [DELETE_APP, CREATE_APP],
    "a safe as it was": [DELETE_APP, ("containers", {"name": "APP", "description": "Accounts"})],
    "a safe, after a user": [DELETE_APP, CREATE_ADA, CREATE_APP],
    "a safe, twice": [DELETE_APP, CREATE_APP, DELETE_APP, CREATE_APP],
    "a safe, and deleted again": [DELETE_APP, CREATE_APP, DELETE_APP],
    "a safe with less rights": [DELETE_APP, ("containers", {"name": "APP", "creator_rights": ["listAccounts"]})],
    "a safe and a permission": [DELETE_APP, CREATE_APP, ADA_ON_APP],
    "a safe and an account": [DELETE_APP, CREATE_APP, ROOT_ON_APP],
    "a user and its permission": [DELETE_ADA, CREATE_ADA, ADA_ON_APP],
    "a user, and deleted again": [DELETE_ADA, CREATE_ADA, DELETE_ADA],
    "a user and a safe": [DELETE_APP, CREATE_APP, DELETE_ADA, CREATE_ADA, ADA_ON_APP],
    "a changed permission of a user": [ADA_ON_APP, DELETE_ADA, CREATE_ADA, ADA_ON_APP],
    "a group and its permission": [DELETE_INNER, CREATE_INNER, INNER_ON_APP],
    "a group, twice": [DELETE_INNER, CREATE_INNER, DELETE_INNER, CREATE_INNER],
    "an account": [("privileged_data", {"container": "APP", "name": "root", "state": "absent"}), ROOT_ON_APP],
}
AGAIN_IN_TIME = {"a safe", "a user and its permission", "a group and its permission", "a safe and a permission"}


@pytest.mark.parametrize(
    "case", [case if case in AGAIN_IN_TIME else pytest.param(case, marks=MORE) for case in CREATED_AGAIN]
)
def test_creations_after_deletions_are_taken_back(tenant: Tenant, run: Run, tmp_path: Path, case: str) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    before = visible(tenant)
    for plural, entry in CREATED_AGAIN[case]:
        good(run("scim_directory", **{plural: [entry]}, max_access_removals="100%", journal_path=str(path)))
    result = good(undo(run, path))
    assert (result["left_alone"], result["lost"]) == ([], [])
    assert differences(visible(tenant), before) == []
    again = good(undo(run, path))
    assert (again["changed"], again["left_alone"]) == (False, [])


def change_user(tenant: Tenant, name: str, **attributes: Any) -> None:
    user = tenant.user(name)
    tenant.scim("PUT", f"Users/{user['id']}", {**user, **attributes})


def change_members(tenant: Tenant, group: str, op: str, name: str) -> None:
    (found,) = (each for each in tenant.resources("Groups") if each["displayName"] == group)
    member = {"value": tenant.user(name)["id"]}
    value = (
        {"value": [member], "path": "members"} if op == "add" else {"path": f'members[value eq "{member["value"]}"]'}
    )
    tenant.scim("PATCH", f"Groups/{found['id']}", {"Operations": [{"op": op, **value}]})


def replace_user(tenant: Tenant, name: str) -> None:
    tenant.scim("DELETE", f"Users/{tenant.user(name)['id']}")
    tenant.seed_user(userName=name)


OF_ADA = ["inner", "outer", "APP / ada@example.com", "OTHER / ada@example.com"]
# What is done with a journal, what somebody else does then, and what of it is left alone.
INTERLEAVED: dict[str, tuple[Tasks, Callable[[Tenant], object], list[str]]] = {
    "the same attribute": (
        [("scim_user", {**ADA, "display_name": "A.", "organization": "R&D"})],
        lambda tenant: change_user(tenant, "ada@example.com", displayName="Theirs"),
        ["ada@example.com"],
    ),
    "the deleted user is there again": (
        [("scim_user", {**ADA, "state": "absent"})],
        lambda tenant: tenant.seed_user(userName="ada@example.com", displayName="Theirs"),
        ["ada@example.com", *OF_ADA],
    ),
    "the deleted user looks the same, and is another": (
        [("scim_user", {**ADA, "state": "absent"})],
        lambda tenant: tenant.seed_user(userName="ada@example.com", displayName="Ada", preferredLanguage="en_US"),
        OF_ADA,
    ),
    "the user that left a group is another": (
        [("scim_group", {"display_name": "inner", "users": {"remove": ["alan@example.com"]}})],
        lambda tenant: replace_user(tenant, "alan@example.com"),
        ["inner"],
    ),
    "the deleted group is there again": (
        [("scim_group", {"display_name": "inner", "state": "absent"})],
        lambda tenant: tenant.seed(groups=[{"displayName": "inner", "members": ["boss@example.com"]}]),
        ["inner", "outer", "APP / inner"],
    ),
    "the deleted safe is there again": (
        [("scim_pam_object", {**SAFE, "state": "absent"})],
        lambda tenant: tenant.seed(containers=[{"name": "APP", "description": "Theirs"}]),
        ["APP", "APP / root", *(f"APP / {name}" for name in ("ada@example.com", "inner", "scim-service$@example.com"))],
    ),
    "the deleted rights are others": (
        ACTIONS["take rights"],
        lambda tenant: tenant.seed(
            permissions=[{"container": "APP", "user": "ada@example.com", "rights": ["addAccounts"]}]
        ),
        ["APP / ada@example.com"],
    ),
    "the changed user is gone": (
        [("scim_user", {"user_name": "grace@example.com", "display_name": "G."})],
        lambda tenant: tenant.scim("DELETE", f"Users/{tenant.user('grace@example.com')['id']}"),
        ["grace@example.com"],
    ),
    "the new user has another attribute": (
        ACTIONS["create a user"],
        lambda tenant: change_user(tenant, "new@example.com", preferredLanguage="fr_FR"),
        ["new@example.com"],
    ),
    "the new user is in a group": (
        ACTIONS["create a user"],
        lambda tenant: change_members(tenant, "inner", "add", "new@example.com"),
        ["new@example.com"],
    ),
    "the new user has rights": (
        ACTIONS["create a user"],
        lambda tenant: tenant.seed(
            permissions=[{"container": "APP", "user": "new@example.com", "rights": ["useAccounts"]}]
        ),
        ["new@example.com"],
    ),
    "the new group has a member": (
        ACTIONS["create a group"],
        lambda tenant: change_members(tenant, "new", "add", "grace@example.com"),
        ["new"],
    ),
    "the new safe has an account": (
        ACTIONS["create a safe"],
        lambda tenant: tenant.seed(accounts=[{"container": "NEW", "name": "theirs", "type": "password"}]),
        ["NEW"],
    ),
    "the new safe has a member": (
        ACTIONS["create a safe"],
        lambda tenant: tenant.seed(
            permissions=[{"container": "NEW", "user": "ada@example.com", "rights": ["useAccounts"]}]
        ),
        ["NEW"],
    ),
}


# Somebody else has made what bears the name now: nothing is given to it or taken from it.
OF_OTHERS = [
    case for case in INTERLEAVED if case.startswith("the deleted") or case == "the user that left a group is another"
]


@pytest.mark.parametrize("case", INTERLEAVED)
def test_what_somebody_has_changed_since_is_left_alone(tenant: Tenant, run: Run, tmp_path: Path, case: str) -> None:
    tasks, theirs, left = INTERLEAVED[case]
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    for module, options in tasks:
        good(run(module, **options, journal_path=str(path)))
    theirs(tenant)
    before = tenant.state()
    result = good(undo(run, path))
    assert sorted(row["name"] for row in result["left_alone"]) == sorted(left)
    assert all(row["reason"] for row in result["left_alone"])
    if case in OF_OTHERS:
        assert (result["changed"], tenant.state()) == (False, before)
    kept = json.dumps(tenant.state())
    for kind in ("users", "roles", "containers"):
        for item in before[kind]:
            if item.get("userName", item.get("displayName", item.get("name"))) in left:
                assert json.dumps(item) in kept or kind == "containers"
                assert json.dumps(item["id"]) in kept


def test_members_and_rights_of_others_stay(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    members = {"add": ["grace@example.com"], "remove": ["alan@example.com"]}
    good(run("scim_group", display_name="inner", users=members, journal_path=str(path)))
    change_members(tenant, "inner", "add", "boss@example.com")
    change_members(tenant, "inner", "remove", "ada@example.com")
    result = good(undo(run, path))
    assert result["left_alone"] == []
    (found,) = (each for each in tenant.resources("Groups") if each["displayName"] == "inner")
    assert {member["display"] for member in found["members"]} == {"alan@example.com", "boss@example.com"}


def test_one_run_is_taken_back(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    good(run("scim_user", **ADA, organization="first", journal_path=str(path), journal_run="1"))
    good(run("scim_user", **ADA, display_name="second", journal_path=str(path), journal_run="2"))
    good(undo(run, path, how={"run": "2"}))
    ada = good(run("scim_user_info", **ADA))["users"][0]
    assert (ada["display_name"], ada["organization"]) == ("Ada", "first")
    missing = undo(run, path, how={"run": "3"})
    assert missing.code == "invalid"
    assert "It has the runs 1, 2" in missing["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_what_cannot_be_brought_back_is_said_before(tenant: Tenant, run: Run, tmp_path: Path, check: bool) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    good(run("scim_user", **ADA, state="absent", journal_path=str(path)))
    good(
        run(
            "scim_user",
            user_name="grace@example.com",
            password=PASSWORD,
            update_password="always",
            journal_path=str(path),
        )
    )
    good(run("scim_pam_object", **ROOT, state="absent", journal_path=str(path)))
    good(run("identity_role", name="clients", journal_path=str(path)))
    nothing: Options = {"passwords": None, "secrets": None, "on_loss": "fail"}
    tenant.forget_requests()
    result = undo(run, path, how=nothing, check=check)
    lost = [
        ("clients", "was written by idops.cyberark_identity.identity_role: undo it there"),
        ("ada@example.com", "its password is in no journal"),
        ("grace@example.com", "its former password is in no journal"),
        ("APP / root", "its secret is in no journal"),
    ]
    if check:
        assert sorted((row["name"], row["reason"]) for row in result["lost"]) == sorted(lost)
    else:
        assert result.code == "invalid"
        assert all(f"{name!r}, {reason}" in result["msg"] for name, reason in lost), result["msg"]
    assert tenant.writes() == []


def test_the_vaults_service_user_cannot_bring_back_users(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    good(run("scim_group", display_name="new", journal_path=str(path)))
    client = {f"vault_{name}": tenant.info[name] for name in ("client_id", "client_secret")}
    result = undo(run, path, client_id=None, client_secret=None, **client)
    assert (result.code, "the journal has writes to group" in result["msg"]) == ("invalid", True), result.output


def test_what_nobody_could_read_is_lost(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    tenant.fault(path="/ContainerPermissions", status=403, count=9)
    good(run("scim_user", **ADA, state="absent", journal_path=str(path)))
    tenant.control("DELETE", "faults")
    result = good(undo(run, path, check=True))
    assert [row["reason"] for row in result["lost"]] == ["the container_permissions that named it are unknown"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "records no write"),
        ("[]\n", "no whole line of a journal: line 1"),
        ("\nnever mind\n", "no whole line of a journal: line 2"),
        ('{"format": 1}\n', "no whole line of a journal: line 1"),
    ],
)
def test_what_is_no_journal_is_refused(tenant: Tenant, run: Run, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    result = undo(run, path)
    assert result.code == "invalid", result.output
    assert said in result["msg"]


def test_a_journal_of_another_tenant_or_format_is_refused(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    good(run("scim_group", display_name="new", journal_path=str(path)))
    text = path.read_text()
    for before, after, said in (
        (tenant.info["tenant_url"], "https://other.example.com", "records writes to https://other.example.com"),
        ('"format":1', '"format":2', "this release reads 1"),
    ):
        path.write_text(text.replace(before, after))
        result = undo(run, path)
        assert result.code == "invalid"
        assert said in result["msg"]
    path.write_text(text + text[:100])  # the machine stopped
    assert good(undo(run, path))["changed"]


# How the lines of two writes are damaged, by somebody or by a disk, and what is said. Line 2 ends the first write.
DAMAGED: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "a cut begin": (lambda lines: [lines[0][:150], *lines[1:]], "does not begin before it: line 2)"),
    "no begin": (lambda lines: lines[1:], "does not begin before it: line 1)"),
    "an end before its begin": (lambda lines: [lines[1], lines[0], *lines[2:]], "does not begin before it: line 1)"),
    "an end and a begin in one": (
        lambda lines: [lines[0], lines[1] + lines[2], lines[3]],
        "no whole line of a journal: line 2; the end of a write that does not begin before it: line 3)",
    ),
    "half an end and a begin in one": (
        lambda lines: [lines[0], lines[1][:150] + lines[2]],
        "no whole line of a journal: line 2)",
    ),
    "a begin and half an end in one": (
        lambda lines: [lines[0] + lines[1][:150], *lines[2:]],
        "no whole line of a journal: line 1)",
    ),
    "the second half of a line": (lambda lines: [*lines, lines[3][150:]], "no whole line of a journal: line 5)"),
    "a line without its middle": (
        lambda lines: [*lines[:3], lines[3].replace('","write":"', "")],
        "no whole line of a journal: line 4)",
    ),
    "fields are missing": (
        lambda lines: [lines[0].replace('"keys"', '"locks"'), *lines[2:]],
        "no whole line of a journal: line 1)",
    ),
    "zeros": (lambda lines: [*lines, "\0" * 100], "no whole line of a journal: line 5)"),
}


def test_a_damaged_journal_is_refused(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for name in ("one", "two"):
        good(run("scim_group", display_name=name, journal_path=str(path)))
    lines = path.read_text().splitlines()
    tenant.forget_requests()
    for case, (damage, said) in DAMAGED.items():
        path.write_text("\n".join([*damage(lines), ""]))
        result = undo(run, path)
        assert (result.code, said in result["msg"]) == ("invalid", True), (case, result.output)
    assert tenant.writes() == []


@pytest.mark.ways("main", reason="the journal of a task also has the name of the task, so its length is another")
def test_a_journal_that_is_too_long_is_refused(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    good(run("scim_group", display_name="new", journal_path=str(path)))
    with mock.patch.object(journal_files, "MOST_BYTES", path.stat().st_size - 1):
        result = undo(run, path)
    assert (result.code, "has more than" in result["msg"]) == ("invalid", True), result.output
    assert good(undo(run, path))["changed"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_line_that_a_kill_cut_is_ignored(tenant: Tenant, run: Run, tmp_path: Path, number: int) -> None:
    """It is the end of one write, or the beginning of the next: the last line, or closed by a later task."""
    path = tmp_path / "journal.jsonl"
    for name in ("one", "tw\u00f6"):
        good(run("scim_group", display_name=name, journal_path=str(path)))
    lines = path.read_text().splitlines()
    for length in range(1, len(lines[number])):
        part = lines[number][:length]
        last, closed = "\n".join([*lines[:number], part]), "\n".join([*lines[:2], part, *lines[2:], ""])
        found = [writes_in(text, "it", None, tenant.info["tenant_url"]) for text in (last, closed)]
        assert [[write.certain for write in writes] for writes in found] == [[number == 2], [True, True]], part
    path.write_text(last)
    removed = good(undo(run, path, check=True))["actions"]
    assert len(removed) == 1


def test_undo_excludes_lists(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    for options in ({"users": [ADA]}, {"prune": ["users"]}, {"unmanaged": "report"}):
        result = undo(run, tmp_path / "journal.jsonl", **options)
        assert result.code == "invalid"
        assert f"undo excludes {next(iter(options))}" in result["msg"]
    missing = undo(run, tmp_path / "journal.jsonl")
    assert (missing.code, "cannot be read" in missing["msg"]) == ("invalid", True)


def test_guard_rails_hold_for_an_undo(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    users = [{"user_name": f"u{number}@example.com", "password": PASSWORD} for number in range(3)]
    good(run("scim_directory", users=users, journal_path=str(path)))
    before = visible(tenant)
    assert undo(run, path, max_removals="2").code == "guard_rail"
    assert undo(run, path, protected=["u1@*"]).code == "guard_rail"
    assert visible(tenant) == before
    assert writes_of(path)


# -- Kills, and random runs --------------------------------------------------------------------------------------------


@pytest.mark.long(reason="processes are killed at many requests")
@pytest.mark.parametrize("step", STEPS)
def test_after_a_kill_the_journal_and_the_tenant_suffice(tenant: Tenant, run: Run, tmp_path: Path, step: str) -> None:
    """The task is killed before and during the effect of a request, of every fifth or of each with ``make faults``."""
    steps = walk(WORKFLOW, tenant, run)
    tenant.reset(to=steps[step].before)
    before = visible(tenant)
    path = tmp_path / "journal.jsonl"
    writing = [number for number, seen in enumerate(steps[step].requests, 1) if could_write(seen)]
    for number in writing if EVERYTHING else writing[::5]:
        for effect in (False, True):
            tenant.reset(to=steps[step].before)
            path.unlink(missing_ok=True)
            options = {**WORKFLOW.lifecycle[step], "journal_path": str(path)}
            kill_at(tenant, WORKFLOW.module, options, number, effect=effect)
            at = f"request {number}, {'with' if effect else 'without'} effect"
            if not path.exists():
                assert differences(visible(tenant), before) == [], at
                continue
            result = good(undo(run, path))
            assert result["left_alone"] == [], at
            assert differences(visible(tenant), before) == [], at
            assert good(undo(run, path))["changed"] is False, at


def listed(**entry: Any) -> st.SearchStrategy[Options]:
    return st.fixed_dictionaries(entry)


PEOPLE = st.sampled_from(["ada@example.com", "grace@example.com", "new@example.com"])
TEAMS = st.sampled_from(["inner", "outer", "new"])
SAFES = st.sampled_from(["APP", "OTHER", "NEW"])
WORDS = st.sampled_from(["one", "two", ""])
ABSENT = st.just("absent")
RIGHTS = st.lists(st.sampled_from(["useAccounts", "listAccounts", "addAccounts"]), unique=True, max_size=2)
SOME_PEOPLE = st.lists(PEOPLE, unique=True, max_size=2)
WAYS = listed(set=SOME_PEOPLE) | listed(add=SOME_PEOPLE) | listed(remove=SOME_PEOPLE)
TASKS = st.one_of(
    st.tuples(st.just("users"), listed(user_name=PEOPLE, organization=WORDS, password=st.just(PASSWORD))),
    st.tuples(st.just("users"), listed(user_name=PEOPLE, active=st.booleans(), password=st.just(PASSWORD))),
    st.tuples(st.just("users"), listed(user_name=PEOPLE, state=ABSENT)),
    st.tuples(st.just("groups"), listed(display_name=TEAMS, users=WAYS)),
    st.tuples(st.just("groups"), listed(display_name=TEAMS, state=ABSENT)),
    st.tuples(st.just("groups"), listed(display_name=st.just("core"), formerly=st.just(["inner"]))),
    st.tuples(st.just("containers"), listed(name=SAFES, description=WORDS)),
    st.tuples(st.just("containers"), listed(name=SAFES, state=ABSENT)),
    st.tuples(st.just("container_permissions"), listed(container=SAFES, user=PEOPLE, rights=listed(set=RIGHTS))),
    st.tuples(st.just("container_permissions"), listed(container=SAFES, user=PEOPLE, state=ABSENT)),
    st.tuples(st.just("privileged_data"), listed(container=SAFES, name=st.just("root"), description=WORDS)),
    st.tuples(st.just("privileged_data"), listed(container=SAFES, name=st.just("root"), state=ABSENT)),
)


def carry_out(run: Run, tasks: list[tuple[str, Options]], path: Path) -> None:
    """Run each task. Some refer to what is not there, and fail."""
    path.unlink(missing_ok=True)
    for plural, entry in tasks:
        run("scim_directory", **{plural: [entry]}, max_access_removals="100%", journal_path=str(path))


@pytest.mark.long(reason="many random runs")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(TASKS, min_size=1, max_size=6))
def test_random_runs_are_taken_back(tenant: Tenant, run: Run, tmp_path: Path, tasks: list[tuple[str, Options]]) -> None:
    tenant.reset()
    tenant.seed(**SEED)
    before = visible(tenant)
    path = tmp_path / "journal.jsonl"
    carry_out(run, tasks, path)
    if not path.exists():
        return
    assert writes_of(path)
    result = good(undo(run, path))
    if any("run the undo again" in row["reason"] for row in result["left_alone"]):
        result = good(undo(run, path))
    assert result["left_alone"] == []
    assert differences(visible(tenant), before) == []
    again = good(undo(run, path))
    assert (again["changed"], again["left_alone"]) == (False, [])
    assert PASSWORD not in path.read_text()


class Killed(BaseException):
    """Stands for a kill: nothing in the collection handles it, and nothing is sent after it."""


@contextlib.contextmanager
def cut(number: int, *, effect: bool) -> Iterator[None]:
    """Stop for good at the request with this number, with ``effect`` when the server has carried it out."""
    numbers = itertools.count(1)
    send = HTTPAdapter.send

    def sending(adapter: HTTPAdapter, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        at = next(numbers)
        if at < number:
            return send(adapter, request, **how)
        if at == number and effect:
            send(adapter, request, **how)
        raise Killed

    with mock.patch.object(HTTPAdapter, "send", sending), contextlib.suppress(Killed):
        yield


@pytest.mark.long(reason="many random runs")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(TASKS, max_size=3), TASKS, st.integers(2, 14), st.booleans())
@IN_THIS_PROCESS
def test_random_runs_that_are_cut_are_taken_back(
    tenant: Tenant,
    run: Run,
    tmp_path: Path,
    tasks: list[tuple[str, Options]],
    last: tuple[str, Options],
    number: int,
    effect: bool,
) -> None:
    tenant.reset()
    tenant.seed(**SEED)
    before = visible(tenant)
    path = tmp_path / "journal.jsonl"
    carry_out(run, tasks, path)
    with cut(number, effect=effect):
        plural, entry = last
        run("scim_directory", **{plural: [entry]}, max_access_removals="100%", journal_path=str(path))
    if path.exists() and path.stat().st_size:
        result = good(undo(run, path))
        if any("run the undo again" in row["reason"] for row in result["left_alone"]):
            result = good(undo(run, path))
        assert result["left_alone"] == []
        again = good(undo(run, path))
        assert (again["changed"], again["left_alone"]) == (False, [])
    assert differences(visible(tenant), before) == []


@pytest.mark.long(reason="many random runs")
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(TASKS, max_size=3), st.lists(TASKS, min_size=1, max_size=3))
def test_changes_of_others_stay(
    tenant: Tenant, run: Run, tmp_path: Path, first: list[tuple[str, Options]], second: list[tuple[str, Options]]
) -> None:
    """Somebody writes to the same objects between two runs; the second one is taken back."""
    tenant.reset()
    tenant.seed(**SEED)
    path = tmp_path / "journal.jsonl"
    carry_out(run, first, path)
    for user in tenant.resources("Users"):
        if user["userName"] in ("ada@example.com", "grace@example.com"):
            change_user(tenant, user["userName"], preferredLanguage="fr_FR")
    for group in tenant.resources("Groups"):
        if group["displayName"] in ("inner", "outer", "new"):
            change_members(tenant, group["displayName"], "add", "boss@example.com")
    between = visible(tenant)
    carry_out(run, second, path)
    if path.exists():
        result = good(undo(run, path))
        if any("run the undo again" in row["reason"] for row in result["left_alone"]):
            good(undo(run, path))
    assert differences(visible(tenant), between) == []
