# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirect messages for the host's log to a file. Python imports this at startup if its folder is on PYTHONPATH.

Ansible writes to the journal, with each option in a field of its own, and to syslog if there is no journal. Here it
does both: the journal records its input and then fails.
"""

from __future__ import annotations

import os
import sys
import syslog
import types
from typing import Any

import compile_once

compile_once.install()


def write(*texts: Any, **fields: Any) -> None:
    with open(os.environ["LEAKS_LOG"], "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(" ".join([*map(str, texts), *(f"{name}={value}" for name, value in fields.items()), "\n"]))


def send(**fields: Any) -> None:
    write("journal:", **fields)
    raise OSError("there is no journal")


systemd: Any = types.ModuleType("systemd")
systemd.journal = types.SimpleNamespace(send=send, sendv=send)
systemd.daemon = types.SimpleNamespace(booted=lambda: True)
sys.modules["systemd"] = systemd
syslog.openlog = lambda *arguments: None
syslog.syslog = lambda *texts: write("syslog:", *texts)
