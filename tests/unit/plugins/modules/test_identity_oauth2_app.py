# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of OAuth2 client apps: an app is created without a name, and its profile is written as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.modules import identity_oauth2_app
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, module_process
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import APP, SERVICE_USER

Run = Callable[..., Result]
ID = {"application_id": "some-client"}
NEW = {**APP, "permissions": {"set": [{"role": "clients"}]}}


@pytest.fixture
def clients(tenant: Tenant) -> str:
    """Create a role with a confidential client as its only member, and return its id."""
    user = {"userName": "client@example.com", "oauthClient": True, "password": SERVICE_USER["password"]}
    tenant.seed_user(**user)
    role = {"displayName": "clients", "members": ["client@example.com"], "rights": ["User Management"]}
    return tenant.seed(groups=[role])["groups"][0]


def apps(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the apps, except the one that a new tenant has."""
    return [app for app in tenant.state()["apps"] if app["values"].get("ServiceName") != tenant.info["app_id"]]


def as_client(run: Run, module: str = "scim_user_info", **options: Any) -> Result:
    connection = {"client_id": "client@example.com", "client_secret": SERVICE_USER["password"], "access_token": None}
    return run(module, **connection, app_id=ID["application_id"], **options)


SERVERS: list[dict[str, Any]] = [
    {},
    {"lifetime_shown": "full"},
    {"lifetime_shown": "short"},
    {"client_id_type_shown": "text"},
    {"client_id_type_accepted": "text"},
    {"oauth_profile_update": "replaced"},
    {"unset_service_name": "null"},
    {"unknown_application": "null"},
    {"ace_type": False},
    {"permission_bits": "single"},
    {"scope_mode_required": True},
    {"allowed_rest_anchored": True},
    {"token_permission": "View"},
]


@pytest.mark.parametrize("switches", SERVERS, ids=str)
def test_an_app_that_gives_out_tokens(tenant: Tenant, run: Run, clients: str, switches: dict[str, Any]) -> None:
    """The SCIM server accepts the app's token, however the tenant changes the submitted settings."""
    tenant.switch(**switches)
    scope = {"name": "scim", "allowed_rest": ["^/scim/" if "allowed_rest_anchored" in switches else "scim*"]}
    options = {**NEW, "scopes": [scope]}
    assert run("identity_oauth2_app", **options)["changed"] is True
    assert run("identity_oauth2_app", **options)["changed"] is False
    assert as_client(run, user_name="client@example.com")["users"][0]["user_name"] == "client@example.com"
    assert run("identity_oauth2_app", **ID, token_lifetime=90000)["app"]["token_lifetime"] == 90000
    assert run("identity_oauth2_app", **ID, token_lifetime=90000)["changed"] is False
    assert as_client(run, "scim_token", _ansible_no_log=True)["expires_in"] == 90000
    assert run("identity_oauth2_app", **ID, permissions={"remove": [{"role": "clients"}]})["changed"] is True
    refused = as_client(run)
    assert refused.code == "authentication"
    assert "Permissions page" in refused["msg"]
    assert run("identity_oauth2_app", **ID, state="absent")["changed"] is True
    assert run("identity_oauth2_app", **ID, state="absent")["changed"] is False
    assert apps(tenant) == []


def test_an_app_is_made_for_confidential_clients(tenant: Tenant, run: Run) -> None:
    """The template enables interactive methods; settings that the task omits get the safest value."""
    app = run("identity_oauth2_app", **ID)["app"]
    assert app["name"] == "some-client"
    assert app["client_id_type"] == "confidential"
    assert app["must_be_oauth_client"] is True
    assert app["auth_methods"] == ["ClientCreds"]
    assert app["scopes"] == []
    profile = apps(tenant)[0]["profile"]
    assert (profile["TargetIsUs"], profile["AllowPublic"], profile["MustBeOauthClient"]) == (True, False, True)


@pytest.mark.parametrize("update", ["merged", "replaced"])
def test_unmanaged_attributes_are_preserved(tenant: Tenant, run: Run, update: str) -> None:
    tenant.switch(oauth_profile_update=update)
    scopes = [{"Scope": "scim", "Description": "", "Mode": "RestFilter", "AllowedRest": ["x"]}]
    profile = {"Redirects": ["https://example.com/"], "AllowRefresh": True, "KnownScopes": scopes}
    tenant.seed(apps=[{"ServiceName": "some-client", "Name": "Some", "OAuthProfile": profile}])
    run("identity_oauth2_app", **ID, token_lifetime=60)
    held = apps(tenant)[0]["profile"]
    assert (held["Redirects"], held["AllowRefresh"]) == (["https://example.com/"], True)
    assert [scope["Scope"] for scope in held["KnownScopes"]] == ["scim"]


def test_permissions_that_are_not_named_stay(tenant: Tenant, run: Run, clients: str) -> None:
    user = tenant.seed_user(userName="ada@example.com")
    tenant.seed(groups=[{"displayName": "others"}])
    tenant.seed(apps=[{"ServiceName": "some-client", "permissions": {"others": "View,Execute", user: "View"}}])
    add = run("identity_oauth2_app", **ID, permissions={"add": [{"role": "clients", "rights": ["View"]}]})
    assert add["diff"]["after"]["permissions"]["set"] == [
        {"role": "clients", "rights": ["View"]},
        {"role": "others", "rights": ["View", "Execute"]},
    ]
    only = run("identity_oauth2_app", **ID, permissions={"set": [{"role": "clients", "rights": ["Admin"]}]})
    assert only["app"]["permissions"]["set"] == [{"role": "clients", "rights": ["View", "Admin", "ViewDetail"]}]
    assert set(apps(tenant)[0]["permissions"]) == {clients, user}


PERMISSIONS = yaml.safe_load(identity_oauth2_app.DOCUMENTATION)["options"]["permissions"]["suboptions"]
RIGHTS = PERMISSIONS["set"]["suboptions"]["rights"]["choices"]
IMPLIED = {"Admin": {"View", "ViewDetail"}, "ViewDetail": {"View"}}


@pytest.mark.parametrize(
    "switches",
    [{}, {"permission_bits": "single"}, {"ace_type": False}, {"permissions_need_every_id": True}],
    ids=str,
)
def test_a_permission_includes_implied_ones(tenant: Tenant, run: Run, clients: str, switches: dict[str, Any]) -> None:
    """Each permission of the option, alone and with others, and its prediction in check mode."""
    tenant.switch(**switches)
    run("identity_oauth2_app", **ID)
    for right in RIGHTS:
        held = {right} | IMPLIED.get(right, set())
        only = {"set": [{"role": "clients", "rights": [right]}]}
        predicted = run("identity_oauth2_app", check=True, **ID, permissions=only)
        result = run("identity_oauth2_app", **ID, permissions=only)
        assert result["changed"] is True, result.output
        assert set(result["app"]["permissions"]["set"][0]["rights"]) == held
        assert predicted["app"]["permissions"] == result["app"]["permissions"]
        assert run("identity_oauth2_app", **ID, permissions=only)["changed"] is False
        beside = "Delete" if right == "Execute" else "Execute"
        run("identity_oauth2_app", **ID, permissions={"set": [{"role": "clients", "rights": [beside]}]})
        add = {"add": [{"role": "clients", "rights": [right]}]}
        run("identity_oauth2_app", **ID, permissions=add)
        assert run("identity_oauth2_app", **ID, permissions=add)["changed"] is False
        remove = {"remove": [{"role": "clients", "rights": [*held]}]}
        left = run("identity_oauth2_app", **ID, permissions=remove)["app"]["permissions"]["set"]
        assert left == [{"role": "clients", "rights": [beside]}]
        assert run("identity_oauth2_app", **ID, permissions=remove)["changed"] is False
        run("identity_oauth2_app", **ID, permissions={"set": []})


@pytest.mark.parametrize("bits", ["single", "composed"])
@pytest.mark.parametrize("right", ["Admin", "ViewDetail"])
def test_an_implied_permission_is_not_taken_away_alone(
    tenant: Tenant, run: Run, clients: str, bits: str, right: str
) -> None:
    tenant.switch(permission_bits=bits)
    tenant.seed(apps=[{"ServiceName": "some-client", "permissions": {"clients": f"View,Execute,{right}"}}])
    refused = run("identity_oauth2_app", **ID, permissions={"remove": [{"role": "clients", "rights": ["View"]}]})
    assert refused.code == "invalid"
    assert (
        f"View cannot be taken away from the role 'clients' while it has {right}" in refused["msg"]
        or bits == "composed"
    )
    assert "which implies View" in refused["msg"]
    assert [write for write in tenant.writes() if "SetApplicationPermissions" in write] == []
    both = {"remove": [{"role": "clients", "rights": ["View", "Admin", "ViewDetail"]}]}
    assert run("identity_oauth2_app", **ID, permissions=both)["app"]["permissions"]["set"] == [
        {"role": "clients", "rights": ["Execute"]}
    ]


@pytest.mark.parametrize("bits", ["single", "composed"])
def test_a_permission_that_implies_the_needed_one_gives_a_token(
    tenant: Tenant, run: Run, clients: str, bits: str
) -> None:
    tenant.switch(permission_bits=bits)
    run("identity_oauth2_app", **NEW)
    only = {"set": [{"role": "clients", "rights": ["ViewDetail", "Execute"]}]}
    run("identity_oauth2_app", **ID, permissions=only)
    assert as_client(run, "scim_token", _ansible_no_log=True)["access_token"]


def test_unnamed_permissions_of_a_role_are_not_completed(tenant: Tenant, run: Run, clients: str) -> None:
    tenant.switch(permission_bits="single")
    tenant.seed(apps=[{"ServiceName": "some-client", "permissions": {"clients": "ViewDetail,Execute"}}])
    remove = {"remove": [{"role": "clients", "rights": ["Execute"]}]}
    result = run("identity_oauth2_app", **ID, permissions=remove)
    assert result["app"]["permissions"]["set"] == [{"role": "clients", "rights": ["ViewDetail"]}]
    add = {"add": [{"role": "clients", "rights": ["View"]}]}
    assert run("identity_oauth2_app", **ID, permissions=add)["changed"] is True


def test_a_permission_that_is_not_named_stays(tenant: Tenant, run: Run, clients: str) -> None:
    tenant.seed(apps=[{"ServiceName": "some-client", "permissions": {"clients": "View,ViewDetail"}}])
    result = run("identity_oauth2_app", **ID, permissions={"add": [{"role": "clients", "rights": ["Execute"]}]})
    assert result["app"]["permissions"]["set"][0]["rights"] == ["View", "ViewDetail", "Execute"]


def test_no_permissions_are_none(tenant: Tenant, run: Run, clients: str) -> None:
    result = run("identity_oauth2_app", **ID, permissions={"set": [{"role": "clients", "rights": []}]})
    assert result["app"]["permissions"] == {"set": []}


def test_a_change_of_the_description_leaves_the_profile_alone(tenant: Tenant, run: Run) -> None:
    tenant.seed(apps=[{"ServiceName": "some-client", "OAuthProfile": {"ClientIDType": 0, "AllowPublic": False}}])
    (before,) = apps(tenant)
    run("identity_oauth2_app", **ID, description="New")
    assert apps(tenant)[0]["profile"] == before["profile"]


@pytest.mark.parametrize("check", [True, False])
def test_a_role_that_does_not_exist(tenant: Tenant, run: Run, check: bool) -> None:
    before = tenant.state()
    result = run("identity_oauth2_app", check=check, **NEW)
    if check:
        assert len(result.warnings) == 1
        assert result["app"]["permissions"]["set"] == [{"role": "clients", "rights": ["View", "Execute"]}]
    else:
        assert result.code == "unknown_member"
    assert tenant.state() == before
    nobody = {"remove": [{"role": "nobody"}]}
    assert run("identity_oauth2_app", check=check, **ID, permissions=nobody).warnings == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_app_of_another_kind_is_not_changed(tenant: Tenant, run: Run, state: str) -> None:
    tenant.seed(apps=[{"ServiceName": "some-client", "TemplateName": "GenericSaml"}])
    before = tenant.state()
    result = run("identity_oauth2_app", **ID, state=state)
    assert result.code == ("conflict" if state == "present" else None)
    assert "GenericSaml" in (result["msg"] if state == "present" else result.warnings[0])
    assert tenant.state() == before


@pytest.mark.parametrize("unset", ["empty", "null"])
@pytest.mark.parametrize("orphans", ["report", "adopt", "ignore"])
def test_an_orphan_causes_a_warning(tenant: Tenant, run: Run, orphans: str, unset: str) -> None:
    tenant.switch(unset_service_name=unset)
    (orphan,) = tenant.seed(apps=[{"Name": "OAuth2 Client"}])["apps"]
    for check in (True, False):
        result = run("identity_oauth2_app", check=check, **ID, orphans=orphans)
        assert result["changed"] is True
        assert [orphan in warning for warning in result.warnings] == [True] * (orphans != "ignore")
    assert (result["app"]["id"] == orphan) is (orphans == "adopt")
    assert len(apps(tenant)) == (1 if orphans == "adopt" else 2)


@pytest.mark.parametrize(
    "begun", [{"permissions": {"others": "View"}}, {"OAuthProfile": {"KnownScopes": [{"Scope": "x"}]}}]
)
def test_an_orphan_that_somebody_has_begun_to_set_up_is_left(tenant: Tenant, run: Run, begun: dict[str, Any]) -> None:
    tenant.seed(groups=[{"displayName": "others"}])
    (orphan,) = tenant.seed(apps=[{"Name": "Begun", **begun}])["apps"]
    (before,) = apps(tenant)
    result = run("identity_oauth2_app", **ID, orphans="adopt")
    assert orphan in result.warnings[0]
    assert before in apps(tenant)
    assert len(apps(tenant)) == 2


def test_adopted_app_is_kept_when_the_tenant_refuses_the_rest(tenant: Tenant, run: Run, clients: str) -> None:
    (orphan,) = tenant.seed(apps=[{"Name": "OAuth2 Client"}])["apps"]
    tenant.fault(path="SetApplicationPermissions", status=400, count=None)
    assert run("identity_oauth2_app", **NEW, orphans="adopt").code == "invalid"
    assert [app["id"] for app in apps(tenant)] == [orphan]


def test_one_of_several_orphans_is_not_adopted(tenant: Tenant, run: Run) -> None:
    tenant.seed(apps=[{"Name": "OAuth2 Client"}, {"Name": "OAuth2 Client"}])
    result = run("identity_oauth2_app", **ID, orphans="adopt")
    assert len(apps(tenant)) == 3
    assert len(result.warnings) == 1


@pytest.mark.parametrize(
    "fault", [{"drop": "after"}, {"drop": "before"}, {"status": 504, "effect": True}, {"status": 503}]
)
def test_a_lost_answer_to_the_import(tenant: Tenant, run: Run, fault: dict[str, Any]) -> None:
    """Each import creates an app: if its answer is lost, the app is found and not created again."""
    tenant.fault(path="ImportAppFromTemplate", retry_after=0, **fault)
    result = run("identity_oauth2_app", **ID, retries=2)
    assert result["changed"] is True, result.output
    assert [app["values"]["ServiceName"] for app in apps(tenant)] == ["some-client"]


def test_an_import_whose_answer_is_lost_and_which_shows_late(tenant: Tenant, run: Run) -> None:
    tenant.switch(stale_reads=2)
    tenant.fault(path="ImportAppFromTemplate", drop="after")
    assert run("identity_oauth2_app", **ID, retries=5)["changed"] is True
    assert len(apps(tenant)) == 1


def test_two_of_one_application_id_at_the_same_time(tenant: Tenant, run: Run) -> None:
    """Another client creates one between lookup and write: one of the two is kept, and the task continues with it."""
    tenant.switch(duplicate_service_name="accepted")
    tenant.fault(path="UpdateApplicationDE", latency=0.5)
    with module_process("identity_oauth2_app", {**tenant.administrator, **ID}) as process:
        while not any("UpdateApplicationDE" in write for write in tenant.writes()):
            time.sleep(0.02)
        tenant.seed(apps=[{"ServiceName": "some-client", "Name": "Of somebody else"}])
        process.wait(timeout=30)
    assert [app["values"]["Name"] for app in apps(tenant)] == ["Of somebody else"]
    assert run("identity_oauth2_app", **ID).failed is False


def test_an_app_that_cannot_be_configured_is_taken_back(tenant: Tenant, run: Run) -> None:
    before = tenant.state()
    tenant.fault(path="UpdateApplicationDE", status=500)
    assert run("identity_oauth2_app", **ID).code == "server_error"
    assert tenant.state() == before


def test_an_app_that_cannot_be_taken_back_is_reported(tenant: Tenant, run: Run) -> None:
    tenant.fault(path="UpdateApplicationDE|DeleteApplication", status=500, count=None)
    result = run("identity_oauth2_app", **ID)
    assert result.code == "server_error"
    assert apps(tenant)[0]["id"] in result.warnings[-1]


@pytest.mark.parametrize("duplicates", ["refused", "accepted"])
def test_an_application_id_that_is_taken(tenant: Tenant, run: Run, duplicates: str) -> None:
    tenant.switch(duplicate_service_name=duplicates)
    (other, _taken) = tenant.seed(apps=[{"ServiceName": "other"}, {"ServiceName": "some-client"}])["apps"]
    before = tenant.state()
    assert run("identity_oauth2_app", id=other, **ID).code == "conflict"
    assert tenant.state() == before


def test_a_tenant_that_shows_writes_late(tenant: Tenant, run: Run, clients: str) -> None:
    """The administration API reports success before it shows the change; the task waits for it."""
    tenant.switch(stale_reads=2)
    created = run("identity_oauth2_app", **NEW, retries=5)
    assert created["app"]["permissions"]["set"][0]["role"] == "clients", created.output
    tenant.switch(stale_reads=1)
    assert run("identity_oauth2_app", **ID, state="absent", retries=5)["changed"] is True
    assert apps(tenant) == []


@pytest.mark.parametrize("echoed", [True, False])
def test_another_path_of_a_logo_causes_one_warning(tenant: Tenant, run: Run, echoed: bool) -> None:
    """If the tenant shows its own copy instead of the given path, one warning says so."""
    tenant.switch(icon_shows_uri=echoed)
    result = run("identity_oauth2_app", **ID, icon_uri="/vfslow/some.svg")
    assert result["changed"] is True
    assert len(result.warnings) == (not echoed)
    again = run("identity_oauth2_app", **ID, icon_uri="/vfslow/some.svg")
    assert (again["changed"], again.warnings) == (False, [])


def test_the_right_that_is_missing(tenant: Tenant, run: Run) -> None:
    limited = tenant.seed_administrator("User Management", "Role Management")
    before = tenant.state()
    result = run("identity_oauth2_app", **ID, **limited)
    assert result.code == "authorization"
    assert "'Application Management'" in result["msg"]
    assert tenant.state() == before


@pytest.mark.parametrize(
    "verb", ["ImportAppFromTemplate", "UpdateApplicationDE", "SetApplicationPermissions", "DeleteApplication"]
)
def test_a_write_that_does_nothing_is_a_failure(tenant: Tenant, run: Run, clients: str, verb: str) -> None:
    if verb != "ImportAppFromTemplate":
        run("identity_oauth2_app", **ID)
    tenant.switch(ignored_writes=[verb])
    change: dict[str, Any] = {
        "SetApplicationPermissions": {"permissions": {"add": [{"role": "clients"}]}},
        "DeleteApplication": {"state": "absent"},
    }.get(verb, {"description": "New"})
    result = run("identity_oauth2_app", **ID, **change)
    assert result.code == "protocol"
    assert "reported success" in result["msg"]
