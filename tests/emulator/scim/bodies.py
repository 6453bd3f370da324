# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading request bodies: empty values, and the schemas a body must name."""

from __future__ import annotations

from typing import Any

from ..failures import Failure


def is_empty(value: Any) -> bool:
    """Return whether a value means "no value" (RFC 7643 section 2.5); the empty string does too."""
    return value is None or value == "" or value == [] or value == {}


def pruned(value: Any) -> Any:
    """Return a body without empty values, which the tenant omits from answers (recorded)."""
    if isinstance(value, dict):
        cleaned = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in cleaned.items() if not is_empty(item)}
    if isinstance(value, list):
        return [item for item in map(pruned, value) if not is_empty(item)]
    return value


def check_schemas(body: dict[str, Any], core: str, *, extensions: bool) -> None:
    """Refuse a body whose ``schemas`` do not name its schema and, with ``extensions``, every other one that it uses.

    The documentation asks for both. No refusal is on record, and public clients leave out the extensions.
    """
    schemas = body.get("schemas")
    if not isinstance(schemas, list):
        raise Failure(400, "schemas is required", "invalidSyntax")
    named = {str(item).casefold() for item in schemas}
    for urn in (core, *(key for key in body if extensions and key.lower().startswith("urn:"))):
        if urn.casefold() not in named:
            raise Failure(400, f"schemas does not name {urn}", "invalidSyntax")
