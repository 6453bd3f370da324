# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth profile of an app: how it is updated and shown.

The keys are those that clients send. Other keys are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..admin.envelope import Refusal

if TYPE_CHECKING:
    from ..control.switches import Switches

LIFETIME = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})")
CLIENT_TYPES = {"anything": 0, "list": 0, "confidential": 1}
CONFIDENTIAL = 1
SCOPE_KEYS = ("Scope", "Description", "AllowedRest", "Mode", "Type")
REST_FILTER = "RestFilter"

Profile = Mapping[str, Any]


def of_type(*types: type) -> Callable[[Any], bool]:
    """Return a check of the type of a JSON value, in which a boolean is not a number."""
    return lambda value: type(value) in types


def is_timespan(value: Any) -> bool:
    """Return whether a value is a .NET time span."""
    return isinstance(value, str) and LIFETIME.fullmatch(value) is not None


def is_scope_list(value: Any) -> bool:
    """Return whether a value is a list of scopes."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and item.get("Scope") and isinstance(item.get("AllowedRest", []), list) for item in value
    )


IS_FLAG, IS_TEXT, IS_LIST = of_type(bool), of_type(str), of_type(list)
KEYS: Mapping[str, Callable[[Any], bool]] = {
    "TargetIsUs": IS_FLAG,
    "ClientIDType": of_type(int, str),
    "AllowedClients": IS_LIST,
    "AllowPublic": IS_FLAG,
    "MustBeOauthClient": IS_FLAG,
    "Issuer": IS_TEXT,
    "Audience": IS_TEXT,
    "Redirects": IS_LIST,
    "TokenType": IS_TEXT,
    "AllowedAuth": IS_TEXT,
    "TokenLifetimeString": is_timespan,
    "AllowRefresh": IS_FLAG,
    "RefreshLifetimeString": is_timespan,
    "Confirm": IS_FLAG,
    "AllowScopeSelect": IS_FLAG,
    "KnownScopes": is_scope_list,
}
BY_NAME = {name.casefold(): name for name in KEYS}


def updated(profile: Profile, given: Any, switches: Switches) -> Profile:
    """Return a profile after an update, which replaces the list of scopes. Merging of other keys is not on record."""
    if not isinstance(given, dict):
        raise Refusal("Type casting failure. Key:OAuthProfile.")
    changed = dict(profile) if switches["oauth_profile_update"] == "merged" else {}
    for key, value in given.items():
        name = BY_NAME.get(key.casefold())
        if name is None or value is None:
            continue
        if not KEYS[name](value):
            raise Refusal(f"Type casting failure. Key:{name}.")
        if name == "ClientIDType":
            value = client_type(value, switches)
        elif name == "KnownScopes":
            value = [{part: scope[part] for part in SCOPE_KEYS if part in scope} for scope in value]
        if value is not None:
            changed[name] = value
    return changed


def client_type(value: int | str, switches: Switches) -> int | None:
    """Return a client ID type; newer clients send a number, older ones a string."""
    if isinstance(value, str):
        return CLIENT_TYPES.get(value.casefold())
    return value if switches["client_id_type_accepted"] == "any" and value in (0, 1) else None


def shown(profile: Profile, switches: Switches) -> dict[str, Any]:
    """Return a profile as answers show it."""
    body = dict(profile)
    if switches["client_id_type_shown"] == "text" and "ClientIDType" in body:
        body["ClientIDType"] = "confidential" if body["ClientIDType"] == CONFIDENTIAL else "anything"
    if "TokenLifetimeString" in body:
        body["TokenLifetimeString"] = shown_lifetime(body["TokenLifetimeString"], switches["lifetime_shown"])
    return body


def parts_of(timespan: str) -> tuple[int, int, int, int]:
    """Return days, hours, minutes and seconds of a time span."""
    match = LIFETIME.fullmatch(timespan)
    assert match is not None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return days, hours, minutes, seconds


def shown_lifetime(timespan: str, form: str) -> str:
    """Return a lifetime in one of the forms seen in clients."""
    days, hours, minutes, seconds = parts_of(timespan)
    if form == "full":
        return f"{days}.{hours:02}:{minutes:02}:{seconds:02}"
    if form == "short":
        return f"{f'{days}.' if days else ''}{hours}:{minutes:02}:{seconds:02}"
    return timespan


def seconds_of(timespan: str) -> int:
    """Return a time span in seconds."""
    days, hours, minutes, seconds = parts_of(timespan)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
