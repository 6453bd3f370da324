# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role admin_portal takes one token for all its steps, reads nothing twice, and leaves no token behind.

A token that was masked on its way to the next task would be refused by the tenant and silently renewed. So the tests
count requests. ``pytest -s`` prints the counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import PASSWORD, PlaybookRun, PlaybookRunner

pytestmark = pytest.mark.long(reason="each run of the role takes seconds, and its tasks are tested one by one")

USER = "scim-service@example.com"
TOKEN = re.compile(r"eyJ[\w-]{20,}\.[\w.-]+")
ROLE = {"ansible.builtin.include_role": {"name": "idops.cyberark_identity.admin_portal"}}
# By run: variables of the role, changed tasks, and the most requests, of which so many are for tokens.
RUNS: dict[str, tuple[dict[str, Any], int, int, int]] = {
    "set-up": ({}, 4, 45, 2),
    "second run": ({}, 0, 28, 2),
    "rotation": ({"admin_portal_rotate_secret": True}, 1, 33, 2),
    "removal": ({"admin_portal_state": "absent"}, 3, 45, 1),
    "second removal": ({"admin_portal_state": "absent"}, 0, 4, 1),
}


class Role:
    """Runs the role as an administrator from the environment, with a cache of facts."""

    def __init__(self, tenant: Tenant, folder: Path, **connection: Any) -> None:
        tenant.reset(empty=True)
        self.tenant = tenant
        self.play = PlaybookRunner.at(folder, {**tenant.administrator, **connection})
        self.play.environment.update(
            CYBERARK_IDENTITY_USER_PASSWORD=PASSWORD,
            ANSIBLE_CACHE_PLUGIN="jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(folder / "facts"),
        )

    def __call__(self, *arguments: str, **variables: Any) -> PlaybookRun:
        """Run the role. No token may be printed or stored. The play's later tasks see none of the administrator."""
        left = {"ansible.builtin.debug": {"msg": "left: {{ __admin_portal_login }}"}}
        tasks = [{"name": "Set up", **ROLE}, {"name": "Look", **left, "when": "__admin_portal_login is defined"}]
        given = {"admin_portal_user_name": USER, "admin_portal_delay": 0, **variables}
        self.play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": given, "tasks": tasks}])
        self.tenant.forget_requests()
        played = self.play.run(["ansible-playbook", "-vvv", "--diff", "play.yml", *arguments])
        assert not TOKEN.search(played.output)
        assert played.status or "left: {}" in played.output, played.output
        files = [path.read_text(errors="replace") for path in self.play.folder.rglob("*") if path.is_file()]
        assert not any(map(TOKEN.search, files))
        return played

    @property
    def counts(self) -> tuple[int, int]:
        """Return the number of requests of the last run, and of those for a token."""
        return len(self.tenant.requests()), self.tenant.tokens()


@pytest.mark.parametrize("in_process", [True, False])
def test_every_run_takes_few_requests_and_one_token_for_each_login(
    tenant: Tenant, tmp_path: Path, in_process: bool
) -> None:
    role = Role(tenant, tmp_path)
    mode = {"cyberark_identity_in_process": in_process}
    predicted = role("--check", **mode)
    assert (predicted.status, predicted.changed, role.counts) == (0, RUNS["set-up"][1], (19, 1)), predicted.output
    for name, (variables, changed, requests, tokens) in RUNS.items():
        played = role(**mode, **variables)
        print(f"{name}: {role.counts[0]} requests, {role.counts[1]} of them for tokens")
        assert (played.status, played.changed) == (0, changed), played.output
        assert role.counts == (requests, tokens), name


def test_a_token_that_expires_meanwhile_is_renewed(tenant: Tenant, tmp_path: Path) -> None:
    """Each later step then gets a token of its own, with the secret that the environment has for this login."""
    role = Role(tenant, tmp_path)
    del role.play.environment["CYBERARK_IDENTITY_USER_PASSWORD"]
    expire = {"url": f"{tenant.info['control_url']}/expire_tokens", "method": "POST"}
    role.play.write("store.yml", [{"name": "Take long", "ansible.builtin.uri": {**expire, "status_code": [200, 204]}}])
    played = role(admin_portal_secret_tasks="store.yml")
    assert (played.status, played.changed) == (0, RUNS["set-up"][1]), played.output
    assert role.counts[1] > RUNS["set-up"][3]


def test_an_administrator_with_a_token_only_gets_no_other(tenant: Tenant, tmp_path: Path) -> None:
    role = Role(tenant, tmp_path, client_id=None, client_secret=None)
    token = run_module("scim_token", {**tenant.administrator, "_ansible_no_log": True})["access_token"]
    role.play.environment["CYBERARK_IDENTITY_ACCESS_TOKEN"] = token
    played = role()
    assert (played.status, played.changed) == (0, RUNS["set-up"][1]), played.output
    assert role.counts[1] == 1


def test_a_refused_password_is_sent_once(tenant: Tenant, tmp_path: Path) -> None:
    role = Role(tenant, tmp_path, client_secret="not-the-password-1")
    played = role()
    assert played.status == 2
    assert role.counts == (1, 1)
    assert "Check client_id (the user's full login name)" in played.text


def test_a_refused_step_leaves_nothing_behind(tenant: Tenant, tmp_path: Path) -> None:
    """An administrator may make users, roles and apps, and not assign rights. Its token takes the objects back."""
    role = Role(tenant, tmp_path)
    login = tenant.seed_administrator("User Management", "Role Management", "Application Management")
    role.play.environment.update({f"CYBERARK_IDENTITY_{name.upper()}": login[name] for name in login})
    before = tenant.state()
    played = role()
    assert "limited@example.com needs to be in the role System Administrator" in played.text
    assert tenant.state() == before
    assert [write.rpartition("/")[2] for write in tenant.writes()] == [
        "CreateUser",
        "StoreRole",
        "AssignSuperRights",
        "DeleteRole",
        "RemoveUsers",
    ]
    assert role.counts[1] == 1


@pytest.mark.parametrize(
    "wrong", [{"admin_portal_token_lifetime": 0}, {"admin_portal_application_icon_uri": "logo"}], ids=str
)
def test_a_wrong_setting_of_the_app_is_refused_before_anything_is_written(
    tenant: Tenant, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    role = Role(tenant, tmp_path)
    played = role(**wrong)
    assert played.status == 2
    assert next(iter(wrong)).rpartition("_")[2] in played.text
    assert tenant.writes() == []


def test_one_user_with_both_profiles_is_refused_before_anything_is_changed(tenant: Tenant, tmp_path: Path) -> None:
    role = Role(tenant, tmp_path)
    assert role().status == 0
    before = tenant.state()
    refused = role(admin_portal_profile="vault")
    assert f"{USER} is in SCIM client (directory), too" in refused.text
    assert tenant.state() == before
    allowed = role(admin_portal_profile="vault", admin_portal_allow_mixed_rights=True)
    assert allowed.status == 0, allowed.output
