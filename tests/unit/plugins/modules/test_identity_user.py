# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of users in the Admin Portal: flags that answers show in several forms, and passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
NAME = "client@example.com"
USER = {"user_name": NAME, "oauth_client": True, "password": "Initial-pass-1"}


def shown(tenant: Tenant, name: str = NAME) -> dict[str, Any]:
    (user,) = [user for user in tenant.state()["users"] if user["userName"] == name]
    return user


def test_a_user_that_gets_a_token(tenant: Tenant, run: Run) -> None:
    """The defaults suit a client: no pending change of the password, no invitation, not in Everybody."""
    user = run("identity_user", **USER)["user"]
    assert (user["service_user"], user["force_password_change"], user["active"]) == (True, False, True)
    token = run(
        "scim_token",
        client_id=NAME,
        client_secret="Initial-pass-1",  # pragma: allowlist secret
        app_id=None,
        _ansible_no_log=True,
    )
    assert token["access_token"]
    assert token["expires_in"] > 0


@pytest.mark.parametrize("check", [True, False])
def test_a_suffix_that_the_tenant_does_not_have(tenant: Tenant, run: Run, check: bool) -> None:
    before = tenant.state()
    result = run("identity_user", check=check, **{**USER, "user_name": "client@nowhere.example"})
    assert result.code == "invalid"
    assert "'nowhere.example'" in result["msg"]
    assert "example.com, example.org" in result["msg"]
    assert tenant.state() == before


@pytest.mark.parametrize("password", ["alllowercase1", "NODIGITSatall", "x" * 80 + "A1"])
def test_a_password_that_the_policy_refuses(tenant: Tenant, run: Run, password: str) -> None:
    before = tenant.state()
    result = run("identity_user", **{**USER, "password": password})
    assert result.code == "invalid"
    assert result["failure"]["type"] == "_I18N_SetPasswordFailedNotComplex"
    assert password not in result.output
    assert tenant.state() == before


def test_without_a_password_no_user_is_created(tenant: Tenant, run: Run) -> None:
    result = run("identity_user", user_name=NAME)
    assert result.code == "invalid"
    assert "without password" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("forced", [True, False])
def test_a_new_password_is_set(tenant: Tenant, run: Run, forced: bool) -> None:
    """This also works if a reset makes the user change the password, which would keep a client from its token."""
    run("identity_user", **USER)
    tenant.switch(reset_forces_change=forced)
    new = {**USER, "password": "Another-pass-2", "force_password_change": False}
    assert run("identity_user", **new)["changed"] is False
    result = run("identity_user", **new, update_password="always")
    assert result["changed"] is True
    assert result["diff"]["after"]["password"] == "********"
    assert result["user"]["force_password_change"] is False
    assert tenant.control("POST", "check_password", {"userName": NAME, "password": "Another-pass-2"})["matches"]


@pytest.mark.parametrize("shown", ["field", "message"])
@pytest.mark.parametrize("refused", [True, False])
def test_the_same_password_changes_nothing(tenant: Tenant, run: Run, refused: bool, shown: str) -> None:
    """If the tenant reports the same password, nothing has changed."""
    run("identity_user", **USER)
    tenant.switch(same_password_refused=refused, message_id_shown=shown)
    result = run("identity_user", **USER, update_password="always")
    assert result["changed"] is not refused
    assert ("password" in result["diff"]["after"]) is not refused
    result = run("identity_user", **USER, update_password="always", display_name="New")
    assert result["changed"] is True
    assert result["diff"]["after"]["display_name"] == "New"


@pytest.mark.parametrize("readable", [True, False])
def test_a_password_that_never_expires(tenant: Tenant, run: Run, readable: bool) -> None:
    """It is written on creation, and later only if the tenant shows it."""
    tenant.switch(never_expire_readable=readable)
    options = {**USER, "password_never_expires": True}
    assert run("identity_user", **options)["user"]["password_never_expires"] is True
    assert shown(tenant)["never_expires"] is True
    again = run("identity_user", **options)
    assert again["changed"] is False
    assert again["user"]["password_never_expires"] is (True if readable else None)
    assert run("identity_user", user_name=NAME, password_never_expires=False)["changed"] is readable


def test_the_administrator_cannot_take_itself_out(tenant: Tenant, run: Run) -> None:
    before = tenant.state()
    name = tenant.info["admin_client_id"]
    for change in ({"state": "absent"}, {"active": False}, {"oauth_client": False}):
        result = run("identity_user", user_name=name.upper(), **change)
        assert result.code == "guard_rail"
        assert "would lose its own access" in result["msg"]
    assert tenant.state() == before


def test_the_password_of_a_client_does_not_expire(tenant: Tenant, run: Run) -> None:
    """The portal sets this flag by itself; for other users the tenant decides."""
    run("identity_user", **USER)
    assert shown(tenant)["never_expires"] is True
    run("identity_user", **{**USER, "user_name": "plain@example.com", "oauth_client": None})
    assert shown(tenant, "plain@example.com")["never_expires"] is False


def test_flags_that_exclude_each_other(tenant: Tenant, run: Run) -> None:
    result = run("identity_user", **USER, password_never_expires=True, force_password_change=True)
    assert result.code == "invalid"
    assert tenant.writes() == []


@pytest.mark.parametrize("mandatory", ["invited", True, False])
def test_mail_defaults_to_the_login_name(tenant: Tenant, run: Run, mandatory: bool | str) -> None:
    tenant.switch(mail_mandatory=mandatory)
    assert run("identity_user", **USER)["user"]["email"] == NAME


def test_a_user_is_the_same_over_scim(tenant: Tenant, run: Run) -> None:
    run("identity_user", **USER, display_name="Client")
    assert run("scim_user", user_name=NAME, active=False)["user"]["display_name"] == "Client"
    assert run("identity_user", user_name=NAME, active=True)["changed"] is True
    assert run("scim_user", user_name=NAME, state="absent")["changed"] is True
    assert run("identity_user", user_name=NAME, state="absent")["changed"] is False


def test_a_person_becomes_a_client(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName=NAME, displayName="Person")
    result = run("identity_user", user_name=NAME, oauth_client=True)
    assert result["diff"]["before"] == {"user_name": NAME, "oauth_client": False, "service_user": False}
    assert result["diff"]["after"] == {"user_name": NAME, "oauth_client": True, "service_user": True}
    assert result["user"]["display_name"] == "Person"


def test_a_locked_user_is_not_active(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName=NAME, state="Locked")
    assert run("identity_user", user_name=NAME, active=True)["diff"]["before"]["active"] is False
    assert run("identity_user", user_name=NAME, active=True)["changed"] is False


def test_renaming_by_id(tenant: Tenant, run: Run) -> None:
    identifier = run("identity_user", **USER)["user"]["id"]
    tenant.seed_user(userName="taken@example.com")
    assert run("identity_user", id=identifier, user_name="taken@example.com").code == "conflict"
    renamed = run("identity_user", id=identifier, user_name="renamed@example.com")
    assert renamed["user"]["user_name"] == "renamed@example.com"
    assert run("identity_user", id="no-such-id", display_name="x").code == "not_found"


def test_two_of_one_name(tenant: Tenant, run: Run) -> None:
    for name in (NAME, NAME.upper()):
        tenant.seed_user(userName=name)
    for state in ("present", "absent"):
        assert run("identity_user", user_name=NAME, display_name="x", state=state).code == "ambiguous"


@pytest.mark.parametrize(
    "name", ["x'or'1'='1@example.com", "a';DROP@example.com", 'q"@example.com', "per%cent@example.com"]
)
def test_a_name_cannot_break_out_of_a_query(tenant: Tenant, run: Run, name: str) -> None:
    before = tenant.state()
    assert run("identity_user", user_name=name, state="absent")["changed"] is False
    assert run("identity_user", **{**USER, "user_name": name}).code == "invalid"
    assert tenant.state() == before


@pytest.mark.parametrize("switches", [{}, {"unauthorized_status": 403}, {"message_id_shown": "message"}], ids=str)
def test_the_right_that_is_missing(tenant: Tenant, run: Run, switches: dict[str, Any]) -> None:
    tenant.switch(**switches)
    limited = tenant.seed_administrator("Read Only User Management")
    before = tenant.state()
    result = run("identity_user", **USER, **limited)
    assert result.code == "authorization"
    assert "unauthorized_status" in switches or "Unauthorized" in result["failure"]["type"]
    assert "limited@example.com needs the right 'User Management'" in result["msg"]
    assert tenant.state() == before


@pytest.mark.parametrize("verb", ["CreateUser", "ChangeUser", "SetUserState", "RemoveUsers"])
def test_a_write_that_does_nothing_is_a_failure(tenant: Tenant, run: Run, verb: str) -> None:
    if verb != "CreateUser":
        run("identity_user", **USER)
    tenant.switch(ignored_writes=[verb])
    change = {"RemoveUsers": {"state": "absent"}, "SetUserState": {"active": False}}.get(verb, {"display_name": "New"})
    result = run("identity_user", **{**USER, **change})
    assert result.code == "protocol"
    assert "reported success" in result["msg"]


@pytest.mark.parametrize("number", [4, 5], ids=["the row", "the user"])
def test_a_failure_after_a_new_password_says_that_it_is_set(tenant: Tenant, run: Run, number: int) -> None:
    tenant.seed_user(userName="client@example.com", password="Old-pass-Word-1", oauthClient=True)
    tenant.fault(skip=number, status=503)
    new = "New-pass-Word-2"
    result = run("identity_user", user_name="client@example.com", password=new, update_password="always")
    assert result.code == "unavailable"
    assert result["changed"] is True
    assert "The new password is already set: do not lose it. " in result["msg"]
    assert tenant.control("POST", "check_password", {"userName": "client@example.com", "password": new})["matches"]


def test_a_failure_before_a_new_password_does_not_say_that_it_is_set(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="client@example.com", password="Old-pass-Word-1", oauthClient=True)
    tenant.fault(path="ResetUserPassword", status=503)
    result = run("identity_user", user_name="client@example.com", password="New-pass-Word-2", update_password="always")
    assert result.failed
    assert "is set" not in result["msg"]
