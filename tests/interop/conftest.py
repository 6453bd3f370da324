# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Share the tenant of the unit tests with the conformance test."""

from __future__ import annotations

from ansible_collections.idops.cyberark_identity.tests.unit.conftest import (
    pytest_configure,
    pytest_sessionfinish,
    pytest_sessionstart,
    tenant,
)

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_sessionstart", "tenant"]
