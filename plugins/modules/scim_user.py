#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_user
short_description: Manage users of CyberArk Identity over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates, changes, renames, suspends and deletes one user of the CyberArk Cloud Directory.
  - An option that is omitted or null leaves the attribute unchanged. An empty string clears it.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
attributes:
  idempotent:
    support: partial
    details:
      - Not with O(update_password=always), because a password cannot be read back.
options:
  state:
    description:
      - Whether the user should exist. With V(absent), the user is deleted; only O(id) or O(user_name) is used then.
      - To suspend a user rather than delete it, set O(active=false).
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an existing user. O(user_name) is then the new login name, so that the user can be renamed.
      - One of O(id) and O(user_name) is required.
    type: str
  user_name:
    description:
      - The login name, C(name@suffix), with a login suffix of the tenant. It identifies the user unless O(id) is given.
      - Case does not matter. A task that names a user in another case finds the user and does not rename it.
    type: str
  formerly:
    description:
      - Login names that the user may still have. If a user has one of them, and none has O(user_name), this user is
        renamed. It keeps its id, its memberships and its rights. Once that is done, the option changes nothing.
      - If O(user_name) and these names belong to more than one user, the task fails with C(failure.code=conflict) or
        C(failure.code=ambiguous).
      - A name that holds C(,) or C(;), or C(@) twice, is refused. Rename a user that has such a name by O(id).
      - Mutually exclusive with O(id), and with O(state=absent).
    type: list
    elements: str
  display_name:
    description:
      - The display name. Without one, or with an empty string, it is the part of the login name before the C(@).
    type: str
  given_name:
    description: The given name.
    type: str
  family_name:
    description: The family name.
    type: str
  email:
    description:
      - The e-mail address. The directory keeps one for each user. Case does not matter.
    type: str
  phone_numbers:
    description: The phone numbers. A kind that is not given is not changed; an empty string clears it.
    type: dict
    suboptions:
      work:
        description: The office number.
        type: str
      mobile:
        description: The mobile number.
        type: str
      home:
        description: The home number.
        type: str
  preferred_language:
    description: The language of the user's portal, such as V(en_US).
    type: str
  active:
    description: Whether the user can log in. V(false) suspends the user. It cannot be empty.
    type: bool
  organization:
    description: The organization that the user belongs to.
    type: str
  manager:
    description:
      - The user's manager, by login name or by id. An empty string clears it.
      - The manager has to exist. In check mode, a manager who does not exist is only a warning, because an earlier task
        may create that user.
    type: str
  custom_attributes:
    description:
      - Additional attributes that the tenant has defined, by name. A name that is not given is not changed; an empty
        string clears it.
      - Values are texts. A number or a boolean is refused, because YAML drops details such as a leading zero; put it
        into quotes. If the attribute is a number or a boolean in the tenant, the text is converted.
      - The value of a name that means a secret, such as C(vpnPassword), is written and never shown. C(password) itself
        is refused; see O(password).
    type: dict
  password:
    description:
      - The password. The tenant requires one to create a user, and has rules for it, such as at least 8 characters.
      - It is written when the user is created; to write it to an existing user, see O(update_password).
    type: str
  update_password:
    description:
      - When to write O(password). V(on_create) writes it only when the user is created. V(always) writes it in every
        run, which is then reported as changed, because a password cannot be read back and compared.
    type: str
    choices: [on_create, always]
    default: on_create
notes:
  - Users of other directories, which carry a C(LinkedObject), are read-only. A task that would change or delete one
    fails with C(failure.code=read_only).
  - The server does not detect lost updates. A concurrent change to an attribute that the task does not give is kept,
    with two exceptions. Phone numbers are one list. If the task changes a number, concurrent changes to the list since
    the task looked up the user are lost. If the tenant does not support PATCH, all concurrent changes between the last
    read and the PUT are lost.
  - The task fails with C(failure.code=guard_rail) if it would delete, deactivate or rename the service user that runs
    it, or take the last member that can log in from a built-in role such as System Administrator. To check that, a
    deletion or deactivation reads the built-in roles. If the service user may not read them, the task only warns.
  - If only O(access_token) is given and it is opaque, the task cannot find out which user runs it. It then refuses
    deletions, deactivations and new names with the same code.
seealso:
  - module: idops.cyberark_identity.scim_user_info
"""

EXAMPLES = r"""
# The connection is the same for all tasks. Here it comes from the environment variables
# CYBERARK_IDENTITY_TENANT_URL, CYBERARK_IDENTITY_APP_ID, CYBERARK_IDENTITY_CLIENT_ID
# and CYBERARK_IDENTITY_CLIENT_SECRET.

- name: Create a user, or bring an existing one to this state
  idops.cyberark_identity.scim_user:
    user_name: ada@example.com
    display_name: Ada Lovelace
    given_name: Ada
    family_name: Lovelace
    email: ada@example.com
    phone_numbers:
      mobile: "+441632960001"
    organization: Analytical Engines
    manager: charles@example.com
    custom_attributes:
      costCenter: "4711"
    password: "{{ vault_initial_password }}"

- name: Change one attribute, clear another, and leave the rest alone
  idops.cyberark_identity.scim_user:
    user_name: ada@example.com
    display_name: Ada King
    organization: ""

- name: Suspend a user
  idops.cyberark_identity.scim_user:
    user_name: ada@example.com
    active: false

- name: Rename the user who still has the old name
  idops.cyberark_identity.scim_user:
    user_name: ada.king@example.com
    formerly: [ada@example.com]

- name: Find the user's id
  idops.cyberark_identity.scim_user_info:
    user_name: ada.king@example.com
  register: found

- name: Rename the user
  idops.cyberark_identity.scim_user:
    id: "{{ found.users[0].id }}"
    user_name: ada.byron@example.com

- name: Set a new password in every run
  idops.cyberark_identity.scim_user:
    user_name: ada.byron@example.com
    password: "{{ vault_new_password }}"
    update_password: always

- name: Delete a user
  idops.cyberark_identity.scim_user:
    user_name: ada.byron@example.com
    state: absent

- name: Accept one kind of failure
  idops.cyberark_identity.scim_user:
    user_name: grace@example.com
    manager: nobody@example.com
  register: result
  failed_when: result.failed and result.failure.code != "not_found"
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: user 'ada@example.com' created
user:
  description:
    - The user after the task, or as it would be in check mode. Null when there is no user afterwards.
    - Its keys are options of this module, so that you can pass it back unchanged. An attribute without a value on the
      server is null. Secrets are left out.
  returned: success
  type: dict
  contains:
    id:
      description: The id. Null in check mode for a user that does not exist yet.
      type: str
      returned: always
      sample: 1dccc67c-6750-4c0a-b14f-0fee20015c9f
    user_name:
      description: The login name.
      type: str
      returned: always
      sample: ada@example.com
    display_name:
      description: The display name.
      type: str
      returned: always
      sample: Ada Lovelace
    given_name:
      description: The given name.
      type: str
      returned: always
      sample: Ada
    family_name:
      description: The family name.
      type: str
      returned: always
      sample: Lovelace
    email:
      description: The e-mail address.
      type: str
      returned: always
      sample: ada@example.com
    phone_numbers:
      description: The phone numbers by kind.
      type: dict
      returned: always
      sample:
        mobile: "+441632960001"
    preferred_language:
      description: The language of the user's portal.
      type: str
      returned: always
      sample: en_US
    active:
      description: Whether the user can log in.
      type: bool
      returned: always
      sample: true
    organization:
      description: The organization that the user belongs to.
      type: str
      returned: always
      sample: Analytical Engines
    manager:
      description: The id of the user's manager.
      type: str
      returned: always
      sample: 7a7ca1f5-6370-4d2b-8a8e-2f0c31a5f0b1
    custom_attributes:
      description: The additional attributes that the tenant has defined, as texts.
      type: dict
      returned: always
      sample:
        costCenter: "4711"
diff:
  description:
    - The attributes that the task manages, before and after. Empty if the user does not exist at that time.
    - When a user is deleted, everything is shown.
  returned: success, and on failure once the change was planned
  type: dict
  contains:
    before:
      description: Before the task.
      type: dict
      returned: always
      sample:
        user_name: ada@example.com
        display_name: Ada Lovelace
    after:
      description: After the task.
      type: dict
      returned: always
      sample:
        user_name: ada@example.com
        display_name: Ada King
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(read_only), V(rate_limited), V(unavailable), V(server_error), V(unsupported),
          V(transport), V(protocol), V(internal), V(missing_library).
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
      sample: User already exists
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: uniqueness
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.scim_object_module import run_scim_object
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import USER


def main() -> None:
    run_scim_object(USER, result="user")


if __name__ == "__main__":
    main()
