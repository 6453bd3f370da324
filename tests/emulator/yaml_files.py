# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write YAML files: a tenant, and facts about one. Imported only if needed, to keep the start fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class Unsafe(str):
    """A text that Ansible must not render as a template."""

    __slots__ = ()


class Loader(yaml.SafeLoader):
    """Reads Ansible's tag for texts that are not templates."""


class Dumper(yaml.SafeDumper):
    """Writes lists indented, as the playbook does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Indent the items of a list in a map."""
        return super().increase_indent(flow, False)


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style="'"))


def parse(text: str | bytes) -> Any:
    """Return the content of a YAML text. Raise ValueError if it is invalid."""
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"This is not YAML: {' '.join(str(error).split())}") from error


def read(path: Path) -> Any:
    """Return the content of a file, or of all files of a folder as one map."""
    if not path.is_dir():
        return parse(path.read_bytes())
    content: dict[str, Any] = {}
    for file in sorted(path.glob("*.y*ml")):
        part = parse(file.read_bytes())
        if not isinstance(part, dict) or set(part) & set(content):
            raise ValueError(f"{file} is not a map of kinds that no other file has")
        content |= part
    return content


def read_facts(path: Path) -> dict[str, Any]:
    """Return the positions of switches in a file that the module scim_probe has written."""
    content = parse(path.read_bytes())
    facts = content.get("facts") if isinstance(content, dict) else None
    if not isinstance(facts, dict) or not all(isinstance(fact, dict) and "value" in fact for fact in facts.values()):
        raise ValueError(f"{path} holds no facts, as the module scim_probe writes them")
    return {str(name): fact["value"] for name, fact in facts.items()}


def dump(content: Any) -> str:
    """Return the content as YAML that Ansible can read. Texts that could be templates are marked."""
    text: str = yaml.dump(
        marked(content), Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120
    )
    return text


def marked(value: Any) -> Any:
    """Return a value with the texts marked that could be templates."""
    if isinstance(value, dict):
        return {key: marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item) for item in value]
    return Unsafe(value) if isinstance(value, str) and not {"{", "#"}.isdisjoint(value) else value
