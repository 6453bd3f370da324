# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the columns of the tables: a Resource for each kind of object, an Attribute for each option.

The argument spec, comparison, request bodies, diff, result and redaction are all derived from these rows, so that a
name is declared once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._base.paths import Object, Path, get, look, objects, quoted
from .._base.spelling import Spelling
from .filters import name_stages
from .shapes import PARTS, Members, Names, One, Shape

# Attributes of a safe that refer to other objects and are not options.
SHOWN_REFERENCES = ("owner", "privilegedData")
LINKED_OBJECT = "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"
NAME_TAKEN = (
    "The server shows no {name} of this name. It may keep one that was deleted, or have one whose name differs only in "
    "case or spelling, such as STRASSE and Straße. Another value may also be taken, such as the mail address"
)


@dataclass(frozen=True)
class NewValue:
    """Further rules for a value that the server does not hold yet.

    ``longest`` is the maximum number of characters. ``forbidden`` are characters that the server is known to refuse.
    ``not_in_vault`` are characters that the directory accepts and the vault refuses. ``suffixed`` values end in ``@``
    and a suffix of the tenant. ``unknown`` is a fact about the value that only the server knows, and
    ``unknown_without`` such a fact about a missing value.
    """

    longest: int = 0
    forbidden: str = ""
    not_in_vault: str = ""
    suffixed: bool = False
    unknown: str = ""
    unknown_without: str = ""


@dataclass(frozen=True)
class Attribute:
    """One option of a module and the path of its value in the resource.

    - ``spec`` is copied to the argument spec.
    - ``also`` is a second path where servers may keep the value.
    - ``caseless`` values are compared without case.
    - ``pattern`` is a regular expression for the whole value; ``pattern_hint`` explains it.
    - ``secret`` values are written and never read (RFC 7643 section 7: mutability writeOnly). They have at least
      ``shortest`` characters.
    - ``required`` options are needed to create an object, and cannot be cleared.
    - ``immutable`` options cannot change after the object is created.
    - ``filter`` is the name of the attribute in filters.
    - ``refers_to`` is the endpoint or table of the object that the value names by key or id.
    - ``default`` returns the value of an empty attribute, given the first key of the object.
    - ``on_create`` options are sent to create an object and not compared later, because servers need not show them.
    - ``needs`` is another option that must be given with this one.
    - ``lines`` allows line breaks.
    - ``new`` has rules for new values only.
    - ``within`` is the endpoint of the object that contains this one. The value is its name.
    - ``presets`` are named lists of items for the option ``preset_option``.
    - ``none_hint`` explains how to give no item at all.
    """

    option: str
    path: Path
    type: str = "str"
    shape: Shape = field(default_factory=Shape)
    spec: Mapping[str, Any] = field(default_factory=dict)
    also: Path | None = None
    caseless: bool = False
    pattern: str | None = None
    pattern_hint: str | None = None
    required: bool = False
    immutable: bool = False
    secret: bool = False
    shortest: int = 0
    filter: str | None = None
    refers_to: str | None = None
    default: Callable[[str], Any] | None = None
    on_create: bool = False
    needs: str | None = None
    lines: bool = False
    new: NewValue = NewValue()
    within: str | None = None
    presets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    none_hint: str | None = None

    @property
    def preset_option(self) -> str:
        return f"{self.option}_preset"

    def read(self, resource: Object) -> Any:
        value = self.shape.read(get(resource, self.path))
        return self.shape.read(get(resource, self.also)) if value is None and self.also else value

    def same(self, one: Any, other: Any) -> bool:
        return self.shape.same(one, other, caseless=self.caseless)

    def met(self, held: Any, before: Any, after: Any) -> bool:
        return self.shape.met(held, before, after, caseless=self.caseless)


@dataclass(frozen=True)
class Policy:
    """An option that is not an attribute, but a rule for managing the object. ``known`` limits the items of a list."""

    spec: Mapping[str, Any]
    known: Names | None = None


@dataclass(frozen=True)
class Access:
    """The access that an object gives to others: its options, and the words for them in messages.

    ``held`` is the word for existing access, and ``lost`` the word for lost access.
    """

    options: tuple[str, ...]
    held: str
    lost: str


@dataclass(frozen=True)
class Resource:
    """A kind of object: its SCIM endpoint or its table in the administration API, and its rows.

    Requests:

    - ``keys`` are the options that together identify an object. Only one of the options in ``either`` is given.
    - ``computed`` paths are set by the server, and not sent back in a PUT.
    - ``patch``: a change is a PATCH; otherwise it is a PUT.
    - ``listed``: the server may show the id of an object only in lists.
    - ``unique``: the server refuses a second object with the same keys.
    - ``doubtful``: an empty filter result is verified with a list of all objects.
    - ``policies`` are options that are not attributes.

    Meaning:

    - ``access`` is the access that the object gives to others. It ends at the time in the option ``ended_by``.
    - ``enabled_by`` is the option that disables the object if it is false.
    - ``known_by`` are options that people need to use the object, such as its name and password.
    - ``contains`` are the endpoints of objects that are deleted with this one.
    - ``creator_policy`` is the policy with the access that the creator of the object keeps.
    - ``former_policy`` is the policy with names that the object may still have.
    - ``elsewhere`` is the option that names another directory to search for the object of a key.
    - ``built_in`` are the names of objects that every tenant has; ``built_in_ids`` is a pattern for their ids.
    - ``name_taken`` is a hint for a name that is taken although no lookup shows it.
    """

    name: str
    plural: str
    endpoint: str
    keys: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    schema: str = ""
    policies: Mapping[str, Policy] = field(default_factory=dict)
    computed: tuple[Path, ...] = (("meta",),)
    patch: bool = True
    listed: bool = False
    unique: bool = True
    doubtful: bool = False
    in_vault: bool = False
    either: tuple[str, ...] = ()
    elsewhere: str = ""
    access: Access | None = None
    ended_by: str = ""
    enabled_by: str = ""
    known_by: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    creator_policy: str = ""
    former_policy: str = ""
    built_in: tuple[str, ...] = ()
    built_in_ids: str = ""
    name_taken: str = NAME_TAKEN

    @cached_property
    def _by_option(self) -> dict[str, Attribute]:
        return {attribute.option: attribute for attribute in self.attributes}

    def attribute(self, option: str) -> Attribute:
        return self._by_option[option]

    @cached_property
    def options(self) -> frozenset[str]:
        """The options that are specific to this kind."""
        presets = (row.preset_option for row in self.attributes if row.presets)
        return frozenset([*self._by_option, *presets, *self.policies])

    @cached_property
    def references(self) -> tuple[Attribute, ...]:
        """The rows that refer to other objects."""
        return tuple(row for row in self.attributes if row.refers_to)

    @cached_property
    def spelling(self) -> Spelling:
        """The spelling in the schemas of all names that the rows read, and of computed paths."""
        rows = [(path, row.shape.parts) for row in self.attributes for path in (row.path, row.also) if path]
        shown = [((name,), PARTS) for name in SHOWN_REFERENCES]
        paths = [(*path, *rest) for path, parts in [*rows, *shown] for rest in ((), *((part,) for part in parts))]
        return Spelling([("id",), ("schemas",), (LINKED_OBJECT,), *self.computed, *paths])

    @cached_property
    def member_rows(self) -> tuple[Attribute, ...]:
        """The rows of members. A list of objects may show only some of the members."""
        return tuple(row for row in self.attributes if isinstance(row.shape, Members))

    @cached_property
    def parent(self) -> Attribute | None:
        """The row that names the object that contains this one, or None."""
        return next((row for row in self.attributes if row.within), None)

    @cached_property
    def suffixed(self) -> Attribute | None:
        """The row of a login name, which ends in a suffix of the tenant. None for other kinds."""
        return next((row for row in self.attributes if row.new.suffixed), None)

    @property
    def is_permission(self) -> bool:
        """Return whether objects of this kind are the access of one member, such as a permission on a safe."""
        return bool(self.access and self.either)

    def members(self, item: Object) -> Iterator[tuple[str, str, str]]:
        """Yield the endpoint, the id and the shown name of each member of an object.

        A member of an unknown kind counts as one of the first kind of members.
        """
        found = set()
        for row in self.references:
            if isinstance(row.shape, (Members, One)):
                for identifier, shown in (row.read(item) or {}).items():
                    found.add(identifier)
                    yield str(row.refers_to), identifier, shown
        for row in self.member_rows[:1]:
            for member in objects(get(item, row.path)):
                if member.get("value") and (identifier := str(member["value"])) not in found:
                    yield str(row.refers_to), identifier, str(member.get("display") or identifier)

    def count_access(self, item: Object) -> int:
        """Return how many memberships or rights an object gives. A permission counts at least as one."""
        rows = [self.attribute(option) for option in self.access.options] if self.access else []
        shapes = {row.path: row.shape for row in rows}
        held = sum(shape.count(get(item, path)) for path, shape in shapes.items())
        return max(1, held) if self.is_permission else held

    def is_disabled(self, item: Object) -> bool:
        """Return whether the server shows an object as disabled. An object without a state counts as enabled."""
        return bool(self.enabled_by) and self.attribute(self.enabled_by).read(item) is False

    def is_built_in(self, identifier: str, names: Iterable[str]) -> bool:
        """Return whether every tenant has this object."""
        by_id = bool(self.built_in) and re.fullmatch(self.built_in_ids, identifier, re.IGNORECASE)
        return bool(by_id) or any(look(name) in self.built_in for name in names)

    def compared_members(self, options: Object, *, absent: bool) -> tuple[Attribute, ...]:
        """Return the rows of members that these options set. A removal needs all of them."""
        return tuple(row for row in self.member_rows if absent or options.get(row.option) is not None)

    def holds(self, resource: Object, options: Object, name_of: Callable[[str, str], str | None]) -> bool:
        """Return True if an object is known to have these options, and False if it may differ.

        The options need not be validated. ``name_of`` returns the name of the object with an endpoint and an id.
        """
        for option, wanted in options.items():
            row = self._by_option.get(option)
            if wanted is None or (option, wanted) == ("state", "present"):
                continue
            if row is None:
                return False
            if row.on_create:
                continue
            if row.secret:
                if options.get(f"update_{option}") == "always":
                    return False
                continue
            held = row.read(resource)
            if row.refers_to and isinstance(held, str):
                held = name_of(row.refers_to, held)
            if not row.shape.holds(held, wanted):
                return False
        return True

    @property
    def key_attribute(self) -> str:
        """The SCIM name of the first key, by which references name an object."""
        return self.attribute(self.keys[0]).path[0]

    @property
    def finding(self) -> tuple[str, ...]:
        """The options to find an object: its keys, and the options that are only used to search."""
        return (*self.keys, *(row.option for row in self.attributes if row.on_create))

    def name_of(self, options: Object) -> Object:
        """Return the given keys among the options."""
        return {option: options[option] for option in self.keys if options.get(option)}

    def keys_of(self, resource: Object) -> Object:
        """Return the keys that an object has."""
        return {option: value for option in self.keys if (value := self.attribute(option).read(resource))}

    def matches(self, keys: Object, resource: Object) -> bool:
        return all(self.attribute(option).same(self.attribute(option).read(resource), keys[option]) for option in keys)

    def stages(self, keys: Object) -> list[list[str]]:
        """Return filters that find the object with these keys, the narrowest first."""
        rows = [row for row in self.attributes if row.filter and row.option in keys]
        values = [next(iter(keys[row.option])) if row.refers_to else keys[row.option] for row in rows]
        if len(rows) == 1 and not rows[0].refers_to:
            return name_stages(str(rows[0].filter), values[0])
        clauses = [f"{row.filter} eq {quoted(value)}" for row, value in zip(rows, values)]
        # Then each clause alone: some servers do not support ``and``, compare with case, or do not know the member.
        return [[" and ".join(clauses)], *([[clause] for clause in reversed(clauses)] if len(clauses) > 1 else [])]

    def describe(self, resource: Object) -> Object:
        """Return the object as options of the module, with its ``id``."""
        options = {row.option: row.shape.show(row.read(resource)) for row in self.attributes if not row.secret}
        return {"id": resource.get("id"), **options}
