# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the class of all modules: options in, result or failure out. Only this file uses AnsibleModule."""

from __future__ import annotations

import platform
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.validation import check_type_dict

from .._base.errors import (
    AuthenticationError,
    IdentityError,
    InvalidError,
    ProtocolError,
    TransportError,
    cut,
    report_of,
    shown,
    without_halves,
)
from .._base.journal import Journal
from .._base.misfits import Spec, refuse_misfits
from .._base.nearest import did_you_mean, nearest
from .._base.paths import fold
from .._base.secrets import Secrets, is_secret, spellings
from .._http.answers import HTML_HINT, REQUESTS_IMPORT_ERROR
from .._http.caller import Caller
from .._http.client import ADMINISTRATOR_PREFIX, VAULT_PREFIX, Client, Connection, Opened, origin, secrets_in
from .._http.statuses import ADDRESS
from .connection import (
    ALL_OPTIONS,
    CONNECTION,
    CONNECTION_RULES,
    VAULT_IDENTITY,
    VAULT_RULES,
    administrator_of,
    connections_of,
    environment_options,
    explained,
    resolve_all,
    unknown_variables,
    with_source,
    with_unused,
    with_variable,
    without_nulls,
)

# Ansible's message about unknown options. The groups are the unknown names and the supported ones.
UNSUPPORTED = re.compile(r"(Unsupported parameters for .*?: (.*?)\. )(Supported parameters include: (.*)\.)", re.DOTALL)
DOCTOR = "To find the cause, run: ansible-playbook idops.cyberark_identity.diagnose"
PREFIXES = (VAULT_PREFIX, ADMINISTRATOR_PREFIX)  # of the options of further identities
PRIVATE_KEY = "PRIVATE KEY-----"  # the end of the first line of a key in PEM format (RFC 7468)
# Open connections and tokens for later clients, by connection. None in a process that runs one module.
_opened: dict[Connection, Opened] | None = None
# Options for the next module in this process that are not in its JSON.
_handed: dict[str, Any] = {}


def hand_over(options: Mapping[str, Any]) -> None:
    """Pass options to the next module in this process. They have the types of JSON, and the module may change them."""
    _handed.clear()
    _handed.update(options)


def take_handed(option: str) -> Any:
    """Return and forget the value that was passed for an option. None if there is none."""
    return _handed.pop(option, None)


def keep_connections() -> None:
    """Keep connections and tokens for the modules that run later in this process."""
    global _opened
    _opened = {} if _opened is None else _opened


class Module(AnsibleModule):  # type: ignore[misc]
    """A module of this collection. It has the connection options, and every failure has a code."""

    params: dict[str, Any]
    # Options whose secrets a subclass registers itself.
    apart: Collection[str] = ()
    # Options from the environment that are not used, with the reason.
    unused: Mapping[str, str] = {}
    # The error of wrong connection options. It is raised after all options have been read.
    refusal: InvalidError | None = None
    # The service user of the vault, if only the environment names one. It must not lose access either.
    bystanders: tuple[Caller, ...] = ()
    # Options and results that are maps with keys of the task or of the tenant.
    free_maps: Collection[str] = ()
    # Failures for which a hint recommends the doctor.
    examined: tuple[type[IdentityError], ...] = (TransportError, AuthenticationError)

    def __init__(self, argument_spec: Spec, *, for_vault: bool = False, **restrictions: Any) -> None:
        """Add the options of the connection; with ``for_vault``, also those of a second identity."""
        super().__init__(
            argument_spec={**CONNECTION, **(VAULT_IDENTITY if for_vault else {}), **argument_spec},
            supports_check_mode=True,
            **{**(VAULT_RULES if for_vault else CONNECTION_RULES), **restrictions},
        )

    def _load_params(self) -> None:
        """Read the options, and drop nulls because Ansible does not treat them as omitted.

        Register every secret here, before the first call that can log or fail.
        """
        super()._load_params()
        self.secrets = Secrets(self.no_log_values)
        self.params = without_nulls(self.params)
        self._given = dict(self.params)
        given = {option: value for option, value in self._given.items() if option not in self.apart}
        environment = environment_options()
        for options in (environment, given):  # including unused variables of the environment
            for secret in _secrets_of({**ALL_OPTIONS, **self.argument_spec}, options):
                self.no_log_values.update(spellings(secret))
        try:
            # AnsibleModule.__init__ calls this method: of the own attributes, only argument_spec is set by then.
            prefixes = [prefix for prefix in PREFIXES if f"{prefix}client_id" in self.argument_spec]
            connection = {option: value for option, value in given.items() if option in ALL_OPTIONS}
            options, self.unused = resolve_all(connection, environment, prefixes=prefixes)
            self.params.update(options)
            if VAULT_PREFIX not in prefixes:
                vault = resolve_all(connection, environment, prefixes=[VAULT_PREFIX]).options
                login, token = (vault.get(f"{VAULT_PREFIX}{option}") for option in ("client_id", "access_token"))
                self.bystanders = (Caller.of_options(login, token),)
        except InvalidError as error:  # raised later, when all options have been read
            self.refusal = error

    def warn(self, warning: str, **details: Any) -> None:
        """Warn without secrets. Since ansible-core 2.19, warnings are not in the result that Ansible redacts."""
        super().warn(self.masked(warning), **details)

    def hear(self, text: str) -> None:
        """Receive a warning of a client. A subclass may collect the warnings."""
        self.warn(text)

    def masked(self, text: str) -> str:
        """Return a text without secrets and control characters."""
        return cut(self.secrets.masked(shown(text)))

    def readable(self, value: Any, *, free: bool = False) -> Any:
        """Return a result with masked keys in free maps, and without lone surrogates, which Ansible refuses.

        Ansible masks values only. Other keys are never secrets.
        """
        if isinstance(value, str):
            return without_halves(value)
        if isinstance(value, list):
            return [self.readable(item) for item in value]
        if not isinstance(value, dict):
            return value
        masked = {key: self.readable(item, free=key in self.free_maps) for key, item in value.items()}
        if not free:
            return masked
        return self.secrets.masked_keys({without_halves(str(key)): item for key, item in masked.items()})

    def _shown_params(self) -> dict[str, Any]:
        """Return the options that Ansible adds to a result, with masked keys."""
        return {
            option: self.secrets.masked_keys(value) if option in self.free_maps and isinstance(value, dict) else value
            for option, value in self.params.items()
        }

    def fail_json(self, msg: str, **result: Any) -> None:
        if "failure" not in result:  # Ansible itself refused the options
            try:
                refuse_misfits(self.argument_spec, self._given)
                if self.refusal:
                    raise self.refusal
            except InvalidError as error:
                msg = str(error)
        msg = self.masked(with_unused(explained(_with_nearest(msg)), self.unused))
        failure = result.get("failure") or InvalidError(msg).failure()
        if failure["code"] == AuthenticationError.code:
            msg = with_source(msg, self._given, self.unused, self.argument_spec)
        if failure["code"] == InvalidError.code:
            msg = with_variable(msg, self._given, self.unused)
        result["failure"] = {
            key: self.masked(value) if isinstance(value, str) else value for key, value in failure.items()
        }
        # Unknown options are not shown: one may be misspelled and hold a secret.
        self.params = {option: value for option, value in self.params.items() if option in self.argument_spec}
        self.params = self._shown_params()
        super().fail_json(msg, **result)

    def check_options(self, given: Mapping[str, Any]) -> None:
        """Raise InvalidError for options with a wrong type. A subclass may collect the errors."""
        refuse_misfits(self.argument_spec, dict(given))

    def connections(self) -> list[Connection]:
        """Return the connections of the options. Raise InvalidError for wrong connection options."""
        if self.refusal:
            raise self.refusal
        return connections_of(self.params)

    def administrator(self) -> Connection | None:
        """Return the connection of the administrator, or None."""
        return administrator_of(self.params)

    def open(self, connection: Connection, journal: Journal | None = None, opened: Opened | None = None) -> Client:
        """Return a client whose secrets are masked in the output of the module. The caller closes it."""
        protect, mask = self.no_log_values.add, self.secrets.masked
        return Client(connection, warn=self.hear, protect=protect, mask=mask, journal=journal, opened=opened)

    def run(self, work: Callable[[], dict[str, Any]]) -> None:
        """Do the work, and exit with its result or failure."""
        for text in unknown_variables():
            self.warn(text)
        if REQUESTS_IMPORT_ERROR:
            self.fail_json(
                f"{missing_required_lib('requests')} Install it with: python -m pip install requests",
                failure={"code": "missing_library"},
            )
        try:
            self.check_options(self._given)
            result = self.readable(work())
        except IdentityError as raised:
            error = self._with_doctor(raised)
            result = {"failed": True, "changed": error.changed, "msg": str(error), "failure": error.failure()}
            if error.diff:
                result["diff"] = self.readable(error.diff)
        except RecursionError:
            nested = ProtocolError("An answer of the server or an option is nested too deeply to be read")
            result = {"failed": True, "msg": str(nested), "failure": nested.failure()}
        except Exception as error:  # a bug of ours: its text may hold a secret
            result = {"failed": True, "msg": report_of(error), "failure": {"code": "internal"}}
        self.params = self._shown_params()
        # Call this outside of the except blocks: Ansible can be configured to show the exception in progress.
        (self.fail_json if result.get("failed") else self.exit_json)(**result)

    def _with_doctor(self, error: IdentityError) -> IdentityError:
        """Return the failure. If the connection failed, its hint recommends the doctor."""
        if not isinstance(error, self.examined) and error.hint not in (HTML_HINT, ADDRESS):
            return error
        return error.with_facts(hint=f"{error.hint.rstrip('.')}. {DOCTOR}" if error.hint else DOCTOR)

    @contextmanager
    def clients(self) -> Iterator[list[Client]]:
        """Yield a client for each identity. Raise InvalidError for wrong connection options."""
        with ExitStack() as opened:
            clients = []
            journal = self._journal()
            if journal:
                opened.enter_context(closing(journal))
            for connection in self.connections():
                client = self.open(connection, journal, (_opened or {}).pop(connection, None))
                opened.callback(_put_away, client)
                clients.append(client)
            yield clients

    def _journal(self) -> Journal | None:
        """Return the journal of the task, or None. Its file is opened for the first write."""
        path, run = self.params["journal_path"], self.params["journal_run"]
        if not path:
            return None
        facts = {
            "run": run or uuid.uuid4().hex,
            "tenant": origin(self.params["tenant_url"].strip()).lower(),
            "host": platform.node(),
            "module": self._name,
            "task": getattr(self, "_target_log_info", None) or None,  # not in ansible-core 2.16
        }
        return Journal(path, facts, self.secrets)


def _put_away(client: Client) -> None:
    """Keep the connections and the token of a client for the next one, or close it."""
    if _opened is None:
        client.close()
    else:
        _opened[client.connection] = client.leave()


def _with_nearest(message: str) -> str:
    """Insert the nearest known options into Ansible's message about unknown options, before the list of all."""
    match = UNSUPPORTED.fullmatch(message)
    if not match:
        return message
    names = [name.rpartition(".")[2] for name in match[2].split(", ")]
    question = did_you_mean(nearest(name, match[4].split(", ")) for name in names)
    return match[1] + f"{question} {match[3]}".lstrip()


def _secrets_of(specs: Spec, options: dict[str, Any]) -> set[str]:
    """Return the secrets among the options. Include misplaced ones: they are refused, but must not be shown."""
    named = {option for option, spec in specs.items() if spec.get("no_log")}
    found = set(secrets_in(str(options.get("tenant_url", ""))))
    for option, value in options.items():
        if option in named:
            found.update(scalars(value))
            continue
        if specs.get(option, {}).get("type") == "dict":
            value = as_map(value)
        found.update(secrets_below(value, named))
        if isinstance(value, str) and PRIVATE_KEY in value:
            found.add(value)
    return found


def as_map(value: Any) -> Any:
    """Return a map that is given as a text, as Ansible converts it: ``a=1 b=2`` or JSON. Return other values unchanged.

    If a text looks like a map and cannot be converted, the whole text counts as a secret.
    """
    if not isinstance(value, str):
        return value
    try:
        return check_type_dict(value)
    except TypeError:
        return {"secret": value} if "=" in value or ":" in value else {}


def secrets_below(value: Any, named: Collection[str] = ()) -> Iterator[str]:
    """Yield the secrets of a map at any depth: values whose key means a secret or is in ``named``."""
    waiting = [value]  # no recursion: an option can be nested too deep for it
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        for key, inner in item.items() if isinstance(item, dict) else ():
            if fold(str(key)) in named or is_secret(key, inner):
                yield from scalars(inner)
            else:
                waiting.append(inner)


def scalars(value: Any) -> list[str]:
    """Return the texts and numbers in a value of any depth."""
    found, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, dict)):
            waiting.extend(item.values() if isinstance(item, dict) else item)
        elif item not in (None, "") and not isinstance(item, bool):
            found.append(str(item))
    return found
