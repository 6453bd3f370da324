# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor names the first cause of each broken set-up, no other one, and nothing for a healthy tenant."""

from __future__ import annotations

import importlib
import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._diagnosis.doctor.certificate import (
    certificate_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._diagnosis.doctor.diagnoses import (
    AREAS,
    DIAGNOSES,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import MODULES, ROOT, Result, Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Seen, Serve, reply
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.faults import (
    FAULTS,
    PAIRS,
    Fault,
    World,
    jwt,
)

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")
Run = Callable[..., Result]


@pytest.fixture
def world(tenant: Tenant, tls_tenant: Tenant, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """Return a healthy world: a service user that may do everything, and a safe that it sees."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    tenant.seed(containers=[{"name": "APP"}])
    return World(tenant, tls_tenant, serve, monkeypatch, tmp_path)


def examined(world: World, **options: Any) -> Result:
    result = run_module("scim_doctor", {**world.tenant.connection, "timeout": 5, **options})
    assert not result.failed, result["msg"]
    return result


def named(fault: Fault) -> str:
    return f"{fault.expected}: {fault.what}"


FIRST = {fault.expected: fault for fault in reversed(FAULTS)}  # one for each diagnosis
FURTHER = pytest.mark.long(reason="the quick run has one fault for each diagnosis")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=named(fault), marks=() if fault in FIRST.values() else FURTHER)
        for fault in (*FAULTS, *PAIRS)
    ],
)
def test_each_fault_has_its_own_first_diagnosis(fault: Fault, world: World) -> None:
    options = fault.prepare(world)
    world.tenant.forget_requests()
    result = examined(world, **options)
    assert result["causes"] == [fault.expected, *fault.more], "\n".join(result["table"])
    assert result["healthy"] is False
    assert result["table"][0].startswith("1. ")
    assert fault.expected in result["table"][0]
    assert world.tenant.writes() == world.tls_tenant.writes() == []
    assert world.tenant.tokens() <= 3
    administrator = world.tenant.administrator["client_secret"]
    for secret in (world.tenant.connection["client_secret"], administrator, "proxy-word-1", "Service-pass-1"):
        assert secret not in result.output
    texts = [line for finding in result["findings"] for line in (finding["meaning"], finding["fix"])]
    assert not any("{" in text or "}" in text for text in texts)
    (first, *_further) = [each for each in result["findings"] if each["diagnosis"] == fault.expected]
    assert not [part for part in fault.says if part not in f"{first['meaning']} {first['fix']}"], first


def test_every_diagnosis_has_a_fault() -> None:
    assert {fault.expected for fault in FAULTS} == set(DIAGNOSES)
    assert len({named(fault) for fault in FAULTS}) == len(FAULTS)


# -- Healthy ------------------------------------------------------------------


def directory_alone(world: World) -> dict[str, Any]:
    world.tenant.reset_with_two_clients()
    return {}


def two_clients(world: World) -> dict[str, Any]:
    second = world.tenant.reset_with_two_clients()
    world.tenant.seed(containers=[{"name": "APP"}])
    return second


def vault_alone(world: World) -> dict[str, Any]:
    second = two_clients(world)
    return {name: second[f"vault_{name}"] for name in ("app_id", "client_id", "client_secret")}


def given_token(world: World) -> dict[str, Any]:
    world.tenant.scim("GET", "Users?count=1")
    return {"access_token": world.tenant.token, "client_id": None, "client_secret": None}


def opaque(world: World) -> dict[str, Any]:
    world.tenant.switch(token_type="opaque")
    return {}


def over_tls(world: World) -> dict[str, Any]:
    world.tls_tenant.seed(containers=[{"name": "APP"}])
    return world.tls_tenant.connection


def with_administrator(world: World) -> dict[str, Any]:
    second, administrator = two_clients(world), world.tenant.administrator
    return {**second, **{f"administrator_{name}": administrator[name] for name in ("client_id", "client_secret")}}


def vanity_address(world: World) -> dict[str, Any]:
    """Return options of a tenant that names itself by another host than tenant_url."""
    issuer = "https://abc1234.id.cyberark.cloud/scim-client/"
    answers = {
        "well-known": reply({"issuer": issuer}),
        "/oauth2/": reply({"access_token": jwt(iss=issuer), "expires_in": 18000}),
        "ServiceProviderConfig": reply({"patch": {"supported": True}, "filter": {"maxResults": 100}}),
        "/scim/": reply({"totalResults": 1, "Resources": [{"id": "1"}]}),
    }
    return world.front(**answers)


def platform_token(world: World) -> dict[str, Any]:
    return {"app_id": None}


HEALTHY = (
    directory_alone,
    two_clients,
    vault_alone,
    given_token,
    opaque,
    over_tls,
    vanity_address,
    platform_token,
    with_administrator,
)


@pytest.mark.parametrize("prepare", HEALTHY, ids=lambda prepare: prepare.__name__)
def test_a_healthy_tenant_has_no_diagnosis(prepare: Callable[[World], dict[str, Any]], world: World) -> None:
    options = prepare(world)
    results = [
        run_module("scim_doctor", {**world.tenant.connection, **options}, check=check) for check in (True, False)
    ]
    for result in results:
        assert (result["healthy"], result["causes"], result.warnings) == (True, [], []), "\n".join(result["table"])
        assert result["changed"] is False
        assert {finding["status"] for finding in result["findings"]} == {"ok"}
        assert result["msg"].startswith("healthy: ")
    assert world.tenant.writes() == []


def test_each_identity_has_its_own_checks(world: World) -> None:
    result = examined(world, **two_clients(world))
    checks = [finding["check"] for finding in result["findings"]]
    assert checks[-11:] == [
        *("token", "claims", "scim", "reading", "pace"),
        *("vault_token", "vault_claims", "vault_scim", "vault_reading", "vault_vault", "vault_pace"),
    ]
    assert world.tenant.tokens() == 2


@pytest.fixture
def tunnel() -> Iterator[str]:
    """Return the address of a proxy that opens tunnels."""
    listener = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()

    def relay(client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            target = lines.readline().split()[1].decode()
            while lines.readline() not in (b"\r\n", b""):
                pass
            host, port = target.rsplit(":", 1)
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                ends = {client: server, server: client}
                while not ending.is_set():
                    for end in select.select([*ends], [], [], 0.1)[0]:
                        data = end.recv(2**16)
                        if not data:
                            return
                        ends[end].sendall(data)

    def accept() -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=relay, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://me:proxy-word-1@127.0.0.1:{listener.getsockname()[1]}"  # pragma: allowlist secret
    ending.set()
    listener.close()


def test_a_tenant_behind_a_proxy(world: World, tunnel: str) -> None:
    world.patch.setenv("HTTPS_PROXY", tunnel)
    result = examined(world, **over_tls(world))
    assert result["causes"] == [], result["table"]
    answers = {finding["check"]: finding["answer"] for finding in result["findings"]}
    assert "from HTTPS_PROXY: a tunnel is open" in answers["proxy"]
    assert answers["name"].startswith("left to the proxy")
    assert "certificate by" in answers["tls"]
    assert "proxy-word-1" not in result.output


# -- Results ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fail_on", "options", "fails"),
    [
        ("nothing", {"scope": "scmi"}, False),
        ("problems", {"scope": "scmi"}, True),
        ("warnings", {"scope": "scmi"}, True),
        ("problems", {}, False),
        ("warnings", {}, True),
    ],
)
def test_what_fails_is_an_option(fail_on: str, options: dict[str, Any], fails: bool, tenant: Tenant, run: Run) -> None:
    """The tenant of the tests has no safe, which is a warning."""
    result = run("scim_doctor", fail_on=fail_on, **options)
    assert (result.failed, result.code) == (fails, "unhealthy" if fails else None)
    assert result["table"]
    assert result["causes"] == [*(["scope_unknown"] if options else ["vault_seen_as_empty"])]


def test_documentation_and_results_agree(world: World) -> None:
    described = yaml.safe_load(importlib.import_module(f"{MODULES}.scim_doctor").RETURN)
    result = examined(world)
    assert {key for key in result.json if key not in ("changed", "invocation")} == set(described) - {"failure"}
    assert set(result["findings"][0]) == set(described["findings"]["contains"])


def test_bad_options_are_refused(tenant: Tenant, run: Run) -> None:
    for options in ({"fail_on": "sometimes"}, {"colour": "red"}, {"timeout": "long"}):
        tenant.forget_requests()
        result = run("scim_doctor", **options)
        assert result.code == "invalid"
        assert tenant.requests() == []


def test_no_secret_is_shown(world: World) -> None:
    """Not even where a server quotes the request, or an address holds a password."""

    def echo(seen: Seen) -> list[bytes]:
        return reply({"error": "access_denied", "error_description": f"no: {seen.body.decode()}"}, "400 Bad Request")

    secret = 'S3cr"et w&rd-7'
    options = world.front(**{"/oauth2/": echo})
    results = [
        examined(world, **options, client_secret=secret),
        examined(world, tenant_url="https://me:hidden-word-7@tenant.example.com"),  # pragma: allowlist secret
    ]
    for result in results:
        texts = " ".join([result["markdown"], result["msg"], *result["table"]])
        assert not [word for word in (secret, "S3cr%22et", "S3cr", "hidden-word-7") if word in texts]


def test_hostile_texts_are_no_markup(world: World) -> None:
    text = "\x1b[2J |\n# <b>@all</b> [x](https://evil.example) `{login}` {0}"
    answer = reply({"error": "x", "error_description": text}, "400 Bad Request")
    result = examined(world, **world.front(**{"/oauth2/": answer}))
    assert all(line.isprintable() for line in result["table"])
    for part in ("<b>", "@all", "[x]", "\n#", "\x1b", "`{"):
        assert part not in result["markdown"], part


def test_a_certificate_that_cannot_be_read_is_no_traceback() -> None:
    assert [certificate_of(data) for data in (b"", b"0", b"0\x80", b"\x30\x03\x30\x01\x00", b"x" * 99)] == [None] * 5


def test_the_password_of_an_administrator_goes_to_its_tenant_only(world: World) -> None:
    """The rules are those of the other identities (docs/authentication.md)."""
    administrator = {
        f"administrator_{name}": world.tenant.administrator[name] for name in ("client_id", "client_secret")
    }
    for name, value in administrator.items():
        world.patch.setenv(f"CYBERARK_IDENTITY_{name.upper()}", value)
    world.patch.setenv("CYBERARK_IDENTITY_TENANT_URL", "https://other.example.com")
    elsewhere = examined(world)
    assert "administrator" not in [finding["check"] for finding in elsewhere["findings"]]
    world.patch.setenv("CYBERARK_IDENTITY_TENANT_URL", world.tenant.info["tenant_url"])
    assert "administrator" in [finding["check"] for finding in examined(world)["findings"]]
    world.tenant.forget_requests()
    given = {**world.tenant.connection, "tenant_url": None, "client_secret": None, "client_id": None}
    result = run_module("scim_doctor", {**given, "access_token": None, **administrator})
    assert "a secret is not sent to an address that only" in result["msg"]
    assert world.tenant.requests() == []


# -- The playbook ---------------------------------------------------------------

PLAYBOOK = ["ansible-playbook", "idops.cyberark_identity.diagnose"]


@pytest.mark.long(reason="it runs ansible-playbook several times")
def test_the_playbook_shows_a_table_and_fails_if_there_is_a_problem(world: World) -> None:
    broken = PlaybookRunner.at(world.folder, {**world.tenant.connection, "scope": "scmi"})
    played = broken.run([*PLAYBOOK, "--check", "-e", "diagnose_report_path=report.md"])
    assert played.status == 2, played.output
    assert "\n  1. FAILED token: scope_unknown\n     tried    get a token for" in played.output
    assert "\n  claims     skipped  not tried, because token failed\n" in played.output
    assert "Web Apps > scim-client > Scope" in played.text
    broken.run([*PLAYBOOK, "-e", "diagnose_report_path=report.md"])
    report = world.folder / "report.md"
    assert "**token: scope_unknown**" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert broken.run([*PLAYBOOK, "-e", "diagnose_fail_on=nothing"]).status == 0
    healthy = PlaybookRunner.at(world.folder, world.tenant.connection)
    played = healthy.run([*PLAYBOOK, "-e", "diagnose_fail_on=warnings"])
    assert (played.status, played.changed) == (0, 0), played.output
    assert "Nothing is wrong." in played.output
    assert "Did you mean diagnose_hosts?" in healthy.run([*PLAYBOOK, "-e", "diagnose_host=x"]).text


@pytest.mark.long(reason="it runs ansible-playbook")
def test_an_administrator_may_come_from_variables(world: World) -> None:
    given = {"cyberark_identity_tenant_url": world.tenant.info["tenant_url"]}
    given.update(world_as_variables(world))
    (world.folder / "given.json").write_text(json.dumps(given))
    played = PlaybookRunner.at(world.folder, {}).run([*PLAYBOOK, "-vvv", "-e", "@given.json"])
    assert played.status == 0, played.output
    assert "  portal_roles   ok       " in played.output
    assert world.tenant.administrator["client_secret"] not in played.output


def world_as_variables(world: World) -> dict[str, str]:
    connection, administrator = world.tenant.connection, world.tenant.administrator
    own = {f"cyberark_identity_{name}": connection[name] for name in ("app_id", "client_id", "client_secret")}
    names = ("client_id", "client_secret")
    return {**own, **{f"diagnose_administrator_{name}": administrator[name] for name in names}}


# -- Documentation ------------------------------------------------------------


def test_the_page_has_every_diagnosis() -> None:
    page = (ROOT / "docs/doctor.md").read_text()
    assert page.partition("<!-- diagnoses -->\n")[2] == documented()


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"*{key}*"


def documented() -> str:
    """Return the tables of docs/doctor.md: a row for each diagnosis, by area."""
    lines = []
    for area, rows in AREAS.items():
        lines += [f"\n### {area}\n", "| what you see | diagnosis | what it means | how to fix it |"]
        lines.append("| --- | --- | --- | --- |")
        for row in rows:
            meaning, fix = (text.replace("*", r"\*").format_map(_Named()) for text in (row.meaning, row.fix))
            lines.append(f"| {row.symptom} | `{row.code}`, {row.status} | {meaning} | {fix} |")
    return "\n".join(lines) + "\n"


# -- Failures of other modules --------------------------------------------------

ADVICE = "run: ansible-playbook idops.cyberark_identity.diagnose."
OF_THE_CONNECTION: dict[str, tuple[str, dict[str, Any]]] = {
    "no connection": ("scim_user_info", {"tenant_url": "http://127.0.0.1:1"}),
    "a refused login": ("scim_group", {"scope": "scmi", "display_name": "team"}),
    "a refused administrator": ("identity_role", {"client_secret": "not-this-one-1", "name": "team"}),
    "a wrong path": ("scim_user_info", {"scim_path": "/scim/v3"}),
    "a web page": ("scim_server_info", {"scim_path": "/elsewhere"}),
}
OF_THE_TASK: dict[str, tuple[str, dict[str, Any]]] = {
    "a misspelt option": ("scim_user_info", {"colour": "red"}),
    "an object that is not there": ("scim_user", {"id": "nobody", "display_name": "x"}),
    "an unknown member": ("scim_group", {"display_name": "team", "users": {"add": ["nobody"]}}),
}


@pytest.mark.parametrize("case", [*OF_THE_CONNECTION, *OF_THE_TASK])
def test_a_failure_of_the_connection_names_the_doctor(case: str, tenant: Tenant, run: Run) -> None:
    module, options = {**OF_THE_CONNECTION, **OF_THE_TASK}[case]
    result = run(module, **options)
    assert result.failed
    assert (ADVICE in result["msg"]) == (case in OF_THE_CONNECTION), result["msg"]


def test_a_missing_right_names_the_doctor_only_where_it_can_tell(tenant: Tenant, run: Run) -> None:
    tenant.switch(granted_rights=[])
    assert ADVICE in run("scim_user_info")["msg"]
    tenant.switch(granted_rights=["UserManagement", "RoleManagement", "VaultManagement"])
    hidden = run(
        "scim_directory", containers=[{"name": "APP"}], groups=[{"display_name": "x"}], allow_empty_vault=False
    )
    assert (hidden.code, ADVICE in hidden["msg"]) == ("authorization", True), hidden["msg"]
    weak = tenant.seed_administrator("User Management")
    assert ADVICE not in run("identity_role", **weak, name="team")["msg"]
