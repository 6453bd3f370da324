# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Refuse invisible and lost characters in texts and secrets, before anything is sent."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from .errors import InvalidError, shown
from .paths import HYPHENS, is_hidden

IDEOGRAPHIC_SPACE = "\u3000"  # the visible space of Japanese text
JOINERS = "\u200c\u200d"
# Unicode categories of characters that a joiner may connect: letters of some scripts, and emoji. Not Latin letters.
JOINED = ("Lo", "Mn", "Mc", "So", "Sk")
PRESENTATIONS = "\ufe0e\ufe0f"  # select whether a symbol is drawn as text or as an emoji
KEYCAP = "\u20e3"
# The Unicode names of alphabets with letters that look like Latin ones.
ALPHABETS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
LONGEST_CODE = 200  # characters of a value in a code element
PLAIN = frozenset(" .-/")  # need no escape in a code element
REPLACEMENT = "\ufffd"  # written by a decoder in place of a character that it could not read
# Usual names of characters whose Unicode name is another one, or missing.
NAMES = {
    " ": "blank",
    "\t": "tab",
    "\n": "line break",
    "\v": "vertical tab",
    "\f": "form feed",
    "\r": "carriage return",
    "\0": "null character",
}
LOST = "It stands for a character that was lost when the text was read in a wrong encoding: correct the source"
CONTROLS = ("Cc", "Zl", "Zp")  # Unicode categories: control characters, and the separators of lines and paragraphs
# Marks of a file with a private key. Such a secret may end with a line break.
KEY_FILES = ("-----END ", "PuTTY-User-Key-File")
# Placeholders that are no secrets: a pattern of the whole text, what the placeholder is, and what to do.
PLACEHOLDERS = {
    r"\*{8}": ("stars, which stand for a masked secret", "Give the secret itself: it was taken from a masked result"),
    "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER": (
        "what Ansible writes in place of a secret",
        "Give the secret itself: it was taken from a masked result",
    ),
    r"\s*\$ANSIBLE_VAULT;.*": (
        "encrypted with ansible-vault",
        "Tag it with !vault, or read a file with lookup('ansible.builtin.unvault')",
    ),
    r"\s*\{\{[^{}]+\}\}\s*": (
        "a template that was not rendered",
        "It is marked as !unsafe, or was read from a file: render it first",
    ),
}


def check_name(option: str, name: str, *, in_list: bool = False, of_object: bool = False) -> None:
    """Raise InvalidError for a name with a blank at its start or end, or with an invisible character.

    The hint depends on whether the name is an item of a list (``in_list``) or the key of an object (``of_object``).
    """
    if _is_plain(name):
        return
    for place, character in enumerate(name):
        blank = character.isspace() and (_is_end(name, place) or character not in (" ", IDEOGRAPHIC_SPACE))
        if blank or _is_bad(name, place):
            raise _refusal(option, name, place, in_list=in_list, of_object=of_object)


def check_line(option: str, text: str, *, in_list: bool = False) -> None:
    """Raise InvalidError for control characters, invisible characters, and blanks at the start or end of a line.

    Between words, a line may hold blanks that a name may not, such as a no-break space.
    """
    if _is_plain(text):
        return
    for place, character in enumerate(text):
        blank = character.isspace() and _is_end(text, place)
        if blank or unicodedata.category(character) in CONTROLS or _is_bad(text, place):
            raise _refusal(option, text, place, in_list=in_list)


def check_decoded(option: str, text: str) -> None:
    """Raise InvalidError if the text lost a character when it was decoded. It may have several lines."""
    if REPLACEMENT in text:
        raise _refusal(option, text, text.index(REPLACEMENT), in_list=False)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _is_end(text: str, place: int) -> bool:
    return place in (0, len(text) - 1)


def _is_bad(text: str, place: int) -> bool:
    """Return whether the character is invisible, or replaces a lost one."""
    return text[place] == REPLACEMENT or (is_hidden(text[place]) and not _is_used(text, place))


def _refusal(option: str, text: str, place: int, *, in_list: bool, of_object: bool = False) -> InvalidError:
    character, end = text[place], _is_end(text, place)
    where = "holds" if not end else "begins with" if place == 0 else "ends with"
    if character == REPLACEMENT:
        return InvalidError(f"{option} {text!r} {where} {name_character(character)}", hint=LOST)
    hints = ["Take it out"]
    if end and character.isspace():
        hints = ["Take it out, with | map('trim') from a list that was made of a text"] if in_list else hints
        hints += ["In YAML, |- instead of | leaves it out"] if character == "\n" and not in_list else []
    hints += ["An object that has this name on the server can be addressed by its id"] if of_object else []
    return InvalidError(f"{option} {text!r} {where} {name_character(character)}", hint=". ".join(hints))


def check_secret(option: str, secret: str) -> None:
    """Raise InvalidError for a placeholder, and for a blank or invisible character at the start or end.

    The error does not quote the secret. A file with a private key may end with one line break. Many passwords contain
    braces, so only a text that is one whole expression counts as a template.
    """
    for pattern, (meaning, hint) in PLACEHOLDERS.items():
        if re.fullmatch(pattern, secret, re.DOTALL):
            raise InvalidError(f"{option} is {meaning}", hint=hint)
    if REPLACEMENT in secret:
        raise InvalidError(f"{option} holds {name_character(REPLACEMENT)}", hint=LOST)
    text = secret
    if is_key_file(secret):
        text = secret[:-2] if secret.endswith("\r\n") else secret.removesuffix("\n")
    for where, character in (("begins", text[:1]), ("ends", text[-1:])):
        if character and (character.isspace() or is_hidden(character)):
            raise InvalidError(
                f"{option} {where} with {name_character(character)}, which would be a part of it",
                hint="Take it out: give it to ansible-vault encrypt_string with printf %s instead of echo, "
                "or add | trim to the template",
            )


def odd_in_secret(option: str, secret: str) -> str:
    """Return a warning about invisible characters in a secret, or an empty text. It does not quote the secret."""
    odd = [each for each in secret if is_hidden(each) or (each.isspace() and not each.isascii())]
    if not odd or is_key_file(secret):
        return ""
    names = ", ".join(map(name_character, dict.fromkeys(odd)))
    return f"{option} holds {names}, which nobody sees. If it is no part of it, take it out: nobody could log in"


def _is_used(name: str, place: int) -> bool:
    """Return whether a script or an emoji needs the invisible character at this place."""
    before, after = name[:place][-1:], name[place + 1 :][:1]
    if name[place] in PRESENTATIONS:
        return after == KEYCAP or (before != "" and unicodedata.category(before) in ("So", "Sm", "Po"))
    if name[place] not in JOINERS or not before or not after:
        return False
    return all(unicodedata.category(side) in JOINED for side in (before, after))


def is_key_file(secret: str) -> bool:
    """Return whether a secret is a file with a private key, which has several lines."""
    return any(mark in secret for mark in KEY_FILES)


def find_control(text: str) -> str | None:
    """Return the first character that ends a line or controls a device, or None."""
    return next((character for character in text if unicodedata.category(character) in CONTROLS), None)


def look_alikes(name: str) -> str:
    """Return the characters of a name that look like others, empty if there are none.

    These are hyphens other than U+002D, and letters of another alphabet in a word with Latin letters.
    """
    odd = [character for character in name if ord(character) in HYPHENS]
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name)) if not name.isascii() else ():
        alphabets = {character: unicodedata.name(character, "").partition(" ")[0] for character in word}
        if "LATIN" in alphabets.values():
            odd += [character for character, alphabet in alphabets.items() if alphabet in ALPHABETS]
    return ", ".join(map(name_character, dict.fromkeys(odd)))


def name_character(character: str) -> str:
    """Return the usual name of a character, with its code point."""
    name = NAMES.get(character) or unicodedata.name(character, "control character").lower()
    return f"a {name} (U+{ord(character):04X})"


def code_element(value: Any) -> str:
    """Return a value as a code element for Markdown. Nothing in it becomes markup, a link or a mention."""
    text = shown(str(value))
    text = text if len(text) <= LONGEST_CODE else f"{text[:LONGEST_CODE]}..."
    return f"<code>{''.join(c if c.isalnum() or c in PLAIN else f'&#{ord(c)};' for c in text)}</code>"
