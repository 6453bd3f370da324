# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator of a CyberArk Identity tenant, for tests.

It serves the token endpoints and the SCIM endpoint of a tenant on the
loopback interface, plus a control API that seeds it, sets its switches and
injects faults. Start it with ``python -m tests.emulator`` or with
:class:`Emulator`.
"""

from __future__ import annotations

from .server import Emulator

__all__ = ["Emulator"]
