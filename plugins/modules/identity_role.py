#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_role
short_description: Manage roles and their administrative rights in the Admin Portal of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates, changes, renames and deletes one role over the administration API, with its members and with its
    administrative rights, which the SCIM server does not know.
  - For a group of people, use M(idops.cyberark_identity.scim_group), which manages the same role over SCIM.
  - An option that is omitted or null leaves the attribute unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.administrator
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
options:
  state:
    description: Whether the role should exist. With V(absent), only O(id) or O(name) is used.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an existing role. O(name) is then the new name, so that the role can be renamed.
      - One of O(id) and O(name) is required.
    type: str
  name:
    description: The name, which identifies the role unless O(id) is given. Case does not matter.
    type: str
  description:
    description: The purpose of the role.
    type: str
  administrative_rights:
    description:
      - The administrative rights of the role, as the portal names them, such as V(User Management). Case and blanks do
        not matter. A path such as V(/lib/rights/dsman.json) is accepted as well.
    type: dict
    suboptions:
      add:
        description: Rights to give. Others are not changed.
        type: list
        elements: str
      remove:
        description: Rights to remove. Others are not changed.
        type: list
        elements: str
      set:
        description:
          - All rights of the role; any others are removed. An empty list removes them all.
          - Mutually exclusive with O(administrative_rights.add) and O(administrative_rights.remove).
        type: list
        elements: str
  allow_mixed_rights:
    description:
      - Whether the role may be given Vault Management beside another management right. According to the documentation
        of the product, its members then see no object of the vault. So the task fails unless this is V(true).
      - The same applies to a user that has one of these rights through the role, and the other through another role.
        The task checks the users that it adds. If it gives rights, it checks all users who are direct members.
    type: bool
    default: false
  users:
    description: The users who are direct members, by login name or by id. Nested roles are not changed.
    type: dict
    suboptions:
      add:
        description: Users to add. Others are not changed.
        type: list
        elements: str
      remove:
        description: Users to remove. A name that is not a member, or does not exist, is not a failure.
        type: list
        elements: str
      set:
        description:
          - All users who are members; any others are removed. An empty list removes them all.
          - Mutually exclusive with O(users.add) and O(users.remove).
        type: list
        elements: str
  roles:
    description: The roles that are direct members, by name or by id. Users are not changed.
    type: dict
    suboptions:
      add:
        description: Roles to add. Others are not changed.
        type: list
        elements: str
      remove:
        description: Roles to remove. A name that is not a member, or does not exist, is not a failure.
        type: list
        elements: str
      set:
        description:
          - All roles that are members; any others are removed. An empty list removes them all.
          - Mutually exclusive with O(roles.add) and O(roles.remove).
        type: list
        elements: str
  unknown_members:
    description:
      - What to do when a member to add does not exist. With V(fail), nothing is written and the task fails with
        C(failure.code=unknown_member). With V(warn) and V(ignore), the member is skipped, with or without a warning.
      - In check mode, V(fail) only warns, because an earlier task may create the member.
    type: str
    choices: [fail, warn, ignore]
    default: fail
notes:
  - The administrator needs the right Role Management. To assign administrative rights, it has to be in the role System
    Administrator.
  - A user has the rights of all its roles. Use one service user for the directory and another one for the vault.
  - The task fails with C(failure.code=guard_rail) if it would take the last member that can log in from a built-in
    role such as System Administrator, directly or through another role. It also fails if it would take the
    administrator that runs it from a role, or a right from a role of this administrator.
seealso:
  - module: idops.cyberark_identity.identity_user
  - module: idops.cyberark_identity.identity_oauth2_app
  - module: idops.cyberark_identity.scim_group
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on, with an administrator's
# CYBERARK_IDENTITY_CLIENT_ID and without CYBERARK_IDENTITY_APP_ID.

- name: Let a service user manage users and groups over SCIM
  idops.cyberark_identity.identity_role:
    name: SCIM client
    description: What a SCIM client may do
    administrative_rights:
      set:
        - User Management
        - Role Management
    users:
      add: [scim-service@example.com]

- name: Remove a right
  idops.cyberark_identity.identity_role:
    name: SCIM client
    administrative_rights:
      remove: [User Management]

- name: Delete the role
  idops.cyberark_identity.identity_role:
    name: SCIM client
    state: absent
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: role 'SCIM client' changed
role:
  description: The role after the task, or as it would be in check mode, under the names of the options. Null when there
    is none.
  returned: success
  type: dict
  contains:
    id:
      description: The id. Null in check mode for a role that would be created.
      type: str
      returned: always
      sample: 5e104003_eeed_422f_9b45_bca14b61528d
    name:
      description: The name.
      type: str
      returned: always
      sample: SCIM client
    description:
      description: The purpose of the role.
      type: str
      returned: always
      sample: What a SCIM client may do
    administrative_rights:
      description: The administrative rights, by name.
      type: dict
      returned: always
      contains:
        set:
          description: All of them.
          type: list
          elements: str
          returned: always
    users:
      description: The users who are direct members, by login name.
      type: dict
      returned: always
      contains:
        set:
          description: All of them.
          type: list
          elements: str
          returned: always
    roles:
      description: The roles that are direct members, by name.
      type: dict
      returned: always
      contains:
        set:
          description: All of them.
          type: list
          elements: str
          returned: always
removed_members:
  description: The number of members that the task removed, or would remove in check mode. All of them if the role was
    deleted.
  returned: success
  type: int
  sample: 1
diff:
  description:
    - The attributes that the task manages, before and after. Empty if the role does not exist at that time.
    - When a role is deleted, everything is shown.
  returned: success, and on failure once the change was planned
  type: dict
  contains:
    before:
      description: Before the task.
      type: dict
      returned: always
      sample: {}
    after:
      description: After the task.
      type: dict
      returned: always
      sample:
        name: SCIM client
        administrative_rights:
          set: [Role Management, User Management]
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(unknown_member), V(rate_limited), V(unavailable),
          V(server_error), V(unsupported), V(transport), V(protocol), V(internal),
          V(missing_library).
      type: str
      returned: always
      sample: authorization
    status:
      description: The HTTP status of the answer. The administration API reports most refusals with status 200.
      type: int
      returned: when there was an answer
      sample: 200
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: You are not authorized to perform this operation
    type:
      description: The server's error type, its C(MessageID).
      type: str
      returned: when the server gave one
      sample: _I18N_System.UnauthorizedAccessException
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.object_module import run_object
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.resources import ROLE
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.roles import Roles


def main() -> None:
    run_object(ROLE, result="role", store=Roles)


if __name__ == "__main__":
    main()
