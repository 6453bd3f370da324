# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that differ from every tenant: ids of any type, dropped attributes, and soft deletes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, run_module

NAME = "ada@example.com"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
Answer = tuple[int, Any]


class Server:
    """A server of users, with PUT and without PATCH. The attributes configure its deviations."""

    identifiers: tuple[Any, ...] = ("1", "2", "3")
    dropped: tuple[str, ...] = ()
    filters = "ignored"  # or "blind" (finding nothing), "refused", or a word: refused if they hold it
    soft = False  # deletion only deactivates
    hidden = False  # deleted users are not shown, but keep their names
    terse = False  # writes are answered with the id alone
    status: type = str

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.gone: set[str] = set()
        self.requests: list[str] = []

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        self.requests.append(f"{method} {path}")
        identifier = unquote(path.removeprefix("/v2/Users").removeprefix("/"))
        shown = {key: value for key, value in self.objects.items() if key not in self.gone or not self.hidden}
        if not identifier:
            return self.create(body) if method == "POST" else self.listed([*shown.values()], query)
        if identifier not in shown:
            return self.failure(404, "unknown")
        return {"GET": self.read, "PUT": self.replace, "DELETE": self.delete}.get(method, self.refuse)(identifier, body)

    def failure(self, status: int, detail: str) -> Answer:
        return status, {"schemas": [ERROR], "status": self.status(status), "detail": detail}

    def listed(self, found: list[Any], query: dict[str, str]) -> Answer:
        filter = query.get("filter", "")
        if filter and (self.filters == "refused" or self.filters in filter.split()):
            return self.failure(400, "no such filter")
        if filter and self.filters != "ignored":
            found = []
        start = int(query.get("startIndex", 1)) - 1
        return 200, {"totalResults": len(found), "Resources": found[start : start + int(query.get("count", 100))]}

    def create(self, body: Any) -> Answer:
        if any(item["userName"] == body["userName"] for item in self.objects.values()):
            return self.failure(409, "the name is taken")
        return 201, self.kept(self.identifiers[len(self.objects)], body)

    def read(self, identifier: str, body: Any) -> Answer:
        return 200, self.objects[identifier]

    def replace(self, identifier: str, body: Any) -> Answer:
        return 200, self.kept(self.objects[identifier]["id"], body)

    def delete(self, identifier: str, body: Any) -> Answer:
        self.gone.add(identifier)
        if self.soft:
            self.objects[identifier]["active"] = False
        else:
            del self.objects[identifier]
        return 204, None

    def refuse(self, identifier: str, body: Any) -> Answer:
        return self.failure(501, "not here")

    def kept(self, identifier: Any, body: Any) -> Any:
        kept = {name: value for name, value in body.items() if name not in self.dropped}
        self.objects[str(identifier)] = {**kept, "id": identifier}
        return {"id": identifier} if self.terse else self.objects[str(identifier)]


Start = Callable[..., tuple[Server, Callable[..., Result]]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a server with these deviations, and returns it and a runner of scim_user."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def begin(**ways: Any) -> tuple[Server, Callable[..., Result]]:
        server = type("Other", (Server,), ways)()

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                status, said = server.answer(self.command, parts.path, query, body)
                content = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/scim+json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((http, thread))
        url = f"http://127.0.0.1:{http.server_port}"
        connection = {"tenant_url": url, "scim_path": "/v2", "access_token": "a-token", "retries": 0}
        # The token does not name its user, and is not replaced.
        connection |= {"client_id": "scim-service@example.com", "client_secret": "Service-pass-1"}

        def run(*, check: bool = False, **options: Any) -> Result:
            return run_module("scim_user", {**connection, "user_name": NAME, **options}, check=check)

        return server, run

    yield begin
    for http, thread in running:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.mark.parametrize("filters", ["ignored", "blind", "refused"])
def test_unfilterable_user_is_found_by_listing(start: Start, filters: str) -> None:
    """Check mode predicts the result."""
    server, run = start(filters=filters)
    run(display_name="Ada")
    for check in (True, False):
        assert run(display_name="Ada", check=check)["changed"] is False
    assert len(server.objects) == 1
    for check in (True, False):
        assert run(state="absent", check=check)["changed"] is True
    assert server.objects == {}


@pytest.mark.parametrize(
    ("filters", "reads"), [("ignored", 1), ("blind", 1 + 4 + 2 + 2), ("refused", 1 + 1 + 2), ("eq", 1 + 4 + 2)]
)
def test_verifying_an_empty_filter_result_costs_few_requests(start: Start, filters: str, reads: int) -> None:
    """Filters by the name and by its four casings, two requests to test filters, two for a full listing."""
    server, run = start(filters=filters)
    run(user_name="grace@example.com")
    server.requests.clear()
    assert run(state="absent")["changed"] is False
    assert server.requests == ["GET /v2/Users"] * reads


@pytest.mark.parametrize("status", [str, int], ids=["text", "number"])
@pytest.mark.parametrize("identifier", [7, "a/b", "../Groups/1", "ä 漢?#%", "Users"])
def test_lifecycle_with_ids_of_any_type(start: Start, identifier: Any, status: type) -> None:
    server, run = start(identifiers=(identifier, 8), status=status)
    created = run(display_name="Ada", active=True)
    assert created["user"]["id"] == str(identifier)
    assert run(id=str(identifier), display_name="Ada")["changed"] is False
    assert run(display_name="Ada King")["changed"] is True
    assert server.objects[str(identifier)]["displayName"] == "Ada King"
    boss = run(user_name="boss@example.com", manager=NAME)
    assert (boss["user"]["manager"], boss.warnings) == (str(identifier), [])
    assert run(user_name="boss@example.com", manager=NAME)["changed"] is False
    assert run(state="absent")["changed"] is True
    assert run(state="absent")["changed"] is False
    assert run(id=str(identifier), display_name="x").code == "not_found"


def test_dropped_attributes_are_named(start: Start) -> None:
    """Create and update report them each time, and report nothing else."""
    _server, run = start(dropped=("displayName", "phoneNumbers"))
    for given in ("Ada", "Ada King"):
        result = run(display_name=given, given_name=given, phone_numbers={"work": "1"})
        assert result["changed"] is True
        assert result.warnings == [
            f"The server accepted display_name = {given!r} of user 1 but holds None",
            "The server accepted phone_numbers = {'work': '1'} of user 1 but holds None",
        ]
        assert result["user"]["display_name"] is None
        assert result["user"]["given_name"] == given


def test_short_answer_to_a_write_is_not_taken_for_the_object(start: Start) -> None:
    server, run = start(terse=True)
    for given in ("Ada", "Ada King"):
        result = run(display_name=given)
        assert (result["changed"], result.warnings) == (True, [])
        assert result["user"]["display_name"] == server.objects["1"]["displayName"] == given


def test_deletion_without_effect_is_reported(start: Start) -> None:
    _server, run = start(soft=True)
    run(active=True)
    for _again in range(2):
        result = run(state="absent")
        assert (result["changed"], result["user"]) == (True, None)
        assert result.warnings == [f"The server accepted the deletion of user '{NAME}', but still shows it"]
    assert run(active=True)["user"]["active"] is True


def test_name_of_a_deleted_user_may_stay_taken(start: Start) -> None:
    server, run = start(soft=True, hidden=True)
    run(active=True)
    deleted = run(state="absent")
    assert (deleted["changed"], deleted.warnings) == (True, [])
    assert run(state="absent")["changed"] is False
    refused = run(active=True)
    assert refused.code == "conflict"
    assert "the name is taken" in refused["msg"]
    assert "It may keep one that was deleted" in refused["msg"]
    assert "one whose name differs only in case or spelling, such as STRASSE and Straße" in refused["msg"]
    assert sum(seen.startswith("POST") for seen in server.requests) == 2
