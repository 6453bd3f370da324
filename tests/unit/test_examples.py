# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code block of the documents and every EXAMPLES section runs unchanged.

test_awx.py runs those of docs/awx.md, test_scim_pam.py those of the inventory plugin.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, ROOT, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRunner

# --- documents


@dataclass(frozen=True)
class Guide:
    """The preconditions of a document. The commands get no other information about them."""

    clone: bool = False  # the commands run in a clone of the repository
    connected: bool = True  # the connection is in the environment
    administrator: bool = False  # the connection is that of the administrator of a tenant in which nothing is set up
    stands_for: dict[str, str] = field(default_factory=dict)  # placeholders for values of the reader
    token: bool = False  # a token is in the environment
    vault: bool = False  # the client has the right on the vault and no other
    seed: dict[str, Any] = field(default_factory=dict)  # objects of the tenant
    tls: bool = False  # the tenant has a certificate of a private authority
    second: bool = False  # there is a second tenant; its keys in stands_for and typed begin with second_
    left: Callable[[Tenant], bool] = lambda tenant: True  # check of the tenant afterwards
    typed: tuple[str, ...] = ()  # answers to prompts: a key of the emulator's line, or a text


def login(name: str) -> str:
    return f"{name}@example.com"


def members(tenant: Tenant, group: str) -> list[str]:
    """Return the login names of the users of a group."""
    (found,) = [each for each in tenant.resources("Groups") if each["displayName"] == group]
    return sorted(member["display"] for member in found.get("members", ()))


def leaver_is_gone(tenant: Tenant) -> bool:
    """Return whether the joiner, the mover and the leaver of docs/joiners_leavers.md are where they should be."""
    left = [each["id"] for each in tenant.resources("ContainerPermissions")]
    teams = {name: members(tenant, name) for name in ("finance", "operations")}
    users = {each["userName"] for each in tenant.resources("Users")}
    return (
        teams == {"finance": [login("ada")], "operations": [login("grace")]}
        and login("charles") not in users
        and left == [f"LEDGER:{login('grace')}"]
    )


TEAM = {"groups": [{"displayName": "app-team"}]}
STAFF = {
    "users": [{"userName": login(name)} for name in ("grace", "charles", "break-glass-1")],
    "groups": [{"displayName": "finance", "members": [login("grace"), login("charles")]}],
    "containers": [{"name": "LEDGER"}],
    "permissions": [{"container": "LEDGER", "user": login(name)} for name in ("grace", "charles")],
}
SHOP = {"username": "root", "address": "web1.example.com", "platformId": "UnixSSH"}
SHOPS = {
    "containers": [{"name": "WEBSHOP-PRD"}],
    "accounts": [{"container": "WEBSHOP-PRD", "name": "root@web1", "type": "password", "properties": SHOP}],
}
REACHABLE = {
    "users": [{"userName": login(name)} for name in ("ada", "bob")],
    "groups": [{"displayName": "db-admins", "members": [login("ada")]}],
    "containers": [{"name": "APP-PRD"}],
    "accounts": [{"container": "APP-PRD", "name": "root@web1", "type": "password"}],
    "permissions": [{"container": "APP-PRD", "group": "db-admins", "rights": ["useAccounts", "listAccounts"]}],
}
EXAMPLE_TENANT = {"https://example.id.cyberark.cloud": "tenant_url"}
GUIDES = {
    "README.md": Guide(
        connected=False,
        administrator=True,
        stands_for={**EXAMPLE_TENANT, "automation@example.com": "admin_client_id"},
        typed=("admin_client_secret", "Service-pass-1", "Service-pass-1", PASSWORD),
    ),
    "docs/access.md": Guide(seed=REACHABLE),
    "docs/addresses.md": Guide(),
    "docs/authentication.md": Guide(
        stands_for={
            "https://staging.id.cyberark.cloud": "tenant_url",
            "scim-staging": "app_id",
            "scim-service@staging.example.com": "client_id",
        },
        typed=(PASSWORD, "client_secret", "Vault-pass-1"),
    ),
    "docs/access_page.md": Guide(),
    "docs/bulk.md": Guide(typed=(PASSWORD,)),
    "docs/csv.md": Guide(seed=TEAM, typed=(PASSWORD,)),
    "docs/doctor.md": Guide(stands_for={"automation@example.com": "admin_client_id"}, typed=("admin_client_secret",)),
    "docs/drift.md": Guide(typed=(PASSWORD,)),
    "docs/emulator.md": Guide(clone=True, connected=False, typed=(PASSWORD,)),
    "docs/errors.md": Guide(),
    "docs/facts.md": Guide(),
    "docs/getting_started.md": Guide(clone=True, connected=False, typed=(PASSWORD,)),
    "docs/in_process.md": Guide(typed=(PASSWORD,), left=lambda tenant: len(tenant.users(login("user19"))) == 1),
    "docs/inventory.md": Guide(seed=SHOPS),
    "docs/interoperability.md": Guide(
        connected=False, stands_for={"https://directory.example.com": "tenant_url"}, token=True
    ),
    "docs/joiners_leavers.md": Guide(seed=STAFF, typed=(PASSWORD,), left=leaver_is_gone),
    "docs/journal.md": Guide(typed=(PASSWORD,), left=lambda tenant: members(tenant, "db-admins") == [login("ada")]),
    "docs/lists.md": Guide(typed=(PASSWORD,)),
    "docs/migrating.md": Guide(typed=(PASSWORD,)),
    "docs/onboarding.md": Guide(
        seed={"users": [{"userName": login("ada")}]},
        typed=(PASSWORD,),
        left=lambda tenant: len(tenant.resources("Containers")) == 1 and not tenant.resources("PrivilegedData"),
    ),
    "docs/policies.md": Guide(
        seed={
            "users": [{"userName": login(name)} for name in ("ada", "grace")],
            "groups": [
                {"displayName": "APP Owners", "members": [login("ada"), login("grace")]},
                {"displayName": "APP Users", "members": [login("grace")]},
            ],
            "containers": [{"name": "APP-PRD"}],
        },
        left=lambda tenant: tenant.writes() == [],
    ),
    "docs/pam_objects.md": Guide(vault=True, seed=TEAM, typed=(PASSWORD,)),
    "docs/review.md": Guide(typed=(PASSWORD,)),
    "docs/troubleshooting.md": Guide(tls=True, stands_for={"company-ca.pem": "ca_path"}),
    "docs/two_tenants.md": Guide(
        connected=False,
        second=True,
        stands_for={
            **EXAMPLE_TENANT,
            "scim-service@example.com": "client_id",
            "https://staging.id.cyberark.cloud": "second_tenant_url",
            "scim-service@staging.example.com": "second_client_id",
            "login_suffix: staging.example.com": "login_suffix: example.com",
        },
        typed=("second_client_secret", PASSWORD, "client_secret", PASSWORD),
        left=lambda tenant: members(tenant, "on-call") == members(tenant, "db-admins") == [login("ada")],
    ),
    "docs/undo.md": Guide(typed=(PASSWORD,), left=lambda tenant: not tenant.users(login("ada"))),
    "roles/admin_portal/README.md": Guide(administrator=True),
    "tools/docs/index.md": Guide(typed=(PASSWORD,)),
}
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/*.md", "roles/*/*.md", "tools/docs/*.md")
    for path in ROOT.glob(pattern)
)


def blocks(document: str) -> list[tuple[str, str]]:
    """Return the language and the text of each block."""
    text = (ROOT / document).read_text()
    found = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [(language, re.sub(f"^{indent}", "", block, flags=re.MULTILINE)) for indent, language, block in found]


def test_no_document_is_forgotten() -> None:
    run = {document for document in DOCUMENTS if {"console", "yaml", "python"} & set(dict(blocks(document)))}
    assert run == {*GUIDES, "docs/awx.md"}
    # A block marked sh needs more than a tenant, such as a registry; a block marked text is not typed.
    languages = {language for document in DOCUMENTS for language, _text in blocks(document)}
    assert languages <= {"console", "make", "yaml", "python", "sh", "text"}


class AnyTag(yaml.SafeLoader):
    """Reads texts with a tag of Ansible's own, such as !vault."""


AnyTag.add_multi_constructor("!", lambda loader, tag, node: loader.construct_scalar(node))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_yaml_blocks_can_be_read(document: str) -> None:
    """The quick run has this; the whole one runs each block."""
    for language, block in blocks(document):
        if language == "yaml":
            list(yaml.load_all(block, AnyTag))


@pytest.mark.long(reason="each guide runs ansible-playbook several times")
@pytest.mark.parametrize("document", GUIDES)
def test_every_block_of_a_guide_runs(tenant: Tenant, tls_tenant: Tenant, tmp_path: Path, document: str) -> None:
    """YAML and Python blocks are the file in their first line; the commands run in order, in one shell."""
    guide = GUIDES[document]
    second = {f"second_{key}": value for key, value in tls_tenant.info.items()} if guide.second else {}
    tenant = tls_tenant if guide.tls else tenant
    info = {**tenant.info, **second}
    tenant.reset(empty=guide.administrator)
    # A vault that shows nothing may be a hidden one.
    tenant.seed(**{"containers": [{"name": "SEEN"}], **guide.seed})
    if guide.vault:
        tenant.switch(granted_rights=["VaultManagement"])
    who = tenant.administrator if guide.administrator else tenant.connection
    play = PlaybookRunner.at(tmp_path, who if guide.connected else {})
    if guide.token:
        play.environment["DIRECTORY_TOKEN"] = tenant.token
    if guide.second:
        play.environment["REQUESTS_CA_BUNDLE"] = str(info["second_ca_path"])
    if guide.clone:
        for path in ROOT.iterdir():
            (tmp_path / path.name).symlink_to(path)
    script = ["set -eu"]
    for language, block in blocks(document):
        for text, key in guide.stands_for.items():
            block = block.replace(text, info.get(key, key))
        if language in ("yaml", "python", "make"):
            name = re.match(r"# (\S+)\n", block)
            assert name, block
            script.append(f"mkdir -p \"$(dirname {name[1]})\"; cat > {name[1]} <<'---END---'\n{block}---END---")
        elif language == "console":
            script.append(block)
    typed = "".join(f"{info.get(text, text)}\n" for text in guide.typed)
    done = play.run(["bash", "-c", "\n".join(script)], typed)
    assert done.status == 0, done.output
    assert guide.left(tenant)
    # In check mode, objects of earlier tasks do not exist, and values that the server decides are unknown.
    warnings = re.findall(r"^\[WARNING\]: .*", done.output, re.MULTILINE)
    known = r".* yet; the run fails unless an earlier task creates it|\[WARNING\]: Check mode cannot know .*"
    assert all(re.fullmatch(known, warning) for warning in warnings), warnings


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_cannot_run_here_are_valid(document: str) -> None:
    """A block that cannot run here still holds valid commands, and existing targets of make."""
    makefiles = [(ROOT / "Makefile").read_text(), *(block for kind, block in blocks(document) if kind == "make")]
    targets = re.findall(r"^([a-z.-]+):", "\n".join(makefiles), re.MULTILINE)
    cores = re.findall(r"[0-9.]+", re.findall(r"^CORES := (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)[0])
    for language, block in blocks(document):
        if language == "sh":
            subprocess.run(["bash", "-nc", block], check=True)
    named = set(re.findall(r"`make ([a-z0-9.-]+)|^make ([a-z0-9.-]+)", (ROOT / document).read_text(), re.MULTILINE))
    assert {"".join(name).removesuffix(".") for name in named} <= {*targets, *(f"integration-{core}" for core in cores)}


@pytest.mark.long(reason="it starts the emulator in every way")
def test_the_emulator_starts_in_every_way_of_its_guide(tmp_path: Path) -> None:
    ways = next(block for language, block in blocks("docs/emulator.md") if block.startswith("make emulator"))
    for name in (path.name for path in ROOT.iterdir() if path.name != "build"):
        (tmp_path / name).symlink_to(ROOT / name)
    for way in ways.splitlines():
        command = shlex.split(way, comments=True)
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, process_group=0) as process:
            assert process.stdout
            line = process.stdout.readline()
            if command[0] == "make" or "--export" in command:
                assert line.startswith("export CYBERARK_IDENTITY_TENANT_URL=http://")
            else:
                info = json.loads(line)
                assert info["tenant_url"].startswith("https" if "--tls" in command else "http:")
                assert bool(info["client_id"]) == ("--empty" not in command)
            process.terminate()


# --- EXAMPLES


def person(name: str) -> dict[str, Any]:
    return {"schemas": [CORE_USER], "userName": f"{name}@example.com"}


GROUP = {"displayName": "db-admins", "members": ["ada@example.com"]}
SERVICE_USER = {"users": [person("scim-service")]}
PEOPLE = {"users": [person("ada"), person("charles"), person("grace"), person("katherine")], "groups": [GROUP]}
VAULT = {
    **PEOPLE,
    "containers": [{"name": "APP-PRD"}],
    "accounts": [{"container": "APP-PRD", "name": "root@web1", "type": "password"}],
}


@dataclass(frozen=True)
class Example:
    """The objects of the tenant before the example, and the number of tasks that change something."""

    changes: int
    seed: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


DIRECTORY = {"users": [{"user_name": f"{name}@example.com"} for name in ("ada", "grace", "admin-service$")]}
OWN_POLICY = {
    "name": "users-are-people",
    "reason": "A user has a mail address as its name.",
    "each": "user",
    "must": {"user": {"like": "*@*"}},
    "severity": "warn",
}
REACHED = {
    "users": [{"user_name": "ada@example.com"}],
    "groups": [{"display_name": "db-admins", "users": {"set": ["ada@example.com"]}}],
    "containers": [{"name": "APP-PRD"}],
    "container_permissions": [{"container": "APP-PRD", "group": "db-admins", "rights_preset": "connect_only"}],
    "privileged_data": [{"container": "APP-PRD", "name": "root@web1"}],
}
EXAMPLES = {
    "identity_oauth2_app": Example(3, {"groups": [{"displayName": "SCIM client"}]}),
    "identity_role": Example(3, SERVICE_USER),
    "identity_user": Example(3),
    **{
        name: Example(0, {}, {"directory": REACHED})
        for name in ("directory_access", "access_of", "reaches", "scim_can")
    },
    "access_report": Example(1, REACHABLE),
    "scim_access_info": Example(0, REACHABLE),
    "scim_directory": Example(
        3,
        {"users": [person("charles")]},
        {
            "directory_users": DIRECTORY["users"],
            "directory_groups": [{"display_name": "db-admins"}],
            "directory_permissions": [],
        },
    ),
    "scim_directory_info": Example(1, VAULT),
    "scim_doctor": Example(1, VAULT),
    "scim_group": Example(7, {"users": PEOPLE["users"]}),
    "scim_group_info": Example(0, PEOPLE),
    "scim_pam_object": Example(6, PEOPLE),
    "scim_pam_object_info": Example(0, VAULT),
    "scim_probe": Example(1, VAULT),
    "scim_server_info": Example(0),
    "scim_token": Example(2, {"groups": [{"displayName": "db-admins"}]}),
    "scim_user": Example(7, {"users": [person("charles")]}),
    "scim_user_info": Example(0, PEOPLE),
    "directory_csv": Example(1),
    "json_file": Example(0, REACHABLE),
    "directory_files": Example(0),
    "directory_report": Example(
        2, {"users": [person("charles")]}, {"directory_users": [{"user_name": "charles@example.com", "active": False}]}
    ),
    "policy_files": Example(0),
    "policy_findings": Example(
        0,
        {},
        {
            "directory": {
                **DIRECTORY,
                "groups": [],
                "containers": [],
                "container_permissions": [{"container": "APP", "user": "ada@example.com", "rights": {"set": []}}],
            }
        },
    ),
    "policy_report": Example(
        1, {}, {"found": {"refused": False, "refusals": [], "policies": [], "findings": [], "gaps": []}}
    ),
    "directory_part": Example(1, {}, {"directory": {"users": [{"user_name": f"u{n}@example.com"} for n in range(9)]}}),
    "unknown_variables": Example(0),
    "directory_yaml": Example(1, {}, {"tenant": {"directory": DIRECTORY}}),
}
SECRETS = ("vault_initial_password", "vault_new_password", "vault_root_password", "vault_scim_service_password")


def sections() -> Iterator[tuple[str, str]]:
    """Yield the name and the EXAMPLES of each plugin."""
    for path in sorted(ROOT.glob("plugins/*/*.py")):
        for statement in ast.parse(path.read_text()).body:
            if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "EXAMPLES":
                yield path.stem, ast.literal_eval(statement.value)


SECTIONS = dict(sections())


def test_no_section_is_forgotten() -> None:
    assert {*SECTIONS} == {*EXAMPLES, "scim_pam"}


# The quick run has the examples that write; ansible-lint checks the options of all.
IN_TIME = ("identity_oauth2_app", "identity_role", "identity_user", "scim_directory", "scim_group", "scim_pam_object")
IN_TIME += ("scim_token", "scim_user", "directory_csv")
READING = pytest.mark.long(reason="examples that only read run in the whole suite")


@pytest.mark.parametrize(
    "plugin", [plugin if plugin in IN_TIME else pytest.param(plugin, marks=READING) for plugin in EXAMPLES]
)
def test_every_example_runs(tenant: Tenant, tmp_path: Path, plugin: str) -> None:
    """Run all tasks of the section in order, in one play."""
    example = EXAMPLES[plugin]
    administration = plugin.startswith("identity_")
    tenant.reset(empty=administration)
    tenant.seed(**example.seed)
    play = PlaybookRunner.at(tmp_path, tenant.administrator if administration else tenant.connection)
    for number, name in enumerate(SECRETS):
        play.environment[name] = f"{PASSWORD}{number}"
    play.write("tenant/users.yml", {"users": DIRECTORY["users"]})
    play.write("policies/own.yml", {"policies": [OWN_POLICY]})
    (tmp_path / "tenant/hr.csv").write_text("Login,Kostenstelle,Suspended\nada@example.com,00471,no\n")
    tasks = yaml.safe_load(SECTIONS[plugin].replace("/srv/tenant", f"{tmp_path}/tenant"))
    secrets = {name: f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}" for name in SECRETS}
    variables = {**secrets, **example.variables}
    play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])
    done = play.run(["ansible-playbook", "play.yml"])
    assert done.status == 0, done.output
    assert re.search(r"skipped=0 +rescued=0 +ignored=0", done.output), done.output
    assert "[WARNING]" not in done.output, done.output
    assert done.changed == example.changes, done.output
