# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Refuse plans that exceed the guard rails. The only requests count objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .._base.errors import GuardRailError, some
from .._base.paths import Object, fold, is_like, look, natural
from .._model.people import check_unknown, last_member_lost, own_access_lost
from .._model.plan import Change, Plan, is_over, new_end
from .._model.resources import RESOURCES
from .._model.rows import Resource


@dataclass(frozen=True)
class Rules:
    """The limits of the task. ``prune`` has the plurals of the kinds to remove unmanaged objects of.

    ``watched`` has the plurals of the kinds to report unmanaged objects of. With ``only_approved``, each object is read
    again before it is written. If the change is no longer the planned one, the object is not changed.
    """

    prune: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    delete_users: bool = False
    prune_to_nothing: bool = False
    max_removals: str = "10"
    max_access_removals: str = "100"
    protected: tuple[str, ...] = ()
    fail_unmatched: bool = False
    fail_unmanaged: bool = False
    allow_empty_vault: bool = False
    workers: int = 8
    stop_on_error: bool = True
    only_approved: bool = False

    def protects(self, names: Iterable[str]) -> bool:
        """Return whether one of these names of an object is protected, in any spelling."""
        return any(is_protected_by(name, pattern) for pattern in self.protected for name in names)


def is_protected_by(name: str, pattern: str) -> bool:
    """Return whether a pattern protects a name. Letters that look alike count as the same."""
    return any(is_like(name, pattern, form) for form in (fold, look))


@dataclass(frozen=True)
class Loss:
    """An object that a plan would delete, or a user that it would deactivate. ``names`` are its names on the server.

    ``also`` are related names: the login name of the member of a permission, or the new name of a renamed object.
    ``own`` is true for the user that runs the task, and for a group or permission that gives this user access. It is
    None if that is unknown.
    """

    resource: Resource
    identifier: str
    names: tuple[str, ...]
    also: tuple[str, ...] = ()
    own: bool | None = False

    @property
    def label(self) -> str:
        return f"{self.resource.name} {(' / '.join(self.names) or self.identifier)!r}"

    @property
    def built_in(self) -> bool:
        return self.resource.is_built_in(self.identifier, self.names)


@dataclass(frozen=True)
class Member:
    """A member that loses access. ``own`` is true for the user that runs the task and its groups, None if unknown."""

    names: tuple[str, ...]
    own: bool | None = False


@dataclass(frozen=True)
class AccessLoss:
    """Memberships of a group, or rights of one member of a safe, that a plan would take away.

    ``place`` is the kind of the group or safe, and ``name`` its name. ``identifier`` is the id of the changed group or
    permission. ``count`` is the number of lost memberships or rights, and ``what`` is the word for them.
    ``who`` has endpoint, id and shown name of each losing member, and ``members`` the same members as guard rails
    check them. ``emptied`` means that nothing is left of the list, and ``last`` that no member is left.
    ``goes`` means that the whole group or permission is deleted. ``asked`` means that creator_rights asks for the loss.
    """

    place: Resource
    identifier: str
    name: str
    count: int
    what: str
    who: tuple[tuple[str, str, str], ...] = ()
    members: tuple[Member, ...] = ()
    emptied: bool = False
    last: bool = False
    goes: bool = False
    asked: bool = False

    @property
    def label(self) -> str:
        return f"{self.place.name} {self.name!r}"


def losses_of(plan: Plan | None, now: float) -> list[AccessLoss]:
    """Return the memberships and rights that a plan takes away.

    A deleted group or permission loses all of them, and so does a permission that gets an end before ``now``. An end in
    the future is no loss. Deleted safes are left out, because their contents are not in the plan.
    """
    if plan is None or plan.current is None or not plan.resource.access:
        return []
    resource, whole = plan.resource, all_access(plan.resource, plan.current)
    if plan.action == "delete":
        return [whole]
    if new_end(resource, plan.diff, now) and not is_over(plan.before[resource.ended_by], now):
        return [replace(whole, emptied=True, goes=False)]
    changes = [change for change in plan.changes if change.attribute.option in plan.resource.access.options]
    return [loss for change in changes if (loss := _lost_by(change, plan, whole))]


def _lost_by(change: Change, plan: Plan, whole: AccessLoss) -> AccessLoss | None:
    """Return the loss that a change of one list causes, or None."""
    after = {fold(each) for each in change.after or ()}
    gone = [each for each in change.before or () if fold(each) not in after]
    if not gone:
        return None
    loss = replace(whole, count=len(gone), emptied=not after, goes=False)
    endpoint = change.attribute.refers_to
    if endpoint is None:
        return loss
    left = plan.resource.count_access(plan.expected)
    who = tuple((endpoint, each, change.before[each]) for each in gone)
    return replace(loss, what=change.attribute.option, who=who, last=not left)


def emptied_by(plans: Iterable[Plan | None], now: float) -> list[str]:
    """Describe the groups and permissions whose lists the plans empty, with their losses."""
    losses = [loss for plan in plans for loss in losses_of(plan, now) if loss.emptied]
    return places_of(losses)


def all_access(resource: Resource, item: Object) -> AccessLoss:
    """Return the loss of all memberships of a group, or of all rights of a permission. Its count may be 0."""
    parent = resource.parent
    name = parent.read(item) if parent else item.get(resource.key_attribute) or item["id"]
    lost = resource.access.lost if resource.access else ""
    count, who = resource.count_access(item), tuple(resource.members(item))
    return AccessLoss(place_of(resource), item["id"], str(name), count, lost, who, goes=True)


def place_of(resource: Resource) -> Resource:
    """Return the kind of object that the access is to: the safe of a permission, otherwise the kind itself."""
    return RESOURCES[str(resource.parent.within)] if resource.parent else resource


class GuardRails:
    """Refuses a plan that exceeds a limit: each check yields its refusals.

    ``count`` returns how many objects an endpoint has, ``held`` how many memberships (of ``Groups``) or rights (of
    ``ContainerPermissions``) there are.
    """

    def __init__(self, rules: Rules, count: Callable[[str], int | None], held: Callable[[str], int]) -> None:
        self._rules = rules
        self._count = count
        self._held = held

    def keeps(self, loss: Loss) -> bool:
        """Return whether an object must not be removed: protected, a built-in role, or the user that runs the task."""
        return bool(loss.own) or loss.built_in or self._protects(loss)

    def _protects(self, loss: Loss) -> bool:
        return self._rules.protects([*loss.names, " / ".join(loss.names), *loss.also])

    def check_prune(self, listed: Collection[str]) -> Iterator[GuardRailError]:
        """Refuse to prune a kind without entries. ``listed`` are the plurals of the kinds with entries."""
        if (empty := sorted(self._rules.prune - set(listed))) and not self._rules.prune_to_nothing:
            yield GuardRailError(
                f"prune would remove all {', '.join(empty)}, because the task has no entries for them",
                hint="Set prune_to_nothing if that is intended",
            )

    def check(self, losses: Sequence[Loss]) -> Iterator[GuardRailError]:
        """Refuse to remove protected objects, and more objects than the task allows."""
        if refused := [loss.label for loss in losses if self.keeps(loss)]:
            yield GuardRailError(
                f"protected or built-in objects, or the user that runs the task, would be removed: "
                f"{some(sorted(refused, key=natural))}",
                hint="Remove the entries that delete them, or remove their names from protected",
            )
        yield from check_unknown([loss.label for loss in losses if loss.own is None])
        for going, limit, allowed in self._limits(losses):
            if len(going) > limit:
                yield GuardRailError(
                    f"max_removals allows {allowed} to be removed or deactivated, and {len(going)} would be: "
                    f"{some(sorted(going, key=natural))}",
                    hint="Check that the lists are complete. If this is intended, raise max_removals",
                )

    def _limits(self, losses: Sequence[Loss]) -> Iterator[tuple[list[str], int, str]]:
        """Yield the objects that would be removed, their limit, and the limit in words; by kind for a percentage."""
        text = self._rules.max_removals
        if not text.endswith("%"):
            yield [loss.label for loss in losses], int(text), f"{text} objects"
            return
        for resource in {loss.resource.name: loss.resource for loss in losses}.values():
            there = self._count(resource.endpoint) or 0
            limit = _share(text, there)
            going = [loss.label for loss in losses if loss.resource is resource]
            yield going, limit, f"{text} of {there} {resource.plural}, which is {limit},"

    def check_access(self, losses: Sequence[AccessLoss]) -> Iterator[GuardRailError]:
        """Refuse to take away more memberships and rights than the task allows."""
        for losing, limit, allowed in self._access_limits(losses):
            if sum(loss.count for loss in losing) > limit:
                yield GuardRailError(
                    f"max_access_removals allows {allowed} to be taken away, and "
                    f"{sum(loss.count for loss in losing)} would be: {_named(losing)}",
                    hint="Check that the lists are complete. If this is intended, raise max_access_removals",
                )

    def _access_limits(self, losses: Sequence[AccessLoss]) -> Iterator[tuple[list[AccessLoss], int, str]]:
        text = self._rules.max_access_removals
        if not text.endswith("%"):
            yield list(losses), int(text), f"{text} memberships and rights"
            return
        for resource in RESOURCES.values():
            losing = [loss for loss in losses if loss.place is place_of(resource)]
            if losing and resource.access:
                there = self._held(resource.endpoint)
                limit = _share(text, there)
                yield losing, limit, f"{text} of {there} {resource.access.held}, which is {limit},"

    def check_members(self, losses: Sequence[AccessLoss]) -> Iterator[GuardRailError]:
        """Refuse losses of members that are never allowed."""
        last = [loss for loss in losses if loss.last and loss.place.is_built_in(loss.identifier, [loss.name])]
        if last:
            yield last_member_lost(_named(last))
        own = [loss for loss in losses if not loss.goes and any(member.own for member in loss.members)]
        if own:
            yield own_access_lost(_named(own), "Keep this user and its groups in the lists")
        yield from check_unknown(
            [loss.label for loss in losses if not loss.goes and any(member.own is None for member in loss.members)]
        )
        protected = [
            f"{' / '.join(dict.fromkeys(member.names))!r} of {loss.label}"
            for loss in losses
            for member in loss.members
            if self._rules.protects([loss.name, *member.names])
        ]
        if protected:
            yield GuardRailError(
                f"protected objects would lose memberships or rights: {some(protected)}",
                hint="Keep these members in the lists and do not delete them, or remove the names from protected",
            )

    def check_renamed(self, changes: Sequence[tuple[str, Loss]]) -> Iterator[GuardRailError]:
        """Refuse a new name or password of a protected or built-in object, and of the user that runs the task.

        The roles of this user count as well. Each change has a description and the current object.
        """
        if refused := [text for text, loss in changes if loss.own]:
            yield GuardRailError(
                f"the user that runs the task, or a role of it, would be changed: {some(refused)}",
                hint="Do that as another user. For a new password, use the role admin_portal",
            )
        yield from check_unknown([text for text, loss in changes if loss.own is None])
        if refused := [text for text, loss in changes if loss.built_in or self._protects(loss)]:
            yield GuardRailError(
                f"protected or built-in objects would get another name or password: {some(refused)}",
                hint="Leave these options out, or remove the old and new names from protected",
            )


def _share(text: str, there: int) -> int:
    """Return a percentage of a number. Fractions are exact; with floats, 18.4 % of 375 would be less than 69."""
    return int(there * Fraction(text[:-1]) // 100)


def places_of(losses: Iterable[AccessLoss]) -> list[str]:
    """Return a text for each group and safe with its losses.

    Emptied lists are first, sorted by name. The others follow, largest losses first, then sorted by name.
    """
    totals: Counter[tuple[bool, str, str]] = Counter()
    for loss in losses:
        totals[not loss.emptied, loss.label, loss.what] += loss.count
    return [
        f"{label} ({'' if stay else 'all '}{count} {what})"
        for (stay, label, what), count in sorted(totals.items(), key=_order)
    ]


def _order(total: tuple[tuple[bool, str, str], int]) -> tuple[bool, int, Any, str]:
    (stay, label, what), count = total
    return stay, -count if stay else 0, natural(label), what


def _named(losses: Sequence[AccessLoss]) -> str:
    """Return one text for groups and safes with losses. Names all emptied ones, and some of the others."""
    empty = places_of(loss for loss in losses if loss.emptied)
    return ", ".join([*empty, some(places_of(loss for loss in losses if not loss.emptied))]).removesuffix(", ")
