# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Report the progress of a long run in a file that another process reads, and notice when that process ends."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TextIO

from .._base.errors import shown

FIRST = 2.0  # seconds until the first line
EVERY = 1.0  # seconds between two lines
PLAN_LINE = "plan: "  # the prefix of a line of a plan; the action plugin knows it


class Progress:
    """Writes a line every second from the second one on, unless it is ``quiet``. Without a path, it writes nothing.

    The reader may hold a lock on the file (flock) while it waits for the result. An empty line tells the reader that
    the file is open, so that it can be unlinked.
    """

    def __init__(self, path: str | None, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._quiet = quiet
        self._watched = False
        self._file: TextIO | None = None
        self._clock = clock
        self._began = clock()
        self._next = self._began + FIRST

    def __enter__(self) -> Progress:
        if self._path:
            with contextlib.suppress(OSError):  # such as in another user's folder: there is no progress then
                # Appended to: the file is the reader's.
                self._file = open(self._path, "a", encoding="utf-8")
            self._watched = self._locked() is True
            if self._watched:
                self._write("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()

    def is_abandoned(self) -> bool:
        """Return whether the reader has released its lock on the file, so that nobody waits for the result."""
        return self._watched and self._locked() is False

    def _locked(self) -> bool | None:
        """Return whether another process holds a lock on the file, or None if that is unknown."""
        if self._file is None:
            return None
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(self._file, fcntl.LOCK_UN)
        except BlockingIOError:
            return True
        except OSError:
            return None
        return False

    def show(self, lines: Iterable[str]) -> None:
        """Write lines of a plan. The reader shows them unchanged."""
        for line in () if self._quiet else lines:
            self._write(f"{PLAN_LINE}{line}")

    def report(self, text: str, done: int, total: int) -> None:
        """Write the number of finished objects and the total. Without a total, write only the current action."""
        now = self._clock()
        if self._quiet or now < self._next:
            return
        self._next = now + EVERY
        seconds = f"{now - self._began:.0f} s"
        self._write(f"{done:,} of {total:,} done after {seconds}, last {text}" if total else f"{text}, {seconds}")

    def _write(self, line: str) -> None:
        if self._file:
            with contextlib.suppress(OSError):  # of a full disk
                self._file.write(shown(line) + "\n")
                self._file.flush()
