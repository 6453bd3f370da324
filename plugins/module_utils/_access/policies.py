# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Parse and check policies, which are data. Report all errors at once, with their places. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.nearest import did_you_mean, nearest
from .._base.paths import fold
from .._directory.values import POSITION
from .conditions import ALWAYS, Bounds, Condition, Parser, members_that_meet
from .kinds import Block, Kind
from .operators import DAY, day_of
from .subjects import SUBJECT_KINDS

SEVERITIES = ("refuse", "warn")
KEYS = ("name", "reason", "each", "where", "must", "must_not", "count", "severity", "exceptions", POSITION)
REQUIRED = ("name", "reason", "each", "severity")
VERDICTS = ("must", "must_not", "count")
EXCEPTION_KEYS = ("where", "owner", "until", "reason")
EXCEPTION_REQUIRED = ("where", "owner", "until")


@dataclass(frozen=True)
class Waiver:
    """An exception of a policy. It is valid until the end of a day in UTC."""

    where: Condition
    owner: str
    until: str
    ends: float
    reason: str | None

    def counts(self, now: float) -> bool:
        return now < self.ends


@dataclass(frozen=True)
class Policy:
    """One valid policy. Exactly one of ``must``, ``must_not`` and ``count`` is set."""

    name: str
    reason: str
    kind: Kind
    where: Condition
    must: Condition | None
    must_not: Condition | None
    count: Bounds | None
    severity: str
    waivers: tuple[Waiver, ...]
    position: str

    @property
    def verdict(self) -> Condition:
        return self.must or self.must_not or ALWAYS

    @property
    def needs(self) -> set[str]:
        """Return the plurals of the kinds of objects that the policy reads, and ``plan`` if it reads a plan."""
        conditions = (self.where, self.verdict, *(waiver.where for waiver in self.waivers))
        return {*self.kind.needs, *(need for condition in conditions for need in condition.needs)}

    def chosen(self, block: Block) -> Block:
        """Return the subjects of a block that the policy applies to."""
        return block.within(members_that_meet(self.where, block))

    def broken_by(self, chosen: Block) -> Block:
        """Return the subjects that break the policy. If the policy counts subjects, return all of them."""
        if self.count:
            return chosen
        meeting = members_that_meet(self.verdict, chosen)
        return chosen.within(chosen.members & ~meeting if self.must else meeting)

    def waived(self, block: Block, *, ended: bool = False) -> Iterator[tuple[Waiver, int]]:
        """Yield the valid exceptions, or the ``ended`` ones, with the subjects that each is the first exception of."""
        for waiver in self.waivers:
            if waiver.counts(block.scene.now) is not ended and (members := members_that_meet(waiver.where, block)):
                yield waiver, members
                block = block.within(block.members & ~members)


def policies_of(given: Any) -> tuple[Policy, ...]:
    """Return the policies in a list of maps. Raise InvalidError with all errors in them."""
    if not isinstance(given, list):
        raise InvalidError("policies have to be a list of maps")
    problems: list[IdentityError] = []
    parsed = [_policy(each, f"policies[{number}]", problems) for number, each in enumerate(given)]
    policies = [policy for policy in parsed if policy]
    named: dict[str, Policy] = {}
    for policy in policies:
        first = named.setdefault(fold(policy.name), policy)
        if first is not policy:
            problems.append(InvalidError(f"policy {policy.name!r} is at {first.position} and at {policy.position}"))
    raise_all(problems)
    return tuple(policies)


def _policy(given: Any, place: str, problems: list[IdentityError]) -> Policy | None:
    """Return a policy. If it is invalid, note its problems and return None."""
    if not isinstance(given, Mapping):
        problems.append(InvalidError(f"{place} is not a map"))
        return None
    position = str(given.get(POSITION) or place)
    named = given.get("name")
    label = f"policy {named!r} at {position}" if isinstance(named, str) and named else f"the policy at {position}"
    wrong: list[InvalidError] = []
    parser = Parser(wrong.append)
    parser.unknown_keys(given, KEYS, "")
    _check_texts(given, REQUIRED, wrong)
    if given.get("severity") not in (None, *SEVERITIES):
        wrong.append(InvalidError(f"severity: {given['severity']!r} is none of {', '.join(SEVERITIES)}"))
    verdicts = [key for key in VERDICTS if given.get(key) is not None]
    if len(verdicts) != 1:
        has = " and ".join(verdicts) or "none"
        wrong.append(InvalidError(f"needs exactly one of {', '.join(VERDICTS)}, but has {has}"))
    kind = _kind(given.get("each"), wrong)
    policy = _parsed(given, kind, parser, wrong, position) if kind else None
    problems += [InvalidError(f"{label}: {error.reason}", hint=error.hint) for error in wrong]
    return None if wrong else policy


def _parsed(given: Mapping[str, Any], kind: Kind, parser: Parser, wrong: list[InvalidError], position: str) -> Policy:
    """Return the policy without its invalid parts."""

    def condition(key: str) -> Condition | None:
        return parser.condition(kind, given[key], key) if given.get(key) is not None else None

    return Policy(
        name=str(given.get("name")),
        reason=str(given.get("reason")).strip(),
        kind=kind,
        where=condition("where") or ALWAYS,
        must=condition("must"),
        must_not=condition("must_not"),
        count=_count(given.get("count"), parser, wrong),
        severity=str(given.get("severity")),
        waivers=_waivers(given.get("exceptions"), kind, parser, wrong),
        position=position,
    )


def _kind(given: Any, wrong: list[InvalidError]) -> Kind | None:
    """Return the kind of subject of a policy."""
    kind = SUBJECT_KINDS.get(given) if isinstance(given, str) else None
    if given is not None and kind is None:
        hint = did_you_mean([nearest(str(given), SUBJECT_KINDS)]) or f"There are {', '.join(SUBJECT_KINDS)}"
        wrong.append(InvalidError(f"each: {given!r} is not a kind of subject", hint=hint))
    return kind


def _check_texts(given: Mapping[str, Any], keys: Sequence[str], wrong: list[InvalidError], place: str = "") -> None:
    """Note which of these keys have no text."""
    lacking = [key for key in keys if not isinstance(given.get(key), str) or not given[key].strip()]
    wrong += [InvalidError(f"{place}{key} has to be a text") for key in lacking]


def _count(given: Any, parser: Parser, wrong: list[InvalidError]) -> Bounds | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        wrong.append(InvalidError("count: has to be a map of at_least, at_most"))
        return None
    parser.unknown_keys(given, ("at_least", "at_most"), "count")
    bounds = parser.bounds(given, "count")
    if bounds is None:
        wrong.append(InvalidError("count: has neither at_least nor at_most"))
    return bounds


def _waivers(given: Any, kind: Kind, parser: Parser, wrong: list[InvalidError]) -> tuple[Waiver, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        wrong.append(InvalidError("exceptions: has to be a list of maps"))
        return ()
    found = [_waiver(each, f"exceptions[{number}]", kind, parser, wrong) for number, each in enumerate(given)]
    return tuple(waiver for waiver in found if waiver)


def _waiver(given: Any, place: str, kind: Kind, parser: Parser, wrong: list[InvalidError]) -> Waiver | None:
    if not isinstance(given, Mapping):
        wrong.append(InvalidError(f"{place}: has to be a map"))
        return None
    parser.unknown_keys(given, EXCEPTION_KEYS, place)
    if lacking := [key for key in EXCEPTION_REQUIRED if given.get(key) is None]:
        hint = "An exception needs somebody who answers for it, and a last day" if lacking != ["where"] else None
        wrong.append(InvalidError(f"{place}: has no {' and no '.join(lacking)}", hint=hint))
        return None
    _check_texts(given, ["owner", *(["reason"] if given.get("reason") is not None else [])], wrong, f"{place}.")
    where = parser.condition(kind, given["where"], f"{place}.where")
    try:
        day = day_of(given["until"])
    except InvalidError as error:
        wrong.append(InvalidError(f"{place}.until: {error.reason}", hint=error.hint))
        return None
    return Waiver(where, str(given["owner"]), str(given["until"])[:10], day + DAY, given.get("reason"))
