# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module ships what it can run, and no more: ``make payload`` prints the numbers."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

UTILS = ROOT / "plugins/module_utils"
TOOL: dict[str, Any] = runpy.run_path(str(ROOT / "tools/payload.py"))
# The most files and lines. To raise a number, see first whether the module can run what it gained.
WRITES, READS, PORTAL = (44, 8150), (32, 6500), (39, 7800)
MOST = {
    "identity_oauth2_app": PORTAL,
    "identity_role": PORTAL,
    "identity_user": PORTAL,
    "scim_group": WRITES,
    "scim_group_info": READS,
    "scim_pam_object": WRITES,
    "scim_pam_object_info": READS,
    "scim_server_info": (25, 5400),
    "scim_token": (18, 3500),
    "scim_user": WRITES,
    "scim_user_info": READS,
}
# Files that a module has no use for.
WRITING = ("_model/ensure", "_model/journal_lines", "_model/people", "_scim/along", "_scim/objects", "_scim/people")
WHOLE_DIRECTORY = ("_directory/", "_diagnosis/", "_ansible/plan_files")
USELESS = {
    **dict.fromkeys(("scim_user", "scim_group"), ("_scim/vault", "_scim/reading", "_identity/", *WHOLE_DIRECTORY)),
    "scim_pam_object": ("_scim/reading", "_identity/", *WHOLE_DIRECTORY),
    **dict.fromkeys(
        ("scim_user_info", "scim_group_info", "scim_pam_object_info"), (*WRITING, "_identity/", *WHOLE_DIRECTORY)
    ),
    **dict.fromkeys(("identity_user", "identity_role", "identity_oauth2_app"), ("_scim/", *WHOLE_DIRECTORY)),
    "scim_server_info": (*WRITING, "_model/plan", "_model/options", "_identity/", *WHOLE_DIRECTORY),
    "scim_token": ("_model/", "_scim/", "_identity/", *WHOLE_DIRECTORY),
}


@pytest.mark.parametrize("module", MOST)
def test_a_module_ships_no_more_than_before(module: str) -> None:
    files: list[Path] = TOOL["shipped"](module)
    most_files, most_lines = MOST[module]
    assert len(files) <= most_files
    assert TOOL["lines_of"](files) <= most_lines


@pytest.mark.parametrize("module", USELESS)
def test_a_module_ships_nothing_that_it_cannot_run(module: str) -> None:
    places = [str(file.relative_to(UTILS)) for file in TOOL["shipped"](module) if file.is_relative_to(UTILS)]
    assert [place for place in places if place.startswith(USELESS[module])] == []
