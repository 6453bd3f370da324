# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inject each fault into each request of each task: the task reports it, and the next run converges.

``make faults`` tries every request with every fault. Otherwise it is a sample: requests of each step meet some fault,
and each fault meets some request of a directory.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http import client
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant, could_write
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import Case
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    EVERYTHING,
    IN_THIS_PROCESS,
    SEQUENCES,
    Step,
    before_request,
    call_off,
    comparable,
    differences,
    doubled,
    good,
    label,
    secrets_in,
    unfinished,
    walk,
)

Run = Callable[..., Result]
# Codes that a fault of the server or the network may cause. Any other code would be an internal error.
CODES = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)) - {
    "internal",
    "missing_library",
}


@dataclass(frozen=True)
class Fault:
    """A fault of the emulator, and the options of the task that meets it.

    After a fault that ``lies``, a task may report success although nothing was done: it cannot detect that.
    """

    values: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    lies: bool = False


# Requests of one sequence that meet a fault, unless all of them do: of a directory one for each fault, so that each
# fault is met, and of other sequences some.
MOST_REQUESTS, SOME_REQUESTS = 32, 12
IMPATIENT = {"timeout": 0.1}
LOST_ANSWER = "reset after the effect"
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
FAULTS = {
    "connection refused": Fault(refused=True),
    "reset before the effect": Fault({"drop": "before"}),
    LOST_ANSWER: Fault({"drop": "after"}),
    "no answer in time": Fault({"latency": None, "drop": "before"}, IMPATIENT),
    "no answer in time, and the effect in the end": Fault({"latency": None}, IMPATIENT),
    "cut short": Fault({"body": "truncated"}),
    "401 once": Fault({"status": 401}),
    "401 for ever": Fault({"status": 401, "count": None}),
    "403": Fault({"status": 403}),
    "404": Fault({"status": 404}, lies=True),
    "409": Fault({"status": 409}),
    "429 with seconds": Fault({"status": 429, "retry_after": 1}),
    "429 with a date": Fault({"status": 429, "retry_after": DATE}),
    "429": Fault({"status": 429}),
    "429 for ever": Fault({"status": 429, "count": None}),
    **{f"{status}": Fault({"status": status}) for status in (500, 502, 503, 504)},
    **{f"{status} after the effect": Fault({"status": status, "effect": True}) for status in (500, 502, 503, 504)},
    "200 and a web page": Fault({"status": 200, "body": "html"}, lies=True),
    "200 and nothing": Fault({"status": 200, "body": "empty"}, lies=True),
    "200 and broken JSON": Fault({"status": 200, "body": "invalid_json"}, lies=True),
    "200 and a list": Fault({"status": 200, "body": "wrong_shape"}, lies=True),
    "200 and another object": Fault({"status": 200}, lies=True),
    **{f"{body} after the effect": Fault({"body": body}) for body in ("html", "empty", "invalid_json", "wrong_shape")},
}


@dataclass(frozen=True)
class Scenario:
    """One request of one step, the fault that it meets, and the number of retries."""

    step: str
    number: int
    fault: str
    retries: int


def everything(steps: dict[str, Step]) -> Iterator[Scenario]:
    for name, step in steps.items():
        for number, fault, retries in itertools.product(range(1, len(step.requests) + 1), FAULTS, (0, 1)):
            yield Scenario(name, number, fault, retries)


def spread(steps: dict[str, Step], seed: str, most: int) -> Iterator[Scenario]:
    """Yield up to ``most`` requests, spread over the sequence, with some fault each, the same ones in each run.

    Each write also loses its answer while retries are allowed, which is how objects would be duplicated.
    """
    chance = random.Random(seed)
    places = [(name, number, seen) for name, step in steps.items() for number, seen in enumerate(step.requests, 1)]
    yield from (Scenario(name, number, LOST_ANSWER, 1) for name, number, seen in places if could_write(seen))
    places = places[:: -(-len(places) // most)]
    faults = list(FAULTS)
    chance.shuffle(faults)
    for (name, number, _seen), fault in zip(places, itertools.cycle(faults), strict=False):
        yield Scenario(name, number, fault, chance.randint(0, 1))


LIKE_ANOTHER = pytest.mark.long(reason="scim_directory continue is much like scim_directory stop")


def in_time(sequence: Case) -> Any:
    """Return the sequence, marked if it is slow and similar to another one."""
    return pytest.param(sequence, marks=LIKE_ANOTHER) if label(sequence) == "scim_directory continue" else sequence


@pytest.mark.parametrize("sequence", [in_time(sequence) for sequence in SEQUENCES], ids=label)
@IN_THIS_PROCESS
def test_each_request_meets_each_fault(
    sequence: Case, tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch, record_property: Callable[..., None]
) -> None:
    # No waiting here. Other tests cover the length of the waits.
    monkeypatch.setattr(client, "_wait", lambda attempt, error: 0.0)
    steps = walk(sequence, tenant, run)
    most = MOST_REQUESTS if sequence.module == "scim_directory" else SOME_REQUESTS
    scenarios = list(everything(steps) if EVERYTHING else spread(steps, label(sequence), most))
    assert sequence.module != "scim_directory" or {scenario.fault for scenario in scenarios} == {*FAULTS}
    failures = []
    for scenario in scenarios:
        tenant.reset(to=steps[scenario.step].before)
        try:
            survive(sequence, scenario, steps[scenario.step].after, tenant, run)
        except AssertionError as failure:
            failures.append(f"{scenario}: {failure}")
    assert not failures, f"{len(failures)} of {len(scenarios)}:\n" + "\n".join(failures[:20])
    record_property("scenarios", len(scenarios))


def survive(sequence: Case, scenario: Scenario, goal: Any, tenant: Tenant, run: Run) -> None:
    fault, options = FAULTS[scenario.fault], sequence.lifecycle[scenario.step]
    with meeting(tenant, scenario.number, fault):
        first = run(sequence.module, **{**options, **fault.options, "retries": scenario.retries})
    told(first, [*secrets_in(options), tenant.info["client_secret"], tenant.info["admin_client_secret"]])
    after = tenant.state()
    assert doubled(after) == []
    if not first.failed and not fault.lies:
        assert differences(comparable(after), goal) == [], "the task succeeded, and something is not as it should be"
    second = good(run(sequence.module, **options))
    if sequence.reads_only and not first.failed:
        assert sequence.module == "scim_token" or first[sequence.result] == second[sequence.result]
    third = good(run(sequence.module, **options)) if second["changed"] else second
    assert third["changed"] is False
    final = tenant.state()
    assert doubled(final) == []
    assert differences(comparable(final), goal) == []
    assert sequence.kind != "adopting" or unfinished(final) == []


@contextlib.contextmanager
def meeting(tenant: Tenant, number: int, fault: Fault) -> Iterator[None]:
    """Let the request with this number meet the fault, and all others succeed."""
    if fault.refused:
        with refused(number):
            yield
        return
    tenant.fault(skip=number - 1, **fault.values)
    yield
    # On a busy machine a task with a short timeout may have given up before.
    assert len(tenant.requests()) >= number or fault.options == IMPATIENT, "the fault was not met"
    call_off(tenant, number, fault.values)


@contextlib.contextmanager
def refused(number: int) -> Iterator[None]:
    """Send the request with this number to a closed port, so that the system refuses the connection."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))

        def elsewhere(request: requests.PreparedRequest) -> None:
            request.url = re.sub(r":\d+/", f":{closed.getsockname()[1]}/", str(request.url), count=1)

        with before_request(number, elsewhere):
            yield


def told(result: Result, secrets: list[str]) -> None:
    """Check that the task succeeded, or failed with a documented code, and printed no secret."""
    codes = {action["failure"]["code"] for action in result.json.get("actions", ()) if "failure" in action}
    if result.failed:
        codes.add(str(result.code))
    assert codes <= CODES, result.output
    assert "Traceback" not in result.output
    assert not [secret for secret in secrets if secret in result.output]
