# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Share one tenant between all tests of a process: the real emulator in its own process, reset before each test."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

# Ansible finds the plugins of a collection only if its loader is there before the first import of the collection.
if os.environ.get("MODULE_HARNESS", "main") != "main":
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(Path(__file__).parents[2] / "build/collections")])

import hypothesis
import pytest
from ansible_collections.idops.cyberark_identity.tests.unit import left_out
from ansible_collections.idops.cyberark_identity.tests.unit.harness import WAY, Result, Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Serve, servers

# No deadline, because the time of an example depends on the load of the machine. No database, because a failing example
# is printed. The profile "suite" always tries the same examples, and "quick", of the quick suite, the first of them;
# "thorough" tries many more, with a fresh seed.
hypothesis.settings.register_profile("suite", deadline=None, database=None, derandomize=True)
suite = hypothesis.settings.get_profile("suite")
hypothesis.settings.register_profile("thorough", suite, derandomize=False, max_examples=1000, print_blob=True)
hypothesis.settings.register_profile("quick", suite, max_examples=35)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick" if "QUICK" in os.environ else "suite"))

# Started with the session and not by a fixture: ansible-test forks a process for every test, and each fork would start
# a tenant and leave it behind.
_TENANTS: dict[str, Tenant] = {}
_FOLDER = tempfile.TemporaryDirectory(prefix="cyberark-identity-tests-")


def pytest_configure(config: pytest.Config) -> None:
    # Registered here because ansible-test does not read pyproject.toml.
    config.pluginmanager.register(left_out)
    config.addinivalue_line("markers", "ways(*names, reason): the ways of running modules (harness.WAY) that it takes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that do not work with the way in which this harness runs modules. MODULE_SAMPLE thins out all."""
    every = int(os.environ.get("MODULE_SAMPLE", "1"))
    items[:] = [item for item in items if not zlib.crc32(item.nodeid.encode()) % every]
    for item in items:
        mark = item.get_closest_marker("ways")
        if mark and WAY not in mark.args:
            item.add_marker(pytest.mark.skip(reason=f"only {' and '.join(mark.args)}: {mark.kwargs['reason']}"))


def pytest_sessionstart(session: pytest.Session) -> None:
    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        return  # this process only distributes tests to workers
    _TENANTS["http"] = Tenant.start()
    _TENANTS["https"] = Tenant.start("--tls", _FOLDER.name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the number of cases tried by tests that record it."""
    passed = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", ())]
    for what in sorted({what for properties in passed for what in properties}):
        terminalreporter.write_line(f"{sum(properties.get(what, 0) for properties in passed)} {what} survived")


def pytest_sessionfinish() -> None:
    while _TENANTS:
        _TENANTS.popitem()[1].stop()
    _FOLDER.cleanup()


@pytest.fixture
def tenant() -> Tenant:
    """Return a new tenant, over plain HTTP."""
    _TENANTS["http"].reset()
    return _TENANTS["http"]


@pytest.fixture
def tls_tenant() -> Tenant:
    """Return a new tenant, over TLS with a certificate of a private authority."""
    _TENANTS["https"].reset()
    return _TENANTS["https"]


@pytest.fixture
def run(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs a module as the service user, or as the administrator if the module needs it.

    Keyword arguments override the options of the connection.
    """
    monkeypatch.setenv("HOME", str(tmp_path))

    def call(module: str, *, check: bool = False, **options: object) -> Result:
        return run_module(module, {**tenant.defaults_for(module), **options}, check=check)

    return call


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a small server."""
    with servers() as start:
        yield start
