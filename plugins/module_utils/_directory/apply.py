# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Apply the steps of a plan, several at a time, each after the steps that it needs. Only this file writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

from .._base.errors import AuthorizationError, IdentityError, IncompleteError, InvalidError, trying
from .._base.paths import Object, fold
from .._model.ensure import ensure
from .._model.plan_rows import action_of
from .._model.references import resolve_keys
from .._model.resources import RESOURCES
from .._model.rows import Resource
from .._scim.objects import ScimObjects
from .._scim.vault import trim_permission
from .guard_rails import Rules
from .name_index import NameIndex
from .values import Desired, Result, Step

DEPENDENCY_FAILED = "an entry that it needs failed"

# Reports progress: the current object, the number of finished objects, and the number of all.
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Halt:
    """A failure of one step that stops further steps, because they would fail in the same way.

    ``kind`` is the kind of objects that is no longer created. If it is None, no step starts at all. ``container``
    limits the halt to one safe.
    """

    step: Step
    error: IdentityError
    kind: Resource | None = None
    container: str | None = None

    @classmethod
    def of(cls, step: Step, error: IdentityError) -> Halt | None:
        """Return the halt of a failure, or None if other steps may succeed.

        If the right to create one object is missing, it is missing for all objects of its kind. Each safe has its own
        members, so there it is missing only for that safe. An update or a removal may be refused for one object.
        """
        if error.shared:
            return cls(step, error)
        if isinstance(error, AuthorizationError) and step.plan.action == "create":
            return cls(step, error, step.resource, _container_of(step))
        return None

    def holds(self, step: Step) -> bool:
        """Return whether this failure stops a step from starting."""
        if self.kind is None:
            return True
        creates = step.plan.action == "create"
        return creates and step.resource is self.kind and _container_of(step) == self.container

    @property
    def scope(self) -> str:
        """Return a description of the stopped steps for messages."""
        if self.kind is None:
            return "nothing else was begun, because it would fail in the same way"
        where = f" in {self.step.desired.parent!r}" if self.container is not None else ""
        return f"no other {self.kind.name} was created{where}, because the same right is needed"


@dataclass(frozen=True)
class Applied:
    """The results of all steps, and the halts in the order of the failures."""

    results: Sequence[Result] = ()
    halts: Sequence[Halt] = ()


class Application:
    """Applies one plan: steps that others need first, removals at the end.

    The creator of a safe loses rights last, because earlier steps may need them.
    """

    def __init__(
        self,
        store: ScimObjects,
        names: NameIndex,
        rules: Rules,
        report: Report,
        is_abandoned: Callable[[], bool],
    ) -> None:
        self._store = store
        self._names = names
        self._rules = rules
        self._report = report
        self._is_abandoned = is_abandoned
        self._results: list[Result] = []
        self._halts: list[Halt] = []
        self._halting = threading.Lock()
        self._stop = threading.Event()

    def apply(self, steps: Sequence[Step]) -> Applied:
        trimming = [step for step in steps if step.creator_rights is not None]
        others = [step for step in steps if step.creator_rights is None]
        writes = [step for step in others if not step.removes]
        removals = [step for step in others if step.removes]
        if self._store.client.journal and steps:
            self._store.client.journal.open()
            self._store.expect_deletions([step.plan for step in removals])
        with ThreadPoolExecutor(self._rules.workers) as pool:
            try:
                self._run(pool, writes, len(steps))
                for resource in reversed(RESOURCES.values()):
                    self._run(pool, [step for step in removals if step.resource is resource], len(steps))
                    self._store.verify_deletions(resource)
                left_out = list(_without_basis(trimming, self._results))
                self._results += left_out
                out = {result.step for result in left_out}
                self._run(pool, [step for step in trimming if step not in out], len(steps))
            finally:
                # Otherwise, the pool would finish every submitted step before an interrupt ends the run.
                self._stop.set()
        return Applied(self._results, self._halts)

    def _run(self, pool: ThreadPoolExecutor, steps: Sequence[Step], total: int) -> None:
        """Carry out these steps, each as soon as the objects that it needs are there."""
        waiting = _Waiting(steps)
        running: set[Future[Result]] = set()
        # Futures are put here when they are done: to wait for one of thousands would scan all of them each time.
        finished: SimpleQueue[Future[Result]] = SimpleQueue()

        def begin(ready: Iterable[Step]) -> None:
            for step in ready:
                future = pool.submit(self._carry_out, step)
                running.add(future)
                future.add_done_callback(finished.put)

        begin(waiting.take_ready(steps))
        while running:
            future = finished.get()
            running.discard(future)
            result = future.result()
            self._results.append(result)
            self._report(result.step.desired.task.label, len(self._results), total)
            if result.error or result.action == "skipped":
                self._results += waiting.leave_out(result)
            else:
                begin(waiting.take_ready(waiting.release(result.step)))

    def _carry_out(self, step: Step) -> Result:
        if self._stop.is_set() or any(halt.holds(step) for halt in self._halts):
            return Result(step, "skipped")
        try:
            if self._is_abandoned():
                raise IncompleteError("the run was stopped: Ansible is gone", shared=True)
            changed = self._trim(step) if step.creator_rights is not None else self._ensure(step)
        except IdentityError as error:
            if self._rules.stop_on_error:
                self._stop.set()
            # Steps that were already running meet the same failure. It is reported once for those that certainly had
            # no effect, because their only write was refused. A failed read before or after the write has no diff.
            known = (
                self._halt(step, error)
                and step.plan.action == "create"
                and error.diff is not None
                and not error.changed
            )
            return Result(step, "skipped") if known else Result(step, "failed", error)
        return Result(step, action_of(step.plan) if changed else "none")

    def _ensure(self, step: Step) -> bool:
        """Bring the object to its desired state. Return whether that changed it."""
        task = step.desired.task
        if self._rules.only_approved:
            # No lookup is needed if names are unique: the server refuses to create an object with a name that is taken.
            known = (None, self._keys_now(step)) if step.current is None and step.resource.unique else None
            outcome = ensure(self._store, task, check=False, located=known, approved=step.plan)
        elif any(map(self._names.is_renamed, step.needs)):
            outcome = ensure(self._store, task, check=False)  # under its new id
        elif step.needs or step.plan.renames:  # what it refers to has an id now, or its new name may be taken by now
            outcome = ensure(self._store, task, check=False, located=(step.current, self._keys_now(step)))
        else:
            located = (step.current, step.keys)
            outcome = ensure(self._store, task, check=False, located=located, prepared=step.prepared)
        self._names.mark_created(step.desired, (outcome.entity or {}).get("id"))
        return outcome.changed

    def _trim(self, step: Step) -> bool:
        """Trim the rights of the creator of a safe. Return whether that changed them."""
        if self._rules.only_approved and step.current:
            return ensure(self._store, step.desired.task, check=False, approved=step.plan).changed
        with trying(f"trim the rights of the creator of the container {step.safe!r}"):
            trimmed = trim_permission(self._store, str(step.safe), step.creator_rights or [], check=False)
        return trimmed is not None and trimmed[0]

    def _keys_now(self, step: Step) -> Object:
        """Return the keys, with the ids of the objects that this run has created by now."""
        task = step.desired.task
        return step.keys if task.identifier else {**step.keys, **resolve_keys(self._names, task)}

    def _halt(self, step: Step, error: IdentityError) -> bool:
        """Note the steps that a failure stops. Return whether another failure has stopped them before."""
        halt = Halt.of(step, error)
        if halt is None:
            return False
        with self._halting:
            before = [other for other in self._halts if other.holds(step)]
            if not before:
                self._halts.append(halt)
            return any(other.error.code == error.code for other in before)


class _Waiting:
    """The steps of one batch that have not started, and the steps of the batch that each needs."""

    def __init__(self, steps: Iterable[Step]) -> None:
        batch = {step.desired: step for step in steps}
        self._needs = {step: {batch[need] for need in step.needs if need in batch} for step in batch.values()}
        self._needed_by: dict[Step, list[Step]] = {}
        for step, needs in self._needs.items():
            for need in needs:
                self._needed_by.setdefault(need, []).append(step)

    def take_ready(self, among: Iterable[Step]) -> list[Step]:
        """Return those of these steps that need no other step, and stop tracking them."""
        ready = [step for step in among if step in self._needs and not self._needs[step]]
        for step in ready:
            del self._needs[step]
        return ready

    def release(self, done: Step) -> list[Step]:
        """Note that a step is done, and return the steps that needed it."""
        dependents = [step for step in self._needed_by.get(done, ()) if step in self._needs]
        for step in dependents:
            self._needs[step].discard(done)
        return dependents

    def leave_out(self, result: Result) -> Iterator[Result]:
        """Yield a skipped result for each step that needs this one, directly or not, and stop waiting for them.

        The result has a reason if this step failed. If it was skipped, the failure that stopped it explains both.
        """
        missing = [result.step]
        while missing:
            because = missing.pop()
            for step in self._needed_by.get(because, ()):
                if self._needs.pop(step, None) is not None:
                    yield Result(step, "skipped", _dependency_failed(because.desired) if result.error else None)
                    missing.append(step)


def _without_basis(trimming: Iterable[Step], results: Iterable[Result]) -> Iterator[Result]:
    """Yield a skipped result for each creator in whose safe a step failed. The next run needs these rights."""
    lacking = {result.step.desired for result in results if result.error or result.action == "skipped"}
    for step in trimming:
        if missing := next((need for need in step.needs if need in lacking), None):
            yield Result(step, "skipped", _dependency_failed(missing))


def _dependency_failed(desired: Desired) -> InvalidError:
    return InvalidError(f"{DEPENDENCY_FAILED}: {desired.position}")


def _container_of(step: Step) -> str | None:
    return None if step.desired.parent is None else fold(step.desired.parent)
