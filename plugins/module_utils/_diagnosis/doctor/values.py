# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The values that the checks take and return. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._base.errors import IdentityError, ProtocolError, report_of
from ..._http.client import Client, Connection
from .diagnoses import DIAGNOSES, FAILED, OK, SKIPPED, WARNING


@dataclass(frozen=True)
class Finding:
    """The result of one check. ``diagnosis`` is the code of the cause. It is empty if nothing is wrong.

    ``facts`` fill the texts of the diagnosis. ``learned`` is for later checks and never shown.
    """

    check: str
    status: str
    tried: str
    answer: str
    diagnosis: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    learned: Any = field(default=None, repr=False, compare=False)

    @property
    def passed(self) -> bool:
        return self.status in (OK, WARNING)

    @property
    def meaning(self) -> str:
        return self.told("meaning")

    @property
    def fix(self) -> str:
        return self.told("fix")

    def told(self, text: str, dress: Callable[[str], str] = str, star: str = "*") -> str:
        """Return a text of the diagnosis with its facts, each formatted by a function. Empty without a diagnosis."""
        if not self.diagnosis:
            return ""
        template = str(getattr(DIAGNOSES[self.diagnosis], text)).replace("*", star)
        return template.format_map({name: dress(fact) for name, fact in self.facts.items()})

    def masked(self, mask: Callable[[str], str]) -> Finding:
        """Return the finding without secrets in its texts."""
        facts = {name: mask(fact) for name, fact in self.facts.items()}
        return replace(self, tried=mask(self.tried), answer=mask(self.answer), facts=facts)


def healthy(tried: str, answer: str, learned: Any = None) -> Finding:
    """Return the finding of a check without a problem. The name of the check is added later."""
    return Finding("", OK, tried, answer, learned=learned)


def sick(code: str, tried: str, answer: str, learned: Any = None, **facts: Any) -> Finding:
    """Return the finding of a check with a cause."""
    texts = {name: str(fact) for name, fact in facts.items()}
    return Finding("", DIAGNOSES[code].status, tried, answer, code, texts, learned)


@dataclass(frozen=True)
class Patient:
    """The subject of the checks: the options of the task, a way to make clients, and the findings so far."""

    options: Mapping[str, Any]
    connect: Callable[[], list[Connection]]  # raises InvalidError for options that make no connection
    find_administrator: Callable[[], Connection | None]
    open: Callable[[Connection], Client]
    versions: Mapping[str, str]
    known: Mapping[str, Finding] = field(default_factory=dict)

    @property
    def connections(self) -> list[Connection]:
        """The identities: that of the directory, that of the vault, or both."""
        connections: list[Connection] = self.known["options"].learned[0]
        return connections

    @property
    def connection(self) -> Connection:
        return self.connections[0]

    @property
    def administrator(self) -> Connection | None:
        administrator: Connection | None = self.known["options"].learned[1]
        return administrator

    def learned(self, check: str) -> Any:
        """Return the value that an earlier check learned, or None."""
        finding = self.known.get(check)
        return finding.learned if finding else None


@dataclass(frozen=True)
class Check:
    """One row of the examination. It runs if all the checks that it ``needs`` passed."""

    name: str
    run: Callable[[Patient], Finding]
    needs: tuple[str, ...] = ()


def identity_name(check: str, connection: Connection) -> str:
    """Return the name of a check of one identity, such as ``vault_token``."""
    return f"{connection.prefix}{check}"


def examine(patient: Patient, checks: Iterable[Check], otherwise: Callable[[IdentityError], Finding]) -> list[Finding]:
    """Run the checks in order. ``otherwise`` converts a failure that a check did not expect to a finding."""
    known: dict[str, Finding] = {}
    for check in checks:
        lacking = next((name for name in check.needs if not known[name].passed), None)
        if lacking is not None:
            first = known[lacking]
            answer = first.answer if first.status == SKIPPED else f"not tried, because {lacking} failed"
            finding = Finding(check.name, SKIPPED, "", answer)
        else:
            try:
                finding = check.run(replace(patient, known=dict(known)))
            except IdentityError as error:
                finding = otherwise(error)
            except Exception as error:  # a bug, or an unusual system: the other checks still have results
                finding = otherwise(ProtocolError(report_of(error)))
        known[check.name] = replace(finding, check=check.name)
    return list(known.values())


def causes(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with a cause in the order in which to fix them, failures first."""
    found = [finding for finding in findings if finding.diagnosis]
    return [each for status in (FAILED, WARNING) for each in found if each.status == status]
