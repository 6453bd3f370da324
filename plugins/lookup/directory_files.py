# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_files
short_description: Read the YAML files of a directory, with the errors of each file
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads files with the lists that M(idops.cyberark_identity.scim_directory) takes. Like files of variables, they may
    contain C(!vault), C(!unsafe) and templates. The playbook C(idops.cyberark_identity.apply_directory) uses this
    plugin.
  - Unlike in a file of variables, a key twice in a map and a value that YAML misreads are errors, and so is a merge key
    (C(<<)) if a list or map of the merged map would be lost. Errors are reported without quoting the file, which may
    hold a secret. Entries with errors are left out; all others are returned.
  - The result contains the secrets of the files. The task needs C(no_log).
options:
  _terms:
    description:
      - YAML files and folders. In a folder and its subfolders, all files whose names end in C(.yml) or C(.yaml), in any
        case, are read. Links are followed; hidden files and folders are skipped. A relative path starts at the folder
        of the playbook.
      - A file that is listed twice is an error, and so are files of which none has a list. An empty list, such as
        C(users) with C([]), is a list.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: Read a folder
  ansible.builtin.set_fact:
    files: "{{ query('idops.cyberark_identity.directory_files', '/srv/tenant') }}"
  no_log: true
"""

RETURN = r"""
_list:
  description: The files in the order of their names.
  type: list
  elements: dict
  contains:
    path:
      description: The path of the file.
      type: str
    content:
      description:
        - The lists of the file, with variables filled in, as far as they can be read. Each entry has its file and line
          as C(position).
      type: dict
    wrong:
      description: The errors of the file, which M(idops.cyberark_identity.scim_directory) takes as C(input_errors).
      type: list
      elements: str
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._directory_files import Reader
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        # All templates of the files are rendered by now. Text that still looks like a template is data.
        marked: list[dict[str, Any]] = mark_unsafe(Reader(self._loader, self._templar).read_directory(terms))
        return marked
