# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Keep connections to one origin open.

The adapter of requests is used without its session. For each request, the session would read proxies and .netrc again,
and prepare to follow redirects. That takes as much time as sending the request.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from .bounds import LateError, within
from .watchdog import Watchdog, current_exchange

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection
except ImportError:  # answers.py has the error, and Module.run() reports it
    HTTPAdapter = HTTPConnection = object  # type: ignore[assignment,misc]

VERSION = "0.1.0"
MOST_WORKERS = 32  # the maximum number of threads that share connections
Answer = TypeVar("Answer")


def settings_for(url: str, verify: bool | str, certificate: Any) -> dict[str, Any]:
    """Return the proxies and the certificates for requests to an origin, from the options and the environment."""
    # REQUESTS_CA_BUNDLE overrides the ``verify`` of a session, but not the ``verify`` of a single call.
    return dict(requests.Session().merge_environment_settings(url, {}, True, verify, certificate))


class Connections:
    """Open connections, and the cookies of their server. Threads may share them.

    ``seconds`` limits an exchange, including the lookup of the host's address.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        self._adapter = _Adapter(pool_maxsize=MOST_WORKERS)
        self._cookies = requests.cookies.RequestsCookieJar()
        self._watchdog = Watchdog(self._seconds)
        self._headers = {
            **requests.utils.default_headers(),
            "User-Agent": f"idops.cyberark_identity/{VERSION} (Ansible)",
            "Accept": "application/json, application/scim+json",
            # Without this header, the tenant may answer with a page for a browser.
            "X-IDAP-NATIVE-CLIENT": "true",
        }

    def close(self) -> None:
        self._watchdog.close()
        self._adapter.close()

    def exchange(
        self,
        method: str,
        url: str,
        take: Callable[[requests.Response], Answer],
        *,
        timeout: float,
        settings: dict[str, Any],
        **content: Any,
    ) -> Answer:
        """Send a request, and return the result of ``take`` for the response. Do not follow redirects.

        ``timeout`` limits each part of the response, in seconds. ``content`` is ``auth``, and ``json`` or ``data``.
        Raise LateError, and the errors of requests.
        """
        if self._process != os.getpid():  # after a fork: the other process has the watchdog, and uses the same sockets
            self._open()
        request = requests.PreparedRequest()
        request.prepare(method, url, headers=self._headers, cookies=self._cookies, **content)
        with self._watchdog.watching(), self._adapter.send(request, timeout=timeout, **settings) as response:
            if "Set-Cookie" in response.headers:
                requests.cookies.extract_cookies_to_jar(self._cookies, request, response.raw)  # type: ignore[no-untyped-call]
            return take(response)


class _Connection(HTTPConnection):
    """A connection that the watchdog can break."""

    def connect(self) -> None:
        """Connect in a separate thread, because nothing can interrupt the lookup of an address."""
        exchange, connect = current_exchange(), super().connect

        def open_socket() -> None:
            connect()
            if exchange.late:
                self.close()

        try:
            within(exchange.left, open_socket)
        except LateError:
            exchange.late = True
            raise
        exchange.use(self)

    def putrequest(self, *args: Any, **options: Any) -> None:
        """Start a request on a new or used connection."""
        current_exchange().use(self)
        super().putrequest(*args, **options)


class _Adapter(HTTPAdapter):
    """An adapter whose connections the watchdog can break."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _watch_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if is_new:
            _watch_connections(manager)
        return manager


def _watch_connections(manager: Any) -> None:
    """Make a manager of pools open connections that the watchdog can break."""
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _watched(pool.ConnectionCls)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watched(connection: type[HTTPConnection]) -> type[_Connection]:
    return type(connection.__name__, (_Connection, connection), {})
