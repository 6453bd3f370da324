# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of access in a real browser: the access of the rows, real size, questions, keyboard, and no request."""

from __future__ import annotations

import copy
import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.access_report import access_report
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.reach import difference
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.rows import rows_of
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State
from ansible_collections.idops.cyberark_identity.tests.unit.browser import (
    NoBrowserError,
    Open,
    brightness,
    chromium,
    opened_pages,
)

from .access_documents import (
    ALL_USE,
    FINDING,
    HOSTILE,
    NOW,
    RENAMES,
    USE,
    directory,
    document,
    renamed,
)

pytestmark = [
    pytest.mark.long(reason="it starts a browser; the texts of the page are tested without one"),
    # Those of Playwright's own event loop.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]
WIDE, PHONE = {"width": 1100, "height": 800}, {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        with chromium() as started:
            yield started
    except NoBrowserError as error:
        pytest.skip(str(error))


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens the page of a document, or a text."""
    with opened_pages(browser, tmp_path) as call:
        yield lambda page, fragment="", **how: call(
            page if isinstance(page, str) else access_report(page, "html"), fragment=fragment, **how
        )


# -- The same access as Python's rows ---------------------------------------

ROWS_OF_PAGE = """(place) => {
  const here = states[place], name = (user) => data.users[user][0], rows = [];
  for (const permission of here.permissions) {
    const member = permission.isGroup ? `group ${data.groups[permission.member]}` : `user ${name(permission.member)}`;
    for (const user of holdersOf(here, permission)) {
      const { path, others } = wayOf(here, user, permission);
      rows.push([name(user), data.safes[permission.safe], member, path.map((id) => data.groups[id]).join(" > "),
        others.length, permission.expired, rightsIn(permission.rights).join()]);
    }
  }
  return rows;
}"""
CHANGES_OF_PAGE = """() => differences(states[0], states[1]).flatMap(({ safe, gained, lost, other }) =>
  [...gained, ...lost, ...other].map(({ kind, id, before, after }) => [data.safes[safe], kind, nameOf(kind, id),
    rightsIn(after & ~before).join(), rightsIn(before & ~after).join()]))"""


def generated(chance: random.Random) -> dict[str, Any]:
    """Return a directory with nested groups, circles, members that no list has, and names that sort oddly."""
    users = [f"user{number}" for number in range(chance.randrange(1, 9))]
    groups = [f"{'Gg'[number % 2]}roup{chance.randrange(100)}-{number}" for number in range(chance.randrange(1, 9))]

    def some(names: list[str], most: int) -> list[str]:
        return chance.sample(names, chance.randrange(min(most, len(names)) + 1))

    members = [*groups, "elsewhere"]
    holders = [*(("user", name) for name in [*users, "stranger"]), *(("group", name) for name in members)]
    safes = ["A", "B", "C"]
    chosen = chance.sample([(safe, *holder) for safe in safes for holder in holders], min(8, 3 * len(holders)))
    ends = [
        {},
        {},
        {"membership_expiration": "2026-01-31T00:00:00Z"},
        {"membership_expiration": "2027-01-31T00:00:00Z"},
    ]
    return directory(
        users=["alan", *users],
        groups={name: (some(["alan", *users], 3), some(members, 3)) for name in groups},
        safes=safes,
        permissions=[(*each, chance.choice([USE, ALL_USE, ["viewAuditLog"]]), chance.choice(ends)) for each in chosen],
        accounts=[],
    )


def python_rows(state: State) -> list[list[Any]]:
    return [
        [
            row["user"],
            row["container"],
            " ".join(*row["member"].items()),
            " > ".join(row["path"]),
            row["other_paths"],
            row["expired"],
            ",".join(row["rights"]),
        ]
        for row in rows_of(state, NOW)
        if row["user"] is not None
    ]


def python_changes(before: State, after: State) -> list[list[Any]]:
    return [
        [
            row["container"],
            "person" if row["group"] is None else "group",
            row["user"] if row["group"] is None else row["group"],
            ",".join(row["gained"]),
            ",".join(row["lost"]),
        ]
        for row in difference(before, after, NOW)
    ]


def test_the_page_and_the_rows_agree(show: Open) -> None:
    chance = random.Random(20)
    for _round in range(25):
        before, after = generated(chance), generated(chance)
        states = [State.of(before), State.of(after)]
        tab = show(document(directory=before, after=after))
        for place, state in enumerate(states):
            assert sorted(tab.evaluate(ROWS_OF_PAGE, place)) == sorted(python_rows(state)), before
        assert sorted(tab.evaluate(CHANGES_OF_PAGE)) == sorted(python_changes(*states)), (before, after)


# -- Questions of a newcomer ------------------------------------------------


def search(tab: Any, text: str) -> None:
    tab.get_by_role("searchbox", name="Search").fill(text)


def rows(tab: Any) -> list[str]:
    return [" ".join(text.split()) for text in tab.locator("table.who tbody tr").all_inner_texts()]


def test_who_can_use_root_on_web1_and_why(show: Open) -> None:
    tab = show(document(after=None, findings=None, source="tenant"))
    search(tab, "root web1")
    assert tab.locator("#count").text_content() == "1 found"
    tab.get_by_role("link", name="root@web1").click()
    assert tab.locator("h2").text_content() == "account root on web1"
    assert tab.locator(".ask .answer").text_content() == "3 people."
    assert [row.split()[0] for row in rows(tab)] == ["ada", "edsger", "grace"]
    assert (
        "contractors" in tab.locator("main .gap").count() * "contractors" + tab.locator("header .gaps").text_content()
    )
    tab.get_by_role("link", name="Why edsger reaches APP-PRD").click()
    ways = tab.locator("ol.ways > li").all_inner_texts()
    assert ways[0].startswith("edsger is a member of oncall, which is a member of db-admins, which has useAccounts")
    drawn = tab.locator(".drawing svg .node title").all_text_contents()
    assert sorted(drawn) == sorted(
        ["edsger", "oncall", "db-admins", "operators", "connect_only", "listAccounts", "APP-PRD"]
    )
    tab.go_back()
    assert tab.locator("h2").text_content() == "account root on web1"


def test_what_a_plan_would_change(show: Open) -> None:
    tab = show(document())
    assert tab.get_by_role("link", name="people gain or lose").inner_text().split()[:2] == ["+1?", "\N{MINUS SIGN}1"]
    cards = {card.split()[0]: " ".join(card.split()) for card in tab.locator(".cards > li").all_inner_texts()}
    assert "1 more person reaches it, 1 fewer, 1 with other rights" in cards["APP-PRD"]
    assert "+ katherine useAccounts listAccounts through oncall" in cards["APP-PRD"]
    assert "\N{MINUS SIGN} edsger loses useAccounts listAccounts through oncall" in cards["APP-PRD"]
    assert "\N{PLUS-MINUS SIGN} grace gains retrieveAccounts directly" in cards["APP-PRD"]
    assert "+ everybody in contractors (members unknown) useAccounts listAccounts" in cards["APP-TST"]
    tab.get_by_role("link", name="Why edsger reached APP-PRD").click()
    assert tab.get_by_label("before").is_checked()
    assert tab.locator("ol.ways > li").count() == 2
    tab.get_by_label("after the plan").check()
    assert "there is no way" in tab.locator("main .answer").text_content()


def test_a_change_names_the_ways_that_give_the_rights(show: Open) -> None:
    safes = [("APP", "group", "oncall", USE, {}), ("APP", "user", "grace", ["viewAuditLog"], {})]
    now = directory(
        users=["ada", "grace"],
        groups={"oncall": ([], []), "vault": ([], [])},
        safes=["APP"],
        permissions=safes,
        accounts=[],
    )
    then = copy.deepcopy(now)
    then["groups"] = [
        {"display_name": "oncall", "users": {"set": ["ada", "grace"]}, "groups": {"set": []}},
        {"display_name": "vault", "users": {"set": ["ada", "grace"]}, "groups": {"set": []}},
    ]
    wide = [*ALL_USE, "manageSafe", "manageSafeMembers"]
    then["container_permissions"].append({"container": "APP", "group": "vault", "rights": {"set": wide}})
    gained = show(document(directory=now, after=then, findings=None)).locator("li.card").inner_text()
    assert gained.count("through vault") == 2 and "oncall" not in gained  # oncall gives nothing that vault does not
    lost = show(document(directory=then, after=now, findings=None)).locator("li.card").inner_text()
    line = next(line for line in " ".join(lost.split()).split("\N{PLUS-MINUS SIGN}") if line.startswith(" grace"))
    assert "through vault why before?" in line and "directly" not in line


def test_a_new_name_is_no_change_of_access(show: Open) -> None:
    tab = show(document(after=renamed(), renames=RENAMES))
    assert tab.evaluate(CHANGES_OF_PAGE) == []
    assert "grace is now zoe" in tab.locator("header details dl").text_content()
    assert len(show(document(after=renamed())).evaluate(CHANGES_OF_PAGE)) > 2


def test_which_permissions_break_a_rule(show: Open) -> None:
    tab = show(document())
    tab.get_by_role("link", name="1 finding").click()
    assert FINDING["reason"] in tab.locator("main").inner_text()
    tab.get_by_role("link", name="why?").click()
    assert tab.locator("h2").inner_text() == "How charles reaches APP-TST"


def test_a_person_and_a_safe_are_found_together(show: Open) -> None:
    tab = show(document())
    search(tab, "grace app-prd")
    tab.get_by_role("link", name="How grace reaches APP-PRD").click()
    search(tab, "nobody has this name")
    assert tab.locator("#count").text_content() == "0 found"


def test_the_matrix_has_the_rights_of_groups(show: Open) -> None:
    tab = show(document(), "#list=matrix")
    assert tab.locator(".matrix thead th").all_inner_texts() == ["safe", "contractors", "db-admins", "operators"]
    cells = [row.locator("td").all_inner_texts() for row in tab.locator(".matrix tbody tr").all()]
    assert cells == [["", "UL", "L"], ["UL", "", ""]]
    tab.get_by_role("searchbox", name="Only groups named").fill("oper")
    assert tab.locator(".matrix tbody tr").count() == 1


# -- Size -------------------------------------------------------------------


def large() -> dict[str, Any]:
    """Return 20,000 users, 2,000 groups nested ten deep, 5,000 safes, 50,000 permissions and 20,000 accounts."""
    chance = random.Random(1)
    users = [f"person{number:05}@example.com" for number in range(20_000)]
    groups = [f"GROUP-{number:04}" for number in range(2000)]
    holders = [("group", name) for name in groups] + [("user", name) for name in users]
    pairs = {(f"SAFE-{chance.randrange(5000):04}", *chance.choice(holders)) for _each in range(50_100)}
    return directory(
        users=users,
        groups={
            name: (chance.sample(users, 50), groups[number + 200 : number + 201]) for number, name in enumerate(groups)
        },
        safes=[f"SAFE-{number:04}" for number in range(5000)],
        permissions=[(*pair, chance.choice([USE, ALL_USE]), {}) for pair in sorted(pairs)[:50_000]],
        accounts=[(f"SAFE-{number % 5000:04}", f"login{number}", f"host{number % 3000}") for number in range(20_000)],
    )


SEARCHED = """(text) => {
  const field = document.querySelector("[name=find]"), begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - begun;
}"""


def test_a_page_of_real_size_opens_and_searches_without_a_wait(show: Open) -> None:
    page = access_report(document(directory=large(), after=None, findings=[]), "html")
    assert len(page.encode()) < 15_000_000
    tab = show(page, "#list=safes")
    tab.get_by_role("heading", name="5,000 safes").wait_for()
    opened = tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    busy = sorted(
        tab.evaluate(SEARCHED, text) for text in ("p", "person0", "person01234", "login7 host7", "zz yy", "1")
    )
    slow = [
        tab.evaluate(
            "(hash) => { const begun = performance.now(); draw(Object.fromEntries(new URLSearchParams(hash)), false);"
            " document.body.getBoundingClientRect(); return performance.now() - begun; }",
            where,
        )
        for where in ("safe=SAFE-0001", "group=GROUP-1900", "person=person00007@example.com", "list=matrix")
    ]
    print(f"{len(page) / 1e6:.1f} MB, opened in {opened:.0f} ms, searches {busy} ms, views {slow} ms")
    assert opened < 3000
    assert busy[-2] < 100
    assert max(slow) < 1000


# -- Names, keys, screen readers, colours, paper ----------------------------


def test_hostile_names_are_texts(show: Open) -> None:
    hostile = directory(
        users=[HOSTILE],
        groups={HOSTILE: ([HOSTILE], [])},
        safes=[HOSTILE],
        permissions=[(HOSTILE, "group", HOSTILE, [HOSTILE, "useAccounts"], {})],
        accounts=[(HOSTILE, HOSTILE, HOSTILE)],
    )
    empty = {**hostile, "container_permissions": []}
    finding = {**FINDING, "policy": HOSTILE, "reason": HOSTILE, "text": HOSTILE, "subject": {"user": HOSTILE}}
    tab = show(
        document(directory=empty, after=hostile, findings=[finding], gaps=[HOSTILE], tenant=f"https://{HOSTILE}")
    )
    assert HOSTILE in tab.locator(".card").first.inner_text()
    for link in ("person", "safe", "group"):
        tab.evaluate("([kind, name]) => { location.hash = address({ [kind]: name }); }", [link, HOSTILE])
        tab.locator("h2", has_text=link).wait_for()
        assert HOSTILE in tab.locator("h2").text_content()
    tab.evaluate("(name) => { location.hash = address({ person: name, safe: name }); }", HOSTILE)
    tab.locator(".drawing").wait_for()
    for where in ("list=accounts", "list=matrix", "list=findings", "find=evil"):
        tab.evaluate("(hash) => { location.hash = hash; }", where)
        assert tab.locator("img").count() == 0


def test_the_policy_stops_what_somebody_would_put_into_the_page(show: Open) -> None:
    """Here, too, the page must send no request."""
    added = (
        '<style>body{color:red}</style><img src="https://evil.example.com/x.png" onerror="alert(1)"><script>alert(2)'
    )
    text = access_report(document(), "html")
    tab = show(text.replace("<header>", f"<header>{added}</script>"), may_complain=True)
    assert tab.locator("header img").count() == 1
    assert brightness(tab, "color") != 255 / 3
    assert tab.locator(".card").count() > 0


def test_the_page_works_with_the_keyboard_alone(show: Open) -> None:
    tab = show(document())
    tab.get_by_role("searchbox", name="Search").focus()
    tab.keyboard.type("app")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    tab.locator("h2", has_text="account").wait_for()
    assert tab.evaluate("document.activeElement.tagName") == "H2"
    assert tab.get_by_role("searchbox", name="Search").input_value() == ""


VIEWS = (
    "",
    "list=people",
    "list=safes",
    "list=matrix",
    "find=a",
    "account=APP-PRD/root@web1",
    "person=ada",
    "group=db-admins",
    "person=ada&safe=APP-PRD",
    "safe=APP-PRD",
)


@pytest.mark.skipif(
    not importlib.util.find_spec("axe_playwright_python"), reason="axe-playwright-python is not installed"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Open, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for view in VIEWS:
        tab = show(document(), f"#{view}", color_scheme=scheme, bypass_csp=True)
        for violation in Axe().run(tab).response["violations"]:
            found += [(view, violation["id"], node["html"][:160]) for node in violation["nodes"][:2]]
    assert found == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_phone_needs_no_scrolling_to_the_side(show: Open, view: str) -> None:
    tab = show(document(), f"#{view}", viewport=PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_colours_follow_the_system(show: Open) -> None:
    for scheme in ("light", "dark"):
        tab = show(document(), color_scheme=scheme)
        assert (brightness(tab, "backgroundColor") > brightness(tab, "color")) == (scheme == "light")


def test_a_printed_page_is_whole_and_says_what_it_is(show: Open) -> None:
    people = [f"person{number:03}" for number in range(300)]
    many = directory(
        users=people,
        groups={"all": (people, [])},
        safes=["S"],
        permissions=[("S", "group", "all", USE, {})],
        accounts=[],
    )
    del many["privileged_data"]
    tab = show(document(directory=many, after=None, findings=None, source="tenant"), "#safe=S", color_scheme="dark")
    drawn = tab.locator("table.who tbody tr").count()
    assert len(tab.pdf()) > 10_000
    assert tab.locator("table.who tbody tr").count() == 300 > drawn
    tab.emulate_media(media="print")
    assert brightness(tab, "backgroundColor") == 255
    assert not tab.get_by_role("searchbox").is_visible()
    for text in ("2026-11-30", "example.id.cyberark.cloud", "Accounts were not read", "kinds that were read"):
        assert tab.get_by_text(text).first.is_visible(), text


def test_without_scripts_there_are_counts_and_gaps(show: Open) -> None:
    tab = show(document(), java_script_enabled=False)
    assert tab.get_by_text("Scripts do not run here").is_visible()
    assert "contractors" in tab.locator(".gaps").inner_text()
    assert tab.locator("nav").inner_text().split()[:2] == ["6", "people"]
