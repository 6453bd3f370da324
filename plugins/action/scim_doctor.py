# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the table of scim_doctor in the terminal, where a result would be one long line. It can run without this."""

from __future__ import annotations

from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

COLORS = {"FAILED": C.COLOR_ERROR, "failed": C.COLOR_ERROR, "WARNING": C.COLOR_WARN, "warning": C.COLOR_WARN}
display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module and shows the lines of its table."""

    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        in_background = bool(self._task.async_val)
        result.update(self._execute_module(task_vars=task_vars, wrap_async=in_background))
        lines = result.get("table")
        if not in_background and not self._task.no_log and isinstance(lines, list):
            for line in map(str, lines):
                words = line.split()[1:2]
                display.display(f"  {line}".rstrip(), color=COLORS.get(words[0]) if words else None)
        return result
