# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built site: search finds the right page first, and modules list their own options first. `make docs` runs it."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build/docs/html"
SEARCHED = {
    "CSV": "docs/csv",
    "401": "docs/troubleshooting",
    "403": "docs/troubleshooting",
    "429": "docs/troubleshooting",
    "troubleshooting": "docs/troubleshooting",
    "certificate": "docs/troubleshooting",
    "least privilege": "docs/security",
    "safe": "docs/pam_objects",
    "account": "docs/pam_objects",
    "vanity domain": "docs/addresses",
    "leaver": "docs/joiners_leavers",
    "onboarding": "docs/onboarding",
    "inventory": "docs/inventory",
    "drift": "docs/drift",
    "scim_user": "reference/scim_user_module",
}
FRAGMENT = runpy.run_path(str(ROOT / "plugins/doc_fragments/connection.py"))["ModuleDocFragment"]
CONNECTION = set(re.findall(r"^  (\w+):$", FRAGMENT.DOCUMENTATION, re.MULTILINE))
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """Return the pages that each query finds, best first."""
    node = shutil.which("node")
    if not node:
        pytest.skip("node was not found: the search runs in JavaScript")
    command = [node, str(Path(__file__).with_name("search.cjs")), str(SITE), *SEARCHED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results: dict[str, list[str]] = json.loads(done.stdout)
    return results


@pytest.mark.parametrize("query", SEARCHED)
def test_the_search_finds_the_right_page_first(found: dict[str, list[str]], query: str) -> None:
    assert found[query][0] == SEARCHED[query], found[query][:5]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_documents_its_own_options_first(module: str) -> None:
    page = (SITE / f"reference/{module}_module.html").read_text()
    own, mark, connection = page.partition('id="parameters-of-the-connection"')
    assert mark
    options = re.compile(r'id="parameter-(\w+)')
    assert not CONNECTION & set(options.findall(own))
    assert set(options.findall(connection)) == CONNECTION


def test_front_page_has_a_picture_an_install_line_and_a_playbook() -> None:
    page = (SITE / "index.html").read_text()
    assert "architecture.svg" in page
    assert "ansible-galaxy collection install" in re.sub("<[^>]+>", "", page)
    assert "first.yml" in page
