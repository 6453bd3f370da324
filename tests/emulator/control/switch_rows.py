# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of users, groups and the protocol: one row each."""

from __future__ import annotations

from .switch_types import FLAG, PATCH_DEFAULTS, RIGHTS, Switch, list_of, number, one_of, patch_supported, throttle

CUSTOM_ATTRIBUTES = ["costCenter", "badge", "startDate", "contractor", "site"]

ROWS: tuple[Switch, ...] = (
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
    Switch("excluded_attributes", False, FLAG, "The parameter excludedAttributes is known."),
    Switch("list_service_users", True, FLAG, "Lists of users hold the service users."),
    # Filters
    Switch("filter_case_sensitive", True, FLAG, "Filter values are compared with their case."),
    Switch(
        "canonical_names",
        False,
        FLAG,
        "Names in another normal form (NFC or NFD) are the same name, in filters and where names are unique.",
    ),
    Switch("filters_ignored", False, FLAG, "A filter selects everything."),
    Switch("group_filters_blind", False, FLAG, "A filter on Groups selects nothing."),
    # Members
    Switch(
        "member_display",
        "key",
        one_of("key", "name", "omitted"),
        "The display of a user in a group or permission: login name (key), displayName (name), or not sent (omitted).",
    ),
    Switch(
        "member_type",
        "typed",
        one_of("typed", "untyped", "singular_ref", "direct"),
        "Members have type and $ref, neither (untyped), only a $ref such as .../Group/1 (singular_ref), or "
        "the type direct and no $ref.",
    ),
    Switch(
        "list_members",
        "full",
        one_of("full", "omitted", "first_100", "users_only"),
        "Lists show all members of a group, none, the first hundred, or users only; GET by id shows all.",
    ),
    # Writes
    Switch("unique_case_sensitive", False, FLAG, "Names that differ only in case may coexist."),
    Switch("duplicate_status", 409, one_of(409, 400, 500), "The status for a name that is taken."),
    Switch("password_required", False, FLAG, "A user cannot be created without a password."),
    Switch("put_drops_display_name", False, FLAG, "PUT without displayName resets it to its default."),
    Switch("put_keeps_members", False, FLAG, "PUT of a group without members leaves the members alone."),
    Switch("group_created_on_member_error", False, FLAG, "A group with an unknown member is created before the 404."),
    Switch(
        "manager_shape",
        "object",
        one_of("object", "list", "text"),
        "The manager of a user in answers: an object, a list of one (list), or its id (text).",
    ),
    Switch("user_groups_typed", False, FLAG, "The groups of a user have the type direct."),
    Switch(
        "unnamed_extensions",
        "accepted",
        one_of("accepted", "refused"),
        "A body with an extension that its schemas do not name is accepted, or refused with 400.",
    ),
    Switch("create_status", 201, one_of(201, 200), "The status of a successful POST."),
    Switch("delete_status", 204, one_of(204, 200), "The status of a successful DELETE."),
    Switch("linked_write_status", 400, one_of(400, 403), "The status for a write to a user of another directory."),
    Switch("custom_attributes", CUSTOM_ATTRIBUTES, list_of(), "The additional user attributes the tenant defines."),
    # PATCH
    Switch(
        "patch_supported",
        PATCH_DEFAULTS,
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
    # Discovery
    Switch(
        "discovery",
        "recorded",
        one_of("recorded", "rfc"),
        "What is recorded has schemas without schemas, 500 for an unknown one, and a resource type without its schema.",
    ),
    # Headers, authentication and rights
    Switch("content_type", "json", one_of("json", "scim+json"), "The media type of SCIM answers."),
    Switch(
        "key_case",
        "camel",
        one_of("camel", "lower", "pascal"),
        "The names of attributes in answers: as the schemas spell them, in small letters, URNs too (lower), or with a "
        "capital (pascal).",
    ),
    Switch("location_header", True, FLAG, "A creation answers with a Location header."),
    Switch("html_on_auth_error", False, FLAG, "401 and 403 answers are HTML pages."),
    Switch("auth_error_body", "scim", one_of("scim", "empty", "envelope"), "The body of 401 and 403 answers."),
    Switch("token_error_status", 400, one_of(400, 401), "The status for a wrong client id or secret."),
    Switch("lock_after", 0, number(0, whole=True), "Failed logins in a row after which a user is locked; 0 is never."),
    Switch("unknown_app_status", 400, one_of(400, 404), "The status for an unknown application id."),
    Switch("client_creds_enabled", True, FLAG, "Apps may allow client credentials."),
    Switch("platform_token_accepted", True, FLAG, "The SCIM endpoint accepts platform tokens."),
    Switch(
        "token_lifetime",
        18000,
        number(0, whole=False),
        "Seconds until a new token expires; anything but the default overrides what the app says.",
    ),
    Switch(
        "token_type",
        "jwt",
        one_of("jwt", "opaque"),
        "Whether a token is a JWT, whose claims sub and unique_name say whose it is, or says nothing (opaque).",
    ),
    Switch(
        "granted_rights",
        list(RIGHTS),
        list_of(RIGHTS),
        "The administrative rights of the role SCIM client, as far as it is there.",
    ),
    Switch(
        "vault_overrides_directory",
        "shared",
        one_of("shared", False, True, "alone"),
        "The right VaultManagement makes Users and Groups those of the vault: never, always (true), "
        "or when it is the only right (alone); shared means that the vault has those of the cloud directory, "
        "which are then read with this right alone.",
    ),
    Switch("missing_right_status", 403, one_of(403, 401), "The status when a right is missing."),
    # Load
    Switch("throttle", None, throttle, "Answer every n-th SCIM request with 429, with or without Retry-After."),
    Switch("latency", 0, number(0, whole=False), "Seconds every request takes longer."),
)
