#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_pam_object_info
short_description: Read safes, permissions on safes and privileged accounts over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads objects of one O(kind), by id, by name, by a SCIM filter, or all of them.
  - The keys of an object are options of M(idops.cyberark_identity.scim_pam_object), so that it can be passed to that
    module as it is. The result holds no secret.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
options:
  kind:
    description: The kind of object to read. V(container) is a safe, V(container_permission) the rights of one member on
      a safe, V(privileged_data) an account in a safe.
    type: str
    choices: [container, container_permission, privileged_data]
    required: true
  id:
    description: The id of the object to read.
    type: str
  name:
    description: The name, for O(kind=container) and O(kind=privileged_data).
    type: str
  container:
    description:
      - The name of the safe, for O(kind=container_permission) and O(kind=privileged_data). Given alone, it stands for
        everything in the safe. For O(kind=privileged_data), all accounts are then read.
    type: str
  user:
    description: The member, by login name or by id, for O(kind=container_permission).
    type: str
  group:
    description: The member, by name or by id, for O(kind=container_permission).
    type: str
  search_in:
    description:
      - The directory that has the O(user) or O(group), for O(kind=container_permission), such as V(corp.example.com).
        V(Vault) is the vault itself.
        The member is then also found if the permission shows it with its directory.
    type: str
  filter:
    description: A SCIM filter with the attribute names of SCIM, such as V(name sw "APP-").
    type: str
notes:
  - O(id), O(filter) and the options that name an object are mutually exclusive.
  - Reading all permissions takes long in a large vault.
seealso:
  - module: idops.cyberark_identity.scim_pam_object
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Read a safe
  idops.cyberark_identity.scim_pam_object_info:
    kind: container
    name: APP-PRD
  register: safe

- name: Read the permissions on the safe
  idops.cyberark_identity.scim_pam_object_info:
    kind: container_permission
    container: APP-PRD
  register: permissions

- name: Read an account
  idops.cyberark_identity.scim_pam_object_info:
    kind: privileged_data
    container: APP-PRD
    name: root@web1
  register: account
"""

RETURN = r"""
msg:
  description: The number of objects that were read, in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 7 containers read
pam_objects:
  description: The objects that were found. An empty list is not a failure.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
      sample: container_permission
    id:
      description: The id.
      type: str
      returned: always
      sample: APP-PRD:ada@example.com
    name:
      description: The name.
      type: str
      returned: for containers and privileged data
      sample: APP-PRD
    description:
      description: The description.
      type: str
      returned: for containers and privileged data
      sample: Accounts of the application
    number_of_days_retention:
      description: The days for which the vault keeps old versions.
      type: int
      returned: for containers
      sample: 7
    managing_cpm:
      description: The CPM user that manages the accounts.
      type: str
      returned: for containers
      sample: PasswordManager
    container:
      description: The name of the safe.
      type: str
      returned: for container permissions and privileged data
      sample: APP-PRD
    user:
      description: The login name of the member.
      type: str
      returned: for container permissions
      sample: ada@example.com
    group:
      description: The name of the member.
      type: str
      returned: for container permissions
      sample: db-admins
    rights:
      description: The rights on the safe, as M(idops.cyberark_identity.scim_pam_object) takes them.
      type: dict
      returned: for container permissions
      sample:
        set: [listAccounts, useAccounts]
    search_in:
      description: The directory of the member. Null if the server does not show it, as most do.
      type: str
      returned: for container permissions
      sample: null
    membership_expiration:
      description: When the permission ends.
      type: str
      returned: for container permissions
      sample: "2027-01-31T18:00:00Z"
    type:
      description: Whether the secret is a password or a key. Null if the server shows something else.
      type: str
      returned: for privileged data
      sample: password
    properties:
      description: The properties of the account, without the secret.
      type: dict
      returned: for privileged data
      sample:
        username: root
        address: web1.example.com
    remote_machines:
      description: The machines that the account can be used on.
      type: list
      elements: str
      returned: for privileged data
      sample: [web1, web2]
    restrict_to_remote_machines:
      description: Whether the account can be used on these machines only.
      type: bool
      returned: for privileged data
      sample: false
failure:
  description: The reason of the failure, in a form that a playbook can test. See
    M(idops.cyberark_identity.scim_pam_object).
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
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import PAM_OBJECTS


def main() -> None:
    run_info(*PAM_OBJECTS, result="pam_objects")


if __name__ == "__main__":
    main()
