# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pytest plugin for the mark ``long``: print how many tests a quick run leaves out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

# The number of tests that are left out, by file and reason.
_COUNTS: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long(reason): left out of the quick run of the suite, and why")


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if mark := item.get_closest_marker("long"):
            if "reason" not in mark.kwargs:
                raise pytest.UsageError(f"{item.nodeid} is marked as long, but not with a reason")
            _COUNTS[f"{item.path.name}: {mark.kwargs['reason']}"] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(_COUNTS)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Copy the count of a worker. Every worker collects all tests and leaves out the same ones."""
    if not _COUNTS:
        _COUNTS.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, count in sorted(_COUNTS.items()):
        terminalreporter.write_line(f"LEFT OUT: {count} of {what}")  # tools/suite.py repeats it
