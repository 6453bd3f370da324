# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies in files: all errors at once, and those that the collection ships."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.idops.cyberark_identity.plugins.lookup.policy_files import LookupModule
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

POLICY = """policies:
  - name: one
    reason: r
    each: user
    where: {{user: {{like: "{{{{ pattern }}}}"}}}}
    must: {{active: true}}
    severity: {severity}
"""
SHIPPED = sorted(path.stem for path in (ROOT / "playbooks/policies").glob("*.yml"))


def look_up(*terms: str, variables: dict[str, Any] | None = None, values: dict[str, Any] | None = None) -> list[Any]:
    loader = DataLoader()
    lookup = LookupModule(loader=loader, templar=Templar(loader=loader, variables=variables or {}))
    lookup.set_options = lambda **_options: None
    lookup.get_option = {"values": values or {}}.__getitem__
    return list(lookup.run(list(terms), variables))


def test_files_have_positions_and_templates(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(POLICY.format(severity="warn"))
    (policy,) = look_up(str(tmp_path), variables={"pattern": "svc-*"})
    assert policy["where"] == {"user": {"like": "svc-*"}}
    assert policy["position"] == f"{tmp_path}/a.yml:2"


def test_shipped_policies_twice_are_refused() -> None:
    with pytest.raises(AnsibleLookupError, match=r"contractors.yml is listed twice\. Name the file or its folder once"):
        look_up("contractors", "contractors")


def test_all_shipped_policies_are_valid() -> None:
    assert {Path(policy["position"].rpartition(":")[0]).stem for policy in look_up("all")} == set(SHIPPED)


def test_values_fill_shipped_policies() -> None:
    (policy,) = look_up("contractors", values={"contractors": ["x-*"]})
    assert policy["where"]["any_of"] == [
        {"user": {"like": ["x-*"]}},
        {"user.groups": {"has_any": ["Contractors"]}},
    ]


def test_all_errors_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(POLICY.format(severity="refus"))
    (tmp_path / "b.yml").write_text("policys: []\nusers: []\n")
    (tmp_path / "c.yml").write_text("policies: [{name: a, name: b}]\n")
    (tmp_path / "d.yml").write_text("")
    (tmp_path / "e.yml").write_text("policies: []\n")
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(str(tmp_path), "safe_owner", values={"contractor": []}, variables={"pattern": "x"})
    text = str(caught.value)
    for part in (
        f"policy 'one' at {tmp_path}/a.yml:2: severity: 'refus' is none of refuse, warn",
        "b.yml holds policys, users. A file holds the list policies.",
        "c.yml has the key name twice in one map",
        f"{tmp_path}/d.yml holds no policy.",
        f"{tmp_path}/e.yml holds no policy.",
        "The collection ships no policy 'safe_owner'. Did you mean safe_owners? A folder ends in a slash",
        "No policy takes the value contractor. Did you mean contractors?",
    ):
        assert re.search(re.escape(part), text), (part, text)
