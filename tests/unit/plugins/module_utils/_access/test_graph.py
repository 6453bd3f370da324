# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everybody in nested groups, compared with a plain walk along every way."""

from __future__ import annotations

from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.graph import Graph, bits, numbers, size
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils._access.graphs import (
    LISTED_GROUPS,
    Object,
    directories,
    shortest_ways,
    simple_paths,
)
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.strategies import examples
from hypothesis import given
from hypothesis import strategies as st


@given(st.sets(st.integers(0, 300)))
def test_a_set_of_bits_holds_what_was_put_in(chosen: set[int]) -> None:
    assert numbers(bits(chosen)) == sorted(chosen)
    assert size(bits(chosen)) == len(chosen)


@examples(50)
@given(directories())
def test_ways_are_those_of_a_walk_along_every_way(directory: Object) -> None:
    state = State.of(directory)
    graph = Graph.of(state)
    for number, group in enumerate(state.groups):
        ways = list(graph.ways(number))
        every = simple_paths(directory, group.name)
        known = {state.users[way.user].name: way for way in ways if way.user is not None}
        expected = shortest_ways(directory, group.name)
        assert {user: (len(way.path), way.others) for user, way in known.items()} == expected
        paths = [tuple(state.groups[each].name for each in way.path) for way in ways]
        assert set(paths) <= set(every)
        unknown = {path[0] for path, way in zip(paths, ways, strict=True) if way.user is None}
        assert unknown == {path[0] for path in every if path[0] not in LISTED_GROUPS}
        everybody = {state.users[each].name for each in numbers(graph.everybody[number])}
        assert everybody == set(expected)
        assert {state.groups[each].name for each in numbers(graph.below[number])} == {path[0] for path in every}


def test_of_two_ways_of_one_length_the_first_names_count() -> None:
    groups = [
        {"display_name": "all", "groups": {"set": ["b", "a"]}},
        {"display_name": "b", "users": {"set": ["ada"]}},
        {"display_name": "a", "users": {"set": ["ada"]}},
    ]
    for listed in (groups, groups[::-1]):
        state = State.of({"groups": listed})
        number = next(each for each, group in enumerate(state.groups) if group.name == "all")
        (way,) = Graph.of(state).ways(number)
        assert [state.groups[each].name for each in way.path] == ["a", "all"]
        assert way.others == 1


def test_groups_that_are_nested_thousands_deep_need_no_stack() -> None:
    depth = 5000
    groups = [{"display_name": f"g{number}", "groups": {"set": [f"g{number + 1}"]}} for number in range(depth)]
    state = State.of({"groups": [*groups, {"display_name": f"g{depth}", "users": {"set": ["ada"]}}]})
    graph = Graph.of(state)
    assert graph.everybody[0] == 1
    assert size(graph.below[0]) == depth + 1
    (way,) = graph.ways(0)
    assert len(way.path) == depth + 1
