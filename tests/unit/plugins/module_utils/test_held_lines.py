# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single lines of masking, retries and merging that larger tests miss. tools/mutants.py breaks them."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    RateLimitedError,
    ServerError,
    TransportError,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import spellings
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import (
    LONGEST_WAIT,
    _may_repeat,
    _wait,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import Task, make_plan
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import GROUP, USER

SECRET = "pässwörter-1234"  # pragma: allowlist secret


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_secrets_are_known_as_bytes_of_both_encodings(encoding: str) -> None:
    raw = SECRET.encode(encoding)
    assert {raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1]} & spellings(SECRET)
    assert raw.hex() in spellings(SECRET)


@pytest.mark.parametrize(
    ("method", "repeatable", "again"), [("GET", False, True), ("POST", False, False), ("POST", True, True)]
)
def test_a_write_is_not_repeated_after_a_server_error(method: str, repeatable: bool, again: bool) -> None:
    assert _may_repeat(ServerError("it failed", transient=True), method, repeatable) is again


@pytest.mark.parametrize(
    ("uncertain", "method", "again"), [(True, "POST", False), (True, "PUT", True), (False, "POST", True)]
)
def test_uncertain_request_is_retried_only_if_idempotent(uncertain: bool, method: str, again: bool) -> None:
    assert _may_repeat(TransportError("it broke", transient=True, uncertain=uncertain), method, False) is again


def test_no_wait_is_longer_than_the_longest() -> None:
    assert _wait(1, RateLimitedError("slow down", retry_after=LONGEST_WAIT * 10)) == LONGEST_WAIT


def test_computed_attributes_are_not_sent_back() -> None:
    computed = {"meta": {"version": "1"}, "groups": [{"value": "1"}], "name": {"formatted": "Ada", "givenName": "A"}}
    current = {"id": "1", "userName": "ada@example.com", **computed}
    body = make_plan(Task(USER, {}), {"display_name": "Ada"}, current).body
    assert "meta" not in body
    assert "groups" not in body
    assert body["name"] == {"givenName": "A"}


@pytest.mark.parametrize("always", [True, False])
def test_a_secret_of_an_existing_object_is_written_only_on_demand(always: bool) -> None:
    task = Task(USER, {}, write_secrets=always)
    plan = make_plan(task, {"password": SECRET}, {"id": "1", "userName": "ada@example.com"})
    assert plan.changed is always


def test_members_that_are_removed_are_not_merged() -> None:
    current = {"id": "1", "displayName": "g", "members": [{"value": str(n), "type": "User"} for n in range(3)]}
    plan = make_plan(Task(GROUP, {}), {"users": {"remove": {"1": "b"}, "add": {"7": "c"}}}, current)
    assert sorted(plan.changes[0].after) == ["0", "2", "7"]
