# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queries: SELECT over the tables, and the two named scripts that clients run.

Callers see only the rows that they may read (documented). It is a guess that other rows are left out without an error.
"""

from __future__ import annotations

import re
from typing import Any

from .call import Call, Verb, Verbs
from .database import Database
from .envelope import Refusal, rows
from .paging import paged, query_arguments
from .superrights import CATALOGUE, shown_name
from .tables import FLAGS, TABLES

RIGHTS_SCRIPT = re.compile(r"@/lib/get_superrights\.js\(.*\)", re.IGNORECASE)
WEB_APPS = "@@Web Applications PLV8"
FROM = re.compile(rf"\bFROM\s+({'|'.join(TABLES)})\b", re.IGNORECASE)
BY_NAME = {name.casefold(): name for name in TABLES}

Rows = list[tuple[Any, ...]]


def query(call: Call) -> dict[str, Any] | None:
    """Return the rows of a script. An empty result is an empty list or null."""
    script = call.required("Script").strip()
    if script == WEB_APPS:
        script = "SELECT * FROM Application"
        columns, found = database_of(call).select(call, script)
        found = containing(call, columns, found)
    elif script.startswith("@"):
        columns, found = named_script(call, script)
    else:
        columns, found = database_of(call).select(call, script)
    source = FROM.search(script)
    table = BY_NAME[source[1].casefold()] if source is not None else ""
    shown, total = paged(call, found)
    if table and call.switches["query_rows_twice"]:
        shown = [row for row in shown for _time in range(2)]
    if not shown and call.switches["empty_query_result"] == "null":
        return None
    items = [as_shown(dict(zip(columns, row, strict=True))) for row in shown]
    return rows(items, table, "ID" if table else "", columns=columns, total=total)


def containing(call: Call, columns: list[str], found: Rows) -> Rows:
    """Return the rows that contain a text in one of some columns, as the report of web apps filters them."""
    arguments = query_arguments(call)
    names, text = arguments.get("filterby"), arguments.get("filtervalue")
    if not isinstance(names, list) or not isinstance(text, str):
        return found
    positions = [columns.index(name) for name in names if name in columns]
    return [row for row in found if any(text.casefold() in str(row[at] or "").casefold() for at in positions)]


def named_script(call: Call, script: str) -> tuple[list[str], Rows]:
    """Return the catalogue of rights, unless the tenant lacks it."""
    if RIGHTS_SCRIPT.fullmatch(script) is None or call.switches["rights_catalogue"] == "refused":
        raise Refusal(f"The script {script} was not found.")
    paths = CATALOGUE if call.switches["rights_catalogue"] == "full" else ()
    return ["Description", "Path"], [(shown_name(path, call.switches), path) for path in paths]


def database_of(call: Call) -> Database:
    """Return the database of the tables the caller may read."""
    visible = frozenset(name for name, table in TABLES.items() if call.authority.may(table.rights))
    if visible not in call.tenant.databases:
        call.tenant.databases[visible] = Database(visible)
    return call.tenant.databases[visible]


def as_shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as answers show it."""
    return {name: bool(value) if name in FLAGS and value is not None else value for name, value in row.items()}


VERBS: Verbs = {"redrock/query": Verb(query)}
