# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: reaches
short_description: List the users who reach a safe
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes rows of the filter P(idops.cyberark_identity.directory_access#filter), or RV(ignore:access) of
    M(idops.cyberark_identity.scim_access_info), and returns the login names of the users who reach a safe. Permissions
    that have ended and disabled users do not count.
  - The members of a group that nobody knows have no names, and are not in the list.
positional: container, right
options:
  _input:
    description: The rows.
    type: list
    elements: dict
    required: true
  container:
    description: The name of the safe. Case does not matter.
    type: str
    required: true
  right:
    description: Only users with this right.
    type: str
"""

EXAMPLES = r"""
- name: Show who can manage the members of a safe
  ansible.builtin.debug:
    msg: "{{ access | idops.cyberark_identity.reaches('APP-PRD', 'manageSafeMembers') }}"
  vars:
    access: "{{ directory | idops.cyberark_identity.directory_access }}"
"""

RETURN = r"""
_value:
  description: The login names, sorted, each once.
  type: list
  elements: str
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


def reaches(rows: Any, container: Any, right: Any = None) -> list[str]:
    """Return the names of the users who reach a safe."""
    try:
        safe, wanted = checked_name("container", container), checked_right(right)
        names = [row["user"] for row in checked_rows(rows) if counts(row, safe, wanted) and row["user"] is not None]
    except IdentityError as error:
        raise AnsibleFilterError(f"reaches: {error}") from None
    return sorted({fold(name): name for name in names}.values(), key=fold)


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"reaches": reaches}
