# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record the outcome of each task: a line of JSON in the file that INTEROP_OUTCOMES names."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: outcomes
type: notification
short_description: Notes what each task came to
description: For the tests.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "outcomes"

    def v2_runner_on_ok(self, result: Any) -> None:
        self._note(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._note(result, failed=True)

    def _note(self, result: Any, *, failed: bool) -> None:
        names = ("changed", "failure", "msg", "warnings")
        told = {name: result._result[name] for name in names if name in result._result}
        with open(os.environ["INTEROP_OUTCOMES"], "a") as file:
            file.write(json.dumps({"task": result._task.get_name(), "failed": failed, **told}) + "\n")
