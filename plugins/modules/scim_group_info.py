#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_group_info
short_description: Read groups of CyberArk Identity over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads one group by id or by name, the groups that match a SCIM filter, or all groups, each with its direct
    members.
  - The keys of a group are options of M(idops.cyberark_identity.scim_group), so that you can pass it to that module
    unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
options:
  id:
    description: The id of the group to read. At most one of O(id), O(display_name) and O(filter) can be given.
    type: str
  display_name:
    description: The name of the group to read. Case does not matter.
    type: str
  filter:
    description:
      - A SCIM filter with the attribute names of SCIM, such as V(displayName sw "db-").
      - The server supports the operators C(eq), C(sw), C(co) and C(ew), and the attributes C(displayName), C(id),
        C(members.display) and C(members.value).
    type: str
notes:
  - Without any of O(id), O(display_name) and O(filter), all groups are read, including the built-in roles.
seealso:
  - module: idops.cyberark_identity.scim_group
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Read one group
  idops.cyberark_identity.scim_group_info:
    display_name: db-admins
  register: found

- name: Show who is in it
  ansible.builtin.debug:
    var: found.groups[0].users.set

- name: Read the groups that a user is a direct member of
  idops.cyberark_identity.scim_group_info:
    filter: members.display eq "ada@example.com"
  register: groups_of_ada

- name: Read all groups
  idops.cyberark_identity.scim_group_info:
  register: every_group
"""

RETURN = r"""
msg:
  description: The number of objects that were read, in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 12 groups read
groups:
  description: The groups that were found. An empty list is not a failure.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
      returned: always
      sample: 7a7ca1f5_6370_4d2b_8a8e_2f0c31a5f0b1
    display_name:
      description: The name.
      type: str
      returned: always
      sample: db-admins
    users:
      description: The users who are direct members, as M(idops.cyberark_identity.scim_group) takes them.
      type: dict
      returned: always
      sample:
        set: [ada@example.com, grace@example.com]
    groups:
      description: The groups that are direct members, as M(idops.cyberark_identity.scim_group) takes them.
      type: dict
      returned: always
      sample:
        set: [db-operators]
failure:
  description: The reason of the failure, in a form that a playbook can test. See M(idops.cyberark_identity.scim_group).
  returned: failure
  type: dict
  contains:
    code:
      description: The kind of failure.
      type: str
      returned: always
      sample: authentication
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 401
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: Invalid credentials
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: invalid_client
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.info_module import run_info
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import GROUP


def main() -> None:
    run_info(GROUP, result="groups")


if __name__ == "__main__":
    main()
