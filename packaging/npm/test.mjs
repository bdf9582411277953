// The packages as a user gets them: packed, offered by a registry on the loopback interface, and run with npx.
// `NIXPACKS_FIX_BIN=target/release/nixpacks-fix node --test packaging/npm/test.mjs`. Needs Linux on x86-64 and asks no other registry.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const program = resolve(process.env.NIXPACKS_FIX_BIN ?? join(root, "target/release/nixpacks-fix"));
const work = mkdtempSync(join(tmpdir(), "nixpacks-fix-npm-test-"));
const own = "x86_64-unknown-linux-musl";
let server, env;

/** What a registry says of a package with one version. */
function description(archive, address) {
  const manifest = JSON.parse(execFileSync("tar", ["-xzOf", archive, "package/package.json"], { encoding: "utf8" }));
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  const dist = { tarball: `${address}/-/${basename(archive)}`, integrity };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/** Runs without holding this process up, which is the registry as well. */
function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { env, cwd: work, ...options });
    let out = "", err = "";
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (err += text));
    child.stdin.end(options.input ?? "");
    child.on("close", (code, signal) => done({ code, signal, out, err }));
  });
}

before(async () => {
  // Programs that no test may run: only the package of this platform is to be installed.
  const other = join(work, "other");
  writeFileSync(other, "of another platform");
  const platforms = JSON.parse(readFileSync(join(here, "platforms.json"), "utf8"));
  const pairs = platforms.map(({ target }) => `${target}=${target === own ? program : other}`);
  execFileSync("node", [join(here, "pack.mjs"), join(work, "packed"), ...pairs]);
  const answers = new Map();
  server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url));
    response.writeHead(answer === undefined ? 404 : 200);
    response.end(answer ?? "{}");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const address = `http://127.0.0.1:${server.address().port}`;
  for (const name of readdirSync(join(work, "packed"))) {
    const archive = join(work, "packed", name);
    const described = description(archive, address);
    answers.set(`/${described.name}`, JSON.stringify(described));
    answers.set(`/-/${name}`, readFileSync(archive));
  }
  // Nothing of this machine's settings, and no other registry.
  env = {
    PATH: process.env.PATH,
    HOME: join(work, "home"),
    npm_config_registry: address,
    npm_config_userconfig: join(work, "home", ".npmrc"),
    npm_config_update_notifier: "false",
  };
  mkdirSync(env.HOME);
});

after(() => {
  server?.close();
  rmSync(work, { recursive: true, force: true });
});

test("npx runs the program: the same output, the same status", async () => {
  const goldens = join(root, "golden/seeds");
  for (const app of readdirSync(goldens)) {
    const args = ["check", join(goldens, app, "before")];
    const wanted = spawnSync(program, args, { env, cwd: work, encoding: "utf8" });
    const ran = await run("npx", ["--yes", "nixpacks-fix", ...args]);
    assert.deepEqual([ran.code, ran.out, ran.err], [wanted.status, wanted.stdout, wanted.stderr], app);
  }
});

test("every exit status arrives", async () => {
  const empty = join(work, "empty");
  mkdirSync(empty);
  for (const [args, code] of [[["--version"], 0], [["check", "--no-such-option"], 2], [["check", empty], 3]]) {
    assert.equal((await run("npx", ["--yes", "nixpacks-fix", ...args])).code, code, args.join(" "));
  }
});

test("standard input reaches the program", async () => {
  const input = '[phases.setup]\nnixPkgs = ["python311", "pip"]\n';
  const ran = await run("npx", ["--yes", "nixpacks-fix", "check", "-", "--output-format", "concise"], { input });
  assert.match(ran.out, /undefined-nix-package/);
});

test("only the program of this platform is installed", async () => {
  const project = join(work, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), "{}");
  const ran = await run("npm", ["install", "--save-dev", "nixpacks-fix"], { cwd: project });
  assert.equal(ran.code, 0, ran.err);
  assert.deepEqual(readdirSync(join(project, "node_modules/@nixpacks-fix")), ["linux-x64"]);
  const files = readdirSync(join(project, "node_modules/nixpacks-fix")).sort();
  assert.deepEqual(files, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "bin", "package.json"]);
});

test("a signal to the launcher ends the program, and both end by it", async () => {
  const launcher = join(work, "project/node_modules/nixpacks-fix/bin/nixpacks-fix.js");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // It waits for the rest of its standard input.
    const child = spawn(process.execPath, [launcher, "check", "-"], { env, cwd: work });
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    let started;
    while ((started = readFileSync(children, "utf8").trim()) === "") await new Promise(setImmediate);
    // The fork has become the program once it has its name.
    while (!readFileSync(`/proc/${started}/cmdline`, "utf8").includes("linux-x64")) await new Promise(setImmediate);
    child.kill(signal);
    const ended = await new Promise((done) => child.on("exit", (code, signal) => done([code, signal])));
    assert.deepEqual(ended, [null, signal]);
    assert.throws(() => process.kill(Number(started), 0), { code: "ESRCH" });
  }
});

test("without the optional package the launcher says what is missing", async () => {
  const project = join(work, "without");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), "{}");
  await run("npm", ["install", "--omit=optional", "nixpacks-fix"], { cwd: project });
  const ran = await run("npx", ["nixpacks-fix", "--version"], { cwd: project });
  assert.equal(ran.code, 2);
  assert.match(ran.err, /^error: the package @nixpacks-fix\/linux-x64 is not installed; help: .*--omit=optional/);
});
