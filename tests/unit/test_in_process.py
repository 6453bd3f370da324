# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that runs in the process of Ansible has the results of one that starts a process for its module."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.quoting import quoting
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRunner

COLLECTION = "idops.cyberark_identity"
ADA = {"user_name": "ada@example.com", "display_name": "Ada", "password": "{{ password }}"}
# Ids, the digests of plans with ids in them, and tokens.
RANDOM = re.compile(r"[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|sha256:[0-9a-f]{64}|eyJ[\w.-]+")
LOCAL = "ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'"
RESULTS = "results.json"
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
    seen = Counter(RANDOM.sub("", f"{item['method']} {item['path']}") for item in tenant.requests())
    results = json.loads(RANDOM.sub("", (runner.folder / RESULTS).read_text()))
    return results, Counter({name: count for name, count in seen.items() if "/oauth2/" not in name})


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


# By the reason why a task does not run in the process of Ansible: the keywords of the task.
APART: dict[str, dict[str, Any]] = {
    "switched off": {"vars": {"cyberark_identity_in_process": False}},
    "another Python": {"vars": {"ansible_python_interpreter": "{{ playbook_dir }}/python"}},
    "async": {"async": 60, "poll": 1},
}


def test_a_module_that_runs_in_a_process_of_its_own(tenant: Tenant, tmp_path: Path) -> None:
    """Two items request two tokens then. In the process of Ansible they share one."""
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.environment["ANSIBLE_ASYNC_DIR"] = str(tmp_path / "async")
    (tmp_path / "python").symlink_to(sys.executable)
    keywords = [{}, *APART.values()]
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
    expected = {"in the process of Ansible": 1, **dict.fromkeys(APART, 2)}
    assert {name: tokens[number] for number, name in enumerate(expected)} == expected


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


def test_every_module_can_run_in_the_process_of_its_task() -> None:
    """An action plugin has the name of its module."""
    names = [sorted(path.stem for path in (ROOT / "plugins" / kind).glob("*.py")) for kind in ("modules", "action")]
    assert names[0] == names[1]
