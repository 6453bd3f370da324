# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read the writes of a journal as changes of single fields, which can be compared and undone one by one. No I/O."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .._base.errors import InvalidError, some
from .._base.journal import FORMAT
from .._base.paths import Object, fold, id_mark
from .._base.secrets import HIDDEN
from .._model.resources import RESOURCES
from .._model.rows import Attribute, Resource
from .._model.shapes import Flat, Members, Names

KINDS = {resource.name: resource for resource in RESOURCES.values()}
HEAD = '{"format":'  # the start of each line; no nested object begins like this
EVERY = {"format", "event", "write", "run", "tenant", "api", "module", "type", "name", "id"}
OF_EVENT = {"begin": {"keys", "action", "attributes"}, "end": {"outcome"}}
LONGEST_ATOM = 6  # characters that JSON reads as one, such as \u00e4 or false


class Field(NamedTuple):
    """One value that can change: an option, or a ``part`` of it. A part is the folded key of a map, member or right."""

    option: str
    part: str = ""


class Change(NamedTuple):
    """The values of a field before and after a write. For a member or a right, they say whether it is there."""

    before: Any
    after: Any


@dataclass(frozen=True)
class Write:
    """The two lines of a write. ``end`` is None if the outcome is unknown."""

    begin: Object
    end: Object | None

    @property
    def certain(self) -> bool:
        return self.end is not None and self.end["outcome"] == "done"


@dataclass(frozen=True)
class Record:
    """The effect of one write on one object. A write that is not ``certain`` may have had no effect.

    ``before`` is the object before a deletion, and ``after`` the object after another write, if they are recorded.
    ``labels`` has the spelling of each part; for a member, it is its name and id.
    """

    resource: Resource
    identifier: str
    name: str
    keys: Object
    action: str
    certain: bool
    changes: Mapping[Field, Change] = field(repr=False)
    labels: Mapping[Field, Any] = field(repr=False)
    before: Object | None = field(default=None, repr=False)
    after: Object | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = ()


def writes_in(text: str, path: str, run: str | None, tenant: str) -> list[Write]:
    """Return the writes in the text of a journal, in their order. With ``run``, return only those of this run.

    Raise InvalidError for a damaged file, for a write to another tenant, and if there is no write.
    """
    begun: dict[str, Object] = {}
    ended: dict[str, Object] = {}
    parts, orphans = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or _is_cut(line):
            continue
        row = _row(line)
        if row is None:
            parts.append(number)
        elif row["format"] != FORMAT:
            raise InvalidError(
                f"line {number} of {path} has the format {row['format']!r}, and this release reads {FORMAT}"
            )
        elif row["event"] == "begin":
            begun[row["write"]] = row
        elif row["write"] in begun:
            ended[row["write"]] = row
        else:
            orphans.append(number)
    _refuse(path, {"no whole line of a journal": parts, "the end of a write that does not begin before it": orphans})
    chosen = [row for row in begun.values() if run is None or row["run"] == run]
    if not chosen:
        runs = sorted({str(row["run"]) for row in begun.values()})
        hint = f"It has the runs {', '.join(runs[:20])}" if runs else "Check the path"
        raise InvalidError(f"{path} records no write" + (f" of the run {run!r}" if run else ""), hint=hint)
    if others := sorted({row["tenant"] for row in chosen} - {tenant}):
        raise InvalidError(
            f"{path} records writes to {', '.join(others)}, and this is {tenant}", hint="Choose a run of this tenant"
        )
    return [Write(row, ended.get(row["write"])) for row in chosen]


def _refuse(path: str, damage: Mapping[str, Sequence[int]]) -> None:
    """Raise InvalidError if lines of the journal are damaged, because their content is unknown."""
    found = [f"{what}: line {some(list(map(str, lines)))}" for what, lines in damage.items() if lines]
    if found:
        raise InvalidError(
            f"{path} is damaged, or is not a journal ({'; '.join(found)})",
            hint="Nothing was planned. Give a whole file that journal_path wrote, such as a copy of it",
        )


def _is_cut(line: str) -> bool:
    """Return whether a kill, a crash or a full disk cut the line off while it was written.

    Such a line may be ignored if it is the last one, or if a later task ended it with a line break:
    - The request of a cut ``begin`` was never sent, because the whole line is flushed before. If it was sent, the line
      was damaged later. Its ``end`` is then alone, and is refused.
    - A cut ``end`` leaves its ``begin`` without an outcome. The undo looks at the object as after any kill.
    - If the cut is before the event, the line is one of the two.
    A line that lacks anything except its end, or that contains another line, is damaged and not ignored.
    """
    if HEAD.startswith(line):
        return True
    if line.count(HEAD) != 1 or not line.startswith(HEAD):
        return False
    try:
        json.loads(line)
    except ValueError as error:
        # Python reports the start of a string that does not end, and otherwise the position where it stopped.
        open_string = str(error).startswith("Unterminated string")
        return open_string or getattr(error, "pos", 0) >= len(line) - LONGEST_ATOM
    return False


def _row(line: str) -> Object | None:
    """Return a whole line of a journal as a map, or None."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if not isinstance(row, dict) or not {"format", "event"} <= set(row):
        return None
    if row["format"] != FORMAT:
        return row
    needed = EVERY | OF_EVENT.get(str(row["event"]), {"event that is known"})
    return row if needed <= set(row) else None


def changes_of(resource: Resource, attributes: Object) -> tuple[dict[Field, Change], dict[Field, Any], tuple[str, ...]]:
    """Return the changes and labels in the attributes of a line, and the options that are secrets."""
    changes: dict[Field, Change] = {}
    labels: dict[Field, Any] = {}
    hidden = []
    for option, values in attributes.items():
        row = resource.attribute(option)
        if row.secret:
            hidden.append(option)
            continue
        for each, change, label in _changes(row, values):
            if _is_hidden(change.before) or _is_hidden(change.after) or _is_hidden(label):
                hidden.append(f"{option}.{label}" if each.part else option)
            else:
                changes[each], labels[each] = change, label
    return changes, labels, tuple(hidden)


def _changes(row: Attribute, values: Object) -> Iterator[tuple[Field, Change, Any]]:
    if isinstance(row.shape, (Members, Names)):
        if "before" in values:  # of a deletion
            values = {"remove": (values["before"] or {}).get("set", [])}
        for way, change in (("add", Change(False, True)), ("remove", Change(True, False))):
            for item in values.get(way, ()):
                yield Field(row.option, mark_of(item)), change, item
    elif isinstance(row.shape, Flat):
        before, after = values.get("before") or {}, values.get("after") or {}
        for key in {**before, **after}:
            change = Change(before.get(key), after.get(key))
            if change.before != change.after:
                yield Field(row.option, fold(key)), change, key
    else:
        yield Field(row.option), Change(values.get("before"), values.get("after")), row.option


def fields_of(resource: Resource, state: Object) -> tuple[dict[Field, Any], dict[Field, Any]]:
    """Return two maps from the fields of an object: to their values, and to their names for messages."""
    fields: dict[Field, Any] = {}
    labels: dict[Field, Any] = {}
    for option, value in state.items():
        row = resource.attribute(option)
        if isinstance(row.shape, (Members, Names)):
            items = value if isinstance(row.shape, Members) else (value or {}).get("set", [])
            parts: Iterable[tuple[Field, Any, Any]] = ((Field(option, mark_of(item)), True, item) for item in items)
        elif isinstance(row.shape, Flat):
            parts = ((Field(option, fold(key)), item, key) for key, item in (value or {}).items())
        else:
            parts = [(Field(option), value, option)]
        for each, held, label in parts:
            fields[each], labels[each] = held, label
    return fields, labels


def mark_of(item: Any) -> str:
    """Return the key to compare a member or a right. For a member, it is the id if there is one."""
    if isinstance(item, dict):
        return id_mark(item["id"]) if item["id"] is not None else fold(item["name"])
    return fold(item)


def absent_value(resource: Resource, each: Field) -> Any:
    """Return the value of a field that an object does not show."""
    return False if isinstance(resource.attribute(each.option).shape, (Members, Names)) else None


def _is_hidden(value: Any) -> bool:
    """Return whether a value is masked."""
    if isinstance(value, (dict, list)):
        return any(map(_is_hidden, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and HIDDEN in value


def key_of(resource: Resource, named: Object) -> tuple[str, ...]:
    """Return the keys that name an object, in a form to compare."""
    return tuple(fold(named.get(option) or "") for option in resource.keys)


class Held:
    """The objects of the tenant as they are now, by endpoint and id, as ``state_of`` describes them.

    ``of_creators`` are the ids of the permissions that the creators of safes have. ``caller`` is the login name of the
    user that creates safes in this run.
    """

    def __init__(
        self, states: Mapping[str, Mapping[str, Object]], of_creators: Collection[str] = (), caller: str = ""
    ) -> None:
        self.of_creators = frozenset(of_creators)
        self.caller = caller
        self._ids = {
            endpoint: {id_mark(identifier): identifier for identifier in found} for endpoint, found in states.items()
        }
        self._states = states
        self._keys = {
            endpoint: {key_of(RESOURCES[endpoint], state): identifier for identifier, state in found.items()}
            for endpoint, found in states.items()
        }

    def id_of(self, resource: Resource, identifier: str) -> str | None:
        """Return an id in the spelling of the server, or None if there is no such object."""
        return self._ids.get(resource.endpoint, {}).get(id_mark(identifier))

    def state(self, resource: Resource, identifier: str) -> Object | None:
        found = self.id_of(resource, identifier)
        return None if found is None else self._states[resource.endpoint][found]

    def named(self, resource: Resource, keys: Object) -> str | None:
        """Return the id of the object with these keys, or None."""
        return self._keys.get(resource.endpoint, {}).get(key_of(resource, keys))

    def all(self, resource: Resource) -> Mapping[str, Object]:
        return self._states.get(resource.endpoint, {})


def records_of(writes: Sequence[Write], held: Held) -> list[Record]:
    """Return the effects of the writes to the SCIM server, one record for each object.

    If the outcome of a write is unknown, the tenant may show it: an object that exists was not deleted, and one that
    does not exist was not created. But an object that the journal created later was deleted before: safes and
    permissions that are created again may have the same ids.
    """
    found: list[Record] = []
    created = {
        (write.begin["type"], id_mark(write.end["id"])): place
        for place, write in enumerate(writes)
        if write.end and write.certain and write.begin["action"] == "create" and write.end["id"]
    }
    for place, write in enumerate(writes):
        begin, end = write.begin, write.end
        if begin["api"] != "scim" or (end and end["outcome"] == "refused"):
            continue
        resource = KINDS[begin["type"]]
        identifier = begin["id"] or (end or {}).get("id")
        if begin["action"] == "create" and not identifier:
            identifier = held.named(resource, begin["keys"])
        deletes = begin["action"] == "delete"
        kept = deletes and not write.certain and _was_kept(resource, identifier, place, created, held)
        if not identifier or kept:
            continue
        found.append(_record(resource, identifier, begin, end, certain=write.certain))
        for row in begin.get("along", ()):
            kind = KINDS[row["type"]]
            inside = deletes and kind.endpoint in resource.contains
            if row["action"] != "delete" or inside or not _was_kept(kind, row["id"], place, created, held):
                found.append(_record(kind, row["id"], row, None, certain=False))
        if begin["action"] == "create":
            found.extend(_creators_again(resource, begin["keys"], found, held))
    renames = [
        (place, record)
        for place, record in enumerate(found)
        if record.action != "create" and Field(record.resource.keys[0]) in record.changes
    ]
    if not renames:
        return found
    return [_with_present_names(record, place, found, renames, held) for place, record in enumerate(found)]


def _was_kept(
    kind: Resource, identifier: str | None, place: int, created: Mapping[tuple[str, str], int], held: Held
) -> bool:
    """Return whether an object exists that may have been deleted, and that no later write created."""
    if not identifier or not held.id_of(kind, identifier):
        return False
    return created.get((kind.name, id_mark(identifier)), -1) <= place


def _creators_again(safe: Resource, keys: Object, found: Sequence[Record], held: Held) -> list[Record]:
    """Return a record for the permission of the creator on a safe that was deleted before.

    The server creates this permission with the safe, so no line of the journal does.
    """
    deleted = {
        (each.resource.endpoint, key_of(each.resource, each.keys)): each for each in found if each.action == "delete"
    }
    records = []
    for kind in RESOURCES.values():
        if not kind.is_permission or kind.endpoint not in safe.contains or kind.parent is None:
            continue
        for identifier in sorted(held.of_creators):
            state = held.state(kind, identifier) or {}
            former = deleted.get((kind.endpoint, key_of(kind, state)))
            if former and fold(state[kind.parent.option]) == fold(keys[safe.keys[0]]):
                again = replace(former, identifier=identifier, action="create", certain=True, before=None)
                records.append(replace(again, changes={}, labels={}, after=state, hidden=()))
    return records


def _with_present_names(
    record: Record, place: int, records: Sequence[Record], renames: Sequence[tuple[int, Record]], held: Held
) -> Record:
    """Return a record of a permission with the present name of its member, and the id with this name."""
    resource = record.resource
    present = {}
    for option in resource.either:
        target = RESOURCES[str(resource.attribute(option).refers_to)]
        member = _renamed(target, str(record.keys.get(option) or ""), place, renames)
        if member and (state := held.state(target, member)):
            present[option] = state[target.keys[0]]
    if key_of(resource, {**record.keys, **present}) == key_of(resource, record.keys):
        return record
    keys = {**record.keys, **present}
    known = [each.identifier for each in records if each.resource is resource and _is_named(each, keys)]
    return replace(
        record,
        identifier=held.named(resource, keys) or (known[-1] if known else record.identifier),
        keys=keys,
        before=record.before and {**record.before, **present},
        after=record.after and {**record.after, **present},
    )


def _is_named(record: Record, keys: Object) -> bool:
    return key_of(record.resource, record.keys) == key_of(record.resource, keys)


def _renamed(target: Resource, name: str, place: int, renames: Sequence[tuple[int, Record]]) -> str | None:
    """Return the id of the object that had this name at an index of the journal, or None if no rename has the name.

    The next rename from the name identifies the object, or else the last rename to it.
    """
    key = Field(target.keys[0])
    of_kind = [(number, each.identifier, each.changes[key]) for number, each in renames if each.resource is target]
    later = [who for number, who, change in of_kind if number > place and fold(change.before) == fold(name)]
    earlier = [who for number, who, change in of_kind if number < place and fold(change.after) == fold(name)]
    return later[0] if later else earlier[-1] if earlier else None


def _record(resource: Resource, identifier: str, begin: Object, end: Object | None, *, certain: bool) -> Record:
    changes, labels, hidden = changes_of(resource, begin["attributes"])
    before = None
    if begin["action"] == "delete":
        values = {option: each["before"] for option, each in begin["attributes"].items()}
        before = {**begin["keys"], **(begin.get("object") or values)}
    after = (end or {}).get("object")
    return Record(
        resource=resource,
        identifier=identifier,
        name=begin["name"],
        keys=begin["keys"],
        action=begin["action"],
        certain=certain,
        changes=changes,
        labels=labels,
        before=before,
        after=after,
        hidden=hidden,
    )
