// Holds what was recorded between nixpacks-fix and the tests' GitHub to GitHub's own descriptions:
// `node validate.mjs DIR`, where a run of the tests with FORGE_RECORD=DIR has left its files.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { find, nullables, requestErrors, responseErrors, responseSchema } from "./describe.mjs";
import { graphqlErrors } from "./graphql.mjs";

// Everything that the command may ask for: one that it never asks for any more shows here. Where there is no command
// in the record, only the tests of the fake itself, they have to.
const EXPECTED = [
  "repos/get", "repos/list-for-org", "repos/list-for-user", "users/get-authenticated", "apps/list-repos-accessible-to-installation", "git/get-tree", "pulls/list",
  "pulls/create", "pulls/update", "issues/list-comments", "issues/create-comment", "issues/add-labels",
  "pulls/request-reviewers", "repos/create-fork",
  "graphql createCommitOnBranch", "graphql updateRefs", "graphql repository", "graphql viewer",
];

const dir = process.argv[2];
if (!dir) throw new Error("usage: node validate.mjs DIR");
const lines = readdirSync(dir)
  .filter((name) => /^github-.*\.jsonl$/.test(name))
  .sort()
  .flatMap((name) => readFileSync(join(dir, name), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line)));

// The client of the fake's own tests.
const OURS = "test";

const counts = new Map();
const commanded = new Map();
const violations = new Map();
const nulls = new Map();
let [requests, responses, objected] = [0, 0, 0];

function violation(line, text) {
  const key = `${line.method} ${line.path.replace(/\d+/g, "N")}: ${text}`;
  violations.set(key, (violations.get(key) ?? 0) + 1);
}

// A pull request whose fork was deleted has none, whatever the description says.
const UNDESCRIBED = /\/head\/repo must be object$/;

function count(id, line) {
  counts.set(id, (counts.get(id) ?? 0) + 1);
  if (line.agent && line.agent !== OURS) commanded.set(id, (commanded.get(id) ?? 0) + 1);
}

for (const line of lines) {
  // Where the tests ask for what there is no answer to, the fake has said so.
  if (line.objected) {
    objected += 1;
    continue;
  }
  requests += 1;
  const answered = !line.scripted && line.status !== 0;
  if (line.path === "/graphql" && line.request !== null) {
    const { id, errors } = graphqlErrors(line.request, answered && line.status === 200 ? line.response : null);
    count(id, line);
    for (const error of errors) violation(line, `${id}: ${error}`);
    if (answered && !errors.length) responses += 1;
    continue;
  }
  const found = find(line.method, line.path);
  if (!found) {
    violation(line, "no such operation in GitHub's description");
    continue;
  }
  count(found.id, line);
  for (const error of requestErrors(found, line.query, line.request)) violation(line, error);
  if (!answered) continue;
  const errors = responseErrors(found, line.status, line.response).filter((error) => !UNDESCRIBED.test(error));
  for (const error of errors) violation(line, `${line.status}: ${error}`);
  if (!errors.length) responses += 1;
  const schema = responseSchema(found, line.status);
  if (schema && line.status < 300) {
    nullables(schema, line.response, "", (path, isNull) => {
      const key = `${found.id} ${path}`;
      nulls.set(key, (nulls.get(key) ?? false) || isNull);
    });
  }
}

for (const [id, count] of [...counts].sort()) {
  console.log(`${String(count).padStart(6)} ${id}, ${commanded.get(id) ?? 0} by the command`);
}
const never = [...nulls].filter(([, isNull]) => !isNull).map(([key]) => key).sort();
for (const key of never) console.log(`never null: ${key}`);
for (const [key, count] of violations) console.error(`violation: ${key}${count > 1 ? ` (${count} times)` : ""}`);
const missing = EXPECTED.filter((id) => !(commanded.size ? commanded : counts).has(id));
for (const id of missing) console.error(`missing: ${id} was never asked for`);
console.log(`forges: ${requests} requests of ${counts.size} operations, ${responses} responses valid`
  + `, ${objected} objected to by the fake, ${violations.size} violations`);
if (!requests) console.error("forges: nothing was recorded");
process.exitCode = !requests || violations.size || missing.length ? 1 : 0;
