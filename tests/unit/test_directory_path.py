# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option path of scim_directory, in the process of Ansible and in one of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._directory_files import Reader
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._parts import Part
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRun, PlaybookRunner

MODULE = "idops.cyberark_identity.scim_directory"
# Writes what a finished task sends back to the process of the playbook: the names of its options.
CALLBACK = """\
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "seen"

    def v2_runner_on_ok(self, result, **facts):
        with open("seen", "a") as seen:
            seen.write(" ".join(sorted(result._task_fields["args"])) + "\\n")

    v2_runner_on_failed = v2_runner_item_on_ok = v2_runner_retry = v2_runner_on_ok
"""
HEAD = "$ANSIBLE_VAULT;1.1;AES256\n"


@pytest.fixture(params=[True, False], ids=["in process", "a process"])
def play(request: pytest.FixtureRequest, tenant: Tenant, tmp_path: Path) -> PlaybookRunner:
    runner = PlaybookRunner.at(tmp_path, tenant.connection)
    runner.environment["ANSIBLE_CALLBACK_PLUGINS"] = str(tmp_path / "callbacks")
    runner.environment["ANSIBLE_CALLBACKS_ENABLED"] = "seen"
    runner.write("callbacks/seen.py", CALLBACK)
    runner.write("key", "the-key\n")
    runner.write("mode.yml", {"cyberark_identity_in_process": request.param, "company": "Navy", "initial": PASSWORD})
    return runner


def played(play: PlaybookRunner, *tasks: dict[str, Any], check: bool = False) -> PlaybookRun:
    """Run the tasks in a folder below that of the playbook, so that relative paths are told apart."""
    play.write("site.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}])
    command = ["ansible-playbook", "-vvv", "site.yml", "--vault-password-file", "key", "-e", "@mode.yml"]
    return play.run([*command, *(["--check", "--diff"] if check else [])])


def result_of(run: PlaybookRun, name: str = "path") -> dict[str, Any]:
    """Return the result that a task with this name shows."""
    text = run.output[run.output.index(f"TASK [{name}]") :]
    found: dict[str, Any] = json.JSONDecoder().raw_decode(text[text.index("=> {") + 3 :])[0]
    return found


def users(*names: str, **options: Any) -> list[dict[str, Any]]:
    return [{"user_name": f"{name}@example.com", **options} for name in names]


@pytest.mark.long(reason="it runs ansible-playbook several times")
def test_a_folder_with_templates_and_vaults_is_applied(tenant: Tenant, play: PlaybookRunner) -> None:
    """40 files, one of them encrypted, and one with an encrypted value; then nothing is left to do."""
    for number in range(40):
        entries = users(f"u{number:02}a", f"u{number:02}b", organization="{{ company }}", email="{{ omit }}")
        play.write(f"tenant/{number:02}.yml", {"users": entries})
    made = play.run(["ansible-vault", "encrypt_string", "--vault-password-file", "key", "{{ company }}"]).output
    vaulted = made[made.index("!vault") :].partition("\nEncryption")[0]
    play.write("tenant/value.yml", f"users:\n  - user_name: v@example.com\n    display_name: {vaulted}\n")
    play.write("tenant/whole.yml", {"users": users("w", password="{{ initial }}")})
    play.run(["ansible-vault", "encrypt", "--vault-password-file", "key", "tenant/whole.yml"])
    play.write(
        "tenant/unsafe.yml", 'users: [{user_name: x@example.com, display_name: !unsafe "{{ company }} # {% 1 %}"}]'
    )
    play.environment["TENANT"] = str(play.folder / "tenant")
    task = {"name": "path", MODULE: {"path": "$TENANT", "users": users("task")}}
    before = tenant.state()
    checked = played(play, task, check=True)
    assert "84 users would be created" in result_of(checked)["msg"], checked.output
    assert tenant.state() == before
    run = played(play, task)
    assert run.changed == 1, run.output
    assert result_of(run)["invocation"] == result_of(checked)["invocation"]
    assert tenant.user("v@example.com")["displayName"] == "{{ company }}"
    assert tenant.user("x@example.com")["displayName"] == "{{ company }} # {% 1 %}"
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    assert tenant.user("u39b@example.com")[enterprise]["organization"] == "Navy"
    tenant.forget_requests()
    assert played(play, task).changed == 0
    assert tenant.writes() == []


@pytest.mark.long(reason="it runs ansible-playbook several times")
def test_the_lists_are_not_sent_back_and_survive_another_attempt(tenant: Tenant, play: PlaybookRunner) -> None:
    play.write("one.yml", {"users": users("one")})
    play.write("two.yml", {"users": users("two")})
    own = {"users": users("own"), "path": ["one.yml"]}
    until = {"until": "result.attempts | default(0) == 2", "register": "result", "retries": 2, "delay": 0}
    absent = {"users": users("lost"), "groups": [{"display_name": "g", "users": {"add": ["nobody@example.com"]}}]}
    run = played(
        play,
        {"name": "path", MODULE: own, **until},
        {"name": "loop", MODULE: {"path": "{{ item }}", "users": users("own")}, "loop": ["one.yml", "two.yml"]},
        {"name": "failure", MODULE: absent, "ignore_errors": True},
    )
    assert run.status == 0, run.output
    # The second attempt has the same entries.
    assert "2 unchanged" in result_of(run)["msg"], run.output
    assert tenant.user("two@example.com")
    seen = (play.folder / "seen").read_text().splitlines()
    # Two attempts, two items, the loop as a whole with its options as they are written, and the failure.
    assert seen == ["path", "path", "path", "path", "path users", ""]


BAD: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "errors of files and of the task": (
        {
            "tenant/a.yml": "users:\n- user_name: a@example.com\n  display_name: '{{ nowhere }}'\n",
            "tenant/b.yml": f"users:\n- user_name: b@example.com\n  password: !vault |\n    {HEAD}    3030\n",
            "tenant/c.yml": "users: [{user_name: own@example.com}\n",
            "tenant/d.yml": "users:\n- {user_name: OWN@example.com}\n- {user_name: d@example.com, colour: red}\n",
        },
        {"path": "tenant", "users": users("own")},
        [
            "/tenant/a.yml refers to something that does not exist: 'nowhere' is undefined, line 3, column 17.",
            "/tenant/b.yml holds a value that cannot be decrypted, line 3, column 13.",
            "/tenant/c.yml is not YAML that Ansible can read, line 2, column 1",
            "/tenant/d.yml:2: user 'OWN@example.com' is also at users[0]",
            "/tenant/d.yml:3: user 'd@example.com' has no option colour",
        ],
    ),
    "a folder without files": ({"tenant/x.txt": ""}, {"path": "tenant"}, ["There is no YAML file in"]),
    "nothing": ({}, {"path": "nowhere"}, ["/nowhere does not exist."]),
    "an empty text": ({}, {"path": ""}, ["no file was read from path"]),
    "content that the task gives": (
        {"one.yml": "users: []"},
        {"path": "one.yml", "path_files": [{"users": users("given")}]},
        ["path_files is an option that the collection sets itself. Name the files in path"],
    ),
    "a list that is a text": (
        {"one.yml": "users: []"},
        {"path": "one.yml", "users": "a@example.com"},
        ["a user must be a map of options"],
    ),
    "a slice that prunes": (
        {"one.yml": "users: []"},
        {"path": "one.yml", "prune": ["users"], "part": {"slices": 2, "slice": 3}},
        [
            "excludes prune: a slice or an early wave does not prune",
            "part.slice is a number from 1 to part.slices",
        ],
    ),
    "undo": (
        {"one.yml": "users: []"},
        {"path": "one.yml", "undo": {"journal": "/nowhere"}},
        ["undo excludes users"],
    ),
}


@pytest.mark.long(reason="it runs ansible-playbook several times")
def test_what_is_wrong_with_files_is_refused(tenant: Tenant, play: PlaybookRunner) -> None:
    tasks = []
    for number, (files, options, _messages) in enumerate(BAD.values()):
        for name, text in files.items():
            play.write(f"{number}/{name}", text)
        path = f"{{{{ playbook_dir }}}}/{number}/{options['path']}" if options["path"] else ""
        tasks.append({"name": f"bad {number}", MODULE: {**options, "path": path}, "ignore_errors": True})
    tenant.forget_requests()
    run = played(play, *tasks)
    for number, (_files, _options, messages) in enumerate(BAD.values()):
        result = result_of(run, f"bad {number}")
        assert result["failure"]["code"] == "invalid"
        assert [text for text in messages if text not in result["msg"]] == [], result["msg"]
    assert tenant.writes() == []


def test_the_module_refuses_a_path_that_nobody_has_read(run: Any) -> None:
    result: Result = run("scim_directory", path=["/srv/tenant"])
    assert (result.failed, result.code) == (True, "invalid")
    assert "no file was read from path" in result["msg"]


def test_a_part_keeps_what_is_no_entry() -> None:
    """The module refuses it, so no slice may lose it."""
    assert [Part(2, number, wave).of({"users": ["x"]}) for number in (1, 2) for wave in (1, 3)] == [
        {"users": ["x"]}
    ] * 4


def test_a_module_gets_the_types_of_json(tmp_path: Path) -> None:
    """A module in the process of Ansible takes the entries as they are, so they have no tags, tuples or dates."""
    (tmp_path / "a.yml").write_text(
        "users:\n- {user_name: '{{ name }}', 1: 2, true: 1.5, list: '{{ pair }}'}\n"
        "- {user_name: b@example.com, day: 2031-02-03, moment: '{{ day }}'}\n"
        "groups: '{{ groups_of_play }}'\n"
    )
    variables = {"name": "a@example.com", "pair": (1, ("x",)), "day": date(2031, 2, 3)}
    loader = DataLoader()
    templar = Templar(loader=loader, variables={**variables, "groups_of_play": ({"display_name": "g"},)})
    [file] = Reader(loader, templar).read([str(tmp_path)])
    [user, other], [group] = file["content"]["users"], file["content"]["groups"]
    assert not [value for value in values_in(file) if type(value) not in (dict, list, str, int, float, bool)]
    assert {**user, "1": 2, "true": 1.5, "list": [1, ["x"]]} == user
    assert {**other, "day": "2031-02-03", "moment": "2031-02-03"} == other
    assert (user["user_name"], group["display_name"]) == ("a@example.com", "g")


def values_in(value: Any) -> Iterator[Any]:
    yield value
    items = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from values_in(item)
