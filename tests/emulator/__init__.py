# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Emulate a CyberArk Identity tenant for tests.

The emulator serves the token endpoints, SCIM endpoint and administration API of a tenant on the loopback interface. A
control API seeds it, sets its switches and injects faults. Start it with ``python -m tests.emulator`` or with
:class:`Emulator`.

Comments name the source of a fact. *Recorded*: seen in an exchange with a real tenant. *Documented*: stated by the
vendor. *Seen in clients*: a published client relies on it. *Not on record*: no source states it, so a switch offers
both readings, or the emulator guesses.
"""

from __future__ import annotations

from .server import Emulator

__all__ = ["Emulator"]
