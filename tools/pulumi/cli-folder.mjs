// @ts-check
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { programIn } from "../platform.mjs";

/**
 * The releases that can be built or installed here: the newest, and the oldest supported one.
 *
 * @typedef {"newest" | "oldest"} Release
 */
export const RELEASES = Object.freeze({ newest: "3.276.0", oldest: "3.216.0" });

// Without it the CLI reports "0.0.0-…", which the Automation API cannot parse.
const LDFLAGS = "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v";

/**
 * The programs to build with Go, each with its module folder here and the version that it reports.
 *
 * @typedef {{ name: string, module: string, package: string, ldflags: string }} GoProgram
 *
 * @param {Release} release
 * @returns {GoProgram[]}
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

/** -v prints a line for each package, so the build ends if its reader is killed. */
export const BUILD_FLAGS = ["-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];

/** Programs that the CLI needs beside it or on PATH to run Node programs with dynamic resources. */
const COMPANIONS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * The folder for this project's downloads and builds, outside of any clone.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env) {
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification says to ignore a relative path.
  const base = xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".cache");
  return join(base, "pulumi-payengine");
}

/** The cache key of a CLI: everything that affects its build. @param {Release} release */
export function cacheKey(release) {
  return keyOf(RELEASES[release], programsOf(release), ["pulumi-resource-pulumi-nodejs"]);
}

/**
 * What programs are cached under: all that decides what their build makes.
 *
 * @param {string} name the key's beginning @param {readonly GoProgram[]} programs
 * @param {readonly string[]} [more] files of this folder, beside the modules of the programs
 */
export function keyOf(name, programs, more = []) {
  const hash = createHash("sha256").update(JSON.stringify({ BUILD_FLAGS, programs }));
  const files = programs.flatMap(({ module }) => [`${module}/go.mod`, `${module}/go.sum`]);
  for (const file of [...files, ...more])
    hash.update(`\0${file}\0`).update(readFileSync(new URL(file, import.meta.url)));
  return `${name}-${process.platform}-${process.arch}-${hash.digest("hex").slice(0, 12)}`;
}

/** Whether a folder has the CLI and all its companions. @param {string} binDir */
export function isComplete(binDir) {
  return ["pulumi", ...COMPANIONS].every((name) => programIn(binDir, name));
}

/**
 * Finds the first CLI on PATH that is new enough and has its companions. Logs why it skips others.
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
    const passOver = (reason) => log(`Skipping ${pulumi}: ${reason}`);
    // Package managers link single programs into a folder on PATH; the companions are beside the original.
    const places = [binDir, dirname(realpathSync(pulumi)), ...folders];
    const lacking = COMPANIONS.filter((name) => !places.some((folder) => programIn(folder, name)));
    const version = await versionOf(pulumi, env);
    if (lacking.length > 0) passOver(`it has no ${lacking.join(" and no ")} beside it or on PATH`);
    else if (!isAtLeast(version, RELEASES.oldest) || !version.startsWith("3."))
      passOver(`its version is ${version || "unknown"}, but 3.x from ${RELEASES.oldest} on is required`);
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
 * Gets a CLI's version.
 *
 * @param {string} pulumi @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} such as "3.216.0"; "" if unknown
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
