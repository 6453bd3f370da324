# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render findings as a table for a terminal, as Markdown for a colleague, and as a sentence. No I/O."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ..._base.texts import code_element
from .diagnoses import FAILED, WARNING
from .values import Finding, causes

WIDTH = 100
STAR = "&#42;"  # in Markdown
LABELS = ("tried", "answer", "meaning", "fix")


def sentence_of(findings: Sequence[Finding]) -> str:
    """Return the result in one line: "healthy: 17 checks", or the number of problems and the first of them."""
    found = causes(findings)
    ran = f"{sum(finding.passed or finding.status == FAILED for finding in findings)} checks"
    if not found:
        return f"healthy: {ran}"
    counts = _counts(found)
    return f"{counts} in {ran}. First {found[0].check}: {found[0].meaning} {found[0].fix}"


def _counts(found: Sequence[Finding]) -> str:
    numbers = {word: sum(each.status == status for each in found) for word, status in _WORDS.items()}
    return ", ".join(f"{number} {word}{'s' if number > 1 else ''}" for word, number in numbers.items() if number)


_WORDS = {"problem": FAILED, "warning": WARNING}


def table_of(findings: Sequence[Finding]) -> list[str]:
    """Return the lines for a terminal: the causes in the order in which to fix them, then all checks."""
    lines: list[str] = []
    found = causes(findings)
    for number, finding in enumerate(found, 1):
        lines.append(f"{number}. {finding.status.upper()} {finding.check}: {finding.diagnosis}")
        for label in LABELS:
            lines += _paragraph(label, str(getattr(finding, label)))
        lines.append("")
    width = max((len(finding.check) for finding in findings), default=0)
    for finding in findings:
        indent = " " * (width + 11)
        head = f"{finding.check:{width}}  {finding.status:7}  "
        lines += _wrapped(finding.answer, head, indent) or [head.rstrip()]
    return [*lines, "", _verdict(found)]


def _paragraph(label: str, text: str) -> list[str]:
    return _wrapped(text, f"   {label:9}", " " * 12)


def _wrapped(text: str, first: str, further: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False)


def _verdict(found: Sequence[Finding]) -> str:
    return f"{_counts(found)}: mend number 1 first, and run this again." if found else "Nothing is wrong."


def markdown_of(findings: Sequence[Finding]) -> str:
    """Return the findings as Markdown. Texts of servers and options are in code elements, and are not markup."""
    found = causes(findings)
    return "\n".join(["### Diagnosis", "", *_causes(found), *_rows(findings), "", _verdict(found), ""])


def _causes(found: Sequence[Finding]) -> Iterator[str]:
    for number, finding in enumerate(found, 1):
        yield f"{number}. **{finding.check}: {finding.diagnosis}** ({finding.status})"
        yield f"   - tried: {code_element(finding.tried)}"
        yield f"   - answer: {code_element(finding.answer)}"
        yield f"   - meaning: {finding.told('meaning', code_element, STAR)}"
        yield f"   - fix: {finding.told('fix', code_element, STAR)}"
        yield ""


def _rows(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| check | status | answer |"
    yield "| --- | --- | --- |"
    for finding in findings:
        yield f"| {finding.check} | {finding.status} | {code_element(finding.answer)} |"
