# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that runs in the process of Ansible has the results of one that starts a process for its module."""

from __future__ import annotations

import contextlib
import getpass
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Serve, reply
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.quoting import quoting
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRunner

COLLECTION = "idops.cyberark_identity"
ADA = {"user_name": "ada@example.com", "display_name": "Ada", "password": "{{ password }}"}
# Ids, the digests of plans with ids in them, and tokens.
RANDOM = re.compile(r"[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|sha256:[0-9a-f]{64}|eyJ[\w.-]+")
LOCAL = "ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'"
RESULTS = "results.json"
REQUESTS = str(Path(requests.__file__).parent.parent)  # the folder of the packages
SHORTEST_TOKEN = 40  # characters

USERS = {"users": [ADA], "groups": [{"display_name": "g", "users": {"set": ["ada@example.com"]}}]}
NOBODY = {"user_name": "nobody@example.com"}
EVERY_ITEM = {**ADA, "user_name": "{{ item }}"}
SHORT = {**ADA, "user_name": "s@example.com", "organization": "{{ item }}", "password": "{{ item }}-secret-1A"}

# By the behaviour that a task shows: the module, its options, and keywords of the task.
TASKS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "check mode": ("scim_user", ADA, {"check_mode": True, "diff": True}),
    "diff": ("scim_user", ADA, {"diff": True}),
    "no change": ("scim_user", ADA, {}),
    "loop": ("scim_user", EVERY_ITEM, {"loop": ["a@example.com", "b@example.com"]}),
    # The secret of an item is the name of a later one.
    "secret of each item": ("scim_user", SHORT, {"loop": ["first", "first-secret-1A", "third"]}),
    "no_log": ("scim_user", ADA, {"no_log": True}),
    "warning of one item": ("scim_user", EVERY_ITEM, {"loop": ["c@example.com", 'q"x@example.com', "d@example.com"]}),
    "unknown option": ("scim_user", {**ADA, "shoe_size": 43}, {}),
    "failure": ("scim_group", {"display_name": "g", "users": {"add": ["nobody@example.com"]}}, {}),
    "failed_when": ("scim_user_info", NOBODY, {"failed_when": "result.users | length == 0"}),
    "changed_when": ("scim_user_info", NOBODY, {"changed_when": True}),
    "until": ("scim_user_info", NOBODY, {"until": "result.users | length > 0", "retries": 2, "delay": 0}),
    "environment": ("scim_user_info", NOBODY, {"environment": {"CYBERARK_IDENTITY_SCOPE": "no-such-scope"}}),
    "environment put back": ("scim_user_info", NOBODY, {}),
    "delegated": ("scim_user_info", NOBODY, {"delegate_to": "other"}),
    "run once": ("scim_group", {"display_name": "g"}, {"run_once": True}),
    "throttled": ("scim_server_info", {}, {"throttle": 1}),
    "defaults": ("scim_user", {"user_name": "e@example.com"}, {"module_defaults": {f"{COLLECTION}.scim_user": ADA}}),
    "safe": ("scim_pam_object", {"kind": "container", "name": "APP"}, {}),
    "many": ("scim_directory", {**USERS, "allow_empty_vault": True}, {"diff": True}),
    "token": ("scim_token", {}, {"no_log": True}),
    "administrator": ("identity_role", {"name": "a role"}, {}),
}


def play() -> list[dict[str, Any]]:
    """Return a play that runs each task, and writes all results to a file."""
    tasks: list[dict[str, Any]] = []
    for name, (module, options, keywords) in TASKS.items():
        keep = "{{ kept | default({}) | combine({'" + name + "': result}) }}"
        own = {"name": name, f"{COLLECTION}.{module}": options, "register": "result", "ignore_errors": True}
        tasks += [{**own, **keywords}, {"name": "Keep", "ansible.builtin.set_fact": {"kept": keep}}]
    tasks.append({"name": "Write", "ansible.builtin.copy": {"content": "{{ kept | to_json }}", "dest": RESULTS}})
    return [{"hosts": "localhost", "gather_facts": False, "vars": {"password": PASSWORD}, "tasks": tasks}]


def results_of(runner: PlaybookRunner, tenant: Tenant, **variables: Any) -> tuple[dict[str, Any], Counter[str]]:
    """Play the tasks, and return their results, and the requests without those for a token."""
    tenant.reset()
    tenant.forget_requests()
    runner.write("play.yml", play())
    runner.write("hosts", "".join(f"{host} {LOCAL}\n" for host in ("localhost", "other")))
    played = runner.run(["ansible-playbook", "-i", "hosts", "play.yml", "-e", json.dumps(variables)])
    assert played.status == 0, played.output
    results = json.loads(RANDOM.sub("", (runner.folder / RESULTS).read_text()))
    return results, requests_of(tenant)


def requests_of(tenant: Tenant) -> Counter[str]:
    """Return the requests without those for a token."""
    seen = Counter(RANDOM.sub("", f"{item['method']} {item['path']}") for item in tenant.requests())
    return Counter({name: count for name, count in seen.items() if "/oauth2/" not in name})


def test_both_ways_have_the_same_results_and_requests(tenant: Tenant, tmp_path: Path) -> None:
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.environment["ANSIBLE_PIPELINING"] = "true"
    here, requests_here = results_of(runner, tenant)
    tokens = tenant.tokens()
    apart, requests_apart = results_of(runner, tenant, cyberark_identity_in_process=False)
    assert set(here) == set(TASKS)
    for name in TASKS:
        assert here[name] == apart[name], name
    assert requests_here == requests_apart
    assert tokens < tenant.tokens()


# By the reason why a task runs in the process of Ansible, or does not: the keywords of the task.
HERE: dict[str, dict[str, Any]] = {
    "by default": {},
    "another path of the environment": {"vars": {"ansible_python_interpreter": "{{ playbook_dir }}/same/bin/python3"}},
}
APART: dict[str, dict[str, Any]] = {
    "switched off": {"vars": {"cyberark_identity_in_process": False}},
    "the same file in another environment": {"vars": {"ansible_python_interpreter": "{{ playbook_dir }}/bin/python"}},
    "async": {"async": 60, "poll": 1},
}


def test_a_module_that_runs_in_a_process_of_its_own(tenant: Tenant, tmp_path: Path) -> None:
    """Two items request two tokens then. In the process of Ansible they share one."""
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.environment["ANSIBLE_ASYNC_DIR"] = str(tmp_path / "async")
    (tmp_path / "same").symlink_to(sys.prefix)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to(sys.executable)
    (tmp_path / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\ninclude-system-site-packages = true\n")
    runner.environment["PYTHONPATH"] += os.pathsep + REQUESTS
    keywords = [*HERE.values(), *APART.values()]
    tasks = [
        {**own, "name": "Read", f"{COLLECTION}.scim_user_info": {"user_name": f"task{number}@"}, "loop": [1, 2]}
        for number, own in enumerate(keywords)
    ]
    tenant.forget_requests()
    runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    played = runner.run(["ansible-playbook", "play.yml"])
    assert played.status == 0, played.output
    requested, tokens = 0, Counter[int]()
    for seen in tenant.requests():
        if "/oauth2/" in seen["path"].lower():
            requested += 1
        elif task := re.search(r"task(\d)@", seen["query"]):
            tokens[int(task[1])] += requested
            requested = 0
    expected = {**dict.fromkeys(HERE, 1), **dict.fromkeys(APART, 2)}
    assert {name: tokens[number] for number, name in enumerate(expected)} == expected


def python_of(user: str) -> str:
    """Return a Python that this user can run with requests. Skip the test without one, or without sudo."""
    for python in (sys.executable, "/usr/bin/python3"):
        command = ["sudo", "-n", "-u", user, "env", f"PYTHONPATH={REQUESTS}", python, "-c", "import requests"]
        with contextlib.suppress(OSError):
            if not subprocess.run(command, capture_output=True, check=False).returncode:
                return python
    return pytest.skip(f"it needs sudo to {user}, and a Python with requests there")


@pytest.mark.long(reason="it runs ansible-playbook several times")
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_task_of_another_user_runs_in_a_process_of_that_user(tenant: Tenant, tmp_path: Path, user: str) -> None:
    """The user sees no variable of the environment, so the connection is in options. Each item requests a token."""
    become = {"become": True, "become_user": user, "environment": {"PYTHONPATH": REQUESTS}}
    become["vars"] = {"ansible_python_interpreter": python_of(user), "ansible_remote_tmp": "{{ folder }}"}
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.environment.update(ANSIBLE_PIPELINING="true", initial_password=PASSWORD)
    connection = [name for name, value in tenant.connection.items() if value is not None]
    given = {name: f"{{{{ lookup('env', 'CYBERARK_IDENTITY_{name.upper()}') }}}}" for name in connection}
    given["password"] = "{{ lookup('env', 'initial_password') }}"
    options = {**ADA, **given, "user_name": "{{ item }}@example.com", "journal_path": "{{ folder }}/journal"}
    task = {"name": "Add", f"{COLLECTION}.scim_user": options, "loop": [1, 2], "register": "result"}
    write = {"name": "Write", "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": RESULTS}}
    seen = []
    for keywords, tokens in (({}, 1), (become, 2)):
        tasks = [{**task, **keywords}, write]
        runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
        tenant.reset()
        tenant.forget_requests()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            played = runner.run(["ansible-playbook", "-vvv", "play.yml", "-e", f"folder={folder}"])
            assert played.status == 0, played.output
            assert "eyJ" not in played.output
            assert Path(folder, "journal").owner() == (user if keywords else getpass.getuser())
            results = json.loads(RANDOM.sub("", (tmp_path / RESULTS).read_text()).replace(folder, ""))
        assert tenant.tokens() == tokens
        seen.append((results, requests_of(tenant)))
    assert seen[0] == seen[1]


def test_a_token_that_one_item_got_is_masked_in_the_next(tenant: Tenant, tmp_path: Path) -> None:
    quoted: list[str] = []

    def quote(word: str) -> str:
        quoted.append(word)
        return word

    options = {"display_name": "g{{ item }}", "scim_path": "/409/scim/v2"}
    task = {"name": "Add", f"{COLLECTION}.scim_group": options, "loop": [1, 2], "ignore_errors": True}
    with quoting(tenant.info["tenant_url"], quote) as url:
        runner = PlaybookRunner.at(tmp_path, {**tenant.connection, "tenant_url": url})
        runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
        played = runner.run(["ansible-playbook", "play.yml", "-vvv"])
    tokens = [word for word in quoted if len(word) > SHORTEST_TOKEN and not word.startswith("urn:")]
    assert tenant.tokens() == 1
    assert len(tokens) >= 2
    assert not [token for token in tokens if token in played.output]
    assert played.output.count("answered 409") >= 2


@pytest.mark.parametrize("in_process", [True, False])
def test_half_a_character_from_a_server_is_replaced(serve: Serve, tmp_path: Path, in_process: bool) -> None:
    """JSON can spell it. Ansible refuses a result that holds it, since ansible-core 2.19."""
    server = serve()
    server.answer = lambda seen: reply(
        b'{"totalResults": 1, "Resources": [{"id": "1", "userName": "nobody@example.com", "displayName": "A\\ud800"}]}'
    )
    runner = PlaybookRunner.at(tmp_path, {"tenant_url": server.url, "access_token": "a-token"})
    task = {"name": "Read", f"{COLLECTION}.scim_user_info": NOBODY, "register": "result"}
    write = {"name": "Write", "ansible.builtin.copy": {"content": "{{ result.users | to_json }}", "dest": RESULTS}}
    variables = {"cyberark_identity_in_process": in_process}
    runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": [task, write]}])
    played = runner.run(["ansible-playbook", "play.yml"])
    assert played.status == 0, played.output
    (user,) = json.loads((tmp_path / RESULTS).read_text())
    assert user["display_name"] == "A\ufffd"


def test_a_timeout_ends_the_task(tenant: Tenant, tmp_path: Path) -> None:
    runner = PlaybookRunner.at(tmp_path, {**tenant.connection, "timeout": 30})
    task = {"name": "Read", f"{COLLECTION}.scim_user_info": NOBODY, "timeout": 1}
    runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    tenant.fault(method="GET", path="/Users", latency=None)
    began = time.monotonic()
    played = runner.run(["ansible-playbook", "play.yml"])
    tenant.control("DELETE", "faults")
    assert played.status == 2
    assert re.search("Timed out after 1 second|failed to execute in the expected time frame", played.text)
    assert time.monotonic() - began < 15


def test_a_value_that_an_action_plugin_refuses_has_a_code(tenant: Tenant, tmp_path: Path) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "cyberark_identity_in_process is 'maybe'. Write true or false.": {
            f"{COLLECTION}.scim_user_info": NOBODY,
            "vars": {"cyberark_identity_in_process": "maybe"},
        },
        "part takes the numbers slices, slice and wave": {f"{COLLECTION}.scim_directory": {"part": {"slices": "x"}}},
    }
    is_refused = {"that": ["result is failed", "result.failure.code == 'invalid'"]}
    tasks: list[dict[str, Any]] = []
    for task in wrong.values():
        tasks += [{**task, "register": "result", "ignore_errors": True}, {"ansible.builtin.assert": is_refused}]
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    played = runner.run(["ansible-playbook", "play.yml"])
    assert played.status == 0, played.output
    assert all(text in played.text for text in wrong)


@pytest.mark.parametrize("in_process", [True, False])
def test_a_loop_ends_if_ansible_is_killed(tenant: Tenant, tmp_path: Path, in_process: bool) -> None:
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    task = {"name": "Create", f"{COLLECTION}.scim_user": EVERY_ITEM, "loop": [f"u{n}@example.com" for n in range(5)]}
    variables = {"password": PASSWORD, "cyberark_identity_in_process": in_process}
    runner.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": [task]}])
    tenant.fault(method="POST", path="/Users", latency=1, count=None)
    command = [shutil.which("ansible-playbook", path=runner.environment["PATH"]) or "", "play.yml"]
    with subprocess.Popen(command, env=runner.environment, cwd=tmp_path, stdout=subprocess.DEVNULL) as playbook:
        wait_until(lambda: created(tenant) == 1)
        workers = Path(f"/proc/{playbook.pid}/task/{playbook.pid}/children").read_text().split()
        playbook.kill()
    assert workers
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert created(tenant) <= 2  # the write that was in progress is completed


def created(tenant: Tenant) -> int:
    return sum(request["method"] == "POST" and request["path"].endswith("/Users") for request in tenant.requests())


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_every_module_can_run_in_the_process_of_its_task() -> None:
    """An action plugin has the name of its module."""
    names = [sorted(path.stem for path in (ROOT / "plugins" / kind).glob("*.py")) for kind in ("modules", "action")]
    assert names[0] == names[1]
    for name in names[1]:
        action = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.action.{name}")
        assert Path(action.ActionModule.module.__file__).stem == name
