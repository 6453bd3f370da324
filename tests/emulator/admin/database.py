# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables as a database in memory, shared by the callers who may read the same tables.

It is kept between queries. A query rewrites only the rows whose sources changed, because filling in ten thousand users
takes a tenth of a second.
"""

from __future__ import annotations

import re
import sqlite3
import time
from typing import Any

from .call import Call
from .envelope import Refusal
from .tables import TABLES, Sources

READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# The time limit of a query, and the number of SQLite steps between checks of the time.
SECONDS, STEPS = 1, 100_000
WORD = re.compile(r"\w+")


def authorized(action: int, table: str | None, *arguments: str | None) -> int:
    """Allow reading, but not the database's own tables."""
    hidden = action == sqlite3.SQLITE_READ and str(table).startswith("sqlite_")
    return sqlite3.SQLITE_OK if action in READING and not hidden else sqlite3.SQLITE_DENY


class Database:
    """All tables. Tables that the callers may not read stay empty."""

    def __init__(self, visible: frozenset[str]) -> None:
        self.visible = visible
        self._held: dict[str, dict[str, Sources]] = {name: {} for name in TABLES}
        # The tenant's lock allows only one thread at a time.
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        for name, table in TABLES.items():
            columns = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
            self._connection.execute(f"CREATE TABLE {name} ({columns}, PRIMARY KEY (ID))")
        self._connection.execute("CREATE INDEX Usernames ON User (Username)")

    def select(self, call: Call, script: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of a query."""
        words = {word.casefold() for word in WORD.findall(script)}
        for name in self.visible:
            if name.casefold() in words:
                self._sync(call, name)
        self._connection.set_authorizer(authorized)
        end = time.monotonic() + SECONDS
        self._connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        try:
            cursor = self._connection.execute(script)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise Refusal(f"Query failed: {error}") from error
        finally:
            self._connection.set_authorizer(None)
            self._connection.set_progress_handler(None, STEPS)

    def _sync(self, call: Call, name: str) -> None:
        """Bring a table up to date."""
        table, held = TABLES[name], self._held[name]
        current = dict(table.sources(call))
        changed = [key for key, sources in current.items() if held.get(key) != sources]
        gone = [(key,) for key in held if key not in current]
        rows = [table.row(call, current[key]) for key in changed]
        written = [tuple(row.get(column) for column in table.columns) for row in rows]
        marks = ", ".join("?" for _column in table.columns)
        self._connection.execute("BEGIN")
        self._connection.executemany(f"DELETE FROM {name} WHERE ID = ?", gone)
        self._connection.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", written)
        self._connection.execute("COMMIT")
        self._held[name] = current
