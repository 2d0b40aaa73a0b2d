// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withProcessLock } from "./process-lock.mjs";
import { runAsCommand, runStep } from "./processes.mjs";
import { cacheFolder } from "./pulumi/cli-folder.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const MINUTE = 60_000;

/**
 * Installs the npm packages if they differ from package-lock.json, then builds this package and its workspaces. If
 * everything is up to date, only the compiler checks that.
 *
 * @param {object} [options]
 * @param {(line: string) => void} [options.log] receives progress; default: standard error
 * @param {string} [options.repository] the folder of package-lock.json; default: this repository
 * @param {NodeJS.ProcessEnv} [options.env]
 */
export async function installMissing({
  log = (line) => console.error(line),
  repository = REPOSITORY,
  env = process.env,
} = {}) {
  const path = createHash("sha256").update(realpathSync(repository)).digest("hex").slice(0, 12);
  const lock = join(cacheFolder(env), `install-${path}.lock`);
  const waiting = { what: "the installation of the npm packages", log, limitMs: 20 * MINUTE };
  await withProcessLock(lock, waiting, async () => {
    const npm = { cwd: repository, env, log, limitMs: 10 * MINUTE };
    const ci = [
      "ci",
      "--include=dev",
      "--loglevel=error",
      "--no-audit",
      "--no-fund",
      "--fetch-timeout=60000",
    ];
    if (!isInstalled(repository)) await runStep("npm", ci, { ...npm, title: "Installing the npm packages" });
    const build = [
      "run",
      "build",
      "--loglevel=error",
      "--workspaces",
      "--include-workspace-root",
      "--if-present",
    ];
    await runStep("npm", build, { ...npm, title: "Building the packages" });
  });
}

/**
 * Whether node_modules matches package-lock.json. npm records what it installed at the end, so this also detects an
 * interrupted installation and manual changes.
 *
 * @param {string} repository
 */
export function isInstalled(repository) {
  const record = join(repository, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = packagesOf(join(repository, "package-lock.json"));
  const present = packagesOf(record);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const installed = present[path];
    // Optional packages are for other platforms.
    if (!installed) return entry.optional || entry.devOptional;
    const same = entry.integrity === undefined || installed.integrity === entry.integrity;
    return same && installed.version === entry.version;
  });
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} Entry */

/** @param {string} file @returns {Record<string, Entry>} */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

await runAsCommand(import.meta.url, installMissing);
