# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Handle side effects of the vault: it deletes the contents of a deleted safe, and makes its creator a member."""

from __future__ import annotations

from dataclasses import replace

from .._base.errors import IdentityError, trying
from .._base.paths import Object, one_object
from .._model.ensure import Outcome, ensure
from .._model.plan import Task
from .._model.resources import CONTAINER, CONTAINER_PERMISSION, USER
from .contents import accounts_on, also_removed, permissions_on
from .objects import ScimObjects


def delete_container(objects: ScimObjects, task: Task, *, check: bool) -> tuple[Outcome, Object | None]:
    """Delete a container unless ``check`` is set. Return the outcome and its contents, or None without a container.

    The contents are read before the deletion, while the server still shows them.
    """
    with trying(f"look up {task.label}"):
        located = objects.locate(task, check=check)
    safe = located[0]
    contents = None
    if safe:
        with trying(f"read the contents of {task.label}"):
            accounts, permissions = accounts_on(objects.scim, [safe]), permissions_on(objects.scim, [safe])
        contents = also_removed(accounts[safe["id"]], permissions[safe["id"]])
    outcome = ensure(objects, task, check=check, located=located)
    if contents:
        outcome = replace(
            outcome, diff={**outcome.diff, "before": {**outcome.diff["before"], "also_removed": contents}}
        )
    return outcome, contents


def trim_creator(objects: ScimObjects, container: Outcome, rights: list[str], *, check: bool) -> Outcome:
    """Remove all rights of the creator of a container except these. If none is left, delete its permission.

    The SCIM server makes the creator of a container a member with every right. This function never adds rights: a
    creator that is no longer a member stays without access.
    """
    name = (container.entity or {})["name"]
    try:
        with trying(f"trim the rights of the creator of the container {name!r}"):
            return _trimmed(objects, container, name, rights, check=check)
    except IdentityError as error:
        hint = f"The container itself has its desired state. {error.hint or 'Run the task again'}"
        raise error.with_facts(changed=container.changed, diff=container.diff, hint=hint) from error


def _trimmed(objects: ScimObjects, container: Outcome, name: str, rights: list[str], *, check: bool) -> Outcome:
    trimmed = trim_permission(objects, name, rights, check=check)
    if trimmed is None:
        will_be_created = check and not container.diff["before"]
        wanted = CONTAINER_PERMISSION.attribute("rights").shape.read(rights)
        return _with_rights(container, False, None, wanted) if will_be_created else container
    return _with_rights(container, *trimmed)


def trim_permission(
    objects: ScimObjects, name: str, rights: list[str], *, check: bool
) -> tuple[bool, list[str], list[str]] | None:
    """Remove all rights of the creator of a container except these.

    Return whether that changes anything, the rights before, and the rights after. Return None if the creator is not a
    member.
    """
    permission = _creators_permission(objects, name)
    if permission is None:
        return None
    task = kept_rights(permission, rights)
    held = CONTAINER_PERMISSION.attribute("rights").read(permission)
    return ensure(objects, task, check=check).changed, held, task.desired["rights"]["set"]


def kept_rights(permission: Object, rights: list[str]) -> Task:
    """Return the task that reduces a permission to these rights, or deletes it if it has none of them."""
    row = CONTAINER_PERMISSION.attribute("rights")
    wanted = row.shape.read(rights)
    kept = [right for right in row.read(permission) if right in wanted]
    return Task(CONTAINER_PERMISSION, {"rights": {"set": kept}}, identifier=permission["id"], absent=not kept)


def _creators_permission(objects: ScimObjects, name: str) -> Object | None:
    container = objects.find(CONTAINER, {"name": name})
    owner = one_object((container or {}).get("owner"))
    caller = objects.scim.client_of(CONTAINER.endpoint).connection.client_id
    reference = owner.get("value") or owner.get("display") or caller
    if not container or not reference:
        return None
    creator = objects.scim.find_reference(USER.endpoint, USER.key_attribute, reference)
    # The vault may have its own users, which the directory does not know.
    user = {creator["id"]: str(creator.get(USER.key_attribute))} if creator else {reference: reference}
    return objects.find(CONTAINER_PERMISSION, {"container": name, "user": user})


def _with_rights(container: Outcome, changed: bool, before: list[str] | None, after: list[str]) -> Outcome:
    diff = {side: dict(container.diff[side]) for side in ("before", "after")}
    if diff["before"] and before is not None:
        diff["before"]["creator_rights"] = before
    diff["after"]["creator_rights"] = after
    return replace(container, action="update" if changed and not container.changed else container.action, diff=diff)
