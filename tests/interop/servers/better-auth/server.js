// SPDX-FileCopyrightText: 2026 idops contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The SCIM server of Better Auth, as its documentation sets it up, over a database in memory: server.js PORT TOKEN

import { createServer } from "node:http";
import { scim } from "@better-auth/scim";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";

const [port, token] = process.argv.slice(2);
const database = {};
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: token,
  database: memoryAdapter(database),
  telemetry: { enabled: false },
  plugins: [
    scim({ connections: [{ id: "interop", credentials: [{ type: "bearer", id: "interop", token }] }] }),
  ],
});
// A table in memory has to be there before it is read.
for (const table of Object.values((await auth.$context).tables)) database[table.modelName] = [];

createServer(toNodeHandler(auth)).listen(Number(port), "127.0.0.1");
