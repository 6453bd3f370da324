# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The users and groups that a group or a permission names."""

from __future__ import annotations

from collections.abc import Iterator

from .._base.paths import Object, objects
from .resources import CONTAINER_PERMISSION, GROUP, USER
from .rows import Resource

# Where a group or a permission names users and groups.
MEMBER_OPTIONS = {GROUP.name: ("users", "groups"), CONTAINER_PERMISSION.name: ("user", "group")}


def members_of(resource: Resource, item: Object) -> Iterator[tuple[str, str, str]]:
    """Yield the endpoint, the id and the shown name of each user and group that a group or a permission names.

    A member of a group of which nobody knows what it is, may be a user.
    """
    found = set()
    for option in MEMBER_OPTIONS.get(resource.name, ()):
        row = resource.attribute(option)
        for identifier, shown in (row.read(item) or {}).items():
            found.add(identifier)
            yield str(row.refers_to), identifier, shown
    for member in objects(item.get("members")) if resource is GROUP else ():
        if member.get("value") and (identifier := str(member["value"])) not in found:
            yield USER.endpoint, identifier, str(member.get("display") or identifier)
