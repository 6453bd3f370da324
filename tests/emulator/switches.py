# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches: what the public record of the product leaves open.

Every fact that is uncertain, or that differs between tenants, is one row of
:data:`SWITCHES`, so that a test can run against both readings.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PATCH_TYPES = ("Users", "Groups")
RIGHTS = ("UserManagement", "RoleManagement", "VaultManagement")
CUSTOM_ATTRIBUTES = ["costCenter", "badge", "startDate", "contractor", "site"]

Accept = Callable[[Any], Any]


@dataclass(frozen=True)
class Switch:
    """One uncertain fact: its name, default, accepted values and meaning."""

    name: str
    default: Any
    accept: Accept
    doc: str


def one_of(*values: Any) -> Accept:
    """Accept one of some values; ``True`` and ``1`` are not the same value."""

    def accept(value: Any) -> Any:
        if not any(value == known and type(value) is type(known) for known in values):
            raise ValueError(f"must be one of {', '.join(map(repr, values))}")
        return value

    return accept


def number(minimum: float, *, whole: bool) -> Accept:
    """Accept a number that is not below a minimum."""

    def accept(value: Any) -> Any:
        fits = isinstance(value, int) if whole else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or value < minimum:
            raise ValueError(f"must be a{' whole' if whole else ''} number of at least {minimum}")
        return value

    return accept


def list_of(known: tuple[str, ...] | None = None) -> Accept:
    """Accept a list of strings, out of the known ones when there are any."""

    def accept(value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ValueError("must be a list of names")
        if known is not None and (unknown := sorted(set(value) - set(known))):
            raise ValueError(f"does not know {', '.join(unknown)}; known: {', '.join(known)}")
        return list(value)

    return accept


def patch_supported(value: Any) -> dict[str, Any]:
    """Accept the PATCH support of some resource types; the others support it."""
    if not isinstance(value, dict) or set(value) - set(PATCH_TYPES):
        raise ValueError(f"must be a mapping of {', '.join(PATCH_TYPES)}")
    check = one_of(True, 405, 501)
    return {name: check(value.get(name, True)) for name in PATCH_TYPES}


def throttle(value: Any) -> dict[str, Any] | None:
    """Accept ``null`` or how often, and with which Retry-After, to answer 429."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"every", "retry_after"} or "every" not in value:
        raise ValueError("must be null or {every: number, retry_after: seconds or null}")
    retry_after = value.get("retry_after")
    if retry_after is not None and not isinstance(retry_after, int | str):
        raise ValueError("retry_after must be seconds, a date or null")
    return {"every": number(1, whole=True)(value["every"]), "retry_after": retry_after}


FLAG = one_of(False, True)

SWITCHES: tuple[Switch, ...] = (
    # Lists
    Switch("users_paging", True, FLAG, "Users honour startIndex and count."),
    Switch("groups_paging", False, FLAG, "Groups honour startIndex and count."),
    Switch("max_results", 1000, number(1, whole=True), "The largest page."),
    Switch("default_page_size", 1000, number(1, whole=True), "The page size when count is not sent."),
    Switch("resources_omitted_when_empty", True, FLAG, "A list without hits has no Resources key."),
    Switch("list_keys_minimal", False, FLAG, "Lists have neither itemsPerPage nor startIndex."),
    Switch(
        "total_results_wrong",
        False,
        one_of(False, True, "page"),
        "totalResults is too large (true) or counts only the page (page).",
    ),
    Switch("short_pages", False, FLAG, "A page holds half of what was asked for, rounded up."),
    Switch("stale_reads", 0, number(0, whole=True), "How many reads after a write still show the state before it."),
    Switch("list_service_users", True, FLAG, "Lists of users hold the service users."),
    # Filters
    Switch("filter_case_sensitive", True, FLAG, "Filter values are compared with their case."),
    Switch("filters_ignored", False, FLAG, "A filter selects everything."),
    # Writes
    Switch("unique_case_sensitive", False, FLAG, "Names that differ only in case may coexist."),
    Switch("duplicate_status", 409, one_of(409, 400, 500), "The status for a name that is taken."),
    Switch("password_required", False, FLAG, "A user cannot be created without a password."),
    Switch("put_drops_display_name", False, FLAG, "PUT without displayName resets it to its default."),
    Switch("put_keeps_members", False, FLAG, "PUT of a group without members leaves the members alone."),
    Switch("group_created_on_member_error", False, FLAG, "A group with an unknown member is created before the 404."),
    Switch("delete_status", 204, one_of(204, 200), "The status of a successful DELETE."),
    Switch("linked_write_status", 400, one_of(400, 403), "The status for a write to a user of another directory."),
    Switch("custom_attributes", CUSTOM_ATTRIBUTES, list_of(), "The additional user attributes the tenant defines."),
    # PATCH
    Switch(
        "patch_supported",
        dict.fromkeys(PATCH_TYPES, True),
        patch_supported,
        "PATCH per resource type: true, or the status of the refusal.",
    ),
    Switch("patch_paths", "full", one_of("full", "core_only"), "core_only refuses paths with a URN or a filter."),
    Switch("patch_status", 200, one_of(200, 204), "The status of a successful PATCH."),
    Switch("remove_absent_member", 200, one_of(200, 400), "The status for removing a member that is not one."),
    Switch(
        "remove_with_value",
        "apply",
        one_of("apply", "ignore", "refuse"),
        "A remove with a value takes these entries, everything at the path, or is refused.",
    ),
    Switch("replace_members", True, FLAG, "PATCH may replace the member list."),
    # Headers, authentication and rights
    Switch("content_type", "json", one_of("json", "scim+json"), "The media type of SCIM answers."),
    Switch("location_header", True, FLAG, "A creation answers with a Location header."),
    Switch("html_on_auth_error", False, FLAG, "401 and 403 answers are HTML pages."),
    Switch("auth_error_body", "scim", one_of("scim", "empty", "envelope"), "The body of 401 and 403 answers."),
    Switch("token_error_status", 400, one_of(400, 401), "The status for a wrong client id or secret."),
    Switch("unknown_app_status", 404, one_of(404, 400), "The status for an unknown application id."),
    Switch("client_creds_enabled", True, FLAG, "The application allows client credentials."),
    Switch("platform_token_accepted", True, FLAG, "The SCIM endpoint accepts platform tokens."),
    Switch("token_lifetime", 18000, number(0, whole=False), "Seconds until a new token expires."),
    Switch(
        "granted_rights",
        ["UserManagement", "RoleManagement"],
        list_of(RIGHTS),
        "The administrative rights of the SCIM client.",
    ),
    Switch("missing_right_status", 403, one_of(403, 401), "The status when a right is missing."),
    # Load
    Switch("throttle", None, throttle, "Answer every n-th SCIM request with 429, with or without Retry-After."),
    Switch("latency", 0, number(0, whole=False), "Seconds every request takes longer."),
)

BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in SWITCHES}


class UnknownSwitch(ValueError):
    """A switch that does not exist was set."""


class Switches:
    """The current values of the switches."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self.reset()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def reset(self) -> None:
        """Set every switch to its default."""
        self._values = {switch.name: copy.deepcopy(switch.default) for switch in SWITCHES}

    def as_dict(self) -> dict[str, Any]:
        """Return a copy of all values."""
        return copy.deepcopy(self._values)

    def update(self, values: Mapping[str, Any]) -> None:
        """Set some switches; nothing changes when one value is not accepted."""
        unknown = sorted(set(values) - set(BY_NAME))
        if unknown:
            raise UnknownSwitch(f"Unknown switch {', '.join(unknown)}. Known: {', '.join(sorted(BY_NAME))}")
        accepted = {}
        for name, value in values.items():
            try:
                accepted[name] = BY_NAME[name].accept(value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from error
        self._values.update(accepted)
