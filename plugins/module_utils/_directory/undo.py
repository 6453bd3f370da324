# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the writes of a journal into the entries that undo them. No I/O.

If the fields of an object differ from what the journal recorded last, somebody else has changed it, and it is left
alone. Members and rights are compared one by one, so that those which others added stay. Memberships and rights come
back only for an object that still has its id, or that the undo creates: a new one of that name may be somebody else.
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

ANOTHER = "is another object than the one that the run found"


@dataclass(frozen=True)
class Undo:
    """The entries for each kind, the objects that are left alone, and what cannot be brought back."""

    entries: Mapping[str, list[Object]]
    left_alone: Sequence[Object] = ()
    lost: Sequence[Object] = ()


@dataclass(frozen=True)
class Thing:
    """One object of the journal with its records, in their order."""

    resource: Resource
    identifier: str
    records: tuple[Record, ...] = field(repr=False)

    @property
    def name(self) -> str:
        return self.records[0].name

    @property
    def is_new(self) -> bool:
        """Return whether the object was not there before the first record."""
        return self.records[0].action == "create"

    @property
    def is_deleted(self) -> bool:
        """Return whether the object was not there after the last record."""
        return [each.action for each in self.records if each.action in ("create", "delete")][-1:] == ["delete"]

    @cached_property
    def deletion(self) -> int | None:
        """The place of the first deletion, None if there is none."""
        return next((place for place, each in enumerate(self.records) if each.action == "delete"), None)

    @cached_property
    def labels(self) -> dict[Field, Any]:
        return {each: label for record in self.records for each, label in record.labels.items()}


def undo_of(writes: Sequence[Write], held: Held, passwords: Mapping[str, str], secrets: Mapping[str, str]) -> Undo:
    """Return the undo of these writes. ``passwords`` and ``secrets`` are for the objects that it creates again."""
    given = {**{fold(name): text for name, text in passwords.items()}, **{fold(n): text for n, text in secrets.items()}}
    builder = _Builder(writes, held, given)
    builder.decide()
    return builder.result()


class _Builder:
    """Builds the undo of a journal."""

    def __init__(self, writes: Sequence[Write], held: Held, secrets: Mapping[str, str]) -> None:
        self._held = held
        self._secrets = secrets
        groups: dict[tuple[str, str], list[Record]] = {}
        for record in records_of(writes, held):
            groups.setdefault((record.resource.endpoint, id_mark(record.identifier)), []).append(record)
        self._things = {
            key: Thing(records[0].resource, records[0].identifier, tuple(records)) for key, records in groups.items()
        }
        self._removed: dict[tuple[str, str], Thing] = {}  # objects that become absent
        self._adopted: set[tuple[str, str]] = set()  # objects that the run made, and that become a deleted one again
        self._strangers: set[tuple[str, str]] = set()  # other objects with the name of a deleted one
        self._restored: dict[tuple[str, tuple[str, ...]], Object] = {}  # by endpoint and keys
        self._kept_rights: dict[str, list[str]] = {}  # of the caller, by the name of a safe that comes back
        self._entries: dict[str, list[Object]] = {resource.plural: [] for resource in RESOURCES.values()}
        self._left: list[Object] = []
        self._lost = [
            _about(write.begin["type"], write.begin["name"], f"was written by {write.begin['module']}: undo it there")
            for write in writes
            if write.begin["api"] != "scim"
        ]
        self._lost += [
            _about(write.begin["type"], write.begin["name"], f"which {', '.join(kinds)} named it is not known")
            for write in writes
            if write.begin["api"] == "scim" and (kinds := write.begin.get("unread"))
        ]

    def result(self) -> Undo:
        lost = [dict(each) for each in dict.fromkeys(tuple(sorted(each.items())) for each in self._lost)]
        return Undo(self._entries, self._left, lost)

    def decide(self) -> None:
        """Decide about every object: first which go, because nothing may refer to these, then which come back."""
        old = [thing for thing in self._things.values() if not thing.is_new]
        for thing in (thing for thing in old if thing.deletion is not None):
            self._note_restored(thing)
        new = [thing for thing in self._things.values() if thing.is_new]
        # What lies in another object, or names one, first: an object goes only if all goes that depends on it.
        for thing in sorted(new, key=lambda thing: -list(RESOURCES).index(thing.resource.endpoint)):
            self._decide_new(thing)
        self._tell_strangers([thing for thing in old if thing.deletion is not None])
        for thing in old:
            if thing.deletion is not None:
                self._restore(thing)
            else:
                self._take_back(thing)
        for resource in (kind for kind in RESOURCES.values() if kind.creator_policy):
            for entry in self._entries[resource.plural]:
                name = entry.get(resource.keys[0])
                if rights := self._kept_rights.get(fold(name)):
                    entry[resource.creator_policy] = rights
                elif "id" not in entry:
                    reason = "the user that creates it again becomes a member with every right"
                    self._lost.append(_about(resource.name, str(name), reason))
        for thing in self._removed.values():
            self._entries[thing.resource.plural].append(
                {**self._address(thing.resource, thing.identifier), "state": "absent"}
            )

    # -- Objects that were created ----------------------------------------------

    def _decide_new(self, thing: Thing) -> None:
        state = self._held.state(thing.resource, thing.identifier)
        if thing.is_deleted or state is None:
            return
        reason = self._difference(thing, state) or self._stranger(thing, str(state[thing.resource.keys[0]]))
        if reason and (thing.resource.endpoint, key_of(thing.resource, state)) in self._restored:
            return  # it has the name of an object that comes back, and is compared with that
        if reason:
            self._leave(thing, reason)
        else:
            self._removed[thing.resource.endpoint, id_mark(thing.identifier)] = thing

    def _difference(self, thing: Thing, state: Object) -> str:
        """Return which options differ from what the journal left, an empty text if none does."""
        known = _known(thing)
        fields, _labels = fields_of(thing.resource, state)
        whole = any(record.after for record in thing.records)
        # No server adds members or rights of its own to a new object, as it does with other attributes.
        made = any(record.action in ("create", "delete") for record in thing.records)
        shown = [each for each in fields if whole or (made and _is_access(thing.resource, each))]
        changed = {
            each.option
            for each in {*known, *shown}
            if not any(
                self._is_same(thing.resource, each, fields, {each: value})
                for value in known.get(each, [absent_value(thing.resource, each)])
            )
        }
        return f"somebody has changed {', '.join(sorted(changed))} since" if changed else ""

    def _is_same(self, resource: Resource, each: Field, one: Mapping[Field, Any], other: Mapping[Field, Any]) -> bool:
        row = resource.attribute(each.option)
        if row.on_create or isinstance(row.shape, One) or (each.option in resource.keys and resource.either):
            return True  # it cannot change
        if isinstance(row.shape, Members) and not one.get(each) and self._went(str(row.refers_to), each.part):
            return True
        empty = absent_value(resource, each)
        return _same(row, one.get(each, empty), other.get(each, empty))

    def _went(self, endpoint: str, mark: str) -> bool:
        """Return whether a member is gone because the object itself is."""
        thing = self._things.get((endpoint, mark))
        return thing is not None and thing.is_deleted

    def _stranger(self, thing: Thing, current: str) -> str:
        """Return what others have put into a new object, or the new object into; an empty text if nothing."""
        for holder in RESOURCES.values():
            inside = holder.endpoint in thing.resource.contains
            rows = [row for row in holder.references if row.refers_to == thing.resource.endpoint]
            for identifier, item in self._held.all(holder).items():
                if (holder.endpoint, id_mark(identifier)) in self._removed:
                    continue
                name = " / ".join(names_in(holder.name_of(item)))
                if inside and self._lies_in(holder, item, current) and not self._is_explained(holder, identifier):
                    return f"it holds the {holder.name} {name!r}, which the journal does not know"
                for row in rows:
                    mark = id_mark(thing.identifier)
                    if self._names_member(row, item, current, mark) and not self._added(holder, identifier, row, mark):
                        return f"the {holder.name} {name!r} names it, and the journal does not know that"
        return ""

    @staticmethod
    def _lies_in(holder: Resource, item: Object, safe: str) -> bool:
        return holder.parent is not None and fold(item.get(holder.parent.option)) == fold(safe)

    def _is_explained(self, holder: Resource, identifier: str) -> bool:
        """Return whether the journal knows an object in a new safe, or it is the membership of the safe's creator."""
        known = (holder.endpoint, id_mark(identifier)) in self._things
        return known or (holder.is_permission and identifier in self._held.of_creators)

    @staticmethod
    def _names_member(row: Attribute, item: Object, name: str, mark: str) -> bool:
        value = item.get(row.option)
        if isinstance(row.shape, Members):
            return any(id_mark(member["id"]) == mark for member in value or ())
        if isinstance(row.shape, One):
            return value is not None and fold(value) == fold(name)
        return value is not None and id_mark(value) == mark

    def _added(self, holder: Resource, identifier: str, row: Attribute, mark: str) -> bool:
        """Return whether the journal put the member there, so that it is taken back as well."""
        thing = self._things.get((holder.endpoint, id_mark(identifier)))
        changes = [record.changes for record in (thing.records if thing else ())]
        joined = [each[Field(row.option, mark)] for each in changes if Field(row.option, mark) in each]
        named = [each[Field(row.option)] for each in changes if Field(row.option) in each]
        return bool(joined and joined[0].after) or bool(named and id_mark(named[-1].after) == mark)

    # -- Objects that were deleted -------------------------------------------------

    def _note_restored(self, thing: Thing) -> None:
        keys = _former_keys(thing)
        self._restored[thing.resource.endpoint, key_of(thing.resource, keys)] = keys

    def _tell_strangers(self, deleted: Sequence[Thing]) -> None:
        """Note which objects with the name of a deleted one this undo removes, and which are somebody else's."""
        for thing in deleted:
            if existing := self._held.named(thing.resource, _former_keys(thing)):
                mark = (thing.resource.endpoint, id_mark(existing))
                if mark in self._removed:
                    self._adopted.add(mark)
                elif thing.is_deleted:
                    self._strangers.add(mark)

    def _restore(self, thing: Thing) -> None:
        resource = thing.resource
        fields, labels = _before_deletion(thing)
        labels = {**labels, **{self._now(resource, each, labels): label for each, label in labels.items()}}
        existing = self._held.named(resource, _former_keys(thing))
        if existing is None:
            self._create(thing, fields, labels)
            return
        state = self._held.state(resource, existing) or {}
        differing = self._differing(resource, fields, labels, state)
        ours = self._removed.get((resource.endpoint, id_mark(existing)))
        again = id_mark(existing) == id_mark(thing.identifier) and not thing.is_deleted
        if differing and not ours and not (again and not self._difference(thing, state)):
            self._leave(thing, "there is another object with its name")
            return
        self._removed.pop((resource.endpoint, id_mark(existing)), None)
        self._change(thing, existing, differing, labels)

    def _differing(
        self, resource: Resource, fields: Mapping[Field, Any], labels: Mapping[Field, Any], state: Object
    ) -> dict[Field, Any]:
        """Return the fields in which an object differs from its former state, with the former values."""
        now, _labels = fields_of(resource, state)
        wanted = {self._now(resource, each, labels): value for each, value in fields.items()}
        return {
            each: wanted.get(each, absent_value(resource, each))
            for each in {**wanted, **now}
            if not self._is_same(resource, each, wanted, now)
            and not _is_starred(wanted.get(each))
            and each.option not in resource.keys
        }

    def _now(self, resource: Resource, each: Field, labels: Mapping[Field, Any]) -> Field:
        """Return a member by the id that it has now, if it was made again."""
        row = resource.attribute(each.option)
        if isinstance(row.shape, Members) and isinstance(label := labels[each], dict):
            target = RESOURCES[str(row.refers_to)]
            if not self._held.id_of(target, str(label["id"])):
                found = self._held.named(target, {target.keys[0]: label["name"]})
                return Field(each.option, id_mark(found)) if found else each
        return each

    def _create(self, thing: Thing, fields: Mapping[Field, Any], labels: Mapping[Field, Any]) -> None:
        resource, parent = thing.resource, thing.resource.parent
        if reason := self._of_stranger(resource, {each.option: value for each, value in fields.items()}):
            self._leave(thing, reason)
            return
        for row in resource.references:
            name = fields.get(Field(row.option)) if isinstance(row.shape, One) else None
            if name and self._reference(row, {"id": None, "name": name}) is None:
                self._lose(thing, f"{row.option} {name!r} is no longer there")
                return
        if parent and not self._is_there(RESOURCES[str(parent.within)], fields[Field(parent.option)]):
            self._lose(thing, f"its {parent.option} is no longer there")
            return
        entry = self._options(thing, fields, labels, new=True)
        if parent and self._is_creators(thing, fields):
            # Who creates the safe becomes a member at once, with every right: this permission is not created.
            self._kept_rights[fold(fields[Field(parent.option)])] = [
                right
                for option in (resource.access.options if resource.access else ())
                for right in entry[option]["set"]
            ]
            return
        for row in resource.attributes:
            if row.secret:
                if secret := self._secrets.get(fold(thing.name)):
                    entry[row.option] = secret
                else:
                    self._lose(thing, f"its {row.option} is in no journal")
        self._lose_hidden(thing, [name for name in thing.records[thing.deletion or 0].hidden if "." in name])
        self._entries[resource.plural].append(entry)

    def _is_creators(self, thing: Thing, fields: Mapping[Field, Any]) -> bool:
        """Return whether a permission is the caller's on a safe that comes back."""
        resource, parent = thing.resource, thing.resource.parent
        if not resource.is_permission or parent is None:
            return False
        safe = RESOURCES[str(parent.within)]
        key = (safe.endpoint, key_of(safe, {safe.keys[0]: fields[Field(parent.option)]}))
        members = {fold(fields.get(Field(option))) for option in resource.either}
        return key in self._restored and fold(self._held.caller) in members

    # -- Objects that were changed -------------------------------------------------

    def _take_back(self, thing: Thing) -> None:
        resource = thing.resource
        state = self._held.state(resource, thing.identifier)
        if state is None:
            parent = resource.parent
            if not parent or self._is_there(RESOURCES[str(parent.within)], thing.records[0].keys[parent.option]):
                self._leave(thing, "somebody has deleted it since")
            return
        now, _labels = fields_of(resource, state)
        wanted: dict[Field, Any] = {}
        changed = []
        for each in thing.labels:
            row, empty = resource.attribute(each.option), absent_value(resource, each)
            steps = [(record.changes[each], record.certain) for record in thing.records if each in record.changes]
            current = now.get(each, empty)
            former, is_known = _walk(row, steps, current)
            if not is_known and empty is None:
                changed.append(each.option)
            elif is_known and not _same(row, former, current) and not self._is_in(thing, each, now):
                wanted[each] = former
        if changed:
            self._leave(thing, f"somebody has changed {', '.join(sorted(set(changed)))} since")
            return
        self._lose_hidden(thing, [name for record in thing.records for name in record.hidden])
        self._change(thing, self._held.id_of(resource, thing.identifier) or thing.identifier, wanted, thing.labels)

    def _address(self, resource: Resource, identifier: str) -> Object:
        """Return the options that name an object: its id, unless the undo changes that by renaming a member."""
        state = self._held.state(resource, identifier) or {}
        for option in resource.either:
            target = RESOURCES[str(resource.attribute(option).refers_to)]
            member = self._held.named(target, {target.keys[0]: state[option]}) if state.get(option) else None
            if member and (target.endpoint, id_mark(member)) in self._things:
                return {**{key: state[key] for key in resource.keys if state.get(key)}, option: member}
        return {"id": identifier}

    def _is_in(self, thing: Thing, each: Field, now: Mapping[Field, Any]) -> bool:
        """Return whether a member is there with another id, because an earlier undo created it again."""
        current = self._now(thing.resource, each, thing.labels)
        return current != each and current in now

    def _change(self, thing: Thing, identifier: str, wanted: Mapping[Field, Any], labels: Mapping[Field, Any]) -> None:
        resource, parent = thing.resource, thing.resource.parent
        state = self._held.state(resource, identifier) or {}
        if parent and not self._is_there(RESOURCES[str(parent.within)], state[parent.option]):
            return  # it goes with what it lies in
        renamed = {option: wanted[Field(option)] for option in resource.keys if Field(option) in wanted}
        other = self._held.named(resource, {**state, **renamed}) if renamed else None
        if other and id_mark(other) != id_mark(identifier):
            self._leave(thing, "another object has its former name: undo again when that is gone")
            wanted = {each: value for each, value in wanted.items() if each.option not in renamed}
        if wanted and (reason := self._of_stranger(resource, state)):
            self._leave(thing, reason)
            return
        _fields, spelled = fields_of(resource, state)
        if entry := self._options(thing, wanted, {**spelled, **labels}, new=False):
            self._entries[resource.plural].append({**self._address(resource, identifier), **entry})

    # -- Entries -------------------------------------------------------------------

    def _options(
        self, thing: Thing, wanted: Mapping[Field, Any], labels: Mapping[Field, Any], *, new: bool
    ) -> dict[str, Any]:
        """Return the options that bring these values back."""
        options: dict[str, Any] = {}
        for each, value in sorted(wanted.items()):
            row, label = thing.resource.attribute(each.option), labels.get(each)
            if _is_starred(value) or _is_starred(label):
                self._lose(thing, f"{each.option} repeated a secret")
            elif isinstance(row.shape, (Members, Names)):
                names_other = isinstance(row.shape, Members) and value
                if names_other and self._is_stranger(RESOURCES[str(row.refers_to)], label):
                    self._leave(thing, f"{row.option} {_name_of(label)!r} {ANOTHER}")
                    continue
                item = self._reference(row, label) if names_other else _name_of(label)
                if item is None:
                    self._lose(thing, f"{each.option} {_name_of(label)!r} is no longer there")
                    continue
                way = "set" if new else "add" if value else "remove"
                options.setdefault(each.option, {}).setdefault(way, []).append(item)
            elif isinstance(row.shape, Flat):
                options.setdefault(each.option, {})[str(label)] = "" if value is None else value
            else:
                self._single(thing, row, value, options)
        for row in thing.resource.attributes if new else ():
            if row.required and isinstance(row.shape, Names):
                options.setdefault(row.option, {"set": []})
        return options

    def _single(self, thing: Thing, row: Attribute, value: Any, options: dict[str, Any]) -> None:
        if value is not None and row.refers_to and not isinstance(row.shape, One):
            target = RESOURCES[str(row.refers_to)]
            gone = self._things.get((target.endpoint, id_mark(value)))
            label = {"id": value, "name": gone.name if gone else value}
            if self._is_stranger(target, label):
                self._leave(thing, f"{row.option} {label['name']!r} {ANOTHER}")
                return
            reference = self._reference(row, label)
            if reference is None:
                self._lose(thing, f"{row.option} {value!r} is no longer there")
                return
            value = reference
        if value is None and row.type in ("int", "bool"):
            self._lose(thing, f"{row.option} cannot be cleared")
            return
        options[row.option] = ([] if row.type == "list" else "") if value is None else value

    def _of_stranger(self, resource: Resource, named: Object) -> str:
        """Return why what a permission or an account names is not what it named, an empty text if it is the same.

        The journal has only the names of these, so that an object is known to be another one if the run deleted it.
        """
        for row in resource.references:
            target, name = RESOURCES[str(row.refers_to)], named.get(row.option)
            if isinstance(row.shape, One) and name and self._is_stranger(target, {"id": None, "name": name}):
                return f"{row.option} {name!r} {ANOTHER}"
        if (parent := resource.parent) and (name := named.get(parent.option)):
            safe = {"id": None, "name": name}
            return (
                f"{parent.option} {name!r} {ANOTHER}" if self._is_stranger(RESOURCES[str(parent.within)], safe) else ""
            )
        return ""

    def _is_stranger(self, target: Resource, label: Any) -> bool:
        """Return whether the object of this name is not the one that the journal knows, and does not become it."""
        same = self._held.id_of(target, str(label["id"])) if label["id"] is not None else None
        found = same or self._held.named(target, {target.keys[0]: label["name"]})
        if found is None:
            return False
        mark = (target.endpoint, id_mark(found))
        return mark in self._strangers or (not same and label["id"] is not None and mark not in self._adopted)

    def _reference(self, row: Attribute, label: Any) -> str | None:
        """Return the id or name of another object that will be there, None if it will not."""
        target = RESOURCES[str(row.refers_to)]
        identifier = self._held.id_of(target, str(label["id"])) if label["id"] is not None else None
        if identifier:
            return None if (target.endpoint, id_mark(identifier)) in self._removed else identifier
        return str(label["name"]) if self._is_there(target, label["name"]) else None

    def _is_there(self, target: Resource, name: Any) -> bool:
        """Return whether there is an object of this name in the end."""
        keys = {target.keys[0]: name}
        found = self._held.named(target, keys)
        if (target.endpoint, key_of(target, keys)) in self._restored:
            return True
        return found is not None and (target.endpoint, id_mark(found)) not in self._removed

    def _leave(self, thing: Thing, reason: str) -> None:
        self._left.append(_about(thing.resource.name, thing.name, reason))

    def _lose(self, thing: Thing, what: str) -> None:
        self._lost.append(_about(thing.resource.name, thing.name, what))

    def _lose_hidden(self, thing: Thing, names: Sequence[str]) -> None:
        for name in names:
            self._lose(thing, f"its former {name} is in no journal")


def _about(kind: str, name: str, reason: str) -> Object:
    return {"type": kind, "name": name, "reason": reason}


def _name_of(label: Any) -> str:
    return str(label["name"]) if isinstance(label, dict) else str(label)


def _is_starred(value: Any) -> bool:
    """Return whether a value has stars where a secret of the task was repeated."""
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(_is_starred, value)) if isinstance(value, list) else isinstance(value, str) and HIDDEN in value


def _same(row: Attribute, one: Any, other: Any) -> bool:
    if isinstance(one, bool) and isinstance(other, bool):
        return one == other
    if isinstance(row.shape, (Members, Names, Flat, One)):
        return bool(one == other)
    return row.same(one, other)


def _known(thing: Thing) -> dict[Field, list[Any]]:
    """Return the values that the fields of an object may have after the journal: several if a write is uncertain.

    They are all its fields from the last line that shows it whole.
    """
    known: dict[Field, list[Any]] = {}
    for record in thing.records:
        if record.after:
            fields, _labels = fields_of(thing.resource, record.after)
            known = {each: [value] for each, value in fields.items()}
            continue
        for each, change in record.changes.items():
            before = [] if record.certain else known.get(each, [change.before])
            known[each] = [*before, change.after]
    return known


def _before_deletion(thing: Thing) -> tuple[dict[Field, Any], dict[Field, Any]]:
    """Return the fields of an object before the first record, if a later one deleted it."""
    place = thing.deletion or 0
    fields, labels = fields_of(thing.resource, thing.records[place].before or {})
    for record in reversed(thing.records[:place]):
        for each, change in record.changes.items():
            row, empty = thing.resource.attribute(each.option), absent_value(thing.resource, each)
            if _same(row, fields.get(each, empty), change.after):
                fields[each], labels[each] = change.before, record.labels[each]
    present = {each: value for each, value in fields.items() if value != absent_value(thing.resource, each)}
    return present, labels


def _former_keys(thing: Thing) -> Object:
    """Return the keys of a deleted object before the first record."""
    fields, _labels = _before_deletion(thing)
    return {option: fields.get(Field(option)) for option in thing.resource.keys}


def _is_access(resource: Resource, each: Field) -> bool:
    return isinstance(resource.attribute(each.option).shape, (Members, Names))


def _walk(row: Attribute, steps: Sequence[tuple[Change, bool]], current: Any) -> tuple[Any, bool]:
    """Return the value of a field before these steps, and whether the current value is one that they explain.

    Steps before somebody else's change are not taken back: the walk ends at the value that was found then.
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
