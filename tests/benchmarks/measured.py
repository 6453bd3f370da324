#!/usr/bin/env python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a script with Python and record its cost. Ansible can take this file as the interpreter of its modules.

BENCHMARK_PYTHON is the Python to run. A line of JSON goes to BENCHMARK_MEASURES: the seconds from start to end of the
process, and the peak memory (ru_maxrss of wait4) of the largest process among it and its children.
"""

from __future__ import annotations

import json
import os
import sys
import time

began = time.monotonic()
python = os.environ["BENCHMARK_PYTHON"]
child = os.posix_spawn(python, [python, *sys.argv[1:]], os.environ)
_child, status, usage = os.wait4(child, 0)
measure = {
    "seconds": time.monotonic() - began,
    "megabytes": usage.ru_maxrss / (1 if sys.platform != "darwin" else 1024) / 1024,
}
with open(os.environ["BENCHMARK_MEASURES"], "a", encoding="utf-8") as measures:
    measures.write(json.dumps(measure) + "\n")
sys.exit(os.waitstatus_to_exitcode(status))
