// @ts-check
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runAsCommand, runStep } from "./processes.mjs";
import {
  cacheFolder,
  cacheKey,
  findOnPath,
  isAtLeast,
  isComplete,
  RELEASES,
  versionOf,
} from "./pulumi/cli-folder.mjs";
import { buildWithGo, findGo, requiredGo } from "./pulumi/go-build.mjs";
import { makeOnce } from "./pulumi/made-once.mjs";

const MINUTE = 60_000;

const GUIDE = "https://www.pulumi.com/docs/install/";

/**
 * @typedef {import("./pulumi/cli-folder.mjs").Release} Release
 * @typedef {import("./pulumi/go-build.mjs").Toolchain} Toolchain
 *
 * @typedef {object} PulumiCli
 * @property {string} version such as "3.216.0"
 * @property {string} binDir to put first on PATH, where the engine finds the language host
 * @property {string} pulumi path of the CLI
 * @property {"path" | "cache" | "build" | "installer"} source
 *
 * @typedef {object} FindOptions
 * @property {Release} [release] only this release, ignoring PATH; default: the CLI on PATH, otherwise the newest release
 * @property {(line: string) => void} [log] receives progress; default: standard error
 * @property {NodeJS.ProcessEnv} [env] with PATH, HOME and XDG_CACHE_HOME
 * @property {typeof installOfficially} [install] Pulumi's installer
 * @property {{ buildMs?: number, waitMs?: number }} [limits] for each program's build, and for waiting for another process
 */

/**
 * Finds a Pulumi CLI with its Node language host and dynamic provider plugin. Looks on PATH, then in this project's cache,
 * then builds it from the Go modules pinned in tools/pulumi. Without Go, runs Pulumi's official installer. Keeps the result
 * in the cache. A Go that is too old for the newest release builds the oldest.
 *
 * @param {FindOptions} [options]
 * @returns {Promise<PulumiCli>}
 */
export async function findPulumiCli({
  release,
  log = (line) => console.error(line),
  env = process.env,
  install = installOfficially,
  limits: { buildMs = 30 * MINUTE, waitMs = 60 * MINUTE } = {},
} = {}) {
  const onPath = release === undefined ? await findOnPath(env, log) : undefined;
  if (onPath) return { ...onPath, source: "path" };
  const wanted = release ?? "newest";
  const cached = inCache(wanted, env);
  if (cached) return cached;
  const maker = await chooseMaker(wanted, { env, mayBeOlder: release === undefined });
  if (maker.note) log(maker.note);
  return inCache(maker.release, env) ?? makeCli(maker, { log, env, install, limits: { buildMs, waitMs } });
}

/**
 * Returns the notice for a first run that has to build or install a CLI.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>} undefined if there is a CLI already
 */
export async function firstRunNotice(env = process.env) {
  if ((await findOnPath(env, () => {})) ?? inCache("newest", env)) return undefined;
  const maker = await chooseMaker("newest", { env, mayBeOlder: true });
  if (inCache(maker.release, env) || !maker.toolchain) return undefined;
  return (
    `The first run takes four to six minutes, because it builds Pulumi ${RELEASES[maker.release]} with Go. Later runs reuse it. ` +
    `With Pulumi on PATH, the first run takes one or two minutes: ${GUIDE}`
  );
}

/**
 * @typedef {object} Maker how to get a CLI
 * @property {Release} release
 * @property {Toolchain} [toolchain] without one, use Pulumi's installer
 * @property {string} [missing] why there is no toolchain
 * @property {string} [note] a note for the user
 *
 * @param {Release} wanted @param {{ env: NodeJS.ProcessEnv, mayBeOlder: boolean }} options
 * @returns {Promise<Maker>}
 */
async function chooseMaker(wanted, { env, mayBeOlder }) {
  const toolchain = await findGo(env);
  if ("missing" in toolchain) return { release: wanted, missing: toolchain.missing };
  const required = requiredGo(wanted);
  if (isAtLeast(toolchain.version, required)) return { release: wanted, toolchain };
  const tooOld = `${toolchain.go} is version ${toolchain.version}, older than`;
  if (!mayBeOlder || !isAtLeast(toolchain.version, requiredGo("oldest")))
    return { release: wanted, missing: `${tooOld} ${requiredGo(mayBeOlder ? "oldest" : wanted)}` };
  const note =
    `${tooOld} ${required}, which Pulumi ${RELEASES[wanted]} needs: ` +
    `using Pulumi ${RELEASES.oldest}, the oldest supported release, instead`;
  return { release: "oldest", toolchain, note };
}

/** @param {Release} release @param {NodeJS.ProcessEnv} env @returns {PulumiCli | undefined} */
function inCache(release, env) {
  const binDir = join(cacheFolder(env), "cli", cacheKey(release), "bin");
  return isComplete(binDir) ? found(binDir, release, "cache") : undefined;
}

/** @param {string} binDir @param {Release} release @param {PulumiCli["source"]} source @returns {PulumiCli} */
function found(binDir, release, source) {
  return { version: RELEASES[release], binDir, pulumi: join(binDir, "pulumi"), source };
}

/**
 * Builds or installs a CLI in the cache, one process at a time.
 *
 * @param {Maker} maker @param {Required<Omit<FindOptions, "release">>} options
 * @returns {Promise<PulumiCli>}
 */
async function makeCli(maker, { log, env, install, limits: { buildMs = 0, waitMs = 0 } }) {
  const folder = join(cacheFolder(env), "cli", cacheKey(maker.release));
  const made = await makeOnce(folder, {
    what: "the build of Pulumi's CLI",
    ...{ log, waitMs },
    isMade: () => inCache(maker.release, env) !== undefined,
    make: (draft) => make(draft, maker, { log, env, install, limitMs: buildMs }),
  });
  const source = maker.toolchain ? "build" : "installer";
  return found(join(folder, "bin"), maker.release, made ? source : "cache");
}

/**
 * @param {string} root @param {Maker} maker
 * @param {Required<Pick<FindOptions, "log" | "env" | "install">> & { limitMs: number }} options
 */
async function make(root, { release, toolchain, missing }, { log, env, install, limitMs }) {
  const binDir = join(root, "bin");
  const version = RELEASES[release];
  await mkdir(root);
  if (toolchain) {
    log(
      `No usable Pulumi CLI on PATH or in the cache. Building ${version} with Go once, which takes two to four minutes`,
    );
    await buildWithGo(root, release, toolchain, { log, limitMs });
  } else {
    log(`No usable Pulumi CLI on PATH or in the cache, and ${missing}`);
    await install(root, version, { log, limitMs }).catch((cause) => {
      throw new Error(
        `Found no Pulumi CLI: ${missing}, and Pulumi's official installer failed: ${cause.message}\n` +
          `Put Go ${requiredGo(release)} or later on PATH, or Pulumi ${RELEASES.oldest} or later ` +
          `(${GUIDE}), and run this again.`,
        { cause },
      );
    });
  }
  const made = await versionOf(join(binDir, "pulumi"), env);
  if (made !== version || !isComplete(binDir))
    throw new Error(
      `The new Pulumi CLI is wrong: it has version "${made}" and the files ${await readdir(binDir)}`,
    );
}

/**
 * Downloads and installs the CLI with Pulumi's official installer.
 *
 * @param {string} root where to create the folder `bin`
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

/** `--release oldest` selects that release, whatever is on PATH. */
await runAsCommand(import.meta.url, async () => {
  const { release } = parseArgs({ options: { release: { type: "string" } } }).values;
  if (release !== undefined && release !== "newest" && release !== "oldest")
    throw new Error(`Unknown release "${release}". Use "newest" or "oldest".`);
  return (await findPulumiCli(release === undefined ? {} : { release })).binDir;
});
