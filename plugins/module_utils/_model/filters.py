# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Write SCIM filters (RFC 7644 section 3.4.2.2): this server knows eq, sw, co, ew and ``and``."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from .._base.paths import Object, Path, fold, get, quoted


def name_stages(attribute: str, value: str) -> list[list[str]]:
    """Return filters for a name: the exact name first, then any case, because some servers compare with case."""
    return [[f"{attribute} eq {quoted(value)}"], case_free_filters(attribute, value)]


def case_free_filters(attribute: str, value: str) -> list[str]:
    """Return filters that together find every value that differs only in case, and few other values.

    The server has no ``or``, and may compare with case. A number has no case, so a long number in the name needs only
    one filter. Otherwise, there is one filter for each case of the first two characters, composed and decomposed (NFC,
    NFD), because a server may compare bytes. The part after an ``@`` is not used: many names share it.

    A new user whose name has only letters therefore takes six requests: the exact filter, four of these, and the POST.
    To create first would save the filters, but could create a duplicate, because the schema calls userName caseExact. A
    list of all users saves requests only if all fit into one page. Even then it takes a second page, because
    ``totalResults`` may count only the page. In a tenant of 30,000 users, a list is an extra cost as high as one more
    filter (about a second each in the emulator).
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
    """Return whether a text of the resource is this name in any case. Other types never match."""
    held = get(resource, path)
    return isinstance(held, (str, int)) and fold(held) == fold(name)


def could_match(filter: str, resource: Object) -> bool:
    """Return whether the server may have found an object by a filter. Case does not matter.

    Only a filter with one clause on a single text is checked. For all others, return True.
    """
    clause = re.fullmatch(r"\s*([\w.]+)\s+(eq|sw|co|ew)\s+(\"(?:[^\"\\]|\\.)*\")\s*", filter, re.IGNORECASE)
    held = _get_caseless(resource, clause[1].split(".")) if clause else None
    if not clause or not isinstance(held, str):
        return True
    # Compare decomposed texts: a part may begin or end within a composed character.
    wanted, held = (unicodedata.normalize("NFD", fold(text)) for text in (json.loads(clause[3]), held))
    compare: dict[str, Callable[[str, str], bool]] = {
        "eq": lambda text, part: text == part,
        "sw": str.startswith,
        "co": str.__contains__,
        "ew": str.endswith,
    }
    return compare[fold(clause[2])](held, wanted)


def _get_caseless(resource: Object, names: Sequence[str]) -> Any:
    """Return the value at a path. The case of its names does not matter (RFC 7643 section 2.1)."""
    node: Any = resource
    for name in names:
        items = node.items() if isinstance(node, dict) else ()
        node = next((value for key, value in items if key.lower() == name.lower()), None)
    return node
