# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rotation by the role admin_portal never loses a password, even if a request fails or the run is killed there.

The store keeps the pending password next to the current one, as in the role's example. One of the two works at every
moment, and another run converges. With EVERY_FAULT in the environment all cases run; otherwise a few of each kind, and
one in the quick run.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import BIN, PlaybookRun, PlaybookRunner
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import EVERYTHING, call_off

ROLE = "idops.cyberark_identity.admin_portal"
NEW, NEWER = "New-pass-Word-1", "Newer-pass-Word-2"
# The requests of a rotation, in order.
REQUESTS = (
    "platformtoken",
    "Redrock/query",
    "GetUserAttributes",
    "ResetUserPassword",
    "Redrock/query",
    "GetUserAttributes",
    "oauth2/token/",
    "ServiceProviderConfig",
    "/Users",
    "/Groups",
)
RESET = REQUESTS.index("ResetUserPassword")
SEVERAL_RUNS = pytest.mark.long(reason="each runs the role more than once; in unit it is killed right after the reset")


@dataclass(frozen=True)
class Rotation:
    """The last part of the role: set a new password for the emulator's service user, and verify it."""

    tenant: Tenant
    play: PlaybookRunner

    @classmethod
    def at(cls, tenant: Tenant, folder: Path) -> Rotation:
        administrator = tenant.administrator
        play = PlaybookRunner.at(folder, {name: administrator[name] for name in ("tenant_url", "ca_path", "retries")})
        role = {
            "admin_portal_user_name": tenant.info["client_id"],
            "admin_portal_application_id": tenant.info["app_id"],
            "admin_portal_role_name": tenant.scim("GET", "Groups").json()["Resources"][-1]["displayName"],
            "admin_portal_scope": tenant.info["scope"],
            "admin_portal_secret_tasks": "store.yml",
            "admin_portal_delay": 0,
            "admin_portal_retries": 1,
            "__admin_portal_rotates": True,
            "__admin_portal_token": {},
            "ansible_python_interpreter": sys.executable,
            "ansible_pipelining": True,
        }
        connection = {name: administrator[name] for name in ("tenant_url", "client_id", "client_secret")}
        tasks = [{"include_role": {"name": ROLE, "tasks_from": part}} for part in ("rotate", "bearer_token")]
        block = {"module_defaults": {"group/idops.cyberark_identity.scim": connection}, "block": tasks}
        play.write("play.yml", [{"hosts": "localhost", "gather_facts": False, "vars": role, "tasks": [block]}])
        store = {
            "content": "{{ admin_portal_new_secret }}",
            "dest": "{{ playbook_dir }}/{{ admin_portal_secret_stage }}",
            "mode": "0600",
        }
        play.write("store.yml", [{"name": "Store the password", "ansible.builtin.copy": store}])
        play.write("current", tenant.info["client_secret"])
        tenant.forget_requests()
        return cls(tenant, play)

    @staticmethod
    def command(new: str, **variables: Any) -> list[str]:
        given = {"__admin_portal_password": new, **variables}
        return ["ansible-playbook", "play.yml", "-e", json.dumps(given)]

    def __call__(self, new: str = NEW, **variables: Any) -> PlaybookRun:
        played = self.play.run(self.command(new, **variables))
        assert NEW not in played.output
        assert NEWER not in played.output
        return played

    def works(self, stage: str) -> bool:
        path = self.play.folder / stage
        body = {"userName": self.tenant.info["client_id"], "password": path.read_text() if path.exists() else ""}
        return bool(self.tenant.control("POST", "check_password", body)["matches"])

    def stopped(self, number: int, how: signal.Signals, *, effect: bool) -> None:
        """Stop the run while a task waits for the answer to the request of this number."""
        fault = {"latency": None} if effect else {"latency": None, "drop": "before"}
        self.tenant.fault(skip=number, **fault)
        process = subprocess.Popen(
            [str(BIN / "ansible-playbook"), *self.command(NEW)[1:]],
            env=self.play.environment,
            cwd=self.play.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while len(self.tenant.requests()) <= number:
            assert process.poll() is None, "the run ended before that request"
            time.sleep(0.05)
        os.killpg(process.pid, how)
        process.wait(timeout=60)
        call_off(self.tenant, number + 1, fault)


@pytest.fixture
def rotation(tenant: Tenant, tmp_path: Path) -> Rotation:
    return Rotation.at(tenant, tmp_path)


def assert_another_run_converges(rotation: Rotation) -> None:
    again = rotation(NEWER)
    assert again.status == 0, again.output
    assert (rotation.play.folder / "current").read_text() == NEWER
    assert rotation.works("current")


@SEVERAL_RUNS
def test_the_password_is_handed_over_before_it_is_set_and_when_it_is_proved(rotation: Rotation) -> None:
    """The tenant lists no service users, and later checks may fail."""
    rotation.tenant.switch(list_service_users=False)
    rotation.tenant.fault(path="/Groups", status=503, count=2)
    seen = '{{ query("ansible.builtin.url", control, ca_path=ca) | join }}'
    store = yaml.safe_load((rotation.play.folder / "store.yml").read_text())
    asked = {"content": seen, "dest": "{{ playbook_dir }}/asked-{{ admin_portal_secret_stage }}"}
    control = f"{rotation.tenant.info['control_url']}/requests"
    variables = {"control": control, "ca": rotation.tenant.info["ca_path"] or None}
    rotation.play.write("store.yml", [*store, {"name": "Look", "ansible.builtin.copy": asked, "vars": variables}])
    played = rotation()
    assert played.status == 2, played.output
    paths = [seen["path"] for seen in rotation.tenant.requests() if "_control" not in seen["path"]]
    assert all(part in path for part, path in zip(REQUESTS[:-1], paths, strict=False)), paths
    assert "/Groups" in paths[-1]
    assert "ResetUserPassword" not in (rotation.play.folder / "asked-pending").read_text()
    assert "/oauth2/token/" in (rotation.play.folder / "asked-current").read_text()
    assert f"does not list {rotation.tenant.info['client_id']}. The right to read users is proved" in played.text
    assert f"The new password of {rotation.tenant.info['client_id']} is in force, and was handed over." in played.text
    assert rotation.works("current")


REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "a password that the policy refuses": (
        {"__admin_portal_password": "weakpassword"},
        {},
        "current",
        "The old password of {user} is in force: the tenant refused to set the new one.",
    ),
    "a tenant that does nothing": (
        {},
        {"ignored_writes": ["ResetUserPassword"]},
        "current",
        "It is not known whether the old or the new password of {user} is in force: the tenant reported that it set the"
        " new one, but that one gave no token. Keep both",
    ),
    "a role that is not shown": (
        {"admin_portal_role_name": "nowhere"},
        {},
        "current",
        "The SCIM server does not show the role nowhere to {user}, also after 1 more tries. The new password of {user}"
        " is in force, and was handed over.",
    ),
    "a store that fails": (
        {"admin_portal_secret_tasks": "broken.yml"},
        {},
        "current",
        "broken.yml failed to store the password of {user}, stage pending. The old password is in force; nothing was",
    ),
    "a store that fails with what is in force": (
        {"admin_portal_secret_tasks": "half.yml"},
        {},
        "pending",
        "stage current. The new password is in force. It was handed over as pending before: use that one.",
    ),
}


@SEVERAL_RUNS
@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS)
def test_a_failure_says_which_password_is_in_force(
    rotation: Rotation, case: tuple[dict[str, Any], dict[str, Any], str, str]
) -> None:
    given, switches, stage, message = case
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "The store is down"}}
    rotation.play.write("broken.yml", [fail])
    half = (rotation.play.folder / "store.yml").read_text().replace("{{ admin_portal_secret_stage }}", "pending")
    fail_later = {**fail, "when": "admin_portal_secret_stage == 'current'"}
    rotation.play.write("half.yml", [*yaml.safe_load(half), fail_later])
    rotation.tenant.switch(**switches)
    played = rotation(**given)
    assert played.status == 2, played.output
    assert message.format(user=rotation.tenant.info["client_id"]) in played.text, played.output
    assert rotation.works(stage)
    rotation.tenant.switch(ignored_writes=[])
    assert_another_run_converges(rotation)


FAULTS: dict[str, dict[str, Any]] = {
    "503": {"status": 503},
    "503 with effect": {"status": 503, "effect": True},
    "connection closed before": {"drop": "before"},
    "connection closed after": {"drop": "after"},
}
STOPS = {
    f"{how.name} {'with' if effect else 'without'} effect": (how, effect)
    for how in (signal.SIGKILL, signal.SIGINT)
    for effect in (False, True)
}
QUICK = [("SIGKILL with effect", RESET)]
EVERY = [(how, number) for how in (*FAULTS, *STOPS) for number in range(len(REQUESTS)) if (how, number) not in QUICK]
CASES = EVERY if EVERYTHING else random.Random(1).sample(EVERY, 6)


@pytest.mark.parametrize(("how", "number"), [*QUICK, *(pytest.param(*case, marks=SEVERAL_RUNS) for case in CASES)])
def test_no_password_is_lost(rotation: Rotation, how: str, number: int) -> None:
    """The password reported as in force works, and one of the two stored passwords always works."""
    if how in STOPS:
        signal_sent, effect = STOPS[how]
        rotation.stopped(number, signal_sent, effect=effect)
    else:
        # The role sends this request twice before it fails.
        rotation.tenant.fault(skip=number, count=2 if REQUESTS[number] == "/Groups" else 1, **FAULTS[how])
        played = rotation()
        assert played.status == 2, played.output
        said = re.findall(r"The (old|new) password of \S+ is in force", played.text)
        assert said or "not known whether the old or the new" in played.text, played.output
        assert all(rotation.works("current" if which == "old" else "pending") for which in said)
    assert rotation.works("current") or rotation.works("pending")
    assert_another_run_converges(rotation)
