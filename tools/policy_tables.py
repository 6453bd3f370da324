# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/policies.md: operators, subjects with their attributes, shipped policies and their values.

A test compares the document with them. Usage: python tools/policy_tables.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "build/collections"))

from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.kinds import MAP  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.operators import (  # noqa: E402
    MOMENT,
    NAME,
    NAMES,
    NUMBER,
    RIGHT_LIST,
    SUBJECTS,
    TRUTH,
    operators_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.subjects import (  # noqa: E402
    SUBJECT_KINDS,
)

TYPES = {
    NAME: "text",
    NAMES: "list",
    RIGHT_LIST: "rights",
    NUMBER: "number",
    TRUTH: "truth",
    MOMENT: "time",
    MAP: "map of texts",
}
PAGE = ROOT / "docs/policies.md"


def operator_lines() -> Iterator[str]:
    yield "| type | operator | the value |"
    yield "| --- | --- | --- |"
    for type_name, label in TYPES.items():
        for operator in operators_of(type_name).values():
            yield f"| {label} | `{operator.name}` | {operator.text} |"
    yield "| subjects | `where`, `at_least`, `at_most` | has so many related subjects that meet it; default 1 |"


def subject_lines() -> Iterator[str]:
    for kind in SUBJECT_KINDS.values():
        yield f"### {kind.name}"
        yield ""
        yield f"{kind.text[0].upper()}{kind.text[1:]}."
        yield ""
        yield "| attribute | type | content |"
        yield "| --- | --- | --- |"
        prefixes = []
        for attribute in kind.attributes.values():
            prefix, dot, _name = attribute.name.partition(".")
            if dot:
                prefixes += [prefix] if prefix not in prefixes else []
                continue
            what = f"subjects: `{attribute.of}`" if attribute.type == SUBJECTS else TYPES[attribute.type]
            yield f"| `{attribute.name}` | {what} | {attribute.text} |"
        for prefix in prefixes:
            yield f"| `{prefix}.*` | | the attributes of the {prefix} that are no subjects, such as `{prefix}.listed` |"
        yield ""


def shipped_lines() -> Iterator[str]:
    yield "| file | policy | severity | reason |"
    yield "| --- | --- | --- | --- |"
    for path in sorted((ROOT / "playbooks/policies").glob("*.yml")):
        for policy in yaml.safe_load(path.read_text())["policies"]:
            yield f"| `{path.stem}` | `{policy['name']}` | {policy['severity']} | {policy['reason']} |"


def value_lines() -> Iterator[str]:
    yield "| value | default |"
    yield "| --- | --- |"
    for name, value in yaml.safe_load((ROOT / "playbooks/vars/policies.yml").read_text())["policy_values"].items():
        yield f"| `{name}` | {', '.join(f'`{item}`' for item in value)} |"


TABLES = {"operators": operator_lines, "subjects": subject_lines, "shipped": shipped_lines, "values": value_lines}


def written(text: str) -> str:
    """Return the page with the tables between its marks."""
    for name, lines in TABLES.items():
        begin, end = f"<!-- table: {name} -->\n", f"<!-- end of {name} -->"
        before, _mark, rest = text.partition(begin)
        after = rest.partition(end)[2]
        body = "\n".join(lines()).rstrip("\n")
        text = f"{before}{begin}\n{body}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
