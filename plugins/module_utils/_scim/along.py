# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the changes that a deletion causes: memberships, rights, and the contents of safes. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from .._base.errors import IdentityError
from .._base.paths import Object, id_mark, quoted
from .._model.plan import Change, Plan, plan_absent
from .._model.resources import CONTAINER_PERMISSION, PRIVILEGED_DATA, RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import Members, One
from .contents import accounts_on, permissions_on
from .member_lists import MemberLists
from .protocol import FEW, Scim


class Along:
    """Finds the changes that the deletions of one task cause, as plans."""

    def __init__(self, scim: Scim, lists: MemberLists) -> None:
        self._scim = scim
        self._lists = lists
        self._listed: dict[str, list[Object]] = {}  # all objects, by endpoint

    def expect(self, deletions: Sequence[Plan]) -> None:
        """Read whole lists if that takes fewer requests than a search for each of these deletions."""
        for holder in RESOURCES.values():
            if sum(bool(_rows(holder, plan.resource)) for plan in deletions) > FEW:
                try:
                    self._listed[holder.endpoint] = self._lists.complete(holder, self._scim.query(holder.endpoint))
                except IdentityError:
                    continue  # each deletion searches by itself, and reports that it failed

    def of(self, plan: Plan) -> tuple[list[Plan], list[str]]:
        """Return the changes that a deletion causes, and the plurals of kinds that could not be read."""
        found: list[Plan] = []
        unread = []
        for holder in RESOURCES.values():
            read = self._reader(plan, holder)
            try:
                found += read() if read else ()
            except IdentityError:  # the deletion does not depend on it
                unread.append(holder.plural)
        return found, unread

    def _reader(self, plan: Plan, holder: Resource) -> Callable[[], list[Plan]] | None:
        """Return a function that reads the changes of a deletion in one kind of objects, or None if it changes none."""
        if holder.endpoint in plan.resource.contains:
            return lambda: [plan_absent(holder, item) for item in self._contents(plan.current or {}, holder)]
        if rows := _rows(holder, plan.resource):
            return lambda: list(self._held(plan, holder, rows))
        return None

    def _contents(self, safe: Object, holder: Resource) -> Collection[Object]:
        if holder is CONTAINER_PERMISSION:
            return permissions_on(self._scim, [safe])[safe["id"]]
        accounts = accounts_on(self._scim, [safe])[safe["id"]]
        if len(accounts) > FEW:
            wanted = {account["id"] for account in accounts}
            return [item for item in self._scim.query(PRIVILEGED_DATA.endpoint) if item["id"] in wanted]
        read = (self._scim.get(PRIVILEGED_DATA.endpoint, account["id"], listed=True) for account in accounts)
        return [item for item in read if item]

    def _held(self, plan: Plan, holder: Resource, rows: Sequence[Attribute]) -> Iterator[Plan]:
        """Yield the change of each object that has the deleted one as a member."""
        mark = id_mark(plan.identifier)
        items = self._listed.get(holder.endpoint)
        for item in items if items is not None else self._find(holder, rows, plan.identifier):
            for row in rows:
                held = row.read(item) or {}
                left = {key: name for key, name in held.items() if id_mark(key) != mark}
                if len(left) == len(held):
                    continue
                if holder.is_permission:
                    yield plan_absent(holder, item)
                else:
                    yield Plan(holder, "update", item, (Change(row, held, left),), {}, {})

    def _find(self, holder: Resource, rows: Sequence[Attribute], identifier: str) -> list[Object]:
        """Return the objects that may have a member, each with all of its members."""
        filters = sorted({f"{row.filter or f'{row.path[0]}.value'} eq {quoted(identifier)}" for row in rows})

        def may_match(item: Object) -> bool:
            shown = [member for _endpoint, member, _shown in holder.members(item)]
            return not shown or id_mark(identifier) in map(id_mark, shown)  # a list may leave members out

        doubt = holder.key_attribute if holder.doubtful else ""
        found = self._scim.find_every(holder.endpoint, [filters], may_match, doubt=doubt)
        return self._lists.complete(holder, found, lambda item: holder.member_rows)


def _rows(holder: Resource, deleted: Resource) -> list[Attribute]:
    """Return the rows of ``holder`` for members of the kind ``deleted``."""
    rows = (row for row in holder.references if isinstance(row.shape, (Members, One)))
    return [row for row in rows if row.refers_to == deleted.endpoint]
