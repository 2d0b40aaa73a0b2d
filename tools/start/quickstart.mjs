// @ts-check
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { backendUrl } from "../platform.mjs";
import { outputOf, run, runStep } from "../processes.mjs";
import { mayColor } from "../terminal.mjs";

/** Name of the stack. */
export const STACK = "dev";

const MINUTE = 60_000;
/** @type {import("node:child_process").StdioOptions} */
const SHOWN = ["ignore", "inherit", "inherit"];

/**
 * Copies examples/quickstart to a separate folder and installs the packed package, as a user would.
 *
 * @param {{ repository: string, folder: string, log: (line: string) => void }} options
 * @returns {Promise<string>} the project's folder
 */
export async function layOutProject({ repository, folder, log }) {
  const project = join(folder, "quickstart");
  await cp(join(repository, "examples/quickstart"), project, {
    recursive: true,
    filter: (source) => !source.includes("node_modules"),
  });
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const answer = await outputOf("npm", pack, { cwd: repository, limitMs: 2 * MINUTE });
  const [packed] = Object.values(JSON.parse(answer));
  const example = await readJson(join(project, "package.json"));
  example.dependencies["pulumi-payengine"] = `file:../${packed.filename}`;
  const { manifest, lock } = pinned(example, await readJson(join(repository, "package-lock.json")));
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, undefined, 2));
  await writeFile(join(project, "package-lock.json"), JSON.stringify(lock));
  await runStep("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    title: "Installing the example's packages",
    cwd: project,
    log,
    limitMs: 10 * MINUTE,
  });
  return project;
}

/**
 * Creates a stack on a local file backend with a passphrase.
 *
 * @param {{ binDir: string, project: string, folder: string }} options
 */
export async function createStack({ binDir, project, folder }) {
  const state = join(folder, "state");
  await mkdir(state);
  const settings = {
    PULUMI_BACKEND_URL: backendUrl(state),
    PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("hex"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const PATH = `${binDir}${delimiter}${process.env.PATH}`;
  // Removes the user's own settings for stacks and accounts.
  const others = Object.entries(process.env).filter(([name]) => !/^(PULUMI|PAYENGINE)_/.test(name));
  const options = { cwd: project, env: { ...Object.fromEntries(others), ...settings, PATH } };

  /** Runs the CLI and shows its output. @param {string[]} args */
  const show = async (args) => {
    const seen = { ...options, stdio: SHOWN, limitMs: 5 * MINUTE };
    // Without an input, Pulumi does not color by itself.
    const failure = await run("pulumi", [...args, "--color", mayColor() ? "always" : "never"], seen);
    if (failure) throw new Error(`pulumi ${args.join(" ")} ${failure}`);
  };

  /**
   * Runs the CLI and gives back what it prints.
   * @param {string[]} args
   * @param {string} [input] a secret goes this way: arguments can be seen in the list of processes
   */
  const ask = (args, input) => outputOf("pulumi", args, { ...options, input, limitMs: MINUTE });

  await ask(["stack", "init", STACK]);
  return { state, settings, show, ask };
}

/** @param {string} file */
async function readJson(file) {
  return JSON.parse(await readFile(file, "utf8"));
}

/**
 * @typedef {{ dependencies: Record<string, string>, devDependencies: Record<string, string> }} Manifest
 * @typedef {{ lockfileVersion: number, packages: Record<string, { version?: string, link?: boolean }> }} Lock
 */

/**
 * An example's package.json and package-lock.json with the versions and checksums of this repository, so that the example
 * runs on tested packages. npm removes unneeded entries from the lock file.
 *
 * @param {Manifest} manifest with ranges; entries that begin with "file:" stay
 * @param {Lock} lock of the repository
 */
export function pinned(manifest, lock) {
  /** @param {[string, string]} dependency */
  const exact = ([name, range]) => {
    if (range.startsWith("file:")) return [name, range];
    const version = lock.packages[`node_modules/${name}`]?.version;
    if (!version) throw new Error(`package-lock.json has no ${name}, which the example needs`);
    return [name, version];
  };
  /** @param {Record<string, string>} ranges */
  const all = (ranges) => Object.fromEntries(Object.entries(ranges).map(exact));
  const { dependencies, devDependencies } = manifest;
  const own = { ...manifest, dependencies: all(dependencies), devDependencies: all(devDependencies) };
  const downloads = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  const packages = { "": own, ...Object.fromEntries(downloads) };
  return { manifest: own, lock: { lockfileVersion: lock.lockfileVersion, requires: true, packages } };
}
