# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_access
short_description: Tell who can reach which safe, from an export, from files, or after a plan
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Takes a directory, and returns the rows that M(idops.cyberark_identity.scim_access_info) returns for a tenant. No
    tenant is needed.
  - A directory is what M(idops.cyberark_identity.scim_directory_info) returns as RV(ignore:directory), or the lists
    that M(idops.cyberark_identity.scim_directory) takes, such as from the lookup plugin
    P(idops.cyberark_identity.directory_files#lookup). An access document is read as well.
  - With O(plan), the rows are those after the plan.
  - Wrong entries are refused, with all reasons at once.
positional: plan, report
options:
  _input:
    description: The directory, or an access document.
    type: dict
    required: true
  plan:
    description:
      - The plan that the option O(idops.cyberark_identity.scim_directory#module:plan_path) wrote, read with
        P(ansible.builtin.from_json#filter). It has to be a plan for this very directory.
    type: dict
  before:
    description:
      - The access document of an earlier day. The difference is then what has changed since that day, and the document
        has both directories. A document of another tenant is refused.
    type: dict
  found:
    description:
      - What P(idops.cyberark_identity.policy_findings#filter) returned. The document then has the findings, and its
        gaps name the policies that were not evaluated.
    type: dict
  report:
    description:
      - V(rows) are one for each user and permission, V(summary) are their counts.
      - V(reach) is one map for each user and safe, with the rights of all ways together. Ended permissions and disabled
        users are left out.
      - V(difference) is one map for each user and safe whose rights differ after O(plan), or since O(before), with
        C(gained) and C(lost). Of a report of drift, C(gained) is what the files do not give, and C(lost) what they do.
      - V(document) is the access document, for reports.
    type: str
    choices: [rows, summary, reach, difference, document]
    default: rows
  users:
    description: Only rows of these users. A name may have V(*) and V(?). Unknown names are refused.
    type: list
    elements: str
  groups:
    description: Only rows of users who come to the permission through one of these groups.
    type: list
    elements: str
  containers:
    description: Only rows of these safes.
    type: list
    elements: str
  rights:
    description: Only rows that give at least one of these rights.
    type: list
    elements: str
  privileged_data:
    description: Only rows of safes with one of these accounts, given by name, C(safe / name) or C(login@machine).
    type: list
    elements: str
  expired:
    description: Whether to return permissions that have ended.
    type: bool
    default: true
  inactive:
    description: Whether to return users who are disabled.
    type: bool
    default: true
  limit:
    description: The most rows. More of them are refused, because a list that is cut would look complete.
    type: int
    default: 100000
seealso:
  - module: idops.cyberark_identity.scim_access_info
"""

EXAMPLES = r"""
- name: Show who can use accounts of a safe
  ansible.builtin.debug:
    msg: "{{ directory | idops.cyberark_identity.directory_access(containers=['APP-PRD'], rights=['useAccounts']) }}"

- name: Count all access
  ansible.builtin.debug:
    msg: "{{ directory | idops.cyberark_identity.directory_access(report='summary') }}"

- name: Refuse a directory in which a user can manage a safe
  ansible.builtin.assert:
    that: access is not idops.cyberark_identity.scim_can('ada@example.com', 'APP-PRD', 'manageSafe')
  vars:
    access: "{{ directory | idops.cyberark_identity.directory_access }}"
"""

RETURN = r"""
_value:
  description: The rows, or what O(report) asks for.
  type: raw
"""

import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.after import after, renames_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.document import (
    access_document,
    is_access_document,
    read_document,
    states_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.entries import directory_of_entries
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import unevaluated
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.query import NAME_LISTS, Query
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.reach import difference, reach_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.rows import rows_of, summary_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.entry_checks import entry_checker
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError, InvalidError
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

REPORTS = ("rows", "summary", "reach", "difference", "document")
ACCESS = ("users", "groups", "container_permissions")  # kinds without which two dates cannot be compared
FLAGS = ("expired", "inactive")


def directory_access(
    directory: Any,
    plan: Any = None,
    report: str = "rows",
    limit: int = 100_000,
    before: Any = None,
    found: Any = None,
    **options: Any,
) -> Any:
    """Return the rows of a directory, or another report. All texts are marked as not templates."""
    try:
        query = _query(options)
        if report not in REPORTS:
            raise InvalidError(f"report {report!r} is unknown", hint=f"There are {', '.join(REPORTS)}")
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise InvalidError("limit has to be a number of at least 1")
        facts = _compared(_read(directory), plan, before)
        if found is not None:
            facts = {**facts, "findings": found["findings"], "gaps": [*facts["gaps"], *unevaluated(found)]}
        return mark_unsafe(_report(facts, report, query, limit))
    except IdentityError as error:
        raise AnsibleFilterError(f"directory_access: {error}") from None


def _query(options: Mapping[str, Any]) -> Query:
    """Return the query in these options. Raise InvalidError for other options and types."""
    for option, value in options.items():
        if option not in (*NAME_LISTS, *FLAGS):
            raise InvalidError(f"there is no option {option}", hint=f"There are {', '.join((*NAME_LISTS, *FLAGS))}")
        names = isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)
        if value is not None and not (isinstance(value, bool) if option in FLAGS else names):
            raise InvalidError(f"{option} takes {'true or false' if option in FLAGS else 'a list of names'}")
    return Query.of(options)


def _read(directory: Any) -> dict[str, Any]:
    """Return the directory and its source as arguments of an access document."""
    if not isinstance(directory, Mapping):
        raise InvalidError("the input is not a directory: it has to be a map of lists")
    if not is_access_document(directory):
        return {"source": "files", "directory": _checked(directory, "files"), "gaps": []}
    document = read_document(directory)
    kept = ("source", "tenant", "gaps", "findings", "renames", "date_before", "drift")
    changed = document.get("after")
    return {
        **{option: document[option] for option in kept if option in document},
        "directory": _checked(document["directory"], document["source"]),
        "after": None if changed is None else _checked(changed, document["source"]),
    }


def _compared(facts: dict[str, Any], plan: Any, before: Any) -> dict[str, Any]:
    """Return the arguments with those of a plan or an earlier document. Raise InvalidError for another tenant."""
    if plan is not None and before is not None:
        raise InvalidError("plan and before exclude each other", hint="Give one of them")
    if plan is not None:
        if not isinstance(plan, Mapping):
            raise InvalidError("plan is not a map", hint="Read the file that plan_path wrote with from_json")
        written = _plain(plan)
        planned = {"after": after(facts["directory"], written), "renames": renames_of(written)}
        return {**facts, **planned, "source": "plan", "tenant": written.get("tenant"), "drift": None}
    if before is not None:
        earlier = read_document(before)
        if earlier["tenant"] and facts.get("tenant") and not _same_tenant(earlier["tenant"], facts["tenant"]):
            raise InvalidError(
                f"the document before is of {earlier['tenant']}, and this is {facts['tenant']}",
                hint="Compare two documents of one tenant",
            )
        if other := sorted(
            plural for plural in ACCESS if (plural in earlier["directory"]) != (plural in facts["directory"])
        ):
            raise InvalidError(
                f"one of the two documents has no {', '.join(other)}, so all access through them would seem to change",
                hint="Read the same kinds of objects for both",
            )
        then = {"directory": _checked(earlier["directory"], earlier["source"]), "date_before": earlier["date"]}
        if facts["source"] == "drift":  # compare its tenant, not its files
            then.update(source="tenant", drift=None)
        return {**facts, "after": facts["directory"], "gaps": [*earlier["gaps"], *facts["gaps"]], **then}
    return facts


def _same_tenant(one: str, other: str) -> bool:
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def _checked(lists: Any, source: str) -> dict[str, Any]:
    return directory_of_entries(_plain(lists), entry_checker(), whole=source != "files")


def _report(facts: dict[str, Any], report: str, query: Query, limit: int) -> Any:
    now = time.time()
    if report == "document":
        return access_document(now=now, **facts)
    # The rows of a report of drift are those of the tenant.
    changed = None if facts["source"] == "drift" and report != "difference" else facts.get("after")
    state = State.of(facts["directory"] if changed is None else changed)
    if report == "summary":
        return summary_of(state, now, query)
    if report == "difference":
        if changed is None:
            raise InvalidError("a difference needs a plan, or a document before")
        earlier, later = states_of(facts)
        found = difference(earlier, later, now)
    else:
        found = rows_of(state, now, query) if report == "rows" else reach_of(state, now, query)
    rows = list(islice(found, limit + 1))
    if len(rows) > limit:
        hint = "Ask for users, groups, containers, rights or privileged_data, for report='summary', or set limit"
        raise InvalidError(f"there are more than {limit} rows", hint=hint)
    return rows


def _plain(value: Any) -> Any:
    """Return the value with Python's own maps and lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"directory_access": directory_access}
