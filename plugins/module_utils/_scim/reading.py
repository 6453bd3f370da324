# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read objects of the SCIM server by id, by keys or by a filter, or read all. Writes nothing."""

from __future__ import annotations

from .._base.errors import ProtocolError
from .._base.paths import Object
from .._model.filters import could_match
from .._model.plan import Task
from .._model.references import resolve_keys
from .._model.rows import Resource
from .member_lists import MemberLists
from .protocol import Scim


def read(scim: Scim, resource: Resource, given: Object) -> list[Object]:
    """Return the object with this ``id``, or the objects with this ``filter`` or these keys, or all."""
    lists, endpoint, warn = MemberLists(scim, scim), resource.endpoint, scim.client.warn
    if "id" in given:
        single = scim.get(endpoint, given["id"], listed=resource.listed)
        if single is None:
            scim.confirm_missing(endpoint)
        return [lists.typed(resource, single)] if single else []
    if "filter" in given:
        items = list(scim.query(endpoint, filter=given["filter"], on_short=warn))
        if not all(could_match(given["filter"], item) for item in items):
            raise ProtocolError(
                f"the server ignored the filter {given['filter']!r}",
                hint="Read all objects, and select from them in the playbook",
            )
        return lists.complete(resource, items)
    if not given:
        return lists.complete(resource, scim.query(endpoint, on_short=warn))
    task = Task(resource, {option: given.get(option) for option in resource.finding}, absent=True)
    keys = resolve_keys(scim, task)
    doubt = "" if resource.listed else resource.key_attribute
    found = scim.find_every(endpoint, resource.stages(keys), lambda item: resource.matches(keys, item), doubt=doubt)
    return lists.complete(resource, found)
