# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the modules against an emulated tenant. No part of the collection is replaced."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.in_process import run_main

ROOT = Path(__file__).parents[2]
MODULES = "ansible_collections.idops.cyberark_identity.plugins.modules"
# POST requests of the administration API that only read.
READING = re.compile(r"/(redrock/query|getcdsaliases|security/|[a-z]+/(get|whoami))", re.IGNORECASE)
# The way in which run_module runs modules: "main" calls main() in this process, "task" runs a task of Ansible in this
# process, and "process" runs one whose module has a process of its own.
WAY = os.environ.get("MODULE_HARNESS", "main")
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Tenant:
    """The emulator in its own process, with its control interface and an independent SCIM client."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout
        self.info: dict[str, Any] = json.loads(process.stdout.readline())
        self._control = requests.Session()
        self._control.trust_env = False
        self._control.verify = self.info["ca_path"] or True
        self._token = ""

    @classmethod
    def start(cls, *arguments: str) -> Tenant:
        command = [sys.executable, "-m", "tests.emulator", *arguments]
        return cls(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))

    def stop(self) -> None:
        self._control.close()
        self._process.terminate()
        assert self._process.stdout
        self._process.stdout.close()
        assert self._process.wait(timeout=10) == 0, "the emulator does not stop cleanly"

    @property
    def connection(self) -> dict[str, Any]:
        """Return the connection options of a module. There are no retries; a test that needs retries sets them."""
        names = ("tenant_url", "app_id", "scope", "client_id", "client_secret")
        return {name: self.info[name] for name in names} | {"ca_path": self.info["ca_path"], "retries": 0}

    @property
    def administrator(self) -> dict[str, Any]:
        """Return the connection options of a module of the administration API."""
        credentials = {name: self.info[f"admin_{name}"] for name in ("client_id", "client_secret")}
        return {**self.connection, "app_id": None, "scope": None, **credentials}

    def connection_for(self, module: str) -> dict[str, Any]:
        """Return the connection options of a module, with the service user or the administrator that it needs."""
        return self.administrator if module.startswith("identity_") else self.connection

    def defaults_for(self, module: str) -> dict[str, Any]:
        """Return default options of a module for a tenant whose only service user has all rights."""
        many = {"allow_empty_vault": True} if module == "scim_directory" else {}
        return {**self.connection_for(module), **many}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(method, f"{self.info['control_url']}/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def reset(self, **how: Any) -> None:
        """Reset to the state after the start. ``empty`` means no set-up of SCIM, and ``to`` is a kept state."""
        self.control("POST", "reset", how)
        self._token = ""

    def reset_with_two_clients(self) -> dict[str, Any]:
        """Reset with a client for the directory and one for the vault. Return the options of the second one."""
        self._token = ""
        second: dict[str, Any] = self.control("POST", "reset", {"two_clients": True})
        return second

    def keep(self) -> int:
        """Keep the current objects for a later reset ``to`` them, and return their number."""
        return int(self.control("POST", "keep")["kept"])

    def switch(self, **values: Any) -> None:
        self.control("POST", "switches", values)

    def fault(self, **fault: Any) -> None:
        self.control("POST", "faults", {"method": "*", "path": ".", "count": 1, **fault})

    def text(self, path: str) -> str:
        """Return a text of the control API, such as the objects as YAML."""
        return self._control.get(f"{self.info['control_url']}/{path}", timeout=60).text

    def load(self, document: dict[str, Any]) -> None:
        """Reset to the start with the objects of a document. A later reset drops them."""
        self.control("POST", "tenant.yml", document)
        self._token = ""

    def seed(self, **what: Any) -> dict[str, Any]:
        return self.control("POST", "seed", what)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Return all state that a request can change, by kind, sorted and without secrets."""
        return self.control("GET", "state")

    def seed_administrator(self, *rights: str) -> dict[str, Any]:
        """Create a user of the administration API with these rights. Return its credentials as options."""
        password = f"Aa1-{uuid.uuid4()}"
        user = {"schemas": [CORE_USER], "userName": "limited@example.com", "password": password, "oauthClient": True}
        self.seed(users=[user], groups=[{"displayName": "limited", "members": [user["userName"]], "rights": [*rights]}])
        return {"client_id": user["userName"], "client_secret": password}

    def seed_user(self, **attributes: Any) -> str:
        """Create one user without any check, and return its id."""
        return self.seed(users=[{"schemas": [CORE_USER], **attributes}])["users"][0]

    def requests(self) -> list[dict[str, Any]]:
        return self.control("GET", "requests")

    def forget_requests(self) -> None:
        self.control("DELETE", "requests")

    def writes(self) -> list[str]:
        """Return the requests that could change an object, such as ``POST /scim/v2/Users``."""
        return [f"{seen['method']} {seen['path']}" for seen in self.requests() if could_write(seen)]

    def tokens(self) -> int:
        """Count the requests for a token."""
        return sum("/oauth2/" in seen["path"].lower() for seen in self.requests())

    @property
    def token(self) -> str:
        """Return the token of another client. The log of requests contains the request for it."""
        if not self._token:
            form = {name: self.info[name] for name in ("client_id", "client_secret", "scope")}
            url = f"{self.info['tenant_url']}/oauth2/token/{self.info['app_id']}"
            answer = self._control.post(url, data={"grant_type": "client_credentials", **form}, timeout=60)
            self._token = answer.json()["access_token"]
        return self._token

    def scim(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send a request as another client. The log contains it: count requests before, or forget them afterwards."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.info['tenant_url']}/scim/v2/{path}"
        answer = self._control.request(method, url, json=body, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return answer

    def resources(self, endpoint: str) -> list[dict[str, Any]]:
        """Return every object of a type as the server stores it."""
        found: dict[str, Any] = {}
        while page := self.scim("GET", f"{endpoint}?startIndex={len(found) + 1}").json().get("Resources"):
            known = len(found)
            found.update((resource["id"], resource) for resource in page)
            if len(found) == known:  # a server that ignores paging
                break
        return list(found.values())

    def users(self, user_name: str) -> list[dict[str, Any]]:
        """Return the users with this login name, compared without case."""
        return [user for user in self.resources("Users") if user["userName"].casefold() == user_name.casefold()]

    def user(self, user_name: str) -> dict[str, Any]:
        (user,) = self.users(user_name)
        return user


def could_write(seen: dict[str, Any]) -> bool:
    """Return whether a request could change an object."""
    path = seen["path"]
    return seen["method"] != "GET" and "/oauth2/" not in path.lower() and not READING.search(path)


@dataclass(frozen=True)
class Result:
    """The output of a module, and its exit status."""

    json: dict[str, Any]
    status: int
    output: str

    def __getitem__(self, key: str) -> Any:
        return self.json[key]

    @property
    def failed(self) -> bool:
        return bool(self.json.get("failed"))

    @property
    def code(self) -> str | None:
        return self.json.get("failure", {}).get("code")

    @property
    def warnings(self) -> list[str]:
        items = self.json.get("warnings", [])
        # Up to ansible-core 2.18 a text, later a summary of events.
        return [item if isinstance(item, str) else item["event"]["msg"] for item in items]


def run_module(module: str, options: dict[str, Any], *, check: bool = False) -> Result:
    """Run a module in the way that this harness is set to, and return its result."""
    run = _run_main if WAY == "main" else _run_task
    if "MODULE_RECORD" not in os.environ:
        return run(module, options, check)
    from ansible_collections.idops.cyberark_identity.tests.unit.ways.record import recorded

    with recorded(module, check) as record:
        result = run(module, options, check)
        record.update(status=result.status, result={**result.json, "warnings": result.warnings})
        return result


def _run_main(module: str, options: dict[str, Any], check: bool) -> Result:
    main = importlib.import_module(f"{MODULES}.{module}").main
    name = f"idops.cyberark_identity.{module}"
    arguments = {**options, "_ansible_check_mode": check, "_ansible_module_name": name}
    output = run_main(main, json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    assert not output.errors, output.errors
    return Result(json.loads(output.text), output.status, output.text)


def _run_task(module: str, options: dict[str, Any], check: bool) -> Result:
    # Imported late: a test of a module alone does not need Ansible's executor.
    from ansible_collections.idops.cyberark_identity.tests.unit.ways.task import run_task

    result = run_task(module, options, check=check, here=WAY == "task")
    return Result(result, int(result.get("failed", False)), json.dumps(result))


@contextlib.contextmanager
def module_process(module: str, options: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the module in its own process, with its options on standard input, and kill it at the end of the block."""
    command = [sys.executable, "-m", f"{MODULES}.{module}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parents[2])}
    given = {name: value for name, value in options.items() if value is not None}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        process.stdin.close()
        yield process
        process.kill()
