# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_csv
short_description: Read a CSV file as entries of a directory
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Turns each row of a CSV file into an entry of a list for M(idops.cyberark_identity.scim_directory). The first row
    names the columns.
  - An empty cell means that the option is not given. If the option is a boolean, the cell is a yes or no in any usual
    spelling. If the option is a number, the cell is a whole number. All other cells are texts. Blanks around a cell are
    ignored, except around a secret.
  - A file is refused as a whole if a column is unknown, a row has too many or too few cells, a cell is not a valid
    value of its option, or two rows for one object disagree. The message names row and column, and no secret.
  - A cell with a formula, an error value or C(NULL) is refused, except in a secret, because a spreadsheet or a database
    wrote it instead of the text. A line break is refused, except in a private key, a description or an ignored column,
    because a missing closing quote would hide rows.
  - The result may contain secrets. A task that would show it, such as a loop or C(debug), needs C(no_log).
options:
  _terms:
    description:
      - CSV files, in UTF-8 unless O(encoding) says otherwise. They may be encrypted with Ansible Vault. A relative path
        starts at the folder of the playbook.
    type: list
    elements: path
    required: true
  kind:
    description: The list that the entries are for.
    type: str
    required: true
    choices: [users, groups, containers, container_permissions, privileged_data]
  columns:
    description:
      - The options of columns whose names are not known, by the name of the column, such as C(Kostenstelle) =
        C(custom_attributes.costCenter). Case, blanks and punctuation in names of columns do not matter.
      - The value is an option, or a key of an option, such as C(phone_numbers.work) or C(properties.Port). C(not)
        before a boolean inverts it, such as C(not active).
      - The names of the options themselves are known, such as C(user_name) or C(UserName), and so are the names in
        common exports. See the guide on CSV files.
      - "For O(kind=container_permissions), C(member) is a user or a group as C(member_type) says (user, group or role),
        and each right may be a column of its own. If a row has a yes or no for every right, the member gets exactly the
        rights with yes. Otherwise, rights with yes are added, and rights with no are removed."
    type: dict
    default: {}
  ignore:
    description: Columns to leave out.
    type: list
    elements: str
    default: []
  defaults:
    description:
      - Values of options that a row does not give. A text may contain cells of its row, such as
        C({username}@{address}). Only the default of a secret may contain a cell with a secret.
    type: dict
    default: {}
  required:
    description:
      - Options that no row may leave empty, such as V(active). The file is refused otherwise, with the row and the
        column.
    type: list
    elements: str
    default: []
  delimiter:
    description:
      - The character between cells. By default, the comma, semicolon or tab that the first row contains, or the one
        that a first line such as C(sep=;) names.
    type: str
  separator:
    description: The text between the items of a list in one cell.
    type: str
    default: ";"
  encoding:
    description: The encoding of the files, such as V(cp1252) for CSV files that Excel saves without UTF-8.
    type: str
    default: utf-8
seealso:
  - module: idops.cyberark_identity.scim_directory
"""

EXAMPLES = r"""
- name: Apply the users of the HR system
  idops.cyberark_identity.scim_directory:
    users: "{{ query('idops.cyberark_identity.directory_csv', '/srv/tenant/hr.csv', kind='users', columns=columns) }}"
  vars:
    columns:
      Kostenstelle: custom_attributes.costCenter
      Suspended: not active
"""

RETURN = r"""
_list:
  description:
    - The entries, in the order of the rows; identical rows are one entry. Each has its file and row as C(position),
      which the messages of M(idops.cyberark_identity.scim_directory) use.
  type: list
  elements: dict
"""

import codecs
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError, all_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._file_content import Unreadable, content_of


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        names = ("kind", "columns", "ignore", "defaults", "delimiter", "separator", "required")
        given = {name: self.get_option(name) for name in names}
        entries: list[dict[str, Any]] = []
        problems: list[InvalidError] = []
        for term in terms:
            try:
                entries += self._entries(term, Reading(**given, source=term))
            except InvalidError as error:
                problems.append(InvalidError(f"{term}: {str(error).rstrip('.')}"))
        if problems:
            failure = all_of(problems)  # directory_files recognises this error
            raise AnsibleError(str(failure)) from failure
        return entries

    def _entries(self, path: str, how: Reading) -> list[dict[str, Any]]:
        return entries_of_csv(self._text(path), how)

    def _text(self, path: str) -> str:
        encoding = self.get_option("encoding")
        try:
            content = content_of(self._loader, self._loader.path_dwim(path))
            return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except Unreadable as failure:
            raise InvalidError(f"the file {failure}") from None
        except LookupError:
            raise InvalidError(f"there is no encoding {encoding!r}") from None
        except UnicodeDecodeError as failure:
            if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise InvalidError("the file is UTF-16", hint="Give encoding=utf-16") from None
            line = content.count(b"\n", 0, failure.start) + 1
            hint = "Save the file as CSV UTF-8 in Excel, or give encoding=cp1252"
            raise InvalidError(f"line {line} is not {encoding}", hint=hint) from None
