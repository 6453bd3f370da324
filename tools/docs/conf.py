# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configure Sphinx: the Markdown of the repository in place, and the reference that antsibull-docs generates."""

from __future__ import annotations

import os
import re
import runpy
from importlib import resources
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/idops/cyberark_identity/blob/main"
# A Markdown link to a file of the repository, and the anchor in that file.
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")

# Search terms of readers, and the pages for them. The search ranks entries of the index first.
SEARCHED = {
    "docs/addresses": ["tenant URL", "portal", "vanity domain", "Privilege Cloud"],
    "docs/authentication": ["token", "OAuth", "proxy"],
    "docs/bulk": ["guard rail", "prune", "YAML"],
    "docs/csv": ["CSV"],
    "docs/drift": ["drift", "check mode"],
    "docs/emulator": ["emulator"],
    "docs/emulator_switches": ["switch"],
    "docs/errors": ["failure.code", "HTTP status"],
    "docs/inventory": ["inventory"],
    "docs/joiners_leavers": ["joiner", "mover", "leaver"],
    "docs/onboarding": ["onboarding"],
    "docs/pam_objects": ["safe", "account", "container", "privileged_data", "rights"],
    "docs/security": ["least privilege", "secret"],
    "roles/admin_portal/README": ["admin_portal", "set up", "role"],
    "docs/two_tenants": ["several tenants", "pipeline", "staging"],
    "docs/troubleshooting": ["troubleshooting", "401", "403", "404", "429", "certificate", "error", "slow"],
}
HEADING = re.compile(r"^# .*\n", re.MULTILINE)

# The rows of a table of options. An anchor in each row names the option.
TABLE = re.compile(
    r"\nParameters\n-+\n(?P<head>.*?\n  \* - Parameter\n    - Comments\n\n)(?P<rows>.*?)\n\n(?=\.\. )", re.DOTALL
)
ROW = re.compile(r"^  \* - ", re.MULTILINE)
ANCHOR = re.compile(r'id="parameter-(\w+)')
CONTENTS = re.compile(r"^\.\. contents::\n(   .*\n)+", re.MULTILINE)
# A page of the reference in a toctree, and the name of the plugin that it describes.
PLUGIN_PAGE = re.compile(r"^    ((\w+)_(?:callback|module|filter|inventory|lookup|role))$", re.MULTILINE)
# The prefix of every title in the reference.
PLUGIN_TITLE = re.compile(r"^idops\.cyberark_identity\.(?=\w+ \w+ -- )", re.MULTILINE)
# Links of the reference to Ansible's documentation. Intersphinx is not used: the site is built without a network.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "callback_plugins": "plugins/callback.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
CORE = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+)")

# The options that all modules share. They are documented in one place.
FRAGMENT = runpy.run_path(str(ROOT / "plugins/doc_fragments/connection.py"))["ModuleDocFragment"]
CONNECTION = yaml.safe_load(FRAGMENT.DOCUMENTATION)["options"]
CONNECTION_TITLE = "Parameters of the connection"

project = "idops.cyberark_identity"
author = "idops contributors"
copyright = "2026 idops contributors, GPL-3.0-or-later"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
html_theme = "furo"
# Use the dark colours of the reference in the theme's dark mode, also when the reader switches to it.
DARK = resources.files("sphinx_antsibull_ext").joinpath("colors-default-dark.css").read_text()
html_theme_options = {"dark_css_variables": dict(re.findall(r"--([\w-]+):([^;}]+)", DARK))}
html_title = project
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
highlight_language = "yaml"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
nitpicky = False


def _short(app: Sphinx, docname: str, source: list[str]) -> None:
    """Remove the contents and shorten the titles: the theme shows the contents beside the page and has little room."""
    source[0] = PLUGIN_TITLE.sub("", CONTENTS.sub("", source[0]))
    if docname == "reference/index":
        source[0] = PLUGIN_PAGE.sub(r"    \2 <\1>", source[0]).replace(project.title(), project)


def _own_options_first(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a module's own options into the first table, and those of the connection into a second one."""
    found = TABLE.search(source[0]) if docname.startswith("reference/") else None
    if not found:
        return
    rows = [f"  * - {row}" for row in ROW.split(found["rows"])[1:]]
    connection = [row for row in rows if ANCHOR.search(row)[1] in CONNECTION]  # type: ignore[index]
    own = [row for row in rows if row not in connection]
    if not connection:
        return
    tables = {"Parameters": own, CONNECTION_TITLE: connection}
    sections = [
        f"\n{title}\n{'-' * len(title)}\n{found['head']}{''.join(part)}" for title, part in tables.items() if part
    ]
    source[0] = source[0][: found.start()] + "\n".join(sections) + "\n\n" + source[0][found.end() :]


def _index(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add a page's entries to the index."""
    entries = "".join(f"```{{index}} ! single: {word}\n```\n\n" for word in SEARCHED.get(docname, ()))
    source[0] = HEADING.sub(lambda heading: f"{heading[0]}\n{entries}", source[0], count=1)


def _to_repository(app: Sphinx, docname: str, source: list[str]) -> None:
    """Point links to files outside the site at the repository."""
    folder = Path(app.srcdir, docname).parent

    def link(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(folder / found[1]))
        if target.exists() and target.is_file():
            return found[0]
        return f"]({REPOSITORY}/{target.relative_to(app.srcdir)}{found[2] or ''})"

    source[0] = LINK.sub(link, source[0])


def _to_ansible(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, content: nodes.TextElement
) -> nodes.reference | None:
    """Point references to Ansible's own plugins at its site."""
    target = str(node.get("reftarget"))
    core = CORE.fullmatch(target)
    page = f"collections/ansible/builtin/{core[1]}.html" if core else ANSIBLE_PAGES.get(target)
    if node.get("reftype") == "envvar" and target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{page}", internal=False) if page else None


def setup(app: Sphinx) -> None:
    app.connect("source-read", _short)
    app.connect("source-read", _own_options_first)
    app.connect("source-read", _index)
    app.connect("source-read", _to_repository)
    app.connect("missing-reference", _to_ansible)
