# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: access_of
short_description: Select the rows of access of one user
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes rows of the filter P(idops.cyberark_identity.directory_access#filter), or RV(ignore:access) of
    M(idops.cyberark_identity.scim_access_info), and returns those of one user, also those that have ended.
positional: user
options:
  _input:
    description: The rows.
    type: list
    elements: dict
    required: true
  user:
    description: The login name of the user. Case does not matter.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the safes that a user reaches
  ansible.builtin.debug:
    msg: "{{ access | idops.cyberark_identity.access_of('ada@example.com') | map(attribute='container') | unique }}"
  vars:
    access: "{{ directory | idops.cyberark_identity.directory_access }}"
"""

RETURN = r"""
_value:
  description: The rows of the user.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import fold
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._access_rows import checked_name, checked_rows


def access_of(rows: Any, user: Any) -> list[Mapping[str, Any]]:
    """Return the rows of one user."""
    try:
        who = checked_name("user", user)
        return [row for row in checked_rows(rows) if row["user"] is not None and fold(row["user"]) == who]
    except IdentityError as error:
        raise AnsibleFilterError(f"access_of: {error}") from None


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"access_of": access_of}
