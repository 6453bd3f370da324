# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Evaluate policies on a directory, or on the directory before and after a plan. No I/O and no clock.

A policy is not evaluated if a kind that it needs was not read: it must not pass because of missing data. Millions of
subjects may break a policy, so they are counted as sets, and only the first ones become findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .._base.paths import Object
from .graph import size
from .kinds import Block, Subject, blocks_of
from .past import Past
from .policies import Policy, Waiver
from .scene import PLAN, Scene

MOST = 1_000  # the maximum number of listed findings of a policy: for each exception, and for new and old ones
MOST_NAMES = 20  # the maximum number of names in the text of a policy that counts


@dataclass(frozen=True)
class Finding:
    """A subject that breaks a policy.

    If the policy counts subjects, a finding has no subject. Further subjects that are not listed share one finding, and
    ``count`` is their number. ``new`` is whether a plan causes the finding, None without a plan.
    """

    policy: Policy
    subject: Mapping[str, Any]
    text: str
    waiver: Waiver | None = None
    new: bool | None = None
    position: str | None = None
    count: int = 1

    @property
    def counts(self) -> bool:
        """Return whether the finding needs action. Exceptions and findings from before a plan do not."""
        return self.waiver is None and self.new is not False

    @property
    def refuses(self) -> bool:
        return self.counts and self.policy.severity == "refuse"

    def shown(self) -> Object:
        """Return the finding in the form of results and documents."""
        return {
            "policy": self.policy.name,
            "severity": self.policy.severity,
            "reason": self.policy.reason,
            "subject": dict(self.subject),
            "text": self.text,
            "count": self.count,
            "exception": self.waiver and {"owner": self.waiver.owner, "until": self.waiver.until},
            "new": self.new,
            "position": self.position,
            "policy_position": self.policy.position,
        }


@dataclass(frozen=True)
class Evaluation:
    """The findings of one policy.

    ``lacking`` are the kinds that it needs and that were not read. ``unused`` are its exceptions, including ended ones,
    that are not the first exception for any subject that breaks it.
    """

    policy: Policy
    subjects: int
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...] = ()
    unused: tuple[Waiver, ...] = ()

    @property
    def refuses(self) -> bool:
        """Return whether the policy refuses. A policy about changes never refuses without a plan."""
        unknown = self.policy.severity == "refuse" and any(kind != PLAN for kind in self.lacking)
        return unknown or any(finding.refuses for finding in self.findings)


def evaluate(policies: Sequence[Policy], scene: Scene, before: Scene | None = None) -> tuple[Evaluation, ...]:
    """Return the evaluation of each policy in a scene. With a scene ``before``, findings are new or old."""
    past = Past(before, scene) if before else None
    return tuple(_evaluation(policy, scene, past) for policy in policies)


def _evaluation(policy: Policy, scene: Scene, past: Past | None) -> Evaluation:
    lacking = tuple(sorted(policy.needs - scene.kinds))
    if lacking:
        return Evaluation(policy, 0, (), lacking)
    return (_counted if policy.count else _found)(policy, scene, past)


# -- Policies that judge each subject -----------------------------------------


def _found(policy: Policy, scene: Scene, past: Past | None) -> Evaluation:
    """Return the findings of a policy. For each exception, and for new and old ones, only the first are listed."""
    subjects = 0
    used: set[Waiver] = set()
    found: dict[tuple[Waiver | None, bool | None], _Listed] = {}
    for chosen in map(policy.chosen, blocks_of(policy.kind, scene)):
        subjects += size(chosen.members)
        broken = policy.broken_by(chosen)
        old = past.broken_before(policy, broken) if past else 0
        used |= _used(policy, broken)
        for waiver, members in _by_waiver(policy, broken):
            sides = ((True, members & ~old), (False, members & old))
            for new, side in sides if past or scene.changes is not None else ((None, members),):
                if side:
                    found.setdefault((waiver, new), _Listed([])).add(broken.within(side))
    findings = [each for (waiver, new), listed in found.items() for each in listed.findings(policy, waiver, new)]
    return Evaluation(policy, subjects, tuple(findings), unused=_unused(policy, subjects, used))


def _used(policy: Policy, broken: Block) -> set[Waiver]:
    """Return the exceptions, valid or ended, that are the first for a subject that breaks the policy."""
    if not broken.members:
        return set()
    return {waiver for ended in (False, True) for waiver, _members in policy.waived(broken, ended=ended)}


def _unused(policy: Policy, subjects: int, used: Collection[Waiver]) -> tuple[Waiver, ...]:
    """Return the exceptions that are not ``used``, or none if the policy cannot show that.

    A policy without subjects may be misspelled. An exception of a policy about changes may be for the plan of another
    day.
    """
    if not subjects or PLAN in policy.kind.needs:
        return ()
    return tuple(waiver for waiver in policy.waivers if waiver not in used)


def _by_waiver(policy: Policy, broken: Block) -> Iterator[tuple[Waiver | None, int]]:
    """Yield the subjects that break a policy: those without an exception, then those of each exception."""
    waived = list(policy.waived(broken)) if broken.members else []
    rest = broken.members
    for _waiver, members in waived:
        rest &= ~members
    yield from [(None, rest), *waived]


@dataclass
class _Listed:
    """The listed subjects of findings, and the number of all."""

    subjects: list[Subject]
    count: int = 0

    def add(self, block: Block) -> None:
        self.count += size(block.members)
        if len(self.subjects) < MOST:
            self.subjects += islice(block.subjects(), MOST - len(self.subjects))

    def findings(self, policy: Policy, waiver: Waiver | None, new: bool | None) -> Iterator[Finding]:
        for subject in self.subjects:
            text = f"{subject.label}: {'; '.join(policy.verdict.shown(subject))}.{_ended(policy, subject)}"
            yield Finding(policy, subject.names, text, waiver, new, subject.position)
        if more := self.count - len(self.subjects):
            yield Finding(policy, {}, f"{policy.kind.name}: and {more:,} more.", waiver, new, count=more)


def _ended(policy: Policy, subject: Subject) -> str:
    """Return a sentence about the first exception for a subject if it has ended."""
    matching = [waiver for waiver in policy.waivers if waiver.where.holds(subject)]
    counting = any(waiver.counts(subject.scene.now) for waiver in matching)
    return "" if counting else "".join(map(_sentence_of, matching[:1]))


def _sentence_of(waiver: Waiver) -> str:
    return f" The exception of {waiver.owner} ended on {waiver.until}."


# -- Policies that count ------------------------------------------------------


def _counted(policy: Policy, scene: Scene, past: Past | None) -> Evaluation:
    """Return the finding of a policy that counts. Subjects with an exception do not count."""
    chosen, counted, distance = _count(policy, scene)
    subjects = sum(size(block.members) for block in chosen)
    unused = _unused(policy, subjects, {waiver for block in chosen for waiver in _used(policy, block)})
    if not policy.count or not distance:
        return Evaluation(policy, subjects, (), unused=unused)
    first = islice((subject for block in counted for subject in block.subjects()), MOST_NAMES)
    names = ", ".join(" / ".join(map(str, subject.names.values())) for subject in first)
    ended = dict.fromkeys(waiver for block in counted for waiver, _members in policy.waived(block, ended=True))
    count = sum(size(block.members) for block in counted)
    listed = f" ({names})" if names else ""
    counted_of = f"{policy.kind.name}: the policy counts {count} of {subjects}{listed}"
    text = f"{counted_of}, and asks for {policy.count.text}."
    new = True if past or scene.changes is not None else None
    if past and past.can_judge(policy):
        new = distance > _count(policy, past.before)[2]
    finding = Finding(policy, {}, "".join([text, *map(_sentence_of, ended)]), new=new)
    return Evaluation(policy, subjects, (finding,), unused=unused)


def _count(policy: Policy, scene: Scene) -> tuple[list[Block], list[Block], int]:
    """Return the subjects of a policy, the counted ones, and how far their number is out of bounds."""
    chosen = [block for each in blocks_of(policy.kind, scene) if (block := policy.chosen(each)).members]
    counted = [block.within(next(_by_waiver(policy, block))[1]) for block in chosen]
    return chosen, counted, policy.count.distance(sum(size(each.members) for each in counted)) if policy.count else 0


def report_of(evaluations: Sequence[Evaluation], gaps: Sequence[str]) -> Object:
    """Return the findings of policies as a result, and as input of the filter policy_report.

    A policy without subjects may be misspelled. The report has the number of subjects so that people notice.
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
        "findings": sum(finding.count for finding in evaluation.findings),
        "not_evaluated": list(evaluation.lacking),
        "refuses": evaluation.refuses,
        "unused_exceptions": [{"owner": waiver.owner, "until": waiver.until} for waiver in evaluation.unused],
    }


def _refusals(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """Yield a sentence for each reason to refuse."""
    for evaluation in evaluations:
        policy = evaluation.policy
        if evaluation.refuses and evaluation.lacking:
            yield f"{policy.name} was not evaluated, because {', '.join(evaluation.lacking)} were not read"
        yield from (f"{policy.name}: {finding.text.rstrip('.')}" for finding in evaluation.findings if finding.refuses)


def unused_exceptions(report: Object) -> list[tuple[str, str]]:
    """Return the name of the policy and a sentence for each exception without a finding."""
    return [
        (policy["name"], f"The exception of {each['owner']} until {each['until']} is for nothing here. Remove it.")
        for policy in report["policies"]
        for each in policy.get("unused_exceptions", ())
    ]


def reasons_of(report: Object) -> dict[str, str]:
    """Return the reason of each policy with findings, by its name."""
    return {policy["name"]: policy["reason"] for policy in report["policies"] if policy["findings"]}


def about_nothing(report: Object) -> list[str]:
    """Return the names of evaluated policies that had no subject. A policy about changes may have none."""
    return [
        policy["name"]
        for policy in report["policies"]
        if not (policy["subjects"] or policy["findings"] or policy["not_evaluated"] or policy["each"] == "change")
    ]
