# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Collect the warnings of a long run, count equal ones, and limit their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_WARNINGS = 20


class Warnings:
    """Passes on each warning at once, or collects them for later."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._times: Counter[str] = Counter()
        self._is_collecting = False
        self._is_repeating = False

    def add(self, text: str) -> None:
        if not self._is_collecting:
            self._warn(text)
        elif not (self._is_repeating and text in self._times):
            self._times[text] += 1

    def begin_repeating(self) -> None:
        """Ignore texts that were already collected: applying a plan repeats the warnings of planning."""
        self._is_repeating = True

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Collect warnings, and pass them on at the end, also after a failure. The most frequent ones are first."""
        self._is_collecting = True
        try:
            yield
        finally:
            self._is_collecting = False
            for text, times in self._times.most_common(MOST_WARNINGS):
                self._warn(f"{text} ({times} times)" if times > 1 else text)
            if len(self._times) > MOST_WARNINGS:
                self._warn(f"{len(self._times) - MOST_WARNINGS} more warnings are not shown")
