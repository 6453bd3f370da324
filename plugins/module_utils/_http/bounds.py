# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What a server may cost, whatever it does: seconds and bytes of an answer, objects of a list, letters of a token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from typing import TypeVar

from .._base.errors import ProtocolError

# The timeout of a connection is for each part of an answer; all of it may take so many times as long.
PARTS = 10
# More than the longest list that a server without paging sends in earnest: 100,000 users are some 60 MB.
LONGEST_BODY = 256 * 2**20
LONGEST_TOKEN = 64 * 2**10  # more than servers take in a header
MOST_OBJECTS, MOST_PAGES = 1_000_000, 10_000  # of one listing

Result = TypeVar("Result")

__all__ = ["LONGEST_TOKEN", "MOST_OBJECTS", "MOST_PAGES", "PARTS", "LateError", "bounded", "within"]


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """What a call returns or raises; LateError when it takes longer, and then it is left to itself.

    It has a thread of its own, because a time-out of sockets neither counts the search for the host's address nor adds
    up what comes byte by byte.
    """
    outcome: Future[Result] = Future()

    def carry_out() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=carry_out, daemon=True).start()
    return outcome.result(seconds)


def bounded(pieces: Iterable[bytes], said: str) -> bytes:
    """The pieces of a body as one. Raises ProtocolError for one without measure, compressed or not."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > LONGEST_BODY:
            raise ProtocolError(f"{said} with more than {LONGEST_BODY // 2**20} MB")
    return bytes(body)
