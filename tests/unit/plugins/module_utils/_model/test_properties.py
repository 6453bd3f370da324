# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests for any object and any options of every kind: the effect of a plan, and the data that it preserves."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from string import ascii_letters, digits
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import as_text, get, path_text, quoted
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import objects as listed
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.values import Desired
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.api import literal
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.shapes import (
    Grants,
    Scopes,
    with_implied,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.filters import could_match, name_stages
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import (
    HIDDEN,
    Plan,
    Task,
    plan_present,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import (
    CUSTOM,
    RESOURCES,
    RIGHT_NAMES,
    RIGHTS,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.rows import Attribute, Resource
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.shapes import (
    Flat,
    Joined,
    Keyed,
    Members,
    Moment,
    Names,
    Reference,
    Shape,
    Single,
)
from ansible_collections.idops.cyberark_identity.tests.emulator.scim import filters as emulator_filters
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.protocol import (
    Path,
    ValuePath,
    compared,
    patched,
    replaced,
)
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.strategies import (
    KIND,
    NAMED,
    SECRET,
    TEXT,
    desired_options,
    examples,
    in_any_case,
    lists,
    marks,
    members,
    objects,
)
from hypothesis import given
from hypothesis import strategies as st
from scim2_models.path import LogicalExpr, ScimFilter

Object = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Write:
    """A kind of object, and the request by which a change of it is written."""

    endpoint: str
    way: str

    def carried_out(self, plan: Plan) -> Object:
        """Return the object that a server following the protocol shows after the write."""
        resource, current = plan.resource, plan.current or {}
        if not plan.changed:
            return copy.deepcopy(current)
        if self.way == "verbs":
            return shown(resource, plan.expected)
        if self.way == "PATCH" and plan.current is not None:
            return shown(resource, patched(current, plan.operations))
        return shown(resource, replaced(current, json.loads(json.dumps(plan.body)), resource.computed))


def shown(resource: Resource, document: Object) -> Object:
    """Return the document without secrets, and with the names of new members."""
    for row in resource.attributes:
        if row.secret:
            *way, last = row.path
            holder = get(document, tuple(way)) or {}
            if isinstance(holder.get(last), str):
                del holder[last]
            elif last in holder:
                holder[last] = [item for item in holder[last] if item["key"] != "secret"]
    for member in listed(document.get("members")):
        member.setdefault("display", NAMED.get(member["type"], {}).get(member["value"]))
    return document


def _ways(resource: Resource) -> tuple[str, ...]:
    if resource.endpoint not in RESOURCES:
        return ("verbs",)
    return ("PATCH", "PUT") if resource.patch else ("PUT",)


WRITES = [Write(endpoint, way) for endpoint, resource in KIND.items() for way in _ways(resource)]
EVERY_WRITE = pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write.endpoint} {write.way}")
EVERY_KIND = pytest.mark.parametrize("endpoint", KIND)


# -- The meaning of an option's value: from the current and the desired value to the expected one ---------------------


def folded(names: Iterable[Any]) -> set[str]:
    return {str(name).lower() for name in names}


def set_is_right(before: Any, wanted: Mapping[str, Any], now: Any) -> bool:
    before, now = folded(before or ()), folded(now or ())
    if "set" in wanted:
        return now == folded(wanted["set"])
    return now == (before | folded(wanted.get("add", ()))) - folded(wanted.get("remove", ()))


def map_is_right(before: Any, wanted: Mapping[str, Any], now: Any, text: Callable[[Any], str]) -> bool:
    expected = {key.lower(): text(value) for key, value in (before or {}).items()}
    expected.update({key.lower(): text(value) for key, value in wanted.items() if value is not None})
    held = {key.lower(): text(value) for key, value in (now or {}).items()}
    return held == {key: value for key, value in expected.items() if value != ""}


def caseless_truth(value: Any) -> str:
    text = as_text(value)
    return text.lower() if text.lower() in ("true", "false") else text


def grants_are_right(before: Any, wanted: Mapping[str, Any], now: Any) -> bool:
    """Return whether roles have the desired permissions; implied ones may be present or not."""

    def pairs(grants: Any) -> set[tuple[str, str]]:
        return {(role, right) for role, grant in (grants or {}).items() for right in grant["rights"]}

    expected = (pairs(before) | pairs(wanted.get("add"))) - pairs(wanted.get("remove"))
    expected = pairs(wanted["set"]) if "set" in wanted else expected
    implied = {(role, right) for role, held in expected for right in with_implied([held])}
    return expected <= pairs(now) <= expected | implied


def scopes_are_right(before: Any, wanted: list[Object], now: Any) -> bool:
    old, new = ({scope["name"]: scope for scope in scopes or ()} for scopes in (before, now))
    blank = {"description": "", "allowed_rest": []}
    return {*new} == {scope["name"] for scope in wanted} and all(
        set(new[scope["name"]][part]) == set({**blank, **old.get(scope["name"], {}), **given}[part])
        for scope in wanted
        for given in [{key: value for key, value in scope.items() if value is not None}]
        for part in blank
    )


RIGHT: dict[type[Shape], Callable[[Any, Any, Any], bool]] = {
    Names: set_is_right,
    Members: set_is_right,
    Grants: grants_are_right,
    Scopes: scopes_are_right,
    Flat: lambda before, wanted, now: map_is_right(before, wanted, now, caseless_truth),
    Keyed: lambda before, wanted, now: map_is_right(before, wanted, now, as_text),
    Joined: lambda before, wanted, now: (
        folded(now or ()) == folded(part.strip() for part in re.split("[;,]", ",".join(wanted)) if part.strip())
    ),
    Moment: lambda before, wanted, now: (now or "") == wanted,
}


def is_right(row: Attribute, before: Any, wanted: Any, now: Any, default: Any) -> bool:
    """Return whether an option has the value that the task desires."""
    if wanted is None:
        return row.same(before, now)
    if wanted in ("", []) and now == default:
        return True
    if check := RIGHT.get(type(row.shape)):
        return check(before, wanted, now)
    texts = [json.dumps(value).lower() if row.caseless else json.dumps(value) for value in (wanted, now)]
    return texts[0] == texts[1] or as_text(wanted) == as_text(now)


# -- Plans ------------------------------------------------------------------------------------------------------------


@EVERY_WRITE
@examples(60)
@given(data=st.data())
def test_plan_reaches_the_desired_state_and_second_plan_is_empty(write: Write, data: st.DataObject) -> None:
    endpoint, resource = write.endpoint, KIND[write.endpoint]
    current = data.draw(st.one_of(st.none(), objects(endpoint)), "current")
    wanted = data.draw(desired_options(endpoint, new=current is None), "wanted")
    untouched = copy.deepcopy(current)
    plan = plan_present(resource, current, wanted, write_secrets=data.draw(st.booleans(), "write secrets"))
    now = write.carried_out(plan)
    assert current == untouched
    for row in resource.attributes:
        if not row.secret and not (row.on_create and current):
            key = wanted.get(resource.keys[0]) or resource.attribute(resource.keys[0]).read(current or {})
            default = row.default(key) if row.default and key else None
            if current is not None or wanted.get(row.option) is not None:
                before = row.read(current or {})
                assert is_right(row, before, wanted.get(row.option), row.read(now), default), row.option
    again = plan_present(resource, now, wanted, write_secrets=False)
    assert (again.action, again.changes) == ("none", ())
    compared = {row.option for row in resource.attributes if not row.secret and not row.on_create}
    foretold = {option: value for option, value in plan.after.items() if option in compared}
    assert again.before == again.after == foretold


@EVERY_WRITE
@examples(60)
@given(data=st.data())
def test_unmanaged_content_is_preserved(write: Write, data: st.DataObject) -> None:
    """Unknown attributes, extensions, sub-attributes and values stay, unless they are part of a removed value."""
    endpoint, resource = write.endpoint, KIND[write.endpoint]
    current = data.draw(objects(endpoint), "current")
    wanted = data.draw(desired_options(endpoint, new=False), "wanted")
    now = write.carried_out(plan_present(resource, current, wanted, write_secrets=True))
    may_go = {
        mark for row in resource.attributes for mark in _goes_with_its_value(row, current, wanted.get(row.option))
    }
    assert marks(current) - marks(now) <= may_go
    assert marks(now) <= marks(current)
    for name in ("nickName", "urn:x:unknown:1.0:Thing", "id", "meta"):
        assert now[name] == current[name]


def _goes_with_its_value(row: Attribute, current: Object, wanted: Any) -> set[str]:
    """Return the marks within a value that the task replaces or removes."""
    held, shape = get(current, row.path), row.shape
    if wanted is None:
        return set()
    if isinstance(shape, Single):
        return marks(held) if wanted == "" else set()
    if isinstance(shape, Reference):
        return marks(held)
    if isinstance(shape, Scopes):
        kept = {scope["name"] for scope in wanted}
        return marks([item for item in listed(held) if item["Scope"] not in kept])
    if isinstance(shape, Members):
        leaving = folded(shape.read(held)) - folded(shape.merge(shape.read(held), wanted))
        return marks([item for item in listed(held) if str(item["value"]).lower() in leaving])
    if isinstance(shape, Keyed):
        cleared = folded(key for key, value in wanted.items() if value == "")
        return marks([item for item in listed(held) if item[shape.key].lower() in cleared])
    return set()


@EVERY_KIND
@examples(40)
@given(data=st.data())
def test_order_does_not_matter(endpoint: str, data: st.DataObject) -> None:
    """This covers the order of options, of values and keys within them, and of the server's data."""
    resource = KIND[endpoint]
    current = data.draw(st.one_of(st.none(), objects(endpoint)), "current")
    wanted = data.draw(desired_options(endpoint, new=current is None), "wanted")
    one = plan_present(resource, current, wanted, write_secrets=True)
    other = plan_present(resource, backwards(current), backwards(wanted), write_secrets=True)
    assert other.diff == one.diff
    assert [change.attribute for change in other.changes] == [change.attribute for change in one.changes]
    for row in resource.attributes:
        assert row.same(row.read(one.expected), row.read(other.expected))


def backwards(node: Any) -> Any:
    """Reverse all maps and lists, except the mails, of which the first one counts."""
    if isinstance(node, dict):
        return {key: node[key] if key == "emails" else backwards(node[key]) for key in reversed(node)}
    return [backwards(item) for item in reversed(node)] if isinstance(node, list) else node


@EVERY_KIND
@examples(40)
@given(data=st.data())
def test_secrets_are_never_shown(endpoint: str, data: st.DataObject) -> None:
    resource = KIND[endpoint]
    current = data.draw(st.one_of(st.none(), objects(endpoint)), "current")
    wanted = data.draw(desired_options(endpoint, new=current is None), "wanted")
    always = data.draw(st.booleans(), "write secrets")
    task = Task(resource, wanted, write_secrets=always)
    plan = plan_present(resource, current, wanted, write_secrets=always)
    texts = [str(plan.diff), str(resource.describe(plan.expected)), str(plan.unmet({})), task.label]
    for text in [*texts, *map(repr, (plan, task, Desired("here", resource, wanted, lambda kind, options: task)))]:
        assert SECRET not in text
        assert repr(SECRET)[1:-1] not in text
    for row in resource.attributes:
        if row.secret and row.option in wanted:
            assert plan.after.get(row.option) == (HIDDEN if current is None or always else None)
            assert row.option not in plan.before


# -- Sets of names, of members and of permissions ---------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Sets:
    """A shape of a set, any values of it on a server, and the same values in another spelling."""

    shape: Shape
    values: Any
    otherwise: Callable[[Any], Any]


def _swapped(names: list[str]) -> list[str]:
    return [name.swapcase() for name in names]


WORDS = st.text("abcXYZ /.-0", min_size=1, max_size=6)
SETS = {
    "names": Sets(Names(), lists(WORDS), _swapped),
    "rights": Sets(Names(RIGHT_NAMES), lists(in_any_case(st.sampled_from(RIGHTS))), _swapped),
    "members": Sets(
        Members("User"),
        members(Members("User")),
        lambda members: {key: name.upper() for key, name in members.items()},
    ),
}


@pytest.mark.parametrize("sets", SETS.values(), ids=SETS)
@examples(100)
@given(data=st.data())
def test_set_operations(sets: Sets, data: st.DataObject) -> None:
    shape = sets.shape
    held, some, others = (data.draw(sets.values, name) for name in ("held", "some", "others"))

    def merged(current: Any, **wanted: Any) -> Any:
        return shape.merge(current, wanted)

    def same(one: Any, other: Any) -> bool:
        return shape.same(one, other, caseless=False) and len(one) == len(other)

    added, removed, exact = merged(held, add=some), merged(held, remove=some), merged(held, set=some)
    assert folded(some) <= folded(added) == folded(held) | folded(some)
    assert folded(removed) == folded(held) - folded(some)
    assert folded(exact) == folded(some)
    assert same(merged(added, add=some), added), "twice is once"
    assert same(merged(removed, remove=some), removed), "twice is once"
    assert same(merged(merged(held, remove=some), add=some), added), "what is added after all is there"
    assert same(merged(added, remove=some), removed), "what is removed after all is not there"
    assert same(merged(held, set=some), merged(others, set=some)), "to set knows no before"
    assert same(merged(merged(held, add=some), add=others), merged(merged(held, add=others), add=some))
    assert same(merged(held, add=sets.otherwise(some)), added), "case is not a difference"
    assert same(merged(held, remove=sets.otherwise(some)), removed), "case is not a difference"
    assert same(merged(held), merged(held, add=type(some)())) and same(merged(held), merged(held, remove=type(some)()))


# -- Filters, paths and literals --------------------------------------------------------------------------------------


@examples(300)
@given(TEXT | st.text(max_size=40))
def test_filter_matches_exactly_the_text(text: str) -> None:
    """A parser of RFC 7644 and the emulator, which accepts more, read the same text."""
    for filter in (f"userName eq {quoted(text)}", f"displayName sw {quoted(text)}"):
        assert compared(filter)[1] == text
        assert compared(emulator_filters.normalise("User", filter))[1] == text
    assert could_match(f"userName eq {quoted(text)}", {"userName": text})
    assert not could_match(f"userName eq {quoted(text)}", {"userName": f"{text}x"})


@examples(100)
@given(TEXT | st.text(max_size=40))
def test_filters_for_a_name_are_legible_and_find_it(name: str) -> None:
    (exact,), others = name_stages("userName", name)
    assert compared(exact) == ("userName", name)
    found = [_finds(filter, name) for filter in others]
    assert any(found)


def _finds(filter: str, name: str) -> bool:
    part = compared(filter)[1]
    return str(name).startswith(part) if " sw " in filter else part in name


@examples(100)
@given(st.lists(TEXT | st.text(min_size=1, max_size=40), min_size=2, max_size=2))
def test_joined_filters_mean_the_very_texts(texts: list[str]) -> None:
    joined = f"container.value eq {quoted(texts[0])} and user.value eq {quoted(texts[1])}"
    for filter in (joined, emulator_filters.normalise("ContainerPermission", joined)):
        node = ScimFilter(filter).ast
        assert isinstance(node, LogicalExpr)
        assert [compared(term)[1] for term in node.terms] == texts


@examples(200)
@given(TEXT | st.text(min_size=1, max_size=40))
def test_a_path_names_the_very_member(identifier: str) -> None:
    shape = Members("User")
    (operation,) = shape.operations(("members",), None, {identifier: "x"}, {})
    node = Path(operation["path"]).ast
    assert isinstance(node, ValuePath)
    assert str(node.attr_path) == "members"
    assert compared(node.val_filter) == ("value", identifier)


@examples(100)
@given(st.text(f"{ascii_letters}{digits}_-$", max_size=12).map(lambda rest: f"a{rest}"))
def test_a_path_names_the_very_custom_attribute(name: str) -> None:
    node = Path(path_text((CUSTOM, name))).ast
    assert (node.uri, node.attr, node.sub_attr) == (CUSTOM, name, None)


@examples(200)
@given(TEXT | st.text(max_size=40))
def test_a_literal_of_the_query_language_is_one(text: str) -> None:
    """A database evaluates it; texts that cannot be part of a name are refused."""
    if not text.isprintable():
        with pytest.raises(InvalidError):
            literal(text)
        return
    with closing(sqlite3.connect(":memory:")) as database:
        assert database.execute(f"SELECT {literal(text)}").fetchone() == (text,)
