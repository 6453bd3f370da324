# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The known name that a misspelt one most likely means."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, or None if none is. Case and hyphens do not matter."""
    from difflib import get_close_matches  # only a failure needs it: every module loads this file

    close = get_close_matches(name.lower().replace("-", "_"), sorted(known), n=1)
    return close[0] if close else None


def did_you_mean(found: Iterable[str | None]) -> str:
    """Return the question after the nearest names that were found, or an empty text if none was."""
    names = dict.fromkeys(name for name in found if name)
    return f"Did you mean {' and '.join(names)}?" if names else ""
