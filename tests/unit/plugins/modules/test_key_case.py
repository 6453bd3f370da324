# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of attributes and URNs of schemas are case-insensitive, whatever case the server uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.spelling import Spelling
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.filters import could_match
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import EVERY_USER_OPTION

Run = Callable[..., Result]
CASES = pytest.mark.parametrize("case", ["lower", "pascal"])
NO_PATCH = {"Users": 405, "Groups": 405, "PrivilegedData": 405}


@CASES
@pytest.mark.parametrize("patch", [{}, NO_PATCH], ids=["PATCH", "PUT"])
def test_a_user_is_found_compared_and_removed(tenant: Tenant, run: Run, case: str, patch: dict[str, int]) -> None:
    tenant.seed_user(userName="boss@example.com")
    tenant.switch(key_case=case, patch_supported=patch)
    options = {**EVERY_USER_OPTION, "manager": "boss@example.com", "update_password": "on_create"}
    for changed in (True, False):
        result = run("scim_user", **options)
        assert (result["changed"], result.warnings) == (changed, [])
    moved = run("scim_user", **{**options, "organization": "Engines"})
    assert moved["changed"] is True, moved.output
    assert run("scim_user", **{**options, "organization": "Engines"})["changed"] is False
    for changed in (True, False):
        assert run("scim_user", user_name=options["user_name"], state="absent")["changed"] is changed
    assert [write.split()[0] for write in tenant.writes()] == ["POST", "PATCH", *(["PUT"] if patch else []), "DELETE"]


@CASES
def test_members_and_vault_objects_are_compared(tenant: Tenant, run: Run, case: str) -> None:
    tenant.seed(users=[{"userName": "ada@example.com"}], groups=[{"displayName": "inner"}])
    tenant.switch(key_case=case)
    account = {"kind": "privileged_data", "container": "APP", "name": "root", "properties": {"username": "root"}}
    lifecycle: list[tuple[str, dict[str, Any]]] = [
        ("scim_group", {"display_name": "outer", "users": {"set": ["ada@example.com"]}, "groups": {"set": ["inner"]}}),
        ("scim_pam_object", {"kind": "container", "name": "APP", "description": "d", "number_of_days_retention": 7}),
        (
            "scim_pam_object",
            {"kind": "container_permission", "container": "APP", "user": "ada@example.com", "rights_preset": "full"},
        ),
        ("scim_pam_object", account),
    ]
    for module, options in lifecycle:
        for changed in (True, False):
            result = run(module, **options)
            assert (result.failed, result["changed"], result.warnings) == (False, changed, []), result.output
    exported = run("scim_directory_info")["directory"]
    tenant.switch(key_case="camel")
    assert run("scim_directory_info")["directory"] == exported
    tenant.switch(key_case=case)
    assert run("scim_directory", **exported)["changed"] is False


@CASES
def test_unknown_attributes_are_written_back(tenant: Tenant, run: Run, case: str) -> None:
    tenant.seed_user(userName="ada@example.com", nickName="Countess", title="Lady", emails=[{"value": "a@example.com"}])
    before = tenant.user("ada@example.com")
    tenant.switch(key_case=case, patch_supported=NO_PATCH)
    assert run("scim_user", user_name="ada@example.com", display_name="Ada King")["changed"] is True
    tenant.switch(key_case="camel")
    # The server sets the last two.
    own = {"displayName": "Ada King", "name": {"formatted": "Ada King"}, "meta": 0}
    assert {**tenant.user("ada@example.com"), "meta": 0} == {**before, **own}


@CASES
def test_errors_and_server_features_are_read(tenant: Tenant, run: Run, case: str) -> None:
    tenant.switch(key_case=case)
    absent = run("scim_user", id="no-such-id", state="absent")
    assert (absent.failed, absent["changed"]) == (False, False)
    offers = run("scim_server_info")["service_provider_config"]
    assert isinstance(offers["patch"]["supported"], bool) and "maxResults" in offers["filter"]


def test_an_ignored_filter_is_noticed_however_it_is_spelled() -> None:
    assert not could_match('USERNAME eq "ada"', {"userName": "grace"})
    assert not could_match('name.GivenName eq "ada"', {"name": {"givenName": "grace"}})


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.name)
def test_no_two_names_of_a_place_differ_in_case_only(resource: Any) -> None:
    def check(spelling: Spelling) -> None:
        assert len(spelling._names) == len(spelling._exact)
        for below in spelling._below.values():
            check(below)

    check(resource.spelling)


def test_free_names_stay_as_they_are() -> None:
    user = {
        "USERNAME": "ada",
        "urn:scim:schemas:extension:CUSTOM:2.0": {"Value": 1, "DISPLAY": 2},
        "Addresses": [{"Type": "work"}],
        "EMAILS": [{"VALUE": "a@example.com", "Primary": True, "Odd": 1}],
        "name": None,
    }
    RESOURCES["Users"].spelling.apply(user)
    assert user == {
        "userName": "ada",
        "urn:scim:schemas:extension:custom:2.0": {"Value": 1, "DISPLAY": 2},
        "Addresses": [{"Type": "work"}],
        "emails": [{"value": "a@example.com", "primary": True, "Odd": 1}],
        "name": None,
    }


def test_a_name_that_is_there_in_both_spellings_keeps_the_right_one() -> None:
    user = {"username": "other", "userName": "ada"}
    RESOURCES["Users"].spelling.apply(user)
    assert user == {"username": "other", "userName": "ada"}
