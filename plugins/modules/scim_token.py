#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_token
short_description: Get a bearer token of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Sends client credentials to the token endpoint and returns a bearer token, which many tasks of a play can share, or
    other software can use.
  - Without this module, each task requests its own token, which is one more request. For a few tasks, that is the right
    choice.
  - The token is a secret. The task is refused without C(no_log=true), before anything is requested.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
notes:
  - O(client_id) and O(client_secret) are required here, and O(access_token) is ignored.
  - A token is valid for hours at most, and cannot be renewed. If a task has O(client_id) and O(client_secret) besides
    O(access_token), it gets a new token when the server refuses the old one. O(client_id) is enough if the environment
    has the secret of that client.
  - The module gets a token in check mode as well, because that changes nothing and the tasks that follow need it.
seealso:
  - module: idops.cyberark_identity.identity_oauth2_app
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Get one token for many tasks
  idops.cyberark_identity.scim_token:
  register: token
  no_log: true

- name: Use it
  module_defaults:
    group/idops.cyberark_identity.scim:
      tenant_url: "{{ token.tenant_url }}"
      access_token: "{{ token.access_token }}"
      client_id: "{{ token.client_id }}"  # get a new token if this one expires meanwhile
  block:
    - name: Create a user
      idops.cyberark_identity.scim_user:
        user_name: ada@example.com
        display_name: Ada Lovelace
        password: "{{ vault_initial_password }}"

    - name: Put the user into a group
      idops.cyberark_identity.scim_group:
        display_name: db-admins
        users:
          add: [ada@example.com]
"""

RETURN = r"""
msg:
  description: The result in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: token received, valid for 18000 seconds
tenant_url:
  description: The address of the tenant, for the option O(tenant_url) of the other modules.
  returned: success
  type: str
  sample: https://example.id.cyberark.cloud
client_id:
  description: The login name that the token is for, for the option O(client_id) of the other modules.
  returned: success
  type: str
  sample: scim-service@example.com
access_token:
  description: The token, for the option O(access_token) of the other modules.
  returned: success
  type: str
expires_in:
  description: The number of seconds that it is valid. Null if the server sends no valid lifetime.
  returned: success
  type: int
  sample: 18000
scope:
  description: The scope of the token. Null if the server sends no valid scope.
  returned: success
  type: str
  sample: scim
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(rate_limited), V(unavailable),
          V(server_error), V(transport), V(protocol), V(internal), V(missing_library).
      type: str
      returned: always
      sample: authentication
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 400
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: invalid client creds or client not allowed
    type:
      description: The server's error type, OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: access_denied
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.token_module import run_token


def main() -> None:
    run_token()


if __name__ == "__main__":
    main()
