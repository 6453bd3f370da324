# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canaries, which are distinguishable secrets, and the search for their traces."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

# Characters that forms, URLs, JSON, HTML and Python each encode in their own way.
HARD = "\"'\\ &+%<\u00fc"
# The characters of these that a token can hold.
HARD_IN_A_TOKEN = "\"'\\&+%<"
# Characters that wrapped lines or base64 lines insert, also when the line break is written as an escape.
BREAKS = re.compile(r"\s|\\+[nr]")
# Codes for one character: in HTML, in a program or JSON, in a URL.
CODES = re.compile(
    r"&#(\d{1,7});|&#[xX]([0-9a-fA-F]{1,6});|\\+u([0-9a-fA-F]{4})|\\+x([0-9a-fA-F]{2})|%u?(?:00)?([0-9a-fA-F]{2})"
)
CONTEXT = 60


@dataclass(frozen=True)
class Canary:
    """A secret. Its ``stem`` is letters and digits, which every form except the byte encodings keeps unchanged."""

    stem: str
    tail: str = HARD
    head: str = ""

    @property
    def text(self) -> str:
        return f"{self.head}{self.stem}{self.tail}7"


def aligned(text: str) -> list[str]:
    """Return the base64 of the text at each alignment, without the characters that depend on its neighbours."""
    raw, pieces = text.encode(), []
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        complete = (before + len(raw)) % 3 == 0
        pieces.append(encoded[(0, 2, 3)[before] : None if complete else -1])
    return pieces


def spellings(text: str) -> dict[str, str]:
    """Return every form of the text, keyed by name."""
    return {**texts(text), **encodings(text), **echoes(text), **disguises(text)}


def texts(text: str) -> dict[str, str]:
    """Return the forms that web forms, URLs, JSON, HTML and programs use."""
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
    """Return the forms that encode bytes as letters."""
    raw = text.encode()
    return {
        "in hex": raw.hex(),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 of URLs": base64.urlsafe_b64encode(raw).decode(),
        "in base64 behind one character": base64.b64encode(b"a" + raw + b"bc").decode(),
        "in base64 behind two characters": base64.b64encode(b"ab" + raw + b"c").decode(),
        "in base64 with a login": base64.b64encode(b"service@example.com:" + raw).decode(),
    }


def echoes(text: str) -> dict[str, str]:
    """Return the forms of servers that encode an already encoded request, or each of its characters."""
    raw, form = text.encode(), urlencode({"grant_type": "client_credentials", "password": text})
    latin = text.encode("latin-1", "replace")
    return {
        "in a URL twice": quote(quote(text, safe=""), safe=""),
        "in a form in a URL": quote(form, safe=""),
        "in a form in a URL in a URL": quote(quote(form, safe=""), safe=""),
        "in a form in base64": base64.b64encode(form.encode()).decode(),
        "in a URL in latin-1": quote(latin, safe=""),
        "in a URL, each character": "".join(f"%{byte:02x}" for byte in raw),
        "in a URL of IIS": "".join(f"%u{ord(letter):04x}" for letter in text),
        "in decimal entities": "".join(f"&#{ord(letter)};" for letter in text),
        "in hex entities": "".join(f"&#x{ord(letter):X};" for letter in text),
        "in HTML twice": html.escape(html.escape(text)),
        "in HTML in a URL": quote(html.escape(text), safe=""),
        "in Unicode escapes": "".join(f"\\u{ord(letter):04x}" for letter in text),
        "in Unicode escapes in JSON": "".join(f"\\\\u{ord(letter):04X}" for letter in text),
        "in byte escapes": "".join(f"\\x{byte:02x}" for byte in raw),
        "in bytes of Python": repr(raw),
        "in upper-case hex": raw.hex().upper(),
        "in hex of latin-1": latin.hex().upper(),
        "in hex with colons": raw.hex(":"),
        "in JSON in JSON": json.dumps(json.dumps(text))[1:-1],
        "in JSON three times": json.dumps(json.dumps(json.dumps({"password": text}))),
        "in base64 in lines": base64.encodebytes(raw * 4).decode(),
        "in base64 in escaped lines": json.dumps(base64.encodebytes(b"ab" + raw * 4).decode()),
        "in base64 of latin-1": base64.b64encode(b"service@example.com:" + latin).decode(),
        "in base64 in base64": base64.b64encode(base64.b64encode(raw)).decode(),
    }


def disguises(text: str) -> dict[str, str]:
    """Return forms that only a server with intent would use. No client can know all of them."""
    return {"in lower case": text.lower(), "over two lines": f"{text[:6]}\n{text[6:]}"}


def needles(canary: Canary) -> dict[str, str]:
    """Return the encodings of the canary without white space, keyed by name. Lower-case ones ignore case."""
    return {
        "letters": canary.stem.lower(),
        "hex": canary.stem.encode().hex(),
        **{f"base64, alignment {number}": piece for number, piece in enumerate(aligned(canary.stem))},
        **{f"base64 twice, {twice}": twice for piece in aligned(canary.stem) for twice in aligned(piece)},
    }


def decoded(text: str) -> Iterator[str]:
    """Yield the text, then the text with its codes decoded, as long as there are any."""
    yield text
    yield re.sub("(?<=[0-9a-fA-F]{2}):(?=[0-9a-fA-F]{2})", "", text)
    for _time in range(4):
        before, text = text, CODES.sub(_character, text)
        if text == before:
            return
        yield text


def _character(code: re.Match[str]) -> str:
    decimal, *others = code.groups()
    number = int(decimal) if decimal else int(next(filter(None, others)), 16)
    return chr(number) if number <= 0x10FFFF else code[0]


def find(canaries: Iterable[Canary], places: Mapping[str, str]) -> list[str]:
    """Return each trace of a canary: the place, the canary, its form, and the text around it."""
    found = []
    canaries = list(canaries)
    for place, text in ((place, form) for place, whole in places.items() for form in decoded(whole)):
        joined = BREAKS.sub("", text)
        folded = joined.lower()
        for canary in canaries:
            for way, needle in needles(canary).items():
                at = (folded if needle.islower() or needle.isdigit() else joined).find(needle)
                if at >= 0:
                    around = joined[max(0, at - CONTEXT) : at + len(needle) + CONTEXT]
                    found.append(f"{place}: {canary.stem} ({way}) in ...{around}...")
    return found
