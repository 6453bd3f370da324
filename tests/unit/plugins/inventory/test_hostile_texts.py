# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of a tenant that look like templates are never rendered, on any path to a template.

One playbook covers all: each text would leave a file if it were rendered. Rendering depends on ansible-core, so the
suite runs this file on the oldest and the newest release, and the whole suite on one between them.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_name, mark_unsafe
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.inventory.test_scim_pam import (
    BIN,
    NAME,
    ansible_environment,
)

SQUARE = "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n"
ANGLE = "#jinja2: block_start_string:'<%', block_end_string:'%>'\n"
# COMMAND creates a file.
TEXTS = {
    "default": "{{ COMMAND }}",
    "statement": "{% if COMMAND %}{% endif %}",
    "nested": "{{ '{{' }} COMMAND {{ '}}' }}",
    "header": SQUARE + "[[ COMMAND ]]",
    "blocks": ANGLE + "<% if COMMAND %>x<% endif %>",
    "blank_before_header": " " + SQUARE + "[[ COMMAND ]]",
    "line_before_header": "\n" + SQUARE + "[[ COMMAND ]]",
    "mark_before_header": "\ufeff" + SQUARE + "[[ COMMAND ]]",
    "tag": "!unsafe {{ COMMAND }}",
    "header_of_a_tag": "!unsafe " + SQUARE + "[[ COMMAND ]]",
}
# Expressions that people may use on a text. The result is stored in a fact and read again.
EXPRESSIONS = (
    "TEXT",
    "TEXT | trim",
    "'' ~ TEXT",
    "TEXT | replace('!unsafe ', '')",
    "[TEXT] | join",
    "{'key': TEXT}.key",
    "TEXT | regex_replace('^\ufeff', '')",
    "TEXT | to_json | from_json",
)
OWN_KEY = "reject('in', ['address', 'username', 'Note', 'Number']) | first"
COLLECTION = "idops.cyberark_identity"
PLAYBOOK = pytest.mark.long(reason="ansible-test-2.16 and ansible-test-2.21 have it")


@dataclass(frozen=True)
class Trap:
    """The texts. Each creates a file in the folder when it is rendered."""

    folder: Path

    @property
    def texts(self) -> list[str]:
        command = f"lookup('ansible.builtin.pipe', 'touch {self.folder}/NAME')"
        return [text.replace("COMMAND", command.replace("NAME", name)) for name, text in TEXTS.items()]

    @property
    def sprung(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    folder = tmp_path / "sprung"
    folder.mkdir()
    return Trap(folder)


def play(tenant: Tenant, trap: Trap, inventory: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    """Run tasks on the hosts of the tenant, each of which has one text.

    If one text of a list is marked, Ansible marks everything made of the list: texts are therefore kept apart here.
    """
    folder = trap.folder.parent
    (folder / "texts.json").write_text(json.dumps(trap.texts))
    (folder / "a.scim_pam.yml").write_text(json.dumps({"plugin": NAME, "strict": True, **inventory}))
    variables = {
        "number": "{{ pam_properties.Number }}",
        "expected": "{{ (lookup('ansible.builtin.file', playbook_dir ~ '/texts.json') | from_json)[number | int] }}",
    }
    common = {"hosts": "all", "gather_facts": False, "vars": variables}
    (folder / "play.yml").write_text(json.dumps([{**common, "tasks": tasks}]))
    given = {name: value for name, value in tenant.connection.items() if value is not None}
    environment = {
        **ansible_environment(folder),
        **{f"CYBERARK_IDENTITY_{name.upper()}": str(value) for name, value in given.items()},
        "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS": "ignore",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    }
    command = [BIN / "ansible-playbook", "-i", "a.scim_pam.yml", "play.yml", "-c", "local", "-f", "2"]
    command += ["-e", json.dumps({"ansible_python_interpreter": sys.executable})]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert trap.sprung == []
    assert done.returncode == 0, done.stdout + done.stderr


def handled(*sources: str, ways: tuple[str, ...] = EXPRESSIONS) -> list[dict[str, Any]]:
    """Return tasks that use texts in all ways, show the results, and fail if a text has changed."""
    facts = {
        f"fact_{number}_{way}": f"{{{{ {expression.replace('TEXT', f'({source})')} }}}}"
        for number, source in enumerate(sources)
        for way, expression in enumerate(ways)
    }
    of_all = ", ".join(f"{name}, hostvars[inventory_hostname].{name}" for name in facts)
    kept = [f"fact_{number}_0 == expected" for number, _source in enumerate(sources)]
    return [
        {"ansible.builtin.set_fact": facts},
        {"ansible.builtin.debug": {"msg": "".join(f"{{{{ {name} }}}}" for name in facts)}},
        {"ansible.builtin.debug": {"msg": list(facts.values())}},
        {"ansible.builtin.debug": {"msg": f"{{{{ [{of_all}] | join }}}}"}},
        {"ansible.builtin.assert": {"that": kept}},
    ]


def is_marked(text: str) -> bool:
    """Return whether Ansible is sure not to render the text."""
    trusted = getattr(importlib.import_module("ansible.template"), "is_trusted_as_template", None)
    return not trusted(text) if trusted else hasattr(text, "__UNSAFE__")


def test_every_text_is_marked() -> None:
    """Keys and harmless texts are marked too where templates are possible."""
    trust = getattr(importlib.import_module("ansible.template"), "trust_as_template", str)
    value = {trust("key"): [trust("a"), {trust("inner"): (trust("{{ b }}"), "")}], "number": 7, "none": None}
    marked = mark_unsafe(value)
    assert marked == {"key": ["a", {"inner": ["{{ b }}", ""]}], "number": 7, "none": None}
    inner = marked["key"][1]
    assert all(map(is_marked, [*marked, marked["key"][0], *inner, *inner["inner"]]))


@pytest.mark.parametrize(("name", "marked"), [("web1.example.com", False), ("a{{ b }}", True), (" #jinja2:x", True)])
def test_names_of_hosts_are_marked_only_if_they_could_be_templates(name: str, marked: bool) -> None:
    # Since ansible-core 2.19 a text is marked by its missing trust, and its class stays the same.
    assert mark_name(mark_unsafe(name)).__class__ is (mark_unsafe(name).__class__ if marked else str)
    assert mark_name(name) == name


def accounts(texts: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "container": "APP",
            "name": text,
            "properties": {"address": f"h{number}", "Number": f"{number}", "username": text, "Note": text, text: text},
        }
        for number, text in enumerate(texts)
    ]


@PLAYBOOK
def test_variables_of_the_inventory_are_no_templates(tenant: Tenant, trap: Trap) -> None:
    tenant.seed(containers=[{"name": "APP"}], accounts=accounts(trap.texts))
    composed = {
        "composed": "pam_name",
        "joined": "pam_user_name ~ pam_properties.Note",
        "last_key": f"pam_properties.keys() | {OWN_KEY}",
    }
    tasks = handled(
        "pam_name",
        "pam_user_name",
        "pam_properties.Note",
        "composed",
        "joined[:(joined | length) // 2]",
        "last_key",
        f"pam_properties | dict2items | map(attribute='key') | {OWN_KEY}",
        "pam_accounts[0].properties.Note",
    )
    # Before 2.19 ansible-core drops the mark of texts that are read through hostvars and joined.
    tasks += handled(
        "hostvars[inventory_hostname].pam_name",
        f"hostvars[inventory_hostname].pam_properties.keys() | {OWN_KEY}",
        ways=("TEXT", "TEXT | trim"),
    )
    play(tenant, trap, {"compose": composed}, tasks)


@PLAYBOOK
def test_names_of_hosts_and_groups_are_no_templates(tenant: Tenant, trap: Trap) -> None:
    texts = [text.lstrip("-") for text in trap.texts]
    tenant.seed(containers=[{"name": "APP"}], accounts=accounts(texts))
    grouped = [{"key": "pam_user_name", "prefix": "", "separator": ""}, {"key": "pam_properties", "separator": ""}]
    lists = ("groups.all", "groups.keys() | list", "group_names", "ansible_play_hosts", "hostvars.keys() | list")
    facts = {f"list_{number}": f"{{{{ {source} }}}}" for number, source in enumerate(lists)}
    tasks = [
        {"ansible.builtin.set_fact": facts, "run_once": True},
        {"ansible.builtin.debug": {"msg": "".join(f"{{{{ {name} }}}}" for name in facts)}, "run_once": True},
        *handled("inventory_hostname", "inventory_hostname_short")[:-1],
    ]
    play(tenant, trap, {"hostname": "name", "keyed_groups": grouped}, tasks)


@PLAYBOOK
def test_results_and_exports_are_no_templates(tenant: Tenant, trap: Trap) -> None:
    """This covers results of modules, and an export that is read back in each way and exported again."""
    named = [{**account, "name": f"a{number}"} for number, account in enumerate(accounts(trap.texts))]
    tenant.seed(containers=[{"name": "APP"}], accounts=named)
    file = "{{ playbook_dir }}/export{{ number }}.yml"
    files = f"query('{COLLECTION}.directory_files', playbook_dir ~ '/export' ~ number ~ '.yml')"
    written = "lookup('ansible.builtin.file', playbook_dir ~ '/export' ~ number ~ '.yml')"
    account = "found.pam_objects[0] | dict2items | rejectattr('key', 'in', ['id', 'kind']) | items2dict"
    one = f"{{'privileged_data': [{account}]}}"
    reading = {"kind": "privileged_data", "container": "APP", "name": "a{{ number }}"}

    def read(directory: str) -> list[str]:
        account = f"{directory}.privileged_data[0]"
        return [f"{account}.properties.Note", f"{account}.properties.keys() | {OWN_KEY}"]

    tasks = [
        {f"{COLLECTION}.scim_pam_object_info": reading, "register": "found"},
        {"ansible.builtin.copy": {"content": f"{{{{ {one} | {COLLECTION}.directory_yaml }}}}", "dest": file}},
        *handled("found.pam_objects[0].properties.Note", f"found.pam_objects[0].properties.keys() | {OWN_KEY}"),
        {"ansible.builtin.include_vars": {"file": file, "name": "included"}},
        {
            "ansible.builtin.set_fact": {
                "files": f"{{{{ {files} | map(attribute='content') | list }}}}",
                "part_of_files": f"{{{{ {files} | map(attribute='content') | {COLLECTION}.directory_part }}}}",
                "part": f"{{{{ [included] | {COLLECTION}.directory_part }}}}",
            }
        },
        {
            "ansible.builtin.set_fact": {"item_kept": "{{ item.content }}"},
            f"with_{COLLECTION}.directory_files": file,
        },
        *handled(
            *read("included"),
            *read("files[0]"),
            *read("part_of_files"),
            *read("part"),
            *read("item_kept"),
            ways=EXPRESSIONS[:4],
        ),
        {"ansible.builtin.assert": {"that": f"included | {COLLECTION}.directory_yaml == {written} ~ '\\n'"}},
    ]
    play(tenant, trap, {}, tasks)
