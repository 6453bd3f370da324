# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The values of a probe: the facts to measure, and their results. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._base.paths import Object, fold

if TYPE_CHECKING:
    from .session import Session

DIRECTORY, VAULT, TOKENS = "directory", "vault", "tokens"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
# Segments of a path that name no object.
KNOWN_SEGMENTS = frozenset(
    [
        *(
            "scim",
            "v2",
            "users",
            "groups",
            "containers",
            "containerpermissions",
            "privilegeddata",
            "schemas",
            "serviceproviderconfig",
        ),
        *("oauth2", "token", "platformtoken"),
    ]
)


class UnclearError(Exception):
    """A fact that the answers do not show, with the reason."""


@dataclass(frozen=True)
class Fact:
    """One behaviour of a server: the emulator's switch, the needs of the measurement, and its function.

    The function returns the position of the switch, or raises UnclearError.
    """

    name: str
    needs: str
    measure: Callable[[Session], Any]


@dataclass(frozen=True)
class Measured:
    """The position of a switch, and the exchange that shows it."""

    name: str
    value: Any
    request: str
    answer: str


@dataclass(frozen=True)
class Unmeasured:
    """A fact without a position, and the reason."""

    name: str
    reason: str


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. ``folded`` is the body with all names in small letters."""

    method: str
    path: str
    sent: Any
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def folded(self) -> Object:
        value = folded(self.body)
        return value if isinstance(value, dict) else {}

    @property
    def resources(self) -> list[Object]:
        """The objects of a list."""
        found = self.folded.get("resources") or []
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        return fold(self.headers.get("Content-Type", "").partition(";")[0])

    def request_shape(self) -> str:
        """Return the request without names, ids and addresses."""
        path, _mark, query = self.path.partition("?")
        parts = [part if fold(part) in KNOWN_SEGMENTS else "ID" for part in path.split("/") if part]
        asked = "&".join(sorted(part.partition("=")[0] for part in query.split("&") if part))
        content = "" if self.sent is None else f" {shape(self.sent)}"
        return f"{self.method} /{'/'.join(parts)}{'?' if asked else ''}{asked}{content}"

    def answer_shape(self) -> str:
        """Return the answer without names, ids and addresses."""
        content = f" {shape(self.body)}" if self.body is not None else ""
        return f"{self.status} {self.media_type or 'without content type'}{content}"


def folded(value: Any) -> Any:
    """Return a body with the names of attributes in small letters (RFC 7643 section 2.1)."""
    if isinstance(value, dict):
        return {fold(str(key)): folded(item) for key, item in value.items()}
    return [folded(item) for item in value] if isinstance(value, list) else value


def shape(value: Any) -> str:
    """Return the names and types of a body, and none of its values. Custom attributes keep no name."""
    if isinstance(value, dict):
        parts = [f"{key}: {'{...}' if fold(str(key)) == CUSTOM else shape(item)}" for key, item in value.items()]
        return "{" + ", ".join(parts) + "}" if all(map(_is_name, value)) else "{...}"
    if isinstance(value, list):
        return f"[{shape(value[0])}]" if value else "[]"
    if isinstance(value, bool):
        return "boolean"
    return "null" if value is None else "text" if isinstance(value, str) else "number"


def _is_name(key: Any) -> bool:
    """Return whether a key can be the name of an attribute, rather than data of a person."""
    return isinstance(key, str) and bool(re.fullmatch(r"(urn:[\w.:-]+|\$?\w+)", key)) and len(key) <= 80
