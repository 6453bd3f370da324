# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the module that measures how the server of a tenant behaves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .._base.errors import InvalidError
from .._base.misfits import Spec
from .._base.nearest import did_you_mean, nearest
from .._diagnosis.probe.document import text_of
from .._diagnosis.probe.probe import NAMES, Findings, probe
from .._diagnosis.probe.session import PREFIX, Session
from .._scim.protocol import Scim
from .plan_files import write_text
from .scim_module import ScimModule

OPTIONS: Spec = {
    "confirm": {"type": "bool", "required": True},
    "path": {"type": "path"},
    "facts": {"type": "list", "elements": "str"},
    "login_suffix": {"type": "str"},
}


def run_probe() -> None:
    """Run the module that measures facts about a SCIM server."""
    module = ScimModule(OPTIONS, for_vault=True)

    def work() -> dict[str, Any]:
        with module.scim() as scim:
            return _probed(module, scim)

    module.run(work)


def _probed(module: ScimModule, scim: Scim) -> dict[str, Any]:
    names = _names(module.params["facts"])
    suffix = _suffix(module.params["login_suffix"], scim)
    if not module.params["confirm"]:
        raise InvalidError(
            "a probe creates users, groups, safes and accounts on the tenant, and deletes them",
            hint="Set confirm: true if that is allowed there. Use a tenant for tests",
        )
    if module.check_mode:
        return {"changed": True, "msg": f"{len(names)} facts would be measured", **_result(Findings())}
    session = Session(scim, suffix, module.no_log_values.add)
    findings = probe(session, names)
    if findings.left:
        module.warn(f"Objects with the prefix {PREFIX} are left, and the next run deletes them: {findings.left}")
    path = module.params["path"]
    if path:
        write_text(path, [text_of(findings)], "path")
    msg = f"{len(findings.measured)} facts measured, {len(findings.unmeasured)} not"
    return {"changed": session.written or bool(path), "msg": msg, **_result(findings)}


def _names(given: list[str] | None) -> list[str]:
    """Return the facts to measure, all of them by default."""
    unknown = sorted(set(given or ()) - set(NAMES))
    if unknown:
        question = did_you_mean(nearest(name, NAMES) for name in unknown)
        raise InvalidError(f"facts names {', '.join(unknown)}, which cannot be measured", hint=question or None)
    return [name for name in NAMES if given is None or name in given]


def _suffix(given: str | None, scim: Scim) -> str:
    """Return the login suffix for the users of the probe, by default that of the service user."""
    own = str(scim.client.connection.client_id or "").rpartition("@")[2]
    suffix = (given or own).lstrip("@")
    if not suffix:
        raise InvalidError(
            "login_suffix is missing", hint="Give the part after the @ in the login names of this tenant"
        )
    return suffix


def _result(findings: Findings) -> dict[str, Any]:
    return {
        "facts": {fact.name: fact.value for fact in findings.measured},
        "evidence": [asdict(fact) for fact in findings.measured],
        "not_measured": {fact.name: fact.reason for fact in findings.unmeasured},
        "swept": findings.swept,
    }
