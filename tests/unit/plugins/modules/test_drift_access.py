# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who can reach more or less in a tenant than its files say. Several cases follow complaints about drift reports."""

from __future__ import annotations

import copy
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.idops.cyberark_identity.plugins.filter.access_report import access_report
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_access import directory_access
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant

Run = Callable[..., Result]
Object = dict[str, Any]
SCHEMA = json.loads((ROOT / "docs/schemas/access.schema.json").read_text())
FILES: Object = {
    "users": [{"user_name": f"{name}@example.com"} for name in ("ada", "bob")],
    "groups": [
        {"display_name": "db-admins", "users": {"set": ["ada@example.com"]}, "groups": {"set": []}},
        {"display_name": "operators", "users": {"add": ["bob@example.com"]}},
    ],
    "containers": [{"name": "APP-PRD"}],
    "container_permissions": [
        {"container": "APP-PRD", "group": "db-admins", "rights": {"set": ["useAccounts", "listAccounts"]}},
        {"container": "APP-PRD", "group": "operators", "rights": {"set": ["listAccounts"]}},
    ],
    "privileged_data": [],
}


@pytest.fixture
def files(tenant: Tenant, run: Run) -> Object:
    """Return the files, which the tenant follows."""
    users = [{"userName": f"{name}@example.com", "active": True} for name in ("ada", "bob", "mallory", "eve", "zoe")]
    tenant.seed(users=users[:2])
    done = run("scim_directory", **copy.deepcopy(FILES))
    assert not done.failed, done.output
    tenant.seed(users=users[2:])
    return {**FILES, "users": [{"user_name": user["userName"]} for user in users]}


def compared(run: Run, files: Object, folder: Path, **options: Any) -> tuple[Object, Object]:
    """Return what a check says of access, and the document that it writes."""
    path = folder / "access.json"
    given = {"unmanaged": "report", "protected": ["admin-service*"], **options}
    done = run("scim_directory", check=True, **copy.deepcopy(files), access_path=str(path), **given)
    assert not done.failed, done.output
    document = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    assert path.stat().st_mode & 0o777 == 0o600
    told: Object = done["access"]
    return told, document


def test_a_tenant_as_its_files_say_has_no_drift_of_access(run: Run, files: Object, tmp_path: Path) -> None:
    told, _document = compared(run, files, tmp_path)
    assert (told["msg"], told["texts"]) == ("Nobody can reach more or less than the files say.", [])
    assert told["since"] is None


def permission(container: str, rights: list[str], **member: str) -> Object:
    return {"container_permissions": [{"container": container, "rights": {"set": rights}, **member}]}


def group(name: str, **lists: list[str]) -> Object:
    return {"groups": [{"display_name": name, **{option: {"add": names} for option, names in lists.items()}}]}


APP = "APP-PRD with useAccounts, listAccounts"
POWERS = ["useAccounts", "retrieveAccounts", "listAccounts", "manageSafe", "manageSafeMembers"]
# What somebody did in the portal, what the report says of it, and what it says that it cannot know.
CASES: dict[str, tuple[Object, list[str], str]] = {
    "a stray permission": (
        permission("APP-PRD", POWERS, user="mallory@example.com"),
        [
            "mallory@example.com can reach APP-PRD with useAccounts, retrieveAccounts, listAccounts and 2 more rights, "
            "and no file says so"
        ],
        "",
    ),
    "a member of a complete list": (
        group("db-admins", users=["zoe@example.com"]),
        [f"zoe@example.com can reach {APP} through db-admins, and no file says so"],
        "",
    ),
    "a group nested into a complete list": (
        {
            "groups": [
                *group("strays", users=["eve@example.com"])["groups"],
                *group("db-admins", groups=["strays"])["groups"],
            ]
        },
        [f"eve@example.com can reach {APP} through strays in db-admins, and no file says so"],
        "",
    ),
    "a stray group nested where the file has no list": (
        {
            "groups": [
                *group("strays", users=["eve@example.com"])["groups"],
                *group("operators", groups=["strays"])["groups"],
            ]
        },
        ["eve@example.com can reach APP-PRD with listAccounts through strays in operators, and no file says so"],
        "",
    ),
    "a member of a list that only adds": (
        group("operators", users=["mallory@example.com"]),
        [],
        "Not compared, because the list of the file allows more (1): users of 'operators': mallory@example.com.",
    ),
    "a known group nested where the file has no list": (
        group("operators", groups=["db-admins"]),
        [],
        "Not compared, because the list of the file allows more (1): groups of 'operators': db-admins.",
    ),
    "a stray user in a list that only adds": (
        {"users": [{"user_name": "new@example.com", "active": True}], **group("operators", users=["new@example.com"])},
        ["new@example.com can reach APP-PRD with listAccounts through operators, and no file says so"],
        "",
    ),
    "more rights": (
        permission("APP-PRD", ["listAccounts", "manageSafe"], group="operators"),
        ["bob@example.com can reach APP-PRD with manageSafe through operators, and no file says so"],
        "",
    ),
    "a safe that no file has": (  # its creator stays a member
        {"containers": [{"name": "SECRET"}], **permission("SECRET", ["useAccounts"], user="mallory@example.com")},
        [
            "mallory@example.com can reach SECRET with useAccounts, and no file says so",
            "scim-service$@example.com can reach SECRET with useAccounts, retrieveAccounts, listAccounts and "
            "19 more rights, and no file says so",
        ],
        "",
    ),
    "an ended permission": (
        {
            "container_permissions": [
                {
                    "container": "APP-PRD",
                    "user": "mallory@example.com",
                    "rights": {"set": ["useAccounts"]},
                    "membership_expiration": "2020-01-31",
                }
            ]
        },
        [],
        "",
    ),
    "a member taken out": (
        {"groups": [{"display_name": "db-admins", "users": {"remove": ["ada@example.com"]}}]},
        [f"ada@example.com cannot reach {APP}, and the files say so"],
        "",
    ),
    "a disabled user": (
        {"users": [{"user_name": "bob@example.com", "active": False}]},
        [],  # no file says whether bob is active
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_drift_is_told_as_who_reaches_more_or_less(run: Run, files: Object, tmp_path: Path, case: str) -> None:
    change, texts, gap = CASES[case]
    done = run("scim_directory", **copy.deepcopy(change))
    assert not done.failed, done.output
    told, document = compared(run, files, tmp_path)
    assert told["texts"] == texts
    assert told["more"] == sum(" can reach " in text for text in texts)
    assert told["fewer"] == sum(" cannot reach " in text for text in texts)
    gaps = [each for each in document["gaps"] if each.startswith("Not compared")]
    assert gaps == ([gap] if gap else [])
    rows = directory_access(document, report="difference")
    assert {row["user"] for row in rows} == {text.split()[0] for text in texts}
    assert directory_access(document, report="document")["drift"] == document["drift"]


def test_a_report_tells_what_is_new_since_the_previous_one(
    tenant: Tenant, run: Run, files: Object, tmp_path: Path
) -> None:
    """The same drift each night must not hide a new one. One file may be the previous report and the new one."""
    path = str(tmp_path / "access.json")
    told, _first = compared(run, files, tmp_path, previous_access_path=path)
    assert told["since"] == "There is no previous report: all of this may be new."
    run("scim_directory", **permission("APP-PRD", ["useAccounts"], user="mallory@example.com"))
    told, second = compared(run, files, tmp_path, previous_access_path=path)
    assert re.fullmatch(
        r"Changed since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: 2 new, 0 over, 0 as before\. New: "
        r"mallory@example\.com on APP-PRD, container_permission APP-PRD / mallory@example\.com with useAccounts\.",
        told["since"],
    ), told["since"]
    told, third = compared(run, files, tmp_path, previous_access_path=path)
    assert told["since"] == f"Nothing has changed since {second['date'].replace('T', ' ').replace('Z', ' UTC')}."
    assert told["more"] == 1
    run("scim_directory", **group("db-admins", users=["zoe@example.com"]))
    told, _fourth = compared(run, files, tmp_path, previous_access_path=path)
    assert (
        ": 2 new, 0 over, 2 as before. New: zoe@example.com on APP-PRD, update group db-admins (users)."
        in told["since"]
    )
    for name in ("html", "markdown"):
        text = html.unescape(access_report(json.loads(Path(path).read_text()), name))
        assert "zoe@example.com on APP-PRD" in text
        assert "Who can reach more or less than the files say" in text or "2 people or groups can reach more" in text

    refused = {
        "is damaged": "{",
        "this is not an access document": "{}",
        "is not a report of drift": json.dumps({**third, "source": "tenant"}),
        "is a report of https://other.example.com": json.dumps({**third, "tenant": "https://other.example.com"}),
        "a directory has to be a list": json.dumps({**third, "directory": {"users": 1}}),
    }
    for reason, text in refused.items():
        Path(path).write_text(text)
        done = run("scim_directory", check=True, **copy.deepcopy(files), access_path=path, previous_access_path=path)
        assert done["failure"]["code"] == "invalid", done.output
        assert reason in done["msg"], done.output
        assert Path(path).read_text() == text
    lost = run("scim_directory", check=True, **FILES, access_path=path, previous_access_path="/nowhere/access.json")
    assert "is in a folder that does not exist" in lost["msg"]
    alone = run("scim_directory", check=True, **FILES, previous_access_path=path)
    assert "previous_access_path needs access_path" in alone["msg"]
