# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies find the same as one that walks all subjects and asks each alone; very many findings are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.conditions import Condition, Count
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import MOST, evaluate, report_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.kinds import MAP, Subject
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.operators import (
    NAME,
    NAMES,
    NUMBER,
    RIGHT_LIST,
    SUBJECTS,
    TRUTH,
    operators_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import Policy, policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.scene import Scene
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.subjects import SUBJECT_KINDS
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS
from hypothesis import given
from hypothesis import strategies as st

from .graphs import GROUPS, NOW, SAFES, USERS, Object, directories

KINDS = ["reach", "access", "container_permission", "container", "user", "group", "privileged_data"]
NAMES_OF_ALL = [*USERS[2:], *GROUPS[2:], *SAFES, "root"]

# -- The plain way ------------------------------------------------------------


def users_of(scene: Scene, permission: int) -> list[int | None]:
    """Return everybody who has a permission, and None if that may be others as well."""
    held = scene.state.permissions[permission]
    if held.kind == "user":
        return [held.member]
    below = [group for group in range(len(scene.state.groups)) if scene.graph.below[held.member] >> group & 1]
    users = {user for group in below for user in scene.state.groups[group].users}
    return [*users, *([None] if any(not scene.state.groups[group].listed for group in below) else [])]


def access(scene: Scene) -> list[Any]:
    return [(user, number) for number in range(len(scene.state.permissions)) for user in users_of(scene, number)]


def reach(scene: Scene) -> list[Any]:
    found = {
        (user, scene.state.permissions[number].container)
        for user, number in access(scene)
        if user is not None and scene.state.users[user].active is not False
        if not scene.is_expired(scene.state.permissions[number])
    }
    return list(found)


EACH: dict[str, Callable[[Scene], list[Any]]] = {
    "reach": reach,
    "access": access,
    "container_permission": lambda scene: list(range(len(scene.state.permissions))),
    "container": lambda scene: list(range(len(scene.state.containers))),
    "user": lambda scene: list(range(len(scene.state.users))),
    "group": lambda scene: list(range(len(scene.state.groups))),
    "privileged_data": lambda scene: list(range(len(scene.state.accounts))),
}
Related = Callable[[Scene, Any, Any], bool]
RELATED: dict[tuple[str, str], Related] = {
    ("user", "reach"): lambda scene, user, reach: reach[0] == user,
    ("user", "access"): lambda scene, user, access: access[0] == user,
    ("user", "container_permissions"): lambda scene, user, number: (
        (scene.state.permissions[number].kind, scene.state.permissions[number].member) == ("user", user)
    ),
    ("group", "people"): lambda scene, group, user: scene.graph.everybody[group] >> user & 1 == 1,
    ("group", "container_permissions"): lambda scene, group, number: (
        (scene.state.permissions[number].kind, scene.state.permissions[number].member) == ("group", group)
    ),
    ("container", "privileged_data"): lambda scene, safe, number: scene.state.accounts[number].container == safe,
    ("container", "container_permissions"): lambda scene, safe, number: (
        scene.state.permissions[number].container == safe
    ),
    ("container", "reach"): lambda scene, safe, reach: reach[1] == safe,
    ("container", "access"): lambda scene, safe, access: scene.state.permissions[access[1]].container == safe,
    ("privileged_data", "reach"): lambda scene, number, reach: reach[1] == scene.state.accounts[number].container,
}


def holds(condition: Condition, subject: Subject) -> bool:
    """Return whether one subject meets a condition, without any memory of others."""
    for test in condition.tests:
        if isinstance(test, Count):
            kind, related = SUBJECT_KINDS[test.attribute.of], RELATED[subject.kind.name, test.attribute.name]
            keys = [key for key in EACH[kind.name](subject.scene) if related(subject.scene, subject.key, key)]
            found = [key for key in keys if holds(test.where, Subject(kind, subject.scene, key))]
            if test.bounds.distance(len(found)):
                return False
        elif not test.holds(subject):
            return False
    ways: dict[str, Callable[[list[bool]], bool]] = {
        "all_of": all,
        "any_of": any,
        "none_of": lambda answers: not any(answers),
    }
    return all(ways[way]([holds(each, subject) for each in inner]) for way, inner in condition.combined)


def plain_findings(policy: Policy, scene: Scene) -> tuple[int, dict[Any, list[Any]]]:
    """Return the number of subjects, and the owners of the exceptions of those that break a policy, by their mark."""
    chosen = [Subject(policy.kind, scene, key) for key in EACH[policy.kind.name](scene)]
    chosen = [subject for subject in chosen if holds(policy.where, subject)]
    found: dict[Any, list[Any]] = {}
    for subject in chosen:
        if holds(policy.verdict, subject) is (policy.must is None):
            waivers = [each.owner for each in policy.waivers if each.counts(NOW) and holds(each.where, subject)]
            found.setdefault(subject.mark, []).append(waivers[0] if waivers else None)
    return len(chosen), found


# -- Generated policies -------------------------------------------------------

ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    NAME: st.lists(st.sampled_from(NAMES_OF_ALL), min_size=1, max_size=3),
    NAMES: st.lists(st.sampled_from(NAMES_OF_ALL), min_size=1, max_size=3),
    RIGHT_LIST: st.lists(st.sampled_from(list(RIGHTS[:4])), min_size=1, max_size=3),
    NUMBER: st.integers(0, 2),
    TRUTH: st.booleans(),
}
PATTERNS = st.lists(st.sampled_from(["*1*", "group*", "*-B", "SAFE*", "*{first}*", "?ser3*"]), min_size=1, max_size=2)


@st.composite
def conditions(draw: st.DrawFn, kind: str, depth: int = 2) -> Object:
    attributes = [each for each in SUBJECT_KINDS[kind].attributes.values() if each.type not in (MAP, "moment")]
    found: Object = {}
    for attribute in draw(
        st.lists(st.sampled_from(attributes), min_size=1, max_size=2, unique_by=lambda each: each.name)
    ):
        if attribute.type == SUBJECTS:
            where = {"where": draw(conditions(attribute.of, depth - 1))} if depth else {}
            found[attribute.name] = {**where, "at_least": draw(st.integers(0, 2))}
            continue
        operator = draw(st.sampled_from(list(operators_of(attribute.type).values())))
        if operator.name == "is_set":
            argument: Any = draw(st.booleans())
        elif operator.name in ("at_least", "at_most"):
            argument = draw(st.integers(0, 2))
        elif "like" in operator.name or "matches" in operator.name:
            first = SUBJECT_KINDS[kind].named_by[draw(st.integers(0, len(SUBJECT_KINDS[kind].named_by) - 1))]
            argument = [text.replace("{first}", f"{{{first}}}") for text in draw(PATTERNS)]
            if "matches" in operator.name:
                argument = [text.replace("*", ".*").replace("?", ".") for text in argument]
        else:
            argument = draw(ARGUMENTS[attribute.type])
        found[attribute.name] = {operator.name: argument}
    if depth and draw(st.booleans()):
        way = draw(st.sampled_from(["all_of", "any_of", "none_of"]))
        found[way] = draw(st.lists(conditions(kind, depth - 1), min_size=1, max_size=2))
    return found


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    kind = draw(st.sampled_from(KINDS))
    waivers = [
        {"where": draw(conditions(kind, 1)), "owner": owner, "until": until}
        for owner, until in (("one", "2099-01-31"), ("two", "2020-01-31"), ("three", "2099-01-31"))
        if draw(st.booleans())
    ]
    where = {"where": draw(conditions(kind))} if draw(st.booleans()) else {}
    verdict = {draw(st.sampled_from(["must", "must_not"])): draw(conditions(kind))}
    given = {
        "name": "p",
        "reason": "So.",
        "each": kind,
        "severity": "refuse",
        "exceptions": waivers,
        **where,
        **verdict,
    }
    (parsed,) = policies_of([given])
    return parsed


def mark_of(finding: Any) -> Any:
    return tuple((name, value.lower()) for name, value in finding.subject.items())


@pytest.mark.long(reason="it walks all subjects of many generated directories")
@given(
    directory=directories(),
    other=directories(),
    changed=st.sets(st.sampled_from(["users", "groups", "container_permissions"])),
    policy=policies(),
)
def test_findings_are_those_of_a_walk_over_all_subjects(
    directory: Object, other: Object, changed: set[str], policy: Policy
) -> None:
    former = {**directory, **{kind: other[kind][::-1] for kind in changed}}
    scene, before = Scene(State.of(directory), NOW), Scene(State.of(former), NOW)
    subjects, expected = plain_findings(policy, scene)
    old = {mark for mark, owners in plain_findings(policy, before)[1].items() if None in owners}
    (found,) = evaluate([policy], scene)
    assert found.subjects == subjects
    shown = sorted((mark_of(each), (each.waiver and each.waiver.owner) or "") for each in found.findings)
    assert shown == sorted((mark, owner or "") for mark, owners in expected.items() for owner in owners)
    assert {each.new for each in found.findings} <= {None}
    (found,) = evaluate([policy], scene, before)
    assert all(each.new is (mark_of(each) not in old) for each in found.findings)
    assert len(found.findings) == len(shown)


# -- What depends on a plan, and very many findings ---------------------------


def company(users: int) -> Object:
    names = [f"user{number}" for number in range(users)]
    return {
        "users": [{"user_name": name, "active": True} for name in names],
        "groups": [{"display_name": "All", "users": {"set": names}}],
        "containers": [{"name": "APP"}],
        "container_permissions": [{"container": "APP", "group": "All", "rights": {"set": ["useAccounts"]}}],
    }


def report(directory: Object, before: Object | None = None, **parts: Any) -> Object:
    (policy,) = policies_of([{"name": "p", "reason": "So.", "each": "reach", "severity": "refuse", **parts}])
    scenes = [Scene(State.of(each), NOW) for each in (directory, before) if each is not None]
    return report_of(evaluate([policy], *scenes), ())


def test_a_finding_whose_exception_ends_with_the_plan_is_new() -> None:
    own = {"container": "APP", "user": "user1", "rights": {"set": ["useAccounts"]}}
    before = company(3)
    before["container_permissions"].append(own)
    waiver = {"where": {"direct": True}, "owner": "ada", "until": "2099-01-31"}
    found = report(company(3), before, must_not={"rights": "useAccounts"}, exceptions=[waiver])
    assert [(each["subject"]["user"], each["new"]) for each in found["findings"]] == [
        ("user1", True),
        ("user0", False),
        ("user2", False),
    ]
    assert len(found["refusals"]) == 1


def test_users_keep_their_findings_when_a_plan_gives_them_other_numbers() -> None:
    before = company(5)
    names = ["new", "user3", "user0", "user1", "user4"]
    after = {**company(5), "users": [{"user_name": name, "active": True} for name in names]}
    after["groups"][0]["users"]["set"] = names
    found = report(after, before, must_not={"rights": "useAccounts"})
    assert sorted(each["subject"]["user"] for each in found["findings"] if not each["new"]) == sorted(names[1:])


def test_very_many_findings_are_counted_and_said() -> None:
    waiver = {"where": {"user": {"like": "*7"}}, "owner": "ada", "until": "2099-01-31"}
    found = report(company(MOST + 2_000), must_not={"rights": "useAccounts"}, exceptions=[waiver])
    assert found["policies"][0]["findings"] == MOST + 2_000 == sum(each["count"] for each in found["findings"])
    more = [each for each in found["findings"] if not each["subject"]]
    assert [(each["text"], each["count"]) for each in more] == [("reach: and 1,700 more.", 1_700)]
    assert len(found["findings"]) == MOST + 1 + (MOST + 2_000) // 10
    assert found["refusals"][-1] == "p: reach: and 1,700 more"


def test_only_the_first_exception_has_a_finding() -> None:
    waivers = [{"where": {"user": "user1"}, "owner": owner, "until": "2099-01-31"} for owner in ("ada", "grace")]
    found = report(company(2), must_not={"rights": "useAccounts"}, exceptions=waivers)
    owners = [each["exception"] and each["exception"]["owner"] for each in found["findings"]]
    assert owners == [None, "ada"]
