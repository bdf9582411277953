// Runs the language server of nixpacks-fix for the deploy files that are open.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The files that the server looks at. */
const FILES = "**/{nixpacks.toml,nixpacks.json,railway.toml,railway.json,Procfile}";

let client;

async function start() {
  const command = vscode.workspace.getConfiguration("nixpacks-fix").get("path", "nixpacks-fix");
  client = new LanguageClient(
    "nixpacks-fix",
    "nixpacks-fix",
    { command, args: ["lsp"] },
    { documentSelector: [{ scheme: "file", pattern: FILES }] },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    vscode.window.showErrorMessage(
      `nixpacks-fix: cannot run \`${command}\`: ${error.message}. Install it, or set "nixpacks-fix.path".`,
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

exports.activate = async (context) => {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("nixpacks-fix.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("nixpacks-fix.path")) {
        restart();
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
