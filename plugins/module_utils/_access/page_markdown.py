# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render an access document as a short text for a merge request: who reaches more or less, findings, gaps. No I/O.

Names and values cannot become markup, links or mentions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._base.texts import code_element
from .._model.shapes import seconds
from .document import states_of
from .drift import told
from .page import DRIFT_LISTS, Words, counts_of, gaps_of, noun, number_of, sentence_of, title_of, words_of
from .query import Query
from .reach import difference, reach_of
from .state import State

NAMES = 10  # the maximum number of people in one line


def access_markdown_of(document: Mapping[str, Any], limit: int) -> str:
    """Return at most ``limit`` characters. Lines that do not fit are left out and counted."""
    states = states_of(document)
    counts = [f"{count:,} {noun(name, count)}" for name, count in counts_of(states[-1]) if count is not None]
    size = f"The directory has {', '.join(counts)}." if counts else "Nothing was read."
    head = [f"### {title_of(document)}", "", sentence_of(document), size, ""]
    access = _changes(states, seconds(document["date"]), words_of(document))
    lines = [*_since(document), *access, *_drift(document), *_findings(document), *_gaps(document, states)]
    left = limit - sum(len(line) + 1 for line in head) - 60
    kept: list[str] = []
    for line in lines:
        if len(line) + 1 > left:
            break
        left -= len(line) + 1
        kept.append(line)
    more = [f"- and {len(lines) - len(kept):,} more lines"] if len(kept) < len(lines) else []
    return "\n".join([*head, *kept, *more]).rstrip() + "\n"


def _since(document: Mapping[str, Any]) -> Iterator[str]:
    drift = document.get("drift")
    if drift is None:
        return
    yield code_element(told(document).sentence)
    yield ""
    if drift["since"]:
        yield code_element(drift["since"])
        yield ""


def _drift(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences from the files besides access: the changes of a run, then unmanaged objects."""
    drift: Mapping[str, Any] = document.get("drift") or {}
    for title, key in DRIFT_LISTS if drift else ():
        yield f"**{title}: {len(drift[key]):,}**"
        yield ""
        yield from (f"- {code_element(line)}" for line in drift[key])
        yield ""


def _changes(states: Sequence[State], now: float, words: Words) -> Iterator[str]:
    """Yield a line for each safe with changed access, those with the most people first."""
    if len(states) < 2:
        return
    changed: dict[str, list[str]] = {}
    for row in difference(states[0], states[1], now):
        changed.setdefault(row["container"], []).append(_holder(row))
    held, holds = (_holders(state, changed, now) for state in states)
    safes = f"{len(changed):,} {'safe' if len(changed) == 1 else 'safes'}"
    yield f"**{words.on_safes} {safes}**" if changed else "**Nobody reaches more or less**"
    yield ""
    for safe in sorted(changed, key=lambda safe: (-len(changed[safe]), safe)):
        yield f"- {code_element(safe)}: {'; '.join(_sides(changed[safe], held[safe], holds[safe]))}"
    yield ""


def _holder(row: Mapping[str, Any]) -> str:
    """Return the name in a row: a user, or all members of a group whose members are unknown."""
    if row["user"] is not None:
        return code_element(row["user"])
    return f"everybody in {code_element(row['group'])}, whose members are unknown"


def _holders(state: State, safes: Mapping[str, Any], now: float) -> dict[str, set[str]]:
    """Return the holders of a right on each of these safes."""
    found: dict[str, set[str]] = {safe: set() for safe in safes}
    known = {container.name for container in state.containers}
    asked = tuple(safe for safe in safes if safe in known)
    for row in reach_of(state, now, Query(containers=asked)) if asked else ():
        if row["rights"]:
            found[row["container"]].add(_holder(row))
    return found


def _sides(changed: Sequence[str], held: set[str], holds: set[str]) -> Iterator[str]:
    gained = [who for who in changed if who not in held]
    lost = [who for who in changed if who not in holds and who in held]
    other = [who for who in changed if who in held and who in holds]
    for who, text in ((gained, "more reach it"), (lost, "fewer reach it"), (other, "with other rights")):
        if who:
            more = f" and {len(who) - NAMES:,} more" if len(who) > NAMES else ""
            yield f"{len(who):,} {text} ({', '.join(who[:NAMES])}{more})"


def _findings(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each finding, those that refuse first. Findings with an exception are only counted."""
    if document.get("findings") is None:
        return
    counted = [finding for finding in document["findings"] if not finding.get("exception")]
    count = number_of(counted)
    yield f"**Findings: {count:,}**, and {number_of(document['findings']) - count:,} with an exception"
    yield ""
    for finding in sorted(counted, key=lambda finding: finding["severity"] != "refuse"):
        new = " (new)" if finding.get("new") else ""
        yield f"- {finding['severity']}{new}: {code_element(finding['policy'])}: {code_element(finding['text'])}"
    yield ""


def _gaps(document: Mapping[str, Any], states: Sequence[State]) -> Iterator[str]:
    if gaps := gaps_of(document, states):
        yield "**What could not be seen**"
        yield ""
        yield from (f"- {code_element(gap)}" for gap in gaps)
