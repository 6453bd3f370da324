#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_probe
short_description: Measure how the SCIM server of CyberArk Identity behaves
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Measures each behaviour of the SCIM server that no documentation settles, such as the status for a name that is
    taken. It creates throw-away users, groups, safes, permissions and accounts, tries the behaviour on them, and
    deletes them again.
  - Every name begins with C(scim-probe-). The next run deletes the objects that an interrupted one has left. So run one
    probe at a time on a tenant, and give no other object such a name.
  - The file of O(path) contains no name, id or address of the tenant. The emulator of this collection can start with
    it, so that tests run against a server that behaves like the tenant.
  - A fact that cannot be measured is in RV(not_measured), with the reason. For facts about the vault, the service user
    needs the right Vault Management; give O(vault_client_id) and O(vault_client_secret) if another service user has it.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
options:
  confirm:
    description:
      - Must be V(true), because the module creates and deletes objects on the tenant.
    type: bool
    required: true
  path:
    description:
      - The file to write the facts to. Only its owner can read it. Unless it is set, no file is written.
    type: path
  facts:
    description:
      - The facts to measure, by the names of the emulator's switches. By default, all.
    type: list
    elements: str
  login_suffix:
    description:
      - The part of login names after the C(@) on this tenant. By default, the suffix of O(client_id).
    type: str
attributes:
  check_mode:
    description: Check mode measures nothing, because that needs objects.
    support: partial
    details: RV(facts) is empty in check mode.
  diff_mode:
    description: In diff mode, returns what it changed or, in check mode, would change.
    support: N/A
    details: Whatever the module creates, it deletes.
seealso:
  - module: idops.cyberark_identity.scim_server_info
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Measure how the tenant for tests behaves
  idops.cyberark_identity.scim_probe:
    confirm: true
    path: facts.yml
  register: probe

- name: Show the status for a second user of the same name
  ansible.builtin.debug:
    var: probe.facts.duplicate_status
"""

RETURN = r"""
msg:
  description: The result in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 68 facts measured, 10 not
facts:
  description: The position of each switch of the emulator that was measured.
  returned: success
  type: dict
  sample: {duplicate_status: 409, groups_paging: false}
evidence:
  description: The exchange that shows each fact, without names, ids and addresses.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The fact.
      type: str
      returned: always
    value:
      description: Its position.
      type: raw
      returned: always
    request:
      description: The method, the path and the names in the request.
      type: str
      returned: always
      sample: "POST /scim/v2/Users {schemas: [text], userName: text}"
    answer:
      description: The status, the media type and the names in the answer.
      type: str
      returned: always
      sample: "409 application/json {schemas: [text], status: text, detail: text}"
not_measured:
  description: The reason for each fact that was not measured.
  returned: success
  type: dict
swept:
  description: The number of objects of an interrupted run that were deleted.
  returned: success
  type: int
  sample: 0
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

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.probe_module import run_probe


def main() -> None:
    run_probe()


if __name__ == "__main__":
    main()
