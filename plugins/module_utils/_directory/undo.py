# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the writes of a journal into the entries that undo them. No I/O.

If the fields of an object differ from the last record of the journal, somebody else has changed the object. The undo
then leaves it alone. Members and rights are compared one by one, so that the undo keeps those that others added. It
restores memberships and rights only for an object that still has its id, or that the undo creates itself. A new object
with the same name may be another person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._base.paths import Object, fold, id_mark
from .._base.secrets import HIDDEN
from .._model.references import names_in
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import Flat, Members, Names, One
from .undo_records import Change, Field, Held, Record, Write, absent_value, fields_of, key_of, records_of

NOT_THE_SAME = "is not the object that the run found"


@dataclass(frozen=True)
class Undo:
    """The entries for each kind, the objects that are left alone, and the values that cannot be restored."""

    entries: Mapping[str, list[Object]]
    left_alone: Sequence[Object] = ()
    lost: Sequence[Object] = ()


@dataclass(frozen=True)
class Tracked:
    """An object in the journal, with its records in the order of the writes."""

    resource: Resource
    identifier: str
    records: tuple[Record, ...] = field(repr=False)

    @property
    def name(self) -> str:
        return self.records[0].name

    @property
    def is_new(self) -> bool:
        """Return whether the object did not exist before the first record."""
        return self.records[0].action == "create"

    @property
    def is_deleted(self) -> bool:
        """Return whether the object did not exist after the last record."""
        return [each.action for each in self.records if each.action in ("create", "delete")][-1:] == ["delete"]

    @cached_property
    def deletion(self) -> int | None:
        """The index of the first record with a deletion, or None."""
        return next((place for place, each in enumerate(self.records) if each.action == "delete"), None)

    @cached_property
    def labels(self) -> dict[Field, Any]:
        return {each: label for record in self.records for each, label in record.labels.items()}


def undo_of(writes: Sequence[Write], held: Held, passwords: Mapping[str, str], secrets: Mapping[str, str]) -> Undo:
    """Return the undo of these writes.

    ``passwords`` and ``secrets`` map names to the secrets of objects that the undo creates again.
    """
    given = {**{fold(name): text for name, text in passwords.items()}, **{fold(n): text for n, text in secrets.items()}}
    builder = _Builder(writes, held, given)
    builder.build()
    return builder.result()


class _Builder:
    """Builds the undo of a journal."""

    def __init__(self, writes: Sequence[Write], held: Held, secrets: Mapping[str, str]) -> None:
        self._held = held
        self._secrets = secrets
        groups: dict[tuple[str, str], list[Record]] = {}
        for record in records_of(writes, held):
            groups.setdefault((record.resource.endpoint, id_mark(record.identifier)), []).append(record)
        self._tracked = {
            key: Tracked(records[0].resource, records[0].identifier, tuple(records)) for key, records in groups.items()
        }
        self._removed: dict[tuple[str, str], Tracked] = {}  # objects that the undo deletes
        self._reused: set[tuple[str, str]] = set()  # new objects of the run that take the place of a deleted one
        self._replacements: set[tuple[str, str]] = set()  # objects of others with the name of a deleted one
        self._restored: dict[tuple[str, tuple[str, ...]], Object] = {}  # by endpoint and keys
        self._kept_rights: dict[str, list[str]] = {}  # of the caller, by the name of a restored safe
        self._entries: dict[str, list[Object]] = {resource.plural: [] for resource in RESOURCES.values()}
        self._left_alone: list[Object] = []
        self._lost = [
            _about(write.begin["type"], write.begin["name"], f"was written by {write.begin['module']}: undo it there")
            for write in writes
            if write.begin["api"] != "scim"
        ]
        self._lost += [
            _about(write.begin["type"], write.begin["name"], f"the {', '.join(kinds)} that named it are unknown")
            for write in writes
            if write.begin["api"] == "scim" and (kinds := write.begin.get("unread"))
        ]

    def result(self) -> Undo:
        lost = [dict(each) for each in dict.fromkeys(tuple(sorted(each.items())) for each in self._lost)]
        return Undo(self._entries, self._left_alone, lost)

    def build(self) -> None:
        """Build the entries: first decide which objects to delete, because no other entry may refer to them."""
        old = [tracked for tracked in self._tracked.values() if not tracked.is_new]
        for tracked in (tracked for tracked in old if tracked.deletion is not None):
            self._note_restored(tracked)
        new = [tracked for tracked in self._tracked.values() if tracked.is_new]
        # Dependent objects first: an object is deleted only if everything that depends on it is deleted.
        for tracked in sorted(new, key=lambda tracked: -list(RESOURCES).index(tracked.resource.endpoint)):
            self._undo_creation(tracked)
        self._note_namesakes([tracked for tracked in old if tracked.deletion is not None])
        for tracked in old:
            if tracked.deletion is not None:
                self._undo_deletion(tracked)
            else:
                self._undo_updates(tracked)
        for resource in (kind for kind in RESOURCES.values() if kind.creator_policy):
            self._limit_creators(resource)
        for tracked in self._removed.values():
            self._entries[tracked.resource.plural].append(
                {**self._address(tracked.resource, tracked.identifier), "state": "absent"}
            )

    def _limit_creators(self, resource: Resource) -> None:
        """Give the creators of restored safes their former rights, after everything else on these safes."""
        entries = self._entries[resource.plural]
        reused = {each["id"] for each in entries if "id" in each}
        for name in self._kept_rights:
            existing = self._held.named(resource, {resource.keys[0]: name})
            if existing and existing not in reused:
                entries.append({"id": existing})
        for entry in entries:
            state = (self._held.state(resource, entry["id"]) if "id" in entry else None) or entry
            safe = str(state.get(resource.keys[0]))
            if rights := self._kept_rights.get(fold(safe)):
                entry[resource.creator_policy] = rights
            elif "id" not in entry:
                reason = "the user that creates it again becomes a member with every right"
                self._lost.append(_about(resource.name, safe, reason))

    # -- Objects that were created ----------------------------------------------

    def _undo_creation(self, tracked: Tracked) -> None:
        state = self._held.state(tracked.resource, tracked.identifier)
        if tracked.is_deleted or state is None:
            return
        name = str(state[tracked.resource.keys[0]])
        reason = self._unrecorded_changes(tracked, state) or self._unrecorded_use(tracked, name)
        if reason and (tracked.resource.endpoint, key_of(tracked.resource, state)) in self._restored:
            return  # _undo_deletion compares it with the deleted object of the same name
        if reason:
            self._leave_alone(tracked, reason)
        else:
            self._removed[tracked.resource.endpoint, id_mark(tracked.identifier)] = tracked

    def _unrecorded_changes(self, tracked: Tracked, state: Object) -> str:
        """Return a reason that names the options changed since the journal, or an empty text."""
        known = _known_values(tracked)
        fields, _labels = fields_of(tracked.resource, state)
        whole = any(record.after for record in tracked.records)
        # A server sets other attributes of a new object itself, but never members or rights.
        made = any(record.action in ("create", "delete") for record in tracked.records)
        shown = [each for each in fields if whole or (made and _is_access(tracked.resource, each))]
        changed = {
            each.option
            for each in {*known, *shown}
            if not any(
                self._is_same(tracked.resource, each, fields, {each: value})
                for value in known.get(each, [absent_value(tracked.resource, each)])
            )
        }
        return f"somebody has changed {', '.join(sorted(changed))} since" if changed else ""

    def _is_same(self, resource: Resource, each: Field, one: Mapping[Field, Any], other: Mapping[Field, Any]) -> bool:
        row = resource.attribute(each.option)
        if row.on_create or isinstance(row.shape, One) or (each.option in resource.keys and resource.either):
            return True  # it cannot change
        if isinstance(row.shape, Members) and not one.get(each) and self._was_deleted(str(row.refers_to), each.part):
            return True
        empty = absent_value(resource, each)
        return _same(row, one.get(each, empty), other.get(each, empty))

    def _was_deleted(self, endpoint: str, mark: str) -> bool:
        """Return whether the journal deleted this object, so that it is no longer a member of others."""
        tracked = self._tracked.get((endpoint, mark))
        return tracked is not None and tracked.is_deleted

    def _unrecorded_use(self, tracked: Tracked, current: str) -> str:
        """Return a reason if others put something into a new object or refer to it, else an empty text."""
        for holder in RESOURCES.values():
            inside = holder.endpoint in tracked.resource.contains
            rows = [row for row in holder.references if row.refers_to == tracked.resource.endpoint]
            for identifier, item in self._held.all(holder).items():
                if (holder.endpoint, id_mark(identifier)) in self._removed:
                    continue
                name = " / ".join(names_in(holder.name_of(item)))
                if inside and self._lies_in(holder, item, current) and not self._is_recorded(holder, identifier):
                    return f"it holds the {holder.name} {name!r}, which is not in the journal"
                for row in rows:
                    mark = id_mark(tracked.identifier)
                    if self._refers_to(row, item, current, mark) and not self._was_added(holder, identifier, row, mark):
                        return f"the {holder.name} {name!r} refers to it, which is not in the journal"
        return ""

    @staticmethod
    def _lies_in(holder: Resource, item: Object, safe: str) -> bool:
        return holder.parent is not None and fold(item.get(holder.parent.option)) == fold(safe)

    def _is_recorded(self, holder: Resource, identifier: str) -> bool:
        """Return whether an object in a new safe is in the journal, or is the permission of the creator of the safe."""
        known = (holder.endpoint, id_mark(identifier)) in self._tracked
        return known or (holder.is_permission and identifier in self._held.of_creators)

    @staticmethod
    def _refers_to(row: Attribute, item: Object, name: str, mark: str) -> bool:
        value = item.get(row.option)
        if isinstance(row.shape, Members):
            return any(id_mark(member["id"]) == mark for member in value or ())
        if isinstance(row.shape, One):
            return value is not None and fold(value) == fold(name)
        return value is not None and id_mark(value) == mark

    def _was_added(self, holder: Resource, identifier: str, row: Attribute, mark: str) -> bool:
        """Return whether the journal recorded this reference, so that the undo removes it as well."""
        tracked = self._tracked.get((holder.endpoint, id_mark(identifier)))
        if isinstance(row.shape, One) and tracked and any(record.action == "create" for record in tracked.records):
            return True  # such a reference never changes after the creation
        changes = [record.changes for record in (tracked.records if tracked else ())]
        joined = [each[Field(row.option, mark)] for each in changes if Field(row.option, mark) in each]
        named = [each[Field(row.option)] for each in changes if Field(row.option) in each]
        return bool(joined and joined[0].after) or bool(named and id_mark(named[-1].after) == mark)

    # -- Objects that were deleted -------------------------------------------------

    def _note_restored(self, tracked: Tracked) -> None:
        keys = _former_keys(tracked)
        self._restored[tracked.resource.endpoint, key_of(tracked.resource, keys)] = keys

    def _note_namesakes(self, deleted: Sequence[Tracked]) -> None:
        """Sort the objects with the name of a deleted one: those of the run are reused, and others are replacements."""
        for tracked in deleted:
            if existing := self._held.named(tracked.resource, _former_keys(tracked)):
                mark = (tracked.resource.endpoint, id_mark(existing))
                if mark in self._removed:
                    self._reused.add(mark)
                elif tracked.is_deleted:
                    self._replacements.add(mark)

    def _undo_deletion(self, tracked: Tracked) -> None:
        resource = tracked.resource
        fields, labels = _before_deletion(tracked)
        labels = {**labels, **{self._present_field(resource, each, labels): label for each, label in labels.items()}}
        existing = self._held.named(resource, _former_keys(tracked))
        if existing is None:
            self._add_creation(tracked, fields, labels)
            return
        state = self._held.state(resource, existing) or {}
        differing = self._fields_to_restore(resource, fields, labels, state)
        ours = self._removed.get((resource.endpoint, id_mark(existing)))
        again = id_mark(existing) == id_mark(tracked.identifier) and not tracked.is_deleted
        if differing and not ours and not (again and not self._unrecorded_changes(tracked, state)):
            self._leave_alone(tracked, "there is another object with its name")
            return
        self._removed.pop((resource.endpoint, id_mark(existing)), None)
        limited = bool(differing) and not any(differing.values()) and existing in self._held.of_creators
        if limited and resource.parent and self._is_callers_on_restored_safe(tracked, fields):
            # A user may not take away its own rights, except those that it got as the creator of the safe.
            self._kept_rights[fold(fields[Field(resource.parent.option)])] = [
                labels[each] for each in fields if _is_access(resource, each)
            ]
            return
        self._add_update(tracked, existing, differing, labels)

    def _fields_to_restore(
        self, resource: Resource, fields: Mapping[Field, Any], labels: Mapping[Field, Any], state: Object
    ) -> dict[Field, Any]:
        """Return the fields in which an object differs from its former state, with the former values."""
        now, _labels = fields_of(resource, state)
        wanted = {self._present_field(resource, each, labels): value for each, value in fields.items()}
        return {
            each: wanted.get(each, absent_value(resource, each))
            for each in {**wanted, **now}
            if not self._is_same(resource, each, wanted, now)
            and not _is_starred(wanted.get(each))
            and each.option not in resource.keys
        }

    def _present_field(self, resource: Resource, each: Field, labels: Mapping[Field, Any]) -> Field:
        """Return the field of a member with its present id, in case it was created again."""
        row = resource.attribute(each.option)
        if isinstance(row.shape, Members) and isinstance(label := labels[each], dict):
            target = RESOURCES[str(row.refers_to)]
            if not self._held.id_of(target, str(label["id"])):
                found = self._held.named(target, {target.keys[0]: label["name"]})
                return Field(each.option, id_mark(found)) if found else each
        return each

    def _add_creation(self, tracked: Tracked, fields: Mapping[Field, Any], labels: Mapping[Field, Any]) -> None:
        resource, parent = tracked.resource, tracked.resource.parent
        if reason := self._replaced_reference(resource, {each.option: value for each, value in fields.items()}):
            self._leave_alone(tracked, reason)
            return
        for row in resource.references:
            name = fields.get(Field(row.option)) if isinstance(row.shape, One) else None
            if name and self._reference(row, {"id": None, "name": name}) is None:
                self._note_loss(tracked, f"{row.option} {name!r} no longer exists")
                return
        if parent and not self._will_exist(RESOURCES[str(parent.within)], fields[Field(parent.option)]):
            self._note_loss(tracked, f"its {parent.option} no longer exists")
            return
        entry = self._options(tracked, fields, labels, new=True)
        if (
            parent
            and not self._is_on_present_safe(parent, fields)
            and self._is_callers_on_restored_safe(tracked, fields)
        ):
            # The server creates this permission with the safe, and gives its creator every right.
            self._kept_rights[fold(fields[Field(parent.option)])] = [
                right
                for option in (resource.access.options if resource.access else ())
                for right in entry[option]["set"]
            ]
            return
        for row in resource.attributes:
            if row.secret:
                if secret := self._secrets.get(fold(tracked.name)):
                    entry[row.option] = secret
                else:
                    self._note_loss(tracked, f"its {row.option} is in no journal")
        self._note_hidden_losses(
            tracked, [name for name in tracked.records[tracked.deletion or 0].hidden if "." in name]
        )
        self._entries[resource.plural].append(entry)

    def _is_on_present_safe(self, parent: Attribute, fields: Mapping[Field, Any]) -> bool:
        safe = RESOURCES[str(parent.within)]
        return self._held.named(safe, {safe.keys[0]: fields[Field(parent.option)]}) is not None

    def _is_callers_on_restored_safe(self, tracked: Tracked, fields: Mapping[Field, Any]) -> bool:
        """Return whether this is the permission of the caller on a safe that the undo creates again."""
        resource, parent = tracked.resource, tracked.resource.parent
        if not resource.is_permission or parent is None:
            return False
        safe = RESOURCES[str(parent.within)]
        key = (safe.endpoint, key_of(safe, {safe.keys[0]: fields[Field(parent.option)]}))
        members = {fold(fields.get(Field(option))) for option in resource.either}
        return key in self._restored and fold(self._held.caller) in members

    # -- Objects that were changed -------------------------------------------------

    def _undo_updates(self, tracked: Tracked) -> None:
        resource = tracked.resource
        state = self._held.state(resource, tracked.identifier)
        if state is None:
            parent = resource.parent
            if not parent or self._will_exist(RESOURCES[str(parent.within)], tracked.records[0].keys[parent.option]):
                self._leave_alone(tracked, "somebody has deleted it since")
            return
        now, _labels = fields_of(resource, state)
        wanted: dict[Field, Any] = {}
        changed = []
        for each in tracked.labels:
            row, empty = resource.attribute(each.option), absent_value(resource, each)
            steps = [(record.changes[each], record.certain) for record in tracked.records if each in record.changes]
            current = now.get(each, empty)
            former, is_known = _trace_back(row, steps, current)
            if not is_known and empty is None:
                changed.append(each.option)
            elif (
                is_known
                and not _same(row, former, current)
                and not self._is_present_with_another_id(tracked, each, now)
            ):
                wanted[each] = former
        if changed:
            self._leave_alone(tracked, f"somebody has changed {', '.join(sorted(set(changed)))} since")
            return
        self._note_hidden_losses(tracked, [name for record in tracked.records for name in record.hidden])
        self._add_update(
            tracked, self._held.id_of(resource, tracked.identifier) or tracked.identifier, wanted, tracked.labels
        )

    def _address(self, resource: Resource, identifier: str) -> Object:
        """Return the options that name an object: its id, unless the undo changes the id by renaming a member."""
        state = self._held.state(resource, identifier) or {}
        for option in resource.either:
            target = RESOURCES[str(resource.attribute(option).refers_to)]
            member = self._held.named(target, {target.keys[0]: state[option]}) if state.get(option) else None
            if member and (target.endpoint, id_mark(member)) in self._tracked:
                return {**{key: state[key] for key in resource.keys if state.get(key)}, option: member}
        return {"id": identifier}

    def _is_present_with_another_id(self, tracked: Tracked, each: Field, now: Mapping[Field, Any]) -> bool:
        """Return whether a member exists with another id, because an earlier undo created it again."""
        current = self._present_field(tracked.resource, each, tracked.labels)
        return current != each and current in now

    def _add_update(
        self, tracked: Tracked, identifier: str, wanted: Mapping[Field, Any], labels: Mapping[Field, Any]
    ) -> None:
        resource, parent = tracked.resource, tracked.resource.parent
        state = self._held.state(resource, identifier) or {}
        if parent and not self._will_exist(RESOURCES[str(parent.within)], state[parent.option]):
            return  # it is deleted with its safe
        renamed = {option: wanted[Field(option)] for option in resource.keys if Field(option) in wanted}
        other = self._held.named(resource, {**state, **renamed}) if renamed else None
        if other and id_mark(other) != id_mark(identifier):
            self._leave_alone(
                tracked, "another object has its former name: run the undo again when that object is deleted"
            )
            wanted = {each: value for each, value in wanted.items() if each.option not in renamed}
        if wanted and (reason := self._replaced_reference(resource, state)):
            self._leave_alone(tracked, reason)
            return
        _fields, spelled = fields_of(resource, state)
        if entry := self._options(tracked, wanted, {**spelled, **labels}, new=False):
            self._entries[resource.plural].append({**self._address(resource, identifier), **entry})

    # -- Entries -------------------------------------------------------------------

    def _options(
        self, tracked: Tracked, wanted: Mapping[Field, Any], labels: Mapping[Field, Any], *, new: bool
    ) -> dict[str, Any]:
        """Return the options that restore these values."""
        options: dict[str, Any] = {}
        for each, value in sorted(wanted.items()):
            row, label = tracked.resource.attribute(each.option), labels.get(each)
            if _is_starred(value) or _is_starred(label):
                self._note_loss(tracked, f"its former {each.option} contains a secret")
            elif isinstance(row.shape, (Members, Names)):
                names_other = isinstance(row.shape, Members) and value
                if names_other and self._is_replaced(RESOURCES[str(row.refers_to)], label):
                    self._leave_alone(tracked, f"{row.option} {_name_of(label)!r} {NOT_THE_SAME}")
                    continue
                item = self._reference(row, label) if names_other else _name_of(label)
                if item is None:
                    self._note_loss(tracked, f"{each.option} {_name_of(label)!r} no longer exists")
                    continue
                way = "set" if new else "add" if value else "remove"
                options.setdefault(each.option, {}).setdefault(way, []).append(item)
            elif isinstance(row.shape, Flat):
                options.setdefault(each.option, {})[str(label)] = "" if value is None else value
            else:
                self._add_single_value(tracked, row, value, options)
        for row in tracked.resource.attributes if new else ():
            if row.required and isinstance(row.shape, Names):
                options.setdefault(row.option, {"set": []})
        return options

    def _add_single_value(self, tracked: Tracked, row: Attribute, value: Any, options: dict[str, Any]) -> None:
        if value is not None and row.refers_to and not isinstance(row.shape, One):
            target = RESOURCES[str(row.refers_to)]
            gone = self._tracked.get((target.endpoint, id_mark(value)))
            label = {"id": value, "name": gone.name if gone else value}
            if self._is_replaced(target, label):
                self._leave_alone(tracked, f"{row.option} {label['name']!r} {NOT_THE_SAME}")
                return
            reference = self._reference(row, label)
            if reference is None:
                self._note_loss(tracked, f"{row.option} {value!r} no longer exists")
                return
            value = reference
        if value is None and row.type in ("int", "bool"):
            self._note_loss(tracked, f"{row.option} cannot be cleared")
            return
        options[row.option] = ([] if row.type == "list" else "") if value is None else value

    def _replaced_reference(self, resource: Resource, named: Object) -> str:
        """Return a reason if a permission or an account refers to a replaced object, else an empty text.

        The journal has only the name of such a reference. An object of this name is another one if the run deleted the
        original.
        """
        for row in resource.references:
            target, name = RESOURCES[str(row.refers_to)], named.get(row.option)
            if isinstance(row.shape, One) and name and self._is_replaced(target, {"id": None, "name": name}):
                return f"{row.option} {name!r} {NOT_THE_SAME}"
        if (parent := resource.parent) and (name := named.get(parent.option)):
            safe = {"id": None, "name": name}
            return (
                f"{parent.option} {name!r} {NOT_THE_SAME}"
                if self._is_replaced(RESOURCES[str(parent.within)], safe)
                else ""
            )
        return ""

    def _is_replaced(self, target: Resource, label: Any) -> bool:
        """Return whether the object of this name is not the one in the journal, and does not take its place."""
        same = self._held.id_of(target, str(label["id"])) if label["id"] is not None else None
        found = same or self._held.named(target, {target.keys[0]: label["name"]})
        if found is None:
            return False
        mark = (target.endpoint, id_mark(found))
        return mark in self._replacements or (not same and label["id"] is not None and mark not in self._reused)

    def _reference(self, row: Attribute, label: Any) -> str | None:
        """Return the id or name of a referenced object, or None if it will not exist after the undo."""
        target = RESOURCES[str(row.refers_to)]
        identifier = self._held.id_of(target, str(label["id"])) if label["id"] is not None else None
        if identifier:
            return None if (target.endpoint, id_mark(identifier)) in self._removed else identifier
        return str(label["name"]) if self._will_exist(target, label["name"]) else None

    def _will_exist(self, target: Resource, name: Any) -> bool:
        """Return whether an object of this name will exist after the undo."""
        keys = {target.keys[0]: name}
        found = self._held.named(target, keys)
        if (target.endpoint, key_of(target, keys)) in self._restored:
            return True
        return found is not None and (target.endpoint, id_mark(found)) not in self._removed

    def _leave_alone(self, tracked: Tracked, reason: str) -> None:
        self._left_alone.append(_about(tracked.resource.name, tracked.name, reason))

    def _note_loss(self, tracked: Tracked, reason: str) -> None:
        self._lost.append(_about(tracked.resource.name, tracked.name, reason))

    def _note_hidden_losses(self, tracked: Tracked, names: Sequence[str]) -> None:
        for name in names:
            self._note_loss(tracked, f"its former {name} is in no journal")


def _about(kind: str, name: str, reason: str) -> Object:
    return {"type": kind, "name": name, "reason": reason}


def _name_of(label: Any) -> str:
    return str(label["name"]) if isinstance(label, dict) else str(label)


def _is_starred(value: Any) -> bool:
    """Return whether a value was masked because it contained a secret of the task."""
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(_is_starred, value)) if isinstance(value, list) else isinstance(value, str) and HIDDEN in value


def _same(row: Attribute, one: Any, other: Any) -> bool:
    if isinstance(one, bool) and isinstance(other, bool):
        return one == other
    if isinstance(row.shape, (Members, Names, Flat, One)):
        return bool(one == other)
    return row.same(one, other)


def _known_values(tracked: Tracked) -> dict[Field, list[Any]]:
    """Return the values that each field may have after the journal. There are several if a write is uncertain.

    If a record has the whole object, the fields are those of the object and of the records after it.
    """
    known: dict[Field, list[Any]] = {}
    for record in tracked.records:
        if record.after:
            fields, _labels = fields_of(tracked.resource, record.after)
            known = {each: [value] for each, value in fields.items()}
            continue
        for each, change in record.changes.items():
            before = [] if record.certain else known.get(each, [change.before])
            known[each] = [*before, change.after]
    return known


def _before_deletion(tracked: Tracked) -> tuple[dict[Field, Any], dict[Field, Any]]:
    """Return the fields of an object before the first record, if a later one deleted it."""
    place = tracked.deletion or 0
    fields, labels = fields_of(tracked.resource, tracked.records[place].before or {})
    for record in reversed(tracked.records[:place]):
        for each, change in record.changes.items():
            row, empty = tracked.resource.attribute(each.option), absent_value(tracked.resource, each)
            if _same(row, fields.get(each, empty), change.after):
                fields[each], labels[each] = change.before, record.labels[each]
    present = {each: value for each, value in fields.items() if value != absent_value(tracked.resource, each)}
    return present, labels


def _former_keys(tracked: Tracked) -> Object:
    """Return the keys of a deleted object before the first record."""
    fields, _labels = _before_deletion(tracked)
    return {option: fields.get(Field(option)) for option in tracked.resource.keys}


def _is_access(resource: Resource, each: Field) -> bool:
    return isinstance(resource.attribute(each.option).shape, (Members, Names))


def _trace_back(row: Attribute, steps: Sequence[tuple[Change, bool]], current: Any) -> tuple[Any, bool]:
    """Return the value of a field before these steps, and whether the steps explain the current value.

    If somebody else changed the field between two steps, only the steps after that change are undone.
    """
    start = len(steps) - 1
    while start and _same(row, steps[start - 1][0].after, steps[start][0].before):
        start -= 1
    former = steps[start][0].before
    if _same(row, current, former):
        return former, True
    for change, certain in reversed(steps[start:]):
        if _same(row, current, change.after):
            return former, True
        if certain:
            break
    return current, False
