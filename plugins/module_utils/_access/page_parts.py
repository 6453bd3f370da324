# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the part of the page's script that draws small parts: names with links, rights, tables, and ways as texts."""

from __future__ import annotations

PARTS = r"""
// --- Names, links and small parts

const CHUNK = 100,
  FEW = 8,
  WAYS = 2;
const main = document.querySelector("main"),
  form = document.querySelector("form");
const count = document.getElementById("count");
const LAST = states.length - 1;
let when = LAST,
  state = states[LAST];

const KINDS = {
  account: { list: data.accounts, plural: "accounts", name: ([, name]) => name },
  safe: { list: data.safes, plural: "safes", name: (name) => name },
  group: { list: data.groups, plural: "groups", name: (name) => name },
  person: { list: data.users, plural: "people", name: ([name]) => name },
};
const LETTERS = { account: "accounts", safe: "safes", group: "groups", person: "users" };
const nameOf = (kind, id) => KINDS[kind].name(KINDS[kind].list[id]);
const exists = (kind, id, there = state) => there[LETTERS[kind]][id] !== "-";
const idsOf = (kind) => (state.ids[kind] ??= [...KINDS[kind].list.keys()].filter((id) => exists(kind, id)));
const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
const byName = (kind) => (left, right) => collator.compare(nameOf(kind, left), nameOf(kind, right));

// What an address calls an object. Of two of one name, the second has its number behind the name.
const keyOf = (kind, id) => {
  const name =
    kind === "account" ? `${data.safes[data.accounts[id][0]]}/${nameOf(kind, id)}` : nameOf(kind, id);
  KINDS[kind].keys ??= new Map();
  return KINDS[kind].keys.get(id) ?? name;
};
const indexed = () => {
  for (const kind of Object.keys(KINDS)) {
    const ids = new Map(),
      keys = new Map();
    for (const id of KINDS[kind].list.keys()) {
      const name = keyOf(kind, id),
        key = ids.has(name) ? `${name} #${id}` : name;
      ids.set(key, id);
      if (key !== name) keys.set(id, key);
    }
    Object.assign(KINDS[kind], { ids, keys });
  }
};

const address = (facts) =>
  `#${new URLSearchParams({ ...facts, ...((facts.when ?? when) === LAST ? {} : { when: 0 }) })}`;
const link = (facts, ...children) => {
  const node = element("a", "", ...children);
  node.href = address(facts);
  return node;
};
const named = (kind, id) => link({ [kind]: keyOf(kind, id) }, isolated(nameOf(kind, id)));
const badge = (kind, text) => element("span", `badge ${kind}`, text);
const counted = (amount, one, many = `${one}s`) => `${number(amount)} ${amount === 1 ? one : many}`;
const people = (amount) => counted(amount, "person", "people");
const heading = (level, ...children) => element(`h${level}`, "", ...children);
const joined = (nodes, separator = ", ") =>
  nodes.flatMap((node, place) => (place ? [separator, node] : [node]));

const person = (user) => {
  const node = element("span", "", named("person", user)),
    full = data.users[user][1];
  if (full) node.append(" ", element("span", "faint", isolated(full)));
  if (state.users[user] === "i") node.append(" ", badge("off", "inactive"));
  if (state.users[user] === "u") node.append(" ", badge("off", "not in the list of users"));
  return node;
};
const group = (id) => {
  const node = element("span", "", named("group", id));
  if (state.groups[id] === "u") node.append(" ", badge("warn", "members unknown"));
  return node;
};
const account = (id) => {
  const [, name, where] = data.accounts[id],
    node = element("span", "", named("account", id));
  if (where && where !== name) node.append(" ", element("span", "faint", isolated(where)));
  return node;
};
const PART = { account, group, person, safe: (id) => named("safe", id) };

// --- Rights

const bitOf = (right) => 1 << data.rights.indexOf(right);
const POWERS = bitOf("useAccounts") | bitOf("retrieveAccounts");
const rightsIn = (mask) => data.rights.filter((_right, place) => mask & (1 << place));
const presetOf = (mask) => Object.keys(data.presets).find((name) => data.presets[name] === mask);
const right = (name) => element("span", POWERS & bitOf(name) ? "right power" : "right", name);
const rightsNode = (mask) => {
  const names = rightsIn(mask),
    preset = presetOf(mask);
  if (!names.length) return element("span", "faint", "none");
  if (names.length <= 4) return element("span", "rights", ...joined(names.map(right), " "));
  const shown = rightsIn(mask & POWERS).map(right);
  const rest = `${preset ? `${preset}: ` : ""}${counted(names.length, "right")}`;
  return element(
    "span",
    "rights",
    ...joined(shown, " "),
    " ",
    element("details", "", element("summary", "", rest), element("span", "", ...joined(names.map(right), " "))),
  );
};
const rightsText = (mask) =>
  presetOf(mask) ??
  (rightsIn(mask).length <= 2 ? rightsIn(mask).join(", ") : counted(rightsIn(mask).length, "right"));

// --- Tables that are drawn as far as they are read

const cells = (kind, values) =>
  element(
    "tr",
    kind,
    ...values.map((value, place) => {
      const node = element(place ? "td" : "th", "", ...[value].flat());
      if (!place) node.scope = "row";
      return node;
    }),
  );
const table = (caption, heads, items, draw, kind = "") => {
  const body = element("tbody", ""),
    end = element("div", "");
  const head = element(
    "tr",
    "",
    ...heads.map((title) => {
      const node = element("th", "", title);
      node.scope = "col";
      return node;
    }),
  );
  const node = element(
    "table",
    `list ${kind}`,
    element("caption", "unseen", caption),
    element("thead", "", head),
    body,
  );
  const row = (item) => {
    const line = draw(item);
    [...line.children].forEach((cell, place) => {
      cell.dataset.head = heads[place];
    });
    return line;
  };
  const box = element("div", "", node, end);
  const show = drawnOnDemand(body, end, CHUNK, row);
  show(items);
  return Object.assign(box, { show });
};

// --- Ways

// The steps to a group are the same for all who are in it. They are kept until another page is drawn.
const stepsFor = (permission, there = state) => {
  if (!permission.isGroup) return null;
  if (!there.steps.has(permission.member))
    there.steps.set(permission.member, stepsTo(there, permission.member));
  return there.steps.get(permission.member);
};
const arrow = () => {
  const sign = element("span", "faint", " \u2192 ");
  sign.ariaHidden = "true";
  return element("span", "", sign, element("span", "unseen", ", which is in "));
};
const pathNode = ({ permission, path, others }) => {
  const node = element("span", permission.expired ? "faint way" : "way");
  node.append(
    ...(path.length
      ? path.flatMap((id, place) => [...(place ? [arrow()] : []), isolated(data.groups[id])])
      : ["directly"]),
  );
  if (others.length) node.append(element("span", "faint", ` (and ${counted(others.length, "other way")})`));
  if (permission.expired) node.append(" ", badge("off", `expired ${permission.ends}`));
  return node;
};
const shortestFirst = (ways) =>
  ways.sort(
    (left, right) => left.permission.expired - right.permission.expired || left.path.length - right.path.length,
  );
const waysNode = (user, safe, permissions) => {
  const ways = shortestFirst(permissions.map((each) => wayOf(state, user, each, stepsFor(each))));
  const shown = ways.slice(0, WAYS).map(pathNode);
  if (ways.length > WAYS) shown.push(element("span", "faint", `and ${number(ways.length - WAYS)} more`));
  const why = link({ person: keyOf("person", user), safe: keyOf("safe", safe) }, "why?");
  why.ariaLabel = `Why ${nameOf("person", user)} reaches ${nameOf("safe", safe)}`;
  return [...shown.flatMap((each, place) => (place ? [element("br", ""), each] : [each])), " ", why];
};
const holding = (user, safe, there = state) => {
  const mine = new Set(permissionsFor(there, user));
  return there.onSafe[safe].filter((each) => mine.has(each));
};
// The fewest ways that together give these rights, so that none is shown which gives less than it seems to.
const waysGiving = (there, user, safe, rights) => {
  const ways = shortestFirst(
      holding(user, safe, there)
        .filter((each) => !each.expired)
        .map((each) => wayOf(there, user, each, stepsFor(each, there))),
    ),
    found = [];
  const giving = ({ permission }, wanted) => rightsIn(permission.rights & wanted).length;
  for (let wanted = rights; wanted; wanted &= ~found.at(-1).permission.rights) {
    const best = ways.reduce((one, other) => (giving(other, wanted) > giving(one, wanted) ? other : one));
    if (!giving(best, wanted)) break;
    found.push(best);
  }
  return found;
};

const sentenceOf = (user, { permission, path, others }) => {
  const node = element("li", permission.expired ? "faint" : "", person(user));
  path.forEach((id, place) => node.append(place ? ", which is a member of " : " is a member of ", group(id)));
  node.append(path.length ? ", which has " : " has ", rightsNode(permission.rights));
  const ends = permission.ends ? `${permission.expired ? "expired" : "until"} ${permission.ends}` : "";
  if (ends) node.append(" ", badge(permission.expired ? "off" : "warn", ends));
  if (permission.directory)
    node.append(" ", element("span", "faint", "found in ", isolated(permission.directory)));
  const more =
    others.length === 1 ? "Another group of this person leads" : `${number(others.length)} other groups lead`;
  if (others.length)
    node.append(element("p", "faint", `${more} to the same rights: `, ...joined(others.map(group))));
  return node;
};
"""
