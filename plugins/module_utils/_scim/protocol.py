# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Speak the SCIM protocol (RFC 7644): send strictly valid requests, and accept lenient answers."""

from __future__ import annotations

import functools
import re
import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import closing, suppress
from functools import partial
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

from .._base.errors import (
    AmbiguousError,
    AuthorizationError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    UnsupportedError,
)
from .._base.paths import Object, fold, quoted
from .._base.spelling import Spelling
from .._http.bounds import MOST_OBJECTS, MOST_PAGES, Result, begin
from .._http.client import VAULT_PREFIX, Client
from .._model.filters import could_match, is_named, name_stages
from .._model.resources import RESOURCES
from .._model.rows import Resource

# The attribute names in messages (RFC 7644 section 3.4.2, RFC 7643 section 5).
LIST_RESPONSE = Spelling([("schemas",), ("Resources",), ("totalResults",)])
PROVIDER_CONFIG = Spelling(
    [
        *((name,) for name in ("schemas", "meta", "documentationUri")),
        *((name, "supported") for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag")),
        *(("bulk", name) for name in ("maxOperations", "maxPayloadSize")),
        ("filter", "maxResults"),
        *(
            ("authenticationSchemes", name)
            for name in ("type", "name", "description", "specUri", "documentationUri", "primary")
        ),
    ]
)
VAULT_ENDPOINTS = frozenset(resource.endpoint for resource in RESOURCES.values() if resource.in_vault)
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
# The largest page of the tenant, according to its ServiceProviderConfig (filter.maxResults).
PAGE = 1000
# The number of pages that are requested at once and held in memory.
PAGES_AHEAD = 8
# Up to this many names are looked up one by one. Each takes one request or a few.
FEW = 5

Matches = Callable[[Object], bool]
Page = tuple[list[Object], "int | None"]  # objects, and the total number; None if the server does not state it


class Scim:
    """The SCIM server of one tenant. Endpoints are names of collections, such as ``Users``. Ids are texts.

    ``vault`` is a second client for the objects of the vault: a tenant may hide the vault from a client that can see
    everything else.
    """

    resources = RESOURCES

    def __init__(self, client: Client, base_path: str = "/scim/v2", *, vault: Client | None = None) -> None:
        if not re.fullmatch(r"[\w./~-]*", base_path):
            raise InvalidError(f"scim_path {base_path!r} is not a path", hint="Write it like /scim/v2")
        self.client = client
        self._vault = vault or client
        # By endpoint: whether its filters miss objects. Only endpoints that were tested are in it.
        self._blind: dict[str, bool] = {}
        self._doubting = threading.Lock()  # only one of several workers sends the test
        self.base_path = "".join(f"/{part}" for part in base_path.split("/") if part)

    @property
    def clients(self) -> list[Client]:
        """The clients, without duplicates."""
        return list(dict.fromkeys((self.client, self._vault)))

    @property
    def served(self) -> list[Resource]:
        """The kinds of objects that the clients can reach. A client of the vault reaches only those of the vault."""
        only_vault = self.client.connection.prefix == VAULT_PREFIX
        return [each for each in RESOURCES.values() if each.in_vault or not only_vault]

    def client_of(self, endpoint: str) -> Client:
        """Return the client that reads and writes the objects of an endpoint."""
        return self._vault if endpoint in VAULT_ENDPOINTS else self.client

    def query(
        self,
        endpoint: str,
        *,
        filter: str | None = None,
        attributes: str | None = None,
        ahead: Executor | None = None,
        on_short: Callable[[str], None] | None = None,
    ) -> Iterator[Object]:
        """Yield every object that the server returns for the filter, page by page, each id once.

        A server may ignore the filter; the caller has to check that. ``totalResults`` may be wrong, so a list without a
        filter is read until a page is empty. It is read further if the total says that there are more objects: objects
        that the caller may not see can leave a page empty. A list with a filter ends at its total. With ``ahead``,
        further pages are requested while one is used.

        Raise ProtocolError if the server returns fewer objects than it counts, because a missing object would look like
        one that does not exist. With ``on_short``, that function gets the text instead. Raise ProtocolError if the list
        has no end.
        """
        chosen = {name: value for name, value in {"filter": filter, "attributes": attributes}.items() if value}
        fetch = partial(self._page, endpoint, chosen)
        seen: set[str] = set()
        reached = longest = empty = rows = 0
        with closing(_pages(fetch, ahead)) as pages:
            for number, (page, total) in enumerate(pages, 1):
                fresh = {resource["id"]: resource for resource in page if resource["id"] not in seen}
                seen.update(fresh)
                yield from fresh.values()
                counted = filter is not None and total is not None and len(page) < PAGE
                rows, longest, empty = rows + len(page), max(longest, len(page)), 0 if page else empty + 1
                reached += len(page) or longest or PAGE
                holds_more = not page and empty <= FEW and reached < (total or 0) and len(seen) < (total or 0)
                if (not fresh and not holds_more) or (counted and len(seen) >= (total or 0)):
                    break
                if number == MOST_PAGES or len(seen) > MOST_OBJECTS:
                    raise ProtocolError(f"The server returned {len(seen):,} {endpoint}, and its list has no end")
        if len(seen) < (total or 0):
            text = f"The server counts {total} {endpoint}, but returned {len(seen)}"
            repeated = ", some of them repeatedly" if rows > len(seen) else ""
            _report_short(f"{text}{repeated}", None if page else on_short)

    def _page(self, endpoint: str, chosen: Mapping[str, str], start: int = 1, count: int = PAGE) -> Page:
        """Return the page at a position, and the total. ``chosen`` has a filter or attributes."""
        params = {**chosen, "startIndex": start, "count": count}
        try:
            return _page(endpoint, self._send("GET", endpoint, params=params))
        except NotFoundError as error:  # a collection without objects would be an empty list
            raise ProtocolError(error.reason, hint="Check tenant_url and scim_path", status=error.status) from error

    def count(self, endpoint: str, **filter: str) -> int | None:
        """Return the number of objects, in total or for a ``filter``. None if the server does not state it."""
        return self._page(endpoint, filter, count=1)[1]

    def is_empty(self, endpoint: str) -> bool:
        """Return whether the server shows no object and counts none."""
        listed, total = self._page(endpoint, {}, count=1)
        return not listed and not total

    def confirm_missing(self, endpoint: str) -> None:
        """Raise ProtocolError if the server does not know the path. Otherwise, only an id was unknown."""
        self._page(endpoint, {}, count=1)

    def find(
        self, endpoint: str, stages: list[list[str]], matches: Matches, *, thorough: bool = False, doubt: str = ""
    ) -> Object | None:
        """Return the one object that matches, or None. Raise AmbiguousError if several match."""
        return _only(endpoint, self.find_every(endpoint, stages, matches, thorough=thorough, doubt=doubt))

    def find_every(
        self, endpoint: str, stages: list[list[str]], matches: Matches, *, thorough: bool = False, doubt: str = ""
    ) -> list[Object]:
        """Return the objects that match.

        Each stage is a list of filters. The next stage is only tried if nothing was found, or if ``thorough`` is set to
        find all matches. If the previous item of a loop was missing, this one probably is, too: all filters are sent at
        the same time. All objects are read in two cases: the server refuses the filters of the last stage, or nothing
        was found and filters by the attribute ``doubt`` find nothing on this server.
        """
        client = self.client_of(endpoint)
        before = client.missed_before.get(endpoint)
        # An item that repeats the search of a missing object probably finds it: the item before created it.
        at_once = before is not None and before != stages
        hits: dict[str, Object] = {}
        is_refused = False
        searches = _results_of(
            [partial(self._matching, endpoint, matches, filters or [None], at_once=at_once) for filters in stages],
            at_once=at_once,
        )
        for number, search in enumerate(searches, 1):
            try:
                found, all_seen, short = search()
            except (InvalidError, UnsupportedError):
                is_refused = True
                if number < len(stages):
                    continue
                found, all_seen, short = self._matching(endpoint, matches, [None])
            hits.update(found)
            if all_seen or (hits and not thorough):
                break
        if hits or all_seen or is_refused:
            client.missed.pop(endpoint, None)
        else:
            client.missed[endpoint] = stages
        if not all_seen and ((short and (thorough or not hits)) or (not hits and self._is_blind(endpoint, doubt))):
            found, _all_seen, short = self._matching(endpoint, matches, [None])
            hits.update(found)
        if short and (thorough or not hits):
            raise ProtocolError(short, hint="A missing object would look like one that does not exist")
        return list(hits.values())

    def distrust(self, endpoint: str) -> None:
        """Note that filters missed an object. From now on, a search that finds nothing reads all objects."""
        self._blind[endpoint] = True

    def _is_blind(self, endpoint: str, attribute: str) -> bool:
        """Return whether filters find nothing. This is tested once, with an object from a list.

        Without ``attribute``, no test is sent.
        """
        with self._doubting:
            if attribute and endpoint not in self._blind:
                listed, _total = self._page(endpoint, {}, count=1)
                name = listed[0].get(attribute) if listed else None
                if not isinstance(name, str):
                    return False
                with suppress(InvalidError, UnsupportedError):  # a refused filter is not blind: it reports an error
                    found = self.query(endpoint, filter=f"{attribute} eq {quoted(name)}", on_short=_ignore_short)
                    self._blind[endpoint] = all(item["id"] != listed[0]["id"] for item in found)
            return self._blind.get(endpoint, False)

    def _matching(
        self, endpoint: str, matches: Matches, filters: Sequence[str | None], *, at_once: bool = False
    ) -> tuple[dict[str, Object], bool, str]:
        """Return the matching objects by id, whether all objects were seen, and a warning.

        All objects are seen without a filter, and if the server ignores filters. The warning is empty unless a list is
        shorter than its total.
        """
        short: list[str] = []
        hits: dict[str, Object] = {}
        all_seen = False
        searches = [partial(self._search, endpoint, matches, filter, short.append) for filter in filters]
        for search in _results_of(searches, at_once=at_once):
            found, is_everything = search()
            hits.update(found)
            all_seen = all_seen or is_everything
        return hits, all_seen, short[0] if short else ""

    def _search(
        self, endpoint: str, matches: Matches, filter: str | None, on_short: Callable[[str], None]
    ) -> tuple[dict[str, Object], bool]:
        """Return the matching objects among the results of a filter, by id, and whether these are all objects."""
        hits: dict[str, Object] = {}
        is_everything = filter is None
        for resource in self.query(endpoint, filter=filter, on_short=on_short):
            if matches(resource):
                hits[resource["id"]] = resource
            elif filter and not could_match(filter, resource):
                is_everything = True
        return hits, is_everything

    def find_named(self, endpoint: str, attribute: str, value: str, *, doubt: bool = False) -> Object | None:
        """Return the one object whose ``attribute`` is ``value`` in any case, or None."""
        stages = name_stages(attribute, value)
        matches = functools.partial(is_named, path=(attribute,), name=value)
        return self.find(endpoint, stages, matches, doubt=attribute if doubt else "")

    def find_all(self, endpoint: str, attribute: str, references: Collection[str]) -> dict[str, Object | None]:
        """Return the object for each reference: its ``attribute`` is the reference in any case, or its id is.

        A few are looked up one by one. For more, all objects are read once.
        """
        if len(references) <= FEW:
            return {reference: self.find_reference(endpoint, attribute, reference) for reference in references}
        by_id: dict[str, Object] = {}
        by_name: dict[str, list[Object]] = {}
        short: list[str] = []
        for resource in self.query(endpoint, attributes=attribute, on_short=short.append):
            by_id[resource["id"]] = resource
            by_name.setdefault(fold(resource.get(attribute, "")), []).append(resource)
        found = {
            reference: _only(endpoint, by_name.get(fold(reference), [])) or by_id.get(reference)
            for reference in references
        }
        # An object that is missing in a short list may exist.
        missing = [reference for reference, resource in found.items() if short and not resource]
        return found | {reference: self.find_reference(endpoint, attribute, reference) for reference in missing}

    def find_in_vault(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        """Return the object for a reference as the client of the vault sees it. It may see other users and groups.

        Return None if there is no such object, no second client, or no right to read.
        """
        if self._vault is self.client:
            return None
        with suppress(AuthorizationError, UnsupportedError):
            return Scim(self._vault, self.base_path).find_reference(endpoint, attribute, reference)
        return None

    def find_reference(self, endpoint: str, attribute: str, reference: str) -> Object | None:
        """Return the object for a reference by ``attribute`` or by id, the likelier one first."""
        # A login name contains an @, and an id does not. Other names can look like an id.
        if "@" in reference:
            return self.find_named(endpoint, attribute, reference) or self.get(endpoint, reference)
        return self.get(endpoint, reference) or self.find_named(endpoint, attribute, reference, doubt=True)

    def get(self, endpoint: str, identifier: str, *, listed: bool = False) -> Object | None:
        """Return the object with this id, or None.

        With ``listed``, search the list if GET by id finds nothing: older vaults know ids only in lists.
        """
        try:
            found = _object(endpoint, self._send("GET", endpoint, identifier))
        except (NotFoundError, UnsupportedError) as error:
            if listed:
                filter = f"id eq {quoted(identifier)}"
                return self.find(endpoint, [[filter]], lambda item: is_named(item, ("id",), identifier))
            if isinstance(error, NotFoundError):
                return None
            raise
        if not found or fold(found["id"]) != fold(identifier):
            raise ProtocolError(f"The server answered for {endpoint}/{identifier} with another object or with none")
        return found

    def service_provider_config(self) -> Object:
        """Return the features that the server declares (RFC 7643 section 5). Raise ProtocolError if there are none."""
        config = self._send("GET", "ServiceProviderConfig")
        PROVIDER_CONFIG.apply(config)
        if not config or not {"patch", "filter"} & set(config):
            raise ProtocolError("The answer for ServiceProviderConfig is not a configuration")
        return config

    def create(self, endpoint: str, body: Object) -> Object | None:
        """Create an object. Return it as the server shows it, or None if the answer is empty.

        ``replace`` and ``patch`` return the same.
        """
        return _object(endpoint, self._send("POST", endpoint, body=body))

    def replace(self, endpoint: str, identifier: str, body: Object) -> Object | None:
        return _object(endpoint, self._send("PUT", endpoint, identifier, body=body))

    def patch(self, endpoint: str, identifier: str, operations: list[Object]) -> Object | None:
        """Change an object. The server applies all operations or none (RFC 7644 section 3.5.2)."""
        body = {"schemas": [PATCH_OP], "Operations": operations}
        return _object(endpoint, self._send("PATCH", endpoint, identifier, body=body))

    def delete(self, endpoint: str, identifier: str) -> None:
        try:
            self._send("DELETE", endpoint, identifier)
        except NotFoundError:
            return  # already gone

    def _send(self, method: str, endpoint: str, identifier: str | None = None, **content: Any) -> Object | None:
        # Build the path from the id: meta.location could name another host.
        path = f"{self.base_path}/{endpoint}"
        if identifier is not None:
            try:
                quoted_id = quote(identifier, safe="")
            except UnicodeError:
                quoted_id = ""
            # These would be dropped from the path, which would then name the whole collection.
            if quoted_id in ("", ".", ".."):
                raise InvalidError(f"{identifier!r} is not an id")
            path += f"/{quoted_id}"
        return self.client_of(endpoint).request(method, path, **content)


def _ignore_short(text: str) -> None:
    """Ignore that a list is short, because the caller draws no conclusion from a missing object."""


def _report_short(text: str, on_short: Callable[[str], None] | None) -> None:
    if on_short is None:
        raise ProtocolError(
            text, hint="A missing object would look like one that does not exist: ask the owner of the server"
        )
    on_short(text)


def _results_of(calls: Sequence[Callable[[], Result]], *, at_once: bool) -> Sequence[Callable[[], Result]]:
    """Return functions that return the results of calls, or raise their errors.

    With ``at_once``, make all calls at the same time and wait until all have ended. The first one runs in this thread.
    If it is interrupted, the other threads continue.
    """
    if not at_once:
        return calls
    others = [begin(call) for call in calls[1:]]
    first: Future[Result] = Future()
    try:
        first.set_result(calls[0]())
    except Exception as error:
        first.set_exception(error)
    outcomes = [first, *others]
    wait(outcomes)
    return [outcome.result for outcome in outcomes]


def _only(endpoint: str, hits: list[Object]) -> Object | None:
    if len(hits) > 1:
        ids = ", ".join(sorted(hit["id"] for hit in hits))
        raise AmbiguousError(f"{len(hits)} {endpoint} match: {ids}", hint="Address one of them by id")
    return hits[0] if hits else None


def _pages(fetch: Callable[[int], Page], ahead: Executor | None) -> Generator[Page, None, None]:
    """Yield pages without end.

    With ``ahead``, several pages are requested at once, at positions computed from the length of the first page. After
    a page of another length, pages are requested one by one.
    """
    start, (page, total), longest = 1, fetch(1), 0
    # The last page has to be empty, which confirms the count.
    starts = chain(range(1 + len(page), total + 1, len(page)), [total + 1]) if ahead and total and page else iter(())
    requested: deque[tuple[int, Future[Page]]] = deque()
    try:
        while True:
            if ahead:
                requested += [(at, ahead.submit(fetch, at)) for at in islice(starts, PAGES_AHEAD - len(requested))]
            yield page, total
            longest = max(longest, len(page))
            start += len(page) or longest or PAGE
            if not requested or requested[0][0] != start:
                break
            page, total = requested.popleft()[1].result()
    finally:
        for _at, future in requested:
            future.cancel()
    while True:
        page, total = fetch(start)
        yield page, total
        longest = max(longest, len(page))
        start += len(page) or longest or PAGE


def _page(endpoint: str, answer: Object | None) -> Page:
    """Return the objects of a ListResponse (RFC 7644 section 3.4.2) and its total, None if that is not a number."""
    LIST_RESPONSE.apply(answer)
    if not answer or not {"Resources", "totalResults"} & set(answer):
        raise ProtocolError(f"The server answered for {endpoint} with something that is not a list")
    page = answer.get("Resources") or []
    objects = [_object(endpoint, resource) for resource in page] if isinstance(page, list) else [None]
    if None in objects:
        raise ProtocolError(f"The server's list of {endpoint} holds something that is not an object with an id")
    try:
        total = int(answer["totalResults"])
    except (KeyError, TypeError, ValueError, OverflowError):
        total = None
    return [resource for resource in objects if resource], total


def _object(endpoint: str, resource: Any) -> Object | None:
    """Return the resource in the schema's spelling, with its id as a text. None if it is not an object with an id."""
    RESOURCES[endpoint].spelling.apply(resource)
    identifier = resource.get("id") if isinstance(resource, dict) else None
    if not isinstance(identifier, (str, int)) or identifier == "":
        return None
    return {**resource, "id": str(identifier)}
