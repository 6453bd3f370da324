#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_directory
short_description: Manage a whole directory of CyberArk Identity over SCIM in one task
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Brings users, groups, safes, permissions on safes and privileged accounts to a desired state, hundreds or tens of
    thousands of them in one task, with one token.
  - Everything is read and planned before the first write. What is wrong with any entry fails the task while nothing has
    been written, and so does a plan that would remove more than is allowed.
  - The tenant is read the cheaper way for each kind of object, in pages of everything or one by one. Writes are done
    side by side, in the order that references need.
  - Entries may refer to one another, such as a group to a user that the same task creates, in check mode as well.
  - What is in no entry is left alone, unless O(prune) says otherwise.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
options:
  users:
    description:
      - Users. Each entry takes the options of M(idops.cyberark_identity.scim_user) that are not about the connection.
    type: list
    elements: dict
  groups:
    description:
      - Groups. Each entry takes the options of M(idops.cyberark_identity.scim_group) that are not about the connection.
    type: list
    elements: dict
  containers:
    description:
      - Safes. Each entry takes the options of M(idops.cyberark_identity.scim_pam_object) that are not about the
        connection, of the kind container, without C(creator_rights).
    type: list
    elements: dict
  container_permissions:
    description:
      - Permissions on safes. Each entry takes the options of M(idops.cyberark_identity.scim_pam_object) that are
        not about the connection, of the kind container_permission.
    type: list
    elements: dict
  privileged_data:
    description:
      - Privileged accounts. Each entry takes the options of M(idops.cyberark_identity.scim_pam_object) that are not
        about the connection, of the kind privileged_data.
    type: list
    elements: dict
  prune:
    description:
      - The kinds of objects of which nothing is to be left that is in no entry.
      - Users are deactivated unless O(prune_users=delete). Never touched are users that come from another
        directory, the
        service user that runs the task, the built-in roles, and what O(protected) names. Permissions and accounts are
        removed only on safes that entries of their kind name.
      - To know the service user, C(users) and C(container_permissions) take O(client_id), also beside O(access_token).
    type: list
    elements: str
    choices: [users, groups, containers, container_permissions, privileged_data]
  prune_users:
    description: What O(prune) does with users.
    type: str
    choices: [deactivate, delete]
    default: deactivate
  prune_to_nothing:
    description:
      - Whether O(prune) may be used for a kind of which the task has no entry, which removes all there are.
      - Permissions and accounts are left alone all the same, because no entry names a safe of theirs.
    type: bool
    default: false
  max_removals:
    description:
      - How many objects the task may remove, a number of all together, or a percentage of what there is of each kind. A
        user that is deactivated counts, and so does each account that goes with its safe.
      - When a plan goes beyond that, nothing is written, and the failure names what would have been removed.
    type: str
    default: '10'
  protected:
    description:
      - Names of objects that are never removed or deactivated, with the wildcards C(*), C(?) and C([]). Upper and lower
        case are the same.
      - O(prune) leaves them alone. An entry that would remove one fails the task, and so does one that would remove a
        built-in role or the service user that runs the task.
      - A permission goes by the name of its safe and by that of its member, an account by that of its safe and its own.
    type: list
    elements: str
    default: []
  workers:
    description: How many requests are under way side by side, from 1 to 32.
    type: int
    default: 8
  on_error:
    description:
      - What to do when a write fails. With V(stop), what is under way is finished and nothing else begun. With
        V(continue), all that does not need the failed object is done.
      - The task fails in both cases, and C(actions) tells what became of each object. Another run goes on from there.
    type: str
    choices: [stop, continue]
    default: stop
  progress:
    description:
      - Whether to show how far the task is, in a line each second from the second one on. Lines are shown when the
        module runs on the control node, such as for C(localhost).
    type: bool
    default: true
  progress_path:
    description: The file that the lines are appended to. Set by the collection itself, to be able to show them.
    type: path
notes:
  - A tenant that asks to slow down slows down all workers.
  - What others write while the task runs is kept, or lost, as the modules of the single objects have it in their notes.
    Phone numbers are those of when the tenant was read.
  - A secret of an object that exists is written only with V(always) of C(update_password) or C(update_secret) in its
    entry.
seealso:
  - module: idops.cyberark_identity.scim_directory_info
  - module: idops.cyberark_identity.scim_user
  - module: idops.cyberark_identity.scim_group
  - module: idops.cyberark_identity.scim_pam_object
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Bring a directory to its desired state
  idops.cyberark_identity.scim_directory:
    users:
      - user_name: ada@example.com
        display_name: Ada Lovelace
        email: ada@example.com
        active: true
        password: "{{ vault_initial_password }}"
      - user_name: grace@example.com
        manager: ada@example.com
        password: "{{ vault_initial_password }}"
      - user_name: charles@example.com
        state: absent
    groups:
      - display_name: db-admins
        users:
          set: [ada@example.com, grace@example.com]

- name: Let the lists be all there is, within limits
  idops.cyberark_identity.scim_directory:
    users: "{{ directory_users }}"
    groups: "{{ directory_groups }}"
    prune: [users, groups]
    max_removals: 2%
    protected: ['break-glass*', 'svc-*']

- name: Go on after failures
  idops.cyberark_identity.scim_directory:
    users: "{{ directory_users }}"
    workers: 16
    on_error: continue
"""

RETURN = r"""
actions:
  description: What was changed, or in check mode would be, and what failed or was left out. Objects that are as they
    should be are not listed.
  returned: success, and on failure once something was written
  type: list
  elements: dict
  contains:
    type:
      description: The kind of object.
      type: str
      returned: always
      sample: user
    name:
      description: Its name.
      type: str
      returned: always
      sample: ada@example.com
    action:
      description: One of V(create), V(update), V(deactivate), V(delete), V(failed) and V(skipped).
      type: str
      returned: always
      sample: update
    attributes:
      description: The options that were changed.
      type: list
      elements: str
      returned: for an update
      sample: [organization]
    position:
      description: Where the task has it.
      type: str
      returned: for a failure
      sample: users[3]
    msg:
      description: What went wrong.
      type: str
      returned: for a failure
    failure:
      description: What went wrong, for a playbook to act upon. The codes are those of the module for one such object.
      type: dict
      returned: for a failure
summary:
  description: How many objects were created, updated and so on, by kind.
  returned: success, and on failure once something was written
  type: dict
  sample:
    users:
      create: 2
      unchanged: 998
diff:
  description: The attributes that the task manages of the objects that change, before and after, by kind and name.
  returned: success, and on failure once something was written
  type: dict
  contains:
    before:
      description: Before the task.
      type: dict
      returned: always
    after:
      description: After the task.
      type: dict
      returned: always
failure:
  description: Why the task failed, for a playbook to act upon.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(unknown_member), V(immutable), V(read_only), V(guard_rail),
          V(incomplete), V(rate_limited), V(unavailable), V(server_error),
          V(unsupported), V(transport), V(protocol), V(internal), V(missing_library).
      type: str
      returned: always
      sample: guard_rail
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 409
    detail:
      description: What the server said.
      type: str
      returned: when the server said something
      sample: User already exists
    type:
      description: The server's own name for the case, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: uniqueness
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._module import run_directory


def main() -> None:
    run_directory()


if __name__ == "__main__":
    main()
