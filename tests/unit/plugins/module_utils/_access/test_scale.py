# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory of 20,000 users and 50,000 permissions is answered in time and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

IN_TIME = 20.0  # seconds for a summary and filtered rows; a loaded machine gets three times that
ENOUGH = 600  # MB, the directory itself included


@pytest.mark.long(reason="it reads a directory of 20,000 users and 50,000 permissions")
def test_a_large_directory_is_answered_in_time() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.access", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
    results = {each["question"]: each for each in json.loads(done.stdout)}
    asked = [
        each for question, each in results.items() if "count" in question or "row" in question or "read" in question
    ]
    assert len(asked) == 7
    assert sum(each["seconds"] for each in asked) < 3 * IN_TIME
    assert results["all shipped policies"]["seconds"] < 3 * IN_TIME
    assert max(each["peak_mb"] for each in results.values()) < ENOUGH
    assert all(each["answer"] > 0 for each in results.values())
