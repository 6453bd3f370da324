# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that return a value in another form than sent, with additions, or twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import plan_present
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import GROUP, RESOURCES, USER
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
ID = "05c55775-8c34-4044-a8a4-663576aa834"


@pytest.mark.parametrize("patch", [True, 501], ids=["PATCH", "PUT"])
@pytest.mark.parametrize("form", ["object", "list", "text"])
def test_a_manager_is_read_in_each_form(tenant: Tenant, run: Run, form: str, patch: Any) -> None:
    boss, other = (tenant.seed_user(userName=f"{name}@example.com") for name in ("boss", "other"))
    tenant.switch(manager_shape=form, patch_supported={"Users": patch})
    for manager, identifier in (("boss@example.com", boss), ("other@example.com", other), ("", None)):
        for changed in (True, False):
            result = run("scim_user", user_name="ada@example.com", manager=manager)
            assert (result["changed"], result["user"]["manager"], result.warnings) == (changed, identifier, [])
    assert run("scim_user", user_name="ada@example.com", manager="boss@example.com")["changed"] is True
    assert run("scim_user", user_name="ada@example.com", display_name="Ada King")["user"]["manager"] == boss


def test_a_property_that_the_server_adds_is_no_warning(tenant: Tenant, run: Run) -> None:
    tenant.seed(containers=[{"name": "APP"}])
    tenant.switch(properties_added=True)
    account = {"kind": "privileged_data", "container": "APP", "name": "root", "properties": {"username": "root"}}
    for changed in (True, False):
        result = run("scim_pam_object", **account)
        assert (result["changed"], result.warnings) == (changed, [])
    assert result["pam_object"]["properties"] == {"username": "root", "CreationMethod": "SCIM"}


@pytest.mark.parametrize(("shown", "type_"), [("Password", "password"), ("KEY", "key"), ("file", None)])
def test_what_is_read_about_an_account_can_be_applied(
    tenant: Tenant, run: Run, shown: str, type_: str | None, tmp_path: Path
) -> None:
    """The vault's own schema writes the type in capitals, and a server may show a type that has no option."""
    tenant.seed(containers=[{"name": "APP"}], accounts=[{"container": "APP", "name": "root", "type": shown}])
    (account,) = run("scim_pam_object_info", kind="privileged_data")["pam_objects"]
    assert account["type"] == type_
    exported = run("scim_directory_info", include=["privileged_data"])["directory"]["privileged_data"]
    assert [entry.get("type") for entry in exported] == [type_]
    assert run("scim_directory", privileged_data=exported)["changed"] is False

    journal = {"journal_path": str(tmp_path / "journal.jsonl"), "journal_run": "removal"}
    named = {"kind": "privileged_data", "container": "APP", "name": "root"}
    assert run("scim_pam_object", **named, state="absent", **journal)["changed"] is True
    undo = {"journal": journal["journal_path"], "run": "removal", "on_loss": "continue"}
    assert [action["action"] for action in run("scim_directory", undo=undo)["actions"]] == ["create"]


def test_one_object_in_two_rows_is_one_object(tenant: Tenant, run: Run) -> None:
    tenant.switch(query_rows_twice=True)
    user = {"user_name": "client@example.com", "oauth_client": True, "password": "Initial-pass-1"}
    for changed in (True, False):
        assert run("identity_user", **user)["changed"] is changed
        assert run("identity_role", name="clients", users={"set": [user["user_name"]]})["changed"] is changed
    assert run("identity_role", name="clients", state="absent")["changed"] is True


def test_ids_in_another_case_are_the_same_members() -> None:
    group = {"id": "g", "displayName": "team", "members": [{"value": f"{ID}{n}".upper(), "type": "User"} for n in "12"]}
    for wanted in ({"set": {f"{ID}1": "ada", f"{ID}2": "grace"}}, {"add": {f"{ID}1": "ada"}}):
        assert plan_present(GROUP, group, {"users": wanted}, write_secrets=False).action == "none"
    (removal,) = plan_present(GROUP, group, {"users": {"remove": {f"{ID}2": "grace"}}}, write_secrets=False).operations
    assert removal["path"] == f'members[value eq "{ID.upper()}2"]'
    # The case of other ids matters (RFC 7643 section 3.1).
    group["members"] = [{"value": "00uA", "type": "User"}]
    assert plan_present(GROUP, group, {"users": {"set": {"00ua": "ada"}}}, write_secrets=False).action == "update"


def test_a_managers_id_in_another_case_is_the_same() -> None:
    user = {"id": "1", "userName": "ada"}
    wanted = {"manager": f"{ID}1"}
    user = plan_present(USER, user, {"manager": f"{ID}1".upper()}, write_secrets=False).expected
    assert plan_present(USER, user, wanted, write_secrets=False).action == "none"


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.name)
def test_computed_attributes_are_not_in_the_body_of_a_put(resource: Any) -> None:
    current: dict[str, Any] = {"id": "1"}
    for path in resource.computed:
        node: Any = "computed"
        for part in reversed(path[1:]):
            node = {part: node, "other": "kept"}
        head = [node] if path[0] == "members" else node
        current[path[0]] = {**current.get(path[0], {}), **head} if isinstance(head, dict) else head
    body = plan_present(resource, current, {resource.keys[0]: "x"}, write_secrets=False).body
    assert resource.computed
    for path in resource.computed:
        node = body.get(path[0])
        for part in path[1:]:
            node = node[0] if isinstance(node, list) else node
            assert node["other"] == "kept"
            node = node.get(part)
        assert node is None
