#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_oauth2_app
short_description: Manage OAuth2 client apps in the Admin Portal of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates, changes and deletes one app of the kind C(Custom > OAuth2 Client) over the administration API, with its
    scopes and the permissions that roles have on it. Clients get tokens from such an app.
  - A new app is for confidential clients that use client credentials. Omitted options of a new app get the safest
    value.
  - An option that is omitted or null leaves the attribute of an existing app unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.administrator
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.object
options:
  state:
    description: Whether the app should exist. With V(absent), only O(id) or O(application_id) is used.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an existing app, its row key. O(application_id) is then the new Application ID. Changing it changes
        the address of the token endpoint for all clients.
      - One of O(id) and O(application_id) is required.
    type: str
  application_id:
    description:
      - The Application ID, which identifies the app unless O(id) is given. Clients give it as the option O(app_id). It
        must not contain blanks. Case does not matter.
    type: str
  name:
    description: The name that the portal shows. A new app without one is named by its Application ID.
    type: str
  description:
    description: The purpose of the app.
    type: str
  icon_uri:
    description:
      - The logo, as the path of an image that is already on the tenant, such as
        V(/vfslow/lib/application/icons/GenericSaml.svg). To upload an image or to remove the logo, use the portal.
      - Some tenants show their own copy of a logo. There, the logo is set only if the app has no such copy yet.
    type: str
  client_id_type:
    description: The Client ID Type on the General Usage page. A new app without this option accepts V(confidential)
      clients only.
    type: str
    choices: [anything, confidential]
  must_be_oauth_client:
    description: Whether only users that are OAuth confidential clients get a token. A new app without this option
      requires that.
    type: bool
  auth_methods:
    description:
      - All auth methods on the Tokens page. An empty list, or a new app without this option, gets V(ClientCreds).
    type: list
    elements: str
    choices: [AuthorizationCode, Implicit, ClientCreds, ResourceCreds]
  token_type:
    description: The type of token. A new app without this option issues V(JwtRS256).
    type: str
    choices: [JwtRS256, Opaque]
  token_lifetime:
    description: The lifetime of a token in seconds. For a new app without this option, 18000, which is five hours.
    type: int
  scopes:
    description: All scopes on the Scope page. An empty list removes them all.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name that clients request with the option O(scope).
        type: str
        required: true
      description:
        description: The purpose of the scope.
        type: str
      allowed_rest:
        description:
          - Regular expressions for the paths that a token with this scope may be used for. They may match anywhere in
            the path, so that V(scim*) allows every path with V(sci) in it.
        type: list
        elements: str
  permissions:
    description:
      - The permissions of roles on the app. A service user needs a role with V(View) and V(Execute), which the portal
        calls Run. Permissions of users and directory groups, and inherited permissions, are not changed.
      - V(ViewDetail) implies V(View), and V(Admin) implies both. Implied permissions are added as well. A permission
        cannot be removed while the role keeps one that implies it; such a task is refused.
    type: dict
    suboptions:
      add:
        description:
          - Permissions to give. Others are not changed.
        type: list
        elements: dict
        suboptions:
          role:
            description: The name or the id of the role.
            type: str
            required: true
          rights:
            description: The permissions. When omitted, V(View) and V(Execute).
            type: list
            elements: str
            choices: [Grant, View, Admin, ViewDetail, Delete, Execute, Automatic]
      remove:
        description:
          - Permissions to remove. Others are not changed.
        type: list
        elements: dict
        suboptions:
          role:
            description: The name or the id of the role.
            type: str
            required: true
          rights:
            description: The permissions. When omitted, all that the role has.
            type: list
            elements: str
            choices: [Grant, View, Admin, ViewDetail, Delete, Execute, Automatic]
      set:
        description:
          - All permissions of roles on this app; any others are removed. An empty list removes them all.
          - Mutually exclusive with O(permissions.add) and O(permissions.remove).
        type: list
        elements: dict
        suboptions:
          role:
            description: The name or the id of the role.
            type: str
            required: true
          rights:
            description: The permissions. When omitted, V(View) and V(Execute).
            type: list
            elements: str
            choices: [Grant, View, Admin, ViewDetail, Delete, Execute, Automatic]
  orphans:
    description:
      - An app is created without an Application ID, and gets one with the next request. A run that is killed in between
        leaves an app that cannot be found by name. This option selects what to do with such an orphan when an app has
        to be created.
      - V(report) warns about it and creates a new app. V(adopt) uses it with a warning, if it is the only one and
        unchanged since the template created it. V(ignore) creates a new app.
      - An app that somebody is adding in the portal at the same moment cannot be distinguished from an orphan.
    type: str
    choices: [report, adopt, ignore]
    default: report
notes:
  - The administrator needs the right Application Management, or has to be in the role System Administrator.
  - Settings of an app beyond these options are not changed.
seealso:
  - module: idops.cyberark_identity.identity_user
  - module: idops.cyberark_identity.identity_role
  - module: idops.cyberark_identity.scim_token
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on, with an administrator's
# CYBERARK_IDENTITY_CLIENT_ID and without CYBERARK_IDENTITY_APP_ID.

- name: Create the app that gives a SCIM client its token
  idops.cyberark_identity.identity_oauth2_app:
    application_id: scim-client
    name: SCIM client
    description: Tokens for the SCIM server
    scopes:
      - name: scim
        description: The SCIM server
        allowed_rest: ['scim*']
    permissions:
      add:
        - role: SCIM client

- name: Set the lifetime of tokens to an hour
  idops.cyberark_identity.identity_oauth2_app:
    application_id: scim-client
    token_lifetime: 3600

- name: Delete the app
  idops.cyberark_identity.identity_oauth2_app:
    application_id: scim-client
    state: absent
"""

RETURN = r"""
msg:
  description:
    - The result in one line, such as created, changed, deactivated, deleted or unchanged. In check mode, the result
      that a run would have. If the task fails, the reason.
  returned: always
  type: str
  sample: client app 'scim' created
app:
  description: The app after the task, or as it would be in check mode, under the names of the options. Null when there
    is none.
  returned: success
  type: dict
  contains:
    id:
      description: The id, its row key. Null in check mode for an app that would be created.
      type: str
      returned: always
      sample: 7d8a477a-21f8-4a53-9d2c-8a5d4c2b9e10
    application_id:
      description: The Application ID.
      type: str
      returned: always
      sample: scim-client
    name:
      description: The name that the portal shows.
      type: str
      returned: always
      sample: SCIM client
    description:
      description: The purpose of the app.
      type: str
      returned: always
      sample: Tokens for the SCIM server
    icon_uri:
      description: The path of the logo.
      type: str
      returned: always
      sample: /vfslow/lib/application/icons/OAuth2.png
    client_id_type:
      description: The Client ID Type.
      type: str
      returned: always
      sample: confidential
    must_be_oauth_client:
      description: Whether only users that are OAuth confidential clients get a token.
      type: bool
      returned: always
      sample: true
    auth_methods:
      description: The auth methods.
      type: list
      elements: str
      returned: always
      sample: [ClientCreds]
    token_type:
      description: The type of token.
      type: str
      returned: always
      sample: JwtRS256
    token_lifetime:
      description: The lifetime of a token in seconds.
      type: int
      returned: always
      sample: 18000
    scopes:
      description: The scopes, sorted by name.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name that clients request.
          type: str
          returned: always
          sample: scim
        description:
          description: The purpose of the scope.
          type: str
          returned: always
          sample: The SCIM server
        allowed_rest:
          description: Regular expressions for the paths that a token may be used for.
          type: list
          elements: str
          returned: always
          sample: ['scim*']
    permissions:
      description: The permissions of roles on the app.
      type: dict
      returned: always
      contains:
        set:
          description: All of them, sorted by role.
          type: list
          elements: dict
          returned: always
          contains:
            role:
              description: The name of the role.
              type: str
              returned: always
              sample: SCIM client
            rights:
              description: Its permissions.
              type: list
              elements: str
              returned: always
              sample: [View, Execute]
diff:
  description:
    - The attributes that the task manages, before and after. Empty if the app does not exist at that time.
    - When an app is deleted, everything is shown.
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
        application_id: scim-client
        token_lifetime: 3600
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
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.apps import Apps
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.resources import OAUTH2_APP


def main() -> None:
    run_object(OAUTH2_APP, result="app", store=Apps)


if __name__ == "__main__":
    main()
