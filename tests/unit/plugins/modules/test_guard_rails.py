# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loss of access: memberships and rights count, protected relations stay, and the calling user keeps its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import Task, make_plan
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan_rows import action_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import USER
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import apply, done, good

Run = Callable[..., Result]
ROLE = "SCIM client"


def login(name: str) -> str:
    return f"{name}@example.com"


def staff(tenant: Tenant, groups: int = 3, members: int = 40) -> list[str]:
    """Create groups with the same members, and return their login names."""
    names = [login(f"user{number:03}") for number in range(members)]
    tenant.seed(
        users=[{"userName": name, "displayName": f"Person {name[4:7]}"} for name in names],
        groups=[{"displayName": f"dept{number}", "members": names} for number in range(groups)],
    )
    tenant.forget_requests()
    return names


def refused(tenant: Tenant, result: Result, *words: str) -> None:
    assert result.code == "guard_rail", result.output
    for word in words:
        assert word in result["msg"], result["msg"]
    assert tenant.writes() == []


def token_alone(run: Run) -> dict[str, Any]:
    token = run("scim_token", _ansible_no_log=True)["access_token"]
    return {"client_id": None, "client_secret": None, "access_token": token}


# -- How much access may be taken away ------------------------------------------


@pytest.mark.parametrize("check", [True, False])
def test_emptied_groups_are_refused_without_being_asked(tenant: Tenant, run: Run, check: bool) -> None:
    staff(tenant)
    groups = [{"display_name": f"dept{number}", "users": {"set": []}} for number in range(3)]
    result = apply(run, check=check, groups=groups, max_removals="0")
    words = "max_access_removals allows 100 memberships and rights to be taken away, and 120 would be"
    refused(tenant, result, words, "group 'dept0' (all 40 users)", "group 'dept2' (all 40 users)")
    assert any("dept1" in text for text in result.warnings)


def test_groups_are_named_in_the_order_of_their_numbers(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=[{"userName": login(name)} for name in "ab"])
    people = [login("a"), login("b")]
    names = [f"{kind}{number}" for kind in ("empty", "team") for number in (10, 2, 1)]
    tenant.seed(groups=[{"displayName": name, "members": people} for name in names])
    left = {name: [] if name.startswith("empty") else people[:1] for name in names}
    groups = [{"display_name": name, "users": {"set": kept}} for name, kept in left.items()]
    result = apply(run, groups=groups, max_access_removals="1")
    empty = ", ".join(f"group 'empty{number}' (all 2 users)" for number in (1, 2, 10))
    others = ", ".join(f"group 'team{number}' (1 users)" for number in (1, 2, 10))
    assert f"and 9 would be: {empty}, {others}. Check" in result["msg"]
    assert result.warnings == [f"Lists that come out empty: {empty}"]


def test_truncated_lists_are_refused_and_the_groups_named(tenant: Tenant, run: Run) -> None:
    names = staff(tenant)
    groups = [{"display_name": f"dept{number}", "users": {"set": names[:1]}} for number in range(3)]
    refused(tenant, apply(run, groups=groups), "and 117 would be", "group 'dept1' (39 users)")


def test_ordinary_changes_pass_and_empty_lists_are_named(tenant: Tenant, run: Run) -> None:
    names = staff(tenant, members=4)
    groups = [
        {"display_name": "dept0", "users": {"set": []}},
        {"display_name": "dept1", "users": {"remove": names[:1]}},
    ]
    result = good(apply(run, groups=groups))
    assert result["emptied"] == ["group 'dept0' (all 4 users)"]
    assert {action["name"]: action["access_removed"] for action in result["actions"]} == {"dept0": 4, "dept1": 1}
    assert result.warnings == ["Lists that come out empty: group 'dept0' (all 4 users)"]


@pytest.mark.parametrize(("limit", "allowed"), [("4", True), ("3", False), ("25%", True), ("24.9%", False)])
def test_limits_of_memberships(tenant: Tenant, run: Run, limit: str, allowed: bool) -> None:
    """A percentage refers to all memberships: 16 with those of the built-in role and of the service user."""
    tenant.seed(users=[{"userName": login(name)} for name in "abcdefg"])
    people = [login(name) for name in "abcdefg"]
    tenant.seed(groups=[{"displayName": "one", "members": people}, {"displayName": "two", "members": people}])
    there = sum(len(group.get("members", ())) for group in tenant.resources("Groups"))
    assert there == 16
    tenant.forget_requests()
    result = apply(run, groups=[{"display_name": "one", "users": {"set": people[:3]}}], max_access_removals=limit)
    if allowed:
        assert good(result)["changed"] is True
    else:
        refused(tenant, result, "group 'one' (4 users)")


@pytest.mark.parametrize("way", ["absent", "prune"])
def test_a_deleted_group_counts_with_its_members(tenant: Tenant, run: Run, way: str) -> None:
    staff(tenant, groups=1, members=5)
    tenant.seed(groups=[{"displayName": "kept"}])
    task: dict[str, Any] = {"groups": [{"display_name": "dept0", "state": "absent"}]}
    if way == "prune":
        task = {"groups": [{"display_name": "kept"}], "prune": ["groups"]}
    refused(tenant, apply(run, **task, max_access_removals="4"), "group 'dept0' (5 members)")
    good(apply(run, **task, max_access_removals="5"))


SOME_RIGHTS = ["useAccounts", "listAccounts", "retrieveAccounts"]


def safe_of(tenant: Tenant, *members: str, name: str = "APP") -> None:
    """Create a safe with permissions of three rights each."""
    tenant.seed(users=[{"userName": login(member)} for member in members], containers=[{"name": name}])
    tenant.seed(permissions=[{"container": name, "user": login(who), "rights": SOME_RIGHTS} for who in members])
    tenant.forget_requests()


RIGHTS_TAKEN: dict[str, tuple[dict[str, Any], int]] = {
    "single rights": (
        {
            "container_permissions": [
                {"container": "APP", "user": login(who), "rights": {"set": ["listAccounts"]}} for who in "ab"
            ]
        },
        4,
    ),
    "permissions": (
        {"container_permissions": [{"container": "APP", "user": login(who), "state": "absent"} for who in "ab"]},
        6,
    ),
    "pruned permissions": (
        {
            "container_permissions": [{"container": "APP", "user": login("a"), "rights": {"set": SOME_RIGHTS}}],
            "prune": ["container_permissions"],
        },
        3,
    ),
    "the safe": ({"containers": [{"name": "APP", "state": "absent"}]}, 6),
    "the safe and a permission": (
        {
            "containers": [{"name": "APP", "state": "absent"}],
            "container_permissions": [{"container": "APP", "user": login("a"), "state": "absent"}],
        },
        6,
    ),
}


@pytest.mark.parametrize(("task", "taken"), RIGHTS_TAKEN.values(), ids=RIGHTS_TAKEN)
def test_rights_on_safes_count(tenant: Tenant, run: Run, task: dict[str, Any], taken: int) -> None:
    safe_of(tenant, "a", "b")
    result = apply(run, **task, max_access_removals=str(taken - 1))
    refused(tenant, result, f"and {taken} would be", f"container 'APP' ({taken} rights)")
    good(apply(run, **task, max_access_removals=str(taken)))


def test_a_percentage_of_rights_is_of_all_that_exist(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a", "b")
    permissions = [{"container": "APP", "user": login("a"), "state": "absent"}]
    there = sum(len(permission["rights"]) for permission in tenant.resources("ContainerPermissions"))
    tenant.forget_requests()
    result = apply(run, container_permissions=permissions, max_access_removals="1%")
    refused(tenant, result, f"1% of {there} rights, which is 0,")


PAST, FUTURE = "2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z"


@pytest.mark.parametrize("more", [{}, {"rights": {"add": ["viewAuditLog"]}}], ids=["alone", "with rights"])
def test_an_end_in_the_past_takes_all_rights_away(tenant: Tenant, run: Run, more: dict[str, Any]) -> None:
    safe_of(tenant, "a")
    ended = [{"container": "APP", "user": login("a"), "membership_expiration": PAST, **more}]
    refused(tenant, apply(run, container_permissions=ended, max_access_removals="2"), "container 'APP' (all 3 rights)")
    for name in (login("a"), "APP"):
        refused(tenant, apply(run, container_permissions=ended, protected=[name]), "'a@example.com' of container 'APP'")
    result = good(apply(run, container_permissions=ended))
    assert result["emptied"] == ["container 'APP' (all 3 rights)"]
    assert any(PAST in text and "is over" in text for text in result.warnings)
    # An expired permission has nothing left to lose.
    ended[0]["membership_expiration"] = "2019-01-01"
    good(apply(run, container_permissions=ended, max_access_removals="0"))


def test_a_planned_end_is_no_loss(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a")
    for end in ("2036-01-01", FUTURE, ""):
        permissions = [{"container": "APP", "user": login("a"), "membership_expiration": end}]
        result = good(apply(run, container_permissions=permissions, max_access_removals="0", protected=["APP"]))
        assert (result["changed"], result.warnings) == (True, [])


def test_the_own_permission_is_not_ended(tenant: Tenant, run: Run) -> None:
    own_permission(tenant, run)
    ended = [{"container": "APP", "user": tenant.info["client_id"], "membership_expiration": PAST}]
    refused(tenant, apply(run, container_permissions=ended), "the user that runs the task would lose its own access")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("who", ["a", "b"], ids=["existing", "new"])
def test_a_task_for_one_permission_tells_of_an_end_in_the_past(tenant: Tenant, run: Run, who: str, check: bool) -> None:
    safe_of(tenant, "a")
    tenant.seed_user(userName=login("b"))
    task = {"container": "APP", "user": login(who), "rights_preset": "full", "membership_expiration": PAST}
    text = f"The membership_expiration {PAST} of container_permission 'APP / {login(who)}' is over: it gives no access"
    result = good(run("scim_pam_object", check=check, kind="container_permission", **task))
    assert result.warnings == [text]
    if check:
        assert text in good(apply(run, check=True, container_permissions=[task])).warnings
    else:
        assert good(run("scim_pam_object", kind="container_permission", **task)).warnings == []


def test_invalid_limit_is_refused(tenant: Tenant, run: Run) -> None:
    result = apply(run, users=[], max_access_removals="lots")
    assert (result.code, "max_access_removals 'lots'" in result["msg"]) == ("invalid", True)


# -- Protected objects ----------------------------------------------------------


@pytest.mark.parametrize("shown", ["key", "name", "omitted"])
@pytest.mark.parametrize("name", ["user00?@*", "dept0"])
def test_a_list_takes_nothing_from_the_protected(tenant: Tenant, run: Run, name: str, shown: str) -> None:
    """A protected user stays in its groups and a protected group keeps its members, however members are shown."""
    names = staff(tenant, groups=1, members=3)
    tenant.switch(member_display=shown)
    tenant.forget_requests()
    group = {"display_name": "dept0", "users": {"set": names[:2]}}
    refused(tenant, apply(run, groups=[group], protected=[name]), "protected objects would lose", "of group 'dept0'")
    refused(
        tenant,
        apply(run, groups=[{"display_name": "dept0", "state": "absent"}], protected=["user00?@*"]),
        "protected objects would lose",
    )
    good(apply(run, groups=[group], protected=["user000*"]))


@pytest.mark.parametrize("name", ["a@example.com", "App"])
@pytest.mark.parametrize("change", [{"rights": {"remove": ["useAccounts"]}}, {"state": "absent"}], ids=str)
def test_the_protected_lose_no_right_on_a_safe(tenant: Tenant, run: Run, name: str, change: dict[str, Any]) -> None:
    safe_of(tenant, "a", "b")
    tenant.switch(member_display="name")
    permissions = [{"container": "APP", "user": login("a"), **change}]
    refused(tenant, apply(run, container_permissions=permissions, protected=[name]), "protected ")
    good(apply(run, container_permissions=permissions, protected=["b@*"]))


def test_a_safe_stays_while_a_protected_user_is_on_it(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a", "b")
    gone = [{"name": "APP", "state": "absent"}]
    refused(tenant, apply(run, containers=gone, protected=["b@*"]), "'b@example.com' of container 'APP'")


def test_a_nested_group_that_is_protected_stays_in_its_group(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "inner"}])
    good(apply(run, groups=[{"display_name": "outer", "groups": {"set": ["inner"]}}]))
    tenant.forget_requests()
    result = apply(run, groups=[{"display_name": "outer", "groups": {"set": []}}], protected=["inner"])
    refused(tenant, result, "'inner' of group 'outer'")


ALONG: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "user": ({"users": [{"user_name": login("a"), "state": "absent"}]}, ("a@example.com", "group 'bg-grp'")),
    "pruned user": (
        {"users": [{"user_name": login("kept")}], "prune": ["users"], "prune_users": "delete"},
        ("a@example.com", "group 'bg-grp'"),
    ),
    "nested group": ({"groups": [{"display_name": "inner", "state": "absent"}]}, ("inner", "group 'bg-grp'")),
    "user on a safe": ({"users": [{"user_name": login("b"), "state": "absent"}]}, ("b@example.com", "container 'BG'")),
    "group on a safe": ({"groups": [{"display_name": "crew", "state": "absent"}]}, ("crew", "container 'BG'")),
}


@pytest.mark.parametrize("switches", [{}, {"list_members": "omitted", "member_display": "omitted"}], ids=str)
@pytest.mark.parametrize(("task", "words"), ALONG.values(), ids=ALONG)
def test_a_protected_group_or_safe_keeps_members_that_would_be_deleted(
    tenant: Tenant, run: Run, task: dict[str, Any], words: tuple[str, str], switches: dict[str, Any]
) -> None:
    safe_of(tenant, "b", name="BG")
    tenant.seed(users=[{"userName": login(name), "active": True} for name in ("a", "kept")])
    tenant.seed(groups=[{"displayName": "inner"}, {"displayName": "crew"}])
    tenant.seed(permissions=[{"container": "BG", "group": "crew", "rights": SOME_RIGHTS}])
    group = {"display_name": "bg-grp", "users": {"set": [login("a")]}, "groups": {"set": ["inner"]}}
    good(apply(run, groups=[group]))
    tenant.switch(**switches)
    tenant.forget_requests()
    limits = {"max_removals": "100%", "max_access_removals": "100%"}
    keep = ["admin-service$*"]  # the last member of System Administrator
    result = apply(run, **task, protected=[*keep, "bg-grp", "b?"], **limits)
    refused(tenant, result, "protected objects would lose memberships or rights", *words)
    good(apply(run, **task, protected=[*keep, "other*"], **limits))


def test_a_deactivated_user_stays_in_a_protected_group(tenant: Tenant, run: Run) -> None:
    names = staff(tenant, groups=1, members=2)
    good(apply(run, users=[{"user_name": names[0], "active": False}], protected=["dept0"]))


PROTECTED_CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "the name of a user": ({"users": [{"user_name": login("other")}]}, "user_name of user 'a@example.com'"),
    "the password": (
        {"users": [{"user_name": login("a"), "password": "Another-pass-1", "update_password": "always"}]},
        "password of user 'a@example.com'",
    ),
    "the name of a group": ({"groups": [{"display_name": "other"}]}, "display_name of group 'a-group'"),
    "the name of an account": ({"privileged_data": [{"container": "APP", "name": "other"}]}, "'APP / a-root'"),
}


@pytest.mark.parametrize(("task", "words"), PROTECTED_CHANGED.values(), ids=PROTECTED_CHANGED)
def test_the_protected_keep_their_names_and_passwords(
    tenant: Tenant, run: Run, task: dict[str, Any], words: str
) -> None:
    safe_of(tenant, "a")
    made = tenant.seed(groups=[{"displayName": "a-group"}], accounts=[{"container": "APP", "name": "a-root"}])
    (account,) = [each["id"] for each in tenant.resources("PrivilegedData")]
    ids = {"users": tenant.user(login("a"))["id"], "groups": made["groups"][0], "privileged_data": account}
    ((kind, (entry,)),) = task.items()
    tenant.forget_requests()
    changed = {kind: [{"id": ids[kind], **entry}]}
    refused(tenant, apply(run, **changed, protected=["a@*", "A-*"]), "would get another name or password", words)
    good(apply(run, **changed, protected=["b*"]))


def test_other_changes_of_the_protected_pass(tenant: Tenant, run: Run) -> None:
    """A password that is written only on creation is no change."""
    safe_of(tenant, "a")
    users = [{"user_name": "A@example.com", "display_name": "Ada", "password": "Another-pass-1"}]
    assert good(apply(run, users=users, protected=["a@*"]))["changed"] is True


@pytest.mark.parametrize("protected", [" svc-* ", ["svc-1@example.com", " SVC-* "], "x@example.com, svc-*"], ids=str)
def test_blanks_and_commas_take_no_protection_away(tenant: Tenant, run: Run, protected: Any) -> None:
    tenant.seed_user(userName="svc-1@example.com")
    tenant.forget_requests()
    users = [{"user_name": "svc-1@example.com", "state": "absent"}]
    refused(tenant, apply(run, users=users, protected=protected), "svc-1@example.com")


def test_blanks_within_a_protected_name_do_not_matter(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "break  glass"}])
    tenant.forget_requests()
    group = {"display_name": "break  glass", "state": "absent"}
    refused(tenant, apply(run, groups=[group], protected=["break glass"]), "break  glass")


@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2012\u2013\u2212")
def test_hyphens_that_look_alike_protect_alike(tenant: Tenant, run: Run, hyphen: str) -> None:
    name = f"db{hyphen}admins"
    tenant.seed(groups=[{"displayName": name}])
    tenant.forget_requests()
    group = {"display_name": name, "state": "absent"}
    refused(tenant, apply(run, groups=[group], protected=["db-admins"]), "admins")


def test_brackets_in_patterns_are_literal(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "app [prod] 1"}, {"displayName": "app p"}])
    tenant.forget_requests()
    for name, protected in (("app [prod] 1", True), ("app p", False)):
        result = apply(run, groups=[{"display_name": name, "state": "absent"}], protected=["app [prod]*"])
        assert (result.code == "guard_rail") is protected, result.output


@pytest.mark.parametrize("protected", ["", [" "], ["a", ""]], ids=str)
def test_an_empty_protected_name_is_refused(tenant: Tenant, run: Run, protected: Any) -> None:
    result = apply(run, users=[], protected=protected)
    assert (result.code, "protected holds an empty name" in result["msg"]) == ("invalid", True)


def test_a_protected_name_that_nothing_has_is_told(tenant: Tenant, run: Run) -> None:
    """The warning covers all kinds, also those without entries in the task; with fail, nothing is written."""
    tenant.seed(containers=[{"name": "SAFE"}], accounts=[{"container": "SAFE", "name": "root"}])
    tenant.seed_user(userName="ada@example.com")
    tenant.forget_requests()
    users = [{"user_name": "ada@example.com", "state": "absent"}]
    protected = ["safe", "ROOT", "system*", "brake-glass*", "?"]
    result = apply(run, users=users, protected=protected, protected_unmatched="fail")
    refused(tenant, result, "protected: the service user sees no object with the name 'brake-glass*', '?'")
    warned = good(apply(run, users=users, protected=protected)).warnings
    assert warned == ["protected: the service user sees no object with the name 'brake-glass*', '?'"]


def test_a_member_of_a_safe_that_scim_does_not_list_can_be_protected(tenant: Tenant, run: Run) -> None:
    tenant.seed(containers=[{"name": "APP"}])
    member = {"container": "APP", "group": "AD-DB-Admins", "searchIn": "corp.example.com", "rights": ["listAccounts"]}
    tenant.seed(permissions=[member])
    tenant.seed_user(userName=login("ada"))
    users = [{"user_name": login("ada"), "state": "absent"}]
    result = good(apply(run, users=users, protected=["ad-db*"], protected_unmatched="fail"))
    assert result.warnings == []


def test_names_that_protect_nothing_do_not_matter_when_nothing_is_lost(tenant: Tenant, run: Run) -> None:
    result = good(apply(run, groups=[{"display_name": "new"}], protected=["nobody"], protected_unmatched="fail"))
    assert result.warnings == []


# -- Built-in roles and the user that runs the task -----------------------------


def test_the_last_member_of_a_built_in_role_stays(tenant: Tenant, run: Run) -> None:
    group = {"display_name": "System Administrator", "users": {"set": []}}
    result = apply(run, groups=[group], max_access_removals="100%")
    refused(tenant, result, "a built-in role would lose its last member: group 'System Administrator' (all 1 users)")
    tenant.seed_user(userName="ada@example.com")
    good(apply(run, groups=[{**group, "users": {"set": ["ada@example.com"]}}]))


LAST_GONE: dict[str, dict[str, Any]] = {
    "deleted": {"users": [{"user_name": login("root"), "state": "absent"}]},
    "deactivated": {"users": [{"user_name": login("root"), "active": False}]},
    "pruned": {"users": [{"user_name": login("kept")}], "prune": ["users"]},
    "pruned and deleted": {"users": [{"user_name": login("kept")}], "prune": ["users"], "prune_users": "delete"},
}


@pytest.mark.parametrize(("check", "lists"), [(True, "full"), (False, "omitted")])
@pytest.mark.parametrize("task", LAST_GONE.values(), ids=LAST_GONE)
def test_the_last_member_of_a_built_in_role_is_not_removed(
    tenant: Tenant, run: Run, task: dict[str, Any], check: bool, lists: str
) -> None:
    tenant.seed(users=[{"userName": login(name), "active": True} for name in ("root", "kept", "away")])
    role = {"display_name": "System Administrator", "users": {"set": [login("root")]}}
    good(apply(run, groups=[role], max_access_removals="100%"))
    tenant.switch(list_members=lists)
    tenant.forget_requests()
    limits = {"max_removals": "100%", "max_access_removals": "100%"}
    words = "a built-in role would lose its last member that can log in: System Administrator"
    refused(tenant, apply(run, check=check, **task, **limits), words)
    # A member who cannot log in does not count as remaining; one whom the same task adds does.
    users = [{"user_name": login("away"), "active": False}]
    good(apply(run, groups=[{**role, "users": {"add": [login("away")]}}]))
    good(apply(run, users=users))
    tenant.forget_requests()
    refused(tenant, apply(run, check=check, **task, **limits), words)
    role = {**role, "users": {"add": [login("kept")]}}
    good(apply(run, check=check, **task, groups=[role], **limits))


ROLE_LOST: dict[str, tuple[dict[str, Any], bool]] = {
    "a member who is deactivated in the same task": (
        {"users": {"set": [login("away")]}, "also": {"users": [{"user_name": login("away"), "active": False}]}},
        False,
    ),
    "a new user who cannot log in": (
        {"users": {"set": [login("new")]}, "also": {"users": [{"user_name": login("new"), "active": False}]}},
        False,
    ),
    "a new user": ({"users": {"set": [login("New")]}, "also": {"users": [{"user_name": login("new")}]}}, True),
    "an activated user": (
        {"users": {"set": [login("idle")]}, "also": {"users": [{"user_name": login("idle"), "active": True}]}},
        True,
    ),
    "an empty group": ({"users": {"set": []}, "groups": {"add": ["empty"]}}, False),
    "a group of those who cannot log in": ({"users": {"set": []}, "groups": {"add": ["idlers"]}}, False),
    "a group with members": ({"users": {"set": []}, "groups": {"add": ["crew"]}}, True),
    "a group that is emptied": (
        {
            "users": {"set": []},
            "groups": {"add": ["crew"]},
            "also": {"groups": [{"display_name": "crew", "users": {"set": []}}]},
        },
        False,
    ),
}


@pytest.mark.parametrize(("task", "allowed"), ROLE_LOST.values(), ids=ROLE_LOST)
def test_somebody_who_can_log_in_is_left_in_a_built_in_role(
    tenant: Tenant, run: Run, task: dict[str, Any], allowed: bool
) -> None:
    people = {"root": True, "away": True, "idle": False}
    tenant.seed(users=[{"userName": login(name), "active": active} for name, active in people.items()])
    tenant.seed(
        groups=[
            {"displayName": "empty"},
            {"displayName": "crew", "members": [login("away")]},
            {"displayName": "idlers", "members": [login("idle")]},
        ]
    )
    role: dict[str, Any] = {"display_name": "System Administrator"}
    good(apply(run, groups=[{**role, "users": {"set": [login("root")]}}], max_access_removals="100%"))
    tenant.forget_requests()
    options = {option: value for option, value in task.items() if option != "also"}
    also = task.get("also", {})
    groups = [{**role, **options}, *also.get("groups", ())]
    result = apply(run, groups=groups, users=also.get("users"), max_access_removals="100%")
    if allowed:
        good(result)
    else:
        refused(tenant, result, "a built-in role would lose its last member that can log in: System Administrator")


def own_groups(tenant: Tenant) -> None:
    """Put the role of the service user into a second role, and that into a third."""
    tenant.seed(groups=[{"displayName": "middle"}, {"displayName": "outer"}, {"displayName": "other"}])
    ids = {group["displayName"]: group["id"] for group in tenant.resources("Groups")}
    for group, member in (("middle", ROLE), ("outer", "middle")):
        operation = {"op": "add", "path": "members", "value": [{"value": ids[member], "type": "Group"}]}
        patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
        tenant.scim("PATCH", f"Groups/{ids[group]}", {"schemas": [patch], "Operations": [operation]})
    tenant.forget_requests()


OWN_LOST: dict[str, list[dict[str, Any]]] = {
    "its membership": [{"display_name": ROLE, "users": {"set": []}}],
    "its role": [{"display_name": ROLE, "state": "absent"}],
    "the name of its role": [{"display_name": "outer", "state": "absent"}],
    "a role through others": [{"display_name": "middle", "state": "absent"}],
    "the membership of its role": [{"display_name": "outer", "groups": {"remove": ["middle"]}}],
}


@pytest.mark.parametrize("known", ["client_id", "client_id and opaque tokens", "token"])
@pytest.mark.parametrize(
    "switches",
    [{}, {"list_service_users": False, "member_display": "omitted"}, {"member_display": "name"}],
    ids=str,
)
@pytest.mark.parametrize("groups", OWN_LOST.values(), ids=OWN_LOST)
def test_the_user_that_runs_the_task_keeps_its_roles(
    tenant: Tenant, run: Run, groups: list[dict[str, Any]], switches: dict[str, Any], known: str
) -> None:
    own_groups(tenant)
    tenant.switch(**switches, token_type="opaque" if "opaque" in known else "jwt")
    how = token_alone(run) if known == "token" else {}
    tenant.forget_requests()
    refused(tenant, apply(run, groups=groups, **how), "the user that runs the task")


@pytest.mark.parametrize("switches", [{}, {"list_service_users": False, "member_display": "omitted"}], ids=str)
def test_prune_spares_roles_that_are_reached_through_others(tenant: Tenant, run: Run, switches: dict[str, Any]) -> None:
    own_groups(tenant)
    tenant.switch(**switches)
    result = good(apply(run, groups=[{"display_name": "new"}], prune=["groups"]))
    assert done(result) == {"new": "create", "other": "delete"}


OWN_CHANGED: dict[str, dict[str, Any]] = {
    "its name": {"users": [{"user_name": "renamed@example.com"}]},
    "its password": {"users": [{"password": "Another-pass-1", "update_password": "always"}]},
}


@pytest.mark.parametrize("task", OWN_CHANGED.values(), ids=OWN_CHANGED)
def test_the_user_that_runs_the_task_keeps_its_name_and_password(
    tenant: Tenant, run: Run, task: dict[str, Any]
) -> None:
    own = tenant.user(tenant.info["client_id"])["id"]
    tenant.forget_requests()
    refused(tenant, apply(run, users=[{"id": own, **task["users"][0]}]), "would be changed")


def test_the_role_of_the_user_that_runs_the_task_keeps_its_name(tenant: Tenant, run: Run) -> None:
    (role,) = [group["id"] for group in tenant.resources("Groups") if group["displayName"] == ROLE]
    tenant.forget_requests()
    refused(tenant, apply(run, groups=[{"id": role, "display_name": "Renamed"}]), "display_name of group")


def own_permission(tenant: Tenant, run: Run) -> None:
    """Create a safe as the service user, which makes it a member with every right."""
    good(run("scim_pam_object", kind="container", name="APP"))
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(permissions=[{"container": "APP", "user": login("ada"), "rights": ["listAccounts"]}])
    tenant.forget_requests()


@pytest.mark.parametrize("change", [{"state": "absent"}, {"rights": {"set": ["listAccounts"]}}], ids=str)
def test_the_user_that_runs_the_task_keeps_its_permissions(tenant: Tenant, run: Run, change: dict[str, Any]) -> None:
    own_permission(tenant, run)
    permissions = [{"container": "APP", "user": tenant.info["client_id"].upper(), **change}]
    refused(tenant, apply(run, container_permissions=permissions), "the user that runs the task")
    good(apply(run, containers=[{"name": "APP", "state": "absent"}]))


@pytest.mark.parametrize("shown", ["key", "name", "omitted"])
def test_prune_spares_the_own_permission_however_it_is_shown(tenant: Tenant, run: Run, shown: str) -> None:
    own_permission(tenant, run)
    tenant.seed_user(userName="alan@example.com")
    tenant.seed(permissions=[{"container": "APP", "user": login("alan"), "rights": ["listAccounts"]}])
    tenant.switch(member_display=shown)
    kept = {"container": "APP", "user": login("ada"), "rights": {"set": ["listAccounts"]}}
    result = good(apply(run, container_permissions=[kept], prune=["container_permissions"]))
    assert result["summary"]["container_permissions"] == {"delete": 1, "unchanged": 1}


def test_a_group_that_may_not_be_read_could_hold_the_user_that_runs_the_task(tenant: Tenant, run: Run) -> None:
    (crew,) = tenant.seed(groups=[{"displayName": "crew"}])["groups"]
    tenant.seed(
        containers=[{"name": "APP"}], permissions=[{"container": "APP", "group": "crew", "rights": ["manageSafe"]}]
    )
    gone = {"container_permissions": [{"container": "APP", "group": "crew", "state": "absent"}]}
    tenant.fault(method="GET", path=f"/Groups/{crew}", status=403)
    tenant.forget_requests()
    refused(tenant, apply(run, **gone), "not known whether this concerns the user that runs the task")
    good(apply(run, **gone))


UNKNOWN: dict[str, dict[str, Any]] = {
    "users": {"users": [{"user_name": login("ada"), "state": "absent"}]},
    "deactivated users": {"users": [{"user_name": login("ada"), "active": False}]},
    "renamed users": {"users": [{"user_name": login("ada"), "password": "Another-1x", "update_password": "always"}]},
    "members": {"groups": [{"display_name": "crew", "users": {"set": []}}]},
    "groups": {"groups": [{"display_name": "crew", "state": "absent"}]},
    "pruned users": {"users": [{"user_name": login("alan")}], "prune": ["users"]},
    "pruned groups": {"groups": [{"display_name": "other"}], "prune": ["groups"]},
    "permissions": {"container_permissions": [{"container": "APP", "user": login("ada"), "state": "absent"}]},
    "pruned permissions": {
        "container_permissions": [{"container": "APP", "user": login("alan"), "rights": {"set": ["listAccounts"]}}],
        "prune": ["container_permissions"],
    },
}


@pytest.mark.parametrize("task", UNKNOWN.values(), ids=UNKNOWN)
def test_a_token_that_does_not_say_whose_it_is_removes_nobody(tenant: Tenant, run: Run, task: dict[str, Any]) -> None:
    tenant.seed(users=[{"userName": login(name), "active": True} for name in ("ada", "alan")])
    tenant.seed(
        groups=[{"displayName": "crew", "members": [login("ada")]}, {"displayName": "other"}],
        containers=[{"name": "APP"}],
        permissions=[{"container": "APP", "user": login(name), "rights": ["listAccounts"]} for name in ("ada", "alan")],
    )
    tenant.switch(token_type="opaque")
    how = token_alone(run)
    tenant.forget_requests()
    refused(tenant, apply(run, **task, **how), "not known whether this concerns the user that runs the task")
    good(apply(run, users=[{"user_name": login("ada"), "display_name": "Ada"}], **how))


# -- Content of a safe ----------------------------------------------------------


@pytest.mark.parametrize("safes", [1, 7])
def test_accounts_count_where_the_safe_does_not_list_them(tenant: Tenant, run: Run, safes: int) -> None:
    names = [f"APP{number}" for number in range(safes)]
    tenant.seed(
        containers=[{"name": name} for name in [*names, "OTHER"]],
        accounts=[{"container": name, "name": f"root{n}"} for name in [*names, "OTHER"] for n in range(2)],
    )
    tenant.switch(container_lists_accounts=False)
    tenant.forget_requests()
    gone = [{"name": name, "state": "absent"} for name in names]
    result = apply(run, containers=gone, max_removals=str(3 * safes - 1))
    refused(tenant, result, f"and {3 * safes} would be")
    assert "OTHER" not in result["msg"]
    result = apply(run, containers=gone, max_removals="100", protected=["root1"])
    refused(tenant, result, "privileged_data 'APP0 / root1'")
    good(apply(run, containers=gone, max_removals=str(3 * safes)))


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("check", [True, False])
def test_a_deleted_safe_shows_what_goes_with_it(tenant: Tenant, run: Run, check: bool, listed: bool) -> None:
    safe_of(tenant, "a", "b")
    tenant.seed(accounts=[{"container": "APP", "name": f"root{number}"} for number in range(30)])
    tenant.seed(containers=[{"name": "OTHER"}], accounts=[{"container": "OTHER", "name": "elsewhere"}])
    tenant.switch(container_lists_accounts=listed)
    gone = {
        "accounts": {"count": 30, "names": [f"root{number}" for number in range(20)]},
        "members": {"count": 2, "names": [login("a"), login("b")]},
    }
    for name in ("app", "nobody's"):
        safe = {"name": name, "state": "absent"}
        single = good(run("scim_pam_object", check=True, kind="container", **safe))
        assert single["also_removed"] == (gone if name == "app" else None)
        assert single["diff"]["before"].get("also_removed") == (gone if name == "app" else None)
    safe = {"name": "APP", "state": "absent"}
    (action,) = good(apply(run, check=True, containers=[safe], max_removals="50"))["actions"]
    assert action["also_removed"] == gone
    task: dict[str, Any] = {"containers": [safe], "max_removals": "50"}
    result = good(apply(run, check=check, **task))
    assert result["diff"]["before"]["containers"]["APP"]["also_removed"] == gone
    assert ("APP" in [safe["name"] for safe in tenant.resources("Containers")]) is check


def test_a_safe_stays_if_what_is_on_it_cannot_be_read(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a")
    tenant.fault(method="GET", path="/ContainerPermissions", status=403)
    result = run("scim_pam_object", kind="container", name="APP", state="absent")
    assert (result.code, tenant.writes()) == ("authorization", [])
    assert "read the contents of container 'APP'" in result["msg"]


# -- An id and a name -----------------------------------------------------------


@pytest.mark.parametrize("other", ["alan@example.com", "nobody@example.com"])
def test_an_id_with_another_name_deletes_nothing(tenant: Tenant, run: Run, other: str) -> None:
    ada = tenant.seed_user(userName="ada@example.com")
    tenant.seed_user(userName="alan@example.com")
    tenant.forget_requests()
    gone = {"id": ada, "user_name": other, "state": "absent"}
    for result in (apply(run, users=[gone]), run("scim_user", **gone)):
        assert (result.code, tenant.writes()) == ("invalid", [])
        assert f"with the id {ada!r} has the name 'ada@example.com', not {other!r}" in result["msg"]
    result = good(apply(run, users=[{**gone, "user_name": "ADA@example.com"}]))
    assert done(result) == {"ada@example.com": "delete"}


def test_a_permission_by_id_is_that_of_its_member(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a", "b")
    (ada,) = [each["id"] for each in tenant.resources("ContainerPermissions") if "a@example.com" in str(each)]
    tenant.forget_requests()
    gone = {"id": ada, "container": "APP", "state": "absent"}
    assert apply(run, container_permissions=[{**gone, "user": login("b")}]).code == "invalid"
    assert tenant.writes() == []
    good(apply(run, container_permissions=[{**gone, "user": login("A")}]))


def test_a_role_of_another_name_is_not_deleted_by_id(tenant: Tenant, run: Run) -> None:
    (role,) = tenant.seed(groups=[{"displayName": "crew"}])["groups"]
    result = run("identity_role", id=role, name="other", state="absent")
    assert (result.code, "has the name 'crew', not 'other'" in result["msg"]) == ("invalid", True)
    good(run("identity_role", id=role, name="CREW", state="absent"))


# -- Other rules ----------------------------------------------------------------


@pytest.mark.parametrize("check", [True, False])
def test_scim_group_says_how_many_members_it_removes(tenant: Tenant, run: Run, check: bool) -> None:
    names = staff(tenant, groups=1, members=5)
    group = {"display_name": "dept0"}
    assert good(run("scim_group", check=check, **group, users={"set": [names[0]]}))["removed_members"] == 4
    assert good(run("scim_group", check=True, **group))["removed_members"] == 0
    left = 5 if check else 1
    assert good(run("scim_group", check=check, **group, state="absent"))["removed_members"] == left


def test_prune_of_permissions_without_entries_has_to_be_meant(tenant: Tenant, run: Run) -> None:
    safe_of(tenant, "a")
    refused(tenant, apply(run, containers=[{"name": "APP"}], prune=["container_permissions"]), "prune would remove all")


def test_deactivating_a_user_whose_state_is_not_shown_counts() -> None:
    """A server that does not return ``active`` does not mean that the user is inactive."""
    for active, action in ((None, "deactivate"), (True, "deactivate"), (False, "none")):
        current = {"id": "1", "userName": login("ada"), **({} if active is None else {"active": active})}
        plan = make_plan(Task(USER, {"active": False}), {"active": False}, current)
        assert action_of(plan) == action


@pytest.mark.parametrize("prune", [[], ["users"]], ids=str)
def test_the_own_name_in_another_case_is_the_own_name(tenant: Tenant, run: Run, prune: list[str]) -> None:
    """This also holds if the token does not name its user."""
    tenant.switch(token_type="opaque")
    own = {"client_id": tenant.info["client_id"].upper()}
    users: list[dict[str, Any]] = [{"user_name": login("ada"), "password": "Initial-pass-1"}]
    if prune:
        kept = ["admin-service$*"]  # the last member of System Administrator
        result = good(apply(run, users=users, prune=prune, max_removals="100%", protected=kept, **own))
        assert tenant.info["client_id"] not in done(result)
    else:
        gone = {"user_name": tenant.info["client_id"], "state": "absent"}
        refused(tenant, apply(run, users=[*users, gone], **own), "the user that runs the task")
