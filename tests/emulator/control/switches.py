# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches: behaviours of the product that public sources leave open.

Each uncertain behaviour, or behaviour that differs between tenants, is one row of :data:`SWITCHES`, so that tests can
run with each reading.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ..admin import switch_rows as admin_switch_rows
from ..vault import switch_rows as vault_switch_rows
from . import switch_rows
from .switch_types import Switch

SWITCHES: tuple[Switch, ...] = (*switch_rows.ROWS, *vault_switch_rows.ROWS, *admin_switch_rows.ROWS)

BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in SWITCHES}


class UnknownSwitch(ValueError):
    """A name that is not a switch."""


class Switches:
    """The current values of the switches."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self.reset()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def reset(self) -> None:
        """Set every switch to its default."""
        self._values = {switch.name: copy.deepcopy(switch.default) for switch in SWITCHES}

    def as_dict(self) -> dict[str, Any]:
        """Return a copy of all values."""
        return copy.deepcopy(self._values)

    def update(self, values: Mapping[str, Any]) -> None:
        """Set some switches. If one value is not accepted, nothing changes."""
        unknown = sorted(set(values) - set(BY_NAME))
        if unknown:
            raise UnknownSwitch(f"Unknown switch {', '.join(unknown)}. Known: {', '.join(sorted(BY_NAME))}")
        accepted = {}
        for name, value in values.items():
            try:
                accepted[name] = BY_NAME[name].accept(value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from error
        self._values.update(accepted)
