# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a plan in a real browser: search, filters, ten thousand changes, print, dark, narrow, and no request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_report import directory_report
from ansible_collections.idops.cyberark_identity.tests.unit.browser import (
    NoBrowserError,
    Open,
    brightness,
    chromium,
    opened_pages,
)

pytestmark = [
    pytest.mark.long(reason="it starts a browser; the texts of the page are tested without one"),
    # Those of Playwright's own event loop.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]
KINDS = ("user", "group", "container", "container_permission", "privileged_data")
ACTIONS = ("create", "update", "rename", "deactivate", "delete")
MANY = 10_000
CHUNK = 100  # changes that are drawn at once
FAST = 400  # milliseconds


def change(number: int, **facts: Any) -> dict[str, Any]:
    row = {
        "type": KINDS[number % len(KINDS)],
        "name": f"person{number:05}@example.com",
        "keys": {},
        "id": None,
        "action": ACTIONS[number % 7 % len(ACTIONS)],
        "attributes": {"organization": {"before": "Navy", "after": f"Division {number}"}},
        "needs": [],
    }
    return {**row, **facts}


def plan(changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": 1,
        "tenant": "https://example.id.cyberark.cloud",
        "scope": {"kinds": ["users"], "prune": [], "max_removals": "10", "protected": []},
        "changes": changes,
        "summary": {},
        "unmanaged": [],
        "digest": f"sha256:{'0' * 64}",
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        with chromium() as started:
            yield started
    except NoBrowserError as error:
        pytest.skip(str(error))


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens the page of changes, or a text."""
    with opened_pages(browser, tmp_path) as call:
        yield lambda page, **how: call(page if isinstance(page, str) else directory_report(plan(page), "html"), **how)


def items(tab: Any) -> Any:
    return tab.locator("#list > li")


def search(tab: Any, text: str) -> float:
    """Search, and return how long the page was busy, in milliseconds."""
    busy: float = tab.evaluate(
        """(text) => {
          const field = document.querySelector("[name=search]"), begun = performance.now();
          field.value = text;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          document.body.getBoundingClientRect();
          return performance.now() - begun;
        }""",
        text,
    )
    return busy


def test_ten_thousand_changes_stay_fluent(show: Open) -> None:
    tab = show([change(number) for number in range(MANY)])
    assert items(tab).count() <= 4 * CHUNK, "only what is near is drawn"
    assert tab.locator("#count").text_content() == "10,000 of 10,000"
    assert search(tab, "person07777") < FAST
    assert items(tab).count() == 1
    assert search(tab, "division 42 NAVY user") < FAST
    assert 0 < items(tab).count() < MANY
    assert search(tab, "") < FAST
    for _round in range(3):
        before = items(tab).count()
        tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        items(tab).nth(before).wait_for(state="attached")


def test_search_and_filters_by_kind_and_action(show: Open) -> None:
    tab = show([change(number) for number in range(70)])
    tab.get_by_role("searchbox", name="Search names and values").fill("person0000")
    assert items(tab).count() == 10
    tab.get_by_label("group").uncheck()
    assert items(tab).count() == 8
    tab.get_by_label("create").uncheck()
    kinds = {
        tuple(items(tab).nth(place).locator("b, h2 span").all_text_contents()) for place in range(items(tab).count())
    }
    assert kinds
    assert not [pair for pair in kinds if "create" in pair or "group" in pair]
    assert tab.locator("#count").text_content() == f"{items(tab).count()} of 70"
    tab.get_by_role("button", name="Show all").click()
    tab.locator("#count", has_text="70 of 70").wait_for()
    assert tab.get_by_label("group").is_checked()
    tab.get_by_role("searchbox").fill("nobody has this name")
    assert items(tab).count() == 0


def test_before_and_after_are_side_by_side_and_below_each_other_on_a_phone(show: Open) -> None:
    long = "x" * 300
    changes = [change(0, name=long, attributes={long: {"before": long, "after": long}})]
    wide, narrow = show(changes), show(changes, viewport={"width": 360, "height": 700})
    boxes = [[tab.locator(f"td.{side}").bounding_box() for side in ("before", "after")] for tab in (wide, narrow)]
    assert boxes[0][0]["y"] == boxes[0][1]["y"]
    assert boxes[0][0]["x"] < boxes[0][1]["x"]
    assert boxes[1][0]["y"] < boxes[1][1]["y"]
    for tab in (wide, narrow):
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_long_lists_open_on_demand(show: Open) -> None:
    members = [{"name": f"user{number}@example.com", "id": None} for number in range(1234)]
    tab = show([change(0, attributes={"users": {"add": members, "remove": []}})])
    assert tab.locator("td.after li").count() == 20
    tab.get_by_role("button", name="and 1,214 more").click()
    assert tab.locator("td.after li").count() == 1234


def test_colours_follow_the_system(show: Open) -> None:
    for scheme in ("light", "dark"):
        tab = show([change(0)], color_scheme=scheme)
        assert (brightness(tab, "backgroundColor") > brightness(tab, "color")) == (scheme == "light")


def test_a_printed_page_has_every_change_and_no_controls(show: Open) -> None:
    members = {"add": [{"name": f"user{number}@example.com", "id": None} for number in range(30)], "remove": []}
    tab = show([change(number, attributes={"users": members}) for number in range(5 * CHUNK)], color_scheme="dark")
    drawn = items(tab).count()
    assert len(tab.pdf()) > 10_000
    assert items(tab).count() == 5 * CHUNK > drawn
    assert tab.locator("td.after li").count() == 30 * 5 * CHUNK
    tab.emulate_media(media="print")
    assert not tab.get_by_role("searchbox").is_visible()
    assert not tab.get_by_label("group").is_visible()
    assert brightness(tab, "backgroundColor") == 255


def test_without_scripts_the_changes_are_counted(show: Open) -> None:
    tab = show([change(number) for number in range(7)], java_script_enabled=False)
    assert tab.get_by_text("Scripts do not run here").is_visible()
    assert tab.locator("#unscripted tr").count() == len(KINDS)
    assert not tab.get_by_role("searchbox").is_visible()


HOSTILE = '</script><img src="https://evil.example.com/x.png" onerror="alert(1)"><script>alert(2)</script>'


def test_hostile_names_are_texts(show: Open) -> None:
    tab = show(
        [change(0, name=HOSTILE, attributes={HOSTILE: {"before": HOSTILE, "after": [HOSTILE]}}, needs=[HOSTILE])]
    )
    assert tab.locator("h2 bdi").text_content() == HOSTILE
    assert tab.locator("img").count() == 0


def test_the_policy_stops_what_somebody_would_put_into_the_page(show: Open) -> None:
    """Here, too, the page must send no request."""
    added = (
        '<style>body{color:red}</style><img src="https://evil.example.com/x.png" onerror="alert(1)"><script>alert(2)'
    )
    text = directory_report(plan([change(0)]), "html")
    tab = show(text.replace("<main>", f"<main>{added}</script>"), may_complain=True)
    assert tab.locator("main img").count() == 1
    assert brightness(tab, "color") != 255 / 3
    assert items(tab).count() == 1
