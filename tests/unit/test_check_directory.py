# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""check_directory, and directory_policies in apply_directory and check_drift, run as users run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner

FILES: dict[str, Any] = {
    "users": [{"user_name": "ada@example.com"}, {"user_name": "left@example.com", "active": False}],
    "groups": [{"display_name": "Ops", "users": {"set": ["ada@example.com", "left@example.com"]}}],
    "containers": [{"name": "APP-PRD"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "Ops", "rights_preset": "connect_only"},
        {"container": "APP-PRD", "user": "ada@example.com", "rights": {"set": ["manageSafeMembers", "listAccounts"]}},
    ],
}
MINE = {
    "name": "no-own-permissions",
    "reason": "People have permissions through groups.",
    "each": "container_permission",
    "must": {"group": {"is_set": True}},
    "severity": "warn",
}
REPORTS = "out/a.xml,out/a.sarif,out/a.md,out/a.json"


@pytest.fixture
def play(tenant: Tenant, tmp_path: Path) -> PlaybookRunner:
    (tmp_path / "out").mkdir()
    return PlaybookRunner.at(tmp_path, tenant.connection)


@pytest.mark.long(reason="runs a playbook three times")
def test_files_are_checked_without_a_tenant(tenant: Tenant, play: PlaybookRunner) -> None:
    play.write("directory/all.yml", FILES)
    play.write("policies/mine.yml", {"policies": [MINE]})
    tenant.forget_requests()
    given = {"directory_path": "directory", "directory_policy_report_path": REPORTS}
    names = "separation_of_duties,policies/"
    refused = play("check_directory", directory_policies=names, **given)
    assert refused.status == 2, refused.output
    assert "refuse: separation-of-duties: reach 'ada@example.com / APP-PRD': rights are useAccounts" in refused.text
    assert "Not seen: Accounts were not read" in refused.text
    found = json.loads((play.folder / "out/a.json").read_text())
    assert [(each["policy"], each["position"]) for each in found["findings"]] == [
        ("separation-of-duties", f"{play.folder}/directory/all.yml:{line}") for line in _lines(play, "group: Ops")
    ] + [("no-own-permissions", f"{play.folder}/directory/all.yml:{line}") for line in _lines(play, "rights:")]
    suites = ElementTree.parse(play.folder / "out/a.xml").getroot()
    assert next(case.get("file") for case in suites.iter("testcase")) == "directory/all.yml"
    (run,) = json.loads((play.folder / "out/a.sarif").read_text())["runs"]
    assert len(run["results"]) == 2
    assert (play.folder / "out/a.md").read_text().startswith("### Policies: 1 refused, 1 warnings")
    play.good("check_directory", directory_policies=["policies/"], **given)
    wrong = play("check_directory", directory_policies="separation_of_dutis", **given)
    assert "Did you mean separation_of_duties?" in wrong.text
    assert tenant.requests() == []


def _lines(play: PlaybookRunner, text: str) -> list[int]:
    """Return the line of the entry that holds a text."""
    lines = (play.folder / "directory/all.yml").read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if text in line)
    return [next(number for number in range(place, -1, -1) if lines[number].startswith("- ")) + 1]


@pytest.mark.long(reason="runs playbooks four times")
def test_a_tenant_and_a_plan_are_checked_and_applied(tenant: Tenant, play: PlaybookRunner) -> None:
    given = {"directory_path": "directory", "directory_policies": "inactive_users", "directory_allow_empty_vault": True}
    good = {**FILES, "groups": [{"display_name": "Ops", "users": {"set": ["ada@example.com"]}}]}
    good["users"] = [{**user, "password": "Initial-pass-1"} for user in FILES["users"]]
    play.write("directory/all.yml", good)
    play.good("apply", **given)
    play.write("directory/all.yml", {"groups": FILES["groups"]})
    tenant.forget_requests()
    refused = play("apply", directory_plan_path="plan.json", directory_policy_report_path="out/a.json", **given)
    assert refused.status == 2 and '"code": "policy"' in refused.text, refused.output
    assert tenant.writes() == []
    found = json.loads((play.folder / "out/a.json").read_text())
    assert [(each["subject"], each["new"]) for each in found["findings"]] == [
        ({"user": "left@example.com", "container": "APP-PRD", "group": "Ops"}, True)
    ]
    play.good("check_directory", directory_policies="inactive_users")
    planned = play("check_directory", directory_policies="inactive_users", directory_plan_path="plan.json")
    assert planned.status == 2 and "left@example.com / APP-PRD / Ops" in planned.text, planned.output
    assert tenant.writes() == []


def test_a_playbook_reports_nothing_that_an_earlier_one_read(play: PlaybookRunner) -> None:
    """Facts outlive a play. In one run, the findings of a playbook are not those of the next one."""
    play.write("directory/all.yml", FILES)
    play.write("policies/mine.yml", {"policies": [MINE]})
    source = {"directory_path": "directory/all.yml"}
    first = {**source, "directory_policies": "policies/mine.yml", "directory_policy_report_path": "out/a.json"}
    second = {**source, "directory_report_path": "out/b.md", "directory_access_path": "out/b.json"}
    play.write(
        "both.yml",
        [
            {"ansible.builtin.import_playbook": "idops.cyberark_identity.check_directory", "vars": first},
            {"ansible.builtin.import_playbook": "idops.cyberark_identity.access_report", "vars": second},
        ],
    )
    played = play.run(["ansible-playbook", "both.yml"])
    assert played.status == 0, played.output
    assert json.loads((play.folder / "out/a.json").read_text())["findings"]
    assert json.loads((play.folder / "out/b.json").read_text())["findings"] is None


def test_a_refused_playbook_reports_no_access_of_an_earlier_one(play: PlaybookRunner) -> None:
    good = [{**user, "password": "Initial-pass-1"} for user in FILES["users"]]
    play.write("directory/all.yml", {**FILES, "users": good})
    play.write("out/old.json", {})
    first = {"directory_path": "directory", "directory_access_path": "out/a.json", "directory_allow_empty_vault": True}
    report = {"directory_access_path": "out/old.json", "directory_access_report_path": "out/b.md"}
    second = {"directory_path": "no-such-folder", **report}
    drift = "idops.cyberark_identity.check_drift"
    play.write("both.yml", [{"ansible.builtin.import_playbook": drift, "vars": given} for given in (first, second)])
    played = play.run(["ansible-playbook", "both.yml", "-e", "directory_fail_on_drift=false"])
    assert played.status == 2, played.output
    assert (play.folder / "out/a.json").exists()
    assert "There is nothing at directory_path" in played.text
    assert played.output.count("fatal:") == 1
