# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Find the subjects that already broke policies before a plan. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .._base.paths import fold
from .kinds import Block, Kind, blocks_of
from .policies import Policy
from .scene import Scene
from .state import State


@dataclass(frozen=True)
class Past:
    """The directory before and after a plan. The same user may have different numbers in the two."""

    before: Scene
    after: Scene
    _blocks: dict[str, dict[Hashable, list[Block]]] = field(default_factory=dict, repr=False)

    def can_judge(self, policy: Policy) -> bool:
        return not policy.needs - self.before.kinds

    def broken_before(self, policy: Policy, broken: Block) -> int:
        """Return the subjects that broke the policy before the plan as well, without an exception."""
        if not broken.members or not self.can_judge(policy):
            return 0
        old = 0
        for block in self._blocks_by_mark(policy.kind).get(broken.mark, ()):
            then = policy.broken_by(policy.chosen(block))
            members = then.members
            for _waiver, waived in policy.waived(then):
                members &= ~waived
            old |= self._numbered_after(members) if policy.kind.has_users else members
        return old & broken.members

    def _blocks_by_mark(self, kind: Kind) -> dict[Hashable, list[Block]]:
        if kind.name not in self._blocks:
            found: dict[Hashable, list[Block]] = {}
            for block in blocks_of(kind, self.before):
                found.setdefault(block.mark, []).append(block)
            self._blocks[kind.name] = found
        return self._blocks[kind.name]

    def _numbered_after(self, users: int) -> int:
        """Return a set of users, with their numbers after the plan."""
        found = 0
        for begin, other, length in self._runs:
            found |= (users >> begin & ((1 << length) - 1)) << other
        return found

    @cached_property
    def _runs(self) -> list[tuple[int, int, int]]:
        """Return runs of users that are consecutive in both states: the first number in each state, and the length."""
        numbers = {mark: number for number, mark in enumerate(_marks(self.after.state))}
        runs: list[tuple[int, int, int]] = []
        for number, mark in enumerate(_marks(self.before.state)):
            if mark in numbers:
                begin, other, length = runs[-1] if runs else (0, 0, 0)
                if (begin + length, other + length) == (number, numbers[mark]):
                    runs[-1:] = [(begin, other, length + 1)]
                else:
                    runs.append((number, numbers[mark], 1))
        return [*runs, (self.before.nobody, self.after.nobody, 1)]


def _marks(state: State) -> Iterator[tuple[str, int]]:
    """Yield a key for each user: the name, and its index among users with this name."""
    seen: Counter[str] = Counter()
    for user in state.users:
        name = fold(user.name)
        seen[name] += 1
        yield name, seen[name]
