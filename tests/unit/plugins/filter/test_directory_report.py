# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as Markdown: readable, never longer than allowed, and without markup of a name."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_report import directory_report

HOSTILE = (
    "a|b",
    "`x`",
    "<script>alert(1)</script>",
    "</code></details><img src=x onerror=alert(1)>",
    "@everyone",
    "[click](https://evil.example.com)",
    "www.evil.example.com",
    "**bold** _it_ ~~s~~ #12",
    "line\nbreak\r| x |",
    "\u202eright to left",
    "\x1b[31mred",
    "{{ lookup('pipe', 'id') }}",
    "&lt;b&gt;",
)


def change(name: str, **facts: Any) -> dict[str, Any]:
    row = {"type": "user", "name": name, "keys": {}, "id": None, "action": "create", "attributes": {}, "needs": []}
    return {**row, **facts}


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": 1,
        "tenant": "https://example.id.cyberark.cloud",
        "changes": list(changes),
        "summary": {"users": {"create": len(changes), "unchanged": 9984}},
        "digest": f"sha256:{'0' * 64}",
    }


def test_the_counts_the_digest_and_each_change_are_shown() -> None:
    members = {"add": [{"name": "ada@example.com", "id": None}], "remove": [{"name": "grace@example.com", "id": "7"}]}
    along = {"accounts": {"count": 30, "names": ["root"]}}
    text = directory_report(
        plan(
            change("ada@example.com", attributes={"password": {"after": "will be set"}}),
            change("db-admins", type="group", action="update", id="1", attributes={"users": members}),
            change(
                "OLD",
                type="container",
                action="delete",
                id="OLD",
                also_removed=along,
            ),
        )
    )
    assert "Plan: 1 to create, 1 to change, 0 to deactivate, 1 to delete; 9,984 unchanged" in text
    assert f"Digest: `sha256:{'0' * 64}`" in text
    plain = html.unescape(re.sub("</?code>", "", text))
    assert "| + | ada@example.com | create | password: will be set |" in plain
    assert "| ~ | db-admins | update | users: + ada@example.com \N{MINUS SIGN} grace@example.com |" in plain
    assert "| \N{MINUS SIGN} | OLD | delete | with 30 accounts: root and 29 more |" in plain
    assert text.count("<details>") == text.count("</details>") == 3


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_no_name_becomes_markup(name: str) -> None:
    text = directory_report(plan(change(name, attributes={"organization": {"before": None, "after": name}})))
    (line,) = [line for line in text.splitlines() if line.startswith("| &#43;")]
    assert line.count("|") == 5
    assert re.findall("<[^>]*>", line) == ["<code>", "</code>"] * 3
    inside = "".join(re.findall("<code>(.*?)</code>", line))
    assert re.fullmatch(r"(?:[\w .\-/]|&#\d+;)*", inside)
    assert all(character.isprintable() for character in html.unescape(line))


@pytest.mark.parametrize("limit", [2000, 60_000])
@pytest.mark.parametrize("length", [10, 5000])
def test_the_text_is_never_too_long_and_counts_what_is_left_out(limit: int, length: int) -> None:
    rows = [change(f"{number}{'|' * length}") for number in range(10_000)]
    rows += [change("a group", type="group", attributes={"description": {"before": "", "after": "x" * length}})]
    text = directory_report(plan(*rows), limit)
    assert len(text) <= limit
    users, groups = text.split("<summary>groups")
    shown = users.count("| create |")
    assert f"and {10_000 - shown:,} more" in users
    assert groups.count("| create |") + groups.count("and 1 more") == 1


def test_no_change_is_said() -> None:
    assert "There is nothing to change." in directory_report(plan())


@pytest.mark.parametrize("value", ["text", {}, {"format": 2}, {"format": 1}, None])
def test_what_is_no_plan_is_refused(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="directory_report"):
        directory_report(value)
