# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check a plan against the guard rails: collect its losses, and note each one that exceeds a limit or is forbidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._base.errors import GuardRailError
from .._base.paths import Object, fold, id_mark
from .._model.people import check_emptied_roles
from .._model.references import names_in
from .._model.resources import CONTAINER_PERMISSION, MEMBER_ENDPOINTS, PRIVILEGED_DATA
from .._model.rows import Resource
from .._scim.contents import accounts_on, also_removed, permissions_on
from .._scim.protocol import Scim
from .checks import Problems
from .guard_rails import (
    AccessLoss,
    GuardRails,
    Loss,
    Rules,
    all_access,
    losses_of,
)
from .relations import Relations
from .values import Step


@dataclass(frozen=True)
class SafeContents:
    """The accounts and permissions on the safes that a plan deletes, by the id of the safe."""

    safes: Sequence[Object] = ()
    accounts: Mapping[str, list[Object]] = field(default_factory=dict)
    permissions: Mapping[str, list[Object]] = field(default_factory=dict)

    @classmethod
    def read(cls, scim: Scim, safes: Sequence[Object]) -> SafeContents:
        return cls(safes, accounts_on(scim, safes), permissions_on(scim, safes)) if safes else cls()

    @property
    def also_removed(self) -> dict[str, Object]:
        """Return the contents of each safe as a result shows them."""
        return {
            safe["id"]: also_removed(self.accounts[safe["id"]], self.permissions[safe["id"]]) for safe in self.safes
        }

    def losses(self, gone: set[tuple[str, str]]) -> list[Loss]:
        """Return the accounts that are deleted with their safe. ``gone`` are the objects with a step of their own."""
        return [
            Loss(PRIVILEGED_DATA, account["id"], (str(safe.get("name")), str(account.get("name"))))
            for safe in self.safes
            for account in self.accounts[safe["id"]]
            if (PRIVILEGED_DATA.name, account["id"]) not in gone
        ]

    def access_losses(self, gone: set[tuple[str, str]]) -> list[AccessLoss]:
        """Return the rights that are lost with their safe. ``gone`` are the objects with a step of their own."""
        return [
            all_access(CONTAINER_PERMISSION, permission)
            for on_safe in self.permissions.values()
            for permission in on_safe
            if (CONTAINER_PERMISSION.name, permission["id"]) not in gone
        ]


class Losses:
    """Collects the losses of a plan, and the facts that the guard rails need."""

    def __init__(self, rules: Rules, relations: Relations, rails: GuardRails, now: float) -> None:
        self._rules = rules
        self._relations = relations
        self._rails = rails
        self._now = now

    def check(self, scim: Scim, steps: Sequence[Step], problems: Problems) -> dict[str, Object]:
        """Note the limits that a plan exceeds, then the losses that are never allowed.

        Return the contents of deleted safes by the id of the safe.
        """
        leaving = [(step.resource, item) for step in steps if (item := leaving_of(step))]
        removals = [self._loss_of(resource, item) for resource, item in leaving]
        gone = {(loss.resource.name, loss.identifier) for loss in removals}
        contents = SafeContents.read(scim, [item for resource, item in leaving if resource.contains])
        losses = [*removals, *contents.losses(gone)]
        access = [
            replace(loss, asked=step.creator_rights is not None)
            for step in steps
            for loss in losses_of(step.plan, self._now)
        ]
        access += contents.access_losses(gone)
        along = self._taken_along(steps)
        emptied = self._emptied_roles(steps, access)
        renamed = list(self._renamed(steps))
        if losses or access or renamed:
            problems.note_run(self._check_patterns(scim))
        problems.note_run(self._rails.check(losses))
        problems.note_run(self._rails.check_access(access))
        problems.note_run(self._rails.check_members([*(self._with_members(loss) for loss in access), *along]))
        problems.note_run(self._rails.check_renamed(renamed))
        problems.note_run(check_emptied_roles(emptied, ", or name the member in protected, so that no list removes it"))
        return contents.also_removed

    def _loss_of(self, resource: Resource, item: Object) -> Loss:
        own = self._relations.is_own_object(resource, item)
        return self._relations.loss_of(resource, item, own=own, named=bool(self._rules.protected))

    def _taken_along(self, steps: Iterable[Step]) -> list[AccessLoss]:
        """Return the members that protected groups and safes lose because users or groups are deleted."""
        deleted = [
            (step.resource, item)
            for step in steps
            if step.removes and step.resource.endpoint in MEMBER_ENDPOINTS and (item := leaving_of(step))
        ]
        return self._relations.taken_along(deleted, self._rules.protects) if deleted and self._rules.protected else []

    def _emptied_roles(self, steps: Iterable[Step], access: Iterable[AccessLoss]) -> list[str]:
        """Return the built-in roles that the plan leaves without a user who can log in.

        The roles are read only if a step deletes or deactivates a user or a group, or removes members.
        """
        relevant = [step for step in steps if step.resource.endpoint in MEMBER_ENDPOINTS]
        if not any(map(leaving_of, relevant)) and not any(loss.place.member_rows for loss in access):
            return []
        return self._relations.emptied_roles(
            {
                (
                    step.resource.endpoint,
                    id_mark(step.plan.identifier) if step.plan.current else fold(step.name),
                ): step.plan
                for step in relevant
            }
        )

    def _with_members(self, loss: AccessLoss) -> AccessLoss:
        protected = bool(self._rules.protected)
        who = loss.who if protected or not loss.goes else ()
        safe = loss.name if loss.place.contains else None
        own = not loss.goes and not loss.asked
        members = [self._relations.member(each, named=protected, own=own, safe=safe) for each in who]
        return replace(loss, members=tuple(members))

    def _renamed(self, steps: Iterable[Step]) -> Iterator[tuple[str, Loss]]:
        """Yield a description of each new name or password of an existing object, and the object with both names.

        The new name counts because the run must not give an object a protected name.
        """
        for step in steps:
            plan = step.plan
            if plan.action != "update" or plan.current is None:
                continue
            options = {change.attribute.option for change in plan.changes} & set(plan.resource.known_by)
            if options:
                loss = self._loss_of(plan.resource, plan.current)
                new = names_in(plan.resource.keys_of(plan.expected))
                to = f", to {' / '.join(new)!r}" if options & set(plan.resource.keys) else ""
                renamed = replace(loss, also=(*loss.also, *new, " / ".join(new)))
                yield f"{', '.join(sorted(options))} of {loss.label}{to}", renamed

    def _check_patterns(self, scim: Scim) -> Iterator[GuardRailError]:
        """Warn about entries of protected that match nothing, or refuse them. They may be misspelled."""
        if unmatched := self._relations.unmatched(self._rules.protected):
            text = f"protected: the service user sees no object with the name {', '.join(map(repr, unmatched))}"
            if self._rules.fail_unmatched:
                yield GuardRailError(text, hint="Correct the names, or set protected_unmatched to warn")
            else:
                scim.client.warn(text)


def leaving_of(step: Step) -> Object | None:
    """Return the object that a step deletes, or the user that it deactivates. None if there is none."""
    return step.plan.current if step.removes or step.plan.disables else None
