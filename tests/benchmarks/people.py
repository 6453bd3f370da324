# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of the benchmark: as options of scim_user, and as the SCIM user that the options stand for."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def entry(number: int) -> Object:
    name = f"user{number:06}@example.com"
    return {
        "user_name": name,
        "display_name": f"User {number:06}",
        "given_name": "User",
        "family_name": f"Number {number:06}",
        "email": name,
        "active": True,
        "organization": f"Department {number % 100}",
    }


def body(options: Object) -> Object:
    return {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "userName": options["user_name"],
        "displayName": options["display_name"],
        "name": {"givenName": options["given_name"], "familyName": options["family_name"]},
        "emails": [{"type": "work", "primary": True, "value": options["email"]}],
        "active": options["active"],
        ENTERPRISE_USER: {"organization": options["organization"]},
    }
