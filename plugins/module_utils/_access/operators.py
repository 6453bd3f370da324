# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the operators of conditions: the argument that each takes, and the values that meet it. No I/O.

A condition maps attributes to tests. A test is a value, a list of values, or a map of these operators. Texts are
compared like names: without case, in one normal form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

from .._base.errors import InvalidError
from .._base.nearest import did_you_mean, nearest
from .._base.paths import fold, is_like, letters
from .._model.resources import RIGHT_NAMES, RIGHTS, RIGHTS_PRESETS

DAY = 24 * 60 * 60
QUOTE = "Put it into quotes"
# A placeholder such as {container} in a pattern. A repetition such as {2,3} in a regular expression is not one.
PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
Parse = Callable[[Any], Any]
# Returns whether a value meets the argument at a time in seconds since 1970. The value is set.
Meets = Callable[[Any, Any, float], bool]


@dataclass(frozen=True)
class Operator:
    """One operator for attributes of some types.

    ``unset`` is the answer for a value that is not set or unknown. ``text`` follows "the value" in messages.
    """

    name: str
    types: tuple[str, ...]
    parse: Parse
    meets: Meets
    text: str
    unset: bool = False


# -- What operators take ----------------------------------------------------


def text_of(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, (bool, int, float, date)):
        raise InvalidError(f"YAML does not read {value} as a text", hint=QUOTE)
    raise InvalidError(f"{value!r} is not a text")


def texts_of(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or one text as a list."""
    given = value if isinstance(value, list) else [value]
    if not given:
        raise InvalidError("the list is empty")
    return tuple(text_of(item) for item in given)


def names_of(value: Any) -> frozenset[str]:
    return frozenset(fold(text) for text in texts_of(value))


def rights_of(value: Any) -> frozenset[str]:
    """Return the rights in a list, in any spelling. A preset stands for its rights."""
    found: set[str] = set()
    for text in texts_of(value):
        if text in RIGHTS_PRESETS:
            found.update(RIGHTS_PRESETS[text])
        elif right := RIGHT_NAMES.get(letters(text)):
            found.add(right)
        else:
            hint = did_you_mean([nearest(text, [*RIGHTS, *RIGHTS_PRESETS])])
            raise InvalidError(
                f"{text!r} is neither a right nor a preset", hint=hint or f"The rights are {', '.join(RIGHTS)}"
            )
    return frozenset(found)


def pattern_of(value: Any) -> tuple[str, ...]:
    return texts_of(value)


def expressions_of(value: Any) -> tuple[str, ...]:
    for text in (texts := texts_of(value)):
        try:
            re.compile(PLACEHOLDER.sub("x", text))
        except re.error as error:
            raise InvalidError(f"{text!r} is not a regular expression: {error}") from None
    return texts


def number_of(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidError(f"{value!r} is not a number", hint="Give a whole number from 0 on")
    return value


def truth_of(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidError(f"{value!r} is neither true nor false")
    return value


def day_of(value: Any) -> float:
    """Return the first second of a day in UTC. A day is a date in YAML and a text in JSON."""
    text = value.isoformat() if isinstance(value, date) else value
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except (TypeError, ValueError):
        raise InvalidError(f"{text!r} is not a day", hint="Write it like 2027-01-31") from None
    return day.replace(tzinfo=timezone.utc).timestamp()


def seconds_of(moment: str) -> float:
    """Return an ISO 8601 time as seconds since 1970. A time without an offset is UTC."""
    time = datetime.fromisoformat(moment[:-1] + "+00:00" if moment.endswith(("Z", "z")) else moment)
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp()


# -- When a value meets them ------------------------------------------------


def _is_like_any(text: str, patterns: Sequence[str]) -> bool:
    return any(is_like(text, pattern) for pattern in patterns)


def _matches_any(text: str, expressions: Sequence[str]) -> bool:
    return any(re.fullmatch(expression, text) for expression in expressions)


def _folded(items: Sequence[str]) -> set[str]:
    return {fold(item) for item in items}


NAME, NAMES, RIGHT_LIST, NUMBER, TRUTH, MOMENT = "name", "names", "rights", "number", "truth", "moment"
SUBJECTS = "subjects"  # the related subjects of another kind
_LISTS = (NAMES, RIGHT_LIST)

OPERATORS = (
    Operator("is", (NAME,), names_of, lambda held, names, now: fold(held) in names, "equals this text"),
    Operator("is", (NUMBER,), number_of, lambda held, number, now: held == number, "equals this number"),
    Operator("is", (TRUTH,), truth_of, lambda held, truth, now: held is truth, "is true, or is false"),
    Operator("in", (NAME,), names_of, lambda held, names, now: fold(held) in names, "is one of these texts"),
    Operator(
        "not_in",
        (NAME,),
        names_of,
        lambda held, names, now: fold(held) not in names,
        "is none of these texts",
        unset=True,
    ),
    Operator(
        "like",
        (NAME,),
        pattern_of,
        lambda held, patterns, now: _is_like_any(held, patterns),
        "matches one of these patterns, where `*` is any text and `?` any character",
    ),
    Operator(
        "not_like",
        (NAME,),
        pattern_of,
        lambda held, patterns, now: not _is_like_any(held, patterns),
        "matches none of these patterns",
        unset=True,
    ),
    Operator(
        "matches",
        (NAME,),
        expressions_of,
        lambda held, expressions, now: _matches_any(held, expressions),
        "matches one of these regular expressions as a whole, with its case",
    ),
    Operator(
        "not_matches",
        (NAME,),
        expressions_of,
        lambda held, expressions, now: not _matches_any(held, expressions),
        "matches none of these regular expressions",
        unset=True,
    ),
    Operator("has_any", (NAMES,), names_of, lambda held, names, now: bool(_folded(held) & names), "has one of these"),
    Operator(
        "has_several",
        (NAMES,),
        names_of,
        lambda held, names, now: len(_folded(held) & names) > 1,
        "has two or more of these, which exclude each other",
    ),
    Operator("has_all", (NAMES,), names_of, lambda held, names, now: names <= _folded(held), "has all of these"),
    Operator("has_none", (NAMES,), names_of, lambda held, names, now: not _folded(held) & names, "has none of these"),
    Operator("only", (NAMES,), names_of, lambda held, names, now: _folded(held) <= names, "has nothing but these"),
    Operator("has_any", (RIGHT_LIST,), rights_of, lambda held, rights, now: bool(rights & {*held}), "has one of these"),
    Operator(
        "has_several",
        (RIGHT_LIST,),
        rights_of,
        lambda held, rights, now: len(rights & {*held}) > 1,
        "has two or more of these, which exclude each other",
    ),
    Operator("has_all", (RIGHT_LIST,), rights_of, lambda held, rights, now: rights <= {*held}, "has all of these"),
    Operator("has_none", (RIGHT_LIST,), rights_of, lambda held, rights, now: not rights & {*held}, "has none of these"),
    Operator("only", (RIGHT_LIST,), rights_of, lambda held, rights, now: {*held} <= rights, "has nothing but these"),
    Operator(
        "any_like",
        (NAMES,),
        pattern_of,
        lambda held, patterns, now: any(_is_like_any(item, patterns) for item in held),
        "has an item that matches one of these patterns",
    ),
    Operator(
        "all_like",
        (NAMES,),
        pattern_of,
        lambda held, patterns, now: all(_is_like_any(item, patterns) for item in held),
        "has no item that matches none of these patterns",
    ),
    Operator(
        "none_like",
        (NAMES,),
        pattern_of,
        lambda held, patterns, now: not any(_is_like_any(item, patterns) for item in held),
        "has no item that matches one of these patterns",
    ),
    Operator(
        "at_least",
        _LISTS,
        number_of,
        lambda held, number, now: len(held) >= number,
        "has at least this number of items",
    ),
    Operator(
        "at_most", _LISTS, number_of, lambda held, number, now: len(held) <= number, "has at most this number of items"
    ),
    Operator("at_least", (NUMBER,), number_of, lambda held, number, now: held >= number, "is this number or more"),
    Operator("at_most", (NUMBER,), number_of, lambda held, number, now: held <= number, "is this number or less"),
    Operator("before", (MOMENT,), day_of, lambda held, day, now: seconds_of(held) < day, "is before this day, in UTC"),
    Operator(
        "after", (MOMENT,), day_of, lambda held, day, now: seconds_of(held) >= day + DAY, "is after this day, in UTC"
    ),
    Operator(
        "within_days",
        (MOMENT,),
        number_of,
        lambda held, days, now: seconds_of(held) <= now + days * DAY,
        "is past, or at most this number of days from now",
    ),
    Operator(
        "beyond_days",
        (MOMENT,),
        number_of,
        lambda held, days, now: seconds_of(held) > now + days * DAY,
        "is more than this number of days from now",
    ),
)
# For attributes of all types but subjects. A list without items counts as not set.
IS_SET = Operator(
    "is_set",
    (NAME, NAMES, RIGHT_LIST, NUMBER, TRUTH, MOMENT),
    truth_of,
    lambda held, truth, now: (held not in ("", [], ())) is truth,
    "is there, or is not",
)
# The operator of a value or a list of values without an operator.
PLAIN = {NAME: "in", NAMES: "has_any", RIGHT_LIST: "has_any", NUMBER: "is", TRUTH: "is"}


def operators_of(type_name: str) -> dict[str, Operator]:
    """Return the operators for attributes of a type, by name."""
    return {operator.name: operator for operator in (*OPERATORS, IS_SET) if type_name in operator.types}
