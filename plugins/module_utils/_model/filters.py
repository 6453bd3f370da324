# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""SCIM filters (RFC 7644 section 3.4.2.2), as text: this server knows eq, sw, co, ew and ``and``."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from .._base.paths import Object, Path, fold, get, quoted


def name_stages(attribute: str, value: str) -> list[list[str]]:
    """Return filters for a name: as it is, then in every other case, because some servers compare with case."""
    return [[f"{attribute} eq {quoted(value)}"], case_free_filters(attribute, value)]


def case_free_filters(attribute: str, value: str) -> list[str]:
    """Return filters that together find each value that differs from this one only in case, and few others.

    There is no ``or``, and a comparison without case cannot be relied upon. A number has no case, so a long one in the
    name makes a single filter. Otherwise there is one filter for each case of the first two characters, composed and
    decomposed (NFC, NFD), because a server may compare bytes. The part after an ``@`` is not used: many names share it.

    A new user with a name of letters therefore
    takes six requests: the exact filter, four of these, and the POST. Creating first would save them and could make a
    twin, because the schema calls userName caseExact. To list everybody instead saves requests only where all fit into
    one page, and even there takes a second page, because ``totalResults`` may count the page alone. In a tenant of
    30,000 users it comes on top and takes as long as another casing (about a second each in the emulator).
    """
    number = max(re.findall(r"\d+", value.partition("@")[0]), key=len, default="")
    if len(number) > 2:
        return [f"{attribute} co {quoted(number)}"]
    begins = {unicodedata.normalize(form, value)[:2] for form in ("NFC", "NFD")}
    casings = {
        "".join(casing)
        for begin in begins
        for casing in itertools.product(*({letter, letter.lower(), letter.upper()} for letter in begin))
    }
    return [f"{attribute} sw {quoted(casing)}" for casing in sorted(casings)]


def is_named(resource: Object, path: Path, name: str) -> bool:
    """Return whether a text of the resource is that name, case aside. Other types never match."""
    held = get(resource, path)
    return isinstance(held, (str, int)) and fold(held) == fold(name)


def could_match(filter: str, resource: Object) -> bool:
    """Return whether a filter of one clause on a single text can have found the object, case aside.

    True for all other filters.
    """
    clause = re.fullmatch(r"\s*([\w.]+)\s+(eq|sw|co|ew)\s+(\"(?:[^\"\\]|\\.)*\")\s*", filter, re.IGNORECASE)
    held = _get_caseless(resource, clause[1].split(".")) if clause else None
    if not clause or not isinstance(held, str):
        return True
    # Decomposed: a text may begin or end within a character.
    wanted, held = (unicodedata.normalize("NFD", fold(text)) for text in (json.loads(clause[3]), held))
    compare: dict[str, Callable[[str, str], bool]] = {
        "eq": lambda text, part: text == part,
        "sw": str.startswith,
        "co": str.__contains__,
        "ew": str.endswith,
    }
    return compare[fold(clause[2])](held, wanted)


def _get_caseless(resource: Object, names: Sequence[str]) -> Any:
    """Return the value at a path, whatever the case of its names (RFC 7643 section 2.1)."""
    node: Any = resource
    for name in names:
        items = node.items() if isinstance(node, dict) else ()
        node = next((value for key, value in items if key.lower() == name.lower()), None)
    return node
