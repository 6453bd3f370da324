# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Evaluate policies on a directory, or on the directory before and after a plan. No I/O and no clock.

A policy that needs what was not read is not evaluated: it must not pass because nothing was seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._base.paths import Object
from .kinds import Subject, subjects_of
from .policies import Policy, Waiver
from .scene import PLAN, Scene


@dataclass(frozen=True)
class Finding:
    """A subject that breaks a policy. Of a policy that counts, the subject is the policy itself.

    ``new`` is whether a plan makes it, None without a plan. ``distance`` is how far a count is out of its bounds.
    """

    policy: Policy
    subject: Mapping[str, Any]
    mark: Hashable
    text: str
    waiver: Waiver | None = None
    new: bool | None = None
    position: str | None = None
    distance: int = 0

    @property
    def counts(self) -> bool:
        """Return whether the finding is to be mended: a policy may be broken by an exception, or before a plan."""
        return self.waiver is None and self.new is not False

    @property
    def refuses(self) -> bool:
        return self.counts and self.policy.severity == "refuse"

    def shown(self) -> Object:
        """Return the finding as a result and as a document has it."""
        return {
            "policy": self.policy.name,
            "severity": self.policy.severity,
            "reason": self.policy.reason,
            "subject": dict(self.subject),
            "text": self.text,
            "exception": self.waiver and {"owner": self.waiver.owner, "until": self.waiver.until},
            "new": self.new,
            "position": self.position,
            "policy_position": self.policy.position,
        }


@dataclass(frozen=True)
class Evaluation:
    """What one policy found. ``lacking`` are the kinds that it needs and that were not read."""

    policy: Policy
    subjects: int
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        """Return whether the policy refuses. One about changes has nothing to say without a plan."""
        unknown = self.policy.severity == "refuse" and any(kind != PLAN for kind in self.lacking)
        return unknown or any(finding.refuses for finding in self.findings)


def evaluate(policies: Sequence[Policy], scene: Scene, before: Scene | None = None) -> tuple[Evaluation, ...]:
    """Return what each policy finds in a scene. With one before, the findings say whether they are new."""
    return tuple(_evaluation(policy, scene, before) for policy in policies)


def _evaluation(policy: Policy, scene: Scene, before: Scene | None) -> Evaluation:
    lacking = tuple(sorted(policy.needs - scene.kinds))
    if lacking:
        return Evaluation(policy, 0, (), lacking)
    subjects, findings = _found(policy, scene)
    if before is not None:
        old = {} if policy.needs - before.kinds else {each.mark: each for each in _found(policy, before)[1]}
        findings = [replace(each, new=_is_new(each, old.get(each.mark))) for each in findings]
    elif scene.changes is not None:
        findings = [replace(each, new=True) for each in findings]
    return Evaluation(policy, subjects, tuple(findings))


def _is_new(finding: Finding, old: Finding | None) -> bool:
    return old is None or old.waiver is not None or finding.distance > old.distance


def _found(policy: Policy, scene: Scene) -> tuple[int, list[Finding]]:
    """Return the number of subjects that a policy is about, and its findings."""
    chosen = (subject for subject in subjects_of(policy.kind, scene) if policy.where.holds(subject))
    if policy.count:
        return _counted(policy, scene, list(chosen))
    count, findings = 0, []
    for subject in chosen:
        count += 1
        if policy.is_broken_by(subject):
            findings.append(_finding(policy, subject))
    return count, findings


def _finding(policy: Policy, subject: Subject) -> Finding:
    waiver, note = _waiver_of(policy, subject)
    facts = "; ".join(policy.verdict.shown(subject))
    text = f"{subject.label}: {facts}.{note}"
    return Finding(policy, subject.names, subject.mark, text, waiver, position=subject.position)


def _counted(policy: Policy, scene: Scene, chosen: list[Subject]) -> tuple[int, list[Finding]]:
    """Return the finding of a policy that counts. Subjects with an exception do not count."""
    bounds = policy.count
    judged = [(subject, *_waiver_of(policy, subject)) for subject in chosen]
    counted = [subject for subject, waiver, _note in judged if waiver is None]
    distance = bounds.distance(len(counted)) if bounds else 0
    if not bounds or not distance:
        return len(chosen), []
    names = ", ".join(" / ".join(map(str, subject.names.values())) for subject in counted[:20])
    notes = "".join(dict.fromkeys(note for _subject, _waiver, note in judged if note))
    text = f"{policy.kind.name} that count: {len(counted)}{f' ({names})' if names else ''}, not {bounds.text}.{notes}"
    return len(chosen), [Finding(policy, {}, policy.name, text, distance=distance)]


def _waiver_of(policy: Policy, subject: Subject) -> tuple[Waiver | None, str]:
    """Return the exception that counts for a subject, and a sentence about one that does not count any more."""
    matching = [waiver for waiver in policy.waivers if waiver.where.holds(subject)]
    for waiver in matching:
        if waiver.counts(subject.scene.now):
            return waiver, ""
    ended = "".join(f" The exception of {waiver.owner} ended on {waiver.until}." for waiver in matching[:1])
    return None, ended


def report_of(evaluations: Sequence[Evaluation], gaps: Sequence[str]) -> Object:
    """Return what policies found as a result has it, and as the filter policy_report takes it.

    A policy without subjects is one that may be about nothing: the number is for people to see that.
    """
    findings = [finding for evaluation in evaluations for finding in evaluation.findings]
    return {
        "refused": any(evaluation.refuses for evaluation in evaluations),
        "policies": [_row(evaluation) for evaluation in evaluations],
        "findings": [finding.shown() for finding in findings],
        "refusals": list(_refusals(evaluations)),
        "gaps": list(gaps),
    }


def unevaluated(report: Object) -> list[str]:
    """Return a sentence for each policy of a report that was not evaluated."""
    lacking = {policy["name"]: policy["not_evaluated"] for policy in report["policies"] if policy["not_evaluated"]}
    return [
        f"The policy {name} was not evaluated: it needs {' and '.join(map(_needed, kinds))}."
        for name, kinds in lacking.items()
    ]


def _needed(kind: str) -> str:
    return "a plan" if kind == PLAN else kind.replace("_", " ")


def _row(evaluation: Evaluation) -> Object:
    policy = evaluation.policy
    return {
        "name": policy.name,
        "severity": policy.severity,
        "reason": policy.reason,
        "each": policy.kind.name,
        "position": policy.position,
        "subjects": evaluation.subjects,
        "findings": len(evaluation.findings),
        "not_evaluated": list(evaluation.lacking),
        "refuses": evaluation.refuses,
    }


def _refusals(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """Yield a sentence for each reason to refuse."""
    for evaluation in evaluations:
        policy = evaluation.policy
        if evaluation.refuses and evaluation.lacking:
            yield f"{policy.name} was not evaluated, because {', '.join(evaluation.lacking)} were not read"
        yield from (f"{policy.name}: {finding.text.rstrip('.')}" for finding in evaluation.findings if finding.refuses)


def about_nothing(report: Object) -> list[str]:
    """Return the names of policies that were evaluated and had no subject. A plan may well have no such change."""
    return [
        policy["name"]
        for policy in report["policies"]
        if not (policy["subjects"] or policy["findings"] or policy["not_evaluated"] or policy["each"] == "change")
    ]
