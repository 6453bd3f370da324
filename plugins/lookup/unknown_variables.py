# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_variables
short_description: Find variables that a playbook or a role does not know
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Ansible ignores a misspelt variable. This lookup finds variables from any source that begin with a prefix and are
    not known. The playbooks of this collection and the role C(admin_portal) use it to refuse them.
  - It does not read the values.
options:
  _terms:
    description: The prefixes of the variables.
    type: list
    elements: str
    required: true
  known:
    description: The names that are known, with their prefix.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse misspelt variables
  ansible.builtin.assert:
    that: unknown | length == 0
    fail_msg: "{{ unknown | join(' ') }}"
  vars:
    unknown: "{{ query('idops.cyberark_identity.unknown_variables', 'my_', known=['my_path', 'my_limit']) }}"
"""

RETURN = r"""
_list:
  description: A sentence for each unknown variable, with the most similar known name, if there is one.
  type: list
  elements: str
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.nearest import did_you_mean, nearest


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[str]:
        self.set_options(var_options=variables, direct=options)
        known = self.get_option("known")
        return [text for prefix in terms for text in _unknown(prefix, sorted(variables or ()), known)]


def _unknown(prefix: str, names: list[str], known: list[str]) -> list[str]:
    """Yield a sentence for each unknown name with the prefix.

    The prefix is left out of the comparison, because it makes all names similar.
    """
    endings = [name[len(prefix) :] for name in known if name.startswith(prefix)]
    found = []
    for name in names:
        if name not in known and name.lower().replace("-", "_").startswith(prefix):
            meant = nearest(name[len(prefix) :], endings)
            found.append(f"There is no variable {name}. {did_you_mean([meant and prefix + meant])}".rstrip())
    return found
