#!/usr/bin/env node
// Runs the program of the optional package for this platform, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "nixpacks-fix.exe" : "nixpacks-fix";

/** What this launcher alone can fail with: the status of `nixpacks-fix` for "the tool itself failed". */
function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

let program;
try {
  program = require.resolve(`@nixpacks-fix/${platform}/bin/${file}`);
} catch {
  const { optionalDependencies } = require("../package.json");
  fail(
    `@nixpacks-fix/${platform}` in optionalDependencies
      ? `the package @nixpacks-fix/${platform} is not installed; help: install again without --omit=optional or --no-optional`
      : `there is no package of nixpacks-fix for ${platform}; help: cargo builds it from a clone of the repository`,
  );
}

// Before the child is started, so that none is lost. From a terminal the child gets them twice, which changes nothing.
let child;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const pass = (signal) => child?.kill(signal);
for (const signal of signals) process.on(signal, pass);

child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (error) => fail(`failed to run ${program}: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  for (const signal of signals) process.off(signal, pass);
  // A shell and a supervisor see what ended it. The status is for signals that this process cannot send itself.
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
});
