# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: every write is on the disk before it is sent, and again with its outcome."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible.module_utils import basic
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.journal import Journal
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import Secrets
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, module_process
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import CASES, Case
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.journals import lines_of, writes_of
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    IN_THIS_PROCESS,
    SEQUENCES,
    before_request,
    good,
    kill_at,
    label,
    secrets_in,
)

Run = Callable[..., Result]
ADA = {"user_name": "ada@example.com", "password": "Initial-pass-1", "organization": "R&D"}
CREATION = "POST /scim/v2/Users"
WRITING = [sequence for sequence in SEQUENCES if not sequence.reads_only]


def number_of_creation(tenant: Tenant) -> int:
    """Return the place of the request that creates a user, counted from 1."""
    (number,) = (n for n, seen in enumerate(tenant.requests(), 1) if f"{seen['method']} {seen['path']}" == CREATION)
    return number


@pytest.mark.parametrize("sequence", WRITING, ids=label)
def test_every_write_of_every_module_is_recorded(sequence: Case, tenant: Tenant, run: Run, tmp_path: Path) -> None:
    """The lines of each step stand for what it wrote, and no secret of a task is in the file."""
    sequence.prepare(tenant)
    path = tmp_path / "journal.jsonl"
    seen = 0
    for step, options in sequence.lifecycle.items():
        diff = good(run(sequence.module, **options, journal_path=str(path)))["diff"]
        writes = writes_of(path)[seen:]
        seen += len(writes)
        assert writes, step
        assert {end["outcome"] for _begin, end in writes if end} == {"done"}, step
        assert all(end and end["id"] for _begin, end in writes if _begin["action"] != "delete"), step
        if sequence.module != "scim_directory":
            begin, end = writes[0]
            assert end
            removed = diff["after"] == {}
            assert (begin["action"] == "delete", end["object"] is None) == (removed, removed), step
            assert begin["module"] == f"idops.cyberark_identity.{sequence.module}"
        assert good(run(sequence.module, **options, journal_path=str(path)))["changed"] is False, step
        assert len(writes_of(path)) == seen, f"{step}: a task that writes nothing records nothing"
    text = path.read_text()
    secrets = [*secrets_in(list(sequence.lifecycle.values())), tenant.info["client_secret"]]
    assert [secret for secret in secrets if secret in text] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@IN_THIS_PROCESS
def test_a_line_is_on_the_disk_before_the_request(
    tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    flushed: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (fsync(descriptor), flushed.append(path.stat().st_size)))
    tenant.forget_requests()
    good(run("scim_user", **ADA, journal_path=str(path)))
    number = number_of_creation(tenant)
    assert flushed[-1] == path.stat().st_size
    path.unlink()
    tenant.reset()
    flushed.clear()

    def look(request: requests.PreparedRequest) -> None:
        assert request.method == "POST"
        (line,) = lines_of(path)
        assert (line["event"], line["action"], line["keys"]) == ("begin", "create", {"user_name": "ada@example.com"})
        assert line["attributes"]["password"] == {"after": "will be set"}
        assert flushed == [path.stat().st_size]

    with before_request(number, look):
        good(run("scim_user", **ADA, journal_path=str(path)))
    assert len(lines_of(path)) == len(flushed) == 2


@pytest.mark.parametrize("module", ["scim_user", "scim_directory", "identity_role"])
@pytest.mark.parametrize("place", ["missing/journal.jsonl", "folder", "pipe", "read-only"])
def test_nothing_is_written_without_a_journal(
    tenant: Tenant, run: Run, tmp_path: Path, module: str, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "read-only").symlink_to("/proc/version")
    options = {
        "scim_user": ADA,
        "scim_directory": {"users": [ADA, {**ADA, "user_name": "grace@example.com"}], "on_error": "continue"},
        "identity_role": {"name": "clients"},
    }[module]
    before = tenant.state()
    tenant.forget_requests()
    result = run(module, **options, journal_path=str(tmp_path / place))
    assert (result.failed, result.code, result["changed"]) == (True, "journal", False), result.output
    assert str(tmp_path / place) in result["msg"]
    assert "journal_path" in result["msg"]
    assert (tenant.writes(), tenant.state()) == ([], before)


@IN_THIS_PROCESS
def test_a_disk_that_is_full_stops_the_run(
    tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write whose outcome has no room is reported as a change; nothing is sent after it."""
    path = tmp_path / "journal.jsonl"
    write, lines = os.write, []

    def written(descriptor: int, data: bytes) -> int:
        if data.lstrip().startswith(b'{"format"'):
            lines.append(data)
            if len(lines) == 4:
                return write(descriptor, data[:40])
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", written)
    users = [{**ADA, "user_name": f"{name}@example.com"} for name in ("a", "b", "c")]
    result = run("scim_directory", users=users, workers=1, journal_path=str(path))
    assert (result.code, result["changed"]) == ("journal", True), result.output
    assert "its outcome is not recorded" in result["msg"]
    assert [bool(tenant.users(user["user_name"])) for user in users] == [True, True, False]
    monkeypatch.undo()
    good(run("scim_directory", users=users, workers=1, journal_path=str(path)))
    whole = [line for line in path.read_text().splitlines() if line.endswith("}")]
    path.write_text("".join(f"{line}\n" for line in whole))
    assert [(begin["name"], end is not None) for begin, end in writes_of(path)] == [
        ("a@example.com", True),
        ("b@example.com", False),
        ("c@example.com", True),
    ]


@pytest.mark.parametrize("fails_at", [1, 2])
@IN_THIS_PROCESS
def test_a_disk_that_fails_is_reported(
    tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Before the request nothing was sent; after it, the change was made."""
    flushes = []

    def fsync(descriptor: int) -> None:
        flushes.append(descriptor)
        if len(flushes) == fails_at:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    result = run("scim_user", **ADA, journal_path=str(tmp_path / "journal.jsonl"))
    assert (result.code, result["changed"]) == ("journal", fails_at == 2), result.output
    assert "Input/output error" in result["msg"]
    assert len(tenant.users("ada@example.com")) == fails_at - 1


def test_a_cut_line_does_not_spoil_the_next(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"format":1,"ti')
    path.chmod(0o640)  # which lets a log shipper read it
    good(run("scim_user", **ADA, journal_path=str(path)))
    cut, *whole = path.read_text().splitlines()
    assert cut == '{"format":1,"ti'
    assert [json.loads(line)["event"] for line in whole] == ["begin", "end"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("fault", "outcome", "failure"),
    [
        ({"status": 409}, "refused", {"code": "conflict", "status": 409}),
        ({"status": 403}, "refused", {"code": "authorization", "status": 403}),
        ({"status": 500}, "unknown", {"code": "server_error", "status": 500}),
        ({"drop": "after"}, "unknown", {"code": "transport"}),
    ],
)
def test_a_failure_is_recorded(
    tenant: Tenant, run: Run, tmp_path: Path, fault: dict[str, Any], outcome: str, failure: dict[str, Any]
) -> None:
    path = tmp_path / "journal.jsonl"
    tenant.fault(method="POST", path="/Users", **fault)
    run("scim_user", **ADA, journal_path=str(path))
    _begin, end = writes_of(path)[0]
    assert end
    assert (end["outcome"], end["failure"]) == (outcome, failure)


def test_a_killed_task_leaves_a_line_without_outcome(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    good(run("scim_user", **ADA))
    number = number_of_creation(tenant)
    tenant.reset()
    kill_at(tenant, "scim_user", {**ADA, "journal_path": str(path)}, number, effect=True)
    ((begin, end),) = writes_of(path)
    assert (begin["action"], end) == ("create", None)
    assert tenant.users("ada@example.com")


def test_check_mode_and_reading_need_no_journal(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "missing/journal.jsonl"
    good(run("scim_user", **ADA, check=True, journal_path=str(path)))
    good(run("scim_directory", users=[ADA], check=True, journal_path=str(path)))
    for case in CASES:
        if case.reads_only:
            good(run(case.module, **next(iter(case.lifecycle.values())), journal_path=str(path)))
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_the_journal(
    tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CYBERARK_IDENTITY_JOURNAL_PATH", str(tmp_path / "journal.jsonl"))
    monkeypatch.setenv("CYBERARK_IDENTITY_JOURNAL_RUN", "4711")
    good(run("scim_user", **ADA))
    good(run("scim_group", display_name="operators"))
    assert {line["run"] for line in lines_of(tmp_path / "journal.jsonl")} == {"4711"}


@pytest.mark.long(reason="three processes write at once")
def test_lines_of_parallel_processes_are_whole(tenant: Tenant, tmp_path: Path) -> None:
    """Each process has several workers, and all of them one file."""
    path = tmp_path / "journal.jsonl"
    text = "x" * 9000  # longer than what a pipe or a buffer takes at once
    tasks = [
        {"users": [{**ADA, "user_name": f"u{process}-{n}@example.com", "organization": text} for n in range(12)]}
        for process in range(3)
    ]

    def finish(options: dict[str, Any]) -> None:
        given = {**tenant.connection, "allow_empty_vault": True, **options, "journal_path": str(path)}
        with module_process("scim_directory", given) as process:
            assert process.wait(60) == 0

    threads = [threading.Thread(target=finish, args=[options]) for options in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writes = writes_of(path)
    assert len(writes) == 36
    assert Counter(begin["run"] for begin, _end in writes).most_common()[0][1] == 12
    assert all(end and end["object"]["organization"] == text for _begin, end in writes)


MANY = [f"user{number}@example.com" for number in range(8)]


@pytest.mark.parametrize("people", [MANY[:1], MANY])
def test_a_deletion_records_what_goes_along(tenant: Tenant, run: Run, tmp_path: Path, people: list[str]) -> None:
    tenant.seed(
        users=[{"userName": name} for name in ("stays@example.com", *people)],
        groups=[{"displayName": "inner", "members": people}, {"displayName": "outer", "members": ["inner"]}],
        containers=[{"name": "APP"}],
        permissions=[
            *({"container": "APP", "user": name, "rights": ["useAccounts"]} for name in people),
            {"container": "APP", "group": "inner", "rights": ["listAccounts"]},
        ],
        accounts=[{"container": "APP", "name": f"root{n}", "properties": {"address": "a"}} for n in range(len(people))],
    )
    path = tmp_path / "journal.jsonl"
    leaving = [{"user_name": name, "state": "absent"} for name in people]
    good(run("scim_directory", users=leaving, journal_path=str(path)))
    for begin, _end in writes_of(path):
        assert [(row["type"], row["action"]) for row in begin["along"]] == [
            ("group", "update"),
            ("container_permission", "delete"),
        ]
        assert begin["unread"] == []
        group, permission = begin["along"]
        assert group["name"] == "inner"
        assert group["attributes"] == {"users": {"add": [], "remove": [{"name": begin["name"], "id": begin["id"]}]}}
        assert permission["keys"] == {"container": "APP", "user": begin["name"]}
        assert permission["attributes"]["rights"] == {"before": {"set": ["useAccounts"]}}
    path.unlink()
    good(run("scim_group", display_name="inner", state="absent", journal_path=str(path)))
    ((begin, _end),) = writes_of(path)
    assert [row["name"] for row in begin["along"]] == ["outer", "APP / inner"]
    path.unlink()
    good(run("scim_pam_object", kind="container", name="APP", state="absent", journal_path=str(path)))
    ((begin, _end),) = writes_of(path)
    accounts = [row for row in begin["along"] if row["type"] == "privileged_data"]
    assert sorted(row["name"] for row in accounts) == [f"APP / root{n}" for n in range(len(people))]
    assert {row["attributes"]["properties"]["before"]["address"] for row in accounts} == {"a"}


def test_a_deletion_says_what_nobody_could_read(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.fault(path="/ContainerPermissions", status=403, count=9)
    good(run("scim_user", user_name="ada@example.com", state="absent", journal_path=str(tmp_path / "j")))
    ((begin, _end),) = writes_of(tmp_path / "j")
    assert begin["unread"] == ["container_permissions"]


def test_a_secret_that_is_quoted_elsewhere_is_masked(tenant: Tenant, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    secret = "Quoted-secret-1"
    tenant.seed(containers=[{"name": "APP"}])
    account = {"kind": "privileged_data", "container": "APP", "name": "root", "secret": secret}
    good(run("scim_pam_object", **account, description=f"it is {secret}", journal_path=str(path)))
    assert secret not in path.read_text()
    assert "it is ********" in path.read_text()
    assert lines_of(path)


@pytest.mark.long(reason="runs ansible-playbook")
@pytest.mark.parametrize("in_process", [True, False])
def test_a_playbook_names_its_tasks(tenant: Tenant, tmp_path: Path, in_process: bool) -> None:
    """In the process of the task and in one of its own; ansible-core before 2.17 does not hand the name on."""
    play = PlaybookRunner.at(tmp_path, tenant.connection)
    many = {"groups": [{"display_name": "second"}], "allow_empty_vault": True}
    tasks = [
        {"name": "Create a {{ kind }}", "idops.cyberark_identity.scim_group": {"display_name": "first"}},
        {"name": "Create many", "idops.cyberark_identity.scim_directory": many},
        {"idops.cyberark_identity.scim_group": {"display_name": "third"}, "vars": {"ansible_target_log_info": "mine"}},
    ]
    variables = {"kind": "group", "cyberark_identity_in_process": in_process}
    play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])
    play.environment["CYBERARK_IDENTITY_JOURNAL_PATH"] = str(tmp_path / "journal.jsonl")
    done = play.run(["ansible-playbook", "play.yml"])
    assert done.status == 0, done.output
    lines = [line for line in lines_of(tmp_path / "journal.jsonl") if line["event"] == "begin"]
    assert [line["name"] for line in lines] == ["first", "second", "third"]
    assert [line["task"] for line in lines] in (["Create a group", "Create many", "mine"], [None] * 3)


@pytest.mark.ways("main", reason="it acts as another ansible-core does")
def test_an_ansible_that_names_no_task(
    tenant: Tenant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ansible-core 2.16 does not pass the name to modules."""
    monkeypatch.delitem(basic.PASS_VARS, "target_log_info", raising=False)
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda *arguments, **named: None)  # newer ones use the name there
    good(run("scim_user", **ADA, journal_path=str(tmp_path / "journal")))
    assert {line["task"] for line in lines_of(tmp_path / "journal")} == {None}


def test_the_file_is_opened_once_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    def times_open() -> int:
        return sum(Path(f"/proc/self/fd/{number}").resolve() == path for number in os.listdir("/proc/self/fd"))

    journal = Journal(str(path), {}, Secrets(set()))
    write = journal.begin({"name": "a"})
    journal.end(write, {})
    assert times_open() == 1
    journal.close()
    journal.close()
    assert times_open() == 0
