// @ts-check
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./processes.mjs";

/**
 * Runs jest in front of the reader.
 *
 * @param {object} options
 * @param {string} options.repository
 * @param {string} options.folder where its report and temporary files go: what an ended run leaves goes with it
 * @param {readonly string[]} options.projects
 * @param {readonly string[]} [options.args] more arguments of jest, such as a test file
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<{ passed: number, failed: number, failure: string | undefined }>} a test file that cannot run counts
 *   as one failure; `failure` is how jest itself ended
 */
export async function runJest({ repository, folder, projects, args = [], env }) {
  const TMPDIR = join(folder, "tmp");
  await mkdir(TMPDIR, { recursive: true });
  const report = join(folder, "jest.json");
  const jest = [
    join(repository, "node_modules/jest/bin/jest.js"),
    ...args,
    ...["--selectProjects", ...projects],
    // One more than the cores of a small machine: most tests wait for processes.
    ...["--maxWorkers", "3", "--json", "--outputFile", report],
    ...["--cacheDirectory", join(repository, "node_modules/.cache/jest")],
  ];
  const failure = await run(process.execPath, jest, {
    cwd: repository,
    env: { ...process.env, TMPDIR, ...env },
    // The report also goes to standard output.
    stdio: ["ignore", "ignore", "inherit"],
    limitMs: 60 * 60_000,
  });
  const results = JSON.parse(await readFile(report, "utf8"));
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return { passed: results.numPassedTests, failed, failure };
}
