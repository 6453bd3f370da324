# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The type of switches, and checks of their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Default support of PATCH by resource type. The documentation lists no PATCH for the vault's types; one client sends it
# to PrivilegedData.
PATCH_DEFAULTS = {
    "Users": True,
    "Groups": True,
    "Containers": 405,
    "ContainerPermissions": 405,
    "PrivilegedData": True,
}
RIGHTS = ("UserManagement", "RoleManagement", "VaultManagement")

Accept = Callable[[Any], Any]


@dataclass(frozen=True)
class Switch:
    """One uncertain fact: its name, default, accepted values and meaning."""

    name: str
    default: Any
    accept: Accept
    doc: str


@dataclass(frozen=True)
class OneOf:
    """Accept one of some values. ``True`` and ``1`` are different values."""

    values: tuple[Any, ...]

    def __call__(self, value: Any) -> Any:
        """Return the value, or refuse it."""
        if not any(value == known and type(value) is type(known) for known in self.values):
            raise ValueError(f"must be one of {', '.join(map(repr, self.values))}")
        return value


def one_of(*values: Any) -> OneOf:
    """Accept one of these values."""
    return OneOf(values)


def number(minimum: float, *, whole: bool) -> Accept:
    """Accept a number of at least a minimum."""

    def accept(value: Any) -> Any:
        fits = isinstance(value, int) if whole else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or value < minimum:
            raise ValueError(f"must be a{' whole' if whole else ''} number of at least {minimum}")
        return value

    return accept


def list_of(known: tuple[str, ...] | None = None) -> Accept:
    """Accept a list of strings. If there are known strings, accept only these."""

    def accept(value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ValueError("must be a list of names")
        if known is not None and (unknown := sorted(set(value) - set(known))):
            raise ValueError(f"does not know {', '.join(unknown)}; known: {', '.join(known)}")
        return list(value)

    return accept


def patch_supported(value: Any) -> dict[str, Any]:
    """Accept the PATCH support of some resource types. The others keep their defaults."""
    if not isinstance(value, dict) or set(value) - set(PATCH_DEFAULTS):
        raise ValueError(f"must be a mapping of {', '.join(PATCH_DEFAULTS)}")
    check = one_of(True, 405, 501)
    return {name: check(value.get(name, default)) for name, default in PATCH_DEFAULTS.items()}


def throttle(value: Any) -> dict[str, Any] | None:
    """Accept ``null``, or the interval and the Retry-After of 429 answers."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"every", "retry_after"} or "every" not in value:
        raise ValueError("must be null or {every: number, retry_after: seconds or null}")
    retry_after = value.get("retry_after")
    if retry_after is not None and not isinstance(retry_after, int | str):
        raise ValueError("retry_after must be seconds, a date or null")
    return {"every": number(1, whole=True)(value["every"]), "retry_after": retry_after}


FLAG = one_of(False, True)
