#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_user
short_description: Manage service users in the Admin Portal of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates, changes, renames, disables and deletes one user of the cloud directory over the administration API. This
    includes three attributes that the SCIM server does not know. These are whether the user is an OAuth confidential
    client, whether it is a service user, and whether its password expires.
  - This module is for the users that software logs in as. For people, use M(idops.cyberark_identity.scim_user).
  - An option that is omitted or null leaves the attribute unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.administrator
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
attributes:
  idempotent:
    support: partial
    details:
      - Not with O(update_password=always), because a password cannot be read back.
options:
  state:
    description: Whether the user should exist. With V(absent), only O(id) or O(user_name) is used.
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
      - The full login name, with a login suffix of the tenant. It identifies the user unless O(id) is given. Case does
        not matter.
    type: str
  display_name:
    description: The display name.
    type: str
  email:
    description: The e-mail address. A new user without one gets O(user_name).
    type: str
  description:
    description: The purpose of the user.
    type: str
  active:
    description:
      - Whether the user can log in. V(false) disables the user. A locked or expired user counts as not active; V(true)
        unlocks it.
    type: bool
  oauth_client:
    description:
      - Whether the user is an OAuth confidential client, as the checkbox in the portal says. Only such a user gets a
        token from an app that requires OAuth clients, or from the platform token endpoint.
      - V(true) also makes the user a service user, unless O(service_user=false).
    type: bool
  service_user:
    description: Whether the user is a service user, which is not in the role Everybody and does not log in to the
      portal.
    type: bool
  force_password_change:
    description:
      - Whether the user has to set a new password at the next login. Until then, it gets no token.
      - When omitted, a new user does not have to.
    type: bool
  password_never_expires:
    description:
      - Whether the password never expires. Mutually exclusive with O(force_password_change=true).
      - If the tenant does not show this setting, it is written only when the user is created. A new OAuth confidential
        client without this option gets a password that never expires.
    type: bool
  password:
    description:
      - The password, at least 8 characters. Required to create a user. The password policy of the tenant may ask for
        more.
      - For a client that sends its credentials in a header, letters, digits and C(- . _ ~) are the safe choice.
    type: str
  update_password:
    description:
      - Whether to set the password of an existing user. A password cannot be read back, so V(always) reports a change
        in every run, unless the tenant answers that it was the same.
    type: str
    choices: [on_create, always]
    default: on_create
notes:
  - The administrator needs the right User Management, or has to be in the role System Administrator.
  - The task fails with C(failure.code=guard_rail) if it would delete, disable or rename the administrator that runs it,
    or prevent its login as a client. It also fails if it would take the last member that can log in from a built-in
    role such as System Administrator. If the administrator does not see these roles, the task only warns.
  - Wrong passwords lock a user. Give a new password to everything that logs in with it before it runs again.
seealso:
  - module: idops.cyberark_identity.identity_role
  - module: idops.cyberark_identity.identity_oauth2_app
  - module: idops.cyberark_identity.scim_user
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on, with an administrator's
# CYBERARK_IDENTITY_CLIENT_ID and without CYBERARK_IDENTITY_APP_ID.

- name: Create the user that a SCIM client logs in as
  idops.cyberark_identity.identity_user:
    user_name: scim-service@example.com
    display_name: SCIM client
    description: Signs in to the SCIM server
    oauth_client: true
    password_never_expires: true
    password: "{{ vault_scim_service_password }}"

- name: Set a new password
  idops.cyberark_identity.identity_user:
    user_name: scim-service@example.com
    password: "{{ vault_scim_service_password }}"
    update_password: always

- name: Delete the user
  idops.cyberark_identity.identity_user:
    user_name: scim-service@example.com
    state: absent
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: user 'scim-service@example.com' created
user:
  description: The user after the task, or as it would be in check mode, under the names of the options. Null when there
    is none.
  returned: success
  type: dict
  contains:
    id:
      description: The id. Null in check mode for a user that would be created.
      type: str
      returned: always
      sample: 6d8f2b4e-55d1-4b1d-8f0e-3a9d2c1b7e55
    user_name:
      description: The full login name.
      type: str
      returned: always
      sample: scim-service@example.com
    display_name:
      description: The display name.
      type: str
      returned: always
      sample: SCIM client
    email:
      description: The e-mail address.
      type: str
      returned: always
      sample: scim-service@example.com
    description:
      description: The purpose of the user.
      type: str
      returned: always
      sample: Signs in to the SCIM server
    active:
      description: Whether the user can log in.
      type: bool
      returned: always
      sample: true
    oauth_client:
      description: Whether the user is an OAuth confidential client.
      type: bool
      returned: always
      sample: true
    service_user:
      description: Whether the user is a service user.
      type: bool
      returned: always
      sample: true
    force_password_change:
      description: Whether the user has to set a new password at the next login.
      type: bool
      returned: always
      sample: false
    password_never_expires:
      description: Whether the password never expires. Null if the tenant does not show it.
      type: bool
      returned: always
      sample: true
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
      sample: {}
    after:
      description: After the task.
      type: dict
      returned: always
      sample:
        user_name: scim-service@example.com
        oauth_client: true
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(not_found), V(conflict),
          V(ambiguous), V(rate_limited), V(unavailable), V(server_error),
          V(unsupported), V(transport), V(protocol), V(internal), V(missing_library).
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
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.resources import IDENTITY_USER
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.users import Users


def main() -> None:
    run_object(IDENTITY_USER, result="user", store=Users)


if __name__ == "__main__":
    main()
