# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: policy_report
short_description: Turn what policies found into JUnit XML, SARIF, Markdown or text
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes what P(idops.cyberark_identity.policy_findings#filter) returns, or the
    RV(idops.cyberark_identity.scim_directory#module:policies) of a result.
  - V(junit) is for GitLab, Jenkins and other servers that show tests. What refuses is a failed test. Warnings,
    exceptions and old findings are skipped tests with their text.
  - V(sarif) is SARIF 2.1.0, for code scanning of GitHub and others. Exceptions are suppressions. A finding without a
    position in a file is at its policy.
  - V(markdown) is for a comment on a merge request. Names and values cannot become markup, links or mentions.
  - V(text) has a line for each finding, and one for each policy that told nothing. It is for the output of a job.
positional: report
options:
  _input:
    description: What policies found.
    type: dict
    required: true
  report:
    description: The format of the text.
    type: str
    choices: [junit, sarif, markdown, text]
    required: true
  root:
    description:
      - The folder of the repository. Paths of files in it become relative to it, so that a server finds the lines of
        the merge request.
    type: path
  limit:
    description: The most characters of V(markdown) and V(text), at least 2000. GitHub takes 65536 in a comment.
    type: int
    default: 60000
"""

EXAMPLES = r"""
- name: Write what GitLab and GitHub read
  ansible.builtin.copy:
    content: "{{ found | idops.cyberark_identity.policy_report(item.value, root=playbook_dir) }}"
    dest: "{{ playbook_dir }}/{{ item.key }}"
    mode: "0644"
  loop: "{{ {'policies.xml': 'junit', 'policies.sarif': 'sarif'} | dict2items }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.junit import junit_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policy_markdown import policy_markdown_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policy_text import policy_text_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.sarif import sarif_of
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

SHORTEST_LIMIT = 2000
FORMATS: dict[str, Callable[[dict[str, Any], int, str], str]] = {
    "junit": lambda found, limit, root: junit_of(found, root),
    "sarif": lambda found, limit, root: sarif_of(found, root),
    "markdown": policy_markdown_of,
    "text": lambda found, limit, root: policy_text_of(found, limit),
}
PARTS = ("policies", "findings", "refused", "gaps")


def policy_report(found: Any, report: str, root: str | None = None, limit: int = 60_000) -> str:
    """Return findings of policies as a text, marked as not a template: a name in it may look like one."""
    if not isinstance(found, Mapping) or not set(PARTS) <= set(found):
        raise AnsibleFilterError(
            "policy_report takes what policy_findings returns, or policies of a result of scim_directory"
        )
    if not isinstance(limit, int) or limit < SHORTEST_LIMIT:
        raise AnsibleFilterError(f"policy_report: limit has to be a number of at least {SHORTEST_LIMIT}")
    if report not in FORMATS:
        raise AnsibleFilterError(f"policy_report: {report!r} is no format. There are {', '.join(FORMATS)}")
    try:
        folder = os.path.abspath(os.path.expanduser(root)) if root else ""
        text: str = mark_unsafe(FORMATS[report](dict(found), limit, folder))
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"policy_report: these findings are incomplete ({error})") from None
    return text


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"policy_report": policy_report}
