# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Write the file of facts in YAML. JSON texts are valid YAML, so no library is needed."""

from __future__ import annotations

import json

from .probe import Findings

HEAD = """\
# Facts about a SCIM server, measured by the module scim_probe. The emulator starts with them: --facts FILE.
# No name, id or address of the tenant is in here: requests and answers keep the names of attributes, and no value.
"""


def text_of(findings: Findings) -> str:
    """Return the content of the file: the facts, and the reasons for those that were not measured."""
    lines = [HEAD + "facts:" + ("" if findings.measured else " {}")]
    for fact in findings.measured:
        lines += [
            f"  {fact.name}:",
            f"    value: {_json(fact.value)}",
            f"    request: {_json(fact.request)}",
            f"    answer: {_json(fact.answer)}",
        ]
    lines.append("not_measured:" + ("" if findings.unmeasured else " {}"))
    lines += [f"  {fact.name}: {_json(fact.reason)}" for fact in findings.unmeasured]
    return "\n".join([*lines, ""])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True)
