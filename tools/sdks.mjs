// @ts-check
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packFolder } from "./archive.mjs";
import { findSdkGenerator } from "./language-hosts.mjs";
import { outputOf, runAsCommand, runStep } from "./processes.mjs";
import { findGo } from "./pulumi/go-build.mjs";
import { findPythonEnvironment } from "./python-environment.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const SCHEMA = join(REPOSITORY, "plugin/schema.json");
const MINUTE = 60_000;

/**
 * @typedef {{ log: (line: string) => void }} Options
 * @typedef {"python" | "go" | "nodejs" | "dotnet"} Language
 */

/**
 * Writes the SDKs of the native plugin into a folder, one for each language, and what the generator leaves out.
 *
 * @param {string} folder
 */
export async function writeSdks(folder) {
  const generator = await findSdkGenerator();
  await rm(folder, { recursive: true, force: true });
  await outputOf(generator, [SCHEMA, folder], { cwd: REPOSITORY, limitMs: MINUTE });
  const { displayName, description } = JSON.parse(await readFile(SCHEMA, "utf8"));
  await writeFile(join(folder, "python/README.md"), `# ${displayName} for Pulumi\n\n${description}.\n`);
  for (const name of ["go.mod", "go.sum"])
    await copyFile(join(REPOSITORY, "tools/pulumi/sdk-go", name), join(folder, "go/payengine", name));
  await hideDebugValues(join(folder, "nodejs"));
  for (const sdk of ["python", "go/payengine", "nodejs", "dotnet"])
    await copyFile(join(REPOSITORY, "LICENSE"), join(folder, sdk, "LICENSE"));
}

/**
 * Pulumi's Node SDK writes the values of keys into its debug messages, which every event log and automatic log holds. As in
 * this package's own SDK, they are hidden once a program imports the SDK.
 *
 * @param {string} sdk
 */
async function hideDebugValues(sdk) {
  await copyFile(join(REPOSITORY, "sdk/debug-log.ts"), join(sdk, "debugLog.ts"));
  const [index, settings] = [join(sdk, "index.ts"), join(sdk, "tsconfig.json")];
  const text = await readFile(index, "utf8");
  const hiding = `import { hideValuesFromDebugLog } from "./debugLog";\n\nhideValuesFromDebugLog();\n`;
  await writeFile(index, `${hiding}${text}`);
  const { files, ...others } = JSON.parse(await readFile(settings, "utf8"));
  await writeFile(settings, JSON.stringify({ ...others, files: [...files, "debugLog.ts"] }, null, 2));
}

/**
 * Builds the SDKs that {@link writeSdks} has written into a folder, and checks their types.
 *
 * @type {Record<Language, (folder: string, options: Options) => Promise<string>>} gives what it made
 */
export const BUILDS = {
  /** Makes a wheel. */
  async python(folder, { log }) {
    const python = join(await findPythonEnvironment({ log }), "python");
    // The date of the files in the wheel: the earliest that a ZIP file can hold.
    const env = { ...process.env, SOURCE_DATE_EPOCH: "315532800" };
    const step = { cwd: join(folder, "python"), env, log, limitMs: 10 * MINUTE };
    const wheel = ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", "."];
    await runStep(python, wheel, { title: "Building the wheel", ...step });
    // What every generated SDK has wrong, in a function that it does not export.
    const known = ["--disable-error-code", "return-value"];
    await runStep(python, ["-m", "mypy", "-p", "pulumi_payengine", ...known], {
      title: "Checking the types of the Python SDK",
      ...step,
    });
    const [made = ""] = await readdir(join(folder, "python/dist"));
    return join(folder, "python/dist", made);
  },

  /** Compiles the module, which is released as its source. */
  async go(folder, { log }) {
    const toolchain = await findGo(process.env);
    if ("missing" in toolchain) return `not built: ${toolchain.missing}`;
    const step = { cwd: join(folder, "go/payengine"), env: toolchain.env, log, limitMs: 30 * MINUTE };
    await runStep(toolchain.go, ["build", "./..."], { title: "Building the Go module", ...step });
    await runStep(toolchain.go, ["vet", "./..."], { title: "Checking the Go module", ...step });
    return join(folder, "go/payengine");
  },

  /** Makes a package as npm publishes it: the compiled files with their manifest. */
  async nodejs(folder, { log }) {
    const source = join(folder, "nodejs");
    const compiler = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
    // Where the folder has no packages of its own, those of the repository do.
    await runStep(
      process.execPath,
      [compiler, "-p", source, "--typeRoots", join(REPOSITORY, "node_modules/@types")],
      {
        title: "Building the Node SDK",
        ...{ cwd: source, log, limitMs: 10 * MINUTE },
      },
    );
    for (const name of ["package.json", "README.md", "LICENSE"])
      await copyFile(join(source, name), join(source, "bin", name));
    return join(source, "bin");
  },

  /** Its build has not been tried: it is released as its source. */
  async dotnet(folder) {
    return `${join(folder, "dotnet")}, not built`;
  },
};

/**
 * Tries a wheel as a user has it: installed, and imported.
 *
 * @param {string} wheel
 * @param {string} target gets the installed package
 * @param {Options} options
 */
export async function installWheel(wheel, target, { log }) {
  const python = join(await findPythonEnvironment({ log }), "python");
  const install = ["-m", "pip", "install", "--no-deps", "--no-index", "--target", target, wheel];
  await runStep(python, install, { title: "Installing the wheel", cwd: "/", log, limitMs: 5 * MINUTE });
  const env = { ...process.env, PYTHONPATH: target };
  await outputOf(python, ["-c", "import pulumi_payengine"], { cwd: "/", env, limitMs: MINUTE });
}

/**
 * Makes the archives of a release from SDKs that are built: a wheel, an npm package, and the sources for Go and .NET. The
 * same sources give the same bytes.
 *
 * @param {string} folder of the SDKs
 * @param {string} out
 * @returns {Promise<string[]>} their paths
 */
export async function packSdks(folder, out) {
  const { version } = JSON.parse(await readFile(SCHEMA, "utf8"));
  await mkdir(out, { recursive: true });
  const [wheel = ""] = await readdir(join(folder, "python/dist"));
  await copyFile(join(folder, "python/dist", wheel), join(out, wheel));
  const npm = ["pack", "--ignore-scripts", "--pack-destination", out];
  const packed = await outputOf("npm", npm, { cwd: join(folder, "nodejs/bin"), limitMs: MINUTE });
  const sources = [];
  for (const [language, root] of [
    ["go", join(folder, "go/payengine")],
    ["dotnet", join(folder, "dotnet")],
  ]) {
    const name = `pulumi-payengine-sdk-${language}-v${version}.tar.gz`;
    packFolder(root ?? "", join(out, name), ["./dist", "./bin", "./obj"]);
    sources.push(name);
  }
  const names = [wheel, packed.split("\n").at(-1) ?? "", ...sources];
  await addChecksums(out, names);
  return names.map((name) => join(out, name));
}

/** Adds files to the list that the plugin's archives begin. @param {string} folder @param {readonly string[]} names */
async function addChecksums(folder, names) {
  const list = join(folder, "checksums.txt");
  const lines = (await readFile(list, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const others = lines.filter((line) => !names.some((name) => line.endsWith(`  ${name}`)));
  const sums = names.map(async (name) => {
    const hash = createHash("sha256").update(await readFile(join(folder, name)));
    return `${hash.digest("hex")}  ${name}`;
  });
  await writeFile(list, [...others, ...(await Promise.all(sums))].map((line) => `${line}\n`).join(""));
}

/**
 * Writes and builds the SDKs, and packs them: `node tools/sdks.mjs [--pack FOLDER]`. For tests, `--out` is where they are
 * built, `--only` a language and `--install` where the wheel is installed.
 */
await runAsCommand(import.meta.url, async () => {
  const { values } = parseArgs({
    options: {
      ...{ out: { type: "string" }, install: { type: "string" }, pack: { type: "string" } },
      only: { type: "string", multiple: true },
    },
  });
  const folder = values.out ?? join(REPOSITORY, "build/sdks");
  const log = (/** @type {string} */ line) => console.error(line);
  await writeSdks(folder);
  const wanted = /** @type {Language[]} */ (values.only ?? Object.keys(BUILDS));
  const lines = [];
  for (const language of wanted) {
    const began = Date.now();
    const made = await BUILDS[language](folder, { log });
    if (language === "python" && values.install) await installWheel(made, values.install, { log });
    lines.push(`${language}: ${made} (${Math.round((Date.now() - began) / 1000)} s)`);
  }
  if (values.pack) lines.push(...(await packSdks(folder, resolve(values.pack))));
  return lines.join("\n");
});
