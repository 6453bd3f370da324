#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_pam_object
short_description: Manage safes, permissions on safes and privileged accounts over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Manages the objects of Privilege Cloud that the SCIM server of CyberArk Identity supports. O(kind) selects the kind,
    and each option below names the kinds that it applies to.
  - An option that is omitted or null leaves the attribute unchanged. An empty string clears a text.
  - A change is a read, a merge and a PUT of the whole object. Attributes that the task does not give are preserved.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
attributes:
  idempotent:
    support: partial
    details:
      - Not with O(update_secret=always), because a secret cannot be read back.
options:
  kind:
    description:
      - The kind of object to manage. V(container) is a safe, V(container_permission) the rights of one member on a
        safe, V(privileged_data) an account in a safe.
    type: str
    choices: [container, container_permission, privileged_data]
    required: true
  state:
    description: Whether the object should exist.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an existing object. Without it, a V(container) is identified by O(name), a V(container_permission) by
        O(container) and O(user) or O(group), and V(privileged_data) by O(container) and O(name).
    type: str
  name:
    description:
      - The name of the safe, for O(kind=container). It cannot be changed.
      - The name of the account, for O(kind=privileged_data). With O(id) it can be changed.
      - Case does not matter.
    type: str
  description:
    description: A description, for O(kind=container) and O(kind=privileged_data).
    type: str
  number_of_days_retention:
    description:
      - The days for which the vault keeps old versions, for O(kind=container).
      - Write it as a decimal number. Without quotes, YAML reads C(010) as V(8).
    type: int
  managing_cpm:
    description: The name of the CPM user that manages the accounts, for O(kind=container).
    type: str
  creator_rights:
    description:
      - The rights that the creator of the safe keeps, for O(kind=container). All other rights of the creator are
        removed; none is ever added.
      - An empty list removes the creator from the safe. When omitted, its permission is not changed. A service user
        that creates a safe over SCIM becomes a member with every right, and then keeps all of them.
      - A service user without C(manageSafeMembers) can no longer manage the permissions on this safe.
    type: list
    elements: str
  container:
    description:
      - The name of the safe, for O(kind=container_permission) and O(kind=privileged_data). It cannot be changed.
    type: str
  user:
    description:
      - The user who is given rights, by login name or by id, for O(kind=container_permission). It cannot be
        changed.
      - Mutually exclusive with O(group).
    type: str
  group:
    description:
      - The group that is given rights, by name or by id, for O(kind=container_permission). It cannot be changed.
      - For a group of another directory, give its name or object GUID there, and O(search_in).
    type: str
  search_in:
    description:
      - The directory that has the O(user) or O(group), for O(kind=container_permission), such as V(corp.example.com).
        V(Vault) is the vault itself.
      - Many groups on safes are groups of Active Directory, which the SCIM server does not list. With this option, such
        a name is sent unchanged, and the vault looks it up. Without this option, it is an unknown member, unless it is
        already on the safe.
      - On the safe, the member is recognised by its name, by its object GUID, as C(name@directory), as
        C(DIRECTORY\name) and by its distinguished name.
      - It is sent when the permission is created, and never compared, because the server does not show it.
    type: str
  rights:
    description:
      - The rights on the safe, for O(kind=container_permission). Case and order do not matter.
      - The rights are C(useAccounts), C(retrieveAccounts), C(listAccounts), C(addAccounts),
        C(updateAccountContent), C(updateAccountProperties), C(initiateCPMAccountManagementOperations),
        C(specifyNextAccountContent), C(renameAccounts), C(deleteAccounts), C(unlockAccounts), C(manageSafe),
        C(manageSafeMembers), C(backupSafe), C(viewAuditLog), C(viewSafeMembers), C(accessWithoutConfirmation),
        C(createFolders), C(deleteFolders), C(moveAccountsAndFolders), C(requestsAuthorizationLevel1) and
        C(requestsAuthorizationLevel2).
      - The names that other interfaces of the vault use mean the same, such as C(UseAccounts), C(use_accounts),
        C(Use accounts) and C(Access Safe without confirmation). Results have the names above.
      - To create a permission, either this option or O(rights_preset) is required. An empty O(rights.set) creates a
        member without rights on the safe, such as one that has rights on single accounts only. Some vaults refuse that.
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
        description: All rights of the member; any others are removed. Mutually exclusive with O(rights.add) and
          O(rights.remove).
        type: list
        elements: str
  rights_preset:
    description:
      - A named set of rights, for O(kind=container_permission), as if the rights were given to O(rights.set). Mutually
        exclusive with O(rights).
      - V(connect_only) is C(useAccounts), C(listAccounts).
      - V(read_only) is C(useAccounts), C(retrieveAccounts), C(listAccounts).
      - V(approver) is C(listAccounts), C(viewSafeMembers), C(manageSafeMembers), C(requestsAuthorizationLevel1).
      - V(accounts_manager) is V(read_only) and C(addAccounts), C(updateAccountContent), C(updateAccountProperties),
        C(initiateCPMAccountManagementOperations), C(specifyNextAccountContent), C(renameAccounts), C(deleteAccounts),
        C(unlockAccounts), C(viewAuditLog), C(viewSafeMembers), C(accessWithoutConfirmation).
      - V(safe_manager) is C(listAccounts), C(manageSafe), C(manageSafeMembers), C(backupSafe), C(viewAuditLog),
        C(viewSafeMembers).
      - V(full) is every right except C(requestsAuthorizationLevel2), which excludes C(requestsAuthorizationLevel1).
    type: str
    choices: [connect_only, read_only, approver, accounts_manager, safe_manager, full]
  membership_expiration:
    description:
      - When the permission ends, for O(kind=container_permission), as a date such as V(2027-01-31), at the end of which
        it ends, or as an ISO 8601 time such as V(2027-01-31T18:00:00Z).
      - Both are in UTC, unless the time has an offset. An empty string means never.
      - A time in the past ends all access at once, and the task warns.
    type: str
  type:
    description: Whether the secret is a password or a key, for O(kind=privileged_data).
    type: str
    choices: [password, key]
  properties:
    description:
      - Properties of the account, for O(kind=privileged_data), such as C(username), C(address) and C(platformId). A key
        that is not given is not changed; an empty string clears it. The case of keys does not matter.
      - Values are texts. A number is refused, because YAML drops details such as a leading zero; put it into quotes.
        Only C(Port) may be a number, with or without quotes. Without quotes, YAML reads C(022) as V(18); in quotes, a
        leading zero is refused.
      - The secret is not a property; see O(secret). A key such as C(password) or C(private_key) is refused.
      - The value of another key that means a secret, such as C(apiToken), is written and never shown.
    type: dict
  remote_machines:
    description:
      - The machines that the account can be used on, for O(kind=privileged_data). An empty list clears them.
      - If the account has no O(restrict_to_remote_machines) yet, give that option as well.
      - The vault stores them as one text. An existing list keeps its separator, a semicolon or a comma. A new list has
        semicolons, as the vault's own API documents, or commas if the vault refuses semicolons.
    type: list
    elements: str
  restrict_to_remote_machines:
    description: Whether the account can be used on O(remote_machines) only, for O(kind=privileged_data).
    type: bool
  secret:
    description:
      - The password or key of the account, for O(kind=privileged_data). It is written when the account is created; to
        write it to an existing one, see O(update_secret).
    type: str
  update_secret:
    description:
      - When to write O(secret). V(on_create) writes it only when the account is created. V(always) writes it in every
        run, which is then reported as changed.
      - It is not documented whether the server accepts a new secret for an existing account. It may ignore the secret
        without an error.
    type: str
    choices: [on_create, always]
    default: on_create
notes:
  - The server does not detect lost updates. A change is a PUT of the whole object, right after the object is read
    again. Changes that others make between the two are lost. Run tasks that change the same object one after another.
  - The service user's role needs the right Vault Management. On some tenants, a service user with that right sees the
    users and groups of the vault instead of those of the directory.
  - The module never deletes and recreates an object to change an attribute that cannot be changed; the task fails with
    C(failure.code=immutable).
seealso:
  - module: idops.cyberark_identity.scim_pam_object_info
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Create a safe, and leave the service user only the rights to manage it
  idops.cyberark_identity.scim_pam_object:
    kind: container
    name: APP-PRD
    description: Accounts of the application
    number_of_days_retention: 7
    creator_rights: [listAccounts, addAccounts, manageSafe, manageSafeMembers, viewSafeMembers]

- name: Let a group use the accounts in it
  idops.cyberark_identity.scim_pam_object:
    kind: container_permission
    container: APP-PRD
    group: db-admins
    rights_preset: read_only

- name: Let a user also see the audit log, until the end of 2035
  idops.cyberark_identity.scim_pam_object:
    kind: container_permission
    container: APP-PRD
    user: ada@example.com
    rights:
      add: [viewAuditLog]
    membership_expiration: "2035-12-31T18:00:00Z"

- name: Let a group of Active Directory use the accounts in it, which the SCIM server does not list
  idops.cyberark_identity.scim_pam_object:
    kind: container_permission
    container: APP-PRD
    group: AD-DB-Admins
    search_in: corp.example.com
    rights_preset: connect_only

- name: Store an account
  idops.cyberark_identity.scim_pam_object:
    kind: privileged_data
    container: APP-PRD
    name: root@web1
    type: password
    properties:
      username: root
      address: web1.example.com
      platformId: UnixSSH
    secret: "{{ vault_root_password }}"

- name: Remove the permission
  idops.cyberark_identity.scim_pam_object:
    kind: container_permission
    container: APP-PRD
    user: ada@example.com
    state: absent
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: container 'APP' created
pam_object:
  description:
    - The object after the task, or as it would be in check mode. Null when there is none afterwards.
    - Its keys are options of this module, including C(kind) and C(id), so that you can pass it back unchanged.
  returned: success
  type: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
      sample: container_permission
    id:
      description: The id. Null in check mode for an object that does not exist yet.
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
      description: The rights on the safe, as O(rights.set) takes them.
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
      sample: "2035-12-31T18:00:00Z"
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
also_removed:
  description:
    - The objects that are deleted with a safe, or would be in check mode. It is also in C(diff.before). Null if no safe
      is deleted.
    - It is read before the deletion, also where the server does not list accounts with the safe. If it cannot be read,
      the task fails and deletes nothing.
  returned: success
  type: dict
  contains:
    accounts:
      description: The accounts in the safe, as C(count) and as C(names), of which 20 at most are shown.
      type: dict
      returned: always
      sample:
        count: 2
        names: [root@web1, root@web2]
    members:
      description: The members of the safe, in the same shape, by the names that the safe shows.
      type: dict
      returned: always
      sample:
        count: 1
        names: [ada@example.com]
diff:
  description:
    - The attributes that the task manages, before and after. Empty if the object does not exist at that time.
    - When an object is deleted, everything is shown.
  returned: success, and on failure once the change was planned
  type: dict
  contains:
    before:
      description: Before the task.
      type: dict
      returned: always
      sample:
        container: APP-PRD
        user: ada@example.com
        rights:
          set: [listAccounts]
    after:
      description: After the task.
      type: dict
      returned: always
      sample:
        container: APP-PRD
        user: ada@example.com
        rights:
          set: [listAccounts, useAccounts]
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(unknown_member), V(immutable), V(read_only), V(rate_limited), V(unavailable),
          V(server_error), V(unsupported), V(transport), V(protocol), V(internal), V(missing_library).
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
      sample: Container already exists
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: uniqueness
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.pam_object_module import run_pam_object


def main() -> None:
    run_pam_object()


if __name__ == "__main__":
    main()
