#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_group
short_description: Manage groups of CyberArk Identity over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates, renames and deletes one group, which is a role of CyberArk Identity, and manages its members.
  - Members are users and nested groups. Only the difference is sent.
  - An option that is omitted or null leaves the attribute unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
options:
  state:
    description: Whether the group should exist. With V(absent), only O(id) or O(display_name) is used.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an existing group. O(display_name) is then the new name, so that the group can be renamed.
      - One of O(id) and O(display_name) is required.
    type: str
  display_name:
    description:
      - The name, which identifies the group unless O(id) is given. Case does not matter.
    type: str
  formerly:
    description:
      - Names that the group may still have. If a group has one of them, and none has O(display_name), this group is
        renamed. It keeps its id, its members and its rights. Once that is done, the option changes nothing.
      - If O(display_name) and these names belong to more than one group, the task fails with C(failure.code=conflict)
        or C(failure.code=ambiguous).
      - A name that holds C(,) or C(;) is refused. Rename a group that has such a name by O(id).
      - Mutually exclusive with O(id), and with O(state=absent).
    type: list
    elements: str
  users:
    description:
      - The users who are direct members, by login name or by id.
      - O(users.set) never removes a nested group.
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
  groups:
    description:
      - The groups that are direct members, by name or by id.
      - O(groups.set) never removes a user.
    type: dict
    suboptions:
      add:
        description: Groups to add. Others are not changed.
        type: list
        elements: str
      remove:
        description: Groups to remove. A name that is not a member, or does not exist, is not a failure.
        type: list
        elements: str
      set:
        description:
          - All groups that are members; any others are removed. An empty list removes them all.
          - Mutually exclusive with O(groups.add) and O(groups.remove).
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
  - Built-in roles can have members, but cannot be renamed or deleted.
  - The task fails with C(failure.code=guard_rail) if it would take the last member that can log in from a built-in
    role such as System Administrator, directly or through another group. It also fails if it would take the service
    user that runs it from one of its groups. To check that, a task that removes members reads who stays.
  - If only O(access_token) is given and it is opaque, the task cannot find out which user runs it. It then removes no
    member.
  - A group cannot be a member of itself, directly or through others. The server refuses that.
  - Only the difference is sent. If somebody else adds a member while a task with C(set) runs, the member stays, and the
    task warns. If the tenant does not support PATCH, concurrent changes between the last read and the PUT are lost.
seealso:
  - module: idops.cyberark_identity.scim_group_info
  - module: idops.cyberark_identity.scim_user
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Create a group with members
  idops.cyberark_identity.scim_group:
    display_name: db-admins
    users:
      set:
        - ada@example.com
        - grace@example.com

- name: Add one user and remove another, and leave the others alone
  idops.cyberark_identity.scim_group:
    display_name: db-admins
    users:
      add: [katherine@example.com]
      remove: [grace@example.com]

- name: Nest a group
  idops.cyberark_identity.scim_group:
    display_name: all-admins
    groups:
      add: [db-admins]

- name: Remove all users from a group
  idops.cyberark_identity.scim_group:
    display_name: db-admins
    users:
      set: []

- name: Rename the group that still has the old name
  idops.cyberark_identity.scim_group:
    display_name: database-admins
    formerly: [db-admins]

- name: Find the group's id
  idops.cyberark_identity.scim_group_info:
    display_name: database-admins
  register: found

- name: Rename the group
  idops.cyberark_identity.scim_group:
    id: "{{ found.groups[0].id }}"
    display_name: database-team

- name: Delete the group
  idops.cyberark_identity.scim_group:
    display_name: database-team
    state: absent
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: group 'db-admins' changed
group:
  description:
    - The group after the task, or as it would be in check mode. Null when there is no group afterwards.
    - Its keys are options of this module, so that you can pass it back unchanged.
  returned: success
  type: dict
  contains:
    id:
      description: The id. Null in check mode for a group that does not exist yet.
      type: str
      returned: always
      sample: 7a7ca1f5_6370_4d2b_8a8e_2f0c31a5f0b1
    display_name:
      description: The name.
      type: str
      returned: always
      sample: db-admins
    users:
      description: The users who are direct members, as O(users.set) takes them.
      type: dict
      returned: always
      sample:
        set: [ada@example.com, grace@example.com]
    groups:
      description: The groups that are direct members, as O(groups.set) takes them.
      type: dict
      returned: always
      sample:
        set: [db-operators]
removed_members:
  description: The number of members that the task removed, or would remove in check mode. All of them if the group was
    deleted.
  returned: success
  type: int
  sample: 1
diff:
  description:
    - The attributes that the task manages, before and after. Empty if the group does not exist at that time.
    - When a group is deleted, everything is shown.
  returned: success, and on failure once the change was planned
  type: dict
  contains:
    before:
      description: Before the task.
      type: dict
      returned: always
      sample:
        display_name: db-admins
        users:
          set: [grace@example.com]
    after:
      description: After the task.
      type: dict
      returned: always
      sample:
        display_name: db-admins
        users:
          set: [ada@example.com, grace@example.com]
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(unknown_member), V(read_only), V(rate_limited), V(unavailable), V(server_error),
          V(unsupported), V(transport), V(protocol), V(internal), V(missing_library).
      type: str
      returned: always
      sample: conflict
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 409
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: Group already exists
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: uniqueness
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.scim_object_module import run_scim_object
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import GROUP


def main() -> None:
    run_scim_object(GROUP, result="group")


if __name__ == "__main__":
    main()
