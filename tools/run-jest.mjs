// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { owned, signalGroup } from "./child-processes.mjs";

const LIMIT_MS = 40 * 60_000;

/**
 * Runs jest in front of the reader.
 *
 * @param {object} options
 * @param {string} options.repository
 * @param {string} options.folder where reports go
 * @param {string} options.name of this run, and of the files that report on it
 * @param {string[]} options.projects
 * @param {string[]} [options.files] which test files; by default all
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.coverage] also of the processes that the tests start, in `folder`/v8
 * @returns {Promise<{ passed: number, failed: number }>} a test file that cannot run counts as one failure
 */
export async function runJest({
  repository,
  folder,
  name,
  projects,
  files = [],
  env = {},
  coverage = false,
}) {
  const report = join(folder, `${name}.json`);
  const args = [
    join(repository, "node_modules/jest/bin/jest.js"),
    ...["--selectProjects", ...projects],
    // One more than the cores of a small machine: most tests wait for processes.
    ...["--maxWorkers", "3", "--json", "--outputFile", report],
    ...["--cacheDirectory", join(repository, "node_modules/.cache/jest")],
    ...(coverage ? ["--coverage", "--coverageReporters", "json"] : []),
    ...(coverage ? ["--coverageDirectory", join(folder, `${name}-coverage`)] : []),
    ...["--", ...files],
  ];
  const forProcesses = coverage ? { PAYENGINE_TEST_COVERAGE: join(folder, "v8") } : {};
  // Whatever an ended run leaves goes with the folder.
  const TMPDIR = join(folder, "tmp");
  await mkdir(TMPDIR, { recursive: true });
  const child = owned(
    spawn(process.execPath, args, {
      cwd: repository,
      env: { ...process.env, ...forProcesses, TMPDIR, ...env },
      // The report also goes to standard output.
      stdio: ["ignore", "ignore", "inherit"],
      detached: true,
    }),
  );
  const limit = setTimeout(() => signalGroup(child, "SIGKILL"), LIMIT_MS);
  await once(child, "close").finally(() => clearTimeout(limit));
  const results = JSON.parse(await readFile(report, "utf8"));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
  };
}
