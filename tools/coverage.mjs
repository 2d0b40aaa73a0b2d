// @ts-check
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runStep } from "./run-step.mjs";

const require = createRequire(import.meta.url);

/**
 * Merges what jest has measured in its own process with what V8 has written for the processes that the tests started:
 * plugins and Pulumi programs, which load the package from wherever a test has installed it.
 *
 * @param {{ repository: string, folder: string, jestReport: string, log: (line: string) => void }} options `folder`
 *   holds V8's files
 * @returns {Promise<number>} covered lines in percent
 */
export async function mergeCoverage({ repository, folder, jestReport, log }) {
  await relocate(folder, pathToFileURL(repository).href.replace(/\/$/, ""));
  const processes = join(repository, "coverage/processes");
  const c8 = require.resolve("c8/bin/c8.js");
  const report = ["report", "--temp-directory", folder, "--reports-dir", processes, "--reporter", "json"];
  const chosen = ["--exclude-after-remap", "--include", "provider/**", "--include", "sdk/**"];
  await runStep(process.execPath, [c8, ...report, ...chosen], {
    title: "Merging the coverage of all processes",
    cwd: repository,
    log,
    limitMs: 300_000,
  });
  const { createCoverageMap } = require("istanbul-lib-coverage");
  const map = createCoverageMap({});
  for (const file of [jestReport, join(processes, "coverage-final.json")]) {
    map.merge(JSON.parse(await readFile(file, "utf8")));
  }
  const { createContext } = require("istanbul-lib-report");
  const context = createContext({ dir: join(repository, "coverage"), coverageMap: map });
  for (const kind of ["text", "lcovonly"]) require("istanbul-reports").create(kind).execute(context);
  return map.getCoverageSummary().lines.pct;
}

/**
 * Makes every installed copy of the package count as the one that was built here, and drops all other code.
 *
 * @param {string} folder @param {string} repository as a URL
 */
async function relocate(folder, repository) {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const text = await readFile(file, "utf8");
    // Also in the source maps, where V8 writes sources as absolute.
    const relocated = text.replaceAll(/file:[^"]*\/node_modules\/pulumi-payengine(?=\/)/g, repository);
    /** @type {{ result: { url: string }[], "source-map-cache"?: Record<string, unknown> }} */
    const measured = JSON.parse(relocated);
    /** @param {string} url */
    const isOwn = (url) => url.startsWith(`${repository}/dist/`);
    const result = measured.result.filter(({ url }) => isOwn(url));
    const maps = Object.entries(measured["source-map-cache"] ?? {}).filter(([url]) => isOwn(url));
    await writeFile(file, JSON.stringify({ result, "source-map-cache": Object.fromEntries(maps) }));
  }
}
