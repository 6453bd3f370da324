# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check values that are about to be written, and list facts that only the server knows. Sends no request."""

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
    """Raise InvalidError for a new value that the server is known to refuse.

    Warn about a value that the vault refuses, and about a name with characters that look like others. Other spellings
    are not looked up, because each takes a request. Values that the server already holds are not checked.
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
            warn(f"{row.option} {value!r} holds {found}, which the vault refuses in the name of a user")


def _secrets_of(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the place and the value of each secret that a change writes. A place is an option or a key of a map."""
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
    """Warn about new users with a suffix that no other user has: a tenant refuses an unknown suffix."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    warn(f"No other user of the tenant has the suffix {suffix!r} of {names[0]!r}{more}: is it spelled right?")


def new_suffixes(created: Iterable[Created], known: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each suffix that no known name has, with the names of the new objects that use it."""
    names: dict[str, list[str]] = {}
    for resource, options in created:
        row = resource.suffixed
        if row and (suffix := suffix_of(options.get(row.option))):
            names.setdefault(suffix, []).append(str(options[row.option]))
    held = set(map(suffix_of, known)) if names else set()
    yield from ((suffix, having) for suffix, having in names.items() if suffix not in held)
