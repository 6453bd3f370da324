# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new name that looks like another one is a warning, because it may be intended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.texts import look_alikes
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import good

Run = Callable[..., Result]
ODD = {
    "app\u2010admins": "a hyphen (U+2010)",
    "app\u2011admins": "a non-breaking hyphen (U+2011)",
    "app\u2012admins": "a figure dash (U+2012)",
    "app\u2013admins": "a en dash (U+2013)",
    "app\u2212admins": "a minus sign (U+2212)",
    "\u0430dmins": "a cyrillic small letter a (U+0430)",
    "app-\u0391dmins": "a greek capital letter alpha (U+0391)",
    "admin\u0455 of \u0430pps": "a cyrillic small letter dze (U+0455), a cyrillic small letter a (U+0430)",
}
USUAL = ["app-admins", "админы", "SQL-админы", "Größe", "山田太郎 ops", "Ω", "naïve", "ada@example.com", "equipe\u0301"]


@pytest.mark.parametrize(("name", "found"), ODD.items())
def test_characters_that_look_like_others_are_named(name: str, found: str) -> None:
    assert look_alikes(name) == found


@pytest.mark.parametrize("name", USUAL)
def test_words_of_one_script_are_usual(name: str) -> None:
    assert look_alikes(name) == ""


@pytest.mark.parametrize("check", [True, False])
def test_a_new_name_that_looks_like_another_is_a_warning(tenant: Tenant, run: Run, check: bool) -> None:
    tenant.seed(groups=[{"displayName": "app-admins"}])
    result = good(run("scim_group", check=check, display_name="app\u2011admins"))
    assert result["changed"]
    assert any("a non-breaking hyphen (U+2011), which looks like another character" in text for text in result.warnings)


def test_an_existing_name_is_no_warning(tenant: Tenant, run: Run) -> None:
    tenant.seed(groups=[{"displayName": "app\u2011admins"}])
    tenant.seed_user(userName="ada@example.com")
    result = good(run("scim_group", display_name="app\u2011admins", users={"add": ["ada@example.com"]}))
    assert (result["changed"], result.warnings) == (True, [])
