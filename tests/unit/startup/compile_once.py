# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the compiled code of modules in the folder that COMPILED_MODULES names.

Ansible sends a module as a zip file, and Python compiles what it imports from a zip file in every process: about half
of the time of a short module. The key of the code is its source, so that the module that runs is the one that was sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
import zipimport
from typing import Any

_compile: Any = zipimport._compile_source  # type: ignore[attr-defined]


def compile_once(path: str, source: bytes) -> Any:
    """Return the code of a source, compiled by this process or by an earlier one."""
    key = hashlib.sha256(f"{sys.implementation.cache_tag} {os.path.basename(path)} ".encode() + source).hexdigest()
    kept = os.path.join(os.environ["COMPILED_MODULES"], key)
    with contextlib.suppress(OSError), open(kept, "rb") as file:
        return marshal.load(file)
    code = _compile(path, source)
    part = f"{kept}.{os.getpid()}"
    with open(part, "wb") as file:
        marshal.dump(code, file)
    os.replace(part, kept)
    return code


def install() -> None:
    """Compile in this way from now on, if the folder exists."""
    if os.path.isdir(os.environ.get("COMPILED_MODULES", "")):
        zipimport._compile_source = compile_once  # type: ignore[attr-defined]
