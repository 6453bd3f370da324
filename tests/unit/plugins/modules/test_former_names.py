# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renames by ``formerly``: the object keeps its id, members and rights, and nothing is created or pruned instead."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import good

Run = Callable[..., Result]
Apply = Callable[..., Result]
EVERY_LIST = ("users", "groups", "containers", "container_permissions", "privileged_data")
MANY = 30  # entries for which the directory is listed instead of looked up one by one


@dataclass(frozen=True)
class Kind:
    """A kind of object that can be renamed: its module, its list, its key as an option and on the server."""

    module: str
    plural: str
    key: str
    endpoint: str
    attribute: str
    old: str
    new: str

    def entry(self, name: str, *former: str, **options: Any) -> dict[str, Any]:
        return {self.key: name, **({"formerly": [*former]} if former else {}), **options}

    def seed(self, tenant: Tenant, *names: str) -> None:
        for name in names:
            tenant.seed(**{self.plural: [{self.attribute: name}]})

    def names(self, tenant: Tenant) -> dict[str, str]:
        """Return the names of all objects by id."""
        return {item["id"]: item[self.attribute] for item in tenant.resources(self.endpoint)}


USERS = Kind("scim_user", "users", "user_name", "Users", "userName", "ada.byron@example.com", "ada.king@example.com")
GROUPS = Kind("scim_group", "groups", "display_name", "Groups", "displayName", "dba", "db-admins")
KINDS = pytest.mark.parametrize("kind", [USERS, GROUPS], ids=lambda kind: kind.plural)


@pytest.fixture(params=["one", "directory", "listed directory"])
def apply(request: pytest.FixtureRequest, run: Run) -> Apply:
    """Return a function that brings one object to its desired state, by either module and either way to find it."""

    def call(kind: Kind, entry: dict[str, Any], *, check: bool = False) -> Result:
        if request.param == "one":
            return run(kind.module, check=check, **entry)
        more = [kind.entry(f"filler{n:02}@example.com") for n in range(MANY * (request.param != "directory"))]
        if kind is USERS:
            more = [{**each, "password": "Initial-pass-1"} for each in more]
        if more:
            good(run("scim_directory", **{kind.plural: more}))
        return run("scim_directory", check=check, **{kind.plural: [entry, *more]})

    return call


@KINDS
@pytest.mark.parametrize("check", [True, False], ids=["check", "earnest"])
def test_an_object_with_a_former_name_is_renamed(tenant: Tenant, apply: Apply, kind: Kind, check: bool) -> None:
    kind.seed(tenant, kind.old)
    (identifier,) = [key for key, name in kind.names(tenant).items() if name == kind.old]
    entry = kind.entry(kind.new, "an older name", kind.old.upper())
    result = good(apply(kind, entry, check=check))
    assert result["changed"]
    names = kind.names(tenant)
    assert names[identifier] == (kind.old if check else kind.new)
    assert list(names.values()).count(kind.new) == (not check)
    if not check:
        assert good(apply(kind, entry))["changed"] is False
        assert kind.names(tenant) == names


@KINDS
def test_without_an_object_of_either_name_one_is_created(tenant: Tenant, apply: Apply, kind: Kind) -> None:
    password = {"password": "Initial-pass-1"} if kind is USERS else {}
    assert good(apply(kind, kind.entry(kind.new, kind.old, **password)))["changed"]
    assert kind.new in kind.names(tenant).values()


@KINDS
@pytest.mark.parametrize(
    ("there", "code", "words"),
    [
        (("new", "old"), "conflict", "has this name, and another one still has the former name"),
        (("old", "older"), "ambiguous", "have a former name: "),
    ],
)
def test_more_than_one_object_is_refused(
    tenant: Tenant, apply: Apply, kind: Kind, there: tuple[str, ...], code: str, words: str
) -> None:
    names = {"new": kind.new, "old": kind.old, "older": "the-oldest@example.com"}
    kind.seed(tenant, *(names[which] for which in there))
    before = [name for name in kind.names(tenant).values() if "filler" not in name]
    result = apply(kind, kind.entry(kind.new, kind.old, names["older"]))
    assert result.failed
    assert result.code == code
    assert words in result["msg"]
    assert "remove the names from formerly" in result["msg"] or "Nothing was written" in result["msg"]
    assert [name for name in kind.names(tenant).values() if "filler" not in name] == before


@KINDS
@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"formerly": [""]}, "formerly holds an empty name"),
        ({"formerly": ["old "]}, "ends with a blank"),
        ({"formerly": ["DB-ADMINS", "ada.KING@example.com"]}, "holds the name itself"),
        ({"formerly": ["old"], "id": "7"}, "formerly and id exclude each other"),
        ({"formerly": ["old"], "state": "absent"}, "formerly is for an object that should exist"),
        ({"formerly": {"name": "old"}}, "formerly"),
        ({"formerly": ["a@example.com, b@example.com"]}, "formerly[0] 'a@example.com, b@example.com' holds ','"),
        ({"formerly": ["old", "a;b"]}, "formerly[1] 'a;b' holds ';'. Give each name as an item of its own"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_invalid_former_names_are_refused(
    tenant: Tenant, run: Run, kind: Kind, entry: dict[str, Any], words: str
) -> None:
    names = {name.casefold() for name in entry["formerly"]} if isinstance(entry["formerly"], list) else set()
    assert "holds the name itself" not in words or kind.new in names
    options = {kind.key: kind.new, **entry}
    for result in (run(kind.module, **options), run("scim_directory", **{kind.plural: [options]})):
        assert result.failed
        assert result.code == "invalid"
        assert words in result["msg"]
    assert tenant.writes() == []


@KINDS
@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("b", "a"), ("c", "a")], "former name 'a', which is also at {}[0]"),
        ([("b", "a"), ("c", "b")], "former name 'b', which is also at {}[0]"),
        ([("b", "a"), ("a", "b")], "former name 'a', which is also at {}[1]"),
        ([("b", "A"), ("a",)], "former name 'A', which is also at {}[1]"),
    ],
    ids=["the same old name", "a chain", "a swap", "an entry for the old name"],
)
def test_entries_that_claim_one_name_are_refused(
    tenant: Tenant, run: Run, kind: Kind, entries: list[tuple[str, ...]], words: str
) -> None:
    kind.seed(tenant, "a", "b")
    tenant.forget_requests()
    result = run("scim_directory", **{kind.plural: [kind.entry(*each) for each in entries]})
    assert result.failed
    assert words.format(kind.plural) in result["msg"]
    assert tenant.writes() == []


SEED: dict[str, Any] = {
    "users": [{"userName": USERS.old}, {"userName": "grace@example.com"}],
    "groups": [{"displayName": GROUPS.old, "members": [USERS.old]}],
    "containers": [{"name": "APP"}],
    "permissions": [
        {"container": "APP", "user": USERS.old, "rights": ["listAccounts"]},
        {"container": "APP", "group": GROUPS.old, "rights": ["listAccounts", "useAccounts"]},
    ],
}
WANTED: dict[str, Any] = {
    "users": [USERS.entry(USERS.new, USERS.old), {"user_name": "grace@example.com", "manager": USERS.new}],
    "groups": [GROUPS.entry(GROUPS.new, GROUPS.old, users={"set": [USERS.new]})],
    "containers": [{"name": "APP"}],
    "container_permissions": [
        {"container": "APP", "user": USERS.new, "rights": {"set": ["listAccounts"]}},
        {"container": "APP", "group": GROUPS.new, "rights": {"set": ["listAccounts", "useAccounts"]}},
    ],
}
PRUNE: dict[str, Any] = {
    "prune": ["users", "groups", "container_permissions"],
    "max_removals": "0",
    "max_access_removals": "0",
    "protected": ["scim-service*", "*admin*@*", "System Administrator"],
}


@pytest.mark.parametrize("limits", [{}, PRUNE], ids=["as it is", "pruned"])
def test_members_and_rights_stay_and_the_plan_holds_two_renames(
    tenant: Tenant, run: Run, tmp_path: Path, limits: dict[str, Any]
) -> None:
    """Prune removes nothing: the object with the old name has an entry."""
    tenant.seed(**SEED)
    good(run("scim_user", user_name="grace@example.com", manager=USERS.old))
    given = {**WANTED, **limits}
    if limits:
        given["users"] = [*given["users"], *_others(tenant, given)]
    path = tmp_path / "plan.json"
    predicted = good(run("scim_directory", check=True, **given, plan_path=str(path)))
    document = json.loads(path.read_text())
    assert [(row["action"], row["name"]) for row in document["changes"]] == [
        ("rename", USERS.new),
        ("rename", GROUPS.new),
    ]
    assert [[*row["attributes"]] for row in document["changes"]] == [["user_name"], ["display_name"]]
    before = tenant.state()
    result = good(run("scim_directory", **given, approved=str(path)))
    assert predicted["diff"] == result["diff"]
    assert predicted["actions"] == result["actions"]
    (group,) = [item for item in tenant.resources("Groups") if item["displayName"] == GROUPS.new]
    assert [member["value"] for member in group["members"]] == [tenant.user(USERS.new)["id"]]
    assert len(before["users"]) == len(tenant.state()["users"])
    assert good(run("scim_directory", **given))["changed"] is False


@pytest.mark.parametrize("workers", [1, 8])
@KINDS
@pytest.mark.parametrize("rights", [["listAccounts"], None], ids=["fewer rights", "no permission"])
def test_a_rename_and_a_change_on_a_safe_go_together(
    tenant: Tenant, run: Run, kind: Kind, rights: list[str] | None, workers: int
) -> None:
    """The id of a permission holds the name of its member, so that a rename changes it."""
    tenant.seed(**SEED)
    option = kind.plural[:-1]
    member = {"container": "APP", option: kind.old}
    good(run("scim_pam_object", kind="container_permission", **member, rights={"set": ["listAccounts", "useAccounts"]}))
    wanted = {"rights": {"set": rights}} if rights else {"state": "absent"}
    given = {
        kind.plural: [kind.entry(kind.new, kind.old)],
        "container_permissions": [{**member, option: kind.new, **wanted}],
        "workers": workers,
    }
    good(run("scim_directory", **given))
    assert good(run("scim_directory", **given))["changed"] is False
    held = good(run("scim_pam_object_info", kind="container_permission", container="APP"))["pam_objects"]
    assert [each["rights"]["set"] for each in held if each[option] == kind.new] == ([rights] if rights else [])


def _others(tenant: Tenant, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return entries for the other users of the tenant."""
    named = {name for each in given["users"] for name in (each["user_name"], *each.get("formerly", ()))}
    return [{"user_name": user["userName"]} for user in tenant.resources("Users") if user["userName"] not in named]


STILL_OLD: dict[str, tuple[dict[str, Any], str]] = {
    "added": ({"groups": [{"display_name": "x", "users": {"add": [USERS.old]}}]}, "users"),
    "set": ({"groups": [GROUPS.entry("x", users={"set": [USERS.old.upper()]})]}, "users"),
    "removed": ({"groups": [{"display_name": "team", "users": {"remove": [USERS.old]}}]}, "users"),
    "replaced": (
        {"groups": [{"display_name": "team", "users": {"add": [USERS.new], "remove": [USERS.old]}}]},
        "users",
    ),
    "removed in a text": (
        {"groups": [{"display_name": "team", "users": json.dumps({"remove": [USERS.old]})}]},
        "users",
    ),
    "manager": ({"users": [{"user_name": "grace@example.com", "manager": USERS.old}]}, "users"),
    "group added": ({"groups": [{"display_name": "team", "groups": {"add": [GROUPS.old]}}]}, "groups"),
    "group removed": (
        {"groups": [{"display_name": "team", "groups": {"add": [GROUPS.new], "remove": [GROUPS.old]}}]},
        "groups",
    ),
    "permission": (
        {"container_permissions": [{"container": "APP", "user": USERS.old, "rights_preset": "full"}]},
        "users",
    ),
    "permission removed": (
        {"container_permissions": [{"container": "APP", "group": GROUPS.old, "state": "absent"}]},
        "groups",
    ),
}


RENAMING = [
    (case, way)
    for case, (entries, plural) in STILL_OLD.items()
    for way in ("this run", "another run")
    if way == "this run" or plural not in entries
]


@pytest.mark.parametrize(("case", "way"), RENAMING)
def test_a_reference_to_a_former_name_is_refused(tenant: Tenant, run: Run, case: str, way: str) -> None:
    entries, plural = STILL_OLD[case]
    tenant.seed(**SEED)
    tenant.seed(groups=[{"displayName": "team", "members": [USERS.old]}])
    tenant.forget_requests()
    kind = USERS if plural == "users" else GROUPS
    renamed = kind.entry(kind.new, kind.old)
    given = {**entries, plural: [renamed, *entries.get(plural, ())]}
    if way == "another run":
        given["kinds"] = [*entries]
    result = run("scim_directory", **given)
    assert result.code == "invalid", result.output
    assert f"which {plural}[0] renames to {kind.new!r}" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (
            {"groups": [{"display_name": "team", "users": {"add": [USERS.new], "remove": [USERS.old]}}]},
            "users adds and removes",
        ),
        (
            {
                "container_permissions": [
                    {"container": "APP", "user": USERS.new, "rights_preset": "full"},
                    {"container": "APP", "user": USERS.old, "state": "absent"},
                ]
            },
            "is also at container_permissions[",
        ),
    ],
    ids=["member", "permission"],
)
def test_both_names_of_an_object_that_is_renamed_by_id_mean_one(
    tenant: Tenant, run: Run, entries: dict[str, Any], words: str
) -> None:
    tenant.seed(**SEED)
    tenant.seed(groups=[{"displayName": "team", "members": [USERS.old]}])
    tenant.forget_requests()
    result = run("scim_directory", users=[{"id": tenant.user(USERS.old)["id"], "user_name": USERS.new}], **entries)
    assert result.code == "invalid", result.output
    assert words in result["msg"]
    assert tenant.writes() == []


def test_a_group_that_keeps_a_renamed_member_by_id_passes(tenant: Tenant, run: Run) -> None:
    tenant.seed(**SEED)
    identifier = tenant.user(USERS.old)["id"]
    groups = [{"display_name": GROUPS.old, "users": {"set": [identifier]}}]
    for options in ({"user_name": USERS.new, "formerly": [USERS.old]}, {"id": identifier, "user_name": USERS.old}):
        assert good(run("scim_directory", users=[options], groups=groups))["changed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"groups": [GROUPS.entry("roots", "System Administrator")]}, "protected or built-in objects"),
        ({"users": [USERS.entry(USERS.new, USERS.old)], "protected": [USERS.old]}, "protected or built-in objects"),
        ({"users": [USERS.entry(USERS.new, USERS.old)], "protected": ["ada.king*"]}, "protected or built-in objects"),
        (
            {
                "users": [
                    USERS.entry(USERS.new, USERS.old, active=False, password="Another-pass-1", update_password="always")
                ],
                "protected": ["ada.king*"],
            },
            f"of user {USERS.old!r}, to {USERS.new!r}",
        ),
        (
            {"groups": [GROUPS.entry(GROUPS.new, GROUPS.old, users={"set": []})], "protected": ["db-*"]},
            f"display_name of group {GROUPS.old!r}, to {GROUPS.new!r}",
        ),
    ],
    ids=["built in", "protected", "protected by the new name", "a user with it", "a group with it"],
)
def test_guard_rails_apply_to_renames_by_former_names(
    tenant: Tenant, run: Run, options: dict[str, Any], words: str
) -> None:
    tenant.seed(**SEED)
    tenant.forget_requests()
    result = run("scim_directory", **options)
    assert result.code == "guard_rail", result.output
    assert words in result["msg"]
    assert tenant.writes() == []


def test_the_user_that_runs_the_task_is_not_renamed(tenant: Tenant, run: Run) -> None:
    own = tenant.info["client_id"]
    tenant.forget_requests()
    result = run("scim_directory", users=[USERS.entry(USERS.new, own)])
    assert result.code == "guard_rail", result.output
    assert f"user_name of user {own!r}" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("number", [3, MANY], ids=["looked up", "listed"])
def test_only_an_entry_with_former_names_costs_requests(tenant: Tenant, run: Run, number: int) -> None:
    """A list of all users shows former names as well."""
    users = [{"user_name": f"user{n:02}@example.com"} for n in range(number)]
    tenant.seed(users=[{"userName": each["user_name"]} for each in users])

    def requests(*listed: dict[str, Any]) -> Counter[str]:
        tenant.forget_requests()
        good(run("scim_directory", users=[*listed]))
        return Counter(f"{seen['path']} {seen['query']}" for seen in tenant.requests())

    alone = requests(*users)
    assert requests({**users[0], "formerly": []}, *users[1:]) == alone
    more = requests({**users[0], "formerly": ["old@example.com"]}, *users[1:])
    assert alone - more == Counter()
    assert any("old@example.com" in request for request in more) == (number == 3)
    # The exact name, four casings, and two to check that the server filters.
    assert (more - alone).total() == (7 if number == 3 else 0)


def test_a_rename_whose_answer_is_lost_counts_once(tenant: Tenant, run: Run) -> None:
    USERS.seed(tenant, USERS.old)
    users = [USERS.entry(USERS.new, USERS.old)]
    tenant.fault(method="PATCH", path="/Users/", drop="after")
    assert good(run("scim_directory", users=users, retries=1))["changed"]
    assert good(run("scim_directory", users=users))["changed"] is False
    assert tenant.users(USERS.old) == []


def test_two_login_names_in_one_are_refused(tenant: Tenant, run: Run) -> None:
    """A group may have such a name."""
    both = "a@example.com b@example.com"
    result = run("scim_user", user_name=USERS.new, formerly=[both], password="Initial-pass-1")
    assert result.code == "invalid"
    assert f"formerly[0] {both!r} holds two '@'" in result["msg"]
    GROUPS.seed(tenant, both)
    assert good(run("scim_group", display_name=GROUPS.new, formerly=[both]))["changed"]


def test_a_cell_of_a_csv_file_is_split_as_other_lists_are(tenant: Tenant, run: Run) -> None:
    """The cell is split at the separator alone, and what is left of a comma is refused before a second user is made."""
    header = "Login\tFormerly\tPassword"
    (semicolons,) = entries_of_csv(f"{header}\n{USERS.new}\ta@example.com; b@example.com\tx\n", Reading(kind="users"))
    assert semicolons["formerly"] == ["a@example.com", "b@example.com"]
    USERS.seed(tenant, USERS.old)
    text = f"{header}\n{USERS.new}\ta@example.com, {USERS.old}\tInitial-pass-1\n"
    commas = entries_of_csv(text, Reading(kind="users"))
    tenant.forget_requests()
    assert "holds ','" in run("scim_directory", users=commas)["msg"]
    assert tenant.writes() == []


def test_a_column_of_a_csv_file_holds_former_names() -> None:
    renamed, other = entries_of_csv(f"Login;Formerly\n{USERS.new};{USERS.old}\nx@example.com;\n", Reading(kind="users"))
    assert renamed == USERS.entry(USERS.new, USERS.old)
    assert not other.get("formerly")
