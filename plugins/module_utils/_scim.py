# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The SCIM protocol (RFC 7644): strict in what is sent, lenient in what is read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

from ._client import Client
from ._errors import AmbiguousError, InvalidError, NotFoundError, ProtocolError, UnsupportedError
from ._shapes import Object, quoted

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
# The most that the tenant hands out at once, as its ServiceProviderConfig says (filter.maxResults).
PAGE = 1000
# Up to so many names are looked up one by one, each in a request or a few.
FEW = 5


class Scim:
    """The SCIM server of one tenant. Endpoints are the collections' names, such as ``Users``."""

    def __init__(self, client: Client, base_path: str = "/scim/v2") -> None:
        self.client = client
        self._base = "/" + base_path.strip("/")

    def query(self, endpoint: str, *, filter: str | None = None, attributes: str | None = None) -> Iterator[Object]:
        """Every object that the server hands out for the filter, page after page, each id once.

        A server may ignore the filter (the caller verifies it), may leave ``Resources`` out when there are none and
        may miscount ``totalResults``: an empty page is the end. One that keeps handing out the same page before
        its count is reached is a ProtocolError, because what was not handed out must not pass for absent.
        """
        seen: set[str] = set()
        start = 1
        while True:
            params = {"filter": filter, "attributes": attributes, "startIndex": start, "count": PAGE}
            answer = self._send(
                "GET", endpoint, params={name: value for name, value in params.items() if value is not None}
            )
            page = _page(endpoint, answer)
            fresh = [resource for resource in page if str(resource["id"]) not in seen]
            seen.update(str(resource["id"]) for resource in fresh)
            yield from fresh
            total = _whole_number((answer or {}).get("totalResults"), default=len(seen))
            start += len(page)
            if not fresh or (len(seen) >= total and len(page) < PAGE):
                break
        if page and len(seen) < total:
            raise ProtocolError(f"The server counts {total} {endpoint} and handed out {len(seen)}")

    def find(self, endpoint: str, attribute: str, value: str) -> Object | None:
        """The one object whose ``attribute`` is ``value``, compared without case; None if there is none.

        The filter of some servers compares with case. Before an object is declared absent, its name is therefore
        looked for in the other casings, too. Raises AmbiguousError when several match.
        """
        hits, others = self._matches(endpoint, attribute, value, filter=f"{attribute} eq {quoted(value)}")
        # Objects that do not match mean that the filter was ignored, and that everything has been read.
        if not hits and not others:
            hits = self._other_casings(endpoint, attribute, value)
        return _one(endpoint, attribute, value, hits)

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        """What each reference means: the object with that ``attribute``, compared without case, or with that id.

        A few are looked up one by one; for more, every object is read once.
        """
        if len(references) <= FEW:
            return {reference: self.find_reference(endpoint, attribute, reference) for reference in references}
        by_id: dict[str, Object] = {}
        by_name: dict[str, list[Object]] = {}
        for resource in self.query(endpoint, attributes=attribute):
            by_id[str(resource["id"])] = resource
            by_name.setdefault(str(resource.get(attribute, "")).casefold(), []).append(resource)
        return {
            reference: _one(endpoint, attribute, reference, by_name.get(reference.casefold(), []))
            or by_id.get(reference)
            for reference in references
        }

    def find_reference(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        """The object that a reference means: by ``attribute`` or by id, the likelier one first."""
        # Login names hold an @ and ids do not; any other name can look like an id.
        if "@" in reference:
            return self.find(endpoint, attribute, reference) or self.get(endpoint, reference)
        return self.get(endpoint, reference) or self.find(endpoint, attribute, reference)

    def _matches(self, endpoint: str, attribute: str, value: str, **query: str) -> tuple[list[Object], int]:
        """The objects that match, and how many came that do not."""
        hits: list[Object] = []
        others = 0
        for resource in self.query(endpoint, **query):
            if str(resource.get(attribute, "")).casefold() == value.casefold():
                hits.append(resource)
            else:
                others += 1
        return hits, others

    def _other_casings(self, endpoint: str, attribute: str, value: str) -> list[Object]:
        """The objects whose name differs from ``value`` in case, read by whatever of it has none."""
        ids: set[str] = set()
        try:
            for filter in case_free_filters(attribute, value):
                hits, _others = self._matches(endpoint, attribute, value, filter=filter, attributes=attribute)
                ids.update(str(hit["id"]) for hit in hits)
        except (InvalidError, UnsupportedError):  # a server whose filters know no more than eq
            hits, _others = self._matches(endpoint, attribute, value, attributes=attribute)
            ids.update(str(hit["id"]) for hit in hits)
        return [found for identifier in sorted(ids) if (found := self.get(endpoint, identifier))]

    def get(self, endpoint: str, identifier: str) -> Object | None:
        """The object with that id, None if the server knows none."""
        try:
            answer = self._send("GET", endpoint, identifier)
        except NotFoundError:
            return None
        if not answer or "id" not in answer:
            raise ProtocolError(f"The server answered for {endpoint}/{identifier} without an object")
        return answer

    def create(self, endpoint: str, body: Object) -> Object | None:
        """The object as the server made it, None where it answers without it; so do ``replace`` and ``patch``."""
        return self._send("POST", endpoint, body=body)

    def replace(self, endpoint: str, identifier: str, body: Object) -> Object | None:
        return self._send("PUT", endpoint, identifier, body=body)

    def patch(self, endpoint: str, identifier: str, operations: list[Object]) -> Object | None:
        """All operations or none (RFC 7644 section 3.5.2)."""
        return self._send("PATCH", endpoint, identifier, body={"schemas": [PATCH_OP], "Operations": operations})

    def delete(self, endpoint: str, identifier: str) -> None:
        try:
            self._send("DELETE", endpoint, identifier)
        except NotFoundError:
            return  # gone already: what was wanted

    def _send(self, method: str, endpoint: str, identifier: str | None = None, **content: Any) -> Object | None:
        # Built from the id and never taken from meta.location, which could name another host.
        path = f"{self._base}/{endpoint}"
        if identifier is not None:
            if identifier in ("", ".", ".."):  # a URL's path would swallow these and name the whole collection
                raise InvalidError(f"{identifier!r} is not an id")
            path += f"/{quote(identifier, safe='')}"
        return self.client.request(method, path, **content)


def case_free_filters(attribute: str, value: str) -> list[str]:
    """Filters that between them find each value that differs from this one only in case, and not much else.

    There is no ``or``, and no comparison without case to be relied upon. A number in the name has no case; without
    one, the name begins in one of the casings of its first two characters.
    """
    number = max(re.findall(r"\d+", value), key=len, default="")
    if len(number) > 2:
        return [f"{attribute} co {quoted(number)}"]
    casings = itertools.product(*({character.lower(), character.upper()} for character in value[:2]))
    return [f"{attribute} sw {quoted(''.join(casing))}" for casing in sorted(casings)]


def _one(endpoint: str, attribute: str, value: str, hits: list[Object]) -> Object | None:
    if len(hits) > 1:
        ids = ", ".join(sorted(str(hit["id"]) for hit in hits))
        raise AmbiguousError(
            f"{len(hits)} {endpoint} have the {attribute} {value!r}: {ids}", hint="Address one of them by id"
        )
    return hits[0] if hits else None


def _page(endpoint: str, answer: Object | None) -> list[Object]:
    """The objects of a ListResponse (RFC 7644 section 3.4.2), which may come without any."""
    page = (answer or {}).get("Resources") or []
    if not isinstance(page, list) or not all(isinstance(resource, dict) and resource.get("id") for resource in page):
        raise ProtocolError(f"The server's list of {endpoint} holds something that is no object with an id")
    return page


def _whole_number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
