# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_yaml
short_description: Write an exported directory as YAML that is safe to read as variables
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Like P(ansible.builtin.to_nice_yaml#filter), but every text that could be a template, which is one with C({) or
    C(#), is marked C(!unsafe). Otherwise, a person who can change a display name in the tenant could run an expression
    on the control node as soon as the export is read back.
  - The same data always gives the same text.
options:
  _input:
    description: The data to write.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Write an export to a file
  ansible.builtin.copy:
    content: "{{ tenant.directory | idops.cyberark_identity.directory_yaml }}"
    dest: directory.yml
    mode: "0640"
"""

RETURN = r"""
_value:
  description: The YAML text.
  type: str
"""

from collections.abc import Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import could_be_template

# Line breaks to YAML 1.1, which reads them as blanks, and the mark at the beginning of a file, which it skips.
BREAKS = frozenset("\x85\u2028\u2029\ufeff")


class _Unsafe(str):
    """A text that must not become a template."""


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Writes indented lists, as people do, and no references."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_unsafe(dumper: yaml.SafeDumper, text: _Unsafe) -> yaml.Node:
    return dumper.represent_scalar("!unsafe", str.__str__(text), style=_style(text) or "'")


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """Use double quotes and escapes for characters that YAML would read as others."""
    return '"' if BREAKS.intersection(text) else None


_Dumper.add_representer(_Unsafe, _represent_unsafe)
_Dumper.add_representer(str, _represent_text)


def directory_yaml(data: Any) -> str:
    """Return the data as YAML, in its own order."""
    text: str = yaml.dump(
        _plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120
    )
    return text


def _plain(value: Any) -> Any:
    """Return the value without Ansible's own types, with templates marked."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        text = str.__str__(value)
        return _Unsafe(text) if could_be_template(text) else text
    if isinstance(value, bool) or value is None:
        return value
    return float(value) if isinstance(value, float) else int(value)


class FilterModule:
    """The entry point that Ansible loads."""

    def filters(self) -> dict[str, Any]:
        return {"directory_yaml": directory_yaml}
