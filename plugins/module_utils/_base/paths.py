# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read and write values inside SCIM resources by their paths, and compare values like this server."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from .errors import InvalidError

# Invisible characters that count as letters, marks or symbols: fillers, joiners, variation selectors.
HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
# Characters that count as a hyphen: hyphen, non-breaking hyphen, figure dash, en dash and minus sign.
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")

DIGITS = "0123456789"
Object = dict[str, Any]
# The path to a value inside a resource. The first part is an extension's URN or an attribute's name.
Path = tuple[str, ...]
GUID = re.compile(r"[0-9a-f]{8}([-_]?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE)
# The value to write at a path. None removes it.
Write = tuple[Path, Any]


def fold(text: Any) -> str:
    """Return the text in the form to compare names: without case, and composed.

    Canonically equal texts and texts that differ only in case become the same (Unicode D145, with simple case folding).
    ``É`` equals ``e`` with a combining accent. Unlike casefold(), this keeps ß and ss apart: they are two names.
    """
    whole = str(text)
    if whole.isascii():
        return whole.lower()
    return unicodedata.normalize("NFC", "".join(map(_folded, unicodedata.normalize("NFD", whole))))


@lru_cache(4096)
def _folded(character: str) -> str:
    """Return one character without case. Return it unchanged if its lower case has several characters."""
    return next((low for low in (character.casefold(), character.lower()) if len(low) == 1), character)


def look(text: Any) -> str:
    """Return the look of a name. Names that people could confuse have the same look.

    Compatible characters count as the same (Unicode D146), and so do blanks and hyphens of any kind. Case, invisible
    characters and outer blanks do not matter. Guard rails use it, because they must protect too much rather than too
    little.
    """
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return " ".join(whole.lower().split())
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", whole).upper().casefold()).casefold()
    visible = "".join(" " if character.isspace() else character for character in folded if not is_hidden(character))
    return " ".join(unicodedata.normalize("NFKC", visible).translate(HYPHENS).split())


def natural(text: str) -> tuple[list[tuple[int, str]], str]:
    """Return a sort key for people: case does not matter, and numbers sort by value."""
    parts = re.findall(r"[0-9]+|[^0-9]+", fold(text))
    return [(int(part), "") if part[0] in DIGITS else (-1, part) for part in parts], text


def is_hidden(character: str) -> bool:
    """Return whether a character is invisible: format (Cf) and control characters except blanks, and a few others."""
    return character in HIDDEN or (unicodedata.category(character) in ("Cf", "Cc") and not character.isspace())


def composed(value: Any) -> Any:
    """Return the value with all its texts, also those of lists and maps and their keys, in NFC."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [composed(item) for item in value]
    if isinstance(value, dict):
        return {composed(key): composed(item) for key, item in value.items()}
    return value


def is_like(name: str, pattern: str, form: Callable[[Any], str] = fold) -> bool:
    """Return whether a name matches a pattern with ``*`` and ``?``. Brackets have no special meaning.

    ``form`` converts both before the comparison: ``fold`` for names, or ``look`` for guard rails.
    """
    return fnmatchcase(form(name), form(pattern).replace("[", "[[]"))


def letters(text: Any) -> str:
    """Return the letters and digits of the text without case: ``Use accounts`` and ``useAccounts`` are the same."""
    return "".join(character for character in fold(text) if character.isalnum())


def is_value(value: Any) -> bool:
    return value not in (None, "") and not isinstance(value, (dict, list))


def get(resource: Object, path: Path) -> Any:
    """Return the value at the path, or None."""
    node: Any = resource
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    return node


def one_object(node: Any) -> Object:
    """Return a complex value. A server may show it as a list of one, or as an id. Empty if there is none."""
    if isinstance(node, list):
        node = node[0] if node else None
    return node if isinstance(node, dict) else {"value": node} if is_value(node) else {}


def id_mark(identifier: Any) -> str:
    """Return a key to compare ids: a GUID has no case (RFC 9562 section 4), and other ids have one."""
    text = str(identifier)
    return text.lower() if GUID.fullmatch(text) else text


def objects(node: Any) -> list[Object]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def put(resource: Object, path: Path, value: Any) -> None:
    """Set the value at the path. None removes the value, and maps that become empty.

    A path through a list sets the value in each object of the list.
    """
    head, *rest = path
    if rest and isinstance(resource.get(head), list):
        for item in objects(resource[head]):
            put(item, tuple(rest), value)
        return
    if rest:
        inner = resource.get(head)
        inner = inner if isinstance(inner, dict) else {}
        put(inner, tuple(rest), value)
        value = inner or None
    if value is None:
        resource.pop(head, None)
    else:
        resource[head] = value


def put_null(resource: Object, path: Path) -> None:
    """Set null at the path. ``put`` would remove the value."""
    *way, last = path
    for part in way:
        resource = resource.setdefault(part, {})
    resource.setdefault(last, None)


def path_text(path: Path) -> str:
    """Return the path in the form of PATCH (RFC 7644 section 3.10): a colon follows a URN, and a dot follows a name."""
    head, *rest = path
    if not rest:
        return head
    return head + (":" if head.startswith("urn:") else ".") + ".".join(rest)


def same(one: Any, other: Any, *, caseless: bool = False) -> bool:
    """Return whether two values are equal to this server: 7 and "7", true and "True", None and the empty text."""
    if one is other or (isinstance(one, str) and one == other):
        return True
    if isinstance(one, dict) or isinstance(other, dict):
        one, other = one or {}, other or {}
        if not (isinstance(one, dict) and isinstance(other, dict)):
            return False
        return all(same(one.get(key), other.get(key), caseless=caseless) for key in {**one, **other})
    texts: list[str] = [composed(as_text(value)) for value in (one, other)]
    if caseless or isinstance(one, bool) or isinstance(other, bool):
        texts = [fold(text) for text in texts]
    return texts[0] == texts[1]


def as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def quoted(value: str) -> str:
    """Quote a string as a comparison value of a filter, which is a JSON string (RFC 7644 section 3.4.2.2).

    Raise InvalidError for a lone surrogate: JSON and YAML can contain it, but it cannot be sent.
    """
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeError:
        raise InvalidError(f"{value!r} is no text: it holds half of a character") from None
    return text
