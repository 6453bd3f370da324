#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_access_info
short_description: Report who can reach which safe of CyberArk Identity, with which rights, and how
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads a tenant over SCIM, and returns one row for each user and permission on a safe. A row says how the user comes
    to the permission, directly or through nested groups, which rights it gives, and which accounts are in the safe.
  - Groups may be nested to any depth. Groups that are members of each other do no harm.
  - Nothing is left out. Users who are disabled, and permissions that have ended, are in the rows and marked. A member
    that is not in the list of users or groups stands for itself. A group whose members are unknown, such as one of
    another directory, is a row without a user.
  - RV(gaps) says what could not be seen.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
options:
  include:
    description:
      - The kinds of objects to read. What is not read is in RV(gaps).
      - When omitted, all kinds for which a service user is given.
    type: list
    elements: str
    choices: [users, groups, containers, container_permissions, privileged_data]
  users:
    description:
      - Only rows of these users. A name may have V(*) and V(?), here and in the other lists. Case does not matter.
      - The task fails if no object has the name, because a misspelt name would look like a user without access.
    type: list
    elements: str
  groups:
    description: Only rows of users who come to the permission through one of these groups, by any way.
    type: list
    elements: str
  containers:
    description: Only rows of these safes.
    type: list
    elements: str
  rights:
    description: Only rows that give at least one of these rights.
    type: list
    elements: str
  privileged_data:
    description:
      - Only rows of safes with one of these accounts. The rows list no other accounts.
      - Give the name, C(safe / name), or C(login@machine), such as V(root@web1). The login and the machine are the
        properties C(username) and C(address) of the account.
    type: list
    elements: str
  expired:
    description: Whether to return permissions that have ended.
    type: bool
    default: true
  inactive:
    description: Whether to return users who are disabled.
    type: bool
    default: true
  limit:
    description: The most rows that the task returns. RV(summary) counts all.
    type: int
    default: 1000
  document_path:
    description:
      - A file for the access document, which holds everything that was read. The options that select rows do not apply
        to it. It is written in check mode as well, and only its owner can read it.
    type: path
seealso:
  - module: idops.cyberark_identity.scim_directory_info
  - plugin: idops.cyberark_identity.directory_access
    plugin_type: filter
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Ask who can use an account
  idops.cyberark_identity.scim_access_info:
    privileged_data: [root@web1]
    rights: [useAccounts, retrieveAccounts]
    expired: false
    inactive: false
  register: who

- name: Show the users and their ways
  ansible.builtin.debug:
    msg: "{{ item.user }} by {{ item.path | join(' in ') or 'a permission of its own' }}"
  loop: "{{ who.access }}"

- name: Count all access, and keep it for reports
  idops.cyberark_identity.scim_access_info:
    limit: 0
    document_path: access.json
  register: all_access
"""

RETURN = r"""
msg:
  description: The number of objects that were read, in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 195 users, 12 groups read
access:
  description: The first rows, sorted by safe, member and user.
  returned: success
  type: list
  elements: dict
  contains:
    user:
      description: The login name of the user, null for the unknown members of a group.
      type: str
      returned: always
    active:
      description: Whether the user can log in, null if that is unknown.
      type: bool
      returned: always
    listed:
      description: Whether the user is in the list of users.
      type: bool
      returned: always
    path:
      description:
        - The shortest way, as names of groups. The first is one that the user is a direct member of, the last has the
          permission. Empty for a permission of the user itself.
      type: list
      elements: str
      returned: always
    other_paths:
      description:
        - The number of other groups that the user is a direct member of and that lead to the same permission. The
          access ends only if the user leaves these groups as well.
      type: int
      returned: always
    container:
      description: The name of the safe.
      type: str
      returned: always
    member:
      description: The member of the safe, as C(user) or C(group) and its name.
      type: dict
      returned: always
    search_in:
      description: The other directory in which the member is, if the permission says so.
      type: str
      returned: always
    rights:
      description: The rights.
      type: list
      elements: str
      returned: always
    preset:
      description: The rights preset that gives exactly these rights, null if none does.
      type: str
      returned: always
    membership_expiration:
      description: The time when the permission ends, null for one without end.
      type: str
      returned: always
    expired:
      description: Whether that time is over.
      type: bool
      returned: always
    privileged_data:
      description: The names of the accounts in the safe, null if accounts were not read.
      type: list
      elements: str
      returned: always
summary:
  description: The counts of all rows, also of those beyond O(limit).
  returned: success
  type: dict
  contains:
    rows:
      description: The number of rows.
      type: int
      returned: always
    users:
      description: The number of users in the rows.
      type: int
      returned: always
    groups:
      description: The number of groups that are members of safes.
      type: int
      returned: always
    containers:
      description: The number of safes.
      type: int
      returned: always
    container_permissions:
      description: The number of permissions that somebody has.
      type: int
      returned: always
    privileged_data:
      description: The number of accounts in these safes, null if accounts were not read.
      type: int
      returned: always
    user_containers:
      description: The number of pairs of a user and a safe that the user reaches.
      type: int
      returned: always
    direct:
      description: The number of rows of permissions that users have themselves.
      type: int
      returned: always
    expired:
      description: The number of rows of permissions that have ended.
      type: int
      returned: always
    inactive:
      description: The number of rows of users who are disabled.
      type: int
      returned: always
    unknown_members:
      description: The number of rows of groups whose members are unknown.
      type: int
      returned: always
    groups_with_unknown_members:
      description: The number of these groups.
      type: int
      returned: always
complete:
  description: Whether RV(access) has all rows.
  returned: success
  type: bool
gaps:
  description: Sentences about what could not be seen.
  returned: success
  type: list
  elements: str
  sample: ["Not in the list of groups (1): their members are unknown: AD-Admins."]
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(not_found), V(authentication), V(authorization), V(rate_limited),
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

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.access_module import run_access_info


def main() -> None:
    run_access_info()


if __name__ == "__main__":
    main()
