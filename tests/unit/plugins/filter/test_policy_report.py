# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What policies found, as JUnit XML, SARIF and Markdown: valid, complete, and without markup from names."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_access import directory_access
from ansible_collections.idops.cyberark_identity.plugins.filter.policy_findings import policy_findings
from ansible_collections.idops.cyberark_identity.plugins.filter.policy_report import policy_report
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.filter.test_directory_report import HOSTILE

POLICY = {
    "name": "groups-only",
    "reason": "People have permissions through groups.",
    "each": "container_permission",
    "must": {"group": {"is_set": True}},
    "severity": "refuse",
    "position": "/repo/policies/a.yml:3",
    "exceptions": [{"where": {"user": "breakglass"}, "owner": "iam@example.com", "until": "2027-01-31"}],
}
WARN = {
    "name": "names",
    "reason": "Upper case.",
    "each": "container",
    "must": {"container": {"matches": "[A-Z]+"}},
    "severity": "warn",
}
CHANGES = {"name": "changes", "reason": "r", "each": "change", "must_not": {"type": "user"}, "severity": "refuse"}
DIRECTORY = {
    "containers": [{"name": "APP"}, {"name": "app2"}],
    "container_permissions": [
        {"container": "APP", "user": "ada", "rights_preset": "read_only", "position": "/repo/directory/safes.yml:12"},
        {"container": "APP", "user": "breakglass", "rights": {"set": ["useAccounts"]}, "position": "/other/x.yml:1"},
        {"container": "APP", "group": "Ops", "rights": {"set": ["useAccounts"]}},
    ],
}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return policy_findings(DIRECTORY, [POLICY, WARN, CHANGES], date="2026-11-29")


def test_findings_of_files(found: dict[str, Any]) -> None:
    assert found["refused"] is True
    assert found["refusals"] == ["groups-only: container_permission 'APP / ada': group is not set"]
    assert [(each["subject"], each["exception"] is None) for each in found["findings"]] == [
        ({"container": "APP", "user": "ada"}, True),
        ({"container": "APP", "user": "breakglass"}, False),
        ({"container": "app2"}, True),
    ]


def test_junit_has_a_failure_for_what_refuses(found: dict[str, Any]) -> None:
    root = ElementTree.fromstring(policy_report(found, "junit", root="/repo"))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    failed = cases["container_permission 'APP / ada': group is not set."]
    assert (failed.get("file"), failed.get("line"), failed.get("classname")) == (
        "directory/safes.yml",
        "12",
        "groups-only",
    )
    assert "People have permissions through groups." in str(failed.find("failure").text)  # type: ignore[union-attr]
    skipped = [str(each.get("message")) for each in root.iter("skipped")]
    assert len(skipped) == 3
    assert "Exception of iam@example.com until 2027-01-31." in skipped[0]
    assert skipped[1].startswith("warn: container 'app2'") and skipped[2] == "Not evaluated: plan not read."
    counts = [(suite.get("tests"), suite.get("failures"), suite.get("skipped")) for suite in root.iter("testsuite")]
    assert counts == [("2", "1", "1"), ("1", "0", "1"), ("1", "0", "1")]


def test_sarif_has_levels_places_and_suppressions(found: dict[str, Any]) -> None:
    (run,) = json.loads(policy_report(found, "sarif", root="/repo"))["runs"]
    first, waived, warned = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["groups-only", "names", "changes"]
    assert (first["level"], first["ruleIndex"], warned["level"], warned["ruleIndex"]) == ("error", 0, "warning", 1)
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "directory/safes.yml"}, "region": {"startLine": 12}}
    assert waived["suppressions"][0]["justification"] == "iam@example.com, until 2027-01-31"
    assert waived["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///other/x.yml"
    assert "physicalLocation" not in warned["locations"][0]
    assert len({each["partialFingerprints"]["subject/v1"] for each in run["results"]}) == 3
    assert run["invocations"][0]["toolExecutionNotifications"][0]["level"] == "note"


def test_markdown_shows_what_refuses_first(found: dict[str, Any]) -> None:
    text = policy_report(found, "markdown", root="/repo")
    assert text.startswith("### Policies: 1 refused, 1 warnings, 1 exceptions, 1 policies not evaluated\n")
    assert text.index("Refused: 1") < text.index("Warnings: 1") < text.index("Exceptions, which do not count: 1")
    assert "directory/safes.yml:12" in html.unescape(re.sub(r"<[^>]*>", "", text))


def test_a_policy_about_nothing_is_named_in_every_format() -> None:
    """A misspelt name or pattern in a policy must not look like a policy that holds."""
    misspelt = {**POLICY, "name": "misspelt", "where": {"container": {"like": "*-PRDD"}}}
    found = policy_findings(DIRECTORY, [misspelt, WARN, CHANGES])
    (skipped,) = (
        each for each in ElementTree.fromstring(policy_report(found, "junit")) if each.get("name") == "misspelt"
    )
    assert skipped.get("skipped") == "1"
    assert "Nothing here is what this policy is about" in policy_report(found, "junit")
    (run,) = json.loads(policy_report(found, "sarif"))["runs"]
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert [note for note in notes if note.startswith("misspelt: Nothing here")]
    assert "<code>misspelt</code> is about nothing here" in policy_report(found, "markdown")
    assert policy_report(found, "text").splitlines()[:4] == [
        "warn: names: container 'app2': container is app2.",
        "Reason of names: Upper case.",
        "The policy changes was not evaluated: it needs a plan.",
        "Nothing here is what these policies are about; check the names in them: misspelt.",
    ]


def test_the_text_names_the_policy_of_each_finding_and_what_was_not_seen(found: dict[str, Any]) -> None:
    lines = policy_report(found, "text").splitlines()
    assert [line.partition(":")[0] for line in lines[:3]] == ["refuse", "warn", "exception"]
    assert lines[0] == "refuse: groups-only: container_permission 'APP / ada': group is not set."
    assert "Not seen: Users were not read: nothing tells whether a person can log in." in lines
    nothing = policy_findings({**DIRECTORY, "containers": []}, [WARN])
    assert policy_report(nothing, "text").startswith("No policy found anything.\nNot seen")
    many = [{"container": "APP", "user": f"user{each}", "rights": {"set": ["useAccounts"]}} for each in range(500)]
    text = policy_report(policy_findings({"container_permissions": many}, [POLICY]), "text", limit=5000)
    assert len(text) <= 5000 and re.search(r"and 4\d\d more findings\nReason of groups-only", text)


def test_an_unused_exception_is_named_in_every_format() -> None:
    unused = {**POLICY, "exceptions": [{"where": {"user": "gone"}, "owner": "iam", "until": "2099-01-31"}]}
    found = policy_findings(DIRECTORY, [unused])
    assert found["refused"] is True  # by its findings
    text = "The exception of iam until 2099-01-31 is for nothing here. Remove it."
    cases = list(ElementTree.fromstring(policy_report(found, "junit")).iter("testcase"))
    assert [case.find("skipped") is not None for case in cases if case.get("name") == text] == [True]
    (run,) = json.loads(policy_report(found, "sarif"))["runs"]
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert f"groups-only: {text}" in notes
    assert f"groups-only: {text}" in policy_report(found, "text").splitlines()
    assert text in html.unescape(re.sub(r"<[^>]*>", "", policy_report(found, "markdown")))


def test_people_read_why_there_is_a_policy(found: dict[str, Any]) -> None:
    assert "Reason of groups-only: People have permissions through groups." in policy_report(found, "text").splitlines()
    reason = "- <code>groups-only</code>: <code>People have permissions through groups.</code>"
    assert reason in policy_report(found, "markdown").splitlines()


def test_a_long_report_is_cut_where_rows_end() -> None:
    permissions = [
        {"container": "APP", "user": f"user{number}", "rights": {"set": ["useAccounts"]}} for number in range(500)
    ]
    found = policy_findings({"container_permissions": permissions}, [POLICY])
    text = policy_report(found, "markdown", limit=5000)
    assert (
        len(text) <= 5000 and re.search(r"and 4\d\d more", text) and text.count("<details") == text.count("</details")
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data_in_every_format(name: str) -> None:
    directory = {"container_permissions": [{"container": name, "user": "ada", "rights": {"set": []}}]}
    found = policy_findings(directory, [{**POLICY, "name": name}], source="tenant")
    ElementTree.fromstring(policy_report(found, "junit"))
    (run,) = json.loads(policy_report(found, "sarif"))["runs"]
    assert run["results"][0]["ruleId"] == name
    text = policy_report(found, "markdown")
    assert set(re.findall(r"<(/?[a-z]+)", text)) <= {"details", "/details", "summary", "/summary", "code", "/code"}


def test_files_that_cannot_be_applied_do_not_pass() -> None:
    """Nothing tells which of two users is meant, or whether a name with a blank is that of an inactive user."""
    users = [
        {"user_name": name, "active": active, "position": f"/repo/people.yml:{line}"}
        for line, (name, active) in enumerate([("carol", False), ("Carol", True), ("dan", False)], start=2)
    ]
    groups = [{"display_name": "Ops", "users": {"set": ["carol", "dan "]}, "position": "/repo/groups.yml:2"}]
    for check in (lambda lists: policy_findings(lists, [POLICY]), directory_access):
        with pytest.raises(AnsibleFilterError) as caught:
            check({**DIRECTORY, "users": users, "groups": groups})
        assert "user 'Carol' is also at /repo/people.yml:2. Name each object only once" in str(caught.value)
        assert "group 'Ops': the member 'dan ' ends with a blank" in str(caught.value)


@pytest.mark.parametrize(
    ("directory", "options", "text"),
    [
        ([], {}, "the directory has to be a map"),
        ({"safes": []}, {}, "a directory has no safes"),
        (
            {"format": 1, "source": "files", "directory": {}, "gaps": []},
            {},
            "this is an access document. Give its directory",
        ),
        ({"users": [{"user_nam": "x"}]}, {}, "user_nam"),
        ({}, {"source": "tenat"}, "'tenat' is no source"),
        ({}, {"date": "tomorrow"}, "'tomorrow' is not a day"),
        ({}, {"plan": {"x": 1}}, "this is not a plan"),
    ],
)
def test_wrong_input_is_refused(directory: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=re.escape(text)):
        policy_findings(directory, [POLICY], **options)


def test_a_report_of_something_else_is_refused(found: dict[str, Any]) -> None:
    for given, options, text in (
        ({}, {"report": "junit"}, "takes what policy_findings returns"),
        (found, {"report": "html"}, "'html' is no format"),
        (found, {"report": "markdown", "limit": 10}, "at least 2000"),
        ({**found, "findings": [{}]}, {"report": "sarif"}, "incomplete"),
    ):
        with pytest.raises(AnsibleFilterError, match=re.escape(text)):
            policy_report(given, **options)
