# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task is killed while it waits for an answer: the next run completes the change, and nothing is duplicated.

``make faults`` kills each writing task at each of its requests; otherwise a few requests of each sequence.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant, could_write
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import Case
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    EVERYTHING,
    SEQUENCES,
    comparable,
    differences,
    doubled,
    good,
    kill_at,
    label,
    unfinished,
    walk,
)

Run = Callable[..., Result]
FEW = 2


@pytest.mark.parametrize("sequence", [sequence for sequence in SEQUENCES if not sequence.reads_only], ids=label)
def test_killed_at_each_request(sequence: Case, tenant: Tenant, run: Run, record_property: Callable[..., None]) -> None:
    """Kill the task before and during the effect of a request. For read-only requests both cases are identical."""
    steps = walk(sequence, tenant, run)
    kills = [
        (name, number, effect)
        for name, step in steps.items()
        for number, seen in enumerate(step.requests, 1)
        for effect in ((False, True) if could_write(seen) else (False,))
    ]
    if not EVERYTHING:
        kills = random.Random(label(sequence)).sample(kills, FEW)
    for name, number, effect in kills:
        at = f"{name}, request {number}, {'with' if effect else 'without'} effect"
        options = sequence.lifecycle[name]
        tenant.reset(to=steps[name].before)
        kill_at(tenant, sequence.module, options, number, effect=effect)
        assert doubled(tenant.state()) == [], at
        second = good(run(sequence.module, **options))
        third = good(run(sequence.module, **options)) if second["changed"] else second
        assert third["changed"] is False, at
        final = tenant.state()
        assert doubled(final) == [], at
        assert differences(comparable(final), steps[name].after) == [], at
        assert sequence.kind != "adopting" or unfinished(final) == [], at
    record_property("kills", len(kills))
