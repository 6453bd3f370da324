# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_files
short_description: Read the YAML files of a directory, with the errors of each file
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Reads files with the lists that M(idops.cyberark_identity.scim_directory) takes. Like files of variables, they may
    contain C(!vault), C(!unsafe) and templates. The playbook C(idops.cyberark_identity.apply_directory) uses this
    plugin.
  - Unlike in a file of variables, a key twice in a map and a value that YAML misreads are errors, and so is a merge key
    (C(<<)) if a list or map of the merged map would be lost. Errors are reported without quoting the file, which may
    hold a secret. Entries with errors are left out; all others are returned.
  - The result contains the secrets of the files. The task needs C(no_log).
options:
  _terms:
    description:
      - YAML files and folders. In a folder and its subfolders, all files whose names end in C(.yml) or C(.yaml), in any
        case, are read. Links are followed; hidden files and folders are skipped.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: Read a folder
  ansible.builtin.set_fact:
    files: "{{ query('idops.cyberark_identity.directory_files', '/srv/tenant') }}"
  no_log: true
"""

RETURN = r"""
_list:
  description: The files in the order of their names.
  type: list
  elements: dict
  contains:
    path:
      description: The path of the file.
      type: str
    content:
      description:
        - The lists of the file, with variables filled in, as far as they can be read. Each entry has its file and line
          as C(position).
      type: dict
    wrong:
      description: The errors of the file, which M(idops.cyberark_identity.scim_directory) takes as C(input_errors).
      type: list
      elements: str
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml  # type: ignore[import-untyped]
from ansible.errors import AnsibleError, AnsibleFileNotFound, AnsibleParserError, AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19, where every text may be a template

    def trust_as_template(value: str) -> str:
        return value


from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError, some
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.misfits import (
    DECIMAL,
    DECIMAL_HINT,
    GROUPS_HINT,
    is_inventory_groups,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import fold
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import means_secret
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.values import POSITION
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.options import entry_spec
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.rows import Resource
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.shapes import Flat, Moment
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

YAML_FILE = re.compile(r"[^.].*[.]ya?ml", re.IGNORECASE)
TAGS = ("!unsafe", "!vault", "!vault-encrypted")
STANDARD = "tag:yaml.org,2002:"
MERGE = STANDARD + "merge"  # <<
BINARY = STANDARD + "binary"  # Ansible turns it into bytes, which no option accepts
QUOTED = re.compile(r" *['\"][^\s,}\]:'\"].*", re.DOTALL)  # content of the file, no ',' or ']' of PyYAML
VAULT = re.compile("vault|decrypt", re.IGNORECASE)  # these errors share no class in all versions
KINDS = tuple(resource.plural for resource in RESOURCES.values())
# The types that YAML gives to some texts without quotes, by tag.
MISREAD = {
    STANDARD + "bool": "a boolean",
    STANDARD + "int": "a number",
    STANDARD + "float": "a number",
    STANDARD + "null": "null",
    STANDARD + "timestamp": "a date",
}
OTHER_NUMBER = re.compile("[-+]?[0-9]")  # the beginning of a text that is meant as a number
NUMBER = STANDARD + "int"
NULL = STANDARD + "null"
DATE = STANDARD + "timestamp"
# A template at the beginning of a value. YAML reads it as a map.
UNQUOTED = re.compile(r"(^|[:\-\[,{])\s*\{\{")
TEMPLATE_HINT = 'Quote the template: "{{ ... }}"'
TEXT: Mapping[str, Any] = {"type": "str"}
# The C loader is faster and accepts the tabs of JSON. Some builds of PyYAML lack it.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Entry = tuple[Mapping[str, Any], yaml.Node]


class Wrong(Exception):
    """The reason why a file is refused. It quotes names only, no other content of the file."""


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        files = [self._read(path) for term in terms for path in _paths(os.path.expanduser(term))]
        # All templates of the files are rendered by now. Text that still looks like a template is data.
        marked: list[dict[str, Any]] = mark_unsafe(files)
        return marked

    def _read(self, path: str) -> dict[str, Any]:
        wrong: list[str] = []
        content = {}
        try:
            content = self._content(path, wrong)
        except Wrong as failure:
            wrong.append(str(failure))
        return {"path": path, "content": content, "wrong": [f"{path} {text}." for text in wrong]}

    def _content(self, path: str, wrong: list[str]) -> dict[str, Any]:
        """Return the entries of a file that can be read. Add the errors of the others to ``wrong``."""
        text = self._text(path)
        root = _root_of(text)
        unloadable = list(_errors_of_nodes(root))
        misread = _misread_in(root)
        wrong += [*unloadable, *misread.errors]
        if unloadable:
            return {}
        try:
            # Do not pass the path: with it, ansible-core 2.19 and later print the lines around a value in its error.
            loaded = self._loader.load(trust_as_template(text), show_content=False)
        except Exception as failure:
            raise Wrong(_of_yaml(getattr(failure, "orig_exc", None) or failure.__cause__)) from None
        strangers = [str(key) for key in loaded or () if key not in KINDS]
        if strangers:
            wrong.append(f"holds {', '.join(strangers)}. A file holds some of the lists {', '.join(KINDS)}")
        content = {}
        for kind in filter((loaded or {}).__contains__, KINDS):
            entries = self._entries(kind, loaded[kind], _list_of(root, kind), wrong)
            if entries is not None:
                content[kind] = [
                    {POSITION: f"{path}:{item.start_mark.line + 1}", **entry}  # or the row of a CSV file
                    for entry, item in entries
                    if misread.spares(item)
                ]
        return content

    def _entries(self, kind: str, given: Any, node: yaml.Node, wrong: list[str]) -> list[Entry] | None:
        """Return the entries of a list with their nodes, as far as they can be rendered; None if it is no list."""
        try:
            entries = self._rendered(given)
        except Wrong as failure:
            if isinstance(given, list):
                return list(self._rendered_each(kind, given, node, wrong))
            wrong.append(str(failure))
            return None
        if entries in (None, ""):
            return None
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            hint = f". {GROUPS_HINT}" if is_inventory_groups(entries) else ""
            wrong.append(_misshaped(kind) + hint)
            return None
        return list(zip(entries, _items(node, len(entries))))

    def _rendered_each(self, kind: str, given: list[Any], node: yaml.Node, wrong: list[str]) -> Iterator[Entry]:
        for entry, item in zip(given, _items(node, len(given))):
            try:
                rendered = self._rendered(entry)
            except Wrong as failure:
                wrong.append(f"{failure}, line {item.start_mark.line + 1}")
                continue
            if isinstance(rendered, Mapping):
                yield rendered, item
            else:
                wrong.append(f"{_misshaped(kind)}, line {item.start_mark.line + 1}")

    def _rendered(self, value: Any) -> Any:
        try:
            return _plain(self._templar.template(value))
        except AnsibleUndefinedVariable as failure:
            raise Wrong(f"refers to something that does not exist: {failure.message.partition('. ')[0]}") from None
        except Exception as failure:
            raise Wrong(_of_value(failure)) from None

    def _text(self, path: str) -> str:
        try:
            content: bytes = self._loader._get_file_contents(path)[0]
        except (AnsibleFileNotFound, AnsibleParserError):
            raise Wrong("cannot be read") from None
        except AnsibleError:
            raise Wrong("cannot be decrypted") from None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as failure:
            line = content.count(b"\n", 0, failure.start) + 1
            raise Wrong(f"is not UTF-8, line {line}") from None


def _paths(start: str) -> list[str]:
    """Return a file, or the files of a folder. A file that several links lead to is returned once, so loops end."""
    if not os.path.isdir(start):
        return [start]
    found: dict[str, str] = {}
    entered = set()
    # Treat a folder that cannot be read as a file, so that it is refused later.
    walk = os.walk(start, onerror=lambda failure: found.update({failure.filename: failure.filename}), followlinks=True)
    for folder, folders, files in walk:
        real = os.path.realpath(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and real not in entered)
        entered.add(real)
        for name in sorted(files):
            path = os.path.join(folder, name)
            # A broken link is refused later. Sockets, devices and the like are ignored.
            if YAML_FILE.fullmatch(name) and (os.path.isfile(path) or not os.path.exists(path)):
                found.setdefault(os.path.realpath(path), path)
    return sorted(found.values())


def _root_of(text: str) -> yaml.Node:
    """Return the root node, None for an empty file. Refuse a file that is not YAML, or not a map."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as failure:
        raise Wrong(_of_yaml(failure) + _hint_of_template(text, failure)) from None
    if root is None or root.tag == STANDARD + "null":
        return None
    if not isinstance(root, yaml.MappingNode):
        raise Wrong("is not a map of lists")
    if circle := next(filter(_merges_itself, _nodes(root)), None):
        raise Wrong(f"has a map that merges itself, {_at(circle.start_mark)}")
    return root


def _errors_of_nodes(root: yaml.Node) -> Iterator[str]:
    """Yield the places of tags that Ansible does not know, templates that YAML takes for maps, and keys given twice."""
    for node in _nodes(root):
        if not node.tag.startswith(STANDARD) and node.tag not in TAGS:
            yield f"has an unknown tag, {_at(node.start_mark)}"
        if node.tag == BINARY:
            yield f"has a !!binary value, {_at(node.start_mark)}. Write it as a text"
        if any(
            isinstance(key, yaml.MappingNode) and key.start_mark.index == node.start_mark.index + 1
            for key in _keys(node)
        ):
            yield f"has a template without quotes, {_at(node.start_mark)}. {TEMPLATE_HINT}"
        keys = set()
        for key in _keys(node):
            mark = (key.tag, str(key.value))
            if mark in keys:
                yield f"has the key {key.value} twice in one map, {_at(key.start_mark)}"
            keys.add(mark)
        yield from _lost_in_merge(node)


def _lost_in_merge(node: yaml.Node) -> Iterator[str]:
    """Yield the places of merges that drop a whole list or map, because YAML merges no deeper than one level.

    To drop it on purpose, give the key without a value.
    """
    if not isinstance(node, yaml.MappingNode):
        return
    taken = {str(key.value): value for key, value in node.value if key.tag != MERGE}
    for merged in _merged(node):
        for name, (key, value) in _flat(merged).items():
            own = taken.setdefault(name, value)
            if own is not value and own.tag != NULL and not isinstance(value, yaml.ScalarNode):
                yield (
                    f"merges {name} from {_at(key.start_mark)} into a map that has another, {_at(own.start_mark)}. One "
                    "list or map would replace the other: write it out, and leave it out of what is merged"
                )


def _merged(node: yaml.Node) -> list[yaml.Node]:
    """Return the maps that a map merges. The first that has a key wins."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    values = [value for key, value in pairs if key.tag == MERGE]
    return [each for value in values for each in (value.value if isinstance(value, yaml.SequenceNode) else [value])]


def _merges_itself(node: yaml.Node) -> bool:
    """Return whether a map merges itself, directly or through others."""
    waiting, seen = _merged(node), set()
    while waiting:
        merged = waiting.pop()
        if merged is node:
            return True
        if id(merged) not in seen:
            seen.add(id(merged))
            waiting += _merged(merged)
    return False


def _flat(node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return the keys and values of a map by name, including those that it merges."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    found = {str(key.value): (key, value) for key, value in node.value if key.tag != MERGE}
    for merged in _merged(node):
        found = {**_flat(merged), **found}
    return found


def _keys(node: yaml.Node) -> list[yaml.Node]:
    return [key for key, _value in node.value] if isinstance(node, yaml.MappingNode) else []


def _hint_of_template(text: str, failure: yaml.YAMLError) -> str:
    """Return the hint to quote a template, if a line of the error has one without quotes."""
    marks = [getattr(failure, name, None) for name in ("context_mark", "problem_mark")]
    lines = text.splitlines()
    near = [lines[mark.line] for mark in marks if mark and mark.line < len(lines)]
    return f". {TEMPLATE_HINT}" if any(UNQUOTED.search(line) for line in near) else ""


def _misshaped(kind: str) -> str:
    return f"has the wrong shape: {kind} has to be a list of maps"


def _list_of(root: yaml.Node, kind: str) -> yaml.Node:
    """Return the node of a list, or the root for a list that is merged from elsewhere."""
    return next((value for key, value in root.value if key.value == kind), root)


def _items(node: yaml.Node, count: int) -> list[yaml.Node]:
    """Return the node of each entry of a list. If a template makes the entries, it is the node of the list."""
    return node.value if isinstance(node, yaml.SequenceNode) and len(node.value) == count else [node] * count


@dataclass(frozen=True)
class _Misread:
    """The nodes whose option takes a text or a number that YAML reads as another value, and the errors for them."""

    nodes: frozenset[int] = frozenset()
    errors: tuple[str, ...] = ()

    def spares(self, node: yaml.Node) -> bool:
        """Return whether a node contains no misread node."""
        return not self.nodes or self.nodes.isdisjoint(map(id, _nodes(node)))


def _misread_in(root: yaml.Node) -> _Misread:
    texts, numbers = {}, {}
    for node, spec in _scalars(FILE, root):
        spelling = "a secret" if spec.get("no_log") else node.value
        if _is_no_text(node, spec):
            texts[id(node)] = f"{spelling} at {_at(node.start_mark)}, which YAML reads as {MISREAD[node.tag]}"
        elif _is_no_decimal(node, spec):
            numbers[id(node)] = f"{spelling} at {_at(node.start_mark)}, which YAML reads as {_read_as(node)}"
    wrong = [f"{some([*texts.values()])}. Put {'it' if len(texts) == 1 else 'them'} into quotes"] if texts else []
    wrong += [f"{some([*numbers.values()])}. {DECIMAL_HINT}"] if numbers else []
    return _Misread(frozenset({*texts, *numbers}), (f"has {'. It has '.join(wrong)}",) if wrong else ())


def _spec_of(resource: Resource) -> dict[str, Any]:
    """Return the spec of a list of entries. ``allowed`` are the tags that an option or a key takes besides texts."""
    options = entry_spec(resource)
    for row in resource.attributes:
        if isinstance(row.shape, Moment):
            options[row.option]["allowed"] = (DATE,)
        if isinstance(row.shape, Flat) and "options" not in options[row.option]:
            options[row.option]["numbers"] = row.shape.numbers
    return {"type": "list", "elements": "dict", "options": options}


FILE = {"type": "dict", "options": {resource.plural: _spec_of(resource) for resource in RESOURCES.values()}}


def _is_no_text(node: yaml.Node, spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "str" and node.tag in MISREAD.keys() - spec.get("allowed", ())


def _is_no_decimal(node: yaml.Node, spec: Mapping[str, Any]) -> bool:
    """Return whether YAML may read a scalar without quotes as another number than the one that is written."""
    takes_number = spec.get("type") == "int" or NUMBER in spec.get("allowed", ())
    return (
        takes_number and not node.style and bool(OTHER_NUMBER.match(node.value)) and not DECIMAL.fullmatch(node.value)
    )


def _read_as(node: yaml.Node) -> str:
    constructor = yaml.constructor.SafeConstructor()
    return (
        f"the number {constructor.construct_yaml_int(node)}" if node.tag == NUMBER else MISREAD.get(node.tag, "a text")
    )


def _scalars(spec: Mapping[str, Any], node: yaml.Node) -> Iterator[tuple[yaml.Node, Mapping[str, Any]]]:
    """Yield the scalars that stand for one value, each with the spec of that value."""
    wanted = spec.get("type")
    if isinstance(node, yaml.MappingNode) and wanted == "dict":
        for key, value in node.value:
            if key.tag == MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _scalars(spec, merged)
            elif "options" in spec:
                option = spec["options"].get(str(key.value), {})
                yield from _scalars({**option, "allowed": (NULL, *option.get("allowed", ()))}, value)
            else:
                yield from _scalars(TEXT, key)
                number = fold(str(key.value)) in spec.get("numbers", ())
                text = {**TEXT, "no_log": means_secret(str(key.value))}
                yield from _scalars({**text, "allowed": (NULL, NUMBER) if number else (NULL,)}, value)
    elif isinstance(node, yaml.SequenceNode) and wanted == "list":
        for item in node.value:
            yield from _scalars({**spec, "type": spec.get("elements"), "allowed": ()}, item)
    elif isinstance(node, yaml.ScalarNode):
        yield node, spec


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Yield every node once, however many aliases it has."""
    waiting, seen = [root] if root else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            waiting.extend(child for pair in node.value for child in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _at(mark: yaml.Mark) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _of_yaml(failure: BaseException | None) -> str:
    """Return the message of PyYAML without its quotations from the file."""
    mark, problem = getattr(failure, "problem_mark", None), getattr(failure, "problem", None)
    where = f", {_at(mark)}" if mark else ""
    return f"is not YAML that Ansible can read{where}" + (f": {QUOTED.sub('', problem)}" if problem else "")


def _of_value(failure: Exception) -> str:
    """Return the error of a value without Ansible's message, which may quote a template with a secret in it.

    The errors of CSV files hold no secret, so they are returned whole.
    """
    if of_csv := next((each for each in _chain(failure) if isinstance(each, InvalidError)), None):
        return f"refers to {of_csv.reason.rstrip('.')}"
    return "holds a value that cannot be decrypted" if VAULT.search(str(failure)) else "holds a template that fails"


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield a failure and its causes."""
    while failure:
        yield failure
        failure = getattr(failure, "orig_exc", None) or failure.__cause__ or failure.__context__


def _plain(value: Any) -> Any:
    """Return the value with dates as texts, and vaulted values of ansible-core before 2.19 as their decrypted text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.data if getattr(value, "__ENCRYPTED__", False) else value
