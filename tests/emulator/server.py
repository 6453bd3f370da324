# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a server in this process."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from cheroot import wsgi

from .app import Application
from .control.starting import Start
from .tenant import Tenant

HOST = "127.0.0.1"
THREADS = 8
# Seconds between two checks of the server whether to stop.
STOP_POLL = 0.05


class Emulator:
    """A tenant that listens on a port, by default of the loopback interface, while the ``with`` block runs.

    ``url`` is the address by which clients reach it, where that is another one.
    """

    def __init__(
        self,
        tls_dir: str | Path | None = None,
        port: int = 0,
        seed_users: int = 0,
        *,
        host: str = HOST,
        url: str | None = None,
        start: Start | None = None,
    ) -> None:
        self.tenant = Tenant(start or Start(users=seed_users))
        self._url = url
        self._server = wsgi.Server(
            (host, port), Application(self.tenant), numthreads=THREADS, request_queue_size=128, shutdown_timeout=1
        )
        self._server.expiration_interval = STOP_POLL
        if tls_dir is not None:
            self.tenant.ca_path = self._use_tls(Path(tls_dir))
        self._thread: threading.Thread | None = None

    def _use_tls(self, directory: Path) -> str:
        """Serve TLS with a new certificate, and return the path of its CA.

        The server reads the private key from a file only. The file exists just long enough, in a directory that nobody
        else can read.
        """
        # Imported here, because an emulator without TLS starts faster without them.
        import trustme
        from cheroot.ssl.builtin import BuiltinSSLAdapter

        authority = trustme.CA()
        named = urlsplit(self._url).hostname if self._url else None
        issued = authority.issue_cert(*dict.fromkeys((HOST, "localhost", named or HOST)))
        directory.mkdir(parents=True, exist_ok=True)
        ca_path = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_path))
        with tempfile.TemporaryDirectory() as private:
            key, chain = Path(private, "key.pem"), Path(private, "chain.pem")
            key.touch(mode=0o600)
            issued.private_key_pem.write_to_path(str(key))
            chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
            self._server.ssl_adapter = BuiltinSSLAdapter(str(chain), str(key))
        return str(ca_path.resolve())

    @property
    def info(self) -> dict[str, Any]:
        """The addresses of the tenant, and the credentials of its clients."""
        return self.tenant.info

    def start(self) -> None:
        """Accept connections, in a thread of its own."""
        self._server.prepare()
        scheme = "https" if self._server.ssl_adapter is not None else "http"
        # Clients of another machine need another address: the name that they know.
        self.tenant.start(self._url or f"{scheme}://{HOST}:{self._server.bind_addr[1]}")
        self._thread = threading.Thread(target=self._server.serve, name="emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting connections, and close the open ones."""
        self.tenant.faults.clear()  # a fault may hold a request, and the server waits for its requests
        self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
