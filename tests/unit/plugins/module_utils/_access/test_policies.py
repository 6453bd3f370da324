# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies: what conditions mean, what is refused, exceptions, and what a plan changes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import evaluate, report_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.scene import Scene
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS_PRESETS

RIGHTS = list(RIGHTS_PRESETS["full"])
NOW = 1_796_000_000.0  # 2026-11-30, in the morning
DIRECTORY: dict[str, list[dict[str, Any]]] = {
    "users": [
        {"user_name": "Ada", "active": True, "organization": "DBA", "custom_attributes": {"Kind": "contractor"}},
        {"user_name": "bob", "active": False, "manager": "Ada"},
        {"user_name": "eve", "active": True},
    ],
    "groups": [
        {"display_name": "APP-Ops", "users": {"set": ["eve"]}, "groups": {"set": ["Nested"]}},
        {"display_name": "Nested", "users": {"set": ["Ada"]}, "groups": {"set": ["APP-Ops"]}},
    ],
    "containers": [{"name": "APP", "number_of_days_retention": 7}, {"name": "DB", "description": "the databases"}],
    "container_permissions": [
        {"container": "APP", "group": "APP-Ops", "rights": {"set": ["useAccounts", "listAccounts"]}, "position": "a:3"},
        {
            "container": "DB",
            "user": "Ada",
            "rights": {"set": ["manageSafe"]},
            "membership_expiration": "2026-12-24T12:00:00Z",
        },
        {"container": "DB", "group": "Theirs", "rights": {"set": ["useAccounts"]}, "search_in": "corp.example.com"},
    ],
    "privileged_data": [{"container": "DB", "name": "root", "properties": {"address": "db1"}}],
}


def policy(each: str = "user", **parts: Any) -> dict[str, Any]:
    verdict = {} if {"must", "must_not", "count"} & set(parts) else {"must_not": {each: {"is_set": True}}}
    return {"name": "p", "reason": "Because.", "each": each, "severity": "refuse", **verdict, **parts}


def chosen(each: str, where: Any, directory: dict[str, Any] | None = None) -> list[str]:
    """Return the subjects that meet a condition."""
    (parsed,) = policies_of([policy(each, must_not=where)])
    (evaluation,) = evaluate([parsed], Scene(State.of(directory or DIRECTORY), NOW))
    assert evaluation.lacking == ()
    return [" / ".join(map(str, finding.subject.values())) for finding in evaluation.findings]


CONDITIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("user", {"user": "ADA"}, ["Ada"]),
    ("user", {"user": ["ada", "EVE"]}, ["Ada", "eve"]),
    ("user", {"user": {"not_in": ["ada"]}}, ["bob", "eve"]),
    ("user", {"user": {"like": "?da", "not_like": ["b*"]}}, ["Ada"]),
    ("user", {"user": {"matches": "A.a"}}, ["Ada"]),
    ("user", {"user": {"matches": "a.a"}}, []),
    ("user", {"user": {"not_matches": ".{3}"}}, []),
    ("user", {"active": False}, ["bob"]),
    ("user", {"organization": {"is_set": False}}, ["bob", "eve"]),
    ("user", {"organization": {"not_like": "D*"}}, ["bob", "eve"]),
    ("user", {"manager": {"in": ["ada"]}}, ["bob"]),
    ("user", {"custom_attributes.kind": "Contractor"}, ["Ada"]),
    ("user", {"groups": {"has_all": ["app-ops", "nested"]}}, ["Ada", "eve"]),  # the groups are in each other
    ("user", {"direct_groups": {"only": ["nested"]}}, ["Ada", "bob"]),
    ("user", {"groups": {"has_none": ["nested"]}}, ["bob"]),
    ("user", {"groups": {"has_several": ["nested", "app-ops", "x"]}}, ["Ada", "eve"]),
    ("user", {"groups": {"at_most": 0}}, ["bob"]),
    ("user", {"groups": {"any_like": "APP*"}}, ["Ada", "eve"]),
    ("user", {"groups": {"all_like": "APP*"}}, ["bob"]),
    ("user", {"direct_groups": {"none_like": "APP*"}}, ["Ada", "bob"]),
    ("user", {"containers": {"at_least": 2}}, ["Ada"]),
    ("user", {"reach": {"where": {"rights": "manageSafe"}}}, ["Ada"]),
    ("user", {"reach": {"at_most": 0}}, ["bob"]),
    ("user", {"any_of": [{"user": "bob"}, {"organization": "dba"}]}, ["Ada", "bob"]),
    ("user", {"none_of": [{"user": "bob"}, {"organization": "dba"}]}, ["eve"]),
    ("user", {"all_of": [{"groups": "nested"}, {"groups": "app-ops"}], "organization": "dba"}, ["Ada"]),
    ("group", {"listed": False}, ["Theirs"]),
    ("group", {"everybody": {"has_all": ["ada", "eve"]}}, ["APP-Ops", "Nested"]),
    ("group", {"users": {"has_any": ["ada"]}, "groups": {"at_least": 1}}, ["Nested"]),
    ("group", {"people": {"where": {"organization": "dba"}}}, ["APP-Ops", "Nested"]),
    ("group", {"container_permissions": {"where": {"rights": "useAccounts"}}}, ["APP-Ops", "Theirs"]),
    ("group", {"containers": "app"}, ["APP-Ops", "Nested"]),
    ("group", {"member_of": {"has_any": ["app-ops"]}}, ["Nested"]),
    ("container", {"number_of_days_retention": {"at_least": 7, "at_most": 7}}, ["APP"]),
    ("container", {"number_of_days_retention": 8}, []),
    ("container", {"privileged_data": {"where": {"properties.address": {"like": "db*"}}}}, ["DB"]),
    ("container", {"description": {"is_set": True}}, ["DB"]),
    ("container", {"access": {"where": {"user": {"is_set": False}}}}, ["DB"]),  # somebody of the other directory
    ("container_permission", {"preset": "connect_only"}, ["APP / APP-Ops"]),
    (
        "container_permission",
        {"rights": {"only": ["connect_only", "manage safe"]}},
        ["APP / APP-Ops", "DB / Ada", "DB / Theirs"],
    ),
    ("container_permission", {"rights": {"has_several": ["useAccounts", "listAccounts"]}}, ["APP / APP-Ops"]),
    ("container_permission", {"rights": {"at_least": 2}}, ["APP / APP-Ops"]),
    ("container_permission", {"group": {"like": "{container}-*"}}, ["APP / APP-Ops"]),
    ("container_permission", {"group": {"matches": "{container}-[A-Za-z]{3}"}}, ["APP / APP-Ops"]),
    ("container_permission", {"search_in": {"is_set": True}}, ["DB / Theirs"]),
    ("container_permission", {"membership_expiration": {"within_days": 30}}, ["DB / Ada"]),
    ("container_permission", {"membership_expiration": {"within_days": 20}}, []),
    ("container_permission", {"membership_expiration": {"beyond_days": 20}}, ["DB / Ada"]),
    ("container_permission", {"membership_expiration": {"before": "2026-12-25"}}, ["DB / Ada"]),
    ("container_permission", {"membership_expiration": {"before": "2026-12-24"}}, []),
    ("container_permission", {"membership_expiration": {"after": "2026-12-23"}}, ["DB / Ada"]),
    ("container_permission", {"membership_expiration": {"after": "2026-12-24"}}, []),
    ("container_permission", {"user.organization": "dba"}, ["DB / Ada"]),
    ("container_permission", {"group.users": "eve"}, ["APP / APP-Ops"]),
    ("container_permission", {"container.description": {"like": "*bases"}}, ["DB / Ada", "DB / Theirs"]),
    ("access", {"path": {"at_least": 2}}, ["Ada / APP / APP-Ops"]),
    ("access", {"direct": True}, ["Ada / DB"]),
    ("access", {"user": {"is_set": False}}, ["DB / Theirs"]),
    ("access", {"user.custom_attributes.kind": "contractor", "expired": False}, ["Ada / APP / APP-Ops", "Ada / DB"]),
    ("access", {"other_paths": {"at_least": 1}}, []),
    ("reach", {"presets": "connect_only", "direct": False}, ["Ada / APP", "eve / APP"]),
    ("reach", {"permission_groups": {"has_any": ["app-ops"]}, "user.active": True}, ["Ada / APP", "eve / APP"]),
    ("reach", {"privileged_data": "root"}, ["Ada / DB"]),
    ("privileged_data", {"properties.Address": "db1", "reach": {"where": {"user": "ada"}}}, ["DB / root"]),
]


@pytest.mark.parametrize(("each", "where", "expected"), CONDITIONS)
def test_a_condition_chooses_subjects(each: str, where: dict[str, Any], expected: list[str]) -> None:
    assert sorted(chosen(each, where)) == sorted(expected)


REFUSED: list[tuple[Any, str]] = [
    ("x", "policies[0] is not a map"),
    (policy(nmae="x"), "there is no nmae here. Did you mean name?"),
    (policy(name=" "), "name has to be a text"),
    (policy(reason=None), "reason has to be a text"),
    (policy(severity="fail"), "severity: 'fail' is none of refuse, warn"),
    (policy("containr", must={}), "each: 'containr' is not a kind of subject. Did you mean container?"),
    (policy(must={"active": True}, must_not={"active": True}), "exactly one of must, must_not, count"),
    (policy(must={}), "must: has to be a map of attributes of user"),
    (policy(where=["x"]), "where: has to be a map"),
    (policy(where={"activ": True}), "where: user has no attribute activ. Did you mean active?"),
    (policy(where={"user": {"lik": "x"}}), "where.user: there is no operator lik for user. Did you mean like?"),
    (policy(where={"user": {}}), "where.user: has no test"),
    (policy(where={"user": []}), "where.user: the list is empty"),
    (policy(where={"user": 7}), "where.user: YAML does not read 7 as a text. Put it into quotes"),
    (policy(where={"user": {"matches": "("}}), "is not a regular expression"),
    (
        policy(where={"user": {"like": "{organisation}-*"}}),
        "{organisation} is not a text attribute of user. Did you mean organization?",
    ),
    (policy(where={"active": "yes"}), "where.active: 'yes' is neither true nor false"),
    (policy(where={"groups": {"at_least": "2"}}), "where.groups.at_least: '2' is not a number"),
    (policy(where={"any_of": []}), "where.any_of: has to be a list of conditions"),
    (policy(where={"any_of": [{"usr": "x"}]}), "where.any_of[0]: user has no attribute usr. Did you mean user?"),
    (policy(where={"reach": True}), "where.reach: has to be a map of where, at_least, at_most"),
    (policy(where={"reach": {"were": {}}}), "where.reach: there is no were here. Did you mean where?"),
    (
        policy(where={"reach": {"where": {"rights": "useAcounts"}}}),
        "'useAcounts' is neither a right nor a preset. Did you mean",
    ),
    (policy(where={"reach": {"at_least": 2, "at_most": 1}}), "at_least is more than at_most"),
    (policy(count={"at_last": 1}), "count: has neither at_least nor at_most"),
    (policy(count=1), "count: has to be a map"),
    (policy("access", must_not={"membership_expiration": "2027-01-01"}), "needs an operator: before"),
    (
        policy("access", where={"membership_expiration": {"before": "soon"}}),
        "'soon' is not a day. Write it like 2027-01-31",
    ),
    (policy(exceptions={}), "exceptions: has to be a list of maps"),
    (policy(exceptions=[{"where": {"user": "x"}}]), "exceptions[0]: has no owner and no until. An exception needs"),
    (policy(exceptions=[{"where": {"user": "x"}, "owner": "x", "until": "1.2.27"}]), "exceptions[0].until: '1.2.27'"),
    (
        policy(exceptions=[{"where": {"usr": "x"}, "owner": "x", "until": "2027-01-01"}]),
        "exceptions[0].where: user has",
    ),
]


@pytest.mark.parametrize(("given", "text"), REFUSED)
def test_a_wrong_policy_is_refused(given: Any, text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        policies_of([given])
    assert text in str(caught.value)


def test_all_errors_of_all_policies_are_reported_with_their_place() -> None:
    given = [
        {**policy(where={"usr": "x", "user": {"lik": "y"}}), "position": "a.yml:3"},
        policy(severity="x"),
        policy(),
        {**policy(name="P"), "position": "b.yml:1"},
    ]
    with pytest.raises(InvalidError) as caught:
        policies_of(given)
    text = str(caught.value)
    assert text.count("policy 'p' at a.yml:3: where") == 2
    assert "policy 'p' at policies[1]: severity" in text
    assert "policy 'P' is at policies[2] and at b.yml:1" in text


def report(given: dict[str, Any], directory: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    state = State.of(DIRECTORY if directory is None else directory)
    return report_of(evaluate(policies_of([given]), Scene(state, NOW), **facts), state.gaps)


def test_a_finding_names_the_subject_what_was_found_and_where() -> None:
    found = report(
        policy("container_permission", must={"rights": {"has_none": "useAccounts"}, "search_in": {"is_set": True}})
    )
    first = found["findings"][0]
    assert first["text"] == (
        "container_permission 'APP / APP-Ops': rights are useAccounts and 1 more; search_in is not set."
    )
    assert first["subject"] == {"container": "APP", "group": "APP-Ops"}
    assert (first["position"], first["policy_position"], first["new"]) == ("a:3", "policies[0]", None)
    assert found["refused"] is True and len(found["refusals"]) == 3


@pytest.mark.parametrize(("until", "counts"), [("2026-11-30", False), ("2026-11-29", True), ("2027-01-31", False)])
def test_an_exception_counts_until_the_end_of_its_day(until: str, counts: bool) -> None:
    waiver = {"where": {"user": "ada"}, "owner": "iam@example.com", "until": until, "reason": "Until the audit."}
    found = report(policy(where={"user": "ada"}, exceptions=[waiver]))
    (finding,) = found["findings"]
    assert found["refused"] is counts
    assert (finding["exception"] is None) is counts
    assert ("The exception of iam@example.com ended on 2026-11-29." in finding["text"]) is counts


def test_subjects_with_an_exception_are_not_counted() -> None:
    waiver = {"where": {"user": "bob"}, "owner": "iam", "until": "2027-01-31"}
    assert report(policy(count={"at_most": 2}, exceptions=[waiver]))["refused"] is False
    found = report(policy(count={"at_most": 1}, exceptions=[waiver]))
    assert found["findings"][0]["text"] == "user: the policy counts 2 of 3 (Ada, eve), and asks for at most 1."


RIGHTS_OF_ADA: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "tested ones of many": (
        RIGHTS,
        {"must_not": {"rights": {"has_all": ["useAccounts", "addAccounts"]}}},
        f"rights are useAccounts, addAccounts and {len(RIGHTS) - 2} more",
    ),
    "all of a preset": (RIGHTS, {"must_not": {"rights": {"has_all": "full"}}}, "rights are all of full"),
    "a number": (RIGHTS[:5], {"must": {"rights": {"at_most": 4}}}, "rights are 5 in number"),
    "too many": (RIGHTS[:3], {"must": {"rights": {"only": RIGHTS[:2]}}}, f"rights are {RIGHTS[2]} and 2 more"),
    "too few": (
        ["useAccounts"],
        {"must": {"rights": {"has_all": ["useAccounts", "addAccounts"]}}},
        "rights are useAccounts; rights lack addAccounts",
    ),
    "none": ([], {"must": {"rights": {"has_any": "useAccounts"}}}, "rights are none"),
    "two tests": (
        RIGHTS,
        {"must_not": {"rights": {"has_all": "manageSafe", "has_any": ["useAccounts", "retrieveAccounts"]}}},
        f"rights are useAccounts, retrieveAccounts, manageSafe and {len(RIGHTS) - 3} more",
    ),
}


@pytest.mark.parametrize("case", RIGHTS_OF_ADA.values(), ids=RIGHTS_OF_ADA)
def test_a_finding_names_the_tested_rights(case: tuple[list[str], dict[str, Any], str]) -> None:
    rights, test, text = case
    permission = {"container": "APP", "user": "ada", "rights": {"set": rights}}
    found = report(policy("container_permission", **test), {"container_permissions": [permission]})
    assert found["findings"][0]["text"].endswith(f"{text}.")


def test_a_count_of_related_subjects_is_in_words() -> None:
    needs = policy("container", must={"container_permissions": {"where": {"user": "zed"}}})
    found = report(needs, {"containers": [{"name": "APP"}], "container_permissions": []})
    assert found["findings"][0]["text"] == "container 'APP': no permissions on the safe match."


def test_an_exception_without_a_finding_is_unused() -> None:
    waivers = [
        {"where": {"user": name}, "owner": name, "until": until}
        for name, until in [
            ("ada", "2027-01-31"),
            ("gone", "2027-01-31"),
            ("ADA", "2027-01-31"),
            ("left", "2020-01-01"),
        ]
    ]
    unused = [{"owner": "gone", "until": "2027-01-31"}, {"owner": "ADA", "until": "2027-01-31"}]
    unused.append({"owner": "left", "until": "2020-01-01"})
    verdicts: list[dict[str, Any]] = [{}, {"count": {"at_most": 9}}]
    for verdict in verdicts:
        (row,) = report(policy(exceptions=waivers, **verdict))["policies"]
        assert row["unused_exceptions"] == unused, row


def test_an_exception_of_a_policy_about_changes_may_wait_for_its_plan() -> None:
    waiver = {"where": {"name": "x"}, "owner": "iam", "until": "2027-01-31"}
    given = policy("change", must_not={"type": "user"}, exceptions=[waiver])
    found = report_of(evaluate(policies_of([given]), Scene(State.of(DIRECTORY), NOW, [])), [])
    assert found["policies"][0]["unused_exceptions"] == []


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        (policy("access", must_not={"user.active": False}), ["users"]),
        (policy("reach", must={"user": "x"}), ["users"]),
        (policy("container", must={"access": {"where": {"user.organization": "x"}}}), ["users"]),
    ],
)
def test_a_policy_that_lacks_a_kind_is_not_evaluated_and_refuses(given: dict[str, Any], lacking: list[str]) -> None:
    known = {plural: entries for plural, entries in DIRECTORY.items() if plural != "users"}
    found = report(given, known)
    (row,) = found["policies"]
    assert (row["not_evaluated"], row["refuses"], found["refused"]) == (lacking, True, True)
    assert found["refusals"] == ["p was not evaluated, because users were not read"]
    assert report({**given, "severity": "warn"}, known)["refused"] is False


def test_a_policy_about_changes_has_nothing_to_say_without_a_plan() -> None:
    found = report(policy("change", must_not={"type": "group"}))
    assert (found["policies"][0]["not_evaluated"], found["refused"]) == (["plan"], False)


def test_what_was_there_before_a_plan_is_old() -> None:
    before = {**DIRECTORY, "users": [{"user_name": "Ada", "active": True}, {"user_name": "eve", "active": False}]}
    given = policy("access", must_not={"user.active": False})
    found = report(given, before=Scene(State.of(before), NOW))
    assert found["findings"] == []
    bob = {"container": "APP", "user": "bob", "rights": {"set": ["useAccounts"]}}
    eve = {"container": "APP", "user": "eve", "rights": {"set": ["useAccounts"]}}
    users = [{"user_name": "bob", "active": False}, {"user_name": "eve", "active": False}]
    one = {**DIRECTORY, "users": users, "groups": [], "container_permissions": [bob]}
    two = {**one, "container_permissions": [bob, eve]}
    found = report(given, two, before=Scene(State.of(one), NOW))
    assert [(each["subject"]["user"], each["new"]) for each in found["findings"]] == [("bob", False), ("eve", True)]
    assert len(found["refusals"]) == 1
    assert report(given, one, before=Scene(State.of(two), NOW))["refused"] is False


def test_a_count_that_gets_worse_is_new() -> None:
    two, three = (Scene(State.of({"users": [{"user_name": name} for name in names]}), NOW) for names in ("ab", "abc"))
    (parsed,) = policies_of([policy(count={"at_most": 1})])
    new = [evaluate([parsed], after, before)[0].findings[0].new for before, after in ((two, three), (three, two))]
    assert new == [True, False]
