# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the table of scim_doctor in the terminal, where a result would be one long line. The plugin is optional."""

from __future__ import annotations

from typing import Any

from ansible import constants as C
from ansible.utils.display import Display
from ansible_collections.idops.cyberark_identity.plugins.modules import scim_doctor
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._in_process import InProcessAction

COLORS = {"FAILED": C.COLOR_ERROR, "failed": C.COLOR_ERROR, "WARNING": C.COLOR_WARN, "warning": C.COLOR_WARN}
display = Display()


class ActionModule(InProcessAction):
    """Runs the module where all others run, and shows the lines of its table."""

    module = scim_doctor

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        lines = result.get("table")
        if not self._task.async_val and not self._task.no_log and isinstance(lines, list):
            for line in map(str, lines):
                words = line.split()[1:2]
                display.display(f"  {line}".rstrip(), color=COLORS.get(words[0]) if words else None)
        return result
