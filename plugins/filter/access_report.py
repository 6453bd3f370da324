# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: access_report
short_description: Turn an access document into a page, or into Markdown
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes an access document and returns a text for people. It shows who can reach which safe and account, with which
    rights, and why. The playbook C(access_report) writes such a document, and a page of it.
  - V(html) is one page. You can search it, follow every way from a person to a safe, see what a plan changes and which
    policies are broken, and print it. It loads nothing and sends nothing.
  - V(markdown) is for merge requests. It has the counts, who reaches more or less after a plan, the findings of
    policies, and what could not be seen. Lines that do not fit are left out and counted.
  - Names and values cannot become markup, links or mentions.
positional: report
options:
  _input:
    description: The access document.
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
- name: Read who can reach what
  idops.cyberark_identity.scim_access_info:
    document_path: /srv/tenant/access.json

- name: Write the page of it
  ansible.builtin.copy:
    content: "{{ access | idops.cyberark_identity.access_report('html') }}"
    dest: /srv/tenant/access.html
    mode: "0600"
  vars:
    access: "{{ lookup('ansible.builtin.file', '/srv/tenant/access.json') | from_json }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import read_document
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.page import html_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.page_markdown import access_markdown_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

SHORTEST_LIMIT = 2000
FORMATS: dict[str, Callable[[dict[str, Any], int], str]] = {
    "markdown": access_markdown_of,
    "html": lambda document, limit: html_of(document),
}


def access_report(document: Any, report: str = "markdown", limit: int = 60_000) -> str:
    """Return the document as a text, marked as not a template: a name in it may look like one."""
    if not isinstance(limit, int) or limit < SHORTEST_LIMIT:
        raise AnsibleFilterError(f"access_report: limit has to be a number of at least {SHORTEST_LIMIT}")
    if report not in FORMATS:
        raise AnsibleFilterError(f"access_report: {report!r} is no format. There are {', '.join(FORMATS)}")
    try:
        text: str = mark_unsafe(FORMATS[report](read_document(document), limit))
    except IdentityError as error:
        raise AnsibleFilterError(f"access_report: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"access_report: this document is incomplete ({error})") from None
    return text


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"access_report": access_report}
