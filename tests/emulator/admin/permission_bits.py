# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rights to an app: their names, and their bits in the number that answers show (seen in clients)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .apps import App
from .envelope import Refusal

if TYPE_CHECKING:
    from ..control.switches import Switches
    from ..oauth.authority import Authority

VIEW, EXECUTE = 4, 128
BITS: Mapping[str, int] = {
    "Grant": 1,
    "View": VIEW,
    "Admin": 8,
    "ViewDetail": 16,
    "Delete": 64,
    "Execute": EXECUTE,
    "Automatic": 1 << 31,
    "None": 0,
}
# Two of them include others, as in a table of the vendor.
COMPOSED: Mapping[str, int] = {"Admin": 28, "ViewDetail": 20}
EVERYTHING = sum(BITS.values())
BY_NAME = {name.casefold(): name for name in BITS}


def bits_of(rights: Any, switches: Switches) -> int:
    """Return the bits of a comma-separated list of rights."""
    if not isinstance(rights, str):
        raise Refusal("Type casting failure. Key:Rights.")
    bits: Mapping[str, int] = {**BITS, **(COMPOSED if switches["permission_bits"] == "composed" else {})}
    total = 0
    for item in rights.split(","):
        name = BY_NAME.get(item.strip().casefold())
        if name is None:
            raise Refusal(f"Requested value '{item.strip()}' was not found.")
        total |= bits[name]
    return total


def names_of(grant: int) -> str:
    """Return the names of the rights in a number."""
    return ", ".join(name for name, bit in BITS.items() if bit and grant & bit)


def grant_of(app: App, user_id: str, authority: Authority) -> int:
    """Return the rights of a user to an app, granted directly or through roles."""
    if authority.administers_system:
        return EVERYTHING
    held = 0
    for principal, permission in app.permissions.items():
        if principal == user_id or principal in authority.roles:
            held |= permission.grant
    return held
