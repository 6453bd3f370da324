# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of each module, and the files that belong to it. They are the same on every release of ansible-core."""

from __future__ import annotations

import importlib
import json
import re

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base import errors
from ansible_collections.idops.cyberark_identity.tests.unit.harness import MODULES, ROOT

MODULE_FILES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


def test_the_action_group_holds_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert runtime["action_groups"] == {"scim": sorted(MODULE_FILES)}


@pytest.mark.parametrize("module", MODULE_FILES)
def test_module_has_a_target(module: str) -> None:
    assert (ROOT / "tests/integration/targets" / module / "tasks/main.yml").is_file()


@pytest.mark.parametrize("module", MODULE_FILES)
def test_failure_codes_that_are_documented_exist(module: str) -> None:
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    returned = json.dumps(yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)["failure"])
    documented = set(re.findall(r"V\((\w+)\)", returned))
    assert documented <= codes | {"missing_library", "internal"}
    assert documented or "See M(" in returned


def test_no_example_holds_a_secret() -> None:
    """Secret options in examples are variables: ansible-core quotes the source of a task in its errors."""
    found = []
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for line in path.read_text().partition("EXAMPLES =")[2].partition("RETURN =")[0].splitlines():
            option, _colon, value = line.strip().partition(": ")
            if option in ("password", "client_secret", "access_token", "secret") and "{{" not in value:
                found.append(f"{path.name}: {line}")
    assert found == []
