# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_findings
short_description: Find what breaks policies in a directory, or in what a plan makes of it
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes a directory and returns what breaks the policies. The guide docs/policies.md describes policies, and the
    lookup P(idops.cyberark_identity.policy_files#lookup) reads them from files. Nothing is asked of a tenant.
  - With a plan, the directory is looked at as it is after the plan. What the plan makes is new, and only new findings
    refuse.
  - A policy that needs a kind of object that the directory does not have is not evaluated. If its severity is
    V(refuse), that refuses.
positional: policies
options:
  _input:
    description:
      - The directory, either the RV(idops.cyberark_identity.scim_directory_info#module:directory) of an export, or the
        lists that M(idops.cyberark_identity.scim_directory) takes, with O(source=files). A kind without a list counts
        as not read, an empty list as one without objects.
      - An access document is refused. It may have two directories, so give its C(directory) or its C(after), with
        O(source=tenant).
    type: dict
    required: true
  policies:
    description: The policies.
    type: list
    elements: dict
    required: true
  plan:
    description:
      - A plan that O(idops.cyberark_identity.scim_directory#module:plan_path) wrote. The directory is then the export
        of the same tenant at the time of the plan.
    type: dict
  entries:
    description: The lists from which the plan was made. Their files and lines are then the positions of the findings.
    type: dict
  source:
    description:
      - With V(files), entries are checked and completed as M(idops.cyberark_identity.scim_directory) does it. They may
        have presets of rights, and those that are V(absent) are left out.
      - With V(tenant), they are taken as they are, which is faster.
    type: str
    choices: [files, tenant]
    default: files
  date:
    description: The day for which permissions and exceptions count, such as V(2027-01-31). Today unless it is set.
    type: str
"""

EXAMPLES = r"""
- name: Check files, without a tenant
  ansible.builtin.assert:
    that: not found.refused
    fail_msg: "{{ found.refusals | join('\n') }}"
  vars:
    found: "{{ directory | idops.cyberark_identity.policy_findings(policies) }}"
    policies: "{{ query('idops.cyberark_identity.policy_files', 'policies/', 'separation_of_duties') }}"
"""

RETURN = r"""
_value:
  description: What was found, in the form of RV(idops.cyberark_identity.scim_directory#module:policies).
  type: dict
"""

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import is_access_document
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.entries import directory_of_entries
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.operators import day_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policy_run import judged
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.entry_checks import entry_checker
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

SOURCES = ("files", "tenant")


def policy_findings(
    directory: Any,
    policies: Any,
    plan: Any = None,
    entries: Any = None,
    source: str = "files",
    date: str | None = None,
) -> dict[str, Any]:
    """Return findings of policies, marked as not templates: a name in them may look like one."""
    for name, value in (("the directory", directory), ("plan", plan or {}), ("entries", entries or {})):
        if not isinstance(value, Mapping):
            raise AnsibleFilterError(f"policy_findings: {name} has to be a map, and is {type(value).__name__}")
    if source not in SOURCES:
        raise AnsibleFilterError(f"policy_findings: {source!r} is no source. There are {', '.join(SOURCES)}")
    if is_access_document(directory):
        raise AnsibleFilterError(
            "policy_findings: this is an access document. Give its directory or its after, with source='tenant'"
        )
    try:
        lists = dict(directory) if source == "tenant" else directory_of_entries(directory, entry_checker())
        now = time.time() if date is None else day_of(date)
        found: dict[str, Any] = mark_unsafe(judged(policies_of(policies), lists, now, plan, entries))
    except IdentityError as error:
        raise AnsibleFilterError(f"policy_findings: {error}") from None
    return found


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"policy_findings": policy_findings}
