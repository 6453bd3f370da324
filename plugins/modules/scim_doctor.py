#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_doctor
short_description: Find out what keeps this host from using the SCIM server of CyberArk Identity
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Checks everything between this host and a working request to the SCIM server, one step after the other. Each finding
    has the attempt, the answer, its meaning and the fix, which is an option or a page of the Admin Portal.
  - The checks are about the options, the proxy, name resolution, the network, TLS, the tenant, clocks, the token, the
    SCIM server, the administrative rights and the vault. The table in docs/doctor.md has every diagnosis.
  - Nothing is written. Each identity logs in once at most, because refused logins lock a user.
  - The module does not fail because of its findings, unless O(fail_on) is set. The playbook
    C(idops.cyberark_identity.diagnose) shows the result as a table and fails if there is a problem.
options:
  administrator_client_id:
    description:
      - The full login name of an administrator, a user that is an OAuth confidential client in the role
        C(System Administrator). With it, the module also reads the set-up in the Admin Portal, and names a step that
        is missing or differs. Without it, it often cannot, because the tenant has one answer for many mistakes.
      - Required together with O(administrator_client_secret).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_ADMINISTRATOR_CLIENT_ID) is used.
    type: str
  administrator_client_secret:
    description:
      - The password of O(administrator_client_id). Give O(tenant_url) beside it, as with O(client_secret).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_ADMINISTRATOR_CLIENT_SECRET) is used.
    type: str
  fail_on:
    description:
      - The findings with which the task fails. V(problems) keep tasks from working. V(warnings) stands for problems and
        warnings.
    type: str
    choices: [nothing, problems, warnings]
    default: nothing
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
notes:
  - The option O(retries) is not used. Each check tries once.
seealso:
  - module: idops.cyberark_identity.scim_server_info
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Find out what is wrong
  idops.cyberark_identity.scim_doctor:
  register: doctor

- name: Show what to fix first
  ansible.builtin.debug:
    msg: "{{ doctor.msg }}"

- name: Keep the report for a colleague
  ansible.builtin.copy:
    content: "{{ doctor.markdown }}"
    dest: /tmp/diagnosis.md
    mode: "0600"

- name: Let a pipeline fail before it starts to write
  idops.cyberark_identity.scim_doctor:
    fail_on: problems
"""

RETURN = r"""
msg:
  description: The result in one line, with the first cause and its fix.
  returned: always
  type: str
  sample: "healthy: 17 checks"
healthy:
  description: Whether there are no problems and no warnings.
  returned: always
  type: bool
causes:
  description: The diagnoses, in the order in which to fix them. docs/doctor.md explains each.
  returned: always
  type: list
  elements: str
  sample: [scope_unknown]
findings:
  description: The result of each check, in the order of the checks.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: The name of the check. The checks of the service user for the vault begin with C(vault_).
      type: str
      returned: always
      sample: token
    status:
      description: Either V(ok), V(warning), V(failed), or V(skipped) if a check that it needs failed.
      type: str
      returned: always
      sample: failed
    tried:
      description: The action that was tried.
      type: str
      returned: always
    answer:
      description: The result of that action.
      type: str
      returned: always
      sample: "400 invalid_scope: unknown scope requested: scmi"
    diagnosis:
      description: The cause. Empty if nothing is wrong.
      type: str
      returned: always
      sample: scope_unknown
    meaning:
      description: The meaning of the answer.
      type: str
      returned: always
    fix:
      description: The option, or the page of the Admin Portal, with which to fix it.
      type: str
      returned: always
table:
  description: The findings as lines for a terminal, the causes on top.
  returned: always
  type: list
  elements: str
markdown:
  description: The findings as Markdown. They hold addresses and login names, and no secret.
  returned: always
  type: str
failure:
  description: The reason of the failure, in a form that a playbook can test.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The kind of failure. One of V(invalid), V(unhealthy), V(internal), V(missing_library).
      type: str
      returned: always
      sample: unhealthy
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.doctor_module import run_doctor


def main() -> None:
    run_doctor()


if __name__ == "__main__":
    main()
