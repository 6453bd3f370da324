# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sequences of tasks for the tests of faults, kills and concurrent writers, and the comparison of two tenants."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, module_process
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import APP, CASES, Case, Options
from requests.adapters import HTTPAdapter

Run = Callable[..., Result]
State = dict[str, list[dict[str, Any]]]
ACCOUNT = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
SECRETS = ("password", "secret")
# True to try every case, False for a sample.
EVERYTHING = bool(os.environ.get("EVERY_FAULT"))
IN_THIS_PROCESS = pytest.mark.ways("main", "task", reason="it replaces code in the process of the tests")


def _team(tenant: Tenant) -> object:
    for name in ("boss", "alan"):
        tenant.seed_user(userName=f"{name}@example.com")
    return tenant.seed(groups=[{"displayName": "operators", "members": ["alan@example.com"]}])


DIRECTORY: dict[str, Options] = {
    "create": {
        "users": [
            {"user_name": "ada@example.com", "manager": "grace@example.com", "password": "Initial-pass-1"},
            {"user_name": "grace@example.com", "manager": "boss@example.com", "password": "Initial-pass-2"},
        ],
        "groups": [
            {"display_name": "outer", "groups": {"set": ["inner", "operators"]}},
            {"display_name": "inner", "users": {"set": ["ada@example.com", "alan@example.com"]}},
        ],
        "containers": [{"name": "APP", "description": "Accounts"}],
        "container_permissions": [
            {"container": "APP", "group": "inner", "rights_preset": "read_only"},
            {"container": "APP", "user": "ada@example.com", "rights": {"set": ["listAccounts"]}},
        ],
        "privileged_data": [
            {"container": "APP", "name": "root", "properties": {"Port": 22}, "secret": "An-account-secret-1"}
        ],
    },
    "update": {
        "users": [{"user_name": "ada@example.com", "display_name": "Ada", "active": False, "manager": ""}],
        "groups": [{"display_name": "inner", "users": {"add": ["grace@example.com"], "remove": ["alan@example.com"]}}],
        "containers": [{"name": "APP", "description": "Other accounts"}],
        "container_permissions": [
            {"container": "APP", "user": "ada@example.com", "rights": {"add": ["useAccounts"]}},
            {"container": "APP", "user": "alan@example.com", "rights_preset": "connect_only"},
        ],
        "privileged_data": [{"container": "APP", "name": "root", "properties": {"Port": 2222, "address": "web1"}}],
    },
    "remove": {
        "users": [{"user_name": "ada@example.com", "state": "absent"}],
        "groups": [{"display_name": name, "state": "absent"} for name in ("outer", "inner")],
        "containers": [{"name": "APP", "state": "absent"}],
        "container_permissions": [{"container": "APP", "user": "alan@example.com", "state": "absent"}],
        "privileged_data": [{"container": "APP", "name": "root", "state": "absent"}],
    },
}


def _directory(on_error: str, workers: int) -> Case:
    how: Options = {"on_error": on_error, "workers": workers}
    lifecycle = {step: {**options, **how} for step, options in DIRECTORY.items()}
    return Case("scim_directory", "actions", lifecycle, kind=on_error, prepare=_team, secrets=SECRETS)


(_OAUTH2_APP,) = [case for case in CASES if case.module == "identity_oauth2_app"]
SEQUENCES = [
    # The longest sequences come first.
    _directory("stop", 1),
    _directory("continue", 4),
    *CASES,
    Case(
        "identity_oauth2_app",
        "app",
        {"create": {**APP, "orphans": "adopt"}},
        kind="adopting",
        prepare=_OAUTH2_APP.prepare,
    ),
]


def apply(run: Run, **options: Any) -> Result:
    return run("scim_directory", **options)


def good(result: Result) -> Result:
    assert not result.failed, result.output
    return result


def done(result: Result) -> dict[str, str]:
    return {action["name"]: action["action"] for action in result["actions"]}


def label(sequence: Case) -> str:
    return f"{sequence.module} {sequence.kind}".strip()


@dataclass(frozen=True)
class Step:
    """One step of a sequence without faults: the kept state before it, its requests, and the state after it."""

    before: int
    requests: tuple[dict[str, Any], ...]
    after: Any


def walk(sequence: Case, tenant: Tenant, run: Run) -> dict[str, Step]:
    """Run a sequence without any fault."""
    tenant.reset()
    sequence.prepare(tenant)
    steps: dict[str, Step] = {}
    for step, options in sequence.lifecycle.items():
        before = tenant.keep()
        tenant.forget_requests()
        good(run(sequence.module, **options))
        steps[step] = Step(before, tuple(tenant.requests()), comparable(tenant.state()))
    return steps


def secrets_in(options: Any) -> Iterator[str]:
    """Yield every secret of a task, at any depth."""
    if isinstance(options, list):
        for item in options:
            yield from secrets_in(item)
    elif isinstance(options, dict):
        for name, value in options.items():
            if name in SECRETS:
                yield value
            else:
                yield from secrets_in(value)


# The names by which people distinguish objects of a kind.
NAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "users": lambda item: item["userName"],
    "roles": lambda item: item["displayName"],
    "apps": lambda item: item["values"].get("ServiceName"),
    "vault_users": lambda item: item["userName"],
    "vault_groups": lambda item: item["displayName"],
    "containers": lambda item: item["name"],
    "permissions": lambda item: [item[key]["display"] for key in ("container", "user", "group") if item.get(key)],
    "accounts": lambda item: [item[ACCOUNT]["safe"], item["name"]],
}


def name_of(kind: str, item: dict[str, Any]) -> str:
    return f"{kind} {json.dumps(NAMES[kind](item)).casefold()}"


def doubled(state: State) -> list[str]:
    """Return the objects that exist more than once. An app without a name was never finished."""
    names = Counter(name_of(kind, item) for kind, items in state.items() for item in items if NAMES[kind](item))
    return [name for name, count in names.items() if count > 1]


def unfinished(state: State) -> list[Any]:
    """Return the apps that were created and have no name yet."""
    return [app["id"] for app in state["apps"] if not NAMES["apps"](app)]


def comparable(state: State) -> Any:
    """Replace ids by names and sort, so that two tenants with the same objects compare equal."""
    names = {str(item["id"]): name_of(kind, item) for kind, items in state.items() for item in items}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            # A link repeats other data of the object.
            return {names.get(key, key): renamed(item) for key, item in sorted(value.items()) if key != "$ref"}
        if isinstance(value, list):
            return sorted((renamed(item) for item in value), key=json.dumps)
        return names.get(value, value) if isinstance(value, str) else value

    named = {**state, "apps": [app for app in state["apps"] if NAMES["apps"](app)]}
    return renamed({kind: [{**item, "id": name_of(kind, item)} for item in items] for kind, items in named.items()})


def differences(one: Any, other: Any) -> list[Any]:
    """Return the objects that are in only one of two comparable states, or differ between them."""
    pairs = ((one, other), (other, one))
    return [item for here, there in pairs for kind in here for item in here[kind] if item not in there[kind]]


@contextlib.contextmanager
def before_request(number: int, act: Callable[[requests.PreparedRequest], object]) -> Iterator[None]:
    """Call a function just before the request with this number, counted from 1, is sent."""
    numbers = itertools.count(1)
    send = HTTPAdapter.send

    def sending(adapter: HTTPAdapter, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if next(numbers) == number:
            act(request)
        return send(adapter, request, **how)

    with mock.patch.object(HTTPAdapter, "send", sending):
        yield


def call_off(tenant: Tenant, number: int, fault: dict[str, Any]) -> None:
    """Cancel the faults, also that of this request. No request is under way when this returns."""
    tenant.control("DELETE", "faults")
    lost = number if "drop" in fault else None
    while any(seen["status"] is None for place, seen in enumerate(tenant.requests(), 1) if place != lost):
        time.sleep(0.005)


def kill_at(tenant: Tenant, module: str, options: Options, number: int, *, effect: bool) -> None:
    """Run a module in its own process, and kill it while it waits for the answer to the request with this number.

    With ``effect`` the server carries the request out, after the client is gone.
    """
    fault = {"latency": None} if effect else {"latency": None, "drop": "before"}
    tenant.fault(skip=number - 1, **fault)
    with module_process(module, {**tenant.defaults_for(module), **options}) as process:
        while len(tenant.requests()) < number:
            assert process.poll() is None, "the task ended before that request"
            time.sleep(0.01)
        process.kill()
    call_off(tenant, number, fault)
