// @ts-check
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withProcessLock } from "./process-lock.mjs";
import { runAsCommand, runStep } from "./processes.mjs";
import {
  cacheFolder,
  cacheKey,
  findOnPath,
  isComplete,
  PULUMI_VERSION,
  versionOf,
} from "./pulumi/cli-folder.mjs";
import { buildWithGo, findGo, requiredGo } from "./pulumi/go-build.mjs";

const MINUTE = 60_000;

/**
 * @typedef {object} PulumiCli
 * @property {string} version as in "3.216.0"
 * @property {string} binDir put it first on PATH: the engine finds the language host there
 * @property {string} pulumi the CLI's own path
 * @property {"path" | "cache" | "build" | "installer"} source
 *
 * @typedef {object} FindOptions
 * @property {(line: string) => void} [log] gets progress; by default standard error
 * @property {NodeJS.ProcessEnv} [env] where PATH, HOME and XDG_CACHE_HOME are looked up
 * @property {typeof installOfficially} [install] Pulumi's installer
 * @property {{ buildMs?: number, waitMs?: number }} [limits] of each program's build, and of waiting for another process
 */

/**
 * Finds a Pulumi CLI with its Node language host and dynamic provider plugin: on PATH, in this project's cache, by building
 * it from the Go modules pinned in tools/pulumi, or, where there is no Go, by Pulumi's official installer. What it builds
 * or installs stays in the cache.
 *
 * @param {FindOptions} [options]
 * @returns {Promise<PulumiCli>}
 */
export async function findPulumiCli({
  log = (line) => console.error(line),
  env = process.env,
  install = installOfficially,
  limits: { buildMs = 30 * MINUTE, waitMs = 60 * MINUTE } = {},
} = {}) {
  const onPath = await findOnPath(env, log);
  if (onPath) return { ...onPath, source: "path" };

  const cache = join(cacheFolder(env), "cli");
  const key = cacheKey();
  const binDir = join(cache, key, "bin");
  /** @param {PulumiCli["source"]} source @returns {PulumiCli} */
  const found = (source) => ({ version: PULUMI_VERSION, binDir, pulumi: join(binDir, "pulumi"), source });
  if (isComplete(binDir)) return found("cache");

  const waiting = { what: "the build of Pulumi's CLI", log, limitMs: waitMs };
  return withProcessLock(join(cache, `${key}.lock`), waiting, async () => {
    if (isComplete(binDir)) return found("cache");
    // What is there belongs to a process that died, or was damaged since: only the owner of the lock gets here.
    const drafts = `.draft-${key}-`;
    const left = (await readdir(cache)).filter((name) => name === key || name.startsWith(drafts));
    await Promise.all(left.map((name) => removeFolder(join(cache, name))));
    // A name of its own: a compiler that outlived its killed parent may still write into the old one.
    const draft = join(cache, `${drafts}${randomBytes(4).toString("hex")}`);
    try {
      const source = await make(draft, { log, env, install, limitMs: buildMs });
      await rename(draft, join(cache, key));
      return found(source);
    } finally {
      await removeFolder(draft);
    }
  });
}

/** @param {string} folder */
async function removeFolder(folder) {
  // As far as it goes: an orphaned compiler may still write there. What is left then is removed by the next build.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => {});
}

/**
 * @param {string} root
 * @param {Required<Pick<FindOptions, "log" | "env" | "install">> & { limitMs: number }} options
 * @returns {Promise<"build" | "installer">}
 */
async function make(root, { log, env, install, limitMs }) {
  const binDir = join(root, "bin");
  await mkdir(root);
  const toolchain = await findGo(env);
  if ("go" in toolchain) {
    log("No usable Pulumi CLI on PATH or in the cache: building it with Go, once, in some three minutes");
    await buildWithGo(root, toolchain, { log, limitMs });
  } else {
    log(`No usable Pulumi CLI on PATH or in the cache, and ${toolchain.missing}`);
    await install(root, PULUMI_VERSION, { log, limitMs }).catch((cause) => {
      throw new Error(
        `There is no Pulumi CLI: ${toolchain.missing}, and Pulumi's official installer failed: ${cause.message}\n` +
          `Put Go ${requiredGo()} or later on PATH, or Pulumi ${PULUMI_VERSION} or later ` +
          `(https://www.pulumi.com/docs/install/), and run this again.`,
        { cause },
      );
    });
  }
  const version = await versionOf(join(binDir, "pulumi"), env);
  if (version !== PULUMI_VERSION || !isComplete(binDir))
    throw new Error(
      `The new Pulumi CLI is not what it should be: version "${version}" with ${await readdir(binDir)}`,
    );
  return "go" in toolchain ? "build" : "installer";
}

/**
 * Installs the CLI with Pulumi's official installer, which downloads it.
 *
 * @param {string} root gets a folder `bin`
 * @param {string} version
 * @param {{ log: (line: string) => void, limitMs: number }} options
 */
async function installOfficially(root, version, options) {
  const installer = "require('@pulumi/pulumi/automation').PulumiCommand";
  const script = `${installer}.install({ root: process.argv[1], version: process.argv[2] })`;
  await runStep(process.execPath, ["-e", script, root, version], {
    title: `Installing Pulumi ${version} with its official installer`,
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    ...options,
  });
}

await runAsCommand(import.meta.url, async () => (await findPulumiCli()).binDir);
