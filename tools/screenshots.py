# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the pictures of docs/images that show the pages of a plan and of access. `make screenshots` runs it.

The plan is made against the emulator. Its address is replaced, because its port is another one each time.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.filter.access_report import access_report
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_report import directory_report
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.after import after, renames_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import access_document
from ansible_collections.idops.cyberark_identity.tests.unit.browser import NoBrowserError, chromium
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant, run_module

ADDRESS, DATE = "https://example.id.cyberark.cloud", 1_796_000_000
FINDING = {
    "policy": "groups-are-the-rule",
    "severity": "warn",
    "reason": "People get access through groups, so that a leaver loses it in one place.",
    "subject": {"user": "grace.murray@example.com", "container": "APP-PRD"},
    "text": "grace.murray@example.com has a permission of her own on APP-PRD.",
    "exception": None,
    "new": False,
}
IMAGES = Path(__file__).resolve().parent.parent / "docs/images"
WIDE, PHONE = {"width": 1000, "height": 820}, {"width": 390, "height": 820}
PICTURES: dict[str, dict[str, Any]] = {
    "plan": {"viewport": WIDE, "color_scheme": "light"},
    "plan_dark": {"viewport": WIDE, "color_scheme": "dark"},
    "plan_narrow": {"viewport": PHONE, "color_scheme": "light"},
}
# The part of the page's address behind the #, and how it is shown.
ACCESS_PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "access": ("", {"viewport": WIDE, "color_scheme": "light"}),
    "access_ways": (
        "person=grace.murray@example.com&safe=APP-PRD",
        {"viewport": {**WIDE, "height": 700}, "color_scheme": "light"},
    ),
    "access_narrow": (
        "account=APP-PRD/root@web1",
        {"viewport": {**PHONE, "height": 900}, "color_scheme": "dark"},
    ),
}
TEAM = ("ada", "charles", "edsger", "grace")
SEED: dict[str, Any] = {
    "users": [{"userName": f"{name}@example.com", "active": True} for name in TEAM],
    "groups": [{"displayName": "compilers", "members": ["charles@example.com", "grace@example.com"]}],
    "containers": [{"name": "APP-PRD"}, {"name": "APP-OLD"}],
    "permissions": [{"container": "APP-PRD", "user": "grace@example.com", "rights": ["listAccounts"]}],
    "accounts": [
        {"container": "APP-OLD", "name": "root@web1", "type": "password"},
        {"container": "APP-PRD", "name": "root@web1", "properties": {"username": "root", "address": "web1"}},
    ],
}
WANTED: dict[str, Any] = {
    "users": [
        {"user_name": "grace.murray@example.com", "formerly": ["grace@example.com"], "organization": "Navy"},
        {"user_name": "katherine@example.com", "display_name": "Katherine Johnson", "password": "Initial-pass-1"},
        {"user_name": "charles@example.com", "active": False},
    ],
    "groups": [
        {"display_name": "compilers", "users": {"set": ["grace.murray@example.com", "katherine@example.com"]}},
    ],
    "containers": [{"name": "APP-OLD", "state": "absent"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "compilers", "rights_preset": "read_only"},
    ],
}


def plan() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the plan and the access document that the pictures show."""
    tenant = Tenant.start()
    try:
        tenant.seed(**SEED)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plan.json"
            options = {**tenant.defaults_for("scim_directory"), **WANTED, "plan_path": str(path)}
            done = run_module("scim_directory", options, check=True)
            if done.failed:
                raise SystemExit(done["msg"])
            document: dict[str, Any] = json.loads(path.read_text())
        read = run_module("scim_directory_info", tenant.defaults_for("scim_directory_info"))
    finally:
        tenant.stop()
    directory = read["directory"]
    access = access_document(
        "plan",
        directory,
        DATE,
        tenant=ADDRESS,
        after=after(directory, document),
        renames=renames_of(document),
        findings=[FINDING],
    )
    return {**document, "tenant": ADDRESS}, access


def show_access(browser: Any, page: str) -> None:
    """Write the pictures of the page of access."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "access.html"
        path.write_text(page)
        for name, (fragment, how) in ACCESS_PICTURES.items():
            tab = browser.new_context(**how).new_page()
            tab.goto(f"{path.as_uri()}#{fragment}")
            tab.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    document, access = plan()
    page = directory_report(document, "html")
    try:
        with chromium() as browser:
            for name, how in PICTURES.items():
                tab = browser.new_context(**how).new_page()
                tab.set_content(page)
                tab.screenshot(path=IMAGES / f"{name}.png")
            show_access(browser, access_report(access, "html"))
    except NoBrowserError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
