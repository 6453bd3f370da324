#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scim_user_info
short_description: Read users of CyberArk Identity over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads one user by id or by login name, the users that match a SCIM filter, or all users.
  - The keys of a user are options of M(idops.cyberark_identity.scim_user), so that you can pass it to that module
    unchanged.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.attributes
  - idops.cyberark_identity.attributes.info
options:
  id:
    description: The id of the user to read. At most one of O(id), O(user_name) and O(filter) can be given.
    type: str
  user_name:
    description: The login name of the user to read. Case does not matter.
    type: str
  filter:
    description:
      - A SCIM filter with the attribute names of SCIM, such as V(userName ew "@example.com").
      - The server supports the operators C(eq), C(sw), C(co) and C(ew). The attributes C(userName) and C(emails.value)
        are known to work.
    type: str
notes:
  - Without any of O(id), O(user_name) and O(filter), all users are read, page after page.
  - This includes users of other directories, which are read-only.
seealso:
  - module: idops.cyberark_identity.scim_user
"""

EXAMPLES = r"""
# The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL and so on.

- name: Read one user
  idops.cyberark_identity.scim_user_info:
    user_name: ada@example.com
  register: found

- name: Fail unless the user exists
  ansible.builtin.assert:
    that: found.users | length == 1

- name: Read the users of one suffix
  idops.cyberark_identity.scim_user_info:
    filter: userName ew "@example.com"
  register: users_of_suffix

- name: Show the login names of those who are suspended
  ansible.builtin.debug:
    msg: "{{ users_of_suffix.users | rejectattr('active') | map(attribute='user_name') }}"

- name: Read all users
  idops.cyberark_identity.scim_user_info:
  register: everybody
"""

RETURN = r"""
msg:
  description: The number of objects that were read, in one line. If the task fails, the reason.
  returned: always
  type: str
  sample: 195 users read
users:
  description:
    - The users that were found. An empty list is not a failure. An attribute without a value on the server is null.
      Secrets are left out.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
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
failure:
  description: The reason of the failure, in a form that a playbook can test. See M(idops.cyberark_identity.scim_user).
  returned: failure
  type: dict
  contains:
    code:
      description: The kind of failure.
      type: str
      returned: always
      sample: authentication
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when there was an answer
      sample: 401
    detail:
      description: The message of the server.
      type: str
      returned: when the server sent one
      sample: Invalid credentials
    type:
      description: The server's error type, C(scimType) or OAuth's C(error).
      type: str
      returned: when the server gave one
      sample: invalid_client
"""

from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.info_module import run_info
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import USER


def main() -> None:
    run_info(USER, result="users")


if __name__ == "__main__":
    main()
