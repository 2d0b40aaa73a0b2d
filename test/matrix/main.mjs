// @ts-check
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installMissing } from "../../tools/install.mjs";
import { endOnSignals, isEnding } from "../../tools/processes.mjs";
import { CELLS, nameOf } from "./cells.mjs";
import { tableOf, writeReport } from "./report.mjs";
import { countsOf, runMatrix } from "./run-matrix.mjs";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const HELP = `npm run test:matrix -- [options]

  --only <text>  only cells whose name holds this, such as "yarn" or "Node 26"
  --list         print the cells as JSON, and run none
  --write        write the table into docs/compatibility.md`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    list: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const cells = CELLS.filter((cell) => nameOf(cell).includes(values.only));
/** @param {string} line */
const log = (line) => console.log(line);

if (values.help) log(HELP);
else if (values.list) log(JSON.stringify(cells, undefined, 2));
else await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-payengine-matrix-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  endOnSignals();
  const totals = { passed: 0, failed: 0 };
  try {
    if (values.write && cells.length < CELLS.length) throw new Error("--write needs all cells, not --only");
    if (cells.length === 0) throw new Error(`No cell's name contains "${values.only}"`);
    await installMissing({ log });
    const results = await runMatrix({ repository: REPOSITORY, folder, log, cells });
    Object.assign(totals, countsOf(results));
    if (results.length > 0) log(`\n${tableOf(results)}`);
    const about = `\`npm run test:matrix -- --write\`, ${new Date().toISOString().slice(0, 10)}; Linux on x64.`;
    if (values.write && results.length === CELLS.length)
      writeReport(join(REPOSITORY, "docs/compatibility.md"), results, about);
  } catch (error) {
    totals.failed += 1;
    if (!isEnding()) console.error(error instanceof Error ? error.message : error);
  }
  log(
    `\n${totals.passed} passed, ${totals.failed} failed${isEnding() ? "; the other cells were not run" : ""}`,
  );
  process.exitCode = totals.failed === 0 ? 0 : 1;
}
