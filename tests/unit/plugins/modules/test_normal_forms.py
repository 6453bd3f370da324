# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that are canonically equal are one name: files from macOS are in NFD, tenants hold NFC, and some hold NFD."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import normalize

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
TEAM = "Équipe Été"
EVE = "évé@example.com"
FORMS = pytest.mark.parametrize(("held", "given"), [("NFC", "NFD"), ("NFD", "NFC")])


@pytest.fixture(autouse=True, params=[False, True], ids=["bytes", "characters"])
def server(tenant: Tenant, request: pytest.FixtureRequest) -> None:
    """Compare names as the server does: by their bytes, or in any normal form."""
    tenant.switch(canonical_names=request.param)


def names(tenant: Tenant) -> list[str]:
    return [group["displayName"] for group in tenant.resources("Groups")]


@FORMS
def test_a_group_is_found_in_the_other_form(tenant: Tenant, run: Run, held: str, given: str) -> None:
    others = names(tenant)
    tenant.seed(groups=[{"displayName": normalize(held, TEAM)}])
    assert run("scim_group", display_name=normalize(given, TEAM).upper())["changed"] is False
    assert run("scim_group", display_name=normalize(given, TEAM))["changed"] is False
    assert len(run("scim_group_info", display_name=normalize(given, TEAM))["groups"]) == 1
    assert run("scim_group", display_name=normalize(given, TEAM), state="absent")["changed"] is True
    assert names(tenant) == others


def test_names_are_sent_composed(tenant: Tenant, run: Run) -> None:
    password = normalize("NFD", "Pässword-1é")
    options = {"user_name": EVE, "given_name": "Évé", "custom_attributes": {"site": "Orléans"}}
    decomposed = {name: normalize("NFD", value) for name, value in options.items() if isinstance(value, str)}
    sites = {"site": normalize("NFD", "Orléans")}
    result = run("scim_user", **decomposed, custom_attributes=sites, password=password)
    assert {name: result["user"][name] for name in options} == options
    assert run("scim_user", **decomposed, custom_attributes=sites)["changed"] is False


@FORMS
def test_a_member_is_found_in_the_other_form(tenant: Tenant, run: Run, held: str, given: str) -> None:
    person = tenant.seed_user(userName=normalize(held, EVE))
    tenant.seed(groups=[{"displayName": "team"}])
    assert run("scim_group", display_name="team", users={"add": [normalize(given, EVE)]})["changed"] is True
    assert run("scim_group", display_name="team", users={"set": [normalize(given, EVE)]})["changed"] is False
    (group,) = [item for item in tenant.resources("Groups") if item["displayName"] == "team"]
    assert [member["value"] for member in group["members"]] == [person]
    assert run("scim_group", display_name="team", users={"remove": [normalize(given, EVE)]})["changed"] is True


@FORMS
def test_prune_keeps_what_is_listed_in_the_other_form(tenant: Tenant, run: Run, held: str, given: str) -> None:
    tenant.seed(groups=[{"displayName": normalize(held, TEAM)}])
    before = sorted(names(tenant))
    listed = [{"display_name": name} for name in before if name != normalize(held, TEAM)]
    result = run("scim_directory", groups=[*listed, {"display_name": normalize(given, TEAM)}], prune=["groups"])
    assert (result.failed, result["changed"]) == (False, False), result.output
    assert sorted(names(tenant)) == before


@FORMS
def test_a_name_is_protected_in_the_other_form(tenant: Tenant, run: Run, held: str, given: str) -> None:
    tenant.seed(groups=[{"displayName": normalize(held, TEAM)}])
    for pattern in (TEAM.upper(), "équipe *", f"\u200b{TEAM}", TEAM.replace(" ", "\u00a0")):
        result = run(
            "scim_directory",
            groups=[{"display_name": normalize(held, TEAM), "state": "absent"}],
            protected=[normalize(given, pattern)],
        )
        assert result.code == "guard_rail", result.output
    assert tenant.writes() == []


def test_two_entries_of_one_name_are_refused(tenant: Tenant, run: Run) -> None:
    groups = [{"display_name": normalize(form, TEAM)} for form in ("NFC", "NFD")]
    result = run("scim_directory", groups=groups)
    assert result.code == "invalid"
    assert "groups[1]: " in result["msg"]
    assert "is also at groups[0]" in result["msg"]


@FORMS
def test_a_role_is_found_in_the_other_form(tenant: Tenant, run: Run, held: str, given: str) -> None:
    assert run("identity_role", name="Équipe", check=True)["changed"] is True
    tenant.seed(groups=[{"displayName": normalize(held, TEAM)}])
    assert run("identity_role", name=normalize(given, TEAM))["changed"] is False
