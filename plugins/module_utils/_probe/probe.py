# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Measure the facts of a server: one after the other, each by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .._base.errors import IdentityError
from . import access_facts, directory_facts, vault_facts
from .session import Session
from .values import Fact, Measured, UnclearError, Unmeasured

FACTS: tuple[Fact, ...] = (*access_facts.FACTS, *directory_facts.FACTS, *vault_facts.FACTS)
NAMES = tuple(fact.name for fact in FACTS)


@dataclass(frozen=True)
class Findings:
    """The outcome of a probe. ``left`` counts throw-away objects that could not be deleted."""

    measured: tuple[Measured, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    swept: int = 0
    left: int = 0


def probe(session: Session, names: Collection[str]) -> Findings:
    """Measure these facts. Objects of an earlier run go first, those of this run last, whatever happens."""
    swept, _left = session.sweep()
    found: list[Measured | Unmeasured] = []
    left = 0
    try:
        found += [_measured(session, fact) for fact in FACTS if fact.name in names]
    finally:
        _gone, left = session.sweep()
    return Findings(
        tuple(item for item in found if isinstance(item, Measured)),
        tuple(item for item in found if isinstance(item, Unmeasured)),
        swept,
        left,
    )


def _measured(session: Session, fact: Fact) -> Measured | Unmeasured:
    session.last = None
    try:
        value = fact.measure(session)
    except UnclearError as error:
        return Unmeasured(fact.name, str(error))
    except IdentityError as error:
        return Unmeasured(fact.name, error.reason)
    # An answer may have another shape than any that was thought of.
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return Unmeasured(fact.name, f"an answer has an unknown shape ({type(error).__name__})")
    last = session.last
    return Measured(fact.name, value, last.request_shape() if last else "", last.answer_shape() if last else "")
