# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watch the requests that this process sends, at the connection pool, below all that the collection or a test replaces.

A process that was started with SEEN_REQUESTS appends its requests to the file of that name.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

Take = Callable[[str], object]
_watching = contextlib.ExitStack()  # of this process


@contextlib.contextmanager
def watched(take: Take) -> Iterator[None]:
    """Give each request to ``take``, as a line: its method, its path with the query, and its body."""
    from urllib3.connectionpool import HTTPConnectionPool

    pools: Any = HTTPConnectionPool
    send = pools.urlopen

    def urlopen(pool: Any, method: str, url: str, body: Any = None, *others: Any, **named: Any) -> Any:
        text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
        take(f"{method} {url} {text}".rstrip())
        return send(pool, method, url, body, *others, **named)

    pools.urlopen = urlopen
    try:
        yield
    finally:
        pools.urlopen = send


def install() -> None:
    """Watch all requests of this process, if a file is named for them and urllib3 is installed."""
    path = os.environ.get("SEEN_REQUESTS")
    if not path:
        return

    def append(line: str) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    with contextlib.suppress(ImportError):
        _watching.enter_context(watched(append))
