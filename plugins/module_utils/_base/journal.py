# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Write the file of the journal: one line of JSON before each write, and one after it. Uses no SCIM and no Ansible.

The line before a write is on the disk when ``begin()`` returns. The line of the outcome is written at once as well, but
the task waits for the disk only at its end. Threads and processes may share a file: each line is one ``write()`` to a
descriptor that appends, so the system does not mix lines. Threads also share the wait for the disk.
"""

from __future__ import annotations

import json
import os
import stat
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from .errors import JournalError
from .secrets import Secrets

FORMAT = 1  # docs/schemas/journal.schema.json describes it
# Do not wait for a reader if the path is a pipe: pipes are refused below.
FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
MODE = 0o600
LOOKS, LOOK_EVERY = 5, 0.02  # seconds


class Journal:
    """Appends the writes of one task to a file, without its ``secrets``. ``facts`` are in all of its lines."""

    def __init__(self, path: str, facts: Mapping[str, Any], secrets: Secrets) -> None:
        self._path = path
        self._facts = secrets.masked_values(facts)
        self._secrets = secrets
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._descriptor: int | None = None
        self._written = self._flushed = 0  # lines
        self._flusher = ThreadPoolExecutor(1)
        self._outcome: Future[None] | None = None  # of the flush of the last outcome
        self._failed: OSError | None = None  # a failed flush: a later one may succeed although lines were lost

    def open(self) -> int:
        """Open the file if it is not open, and return its descriptor. Raise JournalError if it cannot be written."""
        with self._lock:
            if self._descriptor is None:
                try:
                    self._descriptor = _opened(self._path)
                except OSError as error:
                    raise self._failure("the request was not sent", error) from error
            return self._descriptor

    def close(self) -> None:
        """Wait until all outcomes are on the disk. Raise JournalError if that fails."""
        self._flusher.shutdown()
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None
        outcome, self._outcome = self._outcome, None
        if outcome and isinstance(error := outcome.exception(), OSError):
            raise self._failure("the requests were sent, and outcomes are not recorded", error).with_facts(changed=True)

    def begin(self, record: Mapping[str, Any]) -> str:
        """Record a write before it is sent, and return its id. Raise JournalError if that is not possible."""
        write = uuid.uuid4().hex
        try:
            self._flush(self._append("begin", write, record))
        except OSError as error:
            raise self._failure("the request was not sent", error) from error
        return write

    def end(self, write: str, record: Mapping[str, Any]) -> None:
        """Record the outcome of a write. Raise JournalError if that is not possible."""
        try:
            self._outcome = self._flusher.submit(self._flush, self._append("end", write, record))
        except OSError as error:
            failure = self._failure("the request was sent, and its outcome is not recorded", error)
            raise failure.with_facts(changed=True) from error

    def _append(self, event: str, write: str, record: Mapping[str, Any]) -> int:
        """Write a line, and return its number among the lines of the task."""
        descriptor = self.open()
        now = datetime.now(timezone.utc).isoformat(timespec="microseconds")
        head = {"format": FORMAT, "time": now, "event": event, "write": write}
        line = {**head, **self._facts, **self._secrets.masked_values(record)}
        # ASCII has one line separator, and no lone surrogates.
        encoded = json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
        if _is_cut(descriptor):  # a full disk or a crash left a part of a line: start a new line
            encoded = b"\n" + encoded
        if os.write(descriptor, encoded) != len(encoded):
            raise OSError("no room for a whole line")
        with self._lock:
            self._written += 1
            return self._written

    def _flush(self, line: int) -> None:
        """Wait until the line with this number is on the disk. One wait covers all lines before it."""
        with self._flushing:
            if self._failed:
                raise self._failed
            if self._flushed < line:
                covered = self._written
                try:
                    os.fsync(self.open())
                except OSError as error:
                    self._failed = error
                    raise
                self._flushed = covered

    def _failure(self, consequence: str, error: OSError) -> JournalError:
        reason = f"the journal {self._path} cannot be written ({error.strerror or error}): {consequence}"
        return JournalError(reason, hint="Check journal_path, on the host that runs the task", shared=True)


def _is_cut(descriptor: int) -> bool:
    """Return whether the last line has no end. Another process may be about to write it, so look again."""
    for _look in range(LOOKS):
        size = os.fstat(descriptor).st_size
        if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
            return False
        time.sleep(LOOK_EVERY)
    return True


def _opened(path: str) -> int:
    descriptor = os.open(path, FLAGS, MODE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no regular file")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
