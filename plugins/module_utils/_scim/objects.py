# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find, write and verify objects of the SCIM server: by key or id, with PATCH or PUT."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from .._base.errors import (
    ConflictError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ReadOnlyError,
    UnsupportedError,
)
from .._base.paths import Object
from .._model.former_names import renamed_object
from .._model.plan import Change, Plan, Task, make_plan
from .._model.references import (
    VaultFinder,
    known_keys,
    refuse_other_name,
    report_unknown_keys,
    resolve,
    resolve_keys,
)
from .._model.rows import LINKED_OBJECT, Resource
from .._model.shapes import BATCH
from .along import Along
from .member_lists import MemberLists
from .protocol import FEW, PAGE, Scim

# The scimTypes of an unsupported PATCH. Others mean a value that the server does not accept.
PATCH_REFUSED = ("invalidPath", "invalidSyntax", "noTarget")


class ScimObjects:
    """The objects of all kinds on one SCIM server."""

    def __init__(self, scim: Scim, finder: VaultFinder | None = None, *, verify_late: bool = False) -> None:
        self.scim = scim
        self.client = scim.client
        self._finder = finder or scim
        self.lists = MemberLists(scim, self._finder)
        self._along = Along(scim, self.lists)
        # Labels of deleted objects by id. With verify_late, they are checked later.
        self._deleted: dict[str, str] = {}
        self._verify_late = verify_late
        # Endpoints that refused a PATCH. They get no further PATCH.
        self._without_patch: set[str] = set()

    def locate(self, task: Task, *, check: bool) -> tuple[Object | None, Object]:
        """Return the object or None, and the keys of the task with references resolved."""
        current, keys = self._by_id(task) if task.identifier else self._by_keys(task, check=check)
        if current is None and not task.absent:
            report_unknown_keys(self._finder, task, keys, check=check)
        return current, keys

    def _by_keys(self, task: Task, *, check: bool) -> tuple[Object | None, Object]:
        keys = resolve_keys(self._finder, task)
        # Before a deletion, check that no second object has the name. Verify absence unless a create follows: then the
        # server would refuse the create of an existing object.
        current = self.find(task.resource, keys, thorough=task.absent, doubt=task.absent or check)
        if task.former_names:
            current = renamed_object(task, current, self._with_former_names(task))
        if current:
            members = task.resource.compared_members(task.desired, absent=task.absent)
            (current,) = self.lists.complete(task.resource, [current], lambda item: members)
        return current, {**keys, **known_keys(task, current or {})}

    def _with_former_names(self, task: Task) -> Iterator[Object]:
        """Yield the objects with a former name. Verify that a name is absent: a second object would be created."""
        for name in task.former_names:
            if found := self.find(task.resource, {task.resource.keys[0]: name}, doubt=True):
                yield found

    def _by_id(self, task: Task) -> tuple[Object | None, Object]:
        resource = task.resource
        current = self.scim.get(resource.endpoint, str(task.identifier), listed=resource.listed)
        if current is None:
            self.scim.confirm_missing(resource.endpoint)
            if not task.absent:
                hint = f"To create one, leave out id and give {' and '.join(resource.keys[:2])}"
                raise NotFoundError(f"there is no {resource.name} with this id", hint=hint)
            return None, {}
        current = self.lists.typed(resource, current)
        known = known_keys(task, current)
        others = {option: value for option, value in task.desired.items() if option not in known}
        keys = {**known, **resolve_keys(self._finder, replace(task, desired=others))}
        refuse_other_name(task, keys, current)
        return current, known if task.absent else keys

    def find(self, resource: Resource, keys: Object, *, thorough: bool = False, doubt: bool = False) -> Object | None:
        """Return the object with these keys, or None. References in the keys are resolved.

        With ``doubt``, and for some kinds always, filters that find nothing are tested with an existing object.
        """
        return self.scim.find(
            resource.endpoint,
            resource.stages(keys),
            lambda item: resource.matches(keys, item),
            thorough=thorough,
            doubt=resource.key_attribute if (doubt and not resource.listed) or resource.doubtful else "",
        )

    def resolve(self, task: Task, keys: Object, current: Object | None, *, check: bool) -> Object:
        return resolve(self._finder, task, keys, current, check=check)

    def refuse(self, task: Task, plan: Plan) -> None:
        if plan.changed and (plan.current or {}).get(LINKED_OBJECT):
            raise ReadOnlyError(
                f"this {plan.resource.name} comes from another directory and is read-only here",
                hint="Change it in the directory that it comes from",
            )

    def expect_deletions(self, plans: Sequence[Plan]) -> None:
        """Read the changes that these deletions cause once for all of them."""
        self._along.expect(plans)

    def along(self, plan: Plan) -> tuple[Sequence[Plan], Collection[str]]:
        return self._along.of(plan)

    def write(self, task: Task, plan: Plan, desired: Object) -> tuple[Plan, Object]:
        """Apply the plan. Return it, and the object as the server shows it afterwards."""
        resource = plan.resource
        if plan.action == "delete":
            self.scim.delete(resource.endpoint, plan.identifier)
            self._deleted[plan.identifier] = task.label
            if not self._verify_late:
                self.verify_deletions(resource)
            return plan, {}
        if plan.action == "create":
            plan = self._with_members_of_vault(plan)
            written = self._create(plan) or self.find(resource, resource.name_of(desired))
        else:
            written = self._update(task, plan, desired) or self._again(plan)
        if written is None:
            self.client.warn(f"The server accepted the {resource.name}, but does not show it (yet)")
            return plan, plan.expected
        written = self.lists.typed(resource, written)
        if plan.unmet(written, desired):  # an answer may omit attributes of the object
            written = self._shown(resource, written["id"]) or written
        for option, held, wanted in plan.unmet(written, desired):
            self.client.warn(
                f"The server accepted {option} = {wanted!r} of {resource.name} {written['id']} but holds {held!r}"
            )
        return plan, written

    def verify_deletions(self, resource: Resource) -> None:
        """Check that the deleted objects of this kind are gone. Warn about those that are not."""
        deleted, self._deleted = self._deleted, {}
        shown = set() if resource.listed else self._still_shown(resource, deleted)
        for identifier in shown:
            self.client.warn(f"The server accepted the deletion of {deleted[identifier]}, but still shows it")

    def _still_shown(self, resource: Resource, identifiers: Collection[str]) -> list[str]:
        """Return the ids that the server still shows. Use one list if that takes fewer requests."""
        if len(identifiers) > FEW:
            short: list[str] = []
            with suppress(IdentityError):  # the write is already done and must not fail
                total = self.scim.count(resource.endpoint)
                # A list ends with an empty page.
                if total is not None and total // PAGE + 2 < len(identifiers):
                    items = self.scim.query(resource.endpoint, attributes=resource.key_attribute, on_short=short.append)
                    listed = {item["id"] for item in items}
                    if not short:
                        return [identifier for identifier in identifiers if identifier in listed]
        return [identifier for identifier in identifiers if self._shown(resource, identifier)]

    def _with_members_of_vault(self, plan: Plan) -> Plan:
        """Return the plan of a new permission with the id of its member in the vault, which may differ."""
        resource = plan.resource
        if not resource.in_vault or plan.after.get(resource.elsewhere or ""):
            return plan
        return replace(plan, changes=tuple(map(self._as_in_vault, plan.changes)))

    def _as_in_vault(self, change: Change) -> Change:
        target = self.scim.resources.get(change.attribute.refers_to or "")
        if not target or not change.after:
            return change
        name = next(iter(change.after.values()))
        found = self.scim.find_in_vault(target.endpoint, target.key_attribute, name)
        return replace(change, after={found["id"]: name}) if found else change

    def _create(self, plan: Plan) -> Object | None:
        try:
            return self._sent(plan, plan.body, partial(self.scim.create, plan.resource.endpoint))
        except ConflictError:
            self.scim.distrust(plan.resource.endpoint)  # the lookup missed the object with this name
            raise

    @staticmethod
    def _sent(plan: Plan, body: Object, send: Callable[[Object], Object | None]) -> Object | None:
        """Send the body. If it is refused and contains separators, send it once more with other ones."""
        try:
            return send(body)
        except InvalidError:
            other = plan.respelled(body)
            if other is None:
                raise
            return send(other)

    def _shown(self, resource: Resource, identifier: str) -> Object | None:
        """Return the object as a GET shows it. Return None if the GET fails, because the write is already done."""
        with suppress(IdentityError):
            shown = self.scim.get(resource.endpoint, identifier, listed=resource.listed)
            return shown and self.lists.typed(resource, shown)
        return None

    def _again(self, plan: Plan) -> Object | None:
        current = self.scim.get(plan.resource.endpoint, plan.identifier, listed=plan.resource.listed)
        return current and self.lists.typed(plan.resource, current)

    def _update(self, task: Task, plan: Plan, desired: Object) -> Object | None:
        """PATCH the changes. If the server does not support that, read the object again, merge, and PUT it."""
        endpoint = plan.resource.endpoint
        answer = None
        try:
            if plan.resource.patch and endpoint not in self._without_patch:
                for operations in _requests(plan.operations):
                    answer = self.scim.patch(endpoint, plan.identifier, operations)
                return answer
        except UnsupportedError:
            self._without_patch.add(endpoint)
        except InvalidError as error:
            if error.error_type not in PATCH_REFUSED:
                raise
        # A PUT must not undo a change that somebody else made after the first GET (lost update).
        fresh = self._again(plan)
        if fresh is None:
            raise NotFoundError(f"the {plan.resource.name} was deleted while it was being changed")
        latest = make_plan(task, desired, fresh)
        if not latest.changed:
            return fresh
        return self._sent(latest, latest.body, partial(self.scim.replace, endpoint, plan.identifier))


def _requests(operations: list[Object]) -> Iterator[list[Object]]:
    """Yield the operations in requests of at most BATCH values each, in order."""
    request: list[Object] = []
    size = 0
    for operation in operations:
        value = operation.get("value")
        weight = len(value) if isinstance(value, list) else 1
        if request and size + weight > BATCH:
            yield request
            request, size = [], 0
        request.append(operation)
        size += weight
    yield request
