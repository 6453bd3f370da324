# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert findings of policies to SARIF 2.1.0 (OASIS standard) for code scanning of GitHub and others. No I/O."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from .._base.paths import Object
from .findings import about_nothing, unused_exceptions
from .junit import ABOUT_NOTHING, outcome_of, place_of, text_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"refuse": "error", "warn": "warning"}
# The maximum number of results of one run that GitHub reads.
MOST_RESULTS = 25_000
LONGEST_DESCRIPTION = 1024  # characters that GitHub takes


def sarif_of(report: Object, root: str = "") -> str:
    """Return the JSON. Paths below ``root`` are relative to it.

    The location of a result is its entry, or else its policy: GitHub shows no result without a location in a file. An
    exception is a suppression. A finding from before the plan is unchanged.
    """
    numbers = {policy["name"]: number for number, policy in enumerate(report["policies"])}
    findings = sorted(report["findings"], key=lambda finding: outcome_of(finding) != "refuse")
    results = [_result(finding, numbers, root) for finding in findings[:MOST_RESULTS]]
    executed = not any(policy["not_evaluated"] and policy["refuses"] for policy in report["policies"])
    run = {
        "tool": {"driver": {"name": "idops.cyberark_identity", "rules": [_rule(each) for each in report["policies"]]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": executed, "toolExecutionNotifications": _notifications(report)}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(policy: Object) -> Object:
    description = {"text": policy["reason"][:LONGEST_DESCRIPTION]}
    return {
        "id": policy["name"],
        "shortDescription": description,
        "fullDescription": description,
        "help": {"text": policy["reason"]},
        "defaultConfiguration": {"level": LEVELS[policy["severity"]]},
    }


def _notifications(report: Object) -> list[Object]:
    """Return notifications about the run: policies that were not evaluated, and unknown facts."""
    lacking = [policy for policy in report["policies"] if policy["not_evaluated"]]
    texts = [(f"{each['name']}: not evaluated, {', '.join(each['not_evaluated'])} not read.", each) for each in lacking]
    return [
        *({"level": "error" if each["refuses"] else "note", "message": {"text": text}} for text, each in texts),
        *({"level": "note", "message": {"text": f"{name}: {ABOUT_NOTHING}"}} for name in about_nothing(report)),
        *({"level": "note", "message": {"text": f"{name}: {text}"}} for name, text in unused_exceptions(report)),
        *({"level": "note", "message": {"text": gap}} for gap in report["gaps"]),
    ]


def _result(finding: Object, numbers: dict[str, int], root: str) -> Object:
    result: Object = {
        "ruleId": finding["policy"],
        "ruleIndex": numbers[finding["policy"]],
        "level": LEVELS[finding["severity"]],
        "message": {"text": text_of(finding)},
        "partialFingerprints": {"subject/v1": _fingerprint(finding)},
    }
    place = place_of(finding["position"], root) or place_of(finding["policy_position"], root)
    names = " / ".join(map(str, finding["subject"].values())) or finding["policy"]
    location: Object = {"logicalLocations": [{"fullyQualifiedName": names}]}
    if place:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": f"{'file://' if place[0].startswith('/') else ''}{quote(place[0])}"},
            "region": {"startLine": max(1, place[1])},
        }
    result["locations"] = [location]
    if finding["new"] is not None:
        result["baselineState"] = "new" if finding["new"] else "unchanged"
    if finding["exception"]:
        owner, until = finding["exception"]["owner"], finding["exception"]["until"]
        justification = f"{owner}, until {until}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _fingerprint(finding: Object) -> str:
    """Return a text that identifies a finding, also after lines were moved."""
    identity: list[Any] = [finding["policy"], sorted((key, str(value)) for key, value in finding["subject"].items())]
    if not finding["subject"]:  # a policy may have several of them, one for each exception
        identity += [finding["exception"], finding["new"]]
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
