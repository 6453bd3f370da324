# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection of a tenant in the forms that shells and CI services take."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

PREFIX = "CYBERARK_IDENTITY_"
ADMINISTRATOR = "admin_"


def shell_lines(info: Mapping[str, Any]) -> str:
    """Return the connection and the control API as lines for a shell. The administrator is in comments."""
    lines = []
    for name, value in info.items():
        line = f"export {PREFIX}{name.upper()}={shlex.quote(str(value))}"
        if name.startswith(ADMINISTRATOR):
            line = f"# {name}={shlex.quote(str(value))}"
        lines += [line] if value is not None else []
    return "\n".join([*lines, ""])


def variable_lines(info: Mapping[str, Any]) -> str:
    """Return the same as ``NAME=value``, unquoted. Without ``ca_path``, which clients elsewhere do not have."""
    return "".join(
        f"{PREFIX}{name.upper()}={value}\n"
        for name, value in info.items()
        if value is not None and name != "ca_path" and not name.startswith(ADMINISTRATOR)
    )
