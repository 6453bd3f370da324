# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The classes of the tables: what a Resource and an Attribute row can say.

From a row come the argument spec, the comparison, the request bodies, the diff, the result and the redaction,
so that a name is declared once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._base.paths import Object, Path, get, quoted
from .._base.spelling import Spelling
from .filters import name_stages
from .shapes import PARTS, Members, Shape

# Attributes of a safe that refer to other objects, and are no options.
SHOWN_REFERENCES = ("owner", "privilegedData")
LINKED_OBJECT = "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"


@dataclass(frozen=True)
class NewValue:
    """What holds for a value that is not on the server yet, beside what holds for any.

    ``longest`` is the most characters, and ``forbidden`` are characters, that the server is known to refuse.
    ``not_in_vault`` are characters that the directory takes and the vault does not. ``suffixed`` ends in ``@`` and a
    suffix of the tenant. ``unknown`` is what only the server knows of the value, ``unknown_without`` of its absence.
    """

    longest: int = 0
    forbidden: str = ""
    not_in_vault: str = ""
    suffixed: bool = False
    unknown: str = ""
    unknown_without: str = ""


@dataclass(frozen=True)
class Attribute:
    """One option of a module and the place of its value in the resource.

    ``spec`` goes to the argument spec as it is. ``also`` is another place where servers keep the value. ``caseless``
    compares without case. ``pattern`` is a regular expression that a value matches as a whole; ``pattern_hint`` says it
    in words. ``secret`` is written and never read back (RFC 7643 section 7: mutability writeOnly), and has at least
    ``shortest`` characters.
    ``required`` has to be given to create an object and cannot be cleared; ``immutable`` cannot be changed afterwards.
    ``filter`` is the attribute's name in filters. ``refers_to`` is the endpoint, or the table, of the object that the
    value names, by its key or by id. ``default`` makes the value of an empty attribute from the object's first key.
    ``on_create`` is sent when the object is created, and not compared afterwards: servers need not show it.
    ``needs`` is another option that has to be given with this one. ``lines`` allows line breaks. ``new`` is what
    holds for a new value alone.
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

    def read(self, resource: Object) -> Any:
        value = self.shape.read(get(resource, self.path))
        return self.shape.read(get(resource, self.also)) if value is None and self.also else value

    def same(self, one: Any, other: Any) -> bool:
        return self.shape.same(one, other, caseless=self.caseless)

    def met(self, held: Any, before: Any, after: Any) -> bool:
        return self.shape.met(held, before, after, caseless=self.caseless)


@dataclass(frozen=True)
class Resource:
    """A kind of object: its SCIM endpoint or its table in the administration API, and its rows.

    ``keys`` are the options that together name an object among its kind; of ``user`` and ``group`` only one is given.
    ``computed`` paths are set by the server and not sent back in a PUT. Without ``patch`` a change is a PUT. The server
    may know ``listed`` objects by id in lists only. Without ``unique`` it creates several objects with the same keys.
    With ``doubtful``, an empty filter result is verified with a listing. ``policies`` are options without attributes.
    """

    name: str
    plural: str
    endpoint: str
    keys: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    schema: str = ""
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    computed: tuple[Path, ...] = (("meta",),)
    patch: bool = True
    listed: bool = False
    unique: bool = True
    doubtful: bool = False

    @cached_property
    def _by_option(self) -> dict[str, Attribute]:
        return {attribute.option: attribute for attribute in self.attributes}

    def attribute(self, option: str) -> Attribute:
        return self._by_option[option]

    @cached_property
    def references(self) -> tuple[Attribute, ...]:
        """Rows that name other objects."""
        return tuple(row for row in self.attributes if row.refers_to)

    @cached_property
    def spelling(self) -> Spelling:
        """The schemas' spelling of the names that the rows read, and of computed paths."""
        rows = [(path, row.shape.parts) for row in self.attributes for path in (row.path, row.also) if path]
        shown = [((name,), PARTS) for name in SHOWN_REFERENCES]
        paths = [(*path, *rest) for path, parts in [*rows, *shown] for rest in ((), *((part,) for part in parts))]
        return Spelling([("id",), ("schemas",), (LINKED_OBJECT,), *self.computed, *paths])

    @cached_property
    def member_rows(self) -> tuple[Attribute, ...]:
        """Rows of members. A list of objects may show only a part of them."""
        return tuple(row for row in self.attributes if isinstance(row.shape, Members))

    def compared_members(self, options: Object, *, absent: bool) -> tuple[Attribute, ...]:
        """Return the rows of members that these options are about. A removal is about all of them."""
        return tuple(row for row in self.member_rows if absent or options.get(row.option) is not None)

    def holds(self, resource: Object, options: Object, name_of: Callable[[str, str], str | None]) -> bool:
        """Return whether an object certainly is as these options want it. The options need not be checked before.

        ``name_of`` returns the name of the object with an endpoint and an id. False only means maybe not.
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
        """The options by which an object is found: its keys, and where to search for what they name."""
        return (*self.keys, *(row.option for row in self.attributes if row.on_create))

    def name_of(self, options: Object) -> Object:
        """Return the keys among the options, as far as they are given."""
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
        # Each clause by itself, too: for servers without ``and``, for a name in another case, for an unknown member.
        return [[" and ".join(clauses)], *([[clause] for clause in reversed(clauses)] if len(clauses) > 1 else [])]

    def describe(self, resource: Object) -> Object:
        """Return the object as options, plus ``id``: nothing that could not be given to the module."""
        options = {row.option: row.shape.show(row.read(resource)) for row in self.attributes if not row.secret}
        return {"id": resource.get("id"), **options}
