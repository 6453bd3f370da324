# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One failure lists all errors by place, and suggests probable names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
BOTH = pytest.mark.parametrize("check", [True, False])

# A wrong type, an unknown option, an entry without a name, a duplicate, an unknown member, a leaver, and a cycle.
MISTAKES: dict[str, Any] = {
    "users": [
        {"user_name": "ada@example.com", "organization": 1_000, "active": "perhaps", "colour": "red"},
        {"display_name": "Grace", "email": "grace@example.com", "password": "Initial-pass-1"},
        {"user_name": "boss@example.com", "state": "absent"},
        {"user_name": "ADA@example.com"},
        {"user_name": "new@example.com", "id": 5},
        7,
    ],
    "groups": [
        {"display_name": "a", "users": {"add": ["nobody@example.com"]}, "groups": {"add": ["nothing"]}},
        {"display_name": "b", "users": {"add": ["boss@example.com", "new@example.com"]}},
        {"display_name": "c", "groups": {"add": ["d"]}},
        {"display_name": "d", "groups": {"add": ["c"]}},
    ],
}
EXPECTED = [
    "users[0]: organization takes a text, but YAML reads it as the number 1000",
    "; user 'ada@example.com' has no option colour",
    "; user 'ada@example.com': argument 'active'",
    "users[1]: user without a name, with display_name 'Grace', email 'grace@example.com': a user is identified by id",
    "users[3]: user 'ADA@example.com' is also at users[0]. Name each object only once",
    "users[4]: id takes a text",
    "users[5]: a user must be a map of options",
    "groups[0]: Could not plan group 'a': Could not resolve users of group 'a': no user has the name or the id 'no",
    "; Could not resolve groups of group 'a': no group has the name or the id 'nothing'",
    "groups[1]: it refers to 'boss@example.com', which users[2] removes",
    "groups[2]: a circle of groups, each of which would be a member of itself: groups[2] (group 'c'), groups[3]",
]


@BOTH
def test_all_errors_are_reported_in_order(tenant: Tenant, run: Run, check: bool) -> None:
    tenant.seed_user(userName="boss@example.com")
    tenant.forget_requests()
    result = run("scim_directory", check=check, **MISTAKES)
    assert result.code == "invalid"
    places = [result["msg"].find(text) for text in EXPECTED]
    assert -1 not in places, (result["msg"], dict(zip(EXPECTED, places, strict=True)))
    assert places == sorted(places)
    assert "entries that cannot be carried out (8)" in result["msg"]
    assert "Initial-pass-1" not in result.output
    assert tenant.writes() == []


def test_mistakes_of_one_kind_keep_their_code(run: Run) -> None:
    groups = [{"display_name": f"g{number}", "users": {"add": ["nobody@example.com"]}} for number in range(30)]
    result = run("scim_directory", groups=groups)
    assert result.code == "unknown_member"
    assert "groups[19]: " in result["msg"]
    assert "and 10 more" in result["msg"]
    assert "groups[20]" not in result["msg"]


def test_errors_are_reported_even_if_the_tenant_cannot_be_read(tenant: Tenant, run: Run) -> None:
    users = [{"display_name": "a"}]
    result = run("scim_directory", users=[*users, {"user_name": "b@example.com"}], client_secret="Wrong-secret-1")
    assert (result.code, "users[0]: " in result["msg"]) == ("invalid", True)
    assert run("scim_directory", users=[{"user_name": "b@x"}], client_secret="Wrong-secret-1").code == "authentication"


def test_nothing_counts_as_pruned_while_an_entry_is_illegible(tenant: Tenant, run: Run) -> None:
    people = [tenant.seed_user(userName=f"user-{number}@example.com") for number in range(30)]
    result = run("scim_directory", users=[{"id": 7}], prune=["users"], max_removals="0")
    assert (result.code, len(people)) == ("invalid", 30)
    assert result.warnings == []


def test_all_wrong_options_of_one_object_are_reported(run: Run) -> None:
    result = run("scim_user", user_name="ada@example.com", organization=7, given_name=True)
    assert "organization takes a text, but YAML reads it as the number 7" in result["msg"]
    assert "given_name takes a text, but YAML reads it as true" in result["msg"]
    result = run("scim_user", user_name="ada@example.com", password="short", custom_attributes={"pwd": "x"})
    assert "password is shorter than" in result["msg"]
    assert "custom_attributes.pwd is a secret" in result["msg"]
    result = run("scim_group", display_name="team", users={"set": ["no", True, None]})
    assert "users.set[1]" in result["msg"]
    assert "users.set[2]" in result["msg"]


def test_wrong_options_are_reported_in_one_order_whatever_their_order_in_the_task(run: Run) -> None:
    """Ansible passes the options of a task in an order of its own."""
    wrong = {"organization": 7, "given_name": True, "user_name": 1}
    messages = {run("scim_user", **{name: wrong[name] for name in names})["msg"] for names in permutations(wrong)}
    assert len(messages) == 1


# The option that names a member of the wrong kind, and the message.
MISPLACED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a group among users": (
        "scim_group",
        {"display_name": "team", "users": {"add": ["DB-admins", "nobody"]}},
        "There is a group 'DB-admins': move the name to groups",
    ),
    "a user among groups": (
        "scim_group",
        {"display_name": "team", "groups": {"set": ["ada@example.com"]}},
        "There is a user 'ada@example.com': move the name to users",
    ),
    "a group as the user of a permission": (
        "scim_pam_object",
        {"kind": "container_permission", "container": "APP", "user": "db-admins", "rights_preset": "read_only"},
        "There is a group 'db-admins': move the name to group",
    ),
    "a user as the group of a permission": (
        "scim_pam_object",
        {"kind": "container_permission", "container": "APP", "group": "ada@example.com", "rights_preset": "read_only"},
        "There is a user 'ada@example.com': move the name to user",
    ),
    "a role among users": (
        "identity_role",
        {"name": "team", "users": {"add": ["db-admins"]}},
        "There is a role 'db-admins': move the name to roles",
    ),
    "a user among roles": (
        "identity_role",
        {"name": "team", "roles": {"add": ["ada@example.com"]}},
        "There is a user 'ada@example.com': move the name to users",
    ),
}


@pytest.mark.parametrize("case", MISPLACED.values(), ids=MISPLACED)
def test_a_member_of_the_other_kind_is_recognised(
    tenant: Tenant, run: Run, case: tuple[str, dict[str, Any], str]
) -> None:
    module, options, text = case
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(groups=[{"displayName": "db-admins", "members": []}])
    if module == "scim_pam_object":
        tenant.switch(granted_rights=["VaultManagement"])
        run("scim_pam_object", kind="container", name="APP")
    tenant.forget_requests()
    result = run(module, **options)
    assert result.code == "unknown_member", result.output
    assert text in result["msg"]
    predicted = run(module, check=True, **options)
    assert text in "".join(predicted.warnings)
    if module.startswith("scim"):
        kind = options.pop("kind", "group")
        failed = run("scim_directory", **{f"{kind}s": [options]})
        assert (failed.code, text in failed["msg"]) == ("unknown_member", True), failed.output
    assert tenant.writes() == []


def test_positions_take_the_place_of_numbers(tenant: Tenant, run: Run) -> None:
    users = [
        {"display_name": "Ada", "position": "a.yml:1"},
        {"user_name": "a@example.com", "position": ""},
        {"user_name": "A@example.com", "position": "b.yml:7"},
    ]
    result = run("scim_directory", users=users)
    assert "a.yml:1: user without a name" in result["msg"]
    assert "b.yml:7: user 'A@example.com' is also at users[1]" in result["msg"]
    tenant.fault(method="POST", path="/Users", status=500)
    failed = run("scim_directory", users=[{"user_name": "a@example.com", "position": "a.yml:2"}])
    assert [action["position"] for action in failed["actions"]] == ["a.yml:2"]


def test_a_position_is_no_change(tenant: Tenant, run: Run) -> None:
    first, second = (
        run("scim_directory", users=[{"user_name": "a@example.com", "position": place}]) for place in ("a.yml:1", "b:2")
    )
    assert (first["changed"], second["changed"]) == (True, False)
    assert "position" not in str(first["diff"])


def test_nothing_is_read_for_prune_while_an_entry_is_illegible(tenant: Tenant, run: Run) -> None:
    illegible = [{"display_name": "Ada Lovelace"}]
    pruned = {"groups": [], "prune": ["groups"], "prune_to_nothing": True, "max_removals": "100%"}
    assert run("scim_directory", users=illegible, **pruned).code == "invalid"
    assert not [seen for seen in tenant.requests() if "Groups" in seen["path"]]


# Problems of every stage: the input, entries, references, circles, the vault and the guard rails.
EVERY_STAGE: dict[str, Any] = {
    "input_errors": ["tenant/a.yml is not YAML that Ansible can read, line 7.", "tenant/b.yml cannot be read."],
    "users": [
        {"user_name": "ada@example.com", "colour": "red"},
        {"user_name": "left@example.com", "state": "absent"},
        {"user_name": "gone@example.com", "state": "absent"},
        {"user_name": "one@example.com", "manager": "two@example.com"},
        {"user_name": "two@example.com", "manager": "one@example.com"},
        {"user_name": "three@example.com", "manager": "four@example.com"},
        {"user_name": "four@example.com", "manager": "three@example.com"},
        {"user_name": "five@example.com", "manager": "in-a@example.com"},
    ],
    "groups": [
        {"display_name": "all", "users": {"set": ["one@example.com", "in-b@example.com"]}},
        {"display_name": "x", "groups": {"add": ["y"]}},
        {"display_name": "y", "groups": {"add": ["x"]}},
        {"display_name": "v", "groups": {"add": ["w"]}},
        {"display_name": "w", "groups": {"add": ["v"]}},
    ],
    "prune": ["users"],
    "max_removals": "1",
    "max_access_removals": "2",
    "protected": ["gone*"],
}
SAID_ONCE = [
    "errors in the input (2): tenant/a.yml is not YAML that Ansible can read, line 7. tenant/b.yml cannot be read.",
    "Entries that cannot be carried out (3): users[0]: user 'ada@example.com' has no option colour",
    "groups[1]: a circle of groups, each of which would be a member of itself: groups[1] (group 'x'), groups[2]",
    "groups[3]: a circle of groups, each of which would be a member of itself: groups[3] (group 'v'), groups[4]",
    "A circle of references, and none of these exists yet: users[3] (user 'one@example.com'), users[4]",
    "A circle of references, and none of these exists yet: users[5] (user 'three@example.com'), users[6]",
    "Protected or built-in objects, or the user that runs the task, would be removed: user 'gone@example.com'",
    "max_removals allows 1 objects to be removed or deactivated, and 2 would be: user 'gone@example.com', user 'left@",
    "max_access_removals allows 2 memberships and rights to be taken away, and 3 would be",
    "Until they are corrected, it is unknown which objects have no entry",
    "Names that were not found, and may be in what could not be read: user 'in-a@example.com', user 'in-b@example.com'",
    "Nothing was written.",
]


@BOTH
def test_errors_of_all_stages_are_reported_in_one_failure(tenant: Tenant, run: Run, check: bool) -> None:
    people = [tenant.seed_user(userName=f"{name}@example.com") for name in ("left", "gone", "m1", "m2", "m3", "other")]
    tenant.seed(groups=[{"displayName": "all", "members": [{"value": each} for each in people[2:5]]}])
    tenant.forget_requests()
    result = run("scim_directory", check=check, **EVERY_STAGE)
    assert result.code == "invalid"
    places = [result["msg"].find(text) for text in SAID_ONCE]
    assert -1 not in places, (result["msg"], dict(zip(SAID_ONCE, places, strict=True)))
    assert places == sorted(places), result["msg"]
    assert [result["msg"].count(text) for text in SAID_ONCE] == [1] * len(SAID_ONCE)
    assert "other@example.com" not in result["msg"]
    assert tenant.writes() == []


def test_errors_of_the_input_alone_fail_the_run(tenant: Tenant, run: Run) -> None:
    result = run("scim_directory", input_errors=["a.yml cannot be read."], users=[{"user_name": "a@example.com"}])
    assert result.code == "invalid"
    assert result["msg"] == (
        "Could not plan the directory: errors in the input (1): a.yml cannot be read. Nothing was written."
    )
    assert tenant.writes() == []


def test_several_guard_rails_refuse_in_one_failure(tenant: Tenant, run: Run) -> None:
    for name in ("a", "b", "gone"):
        tenant.seed_user(userName=f"{name}@example.com")
    users = [{"user_name": f"{name}@example.com", "state": "absent"} for name in ("a", "b", "gone")]
    result = run("scim_directory", users=users, protected=["gone*"], max_removals="1")
    assert result.code == "guard_rail"
    for text in (
        "would be removed: user 'gone@example.com'",
        "from protected",
        "max_removals allows 1",
        "raise max_",
    ):
        assert text.lower() in result["msg"].lower()
    assert tenant.writes() == []


@BOTH
def test_wrong_options_of_a_run_come_with_those_of_its_entries(tenant: Tenant, run: Run, check: bool) -> None:
    users = [
        {"user_name": "ada@example.com", "colour": "red"},
        {"user_name": "ADA@example.com"},
        {"display_name": "Grace"},
        {"user_name": "bob@example.com", "organization": 7},
    ]
    wrong: dict[str, Any] = {"protected": [True, ""], "max_removals": "x", "workers": 99, "kinds": []}
    result = run("scim_directory", check=check, users=users, input_errors=["a.yml cannot be read."], **wrong)
    assert result.code == "invalid"
    expected = [
        "errors in the input (1): a.yml cannot be read.",
        "Entries that cannot be carried out (4): users[0]: user 'ada@example.com' has no option colour",
        "users[1]: user 'ADA@example.com' is also at users[0]",
        "users[2]: user without a name, with display_name 'Grace'",
        "users[3]: organization takes a text, but YAML reads it as the number 7",
        "Protected[0] takes a text, but YAML reads it as true",
        "Max_removals 'x' is neither a number nor a percentage",
        "Protected holds an empty name",
        "Workers has to be from 1 to 32",
        "Kinds is empty",
        "Nothing was written.",
    ]
    places = [result["msg"].lower().find(text.lower()) for text in expected]
    assert -1 not in places, (result["msg"], dict(zip(expected, places, strict=True)))
    assert places == sorted(places), result["msg"]
    assert tenant.requests() == []


def test_a_connection_of_the_wrong_type_is_reported_first(tenant: Tenant, run: Run) -> None:
    result = run("scim_directory", users=[], protected=[True], app_id=7)
    assert "app_id takes a text, but YAML reads it as the number 7" in result["msg"]
    assert tenant.requests() == []


def test_all_wrong_texts_of_an_entry_are_reported(run: Run) -> None:
    entry = {"user_name": "ada@example.com", "password": "Initial-pass-1", "given_name": "x\ty", "email": "x "}
    result = run("scim_directory", users=[{**entry, "custom_attributes": {"a": "x\u200by", "b": " x"}}])
    for text in ("given_name 'x", "email 'x '", "custom_attributes.a 'x", "custom_attributes.b ' x'"):
        assert text in result["msg"]
