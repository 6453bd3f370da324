# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""How far a long run is, as lines in a file that somebody else follows."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from ._errors import shown

FIRST = 2.0  # seconds until there is something to say
EVERY = 1.0  # seconds between two lines


class Progress:
    """Writes a line every second from the second one on; without a path, nothing."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._clock = clock
        self._began = clock()
        self._next = self._began + FIRST

    def __enter__(self) -> Progress:
        if self._path:
            with contextlib.suppress(OSError):  # such as of another user's folder: nobody is told then
                # Appended to: the file is the reader's.
                self._file = open(self._path, "a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()

    def report(self, text: str, done: int, total: int) -> None:
        """Say how many of how many are done; without a total, only what is being done."""
        now = self._clock()
        if not self._file or now < self._next:
            return
        self._next = now + EVERY
        seconds = f"{now - self._began:.0f} s"
        line = f"{done:,} of {total:,} done after {seconds}, last {text}" if total else f"{text}, {seconds}"
        with contextlib.suppress(OSError):  # of a full disk
            self._file.write(shown(line) + "\n")
            self._file.flush()
