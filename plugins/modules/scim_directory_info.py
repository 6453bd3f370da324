#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_directory_info
short_description: Export a directory of CyberArk Identity over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads users, groups, safes, permissions on safes and privileged accounts, in the format of
    M(idops.cyberark_identity.scim_directory). Passing the result to that module changes nothing.
  - The result is sorted and contains no ids, so that it can be kept in Git and compared. Attributes without a value and
    secrets are left out.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
options:
  include:
    description:
      - The kinds of objects to read. Read users and groups as well if you read groups or permissions. Otherwise, their
        members may appear by id instead of by name.
      - When omitted, all kinds for which a service user is given. With O(vault_client_id) alone, these are
        V(containers), V(container_permissions) and V(privileged_data).
    type: list
    elements: str
    choices: [users, groups, containers, container_permissions, privileged_data]
seealso:
  - module: idops.cyberark_identity.scim_directory
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Read users and groups
  idops.cyberark_identity.scim_directory_info:
    include: [users, groups]
  register: tenant

- name: Write them to a file
  ansible.builtin.copy:
    content: "{{ tenant.directory | idops.cyberark_identity.directory_yaml }}"
    dest: directory.yml
    mode: "0640"
"""

RETURN = r"""
msg:
  description: The number of objects that were read, in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 195 users, 12 groups read
directory:
  description: The objects by kind, in the form that M(idops.cyberark_identity.scim_directory) takes.
  returned: success
  type: dict
  contains:
    users:
      description: The users, sorted by login name.
      type: list
      elements: dict
      returned: when asked for
    groups:
      description: The groups, sorted by name.
      type: list
      elements: dict
      returned: when asked for
    containers:
      description: The safes, sorted by name.
      type: list
      elements: dict
      returned: when asked for
    container_permissions:
      description: The permissions on safes, sorted by safe and member.
      type: list
      elements: dict
      returned: when asked for
    privileged_data:
      description: The privileged accounts, sorted by safe and name.
      type: list
      elements: dict
      returned: when asked for
secrets:
  description: The names of the objects that may have a secret, by kind. The secrets are not in RV(directory).
  returned: success
  type: dict
  sample:
    privileged_data: [APP-PRD / root@web1]
gaps:
  description:
    - Sentences about what may be there and was not seen, such as members that the server left out of a list. Each is a
      warning of the task, too.
  returned: success
  type: list
  elements: str
  sample: []
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(rate_limited),
          V(unavailable), V(server_error), V(unsupported), V(transport), V(protocol),
          V(internal), V(missing_library).
      type: str
      returned: always
      sample: authorization
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 403
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: You are not authorized to perform this operation
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: access_denied
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.directory_module import (
    run_directory_info,
)


def main() -> None:
    run_directory_info()


if __name__ == "__main__":
    main()
