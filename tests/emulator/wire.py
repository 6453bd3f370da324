# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP requests and answers, independent of the server that carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
PHRASES = {status.value: status.phrase for status in HTTPStatus}
HTML_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"


@dataclass
class Request:
    """A request whose body is already read."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Request:
        """Read a WSGI request, its body included.

        The body is always read: on a persistent connection, an unread rest would be parsed as the next request.
        """
        headers = {
            key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        return cls(
            method=environ["REQUEST_METHOD"].upper(),
            path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
            query=environ.get("QUERY_STRING", ""),
            headers=headers,
            body=read_body(environ),
        )

    @property
    def decoded_query(self) -> str:
        """The query string without its URL encoding."""
        return unquote_plus(self.query)

    @property
    def params(self) -> dict[str, str]:
        """The query parameters; the last one of a name wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


def read_body(environ: Mapping[str, Any]) -> bytes:
    """Return the body of a WSGI request, chunked or with a length."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return bytes(environ["wsgi.input"].read())
    length = environ.get("CONTENT_LENGTH") or "0"
    return bytes(environ["wsgi.input"].read(int(length))) if length != "0" else b""


@dataclass
class Response:
    """An answer: status, body, headers other than Content-Length, and cookies with their attributes."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)

    @property
    def status_line(self) -> str:
        """The status with its reason phrase."""
        return f"{self.status} {PHRASES.get(self.status, 'Unregistered')}"


def json_response(status: int, payload: Any, content_type: str = JSON, **headers: str) -> Response:
    """Return an answer with a JSON body; keyword names become header names."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": content_type, **named})


def text_response(text: str) -> Response:
    """Return a plain text."""
    return Response(200, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def html_response(status: int) -> Response:
    """Return an HTML page, as a wrong host or path of a tenant may return."""
    return Response(status, HTML_PAGE, {"Content-Type": HTML})
