# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render findings of policies as plain text for the output of a job. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from .._base.paths import Object
from .findings import about_nothing, reasons_of, unevaluated, unused_exceptions
from .junit import outcome_of

ORDER = ("refuse", "warn", "exception", "old")


def policy_text_of(report: Object, limit: int) -> str:
    """Return at most ``limit`` characters. Lines that do not fit are left out and counted, findings last."""
    notes = [
        *(f"Reason of {name}: {reason}" for name, reason in reasons_of(report).items()),
        *unevaluated(report),
        *_nothing(report),
        *(f"{name}: {text}" for name, text in unused_exceptions(report)),
        *(f"Not seen: {gap}" for gap in report["gaps"]),
    ]
    findings = sorted(report["findings"], key=lambda finding: ORDER.index(outcome_of(finding)))
    lines = [f"{outcome_of(each)}: {each['policy']}: {each['text']}" for each in findings]
    left = limit - sum(len(line) + 1 for line in notes) - 60
    kept: list[str] = []
    for line in lines or ["No policy found anything."]:
        if len(line) + 1 > left:
            break
        left -= len(line) + 1
        kept.append(line)
    more = [f"and {len(lines) - len(kept):,} more findings"] if len(kept) < len(lines) else []
    return "\n".join([*kept, *more, *notes])[:limit]


def _nothing(report: Object) -> Iterator[str]:
    """Yield a sentence about policies without subjects: a misspelled name may be the reason."""
    if names := about_nothing(report):
        yield f"Nothing here is what these policies are about; check the names in them: {', '.join(names)}."
