# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hard limits on response time, body size, list length and token length."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedError
from typing import TypeVar

from .._base.errors import ProtocolError

# The option timeout limits each part of an answer. A whole answer may take this many times as long.
PARTS = 10
# A server without paging sends about 60 MB for 100,000 users.
LONGEST_BODY = 256 * 2**20
LONGEST_TOKEN = 64 * 2**10  # more than servers accept in a header
MOST_OBJECTS, MOST_PAGES = 1_000_000, 10_000  # of one list

Result = TypeVar("Result")


class LateError(Exception):
    """A call exceeded its time limit. Unlike the TimeoutError of a socket, this is not an OSError."""


def begin(call: Callable[[], Result]) -> Future[Result]:
    """Start a call in its own thread, which keeps no process alive, and return its outcome."""
    outcome: Future[Result] = Future()

    def carry_out() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=carry_out, daemon=True).start()
    return outcome


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the result of a call, or raise its error. Raise LateError if it takes longer than ``seconds``.

    The call has its own thread, because a socket's timeout does not include the lookup of the host's address. After a
    LateError, the thread continues.
    """
    outcome = begin(call)
    try:
        return outcome.result(seconds)
    except WaitedError:
        if outcome.done():  # the call's own error
            raise
        raise LateError from None


def bounded(pieces: Iterable[bytes], said: str) -> bytes:
    """Join the pieces of a body. Raise ProtocolError if it exceeds LONGEST_BODY, compressed or not."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > LONGEST_BODY:
            raise ProtocolError(f"{said} with more than {LONGEST_BODY // 2**20} MB")
    return bytes(body)
