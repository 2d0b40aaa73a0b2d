// @ts-check
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { copyWithOtherVersions } from "../test/matrix/other-versions.mjs";
import { countsOf, runMatrix } from "../test/matrix/run-matrix.mjs";
import { isForThisMachine } from "../test/matrix/toolbox.mjs";
import { installMissing } from "./install.mjs";
import { endOnSignals, isEnding, run, runStep } from "./processes.mjs";
import { findPulumiCli, firstRunNotice } from "./pulumi-cli.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const MINUTE = 60_000;
/** The jest projects of `npm test`. */
const CORE = ["unit", "plugin", "sandbox", "journey"];
/** The shards of `npm run test:full` that run the jest project of the same name. MORE has the rest of each shard. */
const PROJECTS = [
  ...["tools", "package", "e2e", "options", "rotation", "bad-input", "cli", "examples", "guides", "upgrade"],
  ...["start", "shared-backend", "chaos", "matrix", "browser", "release", "native", "languages"],
];
const AREAS = [...PROJECTS, "newest", "oldest"];
/**
 * Tests for the newest Node and SDK, and for the oldest supported Node, SDK and CLI, in addition to the core and the type
 * check: the search for secrets, and the tests that depend most on Pulumi.
 */
const OTHER_VERSIONS = {
  newest: {
    projects: ["examples", "e2e"],
    // The examples for other stores install large packages, and run on the newest CLI in their own shard.
    tests: ["test/examples/(?!secret-stores)", "e2e/secrets", "e2e/pulumi-logs"],
  },
  oldest: {
    projects: ["e2e", "options"],
    tests: ["e2e/secrets", "e2e/pulumi-logs", "e2e/drift", "e2e/recovery", "test/options"],
  },
};

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    shard: { type: "string", multiple: true, default: AREAS },
    list: { type: "boolean", default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), "pulumi-payengine-test-"));
// PostgreSQL does not run as root, and its own user must reach its data folder.
chmodSync(folder, 0o711);
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
endOnSignals();
/** Packs and installs the package once for all tests. */
const shared = { PAYENGINE_E2E_SHARED: join(folder, "payengine-e2e-installed-shared") };

/** @param {string} line */
const log = (line) => console.log(line);
const totals = { passed: 0, failed: 0 };

/** @param {{ passed: number, failed: number }} counts */
function add({ passed, failed }) {
  totals.passed += passed;
  totals.failed += failed;
}

/** Runs npm and counts it as one test. @param {string[]} args @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options] */
async function npm(args, { cwd = REPOSITORY, env } = {}) {
  const title = `npm ${args.join(" ")}`;
  try {
    const all = { ...process.env, ...shared, ...env };
    await runStep("npm", args, { title, cwd, env: all, log, limitMs: 20 * MINUTE });
    add({ passed: 1, failed: 0 });
  } catch (error) {
    if (isEnding()) throw error;
    add({ passed: 0, failed: 1 });
    console.error(`✗ ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Runs jest and shows its output. A test file that cannot run counts as one failure, and so does too little coverage.
 *
 * @param {{ projects: string[], args?: string[], node?: string, cwd?: string, env?: NodeJS.ProcessEnv }} suite
 */
async function jest({ projects, args = [], node = process.execPath, cwd = REPOSITORY, env }) {
  // Removed with the folder, even if the run is ended.
  const [report, TMPDIR] = [join(folder, "jest.json"), join(folder, "tmp")];
  mkdirSync(TMPDIR, { recursive: true });
  rmSync(report, { force: true });
  // One worker more than a small machine's cores, because most tests wait for processes.
  const more = ["--maxWorkers", "3", "--cacheDirectory", "node_modules/.cache/jest", "--json"];
  const chosen = [...args, "--selectProjects", ...projects, ...more, "--outputFile", report];
  const failure = await run(node, ["node_modules/jest/bin/jest.js", ...chosen], {
    cwd,
    // TMP and TEMP are for Windows.
    env: { ...process.env, TMPDIR, TMP: TMPDIR, TEMP: TMPDIR, ...shared, ...env },
    // Jest also prints the report to standard output.
    stdio: ["ignore", "ignore", "inherit"],
    limitMs: 60 * MINUTE,
  });
  const results = JSON.parse(readFileSync(report, "utf8"));
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  add({ passed: results.numPassedTests, failed: failed || (failure ? 1 : 0) });
}

async function core() {
  const checked = npm(["run", "lint"]).then(() => npm(["run", "typecheck"]));
  const args = ["--coverage", "--coverageReporters", "json-summary", "--coverageReporters", "lcovonly"];
  await jest({ projects: CORE, args }).finally(() => checked);
  const { total } = JSON.parse(readFileSync(join(REPOSITORY, "coverage/coverage-summary.json"), "utf8"));
  log(`Line coverage of provider/ and sdk/: ${total.lines.pct} %`);
}

/** What a shard runs besides its jest projects. @type {Record<string, () => Promise<unknown>>} */
const MORE = {
  async chaos() {
    await npm(["run", "chaos", "--", "--directed"]);
    await npm(["run", "chaos", "--", "--seed", "1", "--runs", "2"]);
  },
  newest: () => withOtherVersions("newest"),
  oldest: () => withOtherVersions("oldest"),
  async matrix() {
    log("npm run test:matrix");
    add(countsOf(await runMatrix({ repository: REPOSITORY, folder: join(folder, "matrix"), log })));
  },
};

/** Runs the core and more with other versions than the repository's. @param {"newest" | "oldest"} versions */
async function withOtherVersions(versions) {
  if (!isForThisMachine) return log(`Skipped: the tests with the ${versions} versions run only on Linux x64`);
  const where = { repository: REPOSITORY, folder: join(folder, versions), log };
  const { cwd, node, env: others, about } = await copyWithOtherVersions(versions, where);
  const run = {
    cwd,
    env: { ...others, PAYENGINE_E2E_SHARED: join(folder, `payengine-e2e-installed-${versions}`) },
  };
  log(`Core and more with the ${versions} versions: ${about}`);
  await npm(["run", "typecheck"], run);
  await jest({ projects: CORE, node, ...run });
  const { projects, tests } = OTHER_VERSIONS[versions];
  await jest({ projects, args: tests, node, ...run });
}

/** @param {string[]} areas */
async function full(areas) {
  const projects = areas.filter((area) => PROJECTS.includes(area));
  if (projects.length > 0) await jest({ projects });
  for (const area of areas) await MORE[area]?.();
}

async function main() {
  const unknown = values.shard.find((area) => !AREAS.includes(area));
  if (unknown !== undefined) throw new Error(`Unknown shard "${unknown}". Use one of ${AREAS.join(", ")}.`);
  if (values.list) return log(JSON.stringify({ projects: [...CORE, ...PROJECTS], AREAS }));
  const notice = await firstRunNotice();
  if (notice) log(notice);
  await installMissing({ log });
  const cli = await findPulumiCli({ log });
  log(`Pulumi ${cli.version} (${cli.source})`);
  await (values.full ? full(values.shard) : core());
}

await main().catch((error) => {
  totals.failed += 1;
  if (!isEnding()) console.error(error instanceof Error ? error.message : error);
});
const { passed, failed } = totals;
if (!values.list)
  log(`\n${passed} passed, ${failed} failed${isEnding() ? "; the other tests were not run" : ""}`);
process.exitCode = failed === 0 ? 0 : 1;
