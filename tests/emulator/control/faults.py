# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inject faults: failures that a test schedules in advance."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..failures import error_body
from ..wire import HTML_PAGE, Response, json_response

BODIES: Mapping[str, tuple[bytes, str]] = {
    "html": (HTML_PAGE, "text/html; charset=utf-8"),
    "empty": (b"", "application/json; charset=utf-8"),
    "invalid_json": (b'{"schemas": [', "application/json; charset=utf-8"),
    "wrong_shape": (b'["unexpected"]', "application/json; charset=utf-8"),
}
TRUNCATED = "truncated"


def is_number(value: Any, low: float, high: float = float("inf")) -> bool:
    """Return whether a value is a number within bounds, and not a boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def is_whole(value: Any, low: float, high: float = float("inf")) -> bool:
    """Return whether a value is a whole number within bounds."""
    return isinstance(value, int) and is_number(value, low, high)


ACCEPTED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "method": (lambda value: isinstance(value, str), "a method or *"),
    "path": (lambda value: isinstance(value, str), "a regular expression"),
    "query": (lambda value: isinstance(value, str), "a regular expression"),
    "count": (lambda value: value is None or is_whole(value, 1), "a number of at least 1, or null for ever"),
    "skip": (lambda value: is_whole(value, 0), "a number"),
    "status": (lambda value: value is None or is_whole(value, 200, 599), "an HTTP status or null"),
    "retry_after": (lambda value: value is None or isinstance(value, str) or is_whole(value, 0), "seconds or a date"),
    "latency": (lambda value: value is None or is_number(value, 0), "seconds, or null until it is called off"),
    "drop": (lambda value: value in (None, "before", "after"), "before, after or null"),
    "body": (lambda value: value in (None, TRUNCATED, *BODIES), f"one of {', '.join((TRUNCATED, *BODIES))}"),
    "effect": (lambda value: isinstance(value, bool), "true or false"),
}


@dataclass
class Fault:
    """A failure of the requests that match it.

    ``status`` answers with an error, and the request has no effect unless ``effect`` is set. ``drop`` closes the
    connection before or after the effect. ``body`` replaces the body of the answer. If ``latency`` is None, the request
    is held until the faults are cleared.
    """

    method: str = "*"
    path: str = ""
    query: str = ""
    count: int | None = 1
    skip: int = 0
    status: int | None = None
    retry_after: int | str | None = None
    latency: float | None = 0
    drop: str | None = None
    body: str | None = None
    effect: bool = False

    @classmethod
    def parse(cls, values: Any) -> Fault:
        """Build a fault from a control request, and refuse unknown keys."""
        if not isinstance(values, dict):
            raise ValueError("A fault is a mapping")
        unknown = sorted(set(values) - set(ACCEPTED))
        if unknown:
            raise ValueError(f"Unknown fault key {', '.join(unknown)}. Known: {', '.join(ACCEPTED)}")
        for name, value in values.items():
            accept, description = ACCEPTED[name]
            if not accept(value):
                raise ValueError(f"{name} must be {description}")
        for name in ("path", "query"):
            re.compile(values.get(name, ""))
        return cls(**values)

    def matches(self, method: str, path: str, query: str) -> bool:
        """Return whether a request matches the fault."""
        parts = ((self.path, path), (self.query, query))
        return self.method.upper() in ("*", method) and all(re.search(*part, re.IGNORECASE) for part in parts)

    @property
    def prevents_effect(self) -> bool:
        """True if the request has no effect."""
        return self.drop == "before" or (self.status is not None and not self.effect)

    def spoil(self, response: Response) -> Response:
        """Return the answer with the status and the body of the fault."""
        if self.status is not None:
            response = json_response(self.status, error_body(self.status, "Injected fault"))
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        if self.body is not None and self.body in BODIES:
            response.body, response.headers["Content-Type"] = BODIES[self.body]
        return response


class Faults:
    """The pending faults, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.called_off = threading.Event()

    def clear(self) -> None:
        """Remove every fault, and release the requests that one of them holds."""
        self._faults = []
        self.called_off.set()
        self.called_off = threading.Event()

    def add(self, payload: Any) -> None:
        """Add one fault or a list of faults. If one is wrong, none is added."""
        self._faults += [Fault.parse(item) for item in (payload if isinstance(payload, list) else [payload])]

    def as_list(self) -> list[dict[str, Any]]:
        """Return the pending faults with their remaining counts."""
        return [asdict(fault) for fault in self._faults]

    def take(self, method: str, path: str, query: str) -> Fault | None:
        """Return the fault that a request meets, or None, and count it."""
        for fault in self._faults:
            if not fault.matches(method, path, query):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
            return fault
        return None
