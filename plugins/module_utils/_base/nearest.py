# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the known name that is closest to a misspelled one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar, or None. Case and hyphens do not matter."""
    from difflib import get_close_matches  # every module loads this file, and only failures need difflib

    close = get_close_matches(name.lower().replace("-", "_"), sorted(known), n=1)
    return close[0] if close else None


def did_you_mean(found: Iterable[str | None]) -> str:
    """Return "Did you mean a and b?" for these names, or an empty text if there are none."""
    names = dict.fromkeys(name for name in found if name)
    return f"Did you mean {' and '.join(names)}?" if names else ""
