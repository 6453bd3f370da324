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
  - Everything is read and planned before the first write. If any entry has an error, or if the plan would remove more
    than is allowed, the task fails before anything is written.
  - Each kind of object is read in the cheaper way, either all objects page by page or one by one. Writes run
    concurrently, in the order that references require.
  - Entries may refer to each other, such as a group to a user that the same task creates, even in check mode.
  - Objects that no entry names are not changed, unless their kind is pruned with O(prune). O(unmanaged) reports them.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
attributes:
  idempotent:
    support: partial
    details:
      - Not if an entry has C(update_password=always) or C(update_secret=always), because secrets cannot be read back.
options:
  users:
    description:
      - Users. Each entry takes the options of M(idops.cyberark_identity.scim_user), except those of the connection.
    type: list
    elements: dict
    suboptions:
      active:
        description:
          - Whether the user can log in. V(false) suspends the user. It cannot be empty.
        type: bool
      custom_attributes:
        description:
          - Additional attributes that the tenant has defined, by name. A name that is not given is not changed; an
            empty string clears it.
        type: dict
      display_name:
        description:
          - The display name. Without one, or with an empty string, it is the part of the login name before the C(@).
        type: str
      email:
        description:
          - The e-mail address. The directory keeps one for each user. Case does not matter.
        type: str
      family_name:
        description:
          - The family name.
        type: str
      formerly:
        description:
          - Login names that the user may still have. If a user has one of them, and none has
            O(idops.cyberark_identity.scim_user#module:user_name), this user is renamed. It keeps its id, its
            memberships and its rights. Once that is done, the option changes nothing.
        type: list
        elements: str
      given_name:
        description:
          - The given name.
        type: str
      id:
        description:
          - The id of an existing user. O(idops.cyberark_identity.scim_user#module:user_name) is then the new login
            name, so that the user can be renamed.
        type: str
      manager:
        description:
          - The user's manager, by login name or by id. An empty string clears it.
        type: str
      organization:
        description:
          - The organization that the user belongs to.
        type: str
      password:
        description:
          - The password. The tenant requires one to create a user, and has rules for it, such as at least 8 characters.
        type: str
      phone_numbers:
        description:
          - The phone numbers. A kind that is not given is not changed; an empty string clears it.
        type: dict
        suboptions:
          work:
            description:
              - The office number.
            type: str
          mobile:
            description:
              - The mobile number.
            type: str
          home:
            description:
              - The home number.
            type: str
      position:
        description:
          - The source of the entry, such as a file and a line, for messages. By default, messages give the place in the
            list. The lookups P(idops.cyberark_identity.directory_files#lookup) and
            P(idops.cyberark_identity.directory_csv#lookup) set it.
        type: str
      preferred_language:
        description:
          - The language of the user's portal, such as V(en_US).
        type: str
      state:
        description:
          - Whether the user should exist. With V(absent), the user is deleted; only
            O(idops.cyberark_identity.scim_user#module:id) or O(idops.cyberark_identity.scim_user#module:user_name) is
            used then.
        type: str
        choices: [present, absent]
        default: present
      update_password:
        description:
          - When to write O(idops.cyberark_identity.scim_user#module:password). V(on_create) writes it only when the
            user is created. V(always) writes it in every run, which is then reported as changed, because a password
            cannot be read back and compared.
        type: str
        choices: [on_create, always]
        default: on_create
      user_name:
        description:
          - The login name, C(name@suffix), with a login suffix of the tenant. It identifies the user unless
            O(idops.cyberark_identity.scim_user#module:id) is given.
        type: str
  groups:
    description:
      - Groups. Each entry takes the options of M(idops.cyberark_identity.scim_group), except those of the connection.
    type: list
    elements: dict
    suboptions:
      display_name:
        description:
          - The name, which identifies the group unless O(idops.cyberark_identity.scim_group#module:id) is given. Case
            does not matter.
        type: str
      formerly:
        description:
          - Names that the group may still have. If a group has one of them, and none has
            O(idops.cyberark_identity.scim_group#module:display_name), this group is renamed. It keeps its id, its
            members and its rights. Once that is done, the option changes nothing.
        type: list
        elements: str
      groups:
        description:
          - The groups that are direct members, by name or by id.
        type: dict
        suboptions:
          add:
            description:
              - Groups to add. Others are not changed.
            type: list
            elements: str
          remove:
            description:
              - Groups to remove. A name that is not a member, or does not exist, is not a failure.
            type: list
            elements: str
          set:
            description:
              - All groups that are members; any others are removed. An empty list removes them all.
            type: list
            elements: str
      id:
        description:
          - The id of an existing group. O(idops.cyberark_identity.scim_group#module:display_name) is then the new name,
            so that the group can be renamed.
        type: str
      position:
        description:
          - The source of the entry, such as a file and a line, for messages. By default, messages give the place in the
            list. The lookups P(idops.cyberark_identity.directory_files#lookup) and
            P(idops.cyberark_identity.directory_csv#lookup) set it.
        type: str
      state:
        description:
          - Whether the group should exist. With V(absent), only O(idops.cyberark_identity.scim_group#module:id) or
            O(idops.cyberark_identity.scim_group#module:display_name) is used.
        type: str
        choices: [present, absent]
        default: present
      unknown_members:
        description:
          - What to do when a member to add does not exist. With V(fail), nothing is written and the task fails with
            C(failure.code=unknown_member). With V(warn) and V(ignore), the member is skipped, with or without a
            warning.
        type: str
        choices: [fail, warn, ignore]
        default: fail
      users:
        description:
          - The users who are direct members, by login name or by id.
        type: dict
        suboptions:
          add:
            description:
              - Users to add. Others are not changed.
            type: list
            elements: str
          remove:
            description:
              - Users to remove. A name that is not a member, or does not exist, is not a failure.
            type: list
            elements: str
          set:
            description:
              - All users who are members; any others are removed. An empty list removes them all.
            type: list
            elements: str
  containers:
    description:
      - Safes, which are containers in SCIM. Each entry takes the options of
        M(idops.cyberark_identity.scim_pam_object) for the kind container, except those of the connection.
      - C(creator_rights) removes rights last, because permissions and accounts of the same task may need them. If
        something on the safe failed, the rights are kept. An empty list is refused.
    type: list
    elements: dict
    suboptions:
      creator_rights:
        description:
          - The rights that the creator of the safe keeps. All other rights of the creator are removed; none is ever
            added.
        type: list
        elements: str
      description:
        description:
          - A description.
        type: str
      id:
        description:
          - The id of an existing object. Without it, a V(container) is identified by
            O(idops.cyberark_identity.scim_pam_object#module:name), a V(container_permission) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:user) or
            O(idops.cyberark_identity.scim_pam_object#module:group), and V(privileged_data) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:name).
        type: str
      managing_cpm:
        description:
          - The name of the CPM user that manages the accounts.
        type: str
      name:
        description:
          - The name of the safe. It cannot be changed.
        type: str
      number_of_days_retention:
        description:
          - The days for which the vault keeps old versions.
        type: int
      position:
        description:
          - The source of the entry, such as a file and a line, for messages. By default, messages give the place in the
            list. The lookups P(idops.cyberark_identity.directory_files#lookup) and
            P(idops.cyberark_identity.directory_csv#lookup) set it.
        type: str
      state:
        description:
          - Whether the object should exist.
        type: str
        choices: [present, absent]
        default: present
  container_permissions:
    description:
      - Permissions on safes. Each entry takes the options of M(idops.cyberark_identity.scim_pam_object) for the kind
        container_permission, except those of the connection.
    type: list
    elements: dict
    suboptions:
      container:
        description:
          - The name of the safe. It cannot be changed.
        type: str
      group:
        description:
          - The group that is given rights, by name or by id. It cannot be changed.
        type: str
      id:
        description:
          - The id of an existing object. Without it, a V(container) is identified by
            O(idops.cyberark_identity.scim_pam_object#module:name), a V(container_permission) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:user) or
            O(idops.cyberark_identity.scim_pam_object#module:group), and V(privileged_data) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:name).
        type: str
      membership_expiration:
        description:
          - When the permission ends, as a date such as V(2027-01-31), at the end of which it ends, or as an ISO 8601
            time such as V(2027-01-31T18:00:00Z).
        type: str
      position:
        description:
          - The source of the entry, such as a file and a line, for messages. By default, messages give the place in the
            list. The lookups P(idops.cyberark_identity.directory_files#lookup) and
            P(idops.cyberark_identity.directory_csv#lookup) set it.
        type: str
      rights:
        description:
          - The rights on the safe. Case and order do not matter.
        type: dict
        suboptions:
          add:
            description:
              - Rights to give. Others are not changed.
            type: list
            elements: str
          remove:
            description:
              - Rights to remove. Others are not changed.
            type: list
            elements: str
          set:
            description:
              - All rights of the member; any others are removed. Mutually exclusive with
                O(idops.cyberark_identity.scim_pam_object#module:rights.add) and
                O(idops.cyberark_identity.scim_pam_object#module:rights.remove).
            type: list
            elements: str
      rights_preset:
        description:
          - A named set of rights, as if the rights were given to
            O(idops.cyberark_identity.scim_pam_object#module:rights.set). Mutually exclusive with
            O(idops.cyberark_identity.scim_pam_object#module:rights).
        type: str
        choices: [connect_only, read_only, approver, accounts_manager, safe_manager, full]
      search_in:
        description:
          - The directory that has the O(idops.cyberark_identity.scim_pam_object#module:user) or
            O(idops.cyberark_identity.scim_pam_object#module:group), such as V(corp.example.com). V(Vault) is the vault
            itself.
        type: str
      state:
        description:
          - Whether the object should exist.
        type: str
        choices: [present, absent]
        default: present
      user:
        description:
          - The user who is given rights, by login name or by id. It cannot be changed.
        type: str
  privileged_data:
    description:
      - Privileged accounts, which are privileged data in SCIM. Each entry takes the options of
        M(idops.cyberark_identity.scim_pam_object) for the kind privileged_data, except those of the connection.
    type: list
    elements: dict
    suboptions:
      container:
        description:
          - The name of the safe. It cannot be changed.
        type: str
      description:
        description:
          - A description.
        type: str
      id:
        description:
          - The id of an existing object. Without it, a V(container) is identified by
            O(idops.cyberark_identity.scim_pam_object#module:name), a V(container_permission) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:user) or
            O(idops.cyberark_identity.scim_pam_object#module:group), and V(privileged_data) by
            O(idops.cyberark_identity.scim_pam_object#module:container) and
            O(idops.cyberark_identity.scim_pam_object#module:name).
        type: str
      name:
        description:
          - The name of the account. With O(idops.cyberark_identity.scim_pam_object#module:id) it can be changed.
        type: str
      position:
        description:
          - The source of the entry, such as a file and a line, for messages. By default, messages give the place in the
            list. The lookups P(idops.cyberark_identity.directory_files#lookup) and
            P(idops.cyberark_identity.directory_csv#lookup) set it.
        type: str
      properties:
        description:
          - Properties of the account, such as C(username), C(address) and C(platformId). A key that is not given is not
            changed; an empty string clears it. The case of keys does not matter.
        type: dict
      remote_machines:
        description:
          - The machines that the account can be used on. An empty list clears them.
        type: list
        elements: str
      restrict_to_remote_machines:
        description:
          - Whether the account can be used on O(idops.cyberark_identity.scim_pam_object#module:remote_machines) only.
        type: bool
      secret:
        description:
          - The password or key of the account. It is written when the account is created; to write it to an existing
            one, see O(idops.cyberark_identity.scim_pam_object#module:update_secret).
        type: str
      state:
        description:
          - Whether the object should exist.
        type: str
        choices: [present, absent]
        default: present
      type:
        description:
          - Whether the secret is a password or a key.
        type: str
        choices: [password, key]
      update_secret:
        description:
          - When to write O(idops.cyberark_identity.scim_pam_object#module:secret). V(on_create) writes it only when the
            account is created. V(always) writes it in every run, which is then reported as changed.
        type: str
        choices: [on_create, always]
        default: on_create
  path:
    description:
      - YAML files and folders with further entries. They are read on the control node, wherever the module runs, and
        only for the time of the task. A relative path starts at the folder of the playbook.
      - A file contains some of the lists O(users), O(groups), O(containers), O(container_permissions) and
        O(privileged_data). Files and folders are read as by the lookup
        P(idops.cyberark_identity.directory_files#lookup), with templates and C(!vault). Templates can use the variables
        of the task.
      - The entries of the files follow those that the task itself lists. An object may have only one entry.
      - Files of which none has a list are refused, because the task would manage nothing. A file with C(users) and an
        empty list is accepted.
      - Any error in a file fails the task before it writes. The message names the file, the line and the column.
    type: list
    elements: path
  path_files:
    description: The content of the files at O(path). The collection sets this option itself.
    type: list
    elements: dict
  part:
    description:
      - The part of the entries to apply, if several hosts share the work of a tenant. The playbook
        C(idops.cyberark_identity.apply_directory) sets it. The filter P(idops.cyberark_identity.directory_part#filter)
        describes the parts.
      - A slice and an early wave exclude O(prune), O(unmanaged), O(approved), O(plan_path) and O(access_path), and
        slices check mode.
    type: dict
    suboptions:
      slices:
        description: The number of hosts.
        type: int
        default: 1
      slice:
        description: Which of the hosts this is, from 1 on.
        type: int
        default: 1
      wave:
        description: The steps to apply. V(3) is everything.
        type: int
        choices: [1, 2, 3]
        default: 3
  input_errors:
    description:
      - Errors that were found when the lists were read, as texts. If there is one, the task fails before it writes. It
        also reports all other errors that it can find without the missing entries. It then prunes nothing in its plan,
        and takes a name that it does not find for that of a missing entry.
      - The lookup P(idops.cyberark_identity.directory_files#lookup) finds such errors. Those of files at O(path) are
        reported without this option.
    type: list
    elements: str
  kinds:
    description:
      - The kinds of objects to deal with. When omitted, all kinds for which a service user is given. With
        O(vault_client_id) alone, these are V(containers), V(container_permissions) and V(privileged_data).
      - Entries of other kinds are ignored, so that each of two service users can apply its part of the same input. If
        an entry refers to an object of another kind, check mode assumes that the object will exist, and names it in a
        warning. Without check mode, the task fails if the object does not exist.
    type: list
    elements: str
    choices: [users, groups, containers, container_permissions, privileged_data]
  prune:
    description:
      - The kinds of objects to prune. Every object of such a kind that no entry names is removed.
      - Users are deactivated unless O(prune_users=delete). Pruning never affects users of other directories, the
        service user that runs the task, built-in roles, and objects that O(protected) names. Permissions and accounts
        are removed only on safes that entries of their kind name.
    type: list
    elements: str
    choices: [users, groups, containers, container_permissions, privileged_data]
  prune_users:
    description: Whether O(prune) deactivates or deletes users.
    type: str
    choices: [deactivate, delete]
    default: deactivate
  prune_to_nothing:
    description:
      - Whether O(prune) may be used for a kind without any entry, which removes all objects of that kind.
      - Permissions and accounts are kept even then, because no entry names their safe.
    type: bool
    default: false
  max_removals:
    description:
      - The limit for removed objects, as a number for all kinds together, or as a percentage of the existing
        objects of each kind. A user that is deactivated counts, and so does each account that is deleted with its safe.
      - If a plan exceeds this limit, nothing is written, and the failure names the objects that it would remove.
      - Write it as a decimal number. Without quotes, YAML reads C(010) as V(8); in quotes, a leading zero is refused.
    type: str
    default: '10'
  max_access_removals:
    description:
      - The limit for removed memberships of groups and rights on safes, as a number for both together, or as a
        percentage of all existing memberships and of all existing rights.
      - Each membership counts, and each right of each member of a safe. A group that is deleted counts with its
        members, a permission with its rights, and a safe with all rights on it. Memberships that a user loses by being
        deleted or deactivated count only for O(max_removals).
      - If a plan exceeds this limit, nothing is written, and the failure names the groups and safes with the numbers.
        Lists that would become empty are named first, and also in RV(emptied) and in a warning.
      - For a percentage, all groups or all permissions are read once more if the task removes any of their access.
    type: str
    default: '100'
  protected:
    description:
      - Names of objects that are never removed or deactivated, and that lose no members, rights or memberships. V(*)
        stands for any text and V(?) for one character. Case and blanks around a name do not matter, and all hyphens are
        the same.
      - O(prune) keeps them. The task fails if an entry would remove one of them, a built-in role or the service user
        that runs the task.
      - A permission is protected by the name of its safe or of its member, and an account by that of its safe or its
        own.
      - A protected user or group stays in its groups and on its safes, and these are not deleted. A protected group or
        safe loses no member and no right, so the task does not delete its members either. A deactivated user stays a
        member.
      - A protected user, group or account cannot be renamed, no other one can be renamed to a protected name, and the
        password of a protected user cannot be changed.
    type: list
    elements: str
    default: []
  protected_unmatched:
    description:
      - What to do when a name in O(protected) matches no user, group, safe, account or member of a safe that the
        service user can read. An id matches nothing.
      - This is checked only if the task removes something, because otherwise nothing needs protection.
    type: str
    choices: [warn, fail]
    default: warn
  unmanaged:
    description:
      - What to do about objects that no entry names. With V(report), the result lists them in RV(unmanaged). With
        V(fail), the task also fails before anything is written, with the code V(drift) and the first twenty names.
      - A kind is checked only if its list is given, even an empty one. Permissions and accounts are checked only on
        safes that entries of any kind name. All objects of these kinds are read.
      - The report leaves out objects that the task removes, users that are inactive or belong to another directory,
        objects that O(protected) names, and built-in roles. It also leaves out the service user that runs the task, its
        groups, and its own permissions on safes. A permission of one of its groups is reported.
      - Members that a list with C(add) does not name are not objects, and are not reported. With C(set), they are a
        change.
    type: str
    choices: [ignore, report, fail]
    default: ignore
  allow_empty_vault:
    description:
      - Whether to create objects in a vault that shows nothing to a service user that the task also uses for users and
        groups.
      - On many tenants, Vault Management together with another administrative right hides the whole vault, as if it
        were empty. So the task fails instead of creating objects if it sees no safe, no permission and no account. Set
        V(true) if the vault really is empty; after the first safe, it is not needed any more.
      - With a service user for the vault, in O(vault_client_id), this is a warning instead of a failure.
    type: bool
    default: false
  workers:
    description: The number of concurrent requests, from 1 to 32.
    type: int
    default: 8
  on_error:
    description:
      - What to do when a write fails. With V(stop), the task finishes the writes in progress and starts no others. With
        V(continue), it writes all objects that do not depend on the failed one.
      - A failure that affects all objects ends the task in both cases, such as a refused login, a proxy, or a
        certificate that is not trusted. If the right to create an object is missing, no further objects of its kind are
        created; for permissions and accounts, none in the same safe. C(stopped) has the reason once.
      - The task fails in both cases, and C(actions) has the outcome for each object. Another run continues from there.
    type: str
    choices: [stop, continue]
    default: stop
  undo:
    description:
      - Takes back the writes that a journal records, instead of applying lists of objects. Objects that they created
        are deleted, those that they changed or renamed are restored, and those that they deleted are created again,
        with memberships and rights.
      - Everything else is as for lists, such as check mode, O(approved), the guard rails and O(journal_path). The guide
        docs/undo.md has the rules.
    type: dict
    suboptions:
      journal:
        description: The file that O(journal_path) wrote.
        type: path
        required: true
      run:
        description: The run in the journal, as in O(journal_run). When omitted, all runs.
        type: str
      passwords:
        description: Passwords of users that are created again, by login name.
        type: dict
      secrets:
        description: Secrets of accounts that are created again, by safe and name, such as V(APP-PRD / root@web1).
        type: dict
      on_loss:
        description:
          - What to do if something cannot be brought back, such as a password. With V(fail), nothing is written. Check
            mode only reports it.
        type: str
        choices: [fail, continue]
        default: fail
  plan_path:
    description:
      - A file to write the plan to before anything else is written, in check mode, too. It is JSON, only its owner can
        read it, and an existing file is replaced. The guide docs/review.md describes the content.
      - It holds no secret. A password, for example, is V(will be set).
    type: path
  access_path:
    description:
      - A file to write the access document to before anything else is written, in check mode, too. It has the directory
        as the tenant is, and as the entries say. RV(access) says who can reach more or less. Only the owner can read
        the file.
      - The directory of the entries is the tenant after the plan. With O(unmanaged), it lacks the objects that are
        reported. If an entry allows more members or rights than it names, such as a list with C(add), those count as
        wanted, and are in the gaps.
      - For this, the task reads all users, groups, safes, permissions and accounts that its service users can see, one
        more time, and once together with O(policies).
    type: path
  previous_access_path:
    description:
      - The file that O(access_path) of an earlier run wrote, such as that of the last night. RV(access) then says what
        has changed since. It may be the same path.
      - If there is no such file yet, RV(access) says so. A damaged file, or one of another tenant, is refused.
    type: path
  approved:
    description:
      - The plan that was approved, either its digest, as in RV(plan.digest), or the path of a file that O(plan_path)
        wrote. The task plans again from its entries and the tenant. If the outcome is not the approved plan, it fails
        with the code V(plan_changed) before it writes anything. With a file, the message names the differences.
      - Each object is also read again just before it is written. If its change is no longer the approved one, that
        object is left alone and fails with the same code.
      - An empty text fails, because it may be an approval that was lost on the way.
    type: str
  policies:
    description:
      - Policies that the directory has to follow as it is after the plan. The guide docs/policies.md describes them,
        and the lookup P(idops.cyberark_identity.policy_files#lookup) reads them from files.
      - They are evaluated before the first write, in check mode, too. If the plan makes a new finding of the severity
        V(refuse), the task fails with the code V(policy), and nothing is written. All findings are in RV(policies).
      - For this, the task reads all users, groups, safes, permissions and accounts that its service users can see, one
        more time. Policies about changes alone need no such reading. A policy of the severity V(refuse) that needs a
        kind of object that cannot be read refuses the plan as well.
    type: list
    elements: dict
  progress:
    description:
      - Whether to print the plan, one line for each change, and then the progress of the task in a line each second,
        from the second second on. Lines are shown only when the module runs on the control node, such as for
        C(localhost).
    type: bool
    default: true
  progress_path:
    description: The file to append the lines to. The collection sets this option itself, in order to show the lines.
    type: path
notes:
  - The removal of the last member of a built-in role is always refused. So is a change by which the service user that
    runs the task would lose its user, its name, its password, a role that it is in (directly or through other roles),
    or its permission on a safe that stays.
  - The service user is identified by O(client_id) and by the claims of the token. If neither identifies it, changes
    that could affect it are refused. If there is also a service user for the vault, the same applies to that one.
  - If the process that waits for the module is killed, such as with C(kill -9) of C(ansible-playbook), no further
    change is started. The module can only detect this on the control node, without C(async), and without C(become) to a
    user other than V(root).
  - When the tenant asks to slow down, all workers wait.
  - The notes of the modules for single objects say which concurrent changes are kept or lost. Changes of phone numbers
    by others are lost if they are made after this task has read the tenant.
  - The secret of an existing object is written only if its entry sets C(update_password) or C(update_secret) to
    V(always).
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

- name: Apply all YAML files of a folder
  idops.cyberark_identity.scim_directory:
    path: /srv/tenant

- name: Prune objects that are not in the lists, within limits
  idops.cyberark_identity.scim_directory:
    users: "{{ directory_users }}"
    groups: "{{ directory_groups }}"
    prune: [users, groups]
    max_removals: 2%
    protected: ['break-glass*', 'svc-*']

- name: Fail if anybody else has rights on the safe
  idops.cyberark_identity.scim_directory:
    container_permissions: "{{ directory_permissions }}"
    unmanaged: fail
  check_mode: true

- name: Create a group, and record that
  idops.cyberark_identity.scim_directory:
    groups:
      - display_name: auditors
    journal_path: /srv/tenant/journal.jsonl
    journal_run: change-4711

- name: Take back what that run did
  idops.cyberark_identity.scim_directory:
    undo:
      journal: /srv/tenant/journal.jsonl
      run: change-4711

- name: Continue after failures
  idops.cyberark_identity.scim_directory:
    users: "{{ directory_users }}"
    workers: 16
    on_error: continue
"""

RETURN = r"""
msg:
  description:
    - The number of objects of each kind that were created, changed, deactivated, deleted or unchanged, in one line. In
      check mode, the numbers that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: 3 users created, 2 changed, 1 deactivated; 1 group created; 195 unchanged
left_alone:
  description: The objects of a journal that were left alone, because somebody has changed them since.
  returned: with O(undo)
  type: list
  elements: dict
  contains: &reasons
    type:
      description: The kind of object, as in RV(actions[].type).
      type: str
      returned: always
      sample: user
    name:
      description: The name of the object.
      type: str
      returned: always
      sample: ada@example.com
    reason:
      description: The reason.
      type: str
      returned: always
      sample: somebody has changed display_name since
lost:
  description: The values that cannot be restored, such as passwords.
  returned: with O(undo)
  type: list
  elements: dict
  contains: *reasons
actions:
  description: The objects that were changed, or in check mode would be, and those that failed or were skipped. Objects
    without a change are not listed.
  returned: success, and on failure once something was written
  type: list
  elements: dict
  contains:
    type:
      description: The kind of object. One of V(user), V(group), V(container), V(container_permission) and
        V(privileged_data).
      type: str
      returned: always
      sample: user
    name:
      description: The name of the object.
      type: str
      returned: always
      sample: ada@example.com
    action:
      description: One of V(create), V(update), V(deactivate), V(delete), V(failed) and V(skipped). A skipped object was
        not started; it is listed if another entry is the reason.
      type: str
      returned: always
      sample: update
    attributes:
      description: The options that were changed.
      type: list
      elements: str
      returned: for an update
      sample: [organization]
    access_removed:
      description: The number of memberships or rights that were removed.
      type: int
      returned: for a group or a permission that loses some
      sample: 3
    also_removed:
      description:
        - The C(accounts) and C(members) that are deleted with a safe. Each has a C(count) and at most 20 C(names). It
          is also in C(diff.before).
        - It includes those that entries of the task, or O(prune), remove themselves.
      type: dict
      returned: for a container that is deleted
      sample:
        accounts:
          count: 2
          names: [root@web1, root@web2]
        members:
          count: 1
          names: [ada@example.com]
    position:
      description: The position of its entry in the task, or the file and the line or row that the entry came from.
      type: str
      returned: for a failure
      sample: users[3]
    msg:
      description: The reason of the failure.
      type: str
      returned: for a failure
    failure:
      description: The reason of the failure, in a form that a playbook can test. The codes are those of the module for
        a single such object.
      type: dict
      returned: for a failure
unmanaged:
  description:
    - The objects that no entry names, complete, unless O(unmanaged=ignore). Permissions come first.
    - C(summary) counts them by kind.
  returned: success, on failure once something was written, and when O(unmanaged=fail) is why the task fails
  type: list
  elements: dict
  contains:
    type:
      description: The kind of object.
      type: str
      returned: always
      sample: container_permission
    name:
      description: The name of the object.
      type: str
      returned: always
      sample: APP-PRD / mallory@example.com
    container:
      description: The safe.
      type: str
      returned: for a permission
      sample: APP-PRD
    user:
      description: The login name of the user that has the rights; null for a group.
      type: str
      returned: for a permission
      sample: mallory@example.com
    group:
      description: The name of the group that has the rights; null for a user.
      type: str
      returned: for a permission
    rights:
      description: The rights.
      type: list
      elements: str
      returned: for a permission
      sample: [listAccounts, retrieveAccounts]
summary:
  description: The numbers of created, updated and other objects by kind, and of unmanaged ones.
  returned: success, and on failure once something was written
  type: dict
  sample:
    users:
      create: 2
      unchanged: 998
plan:
  description: The digest of the plan, and the number of changes of each kind.
  returned: success, and on failure once something was written
  type: dict
  contains:
    digest:
      description: Stands for the tenant and all changes of the plan, without secrets. Two plans have the same digest if
        and only if they make the same changes in the same tenant.
      type: str
      returned: always
      sample: sha256:5b0a0c5dd4a1c5d18a1ac2a4f5cdd0b83b2d0e8a5a5c6c0d2a7b6d3f4e9c8a71
    create:
      description: The number of objects to create. There are also C(update), C(rename), C(deactivate), C(delete) and
        C(unchanged).
      type: int
      returned: always
      sample: 12
policies:
  description: What the policies found in the directory as it is after the plan. The filter
    P(idops.cyberark_identity.policy_report#filter) turns it into JUnit XML, SARIF or Markdown.
  returned: with O(policies), on success, on failure once something was written, and when policies refuse the plan
  type: dict
  contains:
    refused:
      description: Whether there is a reason to refuse.
      type: bool
      returned: always
    refusals:
      description: A sentence for each reason to refuse.
      type: list
      elements: str
      returned: always
    findings:
      description: The findings of all policies.
      type: list
      elements: dict
      returned: always
      contains:
        policy:
          description: The name of the policy.
          type: str
          returned: always
          sample: separation-of-duties
        severity:
          description: V(refuse) or V(warn).
          type: str
          returned: always
          sample: refuse
        reason:
          description: The reason of the policy.
          type: str
          returned: always
        subject:
          description: The names of what breaks the policy. Empty for a count, and for the findings that are not
            listed.
          type: dict
          returned: always
          sample: {user: ada@example.com, container: APP-PRD}
        text:
          description: The finding in a sentence. Of rights, it names those that the policy tests.
          type: str
          returned: always
          sample: "reach 'ada@example.com / APP-PRD': rights are useAccounts, manageSafeMembers and 20 more."
        count:
          description:
            - How many findings this one stands for.
            - Of one policy, 1,000 are listed, of each exception, and of new and of old ones. One more says how many
              others there are.
          type: int
          returned: always
        exception:
          description: The C(owner) and the last day (C(until)) of the exception that counts for the subject, or null.
          type: dict
          returned: always
        new:
          description: Whether the plan makes the finding. Null without a plan.
          type: bool
          returned: always
        position:
          description: The file and the line of the entry that the subject comes from, if it has one.
          type: str
          returned: always
        policy_position:
          description: The file and the line of the policy, or its place in the list.
          type: str
          returned: always
    policies:
      description: The policies, each with the number of C(subjects) that it is about and of C(findings), and with the
        kinds that it needs and that were not read (C(not_evaluated)). C(unused_exceptions) are those for which there is
        no finding, each with C(owner) and C(until); they can be removed.
      type: list
      elements: dict
      returned: always
    gaps:
      description: What could not be seen.
      type: list
      elements: str
      returned: always
access:
  description: Who can reach more or less than the entries say.
  returned: with O(access_path), on success, on failure once something was written, and when the plan is refused
  type: dict
  contains:
    msg:
      description: How many people reach more, and less, in a sentence.
      type: str
      returned: always
      sample: 1 person or group can reach more than the files say.
    more:
      description: The number of users, and of groups with unknown members, who can reach more. Null if it is unknown,
        because groups or permissions could not be read.
      type: int
      returned: always
    fewer:
      description: The number of those who can reach less.
      type: int
      returned: always
    texts:
      description: A sentence for each user and safe, first those with more. At most 100 of each direction.
      type: list
      elements: str
      returned: always
      sample: ["mallory@example.com can reach APP-PRD with useAccounts, and no file says so"]
    since:
      description: What has changed since the previous report, null without O(previous_access_path).
      type: str
      returned: always
    gaps:
      description: Sentences about what could not be seen or compared.
      type: list
      elements: str
      returned: always
emptied:
  description: The groups and permissions whose lists became empty, or would in check mode, with their former members or
    rights.
  returned: success, and on failure once something was written
  type: list
  elements: str
  sample: ["group 'db-admins' (all 40 users)"]
stopped:
  description: Objects that were not started because they would fail for the same reason as another object. C(summary)
    counts them as skipped.
  returned: success, and on failure once something was written
  type: list
  elements: dict
  contains:
    position:
      description: The position of the entry that failed, as in C(actions).
      type: str
      returned: always
      sample: users[3]
    msg:
      description: The objects that were not started, and the reason.
      type: str
      returned: always
      sample: nothing else was begun, because it would fail in the same way
    failure:
      description: The failure of the entry, as in C(actions).
      type: dict
      returned: always
diff:
  description: The managed attributes of the objects that change, before and after, by kind and name.
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
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(unknown_member), V(immutable), V(read_only), V(guard_rail), V(drift),
          V(policy), V(plan_changed), V(incomplete), V(rate_limited), V(unavailable), V(server_error),
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
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: User already exists
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: uniqueness
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.directory_module import run_directory


def main() -> None:
    run_directory()


if __name__ == "__main__":
    main()
