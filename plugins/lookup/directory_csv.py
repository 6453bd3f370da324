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
  - Makes of each row of a CSV file an entry of a list that M(idops.cyberark_identity.scim_directory) takes. The first
    row names the columns.
  - An empty cell means that the option is not given. Yes and no in any usual spelling are booleans where the option is
    one, whole numbers are numbers where it is one, and everything else is text. Blanks around a cell do not count,
    except around a secret.
  - A file is refused as a whole when a column is not known, a row has too many or too few cells, a cell does not fit
    its option, or two rows say different things about one object. The message names row and column, and no secret.
  - A cell is also refused for what a spreadsheet or a database wrote in place of a text, such as a formula, an error
    value or C(NULL), except in a secret. So is a line break, except in a private key, a description or an ignored
    column, because a quote without its end hides rows.
  - The result may hold secrets. A task that would show it, such as a loop or C(debug), needs C(no_log).
options:
  _terms:
    description: CSV files, in UTF-8 unless O(encoding) says otherwise. They may be encrypted with Ansible Vault.
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
      - What columns hold, by their names, where that is not known from the name, such as C(Kostenstelle) =
        C(custom_attributes.costCenter). Case, blanks and punctuation in names of columns do not matter.
      - A column holds an option, or a key of one, such as C(phone_numbers.work) or C(properties.Port). With C(not)
        before it, C(not active), it says the opposite.
      - Known by their names are the options themselves, such as C(user_name) or C(UserName), and what common exports
        call them. See the guide on CSV files.
      - "For O(kind=container_permissions), C(member) is a user or a group as C(member_type) says (user, group or role),
        and each right may be a column of its own. When all of them have a yes or no in a row, they are all that the
        member may have; otherwise those with yes are added, and those with no are removed."
    type: dict
    default: {}
  ignore:
    description: Columns to leave out.
    type: list
    elements: str
    default: []
  defaults:
    description:
      - Values of options that a row says nothing about. A text may hold cells of its row, as in
        C({username}@{address}). Only the default of a secret may hold a cell with a secret.
    type: dict
    default: {}
  delimiter:
    description:
      - What is between cells. By default, it is the one of comma, semicolon and tab that the first row holds, or
        the one that a first line such as C(sep=;) names.
    type: str
  separator:
    description: What is between the items of a list in one cell.
    type: str
    default: ";"
  encoding:
    description: The encoding of the files, such as V(cp1252) for what Excel saves as CSV without UTF-8.
    type: str
    default: utf-8
seealso:
  - module: idops.cyberark_identity.scim_directory
"""

EXAMPLES = r"""
- name: The users are those of the HR system
  idops.cyberark_identity.scim_directory:
    users: "{{ query('idops.cyberark_identity.directory_csv', '/srv/tenant/hr.csv', kind='users', columns=columns) }}"
  vars:
    columns:
      Kostenstelle: custom_attributes.costCenter
      Suspended: not active
"""

RETURN = r"""
_list:
  description: The entries, in the order of the rows; rows that say the same are one entry.
  type: list
  elements: dict
"""

import codecs
from typing import Any

from ansible.errors import AnsibleError, AnsibleFileNotFound, AnsibleParserError
from ansible.plugins.lookup import LookupBase
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv


class LookupModule(LookupBase):  # type: ignore[misc]
    """What Ansible looks for."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        names = ("kind", "columns", "ignore", "defaults", "delimiter", "separator")
        how = Reading(**{name: self.get_option(name) for name in names})
        return [entry for term in terms for entry in self._entries(term, how)]

    def _entries(self, path: str, how: Reading) -> list[dict[str, Any]]:
        try:
            return entries_of_csv(self._text(path), how)
        except InvalidError as error:
            raise AnsibleError(f"{path}: {error}") from None

    def _text(self, path: str) -> str:
        encoding = self.get_option("encoding")
        try:
            content: bytes = self._loader._get_file_contents(path)[0]
            return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except (AnsibleFileNotFound, AnsibleParserError):
            raise InvalidError("the file cannot be read") from None
        except AnsibleError:
            raise InvalidError("the file cannot be decrypted") from None
        except LookupError:
            raise InvalidError(f"there is no encoding {encoding!r}") from None
        except UnicodeDecodeError as failure:
            if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise InvalidError("the file is UTF-16", hint="Give encoding=utf-16") from None
            line = content.count(b"\n", 0, failure.start) + 1
            hint = "Excel saves a file as CSV UTF-8, or give encoding=cp1252"
            raise InvalidError(f"line {line} is not {encoding}", hint=hint) from None
