# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""PATCH bodies (RFC 7644 section 3.5.2), read as the tenant reads them.

The library applies the operations. Before that, every path is checked, because the tenant answers ``noTarget`` to a
path that matches nothing, and some notations are translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scim2_models import Path, Resource, SCIMException

from ..control.switches import Switches
from ..failures import Failure, invalid_value, no_target
from .base import Operation


def read_operations(body: Any) -> list[Operation]:
    """Return the operations of a body; their key is written with a capital (recorded)."""
    operations = body.get("Operations") if isinstance(body, dict) else None
    if not isinstance(operations, list) or not operations:
        raise Failure(400, "Operations is required", "invalidSyntax")
    if not all(isinstance(operation, dict) for operation in operations):
        raise Failure(400, "Every operation must be an object", "invalidSyntax")
    return operations


class PathReader:
    """A check and translation of paths against a model."""

    def __init__(self, model: type[Resource[Any]], switches: Switches, *, dotted: bool = False) -> None:
        self.model = model
        self.switches = switches
        self.dotted = dotted
        self.extensions = {urn.casefold(): urn for urn in map(str, model.get_extension_models())}

    def translate(self, operation: Operation) -> Iterator[Operation]:
        """Return an operation in a form that the library takes."""
        path, value = self.colon(operation.get("path")), operation.get("value")
        operation = {**operation, "path": path}
        removal = str(operation.get("op", "")).lower() == "remove"
        if path is None or path == "":
            if removal:
                raise no_target()
            if not isinstance(value, dict):
                raise invalid_value("The value of an operation without a path must be an object")
            yield {**operation, "path": None, "value": dict(self.flattened(value))}
        elif not isinstance(path, str):
            raise no_target()
        elif path.casefold() in self.extensions:
            yield from self.whole_extension(operation, self.extensions[path.casefold()], removal)
        else:
            self.check(path)
            yield operation

    def colon(self, path: Any) -> Any:
        """Return a path with a colon after the URN of an extension; one client writes a dot there."""
        if self.dotted and isinstance(path, str):
            for folded, urn in self.extensions.items():
                if path.casefold().startswith(f"{folded}."):
                    return f"{urn}:{path[len(urn) + 1 :]}"
        return path

    def flattened(self, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Return a value with one key per attribute of an extension, instead of an object under its URN."""
        for given, item in value.items():
            key = self.colon(given)
            if key.lower() in ("schemas", "id", "meta"):
                continue
            urn = self.extensions.get(key.casefold())
            if urn is None:
                self.check(key)
                yield key, item
                continue
            names = item if isinstance(item, dict) else dict.fromkeys(self.names(urn))
            for name, part in names.items():
                self.check(f"{urn}:{name}")
                yield f"{urn}:{name}", part

    def whole_extension(self, operation: Operation, urn: str, removal: bool) -> Iterator[Operation]:
        """Return an operation on a whole extension as operations on its attributes."""
        if removal:
            for name in self.names(urn):
                self.check(f"{urn}:{name}")
                yield {"op": "remove", "path": f"{urn}:{name}"}
            return
        yield {**operation, "path": None, "value": dict(self.flattened({urn: operation.get("value")}))}

    def names(self, urn: str) -> list[str]:
        """Return the attribute names of an extension."""
        extension = self.model.get_extension_models()[urn]
        return [
            str(field.serialization_alias or name)
            for name, field in extension.model_fields.items()
            if name != "schemas"
        ]

    def check(self, path: str) -> None:
        """Refuse a path that names no attribute, or that this tenant does not support."""
        if self.switches["patch_paths"] == "core_only" and (path.lower().startswith("urn:") or "[" in path):
            raise no_target()
        try:
            bound = Path[self.model](path)  # type: ignore[name-defined]
            found = bound.resolve()
        except SCIMException:
            raise no_target() from None
        if found is None or path.casefold() == "externalid":
            raise no_target()
