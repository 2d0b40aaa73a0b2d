// @ts-check
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countsOf, runMatrix } from "../test/matrix/run-matrix.mjs";
import { endOnSignals, isEnding } from "./child-processes.mjs";
import { mergeCoverage } from "./coverage.mjs";
import { installMissing } from "./install.mjs";
import { findPulumiCli } from "./pulumi-cli.mjs";
import { runJest } from "./run-jest.mjs";
import { runStep } from "./run-step.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const MINUTE = 60_000;
const LEAST_COVERAGE = 95;
/** The oldest version of the peer dependency, which `--full` tests as well. */
const OLDEST_SDK = "3.216.0";
const CORE = ["tools", "sandbox", "unit", "plugin", "e2e", "chaos"];
const LIFECYCLE = ["test/e2e/drift", "test/e2e/recovery", "test/options"];

const { values } = parseArgs({ options: { full: { type: "boolean", default: false } } });
const folder = mkdtempSync(join(tmpdir(), "pulumi-payengine-test-"));
// PostgreSQL refuses to be run by root, and its own user must reach the folder of its data.
chmodSync(folder, 0o711);
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
endOnSignals();

/** @param {string} line */
const log = (line) => console.log(line);
const totals = { passed: 0, failed: 0 };

/**
 * Runs one check, which counts as one test.
 * @param {string} title @param {() => Promise<unknown>} check
 */
async function counted(title, check) {
  try {
    await check();
    totals.passed += 1;
  } catch (error) {
    if (isEnding()) throw error;
    totals.failed += 1;
    console.error(`✗ ${title}\n${error instanceof Error ? error.message : error}`);
  }
}

/** @param {{ name: string, projects: string[], files?: string[], env?: NodeJS.ProcessEnv, coverage?: boolean }} suite */
async function jest(suite) {
  const { passed, failed } = await runJest({ repository: REPOSITORY, folder, ...suite });
  totals.passed += passed;
  totals.failed += failed;
}

async function core() {
  // It uses packages, and is loaded when they are installed.
  const { checkSources } = await import("./source-checks.mjs");
  const checked = checkSources({ repository: REPOSITORY, folder, log, counted });
  await jest({ name: "core", projects: CORE, coverage: true }).finally(() => checked);
  await counted(`Line coverage of at least ${LEAST_COVERAGE} %`, async () => {
    const jestReport = join(folder, "core-coverage/coverage-final.json");
    const lines = await mergeCoverage({
      repository: REPOSITORY,
      folder: join(folder, "v8"),
      jestReport,
      log,
    });
    log(`Line coverage of provider/ and sdk/, all processes: ${lines} %`);
    if (lines < LEAST_COVERAGE) throw new Error(`it is ${lines} %`);
  });
}

/** @param {string} cli the folder of the Pulumi CLI */
async function matrix(cli) {
  log("npm run test:matrix");
  const results = await runMatrix({ repository: REPOSITORY, folder: join(folder, "matrix"), cli, log });
  const { passed, failed } = countsOf(results);
  totals.passed += passed;
  totals.failed += failed;
}

/** @param {string} cli the folder of the Pulumi CLI */
async function full(cli) {
  await counted("npm start", () =>
    runStep("npm", ["start"], { title: "npm start", cwd: REPOSITORY, log, limitMs: 20 * MINUTE }),
  );
  await jest({
    name: "installed",
    projects: ["options", "rotation", "bad-input", "cli", "examples", "guides", "upgrade", "shared-backend"],
  });
  for (const args of [["--directed"], ["--seed", "1", "--runs", "2"]]) {
    const title = `npm run chaos -- ${args.join(" ")}`;
    await counted(title, () =>
      runStep("npm", ["run", "chaos", "--", ...args], { title, cwd: REPOSITORY, log, limitMs: 20 * MINUTE }),
    );
  }
  const env = { PAYENGINE_TEST_PULUMI_SDK: OLDEST_SDK };
  await jest({ name: `pulumi-sdk-${OLDEST_SDK}`, projects: ["e2e", "options"], files: LIFECYCLE, env });
  await matrix(cli);
}

try {
  await installMissing({ log });
  const cli = await findPulumiCli({ log });
  log(`Pulumi ${cli.version} (${cli.source})`);
  await (values.full ? full(cli.binDir) : core());
} catch (error) {
  totals.failed += 1;
  if (!isEnding()) console.error(error instanceof Error ? error.message : error);
}
console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${isEnding() ? ", the rest was not run" : ""}`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;
