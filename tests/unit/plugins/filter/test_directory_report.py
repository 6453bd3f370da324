# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as Markdown and as a page: readable, never longer than allowed, and without markup from names."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_report import directory_report
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant

Run = Callable[..., Result]

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
        "scope": {"kinds": ["users"], "prune": [], "max_removals": "5%", "protected": ["break-glass*"]},
        "unmanaged": [],
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
    text = directory_report(plan(*rows), limit=limit)
    assert len(text) <= limit
    users, groups = text.split("<summary>groups")
    shown = users.count("| create |")
    assert f"and {10_000 - shown:,} more" in users
    assert groups.count("| create |") + groups.count("and 1 more") == 1


def test_a_plan_without_a_change_says_so() -> None:
    assert "There is nothing to change." in directory_report(plan())


class Page(HTMLParser):
    """The elements of a page, with their attributes and the texts in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.texts["script"][0])
        return rows


def page_of(*changes: dict[str, Any], **facts: Any) -> Page:
    return Page(directory_report({**plan(*changes), **facts}, "html"))


def test_a_page_holds_each_change_before_and_after() -> None:
    members = {"add": [{"name": "ada@example.com", "id": None}], "remove": [{"name": "grace@example.com", "id": "7"}]}
    page = page_of(
        change("ada@example.com", attributes={"password": {"after": "will be set"}}, needs=["user 'x'"]),
        change(
            "db-admins",
            type="group",
            action="update",
            attributes={"users": members, "active": {"before": False, "after": True}},
        ),
        change(
            "OLD",
            type="container",
            action="delete",
            attributes={"rights": {"before": {"set": ["useAccounts"]}}, "number": {"before": 0}},
            also_removed={"accounts": {"count": 30, "names": ["root"]}, "members": {"count": 0, "names": []}},
        ),
        unmanaged=[{"type": "container_permission", "name": "A / b", "group": None, "rights": ["useAccounts"]}],
    )
    assert [[row["kind"], row["action"], row["name"]] for row in page.rows] == [
        ["user", "create", "ada@example.com"],
        ["group", "update", "db-admins"],
        ["container", "delete", "OLD"],
        ["container permission", "unmanaged", "A / b"],
    ]
    assert [row["attributes"] for row in page.rows] == [
        [["password", None, "will be set", False]],
        [["users", ["grace@example.com"], ["ada@example.com"], True], ["active", "false", "true", False]],
        [["rights", ["useAccounts"], None, False], ["number", "0", None, False]],
        [["rights", ["useAccounts"], None, False]],
    ]
    notes = [note for row in page.rows for note in row["notes"]]
    assert notes[:2] == ["Needs user 'x' first", "With 30 accounts: root and 29 more"]
    assert "Plan: 1 to create, 1 to change, 0 to deactivate, 1 to delete; 9,984 unchanged" in page.texts["p"]
    assert f"sha256:{'0' * 64}" in page.texts["code"]
    assert {"5%", "break-glass*"} <= {text.strip("[]'") for text in page.texts["dd"]}
    boxes = [attributes["value"] for tag, attributes in page.elements if attributes.get("type") == "checkbox"]
    assert boxes == ["user", "group", "container", "container permission", "create", "update", "delete", "unmanaged"]


@pytest.mark.parametrize(
    "name", [*HOSTILE, "</script><script>alert(1)</script>", "<!--", "\u2028", "\ud800"], ids=ascii
)
def test_no_name_becomes_markup_of_a_page(name: str) -> None:
    hostile = page_of(
        change(name, attributes={name: {"before": name, "after": {name: name}}}, needs=[name]),
        tenant=name,
        scope={name: [name]},
        unmanaged=[{"type": "user", "name": name, name: name}],
    )
    harmless = page_of(
        change("x", attributes={"x": {"before": "x", "after": {"x": "x"}}}, needs=["x"]),
        tenant="x",
        scope={"x": ["x"]},
        unmanaged=[{"type": "user", "name": "x", "x": "x"}],
    )
    assert hostile.elements == harmless.elements
    assert hostile.rows[0]["name"].isprintable()
    if name.isprintable():
        assert hostile.rows[0]["name"] == name
        assert hostile.rows[0]["attributes"] == [[name, name, [f"{name}: {name}"], False]]


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else() -> None:
    text = directory_report(plan(change("ada@example.com")), "html")
    page = Page(text)
    (policy,) = [attributes["content"] for _tag, attributes in page.elements if "http-equiv" in attributes]
    hashes = {
        tag: base64.b64encode(hashlib.sha256(page.texts[tag][-1].encode()).digest()).decode()
        for tag in ("script", "style")
    }
    rules = dict(rule.strip().partition(" ")[::2] for rule in str(policy).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == f"'sha256-{hashes['script']}'"
    assert rules["style-src"] == f"'sha256-{hashes['style']}'"
    assert not re.search(r"\b(?:src|href|action|url|import|on\w+)\s*[=(]", re.sub("(?s)<script.*?</script>", "", text))
    assert not re.search(r"fetch|XMLHttp|WebSocket|innerHTML|outerHTML|insertAdjacent|document\.write|eval", text)
    assert re.findall("[a-z]+://[^ <]*", text) == ["https://example.id.cyberark.cloud"] * 2
    assert not [name for _tag, attributes in page.elements for name in attributes if name == "style"]


def test_a_page_without_a_change_says_so() -> None:
    page = page_of()
    assert "There is nothing to change." in page.texts["p"]
    assert page.rows == []


@pytest.mark.parametrize("report", ["pdf", "", None])
def test_an_unknown_format_is_refused(report: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="is no format"):
        directory_report(plan(), report)


@pytest.mark.parametrize("value", ["text", {}, {"format": 2}, {"format": 1}, None])
def test_a_value_that_is_no_plan_is_refused(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="directory_report"):
        directory_report(value)


@pytest.mark.parametrize("report", ["markdown", "html"])
def test_a_result_shows_changes_and_failures(tenant: Tenant, run: Run, report: str) -> None:
    tenant.seed_user(userName="grace@example.com", displayName="Grace")
    entries = {
        "users": [
            {"user_name": "ada@example.com", "password": "Initial-pass-1"},
            {"user_name": "grace@example.com", "display_name": "Grace <b>Hopper</b>"},
            {"user_name": "broken@nowhere.example", "password": "Initial-pass-1"},
        ],
        "groups": [{"display_name": "crew", "users": {"set": ["grace@example.com"]}}],
    }
    result = run("scim_directory", **entries, on_error="continue")
    assert result.failed
    text = directory_report(result.json, report)
    plain = html.unescape(re.sub("</?code>", "", text)) if report == "markdown" else text
    for words in (
        "ada@example.com",
        "grace@example.com",
        "crew",
        "broken@nowhere.example",
        "1 of 4 changes were not made",
    ):
        assert words in plain
    assert "Initial-pass-1" not in text
    assert "<b>" not in text
    if report == "markdown":
        assert re.search(r"\| ~ \| grace@example.com \| update \| display_name: Grace → Grace <b>Hopper</b> \|", plain)
        assert re.search(r"\| \+ \| crew \| create \| .*users: \+ grace@example.com", plain)
        assert re.search(r"\| ! \| broken@nowhere.example \| failed \| .*Could not create user", plain)
