# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_part
short_description: Select the part of a directory that one of several hosts applies
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Joins lists from several files, in the format of M(idops.cyberark_identity.scim_directory), and selects the entries
    that one of several hosts applies. The playbook C(idops.cyberark_identity.apply_directory) uses this plugin.
  - A hash of the name of an entry, without its case, assigns the entry to a host. Permissions and accounts belong to
    the host of their safe.
positional: slices, number, wave
options:
  _input:
    description:
      - Maps with some of the lists users, groups, containers, container_permissions and privileged_data.
    type: list
    elements: dict
    required: true
  slices:
    description: The number of hosts.
    type: int
    default: 1
  number:
    description: Which of the hosts this is, from 1 on.
    type: int
    default: 1
  wave:
    description:
      - The steps to apply, so that objects exist before other entries refer to them. V(1) is safes, and users without
        their managers. V(2) adds managers, and groups without nested groups. V(3) is everything.
      - Nothing is removed before the third wave.
    type: int
    choices: [1, 2, 3]
    default: 3
  kinds:
    description: The kinds to include; all when omitted.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Apply the second of four slices of the users
  idops.cyberark_identity.scim_directory:
    users: "{{ ([directory] | idops.cyberark_identity.directory_part(4, 2)).users }}"
"""

RETURN = r"""
_value:
  description: A list for each kind, or null for a kind that none of the maps has.
  type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._parts import LAST, NAMES, Part
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

OMITTED = "__omit_place_holder__"  # the value of "omit" in a variable before ansible-core 2.19


def directory_part(
    files: Iterable[Mapping[str, Any]],
    slices: int = 1,
    number: int = 1,
    wave: int = LAST,
    kinds: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return the entries of all files that this host handles, by kind; None for a kind that no file has."""
    if not 1 <= number <= slices:
        raise AnsibleFilterError(f"directory_part: there is no slice {number} of {slices}")
    joined: dict[str, Any] = {}
    for file in files:
        for kind in NAMES:
            if kinds is not None and kind not in kinds:
                continue
            listed = file.get(kind)
            if listed is None or listed == "":
                continue
            if not isinstance(listed, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in listed):
                raise AnsibleFilterError(f"directory_part: {kind} has to be a list of maps")
            joined.setdefault(kind, []).extend(map(_without_omitted, listed))
    marked: dict[str, Any] = mark_unsafe({**dict.fromkeys(NAMES), **Part(slices, number, wave).of(joined)})
    return marked


def _without_omitted(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        option: value for option, value in entry.items() if not (isinstance(value, str) and value.startswith(OMITTED))
    }


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"directory_part": directory_part}
