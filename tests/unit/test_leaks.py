# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is left behind: run every module, the role and the playbooks in ansible-playbook and search all traces.

Leaks of Ansible itself are out of scope: ANSIBLE_DEBUG and ANSIBLE_KEEP_REMOTE_FILES show the arguments of any module,
a loop shows its items, and the keyword ``environment`` becomes part of command lines.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import LONGEST_TEXT
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.finder import (
    HARD_IN_A_TOKEN,
    Canary,
    echoes,
    find,
    spellings,
)
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.quoting import REFUSING_APP, quoting, refusing_proxy
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.stage import PlaybookRun, Stage
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import CASES

Run = Callable[..., Result]
Options = dict[str, Any]

SAID = "is what the server was sent"
CLIENT_SECRET = Canary("Aa1ClientSecret")
ACCESS_TOKEN = Canary("Bb2AccessToken", HARD_IN_A_TOKEN)
PASSWORD = Canary("Cc3UserPassword")
ACCOUNT_SECRET = Canary("Dd4AccountSecret")
PROXY_PASSWORD = Canary("Ee5ProxyPassword")
PRIVATE_KEY = Canary(
    "Ff6PrivateKey",
    "\n-----END PRIVATE KEY-----\n",
    head="-----BEGIN PRIVATE KEY-----\n",  # pragma: allowlist secret
)
# The beginning of each token of the emulated tenant.
ISSUED_TOKEN = Canary("eyJhbGciOiJSUzI1NiJ9", "")
NUMBER = Canary("47114711471147", "")
CANARIES = (
    CLIENT_SECRET,
    ACCESS_TOKEN,
    PASSWORD,
    ACCOUNT_SECRET,
    PROXY_PASSWORD,
    PRIVATE_KEY,
    ISSUED_TOKEN,
    NUMBER,
)

# --- tasks

# The variables of every playbook. They come from a file that the search leaves out.
SECRETS: dict[str, Any] = {
    "client_secret": CLIENT_SECRET.text,
    "access_token": ACCESS_TOKEN.text,
    "password": PASSWORD.text,
    "account_secret": ACCOUNT_SECRET.text,
    "number": int(NUMBER.text),
    "key": PRIVATE_KEY.text,
    "address": f"https://service:{quote(PASSWORD.text, safe='')}@tenant.example.com",
}
ADMINISTRATION = ("identity_user", "identity_role", "identity_oauth2_app")
BASIC = {"token_endpoint_auth_method": "client_secret_basic"}
TOKEN_ONLY = {"client_id": None, "client_secret": None}
ADA = {"user_name": "ada@example.com", "password": "{{ password }}"}
ACCOUNT = {"kind": "privileged_data", "container": "APP-PRD", "name": "root", "secret": "{{ account_secret }}"}
MISPLACED = {**ACCOUNT, "secret": None, "properties": {"Secret": "{{ account_secret }}"}}
DIRECTORY: Options = {
    "users": [ADA, {"user_name": "grace@example.com", "password": "{{ password }}"}],
    "groups": [{"display_name": "readers", "users": {"set": ["ada@example.com"]}}],
    "containers": [{"name": "APP-TST"}],
    "privileged_data": [{"container": "APP-TST", "name": "root", "secret": "{{ account_secret }}"}],
}
# The tenant hides nothing from its only service user, and has no safe to show it.
WHOLE: Options = {**DIRECTORY, "allow_empty_vault": True}
# Errors before the first request: the module and its options.
INVALID: dict[str, tuple[str, Options]] = {
    "a secret in the wrong place": ("scim_pam_object", MISPLACED),
    "a secret in the wrong place, and more": ("scim_pam_object", {**MISPLACED, "state": "gone"}),
    "a misspelt option": ("scim_user", {**ADA, "colour": "red"}),
    "a misspelt secret": ("scim_user", {"user_name": "ada@example.com", "pasword": "{{ password }}"}),
    "a list for a password": ("scim_user", {**ADA, "password": ["{{ password }}", "b"]}),
    "a list for a password, and more": ("scim_user", {**ADA, "password": ["{{ password }}", "b"], "colour": "red"}),
    "a map for a secret": ("scim_server_info", {"client_secret": {"a": "{{ client_secret }}"}}),
    "an unknown choice": ("identity_user", {**ADA, "state": "{{ password }}"}),
    "a login in the address": ("scim_user_info", {"tenant_url": "{{ address }}"}),
    "a login in the address, and more": ("scim_user_info", {"tenant_url": "{{ address }}", "colour": "red"}),
    "a key for its path": ("scim_server_info", {"client_cert": "{{ key }}", "client_key": "{{ key }}"}),
    "a map for a list": ("scim_directory", {"users": ADA}),
    "an unknown option of an entry": ("scim_directory", {"users": [{**ADA, "colour": "red"}]}),
    "a misspelt secret of an entry": ("scim_directory", {"users": [{**ADA, "pasword": "{{ password }}"}]}),
    "a secret in the wrong place of an entry": ("scim_directory", {"privileged_data": [MISPLACED]}),
}
# Errors of a server that quotes the request: the module and its options.
REFUSED: dict[str, tuple[str, Options]] = {
    "a conflict": ("scim_user", {**ADA, "scim_path": "/409/scim/v2"}),
    "a missing right": ("scim_pam_object", {**ACCOUNT, "scim_path": "/403/scim/v2"}),
    "a refusal of the portal": ("identity_user", ADA),
    "a directory": ("scim_directory", {**WHOLE, "on_error": "continue", "scim_path": "/500/scim/v2"}),
    "a directory, tried again": ("scim_directory", {**WHOLE, "scim_path": "/503/scim/v2", "retries": 1}),
    "a directory with a number": (
        "scim_directory",
        {"users": [{**ADA, "password": "{{ number }}"}], "scim_path": "/400/scim/v2"},
    ),
    "a refused login": ("scim_server_info", {"app_id": REFUSING_APP}),
    "a refused login in a header": ("scim_group_info", {"app_id": REFUSING_APP, **BASIC}),
    "a refused token": ("scim_user_info", {"access_token": "{{ access_token }}", **TOKEN_ONLY}),
    "no answer in time": ("scim_user", {**ADA, "scim_path": "/000/scim/v2", "timeout": 0.3, "retries": 1}),
}
# Other failures of a task: the module, its options, and the keywords of the task.
WAYS_TO_FAIL: dict[str, tuple[str, Options, Options]] = {
    "too long for Ansible": ("scim_user", {**ADA, "scim_path": "/000/scim/v2"}, {"timeout": 1}),
    "in a loop": ("identity_user", ADA, {"loop": [1, 2]}),
    "tried again": ("identity_user", ADA, {"until": "false", "retries": 1, "delay": 0}),
    "in the background": ("scim_user", {**ADA, "scim_path": "/409/scim/v2"}, {"async": 60, "poll": 1}),
    "hidden": ("scim_token", {"app_id": REFUSING_APP}, {"no_log": True}),
}


def filled(options: Any) -> Any:
    """Replace variables in options by their canaries."""
    if isinstance(options, dict):
        return {name: filled(value) for name, value in options.items()}
    if isinstance(options, list):
        return [filled(value) for value in options]
    return SECRETS.get(options[3:-3], options) if isinstance(options, str) else options


@pytest.fixture
def guarded(tenant: Tenant, run: Run) -> Tenant:
    """Return a tenant whose service user and administrator have canaries as passwords."""
    for name in ("grace", "alan", "boss"):
        tenant.seed_user(userName=f"{name}@example.com")
    tenant.seed(groups=[{"displayName": "operators"}], containers=[{"name": "APP-PRD"}])
    renewed = {"password": CLIENT_SECRET.text, "update_password": "always"}
    assert run("scim_user", user_name=tenant.info["client_id"], **renewed)["changed"]
    assert run("identity_user", user_name=tenant.info["admin_client_id"], **renewed)["changed"]
    return tenant


APART = pytest.mark.long(reason="modules in a process of their own; the quick tests run them in that of Ansible")


@pytest.fixture(params=[True, pytest.param(False, marks=APART)], ids=["in process", "in a process of its own"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return Stage(tmp_path / "searched", tmp_path / "given", in_process=request.param)


def task(tenant: Tenant, module: str, options: Options, **keywords: Any) -> Options:
    """Return a task in its usual form, with its secrets in variables."""
    connection = tenant.administrator if module in ADMINISTRATION else tenant.connection
    given = {**connection, "client_secret": "{{ client_secret }}", **options}
    return {
        f"idops.cyberark_identity.{module}": {name: value for name, value in given.items() if value is not None},
        **keywords,
    }


def first_steps(tenant: Tenant, *, reading: bool) -> list[Options]:
    """Return one task for each kind of object that a module manages, or reads."""
    variables = {"password": "{{ password }}", "secret": "{{ account_secret }}"}
    tasks = []
    for case in CASES:
        options = {name: variables.get(name, value) for name, value in next(iter(case.lifecycle.values())).items()}
        if case.module != "scim_token" and (reading or not case.reads_only):
            tasks.append(task(tenant, case.module, options))
    return tasks


def plays(tasks: Iterable[Options]) -> list[Options]:
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables}
    return [{**play, "tasks": [*tasks]}]


def shown(tasks: Iterable[Options]) -> list[Options]:
    """Follow each task with one that shows its result."""
    return [part for each in tasks for part in ({**each, "register": "result"}, {"debug": {"var": "result"}})]


def rescued(tasks: Iterable[Options]) -> list[Options]:
    """Wrap each task, which must fail, in a block that shows the failure."""
    show = [{"debug": {"var": "ansible_failed_result"}}]
    return [{"block": [each, {"fail": {"msg": "This was to fail"}}], "rescue": show} for each in tasks]


def assert_no_trace(*said: str) -> None:
    assert find(CANARIES, {f"text {number}": text for number, text in enumerate(said)}) == []


def assert_clean(played: PlaybookRun, *more: Canary) -> None:
    """Check that the run left no trace of a canary, and that there was something to search."""
    assert find([*CANARIES, *more], played.places) == []
    assert "AnsiballZ" in played.place("command line")
    assert "Invoked with" in played.place("host.log")
    assert "failed" in played.place("results.json")
    assert "PLAY RECAP" in played.place("ansible.log")


# --- the search itself

# A planted secret: the place, the secret, and the task that puts it there.
PLANTED: list[tuple[str, Canary, Options]] = [
    ("stdout", CLIENT_SECRET, {"debug": {"msg": "{{ client_secret | b64encode }}"}}),
    ("ansible.log", CLIENT_SECRET, {"debug": {"msg": "{{ client_secret | urlencode }}"}}),
    ("results.json", CLIENT_SECRET, {"debug": {"var": "client_secret"}}),
    ("host.log", PASSWORD, {"command": {"argv": ["true", "{{ ('login:' ~ password) | b64encode }}"]}}),
    ("tmp/left", ACCOUNT_SECRET, {"copy": {"content": "{{ account_secret }}", "dest": "tmp/left"}, "no_log": True}),
    ("facts/", ACCESS_TOKEN, {"set_fact": {"kept": "{{ access_token }}", "cacheable": True}, "no_log": True}),
    ("command line", PRIVATE_KEY, {"command": {"argv": ["sh", "-c", "sleep 0.2; true", "{{ key }}"]}, "no_log": True}),
    ("environment", PRIVATE_KEY, {"command": "sleep 0.2", "environment": {"KEY": "{{ key }}"}, "no_log": True}),
]


@pytest.mark.parametrize("way", spellings(""))
@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.stem)
def test_a_canary_is_found_however_it_is_written(canary: Canary, way: str) -> None:
    secret = spellings(canary.text)[way]
    said = f"words before{secret}words behind"
    assert find(CANARIES, {"a place": said})
    assert find(CANARIES, {"a place": json.dumps(json.dumps({"key": said}))})
    assert not find(CANARIES, {"a place": said.replace(secret, "********")})


@pytest.mark.long(reason="the search itself, in a run of ansible-playbook; it is tried on texts as well")
def test_a_canary_is_found_wherever_it_is(stage: Stage) -> None:
    played = stage.play(plays(task for _place, _canary, task in PLANTED), secrets=SECRETS)
    assert played.status == 0, played.output
    for place, canary, _task in PLANTED:
        assert find([canary], {place: played.place(place)}), place


# --- in this process


@pytest.mark.parametrize("name", REFUSED)
def test_quoted_secrets_are_masked(guarded: Tenant, run: Run, name: str) -> None:
    """The server quotes every usual spelling in every part of its answer: failures show the rest of its text."""
    module, options = REFUSED[name]
    with quoting(guarded.info["tenant_url"]) as url:
        result = run(module, **filled({"tenant_url": url, "client_secret": "{{ client_secret }}", **options}))
    assert result.failed
    assert_no_trace(result.output)


ECHOED = ("a conflict", "a refusal of the portal", "a directory", "a directory, tried again", "a refused login")


OTHER_PLACE = pytest.mark.long(reason="each encoding is tried at two of the five places that quote")
PLACES = [
    pytest.param(way, name, marks=() if (number + place) % len(ECHOED) < 2 else OTHER_PLACE)
    for number, way in enumerate(echoes(""))
    for place, name in enumerate(ECHOED)
]


@pytest.mark.parametrize(("way", "name"), PLACES)
def test_encoded_quotations_leak_nothing(guarded: Tenant, run: Run, way: str, name: str) -> None:
    """The words with a secret are left out; the rest of the message stays."""
    module, options = REFUSED[name]
    with quoting(guarded.info["tenant_url"], lambda word: f"{echoes(word)[way]} {SAID}") as url:
        result = run(module, **filled({"tenant_url": url, "client_secret": "{{ client_secret }}", **options}))
    assert result.failed
    assert re.search("answered [2345]|were not made", result["msg"]), result["msg"]
    assert_no_trace(result.output)


def test_text_truncated_within_a_secret_leaks_nothing(guarded: Tenant, run: Run) -> None:
    before = f"client_credentials scim {guarded.info['client_id']} "
    padding = "x" * (LONGEST_TEXT - len(before) - len(CLIENT_SECRET.stem) - 1)
    with quoting(
        guarded.info["tenant_url"], lambda word: word.replace(CLIENT_SECRET.stem, padding + CLIENT_SECRET.stem)
    ) as url:
        result = run("scim_server_info", tenant_url=url, app_id=REFUSING_APP, client_secret=CLIENT_SECRET.text)
    assert result["failure"]["detail"].endswith("...")
    assert_no_trace(result.output)


@pytest.mark.parametrize("name", INVALID)
def test_refused_options_are_not_logged(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Neither the result nor the host's log repeats a secret among them."""
    logged: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    module, options = INVALID[name]
    result = run(module, **filled(options))
    assert result.failed
    assert_no_trace(result.output, *logged)


def test_secret_that_is_not_text_leaks_nothing(tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the environment can hold arbitrary bytes."""
    monkeypatch.setenv("CYBERARK_IDENTITY_CLIENT_SECRET", f"{CLIENT_SECRET.text}\udcff")
    result = run("scim_server_info", client_secret=None)
    assert result.code == "transport"
    assert_no_trace(result.output)


def use_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://service:{quote(PROXY_PASSWORD.text)}@{proxy}")
    monkeypatch.setenv("NO_PROXY", "")


def test_proxy_that_quotes_its_login_leaks_nothing(tls_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing_proxy() as proxy:
        use_proxy(monkeypatch, proxy)
        result = run_module("scim_server_info", tls_tenant.connection)
    assert "refused:" in result["msg"]
    assert_no_trace(result.output)


def test_missing_proxy_leaks_nothing(tls_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    use_proxy(monkeypatch, "127.0.0.1:9")
    result = run_module("scim_server_info", tls_tenant.connection)
    assert result.code == "transport"
    assert_no_trace(result.output)


# --- in ansible-playbook


def test_modules_leak_nothing(guarded: Tenant, stage: Stage) -> None:
    """Each module shows its result; in a loop, in the background, with a token that is passed on, and cached."""
    people = {**ADA, "user_name": "{{ item }}@example.com"}
    back = {"journal": f"{stage.folder}/journal.jsonl", "passwords": {"ada@example.com": "{{ password }}"}}
    undo = {"undo": back, "max_removals": "100%", "max_access_removals": "100%"}
    finished = {"async_status": {"jid": "{{ job.ansible_job_id }}"}, "until": "result is finished"}
    tasks = [
        task(guarded, "scim_directory", WHOLE, register="job", poll=0, **{"async": 60}),
        *shown(first_steps(guarded, reading=True)),
        task(guarded, "scim_token", BASIC, register="token", no_log=True),
        task(guarded, "scim_server_info", {**TOKEN_ONLY, "access_token": "{{ token.access_token }}"}),
        *shown(
            [
                task(guarded, "identity_user", people, loop=["mary", "joan"]),
                # A refused token that is renewed.
                task(guarded, "scim_user", {**ADA, "access_token": "{{ access_token }}", "update_password": "always"}),
                {**finished, "retries": 60, "delay": 1},
            ]
        ),
        *shown([task(guarded, "scim_directory", undo, check_mode=True)]),
        {"set_fact": {"kept": "{{ result }}", "cacheable": True}},
    ]
    played = stage.play(plays(tasks), "--diff", secrets=SECRETS)
    assert played.status == 0, played.output
    assert_clean(played)
    assert '"event":"end"' in played.place("journal.jsonl")
    assert "kept" in played.place("facts/")
    for name in ("mary", "ada"):
        login = {"userName": f"{name}@example.com", "password": PASSWORD.text}
        assert guarded.control("POST", "check_password", login) == {"matches": True}


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_failures_leak_nothing(guarded: Tenant, stage: Stage) -> None:
    """The server quotes the request; a rescue block and later tasks see the failure."""
    rows = [*((*row, {}) for row in REFUSED.values()), *WAYS_TO_FAIL.values()]
    with quoting(guarded.info["tenant_url"]) as url:
        tasks = [task(guarded, module, {"tenant_url": url, **given}, **keywords) for module, given, keywords in rows]
        played = stage.play(
            plays([*rescued(tasks), *shown([{**tasks[0], "ignore_errors": True}])]), "--diff", secrets=SECRETS
        )
    assert played.status == 0, played.output
    assert f"rescued={len(tasks)} " in played.output
    assert "This was to fail" not in played.output
    assert_clean(played)


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_refused_options_leak_nothing(guarded: Tenant, stage: Stage) -> None:
    tasks = [task(guarded, *row) for row in INVALID.values()]
    played = stage.play(plays(rescued(tasks)), "--diff", secrets=SECRETS)
    assert played.status == 0, played.output
    assert f"rescued={len(tasks)} " in played.output
    assert "This was to fail" not in played.output
    assert_clean(played)


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_check_mode_leaks_nothing(guarded: Tenant, stage: Stage) -> None:
    tasks = [*first_steps(guarded, reading=False), task(guarded, "scim_directory", WHOLE)]
    guarded.forget_requests()
    played = stage.play(plays(shown(tasks)), "--check", "--diff", secrets=SECRETS)
    assert played.status == 0, played.output
    assert guarded.writes() == []
    assert_clean(played)


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_transport_failures_leak_nothing(tls_tenant: Tenant, stage: Stage) -> None:
    """The certificate is not trusted, and the proxy refuses."""
    address = tls_tenant.info["tenant_url"]
    port = address.rpartition(":")[2]
    ways = {"untrusted": f"https://127.0.0.1:{port}", "proxied": f"https://tenant.example.com:{port}"}
    tasks = [
        task(tls_tenant, module, {**options, "tenant_url": url, "ca_path": None})
        for url in ways.values()
        for module, options in [("scim_user", ADA), ("scim_directory", WHOLE), ("identity_user", {**ADA, **BASIC})]
    ]
    with refusing_proxy() as proxy:
        variables = {
            "HTTPS_PROXY": f"http://service:{quote(PROXY_PASSWORD.text)}@{proxy}",
            "NO_PROXY": "127.0.0.1",
        }
        played = stage.play(plays(rescued(tasks)), secrets=SECRETS, environment=variables)
    assert f"rescued={len(tasks)} " in played.output
    assert "not trusted" in played.output
    assert "refused:" in played.output
    assert_clean(played)


# Appended to the client: an internal error whose text holds a secret that no redaction could find.
STUMBLE = """

def _stumble(self, method, path, **content):
    raise KeyError(f"{self.connection.client_secret} {self._token()} {content}".lower())


Client.request = _stumble
"""


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_internal_error_leaks_nothing(guarded: Tenant, stage: Stage, tmp_path: Path) -> None:
    """Ansible's option to show tracebacks leaks nothing either."""
    copied = tmp_path / "copied/ansible_collections/idops/cyberark_identity"
    for part in ("plugins", "meta"):
        shutil.copytree(ROOT / part, copied / part)
    shutil.copy(ROOT / "galaxy.yml", copied)
    with (copied / "plugins/module_utils/_http/client.py").open("a") as client:
        client.write(STUMBLE)
    modules = [("scim_user", ADA), ("scim_directory", WHOLE), ("identity_user", ADA), ("scim_server_info", {})]
    tasks = [task(guarded, *each) for each in modules]
    stumbling = Stage(stage.folder, stage.given, tmp_path / "copied", stage.in_process)
    played = stumbling.play(plays(rescued(tasks)), secrets=SECRETS, environment={"ANSIBLE_DISPLAY_TRACEBACK": "always"})
    assert f"rescued={len(tasks)} " in played.output
    assert "Unexpected KeyError in line" in played.output
    assert_clean(played)


@pytest.mark.long(reason="more runs of ansible-playbook; one has each module, and failures are searched in one process")
def test_role_and_playbooks_leak_nothing(guarded: Tenant, stage: Stage) -> None:
    """Set up with a generated password, rotate it, refuse another user, take down; then a directory in files."""
    stage.given.mkdir()
    stored = {"content": "{{ admin_portal_new_secret }}", "dest": f"{stage.given}/{{{{ admin_portal_user_name }}}}"}
    (stage.given / "store.yml").write_text(json.dumps([{"copy": stored}]))
    for name, users in {"good": DIRECTORY["users"], "bad": [{**ADA, "colour": "red"}]}.items():
        (stage.given / f"{name}.yml").write_text(yaml.safe_dump({**DIRECTORY, "users": users}))
    role = {
        "admin_portal_tenant_url": guarded.info["tenant_url"],
        "admin_portal_administrator_client_id": guarded.info["admin_client_id"],
        "admin_portal_administrator_client_secret": "{{ client_secret }}",
        "admin_portal_user_name": "portal-service@example.com",
        "admin_portal_secret_tasks": f"{stage.given}/store.yml",
        "admin_portal_delay": 0,
    }
    rotated = {**role, "admin_portal_rotate_secret": True, "admin_portal_user_password": "{{ password }}"}
    connection = {"TENANT_URL": "tenant_url", "APP_ID": "app_id", "CLIENT_ID": "client_id"}
    environment = {f"CYBERARK_IDENTITY_{name}": guarded.info[key] for name, key in connection.items()}
    environment["CYBERARK_IDENTITY_CLIENT_SECRET"] = CLIENT_SECRET.text

    def imported(playbook: str, **variables: Any) -> Options:
        return {"import_playbook": f"idops.cyberark_identity.{playbook}", "vars": variables}

    def included(**variables: Any) -> Options:
        return {"include_role": {"name": "idops.cyberark_identity.admin_portal"}, "vars": variables}

    plans = {f"directory_{name}_path": f"{stage.folder}/plan.{name}.html" for name in ("plan", "report")}
    with quoting(guarded.info["tenant_url"]) as url:
        refused = [
            included(**{**role, "admin_portal_tenant_url": url, "admin_portal_user_name": "other@example.com"}),
            included(**{**rotated, "admin_portal_user_password": ["{{ password }}"], "admin_portal_retries": "many"}),
        ]
        whole = [
            imported("setup_scim_server", **role, admin_portal_verify=False),
            imported("setup_scim_server", **rotated),
            *plays(rescued(refused)),
            imported("setup_scim_server", **role, admin_portal_state="absent"),
            imported("apply_directory", directory_path=f"{stage.given}/good.yml", **plans),
            imported("export_directory", directory_path=f"{stage.folder}/exported"),
            imported("apply_directory", directory_path=f"{stage.given}/bad.yml"),
        ]
        played = stage.play(whole, "--diff", secrets=SECRETS, environment=environment)
    assert "refuses it" in played.output
    assert "This was to fail" not in played.output
    assert "has no option colour" in " ".join(played.output.split())
    assert "ada@example.com" in played.place("exported/")
    assert "will be set" in played.place("plan.plan.html")
    assert "will be set" in played.place("plan.report.html")
    generated = [path.read_text() for path in stage.given.glob("*@example.com")]
    assert len(generated) == 2
    assert_clean(played, *(Canary(password.partition("-")[0], "") for password in generated))
