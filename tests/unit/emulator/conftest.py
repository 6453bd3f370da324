# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running emulator, and a small client for it that is not the one under test elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.emulator.models import GROUP_URN, USER_URN
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import AdminClient
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.vault_client import VaultClient

COMMAND = (sys.executable, "-m", "ansible_collections.idops.cyberark_identity.tests.emulator")
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def start_process(*arguments: str) -> subprocess.Popen[str]:
    """Start the emulator as a process of its own, where it finds the same packages as this one."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


_RUNNING: list[subprocess.Popen[str]] = []
_INFO: dict[str, Any] = {}


class Client(VaultClient, AdminClient):
    """Talks to the emulator: SCIM as the service user, the administration API, and the control API."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info
        self.base = info["tenant_url"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = info["ca_path"] or True

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.info['control_url']}/{path}", json=body, auth=_no_auth)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def switch(self, **values: Any) -> None:
        self.control("POST", "switches", values)

    def fault(self, **values: Any) -> None:
        self.control("POST", "faults", values)

    def seed(self, **values: Any) -> Any:
        return self.control("POST", "seed", values)

    def log(self) -> list[dict[str, Any]]:
        return self.control("GET", "requests")

    def token(self, path: str = "", *, auth: Any = ..., **form: Any) -> requests.Response:
        """Ask for a token; the defaults are those of a proper client."""
        path = path or f"/oauth2/token/{self.info['app_id']}"
        form = {"grant_type": "client_credentials", "scope": "scim", **form}
        data = {name: value for name, value in form.items() if value is not None}
        if auth is ...:
            auth = (self.info["client_id"].encode(), self.info["client_secret"].encode())
        return self.session.post(self.base + path, data=data, auth=auth or _no_auth)

    def login(self, **arguments: Any) -> None:
        answer = self.token(**arguments)
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def login_as_administrator(self) -> None:
        self.login(auth=(self.info["admin_client_id"].encode(), self.info["admin_client_secret"].encode()))

    def call(self, method: str, path: str, body: Any = None, **arguments: Any) -> requests.Response:
        return self.session.request(method, f"{self.base}/scim/v2/{path}", json=body, **arguments)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def create(self, name: str, /, **attributes: Any) -> requests.Response:
        urns = [key for key in attributes if key.startswith("urn:")]
        return self.call("POST", "Users", {"schemas": [USER_URN, *urns], "userName": name, **attributes})

    def user(self, name: str = "ada@example.com", /, **attributes: Any) -> dict[str, Any]:
        answer = self.create(name, **attributes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def put_user(self, user_id: str, **attributes: Any) -> requests.Response:
        urns = [key for key in attributes if key.startswith("urn:")]
        return self.call("PUT", f"Users/{user_id}", {"schemas": [USER_URN, *urns], **attributes})

    def group(self, name: str = "admins", *members: str) -> dict[str, Any]:
        answer = self.post_group(name, *members)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def post_group(self, name: str, *members: str) -> requests.Response:
        body = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": member} for member in members]}
        return self.call("POST", "Groups", body)

    def patch(self, path: str, *operations: dict[str, Any]) -> requests.Response:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def find(self, endpoint: str, text: str, **params: Any) -> list[dict[str, Any]]:
        answer = self.get(endpoint, filter=text, **params)
        assert answer.status_code == 200, answer.text
        return answer.json().get("Resources", [])


def _no_auth(request: Any) -> Any:
    return request


def error(answer: requests.Response) -> tuple[int, str | None, str]:
    """Return status, scimType and detail of a SCIM error, after a check of its shape."""
    body = answer.json()
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(answer.status_code)
    return answer.status_code, body.get("scimType"), body["detail"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the emulator of these tests before the first of them.

    Not a fixture, because a runner that forks for every test would start one
    for every test.
    """
    wanted = any(Path(__file__).parent in item.path.parents for item in session.items)
    if wanted and not session.config.option.collectonly:
        process = start_process()
        _RUNNING.append(process)
        assert process.stdout
        _INFO.update(json.loads(process.stdout.readline()))


def pytest_sessionfinish() -> None:
    while _RUNNING:
        process = _RUNNING.pop()
        process.terminate()
        _output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, ""), errors


@pytest.fixture
def client() -> Iterator[Client]:
    """Return a client with a fresh token, on a tenant in its first state."""
    client = Client(_INFO)
    client.control("POST", "reset")
    client.login()
    client.control("DELETE", "requests")
    yield client
    client.session.close()


@pytest.fixture
def filled(client: Client) -> Client:
    """Return a client of a tenant whose vault has a safe with its creator, one other member and one account."""
    client.container("APP-PRD")
    client.user()
    client.permission("APP-PRD", "useAccounts", user={"display": "ada@example.com"})
    client.account("APP-PRD", username="root", address="web1", secret="first secret")
    return client


@pytest.fixture
def empty(client: Client) -> Client:
    """Return a client of a tenant with an administrator and nothing else."""
    client.control("POST", "reset", {"empty": True})
    return client


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts an emulator; all are stopped after the test."""
    running: list[subprocess.Popen[str]] = []

    def call(*arguments: str) -> subprocess.Popen[str]:
        running.append(start_process(*arguments))
        return running[-1]

    yield call
    for process in running:
        process.kill()
        process.communicate(timeout=60)


@pytest.fixture(name="error")
def error_fixture() -> Callable[[requests.Response], tuple[int, str | None, str]]:
    return error


@pytest.fixture(scope="session")
def connect() -> Callable[[dict[str, Any]], Client]:
    return Client
