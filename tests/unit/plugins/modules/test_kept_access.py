# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules for one object: built-in roles keep a member that can log in, and the task's own user keeps its access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import good

Run = Callable[..., Result]
BUILT_IN = "Privilege Cloud Users"
ROLE = "SCIM client"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def login(name: str) -> str:
    return f"{name}@example.com"


def change_members(tenant: Tenant, group: str, how: str, *members: str) -> None:
    """Change the members of a group as another client. Members are users by login name, or groups."""
    ids = {item["displayName"]: item["id"] for item in tenant.resources("Groups")}
    ids.update((item["userName"], item["id"]) for item in tenant.resources("Users"))
    operation = {"op": how, "path": "members", "value": [{"value": ids[member]} for member in members]}
    tenant.scim("PATCH", f"Groups/{ids[group]}", {"schemas": [PATCH], "Operations": [operation]})
    tenant.forget_requests()


def people(tenant: Tenant) -> None:
    """Create users and groups; ``root`` alone can log in through the built-in role, as a member of ``crew``."""
    active = {"root": True, "other": True, "idle": False}
    tenant.seed(users=[{"userName": login(name), "active": able} for name, able in active.items()])
    tenant.seed(
        groups=[
            {"displayName": "crew", "members": [login("root")]},
            {"displayName": "others", "members": [login("other")]},
            {"displayName": "elsewhere", "members": [login("root"), login("other")]},
        ]
    )


def refused(tenant: Tenant, result: Result, words: str) -> None:
    assert result.code == "guard_rail", result.output
    assert words in result["msg"], result["msg"]
    assert tenant.writes() == []


LAST: dict[str, tuple[str, str, dict[str, Any]]] = {
    "removed from the role": ("root", "scim_group", {"display_name": BUILT_IN, "users": {"remove": [login("root")]}}),
    "left out of the role": ("root", "scim_group", {"display_name": BUILT_IN, "users": {"set": []}}),
    "replaced by an idle user": ("root", "scim_group", {"display_name": BUILT_IN, "users": {"set": [login("idle")]}}),
    "its group removed": ("crew", "scim_group", {"display_name": BUILT_IN, "groups": {"remove": ["crew"]}}),
    "removed from its group": ("crew", "scim_group", {"display_name": "crew", "users": {"set": []}}),
    "its group deleted": ("crew", "scim_group", {"display_name": "crew", "state": "absent"}),
    "deleted": ("root", "scim_user", {"user_name": login("root"), "state": "absent"}),
    "deactivated": ("crew", "scim_user", {"user_name": login("root"), "active": False}),
    "removed by the administrator": ("root", "identity_role", {"name": BUILT_IN, "users": {"set": []}}),
    "its group emptied by the administrator": ("crew", "identity_role", {"name": "crew", "users": {"set": []}}),
    "its group deleted by the administrator": ("crew", "identity_role", {"name": "crew", "state": "absent"}),
    "deleted by the administrator": ("crew", "identity_user", {"user_name": login("root"), "state": "absent"}),
    "deactivated by the administrator": ("root", "identity_user", {"user_name": login("root"), "active": False}),
}


@pytest.mark.parametrize("task", LAST.values(), ids=LAST)
def test_somebody_who_can_log_in_stays_in_a_built_in_role(
    tenant: Tenant, run: Run, task: tuple[str, str, dict[str, Any]]
) -> None:
    member, module, options = task
    people(tenant)
    member = member if member == "crew" else login(member)
    change_members(tenant, BUILT_IN, "add", member, login("idle"))
    for check in (True, False):
        refused(tenant, run(module, check=check, **options), "a built-in role would lose its last member")
    change_members(tenant, BUILT_IN, "add", "others")
    assert good(run(module, **options))["changed"]


@pytest.mark.parametrize("module", ["scim_group", "identity_role"])
def test_the_last_member_stays_although_it_cannot_log_in(tenant: Tenant, run: Run, module: str) -> None:
    """An administrator may activate it again."""
    people(tenant)
    change_members(tenant, BUILT_IN, "add", login("idle"))
    name = {"scim_group": "display_name", "identity_role": "name"}[module]
    result = run(module, **{name: BUILT_IN, "users": {"remove": [login("idle")]}})
    refused(tenant, result, "a built-in role would lose its last member: ")


@pytest.mark.parametrize("lists", ["omitted", "users_only"])
def test_members_that_lists_leave_out_count(tenant: Tenant, run: Run, lists: str) -> None:
    people(tenant)
    change_members(tenant, BUILT_IN, "add", "crew")
    tenant.switch(list_members=lists)
    result = run("scim_user", user_name=login("root"), state="absent")
    refused(tenant, result, f"last member that can log in: {BUILT_IN}")


def own_groups(tenant: Tenant) -> None:
    """Put the role of the service user into a second role."""
    tenant.seed(groups=[{"displayName": "outer"}])
    change_members(tenant, "outer", "add", ROLE)
    tenant.seed_user(userName=login("other"))


def own_user(tenant: Tenant, module: str) -> str:
    return str(tenant.connection_for(module)["client_id"])


OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "its membership": ("scim_group", {"display_name": ROLE, "users": {"set": []}}),
    "its role": ("scim_group", {"display_name": ROLE, "state": "absent"}),
    "a role through its role": ("scim_group", {"display_name": "outer", "groups": {"remove": [ROLE]}}),
    "the role around its role": ("scim_group", {"display_name": "outer", "state": "absent"}),
    "its user": ("scim_user", {"state": "absent"}),
    "its activity": ("scim_user", {"active": False}),
    "its name": ("scim_user", {"id": "own", "user_name": login("renamed")}),
    "the administrator's membership": (
        "identity_role",
        {"name": "System Administrator", "users": {"set": [login("other")]}},
    ),
    "the administrator's rights": ("identity_role", {"name": "helpers", "administrative_rights": {"set": []}}),
    "the administrator's role": ("identity_role", {"name": "helpers", "state": "absent"}),
    "the administrator": ("identity_user", {"state": "absent"}),
    "the administrator's activity": ("identity_user", {"active": False}),
    "the administrator's client": ("identity_user", {"oauth_client": False}),
    "the administrator's name": ("identity_user", {"id": "own", "user_name": login("renamed")}),
}


@pytest.mark.parametrize("task", OWN.values(), ids=OWN)
def test_who_runs_the_task_keeps_its_access(tenant: Tenant, run: Run, task: tuple[str, dict[str, Any]]) -> None:
    module, options = task
    own_groups(tenant)
    name = own_user(tenant, module)
    tenant.seed(groups=[{"displayName": "helpers", "rights": ["User Management"], "members": [name]}])
    if module.endswith("_user"):
        key = {"id": tenant.user(name)["id"]} if options.get("id") else {"user_name": name}
        options = {**options, **key}
    tenant.forget_requests()
    for check in (True, False):
        refused(tenant, run(module, check=check, **options), "the user that runs the task would lose its own access")


@pytest.mark.parametrize("task", OWN.values(), ids=OWN)
def test_a_token_alone_tells_whose_access_it_is(tenant: Tenant, run: Run, task: tuple[str, dict[str, Any]]) -> None:
    """With an opaque token, changes that could concern its user are refused."""
    module, options = task
    if module.startswith("identity_"):
        return
    for token_type, words in (("jwt", "would lose its own access"), ("opaque", "it is not known whether")):
        tenant.reset()
        own_groups(tenant)
        tenant.switch(token_type=token_type)
        name = own_user(tenant, module)
        if module == "scim_user":
            key = {"id": tenant.user(name)["id"]} if options.get("id") else {"user_name": name}
            options = {**options, **key}
        token = run("scim_token", _ansible_no_log=True)["access_token"]
        tenant.forget_requests()
        alone = {"client_id": None, "client_secret": None, "access_token": token}
        refused(tenant, run(module, **options, **alone), words)


GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "a member added": ("scim_group", {"display_name": "elsewhere", "users": {"add": [login("idle")]}}),
    "a group created": ("scim_group", {"display_name": "new", "users": {"set": [login("idle")]}}),
    "a user changed": ("scim_user", {"user_name": login("root"), "display_name": "New"}),
    "a user activated": ("scim_user", {"user_name": login("idle"), "active": True}),
    "an idle user deleted": ("scim_user", {"user_name": login("idle"), "state": "absent"}),
    "an empty group deleted": ("scim_group", {"display_name": "empty", "state": "absent"}),
    "a role with a new member": ("identity_role", {"name": "elsewhere", "users": {"add": [login("idle")]}}),
    "an idle user deleted by the administrator": ("identity_user", {"user_name": login("idle"), "state": "absent"}),
}


def asked(tenant: Tenant) -> list[str]:
    """Return the requests about the built-in roles, and for the names of all groups."""
    paths = [f"{seen['path']} {seen.get('query', '')} {seen.get('body', '')}" for seen in tenant.requests()]
    return [path for path in paths if "sysadmin" in path or "attributes=displayName" in path]


@pytest.mark.parametrize("task", GIVEN.values(), ids=GIVEN)
def test_no_request_is_sent_if_nobody_loses_access(tenant: Tenant, run: Run, task: tuple[str, dict[str, Any]]) -> None:
    module, options = task
    people(tenant)
    tenant.seed(groups=[{"displayName": "empty"}])
    tenant.forget_requests()
    assert good(run(module, **options))["changed"]
    assert asked(tenant) == []


def test_a_group_that_keeps_somebody_costs_two_requests(tenant: Tenant, run: Run) -> None:
    """One for the user that runs the task, one for a member who stays."""
    people(tenant)
    tenant.forget_requests()
    good(run("scim_group", display_name="elsewhere", users={"remove": [login("root")]}))
    paths = [f"{seen['method']} {seen['path'].rpartition('/')[2]}" for seen in tenant.requests()]
    users = tenant.resources("Users")
    kept = [user["id"] for user in users if user["userName"] in (login("other"), own_user(tenant, "scim_group"))]
    assert sorted(path for path in paths if path[4:] in [user["id"] for user in users]) == sorted(
        f"GET {identifier}" for identifier in kept
    )


def test_a_user_that_is_deactivated_costs_what_reading_the_built_in_roles_takes(tenant: Tenant, run: Run) -> None:
    people(tenant)
    tenant.forget_requests()
    good(run("scim_user", user_name=login("other"), active=False))
    # The user and the write; the groups, which end with a page without news; three roles, and one of their members.
    assert len(tenant.requests()) - tenant.tokens() == 8


def test_a_user_that_may_not_see_roles_gets_a_warning(tenant: Tenant, run: Run) -> None:
    people(tenant)
    tenant.switch(granted_rights=["UserManagement"])
    result = good(run("scim_user", user_name=login("other"), state="absent"))
    assert result["changed"]
    assert any("It was not checked whether a built-in role loses its last member" in text for text in result.warnings)


def test_an_administrator_of_users_gets_a_warning_about_roles(tenant: Tenant, run: Run) -> None:
    people(tenant)
    limited = tenant.seed_administrator("User Management")
    result = good(run("identity_user", user_name=login("other"), state="absent", **limited))
    assert result["changed"]
    assert any("It was not checked whether a built-in role loses its last member" in text for text in result.warnings)
