# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A SCIM server that is as cheap as possible, so that a benchmark measures its clients. Run with ``-m``, as a process.

It supports only the requests of the benchmark and checks nothing. It prints one line of JSON when it is ready, and
serves over TLS until it is terminated. ``POST /control`` starts again with a new tenant, latency and rate limit;
``GET /control`` returns the requests that were counted since then.
"""

from __future__ import annotations

import contextlib
import json
import re
import socketserver
import ssl
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from .people import DRIFTED, ENTERPRISE_USER, Object, body, entry

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"%s","status":"%d"}'
FILTER = re.compile(r'(\w+) eq "(.*)"')
MEMBER = re.compile(r'members\[value eq "(.*)"\]')
TOKEN = b'{"access_token":"benchmark-token","token_type":"Bearer","expires_in":18000}'


class Kind:
    """Objects of one kind, stored as the bytes that are sent."""

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        self.objects: dict[str, bytes] = {}
        self.ids: dict[str, str] = {}
        self._pages: dict[tuple[int, int], bytes] = {}
        self._order: list[str] = []

    def put(self, identifier: str, content: Object) -> bytes:
        shown = {**content, "id": identifier, "meta": {"resourceType": self.name, "created": "2026-01-01T00:00:00Z"}}
        text = self.objects[identifier] = json.dumps(shown).encode()
        if self.ids.setdefault(content[self.key].lower(), identifier) == identifier:
            self._pages.clear()
        return text

    def page(self, start: int, count: int) -> bytes:
        if not self._pages:
            self._order = list(self.objects)
        if (start, count) not in self._pages:
            wanted = [self.objects[identifier] for identifier in self._order[start - 1 : start - 1 + count]]
            self._pages[start, count] = self.listed(wanted, len(self._order))
        return self._pages[start, count]

    @staticmethod
    def listed(items: list[bytes], total: int) -> bytes:
        return b'{"schemas":["%s"],"totalResults":%d,"Resources":[%s]}' % (LIST.encode(), total, b",".join(items))


class Tenant:
    """The objects that the server holds, and the requests that it received."""

    def __init__(
        self,
        users: int = 0,
        members: int = 0,
        drifted: int = 0,
        latency: float = 0,
        rate: int = 0,
        retry_after: int = 0,
    ) -> None:
        self.lock = threading.Lock()
        self.latency, self.rate, self.retry_after = latency, rate, retry_after
        self.requests: Counter[str] = Counter()
        self.times: list[float] = []  # of the first and the last SCIM request that was admitted
        self._left, self._looked = float(rate), time.monotonic()
        self._cpu = time.process_time()
        self.kinds = {"Users": Kind("User", "userName"), "Groups": Kind("Group", "displayName")}
        for number in range(users):
            changed = {"organization": DRIFTED} if number < drifted else {}
            self.kinds["Users"].put(f"u-{number}", body({**entry(number), **changed}))
        if members:
            listed = [{"value": f"u-{n}", "type": "User", "display": entry(n)["user_name"]} for n in range(members)]
            self.kinds["Groups"].put("g-0", {"displayName": "everybody-else", "members": listed})
        for start in range(1, users + 1001, 1000):
            self.kinds["Users"].page(start, 1000)

    def report(self) -> Object:
        return {
            "requests": self.requests,
            "seconds": self.times[-1] - self.times[0] if self.times else 0,
            "cpu": time.process_time() - self._cpu,
            "users": len(self.kinds["Users"].objects),
            "drifted": sum(DRIFTED.encode() in user for user in self.kinds["Users"].objects.values()),
            "members": [len(json.loads(group)["members"]) for group in self.kinds["Groups"].objects.values()],
        }

    def admits(self) -> bool:
        """Return whether the rate limit admits the request: a bucket of one second's requests, refilled steadily."""
        now = time.monotonic()
        self._left = min(float(self.rate), self._left + (now - self._looked) * self.rate)
        self._looked = now
        if self.rate and self._left < 1:
            self.requests["refused"] += 1
            return False
        self._left -= 1
        self.times[1:] = [now]
        return True

    def answer(self, method: str, path: str, query: dict[str, list[str]], content: bytes) -> tuple[int, bytes]:
        parts = path.strip("/").split("/")
        if parts[0] == "oauth2":
            self.requests["token"] += 1
            return 200, TOKEN
        if not self.admits():
            return 429, ERROR % (b"slow down", 429)
        kind, identifier = self.kinds[parts[2]], parts[3] if len(parts) > 3 else None
        self.requests[f"{method} {parts[2]}"] += 1
        if method == "GET" and identifier is None:
            return 200, self._list(kind, query)
        if method == "POST":
            return self._create(kind, json.loads(content))
        if identifier not in kind.objects:
            return 404, ERROR % (b"not found", 404)
        if method == "PATCH":
            return 200, self._patch(kind, str(identifier), json.loads(content)["Operations"])
        return 200, kind.objects[str(identifier)]

    @staticmethod
    def _list(kind: Kind, query: dict[str, list[str]]) -> bytes:
        if clause := FILTER.fullmatch(query.get("filter", [""])[0]):
            identifier = kind.ids.get(clause[2].lower())
            return kind.listed([kind.objects[identifier]], 1) if identifier else kind.listed([], 0)
        if "filter" in query:  # a name in another case: there are none here
            return kind.listed([], 0)
        return kind.page(int(query.get("startIndex", ["1"])[0]), int(query.get("count", ["1000"])[0]))

    @staticmethod
    def _create(kind: Kind, content: Object) -> tuple[int, bytes]:
        if content[kind.key].lower() in kind.ids:
            return 409, ERROR % (b"already exists", 409)
        return 201, kind.put(f"n-{len(kind.objects)}", content)

    @staticmethod
    def _patch(kind: Kind, identifier: str, operations: list[Object]) -> bytes:
        content = json.loads(kind.objects[identifier])
        members = {member["value"]: member for member in content.get("members", ())}
        for operation in operations:
            if gone := MEMBER.fullmatch(operation["path"]):
                members.pop(gone[1], None)
            elif operation["path"] == "members":
                members.update({member["value"]: member for member in operation["value"]})
            else:
                put(content, operation["path"], operation.get("value"))
        if members:
            content["members"] = list(members.values())
        return kind.put(identifier, content)


def put(content: Object, path: str, value: Any) -> None:
    """Set the attribute that a path of PATCH names, with a URN or without (RFC 7644 section 3.10)."""
    extension, _colon, attribute = path.rpartition(":")
    target = content.setdefault(extension, {}) if extension == ENTERPRISE_USER else content
    *parents, name = attribute.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
    target[name] = value


class Handler(socketserver.StreamRequestHandler):
    """One connection that is kept alive. It parses only as much HTTP/1.1 as the clients of the benchmark need."""

    server: Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while line := self.rfile.readline():
                method, target, _version = line.decode().split()
                length = 0
                while (header := self.rfile.readline()) not in (b"\r\n", b""):
                    if header[:15].lower() == b"content-length:":
                        length = int(header[15:])
                self._serve(method, target, self.rfile.read(length))

    def _serve(self, method: str, target: str, content: bytes) -> None:
        url = urlsplit(target)
        if url.path == "/control":
            self._send(200, self.server.control(method, content))
            return
        tenant = self.server.tenant
        if tenant.latency:
            time.sleep(tenant.latency)
        with tenant.lock:
            status, text = tenant.answer(method, url.path, parse_qs(url.query), content)
        self._send(status, text, tenant.retry_after if status == 429 else 0)

    def _send(self, status: int, text: bytes, retry_after: int = 0) -> None:
        later = b"Retry-After: %d\r\n" % retry_after if retry_after else b""
        head = b"HTTP/1.1 %d -\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
        self.request.sendall(head % (status, later, len(text)) + text)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tenant = Tenant()
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.context)
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.info = {"url": f"https://127.0.0.1:{self.server_address[1]}", "ca_path": str(folder / "ca.pem")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a handshake that the client broke off, and report any other error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def control(self, method: str, content: bytes) -> bytes:
        if method == "POST":
            self.tenant = Tenant(**json.loads(content))
        return json.dumps(self.tenant.report() if method == "GET" else {}).encode()


if __name__ == "__main__":
    with Server(Path(sys.argv[1])) as server:
        print(json.dumps(server.info), flush=True)
        server.serve_forever()
