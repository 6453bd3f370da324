# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies for any object of a server and any options of a task, generated from the rows of every kind."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import put
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.resources import IDENTITY_RESOURCES
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.shapes import (
    GRANTS,
    Grants,
    Scopes,
    Timespan,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import plan_present
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import (
    CUSTOM,
    ENTERPRISE_USER,
    RESOURCES,
    RIGHTS,
    SAFE,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.rows import Attribute, Resource
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.shapes import (
    Choice,
    Entry,
    Flat,
    Joined,
    Keyed,
    Members,
    Moment,
    Named,
    Names,
    One,
    Reference,
    Shape,
    Single,
    Truth,
)
from hypothesis import settings
from hypothesis import strategies as st

Object = dict[str, Any]
Strategy = st.SearchStrategy[Any]

KINDS: tuple[Resource, ...] = (*RESOURCES.values(), *IDENTITY_RESOURCES.values())
KIND = {resource.endpoint: resource for resource in KINDS}
SECRET = 'S3cret "word" that \\shows/ ä'
# Texts with a meaning in YAML, JSON, templates, filters, paths or SQL.
AWKWARD = (
    *(
        "yes",
        "No",
        "~",
        "null",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "12:30:45",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        ".inf",
    ),
    *(
        "{{ x }}",
        "{% if x %}",
        "{# x #}",
        "#jinja2: a:b\nx",
        "=",
        "<<",
        "!x",
        "&a",
        "*a",
        "- x",
        "a: b",
        "a #b",
        "%YAML",
    ),
    *(
        '"',
        "'",
        "\\",
        '\\"',
        'x" or userName pr',
        "'; DROP TABLE",
        "a]b[c",
        "a,b",
        " a",
        "a ",
        " ",
        "a\nb",
        "a\n",
        "\t",
    ),
    *("../x", "..", ".", "?a=b", "#x", "%2F", "a/b", "\x00", "\x7f", "\x85", "\u2028", "\ufeff", "é", "e\u0301", "😀"),
)
TEXT = st.one_of(st.sampled_from(AWKWARD), st.text(min_size=1, max_size=8))
IDS = ("1", "0b", 'a"b', "c\\d", "e/f", "g]h", "{{ i }}", " j ", "ä", "K")
# Ids of users and groups are distinct.
NAMED = {kind: {f"{identifier}{kind[0]}": f"Name of {identifier}" for identifier in IDS} for kind in ("User", "Role")}
NAMED["Group"] = NAMED["Role"]
PEOPLE = NAMED["User"]


def examples(number: int) -> settings:
    """Limit the number of examples, scaled by the profile."""
    return settings(max_examples=max(1, number * settings.default.max_examples // 100))


def ways(things: Strategy) -> Strategy:
    """Generate ``{add, remove}`` of distinct values, or ``{set}``, from a strategy for lists or maps."""
    return st.one_of(
        st.fixed_dictionaries({"set": things}),
        st.tuples(things, things).map(lambda both: {"add": both[0], "remove": _without(both[1], both[0])}),
        things.map(lambda added: {"add": added}),
        things.map(lambda removed: {"remove": removed}),
    )


def _without(things: Any, others: Any) -> Any:
    folded = {str(other).lower() for other in others}
    if isinstance(things, dict):
        return {key: value for key, value in things.items() if key not in others}
    return [thing for thing in things if thing.lower() not in folded]


def in_any_case(texts: Strategy) -> Strategy:
    """Vary the case of ASCII texts."""
    return st.tuples(texts, st.sampled_from([str, str.lower, str.upper, str.swapcase])).map(
        lambda pair: pair[1](pair[0])
    )


def maps(keys: Strategy, values: Strategy) -> Strategy:
    """Generate maps whose keys differ by more than case."""
    pairs = st.lists(st.tuples(keys, values), max_size=4, unique_by=lambda pair: pair[0].lower())
    return pairs.map(dict)


def lists(items: Strategy) -> Strategy:
    return st.lists(items, max_size=5, unique_by=str.lower)


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z")


def members(shape: Any) -> Strategy:
    """Generate maps from id to name of some objects of the shape's kind."""
    named = NAMED[shape.kind]
    return st.sets(st.sampled_from(list(named))).map(lambda ids: {each: named[each] for each in sorted(ids)})


def _plain(row: Attribute) -> Strategy:
    if "choices" in row.spec:
        return st.sampled_from(row.spec["choices"])
    if row.type == "int":
        return st.integers(0, 10**6)
    return TEXT if row.required or row.secret else st.one_of(TEXT, st.just(""))


def _keyed(row: Attribute) -> Strategy:
    kinds = getattr(row.shape, "kinds", ())
    hidden = getattr(row.shape, "hidden", ())
    keys = st.sampled_from(kinds) if kinds else TEXT.filter(lambda key: key.lower() not in hidden)
    return maps(keys, st.one_of(st.none(), st.just(""), TEXT, st.integers(), st.booleans()))


def _names(row: Attribute) -> Strategy:
    known = tuple(getattr(row.shape, "known", {}).values())
    return ways(lists(in_any_case(st.sampled_from(known)) if known else TEXT))


def _joined(row: Attribute) -> Strategy:
    choices = row.spec.get("choices")
    return lists(st.sampled_from(choices) if choices else TEXT)


def _scopes(row: Attribute) -> Strategy:
    scope = st.fixed_dictionaries(
        {"name": st.sampled_from(["scim", "all", "x-y", "ä"])},
        optional={"description": st.one_of(st.none(), st.just(""), TEXT), "allowed_rest": st.lists(TEXT, max_size=3)},
    )
    return st.lists(scope, max_size=3, unique_by=lambda each: each["name"])


ROLES = {"r1": "operators", "r2": "Auditors", "r3": "{{ x }}"}


def _grants(row: Attribute) -> Strategy:
    rights = st.lists(st.sampled_from(list(GRANTS)), max_size=3, unique=True)
    grants = st.dictionaries(st.sampled_from(list(ROLES)), rights).map(
        lambda given: {key: {"role": ROLES[key], "rights": value} for key, value in given.items()}
    )
    return ways(grants)


# Desired values of an option, with resolved references, by the shape of its row.
DESIRED_VALUES: dict[type[Shape], Callable[[Attribute], Strategy]] = {
    Shape: _plain,
    Truth: lambda row: st.booleans(),
    Single: _plain,
    Reference: lambda row: st.sampled_from([*IDS, ""]),
    Flat: lambda row: maps(
        in_any_case(st.sampled_from(["costCenter", "badge", "site"])),
        st.one_of(st.none(), st.just(""), TEXT, st.integers(), st.booleans()),
    ),
    Keyed: _keyed,
    Named: lambda row: TEXT,
    Names: _names,
    Joined: _joined,
    Moment: lambda row: st.one_of(st.just(""), MOMENTS),
    Entry: lambda row: st.just(SECRET),
    Members: lambda row: ways(members(row.shape)),
    One: lambda row: st.sampled_from(list(PEOPLE.items())).map(lambda one: dict([one])),
    Choice: lambda row: st.sampled_from(list(getattr(row.shape, "words", {}))),
    Timespan: lambda row: st.integers(1, 10**7),
    Scopes: _scopes,
    Grants: _grants,
}


def desired_value(row: Attribute) -> Strategy:
    """Generate any value of an option, or None for an unmanaged one."""
    return st.just(SECRET) if row.secret else st.one_of(st.none(), DESIRED_VALUES[type(row.shape)](row))


def desired_options(endpoint: str, *, new: bool) -> Strategy:
    """Generate any options for a new object, or for the mutable attributes of an existing one."""
    return _desired_options(endpoint)[new]


# Cached per kind: building a strategy takes longer than drawing from it.
@cache
def _desired_options(endpoint: str) -> tuple[Strategy, Strategy]:
    resource = KIND[endpoint]
    first = resource.attribute(resource.keys[0])
    name = DESIRED_VALUES[type(first.shape)](first)
    options = {row.option: desired_value(row) for row in resource.attributes}
    changing = {row.option: options[row.option] for row in resource.attributes if not row.immutable}
    others = {option: values for option, values in options.items() if option != first.option}
    return (
        st.fixed_dictionaries({}, optional=changing),
        st.fixed_dictionaries({first.option: name}, optional=others),
    )


@cache
def objects(endpoint: str) -> Strategy:
    """Generate an object as a server may hold it, with marked unmanaged content anywhere in it."""
    resource = KIND[endpoint]
    given = desired_options(endpoint, new=True)
    spellings = st.sampled_from([lambda value: value, str, lambda value: str(value).lower(), int])
    choices = st.lists(st.booleans(), min_size=8, max_size=8)

    def made(wanted: Object, spelled: Callable[[bool], Any], chosen: list[bool]) -> Object:
        options = {key: value for key, value in wanted.items() if not resource.attribute(key).secret}
        held = copy.deepcopy(plan_present(resource, None, options, write_secrets=False).expected)
        for row in resource.attributes:
            if isinstance(row.shape, Truth) and row.read(held) is not None:
                put(held, row.path, spelled(bool(row.read(held))))
        return _with_the_unmanaged(held, itertools.cycle(chosen))

    return st.builds(made, given, spellings, choices)


def _with_the_unmanaged(held: Object, chosen: Iterator[bool]) -> Object:
    """Add marked content wherever a server may hold unmanaged data."""
    numbers = itertools.count()

    def mark() -> str:
        return f"unmanaged {next(numbers)}"

    for inner in [*_insides(held)]:
        if next(chosen):
            inner["x-unknown"] = mark()
    for name in ("phoneNumbers", "members", "emails"):
        if name in held and next(chosen):
            # Only the first mail counts.
            held[name].insert(1 if name == "emails" else 0, {"type": "x-other", "value": mark()})
    held["nickName"] = mark()
    held["urn:x:unknown:1.0:Thing"] = {"deep": {"er": mark()}, "listed": [{"value": mark()}]}
    return {**held, "id": "1", "meta": {"version": mark()}}


def _insides(node: Any) -> Iterator[Object]:
    """Yield the maps within a document, except maps from ids to permissions, which the collection itself builds."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key != "Grants" and isinstance(value, (dict, list)):
            if isinstance(value, dict):
                yield value
            yield from _insides(value)


def marks(node: Any) -> set[str]:
    """Return the marks of unmanaged content."""
    if isinstance(node, dict):
        return set().union(*map(marks, node.values()))
    if isinstance(node, list):
        return set().union(*map(marks, node))
    return {node} if isinstance(node, str) and node.startswith("unmanaged ") else set()


# -- Tenants, as the emulator is seeded with them ----------------------------------------------------------------------

CUSTOM_VALUES = st.one_of(TEXT, st.integers(), st.booleans())
SAFE_NAMES = st.text(st.characters(codec="utf-8", exclude_characters='\\/:*<>".|'), min_size=1, max_size=8)


def _different(names: Strategy, most: int) -> Strategy:
    """Generate names that no directory considers equal."""
    return st.lists(names, max_size=most, unique_by=lambda name: name.casefold().strip())


@st.composite
def tenants(draw: Any) -> Object:
    """Generate a seed of the emulator: any objects of a tenant, with any names and texts."""

    def some(**parts: Strategy) -> Object:
        return draw(st.fixed_dictionaries({}, optional=parts))

    logins = draw(_different(st.one_of(TEXT, TEXT.map(lambda text: f"{text}@example.com")), 7))
    users: list[Object] = []
    for number, login in enumerate(logins):
        user = some(
            displayName=TEXT,
            active=st.booleans(),
            preferredLanguage=TEXT,
            name=st.fixed_dictionaries({}, optional={"givenName": TEXT, "familyName": TEXT}),
            emails=TEXT.map(lambda text: [{"value": text}]),
            phoneNumbers=TEXT.map(lambda text: [{"type": "home", "value": text}, {"type": "work", "value": "1"}]),
        )
        user[CUSTOM] = draw(st.dictionaries(st.sampled_from(["costCenter", "badge", "site"]), CUSTOM_VALUES))
        user[ENTERPRISE_USER] = some(organization=TEXT)
        if number and draw(st.booleans()):
            user[ENTERPRISE_USER]["manager"] = {"value": f"u{draw(st.integers(0, number - 1))}"}
        users.append({**user, "id": f"u{number}", "userName": login})
    linked = draw(st.integers(0, 2))
    known = [user["id"] for user in users]
    groups: list[Object] = []
    for number, name in enumerate(draw(_different(TEXT, 5))):
        members = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        groups.append({"id": f"g{number}", "displayName": name, "members": members})
        known.append(f"g{number}")
    containers = [
        {"name": name, **some(description=TEXT), SAFE: some(NumberOfDaysRetention=st.integers(0, 99), ManagingCPM=TEXT)}
        for name in draw(_different(SAFE_NAMES.filter(lambda name: not name.startswith(" ")), 3))
    ]
    permissions = [
        {
            "container": safe["name"],
            "user" if holder.startswith("u") else "group": holder,
            "rights": draw(st.lists(st.sampled_from(RIGHTS), min_size=1, max_size=3, unique=True)),
            "expiration": draw(st.none() | st.integers(1, 10**10)),
        }
        for safe in containers
        for holder in (draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) if known else [])
    ]
    properties = maps(TEXT.filter(lambda key: key.strip().lower() not in ("secret", "username")), TEXT)
    accounts = [
        {"container": safe["name"], "name": name, "properties": draw(properties), **some(description=TEXT)}
        for safe in containers
        for name in draw(_different(TEXT, 2))
    ]
    return {
        "users": users[linked:],
        "linked_users": users[:linked],
        "groups": groups,
        "containers": containers,
        "permissions": permissions,
        "accounts": accounts,
    }
