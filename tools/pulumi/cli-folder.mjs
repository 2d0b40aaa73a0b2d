// @ts-check
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BUILD_FLAGS, PROGRAMS } from "./programs.mjs";

/** The version that is built or installed, and the oldest on PATH that will do. */
export const PULUMI_VERSION = "3.216.0";

/** What the CLI needs beside it, or on PATH, to run Node programs with dynamic resources. */
export const COMPANIONS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * The folder for this project's downloads and builds: it outlives a clone.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env) {
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".cache");
  return join(base, "pulumi-payengine");
}

/** What a cached CLI is kept under: all that decides what the build makes. */
export function cacheKey() {
  const hash = createHash("sha256").update(JSON.stringify({ BUILD_FLAGS, PROGRAMS }));
  const files = PROGRAMS.flatMap(({ module }) => [`${module}/go.mod`, `${module}/go.sum`]);
  for (const file of [...files, "pulumi-resource-pulumi-nodejs"]) {
    hash.update(`\0${file}\0`).update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  }
  return `${PULUMI_VERSION}-${process.platform}-${process.arch}-${hash.digest("hex").slice(0, 12)}`;
}

/**
 * Whether a folder holds the CLI and all its companions.
 *
 * @param {string} binDir
 */
export function isComplete(binDir) {
  return ["pulumi", ...COMPANIONS].every((name) => isProgram(join(binDir, name)));
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {NodeJS.ProcessEnv} env */
export function pathFolders(env) {
  return (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

/**
 * Asks a CLI for its version.
 *
 * @param {string} pulumi
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} as in "3.216.0"; "" where it gives none
 */
export async function versionOf(pulumi, env) {
  const asked = promisify(execFile)(pulumi, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: 20_000,
  });
  const { stdout } = await asked.catch(() => ({ stdout: "" }));
  return /^v?(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1] ?? "";
}

/**
 * Whether a version is this one or a later one. Text after a dash makes a version earlier.
 *
 * @param {string} version
 * @param {string} floor
 */
export function isAtLeast(version, floor) {
  const [have, want] = [version, floor].map((text) => (text.split("-")[0] ?? "").split(".").map(Number));
  for (const [index, wanted] of (want ?? []).entries()) {
    const number = have?.[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return !version.includes("-");
}
