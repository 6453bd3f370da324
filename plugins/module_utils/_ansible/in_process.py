# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the ``main()`` of a module in a process that continues afterwards, such as a task's or a test's."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible.module_utils import basic
from ansible.module_utils.common import warnings


@dataclass(frozen=True)
class Output:
    """The output of a module and its exit status. ``errors`` is the traceback of a module that did not exit."""

    text: str
    status: int
    errors: str = ""


def run_main(main: Callable[[], None], arguments: bytes) -> Output:
    """Run the ``main()`` of a module, and return its output. ``arguments`` is the JSON that a module reads.

    Warnings of an earlier run are dropped.
    """
    printed = io.StringIO()
    errors = "The module returned without a result"
    with _as_module(arguments), contextlib.redirect_stdout(printed):
        warnings._global_warnings.clear()
        warnings._global_deprecations.clear()
        try:
            main()
        except SystemExit as exited:
            return Output(printed.getvalue(), exited.code if isinstance(exited.code, int) else 1)
        except Exception:
            errors = traceback.format_exc()
    return Output(printed.getvalue(), 1, errors)


@contextlib.contextmanager
def _as_module(arguments: bytes) -> Iterator[None]:
    """Let Ansible's code for modules find these arguments, as in the process of a module."""
    with contextlib.ExitStack() as replaced:
        replaced.enter_context(_replaced(basic, "_ANSIBLE_ARGS", arguments))
        if hasattr(basic, "_ANSIBLE_PROFILE"):  # ansible-core 2.19 and newer
            from ansible.module_utils import _internal

            replaced.enter_context(_replaced(basic, "_ANSIBLE_PROFILE", "legacy"))
            # A controller prints warnings at once. A module returns them in its result.
            replaced.enter_context(_replaced(_internal, "is_controller", False))
        yield


@contextlib.contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
