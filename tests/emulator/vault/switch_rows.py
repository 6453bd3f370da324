# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of the vault: containers, their permissions and privileged data. One row each."""

from __future__ import annotations

from ..control.switch_types import FLAG, Switch, one_of

ROWS: tuple[Switch, ...] = (
    # Reading. Reading by id, paging and sorting need a newer vault (documented).
    Switch(
        "pam_get_by_id",
        True,
        one_of(True, 404, 501),
        "An object of the vault is read by its id: true, or the status of the refusal.",
    ),
    Switch("pam_paging", True, FLAG, "Lists of the vault honour startIndex and count."),
    Switch("pam_sorting", True, FLAG, "Lists of the vault honour sortBy."),
    Switch(
        "pam_filters",
        True,
        one_of(True, "one_clause", "ignored"),
        "Filters of the vault work, refuse `and` (one_clause), or select everything (ignored).",
    ),
    Switch("pam_id_case_sensitive", False, FLAG, "The path to an object of the vault is compared with its case."),
    # Writing
    Switch(
        "immutable_change",
        "refused",
        one_of("refused", "ignored"),
        "A PUT or PATCH of an attribute that cannot change is refused with 400, or ignored.",
    ),
    Switch("unknown_reference_status", 404, one_of(404, 400), "The status for an unknown container, user or group."),
    Switch("pam_write_bodies", True, FLAG, "POST, PUT and PATCH in the vault answer with the object."),
    Switch(
        "pam_error_body",
        "scim",
        one_of("scim", "pvwa"),
        "The form of the vault's errors: SCIM, or that of its own API (pvwa).",
    ),
    # Containers
    Switch("safe_name_rules", True, FLAG, "The vault's rules for the name of a safe hold."),
    Switch(
        "container_display_name",
        "ignored",
        one_of("ignored", "changed"),
        "displayName of a container is always its name, or the value of POST and PUT (changed).",
    ),
    Switch("container_type", "safe", one_of("safe", "Safe"), "The type of a container in answers."),
    Switch("container_lists_accounts", True, FLAG, "Containers list their privilegedData."),
    Switch(
        "owner_empty", "omitted", one_of("omitted", "object"), "A container without owner has none, or an empty one."
    ),
    Switch(
        "retention_urn",
        "safe",
        one_of("safe", "custom"),
        "The schema that holds NumberOfDaysRetention in answers: cyberark:1.0:Safe or custom:2.0.",
    ),
    Switch(
        "delete_nonempty_container",
        "cascade",
        one_of("cascade", 409, 400),
        "Deleting a container with privileged data deletes that too, or the status of the refusal.",
    ),
    # Permissions
    Switch(
        "permission_id",
        "name",
        one_of("name", "id"),
        "The part after the colon in the id of a permission: the name of the member, or its id.",
    ),
    Switch(
        "rights_case",
        "camel",
        one_of("camel", "pascal"),
        "Rights begin with a small letter in answers, or with a capital (pascal).",
    ),
    Switch("rights_required", True, FLAG, "A permission without rights is refused."),
    Switch(
        "unknown_right_status",
        400,
        one_of(400, 201),
        "The status for an unknown right; 201 means that the right is silently left out.",
    ),
    Switch(
        "authorization_levels",
        "both",
        one_of("both", "exclusive"),
        "One member may have both authorization levels, or only one (exclusive): then a creator has the first.",
    ),
    Switch("role_member_type", "Role", one_of("Role", "Group"), "The memberType of a role of the cloud directory."),
    Switch(
        "outsider_display",
        "upn",
        one_of("plain", "upn", "nt", "dn"),
        "A permission shows a user or group of another directory by its name alone, as name@directory, as "
        "DIRECTORY\\name, or by its distinguished name.",
    ),
    Switch(
        "outsider_value",
        "guid",
        one_of("guid", "name"),
        "The value of a user or group of another directory in a permission: its object GUID, or its name.",
    ),
    # Privileged data
    Switch(
        "property_case",
        "username",
        one_of("username", "userName", "sent"),
        "The key of the user name in answers: one spelling, or the one it was sent in.",
    ),
    Switch("properties_added", False, FLAG, "A new account has a property that the request did not set."),
    Switch(
        "properties_patch",
        "merge",
        one_of("merge", "replace"),
        "PATCH replace of the properties changes those it names, or replaces all.",
    ),
    Switch(
        "remote_machines_separator",
        "any",
        one_of("any", ";", ","),
        "The separator in remoteMachines; with one of them, a text with the other is refused with 400.",
    ),
    Switch(
        "secret_update",
        "changed",
        one_of("changed", "ignored", "refused"),
        "A PUT or PATCH with a secret changes it, ignores it, or is refused with 400.",
    ),
)
