# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render a plan as Markdown for merge requests. No I/O.

Names come from the tenant and from files, and must not become markup, links or mentions. Each is in a code element,
where GitHub and GitLab do not expand them. All characters except letters and digits are entities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .._base.paths import Object
from .._base.texts import code_element
from .._model.resources import RESOURCES
from .._model.rows import Resource
from .plan_document import ACTIONS
from .plan_text import OUTCOMES, SIGNS, WORDS, heading_of

MOST_NAMES = 20  # the maximum number of members or rights in one cell


def markdown_of(document: Object, limit: int) -> str:
    """Return at most ``limit`` characters. Rows that do not fit are left out, and counted where they would be."""
    title, tenant, sentence = heading_of(document)
    head = [
        f"### {title} for {code_element(tenant)}" if tenant else f"### {title}",
        "",
        sentence if tenant else code_element(sentence),
        "",
        f"Digest: `{document['digest']}`" if document["changes"] else "There is nothing to change.",
        "",
    ]
    kinds = [
        (resource, rows)
        for resource in RESOURCES.values()
        if (rows := [row for row in document["changes"] if row["type"] == resource.name])
    ]
    frames = [_frame(resource, rows, planned=bool(tenant)) for resource, rows in kinds]
    left = limit - sum(len(line) + 1 for lines in (head, *frames) for line in lines)
    text = list(head)
    for (_resource, rows), (opening, *before, omitted, closing) in zip(kinds, frames):
        kept: list[str] = []
        for line in map(_line, rows):
            if len(line) + 1 > left:
                break
            left -= len(line) + 1
            kept.append(line)
        more = [omitted.format(len(rows) - len(kept))] if len(kept) < len(rows) else []
        text += [opening, *before, *kept, *more, closing]
    return "\n".join(text).rstrip() + "\n"


def _frame(resource: Resource, rows: Sequence[Object], *, planned: bool) -> list[str]:
    """Return the lines around the rows of a kind; the last but one is for rows that are left out."""
    counts = Counter(row["action"] for row in rows)
    words = ", ".join(
        f"{counts[action]:,} {WORDS[action]}" if planned else f"{action} {counts[action]:,}"
        for action in (*ACTIONS, *OUTCOMES)
        if counts[action]
    )
    title = resource.plural.replace("_", " ")
    return [
        f"<details><summary>{title}: {words}</summary>",
        "",
        f"| | {resource.name.replace('_', ' ')} | action | changes |",
        "| --- | --- | --- | --- |",
        "| | and {:,} more | | |",
        "\n</details>\n",
    ]


def _line(row: Object) -> str:
    sign = SIGNS[row["action"]].replace("-", "&minus;").replace("~", "&#126;").replace("+", "&#43;")
    return f"| {sign} | {code_element(row['name'])} | {row['action']} | {'<br>'.join(_changes(row))} |"


def _changes(row: Object) -> Iterator[str]:
    if row["action"] != "delete":
        for option, values in row["attributes"].items():
            yield f"{code_element(option)}: {_values(values)}"
    yield from map(code_element, row.get("notes", ()))
    for what, contents in row.get("also_removed", {}).items():
        if contents["count"]:
            more = contents["count"] - len(contents["names"])
            names = ", ".join(map(code_element, contents["names"])) + (f" and {more:,} more" if more else "")
            yield f"with {contents['count']:,} {what}: {names}"


def _values(values: Object) -> str:
    if "add" in values:
        parts = [
            f"{sign} {_names(values[way])}" for way, sign in (("add", "&#43;"), ("remove", "&minus;")) if values[way]
        ]
        return " ".join(parts)
    if "before" not in values:
        return str(values["after"])
    return f"{_value(values['before'])} &rarr; {_value(values['after'])}"


def _names(items: Sequence[Any]) -> str:
    names = [code_element(item["name"] if isinstance(item, dict) else item) for item in items[:MOST_NAMES]]
    more = f" and {len(items) - MOST_NAMES:,} more" if len(items) > MOST_NAMES else ""
    return ", ".join(names) + more


def _value(value: Any) -> str:
    return "nothing" if value in (None, "", [], {}) else code_element(value)
