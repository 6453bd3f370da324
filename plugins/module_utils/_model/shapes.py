# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read, compare and write the values of options: one class for each shape of a value in a SCIM resource."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from .._base.errors import IdentityError, InvalidError, raise_all
from .._base.misfits import DECIMAL, DECIMAL_HINT, QUOTE, is_number, misread
from .._base.paths import (
    Object,
    Path,
    Write,
    as_text,
    fold,
    get,
    id_mark,
    is_value,
    letters,
    objects,
    one_object,
    path_text,
    put,
    quoted,
    same,
)
from .._base.secrets import HIDDEN, is_secret, is_synonym, means_secret
from .._base.texts import check_line, check_name, check_secret
from .member_names import canonical

# The maximum number of members in one PATCH request.
BATCH = 500
# The key for the kind of a member that was looked up. No attribute can have this name (RFC 7643 section 2.1).
KIND = "#kind"
KINDS = {form: kind for kind in ("User", "Group") for form in (kind.lower(), f"{kind.lower()}s")}
# The names inside the values of complex attributes (RFC 7643 section 2.4), and of the vault's lists of pairs.
PARTS = ("value", "display", "type", "$ref", "primary", "name", "key")
LAST_SECOND = 253402300799  # of the year 9999


class Shape:
    """The default shape: the value of the option is stored unchanged.

    ``None`` means no value on both sides. ``merge`` combines a desired value with the current one. ``writes``
    returns the values to write, by path; PATCH operations and the body of a PUT are made from them. ``show`` returns
    the value of the option without secrets. ``compare`` returns it for a diff, with secrets masked.

    ``parts`` are the names inside a complex value.
    """

    parts: tuple[str, ...] = ()

    def read(self, node: Any) -> Any:
        return node

    def merge(self, current: Any, desired: Any) -> Any:
        return None if desired in ("", [], {}) else desired

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return same(one, other, caseless=caseless)

    def met(self, held: Any, before: Any, after: Any, *, caseless: bool) -> bool:
        """Return whether the server shows the value that was written."""
        return self.same(held, after, caseless=caseless)

    def count(self, node: Any) -> int:
        """Return how many items a value in the resource has."""
        return len(self.read(node) or ())

    def holds(self, held: Any, wanted: Any) -> bool:
        """Return True if the object is known to have the desired value, False if it may differ."""
        return bool(held == wanted and wanted not in ("", [], {}))

    def show(self, value: Any) -> Any:
        return value

    def compare(self, value: Any) -> Any:
        return self.show(value)

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        """Return the values to write, by path. ``node`` is the current value at ``path``."""
        return [(path, after)]

    def operations(self, path: Path, node: Any, before: Any, after: Any) -> list[Object]:
        """Return one operation for each path (RFC 7644 section 3.5.2)."""
        return [
            {"op": "remove", "path": path_text(where)}
            if value is None
            else {"op": "replace", "path": path_text(where), "value": value}
            for where, value in self.writes(path, node, before, after)
        ]

    def apply(self, resource: Object, path: Path, before: Any, after: Any) -> None:
        for where, value in self.writes(path, get(resource, path), before, after):
            put(resource, where, value)

    def validate(self, option: str, value: Any) -> None:
        """Raise InvalidError for a value of the option that no server accepts."""

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        """Raise InvalidError for invisible characters and line breaks. ``held`` is the value on the server."""
        if isinstance(value, str):
            check_line(option, value)


class Truth(Shape):
    """A boolean. Some servers write it as a text or a number."""

    def read(self, node: Any) -> bool | None:
        return {"true": True, "1": True, "false": False, "0": False}.get(str(node).lower())


class Choice(Shape):
    """One of several words. ``words`` has the values of servers for each word. The first value is sent.

    Another value is read as None: no option can have it.
    """

    def __init__(self, words: Mapping[str, tuple[Any, ...]]) -> None:
        self.words = words

    def read(self, node: Any) -> str | None:
        return next((word for word, spellings in self.words.items() if fold(node) in map(fold, spellings)), None)

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        return [(path, None if after is None else self.words[after][0])]


class Single(Shape):
    """The first value of a list. The directory has only one mail field."""

    parts = PARTS

    def read(self, node: Any) -> Any:
        values = [item.get("value") for item in objects(node)]
        return values[0] if values else None

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        first, *others = objects(node) or [{"type": "work", "primary": True}]
        return [(path, None if after is None else [{**first, "value": after}, *others])]


class Reference(Shape):
    """The id of another object, stored as the ``value`` of a complex attribute."""

    parts = PARTS

    def read(self, node: Any) -> Any:
        return one_object(node).get("value")

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return same(*(value and id_mark(value) for value in (one, other)), caseless=caseless)

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        return [(path, None if after is None else {"value": after})]


class Flat(Shape):
    """A map, stored as an object. Only the given keys are managed, and ``''`` clears a value.

    The case of attribute names does not matter (RFC 7643 section 2.1): a key is written in the server's spelling.
    Values are texts in options and results. If the server holds a number or a boolean, a text that spells one is
    converted. If a key means a secret, its value is written and compared like others, and never shown.
    ``hidden`` is the option for the secret of the object: it is not read from the map, and no key may be a synonym of
    it. ``numbers`` are folded keys whose values may be given as numbers.
    """

    def __init__(self, hidden: str = "", numbers: tuple[str, ...] = ()) -> None:
        self.hidden = hidden
        self.numbers = numbers

    def read(self, node: Any) -> Any:
        items = node.items() if isinstance(node, dict) else ()
        return {key: value for key, value in items if is_value(value) and fold(key) != self.hidden} or None

    def show(self, value: Any) -> Any:
        return value and ({key: as_text(item) for key, item in value.items() if not is_secret(key, item)} or None)

    def compare(self, value: Any) -> Any:
        return value and {key: HIDDEN if is_secret(key, item) else as_text(item) for key, item in value.items()}

    def merge(self, current: Any, desired: Any) -> Any:
        spelled = {fold(key): key for key in current or ()}
        wanted = {spelled.get(fold(key), key): value for key, value in desired.items() if value is not None}
        return {key: value for key, value in {**(current or {}), **wanted}.items() if value != ""} or None

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        folded = [{fold(key): value for key, value in (given or {}).items()} for given in (one, other)]
        return same(*folded, caseless=caseless)

    def met(self, held: Any, before: Any, after: Any, *, caseless: bool) -> bool:
        """Return whether the server shows the keys that were written. It may have added others."""
        changed = {fold(key) for key in _changed(before, after)}
        kept = [{key: value for key, value in (given or {}).items() if fold(key) in changed} for given in (held, after)]
        return self.same(*kept, caseless=caseless)

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        held = node if isinstance(node, dict) else {}
        return [((*path, key), _typed((after or {}).get(key), held.get(key))) for key in _changed(before, after)]

    def holds(self, held: Any, wanted: Any) -> bool:
        if not isinstance(wanted, dict) or not isinstance(held, dict):
            return False
        return all(value is None or (value != "" and held.get(key) == value) for key, value in wanted.items())

    def validate(self, option: str, value: Any) -> None:
        if any(isinstance(item, (dict, list)) for item in value.values()):
            raise InvalidError(f"{option} is a flat map: its values cannot be lists or maps")
        for key, item in value.items():
            number = is_number(item) and fold(key) in self.numbers
            if item is not None and not isinstance(item, str) and not number:
                raise InvalidError(
                    f"{option}.{key} takes a text, but {misread(item, secret=means_secret(key))}", hint=QUOTE
                )
        if len({fold(key) for key in value}) < len(value):
            raise InvalidError(f"{option} holds a key twice: upper and lower case are the same")
        if secrets := [key for key in value if is_synonym(key, self.hidden)]:
            raise InvalidError(
                f"{option}.{secrets[0]} is a secret: use the option {self.hidden} instead",
                hint=f"Everybody who can see the object could read it in {option}",
            )

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        known = {fold(key): item for key, item in (held or {}).items()}
        problems: list[IdentityError] = []
        for key, item in value.items():
            try:
                if fold(key) not in known:
                    check_name(f"a key of {option},", key)
                if item is not None and not same(item, known.get(fold(key))):
                    self._check_item(f"{option}.{key}", key, item)
            except InvalidError as error:
                problems.append(error)
        raise_all(problems)

    def _check_item(self, place: str, key: str, item: Any) -> None:
        if fold(key) in self.numbers and not DECIMAL.fullmatch(str(item)):
            raise InvalidError(f"{place} {item!r} is not a decimal number", hint=DECIMAL_HINT)
        (check_secret if is_secret(key, item) else check_name)(place, str(item))


class Keyed(Flat):
    """A map, stored as a list of ``{key, value}`` objects. The whole list is written, with its unchanged items.

    ``kinds`` are the keys that the option accepts. If it is empty, any key is accepted.
    """

    parts = PARTS

    def __init__(self, key: str, kinds: tuple[str, ...] = (), hidden: str = "", numbers: tuple[str, ...] = ()) -> None:
        super().__init__(hidden, numbers)
        self.key = key
        self.kinds = kinds

    def _kind(self, item: Object) -> str:
        return str(item.get(self.key) or "")

    def merge(self, current: Any, desired: Any) -> Any:
        """Merge the values as texts, because this server stores texts."""
        merged = super().merge(current, desired) or {}
        return {key: as_text(value) for key, value in merged.items()} or None

    def read(self, node: Any) -> Any:
        pairs = {self._kind(item): item.get("value") for item in reversed(objects(node))}
        if self.kinds:
            pairs = {fold(kind): value for kind, value in pairs.items() if fold(kind) in self.kinds}
        return super().read({kind: value for kind, value in pairs.items() if kind})

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        changed = {fold(key): key for key in _changed(before, after)}
        items: list[Object] = []
        for item in objects(node):
            if fold(self._kind(item)) not in {fold(key) for key in _changed(before, after)}:
                items.append(item)
            elif key := changed.pop(fold(self._kind(item)), None):
                items.append({**item, "value": (after or {}).get(key)})
        items += [{self.key: key, "value": (after or {}).get(key)} for key in changed.values()]
        return [(path, [item for item in items if is_value(item.get("value"))] or None)]


class Named(Shape):
    """The name of a safe, stored as the ``name`` of a complex attribute. Answers may have it as the ``value``."""

    parts = PARTS

    def read(self, node: Any) -> Any:
        named = one_object(node)
        return named.get("name") or named.get("value")

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        return [(path, {"name": after})]


class Names(Shape):
    """A set of names. Their case does not matter.

    A desired value has lists of names under ``add`` and ``remove``, or under ``set`` alone. ``known`` maps the letters
    of each accepted name to the spelling that is sent.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = known or {}

    def spelled(self, name: str) -> str:
        """Return the name in the spelling that is sent."""
        return self.known.get(letters(name), name)

    def read(self, node: Any) -> list[str]:
        # Keep each name once, in its first spelling.
        names = [self.spelled(str(name)) for name in reversed(node if isinstance(node, list) else []) if is_value(name)]
        return sorted({fold(name): name for name in names}.values())

    def merge(self, current: Any, desired: Mapping[str, list[str] | None]) -> list[str]:
        wanted = {way: self.read(names) for way, names in desired.items() if names is not None}
        gone = {fold(name) for name in wanted.get("remove", ())}
        merged = wanted["set"] if "set" in wanted else [*(current or ()), *wanted.get("add", ())]
        return [name for name in self.read(merged) if fold(name) not in gone]

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return {fold(name) for name in one or ()} == {fold(name) for name in other or ()}

    def show(self, value: Any) -> Any:
        return {"set": list(value or ())}

    def validate(self, option: str, value: Any) -> None:
        refuse_contradictions(option, value, self.spelled)
        if self.known:
            self.refuse_unknown(option, [name for names in value.values() for name in names or ()])

    def refuse_unknown(self, option: str, names: Iterable[str]) -> None:
        """Raise InvalidError for unknown names."""
        if unknown := sorted(name for name in names if letters(name) not in self.known):
            raise InvalidError(
                f"{option} names {', '.join(map(repr, unknown))}, which is not a right",
                hint=f"The rights are {', '.join(dict.fromkeys(self.known.values()))}",
            )

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        check_names(option, value, of_object=False)


class Joined(Shape):
    """A set of texts, stored as one text with a separator between them.

    All ``separators`` are read. An existing text keeps its separator. A new one gets the first separator.
    """

    def __init__(self, separators: str = ",") -> None:
        self.separators = separators

    def read(self, node: Any) -> list[str] | None:
        parts = re.split(f"[{re.escape(self.separators)}]", str(node or ""))
        return sorted(part.strip() for part in parts if part.strip()) or None

    def merge(self, current: Any, desired: Any) -> Any:
        return self.read(self.separators[0].join(desired))

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return {fold(part) for part in one or ()} == {fold(part) for part in other or ()}

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        separator = next((each for each in self.separators if each in str(node or "")), self.separators[0])
        return [(path, separator.join(after) if after else None)]

    def respell(self, text: str) -> str:
        """Return the text with the other separator."""
        return text.translate(str.maketrans(self.separators, self.separators[::-1]))

    def validate(self, option: str, value: Any) -> None:
        if "" in value:
            raise InvalidError(f"{option} holds an empty name", hint="An empty list is []")

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        for number, part in enumerate(value):
            if part in (held or ()):
                continue
            place = f"{option}[{number}]"
            check_name(place, part, in_list=True)
            if between := next((each for each in part if each.isspace() or each in self.separators), None):
                raise InvalidError(f"{place} {part!r} holds {between!r}", hint="Give each as an item of its own")


class Moment(Shape):
    """A point in time: ISO 8601 in the option, seconds since 1970 in the resource.

    Zero and negative numbers mean never: some vaults show a membership without an end as one that ends in the year 1.
    """

    def read(self, node: Any) -> str | None:
        try:
            since = int(node or 0)
            moment = datetime.fromtimestamp(since, timezone.utc) if since > 0 else None
        except (TypeError, ValueError, OverflowError, OSError):
            return None
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None

    @staticmethod
    def is_never(node: Any) -> bool:
        """Return whether this number means never. The vault shows such numbers, but refuses them in requests."""
        return isinstance(node, (int, float)) and node <= 0

    def merge(self, current: Any, desired: Any) -> Any:
        return self.read(seconds(desired)) if desired else None

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        return [(path, seconds(after) if after else None)]

    def validate(self, option: str, value: Any) -> None:
        if not value:
            return
        try:
            seconds(value)
        except (ValueError, OverflowError):
            raise InvalidError(
                f"{option} {value!r} is not an ISO 8601 time after 1970", hint="It looks like 2027-01-31T18:00:00Z"
            ) from None

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        """Check nothing: the value was parsed."""


class Entry(Shape):
    """The value of one key in a list of ``{key, value}`` objects. It is written and never read."""

    parts = PARTS

    def __init__(self, key: str) -> None:
        self.key = key

    def read(self, node: Any) -> None:
        return None

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        others = [item for item in objects(node) if fold(item.get("key")) != self.key]
        return [(path, [*others, {"key": self.key, "value": after}])]


class Members(Shape):
    """The members of one kind, as a map from id to name. They are stored in a list with members of all kinds.

    A desired value has such maps under ``add`` and ``remove``, or under ``set`` alone. Only the difference is sent.
    """

    parts = PARTS

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def read(self, node: Any) -> dict[str, str]:
        found = [member for member in objects(node) if member.get("value") and self._is_of_kind(member)]
        return {str(member["value"]): str(member.get("display") or member["value"]) for member in found}

    def count(self, node: Any) -> int:
        """Return how many members of any kind there are."""
        return len(objects(node))

    def _is_of_kind(self, member: Object) -> bool:
        return fold(kind_of(member) or member.get("type")) == fold(self.kind)

    def merge(self, current: Any, desired: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        held = dict(current or {})
        spelled = {id_mark(identifier): identifier for identifier in held}
        # Keep the ids in the case of the member list, because other answers may change it.
        given = {
            way: {spelled.get(id_mark(identifier), identifier): name for identifier, name in (members or {}).items()}
            for way, members in desired.items()
            if members is not None
        }
        if (wanted := given.get("set")) is not None:
            return {identifier: held.get(identifier, name) for identifier, name in wanted.items()}
        merged = {**given.get("add", {}), **held}
        return {identifier: name for identifier, name in merged.items() if identifier not in given.get("remove", ())}

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return set(map(id_mark, one or ())) == set(map(id_mark, other or ()))

    def holds(self, held: Any, wanted: Any) -> bool:
        names = wanted.get("set") if isinstance(wanted, dict) and not wanted.get("add") else None
        if not isinstance(names, list) or wanted.get("remove") or len(names) != len(held):
            return False
        return all(isinstance(name, str) for name in names) and sorted(names) == sorted(held.values())

    def show(self, value: Any) -> Any:
        return {"set": sorted((value or {}).values(), key=fold)}

    def operations(self, path: Path, node: Any, before: Any, after: Any) -> list[Object]:
        """Return the operations. Additions are first, so that nobody who keeps access loses it in between."""
        where = path_text(path)
        added = [self._member(identifier) for identifier in after if identifier not in before]
        removed = [identifier for identifier in before if identifier not in after]
        # Limit the members of one operation to those of one request. The caller groups operations into requests.
        adding = [{"op": "add", "path": where, "value": added[i : i + BATCH]} for i in range(0, len(added), BATCH)]
        return adding + [{"op": "remove", "path": f"{where}[value eq {quoted(gone)}]"} for gone in removed]

    def apply(self, resource: Object, path: Path, before: Any, after: Any) -> None:
        others = [member for member in objects(get(resource, path)) if not self._is_of_kind(member)]
        own = [member for member in objects(get(resource, path)) if self._is_of_kind(member)]
        kept = [member for member in own if str(member.get("value")) in after]
        held = {str(member.get("value")) for member in kept}
        added = [{**self._member(new), "display": name} for new, name in after.items() if new not in held]
        put(resource, path, [*others, *kept, *added] or None)

    def _member(self, identifier: str) -> Object:
        return {"value": identifier, "type": self.kind}

    def validate(self, option: str, value: Any) -> None:
        refuse_contradictions(option, value)

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        check_names(option, value, of_object=True)


def kind_of(member: Object) -> str | None:
    """Return the kind of a member, User or Group, or None if the member does not show it.

    ``type`` and ``$ref`` are optional (RFC 7643 section 4.2). Some servers use a singular in the path of ``$ref``. Some
    have the ``type`` "direct", which describes the membership and not the member.
    """
    kind = member.get(KIND) or KINDS.get(fold(member.get("type")))
    if not kind and (path := re.search(r"(?:^|/)(users?|groups?)/[^/]+/?$", str(member.get("$ref")), re.IGNORECASE)):
        kind = KINDS[fold(path[1])]
    return kind


class One(Shape):
    """One other object, stored in a complex attribute: a map from its id to its name. It never changes.

    A desired value may have several pairs. The first is sent, and the server may show any of them.
    """

    parts = PARTS

    def read(self, node: Any) -> dict[str, str] | None:
        node = one_object(node)
        if not (node.get("value") or node.get("display")):
            return None
        return {str(node.get("value") or node["display"]): str(node.get("display") or node["value"])}

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        keys = [self.names(value or {}) for value in (one, other)]
        return bool(keys[0] & keys[1]) or keys[0] == keys[1]

    @staticmethod
    def names(value: Mapping[str, str]) -> set[str]:
        """Return the ids and names in the forms to compare: without case, and with a directory in one form."""
        return {form for pair in value.items() for text in pair for form in (fold(text), canonical(text))}

    def show(self, value: Any) -> Any:
        return next(iter(value.values())) if value else None

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        identifier, name = next(iter(after.items()))
        # If the name is unknown, the id is sent alone.
        return [(path, {"value": identifier, "display": name} if name != identifier else {"value": identifier})]


def refuse_contradictions(
    option: str, given: Mapping[str, list[str] | None], spelled: Callable[[str], str] = str
) -> None:
    """Raise InvalidError for an empty name in a list, and for a name that is both added and removed."""
    if "" in [name for names in given.values() for name in names or ()]:
        raise InvalidError(
            f"{option} holds an empty name", hint="''.split(',') gives ['']: add | select to such a list"
        )
    added, removed = ({fold(spelled(name)) for name in given.get(way) or ()} for way in ("add", "remove"))
    if both := added & removed:
        raise InvalidError(f"{option} adds and removes {', '.join(sorted(both))}")


def refuse_doubles(option: str, names: Collection[str]) -> None:
    """Raise InvalidError for names that are given twice. Their case does not matter."""
    counts = Counter(map(fold, names))
    if twice := sorted({name for name in names if counts[fold(name)] > 1}):
        raise InvalidError(f"{option} holds {', '.join(twice)} twice")


def check_names(option: str, given: Mapping[str, list[str] | None], *, of_object: bool) -> None:
    """Raise InvalidError for invisible characters in the names of the lists ``add``, ``remove`` and ``set``."""
    problems: list[IdentityError] = []
    for way, names in given.items():
        for number, name in enumerate(names or ()):
            try:
                check_name(f"{option}.{way}[{number}]", name, in_list=True, of_object=of_object)
            except InvalidError as error:
                problems.append(error)
    raise_all(problems)


def _typed(value: Any, held: Any) -> Any:
    """Return a text as a number or a boolean if the current value has that type, else the value itself."""
    if isinstance(value, str) and isinstance(held, (bool, int, float)):
        with suppress(ValueError):
            read = json.loads(fold(value))
            return read if type(read) is type(held) else value
    return value


def seconds(text: str) -> int:
    """Return an ISO 8601 time in seconds since 1970. A time without an offset is UTC. Raise ValueError for other texts.

    A date without a time means the last second of that day, so that access until a day includes the day. Forms that
    only later releases of Python accept are refused, so that a task means the same everywhere.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", text.strip(), re.IGNORECASE):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.strip().upper().replace("Z", "+00:00"))
    if len(text.strip()) == len("2027-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    since = int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())
    if not 0 < since <= LAST_SECOND:
        raise ValueError(text)
    return since


def _changed(before: Any, after: Any) -> list[str]:
    old, new = before or {}, after or {}
    return [key for key in sorted({**old, **new}) if not same(old.get(key), new.get(key))]
