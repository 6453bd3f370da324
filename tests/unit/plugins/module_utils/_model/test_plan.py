# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests of planning, for any user and any desired options."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import (
    get,
    path_text,
    put,
    quoted,
    same,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import (
    HIDDEN,
    plan_absent,
    plan_present,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import (
    CUSTOM,
    ENTERPRISE_USER,
    USER,
)
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(min_size=1, max_size=8)
OPTION = st.one_of(st.none(), st.just(""), TEXT)
PHONES = st.dictionaries(st.sampled_from(["work", "mobile", "home"]), OPTION)
CUSTOMS = st.dictionaries(
    st.sampled_from(["costCenter", "badge", "site"]), st.one_of(OPTION, st.integers(), st.booleans())
)

DESIRED = st.fixed_dictionaries(
    {"user_name": TEXT},
    optional={
        "display_name": OPTION,
        "given_name": OPTION,
        "family_name": OPTION,
        "email": OPTION,
        "phone_numbers": PHONES,
        "preferred_language": OPTION,
        "active": st.one_of(st.none(), st.booleans()),
        "organization": OPTION,
        "manager": OPTION,
        "custom_attributes": CUSTOMS,
        "password": st.one_of(st.none(), TEXT),
    },
)


@st.composite
def existing(draw: Any) -> dict[str, Any]:
    """Generate a user as a server holds it, with attributes that no option manages."""
    desired = {key: value for key, value in draw(DESIRED).items() if key != "password"}
    user = plan_present(USER, None, desired, write_secrets=False).expected
    put(user, (ENTERPRISE_USER, "department"), draw(st.one_of(st.none(), TEXT)))
    user.update(id="1", meta={"version": "7"}, nickName=draw(TEXT), groups=[{"value": "g"}])
    return user


def plan(current: Any, desired: Any, write_secrets: bool = False) -> Any:
    return plan_present(USER, current, desired, write_secrets=write_secrets)


@given(existing(), DESIRED)
def test_second_plan_is_empty(current: dict[str, Any], desired: dict[str, Any]) -> None:
    first = plan(current, desired)
    again = plan(first.expected, desired)
    assert again.action == "none"
    assert again.before == again.after == first.after


@given(DESIRED)
def test_a_created_user_is_as_desired(desired: dict[str, Any]) -> None:
    first = plan(None, desired)
    assert first.action == "create"
    assert plan(first.body, desired).action == "none"
    assert first.body["schemas"][0] == USER.schema


@given(existing(), DESIRED)
def test_unmanaged_attributes_do_not_change(current: dict[str, Any], desired: dict[str, Any]) -> None:
    untouched = copy.deepcopy(current)
    body = plan(current, desired).body
    assert current == untouched, "planning must not change what was read"
    assert body["nickName"] == current["nickName"]
    assert get(body, (ENTERPRISE_USER, "department")) == get(current, (ENTERPRISE_USER, "department"))
    for row in USER.attributes:
        if desired.get(row.option) is None:
            assert row.read(body) == row.read(current)
    for key, value in (current.get(CUSTOM) or {}).items():
        if (desired.get("custom_attributes") or {}).get(key) is None:
            assert body[CUSTOM][key] == value


@given(existing(), DESIRED)
def test_operations_name_exactly_what_changes(current: dict[str, Any], desired: dict[str, Any]) -> None:
    first = plan(current, desired)
    assert bool(first.operations) == (first.action == "update")
    paths = [operation["path"] for operation in first.operations]
    assert len(set(paths)) == len(paths)
    for operation in first.operations:
        assert (operation["op"] == "replace") == ("value" in operation)


@given(existing(), DESIRED, st.booleans())
def test_secret_is_never_shown(current: dict[str, Any], desired: dict[str, Any], write_secrets: bool) -> None:
    secret = "S3cret-word-that-shows"
    first = plan(current, {**desired, "password": secret}, write_secrets)
    assert secret not in str(first.diff)
    assert secret not in str(USER.describe(first.expected))
    assert (first.after.get("password") == HIDDEN) == write_secrets
    assert (secret in str(first.operations)) == write_secrets


@given(existing())
def test_described_state_plans_no_change(current: dict[str, Any]) -> None:
    description = USER.describe(current)
    description.pop("id")
    assert plan(current, description).action == "none"


@given(existing())
def test_only_an_existing_object_is_deleted(current: dict[str, Any]) -> None:
    assert plan_absent(USER, current).action == "delete"
    assert plan_absent(USER, current).after == {}
    assert plan_absent(USER, None).action == "none"


@given(st.text())
def test_a_quoted_filter_value_reads_back(value: str) -> None:
    import json

    assert json.loads(quoted(value)) == value
    assert '"' not in quoted(value)[1:-1].replace("\\\\", "").replace('\\"', "")


def test_paths_of_a_patch() -> None:
    assert path_text(("displayName",)) == "displayName"
    assert path_text(("name", "givenName")) == "name.givenName"
    assert path_text((ENTERPRISE_USER, "organization")) == f"{ENTERPRISE_USER}:organization"


SAME = [(7, "7"), (True, "true"), ("True", True), (None, ""), (None, {}), ({"a": ""}, {}), ({"a": 1}, {"a": "1"})]
DIFFERENT = [("a", "A"), (1, 2), (True, False), ({"a": 1}, {}), ({"a": 1}, "a"), ("True", "true"), (0, None)]


def test_values_that_servers_treat_as_equal() -> None:
    for left, right in SAME + [(right, left) for left, right in SAME]:
        assert same(left, right)
    for left, right in DIFFERENT + [(right, left) for left, right in DIFFERENT]:
        assert not same(left, right)
    assert same("a", "A", caseless=True)
