# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: json_file
short_description: Read a plan, an access document or another JSON file
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Returns the value in a JSON file. A file that cannot be read is named in the error, with the reason, such as the
    line and column that are not JSON, and with the next step. The playbooks of this collection use it to read plans and
    access documents.
options:
  _terms:
    description:
      - JSON files in UTF-8. They may be encrypted with Ansible Vault. A relative path starts at the folder of the
        playbook.
    type: list
    elements: path
    required: true
  named_by:
    description: The variable that has the path, for the error.
    type: str
"""

EXAMPLES = r"""
- name: Write the access document
  idops.cyberark_identity.scim_access_info:
    document_path: /srv/tenant/access.json

- name: Count all access in it
  ansible.builtin.debug:
    msg: "{{ document | idops.cyberark_identity.directory_access(report='summary') }}"
  vars:
    document: "{{ lookup('idops.cyberark_identity.json_file', '/srv/tenant/access.json') }}"
"""

RETURN = r"""
_list:
  description: The value of each file.
  type: list
  elements: raw
"""

import json
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._file_content import Unreadable, text_of


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=options)
        return [self._value(self._loader.path_dwim(term)) for term in terms]

    def _value(self, path: str) -> Any:
        try:
            return _parsed(text_of(self._loader, path))
        except Unreadable as failure:
            source = self.get_option("named_by")
            named = f"{path}, which {source} names," if source else path
            raise AnsibleLookupError(f"{named} {failure}. {failure.hint}.") from None


def _parsed(text: str) -> Any:
    hint = "Write the file again with the task that made it"
    if not text.strip():
        raise Unreadable("is empty", hint)
    try:
        return json.loads(text)
    except json.JSONDecodeError as failure:
        place = f"line {failure.lineno}, column {failure.colno}"
        raise Unreadable(f"is not JSON: {failure.msg}: {place}", hint) from None
    except RecursionError:
        raise Unreadable("is nested too deep to be read", hint) from None
