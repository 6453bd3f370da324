# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents match the code: codes, statuses, modules, variables and switches."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base import errors
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.statuses import STATUSES, Status
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant

README = (ROOT / "README.md").read_text()


def table(text: str, heading: str) -> set[str]:
    """Return the first column of the table below the heading row."""
    rows = text.partition(heading)[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([^`]+)`", rows, re.MULTILINE))


def test_every_failure_code_is_explained() -> None:
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert table((ROOT / "docs/errors.md").read_text(), "| `failure.code`") == codes | {"missing_library", "internal"}


def line_of(row: Status) -> str:
    """Format the row of a status as in docs/errors.md."""
    again = "yes" if row.transient else "no"
    if row.error is errors.ServerError:
        again = "reads only"
    elif row.pending:
        again = "after a lookup, unless it could create two"
    elif row.uncertain:
        again = "after a lookup"
    ends = "yes" if row.shared else ""
    hint = row.hint or "see the message"
    return f"| {f'{row.code} {row.phrase}'.rstrip()} | `{row.error.code}` | {again} | {ends} | {hint} |"


def test_every_status_is_in_the_table() -> None:
    text = (ROOT / "docs/errors.md").read_text().partition("| status |")[2].partition("\n\n")[0]
    assert text.splitlines()[2:] == [line_of(row) for row in STATUSES]


def test_readme_lists_every_module() -> None:
    assert table(README, "| module |") == {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}


def test_every_variable_of_the_environment_is_explained() -> None:
    folders = ("plugins", "roles", "playbooks", "docs/awx")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".yml")]
    named = {name for path in files for name in re.findall(r"CYBERARK_IDENTITY_[A-Z_]+", path.read_text())}
    assert set(re.findall("`(CYBERARK_IDENTITY_[A-Z_]+)`", (ROOT / "docs/authentication.md").read_text())) == named


def test_directory_entries_have_the_options_of_single_object_modules() -> None:
    tool = runpy.run_path(str(ROOT / "tools/suboptions.py"))
    module = (ROOT / "plugins/modules/scim_directory.py").read_text()
    assert tool["written"](module) == module, "run tools/suboptions.py"


PAGES = sorted(path.relative_to(ROOT) for path in (*ROOT.glob("docs/*.md"), ROOT / "README.md"))


@pytest.mark.parametrize("page", PAGES, ids=str)
@pytest.mark.parametrize(
    ("word", "plain"),
    [(r"`containers?`|containers?: |kind='containers'", "safe"), (r"privileged_data|privileged data", "account")],
    ids=["container", "privileged_data"],
)
def test_a_word_of_scim_is_introduced_where_it_first_appears(page: Path, word: str, plain: str) -> None:
    text = (ROOT / page).read_text()
    if first := re.search(word, text):
        end = text.find("\n\n", first.end())
        assert re.search(rf"\b{plain}s?\b", text[:end], re.IGNORECASE), text[first.start() - 200 : end]


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_switches_are_documented(tenant: Tenant) -> None:
    documented = table((ROOT / "docs/emulator_switches.md").read_text(), "| switch |")
    assert documented == set(tenant.control("GET", "switches"))
