# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Parse conditions, and test subjects against them. No I/O.

A condition is a map: each attribute with its test, and ``all_of``, ``any_of`` and ``none_of`` with lists of further
conditions. It holds if all of its parts hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._base.errors import InvalidError, some
from .._base.nearest import did_you_mean, nearest
from .graph import bits, lowest, numbers, size
from .kinds import MAP, Attribute, Block, Kind, Subject, alike
from .operators import (
    IS_SET,
    MOMENT,
    NAME,
    PLACEHOLDER,
    PLAIN,
    RIGHT_LIST,
    SUBJECTS,
    Operator,
    number_of,
    operators_of,
)
from .subjects import SUBJECT_KINDS, preset_of

COMBINED: Mapping[str, Callable[[Iterator[bool]], bool]] = {
    "all_of": all,
    "any_of": any,
    "none_of": lambda results: not any(results),
}
DEMANDS = ("has_all", "has_any")  # operators whose rights a subject may lack
MOST_RIGHTS = 3  # that a finding names, if a preset stands for them
COUNTED = ("where", "at_least", "at_most")  # the keys of a test of related subjects
Note = Callable[[InvalidError], None]


@dataclass(frozen=True)
class Bounds:
    """The allowed number of subjects."""

    at_least: int | None
    at_most: int | None

    def distance(self, count: int) -> int:
        """Return how far a number of subjects is below or above the bounds."""
        too_few = max(0, (self.at_least or 0) - count)
        return too_few or (0 if self.at_most is None else max(0, count - self.at_most))

    @property
    def text(self) -> str:
        parts = [f"at least {self.at_least}"] if self.at_least is not None else []
        return " and ".join([*parts, *([f"at most {self.at_most}"] if self.at_most is not None else [])])


@dataclass(frozen=True, eq=False)
class Question:
    """An attribute and the test of its value."""

    attribute: Attribute

    @property
    def reads(self) -> tuple[Attribute, ...]:
        """Return the attributes that the answer depends on."""
        return (self.attribute,)

    @cached_property
    def of_user(self) -> bool:
        return all(attribute.of_user for attribute in self.reads)

    @cached_property
    def order(self) -> int:
        """Return the sort key of a test. Tests with the same answer for many subjects are first."""
        if self.of_user:
            return 1
        splits = {attribute.split for attribute in self.reads}
        return 3 if None in splits else 0 if splits == {alike} else 2


@dataclass(frozen=True, eq=False)
class Test(Question):
    """A test of an attribute: an operator and its argument."""

    operator: Operator
    argument: Any
    placeholders: Mapping[str, Attribute] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[Attribute, ...]:
        return (self.attribute, *self.placeholders.values())

    def holds(self, subject: Subject) -> bool:
        held = subject.get(self.attribute)
        if held is None and self.operator is IS_SET:
            return not self.argument
        if held is None:
            return self.operator.unset
        return self.operator.meets(held, self._argument(subject), subject.scene.now)

    def _argument(self, subject: Subject) -> Any:
        """Return the argument with placeholders replaced by values of the subject."""
        if not self.placeholders:
            return self.argument
        values = {name: str(subject.get(attribute) or "") for name, attribute in self.placeholders.items()}
        is_expression = "matches" in self.operator.name
        escape = re.escape if is_expression else str
        return tuple(PLACEHOLDER.sub(lambda found: escape(values[found[1]]), text) for text in self.argument)

    @property
    def needs(self) -> set[str]:
        return {need for attribute in self.reads for need in attribute.needs}

    def shown(self, subject: Subject) -> str:
        """Return the attribute and its value as a part of a sentence."""
        return f"{self.attribute.name} {_shown(subject.get(self.attribute))}"


@dataclass(frozen=True, eq=False)
class Count(Question):
    """A test of how many related subjects meet a condition."""

    where: Condition
    bounds: Bounds

    def chosen(self, subject: Subject) -> Iterator[Block]:
        """Yield the related subjects that meet the condition."""
        kind = SUBJECT_KINDS[self.attribute.of]
        for row, members in subject.get(self.attribute):
            block = Block(kind, subject.scene, row, members)
            yield block.within(members_that_meet(self.where, block))

    def holds(self, subject: Subject) -> bool:
        return not self.bounds.distance(sum(size(block.members) for block in self.chosen(subject)))

    @property
    def needs(self) -> set[str]:
        return {*self.attribute.needs, *SUBJECT_KINDS[self.attribute.of].needs, *self.where.needs}

    def shown(self, subject: Subject) -> str:
        chosen = [each for block in self.chosen(subject) for each in block.subjects()]
        names = f" ({some([' / '.join(map(str, each.names.values())) for each in chosen])})" if chosen else ""
        return f"{len(chosen) or 'no'} {self.attribute.plural} match{names}"


@dataclass(frozen=True)
class Condition:
    """Tests that all have to hold. Without any, it always holds."""

    tests: tuple[Test | Count, ...] = ()
    combined: tuple[tuple[str, tuple[Condition, ...]], ...] = ()

    def holds(self, subject: Subject) -> bool:
        return all(test.holds(subject) for test in self.tests) and all(
            COMBINED[way](condition.holds(subject) for condition in conditions) for way, conditions in self.combined
        )

    @property
    def needs(self) -> set[str]:
        """Return the plurals of the kinds of objects that the condition reads."""
        return {need for part in (*self.tests, *self._inner) for need in part.needs}

    @cached_property
    def ordered(self) -> tuple[Test | Count, ...]:
        return tuple(sorted(self.tests, key=lambda test: test.order))

    @property
    def _inner(self) -> tuple[Condition, ...]:
        return tuple(condition for _way, conditions in self.combined for condition in conditions)

    @property
    def _all_tests(self) -> Iterator[Test | Count]:
        yield from self.tests
        for condition in self._inner:
            yield from condition._all_tests

    def shown(self, subject: Subject) -> list[str]:
        """Return each attribute of the condition with its value, without duplicates. Rights are the tested ones."""
        by_name: dict[str, list[Test | Count]] = {}
        for test in self._all_tests:
            by_name.setdefault(test.attribute.name, []).append(test)
        texts: list[str] = []
        for tests in by_name.values():
            of_rights = [test for test in tests if isinstance(test, Test) and test.attribute.type == RIGHT_LIST]
            texts += _rights_shown(of_rights, subject) if of_rights else [test.shown(subject) for test in tests]
        return list(dict.fromkeys(texts))


ALWAYS = Condition()


# -- Many subjects at once ----------------------------------------------------


def members_that_meet(condition: Condition, block: Block) -> int:
    """Return the members of a block that meet a condition, as a set. Tests with shared answers run first."""
    for test in condition.ordered:
        if block.members:
            block = block.within(_meeting(test, block))
    for way, conditions in condition.combined:
        rest = block.members
        for each in conditions:
            if way == "all_of":
                rest = members_that_meet(each, block.within(rest))
            else:
                rest &= ~members_that_meet(each, block.within(rest))
        block = block.within(block.members & ~rest if way == "any_of" else rest)
    return block.members


def _meeting(test: Test | Count, block: Block) -> int:
    """Return the members of a block that meet a test."""
    if test.of_user:
        answers = block.scene.answers_to(test)
        fresh = block.members & ~answers.known
        answers.met |= bits(member for member in numbers(fresh) if test.holds(block.subject(member)))
        answers.known |= fresh
        return block.members & answers.met
    met = 0
    for part in _parts(test, block):
        met |= part if test.holds(block.subject(lowest(part))) else 0
    return met


def _parts(test: Test | Count, block: Block) -> Iterable[int]:
    """Return sets of members that share all values that a test reads."""
    parts = [block.members] if block.members else []
    for attribute in test.reads:
        if attribute.split is None:
            return (1 << member for member in numbers(block.members))
        for split in attribute.split(block.scene, block.row):
            parts = [side for part in parts for side in (part & split, part & ~split) if side]
    return parts


def _rights_shown(tests: Sequence[Test], subject: Subject) -> list[str]:
    """Return the rights of a subject that tests of one attribute name, and the rights that it lacks.

    A full member has about 20 rights, but a finding is about a few of them.
    """
    name = tests[0].attribute.name
    held = subject.get(tests[0].attribute)
    if not held:
        return [f"{name} {_shown(held)}"]
    named: set[str] = set()
    lacking: set[str] = set()
    for test in tests:
        asked = test.argument if isinstance(test.argument, frozenset) else frozenset()
        named |= {*held} - asked if test.operator.name == "only" else asked & {*held}
        if test.operator.name in DEMANDS and not test.holds(subject):
            lacking |= asked - {*held}
    found = [right for right in held if right in named]
    more = len(held) - len(found)
    texts = [f"{name} lack {_names(sorted(lacking))}"] if lacking else []
    if found:
        texts.insert(0, f"{name} are {_names(found)}{f' and {more} more' if more else ''}")
    return texts or [f"{name} are {_names(held) if preset_of(held) else f'{len(held)} in number'}"]


def _names(rights: Sequence[str]) -> str:
    """Return names of rights. If there are many and a preset has exactly these, return the preset."""
    preset = preset_of(rights) if len(rights) > MOST_RIGHTS else None
    return f"all of {preset}" if preset else some(rights)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "is not set"
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    if isinstance(value, (list, tuple)):
        return f"are {some([str(item) for item in value])}" if value else "are none"
    return f"is {value}"


# -- Parsing ----------------------------------------------------------------


class Parser:
    """Parses the conditions of a policy, and collects all errors in them.

    ``place`` is the position of a part in the policy, such as ``must_not.rights``.
    """

    def __init__(self, note: Note) -> None:
        self._note = note

    def condition(self, kind: Kind, given: Any, place: str) -> Condition:
        if not isinstance(given, Mapping) or not given:
            self._wrong(place, InvalidError(f"has to be a map of attributes of {kind.name} to tests"))
            return ALWAYS
        tests: list[Test | Count] = []
        combined: list[tuple[str, tuple[Condition, ...]]] = []
        for name, test in given.items():
            if name in COMBINED:
                combined.append((str(name), self._conditions(kind, test, f"{place}.{name}")))
            elif attribute := self._attribute(kind, str(name), place):
                tests += self._tests(kind, attribute, test, f"{place}.{name}")
        return Condition(tuple(tests), tuple(combined))

    def _conditions(self, kind: Kind, given: Any, place: str) -> tuple[Condition, ...]:
        if not isinstance(given, list) or not given:
            self._wrong(place, InvalidError("has to be a list of conditions"))
            return ()
        return tuple(self.condition(kind, each, f"{place}[{number}]") for number, each in enumerate(given))

    def _attribute(self, kind: Kind, name: str, place: str) -> Attribute | None:
        attribute = kind.attribute(name)
        if attribute is None:
            known = [
                *(f"{each.name}.*" if each.type == MAP else each.name for each in kind.attributes.values()),
                *COMBINED,
            ]
            hint = did_you_mean([nearest(name, known)]) or f"There are {', '.join(sorted(known))}"
            self._wrong(place, InvalidError(f"{kind.name} has no attribute {name}", hint=hint))
        return attribute

    def _tests(self, kind: Kind, attribute: Attribute, given: Any, place: str) -> Iterator[Test | Count]:
        """Yield the tests of one attribute."""
        if attribute.type == SUBJECTS:
            yield from self._count(attribute, given, place)
            return
        known = operators_of(attribute.type)
        if not isinstance(given, Mapping):
            if attribute.type not in PLAIN:
                self._wrong(place, InvalidError(f"needs an operator: {', '.join(known)}"))
                return
            given = {PLAIN[attribute.type]: given}
        if not given:
            self._wrong(place, InvalidError("has no test"))
        for name, argument in given.items():
            if name not in known:
                hint = did_you_mean([nearest(str(name), known)]) or f"There are {', '.join(known)}"
                self._wrong(place, InvalidError(f"there is no operator {name} for {attribute.name}", hint=hint))
                continue
            try:
                parsed = known[name].parse(argument)
                yield Test(attribute, known[name], parsed, _placeholders(kind, known[name], parsed))
            except InvalidError as error:
                self._wrong(f"{place}.{name}" if name != PLAIN.get(attribute.type) else place, error)

    def _count(self, attribute: Attribute, given: Any, place: str) -> Iterator[Count]:
        kind = SUBJECT_KINDS[attribute.of]
        if not isinstance(given, Mapping):
            self._wrong(place, InvalidError(f"has to be a map of {', '.join(COUNTED)}"))
            return
        self.unknown_keys(given, COUNTED, place)
        where = self.condition(kind, given["where"], f"{place}.where") if "where" in given else ALWAYS
        bounds = self.bounds(given, place) or Bounds(1, None)
        yield Count(attribute, where, bounds)

    def bounds(self, given: Mapping[str, Any], place: str) -> Bounds | None:
        """Return the numbers in at_least and at_most, or None if neither is given."""
        found: dict[str, int] = {}
        for key in ("at_least", "at_most"):
            if key in given:
                try:
                    found[key] = number_of(given[key])
                except InvalidError as error:
                    self._wrong(f"{place}.{key}", error)
        bounds = Bounds(found.get("at_least"), found.get("at_most"))
        if bounds.at_least is not None and bounds.at_most is not None and bounds.at_least > bounds.at_most:
            self._wrong(place, InvalidError("at_least is more than at_most"))
        return bounds if found else None

    def unknown_keys(self, given: Mapping[str, Any], known: Sequence[str], place: str) -> None:
        for key in given:
            if key not in known:
                hint = did_you_mean([nearest(str(key), known)]) or f"There are {', '.join(known)}"
                self._wrong(place, InvalidError(f"there is no {key} here", hint=hint))

    def _wrong(self, place: str, error: InvalidError) -> None:
        self._note(InvalidError(f"{place}: {error.reason}" if place else error.reason, hint=error.hint))


def _placeholders(kind: Kind, operator: Operator, argument: Any) -> dict[str, Attribute]:
    """Return the attributes that patterns name in braces. Raise InvalidError for an attribute that is not a text."""
    if "like" not in operator.name and "matches" not in operator.name:
        return {}
    found: dict[str, Attribute] = {}
    for name in {name for text in argument for name in PLACEHOLDER.findall(text)}:
        attribute = kind.attribute(name)
        if attribute is None or attribute.type not in (NAME, MOMENT):
            texts = [each.name for each in kind.attributes.values() if each.type == NAME]
            hint = did_you_mean([nearest(name, texts)]) or f"There are {', '.join(texts)}"
            raise InvalidError(f"{{{name}}} is not a text attribute of {kind.name}", hint=hint)
        found[name] = attribute
    return found
