# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_files
short_description: Read policies from YAML files, and those that the collection ships
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads files with a list C(policies), for P(idops.cyberark_identity.policy_findings#filter) and the option
    O(idops.cyberark_identity.scim_directory#module:policies). The guide docs/policies.md describes them.
  - Files are read as strictly as those of P(idops.cyberark_identity.directory_files#lookup). All errors of all files
    and policies are reported at once, with their lines.
options:
  _terms:
    description:
      - YAML files, folders, and names of policies that the collection ships, such as V(separation_of_duties). In a
        folder and its subfolders, all files whose names end in C(.yml) or C(.yaml) are read.
      - A term without a slash and without a dot is a name, so write a folder with a slash at its end. V(all) is the
        name of all shipped policies.
    type: list
    elements: str
    required: true
  values:
    description:
      - What shipped policies take for service users, contractors and so on. Values that are not given keep their
        default. The guide lists them.
      - In files of your own, they are the variable C(policy_values).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read own policies, and two of the collection
  ansible.builtin.set_fact:
    policies: "{{ query('idops.cyberark_identity.policy_files', 'policies/', 'safe_owners', 'contractors',
      values={'contractors': ['x-*'], 'contractor_groups': ['External staff']}) }}"
"""

RETURN = r"""
_list:
  description: The policies, each with its file and line as C(position).
  type: list
  elements: dict
"""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.nearest import did_you_mean, nearest
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._directory_files import Reader
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
VALUES = "policy_values"  # the variable of the templates in shipped policies
ALL = "all"


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        wrong: list[str] = []
        known = {**(variables or {}), VALUES: _values(self.get_option("values"), wrong)}
        reader = Reader(self._loader, self._templar.copy_with_new_env(available_variables=known), ("policies",))
        files = reader.read([path for term in terms for path in _paths(term, wrong)])
        policies = mark_unsafe([policy for file in files for policy in file["content"].get("policies", ())])
        wrong += [text for file in files for text in file["wrong"]]
        wrong += [f"{file['path']} holds no policy." for file in files if not _holds(file)]
        try:
            policies_of(policies)
        except InvalidError as error:
            wrong.append(str(error))
        if wrong:
            raise AnsibleLookupError(" ".join(wrong))
        found: list[dict[str, Any]] = policies
        return found


def _holds(file: dict[str, Any]) -> bool:
    """Return whether a file has policies or an error. Without policies, everything would pass."""
    return bool(file["wrong"] or file["content"].get("policies"))


def _paths(term: str, wrong: list[str]) -> list[str]:
    """Return the files of a term, which is the name of shipped policies or a path."""
    shipped = {path.stem: str(path) for path in sorted((PLAYBOOKS / "policies").glob("*.yml"))}
    if term == ALL:
        return list(shipped.values())
    if term in shipped:
        return [shipped[term]]
    if "/" not in term and "." not in term:
        hint = did_you_mean([nearest(term, shipped)]) or f"There are {', '.join(shipped)}."
        wrong.append(f"The collection ships no policy {term!r}. {hint} A folder ends in a slash: {term}/.")
        return []
    return [str(Path(term).expanduser())]


def _values(given: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Return the values for shipped policies. An unknown one would be ignored, so it is an error."""
    defaults: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "vars/policies.yml").read_text(encoding="utf-8"))[VALUES]
    for name in given:
        if name not in defaults:
            hint = did_you_mean([nearest(str(name), defaults)]) or f"There are {', '.join(defaults)}."
            wrong.append(f"No policy takes the value {name}. {hint}")
    return {**defaults, **given}
