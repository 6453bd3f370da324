# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The connection options, for modules and for plugins of the control node. Knows no AnsibleModule."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._base.errors import InvalidError
from .._base.misfits import refuse_misfits
from .._base.paths import Object
from .._base.secrets import spellings
from .._http.client import Connection, secrets_in
from .options import Spec

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
}
CONNECTION_RULES: Mapping[str, Any] = {
    "required_one_of": [("access_token", "client_id")],
    "required_together": [("client_id", "client_secret")],
    "required_by": {"client_key": ["client_cert"]},
}
# How what Ansible says of a missing option begins, and what it does not know.
MISSING = {
    "missing required arguments: tenant_url": "Set the option or the environment variable CYBERARK_IDENTITY_TENANT_URL",
    "one of the following is required: access_token": "Set the options, or the environment variables "
    "CYBERARK_IDENTITY_CLIENT_ID and so on",
}


def _from_environment(name: str) -> str:
    """The fallback of a connection option. A credential of AWX sets a variable even where its field was left empty."""
    value = os.environ.get(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


for _option, _spec in CONNECTION.items():
    _spec["fallback"] = (_from_environment, [f"CYBERARK_IDENTITY_{_option.upper()}"])


def connection_of(options: Mapping[str, Any]) -> Connection:
    """The connection that checked options make."""
    return Connection(**{name: options[name] for name in CONNECTION if name != "scim_path"})


def checked_options(given: Object) -> Object:
    """The connection options among what is given, checked and completed as Ansible does it for a module."""
    own = without_nulls({name: value for name, value in given.items() if name in CONNECTION})
    refuse_misfits(CONNECTION, own)
    checked = ArgumentSpecValidator(CONNECTION, **CONNECTION_RULES).validate(own)
    if checked.error_messages:
        raise InvalidError("; ".join(map(explained, checked.error_messages)))
    options: Object = checked.validated_parameters
    return options


def explained(message: str) -> str:
    """What Ansible says of the options, with the way out where it is about the connection."""
    return next((f"{message}. {hint}" for words, hint in MISSING.items() if message.startswith(words)), message)


def secrets_among(options: Mapping[str, Any]) -> set[str]:
    """Every spelling of the secrets in connection options."""
    texts = {name: value for name, value in options.items() if value and isinstance(value, str)}
    secrets = {texts[name] for name in texts if CONNECTION.get(name, {}).get("no_log")}
    secrets |= secrets_in(texts.get("tenant_url", ""))
    return {spelling for secret in secrets for spelling in spellings(secret)}


def without_nulls(options: Object) -> Object:
    return {
        name: {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value
        for name, value in options.items()
        if value is not None
    }
