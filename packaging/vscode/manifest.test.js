"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

const manifest = require("./package.json");
const source = fs.readFileSync(path.join(__dirname, "extension.js"), "utf8");

test("the version is that of the command", () => {
  const cargo = fs.readFileSync(path.join(__dirname, "../../Cargo.toml"), "utf8");
  assert.strictEqual(manifest.version, /^version = "(.*)"$/m.exec(cargo)[1]);
});

test("each command and setting of the manifest is in the code", () => {
  for (const { command } of manifest.contributes.commands) {
    assert.ok(source.includes(`registerCommand("${command}"`), command);
  }
  for (const name of Object.keys(manifest.contributes.configuration.properties)) {
    const [section, key] = name.split(".");
    assert.ok(source.includes(`getConfiguration("${section}").get("${key}"`), name);
  }
});

test("an untrusted workspace does not choose the program", () => {
  assert.deepStrictEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ["nixpacks-fix.path"]);
});

test("it starts where a file is that the server looks at", () => {
  const names = ["nixpacks", "railway", "Procfile"];
  for (const name of names) {
    assert.ok(source.includes(name), name);
    assert.ok(manifest.activationEvents.some((event) => event.includes(name)), name);
  }
});
