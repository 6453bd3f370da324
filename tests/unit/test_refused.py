# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each row of docs/refused.md holds: the options are refused with the message, and nothing is written.

For a new refusal, add a row there. No change is needed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner

DOCUMENT = (ROOT / "docs/refused.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| `(.+?)` \| (.+?) \| .+ \|$", re.MULTILINE)
ROWS = [
    (module, given, message.replace("`", "").replace("\\|", "|")) for module, given, message in ROW.findall(DOCUMENT)
]
FILES = [(given, message) for module, given, message in ROWS if module == "directory_files"]
TABLES = [(given, message) for module, given, message in ROWS if module == "directory_csv"]
TASKS = [row for row in ROWS if row[0] not in ("directory_files", "directory_csv")]


def test_every_row_of_the_table_is_tried() -> None:
    assert len(ROWS) == len(re.findall(r"^\| `", DOCUMENT, re.MULTILINE)) > 10


@pytest.mark.parametrize(("module", "given", "message"), TASKS, ids=[f"{row[0]} {row[1]}"[:60] for row in TASKS])
def test_options_of_the_table_are_refused(
    tenant: Tenant, run: Callable[..., Result], module: str, given: str, message: str
) -> None:
    if module.startswith("scim_pam"):
        tenant.switch(granted_rights=["VaultManagement"])
    result = run(module, **yaml.safe_load(given))
    assert (result.failed, result.code) == (True, "invalid"), result.output
    assert message in result["msg"]
    assert tenant.writes() == []


@pytest.mark.parametrize(("given", "message"), TABLES, ids=[given[:60] for given, _message in TABLES])
def test_csv_files_of_the_table_are_refused(given: str, message: str) -> None:
    options = yaml.safe_load(given)
    text = options.pop("file")
    with pytest.raises(InvalidError) as refusal:
        entries_of_csv(text, Reading(**options))
    assert message in str(refusal.value)


@pytest.mark.long(reason="it runs ansible-playbook; the files are read the same way elsewhere")
def test_files_of_the_table_are_refused(tenant: Tenant, tmp_path: Path) -> None:
    play = PlaybookRunner.at(tmp_path, tenant.connection)
    for number, (content, _message) in enumerate(FILES):
        play.write(f"tenant/{number}.yml", content)
    played = play("apply", directory_path="tenant")
    expected = [f"{tmp_path}/tenant/{number}.yml {message}" for number, (_content, message) in enumerate(FILES)]
    assert [text for text in expected if text not in played.text] == [], played.output
    assert tenant.writes() == []
