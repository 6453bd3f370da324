# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real browser for the tests of pages and for screenshots: the Chromium of the system, driven by Playwright."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no browser: install the package chromium of the system, and playwright from requirements-dev.txt"

Open = Callable[..., Any]


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


@contextlib.contextmanager
def opened_pages(browser: Any, folder: Path) -> Iterator[Open]:
    """Give a function that opens the text of a page as a file. It must send no request and report no error."""
    opened: list[Any] = []
    asked: list[Any] = []
    complaints: list[str] = []

    def ask(request: Any) -> None:
        asked.append(request)

    def call(page: str, *, may_complain: bool = False, fragment: str = "", **how: Any) -> Any:
        path = folder / f"page{len(opened)}.html"
        path.write_text(page, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 800}, **how})
        tab = context.new_page()
        opened.append(context)
        tab.on("request", ask)
        tab.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        if not may_complain:
            tab.on("console", lambda message: complaints.append(message.text))
        tab.goto(path.as_uri() + fragment)
        return tab

    try:
        yield call
        # Requests that the policy has blocked were not sent.
        sent = [request.url for request in asked if request.failure != "csp"]
        assert [url for url in sent if not re.fullmatch(r"file://.*/page\d+\.html(#.*)?", url)] == []
        assert complaints == []
    finally:
        for context in opened:
            context.close()


def brightness(tab: Any, kind: str) -> float:
    """Return how bright a colour of the page is, from 0 to 255: ``color`` or ``backgroundColor``."""
    parts = tab.evaluate(f"getComputedStyle(document.body).{kind}.match(/\\d+/g).map(Number)")
    return sum(parts[:3]) / 3
