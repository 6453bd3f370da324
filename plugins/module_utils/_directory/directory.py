# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""A whole directory to its desired state: everything is read and planned before the first write.

The objects are those of the single-object modules, and so is what is done to each: the same tables, plans and
``ensure()``. What is added here is what many objects need: references among them, order, guard rails and a pool of
workers.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from queue import SimpleQueue
from typing import Any

from .._base.errors import (
    AuthorizationError,
    GuardRailError,
    IdentityError,
    IncompleteError,
    InvalidError,
    NotFoundError,
    some,
    trying,
)
from .._base.paths import Object, fold, id_mark
from .._ensure import ensure, refuse
from .._model.members import members_of
from .._model.new_values import new_suffixes, warn_of_suffix
from .._model.options import check_characters
from .._model.plan import Plan, Task, make_plan, new_end
from .._model.references import names_in, resolve_keys
from .._model.resources import (
    CONTAINER,
    CONTAINER_PERMISSION,
    GROUP,
    LINKED_OBJECT,
    PAM_OBJECTS,
    PRIVILEGED_DATA,
    RESOURCES,
    TWO_USERS,
    USER,
    Resource,
)
from .._scim.contents import accounts_on, also_removed, permissions_on
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim
from .._scim.sight import may_be_hidden, sees_nothing, unseen
from .._scim.vault import trim_permission
from .creators import Creators
from .drift import Scope, in_order, unmanaged
from .guard_rails import (
    AccessLoss,
    GuardRails,
    Loss,
    Rules,
    access_of,
    all_access,
    deactivates,
    emptied_by,
    losses_of,
    refuse_emptied_roles,
)
from .relations import Relations
from .survey import Entry, Known, Survey, marks_of, references_in, references_of, same_object

MUST_BE_THERE = "an entry that it needs failed"
EXPECTED = "Entries that this run does not deal with, and that have to be applied first"
# The options by which an object would no longer be what it is known by, or a user could no longer log in.
IDENTIFYING = {USER.name: {USER.keys[0], "password"}, GROUP.name: {GROUP.keys[0]}, PRIVILEGED_DATA.name: {"name"}}


@dataclass(frozen=True)
class Done:
    """What became of one entry, or would in check mode: ``action`` is a plan's, or failed, or skipped."""

    entry: Entry
    action: str
    error: IdentityError | None = None


@dataclass(frozen=True)
class Halt:
    """Why some of the changes are not begun: the first of them met a failure that all of them share.

    ``kind`` is that of the objects that are not created, None where nothing at all is begun; ``container`` is where.
    """

    entry: Entry
    error: IdentityError
    kind: Resource | None = None
    container: str | None = None

    @classmethod
    def of(cls, entry: Entry, error: IdentityError) -> Halt | None:
        """Return what a failure stops beside its own entry, None for a failure that others may not meet.

        A right that is missing to create one object is missing to create all of its kind; safes have members of their
        own, so that there it is all in the same safe. An update or a removal may be refused for one object alone.
        """
        if error.shared:
            return cls(entry, error)
        if isinstance(error, AuthorizationError) and entry.plan and entry.plan.action == "create":
            return cls(entry, error, entry.resource, _container_of(entry))
        return None

    def holds(self, entry: Entry) -> bool:
        """Tell whether an entry is among what is not begun."""
        if self.kind is None:
            return True
        creates = entry.plan is not None and entry.plan.action == "create"
        return creates and entry.resource is self.kind and _container_of(entry) == self.container

    @property
    def scope(self) -> str:
        """What is not begun, for a person."""
        if self.kind is None:
            return "nothing else was begun, because it would fail in the same way"
        where = f" in {self.entry.keys['container']!r}" if self.container is not None else ""
        return f"no other {self.kind.name} was created{where}, because the same right is needed"


def _container_of(entry: Entry) -> str | None:
    container = entry.keys.get("container")
    return None if container is None else fold(str(container))


# What is being done, how many objects are done, and of how many.
Report = Callable[[str, int, int], None]


class Directory:
    """One run: ``plan()`` reads the tenant and writes nothing, ``apply()`` carries the plan out."""

    def __init__(
        self,
        scim: Scim,
        rules: Rules,
        report: Report = lambda text, done, total: None,
        is_abandoned: Callable[[], bool] = lambda: False,
        *,
        check: bool = False,
    ) -> None:
        self._rules = rules
        self._report = report
        self._is_abandoned = is_abandoned
        self._scim = scim
        self._known = Known(scim, expect=check)
        self._store = ScimObjects(scim, self._known, verify_late=True)
        self._relations = Relations(scim, self._known, self._store.lists)
        self._creators = Creators(scim, self._known, self._relations)
        self._rails = GuardRails(rules, self._known.count, self._access)
        self.unchanged: Counter[str] = Counter()
        self.unmanaged: list[Object] = []  # what the tenant holds and no entry names, as a result shows it
        self.also_removed: dict[str, Object] = {}  # by the id of a safe that is deleted
        self.halts: list[Halt] = []  # in the order of the failures
        self._halting = threading.Lock()

    # -- Planning -----------------------------------------------------------

    def plan(self, entries: Sequence[Entry], elsewhere: Iterable[Entry] = ()) -> list[Entry]:
        """The entries that change something, removals last, in an order in which they can be carried out.

        ``elsewhere`` are entries that another run deals with, as far as they make something.
        Raises one error for everything that is wrong with the entries, and GuardRailError for what goes too far.
        """
        doubles = _note_doubles(entries)
        # A safe is named also by what is to be absent on it; a list of nothing but what is to be absent lists none.
        self._rails.check_prune(
            {entry.resource.plural for entry in entries if not entry.absent or "container" in entry.resource.keys}
        )
        for entry in entries:
            if entry not in doubles:
                self._known.announce(entry)
        for entry in elsewhere:
            self._known.announce_elsewhere(entry)
        sound, failed = ([entry for entry in entries if bool(entry.failure) is wrong] for wrong in (False, True))
        try:
            changing = self._read(sound, all_sound=not failed)
        except IdentityError:
            _refuse_failed(failed)  # which is wrong whatever the tenant holds
            raise
        self._warn_of_losses(changing)
        for entry in filter(_removes_object, changing):
            self._known.leaves(entry)
        self._note_leavers(sound)
        _note_nesting(sound)
        expected = some([entry.label for entry in self._known.expected])
        _refuse_failed(entries, f"{EXPECTED}: {expected}" if expected else "")
        if expected:
            self._scim.client.warn(f"{EXPECTED}, counted as there: {expected}")
        self._check_sight(entries, changing)
        if circle := _circle({entry: entry.needs for entry in changing}):
            raise InvalidError(
                f"a circle of references, and none of these exists yet: {_places(circle)}", hint="Nothing was written"
            )
        trimming = self._creators.plan(entries, changing)
        self._check_losses([*changing, *trimming])
        return [*sorted(changing, key=_rank), *trimming]

    def _read(self, entries: Sequence[Entry], *, all_sound: bool) -> list[Entry]:
        """Return the changes."""
        if not all_sound:  # the plan is refused, and what no entry names cannot be told
            self._rules = replace(self._rules, prune=frozenset(), watched=frozenset())
        with ThreadPoolExecutor(self._rules.workers) as pool:
            return list(self._changes(Survey(self._scim, self._known, self._store, pool), entries))

    def _changes(self, survey: Survey, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Read one kind after another, and plan each entry as soon as what is there of it is known."""
        references = self._references(entries)
        scope = Scope(entries)
        for resource in RESOURCES.values():
            mine = [entry for entry in entries if entry.resource is resource]
            watched = resource.plural in self._rules.watched and scope.has_any(resource)
            everything = watched or resource.plural in self._rules.prune
            if not mine and not everything and not references[resource.endpoint]:
                continue
            reading = f"reading {resource.plural}"
            late: list[Entry] = []
            claimed: dict[Any, Entry] = {}
            self._report(reading, 0, 0)
            for found in survey.read(resource, mine, references[resource.endpoint], everything=everything):
                self._report(reading, 0, 0)
                if not isinstance(found, Entry):
                    if removal := self._unlisted(resource, found, scope):
                        yield removal
                    continue
                scope.see(found)
                _claim(found, claimed)
                if self._is_settled(found):
                    self._leave_alone(found)
                elif _refers_to_its_own_kind(found):
                    late.append(found)
                elif self._is_changed(found):
                    yield found
            yield from filter(self._is_changed, late)

    @staticmethod
    def _references(entries: Iterable[Entry]) -> dict[str, set[str]]:
        """The names that have to be known, by endpoint."""
        references: dict[str, set[str]] = {endpoint: set() for endpoint in RESOURCES}
        for entry in entries:
            for endpoint, name in references_of(entry):
                references[endpoint].add(name)
        return references

    def _is_settled(self, entry: Entry) -> bool:
        """Whether the object certainly is as it should be."""
        current = entry.located[0]
        if current is None or not entry.is_plain or entry.failure:
            return False
        return entry.resource.holds(current, entry.options, self._known.name_of)

    def _is_changed(self, entry: Entry) -> bool:
        """Plan one entry. Whether it changes something; a failure is noted at the entry."""
        if not entry.failure:
            try:
                self._plan_one(entry)
            except IdentityError as error:
                entry.failure = error
        if entry.failure:
            return False
        if entry.plan and entry.plan.changed:
            return True
        self._leave_alone(entry)
        return False

    def _leave_alone(self, entry: Entry) -> None:
        """Count the entry, and let go of what it takes no part in."""
        self.unchanged[entry.resource.plural] += 1
        entry.plan, entry.located = None, (None, {})

    def _plan_one(self, entry: Entry) -> None:
        task, (current, keys) = entry.task, entry.located
        with trying(f"plan {task.label}"):
            if current is None and not task.absent and "container" in entry.resource.keys:
                self._check_container(str(task.desired["container"]))
            desired = {} if task.absent else self._store.resolve(task, keys, current, check=False)
            entry.plan = make_plan(task, desired, current)
            refuse(self._store, task, entry.plan)
            check_characters(task, _new_texts(task, entry.plan))
            if task.creator_rights is not None and not task.absent:
                self._creators.note(entry, current)
        if not task.absent:
            wanted = references_in(task.resource, task.desired)
            needs = (self._known.pending(endpoint, name) for endpoint, name in wanted)
            entry.needs = frozenset(need for need in needs if need)

    def _check_container(self, name: str) -> None:
        if not self._known.find_all(CONTAINER.endpoint, CONTAINER.key_attribute, [name])[name]:
            raise NotFoundError(f"there is no container {name!r}", hint="Create it, or list it among the containers")

    def _unlisted(self, resource: Resource, item: Object, scope: Scope) -> Entry | None:
        """Return the removal of an object without an entry if it is pruned; else note it if its kind is watched."""
        pruned = resource.plural in self._rules.prune and scope.prunes(resource, item)
        removal = self._removal(resource, item) if pruned else None
        watched = resource.plural in self._rules.watched and scope.watches(resource, item)
        if watched and not removal and not self._is_spared(resource, item):
            self.unmanaged.append(unmanaged(resource, item))
        return removal

    def _is_spared(self, resource: Resource, item: Object) -> bool:
        """Return whether an object without an entry is not reported: in general, because prune spares it, too.

        A right that the user that runs the task has through a group is reported: the whole group has it.
        """
        if item.get(LINKED_OBJECT) or (resource is USER and USER.attribute("active").read(item) is False):
            return True
        if resource is CONTAINER_PERMISSION:
            users = [who for who in members_of(resource, item) if who[0] == USER.endpoint]
            own = any(self._relations.is_own(endpoint, who, [shown]) for endpoint, who, shown in users)
        else:
            own = bool(self._relations.is_own_object(resource, item))
        return self._rails.keeps(self._loss(resource, item, own=own))

    def _removal(self, resource: Resource, item: Object) -> Entry | None:
        """The removal of an object that is in no entry, None if it is not to be touched."""
        keys = resource.keys_of(item)
        if item.get(LINKED_OBJECT) or self._rails.keeps(loss := self._loss_of(resource, item)):
            return None
        task = Task(resource, keys, identifier=item["id"], absent=True)
        if resource is USER and not self._rules.delete_users:
            task = replace(task, desired={"active": False}, absent=False)
            if not USER.attribute("active").read(item):
                return None
        plan = make_plan(task, task.desired, item)
        position = f"prune: {loss.label}"
        return Entry(position, resource, {}, lambda kind, options: task, (item, {}), plan)

    def _loss_of(self, resource: Resource, item: Object) -> Loss:
        """An object that would go, with what the guard rails have to know of it."""
        return self._loss(resource, item, own=self._relations.is_own_object(resource, item))

    def _loss(self, resource: Resource, item: Object, *, own: bool | None) -> Loss:
        also: list[str | None] = []
        if self._rules.protected and resource is CONTAINER_PERMISSION:
            also = [self._relations.name_of(endpoint, who) for endpoint, who, _shown in members_of(resource, item)]
        names = tuple(names_in(resource.keys_of(item)))
        return Loss(resource, item["id"], names, tuple(name for name in also if name), own)

    # -- What is refused before anything is written ---------------------------

    def _warn_of_losses(self, changing: Sequence[Entry]) -> None:
        """Name what may be a mistake, whatever is refused afterwards: a list that is empty after a failed look-up."""
        if empty := emptied_by(entry.plan for entry in changing):
            self._scim.client.warn(f"Lists that come out empty: {', '.join(empty)}")
        if known := self._known.all_names(USER.endpoint):
            for suffix, names in new_suffixes(created_by(changing), known):
                warn_of_suffix(self._scim.client.warn, suffix, names)
        for entry in changing:
            if entry.plan and (end := new_end(entry.plan.diff)):
                self._scim.client.warn(f"The membership_expiration {end} of {entry.label} is over: it gives no access")

    def _check_sight(self, entries: Sequence[Entry], changing: Sequence[Entry]) -> None:
        """Refuse to make what may be there already, in a vault that may be hidden from who makes it."""
        in_vault = [entry for entry in changing if entry.resource in PAM_OBJECTS]
        is_seen = self._known.names(CONTAINER.endpoint) or any(entry.located[0] for entry in in_vault)
        kinds = [entry.resource for entry in entries]
        if is_seen or self._rules.allow_empty_vault or not any(kind in PAM_OBJECTS for kind in kinds):
            return
        if not sees_nothing(self._scim):
            return
        if in_vault and may_be_hidden(self._scim, kinds):
            raise AuthorizationError(
                f"{unseen(self._scim)}. What the task would create there may exist",
                hint=f"{TWO_USERS}. If the vault is empty, set allow_empty_vault",
            )
        self._scim.client.warn(f"{unseen(self._scim)}. {TWO_USERS}")

    def _check_losses(self, changing: Sequence[Entry]) -> None:
        """Hold the plan against the guard rails: first how much it takes away, then what and from whom."""
        leaving = [(entry.resource, item) for entry in changing if (item := _leaving(entry))]
        losses = [self._loss_of(resource, item) for resource, item in leaving]
        safes = [item for resource, item in leaving if resource is CONTAINER]
        gone = {(loss.resource.name, loss.identifier) for loss in losses}
        access = [
            replace(loss, asked=entry.creator_rights is not None)
            for entry in changing
            for loss in losses_of(entry.plan)
        ]
        if safes:
            accounts, permissions = accounts_on(self._scim, safes), permissions_on(self._scim, safes)
            self.also_removed = {
                safe["id"]: also_removed(accounts[safe["id"]], permissions[safe["id"]]) for safe in safes
            }
            losses += [
                Loss(PRIVILEGED_DATA, account["id"], (str(safe.get("name")), str(account.get("name"))))
                for safe in safes
                for account in accounts[safe["id"]]
                if (PRIVILEGED_DATA.name, account["id"]) not in gone
            ]
            access += [
                all_access(CONTAINER_PERMISSION, permission)
                for on_safe in permissions.values()
                for permission in on_safe
                if (CONTAINER_PERMISSION.name, permission["id"]) not in gone
            ]
        along = self._taken_along(changing)
        emptied = self._emptied_roles(changing, access)
        renamed = list(self._renamed(changing))
        if losses or access or renamed:
            self._check_patterns()
        self._rails.check(losses)
        self._rails.check_access(access)
        self._rails.check_members([*(self._with_members(loss) for loss in access), *along])
        self._rails.check_renamed(renamed)
        refuse_emptied_roles(emptied)

    def _taken_along(self, changing: Iterable[Entry]) -> list[AccessLoss]:
        """Return what protected groups and safes lose with users and groups that are deleted."""
        deleted = [
            (entry.resource, item)
            for entry in changing
            if _removes_object(entry) and entry.resource in (USER, GROUP) and (item := _leaving(entry))
        ]
        return self._relations.taken_along(deleted, self._rules.protects) if deleted and self._rules.protected else []

    def _emptied_roles(self, changing: Iterable[Entry], access: Iterable[AccessLoss]) -> list[str]:
        """Return the built-in roles that nobody can log in with afterwards, if anything here could be the reason."""
        entries = [(entry, entry.plan) for entry in changing if entry.plan and entry.resource in (USER, GROUP)]
        if not any(_leaving(entry) for entry, _item in entries) and not any(loss.place is GROUP for loss in access):
            return []
        return self._relations.emptied_roles(
            {
                (entry.resource.endpoint, id_mark(plan.identifier) if plan.current else fold(entry.name)): plan
                for entry, plan in entries
            }
        )

    def _with_members(self, loss: AccessLoss) -> AccessLoss:
        protected = bool(self._rules.protected)
        who = loss.who if protected or not loss.goes else ()
        safe = loss.name if loss.place is CONTAINER else None
        own = not loss.goes and not loss.asked
        members = [self._relations.member(each, named=protected, own=own, safe=safe) for each in who]
        return replace(loss, members=tuple(members))

    def _renamed(self, changing: Iterable[Entry]) -> Iterator[tuple[str, Loss]]:
        """Describe each new name or password of an object that exists, and yield it with the object."""
        for entry in changing:
            plan = entry.plan
            if plan is None or plan.action != "update" or plan.current is None:
                continue
            options = {change.attribute.option for change in plan.changes} & IDENTIFYING.get(plan.resource.name, set())
            if options:
                text = f"{', '.join(sorted(options))} of {entry.label}"
                yield text, self._loss_of(plan.resource, plan.current)

    def _check_patterns(self) -> None:
        """Tell of names and patterns that protect nothing: they may be misspelled."""
        if unmatched := self._relations.unmatched(self._rules.protected):
            text = f"protected: nothing that the service user can see is called {', '.join(map(repr, unmatched))}"
            if self._rules.fail_unmatched:
                raise GuardRailError(text, hint="Correct the names, or set protected_unmatched to warn")
            self._scim.client.warn(text)

    def _access(self, endpoint: str) -> int:
        """How many memberships all groups hold, or rights all permissions."""
        resource = RESOURCES[endpoint]
        listed = self._store.lists.complete(resource, self._scim.query(endpoint))
        return sum(access_of(resource, item) for item in listed)

    def _note_leavers(self, entries: Iterable[Entry]) -> None:
        """Note each reference to what is to be removed, be the reference new or there already."""
        for entry in entries:
            for endpoint, name in references_of(entry):
                if leaving := self._known.leaving(endpoint, name):
                    entry.note(InvalidError(f"it refers to {name!r}, which {leaving.position} removes"))

    # -- Carrying it out ------------------------------------------------------

    def apply(self, changing: Sequence[Entry]) -> list[Done]:
        """Carry the plan out: what others need first, side by side otherwise, removals at the end.

        The creator of a safe loses rights last: what comes before may need them.
        """
        trimming = [entry for entry in changing if entry.creator_rights is not None]
        others = [entry for entry in changing if entry.creator_rights is None]
        writes = [entry for entry in others if not _removes_object(entry)]
        removals = [entry for entry in others if _removes_object(entry)]
        done: list[Done] = []
        stop = threading.Event()
        with ThreadPoolExecutor(self._rules.workers) as pool:
            try:
                self._run(pool, writes, done, stop, len(changing))
                for resource in reversed(RESOURCES.values()):
                    mine = [entry for entry in removals if entry.resource is resource]
                    self._run(pool, mine, done, stop, len(changing))
                    self._store.verify_deletions(resource)
                left_out = list(_without_basis(trimming, done))
                done += left_out
                self._run(pool, _others(trimming, left_out), done, stop, len(changing))
            finally:
                # The pool would carry out all that it was given before an interrupt gets through.
                stop.set()
        return done

    def _run(
        self, pool: ThreadPoolExecutor, entries: Sequence[Entry], done: list[Done], stop: threading.Event, total: int
    ) -> None:
        """Carry out these entries, each as soon as what it needs is there."""
        batch = set(entries)
        waiting = {entry: set(entry.needs & batch) for entry in entries}
        needed_by: dict[Entry, list[Entry]] = {}
        for entry in entries:
            for need in entry.needs:
                needed_by.setdefault(need, []).append(entry)
        running: set[Future[Done]] = set()
        # Each tells of its end: to wait for any of thousands would look at all of them each time.
        finished: SimpleQueue[Future[Done]] = SimpleQueue()

        def begin(ready: Iterable[Entry]) -> None:
            for entry in ready:
                del waiting[entry]
                future = pool.submit(self._carry_out, entry, stop)
                running.add(future)
                future.add_done_callback(finished.put)

        begin([entry for entry, needs in waiting.items() if not needs])
        while running:
            future = finished.get()
            running.discard(future)
            outcome = future.result()
            done.append(outcome)
            self._report(outcome.entry.task.label, len(done), total)
            if outcome.error or outcome.action == "skipped":
                done += _left_out(outcome, waiting, needed_by)
                continue
            for dependent in needed_by.get(outcome.entry, ()):
                if dependent in waiting:
                    waiting[dependent].discard(outcome.entry)
                    if not waiting[dependent]:
                        begin([dependent])

    def _carry_out(self, entry: Entry, stop: threading.Event) -> Done:
        if stop.is_set() or entry.plan is None or any(halt.holds(entry) for halt in self.halts):
            return Done(entry, "skipped")
        try:
            if self._is_abandoned():
                raise IncompleteError("the run was stopped: Ansible is gone", shared=True)
            changed = self._trim(entry) if entry.creator_rights is not None else self._ensure(entry)
        except IdentityError as error:
            if self._rules.stop_on_error:
                stop.set()
            # Of what was under way already, one failure tells of all that certainly had no effect: whose one write was
            # refused (a failure of a look before or after it has no diff).
            told = self._halt(entry, error) and entry.plan.action == "create" and error.diff is not None
            return Done(entry, "skipped") if told else Done(entry, "failed", error)
        return Done(entry, action_of(entry.plan) if changed else "none")

    def _ensure(self, entry: Entry) -> bool:
        """Bring the object to its desired state. Returns whether that changed it."""
        current, keys = entry.located
        if entry.needs:
            keys = self._keys_now(entry, keys)
        outcome = ensure(self._store, entry.task, check=False, located=(current, keys))
        self._known.arrived(entry, (outcome.entity or {}).get("id"))
        return outcome.changed

    def _trim(self, entry: Entry) -> bool:
        """Trim the rights of the creator of a safe. Returns whether that changed them."""
        with trying(f"trim the rights of the creator of the container {entry.safe!r}"):
            trimmed = trim_permission(self._store, str(entry.safe), entry.creator_rights or [], check=False)
        return trimmed is not None and trimmed[0]

    def _keys_now(self, entry: Entry, keys: Object) -> Object:
        """The keys with the ids of what has been made in the meantime."""
        return {**keys, **resolve_keys(self._known, entry.task)} if not entry.task.identifier else keys

    def _halt(self, entry: Entry, error: IdentityError) -> bool:
        """Note what a failure stops. Returns whether another one has stopped it before."""
        halt = Halt.of(entry, error)
        if halt is None:
            return False
        with self._halting:
            before = [other for other in self.halts if other.holds(entry)]
            if not before:
                self.halts.append(halt)
            return any(other.error.code == error.code for other in before)


def _new_texts(task: Task, plan: Plan) -> Object:
    """Return the options with texts that the server does not hold yet, each with what it holds.

    What a reference names is there, or is refused.
    """
    changed = {change.attribute.option: change.before for change in plan.changes if not change.attribute.refers_to}
    return changed if plan.current else {**dict.fromkeys(task.resource.keys), **changed}


def _left_out(outcome: Done, waiting: dict[Entry, set[Entry]], needed_by: dict[Entry, list[Entry]]) -> Iterator[Done]:
    """What cannot be done without an entry that was not, and what needs that in turn: it waits no more.

    The reason is said of what needs an entry that failed. What was not begun for another reason says nothing of others.
    """
    missing = [outcome.entry]
    while missing:
        because = missing.pop()
        for dependent in needed_by.get(because, ()):
            if waiting.pop(dependent, None) is not None:
                reason = InvalidError(f"{MUST_BE_THERE}: {because.position}") if outcome.error else None
                yield Done(dependent, "skipped", reason)
                missing.append(dependent)


def _without_basis(trimming: Iterable[Entry], done: Sequence[Done]) -> Iterator[Done]:
    """The creators whose safe lacks something that failed: the next run needs their rights for it."""
    lacking = {one.entry for one in done if one.error or one.action == "skipped"}
    for entry in trimming:
        if missing := next((need for need in entry.needs if need in lacking), None):
            yield Done(entry, "skipped", InvalidError(f"{MUST_BE_THERE}: {missing.position}"))


def _others(entries: Iterable[Entry], left_out: Iterable[Done]) -> list[Entry]:
    out = {one.entry for one in left_out}
    return [entry for entry in entries if entry not in out]


def _note_doubles(entries: Iterable[Entry]) -> set[Entry]:
    """Note and return the entries about an object that an earlier one names by the same keys or the same id."""
    seen: dict[tuple[Any, ...], Entry] = {}
    doubles = set()
    for entry in entries:
        marks: list[tuple[Any, ...]] = []
        if len(entry.keys) >= min(2, len(entry.resource.keys)):  # all that name it, of which two at most are given
            marks.append((entry.resource.name, *(fold(entry.keys.get(option, "")) for option in entry.resource.keys)))
        if entry.identifier:
            marks.append((entry.resource.name, "id", entry.identifier))
        for mark in marks:
            if (first := seen.setdefault(mark, entry)) is not entry:
                doubles.add(entry)
                entry.note(same_object(entry, first))
    return doubles


def _note_nesting(entries: Iterable[Entry]) -> None:
    """Note a group that would be in itself, be it new or not: the server would refuse the last of the circle."""
    groups = {fold(entry.name): entry for entry in entries if entry.resource is GROUP and not entry.absent}
    nested = {
        group: [groups[fold(name)] for kind, name in references_of(group) if fold(name) in groups and kind == "Groups"]
        for group in groups.values()
    }
    if circle := _circle(nested):
        text = f"a circle of groups, each of which would be a member of itself: {_places(circle)}"
        circle[0].note(InvalidError(text))


def _circle(needs: Mapping[Entry, Iterable[Entry]]) -> list[Entry]:
    """Return the entries of a circle among these, in their order; none if there is no circle."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return [entry for entry in needs if entry in error.args[1]]
    return []


def _places(entries: Iterable[Entry]) -> str:
    return some([f"{entry.position} ({entry.label})" for entry in entries])


def created_by(changing: Iterable[Entry]) -> Iterator[tuple[Resource, Object]]:
    """Yield the kind and the options of each object that is going to be created."""
    for entry in changing:
        if entry.plan and entry.plan.action == "create":
            yield entry.resource, entry.task.desired


def action_of(plan: Plan) -> str:
    """The plan's action, or that it takes a user out of use."""
    return "deactivate" if deactivates(plan) else plan.action


def _leaving(entry: Entry) -> Object | None:
    """The object that the entry removes, or the user that it takes out of use."""
    removes = entry.plan and (entry.plan.action == "delete" or deactivates(entry.plan))
    return entry.plan.current if entry.plan and removes else None


def _removes_object(entry: Entry) -> bool:
    return entry.plan is not None and entry.plan.action == "delete"


def _claim(entry: Entry, claimed: dict[Any, Entry]) -> None:
    """Note whose object it is: only now it shows that one entry has the id and another one the name of the same."""
    current, keys = entry.located
    mark = current["id"] if current else marks_of(keys)[0]
    if mark and (first := claimed.setdefault(mark, entry)) is not entry:
        entry.failure = same_object(entry, first)


def _rank(entry: Entry) -> tuple[bool, int]:
    kinds = list(RESOURCES.values())
    place = kinds.index(entry.resource)
    return (_removes_object(entry), -place if _removes_object(entry) else place)


def _refers_to_its_own_kind(entry: Entry) -> bool:
    """Whether the entry can only be planned when all objects of its kind have been seen."""
    return any(
        row.refers_to == entry.resource.endpoint and entry.options.get(row.option) for row in entry.resource.references
    )


def _refuse_failed(entries: Iterable[Entry], missing: str = "") -> None:
    """Raise one failure that tells of all entries that have one, in their order, with the code that they share.

    ``missing`` says what other entries they need.
    """
    failed = [(entry, entry.failure) for entry in entries if entry.failure]
    if not failed:
        return
    kinds = {failure.__class__ for _entry, failure in failed}
    kind = kinds.pop() if len(kinds) == 1 else InvalidError
    texts = [f"{entry.position}: {str(failure).rstrip('.')}" for entry, failure in failed]
    hint = f"{missing}. Nothing was written" if missing else "Nothing was written"
    raise kind(f"entries that cannot be carried out ({len(texts)}): {some(texts, '; ')}", hint=hint)


def result_of(directory: Directory, changing: Sequence[Entry], done: Sequence[Done]) -> Object:
    """The result of the module: what changed or failed, and how many did what. Never the whole tenant."""
    plurals = {resource.name: resource.plural for resource in RESOURCES.values()}
    summary: dict[str, Counter[str]] = {resource.plural: Counter() for resource in RESOURCES.values()}
    for plural, count in directory.unchanged.items():
        summary[plural]["unchanged"] = count
    for row in directory.unmanaged:
        summary[plurals[row["type"]]]["unmanaged"] += 1
    for one in done:
        summary[one.entry.resource.plural]["unchanged" if one.action == "none" else one.action] += 1
    order = {entry: number for number, entry in enumerate(changing)}
    # What was not begun after a failure is in the summary: it could be nearly everything.
    told = [one for one in done if one.action != "none" and (one.error or one.action != "skipped")]
    shown = sorted(told, key=lambda one: order[one.entry])
    return {
        "changed": any(one.action not in ("none", "failed", "skipped") for one in done),
        "actions": [_shown(one, directory.also_removed) for one in shown],
        "unmanaged": in_order(directory.unmanaged),
        "summary": {plural: dict(sorted(counts.items())) for plural, counts in summary.items() if counts},
        "emptied": emptied_by(one.entry.plan for one in shown if not one.error),
        "stopped": [
            {"position": halt.entry.position, "msg": halt.scope, "failure": halt.error.failure()}
            for halt in directory.halts
        ],
        "diff": _diff(shown, directory.also_removed),
    }


def _shown(one: Done, also: Mapping[str, Object]) -> Object:
    """What a result says of one object; ``also`` is what goes with a safe, by its id."""
    plan = one.entry.plan
    shown: Object = {"type": one.entry.resource.name, "name": one.entry.name, "action": one.action}
    if plan and one.action == "update":
        shown["attributes"] = [change.attribute.option for change in plan.changes]
    if plan and not one.error and (lost := sum(loss.count for loss in losses_of(plan))):
        shown["access_removed"] = lost
    if not one.error:
        shown.update(_contents_of(one, also))
    if one.error:
        shown.update(position=one.entry.position, msg=str(one.error), failure=one.error.failure())
    return shown


def _contents_of(one: Done, also: Mapping[str, Object]) -> Object:
    identifier = str((_leaving(one.entry) or {}).get("id"))
    return {"also_removed": also[identifier]} if one.entry.resource is CONTAINER and identifier in also else {}


def _diff(shown: Sequence[Done], also: Mapping[str, Object]) -> dict[str, Object]:
    sides: dict[str, Object] = {"before": {}, "after": {}}
    for one in shown:
        if one.error or one.action == "skipped" or one.entry.plan is None:
            continue
        for side, value in one.entry.plan.diff.items():
            if value:
                value = {**value, **_contents_of(one, also)}
                sides[side].setdefault(one.entry.resource.plural, {})[one.entry.name] = value
    return sides
