# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the YAML files of a directory, render their templates, decrypt their values, and collect their errors.

The values have the types of JSON and are not shared, so a module in this process can use them without a copy.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

from ..module_utils._base.errors import InvalidError
from ..module_utils._base.misfits import GROUPS_HINT, is_inventory_groups
from ..module_utils._directory.values import POSITION
from ..module_utils._model.resources import RESOURCES
from ._as_json import as_a_module_reads
from ._file_content import Unreadable, text_of
from ._unsafe import could_be_template
from ._yaml_nodes import UNSAFE, VAULT_TAGS, Wrong, at, errors_of_nodes, misread_in, pairs_of, root_of, scalar_of

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19: every text may be a template

    def trust_as_template(value: str) -> str:
        return value


YAML_FILE = re.compile(r"[^.].*[.]ya?ml", re.IGNORECASE)
VAULT = re.compile("vault|decrypt", re.IGNORECASE)  # words in these errors, which have no common class in all versions
KINDS = tuple(resource.plural for resource in RESOURCES.values())
OMITTED = "__omit_place_holder__"  # the start of the value of "omit" before ansible-core 2.19
OMIT = object()  # the value of a template that omits its value

Entry = tuple[Mapping[str, Any], yaml.Node]


@dataclass(frozen=True)
class Reader:
    """Reads files with the loader and the templar of a plugin. ``kinds`` are the lists that files may contain."""

    loader: Any
    templar: Any
    kinds: tuple[str, ...] = KINDS

    def read(self, starts: Iterable[str]) -> list[dict[str, Any]]:
        """Return the ``path``, the ``content`` and the errors (``wrong``) of each file, also of files in folders."""
        seen: dict[str, str] = {}
        with _without_collector():
            return [file for start in starts for file in self._read_all(self.loader.path_dwim(start), seen)]

    def read_directory(self, starts: Sequence[str]) -> list[dict[str, Any]]:
        """Return the files like ``read``. Files without any list are an error: nothing would be managed."""
        files = self.read(starts)
        if not any(file["content"] or file["wrong"] for file in files):
            places = ", ".join(self.loader.path_dwim(start) for start in starts)
            text = f"There is no list in {places}. A file holds some of the lists {', '.join(self.kinds)}."
            files = [{**file, "wrong": [text]} for file in files[:1]] + files[1:]
        return files

    def _read_all(self, start: str, seen: dict[str, str]) -> list[dict[str, Any]]:
        """Return a file, or the files of a folder. ``seen`` are the paths of all files by what they lead to."""
        paths = _paths(start)
        if not paths:
            return [_wrong(start, f"There is no YAML file in {start}.")]
        files = []
        for path in paths:
            first = seen.setdefault(os.path.realpath(path), path)
            files.append(self._read(path) if first is path else _wrong(path, _listed_twice(path, first)))
        return files

    def _read(self, path: str) -> dict[str, Any]:
        wrong: list[str] = []
        content = {}
        try:
            content = self._content(path, wrong)
        except Wrong as failure:
            wrong.append(str(failure))
        return {"path": path, "content": content, "wrong": [f"{path} {text}." for text in wrong]}

    def _content(self, path: str, wrong: list[str]) -> dict[str, Any]:
        """Return the valid entries of a file. Add the errors of the others to ``wrong``."""
        root = root_of(self._text(path))
        unreadable, misread = list(errors_of_nodes(root)), misread_in(root)
        wrong += [*unreadable, *misread.errors]
        if unreadable or root is None:
            return {}
        lists = {str(key.value): node for key, node in pairs_of(root)}
        if strangers := [name for name in lists if name not in self.kinds]:
            known = "some of the lists" if len(self.kinds) > 1 else "the list"
            wrong.append(f"holds {', '.join(strangers)}. A file holds {known} {', '.join(self.kinds)}")
        content = {}
        for kind in filter(lists.__contains__, self.kinds):
            entries = self._entries(kind, lists[kind], wrong)
            if entries is not None:
                content[kind] = [
                    {POSITION: f"{path}:{node.start_mark.line + 1}", **entry}  # or the row of a CSV file
                    for entry, node in entries
                    if misread.spares(node)
                ]
        return content

    def _entries(self, kind: str, node: yaml.Node, wrong: list[str]) -> list[Entry] | None:
        """Return the readable entries of a list with their nodes, or None if the value is not a list."""
        if isinstance(node, yaml.SequenceNode):
            return list(self._entries_of_nodes(kind, node, wrong))
        try:
            entries = self._value_of(node)
        except Wrong as failure:
            wrong.append(str(failure))
            return None
        if entries in (None, "", OMIT):
            return None
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            wrong.append(_misshaped(kind, node) + (f". {GROUPS_HINT}" if is_inventory_groups(entries) else ""))
            return None
        return [(entry, node) for entry in entries]

    def _entries_of_nodes(self, kind: str, node: yaml.SequenceNode, wrong: list[str]) -> Iterator[Entry]:
        for item in node.value:
            try:
                entry = self._value_of(item, unsafe=node.tag == UNSAFE)
            except Wrong as failure:
                wrong.append(str(failure))
                continue
            if isinstance(entry, Mapping):
                yield entry, item
            elif entry is not OMIT:
                wrong.append(_misshaped(kind, item))

    def _value_of(self, node: yaml.Node, *, unsafe: bool = False) -> Any:
        try:
            return self._value(node, unsafe)
        except RecursionError:
            raise Wrong(f"has a value that is nested too deeply, {at(node)}") from None

    def _value(self, node: yaml.Node, unsafe: bool) -> Any:
        """Return the value of a node. Render its templates unless it is ``unsafe``. Keys are never templates."""
        unsafe = unsafe or node.tag == UNSAFE
        if isinstance(node, yaml.MappingNode):
            values = ((_key(key), self._value(value, unsafe)) for key, value in pairs_of(node))
            return {key: value for key, value in values if value is not OMIT}
        if isinstance(node, yaml.SequenceNode):
            return [value for item in node.value if (value := self._value(item, unsafe)) is not OMIT]
        if node.tag in VAULT_TAGS:
            return self._decrypted(node)
        value = scalar_of(node)
        if unsafe or not isinstance(value, str) or not could_be_template(value):
            return value
        return self._rendered(value, node)

    def _rendered(self, text: str, node: yaml.Node) -> Any:
        try:
            # Render a list with the text: in some versions, only a missing item shows an omitted value.
            rendered = as_a_module_reads(self.templar.template([trust_as_template(text)]))
        except AnsibleUndefinedVariable as failure:
            reason = failure.message.partition(". ")[0]
            raise Wrong(f"refers to something that does not exist: {reason}, {at(node)}") from None
        except Exception as failure:
            raise Wrong(_of_template(failure, node)) from None
        if not rendered or (isinstance(rendered[0], str) and rendered[0].startswith(OMITTED)):
            return OMIT
        return rendered[0]

    def _decrypted(self, node: yaml.Node) -> str:
        try:
            plain: bytes = self.loader._vault.decrypt(node.value.encode())
            return plain.decode()
        except (AnsibleError, UnicodeDecodeError):
            raise Wrong(f"holds a value that cannot be decrypted, {at(node)}") from None

    def _text(self, path: str) -> str:
        try:
            return text_of(self.loader, path)
        except Unreadable as failure:
            raise Wrong(str(failure)) from None


def _paths(start: str) -> list[str]:
    """Return a file, or the files of a folder. If several links lead to a file, return it once; link loops end."""
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


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Disable Python's garbage collector. Its repeated search of all nodes takes as long as reading them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _wrong(path: str, text: str) -> dict[str, Any]:
    return {"path": path, "content": {}, "wrong": [text]}


def _listed_twice(path: str, first: str) -> str:
    same = "" if path == first else f", first as {first}"
    return f"{path} is listed twice{same}. Name the file or its folder once."


def _key(node: yaml.Node) -> str:
    """Return a key as a text, as in JSON. YAML may read it as another type."""
    value = scalar_of(node)
    return value if isinstance(value, str) else json.dumps(value)


def _misshaped(kind: str, node: yaml.Node) -> str:
    return f"has the wrong shape: {kind} has to be a list of maps, {at(node)}"


def _of_template(failure: Exception, node: yaml.Node) -> str:
    """Return the error of a template without Ansible's message, because that may quote a secret in the template.

    The errors of CSV files are returned with their messages, which contain no secrets.
    """
    if of_csv := next((each for each in _chain(failure) if isinstance(each, InvalidError)), None):
        return f"refers to {of_csv.reason.rstrip('.')}"
    problem = "value that cannot be decrypted" if VAULT.search(str(failure)) else "template that fails"
    return f"holds a {problem}, {at(node)}"


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield a failure and its causes."""
    while failure:
        yield failure
        failure = getattr(failure, "orig_exc", None) or failure.__cause__ or failure.__context__
