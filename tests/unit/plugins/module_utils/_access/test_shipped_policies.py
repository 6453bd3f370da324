# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shipped policies find what they are for, and each part of their conditions is needed for that."""

from __future__ import annotations

import copy
import re
import runpy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import evaluate
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.scene import Scene
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS_PRESETS
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

NOW = 1_796_000_000.0  # 2026-11-30
FOLDER = ROOT / "playbooks/policies"
VALUES = yaml.safe_load((ROOT / "playbooks/vars/policies.yml").read_text())["policy_values"]
CASES = yaml.safe_load((ROOT / "tests/unit/plugins/module_utils/_access/policy_cases.yml").read_text())
TEMPLATE = re.compile(r"\{\{ policy_values\.([a-z_]+) \}\}")
Path = tuple[Any, ...]


def filled(value: Any, values: dict[str, Any]) -> Any:
    """Return a policy with these values in its templates."""
    if isinstance(value, str) and (found := TEMPLATE.fullmatch(value)):
        return values[found[1]]
    if isinstance(value, dict):
        return {key: filled(item, values) for key, item in value.items()}
    return [filled(item, values) for item in value] if isinstance(value, list) else value


POLICIES = {
    policy["name"]: filled(policy, {**VALUES, **CASES.get(policy["name"], {}).get("values", {})})
    for path in sorted(FOLDER.glob("*.yml"))
    for policy in yaml.safe_load(path.read_text())["policies"]
}


def scene_of(directory: dict[str, Any], changes: list[Any] | None) -> Scene:
    lists = {plural: [] for plural in ("users", "groups", "containers", "container_permissions", "privileged_data")}
    directory = copy.deepcopy({**lists, **directory})
    for entry in directory["container_permissions"]:
        if entry["rights"]["set"] == "FULL":
            entry["rights"]["set"] = [*RIGHTS_PRESETS["full"]]
    return Scene(State.of(directory), NOW, changes)


def findings_of(policy: dict[str, Any], case: dict[str, Any]) -> list[list[str]]:
    """Return the subjects of the findings in each directory of a case."""
    (parsed,) = policies_of([policy])
    found = []
    for each in (case, *case.get("more", ())):
        (evaluation,) = evaluate([parsed], scene_of(each["directory"], each.get("changes")))
        assert evaluation.lacking == ()
        found.append(sorted(" / ".join(map(str, finding.subject.values())) for finding in evaluation.findings))
    return found


def test_every_policy_has_a_case() -> None:
    assert set(CASES) == set(POLICIES)


@pytest.mark.parametrize("name", CASES)
def test_a_policy_finds_what_breaks_it_and_nothing_else(name: str) -> None:
    case = CASES[name]
    assert findings_of(POLICIES[name], case) == [
        sorted(each.get("broken_by", ())) for each in (case, *case.get("more", ()))
    ]


def parts(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path to each part of a condition."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from parts(item, (*path, key))


def mutants(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the policy with a part of its conditions left out, a truth turned round, or a number that is one off."""
    swapped = {"must": "must_not", "must_not": "must"}
    for key in ("where", *swapped, "count"):
        for path in parts(policy.get(key)):
            mutant = copy.deepcopy(policy)
            holder = mutant[key]
            for step in path[:-1]:
                holder = holder[step]
            value = holder[path[-1]]
            if isinstance(value, bool):
                holder[path[-1]] = not value
            elif isinstance(value, int):
                holder[path[-1]] = value + 1
            else:
                del holder[path[-1]]
            if mutant[key] in ({}, []):
                del mutant[key]
            yield f"{key}: {path}", mutant
    for one, other in swapped.items():
        if one in policy:
            yield one, {other if key == one else key: value for key, value in policy.items()}


@pytest.mark.parametrize("name", CASES)
def test_every_part_of_a_policy_is_needed(name: str) -> None:
    expected = findings_of(POLICIES[name], CASES[name])
    survivors = []
    for text, mutant in mutants(POLICIES[name]):
        try:
            if findings_of(mutant, CASES[name]) == expected:
                survivors.append(text)
        except InvalidError:
            continue  # an incomplete policy is refused
    assert survivors == []


def test_the_guide_has_the_tables_of_the_code() -> None:
    tool = runpy.run_path(str(ROOT / "tools/policy_tables.py"))
    page = (ROOT / "docs/policies.md").read_text()
    assert tool["written"](page) == page, "run tools/policy_tables.py"
