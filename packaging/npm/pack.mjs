// Packs the packages for npm: `node packaging/npm/pack.mjs OUT TARGET=PROGRAM...` writes into OUT the archive of `nixpacks-fix`
// and one of `@nixpacks-fix/PLATFORM` for each target, with the program built for it. The version is that of Cargo.toml.
// Every target of platforms.json has to be given: `nixpacks-fix` names them all.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const platforms = JSON.parse(readFileSync(join(here, "platforms.json"), "utf8"));

const [out, ...given] = process.argv.slice(2);
if (out === undefined || given.length === 0) {
  console.error("usage: node pack.mjs OUT TARGET=PROGRAM...");
  process.exit(2);
}
const programs = new Map(given.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
const known = platforms.map((platform) => platform.target).sort();
if ([...programs.keys()].sort().join() !== known.join()) {
  console.error(`error: give a program for each of ${known.join(", ")}, and for no other`);
  process.exit(2);
}

const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
const version = /^version = "([^"]+)"$/m.exec(manifest)[1];
const common = {
  version,
  license: "MIT OR Apache-2.0",
  repository: { type: "git", url: "git+https://github.com/nixpacks-fix/nixpacks-fix.git" },
  homepage: "https://github.com/nixpacks-fix/nixpacks-fix#readme",
  bugs: "https://github.com/nixpacks-fix/nixpacks-fix/issues",
  publishConfig: { access: "public" },
};
const work = mkdtempSync(join(tmpdir(), "nixpacks-fix-npm-"));

function pack(directory, description) {
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(root, licence), join(directory, licence));
  const to = ["--pack-destination", resolve(out), "--ignore-scripts", "--silent"];
  // npm is a script that only a shell finds on Windows; none of these words is anybody else's.
  const name = execFileSync("npm", ["pack", ...to], { cwd: directory, encoding: "utf8", shell: process.platform === "win32" });
  console.log(join(out, name.trim()));
}

try {
  mkdirSync(out, { recursive: true });
  for (const { target, name, os, cpu } of platforms) {
    const directory = join(work, name);
    const program = join(directory, "bin", os === "win32" ? "nixpacks-fix.exe" : "nixpacks-fix");
    mkdirSync(dirname(program), { recursive: true });
    copyFileSync(programs.get(target), program);
    chmodSync(program, 0o755);
    writeFileSync(join(directory, "README.md"), `The program of [nixpacks-fix](${common.homepage}) for ${target}.\n`);
    pack(directory, {
      name: `@nixpacks-fix/${name}`,
      description: `The program of nixpacks-fix for ${name}`,
      ...common,
      os: [os],
      cpu: [cpu],
      files: ["bin", "LICENSE-*"],
      // Yarn otherwise keeps packages in archives, from which nothing can be run.
      preferUnplugged: true,
    });
  }
  const directory = join(work, "nixpacks-fix");
  cpSync(join(here, "nixpacks-fix"), directory, { recursive: true });
  copyFileSync(join(root, "packaging", "about.md"), join(directory, "README.md"));
  pack(directory, {
    ...JSON.parse(readFileSync(join(directory, "package.json"), "utf8")),
    ...common,
    optionalDependencies: Object.fromEntries(platforms.map(({ name }) => [`@nixpacks-fix/${name}`, version])),
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
