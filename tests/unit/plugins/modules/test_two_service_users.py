# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service user for users and groups and one for the vault, each alone and both in one task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import resolve_all
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant, run_module

Run = Callable[..., Result]
VAULT_ENDPOINTS = ("Containers", "ContainerPermissions", "PrivilegedData")
VAULT_KINDS = ["containers", "container_permissions", "privileged_data"]
PEOPLE: dict[str, Any] = {
    "users": [{"user_name": "ada@example.com", "password": "Initial-pass-1"}],
    "groups": [{"display_name": "app-team", "users": {"set": ["ada@example.com"]}}],
}
SAFES: dict[str, Any] = {
    "containers": [{"name": "APP"}],
    "container_permissions": [{"container": "APP", "group": "app-team", "rights_preset": "read_only"}],
    "privileged_data": [{"container": "APP", "name": "root@web1", "properties": {"username": "root"}}],
}
FOLDER = {**PEOPLE, **SAFES}
SERVICE, VAULT_SERVICE = "scim-service$@example.com", "scim-vault$@example.com"


class Callers:
    """The connection options of a tenant with two service users, by who is given."""

    def __init__(self, tenant: Tenant) -> None:
        second = tenant.reset_with_two_clients()
        self.directory = dict(tenant.connection)
        self.both = {**self.directory, **second}
        self.vault = {name: value for name, value in self.both.items() if not name.startswith(("client_", "app_"))}
        # As an environment of before there was another place for it.
        own = {name: second[f"vault_{name}"] for name in ("app_id", "client_id", "client_secret")}
        self.vault_in_place = {**self.directory, **own}


@pytest.fixture
def callers(tenant: Tenant, run: Run) -> Callers:
    return Callers(tenant)


def directory(connection: dict[str, Any], *, check: bool = False, **options: Any) -> Result:
    return run_module("scim_directory", {**connection, **options}, check=check)


def good(result: Result) -> Result:
    assert not result.failed, result.output
    return result


def requests_by(tenant: Tenant) -> list[str]:
    return [f"{seen['method']} {seen['path'].rpartition('/')[2]}" for seen in tenant.requests()]


def test_one_task_applies_everything(tenant: Tenant, callers: Callers) -> None:
    predicted = good(directory(callers.both, check=True, **FOLDER))
    assert tenant.writes() == []
    made = good(directory(callers.both, **FOLDER))
    assert predicted["diff"] == made["diff"]
    assert predicted["summary"] == made["summary"] == {kind: {"create": 1} for kind in FOLDER}
    tenant.forget_requests()
    again = good(directory(callers.both, **FOLDER))
    assert again["changed"] is False
    assert tenant.writes() == []
    assert tenant.tokens() == 2


def test_an_export_with_both_applies_unchanged(tenant: Tenant, callers: Callers) -> None:
    good(directory(callers.both, **FOLDER))
    exported = good(run_module("scim_directory_info", callers.both))["directory"]
    assert sorted(exported) == sorted(FOLDER)
    assert exported["container_permissions"][0]["group"] == "app-team"
    assert good(directory(callers.both, **exported))["changed"] is False


def test_the_environment_has_both(callers: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in callers.both.items():
        monkeypatch.setenv(f"CYBERARK_IDENTITY_{name.upper()}", "" if value is None else str(value))
    good(directory({}, **FOLDER))
    for module, options in (
        ("scim_user_info", {"user_name": "ada@example.com"}),
        ("scim_pam_object_info", {"kind": "container", "name": "APP"}),
        ("scim_pam_object", {"kind": "container", "name": "APP", "description": "Accounts"}),
    ):
        good(run_module(module, options))
    for name in ("CLIENT_ID", "CLIENT_SECRET", "APP_ID"):
        monkeypatch.delenv(f"CYBERARK_IDENTITY_{name}")
    assert len(good(run_module("scim_pam_object_info", {"kind": "container"}))["pam_objects"]) == 1
    assert "client_id" in run_module("scim_user_info", {})["msg"]


@pytest.mark.parametrize("form", ["vault", "vault_in_place"])
def test_the_vaults_client_alone_plans_what_both_would(tenant: Tenant, callers: Callers, form: str) -> None:
    """A group that the same entries make counts as there in check mode; in a run, it has to be."""
    connection = getattr(callers, form)
    kinds = {} if form == "vault" else {"kinds": VAULT_KINDS}
    planned = good(directory(connection, check=True, **FOLDER, **kinds))
    assert planned["summary"] == {kind: {"create": 1} for kind in VAULT_KINDS}
    assert any("counted as there: group 'app-team'" in text for text in planned.warnings)
    refused = directory(connection, **FOLDER, **kinds)
    assert refused.code == "unknown_member"
    assert "have to be applied first: group 'app-team'" in refused["msg"]
    assert tenant.writes() == []
    good(directory(callers.directory, **FOLDER, kinds=["users", "groups"]))
    made = good(directory(connection, **FOLDER, **kinds))
    assert made["summary"] == planned["summary"]
    assert not any("counted as there" in text for text in made.warnings)
    assert good(directory(callers.both, **FOLDER))["changed"] is False


def test_existing_objects_are_not_taken_for_new(tenant: Tenant, callers: Callers) -> None:
    """A user or group that another run deals with, and that is there, is found under whatever name it is shown."""
    ada = {"container": "APP", "user": "ada@example.com", "rights_preset": "full"}
    folder = {**FOLDER, "container_permissions": [*SAFES["container_permissions"], ada]}
    good(directory(callers.both, **folder))
    for display in ("key", "name", "omitted"):
        tenant.switch(member_display=display)
        assert good(directory(callers.vault, check=True, **folder))["changed"] is False


def test_entries_without_a_service_user_are_left_alone_and_reported(tenant: Tenant, callers: Callers) -> None:
    good(directory(callers.directory, **PEOPLE))
    left = good(directory(callers.vault, **FOLDER))
    assert any("Left alone: 1 user and 1 group" in text for text in left.warnings), left.warnings
    assert set(left["summary"]) == set(VAULT_KINDS)


def test_entries_that_cannot_be_checked_fail_a_check_of_drift(tenant: Tenant, callers: Callers) -> None:
    good(directory(callers.both, **FOLDER))
    refused = directory(callers.vault, check=True, unmanaged="report", **FOLDER)
    assert refused.code == "invalid"
    assert "1 user and 1 group cannot be checked" in refused["msg"]
    assert "Give client_id and client_secret as well" in refused["msg"]
    good(directory(callers.vault, check=True, unmanaged="report", kinds=list(SAFES), **FOLDER))


def test_a_permission_of_the_directorys_service_user_is_unmanaged(tenant: Tenant, callers: Callers) -> None:
    """It needs none on a safe, where that of the vault is a member of each safe that it makes."""
    good(directory(callers.both, **FOLDER))
    good(
        directory(callers.both, container_permissions=[{"container": "APP", "user": SERVICE, "rights_preset": "full"}])
    )
    for connection, kinds in ((callers.both, list(FOLDER)), (callers.vault, list(SAFES))):
        found = good(directory(connection, check=True, unmanaged="report", kinds=kinds, **FOLDER))["unmanaged"]
        on_safes = [row["name"] for row in found if row["type"] == "container_permission"]
        assert on_safes == [f"APP / {SERVICE}"]


def test_a_refusal_names_unmanaged_objects(tenant: Tenant, callers: Callers) -> None:
    good(directory(callers.both, **FOLDER))
    stranger = {"container": "APP", "user": "ada@example.com", "rights_preset": "full"}
    good(directory(callers.both, container_permissions=[stranger]))
    lost = {**FOLDER, "groups": [{"display_name": "app-team", "users": {"set": []}}]}
    refused = directory(callers.both, check=True, unmanaged="report", max_access_removals="0", **lost)
    assert refused.code == "guard_rail"
    assert "max_access_removals allows 0" in refused["msg"]
    assert "APP / ada@example.com" in refused["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"kinds": ["users"]}, "Give client_id and client_secret as well"),
        ({"prune": ["users"]}, "prune names users"),
        ({"kinds": []}, "kinds is empty"),
    ],
)
def test_a_kind_without_a_service_user_is_refused(
    tenant: Tenant, callers: Callers, options: dict[str, Any], text: str
) -> None:
    refused = directory(callers.vault, **FOLDER, **options)
    assert refused.code == "invalid"
    assert text in refused["msg"]
    assert tenant.writes() == []


def test_prune_is_for_kinds_that_are_dealt_with(callers: Callers) -> None:
    refused = directory(callers.both, **FOLDER, kinds=["groups"], prune=["users"])
    assert "prune names users, but the task manages only groups" in refused["msg"]


@pytest.mark.parametrize("name", [SERVICE, VAULT_SERVICE])
def test_both_callers_are_guarded(tenant: Tenant, callers: Callers, name: str) -> None:
    """Neither loses its user, its role or its permission on a safe that stays."""
    good(directory(callers.both, **FOLDER))
    if name == SERVICE:  # the other one is a member because it has made the safe
        mine = {"container": "APP", "user": name, "rights_preset": "read_only"}
        good(directory(callers.both, container_permissions=[mine]))
    role = "SCIM client" if name == SERVICE else "SCIM vault client"
    tenant.forget_requests()
    for entries in (
        {"users": [{"user_name": name, "state": "absent"}]},
        {"users": [{"user_name": name, "active": False}]},
        {"users": [{"user_name": name, "password": "Another-pass-1", "update_password": "always"}]},
        {"groups": [{"display_name": role, "state": "absent"}]},
        {"groups": [{"display_name": role, "users": {"remove": [name]}}]},
        {"container_permissions": [{"container": "APP", "user": name, "state": "absent"}]},
    ):
        refused = directory(callers.both, **entries)
        assert refused.code == "guard_rail", (entries, refused.output)
    assert tenant.writes() == []


OF_THE_VAULTS_CLIENT: dict[str, tuple[str, dict[str, Any]]] = {
    "deleted": ("scim_user", {"user_name": VAULT_SERVICE, "state": "absent"}),
    "deactivated": ("scim_user", {"user_name": VAULT_SERVICE.upper(), "active": False}),
    "renamed": ("scim_user", {"user_name": "other@example.com", "formerly": [VAULT_SERVICE]}),
    "its role emptied": ("scim_group", {"display_name": "SCIM vault client", "users": {"set": []}}),
    "its role deleted": ("scim_group", {"display_name": "SCIM vault client", "state": "absent"}),
}


@pytest.mark.parametrize("named_by", ["client_id", "access_token"])
@pytest.mark.parametrize("task", OF_THE_VAULTS_CLIENT.values(), ids=OF_THE_VAULTS_CLIENT)
def test_a_module_without_the_vault_spares_the_caller_that_the_environment_names(
    tenant: Tenant, callers: Callers, task: tuple[str, dict[str, Any]], named_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, options = task
    named = VAULT_SERVICE
    if named_by == "access_token":
        named = run_module("scim_token", {**callers.vault_in_place, "_ansible_no_log": True})["access_token"]
    monkeypatch.setenv(f"CYBERARK_IDENTITY_VAULT_{named_by.upper()}", named)
    tenant.switch(member_display="omitted")
    for check in (True, False):
        tenant.forget_requests()
        refused = run_module(module, {**callers.directory, **options}, check=check)
        assert refused.code == "guard_rail", refused.output
        assert "The service user of the vault in the environment counts" in refused["msg"]
        assert tenant.writes() == []
        assert tenant.tokens() == 1
    monkeypatch.setenv("CYBERARK_IDENTITY_TENANT_URL", "https://other.example.com")  # it is the user of that tenant
    assert good(run_module(module, {**callers.directory, **options}))["changed"]


def test_prune_spares_both_callers(tenant: Tenant, callers: Callers) -> None:
    tenant.seed(users=[{"schemas": [CORE_USER], "userName": "charles@example.com"}])
    good(directory(callers.both, **FOLDER))
    good(directory(callers.both, **FOLDER, prune=["users"], protected=["admin-*"]))
    active = {user["userName"] for user in tenant.resources("Users") if user["active"]}
    assert {SERVICE, VAULT_SERVICE} <= active
    assert "charles@example.com" not in active


def test_a_group_of_another_directory_goes_where_the_vaults_client_is_a_member(
    tenant: Tenant, callers: Callers
) -> None:
    """The service user that reads the directory need not be a member of the safe."""
    good(directory(callers.both, **FOLDER))
    outside = {"container": "APP", "group": "AD-DB-Admins", "search_in": "corp.example.com", "rights_preset": "full"}
    good(directory(callers.both, container_permissions=[outside]))
    gone = {"container": "APP", "group": "AD-DB-Admins", "state": "absent"}
    assert good(directory(callers.both, container_permissions=[gone]))["changed"] is True


@pytest.mark.parametrize("wrong", ["client_secret", "vault_client_secret"])
def test_a_refused_login_ends_the_run(tenant: Tenant, callers: Callers, wrong: str) -> None:
    refused = directory({**callers.both, wrong: "Wrong-pass-1"}, **FOLDER)
    assert refused.code == "authentication"
    assert f"Check {wrong.replace('secret', 'id')}" in refused["msg"]
    assert tenant.writes() == []
    logins = [seen for seen in tenant.requests() if seen["status"] in (400, 401) and "/oauth2/" in seen["path"]]
    assert len(logins) == 1


def test_a_login_that_is_refused_later_ends_the_run(tenant: Tenant, callers: Callers) -> None:
    """Neither the steps that need the vault's client nor any others begin."""
    more = [{"user_name": f"user{number}@example.com", "password": "Initial-pass-1"} for number in range(5)]
    good(directory(callers.both, **FOLDER))
    tenant.fault(method="PUT", path="/Containers/", status=401)
    tenant.fault(path="/oauth2/token/scim-vault$", status=400, skip=1)
    changed = {**FOLDER, "containers": [{"name": "APP", "description": "changed"}], "users": [*PEOPLE["users"], *more]}
    failed = directory(callers.both, **changed, workers=1)
    assert failed.failed
    assert failed.code == "authentication"


@pytest.mark.parametrize("module", ["scim_pam_object", "scim_pam_object_info"])
def test_pam_objects_are_those_of_the_vaults_client(tenant: Tenant, callers: Callers, module: str) -> None:
    good(directory(callers.directory, **PEOPLE))
    good(directory(callers.vault, containers=[{"name": "APP"}]))
    task = {"kind": "container_permission", "container": "APP", "group": "app-team"}
    rights = {"rights_preset": "read_only"} if module == "scim_pam_object" else {}
    for connection in (callers.both, callers.vault):
        good(run_module(module, {**connection, **task, **rights}))
    refused = run_module(module, {**callers.directory, **task, **rights})
    assert refused.code == "authorization"


def test_creator_rights_are_those_of_the_vaults_client(tenant: Tenant, callers: Callers) -> None:
    kept = ["listAccounts", "manageSafeMembers", "viewSafeMembers"]
    task = {"kind": "container", "name": "APP", "creator_rights": kept}
    assert good(run_module("scim_pam_object", {**callers.both, **task}))["changed"] is True
    assert good(run_module("scim_pam_object", {**callers.both, **task}))["changed"] is False
    (mine,) = good(run_module("scim_pam_object_info", {**callers.both, "kind": "container_permission"}))["pam_objects"]
    assert mine["user"] == VAULT_SERVICE
    assert sorted(mine["rights"]["set"]) == sorted(kept)


def test_no_secret_of_either_comes_back(callers: Callers) -> None:
    for options in ({}, {"kinds": ["nothing"]}, {"users": [{"user_name": "a"}]}):
        output = directory(callers.both, **options).output
        assert callers.both["client_secret"] not in output
        assert callers.both["vault_client_secret"] not in output


# -- The rules of one identity hold for both -------------------------------------


ENVIRONMENT = {
    "tenant_url": "https://one.example.com",
    "client_id": "scim@example.com",
    "client_secret": "Secret-1",  # pragma: allowlist secret
    "vault_client_id": "vault@example.com",
    "vault_client_secret": "Secret-2",  # pragma: allowlist secret
    "vault_access_token": "a-token",
}
SECOND = {"vault_client_id", "vault_client_secret", "vault_access_token"}


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({}, SECOND),
        ({"tenant_url": "https://one.example.com/"}, SECOND),
        ({"tenant_url": "https://two.example.com"}, set()),
        ({"tenant_url": "https://one.example.com", "client_id": "other@example.com"}, SECOND),
        ({"vault_client_id": "other@example.com"}, {"vault_client_id"}),
        ({"vault_client_id": "VAULT@example.com"}, {"vault_client_id", "vault_client_secret"}),
        ({"tenant_url": "https://one.example.com", "vault_access_token": "mine"}, {"vault_access_token"}),
        ({"vault_app_id": "other"}, {"vault_app_id", "vault_client_id", "vault_client_secret"}),
    ],
)
def test_what_is_nearer_switches_off_what_contradicts_it(given: dict[str, str], used: set[str]) -> None:
    options, unused = resolve_all(given, ENVIRONMENT, prefixes=["vault_"])
    assert {name for name in options if name.startswith("vault_")} == used
    assert set(ENVIRONMENT) - set(options) == set(unused)


def test_a_secret_for_the_vault_does_not_go_to_a_farther_address() -> None:
    with pytest.raises(InvalidError, match="vault_client_secret is given without tenant_url"):
        resolve_all({"vault_client_secret": "Mine-1"}, ENVIRONMENT, prefixes=["vault_"])  # pragma: allowlist secret


def test_a_module_without_the_vault_has_one_identity() -> None:
    assert not SECOND & set(resolve_all({}, ENVIRONMENT).options)


# -- A vault that is hidden ----------------------------------------------------


def unseen(result: Result) -> list[str]:
    """Return the warnings that the vault may be hidden."""
    return [text for text in result.warnings if "sees nothing in the vault" in text]


def mixed(tenant: Tenant, *, hidden: bool) -> dict[str, Any]:
    """One service user with the rights of both, on a tenant that hides the vault from it or does not."""
    tenant.reset()
    tenant.switch(mixed_rights_hide_vault=hidden)
    return tenant.connection


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("safes", [True, False])
def test_a_hidden_vault_is_not_planned_for(tenant: Tenant, run: Run, check: bool, safes: bool) -> None:
    connection = mixed(tenant, hidden=True)
    tenant.seed(containers=[{"name": "APP"}] if safes else [])
    refused = directory(connection, check=check, **FOLDER)
    assert refused.code == "authorization"
    assert "sees nothing in the vault" in refused["msg"]
    assert "set vault_client_id" in refused["msg"]
    assert tenant.writes() == []
    # Not even where there is nothing to do for users and groups.
    good(directory(connection, **PEOPLE))
    assert directory(connection, check=check, **FOLDER).code == "authorization"


def test_the_same_service_user_twice_is_still_one(tenant: Tenant, run: Run) -> None:
    connection = mixed(tenant, hidden=True)
    again = {f"vault_{name}": connection[name] for name in ("client_id", "client_secret")}
    assert directory({**connection, **again}, check=True, **FOLDER).code == "authorization"


@pytest.mark.parametrize("hidden", [True, False])
def test_the_user_says_that_the_vault_is_empty(tenant: Tenant, run: Run, hidden: bool) -> None:
    connection = mixed(tenant, hidden=hidden)
    planned = good(directory(connection, check=True, **FOLDER, allow_empty_vault=True))
    assert not unseen(planned)
    if not hidden:
        good(directory(connection, **FOLDER, allow_empty_vault=True))
        assert good(directory(connection, **FOLDER))["changed"] is False


def test_a_vault_that_shows_anything_is_not_hidden(tenant: Tenant, run: Run) -> None:
    connection = mixed(tenant, hidden=False)
    tenant.seed(containers=[{"name": "OTHER"}])
    assert not unseen(good(directory(connection, check=True, **FOLDER)))
    assert not unseen(good(directory(connection, **FOLDER)))


@pytest.mark.parametrize("hidden", [True, False])
def test_an_empty_vault_for_the_vaults_client(tenant: Tenant, callers: Callers, hidden: bool) -> None:
    """The two cases cannot be distinguished: it works, with a warning until there is a first safe."""
    tenant.switch(mixed_rights_hide_vault=hidden)
    planned = good(directory(callers.both, check=True, **FOLDER))
    (warning,) = unseen(planned)
    assert f"The service user {VAULT_SERVICE!r} sees nothing in the vault" in warning
    good(directory(callers.both, **FOLDER))
    assert not unseen(good(directory(callers.both, **FOLDER)))


def test_one_service_user_for_the_vault_alone(tenant: Tenant, run: Run) -> None:
    """Without users and groups in the task, the rights may be those of the vault alone: a warning says what else."""
    connection = mixed(tenant, hidden=True)
    good(directory(connection, **PEOPLE))
    tenant.seed(containers=[{"name": "APP"}])
    planned = good(directory(connection, check=True, **SAFES))
    assert unseen(planned)
    failed = directory(connection, **SAFES)
    assert next(action["failure"]["code"] for action in failed["actions"] if "failure" in action) == "conflict"
    assert "has another administrative right beside Vault Management" in failed["msg"]
    assert "mail address" not in failed["msg"]


@pytest.mark.parametrize("hidden", [True, False])
def test_what_is_taken_and_not_seen_is_explained(tenant: Tenant, run: Run, hidden: bool) -> None:
    connection = mixed(tenant, hidden=hidden)
    tenant.seed(containers=[{"name": "APP"}])
    task = {**connection, "kind": "container", "name": "APP"}
    if not hidden:
        assert good(run_module("scim_pam_object", task))["changed"] is False
        return
    refused = run_module("scim_pam_object", task)
    assert refused.code == "conflict"
    assert "has another administrative right beside Vault Management, which hides the whole vault" in refused["msg"]
    assert "set vault_client_id" in refused["msg"]


@pytest.mark.parametrize("hidden", [True, False])
def test_an_export_of_a_hidden_vault_is_no_quiet_nothing(tenant: Tenant, run: Run, hidden: bool) -> None:
    connection = mixed(tenant, hidden=hidden)
    tenant.seed(containers=[{"name": "APP"}])
    exported = good(run_module("scim_directory_info", connection))
    assert bool(unseen(exported)) == hidden


# The vault may have users and groups of its own: of the same names, with other ids.
OVERRIDES = ["shared", False, "alone", True]
MEMBERS = {"user": "ada@example.com", "group": "app-team"}


@pytest.mark.parametrize("overrides", OVERRIDES)
def test_members_of_safes_are_those_of_the_vault(tenant: Tenant, callers: Callers, overrides: Any) -> None:
    tenant.switch(vault_overrides_directory=overrides)
    tenant.seed(vault_users=[{"userName": "ada@example.com"}], vault_groups=[{"displayName": "app-team"}])
    own = {"container": "APP", "user": MEMBERS["user"], "rights": {"set": ["listAccounts", "useAccounts"]}}
    folder = {**FOLDER, "container_permissions": [*FOLDER["container_permissions"], own]}
    predicted = good(directory(callers.both, check=True, **folder))
    made = good(directory(callers.both, **folder))
    assert predicted["summary"] == made["summary"]
    assert "Could not" not in "".join(made.warnings)
    group = next(group["id"] for group in tenant.resources("Groups") if group["displayName"] == "app-team")
    (held,) = (item["group"]["value"] for item in tenant.state()["permissions"] if item.get("group"))
    assert (held == group) == (overrides in ("shared", False))
    assert good(directory(callers.both, **folder, unmanaged="fail", protected=["admin-*"]))["changed"] is False
    fewer = [{"container": "APP", who: name, "rights": {"set": ["listAccounts"]}} for who, name in MEMBERS.items()]
    taken = good(directory(callers.both, container_permissions=fewer))
    assert taken["summary"] == {"container_permissions": {"update": 2}}
    gone = [{**entry, "state": "absent"} for entry in fewer]
    assert good(directory(callers.both, container_permissions=gone))["summary"] == {
        "container_permissions": {"delete": 2}
    }


@pytest.mark.parametrize("overrides", OVERRIDES)
def test_a_member_that_only_the_vault_has(tenant: Tenant, callers: Callers, overrides: Any) -> None:
    tenant.switch(vault_overrides_directory=overrides)
    tenant.seed(vault_groups=[{"displayName": "vault-team"}])
    permissions = [{"container": "APP", "group": "vault-team", "rights_preset": "read_only"}]
    result = directory(callers.both, containers=[{"name": "APP"}], container_permissions=permissions)
    if overrides in ("shared", False):
        assert result.code == "unknown_member"
        assert tenant.writes() == []
        return
    good(result)
    assert good(directory(callers.both, container_permissions=permissions))["changed"] is False


@pytest.mark.parametrize("overrides", OVERRIDES)
@pytest.mark.parametrize("module", ["scim_pam_object", "scim_directory"])
def test_the_creator_of_a_safe_is_a_user_of_the_vault(
    tenant: Tenant, callers: Callers, overrides: Any, module: str
) -> None:
    tenant.switch(vault_overrides_directory=overrides)
    safe = {"name": "APP", "creator_rights": ["listAccounts"]}
    options = {"kind": "container", **safe} if module == "scim_pam_object" else {"containers": [safe]}
    good(run_module(module, {**callers.both, **options}))
    (held,) = tenant.state()["permissions"]
    assert held["user"]["display"] == VAULT_SERVICE
    assert [right for right in held["rights"] if right == "retrieveAccounts"] == []
    assert good(run_module(module, {**callers.both, **options}))["changed"] is False
