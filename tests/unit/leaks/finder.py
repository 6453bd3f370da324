# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canaries, which are secrets that can be told apart, and the search for what is left of them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

# What a form, an address, JSON, a page and Python each write in a way of their own.
HARD = "\"'\\ &+%<\u00fc"
# Of these, what can stand in a token.
HARD_IN_A_TOKEN = "\"'\\&+%<"
# What a wrapped line or base64 in lines puts in between, also where a line break is written as an escape.
BREAKS = re.compile(r"\s|\\+[nr]")
CONTEXT = 60


@dataclass(frozen=True)
class Canary:
    """A secret. Its ``stem`` is letters and digits: every spelling that is none of bytes keeps it as it is."""

    stem: str
    tail: str = HARD
    head: str = ""

    @property
    def text(self) -> str:
        return f"{self.head}{self.stem}{self.tail}7"


def aligned(text: str) -> list[str]:
    """What base64 makes of the text wherever it stands in something longer, without what its neighbours decide."""
    raw, pieces = text.encode(), []
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        complete = (before + len(raw)) % 3 == 0
        pieces.append(encoded[(0, 2, 3)[before] : None if complete else -1])
    return pieces


def spellings(text: str) -> dict[str, str]:
    """How the text could be written, by the name of the way."""
    return {**texts(text), **encodings(text), **disguises(text)}


def texts(text: str) -> dict[str, str]:
    """As a form, an address, JSON, a page and a program write it."""
    return {
        "plain": text,
        "in a URL": quote(text, safe=""),
        "in a URL of .NET": re.sub("%..", lambda code: code[0].lower(), quote(text, safe="")),
        "in a form": quote_plus(text),
        "in JSON": json.dumps(text, ensure_ascii=False)[1:-1],
        "in JSON with escapes": json.dumps(text)[1:-1],
        "in Python": repr(text)[1:-1],
        "in HTML": html.escape(text),
        "in HTML of .NET": html.escape(text).replace("&#x27;", "&#39;"),
    }


def encodings(text: str) -> dict[str, str]:
    """In letters that stand for bytes."""
    raw = text.encode()
    return {
        "in hex": raw.hex(),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 of URLs": base64.urlsafe_b64encode(raw).decode(),
        "in base64 behind one character": base64.b64encode(b"a" + raw + b"bc").decode(),
        "in base64 behind two characters": base64.b64encode(b"ab" + raw + b"c").decode(),
        "in base64 with a login": base64.b64encode(b"service@example.com:" + raw).decode(),
    }


def disguises(text: str) -> dict[str, str]:
    """As only a server writes it that wants it to be seen. No client can know all that there are."""
    return {
        "in lower case": text.lower(),
        "in JSON in JSON": json.dumps(json.dumps(text))[1:-1],
        "in base64 in lines": base64.encodebytes(text.encode() * 4).decode(),
        "over two lines": f"{text[:6]}\n{text[6:]}",
    }


def needles(canary: Canary) -> dict[str, str]:
    """What betrays the canary in a text without white space, by its name. Lower case is searched for in lower case."""
    return {
        "letters": canary.stem.lower(),
        "hex": canary.stem.encode().hex(),
        **{f"base64, alignment {number}": piece for number, piece in enumerate(aligned(canary.stem))},
    }


def find(canaries: Iterable[Canary], places: Mapping[str, str]) -> list[str]:
    """Where there is something left of a canary: the place, the canary, how it is written, and what is around it."""
    found = []
    canaries = list(canaries)
    for place, text in places.items():
        joined = BREAKS.sub("", text)
        folded = joined.lower()
        for canary in canaries:
            for way, needle in needles(canary).items():
                at = (folded if needle.islower() or needle.isdigit() else joined).find(needle)
                if at >= 0:
                    around = joined[max(0, at - CONTEXT) : at + len(needle) + CONTEXT]
                    found.append(f"{place}: {canary.stem} ({way}) in ...{around}...")
    return found
