// @ts-check
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { outputOf, runStep } from "../../tools/processes.mjs";
import { sdkOf } from "./cells.mjs";
import { installEnvironment, pulumiEnvironment } from "./environment.mjs";
import { expectInPlace, layOut } from "./lay-out.mjs";
import { managerOf, versionOf } from "./toolbox.mjs";

/**
 * @typedef {import("./cells.mjs").Cell} Cell
 * @typedef {import("./environment.mjs").Shared} Shared
 */

const MINUTE = 60_000;

/** Avoids prompts, and does not require a lock file, even in CI. */
const INSTALL = {
  npm: ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
  pnpm: ["install", "--no-frozen-lockfile"],
  yarn: ["install", "--no-immutable"],
};
const EXECUTE = { npm: ["exec", "--no", "--"], pnpm: ["exec"], yarn: ["run"] };

/**
 * Installs the package as in the cell, creates a key with `pulumi up`, and revokes it with `pulumi destroy`.
 *
 * @param {Cell} cell @param {string} own a folder for the cell alone @param {Shared} shared
 * @throws Error with the failed step and its output
 */
export async function runCell(cell, own, shared) {
  const folder = join(own, "project");
  for (const name of ["project", "tmp", "home", "backend"]) await mkdir(join(own, name), { recursive: true });
  const project = await layOut(cell, { ...shared, folder });
  await install(cell, { folder, project }, shared);

  const options = { cwd: project, env: pulumiEnvironment(cell, shared, own) };
  const pulumi = join(shared.clis[cell.cli].binDir, "pulumi");
  /** @param {...string} args */
  const run = (...args) =>
    step(`pulumi ${args[0]}`, pulumi, ["--color=never", "--non-interactive", ...args], options);
  await run("stack", "init", "dev");
  await run("up", "--yes", "--skip-preview");
  const shown = ["stack", "output", "--json", "--show-secrets"];
  const { token, node } = JSON.parse(await outputOf(pulumi, shown, { ...options, limitMs: MINUTE }));
  expectEqual("the program's Node", node, `v${versionOf(`node-${cell.node}`)}`);
  expectEqual("GET /merchant with the new key", (await shared.sandbox.call(token, "/merchant")).status, 200);
  await run("destroy", "--yes", "--skip-preview");
  expectEqual(
    "GET /merchant with the revoked key",
    (await shared.sandbox.call(token, "/merchant")).status,
    401,
  );
}

/** @param {Cell} cell @param {{ folder: string, project: string }} folders @param {Shared} shared */
async function install(cell, { folder, project }, shared) {
  const [file, ...first] = managerOf(cell);
  const env = installEnvironment(cell, shared);
  const title = `${cell.manager} install`;
  await step(title, file, [...first, ...INSTALL[cell.manager]], { cwd: folder, env, limitMs: 5 * MINUTE });
  expectInPlace(cell, folder);
  const manifest = createRequire(join(project, "package.json")).resolve("@pulumi/pulumi/package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8"));
  expectEqual("the project's @pulumi/pulumi", version, sdkOf(cell));
  const command = [...first, ...EXECUTE[cell.manager], "pulumi-payengine", "--version"];
  const printed = await outputOf(file, command, { cwd: project, env, limitMs: MINUTE });
  expectEqual("the command's version", printed.trim(), shared.version);
}

/**
 * @param {string} title @param {string} file @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limitMs?: number }} options
 */
function step(title, file, args, { limitMs = 2 * MINUTE, ...options }) {
  return runStep(file, args, { title, log: () => {}, limitMs, ...options });
}

/** @param {string} what @param {unknown} is @param {unknown} expected */
function expectEqual(what, is, expected) {
  if (is !== expected) throw new Error(`${what} is ${is}, not ${expected}`);
}
