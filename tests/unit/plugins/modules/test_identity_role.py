# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of roles in the Admin Portal: administrative rights, and who may assign them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
DIRECTORY = ["Role Management", "User Management"]


def role(tenant: Tenant, name: str) -> dict[str, Any]:
    (one,) = [role for role in tenant.state()["roles"] if role["displayName"] == name]
    return one


@pytest.mark.parametrize("catalogue", ["full", "empty", "refused"])
@pytest.mark.parametrize("names", ["spaced", "joined"])
@pytest.mark.parametrize("right", ["user management", "UserManagement", "/lib/rights/dsman.json"])
def test_ways_to_name_a_right(tenant: Tenant, run: Run, catalogue: str, names: str, right: str) -> None:
    tenant.switch(rights_catalogue=catalogue, right_names=names)
    options = {"name": "clients", "administrative_rights": {"add": [right]}}
    assert run("identity_role", **options)["changed"] is True
    assert role(tenant, "clients")["rights"] == ["/lib/rights/dsman.json"]
    assert run("identity_role", **options)["changed"] is False
    assert run("identity_role", name="clients", administrative_rights={"remove": [right]})["changed"] is True
    assert role(tenant, "clients")["rights"] == []


@pytest.mark.parametrize("check", [True, False])
def test_an_unknown_right_is_refused(tenant: Tenant, run: Run, check: bool) -> None:
    before = tenant.state()
    result = run("identity_role", check=check, name="clients", administrative_rights={"add": ["User Managment"]})
    assert result.code == "invalid"
    assert "'User Managment'" in result["msg"]
    assert "User Management" in result["msg"]
    assert tenant.state() == before


@pytest.mark.parametrize("check", [True, False])
def test_the_vault_beside_another_right(tenant: Tenant, run: Run, check: bool) -> None:
    before = tenant.state()
    mixed = {"name": "clients", "administrative_rights": {"set": ["Vault Management", "User Management"]}}
    result = run("identity_role", check=check, **mixed)
    assert result.code == "invalid"
    assert "User Management beside Vault Management" in result["msg"]
    assert tenant.state() == before
    allowed = run("identity_role", check=check, **mixed, allow_mixed_rights=True)
    assert allowed["changed"] is True
    assert len(allowed.warnings) == 1


def test_the_mix_counts_what_the_role_has_already(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "clients", "rights": ["User Management"]}])
    add = {"name": "clients", "administrative_rights": {"add": ["Vault Management"]}}
    assert run("identity_role", **add).code == "invalid"
    assert run("identity_role", name="clients", description="left alone").failed is False
    swap = {"add": ["Vault Management"], "remove": ["User Management"]}
    assert run("identity_role", name="clients", administrative_rights=swap)["changed"] is True
    tenant.seed(groups=[{"displayName": "mixed", "rights": ["User Management", "Vault Management", "Role Management"]}])
    less = run("identity_role", name="mixed", administrative_rights={"remove": ["Role Management"]})
    assert less["changed"] is True
    harmless = {"add": ["Admin Portal Login"]}
    assert run("identity_role", name="clients", administrative_rights=harmless)["changed"] is True


# By change: the rights of a role and whether the user is in it, and what the task gives the role.
CLIENT = "client@example.com"
RIGHTS_OF_TWO_ROLES: dict[str, tuple[list[str], bool, dict[str, Any]]] = {
    "a member": (["Vault Management"], False, {"users": {"add": [CLIENT]}}),
    "a right": ([], True, {"administrative_rights": {"add": ["Vault Management"]}}),
    "both": ([], False, {"administrative_rights": {"set": ["Vault Management"]}, "users": {"set": [CLIENT]}}),
}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("change", RIGHTS_OF_TWO_ROLES)
def test_the_vault_beside_a_right_of_another_role(tenant: Tenant, run: Run, change: str, check: bool) -> None:
    """A user has the rights of all its roles, also of those that it is in through others."""
    rights, is_member, given = RIGHTS_OF_TWO_ROLES[change]
    tenant.seed_user(userName=CLIENT)
    tenant.seed(groups=[{"displayName": "team", "members": [CLIENT]}])
    tenant.seed(groups=[{"displayName": "directory", "members": ["team"], "rights": DIRECTORY}])
    tenant.seed(groups=[{"displayName": "vault", "members": [CLIENT] if is_member else [], "rights": rights}])
    before = tenant.state()
    refused = run("identity_role", check=check, name="vault", **given)
    assert refused.code == "invalid"
    assert f"{CLIENT} is in directory, too" in refused["msg"]
    assert "with Role Management, User Management beside Vault Management no object" in refused["msg"]
    assert tenant.state() == before
    allowed = run("identity_role", check=check, name="vault", allow_mixed_rights=True, **given)
    assert (allowed["changed"], len(allowed.warnings)) == (True, 1)


def test_users_with_rights_that_do_not_mix(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName=CLIENT)
    tenant.seed(groups=[{"displayName": "directory", "members": [CLIENT], "rights": DIRECTORY}])
    tenant.seed(groups=[{"displayName": "vault", "rights": ["Vault Management"]}, {"displayName": "people"}])
    for name in ("people", "directory"):
        assert run("identity_role", name=name, users={"add": [CLIENT]}).failed is False
    assert not any("Administrative" in seen["path"] for seen in tenant.requests() if "GetUsers" in seen["path"])
    tenant.seed(groups=[{"displayName": "reading", "rights": ["Admin Portal Login"]}])
    assert run("identity_role", name="reading", users={"add": [CLIENT]})["changed"] is True


def test_a_right_that_the_catalogue_does_not_have(tenant: Tenant, run: Run) -> None:
    """Rights that a role shows can be set again and removed."""
    tenant.seed(groups=[{"displayName": "clients", "rights": ["ServiceRight/dpaShowTile"]}])
    tenant.switch(rights_catalogue="refused")
    held = run("identity_role", name="clients")["role"]["administrative_rights"]
    assert run("identity_role", name="clients", administrative_rights=held)["changed"] is False
    remove = {"remove": [*held["set"], "No such right"]}
    assert run("identity_role", name="clients", administrative_rights=remove)["changed"] is True
    assert role(tenant, "clients")["rights"] == []


@pytest.mark.parametrize("way", ["add", "set"])
def test_a_right_under_its_usual_name(tenant: Tenant, run: Run, way: str) -> None:
    """A recorded tenant describes the right to this tile as "Show Privileged Cloud Tile"."""
    options = {"name": "clients", "administrative_rights": {way: ["Privilege Cloud"]}}
    result = run("identity_role", **options)
    assert result["role"]["administrative_rights"] == {"set": ["Show Privileged Cloud Tile"]}
    assert role(tenant, "clients")["rights"] == ["ServiceRight/passwordvaultShowTile"]
    assert run("identity_role", **options)["changed"] is False
    other = {"name": "clients", "administrative_rights": {"remove": ["Show Privileged Cloud Tile"]}}
    assert run("identity_role", **other)["changed"] is True


def test_rights_that_are_not_named_stay(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "clients", "rights": ["Report Management"]}])
    run("identity_role", name="clients", administrative_rights={"add": DIRECTORY})
    assert len(role(tenant, "clients")["rights"]) == 3
    run("identity_role", name="clients", administrative_rights={"set": DIRECTORY})
    assert len(role(tenant, "clients")["rights"]) == 2


@pytest.mark.parametrize("blanks", [True, False])
def test_a_change_of_members_keeps_the_description(tenant: Tenant, run: Run, blanks: bool) -> None:
    tenant.switch(update_role_blanks_description=blanks)
    tenant.seed_user(userName="ada@example.com")
    run("identity_role", name="clients", description="Kept")
    run("identity_role", name="clients", users={"add": ["ada@example.com"]})
    assert role(tenant, "clients")["description"] == "Kept"


def test_members_of_the_other_kind_stay(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(groups=[{"displayName": "inner"}])
    run("identity_role", name="clients", users={"set": ["ada@example.com"]}, roles={"set": ["inner"]})
    result = run("identity_role", name="clients", users={"set": []})
    assert result["role"]["roles"] == {"set": ["inner"]}
    assert result["role"]["users"] == {"set": []}


@pytest.mark.parametrize("policy", ["fail", "warn", "ignore"])
def test_unknown_members(tenant: Tenant, run: Run, policy: str) -> None:
    before = tenant.state()
    result = run("identity_role", name="clients", users={"add": ["nobody@example.com"]}, unknown_members=policy)
    if policy == "fail":
        assert result.code == "unknown_member"
        assert tenant.state() == before
    else:
        assert result["role"]["users"] == {"set": []}
        assert len(result.warnings) == (policy == "warn")


def test_an_unknown_member_in_check_mode_may_be_made_by_then(tenant: Tenant, run: Run) -> None:
    result = run("identity_role", check=True, name="clients", users={"add": ["nobody@example.com"]})
    assert result["role"]["users"] == {"set": ["nobody@example.com"]}
    assert len(result.warnings) == 1


@pytest.mark.parametrize("by", ["system_administrator", "role_management"])
def test_assigning_rights_depends_on_the_switch(tenant: Tenant, run: Run, by: str) -> None:
    """If the caller may not assign rights, no role is created without its rights."""
    tenant.switch(rights_assigned_by=by)
    limited = tenant.seed_administrator("Role Management")
    before = tenant.state()
    result = run("identity_role", name="clients", administrative_rights={"add": DIRECTORY}, **limited)
    if by == "role_management":
        assert result["changed"] is True
        return
    assert result.code == "authorization"
    assert "limited@example.com needs to be in the role System Administrator" in result["msg"]
    assert tenant.state() == before


def test_the_right_that_is_missing(tenant: Tenant, run: Run) -> None:
    limited = tenant.seed_administrator("User Management")
    before = tenant.state()
    result = run("identity_role", name="clients", **limited)
    assert result.code == "authorization"
    assert "'Role Management'" in result["msg"]
    assert tenant.state() == before


def test_a_lost_answer_to_the_creation(tenant: Tenant, run: Run) -> None:
    tenant.fault(path="StoreRole", drop="after")
    result = run("identity_role", name="clients", description="x", retries=1)
    assert result["changed"] is True
    assert [role["displayName"] for role in tenant.state()["roles"]].count("clients") == 1


def test_renaming_by_id(tenant: Tenant, run: Run) -> None:
    identifier = run("identity_role", name="clients", description="Kept")["role"]["id"]
    renamed = run("identity_role", id=identifier, name="servers")
    assert (renamed["role"]["name"], renamed["role"]["description"]) == ("servers", "Kept")
    assert run("identity_role", name="clients", state="absent")["changed"] is False
    assert run("identity_role", id=identifier, state="absent")["changed"] is True


@pytest.mark.parametrize("name", ["O'Brien's", "a' OR '1'='1", "--", "; DROP TABLE Role", '"quoted"', "100%_x", "Ünï"])
def test_a_name_cannot_break_out_of_a_query(tenant: Tenant, run: Run, name: str) -> None:
    before = tenant.state()
    assert run("identity_role", name=name, description="x")["role"]["name"] == name
    assert run("identity_role", name=name.upper(), description="x")["changed"] is False
    assert run("identity_role", name=name, state="absent")["changed"] is True
    assert tenant.state() == before


@pytest.mark.parametrize("verb", ["StoreRole", "UpdateRole", "DeleteRole", "AssignSuperRights", "UnAssignSuperRights"])
def test_a_write_that_does_nothing_is_a_failure(tenant: Tenant, run: Run, verb: str) -> None:
    if verb != "StoreRole":
        run("identity_role", name="clients", administrative_rights={"set": ["Report Management"]})
    tenant.switch(ignored_writes=[verb])
    change: dict[str, Any] = {
        "DeleteRole": {"state": "absent"},
        "AssignSuperRights": {"administrative_rights": {"add": DIRECTORY}},
        "UnAssignSuperRights": {"administrative_rights": {"set": []}},
    }.get(verb, {"description": "New"})
    result = run("identity_role", name="clients", **change)
    assert result.code == "protocol"
    assert "reported success" in result["msg"]


def members(tenant: Tenant) -> list[str]:
    (role,) = (role for role in tenant.state()["roles"] if role["displayName"] == "clients")
    return sorted(str(member[-1]) for member in role.get("members") or ())


@pytest.mark.parametrize("takes_effect", [True, False])
def test_members_change_with_either_call(tenant: Tenant, run: Run, takes_effect: bool) -> None:
    """If Roles/UpdateRole ignores members, the calls of the vendor's SDKs are used, and only there."""
    tenant.switch(update_role_members=takes_effect)
    for name in ("ada", "grace", "o'neill"):
        tenant.seed_user(userName=f"{name}@example.com")
    tenant.seed(groups=[{"displayName": "inner"}])
    steps: list[tuple[dict[str, Any], list[str]]] = [
        ({"users": {"set": ["ada@example.com", "o'neill@example.com"]}}, ["ada@example.com", "o'neill@example.com"]),
        ({"users": {"remove": ["ada@example.com"]}, "roles": {"add": ["inner"]}}, ["inner", "o'neill@example.com"]),
        ({"users": {"set": ["grace@example.com"]}, "description": "New"}, ["grace@example.com", "inner"]),
        ({"users": {"set": []}, "roles": {"set": []}}, []),
    ]
    for options, held in steps:
        result = run("identity_role", name="clients", **options)
        assert result["changed"] is True, result.output
        assert members(tenant) == held
        assert run("identity_role", name="clients", **options)["changed"] is False
    assert any("UsersAndGroups" in write for write in tenant.writes()) is not takes_effect


def test_members_that_neither_call_changes_are_a_failure(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    run("identity_role", name="clients")
    tenant.switch(update_role_members=False, ignored_writes=["AddUsersAndGroupsToRole"])
    result = run("identity_role", name="clients", users={"add": ["ada@example.com"]})
    assert result.code == "protocol"
    assert "reported success, but holds users" in result["msg"]
