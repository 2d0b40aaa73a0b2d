// @ts-check
import { readFileSync } from "node:fs";
import { mkdir, readdir, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isEnding, outputOf } from "../../tools/processes.mjs";
import { findPulumiCli } from "../../tools/pulumi-cli.mjs";
import { startSandboxProcess } from "../../tools/start/sandbox.mjs";
import { CELLS, nameOf } from "./cells.mjs";
import { runCell } from "./run-cell.mjs";
import { installToolbox, isForThisMachine } from "./toolbox.mjs";

/**
 * @typedef {import("./cells.mjs").Cell} Cell
 * @typedef {{ cell: Cell, cli: string, seconds: number, failure?: string }} Result `cli` is its version
 */

const MINUTE = 60_000;
/** Number of cells at a time. Installing waits for network and disk, Pulumi for the processor. */
const WORKERS = 2;
/** A watchdog ends soon after its plugin. */
const LEFT_MS = 5_000;

/**
 * Runs the cells and logs the result of each.
 *
 * @param {object} options
 * @param {string} options.repository
 * @param {string} options.folder for temporary files; the caller removes it
 * @param {(line: string) => void} options.log
 * @param {readonly Cell[]} [options.cells]
 * @returns {Promise<Result[]>} empty on a platform without Nodes
 */
export async function runMatrix({ repository, folder: given, log, cells = CELLS }) {
  if (!isForThisMachine) {
    log("Skipped: the matrix of package managers and Nodes runs only on Linux x64");
    return [];
  }
  await installToolbox(log);
  const clis = {
    newest: await findPulumiCli({ log }),
    oldest: await findPulumiCli({ release: "oldest", log }),
  };
  await mkdir(given, { recursive: true });
  const folder = await realpath(given);
  const sandbox = await startSandboxProcess({ repository, folder });
  try {
    const shared = { folder, clis, sandbox, ...(await packed(repository, folder)) };
    const waiting = [...cells.entries()];
    /** @type {Result[]} */
    const results = [];
    const worker = async () => {
      for (let next = waiting.shift(); next && !isEnding(); next = waiting.shift()) {
        const [index, cell] = next;
        const began = Date.now();
        const own = join(folder, `cell-${index + 1}`);
        const failure = await runCell(cell, own, shared).then(
          () => undefined,
          (error) => withoutSecrets(error.message, sandbox.adminKey),
        );
        const seconds = Math.round((Date.now() - began) / 1000);
        const cli = clis[cell.cli].version;
        results[index] = { cell, cli, seconds, ...(failure !== undefined && { failure }) };
        log(`${failure === undefined ? "✓" : "✗"} ${nameOf(cell)} (${seconds} s)`);
        if (failure !== undefined && !isEnding()) log(failure);
        // About ten thousand files. If an ended process still writes, they are removed with the run's folder.
        await rm(own, { recursive: true, force: true }).catch(() => {});
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    return results.filter(Boolean);
  } finally {
    await endProcessesIn(folder);
    await sandbox.stop();
  }
}

/** @param {readonly Result[]} results */
export function countsOf(results) {
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  return { passed: results.length - failed, failed };
}

/** @param {string} repository @param {string} folder */
async function packed(repository, folder) {
  const options = { cwd: repository, limitMs: MINUTE };
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const tarball = join(folder, await outputOf("npm", pack, options));
  const registry = await outputOf("npm", ["config", "get", "registry"], options);
  const version = versionIn(repository);
  const typescript = versionIn(join(repository, "node_modules/typescript"));
  return { tarball, registry, typescript, version };
}

/** @param {string} folder @returns {string} */
function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

/**
 * Private keys have 102 hex digits.
 *
 * @param {string} text @param {string} credential
 */
function withoutSecrets(text, credential) {
  return text.replaceAll(credential, "[credential]").replaceAll(/\b[0-9a-f]{102}\b/g, "[private key]");
}

/**
 * Waits for the processes in a folder, and ends those that an aborted Pulumi left.
 *
 * @param {string} folder
 */
async function endProcessesIn(folder) {
  const end = Date.now() + LEFT_MS;
  for (let left = await processesIn(folder); left.length > 0; left = await processesIn(folder)) {
    if (Date.now() > end) {
      for (const pid of left) kill(pid);
      return;
    }
    await sleep(100);
  }
}

/** @param {number} pid of a process that may have ended */
function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/** @param {string} folder @returns {Promise<number[]>} */
async function processesIn(folder) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_, index) => places[index]?.startsWith(`${folder}/`)).map(Number);
}
