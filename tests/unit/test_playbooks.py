# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbooks for a directory in files from the command line."""

from __future__ import annotations

import html
import json
import re
import stat
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_part import NAMES, directory_part
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_yaml import directory_yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import (
    CONNECTION,
    VAULT_IDENTITY,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.directory_module import (
    DIRECTORY as DIRECTORY_SPEC,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRunner

pytestmark = pytest.mark.long(reason="each of them runs ansible-playbook several times")

DIRECTORY: dict[str, Any] = {
    "users": [
        {
            "user_name": "ada@example.com",
            "display_name": "Ada {{ surname }}",
            "manager": "grace@example.com",
            "password": "{{ initial }}",
        },
        {"user_name": "grace@example.com", "password": "{{ initial }}", "email": "{{ omit }}"},
        {"user_name": "alan@example.com", "password": "{{ initial }}"},
    ],
    "groups": [
        {"display_name": "outer", "groups": {"set": ["inner"]}},
        {"display_name": "inner", "users": {"set": ["ada@example.com"]}},
    ],
    "containers": [{"name": "APP", "description": "Accounts"}],
    "container_permissions": [
        {
            "container": "APP",
            "group": "inner",
            "rights_preset": "read_only",
            "membership_expiration": datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC),  # YAML without quotes
        }
    ],
    "privileged_data": [{"container": "APP", "name": "root", "secret": "{{ initial }}"}],
}


@pytest.fixture
def play(tenant: Tenant, tmp_path: Path) -> PlaybookRunner:
    (tmp_path / "secrets.yml").write_text(yaml.safe_dump({"initial": PASSWORD, "surname": "Lovelace"}))
    return PlaybookRunner.at(tmp_path, tenant.connection)


SECRETS = ("-e", "@secrets.yml")


def test_a_folder_is_applied_and_exported_without_changes(tenant: Tenant, play: PlaybookRunner) -> None:
    """Check mode writes nothing, the first run everything, the second nothing. Applying an export changes nothing."""
    for number, (kind, entries) in enumerate(DIRECTORY.items()):
        play.write(
            f"tenant/{'vault' if number > 1 else 'people'}/{kind}.{'yaml' if number % 2 else 'yml'}", {kind: entries}
        )
    play.write("tenant/nothing.yml", "# only a comment\n")
    play.write("tenant/null.yml", "users:\ngroups: []\n")
    play.write("tenant/.github/workflow.yml", "jobs: {}\n")
    play.write("tenant/notes.txt", "no YAML\n")
    before = tenant.state()
    # A survey sends these values for empty fields.
    survey: dict[str, Any] = {
        "directory_path": "tenant",
        "directory_prune": "",
        "directory_protected": None,
        "directory_max_removals": "",
        "directory_on_error": None,
        "directory_workers": None,
        "directory_kinds": "",
        "directory_hosts": "",
        "directory_slices": "",
        "directory_slice": None,
        "directory_wave": "",
    }
    assert play.good("apply", "--check", "--diff", *SECRETS, **survey).changed == 1
    assert tenant.state() == before
    assert play.good("apply", "--diff", *SECRETS, **survey).changed == 1
    assert tenant.user("ada@example.com")["displayName"] == "Ada Lovelace"
    assert "omit" not in str(tenant.user("grace@example.com"))
    tenant.forget_requests()
    assert play.good("apply", *SECRETS, **survey).changed == 0
    assert tenant.writes() == []

    for target in ("exported", "new/sub/one.YAML"):
        play.good("export", directory_path=target, directory_kinds="")
        folder = play.folder / target
        files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        texts = [path.read_bytes() for path in files]
        assert play.good("export", directory_path=target).changed == 0
        assert [path.read_bytes() for path in files] == texts
        assert play.good("apply", directory_path=target).changed == 0
    assert sorted(path.stem for path in (play.folder / "exported").iterdir()) == sorted(NAMES)
    assert yaml.safe_load((play.folder / "new/sub/one.YAML").read_text())["containers"] == DIRECTORY["containers"]


def test_two_service_users_manage_all_kinds_in_one_run(tenant: Tenant, tmp_path: Path) -> None:
    """With both in the environment, one run manages all kinds. With only that of the vault, it plans only its kinds."""
    second = tenant.reset_with_two_clients()
    both = PlaybookRunner.at(tmp_path, {**tenant.connection, **second})
    both.write("secrets.yml", {"initial": PASSWORD, "surname": "Lovelace"})
    both.write("tenant.yml", DIRECTORY)
    given = {"directory_path": "tenant.yml", "directory_allow_empty_vault": ""}
    own = {name: second[f"vault_{name}"] for name in ("app_id", "client_id", "client_secret")}
    vault = PlaybookRunner.at(tmp_path, {**tenant.connection, **own})
    kinds = {"directory_kinds": "containers,container_permissions,privileged_data"}
    planned = vault.good("apply", "--check", *SECRETS, **given, **kinds)
    assert "counted as there: group 'inner'" in planned.text
    assert "have to be applied first: group 'inner'" in vault("apply", *SECRETS, **given, **kinds).text
    assert both.good("apply", "--check", *SECRETS, **given).changed == 1
    assert both.good("apply", *SECRETS, **given).changed == 1
    both.good("export", directory_path="exported")
    assert both.good("apply", directory_path="exported").changed == 0


def test_vaulted_secrets_are_read(tenant: Tenant, play: PlaybookRunner) -> None:
    """A single value is encrypted, and so is a whole file."""
    play.write("key", "the-key\n")
    made = play.run(["ansible-vault", "encrypt_string", "--vault-password-file", "key", PASSWORD])
    vaulted = made.output[made.output.index("!vault") :].partition("\nEncryption")[0]
    play.write("tenant/a.yml", f"users:\n  - user_name: ada@example.com\n    password: {vaulted}\n")
    play.write("tenant/b.yml", {"privileged_data": [{"container": "APP", "name": "root", "secret": PASSWORD}]})
    play.write("tenant/c.yml", {"containers": [{"name": "APP"}]})
    play.run(["ansible-vault", "encrypt", "--vault-password-file", "key", "tenant/b.yml"])
    refused = play("apply", directory_path="tenant")
    assert refused.status != 0
    assert re.search(r"decrypt|vault secrets", refused.text)
    assert tenant.writes() == []
    play.good("apply", "--vault-password-file", "key", directory_path="tenant")
    login = tenant.control("POST", "check_password", {"userName": "ada@example.com", "password": PASSWORD})
    assert login in (True, {"valid": True}) or True in login.values()


BAD: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "no path": ({}, {"directory_path": ""}, "Set directory_path"),
    "a null for a path": ({}, {"directory_path": None}, "Set directory_path"),
    "a path that leads nowhere": ({}, {"directory_path": "tenants"}, "There is nothing at directory_path"),
    "an empty folder": ({"tenant/notes.txt": ""}, {}, "There is no YAML file in"),
    "an unknown option": (
        {"tenant/a.yml": "users: [{user_name: ada@example.com, colour: red}]"},
        {},
        "user 'ada@example.com' has no option colour",
    ),
    "an unknown kind": ({"tenant/a.yml": "{}"}, {"directory_kinds": "users, folk"}, "directory_kinds names folk"),
    "kinds that are pruned to nothing": (
        {"tenant/a.yml": "users: [{user_name: ada@example.com}]"},
        {"directory_prune": "users, groups"},
        "prune would remove all groups, because the task has no entries for them",
    ),
    "kinds that are pruned and left alone": (
        {"tenant/a.yml": "groups: [{display_name: a}]"},
        {"directory_kinds": "groups", "directory_prune": "users"},
        "directory_prune names users, and directory_kinds only groups",
    ),
    "a wave that is none": ({"tenant/a.yml": "{}"}, {"directory_wave": "x"}, "directory_wave is 1, 2 or 3"),
    "a wave too many": ({"tenant/a.yml": "{}"}, {"directory_wave": 4}, "directory_wave is 1, 2 or 3"),
    "no workers": ({"tenant/a.yml": "users: []"}, {"directory_workers": 0}, "workers has to be from 1 to 32"),
    "a protected name that YAML reads as a boolean": (
        {"tenant/a.yml": "{}"},
        {"directory_protected": ["boss*", False]},
        "directory_protected takes texts, but YAML reads False out of one. Put it into quotes.",
    ),
    "no removals": (
        {"tenant/a.yml": "users: [{user_name: boss@example.com, state: absent}]"},
        {"directory_max_removals": 0},
        "max_removals allows 0",
    ),
    "a slice that prunes": (
        {"tenant/a.yml": "{}"},
        {"directory_slices": 2, "directory_slice": 1, "directory_prune": ["users"]},
        "A slice does not prune",
    ),
    "a slice that is not there": (
        {"tenant/a.yml": "{}"},
        {"directory_slices": 2, "directory_slice": 3},
        "directory_slice is a number from 1 to directory_slices, which is 2",
    ),
    "a slice of no slices": (
        {"tenant/a.yml": "{}"},
        {"directory_slice": 1},
        "directory_slice needs directory_slices, the number of hosts that share the directory",
    ),
    "files without a list": ({"tenant/a.yml": "", "tenant/b.yml": "# later"}, {}, "There is no list in"),
    "slices without a number": ({"tenant/a.yml": "{}"}, {"directory_slices": "2"}, "Set directory_slice for each host"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_invalid_variables_are_explained(
    tenant: Tenant, play: PlaybookRunner, case: tuple[dict[str, str], dict[str, Any], str]
) -> None:
    files, variables, message = case
    tenant.seed_user(userName="boss@example.com")
    (play.folder / "tenant").mkdir()
    for name, text in files.items():
        play.write(name, text)
    tenant.forget_requests()
    played = play("apply", **{"directory_path": "tenant", **variables})
    assert played.status != 0
    assert message in played.text, played.output
    assert tenant.writes() == []


# The format of Ansible's vault: a salt, a digest that no password gives, and the text.
VAULTED = "$ANSIBLE_VAULT;1.1;AES256\n" + b"\n".join((b"00" * 32, b"11" * 32, b"22" * 32)).hex() + "\n"
# The content of a file, and its error. Each holds the password in plain text or needs another one to be read.
WRONG_FILES: dict[str, tuple[str | bytes, str]] = {
    "a list.yml": (f"- password: {PASSWORD}", "is not a map of lists"),
    "a text.yml": (PASSWORD, "is not a map of lists"),
    "tab.yml": (f"users:\n\t- password: {PASSWORD}", "is not YAML that Ansible can read, line 2, column 1: found char"),
    "quote.yml": (f"users:\n- password: '{PASSWORD}", "is not YAML that Ansible can read, line 2, column"),
    "after a quote.yml": (f"users:\n- password: '{PASSWORD}' x", "is not YAML that Ansible can read, line 2, column"),
    "bracket.yml": (
        f"users: [{{password: {PASSWORD}}}",
        "is not YAML that Ansible can read, line 2, column 1: did not find expected ',' or ']'.",
    ),
    "two documents.yml": (
        f"users: []\n---\nusers: [{{password: {PASSWORD}}}]",
        "is not YAML that Ansible can read, line 2",
    ),
    "tag.yml": (f"users:\n- password: !{PASSWORD}", "has an unknown tag, line 2, column 13"),
    "alias.yml": (f"users:\n- password: *{PASSWORD}", "is not YAML that Ansible can read, line 2, column 13: found"),
    "map for a key.yml": (f"users:\n- {{a: 1}}: {PASSWORD}", "is not YAML that Ansible can read"),
    "control.yml": (f"users: '\x07'  # {PASSWORD}", "is not YAML that Ansible can read"),
    "latin.yml": (f"users:\n- display_name: J\xf6rg # {PASSWORD}".encode("latin-1"), "is not UTF-8, line 2."),
    "utf16.yml": (f"users: [{{password: {PASSWORD}}}]".encode("utf-16"), "is not UTF-8, line 1."),
    "other password.yml": (VAULTED, "cannot be decrypted."),
    "header.yml": (f"$ANSIBLE_VAULT;1.1;AES257\n{PASSWORD}", "cannot be decrypted."),
    "other password of a value.yml": (
        "users:\n- password: !vault |\n" + textwrap.indent(VAULTED, "    "),
        "holds a value that cannot be decrypted, line 2, column 13.",
    ),
    "template without quotes.yml": (
        "users:\n- user_name: {{ somebody }}\n",
        'has a template without quotes, line 2, column 14. Quote the template: "{{ ... }}".',
    ),
    "template with more without quotes.yml": (
        "users:\n- user_name: {{ somebody }}@example.com\n",
        "is not YAML that Ansible can read, line 2, column",
    ),
    "lists twice.yml": (
        f"groups: [{{a: {PASSWORD}}}]\nusers: []\ngroups: []",
        "has the key groups twice in one map, line 3, col",
    ),
    "password twice.yml": (
        f"users:\n- password: {PASSWORD}\n  password: {PASSWORD}",
        "has the key password twice in one map, line 3, column 3.",
    ),
    "key.yml": ("user: []\nusers: []\nvars: {}", "holds user, vars. A file holds some of the lists users, groups,"),
    "no list.yml": (
        f"users: {{password: {PASSWORD}}}",
        "has the wrong shape: users has to be a list of maps, line 1, column 8.",
    ),
    "no maps.yml": (
        f"groups: [{PASSWORD}]",
        "has the wrong shape: groups has to be a list of maps, line 1, column 10.",
    ),
    "variable.yml": (
        f"users:\n- user_name: a\n  display_name: '{{{{ nowhere.at.all }}}}'\n  password: {PASSWORD}",
        "refers to something that does not exist: 'nowhere' is undefined, line 3, column 17.",
    ),
    "template.yml": (
        f"users: [{{password: '{{{{ {PASSWORD} | nothing( }}}}'}}]",
        "holds a template that fails, line 1, column 20.",
    ),
    "twice 1.yml": (
        "groups: [{display_name: dup}]\nusers: [{user_name: a@example.com}, {user_name: A@example.com}]",
        "",
    ),
    "twice 2.yml": ("groups: [{display_name: DUP}, {display_name: b}]", ""),
    "leads nowhere.yml": ("", "is a link to a file that does not exist."),
}


def test_all_errors_in_files_are_reported_at_once(tenant: Tenant, play: PlaybookRunner) -> None:
    """All errors are reported at once, with names and places, and without the content of the files."""
    for name, (content, _message) in WRONG_FILES.items():
        play.write(f"tenant/{name}", content)
    (play.folder / "tenant/leads nowhere.yml").unlink()
    (play.folder / "tenant/leads nowhere.yml").symlink_to("nowhere")
    play.write("key", "the-key\n")
    played = play("apply", "--vault-password-file", "key", directory_path="tenant")
    assert played.status == 2
    assert tenant.writes() == []
    folder = play.folder / "tenant"
    expected = [f"{folder}/{name} {message}" for name, (_content, message) in WRONG_FILES.items() if message]
    assert [text for text in expected if text not in played.text] == [], played.output
    one, two = folder / "twice 1.yml", folder / "twice 2.yml"
    assert f"{one}:2: user 'A@example.com' is also at {one}:2. Name each object only once" in played.text
    assert f"{two}:1: group 'DUP' is also at {one}:1. Name each object only once" in played.text


def test_errors_in_entries_name_file_and_line(tenant: Tenant, play: PlaybookRunner) -> None:
    """All errors of all files are reported at once."""
    play.write("tenant/a.yml", "users:\n- user_name: ada@example.com\n  colour: red\n- email: grace@example.com\n")
    play.write("tenant/b.yml", "groups:\n\n- display_name: team\n  users: {add: [team]}\n")
    played = play("apply", directory_path="tenant")
    assert played.status == 2
    folder = play.folder / "tenant"
    for text in (
        f"{folder}/a.yml:2: user 'ada@example.com' has no option colour",
        f"{folder}/a.yml:4: user without a name, with email 'grace@example.com'",
        f"{folder}/b.yml:3: Could not resolve users of group 'team'",
        "There is a group 'team': move the name to groups",
    ):
        assert text in played.text, played.output
    assert tenant.writes() == []


# Files with an error each, and the message of each.
ONE_ERROR_EACH: dict[str, tuple[str, str]] = {
    "a.yml": ("users: [{user_name: in-a@example.com}\n", "{folder}/a.yml is not YAML that Ansible can read, line 2"),
    "b.yml": (
        "users:\n- user_name: b@example.com\n  phone_numbers: {work: 0163210}\n- user_name: ok@example.com\n",
        "{folder}/b.yml has 0163210 at line 3, column 25, which YAML reads as a number. Put it into quotes.",
    ),
    "c.yml": (
        "users:\n- user_name: '{{ nobody }}'\n- user_name: OK@example.com\n",
        "{folder}/c.yml refers to something that does not exist: 'nobody' is undefined, line 2, column 14.",
    ),
    "d.yml": ("people: []\ngroups:\n- display_name: d\n  colour: red\n", "{folder}/d.yml holds people. A file holds"),
    "e.yml": (
        "groups:\n- display_name: e\n  users: {add: [in-a@example.com, b@example.com]}\n",
        "and may be in what could not be read: user 'b@example.com', user 'in-a@example.com'",
    ),
    "f.yml": (
        "groups:\n- display_name: x\n  groups: {add: [y]}\n- display_name: y\n  groups: {add: [x]}\n",
        "{folder}/f.yml:2: a circle of groups, each of which would be a member of itself: {folder}/f.yml:2",
    ),
    "h.yml": (
        "users: \"{{ query('idops.cyberark_identity.directory_csv', (directory_path | realpath) ~ '/../people.csv', "
        "kind='users') }}\"\n",
        "/people.csv: row 2, column active: 'perhaps' is neither yes nor no",
    ),
    "g.yml": (
        "users:\n- {user_name: left@example.com, state: absent}\n",
        "max_removals allows 0 objects to be removed or deactivated, and 1 would be: user 'left@example.com'",
    ),
}


def test_mistakes_of_all_kinds_come_in_one_failure(tenant: Tenant, play: PlaybookRunner) -> None:
    tenant.seed_user(userName="left@example.com")
    tenant.seed_user(userName="stranger@example.com")
    for name, (content, _message) in ONE_ERROR_EACH.items():
        play.write(f"tenant/{name}", content)
    play.write("people.csv", "Login,active\na@example.com,perhaps\n")
    played = play("apply", directory_path="tenant", directory_max_removals="0", directory_prune="users")
    folder = play.folder / "tenant"
    expected = [message.format(folder=folder) for _content, message in ONE_ERROR_EACH.values()]
    expected += [
        f"{folder}/c.yml:3: user 'OK@example.com' is also at {folder}/b.yml:4",
        f"{folder}/d.yml:3: group 'd' has no option colour",
    ]
    assert [text for text in expected if text not in played.text] == [], played.output
    assert "stranger@example.com" not in played.text
    assert tenant.writes() == []


def test_symbolic_links_are_followed(tenant: Tenant, play: PlaybookRunner) -> None:
    """Links to files and folders are followed, each target once, in any case; a loop ends."""
    for number in range(6):
        play.write(f"{'tenant' if number < 2 else 'teams'}/{number}.yml", {"groups": [{"display_name": f"g{number}"}]})
    folder, teams = play.folder / "tenant", play.folder / "teams"
    (folder / "1.yml").rename(folder / "1.YAML")
    (folder / "linked.yml").symlink_to(teams / "2.yml")
    (folder / "again.Yml").symlink_to(teams / "2.yml")
    (teams / "3.yml").rename(teams / ".3.yml")
    (teams / "more").mkdir()
    (teams / "4.yml").rename(teams / "more/4.yml")
    for name in ("a", "b", "c"):
        (folder / name).symlink_to(teams)
        (teams / f"loop-{name}").symlink_to(folder)
    (folder / "device.yml").symlink_to("/dev/null")
    play.good("apply", directory_path="tenant")
    groups = {group["displayName"] for group in tenant.resources("Groups")}
    assert groups >= {"g0", "g1", "g2", "g4", "g5"}
    assert "g3" not in groups


def test_drift_fails_a_run_in_check_mode(tenant: Tenant, play: PlaybookRunner) -> None:
    """The failure names the changes, whatever the objects are called. A run outside check mode ignores the variable."""
    trap = "{{ lookup('pipe', 'touch run') }}"
    tenant.seed(groups=[{"displayName": trap, "members": []}])
    names = [f"user{number:02}@example.com" for number in range(22)]
    users = [{"user_name": name} for name in names]
    play.write("tenant.yml", {"groups": [{"display_name": "a"}], "users": users})
    given = {"directory_path": "tenant.yml", "directory_prune": "groups", "directory_fail_on_drift": "true"}
    given["directory_protected"] = "scim*,*admin*,*role*,every*,system*"
    before = tenant.state()
    found = play("apply", "--check", **given)
    assert found.status != 0
    assert "The tenant is not as the files say. A run would create user user00@example.com, create " in found.text
    assert re.search(r" and change \d more", found.text), found.output
    assert tenant.state() == before
    play.good("apply", "--check", **{**given, "directory_fail_on_drift": ""})
    play.write("tenant.yml", {"groups": [{"display_name": "a"}], "users": users[:3]})
    found = play("apply", "--check", **given)
    assert "delete group {{ lookup(" in found.text, found.output
    assert play.good("apply", **given).changed == 1
    play.good("apply", "--check", **given)
    assert not (play.folder / "run").exists()


def stranger_on_a_safe(tenant: Tenant, play: PlaybookRunner) -> dict[str, Any]:
    """Prepare a tenant that differs from its files by a stranger on a safe and an old group. Return variables."""
    tenant.seed(
        users=[{"userName": f"{name}@example.com", "active": True} for name in ("ada", "mallory")],
        containers=[{"name": "APP"}, {"name": "OTHER"}],
    )
    tenant.seed(
        permissions=[
            {"container": safe, "user": f"{name}@example.com", "rights": ["listAccounts", "manageSafe"]}
            for safe, name in (("APP", "ada"), ("APP", "mallory"), ("OTHER", "mallory"))
        ]
    )
    ada = {"container": "APP", "user": "ada@example.com", "rights": {"set": ["listAccounts", "manageSafe"]}}
    play.write("tenant/vault.yml", {"containers": [{"name": "APP"}, {"name": "OTHER"}]})
    play.write("tenant/rights.yml", {"container_permissions": [ada]})
    play.write("tenant/nothing.yml", "users:\n")
    return {"directory_path": "tenant"}


def test_check_drift_fails_for_a_stranger_on_a_safe(tenant: Tenant, play: PlaybookRunner) -> None:
    """check_drift needs no --check. Kinds without a list in any file are ignored; groups: [] is a list."""
    given = stranger_on_a_safe(tenant, play)
    tenant.forget_requests()
    found = play("check_drift", **given)
    assert found.status == 2
    assert (
        "The tenant is not as the files say. "
        "No file has container_permission APP / mallory@example.com, container_permission OTHER / mallory@example.com."
    ) in found.text, found.output
    assert found.changed == 0
    assert '"unmanaged": 2' in found.text
    play.write("tenant/more.yml", {"groups": [], "containers": [{"name": "NEW"}]})
    tenant.seed(groups=[{"displayName": "{{ lookup('pipe', 'touch run') }}"}])
    found = play("check_drift", directory_protected="mallory*,scim*,*admin*,*role*,every*,system*", **given)
    assert "A run would create container NEW. No file has group {{ lookup('pipe'" in found.text, found.output
    assert not (play.folder / "run").exists()
    assert tenant.writes() == []


def test_check_drift_tells_first_who_reaches_more_or_less(tenant: Tenant, play: PlaybookRunner) -> None:
    """The terminal, the failure, the page and Markdown have it, and also the changes since the last night."""
    trap = "{{ lookup('pipe', 'touch run') }}\u202e"
    given = stranger_on_a_safe(tenant, play)
    reports = {
        "directory_access_path": "access.json",
        "directory_previous_access_path": "access.json",
        "directory_access_report_path": "drift.HTML",
    }
    found = play("check_drift", **given, **reports)
    assert found.status == 2
    first = "1 person or group can reach more than the files say. mallory@example.com can reach APP with listAccounts, "
    assert f"The tenant is not as the files say. {first}manageSafe, and no file says so." in found.text, found.output
    assert "There is no previous report: all of this may be new. No file has container_permission APP /" in found.text
    lines = found.output[found.output.index("  1 person or group can reach more than the files say.") :]
    assert lines.index("! mallory@example.com can reach") < lines.index("Plan: 0 to create")
    page = data_of(play.folder / "drift.HTML")
    assert page["labels"]["changes"] == "Who can reach more or less than the files say"
    assert [len(state["permissions"]) // 4 for state in page["states"]] == [1, 3]
    assert stat.S_IMODE((play.folder / "drift.HTML").stat().st_mode) == 0o600

    tenant.seed(groups=[{"displayName": trap, "members": ["mallory@example.com"]}])
    tenant.seed(permissions=[{"container": "APP", "group": trap, "rights": ["useAccounts"]}])
    found = play("check_drift", **given, **{**reports, "directory_access_report_path": "drift.md"})
    assert re.search(
        r"Changed since [-\d :]+ UTC: 2 new, 1 over, 3 as before\. New: mallory@example\.com on APP,", found.text
    )
    told = [line for line in found.output.splitlines() if re.match("  (! |Changed since)", line)]
    assert told and "\u202e" not in "".join(told)
    assert r"touch run') }}\u202e with useAccounts" in told[-1]
    text = html.unescape(re.sub("</?code>", "", (play.folder / "drift.md").read_text()))
    order = [
        "can reach more than the files say",
        "Changed since",
        "Access differs from the files on 2 safes",
        "No file lists",
    ]
    assert [text.index(each) for each in order[:3]] == sorted(text.index(each) for each in order[:3])
    assert text.index(order[2]) < text.index("What a run would change: 0") < text.index("What no file lists: 3")
    assert not (play.folder / "run").exists()

    failed = play("check_drift", directory_unmanaged="fail", **given, **reports)
    assert "1 person or group can reach more than the files say. Could not plan" in failed.text or (
        "1 person or group can reach more than the files say. " in failed.text and '"code": "drift"' in failed.text
    ), failed.output
    play.good("check_drift", directory_fail_on_drift=False, **given, **reports)
    (play.folder / "access.json").write_text("{")
    refused = play("check_drift", **given, **reports)
    assert "access.json, which is damaged" in refused.text, refused.output
    refused = play("check_drift", directory_access_report_path="drift.md", **given)
    assert "are about the document at directory_access_path. Set that, too." in refused.text
    assert tenant.writes() == []


def test_check_drift_follows_its_options(tenant: Tenant, play: PlaybookRunner) -> None:
    given = stranger_on_a_safe(tenant, play)
    before = tenant.state()
    for quiet in (False, "false"):
        shown = play.good("check_drift", directory_fail_on_drift=quiet, **given)
        assert "APP / mallory@example.com" in shown.text
    for nothing in ("", None):  # a survey sends these for an empty field
        assert play("check_drift", directory_fail_on_drift=nothing, directory_unmanaged=nothing, **given).status == 2
    play.good("check_drift", directory_unmanaged="ignore", **given)
    failed = play("check_drift", directory_unmanaged="fail", **given)
    assert failed.status == 2
    assert '"code": "drift"' in failed.text, failed.output
    refused = play("check_drift", directory_unmanaged="tell", **given)
    assert "value of unmanaged must be one of: ignore, report, fail, got: tell" in refused.text, refused.output
    refused = play("check_drift", directory_slices=2, directory_slice=1, **given)
    assert "A slice or a wave cannot tell what no file has" in refused.text, refused.output
    # The variable works in apply_directory too, where it is off by default.
    play.good("apply", "--check", directory_fail_on_drift=True, **given)
    found = play("apply", "--check", directory_fail_on_drift=True, directory_unmanaged="report", **given)
    assert found.status == 2
    assert "No file has container_permission APP / mallory@example.com," in found.text
    assert play.good("apply", directory_unmanaged="report", **given).changed == 0
    assert tenant.state() == before


def test_check_drift_writes_nothing_whatever_is_set(tenant: Tenant, play: PlaybookRunner) -> None:
    play.write("tenant.yml", {"users": [{"user_name": "ada@example.com"}]})
    before = tenant.state()
    variables = {"ansible_check_mode": False, "directory_fail_on_drift": False, "directory_wave": ""}
    shown = play.good("check_drift", directory_path="tenant.yml", **variables)
    assert shown.changed == 1
    assert tenant.state() == before


def test_the_callback_fails_a_check_in_which_anything_would_change(play: PlaybookRunner) -> None:
    """It fails the run after all tasks, also for a task that notifies a handler. A run without changes succeeds."""
    tasks = [
        {"ansible.builtin.copy": {"content": "{{ text }}", "dest": str(play.folder / "state")}, "notify": "Say so"},
        {"ansible.builtin.debug": {"msg": "the last task"}},
    ]
    handlers = [{"name": "Say so", "ansible.builtin.debug": {"msg": "so"}}]
    site = {"hosts": "localhost", "gather_facts": False, "tasks": tasks, "handlers": handlers}
    play.write("site.yml", [site])
    play.write("state", "old")
    play.environment["ANSIBLE_CALLBACKS_ENABLED"] = "idops.cyberark_identity.drift"
    assert play.run(["ansible-playbook", "site.yml", "--check", "-e", "text=old"]).status == 0
    found = play.run(["ansible-playbook", "site.yml", "--check", "-e", "text=new"])
    assert found.status == 2
    assert "the last task" in found.text
    assert "Drift: tasks report changes on localhost (1)." in found.text
    assert "PLAY RECAP" in found.text
    assert (play.folder / "state").read_text() == "old"


def test_lists_may_be_separated_by_commas(tenant: Tenant, play: PlaybookRunner) -> None:
    for name in ("leaver", "break-glass", "svc-backup", "admin"):
        tenant.seed_user(userName=f"{name}@example.com", active=True)
    play.write("a.yml", {"users": [{"user_name": "ada@example.com"}], "groups": [{"display_name": "a"}]})
    played = play.good(
        "apply",
        directory_path=str(play.folder / "a.yml"),
        directory_kinds="users",
        directory_prune="users,",
        directory_protected="break-*, svc-*\nadmin*",
        directory_max_removals=1,
    )
    assert played.changed == 1
    assert not tenant.user("leaver@example.com")["active"]
    assert "a" not in [group["displayName"] for group in tenant.resources("Groups")]


@pytest.mark.parametrize(
    "name",
    [
        "{{ lookup('pipe', 'touch RUN') }} {# x #} {% if %}",
        # A first line that changes the delimiters of a template.
        "#jinja2:variable_start_string:'[[',variable_end_string:']]'\n[[ lookup('pipe', 'touch RUN') ]]",
    ],
    ids=["marks", "header"],
)
def test_an_export_runs_nothing_when_it_is_read_back(tenant: Tenant, play: PlaybookRunner, name: str) -> None:
    """Texts from the tenant are data, even if they look like templates."""
    name = name.replace("RUN", str(play.folder / "run"))
    tenant.seed_user(userName="eve@example.com", displayName=name)
    play.good("export", directory_path="out", directory_kinds="users,groups")
    applied = play.good("apply", directory_path="out")
    assert not (play.folder / "run").exists()
    assert applied.changed == 0
    assert tenant.user("eve@example.com")["displayName"] == name


def test_exported_yaml_is_readable() -> None:
    data = {"users": [{"user_name": "a", "active": False, "n": 1, "x": "{{ y }}", "set": []}], "groups": []}
    text = directory_yaml(data)
    assert "x: !unsafe '{{ y }}'" in text
    assert yaml.safe_load(text.replace("!unsafe ", "")) == data


@pytest.mark.parametrize("slices", [1, 2, 4])
@pytest.mark.parametrize("wave", [1, 2, 3])
def test_slices_cover_every_entry_once(slices: int, wave: int) -> None:
    """Every entry is in exactly one slice, and its slice does not depend on the other entries."""
    files = [{"users": [{"user_name": f"u{i}@example.com", "manager": "u1@example.com"}]} for i in range(200)]
    files += [{"groups": [{"display_name": "G", "groups": {"set": ["H"]}}, {"id": "7", "state": "absent"}]}]
    files += [{"containers": [{"name": "APP"}], "privileged_data": [{"container": "app", "name": "root"}]}]
    whole = directory_part(files, wave=wave)
    parts = [directory_part(files, slices, number + 1, wave) for number in range(slices)]
    for kind in NAMES:
        together = [entry for part in parts for entry in part[kind] or ()]
        assert sorted(map(str, together)) == sorted(map(str, whole[kind] or ()))
        assert (whole[kind] is None) == (kind == "container_permissions"), "no file has them"
    assert all(len(part["users"]) > 150 / slices for part in parts)
    assert ("manager" in whole["users"][0]) is (wave > 1)
    assert len(whole["groups"]) == wave - 1
    if wave == 3:
        assert next(part for part in parts if part["containers"])["privileged_data"]
        assert whole["users"] == [entry for file in files for entry in file.get("users", ())]


def large() -> dict[str, Any]:
    """Return a directory in which nearly every entry refers to one in another slice."""
    names = [f"user{i:03}@example.com" for i in range(60)]
    users = [
        {"user_name": name, "active": number % 7 > 0, "password": "{{ initial }}", "manager": names[number - 1]}
        for number, name in enumerate(names)
        if number
    ]
    users.append({"user_name": names[0], "password": "{{ initial }}"})
    groups = [
        {
            "display_name": f"group{i}",
            "users": {"set": names[i::8]},
            "groups": {"set": [f"group{i + 1}"] if i < 7 else []},
        }
        for i in range(8)
    ]
    return {
        "users": users,
        "groups": groups,
        "containers": [{"name": f"SAFE{i}"} for i in range(6)],
        "container_permissions": [
            {"container": f"SAFE{i}", "group": f"group{j}", "rights_preset": "read_only"}
            for i in range(6)
            for j in (i, 7)
        ],
        "privileged_data": [{"container": f"SAFE{i}", "name": "root", "secret": "{{ initial }}"} for i in range(6)],
    }


def inventory(slices: int) -> dict[str, Any]:
    hosts = {f"slice-{number}": {"directory_slice": number} for number in range(1, slices + 1)}
    return {"slices": {"hosts": hosts, "vars": {"directory_slices": slices}}}


@pytest.mark.parametrize(
    ("slices", "apart"),
    [(2, False), (4, False), (2, True)],
    ids=["two hosts of a play", "four hosts of a play", "a job for each of two slices"],
)
def test_slices_converge_to_the_same_state_as_one_host(
    tenant: Tenant, play: PlaybookRunner, slices: int, apart: bool
) -> None:
    """Slices create the same objects as one host, and none twice. Afterwards, one host only has to prune."""
    tenant.seed(users=[{"userName": "leaver@example.com", "active": True}])
    play.write("tenant.yml", large())
    play.write("slices.yml", inventory(slices))
    sliced = {"directory_path": "tenant.yml", "directory_hosts": "slices"}
    tenant.forget_requests()
    if apart:
        for wave in (1, 2, 3):
            for number in range(slices, 0, -1):
                only = ("--limit", f"slice-{number}")
                play.good("apply", "-i", "slices.yml", *only, *SECRETS, **sliced, directory_wave=wave)
    else:
        play.good("apply", "-i", "slices.yml", *SECRETS, **sliced)
    made = [write for write in tenant.writes() if write.startswith("POST")]
    assert len(made) == sum(map(len, large().values()))
    again = tenant.state()
    assert play.good("apply", "-i", "slices.yml", *SECRETS, **sliced).changed == 0
    assert tenant.state() == again
    whole = {"directory_path": "tenant.yml", "directory_prune": "users", "directory_protected": ["*service*", "scim*"]}
    closing = play.good("apply", *SECRETS, **whole)
    assert closing.changed == 1
    assert "1 user deactivated" in closing.text
    assert not tenant.user("leaver@example.com")["active"]
    tenant.reset()
    tenant.seed(users=[{"userName": "leaver@example.com", "active": True}])
    play.good("apply", *SECRETS, **whole)
    alone = {user["userName"]: user.get("active") for user in tenant.resources("Users")}
    assert alone == {user["userName"]: user["active"] for user in again["users"]} | {"leaver@example.com": False}


def test_max_removals_is_shared_between_slices(tenant: Tenant, play: PlaybookRunner) -> None:
    names = [f"user{i:03}@example.com" for i in range(40)]
    tenant.seed(users=[{"userName": name, "active": True} for name in names])
    play.write("tenant.yml", {"users": [{"user_name": name, "active": False} for name in names]})
    play.write("slices.yml", inventory(4))
    sliced = {"directory_path": "tenant.yml", "directory_hosts": "slices"}
    tenant.forget_requests()
    refused = play("apply", "-i", "slices.yml", **sliced, directory_max_removals=39)
    assert refused.status != 0
    assert "max_removals allows 9" in refused.text


def test_hosts_that_would_repeat_work_are_refused(tenant: Tenant, play: PlaybookRunner) -> None:
    play.write("tenant.yml", "users: []")
    play.write("two.yml", {"all": {"hosts": {"a": {}, "b": {}}}})
    played = play("apply", "-i", "two.yml", directory_path="tenant.yml", directory_hosts="all")
    assert "Each of these hosts would apply the whole directory" in played.text
    play.write("two.yml", {"all": {"hosts": {"a": {}, "b": {}}, "vars": {"directory_slices": 2, "directory_slice": 1}}})
    played = play("apply", "-i", "two.yml", directory_path="tenant.yml", directory_hosts="all")
    assert "Two hosts have the same directory_slice" in played.text
    tenants = {name: {"cyberark_identity_tenant_url": f"https://{name}.id.cyberark.cloud"} for name in "ab"}
    play.write("two.yml", {"all": {"hosts": tenants}})
    plans = {"directory_path": "tenant.yml", "directory_hosts": "all", "directory_plan_path": "plan.json"}
    played = play("apply", "-i", "two.yml", "--check", **plans)
    assert "Several hosts would write their plan to the same file" in played.text


@pytest.mark.parametrize("target", ["shared", "shared/all.yml"])
def test_an_export_leaves_the_mode_of_a_folder_alone(tenant: Tenant, play: PlaybookRunner, target: str) -> None:
    folder = play.folder / "shared"
    folder.mkdir()
    folder.chmod(0o2775)
    play.good("export", directory_path=target, directory_kinds="groups")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    new = target.replace("shared", "new")
    play.good("export", directory_path=new, directory_kinds="groups")
    assert stat.S_IMODE((play.folder / "new").stat().st_mode) == 0o750


# --- variables


PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
VARIABLES = yaml.safe_load((ROOT / "playbooks/vars/variables.yml").read_text())
KNOWN_VARIABLES = VARIABLES["__directory_known"] + [
    f"cyberark_identity_{name}" for name in VARIABLES["__cyberark_identity_options"]
]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_refuses_unknown_variables_and_takes_the_connection(path: Path) -> None:
    (play,) = yaml.safe_load(path.read_text())
    assert play["vars_files"] == ["vars/variables.yml"]
    assert play["tasks"][0]["ansible.builtin.import_tasks"] == "tasks/refuse_unknown_variables.yml"
    group = {"group/idops.cyberark_identity.scim": "{{ __cyberark_identity_connection }}"}
    assert path.stem == "setup_scim_server" or play["module_defaults"] == group


def test_the_known_variables_are_those_of_the_playbooks() -> None:
    """They are those in the first lines of a playbook, those that any file reads, and all options of the connection."""
    listed, read = set(), set()
    for path in (ROOT / "playbooks").rglob("*.yml"):
        text = path.read_text()
        listed |= set(re.findall(r"^#.* ((?:directory|diagnose|setup_scim_server)_\w+)  ", text, re.MULTILINE))
        read |= set(re.findall(r"(?<![\w./])((?:directory|diagnose|setup_scim_server)_[a-z_]+)\b(?!\()", text))
    # One variable is read by the action plugins: docs/in_process.md.
    assert listed == set(VARIABLES["__directory_known"]) - {"cyberark_identity_in_process"}
    assert read - {"directory_yaml", "directory_files", "directory_part", "setup_scim_server", "directory_"} == listed
    assert VARIABLES["__cyberark_identity_options"] == [*CONNECTION, *VAULT_IDENTITY]


def test_misspelt_variables_are_refused(tenant: Tenant, play: PlaybookRunner) -> None:
    """All are refused at once, from any source, before anything is read. Those of other playbooks are accepted."""
    play.write("tenant.yml", {"users": [{"user_name": "ada@example.com"}]})
    play.write("hosts.yml", {"all": {"hosts": {"here": {"directory_protect": "x"}}, "vars": {"directory_prunes": 1}}})
    play.write("group_vars/all.yml", {"cyberark_identity_clientid": "x", "my_directory_path": "x"})
    tenant.forget_requests()
    given = {"directory_path": "tenant.yml", "directory_hosts": "here", "directory_max_removal": 3, "directory_zzz": 1}
    played = play("apply", "-i", "hosts.yml", **given, CYBERARK_IDENTITY_SCOPE="x")
    for name, meant in {
        "directory_protect": "directory_protected",
        "directory_prunes": "directory_prune",
        "directory_max_removal": "directory_max_removals",
        "cyberark_identity_clientid": "cyberark_identity_client_id",
        "CYBERARK_IDENTITY_SCOPE": "cyberark_identity_scope",
    }.items():
        assert f"There is no variable {name}. Did you mean {meant}?" in played.text, played.output
    assert "There is no variable directory_zzz. There is" in played.text
    assert "Names that begin with directory_, " in played.text
    assert "my_directory_path" not in played.text
    assert played.status == 2
    assert tenant.requests() == []
    assert "Did you mean directory_kinds?" in play("export", directory_path="out", directory_kind="users").text
    siblings = {"directory_path": "out", "directory_prune": "users", "setup_scim_server_hosts": "x"}
    play.good("export", **siblings, directory_kinds="groups")


def test_misspelt_variables_of_the_role_are_refused(tenant: Tenant, play: PlaybookRunner) -> None:
    """Other playbooks check them, too. They ignore variables with another prefix."""
    tenant.forget_requests()
    given = ["-e", "admin_portal_user_name=new@example.com", "-e", "admin_portal_verfy=false"]
    played = play.run(["ansible-playbook", "idops.cyberark_identity.setup_scim_server", *given])
    assert "There is no variable admin_portal_verfy. Did you mean admin_portal_verify?" in played.text, played.output
    own = {"hosts": "localhost", "gather_facts": False, "roles": ["idops.cyberark_identity.admin_portal"]}
    play.write("own.yml", [own])
    played = play.run(["ansible-playbook", "own.yml", *given, "-e", "directory_users=x"])
    assert "There is no variable admin_portal_verfy. Did you mean admin_portal_verify?" in played.text, played.output
    assert "directory_users" not in played.text
    played = play.run(
        ["ansible-playbook", "idops.cyberark_identity.setup_scim_server", "-e", "setup_scim_server_host=x"]
    )
    assert "Did you mean setup_scim_server_hosts?" in played.text
    assert tenant.requests() == []


def test_the_administrator_comes_from_variables(tenant: Tenant, play: PlaybookRunner) -> None:
    """The role's variables override those of the playbooks, which override the environment, each set as a whole."""
    tenant.reset(empty=True)
    for name in [name for name in play.environment if name.startswith("CYBERARK_IDENTITY_")]:
        del play.environment[name]
    set_up = ["ansible-playbook", "-vvv", "idops.cyberark_identity.setup_scim_server", "-e", "@given.json"]
    names = {"admin_portal_user_name": "new@example.com", "admin_portal_verify": False}
    given = {f"cyberark_identity_{name}": value for name, value in tenant.administrator.items() if value is not None}
    play.write("given.json", {**names, **given, "admin_portal_user_password": PASSWORD})
    played = play.run([*set_up, "--check"])
    assert played.status == 0, played.output
    assert tenant.administrator["client_secret"] not in played.output
    own = {f"admin_portal_administrator_{name}": tenant.administrator[name] for name in ("client_id", "client_secret")}
    given |= {f"cyberark_identity_{name}": tenant.connection[name] for name in ("app_id", "client_id", "client_secret")}
    given["cyberark_identity_access_token"] = "nobody's-token"
    play.write("given.json", {**names, **given, **own, "admin_portal_user_password": PASSWORD})
    played = play.run(set_up)
    assert played.status == 0, played.output
    assert "new@example.com" in str(tenant.state()["users"])


# --- hosts that are tenants


def tenants(*connections: dict[str, Any], **variables: Any) -> dict[str, Any]:
    """Return an inventory with a host for each connection, whose folder has the host's name."""
    hosts = {
        f"tenant-{number}": {
            **{f"cyberark_identity_{option}": value for option, value in connection.items() if value is not None},
            "directory_path": f"{{{{ inventory_dir }}}}/tenant-{number}.yml",
        }
        for number, connection in enumerate(connections, 1)
    }
    return {"tenants": {"hosts": hosts, "vars": variables}}


def test_hosts_are_tenants(tenant: Tenant, tls_tenant: Tenant, play: PlaybookRunner) -> None:
    """Each host has its own folder and client. A failed host does not stop the others."""
    for name in [name for name in play.environment if name.startswith("CYBERARK_IDENTITY_")]:
        del play.environment[name]
    secrets = {"first": tenant.info["client_secret"], "second": tls_tenant.info["client_secret"]}
    play.write("secrets.yml", {**secrets, "initial": PASSWORD})
    inventory = tenants(
        {**tenant.connection, "client_secret": "{{ first }}"},
        {**tls_tenant.connection, "client_secret": "{{ second }}"},
    )
    play.write("hosts.yml", inventory)
    for number, name in enumerate(("ada", "grace"), 1):
        play.write(f"tenant-{number}.yml", {"users": [{"user_name": f"{name}@example.com", "password": PASSWORD}]})
    both = ("-i", "hosts.yml", *SECRETS)
    played = play.good("apply", *both, directory_hosts="tenants")
    assert played.changed == 2
    assert all(f'ok: [tenant-{number}] => {{ "msg": "1 user created" }}' in played.text for number in (1, 2))
    assert [tenant.user("ada@example.com"), tls_tenant.user("grace@example.com")]
    assert not any(secret in played.output for secret in secrets.values())
    assert play.good("apply", *both, directory_hosts="tenants").changed == 0

    play.write("tenant-1.yml", "users: [")
    play.write("tenant-2.yml", {"users": [{"user_name": "alan@example.com", "password": PASSWORD}]})
    played = play("apply", *both, directory_hosts="tenants")
    assert played.status == 2
    assert "is not YAML that Ansible can read" in played.text
    assert tls_tenant.user("alan@example.com")

    target = "out-{{ inventory_hostname }}.yml"
    play.good("export", *both, directory_hosts="tenants", directory_path=target, directory_kinds="users")
    assert "alan@example.com" in (play.folder / "out-tenant-2.yml").read_text()
    assert "alan@example.com" not in (play.folder / "out-tenant-1.yml").read_text()
    played = play("export", *both, directory_hosts="tenants", directory_path="out")
    assert "Several hosts have the directory_path" in played.text
    assert not (play.folder / "out").exists()


def test_slices_of_a_tenant_stop_together(tenant: Tenant, play: PlaybookRunner) -> None:
    """Two spellings of an address are one tenant. After one slice has failed, no other slice continues."""
    play.write("tenant.yml", large())
    hosts = inventory(2)
    url = tenant.info["tenant_url"]
    for number, spelled in enumerate((url, f"{url.upper()}/"), 1):
        hosts["slices"]["hosts"][f"slice-{number}"]["cyberark_identity_tenant_url"] = spelled
        for option in ("app_id", "client_id", "client_secret"):
            hosts["slices"]["hosts"][f"slice-{number}"][f"cyberark_identity_{option}"] = tenant.info[option]
    hosts["slices"]["hosts"]["slice-2"]["directory_workers"] = 0
    play.write("slices.yml", hosts)
    played = play("apply", "-i", "slices.yml", *SECRETS, directory_path="tenant.yml", directory_hosts="slices")
    assert played.status == 2
    assert "workers has to be from 1 to 32" in played.text
    assert "slice-2 failed, and has a part of the same directory" in played.text
    assert not [write for write in tenant.writes() if "/Groups" in write]
    hosts["slices"]["vars"] = {}
    play.write("slices.yml", hosts)
    played = play("apply", "-i", "slices.yml", *SECRETS, directory_path="tenant.yml", directory_hosts="slices")
    assert "Each of these hosts would apply the whole directory: slice-1, slice-2." in played.text


@pytest.mark.parametrize(("name", "begins"), [("PLAN.HTML", "<!DOCTYPE html>"), ("summary", "### Plan for ")])
def test_the_ending_of_a_report_is_its_format(play: PlaybookRunner, name: str, begins: str) -> None:
    """A template in a name stays a text, also in the page."""
    play.write("tenant/groups.yml", "groups:\n- display_name: !unsafe '{{ 6 * 7 }}'\n")
    options = {"directory_path": "tenant", "directory_plan_path": "plan.json", "directory_report_path": name}
    assert play.good("apply", "--check", **options).changed == 1
    path = play.folder / name
    assert path.read_text().startswith(begins)
    assert "{{ 6 * 7 }}" in html.unescape(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def data_of(page: Path) -> dict[str, Any]:
    """Return what a page of access draws."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.read_text())
    found: dict[str, Any] = json.loads(text)
    return found


def test_access_is_reported_of_a_tenant_of_files_for_a_plan_and_since_a_day(
    tenant: Tenant, play: PlaybookRunner
) -> None:
    tenant.seed(
        users=[{"userName": "ada@example.com"}, {"userName": "{{ 6 * 7 }}"}],
        groups=[{"displayName": "db-admins", "members": ["ada@example.com"]}],
        containers=[{"name": "APP-PRD"}],
        permissions=[{"container": "APP-PRD", "group": "db-admins", "rights": ["useAccounts"]}],
    )
    play.good("access_report", directory_report_path="tenant.HTML", directory_access_path="access.json")
    page = play.folder / "tenant.HTML"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    found = data_of(page)
    assert "{{ 6 * 7 }}" in [name for name, _full in found["users"]]
    assert (found["safes"], len(found["states"]), found["findings"]) == (["APP-PRD"], 1, None)

    wanted = {"groups": [{"display_name": "db-admins", "users": {"set": ["ada@example.com", "{{ 6 * 7 }}"]}}]}
    play.write("tenant.yml", directory_yaml(wanted))
    play.good("apply", "--check", directory_path="tenant.yml", directory_plan_path="plan.json")
    play.good("access_report", directory_report_path="plan.md", directory_plan_path="plan.json")
    text = html.unescape(re.sub("</?code>", "", (play.folder / "plan.md").read_text()))
    assert "- APP-PRD: 1 more reach it ({{ 6 * 7 }})" in text

    play.good("apply", directory_path="tenant.yml")
    play.good("access_report", directory_report_path="since.html", directory_access_before_path="access.json")
    found = data_of(play.folder / "since.html")
    assert [len(state["people"][0]) for state in found["states"]] == [1, 2]
    assert found["labels"]["changes"] == "What has changed"
    assert re.search("What the tenant had, as of [^<]+, compared with ", (play.folder / "since.html").read_text())

    given = {"directory_policies": "direct_permissions,break_glass", "directory_policy_report_path": "p.json"}
    values = {"break_glass": ["break-*"]}
    play.good("access_report", directory_report_path="p.html", directory_policy_values=values, **given)
    found = data_of(play.folder / "p.html")
    written = json.loads((play.folder / "p.json").read_text())
    assert [each["text"] for each in found["findings"]] == [each["text"] for each in written["findings"]]
    assert (
        "The policy break-glass-is-unchanged was not evaluated: it needs a plan."
        in (play.folder / "p.html").read_text()
    )

    tenant.forget_requests()
    play.good("access_report", directory_report_path="files.html", directory_path="tenant.yml")
    assert "were not read" in (play.folder / "files.html").read_text()
    assert tenant.requests() == []


def test_a_report_that_would_say_nothing_is_refused(play: PlaybookRunner) -> None:
    assert "Set directory_report_path to the file to write" in play("access_report").text
    both = {"directory_plan_path": "plan.json", "directory_access_before_path": "access.json"}
    played = play("access_report", directory_report_path="x.html", directory_path="nowhere", **both)
    assert "There is nothing at directory_path, nowhere. A page has one difference." in played.text
    play.write("wrong.yml", "users:\n- {user_nam: ada@example.com}\n")
    wrong = play("access_report", directory_report_path="x.html", directory_path="wrong.yml")
    assert "has no option user_nam" in wrong.text.partition("fatal: ")[2]  # all that ansible-core 2.16 shows
    assert not (play.folder / "x.html").exists()


def test_files_that_cannot_be_read_are_named_before_the_tenant_is_read(tenant: Tenant, play: PlaybookRunner) -> None:
    tenant.forget_requests()
    missing = play("access_report", directory_report_path="x.html", directory_access_before_path="before.json")
    named = f"{play.folder}/before.json, which directory_access_before_path names, does not exist. Correct the path"
    assert named in missing.text
    play.write("plan.json", '{"changes": [}')
    damaged = play("check_directory", directory_policies="safe_owners", directory_plan_path="plan.json")
    assert (
        "plan.json, which directory_plan_path names, is not JSON: Expecting value: line 1, column 14." in damaged.text
    )
    assert tenant.requests() == []


def test_every_boolean_is_listed() -> None:
    booleans = {f"cyberark_identity_{name}" for name, spec in CONNECTION.items() if spec["type"] == "bool"}
    booleans |= {f"directory_{name}" for name, spec in DIRECTORY_SPEC.items() if spec["type"] == "bool"}
    own = {"cyberark_identity_in_process", "directory_fail_on_drift"}
    assert set(VARIABLES["__directory_booleans"]) == (booleans & set(KNOWN_VARIABLES)) | own


def test_what_is_no_boolean_is_refused(tenant: Tenant, play: PlaybookRunner) -> None:
    """The filter bool reads every unknown word as false, and also y and t."""
    play.write("tenant.yml", {"users": [{"user_name": "ada@example.com"}]})
    tenant.forget_requests()
    wrong = {
        "directory_fail_on_drift": "flase",
        "directory_allow_empty_vault": "y",
        "directory_prune_to_nothing": 2,
        "cyberark_identity_in_process": "tru",
        "cyberark_identity_validate_certs": ["true"],
    }
    played = play("check_drift", directory_path="tenant.yml", **wrong)
    assert played.status == 2
    for name, value in wrong.items():
        assert f"{name} is {value}" in played.text, played.output
    given = {"admin_portal_user_name": "new@example.com", "admin_portal_rotate_secret": "t"}
    role = play("setup_scim_server", **given, admin_portal_verify="N")
    assert role.status == 2
    for text in ("admin_portal_rotate_secret is t", "admin_portal_verify is N", "Write true or false"):
        assert text in role.text, role.output
    assert tenant.requests() == []
    for value in ("", None, "No", "OFF", 0):
        play.good(
            "check_drift", directory_path="tenant.yml", directory_fail_on_drift=False, directory_prune_to_nothing=value
        )


def test_the_switch_of_the_process_is_a_boolean(play: PlaybookRunner) -> None:
    task = {"idops.cyberark_identity.scim_server_info": {}, "vars": {"cyberark_identity_in_process": "{{ switch }}"}}
    play.write("own.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    assert play.run(["ansible-playbook", "own.yml", "-e", "switch="]).status == 0
    refused = play.run(["ansible-playbook", "own.yml", "-e", "switch=flase"])
    assert "cyberark_identity_in_process is 'flase'. Write true or false." in refused.text, refused.output
