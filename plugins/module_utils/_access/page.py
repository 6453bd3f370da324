# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render an access document as one self-contained page: who can reach what, why, and the changes of a plan. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._base.errors import some
from .._base.html import escaped, page_of, terms
from .._base.paths import Object
from .._model.shapes import seconds
from .document import states_of
from .page_data import page_data
from .page_drawing import DRAWING
from .page_parts import PARTS
from .page_reach import REACH
from .page_style import STYLE
from .page_views import VIEWS
from .state import State

BODY = """<header>
<h1>{title}</h1>
<p>{sentence}</p>
<nav class="tiles" aria-label="Lists">{tiles}</nav>
{gaps}
<details><summary>Scope</summary><dl>{scope}</dl></details>
</header>
<section id="unscripted"><p>Scripts do not run here, so this page only counts.</p></section>
<form role="search" hidden>
<input type="search" name="find" placeholder="Search a person, a group, a safe or an account" autocomplete="off"
 aria-label="Search a person, a group, a safe or an account">
{switch}
<small><output id="count"></output></small>
</form>
<main></main>"""
SWITCH = """<fieldset><legend>Show access</legend>
<label><input type="radio" name="when" value="0"> {before}</label>
<label><input type="radio" name="when" value="1" checked> {after}</label></fieldset>"""
SOURCES = {
    "tenant": "What the tenant had",
    "files": "What the files describe",
    "plan": "What the tenant had, and what it has after the plan",
    "drift": "What the tenant had, and what its files say",
}
ONE = {"people": "person"}


@dataclass(frozen=True)
class Words:
    """The words of a report about two states: their names, the heading of their difference, and its sentences."""

    before: str
    after: str
    changes: str
    nobody: str = "Nobody can reach more or less than before."
    more: str = "a safe that was closed before"
    less: str = "a safe"
    tile: str = "people gain or lose a safe"
    on_safes: str = "Access changes on"


PLAN = Words("before", "after the plan", "What the plan changes")
DATES = Words("before", "now", "What has changed")
DRIFT = Words(
    "as the files say",
    "as the tenant is",
    "Who can reach more or less than the files say",
    "Nobody can reach more or less than the files say.",
    "a safe that the files do not give",
    "a safe that the files give",
    "people reach more or fewer safes than the files say",
    "Access differs from the files on",
)
WORDS = {"plan": PLAN, "drift": DRIFT}
DRIFT_LISTS = (("What a run would change", "changes"), ("What no file lists", "unmanaged"))
LISTED = 200  # the number of lines for further differences from the files


def html_of(document: Mapping[str, Any]) -> str:
    """Return the page of an access document. Raise InvalidError if it has an invalid directory."""
    states = states_of(document)
    words = words_of(document)
    data = {
        **page_data(states, seconds(document["date"])),
        "findings": findings_of(document),
        "labels": {key: getattr(words, key) for key in ("changes", "nobody", "more", "less")},
        "read": {"accounts": "privileged_data" in states[-1].kinds},
    }
    title = title_of(document)
    body = BODY.format(
        title=escaped(title),
        sentence=escaped(sentence_of(document)),
        tiles="".join(_tiles(document, states)),
        gaps="".join(_drift(document)) + _gaps(gaps_of(document, states)),
        scope=terms(_scope(document, states)),
        switch=SWITCH.format(before=words.before, after=words.after) if len(states) > 1 else "",
    )
    return page_of(title, body, data, STYLE, REACH + PARTS + DRAWING + VIEWS)


def words_of(document: Mapping[str, Any]) -> Words:
    """Return the words for the two states of a document."""
    return WORDS.get(document["source"], DATES)


def title_of(document: Mapping[str, Any]) -> str:
    where = str(document.get("tenant") or "").removeprefix("https://").rstrip("/")
    return f"Who can reach what at {where}" if where else "Who can reach what"


def sentence_of(document: Mapping[str, Any]) -> str:
    """Return a sentence with the source and the date of the data."""
    moment, earlier = (
        str(date).replace("T", " ").replace("Z", " UTC") for date in (document["date"], document.get("date_before"))
    )
    compared = f", compared with {earlier}" if document.get("date_before") else ""
    return f"{SOURCES.get(document['source'], 'Access')}, as of {moment}{compared}."


def gaps_of(document: Mapping[str, Any], states: Sequence[State]) -> list[str]:
    """Return a sentence for each unknown fact, without duplicates."""
    return list(dict.fromkeys([*document.get("gaps", ()), *(gap for state in states for gap in state.gaps)]))


def findings_of(document: Mapping[str, Any]) -> list[Object] | None:
    """Return the findings for the page, or None if no policy was checked."""
    if document.get("findings") is None:
        return None
    shown = ("policy", "severity", "reason", "text", "exception", "new")
    return [
        {
            **{key: finding.get(key) for key in shown},
            "subject": finding.get("subject") or {},
            "count": finding.get("count", 1),
        }
        for finding in document["findings"]
    ]


def number_of(findings: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of findings. One finding may stand for many that are not listed."""
    return sum(finding.get("count", 1) for finding in findings)


def counts_of(state: State) -> Iterator[tuple[str, int | None]]:
    """Yield the number of objects of each kind; None for a kind that was not read."""
    for name, plural, items in (
        ("people", "users", state.users),
        ("groups", "groups", state.groups),
        ("safes", "containers", state.containers),
        ("accounts", "privileged_data", state.accounts),
        ("permissions", "container_permissions", state.permissions),
    ):
        yield name, len(items) if items or plural in state.kinds else None


def noun(name: str, count: int) -> str:
    """Return the name of a kind in the number that fits a count."""
    return ONE.get(name, name[:-1]) if count == 1 else name


def _tiles(document: Mapping[str, Any], states: Sequence[State]) -> Iterator[str]:
    """Yield a link to each list with its count."""
    for name, count in counts_of(states[-1]):
        where = "matrix" if name == "permissions" else name
        number, text = ("?", f"{name}, not read") if count is None else (f"{count:,}", noun(name, count))
        yield _tile(where, number, text)
    if len(states) > 1:
        yield _tile("changes", '<span id="changed"></span>', words_of(document).tile)
    findings = document.get("findings")
    if findings is not None:
        open_ones = [each for each in findings if not each.get("exception")]
        count = number_of(open_ones)
        severities = Counter(each["severity"] for each in open_ones)
        yield _tile(
            "findings",
            f"{count:,}",
            "finding" if count == 1 else "findings",
            alert=bool(severities["refuse"]),
        )


def _tile(where: str, count: str, name: str, *, alert: bool = False) -> str:
    return f'<a href="#list={where}"{" class=alert" if alert else ""}><b>{count}</b> {name}</a>'


def _drift(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the changes since the previous report, and the differences from the files besides access."""
    drift = document.get("drift")
    if drift is None:
        return
    if drift["since"]:
        yield f"<p>{escaped(drift['since'])}</p>"
    for title, key in DRIFT_LISTS:
        lines = "".join(f"<li>{escaped(line)}</li>" for line in drift[key][:LISTED])
        left = len(drift[key]) - LISTED
        more = f"<li>and {left:,} more</li>" if left > 0 else ""
        yield f"<details><summary>{title} ({len(drift[key]):,})</summary><ul>{lines}{more}</ul></details>"


def _gaps(gaps: Sequence[str]) -> str:
    if not gaps:
        return ""
    lines = "".join(f"<li>{escaped(gap)}</li>" for gap in gaps)
    summary = f"<summary>What this page cannot show ({len(gaps)})</summary>"
    return f'<details class="gaps" open>{summary}<ul>{lines}</ul></details>'


def _scope(document: Mapping[str, Any], states: Sequence[State]) -> Iterator[tuple[str, str]]:
    kinds = document.get("kinds") or sorted(states[0].kinds)
    yield "tenant", document.get("tenant") or "none"
    yield "date", document["date"]
    if document.get("date_before"):
        yield "date before", document["date_before"]
    yield "kinds that were read", ", ".join(kind.replace("_", " ") for kind in kinds) or "none"
    for plural, names in (document.get("renames") or {}).items():
        yield f"renamed {plural}", some([f"{old} is now {new}" for old, new in names.items()])
    yield "policies", "not checked" if document.get("findings") is None else "checked"
    yield "not counted", "inactive people, and permissions that have expired"
