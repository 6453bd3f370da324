# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Hold the part of the page's script that computes who can reach what from compact data.

It finds the same ways through nested groups as ``graph.py``; a test in a browser compares the two.
"""

from __future__ import annotations

REACH = r"""
// --- Who can reach what, from the compact data. Users, groups, safes and rights are numbers; rights are bits.

const inverted = (lists, count) => {
  const found = Array.from({ length: count }, () => []);
  lists.forEach((list, owner) => list.forEach((member) => found[member].push(owner)));
  return found;
};

const permissionsOf = (flat) => {
  const found = [];
  for (let place = 0; place < flat.length; place += 4) {
    const safe = flat[place],
      member = flat[place + 1],
      rights = flat[place + 2],
      fact = flat[place + 3];
    const [ends, expired, directory] = data.facts[fact];
    found.push({
      safe,
      isGroup: member % 2 === 1,
      member: member >> 1,
      rights,
      ends,
      expired: expired === 1,
      directory,
    });
  }
  return found;
};

const grouped = (items, count, key) => {
  const found = Array.from({ length: count }, () => []);
  for (const item of items) found[key(item)].push(item);
  return found;
};

const stateOf = (raw) => {
  const people = raw.people.map((list) => list || []),
    nested = raw.nested.map((list) => list || []);
  const permissions = permissionsOf(raw.permissions);
  return {
    ids: {},
    steps: new Map(),
    everybody: new Map(),
    kept: 0,
    ...raw,
    people,
    nested,
    permissions,
    groupsOf: inverted(
      people.map((list) => [...new Set(list)]),
      data.users.length,
    ),
    parentsOf: inverted(nested, data.groups.length),
    onSafe: grouped(permissions, data.safes.length, (each) => each.safe),
    ofUser: grouped(
      permissions.filter((each) => !each.isGroup),
      data.users.length,
      (each) => each.member,
    ),
    ofGroup: grouped(
      permissions.filter((each) => each.isGroup),
      data.groups.length,
      (each) => each.member,
    ),
    accountsOf: grouped(
      data.accounts
        .map(([safe], account) => ({ safe, account }))
        .filter(({ account }) => raw.accounts[account] !== "-"),
      data.safes.length,
      (each) => each.safe,
    ),
  };
};

// The next group on the shortest way from each group below a group, the nearest first. The next of the group is itself.
// A Map gives the keys that are added while it is walked, and each once: circles of groups end by themselves.
const stepsTo = (state, group) => {
  const next = new Map([[group, group]]);
  for (const each of next.keys()) {
    for (const child of state.nested[each]) if (!next.has(child)) next.set(child, each);
  }
  return next;
};

// All groups that these groups are in, themselves included.
const above = (state, groups) => {
  const found = new Set(groups);
  for (const each of found) for (const parent of state.parentsOf[each]) found.add(parent);
  return found;
};

const pathFrom = (group, next) => {
  const path = [group];
  while (next.get(path.at(-1)) !== path.at(-1)) path.push(next.get(path.at(-1)));
  return path;
};

// The shortest way of a user to a permission: the groups of it, and the other groups of the user that lead there, too.
const wayOf = (state, user, permission, steps) => {
  if (!permission.isGroup) return { permission, path: [], others: [] };
  const next = steps ?? stepsTo(state, permission.member),
    mine = new Set(state.groupsOf[user]);
  const leading = [...next.keys()].filter((group) => mine.has(group));
  return { permission, path: pathFrom(leading[0], next), others: leading.slice(1) };
};

// The permissions that a user holds, directly or through groups.
const permissionsFor = (state, user) => {
  const groups = [...above(state, state.groupsOf[user])];
  return [...state.ofUser[user], ...groups.flatMap((group) => state.ofGroup[group])];
};

const waysBetween = (state, user, safe) =>
  permissionsFor(state, user)
    .filter((permission) => permission.safe === safe)
    .map((permission) => wayOf(state, user, permission));

// All users in a group. Answers are kept, because many permissions are of one group, and forgotten when they get long.
const MOST_KEPT = 2000000;
const everybodyIn = (state, group) => {
  const kept = state.everybody.get(group);
  if (kept) return kept;
  const found = new Set();
  for (const each of stepsTo(state, group).keys()) for (const user of state.people[each]) found.add(user);
  if (state.everybody.size && (state.kept += found.size) > MOST_KEPT) {
    state.everybody.clear();
    state.kept = 0;
  }
  state.everybody.set(group, found);
  return found;
};
// Everybody who holds a permission: the users in a group, or the user.
const holdersOf = (state, { isGroup, member }) => (isGroup ? everybodyIn(state, member) : [member]);

const isActive = (state, user) => state.users[user] !== "i";

// The rights of each user on a safe. Who is inactive, and what has expired, counts only if all shall be shown.
const rightsOnSafe = (state, safe, all = false) => {
  const found = new Map();
  for (const permission of state.onSafe[safe]) {
    if (permission.expired && !all) continue;
    for (const user of holdersOf(state, permission)) {
      if (all || isActive(state, user)) {
        found.set(user, (found.get(user) ?? 0) | (permission.expired ? 0 : permission.rights));
      }
    }
  }
  return found;
};

const rightsOfUser = (state, user) => {
  const found = new Map();
  for (const { safe, rights, expired } of permissionsFor(state, user)) {
    found.set(safe, (found.get(safe) ?? 0) | (expired ? 0 : rights));
  }
  return found;
};

// The rights on a safe of each group whose members nobody knows.
const unknownOn = (state, safe) => {
  const found = new Map();
  if (!state.groups.includes("u")) return found;
  for (const { isGroup, expired, member, rights } of state.onSafe[safe]) {
    if (!isGroup || expired) continue;
    for (const group of stepsTo(state, member).keys()) {
      if (state.groups[group] === "u") found.set(group, (found.get(group) ?? 0) | rights);
    }
  }
  return found;
};

// --- The difference of two states

const same = (left, right) =>
  left.length === right.length && left.every((each, place) => each === right[place]);

// Safes on which somebody's rights may differ: a permission, a group behind one, or a user is not the same.
const touchedSafes = (before, after) => {
  const numbers = [...data.groups.keys()],
    touched = new Set();
  const changedGroups = numbers.filter(
    (group) =>
      !same(before.people[group], after.people[group]) ||
      !same(before.nested[group], after.nested[group]) ||
      before.groups[group] !== after.groups[group],
  );
  const changedUsers = [...data.users.keys()].filter(
    (user) => isActive(before, user) !== isActive(after, user),
  );
  for (const state of [before, after]) {
    const groups = above(state, [...changedGroups, ...changedUsers.flatMap((user) => state.groupsOf[user])]);
    for (const group of groups) for (const { safe } of state.ofGroup[group]) touched.add(safe);
    for (const user of changedUsers) for (const { safe } of state.ofUser[user]) touched.add(safe);
  }
  const marks = (state, safe) =>
    state.onSafe[safe]
      .filter((each) => !each.expired)
      .map(({ isGroup, member, rights }) => [2 * member + isGroup, rights])
      .sort(([left], [right]) => left - right)
      .flat();
  for (const safe of data.safes.keys()) if (!same(marks(before, safe), marks(after, safe))) touched.add(safe);
  return [...touched];
};

const unequal = (old, now, kind) =>
  [...new Set([...old.keys(), ...now.keys()])]
    .map((id) => ({ kind, id, before: old.get(id) ?? 0, after: now.get(id) ?? 0 }))
    .filter((each) => each.before !== each.after);
const changesOf = (before, after, safe) => [
  ...unequal(rightsOnSafe(before, safe), rightsOnSafe(after, safe), "person"),
  ...unequal(unknownOn(before, safe), unknownOn(after, safe), "group"),
];

// For each safe that somebody reaches differently, who does: people, and groups whose members nobody knows.
const differences = (before, after) =>
  touchedSafes(before, after)
    .map((safe) => {
      const holders = changesOf(before, after, safe);
      return {
        safe,
        gained: holders.filter((each) => !each.before),
        lost: holders.filter((each) => !each.after),
        other: holders.filter((each) => each.before && each.after),
      };
    })
    .filter((each) => each.gained.length + each.lost.length + each.other.length > 0);

const states = data.states.map(stateOf);
"""
