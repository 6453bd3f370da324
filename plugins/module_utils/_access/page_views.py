# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the part of the page's script that shows lists, one object, changes, findings or a search.

The view is in the address after the #, so that links, the Back button and bookmarks work.
"""

from __future__ import annotations

VIEWS = r"""
// --- Views: each returns a title and the nodes below it

const titled = (kind, ...children) => [element("small", "kind", kind), " ", ...children];

const listView = (kind) => {
  const ids = [...idsOf(kind)].sort(byName(kind)),
    { plural } = KINDS[kind];
  const columns = {
    account: [["account", "safe"], (id) => [PART.account(id), named("safe", data.accounts[id][0])]],
    safe: [
      ["safe", "members", "accounts"],
      (id) => [named("safe", id), membersText(id), number(state.accountsOf[id].length)],
    ],
    group: [
      ["group", "people in it", "groups in it", "safes"],
      (id) => [
        group(id),
        number(state.people[id].length),
        number(state.nested[id].length),
        number(new Set(state.ofGroup[id].map((each) => each.safe)).size),
      ],
    ],
    person: [
      ["person", "groups", "safes without a group"],
      (id) => [person(id), number(state.groupsOf[id].length), number(state.ofUser[id].length)],
    ],
  }[kind];
  return {
    title: [`${number(ids.length)} ${plural}`],
    nodes: [table(plural, columns[0], ids, (id) => cells("", columns[1](id)))],
  };
};
const membersText = (safe) => {
  const groups = state.onSafe[safe].filter((each) => each.isGroup).length,
    users = state.onSafe[safe].length - groups;
  return [groups && counted(groups, "group"), users && people(users)].filter(Boolean).join(", ") || "none";
};

// Who holds one of the chosen rights on a safe, those who really can before those who are inactive or expired.
const holders = (safe, chosen) => {
  const effective = rightsOnSafe(state, safe);
  const can = (user) => (effective.has(user) && (!chosen || effective.get(user) & chosen) ? 1 : 0);
  const listed = [...(chosen ? effective : rightsOnSafe(state, safe, true)).keys()].filter(
    (user) => can(user) || !chosen,
  );
  listed.sort((left, right) => can(right) - can(left) || byName("person")(left, right));
  return { listed, amount: listed.filter(can).length };
};
const RIGHT_CHOICES = [
  ["any right", 0],
  ["useAccounts or retrieveAccounts", POWERS],
  ...data.rights.map((name) => [name, bitOf(name)]),
];
const peopleSection = (safe, preset) => {
  const effective = rightsOnSafe(state, safe),
    sentence = element("p", "answer"),
    select = element("select", "");
  select.append(...RIGHT_CHOICES.map(([text, mask]) => new Option(text, mask, false, mask === preset)));
  let wanted = preset;
  const giving = (user) => holding(user, safe).filter((each) => !wanted || each.rights & wanted);
  const box = table(
    "who reaches it",
    ["person", "through", "rights"],
    [],
    (user) =>
      cells(effective.has(user) ? "" : "off", [
        person(user),
        waysNode(user, safe, giving(user)),
        rightsNode(effective.get(user) ?? 0),
      ]),
    "who",
  );
  const show = () => {
    const { listed, amount } = holders(safe, Number(select.value));
    sentence.textContent = `${people(amount)}.`;
    wanted = Number(select.value);
    box.show(listed);
  };
  select.oninput = show;
  show();
  sentence.role = "status";
  const unknown = [...unknownOn(state, safe).keys()];
  const warning = unknown.length
    ? [
        element(
          "p",
          "gap",
          "Nobody knows who is in ",
          ...joined(unknown.map(group)),
          ": these people are not counted.",
        ),
      ]
    : [];
  return [element("div", "ask", element("label", "", "Who has ", select), sentence), ...warning, box];
};

const safeView = (safe) => {
  const accounts = state.accountsOf[safe].map((each) => each.account).sort(byName("account"));
  const names = accounts.length
    ? [element("p", "", `${counted(accounts.length, "account")}:`), firstOf(accounts, FEW, account)]
    : [element("p", "faint", data.read.accounts ? "No accounts." : "Accounts were not read.")];
  return {
    title: titled("safe", isolated(data.safes[safe])),
    nodes: [
      ...peopleSection(safe, 0),
      heading(3, "Accounts"),
      ...names,
      heading(3, "Permissions"),
      permissionsTable(safe),
    ],
  };
};
const permissionsTable = (safe) =>
  table("permissions", ["member", "rights", "ends"], state.onSafe[safe], (each) =>
    cells(each.expired ? "off" : "", [
      each.isGroup ? [element("span", "faint", "group "), group(each.member)] : person(each.member),
      rightsNode(each.rights),
      each.ends ? `${each.ends}${each.expired ? " (expired)" : ""}` : "never",
    ]),
  );

const accountView = (id) => {
  const [safe, name, where] = data.accounts[id];
  return {
    title: titled("account", isolated(where || name)),
    nodes: [
      element("p", "", "The account ", isolated(name), " is in the safe ", named("safe", safe), "."),
      ...peopleSection(safe, POWERS),
    ],
  };
};

const personView = (user) => {
  const direct = state.groupsOf[user],
    all = [...above(state, direct)],
    safes = rightsOfUser(state, user);
  const nested = all.filter((id) => !direct.includes(id)).sort(byName("group"));
  const inactive = state.users[user] === "i";
  const reached = [...safes.keys()].filter((safe) => safes.get(safe)).length;
  const sentence = inactive
    ? "This person is inactive and cannot log in. The permissions are still there."
    : `Reaches ${counted(reached, "safe")}.`;
  const draw = (safe) =>
    cells(inactive || !safes.get(safe) ? "off" : "", [
      named("safe", safe),
      waysNode(user, safe, holding(user, safe)),
      rightsNode(safes.get(safe)),
    ]);
  const groups = (title, ids) => (ids.length ? [element("p", "", title), firstOf(ids, FEW, group)] : []);
  return {
    title: titled("person", person(user)),
    nodes: [
      element("p", "answer", sentence),
      table("safes", ["safe", "through", "rights"], [...safes.keys()].sort(byName("safe")), draw, "who"),
      heading(3, "Groups"),
      ...groups("Member of:", [...direct].sort(byName("group"))),
      ...groups("And through these of:", nested),
      ...(direct.length ? [] : [element("p", "faint", "In no group.")]),
    ],
  };
};

const groupView = (id) => {
  const inside = [...stepsTo(state, id).keys()],
    users = [...new Set(inside.flatMap((each) => state.people[each]))];
  const mine = new Set(state.people[id]),
    parents = [...above(state, [id])];
  const permissions = parents.flatMap((each) => state.ofGroup[each]);
  const through = ({ member }) => (member === id ? "its own" : [group(member)]);
  const unknown =
    state.groups[id] === "u" ? [element("p", "gap", "The members of this group are not known.")] : [];
  return {
    title: titled("group", isolated(data.groups[id])),
    nodes: [
      element(
        "p",
        "answer",
        `${people(users.length)}, ${number(users.filter((user) => mine.has(user)).length)} of them directly.`,
      ),
      ...unknown,
      heading(3, "Safes"),
      table("safes", ["safe", "permission of", "rights"], permissions, (each) =>
        cells(each.expired ? "off" : "", [named("safe", each.safe), through(each), rightsNode(each.rights)]),
      ),
      heading(3, "People"),
      table("people", ["person", "member"], users.sort(byName("person")), (user) =>
        cells(isActive(state, user) ? "" : "off", [
          person(user),
          mine.has(user) ? "directly" : "through a group in it",
        ]),
      ),
      ...(inside.length > 1 ? [heading(3, "Groups in it"), firstOf(inside.slice(1), FEW, group)] : []),
      ...(parents.length > 1 ? [heading(3, "In the groups"), firstOf(parents.slice(1), FEW, group)] : []),
    ],
  };
};

const waysView = (user, safe) => {
  const ways = shortestFirst(waysBetween(state, user, safe)),
    mask = rightsOnSafe(state, safe).get(user) ?? 0;
  const title = ["How ", person(user), " reaches ", named("safe", safe)];
  if (!ways.length)
    return { title, nodes: [element("p", "answer", "Not at all: there is no way between the two.")] };
  const accounts = state.accountsOf[safe].map((each) => each.account);
  return {
    title,
    nodes: [
      element(
        "p",
        "answer",
        isActive(state, user) ? "Rights: " : "This person is inactive. ",
        rightsNode(mask),
      ),
      ...drawing(user, safe, ways),
      heading(3, ways.length === 1 ? "The way" : `The ${number(ways.length)} permissions that lead there`),
      element("ol", "ways", ...ways.map((way) => sentenceOf(user, way))),
      ...(accounts.length ? [heading(3, "Accounts in the safe"), firstOf(accounts, FEW, account)] : []),
    ],
  };
};

// --- What changes

const sentenceOfChange = ({ gained, lost, other }) =>
  [
    gained.length
      ? gained.length === 1
        ? "1 more person reaches it"
        : `${number(gained.length)} more people reach it`
      : "",
    lost.length ? `${number(lost.length)} fewer` : "",
    other.length ? `${number(other.length)} with other rights` : "",
  ]
    .filter(Boolean)
    .join(", ");
// The ways that give somebody these rights after the change, or gave them before.
const reason = (user, safe, at, rights) => {
  const node = element("span", "faint"),
    ways = waysGiving(states[at], user, safe, rights);
  ways.forEach(({ path }, place) => {
    const joint = [place ? "and " : "", path.length ? "through " : ""];
    node.append(...joint, pathNode({ permission: {}, path, others: [] }), " ");
  });
  const why = link(
    { person: keyOf("person", user), safe: keyOf("safe", safe), when: at },
    at === LAST ? "why?" : "why before?",
  );
  why.ariaLabel = `Why ${nameOf("person", user)} ${at === LAST ? "reaches" : "reached"} ${nameOf("safe", safe)}`;
  node.append(why);
  return node;
};
const changeLine =
  (safe) =>
  ({ kind, id, before, after }) => {
    const plus = after & ~before,
      minus = before & ~after,
      node = element("span", after ? (before ? "" : "gain") : "loss");
    const name =
      kind === "group"
        ? ["everybody in ", isolated(nameOf(kind, id)), " (members unknown)"]
        : [isolated(nameOf(kind, id))];
    node.append(element("b", "", after ? (before ? "\u00b1 " : "+ ") : "\u2212 "), ...name, " ");
    if (plus) node.append(element("span", "plus", before ? "gains " : "", rightsNode(plus)), " ");
    if (minus) node.append(element("span", "minus", "loses ", rightsNode(minus)), " ");
    if (kind === "person") node.append(reason(id, safe, plus ? LAST : 0, plus || minus));
    return node;
  };
const changeItem = (change) => {
  const { safe, gained, lost, other } = change;
  return element(
    "li",
    "card",
    heading(3, named("safe", safe), " ", element("small", "", sentenceOfChange(change))),
    firstOf([...gained, ...lost, ...other], FEW, changeLine(safe)),
  );
};
let changes = null;
const allChanges = () =>
  (changes ??= differences(states[0], states[LAST]).sort(
    (left, right) =>
      right.gained.length + right.lost.length - left.gained.length - left.lost.length ||
      byName("safe")(left.safe, right.safe),
  ));
// How many people gain or lose a safe. Groups whose members nobody knows are counted on their own.
const sizes = () => {
  const ids = (side, wanted) =>
    new Set(
      allChanges().flatMap((each) => each[side].filter(({ kind }) => kind === wanted).map(({ id }) => id)),
    );
  const amounts = ["gained", "lost", "other"].map((side) => [side, ids(side, "person").size]);
  const groups = new Set(["gained", "lost", "other"].flatMap((side) => [...ids(side, "group")]));
  return { ...Object.fromEntries(amounts), unknown: groups.size, safes: allChanges().length };
};
const changesSection = () => {
  const { gained, lost, other, unknown, safes } = sizes(),
    list = element("ul", "cards"),
    end = element("div", "");
  drawnOnDemand(list, end, CHUNK, changeItem)(allChanges());
  const parts = [
    [gained, "reaches", "reach", data.labels.more],
    [lost, "loses", "lose", data.labels.less],
    [other, "gets", "get", "other rights on a safe"],
  ].filter(([amount]) => amount);
  const texts = parts.map(
    ([amount, one, many, what]) => `${people(amount)} ${amount === 1 ? one : many} ${what}`,
  );
  if (unknown) texts.push(`access changes for everybody in ${counted(unknown, "group")} with unknown members`);
  const sentence = safes
    ? `${texts.join("; ")}. ${counted(safes, "safe changes", "safes change")}.`
    : data.labels.nobody;
  return [heading(2, data.labels.changes), element("p", "answer", sentence), list, end];
};

// --- Findings

const subjectLinks = (subject) => {
  const known = Object.entries({ person: subject.user, group: subject.group, safe: subject.container })
    .map(([kind, name]) => [kind, KINDS[kind].ids.get(name)])
    .filter(([, id]) => id !== undefined);
  const pair = Object.fromEntries(known.map(([kind, id]) => [kind, keyOf(kind, id)]));
  return pair.person && pair.safe
    ? [link({ person: pair.person, safe: pair.safe }, "why?")]
    : known.map(([kind, id]) => PART[kind](id));
};
const findingLine = (finding) => {
  const node = element(
    "span",
    finding.exception || finding.new === false ? "faint" : "",
    isolated(finding.text),
    " ",
  );
  if (finding.new) node.append(badge("bad", "new"), " ");
  if (finding.exception)
    node.append(badge("off", `exception of ${finding.exception.owner} until ${finding.exception.until}`), " ");
  node.append(...joined(subjectLinks(finding.subject)));
  return node;
};
const policyItem = ([policy, found]) => {
  const [{ severity, reason }] = found,
    kind = severity === "refuse" ? "bad" : "warn";
  return element(
    "li",
    "card",
    heading(
      3,
      badge(kind, severity),
      " ",
      isolated(policy),
      " ",
      element("small", "", counted(found.reduce((sum, finding) => sum + finding.count, 0), "finding")),
    ),
    element("p", "", isolated(reason ?? "")),
    firstOf(found, FEW, findingLine),
  );
};
const findingsSection = () => {
  const policies = new Map();
  for (const finding of data.findings)
    policies.set(finding.policy, [...(policies.get(finding.policy) ?? []), finding]);
  const order = [...policies].sort(
    ([, [left]], [, [right]]) => (right.severity === "refuse") - (left.severity === "refuse"),
  );
  return [
    heading(2, "Findings"),
    ...(order.length
      ? [element("ul", "cards", ...order.map(policyItem))]
      : [element("p", "answer", "No permission breaks a policy.")]),
  ];
};

// --- The matrix of safes and groups

const MARKS = [
  ["U", "useAccounts"],
  ["R", "retrieveAccounts"],
  ["M", "manageSafeMembers"],
  ["L", "listAccounts"],
];
const markOf = (mask) =>
  MARKS.filter(([, name]) => mask & bitOf(name))
    .map(([letter]) => letter)
    .join("") || (mask ? "\u00b7" : "");
const matrixFields = () =>
  ["safe", "group"].map((kind) => {
    const field = element("input", "");
    Object.assign(field, {
      type: "search",
      placeholder: `Only ${kind}s named ...`,
      ariaLabel: `Only ${kind}s named`,
    });
    return field;
  });
const matrixOf = (safes, groups) => {
  const head = element(
    "tr",
    "",
    element("th", "", "safe"),
    ...groups.map((id) => {
      const node = element("th", "column", element("span", "", named("group", id)));
      node.scope = "col";
      return node;
    }),
  );
  const line = (safe) => {
    const masks = new Map();
    for (const { isGroup, member, rights, expired } of state.onSafe[safe])
      if (isGroup && !expired) masks.set(member, (masks.get(member) ?? 0) | rights);
    return cells("", [
      named("safe", safe),
      ...groups.map((id) => {
        const node = element("span", masks.get(id) & POWERS ? "power" : "", markOf(masks.get(id) ?? 0));
        node.title = rightsIn(masks.get(id) ?? 0).join(", ");
        return node;
      }),
    ]);
  };
  const node = element(
    "table",
    "matrix",
    element("caption", "unseen", "Rights of groups on safes"),
    element("thead", "", head),
    element("tbody", "", ...safes.map(line)),
  );
  const box = element("div", "scroll", node);
  Object.assign(box, { tabIndex: 0, role: "region", ariaLabel: "Matrix of safes and groups" });
  return box;
};
const MATRIX = { safes: 60, groups: 24 };
const matrixView = () => {
  const [safeField, groupField] = matrixFields(),
    box = element("div", ""),
    note = element("output", "faint");
  const show = () => {
    const matches = (kind, field) => (id) =>
      wordsOf(field.value).every((word) => nameOf(kind, id).toLowerCase().includes(word));
    const named = idsOf("safe").filter(matches("safe", safeField));
    const wanted = new Set(idsOf("group").filter(matches("group", groupField)));
    const has = (safe) => state.onSafe[safe].some((each) => each.isGroup && wanted.has(each.member));
    const safes = named.filter(has).sort(byName("safe")),
      shown = safes.slice(0, MATRIX.safes);
    const groups = [
      ...new Set(
        shown.flatMap((safe) =>
          state.onSafe[safe]
            .filter((each) => each.isGroup && wanted.has(each.member))
            .map((each) => each.member),
        ),
      ),
    ].sort(byName("group"));
    const parts = [
      `${number(shown.length)} of ${counted(safes.length, "safe")}`,
      `${number(Math.min(groups.length, MATRIX.groups))} of ` +
        `${counted(groups.length, "group")} that have a permission on them`,
    ];
    note.textContent = `${parts.join(", ")}. Narrow it with the two fields.`;
    box.replaceChildren(matrixOf(shown, groups.slice(0, MATRIX.groups)));
  };
  for (const field of [safeField, groupField]) field.oninput = show;
  show();
  const legend = element(
    "p",
    "faint",
    MARKS.map(([letter, name]) => `${letter} ${name}`).join(", "),
    ", \u00b7 other rights. ",
    "Permissions of the groups themselves; what people get through them is on the page of each safe.",
  );
  return {
    title: ["Groups and safes"],
    nodes: [element("p", "fields", safeField, groupField), note, box, legend],
  };
};

// --- Search

const haystacks = {};
const haystack = (kind) =>
  (haystacks[kind] ??= KINDS[kind].list.map((item) =>
    (kind === "account" ? [item[1], item[2], data.safes[item[0]]] : [item].flat()).join("\n").toLowerCase(),
  ));
const SORTED = 500;
const search = (kind, words) => {
  const texts = haystack(kind),
    first = words[0];
  const found = idsOf(kind).filter((id) => words.every((word) => texts[id].includes(word)));
  const rank = (id) => (texts[id] === first ? 0 : texts[id].startsWith(first) ? 1 : 2);
  return found.length > SORTED
    ? found
    : found.sort((left, right) => rank(left) - rank(right) || byName(kind)(left, right));
};
// Words of which the first name a person and the others a safe, or the other way round: how one reaches the other.
const pairsOf = (words) => {
  const found = [];
  for (let place = 1; place < words.length; place += 1) {
    for (const [who, what] of [
      [words.slice(0, place), words.slice(place)],
      [words.slice(place), words.slice(0, place)],
    ]) {
      const safes = new Set([
        ...search("safe", what),
        ...search("account", what).map((id) => data.accounts[id][0]),
      ]);
      for (const user of search("person", who).slice(0, FEW))
        for (const safe of [...safes].slice(0, FEW)) found.push([user, safe]);
    }
  }
  return found;
};
const pairLink = ([user, safe]) =>
  link(
    { person: keyOf("person", user), safe: keyOf("safe", safe) },
    "How ",
    isolated(nameOf("person", user)),
    " reaches ",
    isolated(nameOf("safe", safe)),
  );
const resultNode = (kind) => (id) => {
  const node = PART[kind](id);
  if (kind === "account")
    node.append(element("span", "faint", " in ", isolated(data.safes[data.accounts[id][0]])));
  return node;
};
const searchView = (text) => {
  const words = wordsOf(text),
    title = ["Search: ", isolated(text)];
  const results = Object.keys(KINDS)
    .map((kind) => [kind, search(kind, words)])
    .filter(([, found]) => found.length);
  const pairs = results.length ? [] : pairsOf(words);
  const total = results.reduce((sum, [, found]) => sum + found.length, pairs.length);
  count.textContent = `${number(total)} found`;
  if (!total) return { title, nodes: [element("p", "", "Nothing here has all these words in its name.")] };
  const section = ([kind, found]) => [
    heading(3, counted(found.length, kind, KINDS[kind].plural)),
    firstOf(found, FEW, resultNode(kind)),
  ];
  return { title, nodes: pairs.length ? [firstOf(pairs, FEW, pairLink)] : results.flatMap(section) };
};

// --- Which view the address asks for

const overview = () => {
  const parts = [...(LAST ? changesSection() : []), ...(data.findings ? findingsSection() : [])];
  return parts.length ? { title: [], nodes: parts } : listView("safe");
};
const missing = (kind, name) => ({
  title: ["Not found"],
  nodes: [
    element(
      "p",
      "answer",
      `There is no ${kind} `,
      isolated(name),
      LAST ? (when === LAST ? " after this change." : " before this change.") : ".",
    ),
  ],
});
const VIEWS = { account: accountView, person: personView, safe: safeView, group: groupView };
const PAGES = {
  changes: () => ({ title: [], nodes: changesSection() }),
  findings: () => ({ title: [], nodes: findingsSection() }),
  matrix: matrixView,
};
const viewOf = (facts) => {
  if (facts.find) return searchView(facts.find);
  const asked = Object.keys(VIEWS)
    .filter((kind) => kind in facts)
    .map((kind) => [kind, KINDS[kind].ids.get(facts[kind]), facts[kind]]);
  const lost = asked.find(([kind, id]) => id === undefined || !exists(kind, id));
  if (lost) return missing(lost[0], lost[2]);
  const ids = Object.fromEntries(asked);
  if ("person" in ids && "safe" in ids) return waysView(ids.person, ids.safe);
  if (asked.length) return VIEWS[asked[0][0]](asked[0][1]);
  const kind = Object.keys(KINDS).find((each) => KINDS[each].plural === facts.list);
  return kind ? listView(kind) : (PAGES[facts.list] ?? overview)();
};

const factsOf = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const draw = (facts, moved) => {
  when = facts.when === "0" ? 0 : LAST;
  state = states[when];
  for (const each of states) each.steps = new Map();
  onPaper.clear();
  count.textContent = "";
  const { title, nodes } = viewOf(facts);
  const head = heading(2, ...title);
  head.tabIndex = -1;
  const gaps = document.querySelector(".gaps");
  if (gaps) gaps.open = Object.keys(facts).length === 0;
  main.replaceChildren(...(title.length ? [head] : []), ...nodes);
  for (const node of document.querySelectorAll("nav a"))
    node.ariaCurrent = node.hash === `#list=${facts.list}` ? "page" : "false";
  for (const box of form.querySelectorAll("[name=when]")) box.checked = Number(box.value) === when;
  if (!facts.find && document.activeElement !== form.find) form.find.value = "";
  if (moved) {
    (main.querySelector("h2") ?? main).focus({ preventScroll: true });
    scrollTo(0, Math.min(scrollY, form.offsetTop));
  }
};

const onSearch = () => {
  const text = form.find.value.trim();
  history.replaceState(null, "", text ? address({ find: text }) : address({}));
  draw(factsOf(), false);
};
form.find.addEventListener("input", onSearch);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  main.querySelector("a")?.focus();
});
for (const box of form.querySelectorAll("[name=when]"))
  box.addEventListener("input", () => {
    const { when: _when, ...facts } = factsOf();
    location.hash = address({ ...facts, when: Number(box.value) });
  });
addEventListener("hashchange", () => draw(factsOf(), true));
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
});
// From the search field down into the results, and up and down between them.
addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [form.find, ...main.querySelectorAll("li a")],
    place = stops.indexOf(document.activeElement);
  if (place < 0 || !factsOf().find) return;
  event.preventDefault();
  stops[Math.max(0, Math.min(stops.length - 1, place + (event.key === "ArrowDown" ? 1 : -1)))].focus();
});

indexed();
if (LAST) {
  const { gained, lost, unknown } = sizes();
  document.getElementById("changed").textContent =
    `+${number(gained)}${unknown ? "?" : ""} \u2212${number(lost)}`;
}
document.getElementById("unscripted").remove();
form.hidden = false;
if (factsOf().find) form.find.value = factsOf().find;
draw(factsOf(), false);
// What a search looks through is made before the first one.
setTimeout(() => Object.keys(KINDS).forEach(haystack));
"""
