# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_report
short_description: Turn the plan or the result of a directory run into Markdown, or into a page
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes the plan that the option O(idops.cyberark_identity.scim_directory#module:plan_path) wrote, or the registered
    result of a run, and returns a text for the people who review it. A result shows what was changed, and each failure.
  - V(markdown) is for merge requests. It has the counts, the digest, and a table of the changes of each kind that can
    be opened and closed. GitHub and GitLab limit the length of a comment. Changes that do not fit are left out and
    counted.
  - V(html) is one page with every change, to search, to filter and to print. It loads nothing and sends nothing.
  - Names and values of the plan cannot become markup, links or mentions.
positional: report
options:
  _input:
    description: The plan, or the result.
    type: dict
    required: true
  report:
    description: The format of the text.
    type: str
    choices: [markdown, html]
    default: markdown
  limit:
    description: The most characters of V(markdown), at least 2000. GitHub takes 65536 in a comment.
    type: int
    default: 60000
"""

EXAMPLES = r"""
- name: Plan the directory
  idops.cyberark_identity.scim_directory:
    users: "{{ directory_users }}"
    plan_path: /srv/tenant/plan.json
  check_mode: true

- name: Write the plan for the merge request, and as a page
  ansible.builtin.copy:
    content: "{{ plan | idops.cyberark_identity.directory_report(item.value) }}"
    dest: "/srv/tenant/{{ item.key }}"
    mode: "0600"
  loop: "{{ {'plan.md': 'markdown', 'plan.html': 'html'} | dict2items }}"
  vars:
    plan: "{{ lookup('ansible.builtin.file', '/srv/tenant/plan.json') | from_json }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.plan_document import FORMAT
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.plan_html import html_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.plan_markdown import markdown_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.result_document import (
    document_of_result,
    is_result,
)
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

SHORTEST_LIMIT = 2000
FORMATS: dict[str, Callable[[dict[str, Any], int], str]] = {
    "markdown": markdown_of,
    "html": lambda plan, limit: html_of(plan),
}


def directory_report(plan: Any, report: str = "markdown", limit: int = 60_000) -> str:
    """Return the plan as a text, marked as not a template: a name in it may look like one."""
    ran = isinstance(plan, Mapping) and is_result(dict(plan))
    if not ran and (not isinstance(plan, Mapping) or plan.get("format") != FORMAT):
        raise AnsibleFilterError(
            "directory_report takes a result of scim_directory, or the plan that its option plan_path wrote: read that "
            "with from_json"
        )
    if not isinstance(limit, int) or limit < SHORTEST_LIMIT:
        raise AnsibleFilterError(f"directory_report: limit has to be a number of at least {SHORTEST_LIMIT}")
    if report not in FORMATS:
        raise AnsibleFilterError(f"directory_report: {report!r} is no format. There are {', '.join(FORMATS)}")
    try:
        text: str = mark_unsafe(FORMATS[report](document_of_result(dict(plan)) if ran else dict(plan), limit))
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"directory_report: this plan is incomplete ({error})") from None
    return text


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"directory_report": directory_report}
