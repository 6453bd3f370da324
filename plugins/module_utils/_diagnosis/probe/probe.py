# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Measure the facts of a server: one after the other, each by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..._base.errors import IdentityError
from . import access_facts, directory_facts, vault_facts
from .session import Session
from .values import Fact, Measured, UnclearError, Unmeasured

FACTS: tuple[Fact, ...] = (*access_facts.FACTS, *directory_facts.FACTS, *vault_facts.FACTS)
NAMES = tuple(fact.name for fact in FACTS)


@dataclass(frozen=True)
class Findings:
    """The outcome of a probe. ``left`` describes the throw-away objects that may remain. Empty if none do."""

    measured: tuple[Measured, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    swept: int = 0
    left: str = ""


def probe(session: Session, names: Collection[str]) -> Findings:
    """Measure these facts. Delete the objects of an earlier run first, and those of this run last."""
    swept, _left = session.sweep()
    found: list[Measured | Unmeasured] = []
    left = ""
    try:
        found += [_measured(session, fact) for fact in FACTS if fact.name in names]
    finally:
        left = _clean_up(session)
    return Findings(
        tuple(item for item in found if isinstance(item, Measured)),
        tuple(item for item in found if isinstance(item, Unmeasured)),
        swept,
        left,
    )


def _clean_up(session: Session) -> str:
    """Delete the objects of this run, and return what may be left. A failure must not lose the measurements."""
    try:
        _gone, left = session.sweep()
    except IdentityError as error:
        return f"objects, because looking for them failed: {error}"
    return f"{left} objects" if left else ""


def _measured(session: Session, fact: Fact) -> Measured | Unmeasured:
    session.last = None
    try:
        value = fact.measure(session)
    except UnclearError as error:
        return Unmeasured(fact.name, str(error))
    except IdentityError as error:
        return Unmeasured(fact.name, error.reason)
    # An answer may have an unexpected shape.
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return Unmeasured(fact.name, f"an answer has an unknown shape ({type(error).__name__})")
    last = session.last
    return Measured(fact.name, value, last.request_shape() if last else "", last.answer_shape() if last else "")
