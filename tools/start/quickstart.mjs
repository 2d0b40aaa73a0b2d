// @ts-check
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { runStep } from "../run-step.mjs";

const MINUTE = 60_000;
const run = promisify(execFile);

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
  const { stdout } = await run("npm", pack, { cwd: repository, timeout: 2 * MINUTE });
  const [packed] = Object.values(JSON.parse(stdout));
  const manifest = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
  const own = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  manifest.dependencies["pulumi-payengine"] = `file:../${packed.filename}`;
  // The version this repository is tested with: newer ones may ask for a newer Node.
  manifest.dependencies["@pulumi/pulumi"] = own.devDependencies["@pulumi/pulumi"];
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, undefined, 2));
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
  const { PAYENGINE_API_KEY: _, PAYENGINE_API_URL: __, ...inherited } = process.env;
  const settings = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("hex"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: `${binDir}${delimiter}${process.env.PATH}`,
  };
  const options = { cwd: project, env: { ...inherited, ...settings } };

  /**
   * Runs the CLI in front of the reader.
   * @param {string[]} args
   */
  const show = (args) =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", args, {
        ...options,
        stdio: ["ignore", "inherit", "inherit"],
        timeout: 5 * MINUTE,
      });
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) resolve(undefined);
        else reject(new Error(`pulumi ${args.join(" ")} ended with exit code ${code}`));
      });
    });

  /**
   * Runs the CLI and gives back what it prints.
   * @param {string[]} args
   * @param {string} [input] a secret goes this way: arguments can be seen in the list of processes
   */
  const ask = async (args, input = "") => {
    const asked = run("pulumi", args, { ...options, timeout: MINUTE });
    asked.child.stdin?.end(input);
    return (await asked).stdout.trim();
  };

  await ask(["stack", "init", "dev"]);
  return { state, settings, show, ask };
}
