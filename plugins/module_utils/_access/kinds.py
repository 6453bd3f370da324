# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the classes of the table of subjects: kinds of subjects, their attributes, and one subject. No I/O.

A subject is a small key into a Scene: the number of a user, or the numbers of a user and of a permission. Its
attributes are read on demand, because a directory has millions of subjects. Subjects come in blocks: all users of one
permission or of one safe, as a set of bits. An attribute states which part of a subject its value depends on, so that a
condition is tested once for many subjects.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Callable

from .._base.paths import fold
from .._directory.values import POSITION
from .._model.rows import Attribute as Option
from .._model.rows import Resource
from .._model.shapes import Flat, Joined, Truth
from .graph import lowest, numbers
from .operators import NAME, NAMES, NUMBER, SUBJECTS, TRUTH
from .scene import Rows, Scene

Key = Any  # the key of a subject in a scene
Read = Callable[[Scene, Key], Any]
Each = Callable[[Scene], Iterator[Rows]]
# Returns sets of users for a row. Members of the row that are in the same sets have the same value.
Split = Callable[[Scene, Key], Iterable[int]]
Entry = Callable[[Scene, Key], Mapping[str, Any]]
KeyOf = Callable[[Scene, Key, int], Key]
MAP = "map"  # an option whose keys are attributes, such as custom_attributes.cost_center


def row_key(scene: Scene, row: Key, member: int) -> Key:
    """Return the key of the only subject of a row."""
    return row


def member_key(scene: Scene, row: Key, member: int) -> int:
    return member


def pair_key(scene: Scene, row: Key, member: int) -> tuple[int | None, Key]:
    """Return the numbers of a user and a row. The user is None for the unknown members of a group."""
    return (None if member == scene.nobody else member), row


def alike(scene: Scene, row: Key) -> tuple[int, ...]:
    """Return no sets, because all members of the row have the same value."""
    return ()


@dataclass(frozen=True)
class Attribute:
    """One attribute of a kind of subject.

    ``text`` describes it. ``needs`` are the plurals of further kinds of objects that it is read from. ``of`` is the
    kind of related subjects, and ``plural`` their name in findings. ``of_user`` means that the value depends only on
    the user. Otherwise, ``split`` returns sets of members of a row with equal values. Without ``split``, each member
    has its own value.
    """

    name: str
    type: str
    text: str
    read: Read
    needs: tuple[str, ...] = ()
    of: str = ""
    plural: str = ""
    of_user: bool = False
    split: Split | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of subject.

    ``each`` yields all subjects as rows with members. ``key`` makes the key of a subject from its row and member.
    ``named_by`` are the attributes that name a subject in a finding. ``entry`` returns the entry of the subject.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    named_by: tuple[str, ...]
    each: Each
    entry: Entry
    attributes: Mapping[str, Attribute]
    key: KeyOf = row_key

    @property
    def has_users(self) -> bool:
        """Return whether the members of a row are users. Otherwise, each row has only one subject."""
        return self.key is not row_key

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute with this name, or None. A key of a map is also an attribute."""
        head, _dot, key = name.rpartition(".")
        group = self.attributes.get(head)
        if group and group.type == MAP and key:
            return replace(group, name=name, type=NAME, read=lambda scene, subject: _in_map(group, scene, subject, key))
        found = self.attributes.get(name)
        return found if found and found.type != MAP else None


def _in_map(attribute: Attribute, scene: Scene, key: Key, name: str) -> str | None:
    held = attribute.read(scene, key) or {}
    value = next((value for option, value in held.items() if fold(option) == fold(name)), None)
    return None if value is None else str(value)


@dataclass(frozen=True)
class Subject:
    """One subject of a policy."""

    kind: Kind
    scene: Scene
    key: Key

    def get(self, attribute: Attribute) -> Any:
        return attribute.read(self.scene, self.key)

    @property
    def names(self) -> dict[str, Any]:
        """Return the attributes that name the subject and are set."""
        values = {name: self.get(self.kind.attributes[name]) for name in self.kind.named_by}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def mark(self) -> Hashable:
        """Return a key that identifies the subject before and after a plan."""
        return tuple((name, fold(value)) for name, value in self.names.items())

    @property
    def label(self) -> str:
        names = " / ".join(str(value) for value in self.names.values())
        return f"{self.kind.name} {names!r}"

    @property
    def position(self) -> str | None:
        """Return the file and line of the entry of the subject, or None."""
        place = self.kind.entry(self.scene, self.key).get(POSITION)
        return str(place) if place else None


@dataclass(frozen=True)
class Block:
    """Subjects that share a row, such as a permission or a safe. ``members`` are their users, as a set of bits."""

    kind: Kind
    scene: Scene
    row: Key
    members: int

    def subject(self, member: int) -> Subject:
        return Subject(self.kind, self.scene, self.kind.key(self.scene, self.row, member))

    def subjects(self) -> Iterator[Subject]:
        return map(self.subject, numbers(self.members))

    def within(self, members: int) -> Block:
        """Return the block with only these members."""
        return Block(self.kind, self.scene, self.row, members)

    @property
    def mark(self) -> Hashable:
        """Return a key that identifies the row before and after a plan."""
        subject, table = self.subject(lowest(self.members)), self.kind.attributes
        return tuple((name, fold(value)) for name, value in subject.names.items() if not table[name].of_user)


def blocks_of(kind: Kind, scene: Scene) -> Iterator[Block]:
    return (Block(kind, scene, row, members) for row, members in kind.each(scene))


# -- What the table is made of ----------------------------------------------


def _type_of(row: Option) -> str:
    if isinstance(row.shape, Flat):
        return MAP
    if isinstance(row.shape, Truth):
        return TRUTH
    if isinstance(row.shape, Joined):
        return NAMES
    return NUMBER if row.type == "int" else NAME


def _option(resource: Resource, row: Option, entry: Entry) -> Attribute:
    unset = () if _type_of(row) == NAMES else None
    text = f"the option `{row.option}` of the {resource.name}"
    return Attribute(row.option, _type_of(row), text, lambda scene, key: entry(scene, key).get(row.option, unset))


def options_of(resource: Resource, entry: Entry, own: Sequence[Attribute]) -> list[Attribute]:
    """Return attributes for the other options of an entry. Secrets have none, because they cannot be read."""
    names = {*resource.keys, *(attribute.name for attribute in own)}
    return [_option(resource, row, entry) for row in resource.attributes if not row.secret and row.option not in names]


def kind_of(
    resource: Resource, text: str, named_by: Sequence[str], each: Each, entry: Entry, own: Sequence[Attribute]
) -> Kind:
    """Return the kind of subject for a kind of object. The options of its entries become attributes."""
    attributes = [*own, *options_of(resource, entry, own)]
    return Kind(resource.name, text, (resource.plural,), tuple(named_by), each, entry, table_of(attributes))


def of_users(kind: Kind) -> Kind:
    """Return a kind whose subjects are the users. All of them share one row."""
    attributes = [replace(attribute, of_user=True) for attribute in kind.attributes.values()]
    return replace(kind, attributes=table_of(attributes), key=member_key)


def attributes_of_other(prefix: str, kind: Kind, key_of: Callable[[Scene, Key], Key], **part: Any) -> list[Attribute]:
    """Return the attributes of a related subject, such as ``user.title``.

    ``part`` is the part of the subject that their values depend on: ``of_user`` or ``split``.
    """

    def reader(attribute: Attribute) -> Read:
        def read(scene: Scene, key: Key) -> Any:
            other = key_of(scene, key)
            return None if other is None else attribute.read(scene, other)

        return read

    return [
        replace(
            attribute,
            name=f"{prefix}.{attribute.name}",
            read=reader(attribute),
            needs=tuple(dict.fromkeys((*kind.needs, *attribute.needs))),
            **{"of_user": False, **part},
        )
        for attribute in kind.attributes.values()
        if attribute.type != SUBJECTS and attribute.name not in kind.named_by
    ]


def table_of(attributes: Sequence[Attribute]) -> dict[str, Attribute]:
    return {attribute.name: attribute for attribute in attributes}
