# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generate the documentation of scim_directory's entries from the single-object modules, one line per option.

python tools/suboptions.py rewrites the file; test_docs.py checks that the file is up to date.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "build/collections")]

from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.values import POSITION  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.options import entry_spec  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.rows import Resource  # noqa: E402

DIRECTORY = ROOT / "plugins/modules/scim_directory.py"
COLLECTION = "idops.cyberark_identity"
MODULES = {"user": "scim_user", "group": "scim_group"}
WHERE = (
    "The source of the entry, such as a file and a line, for messages. By default, messages give the place in the "
    f"list. The lookups P({COLLECTION}.directory_files#lookup) and P({COLLECTION}.directory_csv#lookup) set it."
)
# The words that limit an option of scim_pam_object to a kind. An entry has one kind.
OF_KIND = re.compile(r",? for O\(kind=(\w+)\)(?: and O\(kind=(\w+)\))?")


def documented(module: str) -> dict[str, Any]:
    """Return the options that a module documents itself."""
    for statement in ast.parse((ROOT / f"plugins/modules/{module}.py").read_text()).body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "DOCUMENTATION":
            options: dict[str, Any] = yaml.safe_load(ast.literal_eval(statement.value))["options"]
            return options
    raise SystemExit(f"{module} has no DOCUMENTATION")


def sentence(option: dict[str, Any], kind: str, module: str) -> str:
    """Return the first description of an option that is about this kind, with links to the options of the module."""
    given = option["description"]
    for text in [given] if isinstance(given, str) else given:
        of_kind = OF_KIND.search(text)
        if of_kind is None or kind in of_kind.groups():
            return re.sub(r"\bO\(([^)]+)\)", rf"O({COLLECTION}.{module}#module:\1)", OF_KIND.sub("", text))
    raise SystemExit(f"{module} does not describe an option for the kind {kind}")


def lines_of(options: dict[str, Any], indent: int) -> list[str]:
    """Return options as lines of YAML."""
    pad = " " * indent
    lines = []
    for name, option in options.items():
        lines += [f"{pad}{name}:", f"{pad}  description:"]
        lines += textwrap.wrap(
            option["description"],
            width=120,
            initial_indent=f"{pad}    - ",
            subsequent_indent=f"{pad}      ",
            break_on_hyphens=False,
        )
        for key in ("type", "elements", "choices", "default"):
            if key in option:
                value = option[key]
                shown = f"[{', '.join(value)}]" if isinstance(value, list) else value
                lines.append(f"{pad}  {key}: {shown}")
        if "suboptions" in option:
            lines += [f"{pad}  suboptions:", *lines_of(option["suboptions"], indent + 4)]
    return lines


def entry_options(resource: Resource) -> dict[str, Any]:
    """Return the options of an entry of this kind, as scim_directory documents them."""
    module = MODULES.get(resource.name, "scim_pam_object")
    known = documented(module)

    def shortened(option: dict[str, Any]) -> dict[str, Any]:
        short = {**option, "description": sentence(option, resource.name, module)}
        if "suboptions" in option:
            short["suboptions"] = {name: shortened(inner) for name, inner in option["suboptions"].items()}
        return short

    options = {name: shortened(known[name]) for name in entry_spec(resource)}
    return dict(sorted({**options, POSITION: {"description": WHERE, "type": "str"}}.items()))


def written(text: str) -> str:
    """Return the text of scim_directory with the options of all entries."""
    for resource in RESOURCES.values():
        lines = "\n".join(["    suboptions:", *lines_of(entry_options(resource), 6)])
        list_of = re.compile(
            rf"(^  {resource.plural}:\n(?:    .*\n)*?    elements: dict\n)(?:    suboptions:\n(?:      .*\n)*)?",
            re.MULTILINE,
        )
        text, count = list_of.subn(lambda found, lines=lines: f"{found[1]}{lines}\n", text, count=1)  # type: ignore[misc]
        if not count:
            raise SystemExit(f"{DIRECTORY.name} has no option {resource.plural}")
    return text


if __name__ == "__main__":
    DIRECTORY.write_text(written(DIRECTORY.read_text()))
