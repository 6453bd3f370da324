# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that manage or export a whole directory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from .._access.drift import drift_document, lines_of_drift, report_of_drift, since, told
from .._access.policy_run import needs_directory, refusal_of
from .._base.errors import (
    IdentityError,
    InvalidError,
    trying,
)
from .._base.misfits import Spec
from .._base.paths import Object
from .._base.secrets import spellings
from .._directory.apply import Applied
from .._directory.checks import refuse_options
from .._directory.directory import Directory
from .._directory.drift import drift_of
from .._directory.entries import (
    directory_spec,
    entries_elsewhere,
    entries_of,
    kinds_of,
    only_of,
    rules_of,
    wrong_limits,
    wrong_parts,
)
from .._directory.export import export, secrets_of
from .._directory.guard_rails import Rules
from .._directory.plan_checks import created_by
from .._directory.plan_document import counts_of, with_digest
from .._directory.plan_text import MOST_LINES, lines_of
from .._directory.progress import Progress
from .._directory.report import failure_of, report_of_run
from .._directory.values import Desired, Planned
from .._model.new_values import unknowns
from .._model.resources import RESOURCES
from .._model.shapes import Flat
from .._scim.protocol import Scim
from .access_files import previous_report, read_tenant, write_document
from .connection import (
    CONNECTION,
    VAULT_IDENTITY,
)
from .entry_checks import entry_checker
from .journal_files import lines_of_undo, requested_undo
from .module import as_map, scalars, secrets_below, take_handed
from .plan_files import approval_of, without_secrets, write_plan
from .policy_checks import Policies, judge_plan, policies_in
from .scim_module import ScimModule
from .sentences import counted, sentence_of_directory, sentence_of_reading
from .warnings import Warnings

DIRECTORY: Spec = {
    **directory_spec(),
    "path": {"type": "list", "elements": "path"},
    "path_files": {"type": "list", "elements": "dict"},
    "part": {
        "type": "dict",
        "options": {
            "slices": {"type": "int", "default": 1},
            "slice": {"type": "int", "default": 1},
            "wave": {"type": "int", "choices": [1, 2, 3], "default": 3},
        },
    },
    "input_errors": {"type": "list", "elements": "str"},
    "kinds": {"type": "list", "elements": "str", "choices": [resource.plural for resource in RESOURCES.values()]},
    "prune": {"type": "list", "elements": "str", "choices": [resource.plural for resource in RESOURCES.values()]},
    "prune_users": {"type": "str", "choices": ["deactivate", "delete"], "default": "deactivate"},
    "prune_to_nothing": {"type": "bool", "default": False},
    "max_removals": {"type": "str", "default": "10"},
    "max_access_removals": {"type": "str", "default": "100"},
    "protected": {"type": "list", "elements": "str", "default": []},
    "protected_unmatched": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
    "unmanaged": {"type": "str", "choices": ["ignore", "report", "fail"], "default": "ignore"},
    "allow_empty_vault": {"type": "bool", "default": False},
    "workers": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["stop", "continue"], "default": "stop"},
    "undo": {
        "type": "dict",
        "options": {
            "journal": {"type": "path", "required": True},
            "run": {"type": "str"},
            "passwords": {"type": "dict", "no_log": True},
            "secrets": {"type": "dict", "no_log": True},
            "on_loss": {"type": "str", "choices": ["fail", "continue"], "default": "fail"},
        },
    },
    "plan_path": {"type": "path"},
    "access_path": {"type": "path"},
    "previous_access_path": {"type": "path"},
    "approved": {"type": "str"},
    "policies": {"type": "list", "elements": "dict"},
    "progress": {"type": "bool", "default": True},
    "progress_path": {"type": "path"},
}


SHOWN = {**CONNECTION, **VAULT_IDENTITY}  # the options that the result and the log contain


class DirectoryModule(ScimModule):
    """A module with long input that contains secrets. Logs and results do not show the input."""

    apart = frozenset(["path_files", *(resource.plural for resource in RESOURCES.values())])

    def __init__(self) -> None:
        self.warnings = Warnings(self.warn)
        self.misfits: list[IdentityError] = []
        super().__init__(DIRECTORY, for_vault=True)

    def _load_params(self) -> None:
        """Register the secrets of the entries before the first call that can log or fail.

        Hide the lists from Ansible, because it would copy them. For a large directory, that takes as long as reading a
        page of the tenant.
        """
        super()._load_params()
        self.listed: dict[str, list[dict[str, Any]]] = {}
        files = [*(self.params.pop("path_files", None) or ()), *(take_handed("path_files") or ())]
        self.has_files = bool(files)
        self._errors_of_files = [text for file in files for text in file["wrong"]]
        for resource in RESOURCES.values():
            contents = [file["content"].get(resource.plural) for file in files]
            given = _with_files(self.params.get(resource.plural), contents)
            if isinstance(given, list):
                self.params.pop(resource.plural, None)
                self.listed[resource.plural] = given
            elif isinstance(given, str):  # Ansible splits a text at commas
                given = given.split(",")
            maps = map(as_map, given if isinstance(given, list) else ())
            entries = [entry for entry in maps if isinstance(entry, dict)]
            secrets: set[str] = set()
            for row in resource.attributes:
                if row.secret:
                    texts = (text for entry in entries for text in scalars(entry.get(row.option)))
                    secrets.update(text for text in texts if len(text) >= row.shortest)
                elif isinstance(row.shape, Flat):
                    values = (as_map(entry.get(row.option)) for entry in entries)
                    secrets.update(text for value in values for text in secrets_below(value))
            self.no_log_values.update(spelling for text in secrets for spelling in spellings(text))

    @property
    def input_errors(self) -> list[str]:
        """Return the errors that were found in lists and files."""
        return [*(self.params["input_errors"] or ()), *self._errors_of_files]

    def hear(self, text: str) -> None:
        self.warnings.add(text)

    def check_options(self, given: Mapping[str, Any]) -> None:
        """Collect the errors of directory options, so that they are reported together with those of entries."""
        super().check_options({option: value for option, value in given.items() if option in SHOWN})
        try:
            super().check_options({option: value for option, value in given.items() if option not in SHOWN})
        except InvalidError as error:
            self.misfits = [error]

    @property
    def invocation(self) -> dict[str, Any]:
        """The options to show in the result. The desired state and its secrets are left out: results are kept."""
        return {"module_args": {name: value for name, value in self.params.items() if name in SHOWN}}

    def _log_invocation(self) -> None:
        given, self.params = self.params, {name: self.params[name] for name in SHOWN}
        try:
            super()._log_invocation()
        finally:
            self.params = given

    def fail_json(self, msg: str, **result: Any) -> None:
        super().fail_json(msg, **{"invocation": self.invocation, **result})


def _with_files(given: Any, contents: Sequence[list[Any] | None]) -> Any:
    """Return the entries of a task, then those of files. A value that is not a list becomes an invalid entry."""
    found = [entries for entries in contents if entries is not None]
    if not found:
        return given
    listed = given if isinstance(given, list) else [] if given is None else [given]
    return [*listed, *chain.from_iterable(found)]


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
    else:
        yield str(value)


def run_directory() -> None:
    """Run the module that manages a whole directory."""
    module = DirectoryModule()

    def work() -> dict[str, Any]:
        with module.scim() as scim:
            return _run(module, scim)

    module.run(work)


def _run(module: DirectoryModule, scim: Scim) -> dict[str, Any]:
    _refuse_wrong_options(module, scim)
    approval, report = approval_of(module.params["approved"]), Reports.of(module, scim)
    undo = (
        requested_undo(module.params, module.listed, scim, check=module.check_mode) if module.params["undo"] else None
    )
    given, check = {**module.params, **(undo.entries if undo else module.listed)}, entry_checker()
    managed = only_of(kinds_of(given, scim.served), given)
    entries, elsewhere = entries_of(managed, check), entries_elsewhere(given, managed, check)
    rules = rules_of(managed)
    if elsewhere and given["kinds"] is None:
        _check_unserved(module, elsewhere)
    path, quiet = module.params["progress_path"], not module.params["progress"]
    with module.warnings.collected(), Progress(path, quiet=quiet) as progress:
        now, check_mode = time.time(), module.check_mode
        directory = Directory(scim, rules, progress.report, progress.is_abandoned, now=now, check=check_mode)
        with trying("plan the directory"):
            planned = directory.plan(entries, elsewhere, module.input_errors)
        kinds = [resource.plural for resource in RESOURCES.values() if managed[resource.plural] is not None]
        document = with_digest(without_secrets(directory.document(planned, kinds), module.secrets))
        if module.params["plan_path"]:
            write_plan(module.params["plan_path"], document)
        extra = report.make(document, entries, given, now)
        access = lines_of_drift(extra["access"], MOST_LINES) if "access" in extra else ()
        progress.show([*(lines_of_undo(undo) if undo else ()), *access, *lines_of(document)])
        if approval:
            approval.check(document)
        refusal = _refusal(planned, rules, extra.get("policies"))
        if refusal:
            planned = replace(planned, steps=())
        applied = _apply(module, directory, planned)
    if undo:
        extra.update(left_alone=undo.left_alone, lost=undo.lost)
    result = _result(module, planned, applied, {"plan": {"digest": document["digest"], **counts_of(document)}, **extra})
    if refusal:
        first = f"{extra['access']['msg']} " if "access" in extra else ""
        result.update(failed=True, msg=f"{first}{refusal}", failure=refusal.failure())
    if failure := failure_of(planned, applied):
        result.update(failed=True, **failure)
    return result


@dataclass(frozen=True)
class Reports:
    """The reports about the whole tenant: the findings of policies, and access that differs from the entries."""

    module: DirectoryModule
    scim: Scim
    policies: Policies
    path: str | None
    previous: Object | None

    @classmethod
    def of(cls, module: DirectoryModule, scim: Scim) -> Reports:
        """Read the policies and the previous report. Raise InvalidError if one of them is invalid."""
        path, earlier = module.params["access_path"], module.params["previous_access_path"]
        if earlier and not path:
            raise InvalidError("previous_access_path needs access_path", hint="Give the file for the new report, too")
        previous = previous_report(earlier, scim.client.connection.tenant_url)
        return cls(module, scim, policies_in(module.params), path, previous)

    def make(self, plan: Object, entries: Sequence[Desired], given: Mapping[str, Any], now: float) -> Object:
        """Return the reports for the result, and write the access document. The tenant is read once for both."""
        found: Object = {}
        needed = self.path or needs_directory(self.policies)
        with trying("read the whole tenant"):
            directory = read_tenant(self.scim, may_be_empty=given["allow_empty_vault"]) if needed else {}
        if self.policies:
            found["policies"] = judge_plan(self.policies, directory, plan, given, now)
        if self.path:
            with trying("compare who can reach what"):
                findings = found["policies"]["findings"] if self.policies else None
                document = drift_document(directory, plan, now, entries, findings)
                words = told(document)
                if self.module.params["previous_access_path"]:
                    document["drift"]["since"] = since(document, words, self.previous)
            write_document(self.path, document, self.module.secrets, "access_path")
            found["access"] = self.module.secrets.masked_values(report_of_drift(document, words))
        return found


def _refusal(planned: Planned, rules: Rules, judged: Object | None) -> IdentityError | None:
    """Return the error if unmanaged objects or policies refuse the plan, else None."""
    if planned.unmanaged and rules.fail_unmanaged:
        return drift_of(planned.unmanaged)
    return refusal_of(judged) if judged and judged["refused"] else None


def _refuse_wrong_options(module: DirectoryModule, scim: Scim) -> None:
    """Raise one failure if options of the task are wrong. It also has the errors of the entries."""
    given, kinds = {**module.params, **module.listed}, scim.served
    wrong = [*module.misfits, *wrong_limits(given), *wrong_parts(given, check=module.check_mode)]
    if given["path"] is not None and not module.has_files:
        wrong.append(InvalidError("no file was read from path", hint="Give YAML files, or folders of them"))
    try:
        kinds = kinds_of(given, scim.served)
    except InvalidError as error:
        wrong.append(error)
    if wrong:
        with trying("plan the directory"):
            refuse_options(wrong, entries_of(only_of(kinds, given), entry_checker()), module.input_errors)


def _check_unserved(module: DirectoryModule, elsewhere: Sequence[Desired]) -> None:
    """Warn about entries that no service user can manage. Raise InvalidError if the task reports unmanaged objects."""
    if module.params["unmanaged"] != "ignore":
        raise InvalidError(
            f"{_numbers_of(elsewhere)} cannot be checked: the task has only the service user of the vault",
            hint="Give client_id and client_secret as well, or name the kinds to check in kinds "
            "(directory_kinds in the playbooks)",
        )
    module.warn(left_alone(elsewhere))


def _apply(module: DirectoryModule, directory: Directory, planned: Planned) -> Applied:
    """Apply the plan. In check mode, only return the expected results."""
    if not module.check_mode:
        module.warnings.begin_repeating()
        return directory.apply(planned)
    if text := unknowns(created_by(planned.steps)):
        module.hear(text)
    return directory.foresee(planned)


def _result(module: DirectoryModule, planned: Planned, applied: Applied, extra: dict[str, Any]) -> dict[str, Any]:
    result = {**report_of_run(planned, applied), **extra}
    result["msg"] = sentence_of_directory(result["summary"], check=module.check_mode)
    result["invocation"] = module.invocation
    result["diff"] = {
        side: {plural: module.secrets.masked_keys(named) for plural, named in objects.items()}
        for side, objects in result["diff"].items()
    }
    # Ansible searches each text for each secret. That takes minutes for ten thousand users with a password.
    module.no_log_values = module.secrets.found_in("\n".join(_texts_in(result)))
    return result


def left_alone(entries: Sequence[Desired]) -> str:
    """Return the warning about entries that no service user can manage."""
    text = _numbers_of(entries)
    return (
        f"Left alone: {text}, because the task has only the service user of the vault. "
        "Give client_id as well, or name the kinds to manage in kinds (directory_kinds in the playbooks)"
    )


def _numbers_of(entries: Sequence[Desired]) -> str:
    """Return the number of entries of each kind as a text."""
    numbers = Counter(entry.resource.plural for entry in entries)
    kinds = [resource for resource in RESOURCES.values() if numbers[resource.plural]]
    return " and ".join(counted(numbers[resource.plural], resource) for resource in kinds)


def run_directory_info() -> None:
    """Run the module that exports a directory."""
    plurals = [resource.plural for resource in RESOURCES.values()]
    module = ScimModule({"include": {"type": "list", "elements": "str", "choices": plurals}}, for_vault=True)

    def work() -> dict[str, Any]:
        included = module.params["include"]
        gaps: list[str] = []
        with module.scim() as scim:
            directory = export(
                scim, [each.plural for each in scim.served] if included is None else included, gaps.append
            )
        read = [(len(directory[kind.plural]), kind) for kind in RESOURCES.values() if kind.plural in directory]
        return {
            "changed": False,
            "msg": sentence_of_reading(read),
            "directory": directory,
            "secrets": secrets_of(directory),
            "gaps": gaps,
        }

    module.run(work)
