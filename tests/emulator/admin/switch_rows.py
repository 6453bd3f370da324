# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of the administration API, and of tokens and scopes: one row each."""

from __future__ import annotations

from ..control.switch_types import FLAG, Switch, list_of, one_of

# Every verb that writes.
WRITES = (
    "CreateUser",
    "ChangeUser",
    "SetUserState",
    "ResetUserPassword",
    "RemoveUsers",
    "RemoveUser",
    "DeleteUser",
    "StoreRole",
    "UpdateRole",
    "AddUsersAndGroupsToRole",
    "RemoveUsersAndGroupsFromRole",
    "DeleteRole",
    "DeleteRoles",
    "AssignSuperRights",
    "UnAssignSuperRights",
    "ImportAppFromTemplate",
    "UpdateApplicationDE",
    "DeleteApplication",
    "SetApplicationPermissions",
)

# Tokens and scopes, which SCIM clients meet too.
ACCESS: tuple[Switch, ...] = (
    Switch(
        "token_errors",
        "described",
        one_of("described", "rfc"),
        "The errors of the token endpoint: with the descriptions clients know, or by RFC 6749 (rfc).",
    ),
    Switch(
        "token_permission",
        "View,Execute",
        one_of("View,Execute", "View"),
        "The permission on the app that a client needs for a token.",
    ),
    Switch("expires_in_sent", True, FLAG, "The answer with a token contains its lifetime."),
    Switch("tokens_outlive_app", False, FLAG, "A token is good until it expires, even when its app is deleted."),
    Switch("scopeless_token_allowed", False, FLAG, "A token without scope reaches everything, instead of nothing."),
    Switch(
        "allowed_rest_anchored",
        False,
        FLAG,
        "The expressions of a scope match from the beginning of a path, instead of anywhere in it.",
    ),
    Switch("scope_mode_required", False, FLAG, "A scope without the mode RestFilter allows nothing."),
    Switch(
        "mixed_rights_hide_vault",
        False,
        FLAG,
        "A client with the right VaultManagement and another management right finds nothing in the vault.",
    ),
)
ADMINISTRATION: tuple[Switch, ...] = (
    # Requests
    Switch(
        "native_header_required",
        False,
        FLAG,
        "Without the header X-IDAP-NATIVE-CLIENT, the administration API answers with a web page.",
    ),
    Switch(
        "unknown_verb",
        "envelope",
        one_of("envelope", "page"),
        "A verb that the administration API does not know gets a 404 with JSON, or with a web page.",
    ),
    # Refusals
    Switch(
        "unauthorized_status",
        200,
        one_of(200, 403),
        "The status of the administration API when the caller lacks a right.",
    ),
    Switch(
        "message_id_shown",
        "field",
        one_of("field", "message"),
        "The id of a refusal is in MessageID, or only in Message (message).",
    ),
    # Queries
    Switch("query_rows_twice", False, FLAG, "A query of a table gives each row twice."),
    Switch("empty_query_result", "rows", one_of("rows", "null"), "A query without rows gives an empty list, or null."),
    Switch(
        "unset_texts",
        "empty",
        one_of("empty", "null"),
        "In a query, an e-mail address, mobile number or description that is not set is empty or null.",
    ),
    Switch(
        "like_case_sensitive",
        False,
        FLAG,
        "DirectoryServiceQuery compares _like with its case, unless a filter says otherwise.",
    ),
    # Users
    Switch(
        "mail_mandatory",
        "invited",
        one_of("invited", False, True),
        "CreateUser needs Mail: for an invitation by e-mail, which is sent by default (invited), never, or always.",
    ),
    Switch(
        "remove_users_result",
        "null",
        one_of("null", "each"),
        "RemoveUsers has no result and deletes all users or none, or has an outcome for each user.",
    ),
    Switch("remove_users_nested", False, FLAG, "RemoveUsers accepts a list inside the list of ids."),
    Switch("force_change_default", True, FLAG, "CreateUser without ForcePasswordChangeNext sets it."),
    Switch("reset_forces_change", False, FLAG, "ResetUserPassword sets ForcePasswordChangeNext."),
    Switch("never_expire_readable", False, FLAG, "GetUserAttributes shows PasswordNeverExpire."),
    Switch("same_password_refused", False, FLAG, "ResetUserPassword refuses the password the user has."),
    # Roles and their rights
    Switch(
        "duplicate_role",
        "refused",
        one_of("refused", "made"),
        "StoreRole with a name that is taken is refused, or makes another role.",
    ),
    Switch("update_role_members", True, FLAG, "UpdateRole changes the members, instead of ignoring them."),
    Switch("update_role_blanks_description", False, FLAG, "UpdateRole without Description clears it."),
    Switch(
        "rights_assigned_by",
        "system_administrator",
        one_of("system_administrator", "role_management"),
        "The users who may assign administrative rights.",
    ),
    Switch(
        "rights_catalogue",
        "full",
        one_of("full", "empty", "refused"),
        "The script that lists the rights: complete, without a row, or unknown.",
    ),
    Switch(
        "right_names",
        "spaced",
        one_of("spaced", "joined"),
        "The names of rights have spaces, or none (joined).",
    ),
    # Apps
    Switch(
        "lifetime_shown",
        "given",
        one_of("given", "full", "short"),
        "TokenLifetimeString in answers: as it was given, as 0.05:00:00 (full) or as 5:00:00 (short).",
    ),
    Switch("client_id_type_shown", "number", one_of("number", "text"), "ClientIDType in answers: 1, or confidential."),
    Switch(
        "client_id_type_accepted",
        "any",
        one_of("any", "text"),
        "ClientIDType may be a number or a text; with text, a number is silently ignored.",
    ),
    Switch(
        "oauth_profile_update",
        "merged",
        one_of("merged", "replaced"),
        "UpdateApplicationDE merges OAuthProfile, or replaces it. The list of scopes in it is always whole.",
    ),
    Switch(
        "duplicate_service_name",
        "refused",
        one_of("refused", "accepted"),
        "UpdateApplicationDE refuses the ServiceName of another app, or accepts it.",
    ),
    Switch("unset_service_name", "empty", one_of("empty", "null"), "A ServiceName that is not set is empty or null."),
    Switch(
        "unknown_application",
        "refused",
        one_of("refused", "null"),
        "GetApplication of an unknown app fails, or succeeds with null.",
    ),
    Switch("icon_shows_uri", True, FLAG, "Icon shows the IconUri that was set, instead of a path of its own."),
    Switch("ace_type", True, FLAG, "The rows of GetRowAces have a Type."),
    Switch(
        "permission_bits",
        "composed",
        one_of("single", "composed"),
        "Admin and ViewDetail hold others too (28, 20), or are one bit each (8, 16).",
    ),
    Switch(
        "permissions_need_every_id",
        False,
        FLAG,
        "SetApplicationPermissions needs RowKey and PVID beside ID.",
    ),
    # Writes
    Switch(
        "ignored_writes",
        [],
        list_of(WRITES),
        "These verbs of the administration API succeed without doing anything.",
    ),
)

ROWS = (*ACCESS, *ADMINISTRATION)
