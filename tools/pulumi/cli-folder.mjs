// @ts-check
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { programIn } from "../platform.mjs";

/**
 * The releases that can be built or installed here: the newest, and the oldest that will do.
 *
 * @typedef {"newest" | "oldest"} Release
 */
export const RELEASES = Object.freeze({ newest: "3.276.0", oldest: "3.216.0" });

// Without it the CLI says "0.0.0-…", and the Automation API cannot read that.
const LDFLAGS = "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v";

/**
 * What is built with Go: from which module folder here, and the version it tells of itself.
 *
 * @param {Release} release
 */
export function programsOf(release) {
  return [
    ["pulumi-language-nodejs", "language-nodejs", "sdk/v3/nodejs/cmd/pulumi-language-nodejs", "3.65.0"],
    ["pulumi", release, "pkg/v3/cmd/pulumi", RELEASES[release]],
  ].map(([name = "", module = "", path, version]) => ({
    name,
    module,
    package: `github.com/pulumi/pulumi/${path}`,
    ldflags: `${LDFLAGS}${version}`,
  }));
}

/** -v: a line for each package, which ends the build if its reader is killed. */
export const BUILD_FLAGS = ["-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];

/** What the CLI needs beside it, or on PATH, to run Node programs with dynamic resources. */
const COMPANIONS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

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

/** What a cached CLI is kept under: all that decides what the build makes. @param {Release} release */
export function cacheKey(release) {
  const programs = programsOf(release);
  const hash = createHash("sha256").update(JSON.stringify({ BUILD_FLAGS, programs }));
  const files = programs.flatMap(({ module }) => [`${module}/go.mod`, `${module}/go.sum`]);
  for (const file of [...files, "pulumi-resource-pulumi-nodejs"])
    hash.update(`\0${file}\0`).update(readFileSync(new URL(file, import.meta.url)));
  return `${RELEASES[release]}-${process.platform}-${process.arch}-${hash.digest("hex").slice(0, 12)}`;
}

/** Whether a folder holds the CLI and all its companions. @param {string} binDir */
export function isComplete(binDir) {
  return ["pulumi", ...COMPANIONS].every((name) => programIn(binDir, name));
}

/**
 * The first CLI on PATH that is new enough and has its companions; says why it passes others over.
 *
 * @param {NodeJS.ProcessEnv} env @param {(line: string) => void} log
 * @returns {Promise<{ version: string, binDir: string, pulumi: string } | undefined>}
 */
export async function findOnPath(env, log) {
  const folders = pathFolders(env);
  for (const binDir of folders) {
    const pulumi = programIn(binDir, "pulumi");
    if (pulumi === undefined) continue;
    /** @param {string} reason */
    const passOver = (reason) => log(`${pulumi} is passed over: ${reason}`);
    // Package managers link single programs into a folder on PATH: the others are beside the original.
    const places = [binDir, dirname(realpathSync(pulumi)), ...folders];
    const lacking = COMPANIONS.filter((name) => !places.some((folder) => programIn(folder, name)));
    const version = await versionOf(pulumi, env);
    if (lacking.length > 0) passOver(`it has no ${lacking.join(" and no ")} beside it or on PATH`);
    else if (!isAtLeast(version, RELEASES.oldest) || !version.startsWith("3."))
      passOver(`${version || "an unknown version"}, this needs 3.x from ${RELEASES.oldest} on`);
    else return { version, binDir, pulumi };
  }
  return undefined;
}

/** @param {NodeJS.ProcessEnv} env @param {string} name @returns {string | undefined} the path of the first on PATH */
export function programOnPath(env, name) {
  return pathFolders(env)
    .map((folder) => programIn(folder, name))
    .find((path) => path !== undefined);
}

/** @param {NodeJS.ProcessEnv} env */
function pathFolders(env) {
  return [...new Set((env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder)))];
}

/**
 * Asks a CLI for its version.
 *
 * @param {string} pulumi @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} as in "3.216.0"; "" where it gives none
 */
export async function versionOf(pulumi, env) {
  const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: 20_000 };
  const asked = promisify(execFile)(pulumi, ["version"], options);
  const { stdout } = await asked.catch(() => ({ stdout: "" }));
  return /^v?(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1] ?? "";
}

/**
 * Whether a version is this one or a later one. Text after a dash makes a version earlier.
 *
 * @param {string} version @param {string} floor
 */
export function isAtLeast(version, floor) {
  const order = version.replace(/-.*/, "").localeCompare(floor, "en", { numeric: true });
  return order > 0 || (order === 0 && !version.includes("-"));
}
