# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the style of the page of access. It follows the style of all pages in _base/html_parts.py."""

from __future__ import annotations

STYLE = """
a { color: var(--focus); text-decoration-thickness: .06em; text-underline-offset: .15em; }
h2 { font-size: 1.25rem; margin: 1.25rem 0 .5rem; line-height: 1.3; } h2:focus { outline: none; }
h3 { font-size: 1rem; margin: 1.25rem 0 .35rem; }
h2 .kind { text-transform: uppercase; font-size: .7rem; letter-spacing: .06em; font-weight: 600; }
h2 .faint, h3 small { font-weight: 400; }
td { font-family: inherit; }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; padding: 0; }
.tiles a { flex: 1 1 6.5rem; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); color: var(--faint); text-decoration: none; font-size: .875rem; line-height: 1.3; }
.tiles b { display: block; font-size: 1.35rem; font-weight: 600; color: var(--text); font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.tiles a:hover, .tiles a[aria-current=page] { border-color: var(--focus); }
.tiles a.alert b { color: var(--bad); }
header details { margin: .4rem 0; }
.gaps { border-left: .25rem solid var(--warn); padding: .1rem .75rem; background: var(--card); border-radius: .25rem; }
.gaps summary { color: var(--warn); font-weight: 600; }
.gaps ul { margin: .25rem 0 .4rem; padding-left: 1.1rem; }
.gap { border-left: .25rem solid var(--warn); padding-left: .6rem; }
main { min-height: 60vh; }
.answer { font-size: 1.0625rem; } .ask { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
.ask label { white-space: normal; } .ask .answer { margin: 0; font-weight: 600; }
select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .4rem;
  padding: .25rem .4rem; max-width: 100%; }
main ul { list-style: none; margin: 0; padding: 0; } main li { padding: .12rem 0; }
main li > button { margin-top: .2rem; }
.badge { font-size: .75rem; font-weight: 600; padding: .05rem .45rem; border: 1px solid; border-radius: 1rem;
  white-space: nowrap; color: var(--faint); }
.badge.bad { color: var(--bad); } .badge.warn { color: var(--warn); } .badge.good { color: var(--good); }
.right { font-family: ui-monospace, monospace; font-size: .8125rem; white-space: nowrap; color: var(--faint); }
.power { color: var(--text); font-weight: 600; }
.rights details { display: inline-block; vertical-align: top; }
.rights summary, .way { font-size: .875rem; }
.list { margin: .5rem 0; table-layout: fixed; }
.list th, .list td { border-width: 0 0 1px; padding: .4rem .5rem .4rem 0; }
.list tbody th { font-weight: 400; font-size: 1rem; color: var(--text); }
.list thead th { font-size: .8125rem; }
.list.who th:nth-child(2), .list.who thead th:nth-child(2) { width: 42%; }
tr.off > * { background: var(--card); }
.cards > .card { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); margin: .6rem 0;
  padding: .6rem .85rem; break-inside: avoid; }
.card h3 { margin: 0 0 .3rem; }
.gain > b, .plus { color: var(--good); } .loss > b, .minus { color: var(--bad); }
.plus .right, .plus summary { color: var(--good); } .minus .right, .minus summary { color: var(--bad); }
.ways { padding-left: 1.4rem; margin: 0; } .ways > li { padding: .25rem 0; }
.drawing, .scroll { overflow: auto; max-height: 75vh; border: 1px solid var(--line); border-radius: .5rem;
  margin: .75rem 0; }
.drawing { padding: 1rem; background: var(--card); }
.drawing svg { display: block; margin: 0 auto; max-width: 100%; height: auto; font: .85rem system-ui, sans-serif; }
.node rect { fill: var(--back); stroke: var(--line); stroke-width: 1.5; }
.node.person rect, .node.safe rect { stroke: var(--focus); stroke-width: 2; }
.node text { fill: var(--text); text-anchor: middle; } .node .kind { fill: var(--faint); font-size: .75rem; }
.edge { fill: none; stroke: var(--faint); stroke-width: 1.5; } marker path { fill: var(--faint); }
.node.rights rect { fill: var(--card); stroke-dasharray: 3 3; }
.fields { display: flex; flex-wrap: wrap; gap: .5rem; }
.matrix { width: auto; border-collapse: separate; border-spacing: 0; }
.matrix th, .matrix td { border-width: 0 1px 1px 0; font-size: .8125rem; }
.matrix td { text-align: center; font-family: ui-monospace, monospace; min-width: 2.6rem; color: var(--faint); }
.matrix tbody th { position: sticky; left: 0; background: var(--back); font-weight: 400; max-width: 14rem; }
.matrix thead th { position: sticky; top: 0; background: var(--back); vertical-align: bottom; z-index: 1; }
.matrix thead th:first-child { left: 0; z-index: 2; }
.matrix .column span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 11rem; overflow: hidden; }
@media (max-width: 40rem) {
  .ask label, .ask select { display: block; width: 100%; }
  .tiles a { flex-basis: 5.5rem; padding: .35rem .5rem; } .tiles b { font-size: 1.1rem; }
  .list thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .list, .list tbody, .list tr, .list th, .list td { display: block; width: auto; }
  .list tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .list th, .list td { border: 0; padding: .1rem 0; }
  .list tbody td::before { content: attr(data-head) ": "; color: var(--faint); font-size: .8125rem; }
}
@media print {
  a { color: inherit; text-decoration: none; }
  .drawing, .scroll { max-height: none; overflow: visible; } .drawing svg { max-width: 100%; height: auto; }
  fieldset, select { display: none; } thead { display: table-header-group; }
}
"""
