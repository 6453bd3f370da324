# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test the directory after a plan, and the access document that has it before and after."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.after import after
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import (
    access_document,
    read_document,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.reach import difference
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.plan_document import with_digest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from jsonschema import Draft202012Validator

Object = dict[str, Any]
NOW = 1_796_000_000.0  # in 2026
SCHEMA = json.loads((ROOT / "docs/schemas/access.schema.json").read_text())
DIRECTORY: Object = {
    "users": [{"user_name": "ada@example.com", "manager": "bob@example.com"}, {"user_name": "bob@example.com"}],
    "groups": [
        {"display_name": "db-admins", "users": {"set": ["ada@example.com", "bob@example.com"]}},
        {"display_name": "all", "groups": {"set": ["db-admins"]}},
    ],
    "containers": [{"name": "APP-PRD", "description": "old"}, {"name": "OLD"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "all", "rights": {"set": ["listAccounts", "useAccounts"]}},
        {"container": "OLD", "user": "ada@example.com", "rights": {"set": ["useAccounts"]}},
    ],
    "privileged_data": [{"container": "OLD", "name": "root"}],
}


def change(kind: str, action: str, keys: Object, **attributes: Any) -> Object:
    return {
        "type": kind,
        "name": " / ".join(keys.values()),
        "keys": keys,
        "id": None if action == "create" else "1",
        "action": action,
        "attributes": attributes,
        "needs": [],
    }


def plan(*changes: Object) -> Object:
    scope = {"kinds": [], "prune": [], "max_removals": "10", "max_access_removals": "10", "protected": []}
    document = {"format": 1, "tenant": "https://t.example.com", "scope": scope, "changes": list(changes)}
    return with_digest({**document, "summary": {}, "unmanaged": []})


def member(name: str) -> Object:
    return {"name": name, "id": "1"}


def values(before: Any, after_it: Any) -> Object:
    return {"before": before, "after": after_it}


def changed(*changes: Object) -> Object:
    before = copy.deepcopy(DIRECTORY)
    found = after(before, plan(*changes))
    assert before == DIRECTORY  # which stays as it was
    return {kind: entries for kind, entries in found.items() if entries != DIRECTORY[kind]}


def test_created_objects_are_there() -> None:
    secret = {"after": "will be set"}
    assert changed(
        change("user", "create", {"user_name": "eve@example.com"}, active=values(None, True), password=secret),
        change("group", "create", {"display_name": "new"}, users={"add": [member("eve@example.com")], "remove": []}),
        change(
            "container_permission",
            "create",
            {"container": "APP-PRD", "group": "new"},
            rights={"add": ["useAccounts"], "remove": []},
            membership_expiration=values(None, "2027-01-31T23:59:59Z"),
        ),
    ) == {
        "users": [*DIRECTORY["users"], {"user_name": "eve@example.com", "active": True}],
        "groups": [*DIRECTORY["groups"], {"display_name": "new", "users": {"set": ["eve@example.com"]}}],
        "container_permissions": [
            *DIRECTORY["container_permissions"],
            {
                "container": "APP-PRD",
                "group": "new",
                "rights": {"set": ["useAccounts"]},
                "membership_expiration": "2027-01-31T23:59:59Z",
            },
        ],
    }


def test_changed_objects_have_their_new_values() -> None:
    rights = {"add": ["manageSafe"], "remove": ["useAccounts"]}
    found = changed(
        change("user", "deactivate", {"user_name": "BOB@example.com"}, active=values(True, False)),
        change(
            "group", "update", {"display_name": "db-admins"}, users={"add": [], "remove": [member("Ada@example.com")]}
        ),
        change("container", "update", {"name": "APP-PRD"}, description=values("old", "")),
        change("container_permission", "update", {"container": "app-prd", "group": "ALL"}, rights=rights),
    )
    assert found["users"][1] == {"user_name": "bob@example.com", "active": False}
    assert found["groups"][0]["users"] == {"set": ["bob@example.com"]}
    assert found["containers"][0] == {"name": "APP-PRD"}
    assert found["container_permissions"][0]["rights"] == {"set": ["listAccounts", "manageSafe"]}


def test_a_new_name_is_the_name_of_the_member_everywhere() -> None:
    found = changed(
        change(
            "user", "rename", {"user_name": "ada@example.com"}, user_name=values("ada@example.com", "ada.l@example.com")
        ),
        change(
            "user", "rename", {"user_name": "bob@example.com"}, user_name=values("bob@example.com", "bo@example.com")
        ),
        change("group", "rename", {"display_name": "db-admins"}, display_name=values("db-admins", "dba")),
    )
    assert found["users"][0] == {"user_name": "ada.l@example.com", "manager": "bo@example.com"}
    assert found["groups"][0] == {"display_name": "dba", "users": {"set": ["ada.l@example.com", "bo@example.com"]}}
    assert found["groups"][1]["groups"] == {"set": ["dba"]}
    assert found["container_permissions"][1]["user"] == "ada.l@example.com"


def test_deleted_objects_take_along_what_is_theirs() -> None:
    assert changed(change("container", "delete", {"name": "old"})) == {
        "containers": DIRECTORY["containers"][:1],
        "container_permissions": DIRECTORY["container_permissions"][:1],
        "privileged_data": [],
    }
    found = changed(
        change("user", "delete", {"user_name": "ada@example.com"}), change("group", "delete", {"display_name": "all"})
    )
    assert found["groups"] == [{"display_name": "db-admins", "users": {"set": ["bob@example.com"]}}]
    assert found["container_permissions"] == []
    assert changed(change("user", "delete", {"user_name": "bob@example.com"}))["users"] == [
        {"user_name": "ada@example.com"}
    ]


def test_a_kind_that_was_not_read_stays_unread() -> None:
    partial = {"groups": DIRECTORY["groups"], "container_permissions": DIRECTORY["container_permissions"]}
    found = after(partial, plan(change("user", "delete", {"user_name": "ada@example.com"})))
    assert "users" not in found
    assert found["groups"][0]["users"] == {"set": ["bob@example.com"]}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (
            plan(change("user", "delete", {"user_name": "eve@example.com"})),
            "'eve@example.com', but the directory does not",
        ),
        (plan(change("user", "create", {"user_name": "Ada@example.com"})), "creates the user 'ada@example.com'"),
        (
            plan(change("group", "update", {"display_name": "all"}, users={"add": [], "remove": [member("eve")]})),
            "removes 'eve' from users of 'all'",
        ),
        ({**plan(), "changes": [change("container", "delete", {"name": "OLD"})]}, "was changed after it was written"),
        ({"changes": []}, "this is not a plan"),
        ({**plan(), "changes": 5}, "this is not a plan"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(wrong: Object, text: str) -> None:
    with pytest.raises(InvalidError, match=text):
        after(DIRECTORY, wrong)


def test_the_difference_of_a_plan_names_who_gains_and_loses() -> None:
    found = after(
        DIRECTORY,
        plan(
            change(
                "group",
                "update",
                {"display_name": "db-admins"},
                users={"add": [], "remove": [member("ada@example.com")]},
            ),
            change(
                "container_permission",
                "create",
                {"container": "APP-PRD", "user": "ada@example.com"},
                rights={"add": ["useAccounts", "manageSafe"], "remove": []},
            ),
        ),
    )
    assert list(difference(State.of(DIRECTORY), State.of(found), NOW)) == [
        {
            "user": "ada@example.com",
            "group": None,
            "container": "APP-PRD",
            "gained": ["manageSafe"],
            "lost": ["listAccounts"],
            "paths": [[]],
        }
    ]


def test_the_document_follows_its_schema_and_can_be_read() -> None:
    found = after(DIRECTORY, plan(change("container", "delete", {"name": "OLD"})))
    partial = {kind: entries for kind, entries in DIRECTORY.items() if kind != "users"}
    for document in (
        access_document("plan", DIRECTORY, NOW, tenant="https://T.example.com/", after=found),
        access_document("files", partial, NOW, findings=[], gaps=["A file was not read."]),
    ):
        Draft202012Validator(SCHEMA).validate(document)
        assert read_document(json.loads(json.dumps(document))) == document
    assert document["date"] == "2026-11-30T00:53:20Z"
    assert document["kinds"] == ["groups", "containers", "container_permissions", "privileged_data"]
    assert document["gaps"] == [
        "A file was not read.",
        "Users were not read: nothing tells whether a person can log in.",
    ]


@pytest.mark.parametrize("wrong", [{}, [], None, {"users": []}])
def test_anything_but_a_document_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidError, match="this is not an access document"):
        read_document(wrong)


def test_a_document_of_another_format_is_refused() -> None:
    with pytest.raises(InvalidError, match="has the format 2, and this release reads 1"):
        read_document({**access_document("files", DIRECTORY, NOW), "format": 2})
