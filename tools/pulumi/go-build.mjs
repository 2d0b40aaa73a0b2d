// @ts-check
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runStep } from "../processes.mjs";
import { BUILD_FLAGS, programOnPath, programsOf } from "./cli-folder.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PLUGIN = "pulumi-resource-pulumi-nodejs";

/** @typedef {import("./cli-folder.mjs").Release} Release */

/** The oldest Go that can build a module of this folder, as its go.mod says. @param {string} module */
export function requiredGo(module) {
  return /^go (\S+)$/m.exec(readFileSync(join(HERE, module, "go.mod"), "utf8"))?.[1] ?? "";
}

/**
 * The Go on PATH.
 *
 * @typedef {{ go: string, version: string, env: NodeJS.ProcessEnv }} Toolchain the program, and the environment to build in
 *
 * @param {NodeJS.ProcessEnv} user @param {NodeJS.Platform} [platform]
 * @returns {Promise<Toolchain | { missing: string }>} or why there is none
 */
export async function findGo(user, platform = process.platform) {
  // Windows needs another plugin script, which Pulumi's installer includes.
  if (platform === "win32") return { missing: "it cannot be built on Windows" };
  const go = programOnPath(user, "go");
  if (!go) return { missing: "Go is not on PATH" };

  // Resets everything that would change the build. Sets variables instead of removing them, because Go reads a missing one
  // from `go env -w`.
  const fixed = { GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", GOWORK: "off", GO111MODULE: "on" };
  const env = { ...user, ...fixed, CGO_ENABLED: "0" };
  // Runs in the root folder, because a go.mod in a parent folder could require another Go.
  const options = { cwd: "/", env, timeout: 20_000 };
  const asked = promisify(execFile)(go, ["env", "GOVERSION", "GOHOSTOS", "GOHOSTARCH"], options);
  const { stdout } = await asked.catch(() => ({ stdout: "" }));
  const [version = "", GOOS, GOARCH] = stdout.split("\n");
  const number = /^go(\d+\.\d+(\.\d+)?)/.exec(version)?.[1];
  if (!number) return { missing: `${go} did not report its version` };
  return { go, version: number, env: { ...env, GOOS, GOARCH } };
}

/**
 * Builds the CLI and the language host from the pinned modules, and copies the plugin script beside them.
 *
 * @param {string} root where to create the folder `bin`
 * @param {Release} release
 * @param {Toolchain} toolchain
 * @param {{ log: (line: string) => void, limitMs: number }} options
 */
export async function buildWithGo(root, release, toolchain, options) {
  const binDir = join(root, "bin");
  await buildPrograms(root, programsOf(release), toolchain, options);
  await copyFile(join(HERE, PLUGIN), join(binDir, PLUGIN));
  await chmod(join(binDir, PLUGIN), 0o755);
  await sync(binDir, PLUGIN);
}

/**
 * Builds programs from the modules pinned here.
 *
 * @param {string} root gets a folder `bin`
 * @param {readonly import("./cli-folder.mjs").GoProgram[]} programs
 * @param {Toolchain} toolchain
 * @param {{ log: (line: string) => void, limitMs: number }} options
 */
export async function buildPrograms(root, programs, { go, env }, options) {
  const binDir = join(root, "bin");
  // Go's temporary files go here, so that they are removed too if the build is killed.
  const GOTMPDIR = join(root, "go-build");
  await mkdir(binDir);
  await mkdir(GOTMPDIR);
  for (const { name, module, ldflags, package: source } of programs) {
    await runStep(go, ["build", ...BUILD_FLAGS, "-ldflags", ldflags, "-o", join(binDir, name), source], {
      title: `Building ${name} with Go`,
      cwd: join(HERE, module),
      env: { ...env, GOTMPDIR },
      isProgress: (line) => /^(go: downloading .*|[\w.~/-]+)$/.test(line),
      ...options,
    });
    await sync(binDir, name);
  }
  await rm(GOTMPDIR, { recursive: true });
}

/** Syncs the contents before the rename, in case of a power cut. @param {string} folder @param {string} name */
async function sync(folder, name) {
  const file = await open(join(folder, name));
  await file.sync().finally(() => file.close());
}
