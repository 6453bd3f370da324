# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A malicious server: nothing hangs or grows without limit, and no credential or escape sequence gets out."""

from __future__ import annotations

import gzip
import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.progress import Progress
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http import bounds
from ansible_collections.idops.cyberark_identity.plugins.module_utils._scim import protocol
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Hostile, Seen, reply
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import IN_THIS_PROCESS

ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\u202e\u2028\x9b31m"


@pytest.fixture
def hostile(serve: Callable[..., Hostile], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hostile:
    monkeypatch.setenv("HOME", str(tmp_path))
    return serve()


def users(*items: Any, total: Any = None) -> list[bytes]:
    return reply({"totalResults": len(items) if total is None else total, "Resources": list(items)})


ADA = {"id": "1", "userName": "ada@example.com"}


# -- Time ---------------------------------------------------------------------


def dripping(start: bytes) -> Iterator[bytes]:
    """Yield a little data from time to time, so that no single read ever times out."""
    yield start
    while True:
        time.sleep(0.05)
        yield b"x"


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-Header: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"], ids=str
)
def test_an_answer_that_never_ends(hostile: Hostile, start: bytes) -> None:
    hostile.answer = lambda seen: dripping(start)
    began = time.monotonic()
    result = hostile.run(timeout=0.1)
    assert result.code == "transport"
    assert "the answer was not complete after 1 s" in result["msg"]
    assert time.monotonic() - began < 3


def test_the_total_time_is_that_of_all_tries(hostile: Hostile) -> None:
    hostile.answer = lambda seen: dripping(b"HTTP/1.1 200 OK\r\n\r\n")
    result = hostile.run(timeout=0.05, retries=1)
    assert result.code == "transport"
    assert len(hostile.seen) == 2


# -- Size ---------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
@IN_THIS_PROCESS
def test_oversized_body_is_refused(hostile: Hostile, monkeypatch: pytest.MonkeyPatch, compressed: bool) -> None:
    monkeypatch.setattr(bounds, "LONGEST_BODY", 8 * 2**20)
    bomb = gzip.compress(bytes(200 * 2**20), 1)
    sent: list[int] = []

    def answer(seen: Seen) -> Iterator[bytes]:
        headers = "Content-Encoding: gzip\r\n" if compressed else ""
        yield f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}\r\n".encode()
        for _time in range(1024):
            yield bomb if compressed else bytes(2**20)
            sent.append(1)

    hostile.answer = answer
    result = hostile.run()
    assert result.code == "protocol"
    assert "more than 8 MB" in result["msg"]
    assert len(sent) < 100


@pytest.mark.parametrize("size", [1, 1000])
@IN_THIS_PROCESS
def test_endless_list_is_refused(hostile: Hostile, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(protocol, "MOST_PAGES", 20)
    monkeypatch.setattr(protocol, "MOST_OBJECTS", 5000)

    def answer(seen: Seen) -> list[bytes]:
        page = [{"id": f"{len(hostile.seen)}-{number}", "userName": f"u{number}"} for number in range(size)]
        return users(*page, total=10**30)

    hostile.answer = answer
    result = hostile.run()
    assert result.code == "protocol"
    assert "no end" in result["msg"]
    assert len(hostile.seen) <= 20


def test_a_token_of_a_megabyte_is_refused(hostile: Hostile) -> None:
    hostile.answer = lambda seen: reply({"access_token": "x" * 2**20})
    result = hostile.run(access_token=None, client_id="me@example.com", client_secret="my-secret-word")
    assert result.code == "protocol"
    assert "longer than" in result["msg"]
    assert len(result.output) < 10_000
    assert len(hostile.seen) == 1


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        (3600, 3600),
        ("3600", 3600),
        (3599.9, 3599),
        *((value, None) for value in (None, True, 0, -1, "", "soon", "1e999", 1e300, 10**30, float("nan"), [1], {})),
    ],
    ids=repr,
)
def test_a_lifetime_is_a_number_of_seconds_or_null(hostile: Hostile, sent: Any, returned: int | None) -> None:
    hostile.answer = lambda seen: reply({"access_token": "x" * 20, "expires_in": sent})
    credentials = {"client_id": "me@example.com", "client_secret": "my-secret-word"}
    result = hostile.run("scim_token", access_token=None, _ansible_no_log=True, **credentials)
    assert (result.failed, result["expires_in"]) == (False, returned)


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("scim core", "scim core"),
        *((value, None) for value in (None, "", " ", "a  b", "a\nb", 'a"b', "é", 7, ["scim"], {}, "x" * 20_000)),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_scope_is_one_of_oauth_or_null(hostile: Hostile, sent: Any, returned: str | None) -> None:
    hostile.answer = lambda seen: reply({"access_token": "x" * 20, "scope": sent})
    credentials = {"client_id": "me@example.com", "client_secret": "my-secret-word"}
    result = hostile.run("scim_token", access_token=None, _ansible_no_log=True, **credentials)
    assert (result.failed, result["scope"]) == (False, returned)


def test_an_error_text_of_a_megabyte(hostile: Hostile) -> None:
    hostile.answer = lambda seen: reply({"detail": "no " * 2**20}, "400 Bad Request")
    result = hostile.run()
    assert result.code == "invalid"
    assert len(result.output) < 100_000


# -- Shape --------------------------------------------------------------------

NESTED = b"[" * 100_000 + b"]" * 100_000
ODD_BODIES: dict[str, bytes] = {
    "nested": NESTED,
    "nested as an attribute": b'{"totalResults": 1, "Resources": [{"id": "1", "userName": ' + NESTED + b"}]}",
    "a number of 10,000 digits": b'{"totalResults": ' + b"9" * 10_000 + b', "Resources": []}',
    "a number beyond floats": b'{"totalResults": 1e999, "Resources": []}',
    "no number": b'{"totalResults": NaN, "Resources": []}',
    "no text": b'{"totalResults": 1, "Resources": [{"id": "1", "userName": "\\ud800"}]}',
    "no UTF-8": b'{"totalResults": 1, "Resources": [{"id": "1", "userName": "\xff\xfe"}]}',
    "UTF-16": '{"totalResults": 0}'.encode("utf-16"),
    "a key twice": b'{"totalResults": 0, "totalResults": 0, "Resources": []}',
    "attributes of other types": json.dumps(
        {"totalResults": 1, "Resources": [{"id": "1", "userName": 1, "name": [], "emails": {"a": 1}, "active": "x"}]}
    ).encode(),
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
@pytest.mark.parametrize("module", ["scim_user_info", "scim_directory_info"])
def test_malformed_bodies_fail(hostile: Hostile, body: bytes, module: str) -> None:
    hostile.answer = lambda seen: reply(body)
    result = hostile.run(module)
    assert not result.failed or result.code == "protocol"


@pytest.mark.parametrize("depth", [100, 900])
def test_attributes_nested_as_deep_as_json_can_be_read(hostile: Hostile, depth: int) -> None:
    nested: Any = "x"
    for _level in range(depth):
        nested = [nested]
    item = {**ADA, "name": nested, "emails": nested, "phoneNumbers": nested, "urn:x": nested}
    hostile.answer = lambda seen: users(item)
    result = hostile.run("scim_user", user_name="ada@example.com", display_name="Ada", email="ada@example.com")
    assert result.code in (None, "protocol", "invalid")


ODD_ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"220 ready\r\n",
    "a status that is no number": b"HTTP/1.1 OK\r\n\r\n",
    "a status beyond all": b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
    "a status below all": b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
    "a header of a megabyte": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**20 + b"\r\n\r\n{}",
    "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\n{}",
    "chunks that are none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "an endless chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{}\r\n",
    "no gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{}",
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_malformed_http_answers_fail(hostile: Hostile, answer: bytes) -> None:
    hostile.answer = lambda seen: [answer]
    assert hostile.run(timeout=1).code in ("transport", "protocol", "unavailable")


# -- Other places -------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("where", ["{other}/scim/v2/Users", "//{netloc}/x", "https:{other}", "/elsewhere"])
@pytest.mark.parametrize("credentials", ["token", "secret"])
def test_no_redirect_is_followed(
    serve: Callable[..., Hostile], hostile: Hostile, status: str, where: str, credentials: str
) -> None:
    other = serve()
    location = where.format(other=other.url, netloc=other.url.partition("://")[2])
    hostile.answer = lambda seen: reply({}, status, Location=location)
    secret = {"access_token": None, "client_id": "me@example.com", "client_secret": "my-secret-word"}
    result = hostile.run(**(secret if credentials == "secret" else {}))
    assert result.code == "protocol"
    assert "redirect" in result["msg"]
    assert len(hostile.seen) == 1
    assert other.seen == []


def test_a_link_to_another_host_is_not_followed(serve: Callable[..., Hostile], hostile: Hostile) -> None:
    """The client follows neither Location nor meta.location."""
    other = serve()

    def answer(seen: Seen) -> list[bytes]:
        if seen.method == "POST":
            item = {**ADA, "id": f"{other.url}/1", "meta": {"location": f"{other.url}/scim/v2/Users/1"}}
            return reply(item, "201 Created", Location=f"{other.url}/scim/v2/Users/1", Content_Location=other.url)
        return users()

    hostile.answer = answer
    hostile.run("scim_user", user_name="ada@example.com", password="Initial-pass-1")
    assert [seen.method for seen in hostile.seen].count("POST") == 1
    assert other.seen == []


@pytest.mark.parametrize("identifier", ["../../oauth2/token/app", "..", "1?x=", "1#x", "a/b", "\x1b[1m", "\u202e", " "])
def test_ids_cannot_change_the_path(hostile: Hostile, identifier: str) -> None:
    hostile.answer = lambda seen: users({**ADA, "id": identifier, "displayName": "before"})
    result = hostile.run("scim_user", user_name="ada@example.com", display_name="Ada")
    # ".." is refused, because quoting does not keep it from being resolved.
    assert {seen.method for seen in hostile.seen} & {"PATCH", "PUT"} or (identifier, result.code) == ("..", "invalid")
    for seen in hostile.seen:
        path, _mark, _query = seen.target.partition("?")
        assert path.startswith("/scim/v2/Users")
        assert path.count("/") <= 4
        assert not path.endswith("/..")


# -- Output -------------------------------------------------------------------

SAID = f"no {ESCAPES} way"


def is_harmless(result: Result) -> bool:
    texts = [str(result.json.get("msg", "")), *result.warnings, *map(str, result.json.get("failure", {}).values())]
    return all(text.isprintable() for text in texts)


@pytest.mark.parametrize(
    "answer",
    {
        "detail": reply({"detail": SAID, "scimType": SAID}, "400 Bad Request"),
        "error": reply({"error": SAID, "error_description": SAID}, "403 Forbidden"),
        "content type": reply(b"text", Content_Type="text/\x1b[2J"),
        "location": reply(b"", "302 Found", Location="https://\x1b[2J.example"),
        "envelope": reply({"success": False, "Message": SAID, "MessageID": SAID, "ErrorID": SAID}),
        "ids": users({**ADA, "id": SAID}, {**ADA, "id": f"{SAID}2"}),
        "retry": reply({"detail": SAID}, "503 Down", Retry_After="0"),
    }.items(),
    ids=lambda item: item[0],
)
def test_texts_of_the_server_are_escaped(hostile: Hostile, answer: tuple[str, list[bytes]]) -> None:
    hostile.answer = lambda seen: answer[1]
    result = hostile.run("scim_user", user_name="ada@example.com", display_name="Ada", retries=1)
    assert result.failed
    assert is_harmless(result)


def test_names_from_the_server_are_escaped(hostile: Hostile) -> None:
    """A refusal lists the names of objects that prune would remove."""
    groups = [{"id": f"{number}", "displayName": f"{number}{SAID}"} for number in range(20)]

    def answer(seen: Seen) -> list[bytes]:
        identifier = seen.target.partition("/Groups/")[2]
        return reply(groups[int(identifier)]) if identifier else users(*groups)

    hostile.answer = answer
    result = hostile.run("scim_directory", groups=[{"display_name": f"0{SAID}"}], prune=["groups"])
    assert result.code == "guard_rail"
    assert "and 19 would be" in result["msg"]
    assert is_harmless(result)


def test_progress_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    clock = iter([0.0, 5.0])
    with Progress(str(path), clock=lambda: next(clock)) as progress:
        progress.report(f"user {SAID}", 1, 2)
    (line,) = path.read_text().splitlines()
    assert line.isprintable()
    assert "1 of 2" in line


# -- TLS ----------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    ca = trustme.CA()
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return ca, str(path)


def server_context(ca: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    return context


def test_a_certificate_for_another_host_is_refused(
    serve: Callable[..., Hostile], authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ca, path = authority
    hostile = serve(server_context(ca, "tenant.example.com"))
    result = hostile.run(ca_path=path)
    assert result.code == "transport"
    assert "not trusted" in result["msg"]
    assert hostile.seen == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_that_only_speaks_tls_1_0_is_refused(
    serve: Callable[..., Hostile], authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ca, path = authority
    context = server_context(ca, "127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    hostile = serve(context)
    result = hostile.run(ca_path=path)
    assert result.code == "transport"
    assert hostile.seen == []
