# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Build a self-contained page: one file that loads nothing and sends nothing. No I/O.

Names come from the tenant and from files. They are escaped, and scripts insert them only as texts. The policy of the
page allows only its own style and script. Even injected markup could not run a script or load anything.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import Any

from .errors import shown
from .html_parts import SCRIPT, STYLE

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def page_of(title: str, body: str, data: Any, style: str, script: str) -> str:
    """Return the page. ``body`` is markup. ``data`` is the input of ``script``, of the types of JSON."""
    style, script = STYLE + style, SCRIPT + script
    return PAGE.format(
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'; trusted-types 'none'; require-trusted-types-for 'script'",
        title=escaped(title),
        style=style,
        body=body,
        data=_json(data),
        script=script,
    )


def escaped(value: Any) -> str:
    """Return a value as a text in markup. Invisible characters are escaped as in JSON."""
    return html.escape(shown(str(value)))


def terms(pairs: Any) -> str:
    """Return a description list of pairs of a term and its description."""
    return "".join(f"<dt>{escaped(term)}</dt><dd>{escaped(value)}</dd>" for term, value in pairs)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(data: Any) -> str:
    """Return JSON that cannot end its element: it contains only ASCII, and no characters of markup."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
