# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Mark texts from the server so that Ansible does not render them: a name could contain a template with a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var


def mark_unsafe(value: Any) -> Any:
    """Return a copy of the value in which every text, also of keys, is marked as not a template.

    Before ansible-core 2.19, every text without the mark may be a template. Since then, only trusted texts may be
    templates, and the mark removes the trust.
    """
    if isinstance(value, Mapping):
        return {mark_unsafe(key): mark_unsafe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mark_unsafe(item) for item in value]
    return wrap_var(value) if isinstance(value, str) else value


def mark_name(name: str) -> str:
    """Return the name of a host, and mark it only if it could be a template.

    ``ansible-inventory`` writes a marked text as a map, and AWX cannot read a map as the name of a host.
    """
    plain = str.__str__(name)
    marked: str = mark_unsafe(plain) if could_be_template(plain) else plain
    return marked


def could_be_template(text: str) -> bool:
    """Return whether Ansible may render a text, also after it was trimmed, cut or joined to others.

    A template contains a brace, or begins with a line ``#jinja2:`` that defines other delimiters.
    """
    return not {"{", "#"}.isdisjoint(text)
