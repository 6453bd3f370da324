# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record each run of a module, with its result and its requests, in the folder that MODULE_RECORD names.

Values that differ from run to run, such as ids, times, ports and tokens, are replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.startup.requests_seen import watched

FOLDER = re.escape(tempfile.gettempdir())
RANDOM = re.compile(
    r"[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32,64}"  # ids and digests
    r"|eyJ[\w.-]+|(?<![\w-])[\w-]{64,}|(?<=client_secret=)[^&]+"
    r"|(?<=:)\d{4,5}\b|(?<=&#58;)\d{4,5}\b|[Pp]ort[ =](?:<code>)?\d+"  # ports
    r"|(?<=co%20%22)\d{4,}|(?i:scim-probe-)[0-9a-fA-F]{6}|Aa1-[\w-]{24}"  # an id in a filter; names, secrets of a probe
    r"|\d{4}-\d\d-\d\d[T ]\d\d(?:(?::|&#58;)[\d.]+)+(?:Z|[+-]\d\d:?\d\d)?|/Date\(\d+\)/"  # times
    r"|(?<![\w.])\d+(?:\.\d+)? (?=s\b|ms\b|seconds)"
    rf"|{FOLDER}/(?:cyberark-identity-tests-[^/\s]+|[^\s\"']*?/popen-gw\d+)"
)
_runs: Counter[str] = Counter()


@contextlib.contextmanager
def recorded(module: str, check: bool) -> Iterator[dict[str, Any]]:
    """Record a run of a module. The caller adds its result, warnings and status."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" (")[0]
    _runs[test] += 1
    run: dict[str, Any] = {"test": test, "run": _runs[test], "module": module, "check": check}
    lines: list[str] = []
    with tempfile.NamedTemporaryFile() as file, watched(lines.append):
        os.environ["SEEN_REQUESTS"] = file.name
        try:
            yield run
        finally:
            del os.environ["SEEN_REQUESTS"]
            lines += map(json.loads, Path(file.name).read_text().splitlines())
            run["requests"] = sorted(map(_request, lines))
            run.setdefault("result", {}).setdefault("changed", False)  # as Ansible does
            _write({**_settled(run), "test": test})


def _write(run: dict[str, Any]) -> None:
    folder = Path(os.environ["MODULE_RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'all')}.jsonl").open("a") as file:
        file.write(json.dumps(run) + "\n")


def _request(line: str) -> str:
    """Return a request with a digest in place of its body. The order of random values in a body is random, too."""
    method, path, body = [*line.split(" ", 2), ""][:3]
    settled = _settled(body)
    words = " ".join(sorted(settled.split('"'))) if settled != body else body
    digest = hashlib.sha256(words.encode()).hexdigest()[:8] if body else ""
    return f"{method} {_settled(path)} {digest}".rstrip()


def _settled(value: Any) -> Any:
    """Return a value without what differs from run to run."""
    if isinstance(value, str):
        return RANDOM.sub("*", value)
    if isinstance(value, list):
        settled = [_settled(item) for item in value]
        # The order of random values is random, too.
        return sorted(settled, key=json.dumps) if settled != value else settled
    if isinstance(value, dict):
        return {_settled(key): _settled(item) for key, item in value.items()}
    return value
