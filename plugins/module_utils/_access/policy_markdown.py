# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render findings of policies as Markdown for a merge request. Names and values cannot become markup. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .._base.paths import Object
from .._base.texts import code_element
from .findings import about_nothing, reasons_of, unused_exceptions
from .junit import outcome_of, place_of

OUTCOMES = {
    "refuse": "Refused",
    "warn": "Warnings",
    "exception": "Exceptions, which do not count",
    "old": "There before the plan",
}

COUNTED = {"refuse": "refused", "warn": "warnings", "exception": "exceptions"}


def policy_markdown_of(report: Object, limit: int, root: str = "") -> str:
    """Return at most ``limit`` characters. Rows that do not fit are left out, and their number is shown instead."""
    rows: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for finding in report["findings"]:
        rows[outcome_of(finding)].append(_row(finding, root))
    reasons = [f"- {code_element(name)}: {code_element(reason)}" for name, reason in reasons_of(report).items()]
    head = [f"### Policies: {_sentence(report)}", "", *reasons, *([""] if reasons else []), *_notes(report)]
    tables = [(title, rows[outcome]) for outcome, title in OUTCOMES.items() if rows[outcome]]
    frames = [_frame(title, len(lines), opened=title == OUTCOMES["refuse"]) for title, lines in tables]
    checked = _checked(report)
    left = limit - sum(len(line) + 1 for lines in (head, checked, *frames) for line in lines)
    if left < 0:
        left, checked = left + sum(len(line) + 1 for line in checked), []
    text = list(head)
    for (_title, lines), (*opening, omitted, closing) in zip(tables, frames):
        kept: list[str] = []
        for line in lines:
            if len(line) + 1 > left:
                break
            left -= len(line) + 1
            kept.append(line)
        more = [omitted.format(len(lines) - len(kept))] if len(kept) < len(lines) else []
        text += [*opening, *kept, *more, closing]
    return "\n".join([*text, *checked]).rstrip() + "\n"


def _sentence(report: Object) -> str:
    counts: Counter[str] = Counter()
    for finding in report["findings"]:
        counts[outcome_of(finding)] += finding.get("count", 1)
    lacking = sum(bool(policy["not_evaluated"]) for policy in report["policies"])
    parts = [f"{counts[outcome]:,} {text}" for outcome, text in COUNTED.items()]
    parts += [f"{counts['old']:,} old"] if counts["old"] else []
    parts += [f"{lacking} policies not evaluated"] if lacking else []
    return ", ".join(parts)


def _notes(report: Object) -> list[str]:
    lacking = [policy for policy in report["policies"] if policy["not_evaluated"]]
    notes = [
        f"- {code_element(each['name'])} was not evaluated: {', '.join(each['not_evaluated'])} not read"
        for each in lacking
    ]
    notes += [f"- {code_element(name)} is about nothing here: check the names in it" for name in about_nothing(report)]
    notes += [f"- {code_element(name)}: {code_element(text)}" for name, text in unused_exceptions(report)]
    notes += [f"- Not seen: {code_element(gap)}" for gap in report["gaps"]]
    return [*notes, ""] if notes else []


def _frame(title: str, count: int, *, opened: bool) -> list[str]:
    return [
        f"<details{' open' if opened else ''}><summary>{title}: {count:,}</summary>",
        "",
        "| policy | finding | where |",
        "| --- | --- | --- |",
        "| | and {:,} more | |",
        "\n</details>\n",
    ]


def _row(finding: Object, root: str) -> str:
    place = place_of(finding["position"], root)
    where = code_element(f"{place[0]}:{place[1]}") if place else ""
    exception = finding["exception"]
    more = f"<br>{code_element(exception['owner'])} until {code_element(exception['until'])}" if exception else ""
    return f"| {code_element(finding['policy'])} | {code_element(finding['text'])}{more} | {where} |"


def _checked(report: Object) -> Sequence[str]:
    """Return the policies with their numbers of subjects: 0 may mean a misspelled policy."""
    lines = [
        f"| {code_element(each['name'])} | {each['severity']} | {each['subjects']:,} | {each['findings']:,} |"
        for each in report["policies"]
    ]
    return [
        f"<details><summary>Policies: {len(lines)}</summary>",
        "",
        "| policy | severity | checked | findings |",
        "| --- | --- | --- | --- |",
        *lines,
        "",
        "</details>",
    ]
