# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tenant for all tests of a process: the real emulator, in a process of its own, reset before each test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from ansible_collections.idops.cyberark_identity.tests.unit import left_out
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, run_module

# How long an example takes depends on what else the machine does, and a failing example is printed: no database.
# The suite tries the same examples each time; "thorough" tries many more, and others each time.
hypothesis.settings.register_profile("suite", deadline=None, database=None, derandomize=True)
suite = hypothesis.settings.get_profile("suite")
hypothesis.settings.register_profile("thorough", suite, derandomize=False, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# Started with the session rather than by a fixture: ansible-test runs every test in a forked process of its own, which
# would start one anew and leave it behind.
_TENANTS: dict[str, Tenant] = {}
_FOLDER = tempfile.TemporaryDirectory(prefix="cyberark-identity-tests-")


def pytest_configure(config: pytest.Config) -> None:
    # Here and not in pyproject.toml, which ansible-test does not read.
    config.pluginmanager.register(left_out)


def pytest_sessionstart(session: pytest.Session) -> None:
    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        return  # the one that only hands out tests to workers
    _TENANTS["http"] = Tenant.start()
    _TENANTS["https"] = Tenant.start("--tls", _FOLDER.name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried by tests that try many things each and have noted how many."""
    passed = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", ())]
    for what in sorted({what for properties in passed for what in properties}):
        terminalreporter.write_line(f"{sum(properties.get(what, 0) for properties in passed)} {what} survived")


def pytest_sessionfinish() -> None:
    while _TENANTS:
        _TENANTS.popitem()[1].stop()
    _FOLDER.cleanup()


@pytest.fixture
def tenant() -> Tenant:
    """The tenant as it is when new, over plain HTTP."""
    _TENANTS["http"].reset()
    return _TENANTS["http"]


@pytest.fixture
def tls_tenant() -> Tenant:
    """A tenant with a certificate of a private authority."""
    _TENANTS["https"].reset()
    return _TENANTS["https"]


@pytest.fixture
def run(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run a module against the tenant as its service user, or as its administrator where that is what it is for.

    Options given as keywords come on top.
    """
    monkeypatch.setenv("HOME", str(tmp_path))

    def call(module: str, *, check: bool = False, **options: object) -> Result:
        return run_module(module, {**tenant.defaults_for(module), **options}, check=check)

    return call
