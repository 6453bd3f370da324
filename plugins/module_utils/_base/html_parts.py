# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the style and the script that all pages share. They load nothing.

The script is JavaScript in a text, because only Python files are shipped to managed hosts.
"""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --back: #fff; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --card: #f6f8fa; --focus: #0550ae;
  --good: #116329; --bad: #a40e26; --warn: #7d4e00; --before: #ffebe9; --after: #dafbe1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --card: #161b22; --focus: #79c0ff;
    --good: #56d364; --bad: #ff7b72; --warn: #e3b341; --before: #3c1618; --after: #12301c;
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
[hidden] { display: none !important; }
input[type=search] { flex: 1 1 14rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .6rem; }
fieldset { display: flex; flex-wrap: wrap; gap: .25rem .75rem; border: 0; margin: 0; padding: 0; min-width: 0; }
legend, .unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
label { white-space: nowrap; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
button { font: inherit; font-size: .875rem; color: var(--focus); background: none; border: 0; padding: 0;
  text-decoration: underline; cursor: pointer; }
@media (max-width: 40rem) {
  body { padding: .6rem; }
  form { position: static; }
}
@media print {
  :root { --back: #fff; --text: #000; --faint: #444; --line: #999; --card: #fff; --before: #fff; --after: #fff;
    --focus: #0550ae; --good: #116329; --bad: #a40e26; --warn: #7d4e00; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  form { position: static; }
  form input, form label, button { display: none; }
}
"""

SCRIPT = r"""
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const number = (() => {
  const format = new Intl.NumberFormat("en");
  return (value) => format.format(value);
})();

const element = (tag, kind, ...children) => {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  node.append(...children);
  return node;
};

// A name keeps its own direction of writing, whatever is around it.
const isolated = (text) => element("bdi", "", text);

const button = (text, action) => {
  const node = element("button", "", text);
  node.type = "button";
  node.onclick = action;
  return node;
};

// The first of many nodes, and a button for the rest.
const firstOf = (items, few, draw) => {
  const node = element("ul", "");
  const add = (some) => node.append(...some.map((item) => element("li", "", draw(item))));
  add(items.slice(0, few));
  if (items.length > few) {
    const rest = button(`and ${number(items.length - few)} more`, () => { rest.remove(); add(items.slice(few)); });
    rest.className = "rest";
    node.append(rest);
  }
  return node;
};

// What each long list draws before the page is printed.
const onPaper = new Set();
addEventListener("beforeprint", () => { for (const all of onPaper) all(); });

// Long lists are drawn as far as the reader scrolls, and wholly on paper.
const drawnOnDemand = (list, end, chunk, draw) => {
  let found = [], next = 0;
  const more = () => {
    list.append(...found.slice(next, next + chunk).map(draw));
    next += chunk;
  };
  const observer = new IntersectionObserver((seen) => {
    if (next >= found.length || !seen.some((entry) => entry.isIntersecting)) return;
    more();
    observer.unobserve(end);  // to be notified again if the end is still in sight
    observer.observe(end);
  }, { rootMargin: "1500px" });
  observer.observe(end);
  onPaper.add(() => {
    while (next < found.length) more();
    for (const rest of list.querySelectorAll(".rest")) rest.click();
  });
  return (items) => {
    found = items;
    list.replaceChildren();
    next = 0;
    more();
  };
};

const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
"""
