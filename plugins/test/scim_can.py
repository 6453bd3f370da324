# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: scim_can
short_description: Test whether a user has a right on a safe
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Tests the rows of the filter P(idops.cyberark_identity.directory_access#filter), or RV(ignore:access) of
    M(idops.cyberark_identity.scim_access_info). Permissions that have ended and disabled users do not count.
  - The rows are all that the test knows. Names that no row has, also misspelt ones, are names without access. To refuse
    these, ask for them in O(idops.cyberark_identity.scim_access_info#module:users).
positional: user, container, right
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
  container:
    description: The name of the safe. Case does not matter.
    type: str
    required: true
  right:
    description: The right, in any of its spellings. Without it, any right counts.
    type: str
  unknown:
    description:
      - Whether the user counts as a member of groups whose members are unknown. Set it to prove that a user does not
        have a right.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Refuse a directory in which a user can use the accounts of a safe
  ansible.builtin.assert:
    that:
      - access is not idops.cyberark_identity.scim_can('bob@example.com', 'APP-PRD', 'useAccounts', unknown=true)
  vars:
    access: "{{ directory | idops.cyberark_identity.directory_access }}"
"""

RETURN = r"""
_value:
  description: Whether a row gives the user the right.
  type: bool
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import fold
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._access_rows import (
    checked_name,
    checked_right,
    checked_rows,
    counts,
)


def scim_can(rows: Any, user: Any, container: Any, right: Any = None, unknown: bool = False) -> bool:
    """Return whether a row gives the user the right on the safe."""
    try:
        who, safe = checked_name("user", user), checked_name("container", container)
        wanted = checked_right(right)
        found = [row["user"] for row in checked_rows(rows) if counts(row, safe, wanted)]
    except IdentityError as error:
        raise AnsibleFilterError(f"scim_can: {error}") from None
    return any((unknown and name is None) or (name is not None and fold(name) == who) for name in found)


class TestModule:
    """The entry point that Ansible loads."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        return {"scim_can": scim_can}
