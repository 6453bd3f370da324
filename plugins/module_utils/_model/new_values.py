# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check values that are about to be written, and list the rules that only the server knows. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from .._base.errors import InvalidError
from .._base.paths import Object, fold
from .._base.secrets import is_secret
from .._base.texts import look_alikes, odd_in_secret
from .plan import Change, Plan
from .rows import Resource
from .shapes import Flat

Created = tuple[Resource, Object]  # a new object's kind, and its options


def check_new_values(plan: Plan, warn: Callable[[str], None]) -> None:
    """Raise InvalidError for a new value that the server certainly refuses.

    Warn of a value that the vault refuses, and of a name that looks like another one. That one is not looked up,
    because it takes a request for each spelling. Values that the server holds already are not checked.
    """
    for change in plan.changes:
        row, value = change.attribute, change.after
        for place, secret in _secrets_of(change):
            if odd := odd_in_secret(place, secret):
                warn(odd)
        if not isinstance(value, str):
            continue
        if found := _held(value, row.new.forbidden):
            raise InvalidError(
                f"{row.option} {value!r} holds {found}, which the name of a new {plan.resource.name} must not contain",
                hint=f"None of {' '.join(row.new.forbidden)} is allowed",
            )
        if row.new.longest and len(value) > row.new.longest:
            raise InvalidError(
                f"{row.option} {value!r} has {len(value)} characters",
                hint=f"A new {plan.resource.name} takes at most {row.new.longest}",
            )
        if row.option in plan.resource.keys and (found := look_alikes(value)):
            warn(f"{row.option} {value!r} holds {found}, which looks like another character. Is that intended?")
        if found := _held(value, row.new.not_in_vault):
            warn(f"{row.option} {value!r} holds {found}, which the vault does not take in the name of a user")


def _secrets_of(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the secrets that a change writes, each with its place: an option, or the key of a map that means one."""
    option, value = change.attribute.option, change.after
    if change.attribute.secret:
        yield option, str(value)
    for key, item in value.items() if isinstance(value, dict) and isinstance(change.attribute.shape, Flat) else ():
        if is_secret(key, item) and item != (change.before or {}).get(key):
            yield f"{option}.{key}", str(item)


def _held(value: str, characters: str) -> str:
    return ", ".join(repr(character) for character in characters if character in value)


def unknowns(created: Iterable[Created]) -> str | None:
    """Return one sentence that lists the facts about new objects that check mode cannot know, or None."""
    found: dict[str, dict[str, None]] = {}  # by kind, in the order of the rows
    for resource, options in created:
        for row in resource.attributes:
            if text := row.new.unknown if options.get(row.option) else row.new.unknown_without:
                found.setdefault(resource.plural, {})[text] = None
    texts = [f"of new {plural}: {', '.join(facts)}" for plural, facts in found.items()]
    return f"Check mode cannot know {'; '.join(texts)}" if texts else None


def suffix_of(name: object) -> str:
    """Return the part of a login name after the last ``@``, without case; empty if there is none."""
    return fold(str(name).rpartition("@")[2]) if "@" in str(name) else ""


def warn_of_suffix(warn: Callable[[str], None], suffix: str, names: Sequence[str]) -> None:
    """Warn of new users with a suffix that no user has: a tenant refuses a suffix that it does not know."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    warn(f"No other user of the tenant has the suffix {suffix!r} of {names[0]!r}{more}: is it spelled right?")


def new_suffixes(created: Iterable[Created], known: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the suffixes that no known name has, each with the names of the new objects that have it."""
    names: dict[str, list[str]] = {}
    for resource, options in created:
        row = resource.suffixed
        if row and (suffix := suffix_of(options.get(row.option))):
            names.setdefault(suffix, []).append(str(options[row.option]))
    held = set(map(suffix_of, known)) if names else set()
    yield from ((suffix, having) for suffix, having in names.items() if suffix not in held)
