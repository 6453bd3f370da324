# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Valid files. Refused files are the rows of docs/refused.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.idops.cyberark_identity.plugins.lookup.directory_files import LookupModule

ACCOUNT = "privileged_data: [{container: APP, name: root, properties: {Port: %s}}]"
SAFE = "containers: [{name: APP, number_of_days_retention: %s}]"


def read(path: Path, text: str) -> dict[str, Any]:
    file = look_up(path, text)
    assert file["wrong"] == []
    return dict(file["content"])


def look_up(path: Path, text: str) -> dict[str, Any]:
    path.write_text(text)
    (file,) = look_up_all(path)
    return dict(file)


def look_up_all(*paths: Path) -> list[dict[str, Any]]:
    loader = DataLoader()
    lookup = LookupModule(loader=loader, templar=Templar(loader=loader))
    lookup.set_options = lambda **_options: None
    return list(lookup.run([str(path) for path in paths]))


def errors_of(*paths: Path) -> list[str]:
    return [text for file in look_up_all(*paths) for text in file["wrong"]]


def test_a_file_that_is_listed_twice_is_refused_once(tmp_path: Path) -> None:
    path, link = tmp_path / "a.yml", tmp_path / "link"
    path.write_text("users: [{user_name: a}, {user_name: b}]\n")
    link.symlink_to(path)
    advice = "Name the file or its folder once."
    assert errors_of(path, tmp_path) == [f"{path} is listed twice. {advice}"]
    assert errors_of(tmp_path, link) == [f"{link} is listed twice, first as {path}. {advice}"]


def test_files_without_any_list_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("")
    (tmp_path / "b.yml").write_text("# users: []\n")
    (tmp_path / "c.yml").write_text("users:\n")
    (text,) = errors_of(tmp_path)
    assert text.startswith(f"There is no list in {tmp_path}. A file holds some of the lists users, groups, ")
    (tmp_path / "c.yml").write_text("users: []\n")
    assert errors_of(tmp_path) == []


# The content of a file, and the lines of its users.
LINES = {
    "users:\n- user_name: a\n\n- user_name: b\n  email: c\n": [2, 4],
    "users: [{user_name: a},\n  {user_name: b}]\n": [1, 2],
    "groups: []\nusers:\n  - &a {user_name: a}\n  - <<: *a\n    user_name: b\n": [3, 4],
    "users: \"{{ [{'user_name': 'a'}, {'user_name': 'b'}] }}\"\n": [1, 1],
    "groups: []\nusers:\n  - \"{{ {'user_name': 'a'} }}\"\n  - {user_name: b}\n": [3, 4],
}


@pytest.mark.parametrize(("text", "lines"), LINES.items())
def test_positions_are_files_and_lines(tmp_path: Path, text: str, lines: list[int]) -> None:
    path = tmp_path / "a.yml"
    content = read(path, text)
    assert [entry["position"] for entry in content["users"]] == [f"{path}:{line}" for line in lines]


def test_entries_of_another_lookup_keep_their_position(tmp_path: Path) -> None:
    row = "{'user_name': 'a', 'position': 'people.csv, row 2'}"
    (entry,) = read(tmp_path / "a.yml", f'users: "{{{{ [{row}] }}}}"\n')["users"]
    assert entry == {"user_name": "a", "position": "people.csv, row 2"}


@pytest.mark.parametrize(
    ("text", "value"), [("22", 22), ("0", 0), ("8022", 8022), ("'022'", "022"), ("'22'", "22"), ("~", None)]
)
def test_ports_without_a_leading_zero_and_texts_are_read(tmp_path: Path, text: str, value: Any) -> None:
    (account,) = read(tmp_path / "a.yml", ACCOUNT % text)["privileged_data"]
    assert account["properties"] == {"Port": value}


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("0", 0), ("+7", 7), ("'7'", "7")])
def test_decimal_numbers_of_days_are_read(tmp_path: Path, text: str, value: Any) -> None:
    (safe,) = read(tmp_path / "a.yml", SAFE % text)["containers"]
    assert safe["number_of_days_retention"] == value


BASE = (
    "groups:\n- &base {display_name: one, users: {set: [ada, grace]}}\n- &more {display_name: two, groups: {set: []}}\n"
)
MERGES = {
    "{<<: *base, display_name: three}": {"display_name": "three", "users": {"set": ["ada", "grace"]}},
    "{<<: *base, display_name: three, users: }": {"display_name": "three", "users": None},
    "{<<: [*more, *base], display_name: three}": {
        "display_name": "three",
        "users": {"set": ["ada", "grace"]},
        "groups": {"set": []},
    },
}


@pytest.mark.parametrize(("entry", "expected"), MERGES.items())
def test_a_merged_map_gives_what_the_entry_lacks(tmp_path: Path, entry: str, expected: dict[str, Any]) -> None:
    *_others, merged = read(tmp_path / "a.yml", f"{BASE}- {entry}\n")["groups"]
    assert {option: value for option, value in merged.items() if option != "position"} == expected


LOST = {
    "{<<: *base, display_name: three, users: {add: [alan]}}": "merges users from line 2, column 29 into a map",
    "{<<: [*more, {groups: {add: [one]}}], display_name: three}": "merges groups from line 4, column 17 into a map",
    "{<<: *base, <<: *more, display_name: three}": "has the key << twice in one map, line 4, column 15",
    '{<<: {<<: *base}, display_name: three, users: "{{ people }}"}': "merges users from line 2, column 29 into",
}


@pytest.mark.parametrize(("entry", "message"), LOST.items())
def test_a_merge_that_would_lose_a_list_is_refused(tmp_path: Path, entry: str, message: str) -> None:
    wrong = look_up(tmp_path / "a.yml", f"{BASE}- {entry}\n")["wrong"]
    assert [text for text in wrong if message in text] == wrong != []


def test_a_map_that_merges_itself_is_refused(tmp_path: Path) -> None:
    assert look_up(tmp_path / "a.yml", "groups:\n- &base {<<: *base, display_name: one}\n")["wrong"] != []
