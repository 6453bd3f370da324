# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render a plan as lines for a terminal. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .._base.paths import Object
from .._model.resources import RESOURCES
from .plan_document import counts_of

SIGNS = {"create": "+", "update": "~", "rename": "~", "deactivate": "-", "delete": "-", "failed": "!", "skipped": "!"}
MOST_LINES = 20  # of one kind
# The actions that are always counted, and those that are counted only if they occur.
ALWAYS = {"create": "to create", "update": "to change", "deactivate": "to deactivate", "delete": "to delete"}
RARELY = {"rename": "to rename"}
OUTCOMES = ("failed", "skipped")  # only in a result
WORDS = {**ALWAYS, **RARELY}


def lines_of(document: Object) -> Iterator[str]:
    """Yield a line for each change, kind by kind, then the counts and the digest. Long lists are cut."""
    for resource in RESOURCES.values():
        rows = [row for row in document["changes"] if row["type"] == resource.name]
        for row in rows[:MOST_LINES]:
            yield _line(row)
        if left := Counter(row["action"] for row in rows[MOST_LINES:]):
            words = ", ".join(f"{count:,} {WORDS[action]}" for action, count in left.items())
            yield f"  and {sum(left.values()):,} more {resource.plural}: {words}"
    yield sentence_of_plan(document)
    if document["changes"]:
        yield f"Digest: {document['digest']}"


def heading_of(document: Object) -> tuple[str, str, str]:
    """Return the kind of a document, its subject, and the sentence that summarizes it. Only a plan is for a tenant."""
    if "sentence" in document:
        return document["title"], "", document["sentence"]
    return "Plan", document["tenant"], sentence_of_plan(document)


def sentence_of_plan(document: Object) -> str:
    """Return the counts: "Plan: 12 to create, 3 to change, 1 to deactivate, 0 to delete; 9,984 unchanged"."""
    counts = counts_of(document)
    words = {**ALWAYS, **{action: word for action, word in RARELY.items() if counts[action]}}
    return f"Plan: {', '.join(f'{counts[action]:,} {word}' for action, word in words.items())}; " + (
        f"{counts['unchanged']:,} unchanged"
    )


def _line(row: Object) -> str:
    parts = [_attribute(option, values) for option, values in row["attributes"].items() if option not in row["keys"]]
    shown = f": {', '.join(parts)}" if parts and row["action"] in ("update", "rename") else ""
    along = row.get("also_removed")
    with_it = f", with {along['accounts']['count']} accounts and {along['members']['count']} members" if along else ""
    return f"{SIGNS[row['action']]} {row['action']} {row['type']} {_name(row)}{shown}{with_it}"


def _name(row: Object) -> str:
    """Return the name of an object. If it is renamed, return the old and the new name."""
    if row["action"] != "rename":
        return str(row["name"])
    changed = [row["attributes"][option]["after"] for option in row["keys"] if option in row["attributes"]]
    return f"{' / '.join(map(str, row['keys'].values()))} to {' / '.join(map(str, changed))}"


def _attribute(option: str, values: Object) -> str:
    if "add" not in values:
        return option
    signed = [f"{sign}{len(values[way])}" for way, sign in (("add", "+"), ("remove", "-")) if values[way]]
    return " ".join([option, *signed])
