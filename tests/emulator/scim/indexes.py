# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The indexes of the storage, by attribute.

An index ignores case and normal forms, and only narrows a search. The filter itself still decides, with the rules of
the tenant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..models import Model

Buckets = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Index:
    """An indexed attribute of a resource type."""

    resource_type: str
    attribute: str
    values: Callable[[Any], Iterable[str | None]]


def member_values(group: Any) -> Iterable[str | None]:
    """Return the ids of the members of a role."""
    return [item.value for item in group.members or ()]


def member_names(group: Any) -> Iterable[str | None]:
    """Return the names of the members of a role."""
    return [item.display for item in group.members or ()]


def part(field: str, name: str) -> Callable[[Any], Iterable[str | None]]:
    """Return a function that reads a part of a complex attribute."""

    def values(resource: Any) -> Iterable[str | None]:
        held = getattr(resource, field)
        return () if held is None else (getattr(held, name),)

    return values


INDEXES = (
    *(
        Index(kind, attribute, values)
        for kind in ("User", "VaultUser")
        for attribute, values in (
            ("id", lambda user: (user.id,)),
            ("userName", lambda user: (user.user_name,)),
            ("displayName", lambda user: (user.display_name,)),
            ("emails.value", lambda user: [item.value for item in user.emails or ()]),
        )
    ),
    *(
        Index(kind, attribute, values)
        for kind in ("Group", "VaultGroup")
        for attribute, values in (
            ("id", lambda group: (group.id,)),
            ("displayName", lambda group: (group.display_name,)),
            ("members.value", member_values),
            ("members.display", member_names),
        )
    ),
    Index("Container", "id", lambda container: (container.id,)),
    Index("Container", "name", lambda container: (container.name,)),
    Index("Container", "displayName", lambda container: (container.display_name,)),
    Index("Container", "owner.value", part("owner", "value")),
    Index("Container", "owner.display", part("owner", "display")),
    Index(
        "Container",
        "privilegedData.display",
        lambda container: [item.display for item in container.privileged_data or ()],
    ),
    Index("ContainerPermission", "id", lambda permission: (permission.id,)),
    *(
        Index("ContainerPermission", f"{field}.{name}", part(field, name))
        for field, names in (
            ("container", ("value", "name", "display")),
            ("user", ("value", "display")),
            ("group", ("value", "display")),
        )
        for name in names
    ),
    Index("PrivilegedData", "id", lambda account: (account.id,)),
    Index("PrivilegedData", "name", lambda account: (account.name,)),
    # Not an attribute: it finds the accounts of a container.
    Index("PrivilegedData", "safe", lambda account: (account.CyberArkPrivilegedData.safe,)),
)

# The positions of the indexes of a resource type, and of each index.
BY_TYPE = {
    kind: tuple(place for place, index in enumerate(INDEXES) if index.resource_type == kind)
    for kind in {index.resource_type for index in INDEXES}
}
BY_ATTRIBUTE = {(index.resource_type, index.attribute.casefold()): place for place, index in enumerate(INDEXES)}


def keys_of(index: Index, resource: Model | None) -> set[str]:
    """Return the keys of a resource in an index."""
    if resource is None:
        return set()
    return {key_of(value) for value in index.values(resource) if value}


def key_of(value: str) -> str:
    """Return the key of a value: texts that a tenant could take for one name share it."""
    return composed(value.casefold())


def composed(value: str) -> str:
    """Return a text in NFC."""
    return value if value.isascii() else unicodedata.normalize("NFC", value)
