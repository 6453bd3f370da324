# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSV files read by Ansible: reading, refusals, and a report of safe members of realistic size."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import Reading, entries_of_csv
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PlaybookRunner

Run = Callable[..., Result]

# The name of a file, its content, the arguments of the lookup, and the result.
FILES: dict[str, tuple[bytes, str, str]] = {
    "bom.csv": (
        b"\xef\xbb\xbfLogin,Vorname\r\nada,Ada\r\n",
        "columns={'Vorname': 'given_name'}",
        '"given_name": "Ada"',
    ),
    "latin.csv": (
        "Login;Display name\nj;Jürgen\n".encode("cp1252"),
        "",
        "latin.csv: line 2 is not utf-8. Save the file",
    ),
    "cp1252.csv": ("Login;Display name\nj;Jürgen\n".encode("cp1252"), "encoding='cp1252'", '"Jürgen"'),
    "little.csv": (
        "Login\nj\n".encode("utf-16"),
        "",
        "little.csv: the file is UTF-16. Give encoding=utf-16",
    ),
    "big.csv": (b"\xfe\xff" + "Login\nj\n".encode("utf-16-be"), "", "big.csv: the file is UTF-16"),
    "utf16.csv": ("Login\nü\n".encode("utf-16"), "encoding='utf-16'", '"user_name": "ü"'),
    "odd.csv": (b"Login\nj\n", "encoding='klingon'", "odd.csv: there is no encoding 'klingon'"),
    "template.csv": (b"Login,Display name\nj,\"{{ lookup('pipe', 'id') }}\"\n", "", "{{ lookup('pipe', 'id') }}"),
    "wrong.csv": (b"Login,Colour\nj,red\n", "", "wrong.csv: the column Colour is unknown"),
    "rows.csv": (b'Login,Display name\n\nj,"J"\n', "", '"position": "rows.csv, row 3"'),
    "blank.csv": (
        b"Login,Works here,Department\na,yes,x\nj,,\n",
        "columns={'Works here': 'active', 'Department': 'organization'}, required=['active', 'organization']",
        "blank.csv: row 3: column Works here is empty, column Department is empty",
    ),
    "required.csv": (
        b"Login,Department\na,x\n",
        "columns={'Department': 'organization'}, required=['Department']",
        "required.csv: required names Department, but no column holds that. required takes options",
    ),
    "secret.csv": (b"Login,password,active\nj,Jj1-secret,perhaps\n", "", "row 2, column active: 'perhaps' is neither"),
}
MISSING = "missing.csv: the file does not exist"


def test_files_are_read_through_ansible(tmp_path: Path) -> None:
    play = PlaybookRunner.at(tmp_path, {})
    tasks: list[dict[str, Any]] = []
    for name, (content, arguments, _said) in {**FILES, "missing.csv": (b"", "", MISSING)}.items():
        if name != "missing.csv":
            play.write(name, content)
        given = f"kind='users'{', ' if arguments else ''}{arguments}"
        read = f"{{{{ query('idops.cyberark_identity.directory_csv', '{name}', {given}) }}}}"
        tasks.append({"debug": {"msg": read}, "ignore_errors": True})
    several = "{{ query('idops.cyberark_identity.directory_csv', 'secret.csv', 'missing.csv', kind='users') }}"
    tasks.append({"debug": {"msg": several}, "ignore_errors": True})
    play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    played = play.run(["ansible-playbook", "play.yml"])
    for said in (*(said for _content, _arguments, said in FILES.values()), MISSING):
        assert said in played.text.replace("\\'", "'").replace('\\"', '"'), said
    assert f"deprovisioned; {MISSING}" in played.text
    assert "uid=" not in played.text
    assert "Jj1-secret" not in played.text


DIRECTORY = "corp.example.com"
PEOPLE = [f"p{number}@example.com" for number in range(60)]
GROUPS = ["r", *(f"g{number}" for number in range(20))]
VAULT_USERS = ["Administrator", "PVWAGWUser"]
OUTSIDERS = [f"AD-Team {number}" for number in range(20)]
# Name, type and directory of each member. Half of the groups belong to another directory, which SCIM does not list.
MEMBERS = [
    *((name, "User", "") for name in PEOPLE[:30]),
    *((name, "User", "Vault") for name in VAULT_USERS),
    *((name, "Group", "") for name in GROUPS[1:]),
    ("r", "Role", ""),
    *((name, "Group", DIRECTORY) for name in OUTSIDERS),
]


def report(safes: int, members: int) -> str:
    """Return a report of safe members in the format of the vault vendor's script."""
    chance = random.Random(7)
    header = ["UserName", "Source", "SearchIn", "memberType", "safeName", "Description", "numberOfDaysRetention"]
    pairs = [(number, chance.choice(MEMBERS)) for number in range(safes)]
    while len(pairs) < members:
        pairs = [*dict.fromkeys([*pairs, (chance.randrange(safes), chance.choice(MEMBERS))])]
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow([*header, "membershipExpirationDate", *sorted(RIGHTS)])
    for safe, (name, kind, place) in pairs:
        share = chance.choice([0, 0.1, 0.5, 1])
        rights = [chance.random() < share and right != RIGHTS[-1] for right in sorted(RIGHTS)]
        ends = chance.choice(["", "", "1893456000"])
        rows.writerow([name, "CyberArk", place, kind, f"SAFE-{safe}", f"Safe, of {safe}", "7", ends, *map(str, rights)])
    return text.getvalue()


def test_a_report_of_safe_members_applies_once_and_survives_an_export(tenant: Tenant, run: Run) -> None:
    tenant.switch(rights_required=False)
    text = report(safes=170, members=500)
    tenant.seed(
        users=[{"schemas": [CORE_USER], "userName": name} for name in PEOPLE],
        groups=[{"displayName": name} for name in GROUPS],
        vault_users=[{"userName": name} for name in VAULT_USERS],
        other_directories=[{"directory": DIRECTORY, "group": name} for name in OUTSIDERS],
    )
    about_members = ["UserName", "Source", "SearchIn", "memberType", "membershipExpirationDate", *RIGHTS]
    wanted = {
        "containers": entries_of_csv(text, Reading("containers", ignore=about_members)),
        "container_permissions": entries_of_csv(
            text,
            Reading("container_permissions", ignore=["Source", "Description", "numberOfDaysRetention"]),
        ),
    }
    assert [len(entries) for entries in wanted.values()] == [170, 500]
    assert any(entry.get("rights") == {"set": []} for entry in wanted["container_permissions"])
    assert sum(entry.get("search_in") == DIRECTORY for entry in wanted["container_permissions"]) > 100
    first, second = run("scim_directory", **wanted), run("scim_directory", **wanted)
    assert first["summary"] == {"containers": {"create": 170}, "container_permissions": {"create": 500}}, first["msg"]
    assert second["changed"] is False
    exported = run("scim_directory_info", include=list(wanted))["directory"]
    assert len(exported["container_permissions"]) == 500 + 170  # and the creator of each safe
    assert run("scim_directory", **exported)["changed"] is False
