# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Limit the losses of a directory: facts in, refusals out. The only requests count objects."""

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
    """The limits that the task sets. ``prune`` has the plurals of the kinds whose unlisted objects are removed.

    ``watched`` has those whose unlisted objects are reported. With ``only_approved``, an object is read again before it
    is written, and left alone if the change would no longer be the planned one.
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
    """Return whether a pattern protects a name: by its characters, or by what it looks like."""
    return any(is_like(name, pattern, form) for form in (fold, look))


@dataclass(frozen=True)
class Loss:
    """An object that would be deleted, or a user that would be deactivated, by all its names on the server.

    ``also`` are names of what it is about, such as the login name of who has a permission, or names that it is to get.
    ``own`` is whether it is the user that runs the task, or what that user's access comes from; None if unknown.
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
    """A member that loses access: all names on the server, and whether it is or holds the user that runs the task."""

    names: tuple[str, ...]
    own: bool | None = False


@dataclass(frozen=True)
class AccessLoss:
    """Memberships of a group, or rights of one member of a safe, that would be taken away.

    ``place`` is the group or the safe,

    ``count`` returns how many objects an endpoint has, ``held`` how many memberships (of ``Groups``) or rights (of
    ``ContainerPermissions``) there are.
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
    """Return what a plan takes away from members of a group or of a safe; deleting one of them, or a permission, too.

    A permission that is given an end before ``now`` loses all its rights; an end in the future is planned, and no loss.
    Deleted safes are left out, because their contents are not in the plan.
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
    """Return what a change of one list takes away, None if that is nothing."""
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
    """Name the groups and the permissions whose lists come out empty and held something, with what they lose."""
    losses = [loss for plan in plans for loss in losses_of(plan, now) if loss.emptied]
    return places_of(losses)


def all_access(resource: Resource, item: Object) -> AccessLoss:
    """Return all memberships of a group, or all rights of a permission: one that shows none is still one."""
    parent = resource.parent
    name = parent.read(item) if parent else item.get(resource.key_attribute) or item["id"]
    lost = resource.access.lost if resource.access else ""
    count, who = resource.count_access(item), tuple(resource.members(item))
    return AccessLoss(place_of(resource), item["id"], str(name), count, lost, who, goes=True)


def place_of(resource: Resource) -> Resource:
    """Return the kind of the place that access is to: that of the object itself, or of what it lies in."""
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
        """Return whether an object is never removed: a protected one, a built-in role, the user that runs the task."""
        return bool(loss.own) or loss.built_in or self._protects(loss)

    def _protects(self, loss: Loss) -> bool:
        return self._rules.protects([*loss.names, " / ".join(loss.names), *loss.also])

    def check_prune(self, listed: Collection[str]) -> Iterator[GuardRailError]:
        """Refuse to prune a kind whose plural is not among the ``listed``."""
        if (empty := sorted(self._rules.prune - set(listed))) and not self._rules.prune_to_nothing:
            yield GuardRailError(
                f"prune would leave only the entries of {', '.join(empty)}, but the task lists none",
                hint="Set prune_to_nothing if that is intended",
            )

    def check(self, losses: Sequence[Loss]) -> Iterator[GuardRailError]:
        """Refuse to remove protected objects, and more objects than the task allows."""
        if refused := [loss.label for loss in losses if self.keeps(loss)]:
            yield GuardRailError(
                f"what is protected, built in or the user that runs the task would be removed: "
                f"{some(sorted(refused, key=natural))}",
                hint="Take them out of the entries that remove them, or out of protected",
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
        """Yield the objects that would be removed, their limit, and the limit in words, in all or for each kind."""
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
        """Refuse to take more memberships and rights away than the task allows, whoever they belong to."""
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
            yield own_access_lost(_named(own), "Keep it, and the groups that it is in, in the lists")
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
                f"what is protected would lose memberships or rights: {some(protected)}",
                hint="Keep these members, and in the lists, or take the names out of protected",
            )

    def check_renamed(self, changes: Sequence[tuple[str, Loss]]) -> Iterator[GuardRailError]:
        """Refuse a new name or password of what is protected or built in, and of the user that runs the task.

        That includes the roles of this user.
        Each of the ``changes`` is a text and the object as it is.
        """
        if refused := [text for text, loss in changes if loss.own]:
            yield GuardRailError(
                f"the user that runs the task, or a role of it, would be changed: {some(refused)}",
                hint="Do that as another user. For a new password, use the role admin_portal",
            )
        yield from check_unknown([text for text, loss in changes if loss.own is None])
        if refused := [text for text, loss in changes if loss.built_in or self._protects(loss)]:
            yield GuardRailError(
                f"what is protected or built in would get another name or password: {some(refused)}",
                hint="Leave these options out, or take the names, present and new ones, out of protected",
            )


def _share(text: str, there: int) -> int:
    """Return the percentage of a number. Exact: as binary fractions, 18.4 % of 375 is less than 69."""
    return int(there * Fraction(text[:-1]) // 100)


def places_of(losses: Iterable[AccessLoss]) -> list[str]:
    """Name the groups and safes that lose something, with what and how much.

    Lists that come out empty are first, sorted by name. The others follow, largest losses first, then sorted by name.
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
    """Name groups and safes that lose something: a readable number, and all with lists that come out empty."""
    empty = places_of(loss for loss in losses if loss.emptied)
    return ", ".join([*empty, some(places_of(loss for loss in losses if not loss.emptied))]).removesuffix(", ")
