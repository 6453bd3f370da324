# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The failures of tasks.

Shared code raises one of these and never exits; ``_ansible.module`` reports it, once. ``code`` is what a playbook
branches on (``result.failure.code``) and is therefore part of the collection's public interface.

    IdentityError
    ├── InvalidError          invalid          a value is refused: by us before anything is sent, or by the server
    ├── AuthenticationError   authentication   no token, or the server does not accept it
    ├── AuthorizationError    authorization    the token is valid, but a right is missing
    ├── NotFoundError         not_found        the object addressed does not exist
    ├── ConflictError         conflict         the name is taken
    ├── AmbiguousError        ambiguous        more than one object has the name
    ├── UnknownMemberError    unknown_member   a member that is to be added does not exist
    ├── ImmutableError        immutable        an attribute that cannot be changed once the object exists
    ├── ReadOnlyError         read_only        the object belongs to another directory
    ├── GuardRailError        guard_rail       more would be removed than the task allows
    ├── DriftError            drift            the tenant has objects without an entry, and the task fails on drift
    ├── PolicyError           policy           policies refuse what the task would do
    ├── PlanChangedError      plan_changed     the plan differs from the approved one
    ├── JournalError          journal          the journal of the task cannot be written
    ├── IncompleteError       incomplete       some objects of many failed, each for a reason of its own
    ├── RateLimitedError      rate_limited     the rate limit was still exceeded after all retries
    ├── UnavailableError      unavailable      a gateway or the service is down
    ├── ServerError           server_error     the server failed on this request
    ├── UnsupportedError      unsupported      the server does not offer the operation
    ├── TransportError        transport        no connection, TLS, proxy, time-out, broken connection
    ├── ProtocolError         protocol         an answer that is not what the protocol promises
    └── UnhealthyError        unhealthy        the doctor found a problem, and the task fails on it
"""

from __future__ import annotations

import copy
import json
import os
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

FIRST_LETTER = re.compile(r"^[a-z](?=[a-z]* )")
LONGEST_TEXT = 20_000  # characters
SHOWN = 20  # the maximum number of texts in a message


class IdentityError(Exception):
    """The base class: the attempted action, the answer of the server, and the next step.

    ``error_type`` is the server's own name for the error: ``scimType`` (RFC 7644 section 3.12) or OAuth's ``error``
    (RFC 6749 section 5.2). ``transient`` means that a retry may succeed. ``uncertain`` means that the request may have
    taken effect, so the object is looked up before a retry. ``pending`` means that it may take effect even after that
    lookup. ``shared`` means that all requests of the task would fail in the same way. ``attempt`` is the action that
    failed, ``diff`` the planned change, and ``changed`` whether a part of it was already applied.
    """

    code = "protocol"

    def __init__(
        self,
        reason: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        detail: str | None = None,
        error_type: str | None = None,
        retry_after: float | None = None,
        transient: bool = False,
        uncertain: bool = False,
        pending: bool = False,
        shared: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = shown(reason)
        self.hint = hint
        self.status = status
        self.detail = detail and shown(detail)
        self.error_type = error_type and shown(error_type)
        self.retry_after = retry_after
        self.transient = transient
        self.uncertain = uncertain
        self.pending = pending
        self.shared = shared
        self.attempt: str | None = None
        self.diff: dict[str, Any] | None = None
        self.changed = False

    def __str__(self) -> str:
        text = f"Could not {self.attempt}: {self.reason}" if self.attempt else self.reason
        return f"{_sentence(text)} {_sentence(self.hint)}" if self.hint else _sentence(text)

    def with_facts(self, **facts: Any) -> IdentityError:
        """Return the same failure with other facts, such as its hint. This one is not changed: threads may share it."""
        other = copy.copy(self)
        vars(other).update(facts)
        return other

    def masked(self, mask: Callable[[str], str]) -> IdentityError:
        """Return the failure with masked secrets. Mask the server's texts first, and then the reason."""
        detail, error_type = self.detail and mask(self.detail), self.error_type and mask(self.error_type)
        reason = self.reason
        for before, after in ((self.detail, detail), (self.error_type, error_type)):
            if before and after:
                reason = reason.replace(before, after)
        return self.with_facts(reason=mask(reason), detail=detail, error_type=error_type)

    def failure(self) -> dict[str, Any]:
        """Return the ``failure`` of a result. It always has ``code``, and the other keys if the server sent them."""
        facts = {"code": self.code, "status": self.status, "detail": self.detail, "type": self.error_type}
        return {name: value for name, value in facts.items() if value is not None}


class InvalidError(IdentityError):
    code = "invalid"


class AuthenticationError(IdentityError):
    code = "authentication"


class AuthorizationError(IdentityError):
    code = "authorization"


class NotFoundError(IdentityError):
    code = "not_found"


class ConflictError(IdentityError):
    code = "conflict"


class AmbiguousError(IdentityError):
    code = "ambiguous"


class UnknownMemberError(IdentityError):
    code = "unknown_member"


class ImmutableError(IdentityError):
    code = "immutable"


class ReadOnlyError(IdentityError):
    code = "read_only"


class GuardRailError(IdentityError):
    code = "guard_rail"


class DriftError(IdentityError):
    code = "drift"


class PolicyError(IdentityError):
    code = "policy"


class PlanChangedError(IdentityError):
    code = "plan_changed"


class JournalError(IdentityError):
    code = "journal"


class IncompleteError(IdentityError):
    code = "incomplete"


class RateLimitedError(IdentityError):
    code = "rate_limited"


class UnavailableError(IdentityError):
    code = "unavailable"


class ServerError(IdentityError):
    code = "server_error"


class UnsupportedError(IdentityError):
    code = "unsupported"


class TransportError(IdentityError):
    code = "transport"


class ProtocolError(IdentityError):
    code = "protocol"


class UnhealthyError(IdentityError):
    code = "unhealthy"


def shown(text: str) -> str:
    """Escape control and bidirectional characters of a text, as in JSON."""
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def without_halves(text: str) -> str:
    """Replace lone surrogates. JSON can contain them, but ansible-core 2.19 refuses such a result."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cut(text: str) -> str:
    """Cut a text to a readable length. Mask its secrets first, because half of a secret is not recognised."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


def report_of(error: Exception) -> str:
    """Return the class and the place of an unexpected exception, without its text, which may hold a secret."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Unexpected {type(error).__name__} in line {where.lineno} of {os.path.basename(where.filename)}. "
        "This is a bug in the collection: please report it with this message."
    )


@contextmanager
def trying(attempt: str) -> Iterator[None]:
    """Name the current action, which follows "Could not" in a failure. The innermost name wins."""
    try:
        yield
    except IdentityError as error:
        if error.attempt:
            raise
        raise error.with_facts(attempt=attempt) from error


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def joined(parts: Sequence[object]) -> str:
    """Return one text with each part as a sentence. A first word that is an option or a file keeps its case."""
    first, *others = [_sentence(str(part)) for part in parts]
    return " ".join([first, *(FIRST_LETTER.sub(lambda found: found[0].upper(), text) for text in others)])


def all_of(failures: Sequence[IdentityError]) -> IdentityError:
    """Return one failure that reports all of these, with the code that they share, else ``invalid``."""
    if len(failures) == 1:
        return failures[0]
    kinds = {failure.__class__ for failure in failures}
    kind = kinds.pop() if len(kinds) == 1 else InvalidError
    hints = {failure.hint for failure in failures}
    if len(hints) == 1 and not any(failure.attempt for failure in failures):
        return kind(some([failure.reason for failure in failures], "; "), hint=hints.pop())
    return kind(some([str(failure).rstrip(".") for failure in failures], "; "))


def raise_all(failures: Sequence[IdentityError]) -> None:
    """Raise these failures as one, if there are any."""
    if failures:
        raise all_of(failures)


def some(texts: Sequence[str], separator: str = ", ") -> str:
    """Join the first texts, and add the number of the others."""
    more = f"{separator}and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return separator.join(texts[:SHOWN]) + more
