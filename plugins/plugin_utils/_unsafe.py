# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Texts of others, which Ansible must not take for templates: whoever may name an account could run commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var


def mark_unsafe(value: Any) -> Any:
    """Return the value with every text in it marked as no template, keys too; maps and sequences are copied.

    Before ansible-core 2.19 every text without the mark may be a template. Since then only a text that is trusted may
    be one, and the mark takes the trust away.
    """
    if isinstance(value, Mapping):
        return {mark_unsafe(key): mark_unsafe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mark_unsafe(item) for item in value]
    return wrap_var(value) if isinstance(value, str) else value


def mark_name(name: str) -> str:
    """Return the name of a host, marked only if it could be a template.

    ``ansible-inventory`` writes a marked text as a map, and AWX reads no map where the name of a host is due.
    """
    plain = str.__str__(name)
    marked: str = mark_unsafe(plain) if could_be_template(plain) else plain
    return marked


def could_be_template(text: str) -> bool:
    """Return whether Ansible renders a text, or would if it were trimmed, cut or joined to others.

    A template has a brace, or begins with a line ``#jinja2:`` that names other delimiters.
    """
    return not {"{", "#"}.isdisjoint(text)
