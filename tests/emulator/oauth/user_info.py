# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user of a platform token, in the form that the model of the vendor's SDK demands: texts are never null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..admin.superrights import CATALOGUE, shown_name
from ..scim.user_attributes import phone_of
from ..wire import Request, Response, json_response
from .access import AccessFailure, authenticated, dressed
from .authority import authority_of
from .sessions import PLATFORM_APP, refused

if TYPE_CHECKING:
    from ..tenant import Tenant


def user_info(tenant: Tenant, request: Request, app_id: str) -> Response:
    """Return the user of the token. That rights and roles are shown by their names is a guess."""
    if app_id.casefold() != PLATFORM_APP:
        return refused(404, f"Unknown application {app_id}")
    try:
        _token, user = authenticated(tenant, request)
    except AccessFailure as failure:
        return dressed(tenant.switches, refused(failure.status, failure.detail))
    authority = authority_of(tenant.storage, str(user.id))
    extension = user.EnterpriseUser
    manager = extension.manager if extension is not None else None
    body = {
        "FirstName": (user.name.given_name if user.name is not None else None) or "",
        "LastName": (user.name.family_name if user.name is not None else None) or "",
        "HomeNumber": phone_of(user, "home") or "",
        "Manager": manager.value if manager is not None else "",
        "Username": user.user_name,
        "Groups": [],
        "Rights": [shown_name(path, tenant.switches) for path in CATALOGUE if authority.may([path])],
        "Roles": [role.display_name for role in tenant.storage.all("Group") if role.id in authority.roles],
    }
    return json_response(200, body)
