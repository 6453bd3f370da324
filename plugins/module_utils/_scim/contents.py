# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the accounts and members of a safe, which are deleted with it. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._base.errors import SHOWN
from .._base.paths import Object, fold, natural, one_object
from .._model.resources import CONTAINER_PERMISSION, PRIVILEGED_DATA
from .._model.rows import Resource
from .protocol import FEW, Scim


def accounts_on(scim: Scim, safes: Sequence[Object]) -> dict[str, list[Object]]:
    """Return the accounts on each of these safes, by the safe's id, as objects with ``id`` and ``name``.

    If a safe lacks the field with its accounts, they are looked up.
    """
    found: dict[str, list[Object]] = {}
    unlisted = []
    for safe in safes:
        listed = safe.get("privilegedData")
        if isinstance(listed, list) and all(isinstance(each, dict) and each.get("value") for each in listed):
            found[safe["id"]] = [
                {"id": str(each["value"]), "name": str(each.get("display") or each["value"])} for each in listed
            ]
        else:
            unlisted.append(safe)
    if unlisted:
        found.update(_objects_on(scim, unlisted, PRIVILEGED_DATA))
    return found


def permissions_on(scim: Scim, safes: Sequence[Object]) -> dict[str, list[Object]]:
    """Return the permissions on each of these safes, by the safe's id."""
    return _objects_on(scim, safes, CONTAINER_PERMISSION)


def permissions_of_creators(safes: Sequence[Object], permissions: Sequence[Object]) -> list[str]:
    """Return the ids of the permissions of the creators of these safes."""
    owners = {}
    for safe in safes:
        owner = one_object(safe.get("owner"))
        owners[fold(safe.get("name"))] = {fold(owner[part]) for part in ("value", "display") if owner.get(part)}
    row = CONTAINER_PERMISSION.attribute("container")
    return [
        item["id"]
        for item in permissions
        for _endpoint, identifier, shown in CONTAINER_PERMISSION.members(item)
        if owners.get(fold(row.read(item)), set()) & {fold(identifier), fold(shown)}
    ]


def also_removed(accounts: Sequence[Object], permissions: Sequence[Object]) -> Object:
    """Return the contents of a safe as a result shows them: their number and their first names.

    The shape is ``{"accounts": {"count": 2, "names": ["root@web1", "root@web2"]}, "members": ...}``.
    """
    members = [shown for item in permissions for _endpoint, _identifier, shown in CONTAINER_PERMISSION.members(item)]
    names = {"accounts": [str(account.get("name") or account["id"]) for account in accounts], "members": members}
    return {kind: {"count": len(found), "names": sorted(found, key=natural)[:SHOWN]} for kind, found in names.items()}


def _objects_on(scim: Scim, safes: Sequence[Object], resource: Resource) -> dict[str, list[Object]]:
    """Return the objects of a kind on each safe. Use a filter for each safe, or read all objects for many safes."""
    row = resource.attribute("container")
    names = {fold(safe.get("name")): str(safe["id"]) for safe in safes}
    found: dict[str, list[Object]] = {identifier: [] for identifier in names.values()}
    if row.filter and len(safes) <= FEW:
        items: Iterable[Object] = (
            item
            for safe in safes
            for item in scim.find_every(
                resource.endpoint,
                resource.stages({"container": str(safe.get("name"))}),
                lambda item, safe=safe: fold(row.read(item)) == fold(safe.get("name")),  # type: ignore[misc]
            )
        )
    else:
        items = scim.query(resource.endpoint)
    for item in items:
        if identifier := names.get(fold(row.read(item))):
            found[identifier].append(item)
    return found
