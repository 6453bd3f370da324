# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Select the part of a directory that one of several hosts applies in one of several waves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..module_utils._base.paths import fold

# The option that assigns an entry to a host. Entries on a safe follow the safe, so that one host manages all of them.
NAMES = {
    "users": "user_name",
    "groups": "display_name",
    "containers": "name",
    "container_permissions": "container",
    "privileged_data": "container",
}
# The options that wait for a later wave, with the wave: references to the same kind, and rights that are still needed.
LATE = {"users": ("manager", 2), "groups": ("groups", 3), "containers": ("creator_rights", 3)}
BEGINS = {"users": 1, "groups": 2, "containers": 1, "container_permissions": 3, "privileged_data": 3}
LAST = 3


@dataclass(frozen=True)
class Part:
    """One slice, counted from 1, and one wave. By default, the part is the whole directory."""

    slices: int = 1
    slice: int = 1
    wave: int = LAST

    @property
    def is_whole(self) -> bool:
        return self.slices == 1 and self.wave == LAST

    def of(self, lists: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Return the entries of this part, by kind. Invalid entries belong to every part, and are refused later."""
        return {kind: list(lists[kind]) if self.is_whole else self._of_kind(kind, lists[kind]) for kind in lists}

    def _of_kind(self, kind: str, listed: Sequence[Any]) -> list[Any]:
        option, begins = LATE.get(kind, (None, 1))
        left_out = option if self.wave < begins else None
        own = [entry for entry in listed if not isinstance(entry, Mapping) or self._has(kind, entry)]
        return [_without(entry, left_out) for entry in own]

    def _has(self, kind: str, entry: Mapping[str, Any]) -> bool:
        has_begun = self.wave == LAST or (self.wave >= BEGINS[kind] and entry.get("state") in (None, "present"))
        return has_begun and self._slice_of(kind, entry) == self.slice

    def _slice_of(self, kind: str, entry: Mapping[str, Any]) -> int:
        if self.slices == 1:
            return 1
        name = fold(entry.get(NAMES[kind]) or entry.get("id") or "")
        return int(hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest(), 16) % self.slices + 1


def _without(entry: Any, left_out: str | None) -> Any:
    if left_out is None or not isinstance(entry, Mapping):
        return entry
    return {option: value for option, value in entry.items() if option != left_out}
