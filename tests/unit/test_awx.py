# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check docs/awx: the objects of configure.yml, and each job template, run like in AWX by ansible-runner."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import ENV_BLOCKLIST, inject_credential
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

BIN = Path(sys.executable).parent
AWX = ROOT / "docs/awx"
GUIDE = (ROOT / "docs/awx.md").read_text()
PASSWORD = "Initial-pass-1"
# An environment without settings of this machine: a job has only its execution environment and its credentials.
CLEAN = {"PATH": f"{BIN}:/usr/bin:/bin", "LANG": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
COLLECTIONS = ROOT.parents[2]
# Variables that credentials set and no survey may ask for.
CONNECTION = re.compile("_tenant_url|_administrator_|_user_password")

# The options of the modules of awx.awx 24.6.1 that are used here; tests/interop/test_awx.py compares them.
SHARED = {"name": "str", "description": "str", "organization": "str"}
SURVEYED = {
    "allow_simultaneous": "bool",
    "notification_templates_error": "list",
    "survey_enabled": "bool",
    "survey_spec": "dict",
}
MODULES: dict[str, dict[str, str]] = {
    "credential_type": {"name": "str", "description": "str", "kind": "str", "inputs": "dict", "injectors": "dict"},
    "credential": {**SHARED, "credential_type": "str"},
    "execution_environment": {**SHARED, "image": "str", "pull": "str"},
    "inventory": SHARED,
    "project": {**SHARED, "scm_type": "str", "scm_url": "str", "credential": "str", "scm_update_on_launch": "bool"},
    "job_template": {
        **SHARED,
        **SURVEYED,
        **dict.fromkeys(("job_type", "inventory", "project", "playbook", "execution_environment"), "str"),
        **dict.fromkeys(("ask_job_type_on_launch", "diff_mode"), "bool"),
        "credentials": "list",
        "extra_vars": "dict",
    },
    "workflow_job_template": {
        **SHARED,
        **SURVEYED,
        "notification_templates_approvals": "list",
    },
    "workflow_job_template_node": {
        **dict.fromkeys(("workflow_job_template", "organization", "identifier"), "str"),
        **dict.fromkeys(("unified_job_template", "lookup_organization"), "str"),
        "approval_node": "dict",
        "extra_data": "dict",
        "success_nodes": "list",
    },
    "schedule": {**SHARED, "unified_job_template": "str", "rrule": "str", "extra_data": "dict"},
}
STAND_IN = """
import json
import os

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        kind = self._task.action.rpartition(".")[2]
        spec = {option: {"type": type_} for option, type_ in SPECS[kind].items()}
        given = self.validate_argument_spec(argument_spec=spec)[1]
        with open(os.environ["AWX_TOLD"], "a", encoding="utf-8") as told:
            told.write(json.dumps([kind, {k: v for k, v in given.items() if v is not None}]) + "\\n")
        return {"changed": True}
"""
DISPATCH = """
- name: Have what the role takes
  ansible.builtin.assert:
    that: lookup('ansible.builtin.vars', item) | to_json | from_json | length > 0
    quiet: true
  loop: "{{ query('ansible.builtin.varnames', '^controller_') }}"
"""

Told = dict[str, dict[str, dict[str, Any]]]


def make_collections(folder: Path) -> None:
    """Write stand-ins for awx.awx, whose modules record their options, and for infra.aap_configuration."""
    actions = folder / "ansible_collections/awx/awx/plugins/action"
    actions.mkdir(parents=True)
    for kind in MODULES:
        (actions / f"{kind}.py").write_text(f"SPECS = {MODULES!r}\n{STAND_IN}")
    tasks = folder / "ansible_collections/infra/aap_configuration/roles/dispatch/tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text(DISPATCH)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Run configure.yml, and return the options of each AWX object by kind and name."""
    folder = tmp_path_factory.mktemp("configure")
    make_collections(folder)
    environment = {
        **CLEAN,
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "AWX_TOLD": str(folder / "told"),
    }
    done = subprocess.run(
        [
            *(BIN / "ansible-playbook", AWX / "configure.yml"),
            *("-e", f"configure_export_path={folder}/exported", "-e", f"configure_drift_path={folder}"),
        ],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DEPRECATION" not in done.stderr, done.stderr
    told: Told = {kind: {} for kind in MODULES}
    for line in (folder / "told").read_text().splitlines():
        kind, item = json.loads(line)
        # Several tasks configure one node.
        told[kind].setdefault(item.get("name") or item["identifier"], {}).update(item)
    return told


def variables(item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the questions of a survey by variable."""
    return {question["variable"]: question for question in item["survey_spec"]["spec"]}


class Unsafe(str):
    """A text from a survey. It is never a template."""


yaml.SafeDumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def as_data(value: Any) -> Any:
    """Mark the answers as AWX does."""
    if isinstance(value, dict):
        return {name: as_data(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_data(item) for item in value]
    return Unsafe(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Job:
    status: int
    events: list[dict[str, Any]]
    output: str

    @property
    def changed(self) -> int:
        return sum(self.events[-1]["event_data"]["changed"].values())

    @property
    def artifacts(self) -> dict[str, Any]:
        """Return what AWX hands on to the next jobs of a workflow."""
        return dict(self.events[-1]["event_data"].get("artifact_data", {}))

    @property
    def text(self) -> str:
        return " ".join(self.output.split())


@dataclass
class Launcher:
    """Launch job templates of AWX, each in a folder of its own, with the values of the credentials."""

    told: Told
    folder: Path
    inputs: dict[str, dict[str, str]]
    jobs: int = field(default=0)

    def __call__(
        self, template: str, empty: Any = ..., /, *, check: bool = False, artifacts: Any = None, **answers: Any
    ) -> Job:
        """Launch a template. ``empty`` is sent for a question without answer and default; with ``...`` nothing is.

        In a workflow it gets the ``artifacts`` of the jobs before it, whatever its survey asks.
        """
        item = self.told["job_template"][f"CyberArk Identity {template}"]
        self.jobs += 1
        job = self.folder / f"job-{self.jobs}"
        for name in ("env", "inventory"):
            (job / name).mkdir(parents=True)
        shutil.copytree(self.folder / "project", job / "project")
        (job / "inventory/hosts").touch()
        questions = variables(item)
        assert set(answers) <= set(questions), "AWX ignores what the survey does not ask for"
        given = {
            name: answers.get(name, question.get("default", empty))
            for name, question in questions.items()
            if name in answers or "default" in question or empty is not ...
        }
        given = {**item.get("extra_vars", {}), **given, **(artifacts or {}), "awx_job_id": self.jobs}
        (job / "env/extravars").write_text(yaml.safe_dump(as_data(given)))
        assert not check or item["ask_job_type_on_launch"]
        flags = ["--check"] if check or item["job_type"] == "check" else []
        flags += ["--diff"] if item.get("diff_mode") else []
        (job / "env/cmdline").write_text(" ".join(["-vvvv", *flags]))
        environment: dict[str, Any] = {}
        for credential in item["credentials"]:
            environment |= self.inject(self.told["credential"][credential]["credential_type"], job)
        (job / "env/envvars").write_text(yaml.safe_dump(environment))
        done = subprocess.run(
            [BIN / "ansible-runner", "run", job, "--playbook", item["playbook"], "--ident", "it"],
            env={**CLEAN, "HOME": str(job), "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)},
            cwd=job,
            capture_output=True,
            text=True,
            check=False,
        )
        files = sorted((job / "artifacts/it/job_events").iterdir(), key=lambda path: int(path.name.partition("-")[0]))
        events = [path.read_text() for path in files]
        output = (job / "artifacts/it/stdout").read_text() + done.stdout + done.stderr
        for secret in self.secrets():
            assert secret not in output
            assert not any(secret in event for event in events)
        return Job(done.returncode, [json.loads(event) for event in events], output)

    def inject(self, name: str, job: Path) -> dict[str, Any]:
        """Return the variables of a credential, made by AWX's own code. The job runs without a container."""
        declared = self.told["credential_type"][name]
        managed = ManagedCredentialType(name, name, declared["kind"], declared["inputs"], declared["injectors"])
        environment: dict[str, Any] = {}
        stored: dict[str, Any] = {}
        arguments: list[str] = []
        inject_credential(managed, Credential({**self.inputs[name]}), environment, stored, arguments, str(job))
        assert arguments == [], "nothing becomes an extra variable"
        assert not any(secret in str(stored) for secret in self.secrets()), "AWX shows these"
        return {key: re.sub("^/runner/", f"{job}/", value) for key, value in environment.items()}

    def secrets(self) -> Iterator[str]:
        yield PASSWORD
        for name, values in self.inputs.items():
            for question in self.told["credential_type"][name]["inputs"]["fields"]:
                if question.get("secret") and values.get(question["id"]):
                    # Each inner line of a key is a secret. The line before the last may be too short to search for.
                    lines = values[question["id"]].splitlines()
                    yield from lines[1:-2] if len(lines) > 1 else lines


@pytest.fixture
def launch(told: Told, tls_tenant: Tenant, tmp_path: Path) -> Launcher:
    """Return a launcher for a tenant with a private authority and a client certificate, to cover all file types."""
    shutil.copytree(AWX / "project", tmp_path / "project")
    info = tls_tenant.info
    client = trustme.CA().issue_cert("client.example.com")
    shared = {
        "tenant_url": info["tenant_url"],
        "ca_bundle": Path(info["ca_path"]).read_text(),
        "client_cert": client.cert_chain_pems[0].bytes().decode(),
        "client_key": client.private_key_pem.bytes().decode(),
    }
    client_of = {name: info[name] for name in ("app_id", "client_id", "client_secret")}
    administrator = {name: info[f"admin_{name}"] for name in ("client_id", "client_secret")}
    return Launcher(
        told,
        tmp_path,
        {
            "CyberArk Identity SCIM client": {**shared, **client_of},
            "CyberArk Identity vault client": {},
            "CyberArk Identity administrator": {**shared, **administrator, "user_password": PASSWORD},
        },
    )


# --- the configuration of AWX


def test_awx_accepts_the_credential_types(told: Told) -> None:
    for name, declared in told["credential_type"].items():
        inputs, injectors = declared["inputs"], declared["injectors"]
        fields = [question["id"] for question in inputs["fields"]]
        assert len(set(fields)) == len(fields)
        assert set(inputs["required"]) <= set(fields)
        assert set(injectors) <= {"file", "env"}, f"{name} must not inject extra variables"
        assert not [env for env in injectors["env"] if env in ENV_BLOCKLIST or env.startswith(("ANSIBLE_", "EDA_"))]
        # AWX renders the templates with a value for each field, and refuses undefined variables.
        files = {label.removeprefix("template."): "/a/file" for label in injectors.get("file", ())}
        example = {**dict.fromkeys(fields, "EXAMPLE"), "tower": {"filename": files}}
        used = set()
        for template in [*injectors["env"].values(), *injectors.get("file", {}).values()]:
            ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(example)
            used |= {each for each in fields if re.search(rf"\b{each}\b", template)}
        assert used == set(fields), f"{name} asks for what it does not use"


@pytest.mark.parametrize("kind", ["client", "administrator"])
def test_empty_credential_fields_are_not_set(launch: Launcher, kind: str) -> None:
    name = next(name for name in launch.inputs if name.endswith(kind))
    required = launch.told["credential_type"][name]["inputs"]["required"]
    launch.inputs[name] = {key: value for key, value in launch.inputs[name].items() if key in required}
    (launch.folder / "env").mkdir()
    environment = launch.inject(name, launch.folder)
    assert {key for key, value in environment.items() if value} == {
        f"CYBERARK_IDENTITY_{key.upper()}" for key in required
    }


def test_survey_variables_belong_to_their_playbook(told: Told) -> None:
    role = yaml.safe_load((ROOT / "roles/admin_portal/meta/argument_specs.yml").read_text())
    for name, item in told["job_template"].items():
        playbook = (ROOT / "playbooks" / item["playbook"]).read_text()
        known = set(role["argument_specs"]["main"]["options"]) | set(
            re.findall(r"^#.* (directory_\w+)  ", playbook, re.MULTILINE)
        )
        assert set(variables(item)) <= known, name


def test_settings_may_stand_beside_the_variables_of_the_playbooks() -> None:
    """A playbook refuses each variable of its namespaces that it does not know, also in the inventory's group_vars."""
    settings = yaml.safe_load((AWX / "settings.yml").read_text())
    assert [name for name in settings if name.startswith(("cyberark_identity_", "directory_", "setup_scim"))] == []


def test_awx_accepts_the_surveys(told: Told) -> None:
    """The stand-in for the API checks surveys and answers; a default must be one of the choices."""
    for item in [*told["job_template"].values(), *told["workflow_job_template"].values()]:
        assert item["survey_enabled"]
        assert set(item["survey_spec"]) == {"name", "description", "spec"}
        assert len(variables(item)) == len(item["survey_spec"]["spec"])
        for question in item["survey_spec"]["spec"]:
            assert {"variable", "question_name", "type", "required"} <= set(question)
            assert question["type"] in ("text", "textarea", "multiplechoice", "multiselect", "integer"), "no password"
            assert ("choices" in question) is question["type"].startswith("multi")
            if question["type"] == "multiplechoice":
                assert question["default"] in question["choices"]
            elif "default" in question:
                assert isinstance(question["default"], int if question["type"] == "integer" else str)
            assert not question["variable"].startswith(("ansible_", "awx_", "tower_", "eda_"))


def test_every_named_object_exists(told: Told) -> None:
    templates = told["job_template"]
    for item in templates.values():
        assert (AWX / "project" / item["playbook"]).exists()
        for kind in ("project", "inventory", "execution_environment"):
            assert item[kind] in told[kind]
        assert set(item["credentials"]) <= set(told["credential"])
    for credential in told["credential"].values():
        assert credential["credential_type"] in told["credential_type"]
    (workflow,) = told["workflow_job_template"].values()
    for node in told["workflow_job_template_node"].values():
        assert node["workflow_job_template"] == workflow["name"]
        assert "approval_node" in node or node["unified_job_template"] in {**told["project"], **templates}
    # A node of a workflow gets a variable only if the survey of its job template has it.
    for name in ("check", "apply approved", "drift"):
        assert set(variables(workflow)) <= set(variables(templates[f"CyberArk Identity {name}"]))
    for schedule in told["schedule"].values():
        assert set(schedule["extra_data"]) <= set(variables(templates[schedule["unified_job_template"]]))


def test_nothing_is_applied_before_it_is_approved(told: Told) -> None:
    nodes = told["workflow_job_template_node"]
    assert [name for name, node in nodes.items() if "approval_node" in node] == ["approval"]
    assert {name: node.get("success_nodes", []) for name, node in nodes.items()} == {
        "fetch": ["check"],
        "check": ["approval"],
        "approval": ["apply"],
        "apply": ["report", "export"],
        "report": [],
        "export": [],
    }
    # AWX has lost what a job hands on (ansible/awx 11821 and 12750): then the template's empty approval stays.
    applying = told["job_template"][nodes["apply"]["unified_job_template"]]
    assert applying["extra_vars"] == {"directory_approved": ""}
    asked = [variables(item) for item in (applying, *told["workflow_job_template"].values())]
    assert not any("directory_approved" in questions for questions in asked), "nobody can give one instead"
    assert not told["project"]["CyberArk Identity"]["scm_update_on_launch"]
    scheduled = [schedule["unified_job_template"] for schedule in told["schedule"].values()]
    for name in ("CyberArk Identity check", *scheduled):
        template = told["job_template"][name]
        assert template["job_type"] == "check"
        assert not template.get("ask_job_type_on_launch")


# --- the jobs


@pytest.mark.long(reason="jobs take minutes; the data that they are made of is checked")
def test_lifecycle_of_the_directory_jobs(launch: Launcher, tls_tenant: Tenant) -> None:
    """Check, run, run again, drift, export, failure. A survey sends nothing, "" or null for an empty field."""
    tenant = tls_tenant
    people = {"users": [{"user_name": "alan@example.com", "password": PASSWORD}]}
    (launch.folder / "project/directory/people.yml").write_text(yaml.safe_dump(people))
    before = tenant.state()
    seen = launch("check", "")
    assert (seen.status, seen.changed) == (0, 1), seen.output
    assert "ada@example.com" in seen.text
    assert tenant.state() == before

    tenant.seed_user(userName="svc-backup@example.com", active=True)
    tenant.seed_user(userName="leaver@example.com", active=True)
    answers: dict[str, Any] = {
        "directory_kinds": ["users", "groups"],
        "directory_prune": "users,",
        "directory_protected": "svc-*, admin*\nscim*",
        "directory_max_removals": "50%",
        "directory_workers": None,
    }
    made = launch("apply", None, **answers)
    assert (made.status, made.changed) == (0, 1), made.output
    assert tenant.user("ada@example.com")["displayName"] == "Ada Lovelace"
    assert not tenant.user("leaver@example.com")["active"]
    assert tenant.user("svc-backup@example.com")["active"]
    tenant.forget_requests()
    again = launch("apply")
    assert (again.status, again.changed) == (0, 0), again.output
    assert tenant.writes() == []

    kept = {"directory_protected": "svc-*, admin*\nscim*"}
    none = launch("drift", None, directory_kinds=["users"], **kept)
    assert none.status == 0, none.output
    ada = tenant.user("ada@example.com")
    tenant.scim("PUT", f"Users/{ada['id']}", {**ada, "displayName": "Countess"})
    assert launch("check").status == 0
    tenant.seed_user(userName="mallory@example.com", active=True)
    found = launch("drift", check=False, **kept, directory_unmanaged="", directory_fail_on_drift="")
    assert found.status != 0
    assert "A run would update user ada@example.com. No file has " in found.text, found.output
    assert "user mallory@example.com" in found.text
    handed_on = found.artifacts["cyberark_drift"]
    assert handed_on["since"].startswith("Changed since "), handed_on
    assert Path(handed_on["page"]).read_text().startswith("<!DOCTYPE html>")
    assert tenant.user("ada@example.com")["displayName"] == "Countess"

    reported = launch("access", "")
    assert reported.status == 0, reported.output
    page = Path(variables(launch.told["job_template"]["CyberArk Identity access"])["directory_report_path"]["default"])
    assert reported.artifacts["cyberark_access"] == {"report": str(page), "findings": 0}
    assert "mallory@example.com" in page.read_text()
    checked = launch("policies", "", directory_policies="inactive_users")
    assert "The service user sees nothing in the vault, so no policy can tell" in checked.text, checked.output
    exported = launch("export", "")
    assert exported.status == 0, exported.output
    folder = Path(variables(launch.told["job_template"]["CyberArk Identity export"])["directory_path"]["default"])
    assert "ada@example.com" in (folder / "users.yml").read_text()
    launch.inputs["CyberArk Identity SCIM client"]["client_secret"] = "wrong-secret-1"
    for template in ("apply", "export"):
        refused = launch(template)
        assert refused.status != 0
        assert "Could not get a token for scim-service$@example.com" in refused.text, refused.output


@pytest.mark.long(reason="jobs take minutes; the data that they are made of is checked")
def test_the_workflow_applies_the_approved_plan_alone(launch: Launcher, tls_tenant: Tenant) -> None:
    tenant = tls_tenant
    people = {"users": [{"user_name": "alan@example.com", "password": PASSWORD}]}
    (launch.folder / "project/directory/people.yml").write_text(yaml.safe_dump(people))
    checked = launch("check", "").artifacts
    assert re.fullmatch("sha256:[0-9a-f]{64}", checked["directory_approved"])
    before = tenant.state()
    for lost, words in [
        ({}, "an approval that was lost approves nothing"),
        ({"directory_approved": None}, "an approval that was lost approves nothing"),
        ({"directory_approved": f"sha256:{'0' * 64}"}, '"code": "plan_changed"'),
        ({"directory_approved": checked["directory_approved"] * 2}, "is not a digest"),
    ]:
        refused = launch("apply approved", "", artifacts=lost)
        assert refused.status != 0, lost
        assert words in refused.text, refused.output
        assert tenant.state() == before
    made = launch("apply approved", "", artifacts=checked)
    assert (made.status, made.changed) == (0, 1), made.output
    assert made.artifacts == {}
    assert tenant.user("alan@example.com")
    (node,) = [each for name, each in launch.told["workflow_job_template_node"].items() if name == "report"]
    reported = launch("drift", "", artifacts=checked, **node["extra_data"])
    assert reported.status == 0, reported.output
    again = launch("apply approved", "", artifacts=checked)
    assert '"code": "plan_changed"' in again.text, again.output


@pytest.mark.long(reason="jobs take minutes; the data that they are made of is checked")
def test_one_job_with_both_credentials(launch: Launcher, tls_tenant: Tenant) -> None:
    """Each deals with what its service user may, in one plan; without a vault, its credential is not filled in."""
    launch.inputs["CyberArk Identity vault client"] = tls_tenant.reset_with_two_clients()
    people = {
        "users": [{"user_name": "alan@example.com", "password": PASSWORD}],
        "groups": [{"display_name": "app-team", "users": {"set": ["alan@example.com"]}}],
    }
    safes = {
        "containers": [{"name": "APP"}],
        "container_permissions": [{"container": "APP", "group": "app-team", "rights_preset": "read_only"}],
    }
    folder = launch.folder / "project/directory"
    for path in folder.iterdir():
        path.unlink()
    (folder / "people.yml").write_text(yaml.safe_dump(people))
    (folder / "safes.yml").write_text(yaml.safe_dump(safes))
    seen = launch("check", "")
    assert (seen.status, seen.changed) == (0, 1), seen.output
    made = launch("apply", "")
    assert (made.status, made.changed) == (0, 1), made.output
    exported = launch("export", "")
    assert exported.status == 0, exported.output
    assert launch("apply", "").changed == 0


@pytest.mark.long(reason="jobs take minutes; the data that they are made of is checked")
def test_lifecycle_of_the_set_up_jobs(launch: Launcher, tls_tenant: Tenant) -> None:
    """Check, run, run again, failure. The survey asks for every option of the role and sends "" and null."""
    tenant = tls_tenant
    tenant.reset(empty=True)
    spec = yaml.safe_load((ROOT / "roles/admin_portal/meta/argument_specs.yml").read_text())
    options = [name for name in spec["argument_specs"]["main"]["options"] if not CONNECTION.search(name)]
    templates = launch.told["job_template"]
    asking = {"survey_spec": {"spec": [{"variable": name} for name in options]}}
    whole = {**templates, "CyberArk Identity whole": {**templates["CyberArk Identity set-up"], **asking}}
    launch.told = {**launch.told, "job_template": whole}
    answers = {"admin_portal_user_name": "scim-service@example.com"}
    before = tenant.state()
    seen = launch("whole", "", check=True, **answers)
    assert seen.status == 0, seen.output
    assert seen.changed > 0
    assert tenant.state() == before

    tenant.forget_requests()
    made = launch("whole", None, **answers, admin_portal_administrative_rights="User Management, Role Management")
    assert made.status == 0, made.output
    assert tenant.control("POST", "check_password", {"userName": "scim-service@example.com", "password": PASSWORD})
    assert {"/scim/v2/Users", "/scim/v2/Groups"} <= {seen["path"] for seen in tenant.requests()}, "it was not proved"
    again = launch("set-up", "", **answers)
    assert (again.status, again.changed) == (0, 0), again.output
    wrong = launch("whole", **answers, admin_portal_state="prezent")
    assert wrong.status != 0
    assert "value of admin_portal_state must be one of: present, absent" in wrong.text, wrong.output
    launch.inputs["CyberArk Identity administrator"]["client_secret"] = "wrong-secret-1"
    refused = launch("set-up", **answers)
    assert refused.status != 0
    assert "Could not get a token for admin-service$@example.com" in refused.text, refused.output


# --- the guide, and the files that it uses


def test_every_block_of_the_guide_runs(tmp_path: Path) -> None:
    """Console blocks run unchanged; YAML blocks are the file in their first line; sh needs a registry or an AWX."""
    installed = tmp_path / ".ansible/collections"
    make_collections(installed)
    (installed / "ansible_collections/idops").symlink_to(COLLECTIONS / "ansible_collections/idops")
    environment = {**CLEAN, "HOME": str(tmp_path), "AWX_TOLD": str(tmp_path / "told")}
    blocks = re.findall(r"^( *)```(\w+)\n(.*?)^ *```", GUIDE, re.MULTILINE | re.DOTALL)
    assert {block[1] for block in blocks} == {"console", "sh", "yaml"}
    for indent, language, text in blocks:
        text = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        if language == "yaml":
            name = re.match(r"# (\S+)\n", text)
            assert name, text
            (tmp_path / name[1]).write_text(text)
            continue
        command = ["bash", "-euc" if language == "console" else "-nc", text]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "tenant/apply_directory.yml").exists()
    image = (tmp_path / "context/Containerfile").read_text()
    assert "ansible-core" in image
    shipped = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text())
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert shipped["collections"] == [{"name": "idops.cyberark_identity", "version": galaxy["version"]}]


def test_image_gets_the_requirements_of_the_collection(tmp_path: Path) -> None:
    """ansible-builder finds the requirements inside the image by meta/execution-environment.yml."""
    (tmp_path / "ansible_collections").symlink_to(COLLECTIONS / "ansible_collections")
    done = subprocess.run(
        [BIN / "ansible-builder", "introspect", tmp_path], env=CLEAN, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "requests>=2.25" in done.stdout


def test_the_guide_lists_everything(told: Told) -> None:
    for kind in ("credential_type", "job_template", "workflow_job_template", "schedule"):
        for name in told[kind]:
            assert f"*{name}*" in GUIDE, name
