// SPDX-FileCopyrightText: 2026 idops contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Search the built site as its page of results does: node search.cjs HTML QUERY...
// Prints the pages that each query finds, best first.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [site, ...queries] = process.argv.slice(2);
const page = {
  documentElement: { dataset: { content_root: "./" } },
  readyState: "loading",
  addEventListener() {},
  getElementById: () => ({ lastChild: null }),
  querySelectorAll: () => [],
};
const world = vm.createContext({
  document: page,
  localStorage: { setItem() {} },
  DOCUMENTATION_OPTIONS: { FILE_SUFFIX: ".html", LINK_SUFFIX: ".html", BUILDER: "html" },
  SPHINX_HIGHLIGHT_ENABLED: false,
  console,
});
world.window = world;
const scripts = ["doctools", "base-stemmer", "english-stemmer", "language_data", "searchtools"].map((name) => `_static/${name}.js`);
for (const script of [...scripts, "searchindex.js"]) {
  vm.runInContext(fs.readFileSync(path.join(site, script), "utf8"), world, { filename: script });
}
const found = {};
for (const query of queries) {
  world.query = query;
  const results = vm.runInContext("Search._performSearch(...Search._parseQuery(query))", world);
  found[query] = results.reverse().map((result) => result[0]);
}
console.log(JSON.stringify(found));
