# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Write the plan of a directory to a file for review, and read an approved one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from .._base.errors import InvalidError
from .._base.paths import Object
from .._base.secrets import Secrets
from .._directory.plan_document import approved_document, refuse_other_plan

DIGEST = re.compile("sha256:[0-9a-f]{64}")
WRITTEN = {  # the name of each file in messages, by option
    "plan_path": "the plan",
    "document_path": "the access document",
    "access_path": "the access document",
}
MOST_BYTES = 500_000_000  # the maximum size of a plan


@dataclass(frozen=True)
class Approval:
    """The approved plan: its digest, and the plan itself if it was given as a file."""

    digest: str
    document: Object | None = None

    def check(self, planned: Object) -> None:
        """Raise PlanChangedError unless this plan is the approved one."""
        refuse_other_plan(planned, self.digest, self.document)


def approval_of(given: str | None) -> Approval | None:
    """Return the approval in the option ``approved``, a digest or the path of a plan. None if it is not given."""
    if given is None:
        return None
    text = given.strip()
    if not text:
        raise InvalidError(
            "approved is empty: an approval that was lost approves nothing",
            hint="Check the variable that it comes from. To apply without an approval, leave approved out",
        )
    if DIGEST.fullmatch(text):
        return Approval(text)
    if text.startswith("sha256:"):
        raise InvalidError(f"approved {text!r} is not a digest", hint="A digest is sha256: and 64 hexadecimal digits")
    path = Path(text).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            document = approved_document(file.read(MOST_BYTES), str(path))
    except (OSError, UnicodeError) as error:
        raise InvalidError(f"approved names {path}, which cannot be read: {reason_of(error)}") from error
    return Approval(str(document["digest"]), document)


def write_plan(path: str, document: Object) -> None:
    """Write a plan to the file of the option ``plan_path``."""
    pieces = json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(document)
    write_text(path, chain(pieces, ["\n"]), "plan_path")


def write_text(path: str, pieces: Iterable[str], option: str) -> None:
    """Write a file that only the owner can read. The write is atomic: after a failure, the old content remains."""
    target = Path(path)
    try:
        descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise
    except OSError as error:
        name = WRITTEN.get(option, "the result")
        raise InvalidError(f"{name} cannot be written to {path}: {reason_of(error)}", hint=f"Check {option}") from error


def without_secrets(document: Object, secrets: Secrets) -> Object:
    """Return the plan with the secrets of the task and of answers masked."""
    parts = secrets.masked_values({part: document[part] for part in ("changes", "unmanaged")})
    return {**document, **parts}


def reason_of(error: Exception) -> str:
    """Return the system's message about a file, without its path."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
