# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe gives back each position of each switch, leaves nothing behind, and tells nothing about the tenant."""

from __future__ import annotations

import json
import re
import signal
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._diagnosis.probe.probe import NAMES
from ansible_collections.idops.cyberark_identity.plugins.module_utils._diagnosis.probe.session import PREFIX
from ansible_collections.idops.cyberark_identity.plugins.modules import scim_probe
from ansible_collections.idops.cyberark_identity.tests.emulator.admin.switch_rows import ADMINISTRATION
from ansible_collections.idops.cyberark_identity.tests.emulator.control.switch_types import OneOf
from ansible_collections.idops.cyberark_identity.tests.emulator.control.switches import BY_NAME, SWITCHES
from ansible_collections.idops.cyberark_identity.tests.unit.harness import (
    ROOT,
    Result,
    Tenant,
    module_process,
    run_module,
)

Run = Callable[..., Result]
LONG = pytest.mark.long(reason="it probes a tenant for each position of each switch")
RIGHTS = ["UserManagement", "RoleManagement", "VaultManagement"]
ENDPOINTS = ("Users", "Groups", "Containers", "ContainerPermissions", "PrivilegedData")
# The positions of switches that are no choice of a few.
POSITIONS: Mapping[str, list[Any]] = {
    "max_results": [2, 1000],
    "default_page_size": [2, 1000],
    "stale_reads": [0, 1, 3],
    "token_lifetime": [300, 18000],
    "granted_rights": [RIGHTS, RIGHTS[:2], RIGHTS[2:], []],
    "patch_supported": [
        {**BY_NAME["patch_supported"].default, endpoint: position}
        for endpoint in ENDPOINTS
        for position in (True, 405, 501)
    ],
}
CROWD = [{"userName": f"crowd{number}@example.com"} for number in range(101)]
# The objects that the tenant needs for a fact to be measured.
SEEDS: Mapping[str, dict[str, Any]] = {
    "max_results": {"users": 1001},
    "default_page_size": {"users": 1001},
    "list_members": {
        "users": CROWD,
        "groups": [{"displayName": "crowd", "members": [user["userName"] for user in CROWD]}],
    },
}
SWITCHED: Mapping[str, dict[str, Any]] = {"missing_right_status": {"granted_rights": RIGHTS[:2]}}
# One of each file of facts, and the ones that are measured in a special way.
QUICK = (("duplicate_status", 500), ("member_type", "singular_ref"), ("rights_case", "pascal"), ("token_errors", "rfc"))


def page() -> str:
    return (ROOT / "docs/facts.md").read_text()


def unmeasured() -> dict[str, set[str]]:
    """Return the positions that the page lists as not measurable by switch; ``all`` is every one."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]{20,} \|$", page(), re.MULTILINE)
    return {name: {part.strip().strip("`") for part in positions.split(",")} for name, positions in rows}


def positions_of(name: str) -> list[Any]:
    accept = BY_NAME[name].accept
    return list(accept.values) if isinstance(accept, OneOf) else list(POSITIONS[name])


def measurable() -> Iterator[Any]:
    """Yield each position of each switch that the probe measures."""
    left_out = unmeasured()
    for name in NAMES:
        for position in positions_of(name):
            if json.dumps(position).strip('"') not in left_out.get(name, ()):
                quick = (name, position) in QUICK
                yield pytest.param(name, position, id=f"{name}-{position}", marks=[] if quick else [LONG])


@pytest.fixture(autouse=True)
def seen(tenant: Tenant) -> None:
    """Give the vault a safe that the service user sees, as every real one has."""
    tenant.seed(containers=[{"name": "SEEN"}])


def probe(tenant: Tenant, **options: Any) -> Result:
    return run_module("scim_probe", {**tenant.connection, "confirm": True, **options})


@pytest.mark.parametrize(("name", "position"), [*measurable()])
def test_the_probe_gives_back_the_position(tenant: Tenant, name: str, position: Any) -> None:
    two = tenant.reset_with_two_clients() if name in ("vault_overrides_directory", "mixed_rights_hide_vault") else {}
    tenant.seed(containers=[{"name": "SEEN"}])
    tenant.seed(**SEEDS.get(name, {}))
    wanted = {**({"granted_rights": RIGHTS} if two else {}), **SWITCHED.get(name, {}), name: position}
    tenant.switch(**wanted)
    before = tenant.state()
    result = probe(tenant, facts=[name], **two)
    assert result.json.get("facts") == {name: position}, result.output
    assert type(result.json["facts"][name]) is type(position)
    tenant.switch(**{key: BY_NAME[key].default for key in wanted})
    assert names(tenant.state()) == names(before)


def names(state: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {kind: [str(item["id"]) for item in items] for kind, items in state.items()}


def test_every_switch_is_measured_or_listed_with_a_reason() -> None:
    listed = unmeasured()
    whole = {name for name, positions in listed.items() if positions == {"all"}}
    known = {switch.name for switch in SWITCHES} - {switch.name for switch in ADMINISTRATION}
    assert set(NAMES) | whole == known and not set(NAMES) & whole
    assert len(NAMES) == len(set(NAMES))
    assert "administration API" in page()
    for name in set(listed) - whole:
        assert listed[name] <= {json.dumps(position).strip('"') for position in positions_of(name)}, name


@LONG
def test_all_facts_of_the_default_tenant_at_once(tenant: Tenant, tmp_path: Path) -> None:
    before = names(tenant.state())
    result = probe(tenant, path=str(tmp_path / "facts.yml"))
    assert set(result["facts"]) | set(result["not_measured"]) == set(NAMES)
    assert result["facts"] == {name: BY_NAME[name].default for name in result["facts"]}
    assert names(tenant.state()) == before
    assert len(result["facts"]) > 70


# A tenant that differs from the defaults wherever facts do not hide each other.
OTHER = {
    "groups_paging": True,
    "resources_omitted_when_empty": False,
    "list_keys_minimal": True,
    "list_service_users": False,
    "filter_case_sensitive": False,
    "member_display": "name",
    "member_type": "untyped",
    "list_members": "omitted",
    "duplicate_status": 400,
    "put_drops_display_name": True,
    "put_keeps_members": True,
    "manager_shape": "text",
    "create_status": 200,
    "delete_status": 200,
    "patch_status": 204,
    "discovery": "rfc",
    "content_type": "scim+json",
    "key_case": "lower",
    "location_header": False,
    "token_error_status": 401,
    "unknown_app_status": 404,
    "token_type": "opaque",
    "auth_error_body": "envelope",
    "pam_get_by_id": 501,
    "pam_filters": "one_clause",
    "pam_write_bodies": False,
    "pam_error_body": "pvwa",
    "container_type": "Safe",
    "retention_urn": "custom",
    "permission_id": "id",
    "rights_case": "pascal",
    "role_member_type": "Group",
    "property_case": "sent",
    "authorization_levels": "exclusive",
    "delete_nonempty_container": 409,
}


def test_the_emulator_behaves_like_the_tenant_that_was_measured(tenant: Tenant, tmp_path: Path) -> None:
    tenant.switch(**OTHER)
    file = tmp_path / "facts.yml"
    result = probe(tenant, path=str(file))
    assert result["facts"].items() >= {name: OTHER[name] for name in OTHER if name in result["facts"]}.items()
    assert set(OTHER) <= set(result["facts"]), result["not_measured"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = yaml.safe_load(file.read_text())
    assert {name: fact["value"] for name, fact in content["facts"].items()} == result["facts"]
    assert content["not_measured"] == result["not_measured"]
    copy = Tenant.start("--facts", str(file))
    try:
        switches = copy.control("GET", "switches")
        assert {name: switches[name] for name in result["facts"]} == result["facts"]
    finally:
        copy.stop()


def test_the_file_says_nothing_about_the_tenant(tenant: Tenant, tmp_path: Path) -> None:
    """Every value in it is a position; requests and answers hold names of the schemas and types only."""
    tenant.seed(users=[{"userName": "ada@example.com", "urn:scim:schemas:extension:custom:2.0": {"badge": "B1"}}])
    file = tmp_path / "facts.yml"
    result = probe(tenant, path=str(file))
    ids = [item["id"] for items in tenant.state().values() for item in items if len(item["id"]) > len("sysadmin")]
    told = [PREFIX, "example.com", "127.0.0.1", "badge", "ada", tenant.info["client_secret"], *ids]
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    shapes = [line.partition(": ")[2] for line in lines if line.startswith(("    request:", "    answer:"))]
    assert len(shapes) == 2 * len(result["facts"])
    assert [text for text in told for line in lines if text in line] == []
    known = r'"(GET|POST|PUT|PATCH|DELETE|\d{3}) [\w/+?&.:$\[\]{}, -]*"'
    assert [line for line in shapes if not re.fullmatch(known, line)] == []
    assert tenant.info["client_secret"] not in result.output


def test_what_a_killed_probe_left_behind_goes_with_the_next(tenant: Tenant) -> None:
    before = names(tenant.state())
    tenant.fault(path="/ContainerPermissions", latency=None, count=1)
    with module_process("scim_probe", {**tenant.connection, "confirm": True, "facts": ["permission_id"]}) as process:
        deadline = time.monotonic() + 60
        while not any("/ContainerPermissions" in seen["path"] for seen in tenant.requests()):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    tenant.control("DELETE", "faults")
    left = names(tenant.state())
    assert len(left["users"]) == len(before["users"]) + 1 and left["containers"]
    result = probe(tenant, facts=["content_type"])
    assert result["swept"] >= 2
    assert names(tenant.state()) == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"confirm": False}, "a probe creates users, groups, safes and accounts on the tenant, and deletes them"),
        ({"facts": ["duplicate_state"]}, "which cannot be measured. Did you mean duplicate_status?"),
        ({"login_suffix": "@"}, "login_suffix is missing"),
        ({"path": "/nowhere/facts.yml", "facts": ["content_type"]}, "cannot be written to /nowhere/facts.yml"),
    ],
)
def test_what_is_refused(tenant: Tenant, options: dict[str, Any], reason: str) -> None:
    before = names(tenant.state())
    result = probe(tenant, **options)
    assert result.failed and result["failure"]["code"] == "invalid"
    assert reason.lower() in result["msg"].lower(), result["msg"]
    assert names(tenant.state()) == before
    if "path" not in options:
        assert tenant.writes() == []


def test_no_safe_is_made_that_could_stay(tenant: Tenant) -> None:
    """A user with other rights that sees no safe may not see a new one either, and could not delete it."""
    tenant.reset()
    tenant.switch(mixed_rights_hide_vault=True)
    result = probe(tenant, facts=["permission_id", "duplicate_status"])
    assert set(result["facts"]) == {"duplicate_status"}
    assert "might be hidden" in result["not_measured"]["permission_id"]
    assert not [path for path in tenant.writes() if path == "POST /scim/v2/Containers"]


def test_documentation_and_results_agree(tenant: Tenant) -> None:
    described = yaml.safe_load(scim_probe.RETURN)
    result = probe(tenant, facts=["discovery"])
    assert {*result.json} - {"changed", "invocation"} == {*described} - {"failure"}
    assert {*result["evidence"][0]} == {*described["evidence"]["contains"]}


def test_check_mode_sends_nothing(tenant: Tenant, run: Run) -> None:
    result = run("scim_probe", check=True, confirm=True)
    assert result["changed"] and result["facts"] == {} and tenant.requests() == []


def test_objects_of_others_stay(tenant: Tenant) -> None:
    """A name that only contains the prefix is no name of a probe."""
    tenant.seed(users=[{"userName": f"my-{PREFIX}1@example.com"}], groups=[{"displayName": f"my-{PREFIX}1"}])
    before = names(tenant.state())
    assert probe(tenant, facts=["content_type", "delete_status"])["swept"] == 0
    assert names(tenant.state()) == before


@pytest.mark.parametrize(
    ("rights", "measured", "not_measured"),
    [
        (RIGHTS[:2], {"duplicate_status", "token_errors"}, {"permission_id"}),
        ([], {"token_errors", "discovery"}, {"duplicate_status", "permission_id"}),
    ],
)
def test_a_client_without_a_right_measures_the_rest(
    tenant: Tenant, rights: list[str], measured: set[str], not_measured: set[str]
) -> None:
    tenant.switch(granted_rights=rights)
    result = probe(tenant, facts=[*measured, *not_measured])
    assert not result.failed, result.output
    assert set(result["facts"]) == measured
    assert all("answered 403" in result["not_measured"][name] for name in not_measured)


def test_an_object_that_cannot_be_deleted_is_reported(tenant: Tenant) -> None:
    tenant.fault(method="DELETE", path="/Users/", status=500, count=None)
    result = probe(tenant, facts=["duplicate_status"])
    assert result["facts"] == {"duplicate_status": 409}
    assert "Objects with the prefix scim-probe- are left, and the next run deletes them: 1 objects" in result.warnings
    tenant.control("DELETE", "faults")
    assert probe(tenant, facts=["discovery"])["swept"] == 1


def test_a_lost_connection_costs_no_fact(tenant: Tenant) -> None:
    """The last listing fails: what was measured is there, and the next run cleans up."""
    tenant.fault(method="GET", path="/Groups", drop="before", skip=3, count=None)
    result = probe(tenant, facts=["duplicate_status", "delete_status"])
    assert result["facts"] == {"duplicate_status": 409, "delete_status": 204}
    assert [text for text in result.warnings if "because looking for them failed" in text]
    tenant.control("DELETE", "faults")
    assert probe(tenant, facts=["discovery"])["swept"] == 1


def test_a_busy_tenant_is_waited_for(tenant: Tenant) -> None:
    tenant.fault(path="/Users", status=429, retry_after=1, count=1)
    assert probe(tenant, facts=["duplicate_status"])["facts"] == {"duplicate_status": 409}


@pytest.mark.parametrize("body", ["html", "empty", "invalid_json", "wrong_shape"])
def test_answers_that_cannot_be_read_leave_nothing_behind(tenant: Tenant, body: str) -> None:
    before = names(tenant.state())
    tenant.fault(method="POST", path="/scim/", body=body, count=None)
    result = probe(tenant, facts=["member_type", "permission_id", "location_header", "create_status"])
    tenant.control("DELETE", "faults")
    assert not result.failed, result.output
    assert result["facts"]["create_status"] == 201 and result["facts"]["member_type"] == "typed"
    assert names(tenant.state()) == before


@pytest.mark.parametrize("body", ["html", "wrong_shape"])
def test_a_server_that_is_none_is_refused_before_anything_is_made(tenant: Tenant, body: str) -> None:
    tenant.fault(path="/scim/", body=body, count=None)
    result = probe(tenant)
    assert result.failed and result["failure"]["code"] == "protocol", result.output
    assert not [path for path in tenant.writes() if path.startswith("POST")]
