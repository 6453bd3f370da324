# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of the vault: PUT only, fixed names, secrets that are never returned, creators with all rights."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import (
    CONTAINER,
    RIGHT_LABELS,
    RIGHTS,
    RIGHTS_PRESETS,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
SAFE = "urn:ietf:params:scim:schemas:cyberark:1.0:Safe"
ACCOUNT = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
CREATOR = "scim-service$@example.com"


@pytest.fixture
def pam(run: Run) -> Run:
    return functools.partial(run, "scim_pam_object")


@pytest.fixture
def safe(tenant: Tenant) -> Tenant:
    """Create a safe, users, and a group with one of them."""
    tenant.seed_user(userName="ada@example.com")
    tenant.seed_user(userName="grace@example.com")
    tenant.seed(containers=[{"name": "APP-PRD"}], groups=[{"displayName": "operators", "members": []}])
    tenant.forget_requests()
    return tenant


def container(tenant: Tenant, name: str = "APP-PRD") -> dict[str, Any]:
    (one,) = [item for item in tenant.resources("Containers") if item["name"].casefold() == name.casefold()]
    return one


def rights(tenant: Tenant, member: str, name: str = "APP-PRD") -> set[str] | None:
    found = [
        item["rights"]
        for item in tenant.resources("ContainerPermissions")
        if (item["container"].get("name") or item["container"]["value"]).casefold() == name.casefold()
        and (item.get("user") or item.get("group"))["display"].casefold() == member.casefold()
    ]
    assert len(found) <= 1
    return {right[0].lower() + right[1:] for right in found[0]} if found else None


def accounts(tenant: Tenant, name: str) -> list[dict[str, Any]]:
    return [item for item in tenant.resources("PrivilegedData") if item["name"] == name]


def properties(account: dict[str, Any]) -> dict[str, str]:
    return {item["key"].lower(): item["value"] for item in account[ACCOUNT].get("properties", [])}


# Switches that do not affect each other share a server. test_switches.py has each of them alone.
SERVERS: list[dict[str, Any]] = [
    {},
    {"pam_get_by_id": 404, "rights_case": "pascal", "delete_status": 200, "content_type": "scim+json"},
    {"pam_get_by_id": 501, "retention_urn": "custom", "create_status": 200, "container_type": "Safe"},
    {"pam_filters": "one_clause", "permission_id": "id", "owner_empty": "object", "pam_write_bodies": False},
    {"pam_filters": "ignored", "property_case": "userName", "container_display_name": "changed"},
    {"pam_paging": False, "max_results": 2, "default_page_size": 2, "container_lists_accounts": False},
    {"pam_sorting": False, "filter_case_sensitive": False, "immutable_change": "ignored"},
    {"patch_supported": {"Containers": 501, "ContainerPermissions": 501, "PrivilegedData": 501}},
    {"patch_supported": {"PrivilegedData": True}, "unknown_right_status": 201, "role_member_type": "Group"},
    {"pam_id_case_sensitive": True},
]


@pytest.mark.parametrize("switches", SERVERS, ids=str)
def test_lifecycle_on_every_kind_of_server(safe: Tenant, pam: Run, switches: dict[str, Any]) -> None:
    safe.switch(**switches)
    steps: list[dict[str, Any]] = [
        {"kind": "container", "name": "NEW", "description": "d", "number_of_days_retention": 7},
        {"kind": "container", "name": "new", "description": "", "number_of_days_retention": 9, "managing_cpm": "CPM"},
        {"kind": "container_permission", "container": "NEW", "user": "ada@example.com", "rights_preset": "read_only"},
        {"kind": "container_permission", "container": "NEW", "group": "operators", "rights": {"set": ["useAccounts"]}},
        {
            "kind": "container_permission",
            "container": "new",
            "user": "ADA@example.com",
            "rights": {"add": ["viewAuditLog"], "remove": ["useAccounts"]},
            "membership_expiration": "2030-01-01",
        },
        {
            "kind": "privileged_data",
            "container": "NEW",
            "name": "root",
            "type": "password",
            "properties": {"username": "root", "address": "web1"},
            "secret": "An-account-secret-1",
        },
        {"kind": "privileged_data", "container": "new", "name": "root", "properties": {"Address": "web2"}},
    ]
    for step in steps:
        first = pam(**step)
        assert not first.failed, first.output
        assert first["changed"] is True, step
        assert first.warnings == [], step
        second = pam(**step)
        assert second["changed"] is False, step
    assert container(safe, "NEW").get("description") is None
    assert rights(safe, "ada@example.com", "NEW") == {"retrieveAccounts", "listAccounts", "viewAuditLog"}
    assert rights(safe, "operators", "NEW") == {"useAccounts"}
    (account,) = accounts(safe, "root")
    assert properties(account) == {"username": "root", "address": "web2"}
    check = {"id": account["id"], "secret": "An-account-secret-1"}
    assert safe.control("POST", "check_secret", check) == {"matches": True}
    for step in reversed(steps):
        name = {key: step[key] for key in ("kind", "container", "user", "group", "name") if key in step}
        result = pam(**name, state="absent")
        assert not result.failed, result.output
        assert pam(**name, state="absent")["changed"] is False
    assert [item["name"] for item in safe.resources("Containers")] == ["APP-PRD"]


def test_put_preserves_unmanaged_attributes(safe: Tenant, pam: Run) -> None:
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:pam:1.0:Container", SAFE],
        "name": "FULL",
        "description": "before",
        SAFE: {"NumberOfDaysRetention": 30, "ManagingCPM": "CPM"},
    }
    safe.scim("POST", "Containers", body)
    before = container(safe, "FULL")
    safe.forget_requests()
    pam(kind="container", name="FULL", description="after")
    assert [write.split()[0] for write in safe.writes()] == ["PUT"]
    after = container(safe, "FULL")
    assert after.pop("description") == "after"
    assert before.pop("description") == "before"
    before.pop("meta"), after.pop("meta")
    assert after == before


def test_account_keeps_properties_of_others_and_its_secret(safe: Tenant, pam: Run) -> None:
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root"}
    pam(**task, properties={"username": "root", "LogonDomain": "D"}, secret="An-account-secret-1")
    pam(**task, properties={"USERNAME": "admin", "logondomain": ""})
    (account,) = accounts(safe, "root")
    assert properties(account) == {"username": "admin"}
    check = {"id": account["id"], "secret": "An-account-secret-1"}
    assert safe.control("POST", "check_secret", check) == {"matches": True}


@pytest.mark.parametrize("policy", ["on_create", "always"])
def test_secret_is_written_on_create_only_by_default(safe: Tenant, pam: Run, policy: str) -> None:
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root", "properties": {"username": "root"}}
    pam(**task, secret="An-account-secret-1")
    result = pam(**task, secret="Another-secret-2", update_secret=policy)
    assert result["changed"] is (policy == "always")
    assert "Another-secret-2" not in result.output
    check = {"id": accounts(safe, "root")[0]["id"], "secret": "Another-secret-2"}
    assert safe.control("POST", "check_secret", check) == {"matches": policy == "always"}
    assert properties(accounts(safe, "root")[0]) == {"username": "root"}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "change", [{"container": "OTHER"}, {"user": "grace@example.com"}, {"group": "operators"}], ids=str
)
def test_immutable_fields_of_a_permission_are_refused(
    safe: Tenant, pam: Run, change: dict[str, str], check: bool
) -> None:
    safe.seed(containers=[{"name": "OTHER"}])
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    identifier = pam(**task, rights_preset="full")["pam_object"]["id"]
    safe.forget_requests()
    result = pam(kind="container_permission", id=identifier, **change, check=check)
    assert result.code == "immutable"
    assert next(iter(change)) in result["msg"]
    assert safe.writes() == []


def test_immutable_fields_of_a_container_and_an_account_are_refused(safe: Tenant, pam: Run) -> None:
    account = pam(kind="privileged_data", container="APP-PRD", name="root")["pam_object"]["id"]
    safe.forget_requests()
    assert pam(kind="container", id="APP-PRD", name="OTHER").code == "immutable"
    assert pam(kind="privileged_data", id=account, container="OTHER").code == "immutable"
    assert safe.writes() == []


def test_renaming_an_account_by_id(safe: Tenant, pam: Run) -> None:
    task = {"kind": "privileged_data", "container": "APP-PRD"}
    identifier = pam(**task, name="root")["pam_object"]["id"]
    assert pam(kind="privileged_data", id=identifier, name="admin")["changed"] is True
    assert [account["id"] for account in accounts(safe, "admin")] == [identifier]
    pam(**task, name="root")
    assert pam(kind="privileged_data", id=identifier, name="ROOT").code == "conflict"


def test_accounts_of_one_name_in_two_safes_and_in_one(safe: Tenant, pam: Run) -> None:
    safe.seed(containers=[{"name": "OTHER"}])
    task = {"kind": "privileged_data", "name": "root"}
    first, second = (pam(**task, container=name)["pam_object"]["id"] for name in ("APP-PRD", "OTHER"))
    assert first != second
    assert pam(**task, container="OTHER")["changed"] is False
    safe.seed(accounts=[{"container": "OTHER", "name": "root"}])
    assert pam(**task, container="OTHER", state="absent").code == "ambiguous"
    assert pam(**task, container="APP-PRD", state="absent")["changed"] is True


@pytest.mark.parametrize("check", [True, False])
def test_unknown_member(safe: Tenant, pam: Run, check: bool) -> None:
    for member in ({"user": "nobody@example.com"}, {"group": "nobody"}):
        task = {"kind": "container_permission", "container": "APP-PRD", **member}
        result = pam(**task, rights_preset="full", check=check)
        if check:
            assert "nobody" in result.warnings[0]
        else:
            assert result.code == "unknown_member"
        assert pam(**task, state="absent", check=check)["changed"] is False
    assert safe.writes() == []


@pytest.mark.parametrize("status", [404, 400])
def test_unknown_container(safe: Tenant, pam: Run, status: int) -> None:
    safe.switch(unknown_reference_status=status)
    result = pam(kind="privileged_data", container="NOWHERE", name="root")
    assert result.code == {404: "not_found", 400: "invalid"}[status]
    assert result["failure"]["detail"] in result["msg"]


@pytest.mark.parametrize("wanted", [None, {"add": []}, {"remove": ["useAccounts"]}], ids=str)
@pytest.mark.parametrize("check", [True, False])
def test_a_permission_needs_rights_to_be_created(safe: Tenant, pam: Run, wanted: Any, check: bool) -> None:
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    result = pam(**task, rights=wanted, check=check)
    assert result.code == "invalid"
    assert "cannot be created without rights" in result["msg"]
    assert "For a member without rights, give rights: {set: []}" in result["msg"]
    assert safe.writes() == []


def test_a_member_without_rights_is_up_to_the_server(safe: Tenant, pam: Run) -> None:
    permission = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    refused = pam(**permission, rights={"set": []})
    assert (refused.code, refused["failure"]["detail"]) == ("invalid", "rights is required")
    safe.switch(rights_required=False)
    created = pam(**permission, rights={"set": []})
    assert created["pam_object"]["rights"] == {"set": []}
    assert created.warnings == []
    assert created["diff"]["after"]["rights"] == {"set": []}
    assert pam(**permission, rights={"set": []})["changed"] is False
    assert pam(**permission)["changed"] is False
    assert pam(**permission, rights={"set": ["useAccounts"]})["changed"] is True
    emptied = pam(**permission, rights={"set": []})
    assert (emptied["changed"], emptied.warnings, emptied["pam_object"]["rights"]) == (True, [], {"set": []})
    assert [item for item in safe.resources("ContainerPermissions") if item.get("rights")] == []


def test_an_exported_member_without_rights_applies_again(safe: Tenant, run: Run) -> None:
    safe.switch(rights_required=False)
    safe.seed(permissions=[{"container": "APP-PRD", "user": "ada@example.com", "rights": []}])
    exported = run("scim_directory_info", include=["container_permissions"])["directory"]
    entry = {"container": "APP-PRD", "user": "ada@example.com", "rights": {"set": []}}
    assert exported["container_permissions"] == [entry]
    safe.forget_requests()
    assert run("scim_directory", **exported)["changed"] is False
    assert safe.writes() == []
    run("scim_pam_object", kind="container_permission", container="APP-PRD", user="ada@example.com", state="absent")
    assert run("scim_directory", **exported)["summary"]["container_permissions"] == {"create": 1}
    assert run("scim_directory", **exported)["changed"] is False


def machines(tenant: Tenant) -> Any:
    (account,) = accounts(tenant, "root")
    return account[ACCOUNT].get("remoteMachinesAccess")


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("wanted", ["any", ";", ","])
def test_remote_machines_keep_their_separator(safe: Tenant, pam: Run, separator: str, wanted: str) -> None:
    access = {"remoteMachines": f"web2{separator} web1", "accessRestrictedToRemoteMachines": True}
    body = {"name": "root", "schemas": ["urn:ietf:params:scim:schemas:pam:1.0:PrivilegedData", ACCOUNT]}
    safe.scim("POST", "PrivilegedData", {**body, ACCOUNT: {"safe": "APP-PRD", "remoteMachinesAccess": access}})
    safe.switch(remote_machines_separator=wanted)
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root"}
    same = pam(**task, remote_machines=["web1", "web2"])
    assert (same["changed"], same["pam_object"]["remote_machines"]) == (False, ["web1", "web2"])
    assert pam(**task, remote_machines=["web1", "web3"])["changed"] is True
    used = separator if wanted == "any" else wanted
    assert machines(safe) == {"remoteMachines": f"web1{used}web3", "accessRestrictedToRemoteMachines": True}
    assert pam(**task, remote_machines=["web3", "web1"])["changed"] is False


@pytest.mark.parametrize(("wanted", "used"), [("any", ";"), (";", ";"), (",", ",")])
def test_new_remote_machines_have_the_separator_of_the_vault(safe: Tenant, pam: Run, wanted: str, used: str) -> None:
    safe.switch(remote_machines_separator=wanted)
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root", "restrict_to_remote_machines": True}
    result = pam(**task, remote_machines=["web1", "web2"])
    assert (result["changed"], result.warnings) == (True, [])
    assert machines(safe) == {"remoteMachines": f"web1{used}web2", "accessRestrictedToRemoteMachines": True}
    assert pam(**task, remote_machines=["web2", "web1"])["changed"] is False


def test_a_refusal_for_another_reason_is_reported_after_both_separators(safe: Tenant, pam: Run) -> None:
    safe.fault(method="POST", path="/PrivilegedData", status=400, count=2)
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root", "restrict_to_remote_machines": True}
    assert pam(**task, remote_machines=["web1", "web2"]).code == "invalid"
    assert accounts(safe, "root") == []


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("exists", [True, False])
def test_remote_machines_need_the_restriction_option(safe: Tenant, pam: Run, check: bool, exists: bool) -> None:
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root"}
    if exists:
        pam(**task)
    safe.forget_requests()
    result = pam(**task, remote_machines=["web1"], check=check)
    assert result.code == "invalid"
    assert "remote_machines needs restrict_to_remote_machines" in result["msg"]
    assert "Give restrict_to_remote_machines, too" in result["msg"]
    assert safe.writes() == []
    assert pam(**task, remote_machines=["web1"], restrict_to_remote_machines=False)["changed"] is True
    assert pam(**task, remote_machines=["web1", "web2"])["changed"] is True
    assert machines(safe)["accessRestrictedToRemoteMachines"] is False
    assert pam(**task, remote_machines=[])["pam_object"]["remote_machines"] is None


@pytest.mark.parametrize("name", ["a|b", "x" * 29, "a:b", "a.b"])
def test_a_name_that_the_vault_refuses(safe: Tenant, pam: Run, name: str) -> None:
    for check in (True, False):
        result = pam(kind="container", name=name, check=check)
        assert result.code == "invalid"
        assert repr(name) in result["msg"]
    assert safe.writes() == []
    # An existing safe with such a name can be changed and deleted.
    safe.switch(safe_name_rules=False)
    safe.scim("POST", "Containers", {"schemas": [CONTAINER.schema], "name": name})
    assert pam(kind="container", name=name)["changed"] is False
    assert pam(kind="container", name=name, description="odd")["changed"] is True
    assert pam(kind="container", name=name, state="absent")["changed"] is True


def _words(right: str) -> str:
    """Return the right as the vault's web interface shows it: ``viewAuditLog`` is ``View audit log``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z1-9])", " ", right).capitalize()


RIGHT_SPELLINGS: dict[str, dict[str, str]] = {
    "as the REST API of the vault lists them": {right: right for right in RIGHTS},
    "as its first generation and its CSV files do": {right[0].upper() + right[1:]: right for right in RIGHTS},
    "in words": {_words(right): right for right in RIGHTS},
    "with underscores": {_words(right).lower().replace(" ", "_"): right for right in RIGHTS},
    "in capitals": {right.upper(): right for right in RIGHTS},
    "by labels of the web interface": dict(RIGHT_LABELS),
}


@pytest.mark.parametrize("names", RIGHT_SPELLINGS.values(), ids=RIGHT_SPELLINGS)
def test_rights_have_every_name_and_are_written_in_scims(safe: Tenant, pam: Run, names: dict[str, str]) -> None:
    permission = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    safe.switch(unknown_right_status=400)
    first = pam(**permission, rights={"set": [*names]})
    assert first["pam_object"]["rights"]["set"] == sorted(set(names.values()), key=str.lower)
    assert rights(safe, "ada@example.com") == set(names.values())
    assert pam(**permission, rights={"set": [*names.values()]})["changed"] is False
    assert pam(**permission, rights={"add": [*names]})["changed"] is False
    leaving = next(iter(names))
    assert pam(**permission, rights={"remove": [leaving]})["changed"] is True
    assert names[leaving] not in rights(safe, "ada@example.com")


def test_a_right_is_not_added_and_removed_under_two_names(safe: Tenant, pam: Run) -> None:
    permission = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    result = pam(**permission, rights={"add": ["Use accounts"], "remove": ["useAccounts"]})
    assert result.code == "invalid"
    assert "rights adds and removes useaccounts" in result["msg"]
    assert safe.requests() == []


@pytest.mark.parametrize("preset", RIGHTS_PRESETS)
def test_presets(safe: Tenant, pam: Run, preset: str) -> None:
    pam(kind="container_permission", container="APP-PRD", user="ada@example.com", rights_preset=preset)
    assert rights(safe, "ada@example.com") == set(RIGHTS_PRESETS[preset])
    assert set(RIGHTS_PRESETS[preset]) <= set(RIGHTS)


@pytest.mark.parametrize("never", [-62135578800, 0])
def test_an_end_before_1970_is_none_and_is_not_sent_back(safe: Tenant, pam: Run, never: int) -> None:
    """Vaults return such an end for a membership without end, and refuse it in a write."""
    permission = {"container": "APP-PRD", "user": "ada@example.com", "rights": ["listAccounts"], "expiration": never}
    safe.seed(permissions=[permission])
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    result = pam(**task, rights={"add": ["useAccounts"]})
    assert not result.failed, result.output
    assert result["pam_object"]["membership_expiration"] is None
    assert pam(**task, membership_expiration="")["changed"] is False
    held = [each for each in safe.resources("ContainerPermissions") if each["id"] == "APP-PRD:ada@example.com"]
    assert "membershipExpirationDate" not in str(held)


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("2030-01-01 00:00", "2030-01-01T00:00:00Z"),
        ("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z"),
        ("2030-01-01", "2030-01-01T23:59:59Z"),
    ],
)
def test_expiry(safe: Tenant, pam: Run, time: str, shown: str) -> None:
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    first = pam(**task, rights_preset="connect_only", membership_expiration=time)
    assert first["pam_object"]["membership_expiration"] == shown
    assert pam(**task, membership_expiration=time)["changed"] is False
    assert pam(**task, membership_expiration="")["pam_object"]["membership_expiration"] is None


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59-05:00",
        "20270131T180000Z",
        "2027-W05-1",
        "soon",
    ],
)
def test_expiry_that_would_mean_something_else(safe: Tenant, pam: Run, time: str) -> None:
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"}
    assert pam(**task, rights_preset="full", membership_expiration=time).code == "invalid"
    assert safe.requests() == []


@pytest.mark.parametrize("check", [True, False])
def test_a_member_that_the_directory_does_not_know(safe: Tenant, run: Run, pam: Run, check: bool) -> None:
    """A group of another directory is a member of the safe: it is found by its name, and can be changed."""
    member = {"group": "ADGrp", "searchIn": "corp.local", "display": "ADGrp"}
    safe.seed(permissions=[{"container": "APP-PRD", "rights": ["listAccounts"], **member}])
    (found,) = run("scim_pam_object_info", kind="container_permission", container="app-prd", group="adgrp")[
        "pam_objects"
    ]
    assert pam(**found, check=check)["changed"] is False
    task = {"kind": "container_permission", "container": "app-prd", "group": "ADGRP"}
    changed = pam(**task, rights={"add": ["useAccounts"]}, check=check)
    assert changed["changed"] is True
    assert changed.warnings == []
    assert pam(**task, state="absent", check=check)["changed"] is True
    if not check:
        assert rights(safe, "ADGrp") is None


DIRECTORY = "corp.example.com"
AD_GROUP = {"kind": "container_permission", "container": "APP-PRD", "group": "DB Admins", "search_in": DIRECTORY}
FORMS = ["plain", "upn", "nt", "dn"]


@pytest.fixture
def directory(safe: Tenant) -> Tenant:
    """Create a safe, and a second directory that the vault can search."""
    safe.guid = safe.seed(
        other_directories=[
            {"directory": DIRECTORY, "group": "DB Admins"},
            {"directory": DIRECTORY, "user": "ada"},
            {"directory": "other.example.com", "group": "DB Admins"},
        ]
    )["other_directories"][0]
    return safe


def members(tenant: Tenant) -> list[dict[str, Any]]:
    found = tenant.resources("ContainerPermissions")
    return [item.get("group") or item["user"] for item in found if item["container"]["value"] == "APP-PRD"]


@pytest.mark.parametrize("value", ["guid", "name"])
@pytest.mark.parametrize("form", FORMS)
def test_a_group_of_another_directory_is_added_and_found_again(
    directory: Tenant, run: Run, pam: Run, form: str, value: str
) -> None:
    directory.switch(outsider_display=form, outsider_value=value)
    assert pam(**AD_GROUP, rights_preset="read_only", check=True)["changed"] is True
    created = pam(**AD_GROUP, rights_preset="read_only")
    assert (created["changed"], created.warnings) == (True, [])
    (member,) = members(directory)
    assert member["value"] == (directory.guid if value == "guid" else "DB Admins")
    for name in ("DB Admins", "db admins", member["display"], member["value"], f"DB Admins@{DIRECTORY}"):
        again = pam(**{**AD_GROUP, "group": name}, rights_preset="read_only")
        if (form, name) == ("plain", f"DB Admins@{DIRECTORY}"):
            # The vault shows no directory: another one could have a group with the same name.
            assert again.code == "conflict"
            continue
        assert (again["changed"], again.warnings) == (False, []), name
        entry = {key: item for key, item in AD_GROUP.items() if key != "kind"}
        entry = {**entry, "group": name, "rights_preset": "read_only"}
        assert run("scim_directory", container_permissions=[entry])["changed"] is False
    assert pam(**AD_GROUP, rights={"add": ["viewAuditLog"]})["changed"] is True
    found = run("scim_pam_object_info", **AD_GROUP)["pam_objects"]
    assert [item["group"] for item in found] == [member["display"]]
    exported = run("scim_directory_info", include=["container_permissions"])["directory"]
    assert run("scim_directory", **exported)["changed"] is False
    assert pam(**AD_GROUP, state="absent")["changed"] is True
    assert members(directory) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_listed_group_of_another_directory_is_not_pruned(directory: Tenant, run: Run, form: str) -> None:
    directory.switch(outsider_display=form)
    entry = {"container": "APP-PRD", "group": "DB Admins", "search_in": DIRECTORY, "rights_preset": "read_only"}
    names = [{"user": "ada", "search_in": DIRECTORY}, *({"group": f"AD-{n}", "search_in": "X"} for n in range(8))]
    others = [{"container": "APP-PRD", "rights_preset": "full", **name} for name in names]
    assert run("scim_directory", container_permissions=[entry, *others])["summary"] == {
        "container_permissions": {"create": 10}
    }
    assert run("scim_directory", container_permissions=[entry, *others])["changed"] is False
    limits = {"max_removals": "100%", "max_access_removals": "100%", "prune": ["container_permissions"]}
    unknown = run("scim_directory", container_permissions=[entry], **limits)
    assert unknown.code == "guard_rail"
    assert "give it a permission of its own on the safe" in unknown["msg"]
    own = {"container": "APP-PRD", "user": directory.info["client_id"], "rights_preset": "full"}
    reduced = {**others[1], "rights_preset": "read_only"}
    wanted = [entry, own, reduced]
    assert run("scim_directory", container_permissions=[own])["changed"] is True
    pruned = run("scim_directory", container_permissions=wanted, **limits)
    assert pruned["summary"]["container_permissions"] == {"delete": 8, "unchanged": 2, "update": 1}, pruned.output
    assert len(members(directory)) == 3


def test_the_same_name_of_two_directories_is_two_members(directory: Tenant, pam: Run) -> None:
    other = {**AD_GROUP, "search_in": "other.example.com"}
    assert pam(**AD_GROUP, rights_preset="read_only")["changed"] is True
    assert pam(**other, rights_preset="full")["changed"] is True
    assert pam(**AD_GROUP, rights_preset="read_only")["changed"] is False
    assert pam(**other, state="absent")["changed"] is True
    assert [member["display"] for member in members(directory)] == [f"DB Admins@{DIRECTORY}"]


def test_the_vault_says_that_another_directory_has_no_such_group(directory: Tenant, pam: Run) -> None:
    result = pam(**{**AD_GROUP, "group": "nobody"}, rights_preset="read_only")
    assert (result.code, result["failure"]["detail"]) == ("unknown_member", "Member not found. Member value: nobody")


def test_without_search_in_an_unknown_name_is_an_unknown_member(directory: Tenant, pam: Run) -> None:
    result = pam(**{**AD_GROUP, "search_in": None}, rights_preset="read_only")
    assert result.code == "unknown_member"
    assert "name that in search_in" in result["msg"]
    assert directory.writes() == []


@pytest.mark.parametrize("check", [True, False])
def test_a_group_of_the_server_is_not_taken_for_one_of_another_directory(
    directory: Tenant, run: Run, pam: Run, check: bool
) -> None:
    directory.seed(groups=[{"displayName": "DB Admins"}])
    directory.seed(permissions=[{"container": "APP-PRD", "group": "DB Admins", "rights": ["useAccounts"]}])
    result = pam(**AD_GROUP, rights_preset="full", check=check)
    assert result.code == "ambiguous"
    assert f"give the object GUID or DB Admins@{DIRECTORY}" in result["msg"]
    entries = [
        {"container": "APP-PRD", "group": group, "search_in": DIRECTORY, "rights_preset": "full"}
        for group in ("DB Admins", *(f"AD-{number}" for number in range(8)))
    ]
    assert run("scim_directory", container_permissions=entries, check=check).code == "ambiguous"
    assert directory.writes() == []
    qualified = {**AD_GROUP, "group": f"DB Admins@{DIRECTORY}"}
    assert pam(**qualified, rights_preset="full", check=check)["changed"] is True
    assert rights(directory, "DB Admins") == {"useAccounts"}
    role = {key: value for key, value in AD_GROUP.items() if key != "search_in"}
    assert pam(**role, rights={"set": ["useAccounts"]}, check=check)["changed"] is False


@pytest.mark.parametrize("member", [{"user": "Administrator"}, {"group": "Auditors"}], ids=str)
def test_a_member_of_the_vaults_own_directory_is_managed(safe: Tenant, pam: Run, member: dict[str, str]) -> None:
    safe.seed(vault_users=[{"userName": "Administrator"}], vault_groups=[{"displayName": "Auditors"}])
    task = {"kind": "container_permission", "container": "APP-PRD", "search_in": "Vault", **member}
    assert pam(**task, rights_preset="connect_only")["changed"] is True
    assert pam(**task, rights_preset="connect_only")["changed"] is False
    assert pam(**{**task, "search_in": None}, state="absent")["changed"] is True


def test_a_user_that_the_server_lists_is_meant_with_search_in_too(safe: Tenant, pam: Run) -> None:
    task = {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com", "search_in": "Vault"}
    assert pam(**task, rights_preset="connect_only")["changed"] is True
    assert rights(safe, "ada@example.com") == {"useAccounts", "listAccounts"}
    assert pam(**task, rights_preset="connect_only")["changed"] is False


def test_search_in_alone_does_not_read_all_permissions(safe: Tenant, run: Run) -> None:
    result = run("scim_pam_object_info", kind="container_permission", search_in=DIRECTORY)
    assert result.code == "invalid"
    assert "search_in says where to find a user or a group" in result["msg"]


def test_results_can_be_used_as_options(safe: Tenant, run: Run, pam: Run) -> None:
    safe.seed(
        permissions=[
            {"container": "APP-PRD", "user": "ada@example.com", "rights": ["listAccounts"], "expiration": 1893456000},
            {"container": "APP-PRD", "group": "operators", "rights": ["useAccounts"]},
        ],
        accounts=[{"container": "APP-PRD", "name": "root"}],
    )
    for kind in ("container", "container_permission", "privileged_data"):
        found = run("scim_pam_object_info", kind=kind)["pam_objects"]
        assert found
        for item in found:
            result = pam(**item)
            assert not result.failed, result.output
            assert result["changed"] is False


def test_a_secret_in_the_wrong_option_is_still_one(safe: Tenant, pam: Run) -> None:
    task = {"kind": "privileged_data", "container": "APP-PRD", "name": "root"}
    result = pam(**task, properties={"Secret": "A-misplaced-secret"})
    assert result.code == "invalid"
    assert "A-misplaced-secret" not in result.output


KEPT = ["listAccounts", "manageSafeMembers", "viewSafeMembers"]


def test_the_creator_keeps_every_right_by_default(safe: Tenant, pam: Run) -> None:
    pam(kind="container", name="LEFT")
    assert rights(safe, CREATOR, "LEFT") == set(RIGHTS)
    result = pam(kind="container", name="TRIMMED", creator_rights=KEPT)
    assert rights(safe, CREATOR, "TRIMMED") == set(KEPT)
    assert result["diff"]["after"]["creator_rights"] == KEPT
    # An existing safe is trimmed later, nobody gets a right, and there are no other changes.
    assert pam(kind="container", name="LEFT", creator_rights=["useAccounts"])["changed"] is True
    assert pam(kind="container", name="LEFT", creator_rights=["useAccounts", "manageSafe"])["changed"] is False
    assert rights(safe, CREATOR, "LEFT") == {"useAccounts"}


def test_the_creator_can_leave(safe: Tenant, pam: Run) -> None:
    assert pam(kind="container", name="NEW", creator_rights=[])["changed"] is True
    assert rights(safe, CREATOR, "NEW") is None
    assert pam(kind="container", name="NEW", creator_rights=[])["changed"] is False
    assert pam(kind="container", name="NEW", creator_rights=KEPT)["changed"] is False
    assert rights(safe, CREATOR, "NEW") is None


def test_trimming_that_failed_is_done_by_the_next_run(safe: Tenant, pam: Run) -> None:
    safe.fault(method="PUT", path="/ContainerPermissions/", status=403)
    first = pam(kind="container", name="NEW", creator_rights=KEPT)
    assert first.code == "authorization"
    assert first["changed"] is True
    assert first["diff"]["after"]["name"] == "NEW"
    assert "The container itself has its desired state." in first["msg"]
    assert rights(safe, CREATOR, "NEW") == set(RIGHTS)
    assert pam(kind="container", name="NEW", creator_rights=KEPT)["changed"] is True
    assert rights(safe, CREATOR, "NEW") == set(KEPT)


@pytest.mark.parametrize("status", [409, 400])
def test_deleting_a_safe_that_is_not_empty(safe: Tenant, pam: Run, status: int) -> None:
    pam(kind="privileged_data", container="APP-PRD", name="root")
    safe.switch(delete_nonempty_container=status)
    result = pam(kind="container", name="APP-PRD", state="absent")
    assert result.code == {409: "conflict", 400: "invalid"}[status]
    safe.switch(delete_nonempty_container="cascade")
    assert pam(kind="container", name="APP-PRD", state="absent")["changed"] is True
    assert accounts(safe, "root") == []


@pytest.mark.parametrize("status", [403, 401])
@pytest.mark.parametrize("body", ["scim", "pvwa"])
def test_missing_right(safe: Tenant, pam: Run, status: int, body: str) -> None:
    safe.switch(granted_rights=["UserManagement"], missing_right_status=status, pam_error_body=body)
    result = pam(kind="container", name="APP-PRD")
    assert result.code == {403: "authorization", 401: "authentication"}[status]


@pytest.mark.parametrize("status", [409, 400, 500])
@pytest.mark.parametrize("body", ["scim", "pvwa"])
def test_another_writer_creates_the_safe_first(safe: Tenant, pam: Run, status: int, body: str) -> None:
    safe.switch(duplicate_status=status, pam_error_body=body)
    safe.fault(method="POST", path="/Containers$", status=status, effect=True)
    result = pam(kind="container", name="NEW", description="mine")
    assert not result.failed, result.output
    assert container(safe, "NEW")["description"] == "mine"


def test_a_client_for_the_vault_alone_finds_members(safe: Tenant, pam: Run) -> None:
    """It finds users and groups as members; without that right, the hint in the failure does no harm."""
    safe.seed(groups=[{"displayName": "app-team"}])
    safe.switch(granted_rights=["VaultManagement"])
    task = {"kind": "container_permission", "container": "NEW", "group": "app-team", "rights_preset": "read_only"}
    assert pam(kind="container", name="NEW", creator_rights=KEPT)["changed"] is True
    assert rights(safe, CREATOR, "NEW") == set(KEPT)
    assert pam(**task)["changed"] is True
    assert pam(**task)["changed"] is False
    safe.switch(vault_overrides_directory=False)
    refused = pam(**task)
    assert refused.code == "authorization"
    assert "for safes, permissions and accounts Vault Management and no other" in refused["msg"]


@pytest.mark.parametrize("overrides", [True, "alone"])
def test_users_and_groups_of_the_vault(tenant: Tenant, pam: Run, overrides: Any) -> None:
    """If the right on the vault replaces users and groups by those of the vault, members are found there."""
    tenant.seed(vault_users=[{"userName": "vaultuser"}], vault_groups=[{"displayName": "vaultgroup"}])
    tenant.seed(containers=[{"name": "APP-PRD"}])
    tenant.switch(granted_rights=["VaultManagement"], vault_overrides_directory=overrides)
    for member in ({"user": "vaultuser"}, {"group": "vaultgroup"}):
        task = {"kind": "container_permission", "container": "APP-PRD", **member}
        assert pam(**task, rights_preset="connect_only")["changed"] is True
        assert pam(**task, rights_preset="connect_only")["changed"] is False
