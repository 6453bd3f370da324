# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Refuse changes of single objects that must never happen. A directory run checks all its changes together instead."""

from __future__ import annotations

from collections.abc import Iterable

from .._http.caller import Caller
from .._model.plan import Plan, Task
from .objects import ScimObjects
from .people import ScimPeople
from .protocol import Scim


class GuardedObjects(ScimObjects):
    """Objects whose plans are refused if they cause a loss that is never allowed."""

    def __init__(self, scim: Scim, others: Iterable[Caller] = ()) -> None:
        super().__init__(scim)
        self._people = ScimPeople(scim, self.lists, others=others)

    def refuse(self, task: Task, plan: Plan) -> None:
        super().refuse(task, plan)
        self._people.check(plan)
