# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Render a plan as one self-contained page. No I/O."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._base.errors import shown
from .._base.html import escaped, page_of, terms
from .._base.paths import Object
from .._model.resources import RESOURCES
from .plan_document import ACTIONS
from .plan_page import SCRIPT, STYLE
from .plan_text import OUTCOMES, heading_of

UNMANAGED = "unmanaged"
BODY = """<header>
<h1>{title}</h1>
<p>{sentence}</p>
<p>{digest}</p>
<details><summary>Scope and limits</summary><dl>{scope}</dl></details>
</header>
<section id="unscripted"><p>Scripts do not run here, so this page only counts the changes.</p>{counts}</section>
<form hidden>
<input type="search" name="search" placeholder="Search names and values" aria-label="Search names and values">
<fieldset><legend>Kind</legend>{kinds}</fieldset>
<fieldset><legend>Action</legend>{actions}</fieldset>
<small><output id="count"></output> <button type="reset">Show all</button></small>
</form>
<main><ul id="list"></ul><div id="end"></div></main>"""


def html_of(document: Object) -> str:
    """Return the page."""
    rows = [*map(_change, document["changes"]), *map(_stranger, document["unmanaged"])]
    title, tenant, sentence = heading_of(document)
    title = f"{title} for {tenant}" if tenant else title
    digest = (
        f"Digest: <code>{escaped(document['digest'])}</code>" if document["changes"] else "There is nothing to change."
    )
    body = BODY.format(
        title=escaped(title),
        sentence=escaped(sentence),
        digest=digest,
        scope=terms((name, _value(value)) for name, value in _scope(document)),
        counts=_counts(rows),
        kinds=_boxes("kind", [_kind(resource.name) for resource in RESOURCES.values()], rows),
        actions=_boxes("action", [*ACTIONS, *OUTCOMES, UNMANAGED], rows),
    )
    return page_of(title, body, rows, STYLE, SCRIPT)


def _scope(document: Object) -> Iterator[tuple[str, Any]]:
    for option, value in document["scope"].items():
        yield option.replace("_", " "), value


def _boxes(name: str, values: Sequence[str], rows: Sequence[Object]) -> str:
    """Return a checkbox for each value, with its count."""
    counts = Counter(row[name] for row in rows)
    return "".join(
        f'<label><input type="checkbox" name="{name}" value="{value}" checked> {value} '
        f"<small>{counts[value]:,}</small></label>"
        for value in values
        if counts[value]
    )


def _counts(rows: Sequence[Object]) -> str:
    counts = Counter((row["kind"], row["action"]) for row in rows)
    lines = [f"<tr><th>{kind}</th><td>{action}</td><td>{count:,}</td></tr>" for (kind, action), count in counts.items()]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _change(row: Object) -> Object:
    """Return the content of the page for one change: texts, and lists of texts."""
    return {
        "kind": _kind(row["type"]),
        "action": row["action"],
        "name": shown(row["name"]),
        "attributes": [[shown(option), *_sides(values)] for option, values in row["attributes"].items()],
        "notes": [shown(note) for note in _notes(row)],
    }


def _stranger(row: Object) -> Object:
    """Return the content of the page for an object without an entry."""
    named = {option: value for option, value in row.items() if option not in ("type", "name") and value}
    return {
        "kind": _kind(row["type"]),
        "action": UNMANAGED,
        "name": shown(row["name"]),
        "attributes": [[option, _value(value), None, False] for option, value in named.items()],
        "notes": ["No entry names this object. It stays as it is."],
    }


def _kind(name: str) -> str:
    return name.replace("_", " ")


def _sides(values: Mapping[str, Any]) -> tuple[Any, Any, bool]:
    """Return an attribute before and after, with None for no value, and whether lists only have differences."""
    if "add" in values:
        return _names(values["remove"]), _names(values["add"]), True
    return _value(values.get("before")), _value(values.get("after")), False


def _names(items: Sequence[Any]) -> list[str]:
    return [shown(item["name"] if isinstance(item, dict) else str(item)) for item in items]


def _value(value: Any) -> str | list[str] | None:
    """Return a value as a text. A list of texts is not changed, and no value is None."""
    if value in (None, "", [], {}):
        return None
    if isinstance(value, dict) and isinstance(whole := value.get("set"), list):  # all members or rights
        value = whole
    if isinstance(value, list):
        return [_line(item) for item in value]
    if isinstance(value, dict):
        return [f"{shown(str(key))}: {_line(item)}" for key, item in value.items()]
    return _line(value)


def _line(value: Any) -> str:
    return shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _notes(row: Object) -> Iterator[str]:
    if row["needs"]:
        yield f"Needs {', '.join(row['needs'])} first"
    yield from row.get("notes", ())
    for what, contents in row.get("also_removed", {}).items():
        if contents["count"]:
            more = contents["count"] - len(contents["names"])
            yield f"With {contents['count']:,} {what}: {', '.join(contents['names'])}" + (
                f" and {more:,} more" if more else ""
            )
