# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials belong to one address, in every mix of options of a task and variables of the environment.

Two tenants stand behind gates that record the credentials they receive. Each row of the table in
docs/authentication.md is checked; a module, the inventory and a playbook with module_defaults run its cases.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import pytest
import requests
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import (
    OF_A_TENANT,
    resolve,
    variable,
    with_unused,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.inventory.test_scim_pam import (
    Reader,
    ansible_environment,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TASK = {"client_id": "task@example.com", "client_secret": "Task-secret-4711", "access_token": "Task-token-4711"}
OPTIONS = ("tenant_url", "app_id", "client_id", "client_secret", "access_token")

# --- two tenants, and the credentials that they receive


class Gate:
    """A tenant at its own address, and the secrets received there: ``(client, secret)`` or ``("", token)``."""

    def __init__(self, tenant: Tenant) -> None:
        self.seen: list[tuple[str, str]] = []
        self.issued: set[str] = set()
        session = requests.Session()
        session.trust_env = False
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gate.note(self.headers.get("Authorization", ""), body.decode())
                kept = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
                answer = session.request(
                    self.command,
                    tenant.info["tenant_url"] + self.path,
                    data=body,
                    headers=kept,
                    verify=tenant.info["ca_path"] or True,
                    timeout=60,
                )
                if "/oauth2/" in self.path and answer.ok:
                    gate.issued.add(answer.json()["access_token"])
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = answer

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def note(self, authorization: str, body: str) -> None:
        scheme, _space, token = authorization.partition(" ")
        form = {name: values[0] for name, values in parse_qs(body).items()} if "client_secret=" in body else {}
        if scheme == "Basic":
            name, _colon, secret = base64.b64decode(token).decode().partition(":")
            self.seen.append((name, secret))
        elif scheme == "Bearer" and token not in self.issued:
            self.seen.append(("", token))
        if form:
            self.seen.append((form["client_id"], form["client_secret"]))

    @contextlib.contextmanager
    def open(self) -> Iterator[Gate]:
        with self.server:
            thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield self
            self.server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Site:
    """The tenant of the environment, a second one, and the credentials of the environment."""

    here: Gate
    there: Gate
    own: dict[str, str]

    @classmethod
    @contextlib.contextmanager
    def open(cls, tenant: Tenant, other: Tenant) -> Iterator[Site]:
        with contextlib.ExitStack() as stack:
            here, there = (stack.enter_context(Gate(each).open()) for each in (tenant, other))
            own = {name: tenant.info[name] for name in ("app_id", "client_id", "client_secret")}
            yield cls(here, there, {"tenant_url": here.url, "access_token": tenant.token, **own})

    def environment(self, *without: str) -> dict[str, str]:
        return {option: value for option, value in self.own.items() if option not in without}

    def options(self, names: dict[str, str]) -> dict[str, str]:
        """Translate words to options: ``same`` as in the environment, ``other``, or a literal text."""
        other = {**TASK, "tenant_url": self.there.url, "app_id": "another-app"}
        words = {
            name: {"same": self.own[name], "other": other[name], "spelled": self.own[name].upper() + "/"}
            for name in OPTIONS
        }
        return {name: words[name].get(word, word) for name, word in names.items()}

    @property
    def seen(self) -> list[str]:
        """Describe the received secrets, such as ``there: secret of the task for its own client``."""
        names = {self.own["access_token"]: "environment's token", self.own["client_secret"]: "environment's secret"}
        names |= {TASK["access_token"]: "task's token", TASK["client_secret"]: "task's secret"}
        whose = {"": "", self.own["client_id"].casefold(): " of its client", TASK["client_id"]: " of the task's client"}
        return [
            f"{place}: {names[secret]}{whose[client.casefold()]}"
            for place, gate in (("here", self.here), ("there", self.there))
            for client, secret in dict.fromkeys(gate.seen)
        ]


def variables(environment: dict[str, str]) -> dict[str, str]:
    return {variable(option): value for option, value in environment.items()}


def act(environment: dict[str, str], options: dict[str, str]) -> Result:
    """Read with a module, with no other connection settings in the environment."""
    foreign = [name for name in os.environ if name.startswith("CYBERARK_")]
    with mock.patch.dict(os.environ, variables(environment)):
        for name in foreign:
            del os.environ[name]
        return run_module("scim_user_info", {"user_name": "ada@example.com", "retries": 0, **options})


@pytest.fixture
def site(tenant: Tenant, tls_tenant: Tenant) -> Iterator[Site]:
    with Site.open(tenant, tls_tenant) as opened:
        yield opened


# --- the cases


@dataclass(frozen=True)
class Case:
    """The gaps of the environment, the options, and either the received secrets or the text of the failure."""

    given: dict[str, str]
    seen: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


NEW_TENANT = {"tenant_url": "other", "client_id": "other", "client_secret": "other"}
NOT_USED = "Not used, because"
CASES = {
    "the environment alone": Case({}, ("here: environment's token",)),
    "its client": Case({}, ("here: environment's secret of its client",), without=("access_token",)),
    "the same tenant, spelled otherwise": Case({"tenant_url": "spelled"}, ("here: environment's token",)),
    "another tenant": Case({"tenant_url": "other"}, says=(NOT_USED, "CLIENT_SECRET", "ACCESS_TOKEN", "tenant_url is")),
    "another connection": Case(NEW_TENANT, ("there: task's secret of the task's client",)),
    "another connection with the app": Case(
        {**NEW_TENANT, "app_id": "same"}, ("there: task's secret of the task's client",)
    ),
    "a secret alone for another tenant": Case(
        {"tenant_url": "other", "client_secret": "other"}, says=(NOT_USED, "CYBERARK_IDENTITY_CLIENT_ID")
    ),
    "a token for another tenant": Case(
        {"tenant_url": "other", "access_token": "other"}, ("there: task's token",), says=(NOT_USED, "CLIENT_SECRET")
    ),
    "another client": Case({"client_id": "other"}, says=(NOT_USED, "client_id differs", "CLIENT_SECRET")),
    "the same client": Case({"client_id": "same"}, ("here: environment's secret of its client",)),
    "another client of the task's tenant": Case(
        {"tenant_url": "same", "client_id": "other", "client_secret": "other"},
        ("here: task's secret of the task's client",),
    ),
    "a secret for the environment's client": Case(
        {"tenant_url": "same", "client_secret": "other"}, ("here: task's secret of its client",)
    ),
    "a token that is refused": Case(
        {"tenant_url": "same", "access_token": "other"},
        ("here: task's token",),
        says=(NOT_USED, "access_token is given", "CLIENT_SECRET"),
    ),
    "a token that is refused, of a client with a secret": Case(
        {"tenant_url": "same", "client_id": "same", "access_token": "other"},
        ("here: task's token", "here: environment's secret of its client"),
    ),
    "a token that is refused, of another client": Case(
        {"tenant_url": "same", "client_id": "other", "access_token": "other"},
        says=(NOT_USED, "client_id differs", "CLIENT_SECRET"),
    ),
    "an empty token": Case({"access_token": ""}, says=(NOT_USED, "access_token is given", "CLIENT_ID")),
    "an empty client": Case({"client_id": "", "client_secret": ""}, says=(NOT_USED, "ACCESS_TOKEN")),
    "another app": Case({"app_id": "other"}, ("here: environment's secret of its client",)),
    "another app, and a token only": Case(
        {"app_id": "other"}, says=(NOT_USED, "app_id or scope"), without=("client_id", "client_secret")
    ),
    "a secret without an address": Case(
        {"client_secret": "other"}, says=("client_secret is given without tenant_url",)
    ),
    "a client without an address": Case(
        {"client_id": "other", "client_secret": "other"}, says=("client_secret is given without tenant_url",)
    ),
    "a token without an address": Case({"access_token": "other"}, says=("access_token is given without tenant_url",)),
    "an address of the task for the environment's token": Case(
        {"tenant_url": "other"},
        ("there: environment's token", "there: environment's secret of its client"),
        without=("tenant_url",),
    ),
    "an address of the task for the environment's client": Case(
        {"tenant_url": "other"},
        ("there: environment's secret of its client",),
        without=("tenant_url", "access_token"),
    ),
    "a secret of the environment for the task's client": Case(
        {"client_id": "other"},
        ("here: environment's secret of the task's client",),
        without=("client_id", "access_token"),
    ),
    "no tenant": Case({"client_id": "other", "client_secret": "other"}, says=("TENANT_URL",), without=("tenant_url",)),
}


def check(case: Case, site: Site, message: str) -> None:
    """Check the received secrets and the message; a working token produces no message."""
    assert site.seen == list(case.seen)
    for words in case.says:
        assert words in message, message
    assert all(
        site.own[name] not in message and TASK[name] not in message for name in ("client_secret", "access_token")
    )


@pytest.mark.parametrize("name", CASES)
def test_a_module(site: Site, name: str) -> None:
    case = CASES[name]
    result = act(site.environment(*case.without), site.options(case.given))
    check(case, site, result.json.get("msg", ""))
    assert (result.code == "invalid") == (not case.seen)
    for secret in (site.own["client_secret"], site.own["access_token"]):
        assert secret not in result.output


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, ROOT / "tests/unit/plugins/inventory/reader.py", str(ROOT.parents[2])]
    environment = ansible_environment(tmp_path_factory.mktemp("home"))
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started


@pytest.mark.parametrize("name", CASES)
def test_the_inventory(site: Site, process: subprocess.Popen[str], tmp_path: Path, name: str) -> None:
    case = CASES[name]
    read = Reader(process, tmp_path, variables(site.environment(*case.without)))
    found = read(**site.options(case.given), retries=0)
    check(case, site, found.error or "")


@pytest.mark.long(reason="it runs ansible-playbook; modules, lookups and the inventory are tested in one process")
def test_module_defaults_variables_and_lookups(tenant: Tenant, tls_tenant: Tenant, tmp_path: Path) -> None:
    """Address and app come from module_defaults, the client from a variable, secrets from a lookup."""
    play = PlaybookRunner.at(tmp_path, {})
    with contextlib.ExitStack() as stack:
        sites = {name: stack.enter_context(Site.open(tenant, tls_tenant)) for name in CASES}
        blocks, paths = [], {}
        for number, (name, site) in enumerate(sites.items()):
            case, paths[name] = CASES[name], tmp_path / f"{number}.json"
            options = site.options(case.given)
            near = {option: value for option, value in options.items() if option in ("tenant_url", "app_id")}
            task: dict[str, Any] = {"user_name": "ada@example.com", "retries": 0}
            values: dict[str, Any] = {}
            for option in options.keys() - near.keys():
                values[f"task_{option}"] = options[option]
                task[option] = f"{{{{ task_{option} }}}}"
                if option != "client_id":
                    play.environment[f"TASK_{number}_{option}"] = options[option]
                    task[option] = f"{{{{ lookup('ansible.builtin.env', 'TASK_{number}_{option}') }}}}"
            act = {
                "idops.cyberark_identity.scim_user_info": task,
                "environment": variables(site.environment(*case.without)),
                "vars": values,
                "register": "result",
                "ignore_errors": True,
            }
            keep = {"ansible.builtin.copy": {"content": "{{ result.msg | default('') }}", "dest": str(paths[name])}}
            blocks.append(
                {"module_defaults": {"group/idops.cyberark_identity.scim": near}, "block": [act, keep]},
            )
        play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": blocks}])
        played = play.run(["ansible-playbook", "play.yml"])
        assert played.status == 0, played.output
        for name, site in sites.items():
            check(CASES[name], site, paths[name].read_text())


@pytest.mark.long(reason="it runs ansible-playbook; modules, lookups and the inventory are tested in one process")
def test_the_role_leaves_the_administrator_to_its_tenant(site: Site, tmp_path: Path) -> None:
    play = PlaybookRunner.at(tmp_path, site.environment("app_id"))
    command = ["ansible-playbook", "idops.cyberark_identity.setup_scim_server", "-e"]
    names = {"admin_portal_user_name": "new@example.com", "admin_portal_tenant_url": site.there.url}
    played = play.run([*command, json.dumps(names)])
    assert (played.status, site.seen) == (2, [])
    assert f"{NOT_USED} tenant_url is {site.there.url}" in played.text
    own = {"admin_portal_administrator_client_id": "a@example.com", "admin_portal_administrator_client_secret": "A-1"}
    played = play.run([*command, json.dumps({"admin_portal_user_name": "new@example.com", **own})])
    assert (played.status, site.seen) == (2, [])
    assert "client_secret is given without tenant_url" in played.text
    play.run([*command, json.dumps({**names, "admin_portal_tenant_url": site.here.url})])
    assert site.seen[0].startswith("here: environment's token")


# --- the table


@dataclass(frozen=True)
class Row:
    """A row of the table as an example: the options, and the unused part of a full environment."""

    given: dict[str, Any]
    unused: set[str] = field(default_factory=set)
    without: tuple[str, ...] = ()


FULL: dict[str, Any] = {
    **{option: f"the-{option}" for option in OF_A_TENANT},
    **{"tenant_url": "https://a.example.com", "ca_path": "/ca.pem", "timeout": "5", "retries": "1"},
}
ELSEWHERE = {"tenant_url": "https://b.example.com"}
ROWS = {
    "`tenant_url` of another tenant": Row(ELSEWHERE, set(OF_A_TENANT)),
    "another `client_id`": Row({"client_id": "b"}, {"client_secret", "access_token"}),
    "`client_id` or `client_secret`": Row({"client_id": "the-client_id"}, {"access_token"}),
    "`access_token`": Row({"tenant_url": "https://a.example.com", "access_token": "b"}, {"client_id", "client_secret"}),
    "another `app_id`, or with an app another `scope`": Row({"scope": "b"}, {"access_token"}),
    "another `client_cert`": Row({"client_cert": "b"}, {"client_key"}),
    "`client_secret` or `access_token`, and no `tenant_url`": Row({"client_secret": "b"}),
    "`tenant_url`, which the environment does not have": Row(ELSEWHERE, without=("tenant_url",)),
}


def test_the_table_matches_the_rule() -> None:
    text = (ROOT / "docs/authentication.md").read_text().partition("| given by the task")[2]
    table = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", text.partition("\n\n")[0], re.MULTILINE)
    assert [cells[0] for cells in table] == ["---", *ROWS]
    for (first, second), row in zip(table[1:], ROWS.values(), strict=True):
        environment = {option: value for option, value in FULL.items() if option not in row.without}
        if second == "the task is refused":
            with pytest.raises(InvalidError):
                resolve(row.given, environment)
            continue
        resolved = resolve(row.given, environment)
        assert set(resolved.unused) == row.unused == set(re.findall("`(.+?)`", second)), first
        used = {option: value for option, value in environment.items() if option not in row.unused}
        assert resolved.options == {**used, **row.given}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example.com", "A.Example.com/", True),
        ("https://a.example.com", " https://a.example.com:443 ", True),
        ("HTTPS://a.example.com", "a.example.com:443", True),
        ("http://localhost", "http://LOCALHOST:80/", True),
        ("https://a.example.com", "https://a.example.com:8443", False),
        ("https://localhost", "http://localhost", False),
        ("https://a.example.com", "https://a.example.com.", False),
        ("https://a.example.com", "https://a.example.com.b.example", False),
        ("https://user:Wrong-secret-1@a.example.com", "https://a.example.com", False),  # pragma: allowlist secret
        ("https://a.example.com/scim", "https://a.example.com", False),
    ],
)
def test_addresses_of_one_tenant_are_recognised(one: str, other: str, same: bool) -> None:
    resolved = resolve({"tenant_url": other}, {"tenant_url": one, "access_token": "x"})
    assert ("access_token" not in resolved.unused) == same
    assert "Wrong-secret-1" not in str(resolved.unused)


@pytest.mark.parametrize("given_token", [True, False])
def test_empty_app_is_no_app(given_token: bool) -> None:
    """Without an app no scope is sent: the role passes both as empty texts."""
    environment = {"tenant_url": "https://a.example.com", "access_token": "x"}
    options = {"tenant_url": "https://a.example.com", "app_id": "", "scope": ""}
    assert not resolve(options, environment).unused
    assert resolve(options, {**environment, "app_id": "b"}).unused.keys() == {"access_token"}


def test_verification_is_turned_off_for_one_tenant_only(tls_tenant: Tenant) -> None:
    """If verification is off for another tenant only, a refused certificate names that setting."""
    environment = {"tenant_url": "https://127.0.0.1:9", "validate_certs": "false"}
    options = {name: tls_tenant.info[name] for name in ("tenant_url", "app_id", "client_id", "client_secret")}
    result = act(environment, options)
    assert (result.code, tls_tenant.requests()) == ("transport", [])
    assert f"{NOT_USED} tenant_url is " in result["msg"]
    assert "CYBERARK_IDENTITY_VALIDATE_CERTS" in result["msg"]
    assert act({**environment, "tenant_url": tls_tenant.info["tenant_url"]}, options)["users"] == []
    assert act({"validate_certs": "false"}, options)["users"] == []


def test_other_failures_do_not_speak_of_the_environment() -> None:
    assert (
        with_unused("the name is taken.", dict.fromkeys(OF_A_TENANT, "tenant_url is another")) == "the name is taken."
    )


# --- every mix

NEAR = ("absent", "same", "other", "empty")
FAR = (True, False)
MIXES = st.fixed_dictionaries(dict.fromkeys(OPTIONS, st.sampled_from(NEAR)))
ENVIRONMENTS = st.fixed_dictionaries(dict.fromkeys(OPTIONS, st.sampled_from(FAR)))


def sides(site: Site, near: dict[str, str], far: dict[str, bool]) -> tuple[dict[str, str], dict[str, str]]:
    words = {name: "" if word == "empty" else word for name, word in near.items() if word != "absent"}
    return site.environment(*(name for name in OPTIONS if not far[name])), site.options(words)


def violations(environment: dict[str, str], options: dict[str, str], sent: dict[str, Any]) -> list[str]:
    """Return the faults of a connection: address, client and secrets must all come from the task or the environment.

    This states the guarantee independently of the implementation.
    """
    flaws: list[str] = []
    if "tenant_url" not in sent:
        return flaws
    for option in ("client_secret", "access_token"):
        if not sent.get(option):
            continue
        if option in options:
            if "tenant_url" not in options:
                flaws.append(f"{option} of the task is sent to the address of the environment")
            continue
        if "tenant_url" in environment and sent["tenant_url"] != environment["tenant_url"]:
            flaws.append(f"{option} of the environment is sent to another tenant")
    if sent.get("client_secret") and "client_secret" not in options:
        if environment.get("client_id", sent.get("client_id")) != sent.get("client_id"):
            flaws.append("the secret of the environment is sent for another client")
        if "access_token" in options and not (options["access_token"] and options.get("client_id")):
            flaws.append("the client of the environment may replace the task's token, and the task does not name it")
    if sent.get("access_token") and "access_token" not in options:
        if {"client_id", "client_secret"} & options.keys():
            flaws.append("the token of the environment goes before the client of the task")
        if options.get("app_id", environment.get("app_id", "")) != environment.get("app_id", ""):
            flaws.append("the token of the environment is for another app")
    return flaws


def test_no_mix_sends_credentials_to_another_tenant() -> None:
    """Check all mixes without a server."""
    own = {"tenant_url": "https://a.example.com", **{name: f"own-{name}" for name in OPTIONS[1:]}}
    site = Site(mock.Mock(url=own["tenant_url"]), mock.Mock(url="https://b.example.com"), own)
    tried = refused = 0
    for words in itertools.product(NEAR, repeat=len(OPTIONS)):
        for there in itertools.product(FAR, repeat=len(OPTIONS)):
            environment, options = sides(
                site, dict(zip(OPTIONS, words, strict=True)), dict(zip(OPTIONS, there, strict=True))
            )
            tried += 1
            try:
                sent = resolve(options, environment).options
            except InvalidError:
                refused += 1
                continue
            assert violations(environment, options, sent) == [], (environment, options)
    assert tried == 4**5 * 2**5
    assert 0 < refused < tried / 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(near=MIXES, far=ENVIRONMENTS)
def test_no_credentials_arrive_at_another_tenant(site: Site, near: dict[str, str], far: dict[str, bool]) -> None:
    """Check some mixes over HTTP, by the credentials that the tenants received."""
    site.here.seen.clear()
    site.there.seen.clear()
    environment, options = sides(site, near, far)
    act(environment, options)
    for gate in (site.here, site.there):
        for client, secret in gate.seen:
            kind = {"client_id": client, "client_secret": secret} if client else {"access_token": secret}
            assert violations(environment, options, {"tenant_url": gate.url, **kind}) == []


def test_the_check_detects_every_violation() -> None:
    """Merging options one by one, a former bug, violates each part of the guarantee."""
    environment = {name: f"own-{name}" for name in OPTIONS}
    broken = set()
    for words in itertools.product((None, "task"), repeat=len(OPTIONS)):
        options = {name: f"{word}-{name}" for name, word in zip(OPTIONS, words, strict=True) if word}
        broken.update(violations(environment, options, {**environment, **options}))
    assert len(broken) == 8, json.dumps(sorted(broken))
