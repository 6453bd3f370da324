# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Compare who can reach what in a tenant with its files, and with the previous report. No I/O.

Files describe a part of a tenant. The desired access is therefore that of the tenant after the plan of the files,
without unmanaged objects. Anything that the files leave open, such as further members of a group, is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from .._base.errors import InvalidError, shown, some
from .._base.paths import Object, fold
from .._directory.values import Desired
from .._model.resources import CONTAINER_PERMISSION, GROUP
from .._model.rows import Attribute
from .._model.shapes import Members, Names, seconds
from .after import after, renames_of
from .document import access_document, states_of
from .graph import size
from .reach import Comparison, OnSafe
from .state import NOT_READ

NEEDED = (GROUP.plural, CONTAINER_PERMISSION.plural)  # without these kinds, access is unknown
MOST_TEXTS = 100  # the number of rows for each direction in a result
MOST_PAIRS = 20_000  # the maximum number of differences to compare with the previous report
RIGHTS_NAMED = 3
SAME = "Nobody can reach more or less than the files say."


@dataclass(frozen=True)
class Told:
    """The differences of access between a tenant and its files, in words.

    ``more`` and ``fewer`` count the users who can reach more and less than in the files. They are None if that is
    unknown. ``facts`` are None if there are too many to compare two reports.
    """

    sentence: str
    texts: tuple[str, ...] = ()
    more: int | None = None
    fewer: int | None = None
    facts: Mapping[tuple[str, ...], str] | None = field(default_factory=dict)  # a difference, and its users


def drift_document(
    directory: Object, plan: Object, now: float, entries: Iterable[Desired], findings: Sequence[Object] | None = None
) -> Object:
    """Return the access document of a tenant and its files. ``entries`` are the entries of the files.

    Raise InvalidError if the plan does not belong to this directory.
    """
    expected = after(directory, plan, strays=False)
    managed = plan["scope"]["kinds"]
    unmanaged_kinds = [plural for plural in NOT_READ if plural in directory and plural not in managed]
    gaps = [f"No file lists {plural}: all of them count as wanted." for plural in unmanaged_kinds]
    if open_lists := sorted(_open_lists(expected, entries)):
        gaps.append(f"Not compared, because the list of the file allows more ({len(open_lists)}): {some(open_lists)}.")
    drift = {
        "changes": [_change(row) for row in plan["changes"]],
        "unmanaged": [f"{row['type']} {row['name']}{_rights(row)}" for row in plan["unmanaged"]],
        "since": None,
    }
    return access_document(
        "drift",
        directory,
        now,
        tenant=plan["tenant"],
        after=expected,
        findings=findings,
        gaps=gaps,
        renames=renames_of(plan),
        drift=drift,
    )


def _change(row: Object) -> str:
    options = ", ".join(row["attributes"]) if row["action"] == "update" else ""
    return f"{row['action']} {row['type']} {row['name']}{options and f' ({options})'}"


def _rights(row: Object) -> str:
    return f" with {some_rights(row['rights'])}" if row.get("rights") else ""


def some_rights(rights: Sequence[str]) -> str:
    """Return a text with the first of these rights and the number of the others."""
    more = len(rights) - RIGHTS_NAMED
    return ", ".join(rights[:RIGHTS_NAMED]) + (f" and {more} more rights" if more > 0 else "")


def _open_lists(expected: Object, entries: Iterable[Desired]) -> Iterator[str]:
    """Yield a text for each list of the tenant with more items than its entry, if the entry allows that."""
    index = {
        (resource.plural, *(fold(entry.get(key) or "") for key in resource.keys)): entry
        for resource in (GROUP, CONTAINER_PERMISSION)
        for entry in expected.get(resource.plural, ())
    }
    for desired in entries:
        kind = desired.resource
        if kind not in (GROUP, CONTAINER_PERMISSION) or desired.absent:
            continue
        given = desired.task.desired
        names = [given[key] or "" for key in kind.keys]
        label = " / ".join(filter(None, names)) or desired.identifier
        entry = index.get((kind.plural, *map(fold, names)))
        for row in kind.attributes:
            value = (given[row.option] or {}) if isinstance(row.shape, (Members, Names)) else {"set": []}
            if value.get("set") is None and entry is None:
                yield f"{row.option} of {label!r}: the entry does not name its object, or the tenant does not show it"
            elif value.get("set") is None and (further := list(_further(row, value, entry or {}))):
                yield f"{row.option} of {label!r}: {some(further)}"


def _further(row: Attribute, value: Mapping[str, Any], entry: Object) -> Iterator[str]:
    """Yield the members or rights that the tenant has and the entry does not list."""
    names = value.get("add") or []
    given = {fold(name) for name in (row.shape.read(names) if isinstance(row.shape, Names) else names)}
    yield from (name for name in (entry.get(row.option) or {}).get("set") or () if fold(name) not in given)


# -- In words ---------------------------------------------------------------


def told(document: Mapping[str, Any]) -> Told:
    """Return the differences of access between the tenant and the files at the date of the document."""
    if unread := [plural for plural in NEEDED if plural not in document["directory"]]:
        reasons = " ".join(NOT_READ[plural] for plural in unread)
        return Told(f"It is unknown whether anybody can reach more or less than the files say. {reasons}")
    files, tenant = states_of(document)
    compared = Comparison.of(files, tenant, seconds(document["date"]))
    safes = list(compared.safes())
    more, fewer = 0, 0
    for each in safes:
        more, fewer = more | each.gained, fewer | each.lost
    facts: dict[tuple[str, ...], str] = {}
    texts: tuple[list[str], list[str]] = ([], [])
    few = list(_few(safes))
    for row in chain.from_iterable(map(compared.rows, few)):
        name = row["user"] or f"group {row['group']}"
        facts[fold(name), fold(row["container"]), " ".join(row["gained"]), " ".join(row["lost"])] = (
            f"{name} on {row['container']}"
        )
        for way, rights in enumerate((row["gained"], row["lost"])):
            if rights and len(texts[way]) < MOST_TEXTS:
                texts[way].append(_text(row, rights, gained=not way))
    counts = size(more), size(fewer)
    return Told(_sentence(*counts), (*texts[0], *texts[1]), *counts, facts if len(few) == len(safes) else None)


def _few(safes: Iterable[OnSafe]) -> Iterator[OnSafe]:
    """Yield the first of these safes as long as their users are few enough to name each one."""
    left = MOST_PAIRS
    for each in safes:
        if left > 0:
            yield each
        left -= size(each.gained | each.lost)


def _sentence(more: int, fewer: int) -> str:
    parts = [
        f"{count:,} {'person or group' if count == 1 else 'people or groups'} can reach {what} than the files say"
        for count, what in ((more, "more"), (fewer, "less"))
        if count
    ]
    return f"{', and '.join(parts)}." if parts else SAME


def _text(row: Object, rights: Sequence[str], *, gained: bool) -> str:
    who = row["user"] or f"everybody in the group {row['group']}, whose members are unknown,"
    path = row["paths"][0] if gained and row["paths"] else []
    through = f" through {' in '.join(path)}" if path and row["user"] else ""
    reach = f"reach {row['container']} with {some_rights(rights)}{through}"
    return f"{who} can {reach}, and no file says so" if gained else f"{who} cannot {reach}, and the files say so"


# -- Since the previous report ----------------------------------------------


def since(document: Object, current: Told, previous: Object | None) -> str:
    """Return the new and the ended differences since the previous report. ``previous`` is None for the first report."""
    if previous is None:
        return "There is no previous report: all of this may be new."
    moment = str(previous["date"]).replace("T", " ").replace("Z", " UTC")
    earlier = told(previous)
    if current.facts is None or earlier.facts is None:
        return f"Access differs too much to tell what has changed since {moment}."
    then, now = _facts(previous, earlier.facts), _facts(document, current.facts)
    new = [label for fact, label in now.items() if fact not in then]
    over = sum(fact not in now for fact in then)
    if not new and not over:
        text = f"Nothing has changed since {moment}"
    else:
        text = f"Changed since {moment}: {len(new):,} new, {over:,} over, {len(now) - len(new):,} as before"
    if (earlier.more is None) != (current.more is None):
        text += ". Only one of the two reports compares access"
    return f"{text}.{f' New: {some(list(dict.fromkeys(new)))}.' if new else ''}"


def _facts(document: Object, access: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """Return the differences in a form that two reports can compare, each with its text."""
    drift = document["drift"]
    return {
        **access,
        **{(key, text): text for key in ("changes", "unmanaged") for text in drift[key]},
    }


def refuse_other_report(previous: Object, tenant: str, path: str) -> None:
    """Raise InvalidError unless this is a drift report of the tenant."""
    if previous["source"] != "drift" or not isinstance(previous.get("drift"), Mapping):
        raise InvalidError(f"{path} is not a report of drift", hint="access_path writes one")
    if previous["tenant"] != tenant:
        raise InvalidError(
            f"{path} is a report of {previous['tenant']}, and this is {tenant}", hint="Give each tenant its own path"
        )


def report_of_drift(document: Object, words: Told) -> Object:
    """Return the part of the document for the result. Control characters are escaped for the terminal."""
    return {
        "msg": words.sentence,
        "more": words.more,
        "fewer": words.fewer,
        "texts": [shown(text) for text in words.texts],
        "since": document["drift"]["since"] and shown(document["drift"]["since"]),
        "gaps": [shown(text) for text in document["gaps"]],
    }


def lines_of_drift(report: Object, most: int) -> Iterator[str]:
    """Yield lines for the terminal: users with more or less access, then new differences."""
    yield report["msg"]
    yield from (f"! {text}" for text in report["texts"][:most])
    if (left := len(report["texts"]) - most) > 0:
        yield f"  and {left:,} more"
    if report["since"]:
        yield report["since"]
