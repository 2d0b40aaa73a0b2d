// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled } from "../../tools/install.mjs";
import { runStep } from "../../tools/processes.mjs";

/** @typedef {import("./cells.mjs").Cell} Cell */

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGES = join(HERE, "node_modules");

/** The Nodes of the matrix are programs for this platform; so is pnpm. */
export const isForThisMachine = process.platform === "linux" && process.arch === "x64";

/**
 * Installs the package managers and Nodes that package-lock.json pins here, if missing.
 *
 * @param {(line: string) => void} log
 */
export function installToolbox(log) {
  return installFolder(HERE, "Installing the package managers and Nodes of the matrix, some 900 MB", log);
}

/**
 * Installs what a folder's package-lock.json pins, unless it is there.
 *
 * @param {string} folder @param {string} title @param {(line: string) => void} log
 */
export async function installFolder(folder, title, log) {
  if (isInstalled(folder)) return;
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-timeout=60000"];
  await runStep("npm", ["ci", "--ignore-scripts", "--prefer-offline", ...quiet], {
    title,
    cwd: folder,
    log,
    limitMs: 10 * 60_000,
  });
}

/** @param {Cell["node"]} node @returns {string} the folder of the program `node` */
export function nodeFolder(node) {
  return join(PACKAGES, `node-${node}/bin`);
}

/** @param {Cell["manager"] | `node-${Cell["node"]}` | `pulumi-${Cell["sdk"]}`} tool @returns {string} */
export function versionOf(tool) {
  const name = tool === "yarn" ? "@yarnpkg/cli-dist" : tool;
  const { version } = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8"));
  // The Nodes' own manifests say "v20.18.1".
  return version.replace(/^v/, "");
}

/**
 * How to run a package manager: the file and its first arguments.
 *
 * @param {Cell} cell @returns {readonly [string, ...string[]]}
 */
export function managerOf({ manager, node }) {
  if (manager === "pnpm") return [join(PACKAGES, "pnpm/pnpm")];
  const script = manager === "npm" ? "npm/bin/npm-cli.js" : "@yarnpkg/cli-dist/bin/yarn.js";
  return [join(nodeFolder(node), "node"), join(PACKAGES, script)];
}
