# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Recognise the keys of secrets, and remove secrets from texts. Pure: uses no server and no Ansible."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from .errors import LONGEST_TEXT, shown
from .paths import letters

HIDDEN = "********"  # the mask of a secret
WITHHELD = "(not shown: it repeats a secret in an encoded form)"

# -- Names ------------------------------------------------------------------

# Other names of the one secret of an object, by their letters, and the option that is for it.
_PASSWORD = ("password", "passwd", "pwd", "pass", "passcode")
SYNONYMS = {"password": _PASSWORD, "secret": ("secret", *_PASSWORD, "passphrase", "privatekey")}
# Endings of the names of secrets, letters only. Any prefix may precede them ...
ENDINGS = (
    *("password", "passwd", "pwd", "pswd", "passphrase", "passcode", "secret", "token", "credential"),
    *("passwort", "kennwort", "contraseña", "contrasena", "motdepasse", "wachtwoord"),
    *("privatekey", "secretkey", "apikey", "accesskey", "sshkey", "signingkey", "encryptionkey", "sharedkey"),
    *("masterkey", "authkey", "recoverykey", "recoverycode", "backupcode", "connectionstring"),
    *("snmpcommunity", "communitystring", "securityanswer", "secretanswer", "mfaseed", "otpseed", "wifipsk"),
)
# ... or, where it is so short that other words end with it (compass, spin, birdseed), with one of these words.
WORDS = ("pass", "pw", "pin", "psk", "seed", "totp", "cookie", "bearer")
# Names of a secret only if they have no prefix.
WHOLE = ("key",)
# Words that may follow the name of a secret. After a word for a date, a policy or a flag, it is no secret.
QUALIFIERS = (
    *("value", "text", "string", "data", "content", "plain", "clear", "hash", "encrypted", "encoded", "base", "utf"),
    *("new", "old", "current", "previous", "initial", "temp", "temporary", "default", "confirm", "confirmation"),
)
_SECRET = re.compile(f"(?!.*public).*(?:{'|'.join(ENDINGS)})s?(?:{'|'.join(QUALIFIERS)}|[0-9])*")
_WORD = re.compile(
    f"(?!(?i:.*public))(?:(?:.*[^A-Za-z])?(?i:{'|'.join(WORDS)})"
    f"|.*[A-Za-z](?:{'|'.join(map(str.capitalize, WORDS))})"
    f"|.*[a-z](?:{'|'.join(map(str.upper, WORDS))}))(?i:s)?[^A-Za-z]*"
)
# Values such as yes, no or a count. They are no secrets, and would mask parts of every message.
ANSWERS = frozenset(
    ("", "true", "false", "yes", "no", "y", "n", "on", "off", "none", "null", "enabled", "disabled", "required")
)
_COUNT = re.compile("[0-9]{1,3}")


@lru_cache(maxsize=4096)
def means_secret(key: str) -> bool:
    """Return whether the key of a free map names a secret: ``password``, ``API-Key``, ``rootPwd``.

    The end of the name decides: ``PasswordChangeDate`` is a date. Case and separators do not matter. ``EnablePassword``
    may be a password or a flag: ``is_secret`` also checks its value.
    """
    name = letters(key)
    return name in WHOLE or bool(_SECRET.fullmatch(name) or _WORD.fullmatch(key))


def is_synonym(key: Any, option: str) -> bool:
    """Return whether the key is another name of the secret in this option."""
    return letters(key) in SYNONYMS.get(option, ())


def is_secret(key: Any, value: Any) -> bool:
    """Return whether an entry of a free map is a secret: its key means one, and its value is not just yes or no."""
    if not means_secret(str(key)) or isinstance(value, (dict, list)):
        return means_secret(str(key))
    text = str(value).strip().lower()
    return text not in ANSWERS and not _COUNT.fullmatch(text)


# -- Spellings --------------------------------------------------------------

SHORTEST_ENCODING = 8  # characters; fewer could be a word


def spellings(secret: str) -> set[str]:
    """Return the forms in which a server or a message may quote a secret, as text and as encoded bytes.

    Text forms are those in a form or a URL, in JSON, in HTML, in a message, and in the repr of a list.
    """
    forms = {quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")}
    forms |= {re.sub("%..", lambda code: code[0].lower(), form) for form in forms}  # as .NET writes it
    page = html.escape(secret)
    texts = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1], shown(secret)}
    return {secret, page, page.replace("&#x27;", "&#39;"), *forms, *texts, *_encodings(secret)}


def _encodings(secret: str) -> set[str]:
    """Return the secret in hex, and in base64 at each offset within a longer text, such as a whole request.

    Characters that depend on their neighbours are left out. Forms that are too short to be unique are left out as well.
    """
    pieces = set()
    for raw in (secret.encode(errors="replace"), secret.encode("latin-1", "replace")):  # as requests sends a login
        pieces.add(raw.hex())
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
            pieces.add(encoded[(0, 2, 3)[before] : None if (before + len(raw)) % 3 == 0 else -1])
    pieces |= {piece.replace("+", "-").replace("/", "_") for piece in pieces}
    return {piece for piece in pieces if len(piece) >= SHORTEST_ENCODING}


# -- Masking ----------------------------------------------------------------

BEGIN = 8  # the number of first characters to search for
FEW = 100  # beginnings that are searched for one by one, because a search is faster than cutting up the text
SHORTEST_DECODED = 4  # characters; what is shorter is in every text that is decoded the wrong way
DEPTH = 4  # times that a text is decoded, one way after another
MOST_DECODED = 40  # characters that are looked through for each of the text: ordinary ones take 6 to 26
LEAST_LOOK = 2_500  # characters that a text counts for at least: a short one that is encoded thrice takes more
LONGEST_LOOK = 2 * LONGEST_TEXT  # characters of a text that are decoded; less of it is ever shown


class Secrets:
    """The secrets of a task, stored in the given set, and searched in texts.

    To search each text for each of ten thousand secrets takes minutes, so most are excluded by their first characters.
    """

    def __init__(self, secrets: set[str]) -> None:
        self._secrets = secrets
        self._size = -1
        self._exact: _Index = _Index(())
        self._squeezed: _Index | None = None

    def masked(self, text: str) -> str:
        """Return the text without secrets.

        A secret in a usual spelling is replaced by stars. A text that holds one in another encoding, or in one within
        another, is replaced as a whole, because its position is unknown.
        """
        self._refresh()
        for secret in sorted(self._exact.found_in(text), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        if ENCODED.search(text) and self._is_hidden_in(text[:LONGEST_LOOK]):
            return WITHHELD
        return text

    def found_in(self, text: str) -> set[str]:
        """Return the secrets that the text contains in plain form."""
        self._refresh()
        return self._exact.found_in(text)

    def masked_values(self, value: Any) -> Any:
        """Return a value of any depth with stars for the secrets that its texts and keys contain in plain form."""
        found = sorted(self.found_in("\n".join(_texts(value))), key=len, reverse=True)

        def masked(item: Any) -> Any:
            if isinstance(item, dict):
                return {masked(key): masked(inner) for key, inner in item.items()}
            if isinstance(item, list):
                return [masked(inner) for inner in item]
            if isinstance(item, str):
                for secret in found:
                    item = item.replace(secret, HIDDEN)
            return item

        return masked(value) if found else value

    def masked_keys(self, named: dict[str, Any]) -> dict[str, Any]:
        """Return the map with stars for the secrets in its keys. Keys that become equal are numbered."""
        found = sorted(self.found_in("\n".join(map(str, named))), key=len, reverse=True)
        if not found:
            return named
        times: Counter[str] = Counter()
        masked = {}
        for key, value in named.items():
            key = str(key)  # Ansible reads other keys from a text, such as {1: 2}
            for secret in found:
                key = key.replace(secret, HIDDEN)
            times[key] += 1
            masked[key if times[key] == 1 else f"{key} ({times[key]})"] = value
        return masked

    def _refresh(self) -> None:
        if self._size != len(self._secrets):
            secrets = list(self._secrets)  # in one step: another thread may add to it
            self._exact, self._squeezed = _Index(secrets), None
            self._size = len(secrets)  # last: another thread may be here, too

    def _is_hidden_in(self, text: str) -> bool:
        """Return whether the text or a decoding of it holds a secret, or there are too many decodings to search.

        White space does not count: a line break may be in the middle of a secret.
        """
        index = self._squeezed = self._squeezed or _Index(
            {_squeezed(secret) for secret in list(self._secrets) if len(secret) >= SHORTEST_DECODED}
        )
        left = MOST_DECODED * max(len(text), LEAST_LOOK)
        for decoded in itertools.chain([text], _decodings(text)):
            left -= len(decoded)
            if left < 0 or index.found_in(_squeezed(decoded)):
                return True
        return False


class _Index:
    """Finds which of many texts are contained in another one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._short: list[str] = []
        self._by_begin: dict[str, list[str]] = {}
        for text in texts:
            if len(text) >= BEGIN:
                self._by_begin.setdefault(text[:BEGIN], []).append(text)
            elif text:
                self._short.append(text)

    def found_in(self, text: str) -> set[str]:
        found = {short for short in self._short if short in text}
        if len(self._by_begin) <= FEW:
            begins = {begin for begin in self._by_begin if begin in text}
        else:
            begins = self._by_begin.keys() & {text[at : at + BEGIN] for at in range(len(text) - BEGIN + 1)}
        return found.union(long for begin in begins for long in self._by_begin[begin] if long in text)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in (*value, *value.values()) for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [str(value)]


def _squeezed(text: str) -> str:
    """Return the text without white space, including line breaks."""
    return "".join(text.split())


# -- Decoding ---------------------------------------------------------------

# Signs of an encoded text: in a URL or form, in a page, with a backslash, in hex, in base64 of at least six bytes.
ENCODED = re.compile(r"%[0-9a-fA-Fu]|&\#?\w|\\|[A-Za-z0-9+/_-]{8}|(?:[0-9a-fA-F]{2}\W){6}")
ESCAPES = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{3})|(.))", re.DOTALL
)
LETTERS_OF_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
HEX = re.compile(r"(?:[0-9a-fA-F]{2}[:,-]?){5,}[0-9a-fA-F]{2}|[0-9a-fA-F]{12,}")
BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}")
# Of bytes that were decoded, what could be a text: all else is what was encoded in no such way.
LEGIBLE = re.compile(rb"[\t\n\r\x20-\x7e\xa0-\xff\x80-\xbf]{4,}")


def _decodings(text: str) -> Iterator[str]:
    """Yield all decodings of the text, and decodings of these, to a limited depth."""
    waiting, seen = [text], {text}
    for _time in range(DEPTH):
        found = []
        for encoded in waiting:
            for decode in DECODERS:
                for decoded in decode(encoded):
                    if decoded and decoded not in seen:
                        seen.add(decoded)
                        found.append(decoded)
                        yield decoded
        waiting = found


def _from_url(text: str) -> Iterator[str]:
    if "%" in text:
        for encoding in ("utf-8", "latin-1"):
            yield unquote(text, encoding=encoding)
            yield unquote_plus(text, encoding=encoding)
        yield re.sub(r"%u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)


def _from_page(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)


def _from_escapes(text: str) -> Iterator[str]:
    if "\\" in text:
        written = ESCAPES.sub(_unescaped, text)
        # Join surrogate pairs to one character (RFC 8259 section 7).
        yield written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if not written.isascii():  # bytes, one by one
            yield written.encode("latin-1", "replace").decode("utf-8", "replace")


def _unescaped(match: re.Match[str]) -> str:
    braced, short, long, byte, octal, letter = match.groups()
    if letter is not None:
        return LETTERS_OF_ESCAPES.get(letter, letter)
    number = int(octal, 8) if octal else int(braced or short or long or byte, 16)
    return chr(number) if number <= 0x10FFFF else match[0]


def _from_hex(text: str) -> Iterator[str]:
    runs = ["".join(filter(str.isalnum, run)) for run in HEX.findall(_squeezed(text))]
    for start in (0, 1):  # a letter before it may be a digit of it
        yield from _texts_of(binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2]) for run in runs)


def _from_base64(text: str) -> Iterator[str]:
    runs = BASE64.findall(_squeezed(text).replace("-", "+").replace("_", "/"))
    for start in range(4):  # what stands before it may look like a part of it
        yield from _texts_of(_base64_bytes(run[start:]) for run in runs)


def _base64_bytes(run: str) -> bytes:
    whole = run[: len(run) - 1] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


def _texts_of(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the readable texts in the pieces, in each of the two usual encodings."""
    legible = b"\n".join(part for piece in pieces for part in LEGIBLE.findall(piece))
    for encoding in ("utf-8", "latin-1"):
        yield codecs.decode(legible, encoding, "replace")


DECODERS: Collection[Callable[[str], Iterator[str]]] = (_from_url, _from_page, _from_escapes, _from_hex, _from_base64)
