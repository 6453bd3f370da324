# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert findings of policies to JUnit XML for GitLab, Jenkins and others. No I/O.

The format has no standard. This is the part that all readers share: a suite for each policy, a case for each finding,
and one case for a policy without findings. That case is skipped if the policy had no subjects. A case has ``file`` and
``line``, which GitLab links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from .._base.paths import Object
from .findings import about_nothing, unused_exceptions

# Characters that XML forbids, even if they are escaped (XML 1.0 section 2.2).
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ABOUT_NOTHING = "Nothing here is what this policy is about. Check the names in it."
POSITION = re.compile(r"(.+):([0-9]+)")


def junit_of(report: Object, root: str = "") -> str:
    """Return the XML. Paths below ``root`` are relative to it.

    A finding that refuses is a failure. Warnings, exceptions and old findings are skipped cases with their text.
    """
    found: dict[str, list[Object]] = {}
    for finding in report["findings"]:
        found.setdefault(finding["policy"], []).append(finding)
    nothing, unused = about_nothing(report), unused_exceptions(report)
    suites = [
        _suite(
            policy,
            [
                *([_case(each, root) for each in found.get(policy["name"], ())] or [_whole(policy, nothing, root)]),
                *(_of_exception(policy, text, root) for name, text in unused if name == policy["name"]),
            ],
        )
        for policy in report["policies"]
    ]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="policies">', *suites, "</testsuites>"]
    return "\n".join(lines) + "\n"


def outcome_of(finding: Object) -> str:
    """Return whether a finding refuses, warns, or does not count: ``refuse``, ``warn``, ``exception`` or ``old``."""
    if finding["exception"]:
        return "exception"
    return "old" if finding["new"] is False else str(finding["severity"])


def text_of(finding: Object) -> str:
    """Return the sentences about a finding: the fact, the reason why it is wrong, and why it may not count."""
    texts = [finding["text"], finding["reason"]]
    if finding["exception"]:
        texts.append(f"Exception of {finding['exception']['owner']} until {finding['exception']['until']}.")
    if finding["new"] is False:
        texts.append("It was there before the plan.")
    return " ".join(texts)


def place_of(position: str | None, root: str) -> tuple[str, int] | None:
    """Return the file and the line of a position, or None if it has none. Files below a root are relative to it."""
    found = POSITION.fullmatch(position or "")
    if not found:
        return None
    path, folder = found[1].replace("\\", "/"), root.rstrip("/") + "/"
    return path[len(folder) :] if root and path.startswith(folder) else path, int(found[2])


def _suite(policy: Object, cases: Sequence[str]) -> str:
    failures = sum("<failure" in case for case in cases)
    counts = {
        "tests": len(cases),
        "failures": failures,
        "errors": sum("<error" in case for case in cases),
        "skipped": sum("<skipped" in case for case in cases),
    }
    return f"<testsuite{_attributes({'name': policy['name'], **counts})}>\n{''.join(cases)}</testsuite>"


def _whole(policy: Object, nothing: Sequence[str], root: str) -> str:
    """Return the case of a policy without findings."""
    text = f"Not evaluated: {', '.join(policy['not_evaluated'])} not read."
    inner = _skipped(ABOUT_NOTHING) if policy["name"] in nothing else ""
    if policy["not_evaluated"]:
        inner = f"<error{_attributes({'message': text})}/>" if policy["refuses"] else _skipped(text)
    name = f"{policy['name']}: {policy['subjects']} checked"
    return _element(name, policy["name"], place_of(policy["position"], root), inner)


def _of_exception(policy: Object, text: str, root: str) -> str:
    """Return the skipped case of an exception without a finding."""
    return _element(text, policy["name"], place_of(policy["position"], root), _skipped(text))


def _case(finding: Object, root: str) -> str:
    place = place_of(finding["position"], root) or place_of(finding["policy_position"], root)
    text = text_of(finding)
    outcome = outcome_of(finding)
    if outcome == "refuse":
        inner = (
            f"<failure{_attributes({'message': finding['text'], 'type': 'policy'})}>{escape(_legal(text))}</failure>"
        )
    else:
        inner = _skipped(f"{outcome}: {text}")
    return _element(finding["text"], finding["policy"], place, inner)


def _element(name: str, policy: str, place: tuple[str, int] | None, inner: str) -> str:
    attributes: dict[str, object] = {"name": name, "classname": policy}
    if place:
        attributes.update(file=place[0], line=place[1])
    return f"<testcase{_attributes(attributes)}>{inner}</testcase>\n"


def _skipped(text: str) -> str:
    return f"<skipped{_attributes({'message': text})}/>"


def _attributes(values: Mapping[str, object]) -> str:
    return "".join(f" {name}={quoteattr(_legal(str(value)))}" for name, value in values.items())


def _legal(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
