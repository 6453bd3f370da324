# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.warnings import MOST_WARNINGS, Warnings


def test_warnings_outside_of_a_collection_are_passed_on_at_once() -> None:
    heard: list[str] = []
    warnings = Warnings(heard.append)
    warnings.add("first")
    warnings.add("first")
    assert heard == ["first", "first"]


def test_collected_warnings_are_counted() -> None:
    heard: list[str] = []
    warnings = Warnings(heard.append)
    with warnings.collected():
        for text in ("once", "often", "often"):
            warnings.add(text)
        assert heard == []
    assert heard == ["often (2 times)", "once"]


def test_apply_does_not_count_the_warnings_of_the_plan_again() -> None:
    heard: list[str] = []
    warnings = Warnings(heard.append)
    with warnings.collected():
        warnings.add("planned")
        warnings.begin_repeating()
        warnings.add("planned")
        warnings.add("new")
    assert heard == ["planned", "new"]


def test_warnings_are_passed_on_after_a_failure_and_are_limited() -> None:
    heard: list[str] = []
    warnings = Warnings(heard.append)
    with pytest.raises(ValueError, match="no tenant"), warnings.collected():
        for number in range(MOST_WARNINGS + 2):
            warnings.add(f"warning {number}")
        raise ValueError("no tenant")
    assert len(heard) == MOST_WARNINGS + 1
    assert heard[-1] == "2 more warnings are not shown"
