# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of resources in answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..clock import Clock

LAST_KEYS = ("schemas", "id", "meta")


def timestamp(moment: datetime) -> str:
    """Return a time as .NET writes it: UTC with seven fractional digits (recorded in 2024)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def meta_body(clock: Clock, resource_type: str, location: str) -> dict[str, str]:
    """Return the metadata of a resource.

    Both times are the time of the answer (recorded: two reads of one role gave two creation times).
    """
    now = timestamp(clock.utc())
    return {"resourceType": resource_type, "created": now, "lastModified": now, "location": location}


def ordered(clock: Clock, body: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with its keys in the recorded order; other keys follow the schema files."""
    meta = body.get("meta")
    if meta is not None:
        body["meta"] = meta_body(clock, meta["resourceType"], meta["location"])
    for key in LAST_KEYS:
        if key in body:
            body[key] = body.pop(key)
    return body


# The spellings of attribute names in answers, by the values of the switch key_case.
KEY_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "pascal": lambda name: name[:1].upper() + name[1:]}


def spelled(node: Any, how: str) -> Any:
    """Return an answer with attribute names in another case (RFC 7643 section 2.1: names are case-insensitive)."""
    if isinstance(node, list):
        return [spelled(item, how) for item in node]
    if isinstance(node, dict):
        return {KEY_CASES[how](name): spelled(item, how) for name, item in node.items()}
    return node
