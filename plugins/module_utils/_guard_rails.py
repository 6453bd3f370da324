# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What a directory may lose, at most, and what it never loses. Sends no request but to count."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ._errors import GuardRailError
from ._paths import Object, fold, look
from ._resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, USER, Resource
from ._survey import names_in, some

# Roles that every tenant has, and their ids, which are no GUIDs (one is on record). The server does not delete them.
BUILT_IN_NAMES = ("system administrator", "everybody")
BUILT_IN_IDS = re.compile(r".*_ID|sysadmin", re.IGNORECASE)


@dataclass(frozen=True)
class Rules:
    """What the task allows. ``prune`` are the plurals of the kinds of which nothing else is to be left."""

    prune: frozenset[str] = frozenset()
    delete_users: bool = False
    prune_to_nothing: bool = False
    max_removals: str = "10"
    protected: tuple[str, ...] = ()
    workers: int = 8
    stop_on_error: bool = True

    def protects(self, name: str) -> bool:
        """Whether a name is protected, in any spelling: by its characters, or by what it looks like."""
        return any(
            form(name) == form(pattern) or fnmatch.fnmatchcase(form(name), form(pattern))
            for pattern in self.protected
            for form in (fold, look)
        )


@dataclass(frozen=True)
class Loss:
    """An object that would go, or a user that would be out of use, by its names on the server."""

    resource: Resource
    identifier: str
    names: tuple[str, ...]
    item: Object = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, resource: Resource, item: Object) -> Loss:
        return cls(resource, item["id"], tuple(names_in(resource.keys_of(item))), item)

    @property
    def label(self) -> str:
        return f"{self.resource.name} {(' / '.join(self.names) or self.identifier)!r}"


class GuardRails:
    """Raises GuardRailError for what goes too far. ``own`` is the login name of the user that runs the task."""

    def __init__(self, rules: Rules, own: str | None, count: Callable[[str], int | None]) -> None:
        self._rules = rules
        self._own = look(own or "")
        self._count = count

    def is_about_own(self, names: Iterable[str]) -> bool:
        """Whether one of these names is that of the user that runs the task, who may not be known."""
        return self._own != "" and self._own in map(look, names)

    def keeps(self, loss: Loss) -> bool:
        """Whether this is never removed: what is protected, the built-in roles, and the user that runs the task."""
        built_in = any(look(name) in BUILT_IN_NAMES for name in loss.names) or BUILT_IN_IDS.fullmatch(loss.identifier)
        if (loss.resource is USER and self.is_about_own(loss.names)) or (loss.resource is GROUP and built_in):
            return True
        return any(map(self._rules.protects, [*loss.names, " / ".join(loss.names)]))

    def check_prune(self, listed: Collection[str]) -> None:
        """Refuse to prune a kind whose plural is not among the ``listed``, or without knowing who is asking."""
        if (empty := sorted(self._rules.prune - set(listed))) and not self._rules.prune_to_nothing:
            raise GuardRailError(
                f"prune would leave only the entries of {', '.join(empty)}, but the task lists none",
                hint="Set prune_to_nothing if that is intended",
            )
        if self._rules.prune & {USER.plural, CONTAINER_PERMISSION.plural} and not self._own:
            raise GuardRailError(
                "prune has to know which user runs the task, so that it is not pruned itself",
                hint="Set client_id and client_secret beside access_token",
            )

    def check(self, losses: Sequence[Loss]) -> None:
        """Refuse what is never removed, and more than the task allows."""
        losses = [*losses, *_accounts_of_safes(losses)]
        if refused := [loss.label for loss in losses if self.keeps(loss)]:
            raise GuardRailError(
                f"what is protected, built in or the user that runs the task would be removed: {some(refused)}",
                hint="Take them out of the entries that remove them, or out of protected",
            )
        for going, limit, allowed in self._limits(losses):
            if len(going) > limit:
                raise GuardRailError(
                    f"max_removals allows {allowed} to be removed or deactivated, and {len(going)} would be: "
                    f"{some(going)}",
                    hint="Check that the lists are complete. If this is intended, raise max_removals",
                )

    def _limits(self, losses: Sequence[Loss]) -> Iterator[tuple[list[str], int, str]]:
        """What would go, how many of it may, and that in words: of all together, or as a percentage of each kind."""
        text = self._rules.max_removals
        if not text.endswith("%"):
            yield [loss.label for loss in losses], int(text), f"{text} objects"
            return
        for resource in {loss.resource.name: loss.resource for loss in losses}.values():
            there = self._count(resource.endpoint) or 0
            # Exact: as binary fractions, 18.4 % of 375 is less than 69.
            limit = int(there * Fraction(text[:-1]) // 100)
            going = [loss.label for loss in losses if loss.resource is resource]
            yield going, limit, f"{text} of {there} {resource.plural}, which is {limit},"


def _accounts_of_safes(losses: Iterable[Loss]) -> Iterator[Loss]:
    """The accounts that go with a safe, as far as it tells of them: the vault deletes them, or refuses."""
    known = {loss.identifier for loss in losses if loss.resource is PRIVILEGED_DATA}
    for safe in losses:
        accounts = safe.item.get("privilegedData") if safe.resource is CONTAINER else None
        for account in accounts if isinstance(accounts, list) else []:
            if isinstance(account, dict) and str(account.get("value")) not in known:
                identifier = str(account.get("value"))
                yield Loss(PRIVILEGED_DATA, identifier, (*safe.names, str(account.get("display") or identifier)))
