# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read a journal and the tenant, and return the undo. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._base.errors import IdentityError, InvalidError, some, trying
from .._base.paths import Object
from .._directory.undo import Undo, undo_of
from .._directory.undo_records import Held, Write, writes_in
from .._model.journal_lines import state_of
from .._model.resources import RESOURCES
from .._scim.contents import permissions_of_creators
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim

MOST_BYTES = 500_000_000  # the maximum size of a journal


def requested_undo(params: Mapping[str, Any], listed: Mapping[str, Any], scim: Scim, *, check: bool) -> Undo:
    """Return the undo of the journal in the option ``undo``.

    Raise InvalidError for options that exclude it, for a file that is not a journal, and for values that cannot be
    restored. Such values are accepted with ``check``, and if the task allows them.
    """
    given = params["undo"]
    others = [resource.plural for resource in RESOURCES.values() if listed.get(resource.plural) is not None]
    others += [option for option in ("prune",) if params[option]]
    others += ["unmanaged"] if params["unmanaged"] != "ignore" else []
    if others:
        raise InvalidError(
            f"undo excludes {', '.join(others)}", hint="An undo takes its changes from the journal alone"
        )
    path = Path(given["journal"])
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidError(f"the journal {path} cannot be read: {reason}", hint="Check undo.journal") from error
    if len(content) > MOST_BYTES:
        raise InvalidError(
            f"the journal {path} has more than {MOST_BYTES} bytes", hint="Give a file with only the lines of the run"
        )
    writes = writes_in(text, str(path), given["run"], scim.client.connection.tenant_url.lower())
    with trying("read the objects of the journal"):
        held = _held(scim, writes)
    undo = undo_of(writes, held, given["passwords"] or {}, given["secrets"] or {})
    if undo.lost and given["on_loss"] == "fail" and not check:
        raise InvalidError(
            f"some values cannot be restored: {some(_sentences(undo.lost), '; ')}",
            hint="Nothing was written. Give the passwords of users in undo.passwords and the secrets of accounts in "
            "undo.secrets, or set undo.on_loss to continue",
        )
    return undo


def lines_of_undo(undo: Undo) -> list[str]:
    """Return the lines to show before the plan of an undo."""
    return [
        *(f"left alone: {text}" for text in _sentences(undo.left_alone)),
        *(f"lost: {text}" for text in _sentences(undo.lost)),
    ]


def _sentences(rows: Sequence[Object]) -> list[str]:
    return [f"{row['type']} {row['name']!r}, {row['reason']}" for row in rows]


def _held(scim: Scim, writes: Sequence[Write]) -> Held:
    """Return the objects of every kind. Errors of a kind that is not in the journal are ignored."""
    lists = ScimObjects(scim).lists
    scim_writes = [write.begin for write in writes if write.begin["api"] == "scim"]
    needed = {row["type"] for begin in scim_writes for row in (begin, *begin.get("along", ()))}
    found: dict[str, list[Object]] = {}
    if unserved := sorted(needed - {resource.name for resource in scim.served}):
        raise InvalidError(
            f"the journal has writes to {', '.join(unserved)}, but the task has only the service user of the vault",
            hint="Give client_id and client_secret as well",
        )
    for resource in scim.served:
        try:
            found[resource.endpoint] = lists.complete(resource, scim.query(resource.endpoint))
        except IdentityError:
            if resource.name in needed:
                raise
    states = {
        endpoint: {item["id"]: state_of(RESOURCES[endpoint], item) for item in items}
        for endpoint, items in found.items()
    }
    safes, permissions = (found.get(endpoint, []) for endpoint in ("Containers", "ContainerPermissions"))
    caller = scim.client_of("Containers").connection.client_id or ""
    return Held(states, permissions_of_creators(safes, permissions), caller)
