# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items of a loop that run in one process: after a missing object, the filters for the next one are sent together."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import module as own_module
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]
pytestmark = pytest.mark.ways("main", reason="the items of a loop are one task, and each run of a module is another")
LATENCY = 0.5  # seconds, many times as long as a module runs on a busy machine
# A new name of letters: the filter by the name itself, and four by its first letters.
FILTERS = 5


@pytest.fixture
def loop(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a module as the items of a loop do in Ansible's own process."""
    monkeypatch.setattr(own_module, "_opened", {})
    return run


def reads_of(tenant: Tenant) -> list[str]:
    """Return the filters of the reads since the last call."""
    found = [str(seen["query"]) for seen in tenant.requests() if seen["method"] == "GET"]
    tenant.forget_requests()
    return found


def test_filters_for_the_second_missing_user_are_sent_together(tenant: Tenant, loop: Run) -> None:
    loop("scim_user", user_name="ada@example.com", password="Aa1-secret")
    tenant.switch(latency=LATENCY)
    tenant.forget_requests()
    began = time.monotonic()
    assert loop("scim_user", user_name="bea@example.com", password="Aa1-secret")["changed"] is True
    took = time.monotonic() - began
    assert len(reads_of(tenant)) == FILTERS
    assert took < (1 + 1 + 2) * LATENCY, "the filters and the POST each take one round trip"


def test_filters_are_sent_one_by_one_after_an_object_that_exists(tenant: Tenant, loop: Run) -> None:
    loop("scim_user", user_name="ada@example.com", password="Aa1-secret")
    loop("scim_user", user_name="ada@example.com")
    tenant.forget_requests()
    assert loop("scim_user", user_name="ada@example.com")["changed"] is False
    assert len(reads_of(tenant)) == 1


@pytest.mark.parametrize("name", ["ada@example.com", "ADA@example.com"])
def test_a_user_in_another_case_is_found_after_a_missing_one(tenant: Tenant, loop: Run, name: str) -> None:
    tenant.seed_user(userName="Ada@example.com", displayName="Ada")
    loop("scim_user", user_name="bea@example.com", password="Aa1-secret")
    assert loop("scim_user", user_name=name, display_name="Ada")["changed"] is False
    assert len(tenant.users(name)) == 1


def test_the_exact_name_wins_over_another_case_after_a_missing_one(tenant: Tenant, loop: Run) -> None:
    """As it does for a single object, for which the other case is not looked up."""
    for name in ("Ada@example.com", "ada@example.com"):
        tenant.seed_user(userName=name, displayName=name)
    loop("scim_user", user_name="bea@example.com", password="Aa1-secret")
    assert loop("scim_user", user_name="ada@example.com", display_name="Countess")["changed"] is True
    shown = {user["userName"]: user["displayName"] for user in tenant.users("ada@example.com")}
    assert shown == {"Ada@example.com": "Ada@example.com", "ada@example.com": "Countess"}


def test_refused_filters_are_not_sent_together(tenant: Tenant, loop: Run) -> None:
    """Where a server refuses the filters for another case, the first refusal ends them, and everything is read."""
    loop("scim_pam_object", kind="container", name="APP")
    for name in ("root", "scott", "sysman"):
        tenant.forget_requests()
        account = {"container": "APP", "name": name, "properties": {"username": name}}
        assert loop("scim_pam_object", kind="privileged_data", **account)["changed"] is True
        assert 400 in [seen["status"] for seen in tenant.requests()]
        filters = [query for query in reads_of(tenant) if "sw" in query]
        assert len(filters) == 1


def test_a_failure_of_one_of_the_filters_is_the_failure_of_the_item(tenant: Tenant, loop: Run) -> None:
    loop("scim_user", user_name="ada@example.com", password="Aa1-secret")
    tenant.fault(method="GET", path="/Users", status=500, count=2)
    failed = loop("scim_user", user_name="bea@example.com", password="Aa1-secret")
    assert failed.code == "server_error"
    assert tenant.users("bea@example.com") == []


def test_the_same_object_again_is_looked_up_by_its_name_alone(tenant: Tenant, loop: Run) -> None:
    """As in a loop over attributes of one user, which the first item creates."""
    for number, reads in ((1, FILTERS), (2, 1), (3, 1)):
        tenant.forget_requests()
        loop("scim_user", user_name="ada@example.com", display_name=f"Ada {number}", password="Aa1-secret")
        assert len([query for query in reads_of(tenant) if "filter" in query]) == reads
