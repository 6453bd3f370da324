# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoints below /oauth2; names in their paths ignore case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..wire import Request, Response
from .errors import OAuthError
from .sessions import authorize, refresh, refused
from .token_endpoint import app_token, platform_token
from .user_info import user_info

if TYPE_CHECKING:
    from ..tenant import Tenant

# The method and the function of each endpoint, by its name and whether the id of an app follows.
ENDPOINTS: Mapping[tuple[str, bool], tuple[str, Callable[..., Response]]] = {
    ("platformtoken", False): ("POST", platform_token),
    ("token", True): ("POST", app_token),
    ("authorize", True): ("GET", authorize),
    ("refreshplatformtoken", False): ("POST", refresh),
    ("userinfo", True): ("POST", user_info),
}


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request."""
    name, *apps = segments or [""]
    method, endpoint = ENDPOINTS.get((name.lower(), bool(apps)), ("", None))
    if endpoint is None or len(apps) > 1:
        return refused(404, "Unknown token endpoint")
    if request.method != method:
        return refused(405, f"The endpoint takes {method} only")
    try:
        return endpoint(tenant, request, *apps)
    except OAuthError as error:
        return error.response(tenant.switches)
