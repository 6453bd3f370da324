# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the files of scim_directory, show its progress while it runs, and tell it when Ansible has ended."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import Any, TextIO

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._ansible.module import hand_over
from ..modules import scim_directory
from ..plugin_utils._directory_files import KINDS, Reader
from ..plugin_utils._in_process import InProcessAction, refusal
from ..plugin_utils._parts import Part

LOOK_EVERY = 0.2  # seconds
FILES = "path_files"  # the option that has the content of files
PLAN_LINE = "plan: "  # how the module marks the lines of a plan
KEPT = "_cyberark_identity_lists"  # the attribute of a task in which its lists are kept
COLORS = {"+": C.COLOR_OK, "~": C.COLOR_CHANGED, "-": C.COLOR_ERROR}
display = Display()


class ActionModule(InProcessAction):
    """Runs the module with a file for its progress, and shows the lines as they are written.

    A lock on the file (flock) tells the module that somebody waits for its result. The system releases the lock when
    this process ends in any way. The follower releases it when the process of the playbook has ended.
    """

    module = scim_directory
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = ActionBase.run(self, tmp, task_vars)
        if self._task.args.get(FILES) is not None:
            text = f"{FILES} is an option that the collection sets itself. Name the files in path."
            return {**result, "failed": True, "msg": text, "failure": {"code": "invalid"}}
        self._files: dict[str, Any] = {}  # the option of the module that has them
        arguments = self._with_files()
        # The file has to be on this machine, and somebody has to wait for it.
        if self._connection.transport != "local" or self._task.async_val:
            result.update(
                self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=bool(self._task.async_val))
            )
            return result
        if self._task.no_log:  # the lines hold names
            arguments["progress"] = False
        with tempfile.TemporaryDirectory(prefix="scim-directory-") as folder:
            path = os.path.join(folder, "progress")
            with open(path, "a+", encoding="utf-8") as lines:
                with contextlib.suppress(OSError):  # of a file system without locks
                    fcntl.flock(lines, fcntl.LOCK_EX | fcntl.LOCK_NB)
                ended = threading.Event()
                name = self._task.get_name()
                follower = threading.Thread(target=_follow, args=(lines, folder, ended, name), daemon=True)
                follower.start()
                try:
                    arguments["progress_path"] = path
                    result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
                finally:
                    ended.set()
                    follower.join()
        return result

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> Any:
        """Build the module, then drop the entries from the options: Ansible would format them for its log.

        A module in this process gets the files as they are. To write them as JSON and read them takes a while.
        """
        files, self._files = self._files, {}  # an asynchronous task builds a second module
        hand_over(files if self._here else {})
        given = module_args if self._here else {**module_args, **files}
        built = super()._configure_module(module_name, given, task_vars)
        for name in (FILES, *KINDS):
            module_args.pop(name, None)
        return built

    def _with_files(self) -> dict[str, Any]:
        """Return the options of the module, with the task's part of its lists. Read the files at ``path``.

        The lists are removed from the task, because Ansible sends its options to the parent process with the result.
        They are kept here for another attempt (``until``).
        """
        kept = {**getattr(self._task, KEPT, {}), **self._task.args}
        kept = {kind: kept[kind] for kind in KINDS if kind in kept}
        setattr(self._task, KEPT, kept)
        for kind in kept:
            self._task.args.pop(kind, None)
        options = dict(self._task.args)
        part = _part_of(options.get("part"))
        lists = {kind: listed for kind, listed in kept.items() if isinstance(listed, list)}
        given = {**options, **kept, **part.of(lists)}
        if starts := _starts_of(options.get("path")):
            files = Reader(self._loader, self._templar).read_directory(starts)
            self._files = {FILES: [{**file, "content": part.of(file["content"])} for file in files]}
            given.pop(FILES, None)
        gc.freeze()  # Python need not search the entries for cycles: they have none, and end with this process.
        return given


def _starts_of(path: Any) -> list[str]:
    """Return the files and folders in the option, or none if the option is invalid. The module refuses it later."""
    starts = path.split(",") if isinstance(path, str) else path
    names = starts if isinstance(starts, list) and all(isinstance(start, str) for start in starts) else []
    # Variables of the environment first: what they hold may be absolute.
    return [os.path.expandvars(name) for name in names] if all(name.strip() for name in names) else []


def _part_of(given: Any) -> Part:
    """Return the part that the option names. The module checks what it has."""
    if not isinstance(given, Mapping):
        return Part()
    try:
        return Part(**{name: int(number) for name, number in given.items()})
    except (TypeError, ValueError):
        raise refusal("part takes the numbers slices, slice and wave") from None


def _follow(lines: TextIO, folder: str, ended: threading.Event, name: str) -> None:
    """Show the lines of a file as they are written, until the event is set or the parent process is gone.

    The module writes an empty line when it has opened the file. The folder is then removed, so no signal leaves it.
    """
    parent = os.getppid()
    lines.seek(0)
    over = False
    while not over:
        over = ended.wait(LOOK_EVERY)
        if os.getppid() != parent:
            shutil.rmtree(folder, ignore_errors=True)
            fcntl.flock(lines, fcntl.LOCK_UN)
            return
        for line in lines:
            if line.startswith(PLAN_LINE):
                _show(line[len(PLAN_LINE) :].rstrip())
            elif line.strip():
                display.display(f"  {name}: {line.rstrip()}")
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _show(line: str) -> None:
    """Show a line of a plan, cut to the terminal. Ansible decides about colours."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(line) + 2
    text = f"  {line}"
    display.display(text if len(text) <= width else f"{text[: width - 3]}...", color=COLORS.get(line[:1]))
