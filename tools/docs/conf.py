# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx: the Markdown of the repository, where it lies, and the reference that antsibull-docs makes of the plugins."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/idops/cyberark_identity/blob/main"
# A link of Markdown to a file of the repository, and where in that file.
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")

CONTENTS = re.compile(r"^\.\. contents::\n(   .*\n)+", re.MULTILINE)
# A page of the reference in a toctree, and the name of what it describes.
PLUGIN_PAGE = re.compile(r"^    ((\w+)_(?:module|filter|inventory|lookup|role))$", re.MULTILINE)
# What every title of the reference begins with.
PLUGIN_TITLE = re.compile(r"^idops\.cyberark_identity\.(?=\w+ \w+ -- )", re.MULTILINE)
# What the reference says of Ansible is described there. Not by intersphinx: the site is built without a network.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
CORE = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+)")

project = "idops.cyberark_identity"
author = "idops contributors"
copyright = "2026 idops contributors, GPL-3.0-or-later"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
html_theme = "furo"
# The reference's own dark colours, wherever the theme is dark: also by its switch.
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
    """The theme has the contents of a page beside it, and little room for names in titles and navigation."""
    source[0] = PLUGIN_TITLE.sub("", CONTENTS.sub("", source[0]))
    if docname == "reference/index":
        source[0] = PLUGIN_PAGE.sub(r"    \2 <\1>", source[0]).replace(project.title(), project)


def _to_repository(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let links to what is no page of the site lead to the repository."""
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
    """Let what Ansible describes lead to its site."""
    target = str(node.get("reftarget"))
    core = CORE.fullmatch(target)
    page = f"collections/ansible/builtin/{core[1]}.html" if core else ANSIBLE_PAGES.get(target)
    if node.get("reftype") == "envvar" and target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{page}", internal=False) if page else None


def setup(app: Sphinx) -> None:
    app.connect("source-read", _short)
    app.connect("source-read", _to_repository)
    app.connect("missing-reference", _to_ansible)
