# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queries: SELECT over the tables, and the one named script that clients run.

Callers see only the rows they may read (documented). That other rows are left out without an error is a guess.
"""

from __future__ import annotations

import re
from typing import Any

from .call import Call, Verb, Verbs
from .database import Database
from .envelope import Refusal
from .superrights import CATALOGUE, shown_name
from .tables import FLAGS, TABLES

RIGHTS_SCRIPT = re.compile(r"@/lib/get_superrights\.js\(.*\)", re.IGNORECASE)
FROM = re.compile(rf"\bFROM\s+({'|'.join(TABLES)})\b", re.IGNORECASE)
BY_NAME = {name.casefold(): name for name in TABLES}

Rows = list[tuple[Any, ...]]


def query(call: Call) -> dict[str, Any] | None:
    """Return the rows of a script; an empty result is an empty list or null."""
    script = call.required("Script").strip()
    if script.startswith("@"):
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
    return {
        "Count": len(shown),
        "FullCount": total,
        "Columns": [{"Name": name, "IsHidden": False} for name in columns],
        "Results": [result(table, dict(zip(columns, row, strict=True))) for row in shown],
    }


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


def paged(call: Call, found: Rows) -> tuple[Rows, int]:
    """Return a page and the number of all rows; a limit has an effect only together with a page (recorded)."""
    given = call.get("Args")
    arguments = {name.casefold(): value for name, value in given.items()} if isinstance(given, dict) else {}
    number, size, limit = (whole(arguments.get(name)) for name in ("pagenumber", "pagesize", "limit"))
    if number < 1 or size < 1:
        return found, len(found)
    limited = found[:limit] if limit > 0 else found
    return limited[(number - 1) * size : number * size], len(limited)


def whole(value: Any) -> int:
    """Return a numeric argument, or 0 if it is not a number."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def result(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as answers show it, with the object that it describes."""
    shown = {name: bool(value) if name in FLAGS and value is not None else value for name, value in row.items()}
    entities = [{"Type": table, "Key": row["ID"], "IsForeignKey": False}] if table and "ID" in row else []
    return {"Entities": entities, "Row": shown}


VERBS: Verbs = {"redrock/query": Verb(query)}
