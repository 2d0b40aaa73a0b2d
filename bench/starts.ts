import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { StartResult } from "./results";

const run = promisify(execFile);

/** The module that a plugin loads, the one that a program loads, and the minimum for each. */
const LOADED = ["undici", "pulumi-payengine/provider", "@pulumi/pulumi", "pulumi-payengine"];

const PROGRAM = `
const { performance } = require("node:perf_hooks");
const { createRequire } = require("node:module");
// Load the HTTP client that this package depends on: another package may depend on another version.
const from = createRequire(process.cwd() + "/node_modules/pulumi-payengine/package.json");
const load = process.argv[1] === "undici" ? from : require;
const started = performance.now();
load(process.argv[1]);
const milliseconds = performance.now() - started;
console.log(JSON.stringify({ milliseconds, modules: Object.keys(require.cache).length }));
process.exit();`;

/** Loads the modules one after another, each in a new process. @param folder of the installed packages' project. */
export async function starts(folder: string, rounds: number): Promise<StartResult[]> {
  const results: StartResult[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const loads of LOADED) {
      const { stdout } = await run(process.execPath, ["-e", PROGRAM, loads], {
        cwd: folder,
        timeout: 60_000,
      });
      results.push({ loads, ...JSON.parse(stdout) });
    }
  }
  return results;
}
