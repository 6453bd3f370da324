# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the style and the script of the page of a plan. They follow those of all pages in _base/html_parts.py."""

from __future__ import annotations

STYLE = """
:root { --create: var(--good); --update: #0550ae; --rename: #6639ba; --deactivate: var(--warn); --delete: var(--bad);
  --unmanaged: var(--faint); }
@media (prefers-color-scheme: dark) { :root { --update: #79c0ff; --rename: #d2a8ff; } }
#list { list-style: none; margin: 0; padding: 0; }
#list > li { border: 1px solid var(--line); border-left: .3rem solid var(--action); border-radius: .4rem;
  margin: .6rem 0; padding: .5rem .75rem; background: var(--card); break-inside: avoid; }
h2 { font-size: 1rem; margin: 0; }
h2 b { color: var(--action); text-transform: uppercase; font-size: .75rem; letter-spacing: .04em; margin-right: .5rem; }
h2 span { font-weight: 400; color: var(--faint); margin-right: .5rem; }
.create { --action: var(--create); } .update { --action: var(--update); } .rename { --action: var(--rename); }
.deactivate { --action: var(--deactivate); } .delete { --action: var(--delete); }
.unmanaged { --action: var(--unmanaged); }
.values { table-layout: fixed; margin-top: .4rem; background: var(--back); }
.values thead th:first-child { width: 22%; }
.before:not(:empty) { background: var(--before); } .after:not(:empty) { background: var(--after); }
.values ul { margin: 0; padding: 0; list-style: none; }
.delta .before li::before { content: "\\2212\\a0"; } .delta .after li::before { content: "+\\a0"; }
@media (max-width: 40rem) {
  .values thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .values, .values tbody, .values tr, .values th, .values td { display: block; width: 100%; }
  .values td:empty { display: none; }
  .values td::before { display: block; color: var(--faint); font: .75rem/1.2 system-ui, sans-serif; }
  .before::before { content: "before"; } .after::before { content: "after"; }
}
@media print { :root { --update: #0550ae; --rename: #6639ba; } }
"""

SCRIPT = r"""
(() => {
  const CHUNK = 100, FEW = 20;
  const form = document.querySelector("form"), count = document.getElementById("count");

  const cell = (side, value) => element("td", side, ...(value === null ? []
    : [Array.isArray(value) ? (value.length ? firstOf(value, FEW, isolated) : "") : isolated(value)]));
  const values = (row) => {
    const head = element("tr", "", ...["attribute", "before", "after"].map((title) => {
      const node = element("th", "", title);
      node.scope = "col";
      return node;
    }));
    const lines = row.attributes.map(([option, before, after, delta]) => {
      const node = element("th", "", isolated(option));
      node.scope = "row";
      return element("tr", delta ? "delta" : "", node, cell("before", before), cell("after", after));
    });
    return element("table", "values", element("thead", "", head), element("tbody", "", ...lines));
  };
  const item = (row) => {
    const title = element("h2", "", element("b", "", row.action), element("span", "", row.kind), isolated(row.name));
    const node = element("li", row.action, title);
    if (row.attributes.length) node.append(values(row));
    for (const note of row.notes) node.append(element("p", "faint", isolated(note)));
    return node;
  };

  const draw = drawnOnDemand(document.getElementById("list"), document.getElementById("end"), CHUNK, item);
  const text = (row) => row.text ??= [row.action, row.kind, row.name, ...row.attributes.flat(2), ...row.notes]
    .join("\n").toLowerCase();
  const chosen = (name) => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value));
  const show = () => {
    const words = wordsOf(form.search.value), kinds = chosen("kind"), actions = chosen("action");
    const found = data.filter((row) => kinds.has(row.kind) && actions.has(row.action)
      && words.every((word) => text(row).includes(word)));
    count.textContent = `${number(found.length)} of ${number(data.length)}`;
    draw(found);
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  document.getElementById("unscripted").remove();
  form.hidden = false;
  show();
})();
"""
