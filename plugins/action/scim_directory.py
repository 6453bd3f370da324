# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows how far scim_directory is while it runs, and nothing else: the module does the work and can do without this."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

LOOK_EVERY = 0.2  # seconds
display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module with a file that it writes its progress to, and shows the lines as they come."""

    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        progress = arguments.get("progress")
        wanted = progress in (None, "") or boolean(progress, strict=False)
        # The file has to be on this machine, and somebody has to wait for it. Its lines hold names.
        if not wanted or self._task.no_log or self._connection.transport != "local" or self._task.async_val:
            result.update(
                self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=bool(self._task.async_val))
            )
            return result
        with tempfile.TemporaryDirectory(prefix="scim-directory-") as folder:
            path = os.path.join(folder, "progress")
            ended = threading.Event()
            follower = threading.Thread(target=_follow, args=(path, ended, self._task.get_name()), daemon=True)
            follower.start()
            try:
                result.update(
                    self._execute_module(module_args={**arguments, "progress_path": path}, task_vars=task_vars)
                )
            finally:
                ended.set()
                follower.join()
        return result


def _follow(path: str, ended: threading.Event, name: str) -> None:
    """Show the lines of a file as they are written, until it is said to have ended."""
    with open(path, "a+", encoding="utf-8") as lines:
        lines.seek(0)
        over = False
        while not over:
            over = ended.wait(LOOK_EVERY)
            for line in lines:
                display.display(f"  {name}: {line.rstrip()}")
