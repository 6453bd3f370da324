# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run docs/awx/configure.yml with the modules of awx.awx, on a stand-in that refuses the same input as AWX."""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.idops.cyberark_identity.tests.interop.servers.awx import checks
from ansible_collections.idops.cyberark_identity.tests.interop.servers.awx.server import TOKEN, Awx, serving
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tests.unit.test_awx import AWX, BIN, CLEAN, MODULES

HERE = Path(__file__).parent
INSTALLED = ROOT / "build/interop/awx"
CI = "CyberArk Identity"
TEMPLATES = ("set-up", "apply", "apply approved", "check", "drift", "export")
BOTH = ["directory", "vault"]
SETTINGS = {"configure_notifications": ["Mail"], "configure_project_credential": "Deploy key"}
FILLED_IN = {"tenant_url": "https://example.id.cyberark.cloud", "client_secret": "the-one-of-the-vault"}

pytestmark = pytest.mark.skipif(not (INSTALLED / ".installed").exists(), reason="no awx.awx: make interop")


@dataclass
class Site:
    """An AWX server, and ansible-playbook with awx.awx in a folder of its own."""

    awx: Awx
    url: str
    folder: Path

    def play(self, playbook: Path, *arguments: str, **settings: str) -> list[dict[str, Any]]:
        """Run a playbook, and return the result of each task."""
        outcomes = self.folder / "outcomes.jsonl"
        outcomes.unlink(missing_ok=True)
        environment = {
            **CLEAN,
            "HOME": str(self.folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "outcomes",
            "ANSIBLE_COLLECTIONS_PATH": str(INSTALLED),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "CONTROLLER_HOST": self.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "INTEROP_OUTCOMES": str(outcomes),
        }
        command = [str(BIN / "ansible-playbook"), str(playbook), "-e", json.dumps({**SETTINGS, **settings}), *arguments]
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in outcomes.read_text().splitlines()] if outcomes.exists() else []

    def names(self, ids: set[int]) -> list[str]:
        rows = [self.awx.get(each).fields for each in ids]
        return sorted(row["name"] if "name" in row else row["identifier"] for row in rows)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    awx = Awx(AWX / "project")
    default = awx.add("organizations", {"name": "Default"}).id
    awx.add("notification_templates", {"name": "Mail", "organization": default})
    scm = awx.add("credential_types", {"name": "Source Control", "kind": "scm", "managed": True}).id
    awx.add("credentials", {"name": "Deploy key", "credential_type": scm})
    with serving(awx) as url:
        yield Site(awx, url, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def first(site: Site) -> list[dict[str, Any]]:
    return site.play(AWX / "configure.yml")


def test_syntax(site: Site) -> None:
    site.play(AWX / "configure.yml", "--syntax-check")


def test_first_run_creates_everything(site: Site, first: list[dict[str, Any]]) -> None:
    assert [told["task"] for told in first if not told["changed"] or "warnings" in told] == []
    awx = site.awx
    made = {
        endpoint: [name for row in awx.rows(endpoint) if (name := row.fields["name"]).startswith(CI)]
        for endpoint in ("credential_types", "credentials", "unified_job_templates", "schedules")
    }
    assert made == {
        "credential_types": [f"{CI} SCIM client", f"{CI} vault client", f"{CI} administrator"],
        "credentials": [f"{CI} directory", f"{CI} vault", f"{CI} set-up"],
        "unified_job_templates": [CI, *(f"{CI} {name}" for name in TEMPLATES), f"{CI} change"],
        "schedules": [f"{CI} each night"],
    }
    assert site.names({awx.one("projects", CI).fields["credential"]}) == ["Deploy key"]


@pytest.mark.parametrize(
    ("name", "job_type", "playbook", "credentials", "questions"),
    [
        ("set-up", "run", "setup_scim_server.yml", ["set-up"], 5),
        ("apply", "run", "apply_directory.yml", BOTH, 8),
        ("apply approved", "run", "apply_directory.yml", BOTH, 8),
        ("check", "check", "apply_directory.yml", BOTH, 7),
        ("drift", "check", "check_drift.yml", BOTH, 9),
        ("export", "run", "export_directory.yml", BOTH, 2),
    ],
)
def test_job_template(
    site: Site,
    first: list[dict[str, Any]],
    name: str,
    job_type: str,
    playbook: str,
    credentials: list[str],
    questions: int,
) -> None:
    template = site.awx.one("job_templates", f"{CI} {name}")
    assert (template.fields["job_type"], template.fields["playbook"]) == (job_type, playbook)
    assert [site.awx.get(template.fields[it]).fields["name"] for it in ("project", "inventory")] == [CI, CI]
    assert site.awx.get(template.fields["execution_environment"]).fields["name"] == CI
    assert site.names(template.sets["credentials"]) == [f"{CI} {credential}" for credential in credentials]
    assert template.fields["extra_vars"] == ('{"directory_approved": ""}' if name == "apply approved" else "")
    assert site.names(template.sets["notification_templates_error"]) == ["Mail"]
    assert len(template.survey["spec"]) == questions


def test_workflow(site: Site, first: list[dict[str, Any]]) -> None:
    workflow = site.awx.one("workflow_job_templates", f"{CI} change")
    assert len(workflow.survey["spec"]) == 5
    for event in ("error", "approvals"):
        assert site.names(workflow.sets[f"notification_templates_{event}"]) == ["Mail"]
    graph = {}
    for node in site.awx.rows("workflow_job_template_nodes"):
        assert node.fields["workflow_job_template"] == workflow.id
        assert not node.sets["failure_nodes"] | node.sets["always_nodes"]
        runs = site.awx.get(node.fields["unified_job_template"])
        graph[node.fields["identifier"]] = (runs.kind.type, runs.fields["name"], site.names(node.sets["success_nodes"]))
    assert graph == {
        "fetch": ("project", CI, ["check"]),
        "check": ("job_template", f"{CI} check", ["approval"]),
        "approval": ("workflow_approval_template", "Apply what the check has shown", ["apply"]),
        "apply": ("job_template", f"{CI} apply approved", ["export", "report"]),
        "report": ("job_template", f"{CI} drift", []),
        "export": ("job_template", f"{CI} export", []),
    }


def test_schedule(site: Site, first: list[dict[str, Any]]) -> None:
    schedule = site.awx.one("schedules", f"{CI} each night").fields
    assert site.awx.get(schedule["unified_job_template"]).fields["name"] == f"{CI} drift"
    assert schedule["extra_data"] == {}
    assert site.awx.one("workflow_job_template_nodes", "report").fields["extra_data"] == {
        "directory_fail_on_drift": "false"
    }


def test_a_second_run_changes_nothing(site: Site, first: list[dict[str, Any]]) -> None:
    awx = site.awx
    awx.change(awx.one("credentials", f"{CI} directory"), {"inputs": FILLED_IN})
    before = deepcopy(awx.table)
    again = site.play(AWX / "configure.yml")
    assert len(again) == len(first)
    assert [told["task"] for told in again if told["changed"] or "warnings" in told] == []
    assert awx.table == before
    assert awx.one("credentials", f"{CI} directory").fields["inputs"] == FILLED_IN


def test_infra_aap_configuration_creates_the_same_objects(site: Site, first: list[dict[str, Any]]) -> None:
    before = deepcopy(site.awx.table)
    told = site.play(HERE / "as_infra.yml", configure_project_credential="")
    assert site.awx.table == before
    # configure.yml creates the nodes in another way, because awx.awx does not recognise an existing approval node.
    assert [each["changed"] for each in told] == [False, False, True]
    assert "workflow_approval_template" in told[2]["warnings"][0]


@pytest.mark.parametrize(
    ("endpoint", "name", "broken"),
    [
        ("credential_types", f"{CI} administrator", {"kind": "ssh"}),
        ("credential_types", f"{CI} administrator", {"inputs": {"fields": [{"id": "a", "label": "A", "typ": "b"}]}}),
        ("credential_types", f"{CI} administrator", {"inputs": {"fields": []}, "injectors": {}}),
        ("credential_types", f"{CI} administrator", {"injectors": {"env": {"A": "{{ other }}"}}}),
        ("credential_types", f"{CI} administrator", {"injectors": {"env": {"ANSIBLE_CONFIG": "a"}}}),
        ("credentials", f"{CI} directory", {"inputs": {"user_password": "a"}}),
        ("job_templates", f"{CI} apply", {"playbook": "directory/example.yml"}),
        ("job_templates", f"{CI} apply", {"name": f"{CI} check"}),
        ("schedules", f"{CI} each night", {"rrule": "RRULE:FREQ=DAILY;INTERVAL=1"}),
        ("schedules", f"{CI} each night", {"rrule": "DTSTART:20260101T030000Z RRULE:FREQ=DAILY"}),
        ("schedules", f"{CI} each night", {"extra_data": {"directory_fail_on_drift": True}}),
        ("schedules", f"{CI} each night", {"extra_data": {"directory_other": "true"}}),
        ("workflow_job_template_nodes", "report", {"extra_data": {"directory_fail_on_drift": True}}),
    ],
)
def test_stand_in_refuses_invalid_input(
    site: Site, first: list[dict[str, Any]], endpoint: str, name: str, broken: dict[str, Any]
) -> None:
    with pytest.raises(checks.Refused):
        site.awx.change(site.awx.one(endpoint, name), broken)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "password_again"},
        {"required": "yes"},
        {"type": "multiplechoice"},
        {"type": "multiplechoice", "choices": ["one"], "default": "two"},
        {"type": "integer", "default": "8"},
        {"variable": "taken"},
    ],
)
def test_stand_in_refuses_an_invalid_question(broken: dict[str, Any]) -> None:
    question = {"variable": "asked", "question_name": "Asked", "type": "text", "required": True}
    survey = {"name": "", "description": "", "spec": [question, {**question, "variable": "taken"}]}
    checks.survey(survey)
    with pytest.raises(checks.Refused):
        checks.survey({**survey, "spec": [{**question, **broken}, survey["spec"][1]]})


@pytest.mark.parametrize("kind", MODULES)
def test_options_in_the_unit_tests_match_the_modules(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The table in tests/unit/test_awx.py matches the options of the modules."""
    monkeypatch.syspath_prepend(INSTALLED)
    module = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{kind}")
    with mock.patch.object(module, "ControllerAPIModule", side_effect=EOFError) as made, suppress(EOFError):
        module.main()
    spec = made.call_args.kwargs["argument_spec"]
    assert {name: spec[name].get("type", "str") for name in MODULES[kind]} == MODULES[kind]
