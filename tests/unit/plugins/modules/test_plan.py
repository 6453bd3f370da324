# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of scim_directory: written for review, approved, and applied exactly or not at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import (
    Task,
    is_same_change,
    make_plan,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import USER
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import IN_THIS_PROCESS

Run = Callable[..., Result]
SCHEMA = json.loads((ROOT / "docs/schemas/plan.schema.json").read_text())
PASSWORD = "Initial-pass-1"
SEED: dict[str, Any] = {
    "users": [{"userName": f"{name}@example.com"} for name in ("ada", "grace", "katherine")],
    "groups": [{"displayName": "db-admins", "members": ["ada@example.com", "grace@example.com"]}],
    "containers": [{"name": "APP-PRD"}, {"name": "OLD"}],
    "permissions": [{"container": "APP-PRD", "user": "ada@example.com", "rights": ["listAccounts"]}],
    "accounts": [{"container": "OLD", "name": "root@old", "type": "password"}],
}
WANTED: dict[str, Any] = {
    "users": [
        {"user_name": "edsger@example.com", "password": PASSWORD, "organization": "R&D"},
        {"user_name": "katherine@example.com", "active": False},
    ],
    "groups": [{"display_name": "db-admins", "users": {"set": ["ada@example.com", "edsger@example.com"]}}],
    "containers": [{"name": "OLD", "state": "absent"}, {"name": "NEW", "description": "for the new application"}],
    "container_permissions": [
        {"container": "NEW", "group": "db-admins", "rights": {"set": ["useAccounts"]}},
        {"container": "APP-PRD", "user": "ada@example.com", "rights": {"add": ["useAccounts"], "remove": []}},
    ],
    "privileged_data": [
        {"container": "NEW", "name": "root@web1", "secret": "Account-secret-1", "properties": {"address": "web1"}}
    ],
}


@pytest.fixture
def plan(tenant: Tenant, run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that plans in check mode and returns the document."""

    def call(**options: Any) -> dict[str, Any]:
        path = tmp_path / "plan.json"
        result = run("scim_directory", check=True, **{**WANTED, "plan_path": str(path), **options})
        assert not result.failed, result.output
        document: dict[str, Any] = json.loads(path.read_text())
        jsonschema.validate(document, SCHEMA)
        assert result["plan"]["digest"] == document["digest"]
        return document

    return call


def rows(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["type"], row["name"]): row for row in document["changes"]}


def test_a_plan_lists_the_changes_of_a_run(tenant: Tenant, plan: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    tenant.seed(**SEED)
    document = plan()
    changes = rows(document)
    assert {key: row["action"] for key, row in changes.items()} == {
        ("user", "edsger@example.com"): "create",
        ("user", "katherine@example.com"): "deactivate",
        ("group", "db-admins"): "update",
        ("container", "NEW"): "create",
        ("container", "OLD"): "delete",
        ("container_permission", "APP-PRD / ada@example.com"): "update",
        ("container_permission", "NEW / db-admins"): "create",
        ("privileged_data", "NEW / root@web1"): "create",
    }
    new = changes["user", "edsger@example.com"]
    assert new["id"] is None
    assert new["attributes"]["password"] == {"after": "will be set"}
    assert new["attributes"]["organization"] == {"before": None, "after": "R&D"}
    grace = tenant.user("grace@example.com")
    assert changes["group", "db-admins"]["attributes"]["users"] == {
        "add": [{"name": "edsger@example.com", "id": None}],
        "remove": [{"name": "grace@example.com", "id": grace["id"]}],
    }
    assert changes["group", "db-admins"]["needs"] == ["user 'edsger@example.com'"]
    assert changes["container_permission", "APP-PRD / ada@example.com"]["attributes"]["rights"]["add"] == [
        "useAccounts"
    ]
    assert changes["container", "OLD"]["also_removed"]["accounts"]["names"] == ["root@old"]
    assert document["summary"]["users"] == {"create": 1, "deactivate": 1}
    path = tmp_path / "plan.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()
    assert "Account-secret-1" not in path.read_text()
    assert [each.name for each in tmp_path.iterdir() if each.suffix != ".json"] == []


def test_the_same_situation_gives_the_same_bytes(
    tenant: Tenant, plan: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    tenant.seed(**SEED)
    plan()
    first = (tmp_path / "plan.json").read_bytes()
    shuffled = {plural: entries[::-1] for plural, entries in WANTED.items()}
    plan(**shuffled, workers=1)
    assert (tmp_path / "plan.json").read_bytes() == first


def test_an_approved_plan_is_applied(tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]]) -> None:
    tenant.seed(**SEED)
    digest = plan()["digest"]
    result = run("scim_directory", **WANTED, approved=digest)
    assert not result.failed, result.output
    assert result["plan"]["digest"] == digest
    assert plan()["changes"] == []


def add_member(tenant: Tenant, user_name: str) -> None:
    operation = {"op": "add", "path": "members", "value": [{"value": tenant.user(user_name)["id"]}]}
    tenant.scim("PATCH", f"Groups/{group(tenant)['id']}", {"Operations": [operation]})


CHANGES: dict[str, Callable[[Tenant], Any]] = {
    "a member": lambda tenant: tenant.scim(
        "PATCH",
        f"Groups/{group(tenant)['id']}",
        {
            "Operations": [
                {"op": "add", "path": "members", "value": [{"value": tenant.user("katherine@example.com")["id"]}]}
            ]
        },
    ),
    "an account in the safe that goes": lambda tenant: tenant.seed(
        accounts=[{"container": "OLD", "name": "second", "type": "password"}]
    ),
    "the new user": lambda tenant: tenant.seed_user(userName="edsger@example.com"),
    "the rights": lambda tenant: tenant.scim(
        "PUT",
        f"ContainerPermissions/{permission(tenant)['id']}",
        {**permission(tenant), "rights": [*permission(tenant)["rights"], "useAccounts"]},
    ),
}


def group(tenant: Tenant) -> dict[str, Any]:
    (found,) = (each for each in tenant.resources("Groups") if each["displayName"] == "db-admins")
    return found


def permission(tenant: Tenant) -> dict[str, Any]:
    (found,) = (each for each in tenant.resources("ContainerPermissions") if each["id"].startswith("APP-PRD:ada"))
    return found


@pytest.mark.parametrize("by_path", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_written_if_the_tenant_has_changed(
    tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]], tmp_path: Path, change: str, by_path: bool
) -> None:
    tenant.seed(**SEED)
    digest = plan()["digest"]
    CHANGES[change](tenant)
    before = tenant.state()
    tenant.forget_requests()
    result = run("scim_directory", **WANTED, approved=str(tmp_path / "plan.json") if by_path else digest)
    assert result.code == "plan_changed", result.output
    assert tenant.state() == before
    assert tenant.writes() == []
    if by_path:
        assert "differs in" in result["msg"] or "is no longer needed" in result["msg"] or "is new" in result["msg"]


def test_another_change_of_the_files_is_refused(tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]]) -> None:
    tenant.seed(**SEED)
    digest = plan()["digest"]
    users = [*WANTED["users"], {"user_name": "mallory@example.com", "password": PASSWORD}]
    result = run("scim_directory", **{**WANTED, "users": users}, approved=digest)
    assert result.code == "plan_changed"
    assert tenant.users("mallory@example.com") == []


def test_a_new_password_is_no_other_plan(tenant: Tenant, plan: Callable[..., dict[str, Any]]) -> None:
    """No secret is in a plan, not even as a hash: one cannot be guessed from the digest."""
    tenant.seed(**SEED)
    users = [{**WANTED["users"][0], "password": "Another-pass-2"}, WANTED["users"][1]]
    assert plan()["digest"] == plan(users=users)["digest"]


@pytest.mark.parametrize(
    ("approved", "said"),
    [
        ("", "approved is empty"),
        ("  ", "approved is empty"),
        ("sha256:abc", "is not a digest"),
        ("/nowhere/plan.json", "cannot be read"),
    ],
)
def test_an_approval_that_says_nothing_is_refused(tenant: Tenant, run: Run, approved: str, said: str) -> None:
    result = run("scim_directory", **WANTED, approved=approved)
    assert result.code == "invalid"
    assert said in result["msg"]
    assert tenant.requests() == []


def test_a_plan_that_was_edited_is_refused(
    tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    tenant.seed(**SEED)
    document = plan()
    document["changes"][0]["name"] = "mallory@example.com"
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(document))
    result = run("scim_directory", **WANTED, approved=str(edited))
    assert result.code == "invalid"
    assert "was changed after it was written" in result["msg"]


def test_a_plan_of_another_tenant_is_refused(
    tenant: Tenant, tls_tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    for each in (tenant, tls_tenant):
        each.seed(**SEED)
    plan()
    result = run("scim_directory", **{**WANTED, **tls_tenant.connection}, approved=str(tmp_path / "plan.json"))
    assert result.code == "plan_changed"
    assert tenant.info["tenant_url"] in result["msg"]


def test_a_plan_that_cannot_be_written_stops_the_run(tenant: Tenant, run: Run) -> None:
    tenant.seed(**SEED)
    tenant.forget_requests()
    result = run("scim_directory", **WANTED, plan_path="/nowhere/plan.json")
    assert result.code == "invalid"
    assert "plan_path" in result["msg"]
    assert tenant.writes() == []


@IN_THIS_PROCESS
def test_an_object_that_changes_during_the_run_is_left_alone(
    tenant: Tenant, run: Run, plan: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody removes the last right between the survey and the write: only that object fails."""
    from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.plan_files import Approval

    tenant.seed(**SEED)
    digest = plan()["digest"]
    check = Approval.check

    def check_and_change(approval: Approval, planned: dict[str, Any]) -> None:
        check(approval, planned)
        CHANGES["a member"](tenant)

    monkeypatch.setattr(Approval, "check", check_and_change)
    result = run("scim_directory", **WANTED, approved=digest, on_error="continue")
    failed = [action for action in result["actions"] if action["action"] == "failed"]
    assert [(action["name"], action["failure"]["code"]) for action in failed] == [("db-admins", "plan_changed")]
    names = {member["display"] for member in group(tenant)["members"]}
    assert names == {"ada@example.com", "grace@example.com", "katherine@example.com"}
    assert tenant.users("edsger@example.com")


def test_a_secret_that_is_quoted_elsewhere_is_masked(
    tenant: Tenant, plan: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """A description or a property may repeat a secret of the task, and the digest must not depend on it."""
    tenant.seed(**SEED)
    digests = set()
    for secret in ("Quoted-secret-1", "Quoted-secret-2"):
        container = {"name": "NEW", "description": f"the password is {secret}"}
        account = {"container": "NEW", "name": "a", "secret": secret, "properties": {"address": secret, secret: "x"}}
        document = plan(containers=[container], privileged_data=[account])
        assert secret not in (tmp_path / "plan.json").read_text()
        assert "the password is ********" in (tmp_path / "plan.json").read_text()
        digests.add(document["digest"])
    assert len(digests) == 1


@pytest.mark.parametrize("workers", [1, 8])
def test_an_approved_plan_deletes_objects_that_refer_to_each_other(
    tenant: Tenant, run: Run, tmp_path: Path, workers: int
) -> None:
    """The emulator removes a deleted manager or nested group from the objects that refer to it."""
    users: list[dict[str, Any]] = [{"user_name": "boss@example.com"}]
    users += [{"user_name": f"{name}@example.com", "manager": "boss@example.com"} for name in "ab"]
    groups = [{"display_name": "inner"}, {"display_name": "outer", "groups": {"set": ["inner"]}}]
    wanted = {"users": [{**user, "password": "Aa1-secret"} for user in users], "groups": groups}
    assert not run("scim_directory", **wanted).failed
    gone: dict[str, Any] = {
        "users": [{"user_name": user["user_name"], "state": "absent"} for user in users],
        "groups": [{"display_name": group["display_name"], "state": "absent"} for group in groups],
        "plan_path": str(tmp_path / "plan.json"),
    }
    planned = run("scim_directory", check=True, **gone)
    result = run("scim_directory", **gone, approved=planned["plan"]["digest"], workers=workers)
    assert not result.failed, result.output
    assert result["summary"] == {"users": {"delete": 3}, "groups": {"delete": 2}}


def test_a_plan_is_another_one_if_the_deleted_object_got_a_manager(tenant: Tenant, run: Run) -> None:
    names = ("ada@example.com", "boss@example.com")
    ada, boss = (tenant.seed_user(userName=name) for name in names)
    now = make_plan(Task(USER, {}, absent=True), {}, tenant.user(names[0]))
    tenant.scim("PATCH", f"Users/{ada}", _manager(boss))
    later = make_plan(Task(USER, {}, absent=True), {}, tenant.user(names[0]))
    assert is_same_change(now, later)
    assert not is_same_change(later, now)


def _manager(identifier: str) -> dict[str, Any]:
    path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
    operation = {"op": "replace", "path": path, "value": {"value": identifier}}
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
