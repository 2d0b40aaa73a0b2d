// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { dirname, join } from "node:path";

// What `npm start` and `npm test` do differently on Windows. Each function takes the platform as a parameter, for tests on
// other platforms.

/**
 * Finds a program's file in a folder.
 *
 * @param {string} folder @param {string} name without an extension
 * @param {NodeJS.Platform} [platform]
 * @returns {string | undefined} its path, if it exists
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
 * The file and arguments to start for a command. On Windows npm is a cmd.exe script, which Node cannot start, so this Node
 * runs npm's own program instead.
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
 * Options to start a command so that a signal can end it with its children. On Windows it stays in this console, because
 * each child of a detached process would open a window.
 *
 * @param {NodeJS.Platform} [platform]
 */
export function ownGroup(platform = process.platform) {
  return { detached: platform !== "win32" };
}

/**
 * Signals a process and its children. Windows has no signals: Ctrl-C reaches the processes directly, and any other signal
 * ends them at once.
 *
 * @param {number} pid @param {NodeJS.Signals} signal @param {NodeJS.Platform} [platform]
 */
export function signalTree(pid, signal, platform = process.platform) {
  if (platform !== "win32") process.kill(-pid, signal);
  else if (signal !== "SIGINT") spawnSync("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore" });
}

/** The backend URL of a folder. Older CLIs do not support `file:///C:/…`. @param {string} folder @param {NodeJS.Platform} [platform] */
export function backendUrl(folder, platform = process.platform) {
  return `file://${platform === "win32" ? folder.replaceAll("\\", "/") : folder}`;
}

/**
 * A script for the user's shell that goes to a folder and sets variables.
 *
 * @param {{ folder: string, settings: Record<string, string>, binDir: string }} options `binDir` becomes the first on PATH
 * @param {NodeJS.Platform} [platform]
 */
export function shellScript({ folder, settings, binDir }, platform = process.platform) {
  /** @param {string} text */
  const quote = (text) => quoted(text, platform);
  const isWindows = platform === "win32";
  const lines = Object.entries(settings).map(([name, value]) =>
    isWindows ? `$env:${name} = ${quote(value)}` : `export ${name}=${quote(value)}`,
  );
  const path = isWindows
    ? `$env:PATH = ${quote(`${binDir};`)} + $env:PATH`
    : `export PATH=${quote(binDir)}:"$PATH"`;
  return [`cd ${quote(folder)}`, ...lines, path, ""].join("\n");
}

/**
 * The line that runs such a script in the user's shell. PowerShell may not run script files, so it reads the text.
 *
 * @param {string} file @param {NodeJS.Platform} [platform]
 */
export function sourceLine(file, platform = process.platform) {
  const path = quoted(file, platform);
  return platform === "win32" ? `iex (gc -raw ${path})` : `source ${path}`;
}

/** @param {string} text @param {NodeJS.Platform} platform */
function quoted(text, platform) {
  return `'${text.replaceAll("'", platform === "win32" ? "''" : "'\\''")}'`;
}
