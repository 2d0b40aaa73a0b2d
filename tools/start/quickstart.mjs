// @ts-check
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { outputOf, run, runStep } from "../processes.mjs";
import { pinned } from "./pinned.mjs";

const MINUTE = 60_000;

/**
 * Lays out examples/quickstart as a user would have it: in a folder of its own, with the packed package installed.
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
 * Makes a stack on a local file backend with a passphrase.
 *
 * @param {{ binDir: string, project: string, folder: string }} options
 */
export async function createStack({ binDir, project, folder }) {
  const state = join(folder, "state");
  await mkdir(state);
  const settings = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("hex"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: `${binDir}${delimiter}${process.env.PATH}`,
  };
  // Without what a reader has set for stacks and accounts of their own.
  const others = Object.entries(process.env).filter(([name]) => !/^(PULUMI|PAYENGINE)_/.test(name));
  const options = { cwd: project, env: { ...Object.fromEntries(others), ...settings } };

  /**
   * Runs the CLI in front of the reader.
   * @param {string[]} args
   */
  const show = async (args) => {
    const stdio = /** @type {const} */ (["ignore", "inherit", "inherit"]);
    const failure = await run("pulumi", args, { ...options, stdio: [...stdio], limitMs: 5 * MINUTE });
    if (failure) throw new Error(`pulumi ${args.join(" ")} ${failure}`);
  };

  /**
   * Runs the CLI and gives back what it prints.
   * @param {string[]} args
   * @param {string} [input] a secret goes this way: arguments can be seen in the list of processes
   */
  const ask = (args, input) => outputOf("pulumi", args, { ...options, input, limitMs: MINUTE });

  await ask(["stack", "init", "dev"]);
  return { state, settings, show, ask };
}

/** @param {string} file */
async function readJson(file) {
  return JSON.parse(await readFile(file, "utf8"));
}
