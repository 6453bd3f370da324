# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the doctor."""

from __future__ import annotations

import platform
import ssl
from contextlib import suppress
from typing import Any

from ansible.module_utils.ansible_release import __version__ as ansible_version

from .._base.errors import UnhealthyError
from .._base.misfits import Spec
from .._diagnosis.doctor.diagnoses import FAILED, WARNING
from .._diagnosis.doctor.examination import look_at
from .._diagnosis.doctor.report import markdown_of, sentence_of, table_of
from .._diagnosis.doctor.values import Finding, Patient, causes
from .._http.connections import VERSION
from .connection import ADMINISTRATOR_IDENTITY
from .module import Module

with suppress(ImportError):  # Module.run() reports a missing library
    import requests
    import urllib3

OPTIONS: Spec = {
    **ADMINISTRATOR_IDENTITY,
    "fail_on": {"type": "str", "choices": ["nothing", "problems", "warnings"], "default": "nothing"},
}
FAILING = {"nothing": (), "problems": (FAILED,), "warnings": (FAILED, WARNING)}
SHOWN = ("check", "status", "tried", "answer", "diagnosis", "meaning", "fix")


def run_doctor() -> None:
    """Run the module that finds the reasons why a control node cannot use the SCIM server."""
    # No rules for credentials: the doctor reports missing ones as findings.
    module = Module(OPTIONS, for_vault=True, required_one_of=[], required_together=[])

    def work() -> dict[str, Any]:
        patient = Patient(module.params, module.connections, module.administrator, module.open, _versions())
        findings = [finding.masked(module.masked) for finding in look_at(patient)]
        result = _result(findings)
        if any(finding.status in FAILING[module.params["fail_on"]] for finding in findings):
            failure = UnhealthyError(result["msg"]).failure()
            return {**result, "failed": True, "failure": failure}
        return result

    module.run(work)


def _versions() -> dict[str, str]:
    return {
        "idops.cyberark_identity": VERSION,
        "ansible-core": ansible_version,
        "Python": platform.python_version(),
        "requests": requests.__version__,
        "urllib3": str(getattr(urllib3, "__version__", "unknown")),
        "OpenSSL": ssl.OPENSSL_VERSION.partition(" ")[2].partition(" ")[0],
    }


def _result(findings: list[Finding]) -> dict[str, Any]:
    found = causes(findings)
    return {
        "changed": False,
        "msg": sentence_of(findings),
        "healthy": not found,
        "causes": [finding.diagnosis for finding in found],
        "findings": [{name: getattr(finding, name) for name in SHOWN} for finding in findings],
        "table": table_of(findings),
        "markdown": markdown_of(findings),
    }
