# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deviating SCIM servers: wrong counts, limited filters, malformed answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    AmbiguousError,
    InvalidError,
    ProtocolError,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.filters import case_free_filters
from ansible_collections.idops.cyberark_identity.plugins.module_utils._scim.protocol import PAGE, Scim
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from hypothesis import given
from hypothesis import strategies as st

Answer = Callable[[str, dict[str, str]], tuple[int, Any]]
Serve = Callable[[Answer], Scim]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server, which answers each GET by a function of its path and query."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answer: Answer) -> Scim:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, body = answer(parts.path, query)
                encoded = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/scim+json")
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            def log_message(self, *arguments: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        url = f"http://127.0.0.1:{server.server_port}"
        return Scim(Client(Connection(url, access_token="a-token", retries=0)), "/v2/")

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def users(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": str(number), "userName": f"user{number}@example.com"} for number in numbers]


def paged(people: list[dict[str, Any]], total: Any, size: int) -> Answer:
    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query["startIndex"]) - 1
        return 200, {"totalResults": total, "Resources": people[start : start + size]}

    return answer


@pytest.fixture(params=[0, 4], ids=["one by one", "ahead"])
def ahead(request: pytest.FixtureRequest) -> Iterator[ThreadPoolExecutor | None]:
    """Yield the executor that prefetches pages, or None."""
    if not request.param:
        yield None
        return
    with ThreadPoolExecutor(request.param) as pool:
        yield pool


@pytest.mark.parametrize("total", [7, "7", 0, 100, None, "many", -1])
@pytest.mark.parametrize("size", [2, 7, 1000])
def test_every_object_is_read_whatever_the_count_says(
    serve: Serve, ahead: ThreadPoolExecutor | None, total: Any, size: int
) -> None:
    scim = serve(paged(users(*range(7)), total, size))
    short: list[str] = []
    assert len(list(scim.query("Users", ahead=ahead, on_short=short.append))) == 7
    if not isinstance(total, int) or total > 7:
        assert len(list(scim.query("Users", filter="userName co user", on_short=short.append))) == 7
    assert set(short) == ({"The server counts 100 Users, but returned 7"} if total == 100 else set())


def test_a_list_shorter_than_its_count_says_nothing_of_what_it_does_not_hold(serve: Serve) -> None:
    scim = serve(paged(users(*range(7)), 9, 1000))
    with pytest.raises(ProtocolError, match="counts 9 Users, but returned 7"):
        list(scim.query("Users"))
    with pytest.raises(ProtocolError, match="counts 9 Users, but returned 7"):
        scim.find_named("Users", "userName", "ada@example.com")
    with pytest.raises(ProtocolError, match="counts 9 Users, but returned 7"):
        scim.find("Users", [[]], lambda item: item["id"] == "3", thorough=True)
    assert scim.find_named("Users", "userName", "USER3@example.com") == users(3)[0]


def test_empty_page_does_not_end_a_list(serve: Serve, ahead: ThreadPoolExecutor | None) -> None:
    """Some servers build pages first and then remove the objects that the caller may not see."""
    people = users(*range(3 * PAGE))

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query["startIndex"]) - 1
        page = [user for user in people[start : start + PAGE] if not PAGE <= int(user["id"]) < 2 * PAGE]
        return 200, {"totalResults": 3 * PAGE, "Resources": page}

    found = list(serve(answer).query("Users", ahead=ahead, on_short=lambda text: None))
    assert len(found) == 2 * PAGE


def test_excessive_count_is_not_followed(serve: Serve) -> None:
    asked: list[str] = []

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        asked.append(query["startIndex"])
        return 200, {"totalResults": 10**9, "Resources": []}

    with pytest.raises(ProtocolError, match="counts 1000000000 Users, but returned 0"):
        list(serve(answer).query("Users"))
    assert len(asked) < 10


def test_many_references_that_a_short_list_lacks_are_looked_up(serve: Serve) -> None:
    people = users(*range(20))

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        if "filter" in query:
            hits = [user for user in people if f'"{user["userName"]}"' in query["filter"]]
            return 200, {"totalResults": len(hits), "Resources": hits}
        start = int(query.get("startIndex", 1)) - 1
        return 200, {"totalResults": 20, "Resources": people[start:10]}

    wanted = [user["userName"] for user in people]
    assert serve(answer).find_all("Users", "userName", wanted) == dict(zip(wanted, people, strict=True))


def test_a_full_page_is_followed_by_another_look(serve: Serve, ahead: ThreadPoolExecutor | None) -> None:
    scim = serve(paged(users(*range(PAGE + 5)), PAGE, PAGE))
    assert len(list(scim.query("Users", ahead=ahead))) == PAGE + 5


def test_repeated_page_does_not_end_a_list(serve: Serve, ahead: ThreadPoolExecutor | None) -> None:
    scim = serve(lambda path, query: (200, {"totalResults": 50, "Resources": users(1, 2, 3)}))
    with pytest.raises(ProtocolError, match="counts 50 Users, but returned 3"):
        list(scim.query("Users", ahead=ahead))


@pytest.mark.parametrize("total", [3, 6])
def test_an_object_that_a_page_repeats_is_one_object(serve: Serve, total: int) -> None:
    """Some servers have a row for each value that matches. It stays unknown whether the total counts rows."""
    scim = serve(paged(users(1, 1, 2, 3, 3, 3), total, PAGE))
    short: list[str] = []
    assert list(scim.query("Users", on_short=short.append)) == users(1, 2, 3)
    assert short == (["The server counts 6 Users, but returned 3, some of them repeatedly"] if total == 6 else [])
    assert scim.find_named("Users", "userName", "user3@example.com") == users(3)[0]


def test_a_list_in_a_single_page_is_read_completely(serve: Serve, ahead: ThreadPoolExecutor | None) -> None:
    scim = serve(lambda path, query: (200, {"totalResults": 1500, "Resources": users(*range(1500))}))
    assert len(list(scim.query("Users", ahead=ahead))) == 1500


@pytest.mark.parametrize("sizes", [(3, 2), (2, 3), (3, 1, 3), (1, 5)], ids=str)
@pytest.mark.parametrize("total", [11, 5, 30], ids=str)
def test_pages_that_are_not_as_long_as_the_first(
    serve: Serve, ahead: ThreadPoolExecutor | None, sizes: tuple[int, ...], total: int
) -> None:
    """Some servers shorten a page that exceeds a number of bytes."""
    people = users(*range(11))

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query["startIndex"]) - 1
        return 200, {"totalResults": total, "Resources": people[start : start + sizes[start % len(sizes)]]}

    found = list(serve(answer).query("Users", ahead=ahead, on_short=lambda text: None))
    assert [item["id"] for item in found] == [item["id"] for item in people]


def test_pages_are_fetched_side_by_side(serve: Serve) -> None:
    """Three requests wait for each other: one after the other, they would wait for ever."""
    together = threading.Barrier(3, timeout=20)

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query["startIndex"]) - 1
        if start:
            together.wait()
        return 200, {"totalResults": 6, "Resources": users(*range(6))[start : start + 2]}

    with ThreadPoolExecutor(3) as pool:
        assert len(list(serve(answer).query("Users", ahead=pool))) == 6


@pytest.mark.parametrize("body", [{}, {"status": "ok"}, []])
def test_an_answer_that_is_no_list(serve: Serve, body: Any) -> None:
    """It must not count as an empty list: a user would be taken for absent."""
    scim = serve(lambda path, query: (200, body))
    with pytest.raises(ProtocolError):
        scim.find_named("Users", "userName", "ada@example.com")


@pytest.mark.parametrize("body", [{"Resources": None}, {"Resources": []}, {"totalResults": 0}])
def test_empty_list_holds_no_objects(serve: Serve, body: Any) -> None:
    scim = serve(lambda path, query: (200, body))
    assert list(scim.query("Users")) == []
    assert scim.find_named("Users", "userName", "ada@example.com") is None


@pytest.mark.parametrize(
    "resources", ["text", {"id": "1"}, [1], [None], [{"userName": "x"}], [{"id": ""}], [[{"id": "1"}]]], ids=str
)
def test_a_list_of_no_known_shape(serve: Serve, resources: Any) -> None:
    scim = serve(lambda path, query: (200, {"totalResults": 1, "Resources": resources}))
    with pytest.raises(ProtocolError):
        list(scim.query("Users"))


@pytest.mark.parametrize("body", [{}, {"userName": "x"}, [], {"id": None}, {"id": []}, {"id": "2"}], ids=str)
def test_an_object_of_no_known_shape(serve: Serve, body: Any) -> None:
    with pytest.raises(ProtocolError):
        serve(lambda path, query: (200, body)).get("Users", "1")


def test_ids_are_quoted(serve: Serve) -> None:
    seen: list[str] = []

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        seen.append(path)
        return 404, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "no"}

    scim = serve(answer)
    for identifier in ("a/b", "a b", "a%b", "a?b#c", "../Groups/1", "ä"):
        assert scim.get("Users", identifier) is None
    assert seen == [
        "/v2/Users/a%2Fb",
        "/v2/Users/a%20b",
        "/v2/Users/a%25b",
        "/v2/Users/a%3Fb%23c",
        "/v2/Users/..%2FGroups%2F1",
        "/v2/Users/%C3%A4",
    ]


@pytest.mark.parametrize("status", [400, 501])
def test_a_server_whose_filters_know_only_eq(serve: Serve, status: int) -> None:
    people = [{"id": "1", "userName": "Ada@Example.com"}, {"id": "2", "userName": "grace@example.com"}]

    def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path.endswith("/1"):
            return 200, people[0]
        filter = query.get("filter")
        if filter and " eq " not in filter:
            return status, {"status": str(status), "scimType": "invalidFilter", "detail": "unknown operator"}
        found = [user for user in people if not filter or filter == f'userName eq "{user["userName"]}"']
        return 200, {"totalResults": len(found), "Resources": found}

    scim = serve(answer)
    assert scim.find_named("Users", "userName", "ada@example.com") == people[0]
    assert scim.find_named("Users", "userName", "nobody@example.com") is None


def test_names_are_looked_for_in_few_requests_and_small_answers(tenant: Tenant) -> None:
    """A large directory is not read completely to find that a name is free."""
    tenant.seed(users=3000)
    scim = Scim(Client(Connection(**tenant.connection)))
    for name, most in (("user12345@example.com", 2), ("ada.king@example.com", 5), ("newbie@example.com.001", 5)):
        tenant.forget_requests()
        assert scim.find_named("Users", "userName", name) is None
        assert len(tenant.requests()) - tenant.tokens() <= most
        assert not [seen for seen in tenant.requests() if "startIndex=1001" in seen["query"]]
    assert scim.find_named("Users", "userName", "USER02999@EXAMPLE.COM")


@given(st.from_regex(r"[a-zA-Z0-9._-]{1,12}@[a-z]{2,5}\.[a-z]{2}", fullmatch=True), st.randoms())
def test_some_filter_finds_every_other_casing(name: str, chance: Any) -> None:
    """The filters are evaluated as case-sensitive operators."""
    other = "".join(chance.choice([character.lower(), character.upper()]) for character in name)
    assert any(
        {"co": value in other, "sw": other.startswith(value)}[operator]
        for _attribute, operator, quoted in (filter.split(" ", 2) for filter in case_free_filters("userName", name))
        for value in [json.loads(quoted)]
    )


def test_several_matches_are_named(serve: Serve) -> None:
    people = [{"id": identifier, "userName": "ada@example.com"} for identifier in ("b", "a")]
    scim = serve(lambda path, query: (200, {"totalResults": 2, "Resources": people}))
    with pytest.raises(AmbiguousError, match="a, b"):
        scim.find_named("Users", "userName", "ADA@example.com")


def test_ids_may_be_numbers(serve: Serve) -> None:
    scim = serve(lambda path, query: (200, {"id": 1, "userName": "ada@example.com"}))
    assert scim.get("Users", "1") == {"id": "1", "userName": "ada@example.com"}


@pytest.mark.parametrize("body", [None, "<html>", {"message": "no route"}], ids=str)
def test_404_without_scim_error_does_not_mean_absent(serve: Serve, body: Any) -> None:
    scim = serve(lambda path, query: (404, body))
    with pytest.raises(ProtocolError, match="scim_path"):
        scim.get("Users", "1")


@pytest.mark.parametrize("name", [None, 5, ["None"], {"None": 1}], ids=str)
def test_null_name_does_not_match_its_text(serve: Serve, name: Any) -> None:
    page = {"totalResults": 1, "Resources": [{"id": "1", "userName": name}]}
    assert serve(lambda path, query: (200, page)).find_named("Users", "userName", "None") is None


@pytest.mark.parametrize(("held", "wanted"), [("straße@x.com", "strasse@x.com"), ("ﬁn@x.com", "fin@x.com")])
def test_names_that_only_casefold_alike_are_two(serve: Serve, held: str, wanted: str) -> None:
    page = {"totalResults": 1, "Resources": [{"id": "1", "userName": held}]}
    assert serve(lambda path, query: (200, page)).find_named("Users", "userName", wanted) is None


@pytest.mark.parametrize("path", ["", "/", "scim", "/scim/v2/", "//scim//v2"])
def test_slashes_in_scim_path_do_not_matter(serve: Serve, path: str) -> None:
    scim = serve(lambda path, query: (200, {"id": "1", "path": path}))
    scim = Scim(scim.client, path)
    assert scim.get("Users", "1") == {"id": "1", "path": "/".join(["", *filter(None, path.split("/")), "Users", "1"])}


@pytest.mark.parametrize("path", ["/scim?x=1", "/scim#x", "/scim v2", "/scim\r\nX: y"])
def test_invalid_paths_are_refused(serve: Serve, path: str) -> None:
    with pytest.raises(InvalidError, match="scim_path"):
        Scim(serve(lambda path, query: (200, {})).client, path)


@pytest.mark.parametrize("identifier", ["", ".", "..", "\ud800"])
def test_ids_that_would_name_the_collection(serve: Serve, identifier: str) -> None:
    scim = serve(lambda path, query: (200, {}))
    with pytest.raises(InvalidError):
        scim.delete("Users", identifier)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, {"detail": "SCIM's words", "scimType": {"odd": 1}}, "SCIM's words"),
        (400, {"ErrorCode": "X1", "ErrorMessage": "the vault's words"}, "the vault's words"),
        (400, {"Message": "the directory's words"}, "the directory's words"),
        (418, {}, "418"),
        (400, [1, 2], "400"),
        (200, {"success": False, "Message": "failed with 200"}, "failed with 200"),
    ],
    ids=str,
)
def test_failures_of_every_shape_are_reported(serve: Serve, status: int, body: Any, words: str) -> None:
    with pytest.raises((InvalidError, ProtocolError), match=words):
        serve(lambda path, query: (status, body)).get("Users", "1")
