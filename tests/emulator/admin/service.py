# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The administration API: finds the verb of a path, and makes the checks that all verbs share.

Failures have status 200 (documented), and names in a path ignore case (seen in clients).
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..failures import Failure
from ..oauth.access import AccessFailure, authenticated, dressed
from ..oauth.authority import authority_of
from ..wire import Request, Response, html_response, json_response
from . import app_calls as admin_apps
from . import directories, login, redrock, user_reads, user_removal
from . import permissions as admin_permissions
from . import rights as admin_rights
from . import roles as admin_roles
from . import tenant_calls as admin_tenant
from . import users as admin_users
from .call import Call, Verb, Verbs
from .envelope import NO_JSON, UNAUTHORIZED, Refusal, accepted, refused

if TYPE_CHECKING:
    from ..tenant import Tenant

MODULES = (
    redrock,
    admin_users,
    user_removal,
    user_reads,
    directories,
    admin_roles,
    admin_rights,
    admin_apps,
    admin_permissions,
    admin_tenant,
    login,
)
VERBS: Verbs = {path: verb for module in MODULES for path, verb in module.VERBS.items()}
# Areas of which clients call verbs that are not served here.
OTHER_AREAS = ("authprofile", "extdata", "mobile", "oobauth", "org", "policy", "tenantconfig", "uprest")
AREAS = frozenset((*(path.partition("/")[0] for path in VERBS), *OTHER_AREAS))
# Either header says that the caller is not a browser; the second is the older name.
NATIVE_HEADERS = ("x-idap-native-client", "x-centrify-native-client")


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request for one of the areas."""
    path = "/".join(part for part in request.path.casefold().split("/") if part)
    verb = VERBS.get(path)
    if verb is None or request.method not in (("POST",) if verb.writes else ("POST", "GET")):
        return unknown_verb(tenant, request)
    if tenant.switches["native_header_required"] and not any(request.headers.get(name) for name in NATIVE_HEADERS):
        return html_response(200)
    try:
        return json_response(200, accepted(called(tenant, request, path, verb)))
    except Refusal as refusal:
        return answered(tenant, refusal)
    except AccessFailure as failure:
        body = refused(failure.detail, failure.message_id)
        return dressed(tenant.switches, json_response(failure.status, body))
    except Failure as failure:
        # Raised by the SCIM rules of users and roles.
        return json_response(200, refused(failure.detail))
    except Exception as error:
        # A bug of the emulator; a tenant would not answer this.
        traceback.print_exception(error)
        return json_response(500, refused(f"{type(error).__name__}: {error}"))


def unknown_verb(tenant: Tenant, request: Request) -> Response:
    """Return the answer for a path without a verb: its status is known, its body is not."""
    if tenant.switches["unknown_verb"] == "page":
        return html_response(404)
    return json_response(404, refused(f"No resource was found for {request.method} {request.path}."))


def answered(tenant: Tenant, refusal: Refusal) -> Response:
    """Return the answer to a refused call; clients look for the id in several places."""
    status = tenant.switches["unauthorized_status"] if refusal.message_id == UNAUTHORIZED else 200
    if refusal.message_id and tenant.switches["message_id_shown"] == "message":
        return json_response(status, refused(f"{refusal.message_id}: {refusal.message}"))
    return json_response(status, refused(refusal.message, refusal.message_id))


def called(tenant: Tenant, request: Request, path: str, verb: Verb) -> Any:
    """Check and run a call, and return its result."""
    body, arguments = read_arguments(request)
    call = Call(tenant, body, arguments)
    if not verb.open:
        _token, user = authenticated(tenant, request)
        call = Call(tenant, body, arguments, user, authority_of(tenant.storage, str(user.id)))
        if verb.rights is not None:
            call.check(verb.rights)
    if not verb.writes:
        with tenant.reading():
            return verb.serve(call)
    if path in ignored_verbs(tenant):
        return None
    with tenant.writing():
        return verb.serve(call)


def read_arguments(request: Request) -> tuple[Any, Mapping[str, Any]]:
    """Return the body, and the arguments from body and query string."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise Refusal("The body is not valid JSON.", NO_JSON) from None
    given = body if isinstance(body, dict) else {}
    return body, {name.casefold(): value for name, value in {**request.params, **given}.items()}


def ignored_verbs(tenant: Tenant) -> frozenset[str]:
    """Return the paths of the verbs that succeed without any effect."""
    names = {name.casefold() for name in tenant.switches["ignored_writes"]}
    return frozenset(path for path in VERBS if path.partition("/")[2] in names)
