# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Interrupt exchanges with a server that take too long. One thread watches all of them.

The timeout of a socket does not limit the total time: it starts again with each byte that arrives.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from .bounds import LateError

_running = threading.local()


class Exchange:
    """A request in progress, and the connection that it uses."""

    def __init__(self, seconds: float) -> None:
        self.late = False
        self._ends = time.monotonic() + seconds
        self._connection: Any = None
        self._socket: Any = None

    @property
    def left(self) -> float:
        """The seconds until the time limit of the exchange."""
        return self._ends - time.monotonic()

    def use(self, connection: Any) -> None:
        """Store the socket to break. Raise LateError if the time limit is already over."""
        self._connection, connection.exchange = connection, self
        self._socket = connection.sock
        if self.late:
            raise LateError

    def break_off(self) -> None:
        """Interrupt every wait for the server, unless the next exchange already uses the connection."""
        self.late = True
        broken = self._socket
        if broken is None or self._connection.exchange is not self:
            return
        while not isinstance(broken, socket.socket):  # TLS within the TLS of a proxy
            broken = broken.socket
        with contextlib.suppress(OSError):
            # Use the method of socket: that of SSLSocket would crash the thread that reads from it.
            socket.socket.shutdown(broken, socket.SHUT_RDWR)


def current_exchange() -> Exchange:
    """Return the exchange of this thread."""
    exchange: Exchange = _running.exchange
    return exchange


class Watchdog:
    """Limits each exchange to a number of ``seconds``. Threads may share it.

    Its thread starts with the first exchange. It ends on ``close``, or if no exchange is left when the last known one
    would reach its limit. It does not keep a process alive.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._pending: dict[Exchange, None] = {}  # sorted by their limits, because all have the same number of seconds
        self._is_watching = False

    def close(self) -> None:
        with self._changed:
            self._changed.notify_all()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Limit the time of the block, which is one exchange. Raise LateError if it was late, also if it succeeded."""
        exchange = self._begin()
        try:
            yield
        except Exception:
            if exchange.late:
                raise LateError from None
            raise
        finally:
            with self._changed:
                self._pending.pop(exchange, None)
        if exchange.late:
            raise LateError

    def _begin(self) -> Exchange:
        with self._changed:
            exchange = _running.exchange = Exchange(self._seconds)
            self._pending[exchange] = None
            if not self._is_watching:
                threading.Thread(target=self._watch, daemon=True).start()
                self._is_watching = True
        return exchange

    def _watch(self) -> None:
        with self._changed:
            while self._pending:
                first = next(iter(self._pending))
                if (left := first.left) > 0:
                    self._changed.wait(left)
                else:
                    del self._pending[first]
                    first.break_off()
            self._is_watching = False
