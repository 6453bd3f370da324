#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_server_info
short_description: Read the capabilities of the SCIM server of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads the service provider configuration of the SCIM server. This is the smallest request with a token, and so the
    quickest test of the address, the app and the service user.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
seealso:
  - module: idops.cyberark_identity.scim_token
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Make sure that the SCIM server can be used
  idops.cyberark_identity.scim_server_info:
  register: server

- name: Show how many objects it lists at once
  ansible.builtin.debug:
    var: server.service_provider_config.filter.maxResults
"""

RETURN = r"""
msg:
  description: The result in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: service provider configuration read
service_provider_config:
  description: The configuration, exactly as the server gives it (RFC 7643 section 5).
  returned: success
  type: dict
  contains:
    patch:
      description: Whether the server accepts changes to single attributes.
      type: dict
      returned: when the server says it
    bulk:
      description: Whether the server accepts several requests in one.
      type: dict
      returned: when the server says it
    filter:
      description: Whether the server accepts filters, and how many objects a list holds at most.
      type: dict
      returned: when the server says it
    changePassword:
      description: Whether passwords can be changed.
      type: dict
      returned: when the server says it
    sort:
      description: Whether lists can be sorted.
      type: dict
      returned: when the server says it
    etag:
      description: Whether the server supports versions of objects (ETags).
      type: dict
      returned: when the server says it
    authenticationSchemes:
      description: The authentication schemes for clients.
      type: list
      elements: dict
      returned: when the server says it
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(authentication), V(authorization), V(rate_limited),
          V(unavailable), V(server_error), V(unsupported), V(transport), V(protocol),
          V(internal), V(missing_library).
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

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.server_module import run_server_info


def main() -> None:
    run_server_info()


if __name__ == "__main__":
    main()
