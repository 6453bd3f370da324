# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback plugin that writes every result to a file as JSON, like the callbacks of controllers and log servers."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: whole_results
type: notification
short_description: Writes every result to a file
description: [Writes every result to a file.]
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "whole_results"

    def _write(self, result: Any, **options: Any) -> None:
        with open(os.environ["LEAKS_RESULTS"], "a", encoding="utf-8") as results:
            results.write(json.dumps(result._result, default=str) + "\n")

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_unreachable = v2_runner_on_skipped = _write
    v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_item_on_skipped = v2_runner_retry = _write
    v2_runner_on_async_ok = v2_runner_on_async_failed = v2_runner_on_async_poll = _write
