// Runs a command beside an emulator of GitHub, whose address it finds in EMULATE_URL: `node emulate.mjs COMMAND...`

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createEmulator } from "emulate";

const [command, ...rest] = process.argv.slice(2);
if (!command) throw new Error("usage: node emulate.mjs COMMAND...");

const port = await new Promise((resolve, reject) => {
  const server = createServer().on("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const seed = JSON.parse(readFileSync(new URL("seed.json", import.meta.url), "utf8"));
const baseUrl = `http://127.0.0.1:${port}`;
const emulator = await createEmulator({ service: "github", port, baseUrl, seed });
const child = spawn(command, rest, { stdio: "inherit", env: { ...process.env, EMULATE_URL: baseUrl } });
process.exitCode = await new Promise((resolve) => {
  child.on("error", (error) => {
    console.error(`${command}: ${error.message}`);
    resolve(1);
  });
  child.on("exit", (code) => resolve(code ?? 1));
});
await emulator.close();
