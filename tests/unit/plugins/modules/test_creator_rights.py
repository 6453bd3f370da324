# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``creator_rights`` for safes of a directory: planned, counted, and removed when no other entry needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_part import directory_part
from ansible_collections.idops.cyberark_identity.tests.emulator.vault.rights import RIGHTS
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import apply, good

Run = Callable[..., Result]
KEPT = ["listAccounts", "manageSafeMembers", "viewSafeMembers"]
SAFE = {"name": "APP", "creator_rights": KEPT}
APPLICATION: dict[str, Any] = {
    "users": [{"user_name": "ada@example.com", "password": "Initial-pass-1"}],
    "containers": [SAFE],
    "container_permissions": [{"container": "APP", "user": "ada@example.com", "rights_preset": "read_only"}],
    "privileged_data": [{"container": "APP", "name": "root", "secret": "Initial-pass-2"}],
}


def creators_rights(tenant: Tenant, safe: str = "APP") -> list[str] | None:
    """Return the rights of the service user on a safe, None if it is no member."""
    creator = tenant.info["client_id"]
    found = [each for each in tenant.resources("ContainerPermissions") if each["id"] == f"{safe}:{creator}"]
    return sorted(found[0]["rights"]) if found else None


def test_a_new_safe_is_planned_filled_and_then_trimmed(tenant: Tenant, run: Run) -> None:
    before = tenant.state()
    predicted = good(apply(run, check=True, **APPLICATION))
    assert tenant.state() == before
    tenant.forget_requests()
    first = good(apply(run, **APPLICATION))
    assert tenant.writes()[-1].startswith("PUT /scim/v2/ContainerPermissions/")
    for part in ("actions", "summary", "diff"):
        assert first[part] == predicted[part]
    name = f"APP / {tenant.info['client_id']}"
    assert first["actions"][-1] == {
        "type": "container_permission",
        "name": name,
        "action": "update",
        "attributes": ["rights"],
    }
    assert first["diff"]["after"]["container_permissions"][name] == {"rights": {"set": KEPT}}
    assert creators_rights(tenant) == KEPT
    assert good(apply(run, **APPLICATION))["changed"] is False


def test_a_safe_that_exists_is_trimmed_and_its_rights_count(tenant: Tenant, run: Run) -> None:
    good(apply(run, containers=[{"name": "APP"}]))
    refused = apply(run, containers=[SAFE], max_access_removals="18")
    assert refused.code == "guard_rail"
    assert "and 19 would be" in refused["msg"]
    assert creators_rights(tenant) == sorted(RIGHTS)
    predicted = good(apply(run, check=True, containers=[SAFE]))
    result = good(apply(run, containers=[SAFE]))
    assert result["actions"] == predicted["actions"]
    assert result["actions"][0]["access_removed"] == 19
    assert result["summary"] == {"containers": {"unchanged": 1}, "container_permissions": {"update": 1}}
    assert creators_rights(tenant) == KEPT
    # The option never adds rights.
    wider = {"name": "APP", "creator_rights": list(RIGHTS)}
    assert good(apply(run, containers=[wider]))["changed"] is False


def test_a_creator_who_keeps_no_right_is_removed_once_and_last(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(containers=[{"name": "APP", "owner": "ada@example.com"}])
    good(apply(run, containers=[SAFE]))
    account = {"container": "APP", "name": "root", "secret": "Initial-pass-2"}
    goes = {"containers": [{"name": "APP", "creator_rights": ["renameAccounts"]}], "privileged_data": [account]}
    tenant.forget_requests()
    result = good(apply(run, **goes))
    assert [action["action"] for action in result["actions"]] == ["create", "delete"]
    assert result["summary"]["container_permissions"] == {"delete": 1}
    assert [request.split(" ")[0] for request in tenant.writes()] == ["POST", "DELETE"]
    assert tenant.resources("ContainerPermissions") == []


def test_many_safes_are_read_in_a_few_requests(tenant: Tenant, run: Run) -> None:
    safes = [{"name": f"APP-{number:03}", "creator_rights": KEPT} for number in range(60)]
    good(apply(run, containers=safes))
    tenant.forget_requests()
    assert good(apply(run, containers=safes))["changed"] is False
    assert len(tenant.requests()) < 20


@pytest.mark.parametrize("display", ["key", "name", "omitted"])
def test_the_creator_is_found_however_members_are_shown(tenant: Tenant, run: Run, display: str) -> None:
    good(apply(run, containers=[{"name": "APP"}]))
    tenant.switch(member_display=display)
    assert good(apply(run, check=True, containers=[SAFE]))["changed"] is True


@pytest.mark.parametrize("owner", ["omitted", "object"])
def test_a_safe_without_owner_was_created_by_the_service_user(tenant: Tenant, run: Run, owner: str) -> None:
    good(apply(run, containers=[{"name": "APP"}]))
    tenant.switch(owner_empty=owner)
    good(apply(run, containers=[SAFE]))
    assert creators_rights(tenant) == KEPT


def test_a_creator_that_has_left_stays_out(tenant: Tenant, run: Run) -> None:
    creator = tenant.info["client_id"]
    good(apply(run, containers=[{"name": "APP"}]))
    task = {"kind": "container_permission", "container": "APP", "user": creator, "state": "absent"}
    good(run("scim_pam_object", **task))
    assert good(apply(run, containers=[SAFE]))["changed"] is False
    assert creators_rights(tenant) is None


def test_a_safe_that_lacks_something_keeps_its_creators_rights(tenant: Tenant, run: Run) -> None:
    """The next run needs them."""
    tenant.fault(method="POST", path="/PrivilegedData", status=400)
    result = apply(run, on_error="continue", **APPLICATION)
    assert result.code == "incomplete"
    (skipped,) = [action for action in result["actions"] if action["action"] == "skipped"]
    assert skipped["position"] == "containers[0].creator_rights"
    assert skipped["msg"] == "an entry that it needs failed: privileged_data[0]."
    assert creators_rights(tenant) == sorted(RIGHTS)
    good(apply(run, **APPLICATION))
    assert creators_rights(tenant) == KEPT


def test_a_creator_cannot_be_shut_out(tenant: Tenant, run: Run) -> None:
    result = apply(run, containers=[{"name": "APP", "creator_rights": []}])
    assert result.code == "invalid"
    assert "creator_rights is empty" in result["msg"]
    good(apply(run, containers=[{"name": "APP", "creator_rights": ["useAccounts"]}]))
    result = apply(run, containers=[{"name": "APP", "creator_rights": ["listAccounts"]}])
    assert result.code == "guard_rail"
    assert creators_rights(tenant) == ["useAccounts"]


def test_a_protected_safe_keeps_its_creators_rights(tenant: Tenant, run: Run) -> None:
    good(apply(run, containers=[{"name": "APP"}]))
    result = apply(run, containers=[SAFE], protected=["app"])
    assert result.code == "guard_rail"
    assert creators_rights(tenant) == sorted(RIGHTS)


def test_two_entries_about_the_creators_permission_are_refused(tenant: Tenant, run: Run) -> None:
    own = {"container": "APP", "user": tenant.info["client_id"].upper(), "rights_preset": "full"}
    for _run in range(2):
        result = apply(run, containers=[SAFE], container_permissions=[own])
        assert result.code == "invalid"
        assert "container_permissions[0]: container_permission 'APP / " in result["msg"]
        assert "' is also at containers[0].creator_rights. Name each object only once" in result["msg"]
        good(apply(run, containers=[{"name": "APP"}]))


def test_the_rights_are_checked(tenant: Tenant, run: Run) -> None:
    result = apply(run, containers=[{"name": "APP", "creator_rights": ["fly"]}])
    assert result.code == "invalid"
    assert "'fly', which is not a right" in result["msg"]


def test_slices_trim_in_the_last_wave() -> None:
    trims = [
        "creator_rights" in directory_part([{"containers": [SAFE]}], wave=wave)["containers"][0] for wave in (1, 2, 3)
    ]
    assert trims == [False, False, True]
