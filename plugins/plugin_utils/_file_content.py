# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read a file of the control node, and say why one cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import is_encrypted


class Unreadable(Exception):
    """The reason why a file cannot be read, as a predicate of its path, and what to do next. It quotes no content."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def content_of(loader: Any, path: str) -> bytes:
    """Return the content of a file, decrypted with the passwords of Ansible Vault that the loader of a plugin has."""
    try:
        content = Path(path).read_bytes()
    except OSError as failure:
        raise _unreadable(path, failure) from None
    if not is_encrypted(content):
        return content
    try:
        decrypted: bytes = loader._vault.decrypt(content)
    except AnsibleError:
        hint = "Give its password to Ansible"
        raise Unreadable("cannot be decrypted", hint) from None
    return decrypted


def text_of(loader: Any, path: str) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark."""
    content = content_of(loader, path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        raise Unreadable(f"is not UTF-8, line {line}", "Save it as UTF-8") from None


def _unreadable(path: str, failure: OSError) -> Unreadable:
    if isinstance(failure, FileNotFoundError):
        reason = "is a link to a file that does not exist" if Path(path).is_symlink() else "does not exist"
        return Unreadable(reason, "Correct the path, or write the file first")
    if isinstance(failure, IsADirectoryError):
        return Unreadable("is a folder", "Name a file")
    if isinstance(failure, PermissionError):
        return Unreadable("cannot be read: permission denied", "Let the user who runs Ansible read it")
    return Unreadable(f"cannot be read: {failure.strerror or failure}", "Check the path")
