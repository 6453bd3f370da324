# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Compare names of users and groups of other directories. Servers show them with or without the directory."""

from __future__ import annotations

import re

from .._base.paths import fold

VAULT = "vault"  # the value of ``search_in`` for the vault's own users and groups (contract section 7.2)


def canonical(text: object) -> str:
    """Return a name without case, in the form ``name@directory`` if it contains a directory.

    The other forms are ``CORP\\name`` and a distinguished name (RFC 4514), whose domain components are the directory.
    """
    folded = fold(text)
    if named := re.match(r"cn=((?:\\.|[^,\\])+),", folded):
        components = re.findall(r",\s*dc=([^,]+)", folded)
        return re.sub(r"\\(.)", r"\1", named[1]) + (f"@{'.'.join(components)}" if components else "")
    directory, backslash, name = folded.partition("\\")
    return f"{name}@{directory}" if backslash and directory and name else folded


def spellings(name: str, directory: str) -> list[str]:
    """Return the names of a member of a directory: the given name, and the name with each form of the directory."""
    if fold(directory) == VAULT:
        return [name]
    domains = [fold(directory), fold(directory).partition(".")[0]]
    short = canonical(name)
    for domain in domains:
        if short.endswith(f"@{domain}"):
            short = short[: -len(domain) - 1]
            break
    return list(dict.fromkeys([name, *(f"{short}@{domain}" for domain in domains)]))
