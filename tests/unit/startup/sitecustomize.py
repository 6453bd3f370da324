# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python imports this at startup if its folder is on PYTHONPATH."""

from __future__ import annotations

import compile_once
import requests_seen

compile_once.install()
requests_seen.install()
