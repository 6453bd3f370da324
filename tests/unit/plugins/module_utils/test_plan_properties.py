# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests for plans of any tenant and any files: the digest, and what happens after one more change."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.strategies import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

Object = dict[str, Any]
Run = Callable[..., Result]
PASSWORD = "Initial-pass-1"
LOGINS = tuple(f"{name}@example.com" for name in "abcde")
OUTSIDER = "outsider@example.com"  # always there, and in no list
LIMITS: Object = {"max_removals": "100", "max_access_removals": "1000"}
KEYS = {"user": "user_name", "group": "display_name", "container": "name"}
PLURALS = {"user": "users", "group": "groups", "container": "containers"}
TEXT = st.sampled_from(["", "Navy", "R&D"])
over_http = settings(
    examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


@st.composite
def seeds(draw: Any) -> Object:
    """Generate the population of a tenant."""
    logins = draw(st.lists(st.sampled_from(LOGINS), unique=True))
    return {
        "users": [
            *({"userName": login, "active": draw(st.booleans()), "displayName": draw(TEXT)} for login in logins),
            {"userName": OUTSIDER},
        ],
        "groups": [
            {"displayName": name, "members": draw(st.lists(st.sampled_from(logins), unique=True)) if logins else []}
            for name in draw(st.lists(st.sampled_from(["g-1", "g-2", "g-3"]), unique=True))
        ],
        "containers": [{"name": name} for name in draw(st.lists(st.sampled_from(["S-1", "S-2"]), unique=True))],
    }


@st.composite
def files(draw: Any) -> Object:
    """Generate a desired state. Groups only refer to users that it wants to be there."""
    absent = {"state": "absent"}
    users = [
        {"user_name": login, **draw(st.sampled_from([{}, {}, {"active": False}, absent]))}
        for login in draw(st.lists(st.sampled_from(LOGINS), unique=True))
    ]
    there = [user["user_name"] for user in users if "state" not in user]
    for user in users:
        if "state" not in user:
            user.update(draw(st.fixed_dictionaries({}, optional={"display_name": TEXT, "organization": TEXT})))
            user["password"] = PASSWORD
    return {
        "users": users,
        "groups": [
            {"display_name": name, **draw(st.sampled_from([{}, absent]))}
            if not there or draw(st.booleans())
            else {"display_name": name, "users": {"set": draw(st.lists(st.sampled_from(there), unique=True))}}
            for name in draw(st.lists(st.sampled_from(["g-1", "g-2", "g-3"]), unique=True))
        ],
        "containers": [
            {"name": name, **draw(st.sampled_from([absent, {"description": "old"}, {"description": "new"}]))}
            for name in draw(st.lists(st.sampled_from(["S-1", "S-2"]), unique=True))
        ],
    }


@st.composite
def rewritten(draw: Any, wanted: Object) -> Object:
    """Generate the same desired state in another order and in another case, or with other values in a few places."""
    other = {plural: draw(st.permutations(copy.deepcopy(entries))) for plural, entries in wanted.items()}
    for group in other["groups"]:
        if "users" in group:
            group["users"]["set"] = draw(st.permutations(group["users"]["set"]))
    for user in other["users"]:
        change = draw(st.sampled_from(["", "", "password", "value", "gone"]))
        if change == "password" and "password" in user:
            user["password"] = "Another-pass-2"
        if change == "value" and "state" not in user:
            user["organization"] = draw(TEXT)
    return other


def plan(run: Run, path: Path, wanted: Object) -> tuple[Result, Object]:
    result = run("scim_directory", check=True, **copy.deepcopy(wanted), **LIMITS, plan_path=str(path))
    assume(not result.failed or result.code != "guard_rail")
    assert not result.failed, result.output
    return result, json.loads(path.read_text())


def changes_in(result: Result) -> set[str]:
    """Return the changes, as the result tells them and not as the plan does."""
    before, after = result["diff"]["before"], result["diff"]["after"]
    changes = set()
    for action in result["actions"]:
        plural, name = PLURALS[action["type"]], action["name"]
        had, has = (side.get(plural, {}).get(name, {}) for side in (before, after))
        differing = {
            option: (sides(had.get(option)), sides(has.get(option)))
            for option in {*had, *has}
            if had.get(option) != has.get(option)
        }
        changes.add(json.dumps([plural, name, action["action"], differing], sort_keys=True))
    return changes


def sides(value: Any) -> Any:
    return sorted(value["set"]) if isinstance(value, dict) and "set" in value else value


@over_http
@given(seeds(), files().flatmap(lambda wanted: st.tuples(st.just(wanted), rewritten(wanted) | files())))
def test_digests_are_equal_if_and_only_if_the_changes_are(
    tenant: Tenant, run: Run, tmp_path: Path, seeded: Object, both: tuple[Object, Object]
) -> None:
    tenant.reset()
    tenant.seed(**copy.deepcopy(seeded))
    results, documents = zip(*(plan(run, tmp_path / "plan.json", wanted) for wanted in both), strict=True)
    assert (documents[0]["digest"] == documents[1]["digest"]) == (changes_in(results[0]) == changes_in(results[1]))


def change_files(wanted: Object, row: Object) -> None:
    """Change the entry that a change of the plan comes from."""
    entries = wanted[PLURALS[row["type"]]]
    (entry,) = [entry for entry in entries if entry[KEYS[row["type"]]] == row["name"]]
    if entry.get("state") == "absent":
        entries.remove(entry)
    elif row["type"] == "group":
        entry["users"] = {"set": [OUTSIDER]}
    else:
        entry["organization" if row["type"] == "user" else "description"] = "Elsewhere"


def change_tenant(tenant: Tenant, row: Object) -> None:
    """Change the object that a change of the plan is about, as a colleague would."""
    attribute = {"user": "userName", "group": "displayName", "container": "name"}[row["type"]]
    if row["id"] is None:
        tenant.seed(**{PLURALS[row["type"]]: [{attribute: row["name"]}]})
    elif row["type"] == "user":
        if "organization" in row["attributes"]:
            value = {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"organization": "Moved"}}
        elif "active" in row["attributes"] and row["action"] != "delete":
            value = {"active": row["attributes"]["active"]["after"]}
        else:
            value = {"displayName": "Moved"}
        patch(tenant, f"Users/{row['id']}", {"op": "replace", "value": value})
    elif row["type"] == "group":
        member = [{"value": tenant.user(OUTSIDER)["id"]}]
        patch(tenant, f"Groups/{row['id']}", {"op": "add", "path": "members", "value": member})
    elif row["action"] == "delete":
        tenant.seed(accounts=[{"container": row["name"], "name": "another", "type": "password"}])
    else:
        (safe,) = [safe for safe in tenant.resources("Containers") if safe["id"] == row["id"]]
        tenant.scim("PUT", f"Containers/{safe['id']}", {**safe, "description": "Moved"})


def patch(tenant: Tenant, path: str, operation: Object) -> None:
    schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    tenant.scim("PATCH", path, {"schemas": [schema], "Operations": [operation]})


@over_http
@given(seeds(), files(), st.data())
def test_one_change_after_the_plan_is_refused_by_name_and_nothing_is_written(
    tenant: Tenant, run: Run, tmp_path: Path, seeded: Object, wanted: Object, data: st.DataObject
) -> None:
    tenant.reset()
    tenant.seed(**copy.deepcopy(seeded))
    path = tmp_path / "plan.json"
    _result, document = plan(run, path, wanted)
    assume(document["changes"])
    row = data.draw(st.sampled_from(document["changes"]), "what changes")
    if data.draw(st.booleans(), "in the tenant"):
        change_tenant(tenant, row)
    else:
        change_files(wanted, row)
    before = tenant.state()
    tenant.forget_requests()
    result = run("scim_directory", **copy.deepcopy(wanted), **LIMITS, approved=str(path))
    assert result.code == "plan_changed", result.output
    assert repr(row["name"]) in result["msg"]
    assert tenant.writes() == []
    assert tenant.state() == before


@over_http
@given(seeds(), files())
def test_the_approved_plan_is_applied_and_the_next_one_is_empty(
    tenant: Tenant, run: Run, tmp_path: Path, seeded: Object, wanted: Object
) -> None:
    tenant.reset()
    tenant.seed(**copy.deepcopy(seeded))
    path = tmp_path / "plan.json"
    _result, document = plan(run, path, wanted)
    result = run("scim_directory", **copy.deepcopy(wanted), **LIMITS, approved=document["digest"])
    assert not result.failed, result.output
    assert result["changed"] == bool(document["changes"])
    assert plan(run, path, wanted)[1]["changes"] == []
