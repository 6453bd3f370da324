# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secret keys in free maps: refused if an option exists for them, and masked everywhere otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant

Run = Callable[..., Result]

CUSTOM = "urn:scim:schemas:extension:custom:2.0"
SECRET = "Hh8-not-for-eyes"
ACCOUNT = {"kind": "privileged_data", "container": "APP-PRD", "name": "root"}
ADA = {"user_name": "ada@example.com"}
# A synonym of an option: the module, its options, the key, and the option.
SYNONYMS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "the secret of an account": (
        "scim_pam_object",
        {**ACCOUNT, "properties": {"password": SECRET}},
        "password",
        "secret",
    ),
    "in another case": ("scim_pam_object", {**ACCOUNT, "properties": {"PassWd": SECRET}}, "PassWd", "secret"),
    "a key": ("scim_pam_object", {**ACCOUNT, "properties": {"Private-Key": SECRET}}, "Private-Key", "secret"),
    "a phrase": ("scim_pam_object", {**ACCOUNT, "properties": {"pass phrase": SECRET}}, "pass phrase", "secret"),
    "of a user": ("scim_user", {**ADA, "custom_attributes": {"Pwd": SECRET}}, "Pwd", "password"),
    "in a directory": (
        "scim_directory",
        {"privileged_data": [{"container": "APP-PRD", "name": "root", "properties": {"password": SECRET}}]},
        "password",
        "secret",
    ),
}
HIDDEN_PROPERTIES = {"username": "root", "apiToken": SECRET, "PasswordNeverExpires": "yes"}


@pytest.fixture
def safe(tenant: Tenant) -> Tenant:
    """Create a safe, and a custom attribute of users that should not exist."""
    tenant.switch(custom_attributes=["costCenter", "vpnPassword"])
    tenant.seed(containers=[{"name": "APP-PRD"}])
    return tenant


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, msg, log_args=None: lines.append(f"{msg} {log_args}"))
    return lines


@pytest.mark.parametrize(("module", "options", "key", "option"), SYNONYMS.values(), ids=SYNONYMS)
def test_a_synonym_of_an_option_is_refused(
    safe: Tenant, run: Run, logged: list[str], module: str, options: dict[str, Any], key: str, option: str
) -> None:
    result = run(module, **options)
    assert result.code == "invalid"
    assert f".{key} is a secret: use the option {option} instead" in result["msg"]
    assert safe.writes() == []
    assert SECRET not in result.output + "".join(logged)


def test_a_secret_property_is_written_and_not_shown(safe: Tenant, run: Run, logged: list[str]) -> None:
    first = run("scim_pam_object", **ACCOUNT, properties=HIDDEN_PROPERTIES)
    (account,) = safe.resources("PrivilegedData")
    assert SECRET in json.dumps(account)
    assert first["diff"]["after"]["properties"] == {**HIDDEN_PROPERTIES, "apiToken": "********"}
    assert first["pam_object"]["properties"] == {"username": "root", "PasswordNeverExpires": "yes"}
    again = run("scim_pam_object", **ACCOUNT, properties=HIDDEN_PROPERTIES)
    assert again["changed"] is False
    changed = run("scim_pam_object", **ACCOUNT, properties={"APITOKEN": f"{SECRET}-2"})
    assert changed["changed"] is True
    assert changed["diff"]["before"]["properties"]["apiToken"] == "********"
    removed = run("scim_pam_object", **ACCOUNT, state="absent")
    assert SECRET not in "".join([*(each.output for each in (first, again, changed, removed)), *logged])


def test_a_secret_attribute_is_written_and_not_shown(safe: Tenant, run: Run, logged: list[str]) -> None:
    wanted = {"costCenter": "4711", "vpnPassword": SECRET}
    first = run("scim_user", **ADA, custom_attributes=wanted)
    assert first["diff"]["after"]["custom_attributes"] == {"costCenter": "4711", "vpnPassword": "********"}
    assert first["user"]["custom_attributes"] == {"costCenter": "4711"}
    assert safe.user("ada@example.com")[CUSTOM]["vpnPassword"] == SECRET
    again = run("scim_user", **ADA, custom_attributes=wanted)
    assert again["changed"] is False
    assert SECRET not in "".join([first.output, again.output, *logged])


# Other forms in which a map can hold a secret: as text, which Ansible converts, or nested.
OTHER_MAPS: dict[str, Any] = {
    "words": f"username=root apiToken={SECRET}",
    "words with commas": f"username=root,apiToken='{SECRET}'",
    "JSON": json.dumps({"username": "root", "apiToken": SECRET}),
    "Python": str({"username": "root", "apiToken": SECRET}),
    "a number for a key": str({1: "x", "apiToken": SECRET}),
    "a map": {"login": {"apiToken": SECRET}},
    "a map below a secret": {"credentials": {"user": "root", "text": SECRET}},
    "a list of maps": {"logins": [{"apiToken": SECRET}]},
    "broken JSON": json.dumps({"apiToken": SECRET})[:-1],
    "broken words": f"username=root apiToken {SECRET}",
    "YAML": f"apiToken: {SECRET}",
}


@pytest.mark.parametrize("given", OTHER_MAPS.values(), ids=OTHER_MAPS)
@pytest.mark.parametrize("more", [{}, {"colour": "red"}], ids=["alone", "with a misspelt option"])
def test_a_secret_of_a_map_in_another_form_is_not_shown(
    safe: Tenant, run: Run, logged: list[str], given: Any, more: dict[str, Any]
) -> None:
    """Ansible adds the options to a result: they hold no secret either."""
    safe.switch(custom_attributes=["username", "apiToken"])
    account = run("scim_pam_object", **ACCOUNT, properties=given, **more)
    user = run("scim_user", **ADA, custom_attributes=given, **more)
    directory = run("scim_directory", users=[{**ADA, "custom_attributes": given, **more}])
    assert SECRET not in "".join([*(result.output for result in (account, user, directory)), *logged])
    assert "properties" in account["invocation"]["module_args"]


@pytest.mark.parametrize("form", [lambda text: text, lambda text: [text]], ids=["a text", "a list of texts"])
def test_a_secret_of_an_entry_that_is_given_as_text_is_masked(safe: Tenant, run: Run, form: Callable[..., Any]) -> None:
    """The secret is part of a name, which is shown."""
    result = run("scim_directory", users=form(f"user_name={SECRET}@example.com password={SECRET}"), check=True)
    assert SECRET not in result.output


def test_a_secret_in_a_name_is_shown_in_no_key(safe: Tenant, run: Run, logged: list[str]) -> None:
    """Names of objects are keys of a diff. Two names that look the same when masked stay two keys."""
    accounts = [
        {"container": "APP-PRD", "name": f"{end}-{SECRET}", "secret": SECRET} for end in ("root", "root", "dba")
    ]
    accounts[1]["secret"] = f"{SECRET}-2"
    accounts[1]["name"] = f"root-{SECRET}-2"
    result = run("scim_directory", privileged_data=accounts)
    names = ["APP-PRD / dba-********", "APP-PRD / root-********", "APP-PRD / root-******** (2)"]
    assert sorted(result["diff"]["after"]["privileged_data"]) == names
    assert SECRET not in result.output + "".join(logged)


@pytest.mark.parametrize("more", [{}, {"colour": "red"}, {"id": "unknown"}], ids=["made", "misspelt", "refused"])
def test_a_secret_is_shown_as_no_key_of_a_free_map(
    safe: Tenant, run: Run, logged: list[str], more: dict[str, Any]
) -> None:
    result = run("scim_pam_object", **ACCOUNT, secret=SECRET, properties={f"a {SECRET}": "x", "Port": "22"}, **more)
    assert {"a ********", "Port"} <= set(result["invocation"]["module_args"]["properties"])
    assert SECRET not in result.output + "".join(logged)


def test_a_secret_that_is_a_word_of_results_breaks_none(safe: Tenant, run: Run) -> None:
    result = run("scim_pam_object", **ACCOUNT, secret="properties", properties={"username": "x"})
    assert result["pam_object"]["properties"] == {"username": "x"}


def test_a_directory_shows_no_secret_of_its_maps(safe: Tenant, run: Run, logged: list[str]) -> None:
    directory = {
        "users": [{**ADA, "custom_attributes": {"vpnPassword": SECRET}}],
        "privileged_data": [{"container": "APP-PRD", "name": "root", "properties": HIDDEN_PROPERTIES}],
    }
    first = run("scim_directory", **directory)
    again = run("scim_directory", **directory)
    wrong = run("scim_directory", users=[{**directory["users"][0], "colour": "red"}])
    assert (first["changed"], again["changed"], wrong.failed) == (True, False, True)
    after = first["diff"]["after"]
    assert after["users"]["ada@example.com"]["custom_attributes"] == {"vpnPassword": "********"}
    assert after["privileged_data"]["APP-PRD / root"]["properties"]["apiToken"] == "********"
    assert SECRET not in "".join([first.output, again.output, wrong.output, *logged])


def test_secret_values_of_the_server_are_not_returned(safe: Tenant, run: Run) -> None:
    """Neither info modules nor exports return it, and the export can still be applied."""
    safe.seed(
        users=[{"schemas": [CORE_USER, CUSTOM], "userName": ADA["user_name"], CUSTOM: {"vpnPassword": SECRET}}],
        accounts=[{"container": "APP-PRD", "name": "root", "properties": {**HIDDEN_PROPERTIES, "address": "web1"}}],
    )
    export = run("scim_directory_info")
    read_out = [
        export,
        run("scim_user_info", **ADA),
        run("scim_pam_object_info", **ACCOUNT),
        run("scim_user", **ADA, display_name="Ada"),
        run("scim_user", **ADA, state="absent", check=True),
    ]
    assert SECRET not in "".join(result.output for result in read_out)
    (entry,) = export["directory"]["privileged_data"]
    assert entry["properties"] == {"username": "root", "PasswordNeverExpires": "yes", "address": "web1"}
    assert run("scim_directory", privileged_data=[entry], users=[ADA])["changed"] is False
    assert SECRET in json.dumps(safe.resources("PrivilegedData"))


@pytest.mark.parametrize("key", ["EnablePassword", "Enable Secret", "enable_pass", "snmpCommunity", "pin"])
def test_a_secret_is_not_taken_for_a_flag(safe: Tenant, run: Run, logged: list[str], key: str) -> None:
    result = run("scim_pam_object", **ACCOUNT, properties={key: SECRET})
    assert result["diff"]["after"]["properties"] == {key: "********"}
    assert result["pam_object"]["properties"] is None
    assert SECRET not in result.output + "".join(logged)


def test_a_flag_is_shown(safe: Tenant, run: Run) -> None:
    flags = {"UseSudoPassword": "Yes", "RequirePassword": "false", "isPasswordRequired": "true", "maxTokens": "5"}
    assert run("scim_pam_object", **ACCOUNT, properties=flags)["pam_object"]["properties"] == flags


@pytest.mark.parametrize("key", ["passwordNeverExpires", "PasswordChangeDate", "secretManagement"])
def test_a_key_that_only_sounds_like_a_secret_is_shown(safe: Tenant, run: Run, key: str) -> None:
    result = run("scim_pam_object", **ACCOUNT, properties={key: "2027-01-31"})
    assert result["pam_object"]["properties"] == {key: "2027-01-31"}
