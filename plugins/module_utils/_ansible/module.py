# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Where Ansible meets the rest: argument specs, wiring, result and failure. Only this file knows AnsibleModule."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.errors import UnsupportedError

from .._base.errors import (
    IdentityError,
    IncompleteError,
    InvalidError,
    ProtocolError,
    cut,
    raise_all,
    report_of,
    shown,
    trying,
)
from .._base.misfits import refuse_misfits
from .._base.nearest import did_you_mean, nearest
from .._base.paths import fold, quoted
from .._base.secrets import Secrets, is_secret, spellings
from .._directory.directory import Directory, Done, action_of, created_by, result_of
from .._directory.drift import drift_of
from .._directory.entries import directory_spec, entries_elsewhere, entries_of, kinds_of, label_of, only_of, rules_of
from .._directory.export import export, secrets_of
from .._directory.guard_rails import new_end
from .._directory.progress import Progress
from .._directory.survey import Entry
from .._ensure import Outcome, Store, ensure
from .._http.answers import REQUESTS_IMPORT_ERROR
from .._http.client import Client, lifetime_of, scope_of, secrets_in
from .._model.new_values import suffix_of, suffixed, unknowns, warn_of_suffix
from .._model.options import (
    Spec,
    check_characters,
    entry_spec,
    exclusive_options,
    info_spec,
    object_spec,
    resource_of,
    rows,
    task_of,
)
from .._model.plan import Task
from .._model.resources import CONTAINER, PAM_OBJECTS, RESOURCES, Resource
from .._model.shapes import Flat
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim
from .._scim.vault import delete_container, trim_creator
from .connection import (
    CONNECTION,
    CONNECTION_RULES,
    VAULT_IDENTITY,
    VAULT_RULES,
    connections_of,
    environment_options,
    explained,
    resolve_all,
    with_unused,
    without_nulls,
)
from .sentences import counted, sentence_of_directory, sentence_of_object, sentence_of_reading

# Options and results that are maps with keys of the task or of the tenant.
FREE_MAPS = {
    row.option for resource in RESOURCES.values() for row in resource.attributes if isinstance(row.shape, Flat)
}
# What Ansible says of unknown options: the names, and what there is beside them.
UNSUPPORTED = re.compile(r"(Unsupported parameters for .*?: (.*?)\. )(Supported parameters include: (.*)\.)", re.DOTALL)
PRIVATE_KEY = "PRIVATE KEY-----"  # how the first line of a key in PEM format ends (RFC 7468)


class Module(AnsibleModule):  # type: ignore[misc]
    """A module of this collection: the connection options are its own, and every failure has a code."""

    params: dict[str, Any]
    # Options whose secrets are not learnt with the others.
    apart: Collection[str] = ()
    # What of the environment is not used, and why; why the connection is refused.
    unused: Mapping[str, str] = {}
    refusal: InvalidError | None = None

    def __init__(self, argument_spec: Spec, *, for_vault: bool = False, **restrictions: Any) -> None:
        """Take the options of a connection besides; ``for_vault``, also those of a second identity."""
        super().__init__(
            argument_spec={**CONNECTION, **(VAULT_IDENTITY if for_vault else {}), **argument_spec},
            supports_check_mode=True,
            **(VAULT_RULES if for_vault else CONNECTION_RULES),
            **restrictions,
        )

    def _load_params(self) -> None:
        """Read the options as if null had been left out, which Ansible's own checks would not take it for.

        Here the secrets are learnt: what comes next can log, and can fail.
        """
        super()._load_params()
        self.secrets = Secrets(self.no_log_values)
        self.params = without_nulls(self.params)
        self._given = dict(self.params)
        given = {option: value for option, value in self._given.items() if option not in self.apart}
        environment = environment_options()
        for options in (environment, given):  # also what of the environment is not used
            for secret in _secrets_of({**VAULT_IDENTITY, **self.argument_spec}, options):
                self.no_log_values.update(spellings(secret))
        try:
            # Read here, and not from the arguments of the constructor, which calls this.
            vault = next(iter(VAULT_IDENTITY)) in self.argument_spec
            connection = {
                option: value for option, value in given.items() if option in {**CONNECTION, **VAULT_IDENTITY}
            }
            options, self.unused = resolve_all(connection, environment, vault=vault)
            self.params.update(options)
        except InvalidError as error:  # not told before all options are read
            self.refusal = error

    def warn(self, warning: str, **details: Any) -> None:
        """Warn without secrets: since ansible-core 2.19 a warning is no part of the result that Ansible redacts."""
        super().warn(self._masked(warning), **details)

    def _masked(self, text: str) -> str:
        return cut(self.secrets.masked(shown(text)))

    def mask_keys(self, value: Any, *, free: bool = False) -> Any:
        """Return a result with no secret in a key of a free map: Ansible masks values only. Other keys are our own."""
        if isinstance(value, list):
            return [self.mask_keys(item) for item in value]
        if not isinstance(value, dict):
            return value
        masked = {key: self.mask_keys(item, free=key in FREE_MAPS) for key, item in value.items()}
        return self.secrets.masked_keys(masked) if free else masked

    def _shown_params(self) -> dict[str, Any]:
        """The options that Ansible adds to a result, with masked keys."""
        return {
            option: self.secrets.masked_keys(value) if option in FREE_MAPS and isinstance(value, dict) else value
            for option, value in self.params.items()
        }

    def fail_json(self, msg: str, **result: Any) -> None:
        if "failure" not in result:  # what Ansible itself refuses
            try:
                refuse_misfits(self.argument_spec, self._given)
                if self.refusal:
                    raise self.refusal
            except InvalidError as error:
                msg = str(error)
        msg = self._masked(with_unused(explained(_with_nearest(msg)), self.unused))
        failure = result.get("failure") or InvalidError(msg).failure()
        result["failure"] = {
            key: self._masked(value) if isinstance(value, str) else value for key, value in failure.items()
        }
        # An option that there is not may be a misspelt one, and hold what the right one keeps secret.
        self.params = {option: value for option, value in self.params.items() if option in self.argument_spec}
        self.params = self._shown_params()
        super().fail_json(msg, **result)

    def run(self, work: Callable[[Client], dict[str, Any]]) -> None:
        """Do the work with a client and leave with its result, or with the failure that kept it from it."""
        self._leave(lambda clients: work(clients[0]))

    def run_scim(self, work: Callable[[Scim], dict[str, Any]]) -> None:
        """Do the work with the SCIM server, as ``run`` does with a client."""
        self._leave(lambda clients: work(Scim(clients[0], self.params["scim_path"], vault=clients[-1])))

    def _leave(self, work: Callable[[list[Client]], dict[str, Any]]) -> None:
        if REQUESTS_IMPORT_ERROR:
            self.fail_json(
                f"{missing_required_lib('requests')} Install it with: python -m pip install requests",
                failure={"code": "missing_library"},
            )
        try:
            refuse_misfits(self.argument_spec, self._given)
            if self.refusal:
                raise self.refusal
            result = self.mask_keys(self._connected(work))
        except IdentityError as error:
            result = {"failed": True, "changed": error.changed, "msg": str(error), "failure": error.failure()}
            if error.diff:
                result["diff"] = self.mask_keys(error.diff)
        except RecursionError:
            nested = ProtocolError("An answer of the server, or an option, is nested too deep to be read")
            result = {"failed": True, "msg": str(nested), "failure": nested.failure()}
        except Exception as error:  # a mistake of ours: its text could hold anything, a secret included
            result = {"failed": True, "msg": report_of(error), "failure": {"code": "internal"}}
        self.params = self._shown_params()
        # Not while the failure is handled: Ansible can be told to show that with its text.
        (self.fail_json if result.get("failed") else self.exit_json)(**result)

    def _connected(self, work: Callable[[list[Client]], dict[str, Any]]) -> dict[str, Any]:
        protect, mask = self.no_log_values.add, self.secrets.masked
        with ExitStack() as opened:
            clients = []
            for connection in connections_of(self.params):
                client = Client(connection, warn=self.warn, protect=protect, mask=mask)
                clients.append(opened.enter_context(closing(client)))
            return work(clients)


def _with_nearest(message: str) -> str:
    """Return what Ansible says, with the known options that unknown ones most likely mean before the list of all."""
    match = UNSUPPORTED.fullmatch(message)
    if not match:
        return message
    names = [name.rpartition(".")[2] for name in match[2].split(", ")]
    question = did_you_mean(nearest(name, match[4].split(", ")) for name in names)
    return match[1] + f"{question} {match[3]}".lstrip()


def _secrets_of(specs: Spec, options: dict[str, Any]) -> set[str]:
    """The secrets among options, also those that got into one that is not for them: they are refused, and still one."""
    named = {option for option, spec in specs.items() if spec.get("no_log")}
    found = set(secrets_in(str(options.get("tenant_url", ""))))
    for option, value in options.items():
        if option in named:
            found.update(_scalars(value))
            continue
        if specs.get(option, {}).get("type") == "dict":
            value = _as_map(value)
        found.update(_secrets_below(value, named))
        if isinstance(value, str) and PRIVATE_KEY in value:
            found.add(value)
    return found


def _as_map(value: Any) -> Any:
    """Return a map that is given as text, as Ansible converts it: ``a=1 b=2`` or JSON; another value unchanged.

    A text that looks like a map and cannot be converted is a secret as a whole: no key says which part of it is one.
    """
    if not isinstance(value, str):
        return value
    try:
        return check_type_dict(value)
    except TypeError:
        return {"secret": value} if "=" in value or ":" in value else {}


def _secrets_below(value: Any, named: Collection[str] = ()) -> Iterator[str]:
    """Yield the secrets of a map at any depth: values whose key means a secret, or is one of the names."""
    waiting = [value]  # no recursion: an option can be nested too deep for it
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        for key, inner in item.items() if isinstance(item, dict) else ():
            if fold(str(key)) in named or is_secret(key, inner):
                yield from _scalars(inner)
            else:
                waiting.append(inner)


def _scalars(value: Any) -> list[str]:
    """The texts and numbers of a value, which is one where the task is right."""
    found, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, dict)):
            waiting.extend(item.values() if isinstance(item, dict) else item)
        elif item not in (None, "") and not isinstance(item, bool):
            found.append(str(item))
    return found


def run_object(*resources: Resource, result: str, store: Callable[[Client], Store] | None = None) -> None:
    """The ``main()`` of a module that manages one object, of the only kind or of the one that ``kind`` names.

    The object is kept on the SCIM server unless there is another ``store``.
    """
    spec = object_spec(resources)
    module = Module(spec, for_vault=_in_vault(resources), mutually_exclusive=exclusive_options(spec))
    for row in rows(resources):
        given = module.params[row.option] or ""
        if row.secret and len(given) < row.shortest:
            # It is refused, and a word this short would mask parts of every message: it is masked itself.
            module.no_log_values.discard(given)
            module.params[row.option] = module.params[row.option] and "*" * len(given)

    def work(objects: Store) -> dict[str, Any]:
        resource = resource_of(resources, module.params)
        task = task_of(resource, module.params)
        check_characters(task)
        extra: dict[str, Any] = {"also_removed": None} if CONTAINER in resources else {}
        if resource is CONTAINER and task.absent and isinstance(objects, ScimObjects):
            outcome, extra["also_removed"] = delete_container(objects, task, check=module.check_mode)
        else:
            outcome = ensure(objects, task, check=module.check_mode)
        if module.check_mode and isinstance(objects, ScimObjects) and _is_new(task, outcome):
            _foresee(objects, task)
        if isinstance(objects, ScimObjects) and task.creator_rights is not None and not task.absent:
            outcome = trim_creator(objects, outcome, task.creator_rights, check=module.check_mode)
        if end := new_end(outcome.diff):
            objects.client.warn(f"The membership_expiration {end} of {task.label} is over: it gives no access")
        entity = outcome.entity and {**_kind(resources, resource), **outcome.entity}
        if resource.member_rows:
            extra["removed_members"] = removed_members(resource, outcome.diff)
        msg = sentence_of_object(task.label, outcome, check=module.check_mode)
        return {"changed": outcome.changed, "msg": msg, result: entity, **extra, "diff": outcome.diff}

    if store:
        module.run(lambda client: work(store(client)))
    else:
        module.run_scim(lambda scim: work(ScimObjects(scim)))


def _is_new(task: Task, outcome: Outcome) -> bool:
    return outcome.changed and not task.absent and not outcome.diff["before"]


def _foresee(objects: ScimObjects, task: Task) -> None:
    """Warn of what check mode can tell of a new object with one request, and of what it cannot know."""
    resource, warn = task.resource, objects.client.warn
    row = suffixed(resource)
    if row and (suffix := suffix_of(task.desired[row.option])):
        with contextlib.suppress(IdentityError):  # the plan does not depend on it
            if objects.scim.count(resource.endpoint, filter=f"{row.filter} ew {quoted(f'@{suffix}')}") == 0:
                warn_of_suffix(warn, suffix, [task.desired[row.option]])
    if text := unknowns([(resource, task.desired)]):
        warn(text)


def removed_members(resource: Resource, diff: dict[str, Any]) -> int:
    """Return how many members a change takes out of a group or role: all of them if that is deleted."""
    before, after = (
        Counter(name for row in resource.member_rows for name in (diff[side].get(row.option) or {}).get("set", ()))
        for side in ("before", "after")
    )
    return sum((before - after).values())


def run_info(*resources: Resource, result: str) -> None:
    """The ``main()`` of a module that reads objects: by id, by their keys, by a filter, or all of them."""
    keys = sorted({option for resource in resources for option in resource.finding})
    ways = [("id", "filter"), *((way, option) for way in ("id", "filter") for option in keys)]
    module = Module(info_spec(resources), for_vault=_in_vault(resources), mutually_exclusive=ways)

    def work(scim: Scim) -> dict[str, Any]:
        objects = ScimObjects(scim)
        resource = resource_of(resources, module.params)
        given = {way: module.params[way] for way in ("id", "filter", *keys) if module.params[way] is not None}
        if empty := [way for way in given if not given[way]]:
            raise InvalidError(f"{empty[0]} is empty", hint=f"Leave it out to read all {resource.plural}")
        if "search_in" in given and not {"user", "group"} & set(given):
            raise InvalidError("search_in says where to find a user or a group, and neither is given")
        with trying(f"read {resource.plural}"):
            found = objects.read(resource, given)
        kind = _kind(resources, resource)
        described = [{**kind, **resource.describe(item)} for item in found]
        return {"changed": False, "msg": sentence_of_reading([(len(found), resource)]), result: described}

    module.run_scim(work)


def _checker() -> Callable[[Resource, dict[str, Any]], Task]:
    """What makes a task of an entry's options, as Ansible would of those of a module of its own."""
    specs = {resource.name: entry_spec(resource) for resource in RESOURCES.values()}
    validators = {
        name: ArgumentSpecValidator(spec, mutually_exclusive=exclusive_options(spec)) for name, spec in specs.items()
    }

    def check(resource: Resource, options: dict[str, Any]) -> Task:
        given = without_nulls(options)
        # Where an entry stands in a list means little when the list was joined from files: its name is what helps.
        label = label_of(resource, given)
        problems: list[IdentityError] = []
        for option, value in list(given.items()):
            try:
                refuse_misfits(specs[resource.name], {option: value})
            except InvalidError as error:
                problems.append(error)
                del given[option]
        checked = validators[resource.name].validate(given)
        if checked.unsupported_parameters:
            paths = sorted(_texts(option) for option in checked.unsupported_parameters)
            unknown = ", ".join(map(".".join, paths))
            hint = _known_options(specs[resource.name], paths)
            problems.append(InvalidError(f"{label} has no option {unknown}", hint=hint))
        if others := [error.msg for error in checked.errors if not isinstance(error, UnsupportedError)]:
            problems.append(InvalidError(f"{label}: {'; '.join(others)}"))
        raise_all(problems)
        try:
            return task_of(resource, checked.validated_parameters)
        except InvalidError as error:
            raise InvalidError(f"{label}: {error.reason}", hint=error.hint) from None

    return check


def _texts(option: Any) -> list[str]:
    """The parts of what is in the way of an option, which Ansible gives as a text or as several."""
    return [option] if isinstance(option, str) else [str(part) for part in option]


def _known_options(spec: Spec, paths: list[list[str]]) -> str:
    """Return which options the unknown ones most likely mean, and all that there are beside the first of them."""
    beside = []
    for *place, _name in paths:
        known = spec
        for option in place:
            known = known[option].get("options") or {}
        beside.append(known)
    question = did_you_mean(nearest(path[-1], known) for path, known in zip(paths, beside))
    return f"{question} There are {', '.join(sorted(beside[0]))}".lstrip()


MOST_WARNINGS = 20
DIRECTORY: Spec = {
    **directory_spec(),
    "positions": {"type": "dict"},
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
    "progress": {"type": "bool", "default": True},
    "progress_path": {"type": "path"},
}


SHOWN = {**CONNECTION, **VAULT_IDENTITY}  # the options that a result and the log have


class DirectoryModule(Module):
    """What is given to it is long and holds secrets: neither logs nor results have it."""

    apart = frozenset(resource.plural for resource in RESOURCES.values())

    def _load_params(self) -> None:
        """Know the secrets of the entries before anything can be logged or fail.

        Lists are kept from Ansible, which would only copy them: of a large directory that takes as long as to read a
        page of the tenant.
        """
        super()._load_params()
        self.listed: dict[str, list[dict[str, Any]]] = {}
        for resource in RESOURCES.values():
            given = self.params.get(resource.plural)
            if isinstance(given, list):
                self.listed[resource.plural] = self.params.pop(resource.plural)
            elif isinstance(given, str):  # which Ansible splits
                given = given.split(",")
            maps = map(_as_map, given if isinstance(given, list) else ())
            entries = [entry for entry in maps if isinstance(entry, dict)]
            secrets: set[str] = set()
            for row in resource.attributes:
                if row.secret:
                    texts = (text for entry in entries for text in _scalars(entry.get(row.option)))
                    secrets.update(text for text in texts if len(text) >= row.shortest)
                elif isinstance(row.shape, Flat):
                    values = (_as_map(entry.get(row.option)) for entry in entries)
                    secrets.update(text for value in values for text in _secrets_below(value))
            self.no_log_values.update(spelling for text in secrets for spelling in spellings(text))

    @property
    def invocation(self) -> dict[str, Any]:
        """Neither the desired state nor its secrets: a result is short, and kept by callers and logs."""
        return {"module_args": {name: value for name, value in self.params.items() if name in SHOWN}}

    def _log_invocation(self) -> None:
        given, self.params = self.params, {name: self.params[name] for name in SHOWN}
        try:
            super()._log_invocation()
        finally:
            self.params = given

    def fail_json(self, msg: str, **result: Any) -> None:
        super().fail_json(msg, **{"invocation": self.invocation, **result})


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
    else:
        yield str(value)


def run_directory() -> None:
    """The ``main()`` of the module that manages a whole directory."""
    module = DirectoryModule(DIRECTORY, for_vault=True)
    warnings: Counter[str] = Counter()

    def hear(scim: Scim, warn: Callable[[str], None]) -> None:
        for client in scim.clients:
            client.warn = warn

    def work(scim: Scim) -> dict[str, Any]:
        given, check = {**module.params, **module.listed}, _checker()
        managed = only_of(kinds_of(given, scim.served), given)
        entries, elsewhere = entries_of(managed, check), entries_elsewhere(given, managed, check)
        rules = rules_of(managed)
        hear(scim, lambda text: warnings.update([text]))
        if elsewhere and given["kinds"] is None:
            scim.client.warn(left_alone(elsewhere))
        with Progress(module.params["progress_path"], quiet=not module.params["progress"]) as progress:
            directory = Directory(scim, rules, progress.report, progress.is_abandoned, check=module.check_mode)
            try:
                with trying("plan the directory"):
                    changing = directory.plan(entries, elsewhere)
                drift = drift_of(directory.unmanaged) if directory.unmanaged and rules.fail_unmanaged else None
                if drift:
                    changing = []
                if module.check_mode:
                    if text := unknowns(created_by(changing)):
                        scim.client.warn(text)
                    done = [Done(entry, action_of(entry.plan)) for entry in changing if entry.plan]
                else:
                    # What was said of the plan is said again when it is carried out.
                    hear(scim, lambda text: None if text in warnings else warnings.update([text]))
                    done = directory.apply(changing)
            finally:
                for text, count in warnings.most_common(MOST_WARNINGS):
                    module.warn(f"{text} ({count} times)" if count > 1 else text)
                if len(warnings) > MOST_WARNINGS:
                    module.warn(f"There are {len(warnings) - MOST_WARNINGS} more warnings like these")
        result = result_of(directory, changing, done)
        result["msg"] = sentence_of_directory(result["summary"], check=module.check_mode)
        result["invocation"] = module.invocation
        result["diff"] = {
            side: {plural: module.secrets.masked_keys(named) for plural, named in objects.items()}
            for side, objects in result["diff"].items()
        }
        # Ansible looks for each secret in each text, which takes minutes for ten thousand users with a password.
        module.no_log_values = module.secrets.found_in("\n".join(_texts_in(result)))
        if drift:
            result.update(failed=True, msg=str(drift), failure=drift.failure())
        if failed := [one for one in done if one.error]:
            missing = [one for one in done if one.action in ("failed", "skipped")]
            ending = next((halt for halt in directory.halts if halt.kind is None), None)
            first = ending or failed[0]
            scopes = "".join(f" {halt.scope[0].upper()}{halt.scope[1:]}." for halt in directory.halts)
            extent = f"{len(missing)} of {len(changing)} changes were not made"
            error = IncompleteError(
                f"{extent}. {first.entry.position}: {first.error}{scopes}",
                hint="The result's actions have each failure; run the task again to continue",
            )
            # What ended the run is what a playbook has to act on.
            failure = ending.error.failure() if ending else error.failure()
            result.update(failed=True, msg=str(error), failure=failure)
        return result

    module.run_scim(work)


def left_alone(entries: Sequence[Entry]) -> str:
    """Return the warning of entries of which there is no service user."""
    numbers = Counter(entry.resource.plural for entry in entries)
    kinds = [resource for resource in RESOURCES.values() if numbers[resource.plural]]
    text = " and ".join(counted(numbers[resource.plural], resource) for resource in kinds)
    return f"Left alone: {text}, because the only service user is that of the vault. Give client_id, too, or kinds"


def run_directory_info() -> None:
    """The ``main()`` of the module that exports a directory."""
    plurals = [resource.plural for resource in RESOURCES.values()]
    module = Module({"include": {"type": "list", "elements": "str", "choices": plurals}}, for_vault=True)

    def work(scim: Scim) -> dict[str, Any]:
        included = module.params["include"]
        directory = export(scim, [each.plural for each in scim.served] if included is None else included)
        read = [(len(directory[kind.plural]), kind) for kind in RESOURCES.values() if kind.plural in directory]
        return {
            "changed": False,
            "msg": sentence_of_reading(read),
            "directory": directory,
            "secrets": secrets_of(directory),
        }

    module.run_scim(work)


def run_server_info() -> None:
    """The ``main()`` of the module that reads what the SCIM server can do."""
    module = Module({})

    def work(scim: Scim) -> dict[str, Any]:
        with trying("read what the SCIM server can do"):
            config = scim.service_provider_config()
        offers = {name: value for name, value in config.items() if name not in ("schemas", "meta")}
        return {"changed": False, "msg": "service provider configuration read", "service_provider_config": offers}

    module.run_scim(work)


def run_token() -> None:
    """The ``main()`` of the module that hands out a token."""
    module = Module({})

    def work(client: Client) -> dict[str, Any]:
        if not module.no_log:
            raise InvalidError("the result would be shown with the token in it", hint="Set no_log: true for this task")
        if not client.connection.client_secret:
            raise InvalidError("client_id and client_secret are needed to get a token, and they are missing")
        answer = client.fetch_token()
        # The result is the one place where it may stand: Ansible would mask it there as well.
        module.no_log_values.discard(answer["access_token"])
        lifetime, scope = lifetime_of(answer.get("expires_in")), scope_of(answer.get("scope"))
        msg = "token received" if lifetime is None else f"token received, valid for {lifetime} seconds"
        return {
            "changed": False,
            "msg": msg,
            "tenant_url": client.connection.tenant_url,
            "access_token": answer["access_token"],
            "expires_in": lifetime,
            "scope": scope,
        }

    module.run(work)


def _in_vault(resources: tuple[Resource, ...]) -> bool:
    return all(resource in PAM_OBJECTS for resource in resources)


def _kind(resources: tuple[Resource, ...], resource: Resource) -> dict[str, str]:
    return {"kind": resource.name} if len(resources) > 1 else {}
