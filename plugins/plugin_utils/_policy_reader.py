# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the YAML files of policies: with their lines, with templates rendered, and with all errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

from ..module_utils._directory.values import POSITION
from ._unsafe import could_be_template

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19, where every text may be a template

    def trust_as_template(value: str) -> str:
        return value


YAML_FILE = re.compile(r"[^.].*[.]ya?ml", re.IGNORECASE)
# The C loader is faster. Some builds of PyYAML lack it.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LIST = "policies"
STANDARD = "tag:yaml.org,2002:"
MERGE = STANDARD + "merge"
KNOWN_TAGS = {STANDARD + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}


class Wrong(Exception):
    """The reason why a file, or a policy in it, is refused."""


@dataclass(frozen=True)
class PolicyReader:
    """Reads files with the loader and the templar of a plugin of Ansible's."""

    loader: Any
    templar: Any

    def read(self, path: str, wrong: list[str]) -> list[dict[str, Any]]:
        """Return the policies of a file with their positions. Add its errors to ``wrong``."""
        try:
            root = _root_of(self._text(path))
        except Wrong as error:
            wrong.append(f"{path} {error}.")
            return []
        problems = [*_problems_of(root), *_strangers_in(root)]
        wrong += [f"{path} {text}." for text in problems]
        lists = [value for key, value in root.value if key.value == LIST] if root and not problems else []
        return [policy for node in lists for policy in self._policies(path, node, wrong)]

    def _policies(self, path: str, node: yaml.Node, wrong: list[str]) -> Iterator[dict[str, Any]]:
        if not isinstance(node, yaml.SequenceNode):
            wrong.append(f"{path} has no list in {LIST}, {_at(node)}.")
            return
        for item in node.value:
            try:
                policy = self._value(item)
            except Wrong as error:
                wrong.append(f"{path} {error}.")
                continue
            if isinstance(policy, dict):
                yield {POSITION: f"{path}:{item.start_mark.line + 1}", **policy}
            else:
                wrong.append(f"{path} has a policy that is no map, {_at(item)}.")

    def _value(self, node: yaml.Node) -> Any:
        """Return the value of a node with its templates rendered. Keys are no templates."""
        if isinstance(node, yaml.MappingNode):
            return {str(key.value): self._value(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item) for item in node.value]
        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError):
            raise Wrong(f"has a value that YAML cannot read, {_at(node)}. Put it into quotes") from None
        return self._rendered(value, node) if isinstance(value, str) and could_be_template(value) else value

    def _rendered(self, text: str, node: yaml.Node) -> Any:
        try:
            return self.templar.template(trust_as_template(text))
        except AnsibleUndefinedVariable as error:
            reason = error.message.partition(". ")[0]
            raise Wrong(f"refers to something that does not exist: {reason}, {_at(node)}") from None
        except AnsibleError:
            raise Wrong(f"has a template that fails, {_at(node)}") from None

    def _text(self, path: str) -> str:
        try:
            content: bytes = self.loader._get_file_contents(path)[0]
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Wrong("is not UTF-8") from None
        except AnsibleError:
            raise Wrong("cannot be read") from None


def is_yaml(name: str) -> bool:
    """Return whether a file of a folder is read."""
    return bool(YAML_FILE.fullmatch(name))


def _root_of(text: str) -> yaml.Node:
    """Return the root node, None for an empty file."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise Wrong(f"is not YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}{where}") from None
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise Wrong(f"is not a map with the list {LIST}")
    return root


def _strangers_in(root: yaml.Node) -> Iterator[str]:
    strangers = [str(key.value) for key, _value in root.value if key.value != LIST] if root else []
    if strangers:
        yield f"holds {', '.join(strangers)}. A file holds the list {LIST}"


def _problems_of(root: yaml.Node) -> Iterator[str]:
    """Yield unknown tags, merges, and keys that are given twice or are no texts."""
    waiting, seen = ([root] if root else []), set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.tag not in KNOWN_TAGS:
            yield f"has an unknown tag, {_at(node)}"
        if isinstance(node, yaml.MappingNode):
            yield from _problems_of_keys(node)
            waiting += [value for _key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _problems_of_keys(node: yaml.MappingNode) -> Iterator[str]:
    keys = set()
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            yield f"has a template without quotes, or a key that is no text, {_at(key)}"
        elif key.tag == MERGE:
            yield f"has a merge key, {_at(key)}. Write the map out"
        elif key.value in keys:
            yield f"has the key {key.value} twice in one map, {_at(key)}"
        keys.add(str(key.value))


def _at(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"
