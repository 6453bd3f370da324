# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access as Markdown and as a page: what it says, how long it gets, and that names are no markup."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.idops.cyberark_identity.plugins.filter.access_report import access_report

from .access_documents import BEFORE, FINDING, HOSTILE, RENAMES, changed, directory, document, renamed


def plain(text: str) -> str:
    return html.unescape(re.sub("</?code>", "", text))


def test_markdown_says_who_reaches_more_first_then_findings_and_gaps() -> None:
    lines = plain(access_report(document())).splitlines()
    assert lines[0] == "### Who can reach what at example.id.cyberark.cloud"
    assert "The directory has 6 people, 4 groups, 2 safes, 2 accounts, 6 permissions." in lines
    changes = lines.index("**Access changes on 2 safes**")
    (production,) = [line for line in lines if line.startswith("- APP-PRD: ")]
    assert "1 more reach it (katherine); 1 fewer reach it (edsger); 1 with other rights (grace)" in production
    (test,) = [line for line in lines if line.startswith("- APP-TST: ")]
    assert "1 more reach it (everybody in contractors, whose members are unknown)" in test
    findings = lines.index("**Findings: 1**, and 0 with an exception")
    assert f"- refuse: {FINDING['policy']}: {FINDING['text']}" in lines
    assert changes < findings < lines.index("**What could not be seen**")
    same = plain(access_report(document(after=BEFORE)))
    assert "**Nobody reaches more or less**" in same


def test_who_is_renamed_neither_gains_nor_loses() -> None:
    text = plain(access_report(document(after=renamed(), renames=RENAMES)))
    assert "**Nobody reaches more or less**" in text
    after = renamed()
    after["container_permissions"].append({"container": "ZAP", "user": "zoe", "rights": {"set": ["manageSafe"]}})
    text = plain(access_report(document(after=after, renames=RENAMES)))
    assert "- ZAP: 1 with other rights (zoe)" in text


def test_two_dates_are_named_and_new_names_are_a_gap() -> None:
    given = document(source="tenant", after=changed(), date_before="2026-11-01T08:00:00Z")
    text = plain(access_report(given))
    assert "What the tenant had, as of 2026-11-30 00:53:20 UTC, compared with 2026-11-01 08:00:00 UTC." in text
    assert "renamed" not in text
    given = document(source="tenant", after=renamed(), date_before="2026-11-01T08:00:00Z")
    assert "- Groups: 1 are gone, and 1 are new. The lists have no ids, so one that was" in plain(access_report(given))
    assert "compared with 2026-11-01" in access_report(given, "html")


def test_markdown_is_never_longer_than_allowed() -> None:
    many = directory(
        users=[f"person{number}" for number in range(200)],
        groups={},
        safes=[f"S{number}" for number in range(200)],
        permissions=[(f"S{number}", "user", f"person{number}", ["useAccounts"], {}) for number in range(200)],
        accounts=[],
    )
    text = access_report(document(directory={**many, "container_permissions": []}, after=many), limit=2000)
    assert len(text) <= 2000
    assert re.search(r"- and \d+ more lines", text)


def test_names_are_no_markup() -> None:
    hostile = directory(
        users=[HOSTILE],
        groups={HOSTILE: ([HOSTILE], [])},
        safes=[HOSTILE],
        permissions=[(HOSTILE, "group", HOSTILE, ["useAccounts"], {})],
        accounts=[(HOSTILE, HOSTILE, HOSTILE)],
    )
    finding = {**FINDING, "policy": HOSTILE, "reason": HOSTILE, "text": HOSTILE}
    facts = {"findings": [finding], "gaps": [HOSTILE]}
    given = document(directory={**hostile, "container_permissions": []}, after=hostile, **facts)
    for report in ("markdown", "html"):
        text = access_report(given, report)
        assert "<img" not in text
        assert text.count("<script") == (2 if report == "html" else 0)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({"users": []}, {}, "not an access document"),
        ([], {}, "not an access document"),
        ({**document(), "format": 2}, {}, "has the format 2"),
        ({**document(), "date": None}, {"report": "html"}, "incomplete"),
        ({**document(), "directory": {"people": []}}, {"report": "html"}, "not a directory"),
        (document(), {"report": "pdf"}, "There are markdown, html"),
        (document(), {"limit": 10}, "at least 2000"),
    ],
)
def test_anything_else_is_refused(given: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        access_report(given, **options)
