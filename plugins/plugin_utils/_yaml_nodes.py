# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find errors in the nodes of a YAML file, and read the values of nodes. Reads no files and renders no templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import yaml  # type: ignore[import-untyped]

from ..module_utils._base.errors import some
from ..module_utils._base.misfits import DECIMAL, DECIMAL_HINT
from ..module_utils._base.paths import fold
from ..module_utils._base.secrets import means_secret
from ..module_utils._model.options import entry_spec
from ..module_utils._model.resources import RESOURCES
from ..module_utils._model.rows import Resource
from ..module_utils._model.shapes import Flat, Moment

STANDARD = "tag:yaml.org,2002:"
TEXT_TAG = STANDARD + "str"
NUMBER = STANDARD + "int"
NULL = STANDARD + "null"
DATE = STANDARD + "timestamp"
MERGE = STANDARD + "merge"  # <<
BINARY = STANDARD + "binary"  # Ansible turns it into bytes, which no option accepts
UNSAFE = "!unsafe"
VAULT_TAGS = ("!vault", "!vault-encrypted")
_constructor = yaml.constructor.SafeConstructor()
# The functions that read values without quotes as other types, by tag.
READ = {
    NULL: _constructor.construct_yaml_null,
    STANDARD + "bool": _constructor.construct_yaml_bool,
    NUMBER: _constructor.construct_yaml_int,
    STANDARD + "float": _constructor.construct_yaml_float,
    DATE: _constructor.construct_yaml_timestamp,
}
# The tags of each class of nodes.
KNOWN_TAGS = {
    "scalar": {TEXT_TAG, MERGE, STANDARD + "value", *READ, UNSAFE, *VAULT_TAGS},
    "sequence": {STANDARD + "seq", UNSAFE},
    "mapping": {STANDARD + "map", UNSAFE},
}
QUOTED = re.compile(r" *['\"][^\s,}\]:'\"].*", re.DOTALL)  # quotations from the file, but not PyYAML's ',' or ']'
# The types that YAML gives to some texts without quotes, by tag.
MISREAD = {
    STANDARD + "bool": "a boolean",
    NUMBER: "a number",
    STANDARD + "float": "a number",
    NULL: "null",
    DATE: "a date",
}
OTHER_NUMBER = re.compile("[-+]?[0-9]")  # the start of a text that the user may mean as a number
# A template without quotes at the start of a value. YAML reads it as a map.
UNQUOTED = re.compile(r"(^|[:\-\[,{])\s*\{\{")
TEMPLATE_HINT = 'Quote the template: "{{ ... }}"'
TEXT: Mapping[str, Any] = {"type": "str"}
# The C loader is faster and accepts the tabs of JSON. Some builds of PyYAML lack it.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Pair = tuple[yaml.Node, yaml.Node]


class Wrong(Exception):
    """The reason why a file or an entry is refused. It quotes names only, and no other content of the file."""


def root_of(text: str) -> yaml.Node:
    """Return the root node, or None for an empty file. Raise Wrong if the file is not YAML or not a map."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as failure:
        raise Wrong(_of_yaml(failure) + _hint_of_template(text, failure)) from None
    except RecursionError:
        raise Wrong("is nested too deeply to be read") from None
    if root is None or root.tag == NULL:
        return None
    if not isinstance(root, yaml.MappingNode):
        raise Wrong("is not a map of lists")
    return root


def pairs_of(node: yaml.Node) -> list[Pair]:
    """Return the keys and values of a map, including those that it merges."""
    pairs: list[Pair] = node.value
    return list(_flat(node).values()) if _merges(node) else pairs


def scalar_of(node: yaml.Node) -> Any:
    """Return the value of a scalar as YAML reads it. A date and a value with ``!unsafe`` are texts."""
    read = READ.get(node.tag)
    if not read:
        return node.value
    try:
        value = read(node)
    except (ValueError, OverflowError, LookupError, AttributeError):  # an explicit tag, as in !!int x
        raise Wrong(f"has a value that is not {MISREAD[node.tag]}, {at(node)}") from None
    return value.isoformat() if isinstance(value, date) else value


def errors_of_nodes(root: yaml.Node) -> Iterator[str]:
    """Yield the errors that make a file unreadable: unknown tags, templates without quotes, duplicate keys.

    Raise Wrong for a map that merges itself, because reading it would never end.
    """
    nodes = list(_nodes(root))
    if circle := next((node for node in nodes if _merges(node) and _merges_itself(node)), None):
        raise Wrong(f"has a map that merges itself, {at(circle)}")
    for node in nodes:
        if node.tag == BINARY:
            yield f"has a !!binary value, {at(node)}. Write it as a text"
        elif node.tag not in KNOWN_TAGS[node.id]:
            yield f"has an unknown tag, {at(node)}"
        if isinstance(node, yaml.MappingNode):
            yield from _errors_of_map(node)


def _errors_of_map(node: yaml.MappingNode) -> Iterator[str]:
    texts = {key.value for key, _value in node.value if key.tag == TEXT_TAG and key.id == "scalar"}
    if len(texts) == len(node.value):  # as in nearly every map
        return
    keys = set()
    for key, _value in node.value:
        if isinstance(key, yaml.MappingNode) and key.start_mark.index == node.start_mark.index + 1:
            yield f"has a template without quotes, {at(node)}. {TEMPLATE_HINT}"
        elif not isinstance(key, yaml.ScalarNode):
            yield f"is not YAML that Ansible can read, {at(key)}: a list or a map cannot be a key"
        mark = (key.tag, str(key.value))
        if mark in keys:
            yield f"has the key {key.value} twice in one map, {at(key)}"
        keys.add(mark)
    if _merges(node):
        for merged in _merged(node):
            if not isinstance(merged, yaml.MappingNode):
                yield f"merges a value that is not a map, {at(merged)}"
        yield from _lost_in_merge(node)


def _lost_in_merge(node: yaml.MappingNode) -> Iterator[str]:
    """Yield an error for each merge that drops a whole list or map: YAML merges only one level.

    A user can drop it on purpose with the key and no value.
    """
    taken = {str(key.value): value for key, value in node.value if key.tag != MERGE}
    for merged in _merged(node):
        for name, (key, value) in _flat(merged).items():
            own = taken.setdefault(name, value)
            if own is not value and own.tag != NULL and not isinstance(value, yaml.ScalarNode):
                yield (
                    f"merges {name} from {at(key)} into a map that has another {name}, {at(own)}. One "
                    "list or map would replace the other: write it out here, and remove it from the merged map"
                )


def _merged(node: yaml.Node) -> list[yaml.Node]:
    """Return the maps that a map merges. If several have a key, the first one wins."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    values = [value for key, value in pairs if key.tag == MERGE]
    return [each for value in values for each in (value.value if isinstance(value, yaml.SequenceNode) else [value])]


def _merges(node: yaml.Node) -> bool:
    return node.id == "mapping" and MERGE in [key.tag for key, _value in node.value]


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
    """Return the pairs of a map by the name of their key, including the merged pairs."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    found = {str(key.value): (key, value) for key, value in node.value if key.tag != MERGE}
    for merged in _merged(node):
        found = {**_flat(merged), **found}
    return found


def _hint_of_template(text: str, failure: yaml.YAMLError) -> str:
    """Return the hint to quote a template if a line of the error has a template without quotes."""
    marks = [getattr(failure, name, None) for name in ("context_mark", "problem_mark")]
    lines = text.splitlines()
    near = [lines[mark.line] for mark in marks if mark and mark.line < len(lines)]
    return f". {TEMPLATE_HINT}" if any(UNQUOTED.search(line) for line in near) else ""


@dataclass(frozen=True)
class Misread:
    """The ids of nodes that YAML reads as another value than their option expects, and the errors for them."""

    nodes: frozenset[int] = frozenset()
    errors: tuple[str, ...] = ()

    def spares(self, node: yaml.Node) -> bool:
        """Return whether a node contains no misread node."""
        return not self.nodes or self.nodes.isdisjoint(map(id, _nodes(node)))


def misread_in(root: yaml.Node) -> Misread:
    texts, numbers = {}, {}
    for node, spec in _scalars(FILE, root) if root else ():
        spelling = "a secret" if spec.get("no_log") else node.value
        if _is_no_text(node, spec):
            texts[id(node)] = f"{spelling} at {at(node)}, which YAML reads as {MISREAD[node.tag]}"
        elif _is_no_decimal(node, spec):
            numbers[id(node)] = f"{spelling} at {at(node)}, which YAML reads as {_read_as(node)}"
    wrong = [f"{some([*texts.values()])}. Put {'it' if len(texts) == 1 else 'them'} into quotes"] if texts else []
    wrong += [f"{some([*numbers.values()])}. {DECIMAL_HINT}"] if numbers else []
    return Misread(frozenset({*texts, *numbers}), (f"has {'. It has '.join(wrong)}",) if wrong else ())


def _spec_of(resource: Resource) -> dict[str, Any]:
    """Return the spec of a list of entries. ``allowed`` are the tags that an option accepts besides texts."""
    options = entry_spec(resource)
    for row in resource.attributes:
        if isinstance(row.shape, Moment):
            options[row.option]["allowed"] = (DATE,)
        if isinstance(row.shape, Flat) and "options" not in options[row.option]:
            options[row.option]["numbers"] = row.shape.numbers
    return {"type": "list", "elements": "dict", "options": options}


def _with_null(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec whose options accept null at any depth."""
    if "options" not in spec:
        return dict(spec)
    options = {
        name: {**option, "allowed": (NULL, *option.get("allowed", ()))} for name, option in spec["options"].items()
    }
    return {**spec, "options": {name: _with_null(option) for name, option in options.items()}}


FILE = _with_null({"type": "dict", "options": {resource.plural: _spec_of(resource) for resource in RESOURCES.values()}})


def _is_no_text(node: yaml.Node, spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "str" and node.tag in MISREAD.keys() - spec.get("allowed", ())


def _is_no_decimal(node: yaml.Node, spec: Mapping[str, Any]) -> bool:
    """Return whether YAML may read a scalar without quotes as another number than the written one."""
    takes_number = spec.get("type") == "int" or NUMBER in spec.get("allowed", ())
    return (
        takes_number and not node.style and bool(OTHER_NUMBER.match(node.value)) and not DECIMAL.fullmatch(node.value)
    )


def _read_as(node: yaml.Node) -> str:
    return f"the number {READ[NUMBER](node)}" if node.tag == NUMBER else MISREAD.get(node.tag, "a text")


def _scalars(spec: Mapping[str, Any], node: yaml.Node) -> Iterator[tuple[yaml.Node, Mapping[str, Any]]]:
    """Yield the scalars in a node, each with the spec of its option or list element."""
    wanted = spec.get("type")
    if isinstance(node, yaml.MappingNode) and wanted == "dict":
        for key, value in node.value:
            if key.tag == MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _scalars(spec, merged)
            elif "options" in spec:
                if option := spec["options"].get(key.value if key.id == "scalar" else None):
                    yield from _scalars(option, value)
            else:
                yield from _scalars(TEXT, key)
                number = fold(str(key.value)) in spec.get("numbers", ())
                text = {**TEXT, "no_log": means_secret(str(key.value))}
                yield from _scalars({**text, "allowed": (NULL, NUMBER) if number else (NULL,)}, value)
    elif isinstance(node, yaml.SequenceNode) and wanted == "list":
        of_item = {**spec, "type": spec.get("elements"), "allowed": ()}
        for item in node.value:
            yield from _scalars(of_item, item)
    elif node.id == "scalar" and not (node.style and node.tag == TEXT_TAG):  # a text in quotes is not misread
        yield node, spec


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Yield every node once, also if it has several aliases."""
    waiting, seen = [root] if root else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if node.id == "mapping":
            waiting.extend(chain.from_iterable(node.value))
        elif node.id == "sequence":
            waiting.extend(node.value)


def at(node: yaml.Node) -> str:
    return _at(node.start_mark)


def _at(mark: yaml.Mark) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _of_yaml(failure: BaseException | None) -> str:
    """Return the message of PyYAML without its quotations from the file."""
    mark, problem = getattr(failure, "problem_mark", None), getattr(failure, "problem", None)
    where = f", {_at(mark)}" if mark else ""
    return f"is not YAML that Ansible can read{where}" + (f": {QUOTED.sub('', problem)}" if problem else "")
