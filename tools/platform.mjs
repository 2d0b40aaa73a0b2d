// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { dirname, join } from "node:path";

// What `npm start` and `npm test` do in another way on Windows. Each function takes the platform, so that tests elsewhere
// can ask for Windows' way.

/**
 * A program's file in a folder.
 *
 * @param {string} folder @param {string} name without an extension
 * @param {NodeJS.Platform} [platform]
 * @returns {string | undefined} its path, where it is there
 */
export function programIn(folder, name, platform = process.platform) {
  const extensions = platform === "win32" ? [".exe", ".cmd"] : [""];
  return extensions.map((extension) => join(folder, `${name}${extension}`)).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * What to start for a command. On Windows npm is a script of cmd.exe, which Node does not start: its own program is run
 * with this Node instead.
 *
 * @param {string} command @param {string[]} args
 * @param {{ platform?: NodeJS.Platform, env?: NodeJS.ProcessEnv, node?: string }} [machine]
 * @returns {[string, string[]]}
 */
export function startable(
  command,
  args,
  { platform = process.platform, env = process.env, node = process.execPath } = {},
) {
  if (platform !== "win32" || command !== "npm") return [command, args];
  const npm = env.npm_execpath || join(dirname(node), "node_modules/npm/bin/npm-cli.js");
  return [node, [npm, ...args]];
}

/**
 * How a command is started, so that a signal can end it with all that it has started. On Windows it stays in this console:
 * detached, each of its own children would open a window.
 *
 * @param {NodeJS.Platform} [platform]
 */
export function ownGroup(platform = process.platform) {
  return { detached: platform !== "win32" };
}

/**
 * Signals a process and what it has started. Windows has no signals: there Ctrl-C has reached them by itself, and any other
 * signal ends them at once.
 *
 * @param {number} pid @param {NodeJS.Signals} signal @param {NodeJS.Platform} [platform]
 */
export function signalTree(pid, signal, platform = process.platform) {
  if (platform !== "win32") process.kill(-pid, signal);
  else if (signal !== "SIGINT") spawnSync("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore" });
}

/** The address of a folder as a backend. Older CLIs do not read `file:///C:/…`. @param {string} folder @param {NodeJS.Platform} [platform] */
export function backendUrl(folder, platform = process.platform) {
  return `file://${platform === "win32" ? folder.replaceAll("\\", "/") : folder}`;
}

/** A line that sets a variable in the reader's shell. @param {string} name @param {string} value @param {NodeJS.Platform} [platform] */
export function settingLine(name, value, platform = process.platform) {
  return platform === "win32" ? `$env:${name} = '${value}'` : `export ${name}='${value}'`;
}
