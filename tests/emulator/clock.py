# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time of the tenant. It may differ from the time of the machine, and tests can move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime


def parse_moment(text: str) -> float:
    """Return an ISO 8601 time in seconds since 1970. Without an offset, it is UTC. Raise ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Clock:
    """A clock that runs on from any time that it is set to. None is the time of the machine."""

    def __init__(self, start: float | None = None) -> None:
        self._start = start
        self.reset()

    def reset(self) -> None:
        """Return to the time that the tenant started with."""
        self.set(self._start if self._start is not None else time.time())

    def set(self, seconds: float) -> None:
        """Set the time in seconds since 1970. A change of the machine's time does not affect it afterwards."""
        datetime.fromtimestamp(seconds, UTC)  # raise an error for a time without a date
        self._offset = seconds - time.monotonic()

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.monotonic() + self._offset

    def utc(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def http_date(self) -> str:
        """Return the time in the format of the header Date."""
        return format_datetime(self.utc().replace(microsecond=0), usegmt=True)
