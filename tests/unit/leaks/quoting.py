# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server between client and tenant that refuses every write and quotes the whole request in its answer.

It does the same for a token that the tenant does not know, and at the token endpoint of an app of its own.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import requests
from ansible_collections.idops.cyberark_identity.tests.unit.harness import READING
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.finder import encodings, texts

SLOW = 2.0  # seconds
# The app whose token endpoint refuses every request.
REFUSING_APP = "quoting"
Quote = Callable[[str], str]


def usual(word: str) -> str:
    """Return the word in every usual spelling and encoding, one after the other."""
    return " ".join([*texts(word).values(), *encodings(word).values()])


class _Handler(BaseHTTPRequestHandler):
    """A prefix sets the status of refusals: writes to ``/409/scim/v2/Users`` get 409; ``/000`` answers too late."""

    tenant_url = ""
    quote: Quote = staticmethod(usual)

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        prefix, path = re.fullmatch(r"(?:/(\d{3}))?(/.*)", self.path).groups()  # type: ignore[union-attr]
        if prefix == "000":
            time.sleep(SLOW)
        if self._refuses(path):
            self._quote(int(prefix or (401 if "/oauth2/" in path else 200)), sent.decode())
            return
        answer = requests.request(
            self.command,
            f"{self.tenant_url}{path}",
            data=sent,
            headers={name: value for name, value in self.headers.items() if name not in ("Host", "Accept-Encoding")},
            timeout=60,
        )
        if answer.status_code == 401:
            self._quote(401, sent.decode())
            return
        self._send(answer.status_code, answer.content, {"Content-Type": answer.headers.get("Content-Type", "")})

    def _refuses(self, path: str) -> bool:
        if "/oauth2/" in path:
            return path.endswith(f"/{REFUSING_APP}")
        return self.command != "GET" and not READING.search(path)

    def _quote(self, status: int, sent: str) -> None:
        """Put the quotation into every part of an answer that can hold one: SCIM, OAuth and the administration API."""
        values = _texts(json.loads(sent)) if sent.startswith(("{", "[")) else dict(parse_qsl(sent)).values()
        kind, _blank, token = self.headers.get("Authorization", "").partition(" ")
        words = " ".join([kind, *map(self.quote, filter(None, [*values, token])), sent])
        body: dict[str, Any] = {"detail": words, "scimType": words, "error": words, "error_description": words}
        if status == 200:
            body = {"success": False, "Message": words, "MessageID": words, "ErrorID": words}
        header = _in_a_header(words)
        headers = {
            "Content-Type": f"application/json; said={header}",
            "Location": f"https://{header}/login?{header}",
            "Set-Cookie": f"said={header}",
            "WWW-Authenticate": f'Bearer realm="{header}"',
            "Retry-After": "0",
        }
        self._send(status, json.dumps(body).encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status, headers.get("Location", "")[:500] or None)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # the client gave up
            pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *arguments: Any) -> None:
        pass


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
    else:
        yield str(value)


class _Proxy(BaseHTTPRequestHandler):
    """A proxy that refuses every client."""

    quote: Quote = staticmethod(usual)

    def do_CONNECT(self) -> None:
        login = self.headers.get("Proxy-Authorization", "").partition(" ")[2]
        password = base64.b64decode(login).decode("latin-1").partition(":")[2]
        self.send_response(407, _in_a_header(f"refused: {login} {self.quote(password)}"))
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


def _in_a_header(words: str) -> str:
    return re.sub(r"[^ -~\xa0-\xff]", "?", words)[:4000]


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], **attributes: Any) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), attributes)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def quoting(tenant_url: str, quote: Quote = usual) -> Iterator[str]:
    """Run a server that quotes until the block ends, and yield its address."""
    with _serving(_Handler, tenant_url=tenant_url, quote=staticmethod(quote)) as server:
        yield f"http://{server}"


@contextmanager
def refusing_proxy(quote: Quote = usual) -> Iterator[str]:
    """Run a proxy that quotes the login in its refusal until the block ends, and yield its host and port."""
    with _serving(_Proxy, quote=staticmethod(quote)) as proxy:
        yield proxy
