# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert names of attributes and URNs in answers to the spelling of the schemas.

They have no case (RFC 7643 section 2.1, RFC 7644 section 3.10). Answers are converted once, so that all other code can
look up names unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .paths import Path


class Spelling:
    """The names below one place of an answer. Unknown names, and the names below them, are not changed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        below: dict[str, list[Path]] = {}
        for head, *rest in paths:
            below.setdefault(head, []).extend([tuple(rest)] if rest else [])
        self._names = {name.lower(): name for name in below}
        self._exact = frozenset(below)
        self._below = {name: Spelling(rest) for name, rest in below.items() if rest}

    def apply(self, node: Any) -> None:
        """Correct the spelling of names in the object itself. Keep a name if the correct spelling is also there."""
        if isinstance(node, list):
            for item in node:
                self.apply(item)
        elif isinstance(node, dict):
            # Usually there is nothing to rename, and ten thousand users must cost little.
            for key in () if self._exact.issuperset(node) else node.keys() - self._exact:
                name = self._names.get(key.lower())
                if name and name not in node:
                    node[name] = node.pop(key)
            for name, spelling in self._below.items():
                if name in node:
                    spelling.apply(node[name])
