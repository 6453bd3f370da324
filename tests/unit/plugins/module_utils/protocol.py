# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The effect of a write on a server, implemented from RFC 7644 and independently of the collection.

scim2-models parses paths and filters. Documents are plain JSON, so that any content is kept.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from scim2_models.path import Comparison, Path, ScimFilter, ValuePath

Document = dict[str, Any]


def patched(document: Document, operations: Iterable[Document]) -> Document:
    """Return the document after a PATCH (section 3.5.2)."""
    document = copy.deepcopy(document)
    for operation in operations:
        _carry_out(document, **operation)
    return document


def _carry_out(document: Document, op: str, path: str, value: Any = None) -> None:
    node = Path(path).ast
    way = node.attr_path if isinstance(node, ValuePath) else node
    *holders, last = [part for part in (way.uri, way.attr, way.sub_attr) if part]
    holder = document
    for part in holders:
        holder = holder.setdefault(part, {})
    held = holder.get(last)
    if isinstance(node, ValuePath):
        assert op == "remove", "the collection selects values only to remove them"
        holder[last] = [item for item in held if not _selects(node, item)]
        assert len(holder[last]) < len(held), f"noTarget: {path}"
    elif op == "remove":
        holder.pop(last, None)
    elif op == "add" and isinstance(value, list):
        holder[last] = [*(held or []), *(item for item in value if item not in (held or []))]
    elif isinstance(value, dict) and isinstance(held, dict):
        holder[last] = {**held, **value}
    else:
        holder[last] = value


def _selects(node: ValuePath, item: Document) -> bool:
    return compared(node.val_filter)[1] == item.get(compared(node.val_filter)[0])


def replaced(document: Document, body: Document, computed: Iterable[tuple[str, ...]]) -> Document:
    """Return the document after a PUT (section 3.5.1): null and empty mean unassigned, computed attributes stay."""
    result = {**_assigned(body), "id": document.get("id", "1")}
    for way in computed:
        _keep(document, result, *way)
    return result


def _assigned(value: Any) -> Any:
    if isinstance(value, dict):
        parts = {key: _assigned(item) for key, item in value.items()}
        return {key: item for key, item in parts.items() if item not in (None, [], {})}
    return [_assigned(item) for item in value] if isinstance(value, list) else value


def _keep(document: Document, result: Document, name: str, *rest: str) -> None:
    if name not in document:
        return
    if rest:
        _keep(document[name], result.setdefault(name, {}), *rest)
    else:
        result[name] = document[name]


def compared(filter: Any) -> tuple[str, Any]:
    """Return the attribute and the value of a filter with one comparison, given as text or parsed."""
    node = ScimFilter(filter).ast if isinstance(filter, str) else filter
    assert isinstance(node, Comparison)
    return str(node.attr_path), node.value
