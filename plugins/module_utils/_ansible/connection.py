# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read and check the connection options, for modules and for plugins. Does not use AnsibleModule."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._base.errors import InvalidError
from .._base.misfits import Spec, refuse_misfits
from .._base.nearest import did_you_mean, nearest
from .._base.paths import Object, fold
from .._base.secrets import spellings
from .._http.client import ADMINISTRATOR_PREFIX, VAULT_PREFIX, Connection, origin, secrets_in

CONNECTION: Spec = {
    "tenant_url": {"type": "str", "required": True},
    "app_id": {"type": "str"},
    "scope": {"type": "str", "default": "scim"},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "access_token": {"type": "str", "no_log": True},
    "token_endpoint_auth_method": {
        "type": "str",
        "choices": ["client_secret_post", "client_secret_basic"],
        "default": "client_secret_post",
        "no_log": False,
    },
    "scim_path": {"type": "str", "default": "/scim/v2"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "timeout": {"type": "float", "default": 30},
    "retries": {"type": "int", "default": 5},
    "journal_path": {"type": "path"},
    "journal_run": {"type": "str"},
}
# Options that a Client does not take.
NOT_OF_CLIENTS = ("scim_path", "journal_path", "journal_run")
CONNECTION_RULES: Mapping[str, Any] = {
    "required_one_of": [("access_token", "client_id")],
    "required_together": [("client_id", "client_secret")],
    "required_by": {"client_key": ["client_cert"]},
}
# The options of an identity. A second identity for the vault has its own set of these, and shares all others.
IDENTITY = ("app_id", "scope", "client_id", "client_secret", "access_token")
VAULT_IDENTITY: Spec = {
    f"{VAULT_PREFIX}{option}": {key: value for key, value in CONNECTION[option].items() if key != "default"}
    for option in IDENTITY
}
# The administrator of the tenant, with whose rights the doctor examines the other identities.
ADMINISTRATOR_IDENTITY: Spec = {
    f"{ADMINISTRATOR_PREFIX}{option}": CONNECTION[option] for option in ("client_id", "client_secret")
}
ALL_OPTIONS: Spec = {**CONNECTION, **VAULT_IDENTITY, **ADMINISTRATOR_IDENTITY}
VAULT_RULES: Mapping[str, Any] = {
    "required_one_of": [("access_token", "client_id", "vault_access_token", "vault_client_id")],
    "required_together": [*CONNECTION_RULES["required_together"], ("vault_client_id", "vault_client_secret")],
    "required_by": CONNECTION_RULES["required_by"],
}
# The start of Ansible's message about a missing option, and a hint to add.
MISSING = {
    "missing required arguments: tenant_url": "Set the option or the environment variable CYBERARK_IDENTITY_TENANT_URL",
    "one of the following is required: access_token": "Set client_id and client_secret, or access_token, as options or "
    "as environment variables such as CYBERARK_IDENTITY_CLIENT_ID",
    "parameters are required together: client_id": "Set both, as options or as environment variables",
    "parameters are required together: vault_client_id": "Set both, as options or as environment variables",
}


# Options that differ between tenants. Others, such as ca_path and timeout, are the same for all tenants of a network.
OF_A_TENANT = (
    "app_id",
    "scope",
    "client_id",
    "client_secret",
    "access_token",
    "token_endpoint_auth_method",
    "scim_path",
    "client_cert",
    "client_key",
    "validate_certs",
)
CREDENTIALS = ("client_id", "client_secret", "access_token")
SECRETS = ("client_secret", "access_token")
# Words for an option in failures, besides its name. A missing credential can be replaced by any other one.
WORDS = {"validate_certs": ["certificate"], **{name: [*CREDENTIALS, "token"] for name in CREDENTIALS}}
PORTS = {"https": 443, "http": 80}


PREFIX = "CYBERARK_IDENTITY_"  # of environment variables
# Variables that are not connection options: of the role admin_portal, and of the emulator.
OTHER_VARIABLES = ("user_password", "control_url")


class Resolved(NamedTuple):
    """The connection options to use. ``unused`` maps each unused option of the environment to the reason."""

    options: Object
    unused: dict[str, str]


def variable(option: str) -> str:
    """Return the environment variable of a connection option."""
    return f"{PREFIX}{option.upper()}"


def environment_options() -> Object:
    """Return the connection options in the environment.

    An empty variable counts as not set: a credential of AWX sets a variable for each field, even for an empty one.
    """
    values = {option: os.environ.get(variable(option), "") for option in ALL_OPTIONS}
    return {option: value for option, value in values.items() if value}


def unknown_variables() -> list[str]:
    """Return a warning for each environment variable with our prefix that nothing reads."""
    known = {variable(option) for option in ALL_OPTIONS} | {variable(name) for name in OTHER_VARIABLES}
    texts = []
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name not in known:
            meant = nearest(name[len(PREFIX) :], [each[len(PREFIX) :].lower() for each in known])
            question = did_you_mean([meant and PREFIX + meant.upper()])
            texts.append(f"The environment variable {name} is unknown and not used. {question}".rstrip())
    return texts


def resolve_all(given: Object, environment: Object, *, prefixes: Collection[str] = ()) -> Resolved:
    """Return the connection options to use, also those of further identities with these prefixes.

    The same rules apply to each identity.
    """
    options, unused = resolve(_of_identity(given, ""), _of_identity(environment, ""))
    for prefix in prefixes:
        found = resolve(_of_identity(given, prefix), _of_identity(environment, prefix), prefix)
        for all_of, own in zip((options, unused), found):
            all_of.update({prefix + name: own[name] for name in IDENTITY if name in own})
    return Resolved(options, unused)


def _of_identity(options: Object, prefix: str) -> Object:
    """Return the options of one identity without their prefix, and the shared options."""
    own = {name: options[prefix + name] for name in IDENTITY if prefix + name in options}
    return {**{name: options[name] for name in CONNECTION if name in options and name not in IDENTITY}, **own}


def resolve(given: Object, environment: Object, prefix: str = "") -> Resolved:
    """Return the connection options to use, by the rules in docs/authentication.md.

    ``given`` are the options of the task or the inventory file, without nulls. An empty text counts as given.
    ``prefix`` is the prefix of the options in messages. Raise InvalidError for an invalid address, and for a secret
    that is given without its address.
    """
    secrets_alone = [option for option in SECRETS if given.get(option)]
    if secrets_alone and "tenant_url" not in given and "tenant_url" in environment:
        raise InvalidError(
            f"{prefix}{secrets_alone[0]} is given without tenant_url: a secret is not sent to an address that only "
            f"{variable('tenant_url')} contains",
            hint=f"Give tenant_url beside {prefix}{secrets_alone[0]}",
        )
    unused: dict[str, str] = {}
    for options, reason in _contradictions(given, environment, prefix):
        for option in options:
            if option in environment and option not in given:
                unused.setdefault(option, reason)
    used = {option: value for option, value in environment.items() if option not in unused}
    return Resolved({**used, **given}, unused)


def _contradictions(given: Object, environment: Object, prefix: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield options of the environment that contradict the given options, and the reason."""
    if "tenant_url" in given:
        here, there = origin(str(given["tenant_url"]).strip()), _origin_or_none(environment.get("tenant_url"))
        if "tenant_url" in environment and (there is None or _place(there) != _place(here)):
            yield OF_A_TENANT, f"tenant_url is {here}, but {there or 'another address'} in the environment"
    if _is_other("client_id", given, environment):
        yield SECRETS, f"{prefix}client_id differs from the environment"
    for option in ("client_id", "client_secret"):
        if option in given:
            yield ("access_token",), f"{prefix}{option} is given"
    if "access_token" in given and not _names_client(given, environment):
        yield ("client_id", "client_secret"), f"{prefix}access_token is given"
    if _app({**environment, **given}) != _app(environment):
        yield ("access_token",), f"{prefix}app_id or scope differs from the environment"
    if _is_other("client_cert", given, environment):
        yield ("client_key",), "client_cert differs from the environment"


def _names_client(given: Object, environment: Object) -> bool:
    """Return whether a token is given together with its login, and the environment has no other login."""
    named = given.get("access_token") and given.get("client_id")
    return bool(named) and not _is_other("client_id", given, environment)


def _is_other(option: str, given: Object, environment: Object) -> bool:
    """Return whether an option is given and differs from its value in the environment."""
    if option not in given or option not in environment:
        return False
    form = fold if option == "client_id" else str  # a login name has no case
    return form(given[option]) != form(environment[option])


def _app(options: Object) -> tuple[Any, Any]:
    """Return the app and scope of a token. Without an app, no scope is sent."""
    app = options.get("app_id") or ""
    return app, options.get("scope", CONNECTION["scope"]["default"]) if app else ""


def _origin_or_none(url: str | None) -> str | None:
    try:
        return origin((url or "").strip())
    except InvalidError:
        return None


def _place(address: str) -> tuple[str, str | None, int]:
    """Return an origin in a form that can be compared (RFC 6454 section 4)."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]


def connection_of(options: Mapping[str, Any]) -> Connection:
    """Return the connection of checked options."""
    return Connection(**{name: options[name] for name in CONNECTION if name not in NOT_OF_CLIENTS})


def connections_of(options: Mapping[str, Any]) -> list[Connection]:
    """Return the connections of checked options: for the first identity, for the vault, or for both.

    A module without options for the vault has only the first.
    """
    with_vault = any(options.get(f"{VAULT_PREFIX}{option}") for option in ("client_id", "access_token"))
    with_first = options["client_id"] or options["access_token"]
    first = [connection_of(options)] if with_first or not with_vault else []
    return first + ([_vault_connection_of(options)] if with_vault else [])


def administrator_of(options: Mapping[str, Any]) -> Connection | None:
    """Return the administrator's connection, or None. Without an app, it uses the platform token endpoint."""
    login, secret = (options.get(f"{ADMINISTRATOR_PREFIX}{option}") for option in ("client_id", "client_secret"))
    if not login and not secret:
        return None
    own: dict[str, Any] = {**dict.fromkeys(IDENTITY), "client_id": login, "client_secret": secret}
    return Connection(**_shared(options), **own, prefix=ADMINISTRATOR_PREFIX)


def _shared(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that all identities share."""
    return {name: options[name] for name in CONNECTION if name not in (*IDENTITY, *NOT_OF_CLIENTS)}


def _vault_connection_of(options: Mapping[str, Any]) -> Connection:
    """Return the connection of the identity for the vault. By default, it has the app and scope of the first one."""
    own = {option: options[f"{VAULT_PREFIX}{option}"] for option in IDENTITY}
    own.update({option: own[option] or options[option] for option in ("app_id", "scope")})
    return Connection(**_shared(options), **own, prefix=VAULT_PREFIX)


def given_options(options: Object) -> Object:
    """Return the connection options among ``options``, without nulls. Raise InvalidError for a wrong type."""
    spec = {**CONNECTION, **VAULT_IDENTITY}
    given = without_nulls({name: value for name, value in options.items() if name in spec})
    refuse_misfits(spec, given)
    return given


def checked_options(options: Object) -> Object:
    """Return the connection options, checked and with defaults, as Ansible does it for a module."""
    checked = ArgumentSpecValidator({**CONNECTION, **VAULT_IDENTITY}, **VAULT_RULES).validate(options)
    if checked.error_messages:
        raise InvalidError("; ".join(map(explained, checked.error_messages)))
    validated: Object = checked.validated_parameters
    return validated


def explained(message: str) -> str:
    """Add a hint to a message of Ansible about a connection option, and the variables that are set and empty."""
    hint = next((hint for words, hint in MISSING.items() if message.startswith(words)), None)
    if hint is None:
        return message
    text = f"{message}. {hint}"
    named = [variable(option) for option in ALL_OPTIONS if re.search(rf"\b{option}\b", text)]
    empty = [name for name in named if os.environ.get(name) == ""]
    return f"{text}. Set, but empty: {', '.join(empty)}" if empty else text


def with_unused(message: str, unused: Mapping[str, str]) -> str:
    """Return a message of a failure, with the unused environment variables for the options that it mentions."""
    options = [option for option in unused if _mentions(message, option)]
    reasons = dict.fromkeys(unused[option] for option in options)
    for reason in reasons:
        variables = ", ".join(variable(option) for option in options if unused[option] == reason)
        text = f"Not used, because {reason}: {variables}. Give the missing options in the task as well."
        message = f"{message.rstrip('.')}. {text}"
    return message


def with_source(message: str, given: Object, unused: Mapping[str, str], known: Collection[str]) -> str:
    """Return the message of a refused login, with the environment variables that its credentials came from.

    ``known`` are the options of the module. Variables for other options are ignored.
    """
    sources = [
        variable(option)
        for option in environment_options()
        if option.removeprefix(VAULT_PREFIX) in CREDENTIALS and option in known
        if option not in given and option not in unused
    ]
    return f"{message} From the environment: {', '.join(sources)}." if sources else message


def with_variable(message: str, given: Object, unused: Mapping[str, str]) -> str:
    """Return the message about a wrong option, with the environment variable that its value came from."""
    wrong = re.match(r"(?:argument '|value of )?(\w+)", message)
    option = wrong[1] if wrong else ""
    if option not in environment_options() or option in given or option in unused:
        return message
    return f"{message.rstrip('.')}. From the environment: {variable(option)}."


def _mentions(message: str, option: str) -> bool:
    return any(re.search(rf"\b{word}\b", message) for word in [option, *WORDS.get(option, [])])


def secrets_among(options: Mapping[str, Any]) -> set[str]:
    """Return every spelling of the secrets in connection options."""
    texts = {name: value for name, value in options.items() if value and isinstance(value, str)}
    secrets = {texts[name] for name in texts if ALL_OPTIONS.get(name, {}).get("no_log")}
    secrets |= secrets_in(texts.get("tenant_url", ""))
    return {spelling for secret in secrets for spelling in spellings(secret)}


def without_nulls(options: Object) -> Object:
    return {
        name: {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value
        for name, value in options.items()
        if value is not None
    }
