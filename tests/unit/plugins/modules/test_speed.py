# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speed: how long a task takes for very many members."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]


def numbered(numbers: Iterable[int]) -> list[str]:
    return [f"user{number:05}@example.com" for number in numbers]


MANY = 10_000


@pytest.mark.long(reason="very many members take long")
def test_many_members_become_as_many_others(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=2 * MANY)
    tenant.seed(groups=[{"displayName": "staff", "members": numbered(range(1, MANY + 1))}])
    tenant.forget_requests()
    others = numbered(range(MANY + 1, 2 * MANY + 1))
    began = time.monotonic()
    result = run("scim_group", display_name="staff", users={"set": others})
    took = time.monotonic() - began
    assert not result.failed, result.output
    assert result["group"]["users"]["set"] == others
    assert len(tenant.writes()) == 2 * MANY / 500
    assert tenant.tokens() == 1
    assert took < 30
    tenant.forget_requests()
    assert run("scim_group", display_name="staff", users={"set": others})["changed"] is False
    assert len(tenant.requests()) == 3  # token, group by name, its members by id
