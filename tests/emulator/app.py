# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WSGI application: it logs each request, applies faults and finds the endpoint."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .admin import service as admin
from .control import service as control
from .control.faults import TRUNCATED, Fault
from .oauth import service as oauth
from .scim import scim
from .tenant import CONTROL, Entry, Tenant
from .wire import Request, Response, html_response

PLATFORM_PREFIX = ["api", "idadmin"]
SWEPT_PER_REQUEST = 100

Endpoint = Callable[[Tenant, Request, list[str]], Response]


# By the first segment of the path, in lower case.
ENDPOINTS: Mapping[str, Endpoint] = {
    "oauth2": oauth.serve,
    "scim": scim.serve,
    **dict.fromkeys(admin.AREAS, admin.serve),
}


class Application:
    """A WSGI application for one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        request = Request.from_environ(environ)
        segments = [part for part in request.path.split("/") if part]
        if segments[:1] == [CONTROL]:
            return self.send(control.serve(self.tenant, request, segments[1:]), start_response)

        with self.tenant.lock:
            entry = Entry(request.method, request.path, request.decoded_query)
            self.tenant.log.append(entry)
            self.tenant.storage.sweep(SWEPT_PER_REQUEST)
            fault = self.tenant.faults.take(request.method, request.path, request.decoded_query) or Fault()
            delay = self.tenant.switches["latency"] + (fault.latency or 0)
            called_off = self.tenant.faults.called_off
        if delay:
            time.sleep(delay)
        if fault.latency is None:
            called_off.wait()
        response = Response(500) if fault.prevents_effect else self.respond(request, segments)
        if fault.drop is not None:
            # cheroot answers this error by closing the connection.
            raise ConnectionResetError(errno.ECONNRESET, "Injected fault")
        response = fault.spoil(response)
        entry.status = response.status
        return self.send(response, start_response, truncated=fault.body == TRUNCATED)

    def respond(self, request: Request, segments: list[str]) -> Response:
        """Return the answer to a request. Any other path gets a web page.

        The address of a tenant's platform has the administration API below a prefix (documented).
        """
        length = len(PLATFORM_PREFIX)
        if [part.lower() for part in segments[:length]] == PLATFORM_PREFIX:
            segments = segments[length:]
            request = replace(request, path="/" + "/".join(segments))
        endpoint = ENDPOINTS.get(segments[0].lower()) if segments else None
        if endpoint is None:
            return html_response(404)
        with self.tenant.lock:
            return endpoint(self.tenant, request, segments[1:])

    def send(
        self, response: Response, start_response: Callable[..., Any], *, truncated: bool = False
    ) -> Iterable[bytes]:
        """Send an answer, or only the first half of its body."""
        added = {"Content-Length": str(len(response.body)), "Date": self.tenant.clock.http_date()}
        cookies = [("Set-Cookie", cookie) for cookie in response.cookies]
        start_response(response.status_line, [*response.headers.items(), *added.items(), *cookies])
        if truncated:
            return first_half(response.body)
        return [response.body]


def first_half(body: bytes) -> Iterator[bytes]:
    """Send half of a body, then reset the connection."""
    yield body[: len(body) // 2]
    raise ConnectionResetError(errno.ECONNRESET, "Injected fault")
