# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The style and the script of a plan as a page. Neither loads anything, and the page allows no others."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --back: #fff; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --card: #f6f8fa; --focus: #0550ae;
  --create: #116329; --update: #0550ae; --rename: #6639ba; --deactivate: #7d4e00; --delete: #a40e26;
  --unmanaged: #57606a; --before: #ffebe9; --after: #dafbe1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --card: #161b22; --focus: #79c0ff;
    --create: #56d364; --update: #79c0ff; --rename: #d2a8ff; --deactivate: #e3b341; --delete: #ff7b72;
    --unmanaged: #9198a1; --before: #3c1618; --after: #12301c;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; }
code, td { font-family: ui-monospace, monospace; font-size: .875rem; }
small, summary, dt, th, .faint { color: var(--faint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { font-weight: 600; font-size: .875rem; }
#unscripted table { width: auto; }
form { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  padding: .75rem 0; background: var(--back); border-bottom: 1px solid var(--line); }
form[hidden] { display: none; }
input[type=search] { flex: 1 1 14rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .6rem; }
fieldset { display: flex; flex-wrap: wrap; gap: .25rem .75rem; border: 0; margin: 0; padding: 0; min-width: 0; }
legend { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
label { white-space: nowrap; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
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
button { font: inherit; font-size: .875rem; color: var(--focus); background: none; border: 0; padding: 0;
  text-decoration: underline; cursor: pointer; }
@media (max-width: 40rem) {
  body { padding: .6rem; }
  form { position: static; }
  .values thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .values, .values tbody, .values tr, .values th, .values td { display: block; width: 100%; }
  .values td:empty { display: none; }
  .values td::before { display: block; color: var(--faint); font: .75rem/1.2 system-ui, sans-serif; }
  .before::before { content: "before"; } .after::before { content: "after"; }
}
@media print {
  :root { --back: #fff; --text: #000; --faint: #444; --line: #999; --card: #fff; --before: #fff; --after: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  form { position: static; }
  form input, form label, button { display: none; }
}
"""

SCRIPT = """
"use strict";
(() => {
  const CHUNK = 100, FEW = 20;
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const form = document.querySelector("form"), list = document.getElementById("list");
  const end = document.getElementById("end"), count = document.getElementById("count");
  const number = new Intl.NumberFormat("en");
  let found = [], next = 0;

  const element = (tag, kind, ...children) => {
    const node = document.createElement(tag);
    if (kind) node.className = kind;
    node.append(...children);
    return node;
  };
  const isolated = (text) => element("bdi", "", text);

  const names = (items) => {
    const node = element("ul", "");
    const add = (some) => node.append(...some.map((item) => element("li", "", isolated(item))));
    add(items.slice(0, FEW));
    if (items.length > FEW) {
      const rest = element("button", "", `and ${number.format(items.length - FEW)} more`);
      rest.type = "button";
      rest.onclick = () => { rest.remove(); add(items.slice(FEW)); };
      node.append(rest);
    }
    return node;
  };
  const cell = (side, value) => element("td", side, ...(value === null ? []
    : [Array.isArray(value) ? (value.length ? names(value) : "") : isolated(value)]));
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

  const more = () => {
    list.append(...found.slice(next, next + CHUNK).map(item));
    next += CHUNK;
  };
  const all = () => {
    while (next < found.length) more();
    for (const button of list.querySelectorAll("button")) button.click();
  };
  const observer = new IntersectionObserver((seen) => {
    if (next >= found.length || !seen.some((entry) => entry.isIntersecting)) return;
    more();
    observer.unobserve(end);  // to be notified again if the end is still in sight
    observer.observe(end);
  }, { rootMargin: "1500px" });
  observer.observe(end);

  const text = (row) => row.text ??= [row.action, row.kind, row.name, ...row.attributes.flat(2), ...row.notes]
    .join("\\n").toLowerCase();
  const chosen = (name) => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value));
  const show = () => {
    const words = form.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const kinds = chosen("kind"), actions = chosen("action");
    found = plan.filter((row) => kinds.has(row.kind) && actions.has(row.action)
      && words.every((word) => text(row).includes(word)));
    count.textContent = `${number.format(found.length)} of ${number.format(plan.length)}`;
    list.replaceChildren();
    next = 0;
    more();
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  addEventListener("beforeprint", all);
  document.getElementById("unscripted").remove();
  form.hidden = false;
  show();
})();
"""
