# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small servers that answer whatever a test tells them to, one connection for each request."""

from __future__ import annotations

import contextlib
import json
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, run_module

SECRET = "a-token-of-mine"
Answer = Callable[["Seen"], Iterable[bytes]]
Serve = Callable[..., "Hostile"]


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    head: str
    body: bytes = b""


@dataclass
class Hostile:
    """A server that answers each request with the bytes that a function returns, and then closes the connection."""

    answer: Answer = lambda seen: []
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def run(self, module: str = "scim_user_info", **options: Any) -> Result:
        connection = {"tenant_url": self.url, "access_token": SECRET, "retries": 0, "timeout": 5}
        result = run_module(module, {**connection, **options})
        assert result.code != "internal", result["msg"]
        assert SECRET not in result.output
        return result


@contextlib.contextmanager
def servers() -> Iterator[Serve]:
    """Give a function that starts a server, with TLS if it gets a context, and stop them all at the end."""
    started: list[socketserver.BaseServer] = []

    def start(context: ssl.SSLContext | None = None, answer: Answer = lambda seen: []) -> Hostile:
        hostile = Hostile(answer)

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                if context is None:
                    self.talk(self.rfile, self.wfile.write)
                    return
                with context.wrap_socket(self.request, server_side=True) as tls, tls.makefile("rb") as lines:
                    self.talk(lines, tls.sendall)

            def talk(self, lines: Any, send: Callable[[bytes], object]) -> None:
                head = b""
                while (line := lines.readline()) not in (b"\r\n", b""):
                    head += line
                if head:
                    self.reply_to(head.decode("latin-1"), lines, send)

            def reply_to(self, head: str, lines: Any, send: Callable[[bytes], object]) -> None:
                method, target = head.split(" ", 2)[:2]
                length = head.lower().partition("content-length: ")[2].partition("\r")[0]
                hostile.seen.append(Seen(method, target, head, lines.read(int(length or 0))))
                for piece in hostile.answer(hostile.seen[-1]):
                    send(piece)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Ignore clients that close the connection: these tests want that."""

        server = Server(("127.0.0.1", 0), Handler)
        started.append(server)
        hostile.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return hostile

    try:
        yield start
    finally:
        for server in started:
            server.shutdown()
            server.server_close()


def reply(body: Any, status: str = "200 OK", **headers: str) -> list[bytes]:
    """Return the bytes of an answer. Keyword names become header names."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), "Connection": "close"}
    fields.update((name.replace("_", "-"), value) for name, value in headers.items())
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return [f"HTTP/1.1 {status}\r\n{head}\r\n".encode(), content]
