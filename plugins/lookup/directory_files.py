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
  - Unlike a file of variables, a file is refused if it has a key twice or an entry that another file has. Errors are
    reported without quoting the file, which may hold a secret.
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
        - The lists of the file, with variables filled in; none when something is wrong.
        - Beside them, C(positions) has the file and the line of each entry, in the form that
          M(idops.cyberark_identity.scim_directory) takes.
      type: dict
    wrong:
      description: The errors of the file; empty if there are none.
      type: str
"""

import os
import re
from collections.abc import Iterator, Mapping
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


from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import some
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.misfits import (
    DECIMAL,
    DECIMAL_HINT,
    GROUPS_HINT,
    is_inventory_groups,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import fold
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import means_secret
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.options import entry_spec
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.rows import Resource
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.shapes import Flat, Moment
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_unsafe

YAML_FILE = re.compile(r"[^.].*[.]ya?ml", re.IGNORECASE)
TAGS = ("!unsafe", "!vault", "!vault-encrypted")
STANDARD = "tag:yaml.org,2002:"
MERGE = STANDARD + "merge"  # <<, which may be there more than once
BINARY = STANDARD + "binary"  # Ansible makes bytes of it, which no option takes
QUOTED = re.compile(r" *['\"][^\s,}\]:'\"].*", re.DOTALL)  # but not an expected ',' or ']'
VAULT = re.compile("vault|decrypt", re.IGNORECASE)  # no class is common to these errors in all versions
KINDS = tuple(resource.plural for resource in RESOURCES.values())
# What YAML reads a text without quotes as, by tag.
MISREAD = {
    STANDARD + "bool": "a boolean",
    STANDARD + "int": "a number",
    STANDARD + "float": "a number",
    STANDARD + "null": "null",
    STANDARD + "timestamp": "a date",
}
OTHER_NUMBER = re.compile("[-+]?[0-9]")  # how what is meant as a number begins
NUMBER = STANDARD + "int"
NULL = STANDARD + "null"
DATE = STANDARD + "timestamp"
# A template where a value begins, which YAML takes for a map.
UNQUOTED = re.compile(r"(^|[:\-\[,{])\s*\{\{")
TEMPLATE_HINT = 'Quote the template: "{{ ... }}"'
TEXT: Mapping[str, Any] = {"type": "str"}
# The faster one, which is not everywhere, and takes the tabs of JSON.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Wrong(Exception):
    """The reason why a file is refused. It quotes names only, no other content of the file."""


class LookupModule(LookupBase):  # type: ignore[misc]
    """The entry point that Ansible loads."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        files = [self._read(path) for term in terms for path in _paths(os.path.expanduser(term))]
        _refuse_doubles(files)
        # All templates of the files are rendered by now: what is left that looks like one is data.
        marked: list[dict[str, Any]] = mark_unsafe(files)
        return marked

    def _read(self, path: str) -> dict[str, Any]:
        try:
            return {"path": path, "content": self._content(path), "wrong": ""}
        except Wrong as wrong:
            return {"path": path, "content": {}, "wrong": f"{path} {wrong}."}

    def _content(self, path: str) -> dict[str, Any]:
        text = self._text(path)
        root = _check_text(text)
        try:
            # Without the path: from ansible-core 2.19 on, an error about any value would print the lines around it.
            loaded = self._loader.load(trust_as_template(text), show_content=False)
        except Exception as failure:
            raise Wrong(_of_yaml(getattr(failure, "orig_exc", None) or failure.__cause__)) from None
        strangers = [str(key) for key in loaded or () if key not in KINDS]
        if strangers:
            raise Wrong(f"holds {', '.join(strangers)}. A file holds some of the lists {', '.join(KINDS)}")
        try:
            content = {kind: _plain(entries) for kind, entries in self._templar.template(loaded or {}).items()}
        except AnsibleUndefinedVariable as failure:
            raise Wrong(f"refers to something that does not exist: {failure.message.partition('. ')[0]}") from None
        except Exception as failure:
            raise Wrong(_of_value(failure)) from None
        for kind, entries in content.items():
            if entries not in (None, "") and not _is_list_of_maps(entries):
                hint = f". {GROUPS_HINT}" if is_inventory_groups(entries) else ""
                raise Wrong(f"has the wrong shape: {kind} has to be a list of maps{hint}")
        positions = {kind: _positions(path, root, kind, len(entries)) for kind, entries in content.items() if entries}
        return {**content, "positions": positions} if positions else content

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
    # A folder that cannot be read is taken for a file, which is then refused.
    walk = os.walk(start, onerror=lambda failure: found.update({failure.filename: failure.filename}), followlinks=True)
    for folder, folders, files in walk:
        real = os.path.realpath(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and real not in entered)
        entered.add(real)
        for name in sorted(files):
            path = os.path.join(folder, name)
            # A link that leads nowhere is refused later; what is neither file nor folder is none of ours.
            if YAML_FILE.fullmatch(name) and (os.path.isfile(path) or not os.path.exists(path)):
                found.setdefault(os.path.realpath(path), path)
    return sorted(found.values())


def _check_text(text: str) -> yaml.Node:
    """Return the root; refuse what is no YAML or no map, has a tag that Ansible does not know, or has a key twice."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as failure:
        raise Wrong(_of_yaml(failure) + _hint_of_template(text, failure)) from None
    if root is None or root.tag == STANDARD + "null":
        return root
    if not isinstance(root, yaml.MappingNode):
        raise Wrong("is not a map of lists")
    for node in _nodes(root):
        if not node.tag.startswith(STANDARD) and node.tag not in TAGS:
            raise Wrong(f"has an unknown tag, {_at(node.start_mark)}")
        if node.tag == BINARY:
            raise Wrong(f"has a !!binary value, {_at(node.start_mark)}. Write it as a text")
        if any(
            isinstance(key, yaml.MappingNode) and key.start_mark.index == node.start_mark.index + 1
            for key in _keys(node)
        ):
            raise Wrong(f"has a template without quotes, {_at(node.start_mark)}. {TEMPLATE_HINT}")
        keys = set()
        for key in _keys(node):
            mark = (key.tag, str(key.value))
            if mark in keys and key.tag != MERGE:
                raise Wrong(f"has the key {key.value} twice in one map, {_at(key.start_mark)}")
            keys.add(mark)
    _check_scalars(root)
    return root


def _keys(node: yaml.Node) -> list[yaml.Node]:
    return [key for key, _value in node.value] if isinstance(node, yaml.MappingNode) else []


def _hint_of_template(text: str, failure: yaml.YAMLError) -> str:
    """Return what to do about a template without quotes, if what YAML cannot read begins with one."""
    marks = [getattr(failure, name, None) for name in ("context_mark", "problem_mark")]
    lines = text.splitlines()
    near = [lines[mark.line] for mark in marks if mark and mark.line < len(lines)]
    return f". {TEMPLATE_HINT}" if any(UNQUOTED.search(line) for line in near) else ""


def _positions(path: str, root: yaml.Node, kind: str, count: int) -> list[str]:
    """Return the file and the line of each entry of a list: the line of the list where a template makes the entries."""
    node = next((value for key, value in root.value if key.value == kind), root)
    items = node.value if isinstance(node, yaml.SequenceNode) and len(node.value) == count else [node] * count
    return [f"{path}:{item.start_mark.line + 1}" for item in items]


def _check_scalars(root: yaml.Node) -> None:
    """Refuse what YAML reads as something else than the text or the number that its option takes."""
    texts, numbers = {}, {}
    for node, spec in _scalars(FILE, root):
        spelling = "a secret" if spec.get("no_log") else node.value
        if _is_no_text(node, spec):
            texts[id(node)] = f"{spelling} at {_at(node.start_mark)}, which YAML reads as {MISREAD[node.tag]}"
        elif _is_no_decimal(node, spec):
            numbers[id(node)] = f"{spelling} at {_at(node.start_mark)}, which YAML reads as {_read_as(node)}"
    wrong = [f"{some([*texts.values()])}. Put {'it' if len(texts) == 1 else 'them'} into quotes"] if texts else []
    wrong += [f"{some([*numbers.values()])}. {DECIMAL_HINT}"] if numbers else []
    if wrong:
        raise Wrong(f"has {'. It has '.join(wrong)}")


def _spec_of(resource: Resource) -> dict[str, Any]:
    """Return the spec of a list of entries; ``allowed`` are tags that an option or a key takes beside texts."""
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
    """Return whether a scalar without quotes stands for a number, and YAML may read another one than is written."""
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
                number = fold(key.value) in spec.get("numbers", ())
                text = {**TEXT, "no_log": means_secret(str(key.value))}
                yield from _scalars({**text, "allowed": (NULL, NUMBER) if number else (NULL,)}, value)
    elif isinstance(node, yaml.SequenceNode) and wanted == "list":
        for item in node.value:
            yield from _scalars({**spec, "type": spec.get("elements"), "allowed": ()}, item)
    elif isinstance(node, yaml.ScalarNode):
        yield node, spec


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Every node once, those with aliases too."""
    waiting, seen = [root], set()
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
    """Return the message of PyYAML, without what it quotes."""
    mark, problem = getattr(failure, "problem_mark", None), getattr(failure, "problem", None)
    where = f", {_at(mark)}" if mark else ""
    return f"is not YAML that Ansible can read{where}" + (f": {QUOTED.sub('', problem)}" if problem else "")


def _of_value(failure: Exception) -> str:
    """Not what Ansible says: that may hold the template, and in it a secret."""
    return "holds a value that cannot be decrypted" if VAULT.search(str(failure)) else "holds a template that fails"


def _plain(value: Any) -> Any:
    """Return the value with texts in place of dates, and of values that ansible-core before 2.19 decrypts later."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.data if getattr(value, "__ENCRYPTED__", False) else value


def _is_list_of_maps(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)


def _refuse_doubles(files: list[dict[str, Any]]) -> None:
    """Say it of the later file when two entries are about the same object, with both lines."""
    holders: dict[tuple[str, ...], str] = {}
    for file in files:
        doubles = []
        for resource in RESOURCES.values():
            entries = file["content"].get(resource.plural) or ()
            for entry, position in zip(entries, file["content"].get("positions", {}).get(resource.plural, ())):
                keys = resource.name_of(entry)
                if len(keys) < min(2, len(resource.keys)):  # it goes by its id
                    continue
                name = (resource.name, *(fold(keys.get(option, "")) for option in resource.keys))
                if name in holders:
                    label = f"{resource.name} {' / '.join(map(str, keys.values()))!r}"
                    doubles.append(f"{label} at {position} and at {holders[name]}")
                holders.setdefault(name, position)
        if doubles:
            file["wrong"] = f"{file['path']} holds what is there already: {some(doubles)}. Name each object only once."
