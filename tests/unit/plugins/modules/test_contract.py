# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of every module in the collection."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import MODULES, ROOT, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import CASES, Case

MODULE_FILES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.module} {case.kind}".strip())
OBJECTS = pytest.mark.parametrize(
    "case", [case for case in CASES if not case.reads_only], ids=lambda case: f"{case.module} {case.kind}".strip()
)
Run = Callable[..., Result]


def without_id(entity: Any) -> Any:
    return {key: value for key, value in entity.items() if key != "id"} if isinstance(entity, dict) else entity


def good(result: Result) -> Result:
    assert not result.failed, result.output
    assert result.status == 0
    return result


# These modules have no object of their own: test_scim_directory.py, test_scim_doctor.py and test_scim_probe.py have
# their contracts.
APART = {"scim_directory", "scim_doctor", "scim_probe"}


def test_every_module_has_a_case() -> None:
    assert {case.module for case in CASES} == set(MODULE_FILES) - APART


@EVERY
def test_check_mode_writes_nothing_and_predicts_the_run(case: Case, tenant: Tenant, run: Run) -> None:
    case.prepare(tenant)
    for step, options in case.lifecycle.items():
        tenant.forget_requests()
        predicted = good(run(case.module, check=True, **options))
        assert tenant.writes() == [], step
        actual = good(run(case.module, **options))
        assert predicted["changed"] == actual["changed"] == (not case.reads_only), step
        assert predicted.json.get("diff") == actual.json.get("diff"), step
        assert without_id(predicted[case.result]) == without_id(actual[case.result]), step
        assert actual.warnings == [], step
        assert [text for text in predicted.warnings if not text.startswith("Check mode cannot know")] == [], step


@EVERY
def test_a_line_says_what_was_done(case: Case, tenant: Tenant, run: Run) -> None:
    """Check mode prints the same line; a second run prints none. The line names the object and no secret."""
    case.prepare(tenant)
    for step, options in case.lifecycle.items():
        predicted, actual = (good(run(case.module, check=check, **options))["msg"] for check in (True, False))
        assert "\n" not in actual, step
        if case.reads_only:
            assert predicted == actual, step
            assert re.fullmatch(r"\d+ \w+(, \d+ \w+)* read|service provider .* read|token received, .*", actual), step
            continue
        label, _blank, done = actual.rpartition(" ")
        assert done in ("created", "changed", "deactivated", "deleted"), step
        assert predicted == f"{label} would be {done}", step
        assert re.fullmatch(r"[\w ]+ '.+'", label), step
        assert good(run(case.module, **options))["msg"] == f"{label} unchanged", step


@EVERY
def test_the_nearest_option_is_suggested_for_a_misspelt_one(case: Case, tenant: Tenant, run: Run) -> None:
    result = run(case.module, **next(iter(case.lifecycle.values())), retry=3, **{"tenant-ulr": "x"})
    assert "retry, tenant-ulr. Did you mean retries and tenant_url? Supported parameters include: " in result["msg"]
    assert result.code == "invalid"


@EVERY
def test_second_run_changes_nothing_with_one_token_and_no_write(case: Case, tenant: Tenant, run: Run) -> None:
    case.prepare(tenant)
    for step, options in case.lifecycle.items():
        first = good(run(case.module, **options))
        tenant.forget_requests()
        second = good(run(case.module, **options))
        assert second["changed"] is False, step
        assert tenant.writes() == [], step
        assert tenant.tokens() == 1, step
        assert second[case.result] == first[case.result], step


@OBJECTS
def test_diffs_chain(case: Case, tenant: Tenant, run: Run) -> None:
    case.prepare(tenant)
    for step, options in case.lifecycle.items():
        first = good(run(case.module, **options))["diff"]
        second = good(run(case.module, **options))["diff"]
        readable = {key: value for key, value in first["after"].items() if key not in case.secrets}
        assert second["before"] == second["after"] == readable, step
        assert isinstance(first["before"], dict), step


@OBJECTS
def test_result_can_be_given_to_the_module(case: Case, tenant: Tenant, run: Run) -> None:
    case.prepare(tenant)
    for step, options in case.lifecycle.items():
        entity = good(run(case.module, **options))[case.result]
        if entity is not None:
            assert good(run(case.module, **entity))["changed"] is False, step


@EVERY
def test_null_is_the_same_as_left_out(case: Case, tenant: Tenant, run: Run) -> None:
    """This includes options with choices, and mutually exclusive ones, where Ansible counts null as given."""
    case.prepare(tenant)
    spec = yaml.safe_load(importlib.import_module(f"{MODULES}.{case.module}").DOCUMENTATION).get("options", {})
    for step, options in case.lifecycle.items():
        nulls: dict[str, Any] = {name: None for name in spec if name not in options}
        for name, value in options.items():
            if isinstance(value, dict) and "suboptions" in spec[name]:
                nulls[name] = {**dict.fromkeys(spec[name]["suboptions"]), **value}
        good(run(case.module, **{**options, **nulls}))
        assert good(run(case.module, **options))["changed"] is False, step


@EVERY
def test_bad_input_is_refused_before_anything_is_sent(case: Case, tenant: Tenant, run: Run) -> None:
    tenant.forget_requests()
    for problem, options in case.bad.items():
        result = run(case.module, **options)
        assert result.failed, problem
        assert result.status == 1, problem
        assert result.code == "invalid", problem
        assert "Traceback" not in result.output, problem
    assert tenant.requests() == []


@EVERY
def test_no_secret_comes_back(case: Case, tenant: Tenant, run: Run) -> None:
    case.prepare(tenant)
    for options in case.lifecycle.values():
        output = run(case.module, **options).output
        secrets = [options[name] for name in case.secrets if name in options] + [tenant.info["client_secret"]]
        assert not [secret for secret in secrets if secret in output]


@pytest.mark.parametrize("module", sorted(set(MODULE_FILES) - APART))
def test_documentation_and_results_agree(module: str, tenant: Tenant, run: Run) -> None:
    """Every returned value is documented, including the attributes of the object, and the other way round."""
    described = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    attributes: set[str] = set()
    for case in [case for case in CASES if case.module == module]:
        tenant.reset()
        case.prepare(tenant)
        result = good(run(module, **next(iter(case.lifecycle.values()))))
        own = {key for key in result.json if key not in ("changed", "invocation", "warnings", "deprecations")}
        assert own == set(described) - {"failure"}
        entity = result[case.result]
        if isinstance(entity, (dict, list)):
            attributes.update(entity[0] if isinstance(entity, list) else entity)
    assert attributes == set(described[case.result].get("contains", ()))
