# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and secrets with invisible characters are refused; existing objects with such names can be managed.

The samples with one message each are the rows of docs/refused.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.texts import (
    check_line,
    check_name,
    check_secret,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import ACCOUNT, CUSTOM
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----"  # pragma: allowlist secret
PASSWORD = "Initial-pass-1"


@pytest.mark.parametrize(
    "name",
    [
        "admins",
        "app admins",
        "ada@example.com",
        "Größe",
        "山田\u3000太郎",
        "\u0645\u06cc\u200c\u062e",
        "क्\u200dष",
        "\U0001f469\u200d\U0001f4bb devs",
        "I \u2764\ufe0f ops",
        "team 1\ufe0f\u20e3",
    ],
)
def test_names_of_every_script_are_taken(name: str) -> None:
    check_name("name", name)


@pytest.mark.parametrize(
    ("name", "where", "code"),
    [
        (" a", "begins with a blank", "0020"),
        ("a\n", "ends with a line break", "000A"),
        ("a\r", "ends with a carriage return", "000D"),
        ("a\tb", "holds a tab", "0009"),
        ("a\x00b", "holds a null character", "0000"),
        ("a\u2028b", "holds a line separator", "2028"),
        ("a\u202fb", "holds a narrow no-break space", "202F"),
        ("a\u3000", "ends with a ideographic space", "3000"),
        ("a\u00adb", "holds a soft hyphen", "00AD"),
        ("a\u200db", "holds a zero width joiner", "200D"),
        ("é\u200d", "ends with a zero width joiner", "200D"),
        ("é\ufe0f", "ends with a variation selector-16", "FE0F"),
        ("\u202eada", "begins with a right-to-left override", "202E"),
        ("a\u3164", "ends with a hangul filler", "3164"),
        ("a\u2800b", "holds a braille pattern blank", "2800"),
        (" ", "begins with a blank", "0020"),
    ],
)
def test_a_character_that_nobody_sees_is_named(name: str, where: str, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_name("name", name)
    assert f"{where} (U+{code})" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("secret", ["", "a b", "ä\tb", KEY, f"{KEY}\n", f"{KEY}\r\n", "PuTTY-User-Key-File-3: x\ny\n"])
def test_secrets_that_are_taken(secret: str) -> None:
    check_secret("secret", secret)


@pytest.mark.parametrize(
    "secret",
    [
        "a{{b}}",
        "{{b}}a",
        "{{}}",
        "{{a}}{{b}}",
        "{a}",
        "{ {a} }",
        "{%a%}",
        "*******",
        "*********",
        "********a",
        "$ANSIBLE",
    ],
)
def test_a_secret_that_only_resembles_a_placeholder_is_taken(secret: str) -> None:
    check_secret("secret", secret)


@pytest.mark.parametrize(
    "secret", ["{{x}}", "{{ vault['a'] | trim }}", " {{ x }}\n", "$ANSIBLE_VAULT;1.2;AES256;prod\n61\n62\n"]
)
def test_a_placeholder_is_refused_without_being_quoted(secret: str) -> None:
    with pytest.raises(InvalidError, match=r"^secret is (a template|encrypted)") as refused:
        check_secret("secret", secret)
    assert secret.strip() not in str(refused.value)


@pytest.mark.parametrize(
    "secret",
    ["x\n", "x\r\n", "x ", " x", "\ufeffx", "x\u200b", "x\u00a0", "\tx", "\n", f"{KEY}\n\n", f"{KEY} \n", f" {KEY}"],
)
def test_secrets_that_are_refused_are_not_told(secret: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_secret("secret", secret)
    assert "secret begins with" in str(caught.value) or "secret ends with" in str(caught.value)
    assert secret.strip() not in str(caught.value) or secret.strip() in ("", "x")


@pytest.mark.parametrize("blank", ["\n", "\r\n", " "])
def test_no_output_holds_a_refused_secret(tenant: Tenant, run: Run, blank: str) -> None:
    for options in (
        {"users": [{"user_name": "ada@example.com", "password": PASSWORD + blank}]},
        {"client_secret": PASSWORD + blank},
    ):
        result = run("scim_directory", **options)
        assert result.code == "invalid"
        assert PASSWORD not in result.output.replace("VALUE_SPECIFIED", "")
    assert tenant.writes() == []


@pytest.mark.parametrize("name", ["team ", "team\u200b", "te\u00a0am"])
def test_an_object_with_such_a_name_is_managed_by_its_id(tenant: Tenant, run: Run, name: str) -> None:
    person = tenant.seed_user(userName=f"{name.strip()}\u200b@example.com")
    (group,) = tenant.seed(groups=[{"displayName": name, "members": [f"{name.strip()}\u200b@example.com"]}])["groups"]
    assert run("scim_group_info", display_name=name)["groups"][0]["id"] == group
    exported = run("scim_directory_info", include=["users", "groups"])["directory"]
    assert name in [entry["display_name"] for entry in exported["groups"]]
    again = run("scim_directory", **exported)
    assert (again.failed, again["changed"]) == (False, False), again.output
    assert run("scim_group", id=group, users={"remove": [person]})["changed"] is True
    assert run("scim_group", id=group, display_name="team")["group"]["display_name"] == "team"
    assert run("scim_directory", users=[{"id": person, "state": "absent"}])["changed"] is True
    assert run("scim_group", id=group, state="absent")["changed"] is True


@pytest.mark.parametrize(
    "options",
    [
        {"groups": [{"display_name": "new "}]},
        {"groups": [{"display_name": "new\u200b", "state": "absent"}]},
        {"groups": [{"display_name": "team", "users": {"remove": ["ada@example.com "]}}]},
        {
            "groups": [
                {"display_name": "team", "users": {"add": ["ada@example.com\u00a0"]}, "unknown_members": "ignore"}
            ]
        },
        {"users": [{"user_name": "ada@example.com", "password": f"{PASSWORD}\n", "update_password": "always"}]},
        {"users": [{"user_name": "ada@example.com", "custom_attributes": {"site ": "x"}}]},
        {"users": [{"user_name": "ada@example.com", "email": "ada@example.org\n"}]},
    ],
    ids=str,
)
def test_a_directory_is_refused_before_the_first_write(tenant: Tenant, run: Run, options: dict[str, Any]) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.seed(groups=[{"displayName": "team", "members": ["ada@example.com"]}])
    first = {"users": [{"user_name": "first@example.com", "password": PASSWORD}]}
    result = run("scim_directory", **{**first, **options, "users": [*first["users"], *options.get("users", [])]})
    assert result.code == "invalid", result.output
    assert "ends with a" in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize("text", ["", "Ada  Lovelace", "Société\u00a0: 1", "क्\u200dष", "山田\u3000太郎"])
def test_lines_of_every_script_are_taken(text: str) -> None:
    check_line("display_name", text)


@pytest.mark.parametrize(
    "text",
    [
        " a",
        "a\u00a0",
        "a\u200b",
        "a\n",
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\x85b",
        "a\u2029b",
        "a\u00adb",
        "a\u200eb",
        "a\ufffdb",
    ],
)
def test_lines_with_what_is_unseen_or_lost_are_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="display_name"):
        check_line("display_name", text)


@pytest.mark.parametrize("secret", ["Pass\u200bword-1", "Pass\u00a0word-1", "Pass\u00adw\u2060ord-1"])
def test_an_odd_secret_that_is_written_is_a_warning(tenant: Tenant, run: Run, secret: str) -> None:
    tenant.switch(custom_attributes=["apiToken"])

    def warned(module: str, **options: Any) -> list[str]:
        result = run(module, **options)
        assert not result.failed, result.output
        assert secret not in result.output
        return sorted(text.partition(" holds")[0] for text in result.warnings if "which nobody sees" in text)

    user = {"user_name": "ada@example.com", "password": secret}
    assert warned("scim_user", **user, custom_attributes={"apiToken": secret}) == [
        "custom_attributes.apiToken",
        "password",
    ]
    assert warned("scim_user", **user) == []  # it is not written again
    assert warned("scim_directory", users=[{**user, "user_name": "grace@example.com"}]) == ["password"]


def test_an_odd_secret_of_the_connection_is_a_warning(run: Run) -> None:
    result = run("scim_group_info", client_secret="Service\u200b-pass-1")
    assert (result.code, len(result.warnings)) == ("authentication", 1)
    assert "client_secret holds a zero width space (U+200B), which nobody sees" in result.warnings[0]


def test_a_held_text_that_has_lost_a_letter_is_applied_again(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com", displayName="J\ufffdrg", **{CUSTOM: {"site": "Lon\u00addon"}})
    exported = run("scim_directory_info", include=["users"])["directory"]
    again = run("scim_directory", **exported)
    assert (again.failed, again["changed"]) == (False, False), again.output


TRIM, BY_ID = "| map('trim')", "can be addressed by its id"


@pytest.mark.parametrize(
    ("module", "options", "hints"),
    [
        ("scim_group", {"display_name": "team "}, {BY_ID}),
        ("scim_group", {"display_name": "te\u00adam"}, {BY_ID}),
        ("scim_group", {"display_name": "team", "users": {"add": ["ada@example.com "]}}, {TRIM, BY_ID}),
        ("scim_group", {"display_name": "team", "users": {"add": ["ada@exam\u00a0ple.com"]}}, {BY_ID}),
        ("scim_group", {"display_name": "team", "users": {"add": ["ada@example.com\u200b"]}}, {BY_ID}),
        ("scim_user", {"user_name": "ada@example.com", "email": "ada@example.com "}, set()),
        ("identity_role", {"name": "team", "administrative_rights": {"add": ["Audit "]}}, {TRIM}),
        ("scim_user", {"user_name": "ada@example.com", "custom_attributes": {"site ": "x"}}, set()),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_the_hint_names_what_helps(
    tenant: Tenant, run: Run, module: str, options: dict[str, Any], hints: set[str]
) -> None:
    result = run(module, **options)
    assert result.code == "invalid", result.output
    assert "Take it out" in result["msg"]
    assert {hint for hint in (TRIM, BY_ID) if hint in result["msg"]} == hints


def test_a_held_value_with_a_line_break_is_applied_again(tenant: Tenant, run: Run) -> None:
    held = {"displayName": "Ada\n", "name": {"givenName": " Ada"}, CUSTOM: {"site": "London\t", "badge": "1"}}
    tenant.seed_user(userName="ada@example.com", phoneNumbers=[{"type": "work", "value": "1\n2"}], **held)
    exported = run("scim_directory_info", include=["users"])["directory"]
    (ada,) = [user for user in exported["users"] if user["user_name"] == "ada@example.com"]
    assert (ada["display_name"], ada["custom_attributes"]["site"]) == ("Ada\n", "London\t")
    again = run("scim_directory", **exported)
    assert (again.failed, again["changed"]) == (False, False), again.output
    beside = {**ada, "custom_attributes": {**ada["custom_attributes"], "badge": "2"}}
    done = run("scim_directory", users=[beside])
    assert done["changed"] is True, done.output
    other = run("scim_directory", users=[{**ada, "given_name": " Grace"}])
    assert (other.code, "given_name ' Grace' begins with a blank" in other["msg"]) == ("invalid", True)


def test_held_properties_and_machines_are_applied_again(tenant: Tenant, run: Run) -> None:
    tenant.switch(granted_rights=["VaultManagement"])
    account = {"container": "APP", "name": "root", "secret": PASSWORD, "restrict_to_remote_machines": True}
    run("scim_directory", containers=[{"name": "APP"}], privileged_data=[account])
    stored = tenant.scim("GET", "PrivilegedData").json()["Resources"][0]
    stored[ACCOUNT]["properties"] = [{"key": "Port", "value": "022"}]
    stored[ACCOUNT]["remoteMachinesAccess"]["remoteMachines"] = "web 1;web2"
    assert tenant.scim("PUT", f"PrivilegedData/{stored['id']}", stored).ok
    exported = run("scim_directory_info", include=["containers", "privileged_data"])["directory"]
    assert exported["privileged_data"][0]["properties"]["Port"] == "022"
    again = run("scim_directory", **exported)
    assert (again.failed, again["changed"]) == (False, False), again.output
    (entry,) = exported["privileged_data"]
    assert run("scim_directory", privileged_data=[{**entry, "remote_machines": ["web 1", "web3"]}])["changed"] is True
    other = run("scim_directory", privileged_data=[{**entry, "properties": {"Port": "0022"}}])
    assert other.code == "invalid", other.output


def test_a_description_has_several_lines(tenant: Tenant, run: Run) -> None:
    tenant.switch(granted_rights=["VaultManagement"])
    done = run("scim_pam_object", kind="container", name="APP", description="One\nTwo\n")
    assert done["changed"] is True, done.output
