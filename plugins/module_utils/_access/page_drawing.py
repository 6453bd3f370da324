# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the part of the page's script that draws all ways between a person and a safe as a graph in SVG."""

from __future__ import annotations

DRAWING = r"""
// --- The drawing of all ways between a person and a safe

const MOST_DRAWN = 40;
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const shortened = (text, most = 20) => {
  const letters = [...text];
  return letters.length <= most
    ? text
    : `${letters.slice(0, most - 8).join("")}\u2026${letters.slice(-7).join("")}`;
};

// The groups between a person and a safe, and who leads to whom: "person", groups as numbers, permissions, "safe".
const graphOf = (user, ways) => {
  const live = ways.filter(({ permission }) => !permission.expired);
  const below = new Set(live.flatMap(({ permission }) => [...(stepsFor(permission)?.keys() ?? [])]));
  let between = [...above(state, state.groupsOf[user])].filter((id) => below.has(id));
  const whole = between.length <= MOST_DRAWN;
  if (!whole) between = [...new Set(live.flatMap(({ path }) => path))].slice(0, MOST_DRAWN);
  const drawn = new Set(between),
    edges = [];
  for (const id of state.groupsOf[user]) if (drawn.has(id)) edges.push(["person", id]);
  for (const id of drawn)
    for (const parent of new Set(state.parentsOf[id])) if (drawn.has(parent)) edges.push([id, parent]);
  for (const { permission } of live) {
    const from = permission.isGroup ? permission.member : "person";
    if (from === "person" || drawn.has(from)) edges.push([from, permission], [permission, "safe"]);
  }
  return { edges, whole };
};

// Edges that lead back to a node on the way to it would go round for ever: they are drawn, and give no layer.
const forward = (edges) => {
  const leading = Map.groupBy(edges, ([from]) => from),
    open = new Set(),
    done = new Set(),
    found = [];
  const visit = (node) => {
    open.add(node);
    for (const edge of leading.get(node) ?? []) {
      if (open.has(edge[1])) continue;
      found.push(edge);
      if (!done.has(edge[1])) visit(edge[1]);
    }
    open.delete(node);
    done.add(node);
  };
  visit("person");
  return found;
};

// Each node's layer is the longest way to it. The permissions are in the last but one, and the safe is behind all.
const layersOf = (edges) => {
  const depth = new Map([["person", 0]]),
    ahead = forward(edges);
  for (let changed = true; changed;) {
    changed = false;
    for (const [from, to] of ahead) {
      if (depth.has(from) && (depth.get(to) ?? 0) <= depth.get(from)) {
        depth.set(to, depth.get(from) + 1);
        changed = true;
      }
    }
  }
  const last = depth.get("safe");
  for (const node of depth.keys()) if (node.rights !== undefined) depth.set(node, last - 1);
  return depth;
};

// An edge over several layers goes through a bend in each of them, so that it passes beside the boxes there.
const chainsOf = (edges, depth) =>
  edges.map(([from, to], edge) => {
    const between = [];
    for (let layer = depth.get(from) + 1; layer < depth.get(to); layer += 1) between.push({ edge, layer });
    for (const bend of between) depth.set(bend, bend.layer);
    return [from, ...between, to];
  });

// Within a layer, nodes are in the order of the middle of those that lead to them.
const ordered = (chains, depth) => {
  const layers = Array.from({ length: depth.get("safe") + 1 }, () => []),
    middle = new Map();
  for (const [node, layer] of depth) layers[layer].push(node);
  const leading = new Map();
  for (const nodes of chains) {
    for (let place = 1; place < nodes.length; place += 1) {
      leading.set(nodes[place], [...(leading.get(nodes[place]) ?? []), nodes[place - 1]]);
    }
  }
  const average = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
  for (const layer of layers) {
    const rank = new Map(
      layer.map((node) => [node, average((leading.get(node) ?? []).map((each) => middle.get(each) ?? 0))]),
    );
    layer.sort((left, right) => (rank.get(left) || 0) - (rank.get(right) || 0));
    layer.forEach((node, place) => middle.set(node, place - (layer.length - 1) / 2));
  }
  return layers;
};

const BOX = { width: 188, height: 44 };
const isBend = (node) => node.layer !== undefined;
const placesOf = (layers, upright) => {
  const along = upright ? BOX.height + 56 : BOX.width + 76,
    across = upright ? BOX.width + 16 : BOX.height + 22;
  const room = (node) => (isBend(node) ? across / 2 : across);
  const widths = layers.map((layer) => layer.reduce((sum, node) => sum + room(node), 0)),
    widest = Math.max(...widths);
  const places = new Map();
  layers.forEach((layer, depth) => {
    let side = (widest - widths[depth]) / 2;
    for (const node of layer) {
      const middle = side + room(node) / 2;
      places.set(node, upright ? { x: middle, y: depth * along } : { x: depth * along, y: middle });
      side += room(node);
    }
  });
  const far = (layers.length - 1) * along + (upright ? BOX.height : BOX.width);
  return { places, width: upright ? widest : far, height: upright ? far : widest };
};

// A curve through the bends: from the end of a box, straight through each layer between, to the beginning of a box.
const curve = (points, upright) => {
  const length = upright ? BOX.height : BOX.width,
    at = (along, across) => (upright ? [across, along] : [along, across]);
  const ends = points.map(({ x, y }) => (upright ? { near: y, side: x } : { near: x, side: y }));
  let path = `M${at(ends[0].near + length, ends[0].side)}`;
  for (let place = 1; place < ends.length; place += 1) {
    const from = ends[place - 1].near + length,
      to = ends[place].near - (place === ends.length - 1 ? 6 : 0);
    const reach = Math.max(24, Math.abs(to - from) / 2);
    const bends = [at(from + reach, ends[place - 1].side), at(to - reach, ends[place].side)];
    path += `C${bends.join(" ")} ${at(to, ends[place].side)}`;
    if (place < ends.length - 1) path += `L${at(to + length, ends[place].side)}`;
  }
  return path;
};

const boxOf = (kind, text, { x, y }, upright) => {
  const left = upright ? x - BOX.width / 2 : x,
    top = upright ? y : y - BOX.height / 2;
  const label =
    kind === "rights"
      ? [svg("text", { x: left + BOX.width / 2, y: top + 26 }, shortened(text, 24))]
      : [
          svg("text", { x: left + BOX.width / 2, y: top + 17, class: "kind" }, kind),
          svg("text", { x: left + BOX.width / 2, y: top + 34 }, shortened(text)),
        ];
  return svg(
    "g",
    { class: `node ${kind}` },
    svg("title", {}, text),
    svg("rect", { x: left, y: top, width: BOX.width, height: BOX.height, rx: kind === "rights" ? 22 : 8 }),
    ...label,
  );
};
const tip = () =>
  svg(
    "defs",
    {},
    svg(
      "marker",
      { id: "tip", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
      svg("path", { d: "M0 0L8 4L0 8z" }),
    ),
  );

const drawing = (user, safe, ways) => {
  const { edges, whole } = graphOf(user, ways);
  if (!edges.length) return [];
  const upright = main.clientWidth < 620,
    depth = layersOf(edges),
    chains = chainsOf(edges, depth);
  const { places, width, height } = placesOf(ordered(chains, depth), upright);
  const kindOf = (node) => (typeof node === "string" ? node : node.rights === undefined ? "group" : "rights");
  const texts = {
    person: () => nameOf("person", user),
    safe: () => nameOf("safe", safe),
    group: (node) => data.groups[node],
    rights: (node) => rightsText(node.rights),
  };
  const boxes = [...places]
    .filter(([node]) => !isBend(node))
    .map(([node, place]) => boxOf(kindOf(node), texts[kindOf(node)](node), place, upright));
  const lines = chains.map((nodes) =>
    svg("path", {
      class: "edge",
      "marker-end": "url(#tip)",
      d: curve(
        nodes.map((node) => places.get(node)),
        upright,
      ),
    }),
  );
  const size = { width: width + 8, height: height + 8 };
  const picture = svg(
    "svg",
    {
      ...size,
      viewBox: `-4 -4 ${size.width} ${size.height}`,
      role: "img",
      "aria-label": "A drawing of the ways that the list below names",
    },
    tip(),
    ...lines,
    ...boxes,
  );
  picture.style.minWidth = `${size.width * 0.7}px`;
  const box = element("div", "drawing", picture);
  Object.assign(box, { tabIndex: 0, role: "region", ariaLabel: "Drawing" });
  return whole
    ? [box]
    : [box, element("p", "faint", "More groups lead there than fit here: only the shortest ways are drawn.")];
};
"""
