# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real browser for the tests of pages and for screenshots: the Chromium of the system, driven by Playwright."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no browser: install the package chromium of the system, and playwright from requirements-dev.txt"


class NoBrowserError(Exception):
    """There is no browser here, or nothing to drive it with."""


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium without a window. Raise NoBrowserError where it, or Playwright, is not installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowserError(MISSING) from error
    if path is None:
        raise NoBrowserError(MISSING)
    with sync_playwright() as playwright:
        # The sandbox of Chromium does not start for root, which containers run as. The pages are our own.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=sandbox)
        try:
            yield browser
        finally:
            browser.close()
