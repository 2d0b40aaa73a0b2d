// @ts-check
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { programIn } from "./platform.mjs";
import { runAsCommand } from "./processes.mjs";
import { cacheFolder, isAtLeast, keyOf } from "./pulumi/cli-folder.mjs";
import { buildPrograms, findGo, requiredGo } from "./pulumi/go-build.mjs";
import { makeOnce } from "./pulumi/made-once.mjs";

const MINUTE = 60_000;
const PULUMI = "github.com/pulumi/pulumi/sdk/v3";
const VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const PYTHON_EXEC = "pulumi-language-python-exec";

/** The language hosts of YAML, Python and Go. @type {import("./pulumi/cli-folder.mjs").GoProgram[]} */
const HOSTS = [
  {
    name: "pulumi-language-yaml",
    module: "language-yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    ldflags: "-s -w -X github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.25.0",
  },
  ...[
    ["pulumi-language-python", "python/cmd/pulumi-language-python"],
    ["pulumi-language-go", "go/pulumi-language-go"],
  ].map(([name = "", path]) => ({
    name,
    module: "language-python-go",
    package: `${PULUMI}/${path}`,
    ldflags: `-s -w -X ${VERSION}=v3.65.0`,
  })),
];

/** What writes the SDKs of the native plugin. @type {import("./pulumi/cli-folder.mjs").GoProgram} */
const GENERATOR = { name: "sdk-generator", module: "sdk-generator", package: ".", ldflags: "-s -w" };

/**
 * @typedef {object} Options
 * @property {(line: string) => void} [log] receives progress; default: standard error
 * @property {NodeJS.ProcessEnv} [env] with PATH, HOME and XDG_CACHE_HOME
 */

/**
 * Finds the language hosts of YAML, Python and Go in this project's cache, or builds them from the Go modules pinned in
 * tools/pulumi.
 *
 * @param {Options} [options]
 * @returns {Promise<string>} a folder, which must be on PATH: the engine finds them there
 */
export async function findLanguageHosts(options = {}) {
  return findBuilt(
    { title: "Pulumi's language hosts", folder: "hosts", programs: HOSTS, beside: [PYTHON_EXEC] },
    options,
  );
}

/**
 * Finds the generator of SDKs in this project's cache, or builds it: `sdk-generator SCHEMA FOLDER`.
 *
 * @param {Options} [options]
 * @returns {Promise<string>} its path
 */
export async function findSdkGenerator(options = {}) {
  const what = { title: "the generator of SDKs", folder: "sdk-generator", programs: [GENERATOR] };
  return join(await findBuilt({ ...what, sources: ["sdk-generator/main.go"] }, options), GENERATOR.name);
}

/**
 * @param {object} what
 * @param {string} what.title
 * @param {string} what.folder in the cache
 * @param {readonly import("./pulumi/cli-folder.mjs").GoProgram[]} what.programs
 * @param {readonly string[]} [what.sources] files in tools/pulumi that the programs are made of
 * @param {readonly string[]} [what.beside] scripts that are copied from Pulumi's module
 * @param {Options} options
 */
async function findBuilt({ title, folder, programs, sources = [], beside = [] }, options) {
  const { log = (line) => console.error(line), env = process.env } = options;
  const root = join(cacheFolder(env), folder, keyOf(folder, programs, sources));
  const binDir = join(root, "bin");
  const names = [...programs.map(({ name }) => name), ...beside];
  const isMade = () => names.every((name) => programIn(binDir, name));
  if (isMade()) return binDir;
  const toolchain = await goFor(programs, env);
  const make = async (/** @type {string} */ draft) => {
    log(`Building ${title} with Go, once, in some minutes`);
    await mkdir(draft);
    await buildPrograms(draft, programs, toolchain, { log, limitMs: 30 * MINUTE });
    for (const name of beside) await copyScript(name, join(draft, "bin"), toolchain);
  };
  await makeOnce(root, { what: `the build of ${title}`, log, waitMs: 60 * MINUTE, isMade, make });
  return binDir;
}

/** @param {readonly import("./pulumi/cli-folder.mjs").GoProgram[]} programs @param {NodeJS.ProcessEnv} env */
async function goFor(programs, env) {
  const toolchain = await findGo(env);
  const names = programs.map(({ name }) => name).join(", ");
  if ("missing" in toolchain) throw new Error(`${names} cannot be built: ${toolchain.missing}.`);
  const tooNew = programs
    .map(({ module }) => requiredGo(module))
    .find((go) => !isAtLeast(toolchain.version, go));
  if (tooNew !== undefined)
    throw new Error(
      `${names} cannot be built: ${toolchain.go} is version ${toolchain.version}, older than ${tooNew}.`,
    );
  return toolchain;
}

/** @param {string} name @param {string} binDir @param {import("./pulumi/go-build.mjs").Toolchain} toolchain */
async function copyScript(name, binDir, { go, env }) {
  const cwd = fileURLToPath(new URL("pulumi/language-python-go", import.meta.url));
  const { stdout } = await promisify(execFile)(go, ["list", "-m", "-f", "{{.Dir}}", PULUMI], { cwd, env });
  await copyFile(join(stdout.trim(), "python/cmd", name), join(binDir, name));
  await chmod(join(binDir, name), 0o755);
}

/** Prints the folder of the hosts; with `--sdk-generator`, the path of that one. */
await runAsCommand(import.meta.url, async () => {
  const { values } = parseArgs({ options: { "sdk-generator": { type: "boolean", default: false } } });
  return values["sdk-generator"] ? findSdkGenerator() : findLanguageHosts();
});
